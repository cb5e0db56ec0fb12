//! The commands for what is not state, each against a real platform over real HTTP: logins, looks, logs, commands inside
//! of instances with and without a terminal, and an operator's start and stop.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_macros,
    clippy::disallowed_methods
)]

#[path = "../support/elsewhere.rs"]
mod elsewhere;
mod exec;
mod log;
mod logins;
mod looks;
mod pty;
mod shell;
#[path = "../support/mod.rs"]
mod support;
mod town;
