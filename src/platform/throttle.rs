//! Slows down who guesses passwords: after some failures for one name from one address, or many from one address,
//! each further try has to wait, longer each time. It knows no password and stores nothing on the disk.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use crate::platform::clock::Millis;

/// How long a failure is remembered after the last one.
const MEMORY: Millis = 15 * 60 * 1000;
/// The longest wait.
const LONGEST: Millis = 60 * 1000;
/// The most names and addresses that are remembered at once.
const MOST: usize = 10_000;
/// How many times more failures an address has than one name from it.
const NAMES: u32 = 10;

/// Whose failures are counted together: an address, and a name or all names from it.
type Key = (Option<IpAddr>, Option<String>);

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Millis,
    until: Millis,
}

/// The failures of the last minutes.
#[derive(Debug, Default)]
pub struct Throttle {
    seen: Mutex<BTreeMap<Key, Failures>>,
}

fn keys(from: Option<IpAddr>, name: &str) -> [Key; 2] {
    // A name can be as long as a path; what is kept of it is bounded.
    let short = name.chars().take(64).collect();
    [(from, Some(short)), (from, None)]
}

impl Throttle {
    /// Whether a try may be made now; else how many seconds it has to wait.
    ///
    /// # Errors
    /// The seconds, one or more.
    pub fn ask(&self, from: Option<IpAddr>, name: &str, now: Millis) -> Result<(), u64> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let until = keys(from, name)
            .iter()
            .filter_map(|key| seen.get(key))
            .map(|failures| failures.until)
            .max();
        match until.and_then(|until| u64::try_from(until.saturating_sub(now)).ok()) {
            Some(wait @ 1..) => Err(wait.div_ceil(1000)),
            _ => Ok(()),
        }
    }

    /// Notes a failure. `free` of one name, and ten times as many of one address, cost nothing.
    pub fn failed(&self, from: Option<IpAddr>, name: &str, free: u32, now: Millis) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys(from, name) {
            let free = match key.1 {
                Some(_) => free,
                None => free.saturating_mul(NAMES),
            };
            make_room(&mut seen, now);
            let failures = seen.entry(key).or_insert(Failures {
                count: 0,
                last: now,
                until: now,
            });
            if now.saturating_sub(failures.last) > MEMORY {
                failures.count = 0;
            }
            failures.count = failures.count.saturating_add(1);
            failures.last = now;
            if let Some(beyond) = failures.count.checked_sub(free.max(1)) {
                let wait = 1000_i64.checked_shl(beyond.min(16)).unwrap_or(LONGEST);
                failures.until = now.saturating_add(wait.min(LONGEST));
            }
        }
    }

    /// Notes a success: the failures of that name are forgotten, those of the address are not.
    pub fn passed(&self, from: Option<IpAddr>, name: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let [key, _] = keys(from, name);
        seen.remove(&key);
    }
}

/// Drops what is old when there is too much, and the oldest if nothing is.
fn make_room(seen: &mut BTreeMap<Key, Failures>, now: Millis) {
    if seen.len() < MOST {
        return;
    }
    seen.retain(|_, failures| now.saturating_sub(failures.last) <= MEMORY);
    while seen.len() >= MOST {
        let oldest = seen
            .iter()
            .min_by_key(|(_, failures)| failures.last)
            .map(|(key, _)| key.clone());
        match oldest {
            Some(key) => seen.remove(&key),
            None => return,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_beyond_the_free_ones_doubles_the_wait_up_to_a_minute() {
        let throttle = Throttle::default();
        let mut waits = Vec::new();
        for _ in 0..12 {
            throttle.failed(None, "ada", 3, 0);
            waits.push(throttle.ask(None, "ada", 0).err().unwrap_or(0));
        }
        assert_eq!(waits, [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
        assert_eq!(throttle.ask(None, "ada", 60_000), Ok(()));
        assert_eq!(throttle.ask(None, "grace", 0), Ok(()));
    }

    #[test]
    fn a_success_forgets_the_name_and_a_long_silence_forgets_all() {
        let throttle = Throttle::default();
        let here = Some(IpAddr::from([127, 0, 0, 1]));
        throttle.failed(here, "ada", 1, 0);
        assert_eq!(throttle.ask(here, "ada", 0), Err(1));
        throttle.passed(here, "ada");
        assert_eq!(throttle.ask(here, "ada", 0), Ok(()));
        for _ in 0..5 {
            throttle.failed(here, "ada", 2, 0);
        }
        throttle.failed(here, "ada", 2, MEMORY + 1);
        assert_eq!(throttle.ask(here, "ada", MEMORY + 1), Ok(()));
    }

    #[test]
    fn many_names_from_one_address_are_slowed_down_too_and_memory_is_bounded() {
        let throttle = Throttle::default();
        let here = Some(IpAddr::from([127, 0, 0, 1]));
        for number in 0..10 {
            throttle.failed(here, &format!("name{number}"), 1, 0);
        }
        assert_eq!(throttle.ask(here, "another", 0), Err(1));
        assert_eq!(throttle.ask(None, "another", 0), Ok(()));
        for number in 0..10_050_i64 {
            throttle.failed(None, &format!("name{number}"), 1_000_000, number);
        }
        assert!(throttle.seen.lock().unwrap().len() <= MOST);
    }
}
