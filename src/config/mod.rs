//! A configuration as declared: modules, variables, resources, outputs, with their expressions unevaluated.
//!
//! [`load`](load::load) turns the spanned trees of all files of a directory into a [`Module`], and all modules
//! reached by calls into a [`Config`]. It checks what can be checked without evaluating: block types,
//! arguments, labels, duplicates, the form of references, constant arguments; [`check`] then holds references
//! against what is declared. The room reads no file (the caller supplies texts through [`load::Reader`]) and
//! knows no provider.

mod assemble;
mod blocks;
mod calls;
pub mod check;
pub mod codes;
mod constant;
mod lifecycle;
pub mod load;
mod model;
mod module;
mod overrides;
mod providers;
mod provisioner;
mod refactor;
pub mod reference;
mod resource;
mod settings;
pub mod target;
mod value;
mod variable;
mod version;

#[cfg(test)]
mod tests;

pub use codes::CODES;
pub use load::{Reader, load};
pub use model::*;
pub use provisioner::Provisioner;
