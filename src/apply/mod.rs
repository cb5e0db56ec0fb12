//! Walking a step graph: which step may start, what it asks for, and what its outcome means for the state.
//!
//! The [`walker::Walker`] is a state machine without effects. It decides nothing that the plan has not
//! decided: a step whose configuration comes to something else than planned fails instead. Every outcome
//! becomes state events before the steps that wait for it are offered.

mod intent;
mod prepare;
mod record;
pub mod report;
pub mod settle;
pub mod walker;

pub use report::{Because, Failed, Report, Skipped};
pub use walker::{Outcome, Walker, Work};

#[cfg(test)]
mod tests;
