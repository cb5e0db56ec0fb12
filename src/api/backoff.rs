//! How long to wait before a call is tried again: exponential, with jitter from a given seed, for a bounded number of
//! times.
//!
//! No clock is read and nothing sleeps here. Whether a call may be tried again is decided in `retry`.

use std::time::Duration;

/// The longest wait that nobody asked for.
pub const LONGEST: Duration = Duration::from_secs(10);

/// The waits of one call.
#[derive(Clone, Debug)]
pub struct Backoff {
    state: u64,
    first: Duration,
    tried: u32,
    most: u32,
}

impl Backoff {
    /// At most so many waits, the first one about so long, with jitter from the seed.
    pub fn new(seed: u64, first: Duration, most: u32) -> Backoff {
        Backoff {
            state: seed,
            first,
            tried: 0,
            most,
        }
    }

    /// How many waits there were.
    pub fn tried(&self) -> u32 {
        self.tried
    }

    /// The next wait, or none when it is time to give up. `asked` is what the server asked for, if it did; it is
    /// never asked again sooner.
    pub fn next_wait(&mut self, asked: Option<Duration>) -> Option<Duration> {
        if self.tried >= self.most {
            return None;
        }
        let first = u64::try_from(self.first.as_micros()).unwrap_or(u64::MAX);
        let step = first.saturating_mul(1 << self.tried.min(16));
        let step = step.min(u64::try_from(LONGEST.as_micros()).unwrap_or(u64::MAX));
        self.tried += 1;
        // Between half of the step and the whole of it.
        let jitter = self.random() % (step / 2 + 1);
        let wait = Duration::from_micros(step / 2 + jitter);
        Some(asked.map_or(wait, |asked| asked.max(wait)))
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

    const FIRST: Duration = Duration::from_millis(50);

    #[test]
    fn waits_grow_end_and_repeat_with_their_seed() {
        let waits = |seed| {
            let mut backoff = Backoff::new(seed, FIRST, 12);
            std::iter::from_fn(|| backoff.next_wait(None)).collect::<Vec<_>>()
        };
        assert_eq!(waits(7), waits(7));
        assert_ne!(waits(7), waits(8));
        for (at, wait) in waits(7).iter().enumerate() {
            let step = (FIRST * (1 << at)).min(LONGEST);
            assert!((step / 2..=step).contains(wait), "{wait:?}");
        }
        assert_eq!(waits(7).len(), 12);
    }

    #[test]
    fn a_server_may_ask_for_a_longer_wait_and_not_for_a_shorter_one() {
        let mut backoff = Backoff::new(1, FIRST, 9);
        let long = Duration::from_secs(73);
        assert_eq!(backoff.next_wait(Some(long)), Some(long));
        assert!(backoff.next_wait(Some(Duration::ZERO)) >= Some(FIRST));
    }
}
