//! How many requests may be under way at once: fewer when the platform says that it is too many.
//!
//! All requests of a client share one [`Pace`]. A 429 or 503 halves what may be under way and lets everybody wait as
//! long as the platform asked for; each full round of answers without one lets one more be under way, up to what is
//! configured. When the platform cannot be reached at all and one call has tried in vain for as long as it may, the
//! others try once only, until one gets through. It reads no clock: whoever asks says what time it is, as the time
//! since some moment.

use std::time::Duration;

/// See the module's documentation.
#[derive(Clone, Debug)]
pub struct Pace {
    most: usize,
    limit: usize,
    running: usize,
    /// Answers since the limit last changed.
    answers: usize,
    resume: Option<Duration>,
    given_up: bool,
}

/// Whether a request may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It may, and counts as running.
    Now,
    /// Not before so long.
    In(Duration),
    /// Not before another one has ended.
    AfterAnother,
}

impl Pace {
    /// With so many at once at most, at least one.
    pub fn new(most: usize) -> Pace {
        let most = most.max(1);
        Pace {
            most,
            limit: most,
            running: 0,
            answers: 0,
            resume: None,
            given_up: false,
        }
    }

    /// Asks for a turn.
    pub fn turn(&mut self, now: Duration) -> Turn {
        if let Some(wait) = self.resume.and_then(|resume| resume.checked_sub(now))
            && !wait.is_zero()
        {
            return Turn::In(wait);
        }
        if self.running >= self.limit {
            return Turn::AfterAnother;
        }
        self.running += 1;
        Turn::Now
    }

    /// A request has ended, however.
    pub fn ended(&mut self) {
        self.running = self.running.saturating_sub(1);
    }

    /// A call gave up because the platform could not be reached.
    pub fn unreachable(&mut self) {
        self.given_up = true;
    }

    /// Whether it is worth while to try again when the platform cannot be reached.
    pub fn is_given_up(&self) -> bool {
        self.given_up
    }

    /// The platform answered something.
    pub fn reached(&mut self) {
        self.given_up = false;
    }

    /// The platform answered, and not that it is too much.
    pub fn answered(&mut self) {
        self.answers += 1;
        if self.answers >= self.limit && self.limit < self.most {
            self.limit += 1;
            self.answers = 0;
        }
    }

    /// The platform said that it is too much, and for how long.
    pub fn refused(&mut self, now: Duration, wait: Duration) {
        // Answers to what was sent before the last refusal say nothing new.
        if self.resume.is_none_or(|resume| resume <= now) {
            self.limit = (self.limit / 2).max(1);
            self.answers = 0;
        }
        self.resume = self.resume.max(Some(now.saturating_add(wait)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// How many may start now.
    fn room(pace: &Pace, now: Duration) -> usize {
        let mut pace = pace.clone();
        std::iter::from_fn(|| (pace.turn(now) == Turn::Now).then_some(())).count()
    }

    #[test]
    fn a_refusal_halves_the_pace_and_everybody_waits_as_long_as_was_asked() {
        let now = 1_000 * SECOND;
        let mut pace = Pace::new(10);
        assert_eq!(room(&pace, now), 10);
        pace.refused(now, 2 * SECOND);
        assert_eq!(pace.turn(now + SECOND), Turn::In(SECOND));
        // The others that were under way are refused too; that is one trouble and not ten.
        for _ in 0..9 {
            pace.refused(now, SECOND);
        }
        assert_eq!(pace.turn(now + SECOND), Turn::In(SECOND));
        assert_eq!(room(&pace, now + 2 * SECOND), 5);
        for _ in 0..9 {
            pace.refused(now + 3 * SECOND, Duration::ZERO);
        }
        assert_eq!(room(&pace, now + 3 * SECOND), 1);
    }

    #[test]
    fn answers_bring_the_pace_back_one_by_one() {
        let now = 1_000 * SECOND;
        let mut pace = Pace::new(4);
        pace.refused(now, Duration::ZERO);
        let mut rooms = Vec::new();
        for _ in 0..9 {
            rooms.push(room(&pace, now));
            pace.answered();
        }
        assert_eq!(rooms, [2, 2, 3, 3, 3, 4, 4, 4, 4]);
    }

    #[test]
    fn one_call_finds_out_for_all_that_nobody_is_there() {
        let mut pace = Pace::new(3);
        assert!(!pace.is_given_up());
        pace.unreachable();
        assert!(pace.is_given_up());
        pace.reached();
        assert!(!pace.is_given_up());
    }

    #[test]
    fn what_ends_makes_room() {
        let now = 1_000 * SECOND;
        let mut pace = Pace::new(1);
        assert_eq!(pace.turn(now), Turn::Now);
        assert_eq!(pace.turn(now), Turn::AfterAnother);
        pace.ended();
        assert_eq!(pace.turn(now), Turn::Now);
    }
}
