//! What can go wrong with a call, sorted so that a caller can decide by kind.
//!
//! An [`ApiError`] never holds a token or a password, and what the server said is escaped and cut, so that it
//! may be shown on a terminal.

use std::fmt;

use crate::api::codes;

/// The kind of a failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorKind {
    /// The object does not exist.
    NotFound,
    /// An object of that name exists already.
    AlreadyExists,
    /// Not allowed; for an organization or its members it may also mean that there is none.
    Forbidden,
    /// The token or the credentials are not accepted.
    Unauthorized,
    /// The server refuses the input.
    WrongInput,
    /// The image has no such version.
    InvalidVersion,
    /// The server failed.
    Server,
    /// No answer in time. A mutation may have been carried out.
    Timeout,
    /// No connection: nothing was sent.
    Connect,
    /// Too many requests, even after waiting.
    TooManyRequests,
    /// The connection broke before the answer was whole. A mutation may have been carried out.
    Broken,
    /// The answer is not what the API promises. A mutation may have been carried out.
    Protocol,
}

impl ErrorKind {
    /// Whether a mutation that failed so may have been carried out all the same.
    pub fn is_ambiguous(self) -> bool {
        matches!(
            self,
            ErrorKind::Timeout | ErrorKind::Broken | ErrorKind::Protocol | ErrorKind::Server
        )
    }
}

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// The path, without the endpoint.
    pub path: String,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// The response code, if the answer had one.
    pub code: Option<u32>,
    /// What the server said, or what broke: escaped, cut, and without secrets.
    pub text: String,
    /// The kind.
    pub kind: ErrorKind,
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.method, self.path.escape_debug())?;
        match (self.status, self.code) {
            (Some(status), Some(code)) => write!(f, "the platform answered {status} ({code})")?,
            (Some(status), None) => write!(f, "the platform answered {status}")?,
            (None, _) => return f.write_str(&self.text),
        }
        if self.text.is_empty() {
            return Ok(());
        }
        write!(f, ": {}", self.text)
    }
}

impl std::error::Error for ApiError {}

/// The longest text of a server that is shown.
const TEXT_MAX: usize = 400;

/// A text of a server, fit for a terminal: secrets taken out, control characters escaped, and cut.
pub(crate) fn presentable(text: &str, secrets: &[&str]) -> String {
    let mut shown = text.trim().to_owned();
    for secret in secrets.iter().filter(|secret| secret.len() >= 4) {
        shown = shown.replace(secret, "(hidden)");
    }
    let mut escaped = String::new();
    for letter in shown.chars() {
        if escaped.len() > TEXT_MAX {
            escaped.push_str("...");
            break;
        }
        if letter.is_control()
            || matches!(letter, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            escaped.extend(letter.escape_default());
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

/// The kind of an answer, or nothing when it is a success.
pub(crate) fn classify(
    method: &str,
    path: &str,
    status: u16,
    code: Option<u32>,
    text: &str,
) -> Option<ErrorKind> {
    use ErrorKind::*;
    let success = (200..300).contains(&status) || status == 101;
    let by_status = match status {
        401 => Some(Unauthorized),
        403 => Some(Forbidden),
        404 => Some(NotFound),
        429 => Some(TooManyRequests),
        _ => None,
    };
    if by_status.is_some() {
        return by_status;
    }
    let by_code = match code {
        Some(codes::NOT_FOUND) => Some(NotFound),
        Some(codes::ALREADY_EXISTS) => Some(AlreadyExists),
        Some(codes::INVALID_CREDENTIALS) => Some(Unauthorized),
        Some(codes::WRONG_INPUT | codes::USER_ERROR) => Some(WrongInput),
        Some(codes::SERVER_ERROR) if status == 400 && method == "POST" && path == "/v1/org/" => {
            Some(AlreadyExists)
        }
        Some(codes::SERVER_ERROR) => Some(Server),
        Some(codes::INVALID_VERSION) => Some(InvalidVersion),
        Some(codes::CONDITION_FALSE) if !success => Some(WrongInput),
        _ => None,
    };
    if by_code.is_some() {
        return by_code;
    }
    if success {
        return None;
    }
    let text = text.to_ascii_lowercase();
    let by_text = [
        ("resource not found", NotFound),
        ("resource already exists", AlreadyExists),
        ("resource invalid credentials", Unauthorized),
        ("wrong input", WrongInput),
        ("invalid version", InvalidVersion),
    ];
    if let Some((_, kind)) = by_text.iter().find(|(words, _)| text.contains(words)) {
        return Some(*kind);
    }
    Some(match status {
        409 => AlreadyExists,
        408 => Timeout,
        400..500 => WrongInput,
        500..600 => Server,
        _ => Protocol,
    })
}
