//! How to reach a platform, and as whom.
//!
//! Nothing is checked here; building the client does that. `Debug` shows no secret.

use std::sync::Arc;
use std::time::Duration;

use crate::api::retry::Limits;
use crate::ports::Clock;

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
#[derive(Clone)]
pub struct Config {
    /// `http://` or `https://`, a host, and perhaps a port and a path before `/v1/`.
    pub endpoint: String,
    /// Who asks.
    pub credentials: Credentials,
    /// How long one request may take.
    pub request_timeout: Duration,
    /// How many requests may be under way at once.
    pub max_concurrent_requests: usize,
    /// How often and how long a call is tried again.
    pub limits: Limits,
    /// The seed of the jitter between those tries.
    pub seed: u64,
    /// What tells how much time has passed.
    pub clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("endpoint", &self.endpoint)
            .field("credentials", &self.credentials)
            .field("request_timeout", &self.request_timeout)
            .field("max_concurrent_requests", &self.max_concurrent_requests)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// The usual limits: 30 seconds, 10 requests at once, 8 more tries within two minutes.
    pub fn new(endpoint: impl Into<String>, credentials: Credentials, clock: Arc<dyn Clock>) -> Config {
        Config {
            endpoint: endpoint.into(),
            credentials,
            request_timeout: Duration::from_secs(30),
            max_concurrent_requests: 10,
            limits: Limits {
                most: 8,
                first: Duration::from_millis(50),
                deadline: Duration::from_secs(120),
            },
            seed: 0,
            clock,
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
