//! What is known of the arguments of an object that comes, and digests of values.
//!
//! Digests are for finding and prove nothing; they stay in memory, for they cover sensitive values as well.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::schema::Block;
use crate::value::{Kind, Value};

/// The arguments of something that comes.
pub(super) struct Arguments {
    /// The names of those that are known, in order.
    pub names: Vec<Arc<str>>,
    /// How many of them say something.
    pub told: usize,
    /// How many are not known.
    pub unknown: usize,
}

impl Arguments {
    /// Of a planned object.
    pub fn of(schema: &Block, after: &Value) -> Arguments {
        let mut arguments = Arguments {
            names: Vec::new(),
            told: 0,
            unknown: 0,
        };
        for (name, value) in after.members().into_iter().flatten() {
            let computed = match schema.attributes.get(name) {
                Some(attribute) if !attribute.is_argument() || attribute.write_only => continue,
                Some(attribute) => attribute.is_computed(),
                None => false,
            };
            let empty = value.can_iterate() && value.iter_elements().next().is_none();
            let says = !value.is_null() && !empty;
            match value.is_wholly_known() {
                false if computed => {}
                false => arguments.unknown += 1,
                // The provider decides.
                true if computed && value.is_null() => {}
                true => {
                    arguments.told += usize::from(says);
                    arguments.names.push(Arc::clone(name));
                }
            }
        }
        arguments
    }
}

/// Equal for equal values, marks aside.
pub(super) fn feed(hasher: &mut impl Hasher, value: &Value) {
    std::mem::discriminant(value.kind()).hash(hasher);
    match value.kind() {
        Kind::Null(_) | Kind::Unknown(..) | Kind::TypeValue(_) => {}
        Kind::Bool(value) => value.hash(hasher),
        Kind::Number(number) => number.hash(hasher),
        Kind::String(text) => text.hash(hasher),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            items.len().hash(hasher);
            items.iter().for_each(|item| feed(hasher, item));
        }
        Kind::Map(_, members) | Kind::Object(members) => {
            members.len().hash(hasher);
            for (name, member) in members.iter() {
                name.hash(hasher);
                feed(hasher, member);
            }
        }
    }
}
