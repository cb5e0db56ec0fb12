//! Defaults of optional attributes.
//!
//! They are applied before the conversion to the type: wherever an object lacks an optional attribute, or has
//! null there. A null or unknown object gets none.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::value::{Kind, Members, Value};

use super::type_expr::TypeConstraint;

/// What to fill in, along the shape of a type.
#[derive(Clone, Debug, Default)]
pub enum Defaults {
    /// Nothing.
    #[default]
    None,
    /// In every element of a list, set or map.
    Element(Box<Defaults>),
    /// In each element of a tuple.
    Tuple(Vec<Defaults>),
    /// In an object: values of attributes, and what to fill in inside attributes.
    Object {
        /// Values by attribute, already converted.
        values: BTreeMap<Arc<str>, Value>,
        /// What to fill in inside an attribute.
        children: BTreeMap<Arc<str>, Defaults>,
    },
}

/// The value with defaults filled in; still to be converted to the type.
pub fn apply_defaults(value: &Value, constraint: &TypeConstraint) -> Value {
    constraint.defaults.apply(value)
}

impl Defaults {
    /// Whether there is anything to fill in.
    pub fn is_some(&self) -> bool {
        !matches!(self, Defaults::None)
    }

    pub(super) fn element(defaults: Defaults) -> Defaults {
        if defaults.is_some() {
            Defaults::Element(Box::new(defaults))
        } else {
            Defaults::None
        }
    }

    pub(super) fn tuple(defaults: Vec<Defaults>) -> Defaults {
        if defaults.iter().any(Defaults::is_some) {
            Defaults::Tuple(defaults)
        } else {
            Defaults::None
        }
    }

    pub(super) fn object(
        values: BTreeMap<Arc<str>, Value>,
        children: BTreeMap<Arc<str>, Defaults>,
    ) -> Defaults {
        if values.is_empty() && children.is_empty() {
            Defaults::None
        } else {
            Defaults::Object { values, children }
        }
    }

    /// The value with defaults filled in. Collections become tuples and objects on the way, for their elements
    /// may differ until they are converted.
    pub fn apply(&self, value: &Value) -> Value {
        if !self.is_some() || value.is_null() || !value.is_known() {
            return value.clone();
        }
        let marks = value.marks();
        let filled = match (self, value.kind()) {
            (Defaults::Element(inner), Kind::Map(_, members) | Kind::Object(members)) => {
                let members: Members = members
                    .iter()
                    .map(|(key, member)| (Arc::clone(key), inner.apply(member)))
                    .collect();
                Value::object_members(members)
            }
            (Defaults::Element(inner), _) => match value.items() {
                Some(items) => Value::tuple(items.iter().map(|item| inner.apply(item)).collect()),
                None => return value.clone(),
            },
            (Defaults::Tuple(inner), _) => match value.items() {
                Some(items) => {
                    let filled = items.iter().enumerate().map(|(at, item)| match inner.get(at) {
                        Some(inner) => inner.apply(item),
                        None => item.clone(),
                    });
                    Value::tuple(filled.collect())
                }
                None => return value.clone(),
            },
            (Defaults::Object { values, children }, Kind::Map(_, members) | Kind::Object(members)) => {
                let mut members = (**members).clone();
                for (name, default) in values {
                    if members.get(name).is_none_or(Value::is_null) {
                        members.insert(Arc::clone(name), default.clone());
                    }
                }
                for (name, inner) in children {
                    if let Some(member) = members.get_mut(name) {
                        *member = inner.apply(member);
                    }
                }
                Value::object_members(members)
            }
            _ => return value.clone(),
        };
        filled.mark(marks)
    }
}
