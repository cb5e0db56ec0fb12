//! How long to wait before a call is tried again: exponential, with jitter from a given seed, for a bounded time.
//!
//! No clock is read and nothing sleeps here.

use std::time::Duration;

/// The longest wait, also for what a server asks for in `Retry-After`.
pub const LONGEST: Duration = Duration::from_secs(10);

/// No call waits longer than this in all.
pub const DEADLINE: Duration = Duration::from_secs(60);

const FIRST_MILLIS: u64 = 50;

/// The waits of one call.
#[derive(Clone, Debug)]
pub struct Backoff {
    state: u64,
    tried: u32,
    most: u32,
    waited: Duration,
}

impl Backoff {
    /// At most so many waits, with jitter from the seed.
    pub fn new(seed: u64, most: u32) -> Backoff {
        Backoff {
            state: seed,
            tried: 0,
            most,
            waited: Duration::ZERO,
        }
    }

    /// The next wait, or none when it is time to give up. `asked` is what the server asked for, if it did.
    pub fn next_wait(&mut self, asked: Option<Duration>) -> Option<Duration> {
        if self.tried >= self.most {
            return None;
        }
        let step = FIRST_MILLIS.saturating_mul(1 << self.tried.min(16));
        self.tried += 1;
        // Between half of the step and the whole of it.
        let jitter = self.random() % (step / 2 + 1);
        let wait = Duration::from_millis(step / 2 + jitter);
        let wait = asked.map_or(wait, |asked| asked.max(wait)).min(LONGEST);
        self.waited += wait;
        (self.waited <= DEADLINE).then_some(wait)
    }

    /// SplitMix64.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_end_and_repeat_with_their_seed() {
        let waits = |seed| {
            let mut backoff = Backoff::new(seed, 4);
            std::iter::from_fn(|| backoff.next_wait(None)).collect::<Vec<_>>()
        };
        assert_eq!(waits(7), waits(7));
        assert_ne!(waits(7), waits(8));
        for (at, wait) in waits(7).iter().enumerate() {
            let step = 50 << at;
            assert!((step / 2..=step).contains(&(wait.as_millis() as u64)), "{wait:?}");
        }
        assert_eq!(waits(7).len(), 4);
    }

    #[test]
    fn a_server_may_ask_for_a_longer_wait_within_bounds() {
        let mut backoff = Backoff::new(1, 9);
        assert_eq!(
            backoff.next_wait(Some(Duration::from_secs(3))),
            Some(Duration::from_secs(3))
        );
        assert_eq!(backoff.next_wait(Some(Duration::from_secs(999))), Some(LONGEST));
    }

    #[test]
    fn there_is_an_end_to_waiting() {
        let mut backoff = Backoff::new(1, 1_000);
        let waits = std::iter::from_fn(|| backoff.next_wait(Some(LONGEST)));
        assert_eq!(waits.sum::<Duration>(), DEADLINE);
    }
}
