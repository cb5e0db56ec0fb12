//! How long a run may still take, told as a range from what its own steps took.
//!
//! Steps of one kind (an action on one resource type) are taken to last alike. The more of a kind have ended and the
//! less they differ, the narrower the range; a kind of which none has ended leaves it open upwards. It promises
//! nothing: a step may wait for others in a way that is not foreseen here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::plan::change::Action;

/// What steps are compared by: what they do, to which resource type.
pub type Kind = (Action, Arc<str>);

/// The time left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// It will hardly take less.
    pub least: Duration,
    /// It will hardly take more; none while nobody can tell.
    pub most: Option<Duration>,
}

/// What is known of one kind.
#[derive(Debug, Default)]
struct Known {
    waiting: usize,
    ended: usize,
    sum: f64,
    squares: f64,
}

/// Durations of steps as they end, and how many run side by side.
#[derive(Debug, Default)]
pub struct Estimate {
    kinds: BTreeMap<Kind, Known>,
    began: Duration,
    /// The sum of the times that steps have run until `at`.
    busy: Duration,
    at: Duration,
    running: u32,
}

impl Known {
    /// How long one step lasts at least and at most, if `steps` of them follow; none without a step that has ended.
    fn bounds(&self, steps: usize) -> Option<(f64, f64)> {
        if self.ended == 0 {
            return None;
        }
        let (ended, steps) = (count(self.ended), count(steps.max(1)));
        let mean = self.sum / ended;
        let variance = (self.squares / ended - mean * mean).max(0.0);
        let spread = 2.0 * (variance * (1.0 / ended + 1.0 / steps)).sqrt();
        // A few that happened to be alike prove little.
        let doubt = spread.max(mean / (ended + 1.0));
        Some(((mean - doubt).max(0.0), mean + doubt))
    }
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

impl Estimate {
    /// An estimate of a run that begins now and has so many steps of each kind.
    pub fn new(now: Duration, steps: impl IntoIterator<Item = Kind>) -> Estimate {
        let mut estimate = Estimate {
            began: now,
            at: now,
            ..Estimate::default()
        };
        for kind in steps {
            estimate.kinds.entry(kind).or_default().waiting += 1;
        }
        estimate
    }

    fn pass(&mut self, now: Duration) {
        self.busy += now.saturating_sub(self.at) * self.running;
        self.at = self.at.max(now);
    }

    /// A step starts.
    pub fn started(&mut self, now: Duration, kind: &Kind) {
        self.pass(now);
        self.running += 1;
        if let Some(known) = self.kinds.get_mut(kind) {
            known.waiting = known.waiting.saturating_sub(1);
        }
    }

    /// A step ends. Only what went well tells how long others will take.
    pub fn ended(&mut self, now: Duration, kind: &Kind, took: Duration, well: bool) {
        self.pass(now);
        self.running = self.running.saturating_sub(1);
        if let Some(known) = self.kinds.get_mut(kind).filter(|_| well) {
            known.ended += 1;
            known.sum += took.as_secs_f64();
            known.squares += took.as_secs_f64() * took.as_secs_f64();
        }
    }

