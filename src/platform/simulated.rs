//! The simulated runtime: instances that take their time to start and to stop, write log lines, use some memory and
//! run a few commands. All of it follows from the instance's identifier and the clock, so two looks at one moment
//! see the same. It runs no process and touches no network.

use std::time::Duration;

use data_encoding::HEXLOWER;
use futures::future::BoxFuture;
use sha2::{Digest, Sha256};

use crate::platform::clock::{Millis, access_stamp, length};
use crate::platform::config::Speed;
use crate::platform::model::{Component, Instance, Run};
use crate::platform::runtime::{Command, Launch, Line, Runtime, Streams, Usage, Workload};
use crate::platform::shell;
use crate::platform::timeline::{phase, run_at};

/// Mean time between two access lines.
const PERIOD: Millis = 7_000;

const CAPACITY_MB: f64 = 512.0;

/// The runtime that only plays one.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// How long starting and stopping take.
    pub speed: Speed,
    /// Instances whose image has this tag fail to start.
    pub failing_tag: Option<String>,
}

/// The version in an image's name, if it has one.
pub fn tag_of(image: &str) -> Option<&str> {
    let last = image.rsplit('/').next()?;
    last.split_once(':').map(|(_, tag)| tag)
}

/// A number that looks random and follows from its inputs.
fn chance(id: &str, number: i64) -> u64 {
    let mut hash = Sha256::new();
    hash.update(id.as_bytes());
    hash.update(number.to_be_bytes());
    hash.finalize()
        .iter()
        .take(8)
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

/// At most `limit` - 1.
fn below(id: &str, number: i64, limit: u64) -> i64 {
    i64::try_from(chance(id, number) % limit.max(1)).unwrap_or(0)
}

fn access(id: &str, number: i64, at: Millis) -> String {
    const REQUESTS: [(&str, &str); 5] = [
        ("GET / HTTP/1.1", "200"),
        ("GET /favicon.ico HTTP/1.1", "404"),
        ("GET /hello/kord HTTP/1.1", "200"),
        ("HEAD / HTTP/1.1", "200"),
        ("GET /robots.txt HTTP/1.1", "404"),
    ];
    let pick = chance(id, number.wrapping_add(1 << 40)) % 5;
    let (request, code) = usize::try_from(pick)
        .ok()
        .and_then(|pick| REQUESTS.get(pick))
        .unwrap_or(&REQUESTS[0]);
    format!("172.17.42.1 - - [{}] \"{request}\" {code} -", access_stamp(at))
}

/// The lines of one run, newest first.
fn lines_of<'a>(workload: &'a Workload, run: &'a Run, now: Millis) -> impl Iterator<Item = Line> + 'a {
    let id = &workload.instance.id;
    let end = run.halt.map_or(now, |halt| halt.from.min(now));
    let ended = run.halt.filter(|halt| halt.from <= now).map(|halt| Line {
        at: halt.from,
        text: format!(" * {} received SIGTERM, shutting down", workload.component.name),
    });
    let up = (run.up <= end).then(|| Line {
        at: run.up,
        text: match (run.failed, workload.component.ports.first()) {
            (true, _) => format!(" * {} exited with code 1", workload.component.name),
            (_, Some(port)) => format!(" * Running on http://0.0.0.0:{port}/ (Press CTRL+C to quit)"),
            (_, None) => format!(" * {} is running", workload.component.name),
        },
    });
    // Only what listens is asked for pages. One line falls into each period, at a place that chance picks.
    let listens = !run.failed && !workload.component.ports.is_empty();
    let periods = if listens {
        end.saturating_sub(run.up).max(0) / PERIOD
    } else {
        0
    };
    let accesses = (0..=periods)
        .rev()
        .filter(move |_| listens)
        .filter_map(move |number| {
            let offset = number
                .saturating_mul(PERIOD)
                .saturating_add(below(id, number, 6_900))
                .saturating_add(50);
            let at = run.up.saturating_add(offset);
            (at <= end).then(|| Line {
                at,
                text: access(id, number, at),
            })
        });
    ended.into_iter().chain(accesses).chain(up)
}

impl Runtime for Simulated {
    fn launch(&self, _component: &Component, instance: &Instance, at: Millis) -> Launch {
        let failed = self.failing_tag.is_some() && tag_of(&instance.image) == self.failing_tag.as_deref();
        Launch {
            up: at.saturating_add(length(self.speed.start)),
            failed,
        }
    }

    fn halt(&self, _component: &Component, _instance: &Instance, at: Millis) -> Millis {
        at.saturating_add(length(self.speed.stop))
    }

    fn image_hash(&self, image: &str) -> String {
        HEXLOWER.encode(&Sha256::digest(image.as_bytes()))
    }

    fn logs(&self, workload: &Workload, now: Millis, count: usize) -> Vec<Line> {
        let runs = workload.instance.runs.iter().rev().filter(|run| run.start <= now);
        let mut lines: Vec<Line> = runs
            .flat_map(|run| lines_of(workload, run, now))
            .take(count)
            .collect();
        lines.reverse();
        lines
    }

    fn usage(&self, workload: &Workload, now: Millis) -> Usage {
        let id = &workload.instance.id;
        let live = phase(&workload.instance, now).live() && run_at(&workload.instance, now).is_some();
        if !live {
            return Usage {
                memory_mb: 0.0,
                capacity_mb: CAPACITY_MB,
                cpu_percent: 0.0,
            };
        }
        let second = now / 1000;
        // 8 to 72 MiB by instance, plus up to 2 MiB that come and go, in steps of 1/256 MiB.
        let steps = 8 * 256 + chance(id, -1) % (64 * 256) + chance(id, second) % 512;
        let cpu = chance(id, second.wrapping_add(1 << 41)) % 30_000;
        let number = |value: u64| u32::try_from(value).map_or(0.0, f64::from);
        Usage {
            memory_mb: number(steps) / 256.0,
            capacity_mb: CAPACITY_MB,
            cpu_percent: number(cpu) / 10_000.0,
        }
    }

    fn exec(&self, workload: Workload, command: Command, streams: Streams) -> BoxFuture<'static, i32> {
        Box::pin(shell::run(workload, command, streams))
    }
}

