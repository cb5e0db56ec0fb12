//! The value system: what an expression can be, before and after everything is known.
//!
//! A [`Value`] has a [`Type`], may be null or unknown (with a type and a [`Refinement`] of what it can become),
//! and carries [`Marks`]. Every operation spreads marks and unknowns by itself, so that no caller can forget.
//! The laws are cty's (zclconf/go-cty, `docs/{concepts,marks,refinements}.md`). This room knows nothing of
//! syntax, of spans or of functions; its errors are short texts with a path, and `lang` gives them a place.
//!
//! Where to look: `construct` makes values, `inspect` looks at them, `access` takes parts of them, `equal` and
//! `ops` compute with them, `marking` and `refine` handle what travels along, `convert` and `unify` change types,
//! `json` writes and reads them, `transform` rebuilds them, `set` orders the elements of sets,
//! `small_map` holds the members of objects and maps.

mod access;
mod construct;
pub mod convert;
mod equal;
mod inspect;
pub mod json;
mod marking;
mod marks;
pub mod number;
mod ops;
pub mod path;
mod promise;
mod refine;
mod set;
mod small_map;
mod transform;
mod types;
pub mod unify;

pub use access::AccessError;
pub use convert::{ConvertError, conversion_exists, convert};
pub use inspect::Elements;
pub use json::JsonError;
pub use marks::Marks;
pub use number::{NotANumber, Number};
pub use ops::OpError;
pub use path::{Key, Path, PathStep};
pub use promise::fulfils;
pub use refine::{Bound, Refinement, safe_prefix};
pub use set::set_order;
pub use small_map::SmallMap;
pub use types::{ObjectType, Type};
pub use unify::unify;

use std::sync::Arc;

/// The attributes of an object or the elements of a map, ordered by key.
pub type Members = SmallMap<Arc<str>, Value>;

/// A value with its marks. Cloning is cheap: everything large is shared. Its `Debug` output hides what is marked.
#[derive(Clone)]
pub struct Value {
    kind: Kind,
    marks: Marks,
    depth: u16,
}

/// How deep values may be nested, so that whoever walks them by recursion has stack enough. Who makes values
/// from what a user wrote refuses deeper ones; nothing here does.
pub const MAX_DEPTH: usize = 500;

/// What a value is, without its own marks; elements have marks of their own.
///
/// Invariants: elements of a list, set or map have exactly the element type (or the element type is `Dynamic`
/// and there is no element); elements of a set are distinct, in set order, and unmarked (their marks are the
/// set's); strings are in normalization form C.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Null of a type.
    Null(Type),
    /// Not known yet: "(known after apply)".
    Unknown(Type, Arc<Refinement>),
    /// A bool.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Arc<str>),
    /// A list: element type and elements.
    List(Type, Arc<[Value]>),
    /// A set: element type and elements in set order.
    Set(Type, Arc<[Value]>),
    /// A map: element type and elements.
    Map(Type, Arc<Members>),
    /// A tuple.
    Tuple(Arc<[Value]>),
    /// An object.
    Object(Arc<Members>),
    /// A type as a value.
    TypeValue(Type),
}

#[cfg(test)]
mod tests;
