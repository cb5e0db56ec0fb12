//! swarmform: plan and apply for platforms that speak the Giant Swarm API V1.
//!
//! The library is a house of nine floors; a room uses only rooms below it. `ARCHITECTURE.md` shows the floor
//! table and the way of the data, and `tests/architecture.rs` holds the code to it.

/// The stack of every thread that the program runs on: enough for the deepest texts and values that it takes, in
/// builds without optimization too. Whoever uses the library on threads of its own should give them as much.
pub const STACK_BYTES: usize = 64 << 20;

/// Runs a test on a stack as the program has it.
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) fn on_a_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    thread.spawn(test).unwrap().join().unwrap();
}

// Floor 0: ground.
pub mod diag;
pub mod source;
// Floor 1: words.
pub mod addr;
pub mod schema;
pub mod value;
// Floor 2: language.
pub mod lang;
pub mod syntax;
// Floor 3: models.
pub mod config;
pub mod state;
// Floor 4: decide.
pub mod apply;
pub mod graph;
pub mod plan;
// Floor 5: ports.
pub mod ports;
// Floor 6: drive.
pub mod engine;
// Floor 7: adapt.
pub mod api;
pub mod host;
pub mod platform;
pub mod provider;
pub mod store;
// Floor 8: face.
pub mod cli;
pub mod render;
