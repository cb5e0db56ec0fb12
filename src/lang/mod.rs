//! Evaluation: what an expression means.
//!
//! It takes the tree of `syntax` and a [`Scope`] that says what names mean, and gives a
//! [`Value`](crate::value::Value) or diagnostics with a place. It also reads type constraints and
//! decodes a block's body by a provider schema; `write` goes the other way. It is pure: files, time and
//! randomness come through traits of the caller, and nothing here knows what a resource or a module is.

pub mod body;
mod call;
pub mod codes;
mod defaults;
mod dynamic;
mod eval;
mod fault;
mod for_expr;
pub mod functions;
mod operators;
mod scope;
mod shape;
mod splat;
mod template;
mod traverse;
mod type_expr;
pub mod write;

#[cfg(test)]
mod tests;

pub use body::{Decoded, decode_body};
pub use codes::CODES;
pub use defaults::{Defaults, apply_defaults};
pub use eval::{evaluate, evaluate_as};
pub use fault::{describe, with_values};
pub use scope::{Effects, FileKind, Files, NamesScope, NoFiles, ResolvedStep, Scope};
pub use traverse::follow;
pub use type_expr::{TypeConstraint, parse_type};
