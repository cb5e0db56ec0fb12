//! What changes on a platform behind the back of swarmform: how plans tell it, and how the command `drift` does. Real
//! HTTP against a real platform, which another client changes between the runs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

mod command;
#[path = "../support/elsewhere.rs"]
mod elsewhere;
mod explain;
mod plans;
mod recipes;
#[path = "../support/mod.rs"]
mod support;
mod town;
mod unmanaged;