impl Default for Simulated {
    fn default() -> Simulated {
        let speed = Speed {
            start: Duration::from_millis(150),
            stop: Duration::from_millis(100),
        };
        Simulated {
            speed,
            failing_tag: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::model::Halt;

    fn workload(runs: Vec<Run>) -> Workload {
        let instance = Instance {
            id: "by3we1wr77b7".into(),
            image: "nginx:1".into(),
            created: 0,
            runs,
            leaves: None,
            replaces: None,
            volumes: Vec::new(),
        };
        let component = Component {
            name: "web".into(),
            image: "nginx:1".into(),
            pod: None,
            ports: vec![5000],
            env: Vec::new(),
            command: String::new(),
            volumes: Vec::new(),
            min: 1,
            max: 10,
            running: true,
            instances: Vec::new(),
        };
        Workload {
            org: "o".into(),
            env: "e".into(),
            app: "a".into(),
            service: "s".into(),
            component,
            instance,
        }
    }

    #[test]
    fn the_log_grows_with_time_and_never_changes_its_past() {
        let run = Run {
            start: 0,
            up: 1000,
            failed: false,
            halt: Some(Halt {
                from: 60_000,
                down: 61_000,
            }),
        };
        let again = Run {
            start: 70_000,
            up: 71_000,
            failed: false,
            halt: None,
        };
        let workload = workload(vec![run, again]);
        let all = |now| Simulated::default().logs(&workload, now, 10_000);
        assert!(all(500).is_empty());
        assert_eq!(
            all(1000).first().unwrap().text,
            " * Running on http://0.0.0.0:5000/ (Press CTRL+C to quit)"
        );
        let mut before: Vec<Line> = Vec::new();
        for now in (0..200_000).step_by(500) {
            let lines = all(now);
            assert!(lines.starts_with(&before), "at {now}");
            assert!(lines.iter().all(|line| line.at <= now));
            assert!(lines.is_sorted_by_key(|line| line.at), "at {now}: {lines:?}");
            before = lines;
        }
        assert!(before.len() > 15);
        let tail = Simulated::default().logs(&workload, 199_500, 3);
        assert_eq!(tail, before[before.len() - 3..]);
    }

    #[test]
    fn statistics_vary_but_not_within_a_moment() {
        let up = workload(vec![Run {
            start: 0,
            up: 0,
            failed: false,
            halt: None,
        }]);
        let look = |now| Simulated::default().usage(&up, now);
        assert_eq!(look(5000), look(5000));
        assert!((0..20).any(|second| look(second * 1000) != look(0)));
        assert_eq!(
            Simulated::default().usage(&workload(Vec::new()), 0).memory_mb,
            0.0
        );
    }

    #[test]
    fn the_tag_is_what_follows_the_last_colon_of_the_last_part() {
        assert_eq!(tag_of("python:3.3.6"), Some("3.3.6"));
        assert_eq!(tag_of("localhost:5000/ns/python"), None);
        assert_eq!(tag_of("localhost:5000/ns/python:3"), Some("3"));
    }
}
