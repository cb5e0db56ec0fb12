//! Dependency graphs: who needs whom, in which order, and what to say when that goes round in a circle.
//!
//! The only room that names petgraph. [`Graph`] is small and general; [`config_graph`] builds the one of a
//! configuration. A graph holds no meaning: it does not know what a node does or when it is done, and it
//! never walks concurrently (that is `apply` and `engine`).
//!
//! All walks keep their own stack on the heap, so that a chain of 100,000 nodes is no danger, and follow the
//! order of insertion, so that the same input gives the same order, always.

mod closure;
pub mod codes;
pub mod config_graph;
mod config_refs;
mod dag;
mod dot;
mod order;

#[cfg(test)]
mod tests;

pub use codes::CODES;
pub use config_graph::{ConfigGraph, ConfigNode};
pub use dag::{Graph, NodeId};
pub use order::Cycle;
