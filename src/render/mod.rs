//! Output: everything that a command says, as text for people and as JSON for programs.
//!
//! Functions here take data and return text; colour and width come in through a [`Style`]. Nothing here decides
//! what is done, reads a file or the environment, or shows a value that is marked sensitive. Text that users or
//! platforms wrote is escaped before it is shown, so that it cannot steer a terminal.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros
)]

pub mod board;
mod brief;
pub mod calls;
pub mod closing;
pub mod diag;
pub mod diag_json;
pub mod diff;
pub mod drift;
mod elements;
pub mod escape;
pub mod estimate;
pub mod excerpt;
pub mod explain;
pub mod graph;
mod graphic;
pub mod html;
pub mod json;
mod json_checks;
mod json_config;
pub mod json_functions;
pub mod json_plan;
pub mod json_schema;
pub mod json_state;
pub mod live;
mod markup;
pub mod output;
pub mod picture;
pub mod plan;
mod print;
pub mod progress;
mod renames;
pub mod report;
pub mod resource;
mod schemas;
pub mod state;
pub mod state_diff;
pub mod stream;
pub mod style;
pub mod tree;
pub mod unified;
pub mod value;
pub mod view;

#[cfg(test)]
mod diag_tests;
#[cfg(test)]
mod json_tests;
#[cfg(test)]
mod tests;

pub use schemas::Schemas;
pub use style::{Ink, Style};