    /// The time left, if anything can be said of it. `running` is what runs now, and for how long already.
    pub fn left<'a>(
        &self,
        now: Duration,
        running: impl IntoIterator<Item = (&'a Kind, Duration)>,
    ) -> Option<Left> {
        if self.kinds.values().all(|known| known.ended == 0) {
            return None;
        }
        // The work that is left, and what no number of hands can shorten.
        let (mut least, mut most) = ((0.0_f64, 0.0_f64), (0.0_f64, 0.0_f64));
        let (mut steps, mut untold) = (0.0, false);
        for known in self.kinds.values().filter(|known| known.waiting > 0) {
            steps += count(known.waiting);
            match known.bounds(known.waiting) {
                None => untold = true,
                Some((low, high)) => {
                    least = (least.0 + low * count(known.waiting), least.1.max(low));
                    most = (most.0 + high * count(known.waiting), most.1.max(high));
                }
            }
        }
        for (kind, ran) in running {
            steps += 1.0;
            let ran = ran.as_secs_f64();
            match self.kinds.get(kind).and_then(|known| known.bounds(1)) {
                None => untold = true,
                Some((low, high)) => {
                    // What has run longer than others did may run as long again.
                    let (low, high) = ((low - ran).max(0.0), if ran < high { high - ran } else { ran });
                    least = (least.0 + low, least.1.max(low));
                    most = (most.0 + high, most.1.max(high));
                }
            }
        }
        if steps == 0.0 {
            return None;
        }
        let passed = now.saturating_sub(self.began).as_secs_f64();
        let busy = self.busy + now.saturating_sub(self.at) * self.running;
        let hands = if passed > 0.0 {
            busy.as_secs_f64() / passed
        } else {
            0.0
        };
        let many = hands.max(f64::from(self.running)).min(steps).max(1.0);
        // Towards the end less and less runs side by side.
        let few = (hands * 0.7).min(steps).max(1.0);
        let seconds =
            |work: f64, alone: f64| Duration::try_from_secs_f64(work.max(alone)).unwrap_or(Duration::MAX);
        Some(Left {
            least: seconds(least.0 / many, least.1),
            most: (!untold).then(|| seconds(most.0 / few, most.1)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str) -> Kind {
        (Action::Create, Arc::from(name))
    }

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// One after the other.
    fn run(estimate: &mut Estimate, kind: &Kind, times: &[f64]) -> Duration {
        let mut now = estimate.at;
        for took in times {
            estimate.started(now, kind);
            now += seconds(*took);
            estimate.ended(now, kind, seconds(*took), true);
        }
        now
    }

    #[test]
    fn nothing_is_said_before_a_step_has_ended_and_after_the_last_one() {
        let app = kind("app");
        let mut estimate = Estimate::new(Duration::ZERO, vec![app.clone(); 2]);
        assert_eq!(estimate.left(seconds(9.0), []), None);
        let now = run(&mut estimate, &app, &[1.0, 1.0]);
        assert_eq!(estimate.left(now, []), None);
    }

    #[test]
    fn the_range_is_narrow_when_steps_are_alike_and_wide_when_they_are_not() {
        let app = kind("app");
        let left = |times: &[f64]| {
            let mut estimate = Estimate::new(Duration::ZERO, vec![app.clone(); times.len() + 10]);
            let now = run(&mut estimate, &app, times);
            let left = estimate.left(now, []).unwrap();
            (left.least.as_secs_f64(), left.most.unwrap().as_secs_f64())
        };
        let one = left(&[2.0]);
        let (low, high) = left(&[2.0; 20]);
        assert!(one.0 < low && high < one.1, "more data, less doubt");
        assert!(
            (18.0..20.0).contains(&low) && (20.0..22.0).contains(&high),
            "{low} {high}"
        );
        let (low, high) = left(&[0.1, 3.9].repeat(10));
        assert!(low < 11.0 && high > 29.0, "{low} {high}");
    }

    #[test]
    fn what_runs_side_by_side_takes_less_time() {
        let app = kind("app");
        let mut estimate = Estimate::new(Duration::ZERO, vec![app.clone(); 40]);
        for _ in 0..10 {
            estimate.started(Duration::ZERO, &app);
        }
        for _ in 0..10 {
            estimate.ended(seconds(2.0), &app, seconds(2.0), true);
        }
        let left = estimate.left(seconds(2.0), []).unwrap();
        assert!(
            left.least >= seconds(5.0) && left.most.unwrap() <= seconds(12.0),
            "{left:?}"
        );
    }

    #[test]
    fn a_kind_without_data_leaves_the_range_open() {
        let (app, org) = (kind("app"), kind("org"));
        let mut estimate = Estimate::new(Duration::ZERO, [app.clone(), app.clone(), org]);
        let now = run(&mut estimate, &app, &[4.0]);
        let left = estimate.left(now, []).unwrap();
        assert_eq!(
            left,
            Left {
                least: seconds(2.0),
                most: None
            }
        );
    }

    #[test]
    fn what_runs_longer_than_expected_never_makes_it_negative() {
        let app = kind("app");
        let mut estimate = Estimate::new(Duration::ZERO, vec![app.clone(); 2]);
        let now = run(&mut estimate, &app, &[1.0]);
        estimate.started(now, &app);
        let left = estimate
            .left(now + seconds(60.0), [(&app, seconds(60.0))])
            .unwrap();
        assert_eq!(left.least, Duration::ZERO);
        assert_eq!(left.most, Some(seconds(60.0)));
    }

    #[test]
    fn a_failure_tells_nothing_about_the_others() {
        let app = kind("app");
        let mut estimate = Estimate::new(Duration::ZERO, vec![app.clone(); 2]);
        estimate.started(Duration::ZERO, &app);
        estimate.ended(seconds(1.0), &app, seconds(1.0), false);
        assert_eq!(estimate.left(seconds(1.0), []), None);
    }
}
