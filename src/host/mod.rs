//! The machine that swarmform runs on: files, environment, terminal, clock, randomness, user.
//!
//! Each file wraps one thing and decides nothing: what it gives is a plain value, or an implementation of an
//! interface that a lower room declares. State and platform data have stores of their own.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros
)]

pub mod clock;
pub mod config_files;
pub mod env;
pub mod files;
pub mod logins;
pub mod plan_key;
pub mod process;
pub mod terminal;
pub mod tls;
pub mod tty;
pub mod user;
pub mod workspace;

pub use clock::{SystemClock, SystemEffects, SystemIds};
pub use config_files::ConfigFiles;
pub use env::Environment;
pub use files::HostFiles;
pub use logins::Logins;
pub use process::Commands;
pub use terminal::Terminal;
