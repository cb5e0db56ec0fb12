//! Time as the platform sees it: milliseconds since 1970 through a port, and the four ways the API prints them.
//! It knows no time zone but UTC.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// Where the time comes from.
pub trait Clock: Send + Sync + 'static {
    /// The present moment. It may jump backwards, as system clocks do.
    fn now(&self) -> Millis;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Millis {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, length)
    }
}

/// A duration in milliseconds, at most the largest [`Millis`].
pub fn length(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX)
}

fn print(moment: Millis, form: &str) -> String {
    Timestamp::from_millisecond(moment)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .strftime(form)
        .to_string()
}

/// `2015-05-07 03:28:18`, as in the list of applications.
pub fn plain(moment: Millis) -> String {
    print(moment, "%Y-%m-%d %H:%M:%S")
}

/// `2015-05-16T01:01:20Z`, as in `create_date`.
pub fn rfc3339(moment: Millis) -> String {
    print(moment, "%Y-%m-%dT%H:%M:%SZ")
}

/// `2015-05-16 01:01:59.326 +0000 UTC`, as in an instance's logs.
pub fn log_stamp(moment: Millis) -> String {
    print(moment, "%Y-%m-%d %H:%M:%S.%3f +0000 UTC")
}

/// `16/May/2015 01:03:03`, as in the access lines of the logs.
pub fn access_stamp(moment: Millis) -> String {
    print(moment, "%d/%b/%Y %H:%M:%S")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_printed_as_the_reference_page_prints_it() {
        let moment = 1_431_738_119_326;
        assert_eq!(plain(moment), "2015-05-16 01:01:59");
        assert_eq!(rfc3339(moment), "2015-05-16T01:01:59Z");
        assert_eq!(log_stamp(moment), "2015-05-16 01:01:59.326 +0000 UTC");
        assert_eq!(access_stamp(moment), "16/May/2015 01:01:59");
    }
}
