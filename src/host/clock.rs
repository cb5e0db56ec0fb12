//! Time and randomness of this machine.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::lang::Effects;
use crate::ports::{Clock, Ids};

/// The time as the system tells it. It may jump; `uptime` does not.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_unix_nanos(&self) -> i128 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i128::try_from(since.as_nanos()).unwrap_or(i128::MAX),
            Err(before) => -i128::try_from(before.duration().as_nanos()).unwrap_or(i128::MAX),
        }
    }

    fn uptime(&self) -> Duration {
        static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
        Instant::now().saturating_duration_since(*BEGINNING)
    }
}

/// Random version 4 UUIDs.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    fn uuid(&self) -> String {
        uuid::Uuid::new_v4().to_string()
    }
}

/// Both, as functions of the language see them.
#[derive(Clone)]
pub struct SystemEffects {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The ids.
    pub ids: Arc<dyn Ids>,
}

impl Effects for SystemEffects {
    fn timestamp(&self) -> String {
        timestamp(&*self.clock)
    }

    fn uuid(&self) -> String {
        self.ids.uuid()
    }

    fn salt(&self) -> [u8; 16] {
        rand::random()
    }
}

/// Now, RFC 3339 in UTC with whole seconds; empty if the clock is out of all bounds.
pub fn timestamp(clock: &dyn Clock) -> String {
    let now = jiff::Timestamp::from_nanosecond(clock.now_unix_nanos());
    now.map(|now| now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;

    impl Clock for Fixed {
        fn now_unix_nanos(&self) -> i128 {
            1_700_000_000_999_999_999
        }
    }

    #[test]
    fn a_timestamp_has_whole_seconds() {
        assert_eq!(timestamp(&Fixed), "2023-11-14T22:13:20Z");
    }

    #[test]
    fn random_things_differ() {
        let effects = SystemEffects {
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
        };
        assert_ne!(effects.uuid(), effects.uuid());
        assert_ne!(effects.salt(), effects.salt());
        assert!(*timestamp(&SystemClock) > *"2024");
    }
}
