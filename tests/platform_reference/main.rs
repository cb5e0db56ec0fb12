//! The platform over a real socket, held against the reference page: every example of it, its codes, its slashes,
//! who may do what, exec streams, durability and the embedded platform.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::disallowed_macros
)]

mod access;
mod apps;
mod clients;
mod coverage;
mod curl;
mod definitions;
mod durability;
mod examples;
mod exec;
mod full;
mod fuzz;
mod hostile;
mod openapi;
mod orgs;
mod server;
mod users;
mod world;

#[path = "../support/methods.rs"]
mod methods;
