//! Whether a failed call is tried again, and when: a decision from what became of it, the time, and a seed.
//!
//! A *safe* call changes nothing that it matters to change twice: a read, or a login. It is tried again whenever the
//! failure may pass. Any other call is tried again only when it was provably not carried out: nothing was sent, or the
//! platform refused it as too much (429, or 503 with the time to come back, which tells it from the 503 of a gateway
//! that lost its answer). What became of a call whose answer was lost is never found out by sending it again.
//!
//! No clock is read and nothing sleeps here, so that a test plays hours of it in no time.

use std::time::Duration;

use super::backoff::Backoff;

/// How often a call is tried again that cannot even be sent: whoever has a wrong endpoint wants to know it soon.
pub const UNSENT: u32 = 4;

/// What became of a call that did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// There was no connection to send it on.
    Unsent,
    /// It was sent, and no whole answer came: too late, cut, or in part.
    Lost,
    /// The platform answered with this status.
    Answered(u16),
}

/// A failure, as far as trying again goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What became of the call.
    pub came: Came,
    /// How long the platform asked to stay away.
    pub asked: Option<Duration>,
}

impl Failure {
    /// Whether the platform says that it has too much to do.
    pub fn is_overload(&self) -> bool {
        matches!(self.came, Came::Answered(429 | 503))
    }

    /// Whether a call may be sent again after this failure.
    pub fn may_repeat(&self, safe: bool) -> bool {
        match self.came {
            Came::Unsent | Came::Answered(429) => true,
            Came::Answered(503) => safe || self.asked.is_some(),
            Came::Lost | Came::Answered(500 | 502 | 504) => safe,
            Came::Answered(_) => false,
        }
    }
}

/// The bounds of trying again.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How often a call is tried again.
    pub most: u32,
    /// About how long the first wait is.
    pub first: Duration,
    /// No try begins later than this after the first one.
    pub deadline: Duration,
}

/// One call's tries.
#[derive(Clone, Debug)]
pub struct Retry {
    backoff: Backoff,
    /// By the clock that `now` is read from.
    end: Duration,
}

impl Retry {
    /// A call whose first try begins now.
    pub fn new(seed: u64, limits: Limits, now: Duration) -> Retry {
        Retry {
            backoff: Backoff::new(seed, limits.first, limits.most),
            end: now.saturating_add(limits.deadline),
        }
    }

    /// After a failure: how long to wait before the next try, or none when it is time to give up.
    pub fn next_wait(&mut self, safe: bool, failure: Failure, now: Duration) -> Option<Duration> {
        let hopeless = failure.came == Came::Unsent && self.backoff.tried() >= UNSENT;
        if hopeless || !failure.may_repeat(safe) {
            return None;
        }
        let wait = self.backoff.next_wait(failure.asked)?;
        // Coming back sooner than was asked for would only be refused again.
        (now.saturating_add(wait) <= self.end).then_some(wait)
    }
}

/// The time that a `Retry-After` asks for: a number of seconds, or a date of HTTP.
pub fn retry_after(text: &str, now_unix_nanos: i128) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    let wait = date.timestamp().as_nanosecond().saturating_sub(now_unix_nanos);
    Some(Duration::from_nanos(
        u64::try_from(wait.max(0)).unwrap_or(u64::MAX),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        most: 8,
        first: Duration::from_millis(50),
        deadline: Duration::from_secs(120),
    };

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Plays a call on a clock of its own: when each try begins, if each takes so long and fails so.
    fn tries(safe: bool, took: Duration, failure: Failure) -> Vec<Duration> {
        let mut now = seconds(1_000);
        let mut retry = Retry::new(7, LIMITS, now);
        let mut tries = vec![now - seconds(1_000)];
        loop {
            now += took;
            let Some(wait) = retry.next_wait(safe, failure, now) else {
                return tries;
            };
            now += wait;
            tries.push(now - seconds(1_000));
        }
    }

    fn failed(came: Came, asked: Option<u64>) -> Failure {
        Failure {
            came,
            asked: asked.map(seconds),
        }
    }

    #[test]
    fn what_is_safe_is_tried_again_after_whatever_may_pass() {
        for came in [Came::Unsent, Came::Lost] {
            assert!(failed(came, None).may_repeat(true), "{came:?}");
        }
        for status in 400..600 {
            let passes = [429, 500, 502, 503, 504].contains(&status);
            assert_eq!(
                failed(Came::Answered(status), None).may_repeat(true),
                passes,
                "{status}"
            );
        }
    }

    #[test]
    fn a_change_is_sent_again_only_if_it_was_provably_not_carried_out() {
        let again = |came, asked| failed(came, asked).may_repeat(false);
        assert!(again(Came::Unsent, None));
        assert!(again(Came::Answered(429), None));
        assert!(again(Came::Answered(503), Some(1)));
        assert!(!again(Came::Answered(503), None));
        assert!(!again(Came::Lost, Some(1)));
        for status in (400..600).filter(|status| ![429, 503].contains(status)) {
            assert!(!again(Came::Answered(status), Some(1)), "{status}");
        }
    }

    #[test]
    fn trying_ends_after_so_many_tries_or_at_the_deadline() {
        let quick = tries(true, Duration::ZERO, failed(Came::Answered(500), None));
        assert_eq!(quick.len(), 9);
        assert!(quick.last() < Some(&seconds(13)));
        // A platform that lets each request time out gets four of them.
        let slow = tries(true, seconds(30), failed(Came::Lost, None));
        assert_eq!(slow.len(), 4);
        assert!(slow.iter().all(|at| *at <= LIMITS.deadline));
        // One that is not there at all is given up soon.
        let gone = tries(true, Duration::ZERO, failed(Came::Unsent, None));
        assert_eq!(gone.len(), 1 + UNSENT as usize);
        assert!(gone.last() < Some(&seconds(1)));
    }

    #[test]
    fn the_platform_is_asked_again_when_it_said_or_not_at_all() {
        let at = tries(false, Duration::ZERO, failed(Came::Answered(429), Some(50)));
        assert_eq!(at, [0, 50, 100].map(seconds));
        let never = tries(false, Duration::ZERO, failed(Came::Answered(429), Some(3_600)));
        assert_eq!(never, [seconds(0)]);
    }

    #[test]
    fn the_same_seed_plays_the_same() {
        let play = || tries(true, seconds(1), failed(Came::Lost, None));
        assert_eq!(play(), play());
    }

    #[test]
    fn a_time_to_come_back_is_seconds_or_a_date() {
        // Sun, 06 Nov 1994 08:49:37 GMT
        let now = 784_111_777 * 1_000_000_000;
        let after = |text| retry_after(text, now);
        assert_eq!(after("120"), Some(seconds(120)));
        assert_eq!(after(" 0 "), Some(seconds(0)));
        assert_eq!(after("Sun, 06 Nov 1994 08:50:00 GMT"), Some(seconds(23)));
        assert_eq!(after("Sun, 06 Nov 1994 08:00:00 GMT"), Some(seconds(0)));
        assert_eq!(after("99999999999999999999999"), Some(seconds(u64::MAX)));
        for nonsense in ["", "-1", "soon", "1.5", "Sun, 06 Nov"] {
            assert_eq!(after(nonsense), None, "{nonsense}");
        }
    }
}
