//! Looking at and changing object values, without ever failing on an unknown or a missing attribute.

use std::sync::Arc;

use crate::value::{Members, Path, Type, Value};

/// An argument as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Arg<T> {
    /// Not set.
    Null,
    /// Known after apply.
    Unknown,
    /// Set.
    Known(T),
}

impl<T> Arg<T> {
    /// The value, if it is known and set.
    pub fn known(self) -> Option<T> {
        match self {
            Arg::Known(value) => Some(value),
            Arg::Null | Arg::Unknown => None,
        }
    }
}

/// An attribute of an object, if there is one.
pub(crate) fn get<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.members()?.get(name)
}

/// A string attribute.
pub(crate) fn text<'a>(object: &'a Value, name: &str) -> Arg<&'a str> {
    if !object.is_known() {
        return Arg::Unknown;
    }
    match get(object, name) {
        None => Arg::Null,
        Some(value) if !value.is_known() => Arg::Unknown,
        Some(value) => value.as_str().map_or(Arg::Null, Arg::Known),
    }
}

/// A boolean attribute.
pub(crate) fn truth(object: &Value, name: &str) -> Arg<bool> {
    match get(object, name) {
        None => Arg::Null,
        Some(value) if !value.is_known() => Arg::Unknown,
        Some(value) => value.as_bool().map_or(Arg::Null, Arg::Known),
    }
}

/// A whole-number attribute; a number with a fraction or out of range is null here, and a fault elsewhere.
pub(crate) fn whole(object: &Value, name: &str) -> Arg<i64> {
    match get(object, name) {
        None => Arg::Null,
        Some(value) if !value.is_known() => Arg::Unknown,
        Some(value) => value
            .as_number()
            .filter(|number| number.is_integer())
            .and_then(|number| number.to_i64())
            .map_or(Arg::Null, Arg::Known),
    }
}

/// The object with some attributes set; its own marks stay.
pub(crate) fn with<const N: usize>(object: &Value, changes: [(&str, Value); N]) -> Value {
    let mut members: Members = object.members().cloned().unwrap_or_default();
    for (name, value) in changes {
        members.insert(Arc::from(name), value);
    }
    Value::object_members(members).mark(object.marks())
}

/// The value without any marks.
pub(crate) fn plain(value: &Value) -> Value {
    value.clone().unmark_deep().0
}

/// The path of a top attribute.
pub(crate) fn at(name: &str) -> Path {
    Path::root().attr(name)
}

/// The id that an object will have: not known yet, but never null.
pub(crate) fn unknown_id() -> Value {
    unknown_text().refine_not_null()
}

/// An unknown string.
pub(crate) fn unknown_text() -> Value {
    Value::unknown(Type::String)
}
