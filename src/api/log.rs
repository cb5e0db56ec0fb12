//! A hook that hears of every call, so that a command can count and show them, and the span of a call in a trace.

use tracing::Span;
use tracing::field::Empty;

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

/// The span of a call that is about to be made.
pub(crate) fn span(method: &'static str, path: &str) -> Span {
    tracing::debug_span!(
        "call",
        otel.name = method,
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = method,
        url.path = %path.escape_debug(),
        http.response.status_code = Empty,
        swarmform.code = Empty,
        swarmform.request = Empty,
        swarmform.millis = Empty,
    )
}

impl CallRecord {
    /// Notes the outcome in the span of the call, if there is one around.
    pub(crate) fn note(&self) {
        let span = Span::current();
        span.record("http.response.status_code", self.status);
        span.record("swarmform.code", self.code);
        span.record("swarmform.request", self.id.as_deref());
        span.record("swarmform.millis", self.millis);
        if self.status.is_none_or(|status| status >= 400) {
            span.record("otel.status_code", "ERROR");
        }
    }
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
