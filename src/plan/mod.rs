//! Deciding: from configuration, state and what the platform says, to changes and their steps.
//!
//! The planner is a state machine without effects: it *asks* (`read this object`, `configure this provider`)
//! and is *told*. It refreshes, expands, evaluates, diffs, and compiles the result into a [`steps::StepGraph`].
//! It never touches the platform, and it never leaves a decision to apply.

pub mod change;
pub mod checks;
pub mod codes;
mod compile;
mod conclude;
mod conditions;
pub mod configure;
mod create_first;
mod decision;
pub mod digest;
pub mod drift;
pub mod evaluate;
mod exclude;
mod expansion;
pub mod explain;
pub mod ignore;
mod import;
mod inputs;
mod instance;
pub mod judge;
mod late;
pub mod look;
pub mod merge;
mod moves;
mod moves_check;
mod moves_index;
mod moves_order;
pub mod offline;
mod pending;
pub mod planner;
pub mod providers;
pub mod provision;
pub mod refresh;
pub mod removed;
pub mod renames;
pub mod request;
pub mod scope;
pub mod secrets;
pub mod semantics;
pub mod steps;
mod target;
mod together;
mod walk;
pub mod world;
mod written;

pub use codes::CODES;
