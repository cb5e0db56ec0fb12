//! The platform: a server that speaks the Giant Swarm API V1, all thirty methods of its reference page.
//!
//! One process owns one data directory. The world (users, tokens, organizations, applications, instances) is held
//! in memory and every change of it is on the disk before it is acknowledged ([`commit`]). What an instance does
//! at a moment is computed from stored timestamps ([`timeline`]), so a restart loses nothing and needs no timers.
//!
//! The room refuses to plan, to speak as a client, and to know anything of HCL. What a client may see of a fault
//! and what the log may see are kept apart in [`error`].
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros
)]

pub mod answer;
mod apps;
mod auth;
pub mod clock;
pub mod commit;
mod components;
pub mod config;
mod connection;
mod core;
mod definition;
pub mod embedded;
pub mod error;
mod exec;
pub mod faults;
pub mod ids;
mod instances;
pub mod model;
pub mod openapi;
mod orgs;
mod patience;
pub mod rollout;
pub mod routes;
pub mod runtime;
pub mod serve;
mod services;
mod shell;
pub mod simulated;
mod status;
pub mod store;
mod throttle;
pub mod timeline;
pub mod tls;
mod users;
mod world;

pub use self::config::{Config, Hashing, Limits, Speed};
pub use self::core::{Platform, open};
pub use self::embedded::Embedded;
pub use self::error::PlatformError;
pub use self::serve::{app, serve};
