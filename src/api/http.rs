//! Small matters of HTTP: sound paths, what broke, and whole bodies within bounds.
//!
//! Nothing here knows the API.

use crate::api::error::{ErrorKind, presentable};

/// The largest answer that is read, 64 MiB.
const ANSWER_MAX: usize = 64 << 20;

/// Whether no part of a path but the last is empty, and none is made of dots.
pub(crate) fn is_sound(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    let parts: Vec<&str> = rest.split('/').collect();
    let last = parts.len().saturating_sub(1);
    parts
        .iter()
        .enumerate()
        .all(|(at, part)| !matches!(*part, "." | "..") && (at == last || !part.is_empty()))
}

/// What broke, in words without the URL.
pub(crate) fn broken(error: &reqwest::Error) -> (ErrorKind, String) {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    let reason = presentable(&deepest.to_string(), &[]);
    if error.is_timeout() && !error.is_connect() {
        return (
            ErrorKind::Timeout,
            "no answer within the request timeout".to_owned(),
        );
    }
    if error.is_connect() {
        return (
            ErrorKind::Connect,
            format!(
                "no connection to the platform: {}",
                reason.split(" (os error").next().unwrap_or(&reason)
            ),
        );
    }
    (ErrorKind::Broken, format!("the connection broke: {reason}"))
}

/// The whole body as text.
pub(crate) async fn read_body(mut response: reqwest::Response) -> Result<String, (ErrorKind, String)> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > ANSWER_MAX => {
                return Err((
                    ErrorKind::Protocol,
                    format!("the answer is larger than {} MiB", ANSWER_MAX >> 20),
                ));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => {
                return Ok(String::from_utf8(body)
                    .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()));
            }
            Err(error) => return Err(broken(&error)),
        }
    }
}
