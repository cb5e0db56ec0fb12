//! How to reach a platform, and as whom.
//!
//! Nothing is checked here; building the client does that. `Debug` shows no secret.

use std::time::Duration;

/// Who asks.
#[derive(Clone)]
pub enum Credentials {
    /// A token that was given.
    Token(String),
    /// A user who logs in when the first call needs it.
    Password {
        /// The user name or email address.
        username: String,
        /// In the clear; it is encoded on the wire only.
        password: String,
    },
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Credentials::Token(_) => f.write_str("Token(..)"),
            Credentials::Password { username, .. } => write!(f, "Password({username:?}, ..)"),
        }
    }
}

/// How to reach a platform.
#[derive(Clone, Debug)]
pub struct Config {
    /// `http://` or `https://`, a host, and perhaps a port and a path before `/v1/`.
    pub endpoint: String,
    /// Who asks.
    pub credentials: Credentials,
    /// How long one request may take.
    pub request_timeout: Duration,
    /// How many requests may be under way at once.
    pub max_concurrent_requests: usize,
    /// How often a read is tried again.
    pub retries: u32,
    /// The seed of the jitter between those tries.
    pub seed: u64,
}

impl Config {
    /// The usual limits: 30 seconds, 10 requests at once, 4 retries.
    pub fn new(endpoint: impl Into<String>, credentials: Credentials) -> Config {
        Config {
            endpoint: endpoint.into(),
            credentials,
            request_timeout: Duration::from_secs(30),
            max_concurrent_requests: 10,
            retries: 4,
            seed: 0,
        }
    }
}

/// A fault in the configuration of the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Not an URL of a platform.
    #[error("the endpoint must be a URL such as https://api.example.com, {0}")]
    Endpoint(&'static str),
    /// Neither token nor user.
    #[error("the {0} must not be empty and must not have control characters")]
    Credentials(&'static str),
    /// The HTTP client cannot be built.
    #[error("the HTTP client cannot be set up: {0}")]
    Http(String),
}
