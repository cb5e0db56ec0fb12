//! The connection method: ping. It says whether the platform can keep what it is told, and nothing more.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

use crate::platform::answer::Reply;
use crate::platform::error::Refusal;
use crate::platform::routes::Call;

/// `GET /v1/ping`: `"OK"` with its quotes, or 500 and `"FAILED"`.
pub async fn ping(call: Call) -> Result<Reply, Refusal> {
    let (code, text) = match call.platform.usable() {
        true => (StatusCode::OK, "\"OK\""),
        false => (StatusCode::INTERNAL_SERVER_ERROR, "\"FAILED\""),
    };
    let response = (code, [(header::CONTENT_TYPE, "application/json")], text).into_response();
    Ok(Reply::Whole(Box::new(response)))
}
