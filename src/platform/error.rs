//! Faults, in two kinds: [`PlatformError`] for whoever opens or serves a platform, and [`Refusal`] for one request.
//! A refusal keeps apart what the client sees ([`Refusal::answer`]) and what the log sees ([`Refusal::detail`]);
//! neither ever holds a token, a password or a body.

use std::path::PathBuf;

use axum::http::StatusCode;
use thiserror::Error;

use crate::platform::answer::Code;

/// Why a platform cannot be opened or served.
#[derive(Debug, Error)]
pub enum PlatformError {
    /// Another process works in the data directory.
    #[error("the data directory {dir:?} is in use by {owner}; stop that process or choose another directory")]
    Busy {
        /// The data directory.
        dir: PathBuf,
        /// Who holds it, as far as its lock file tells.
        owner: String,
    },
    /// The store cannot be read.
    #[error(
        "the store in {dir:?} is damaged: {detail}; nothing was changed. To go back to the last export, move {db:?} \
         away and start again: it is then filled from {export:?}"
    )]
    Damaged {
        /// The data directory.
        dir: PathBuf,
        /// What was found.
        detail: String,
        /// The directory of the database.
        db: PathBuf,
        /// The file of the last export.
        export: PathBuf,
    },
    /// The data was written by a newer version.
    #[error("the store in {dir:?} has format {found}, and this version reads formats up to {known}")]
    Newer {
        /// The data directory.
        dir: PathBuf,
        /// The format found.
        found: u64,
        /// The newest format that is known.
        known: u64,
    },
    /// The system refused something.
    #[error("cannot {what}: {cause}")]
    Io {
        /// What was tried.
        what: String,
        /// The system's words.
        cause: String,
    },
    /// A user cannot be made.
    #[error("user {name:?} cannot be made: {reason}")]
    User {
        /// The name asked for.
        name: String,
        /// Why not.
        reason: String,
    },
    /// The store takes no more writes.
    #[error("the store takes no more writes: {0}")]
    Unusable(String),
}

impl PlatformError {
    /// An [`PlatformError::Io`] out of anything that explains itself.
    pub fn io(what: impl Into<String>, cause: impl ToString) -> PlatformError {
        PlatformError::Io {
            what: what.into(),
            cause: cause.to_string(),
        }
    }
}

/// Why one request is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// 401: no token, or one that is unknown or has expired.
    Unauthorized,
    /// 403: not the caller's business, whether it exists or not.
    Forbidden(String),
    /// 404: by the methods that document it (application DELETE, organization GET).
    Missing,
    /// 400 and 10008: by all other methods.
    NotFound,
    /// 400 and 10009: an application of that name exists.
    Exists,
    /// 400 and 10015: an organization of that name exists.
    OrgExists,
    /// 400 and 10010: wrong password, or an old value that does not match.
    Credentials,
    /// 400 and 10013: the reason is shown after "wrong input: ".
    Input(String),
    /// 400 and 10016: a version that no image tag can be.
    Version,
    /// 405: the path exists with another method.
    Method,
    /// 413: the body is larger than the limit.
    TooLarge,
    /// 408: the request took longer than the limit.
    TooSlow,
    /// 503: too much of this at once.
    Crowded,
    /// 429: too many failed logins; the seconds until the next try.
    Throttled(u64),
    /// Any code: a failure that the client asked for.
    Asked(StatusCode),
    /// 500: the detail is for the log alone.
    Broken(String),
}

impl Refusal {
    /// Wrong input, with the reason.
    pub fn input(reason: impl Into<String>) -> Refusal {
        Refusal::Input(reason.into())
    }

    /// What the client sees: HTTP code, response code and text.
    pub fn answer(&self) -> (StatusCode, Code, String) {
        let (http, code) = match self {
            Refusal::Unauthorized => (StatusCode::UNAUTHORIZED, Code::InvalidCredentials),
            Refusal::Forbidden(reason) => {
                return (
                    StatusCode::FORBIDDEN,
                    Code::UserError,
                    format!("forbidden: {reason}"),
                );
            }
            Refusal::Missing => (StatusCode::NOT_FOUND, Code::NotFound),
            Refusal::NotFound => (StatusCode::BAD_REQUEST, Code::NotFound),
            Refusal::Exists => (StatusCode::BAD_REQUEST, Code::AlreadyExists),
            Refusal::OrgExists => {
                let text = Code::AlreadyExists.text().to_owned();
                return (StatusCode::BAD_REQUEST, Code::ServerError, text);
            }
            Refusal::Credentials => (StatusCode::BAD_REQUEST, Code::InvalidCredentials),
            Refusal::Input(reason) => {
                return (
                    StatusCode::BAD_REQUEST,
                    Code::WrongInput,
                    format!("wrong input: {reason}"),
                );
            }
            Refusal::Version => (StatusCode::BAD_REQUEST, Code::InvalidVersion),
            Refusal::Method => {
                let text = "the method is not allowed on this path; mind the trailing slash".to_owned();
                return (StatusCode::METHOD_NOT_ALLOWED, Code::UserError, text);
            }
            Refusal::TooLarge => {
                let text = "wrong input: the body is too large".to_owned();
                return (StatusCode::PAYLOAD_TOO_LARGE, Code::WrongInput, text);
            }
            Refusal::TooSlow => {
                let text = "the request took too long".to_owned();
                return (StatusCode::REQUEST_TIMEOUT, Code::ServerError, text);
            }
            Refusal::Crowded => {
                let text = "too many requests of this kind at once".to_owned();
                return (StatusCode::SERVICE_UNAVAILABLE, Code::ServerError, text);
            }
            Refusal::Throttled(seconds) => {
                let text = format!("too many failed logins; try again in {seconds} seconds");
                return (StatusCode::TOO_MANY_REQUESTS, Code::UserError, text);
            }
            Refusal::Asked(http) => {
                let text = "a failure that the request asked for".to_owned();
                return (*http, Code::ServerError, text);
            }
            Refusal::Broken(_) => (StatusCode::INTERNAL_SERVER_ERROR, Code::ServerError),
        };
        (http, code, code.text().to_owned())
    }

    /// What the log sees. Reasons of wrong input stay out of it: they may quote the body.
    pub fn detail(&self) -> &str {
        match self {
            Refusal::Unauthorized => "no valid token",
            Refusal::Forbidden(reason) => reason,
            Refusal::Missing | Refusal::NotFound => "not found",
            Refusal::Exists | Refusal::OrgExists => "exists already",
            Refusal::Credentials => "credentials do not match",
            Refusal::Input(_) => "wrong input",
            Refusal::Version => "invalid version",
            Refusal::Method => "method not allowed",
            Refusal::TooLarge => "body too large",
            Refusal::TooSlow => "timed out",
            Refusal::Crowded => "too many at once",
            Refusal::Throttled(_) => "too many failed logins",
            Refusal::Asked(_) => "asked for",
            Refusal::Broken(detail) => detail,
        }
    }
}
