//! Arguments as a function reads them: converted, never missing.
//!
//! The machinery made sure of counts and types, so an accessor that finds something else gives an empty value
//! rather than a fault.

use crate::value::{Number, Type, Value};

use super::{Answer, Fault, Function, Surroundings};

/// The arguments of one call.
pub(in crate::lang) struct Args<'a> {
    pub function: &'a Function,
    pub values: &'a [Value],
    pub surroundings: Surroundings<'a>,
}

impl<'a> Args<'a> {
    /// How many.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// One of them.
    pub fn get(&self, at: usize) -> Answer<&'a Value> {
        self.values
            .get(at)
            .ok_or_else(|| Fault::Argument(at, "argument is missing".to_owned()))
    }

    /// From this one on.
    pub fn from(&self, at: usize) -> &'a [Value] {
        self.values.get(at..).unwrap_or_default()
    }

    /// A string.
    pub fn text(&self, at: usize) -> &'a str {
        self.values.get(at).and_then(Value::as_str).unwrap_or_default()
    }

    /// A number.
    pub fn number(&self, at: usize) -> Answer<&'a Number> {
        self.get(at)?
            .as_number()
            .ok_or_else(|| Fault::Argument(at, "a number is required".to_owned()))
    }

    /// A whole number in the range of 64 bits.
    pub fn whole(&self, at: usize) -> Answer<i64> {
        whole(self.number(at)?).ok_or_else(|| Fault::Argument(at, WHOLE.to_owned()))
    }

    /// The elements of a known list, set or tuple.
    pub fn items(&self, at: usize) -> &'a [Value] {
        self.values.get(at).and_then(Value::items).unwrap_or_default()
    }

    /// The type of one of them.
    pub fn ty(&self, at: usize) -> Type {
        self.values.get(at).map_or(Type::Dynamic, Value::ty)
    }

    /// A fault of one argument.
    pub fn fault<T>(&self, at: usize, reason: impl Into<String>) -> Answer<T> {
        Err(Fault::Argument(at, reason.into()))
    }
}

/// Why a number is not taken where an integer is wanted.
pub const WHOLE: &str = "a whole number of at most 64 bits is required";

/// A number as an integer of 64 bits.
pub fn whole(number: &Number) -> Option<i64> {
    number.to_i64()
}

/// A fault of the call as a whole.
pub fn failed<T>(reason: impl Into<String>) -> Answer<T> {
    Err(Fault::Call(reason.into()))
}

/// A list of strings.
pub fn strings<S: AsRef<str>>(texts: impl IntoIterator<Item = S>) -> Value {
    Value::list(Type::String, texts.into_iter().map(Value::string).collect())
}
