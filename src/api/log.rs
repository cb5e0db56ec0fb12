//! A hook that hears of every call, so that a command can count and show them.

/// One request that was made, successful or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// The path, without the endpoint. It holds no secret.
    pub path: String,
    /// The HTTP status; none when there was no answer.
    pub status: Option<u16>,
    /// The response code of the API, if the answer had one.
    pub code: Option<u32>,
    /// What the server calls the request, for its own log; fit for a terminal.
    pub id: Option<String>,
    /// How long it took, in milliseconds.
    pub millis: u64,
}

/// Hears of every call as it ends, in the order of the ends. It must not block.
pub trait CallLog: Send + Sync {
    /// A call ended.
    fn called(&self, record: &CallRecord);
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLog;

impl CallLog for NoLog {
    fn called(&self, _record: &CallRecord) {}
}
