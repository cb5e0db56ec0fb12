//! The Giant Swarm API V1: the application definition, the wire types and the client.
//!
//! This room knows how to speak the API and nothing of plans or resources. The server side of the same API is
//! `platform`; both share the definition, the codes, the wire types and the frames.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros
)]

pub mod backoff;
pub mod client;
pub mod codes;
pub mod config;
pub mod definition;
pub mod error;
pub mod exec;
pub mod follow;
pub mod frames;
mod http;
pub mod log;
pub mod pace;
pub mod paths;
pub mod retry;
mod transport;
pub mod wire;

#[cfg(test)]
mod tests;

pub use client::Client;
pub use config::{Config, ConfigError, Credentials};
pub use error::{ApiError, ErrorKind};
pub use exec::Exec;
pub use follow::LogStream;
pub use log::{CallLog, CallRecord, NoLog};
pub use paths::ComponentRef;
