//! The order and the distinctness of set elements.
//!
//! Strings order by their bytes, numbers by value, false before true; null after every other value and unknown
//! after every known one. Elements of other types have an order too, which is fixed and otherwise meaningless.
//! Elements that contain an unknown are equal to nothing, for they may become anything.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt::Write;

use crate::value::{Kind, Value};

/// The order of two elements of one set.
pub fn set_order(a: &Value, b: &Value) -> Ordering {
    null_and_unknown_last(a, b).unwrap_or_else(|| match (a.kind(), b.kind()) {
        (Kind::String(a), Kind::String(b)) => a.cmp(b),
        (Kind::Bool(a), Kind::Bool(b)) => a.cmp(b),
        (Kind::Number(a), Kind::Number(b)) => a.cmp(b),
        _ => sort_key(a).cmp(&sort_key(b)),
    })
}

fn null_and_unknown_last(a: &Value, b: &Value) -> Option<Ordering> {
    let rank = |value: &Value| match value.kind() {
        Kind::Null(_) => 2,
        Kind::Unknown(..) => 1,
        _ => 0,
    };
    let (rank_a, rank_b) = (rank(a), rank(b));
    (rank_a != 0 || rank_b != 0).then(|| rank_a.cmp(&rank_b))
}

/// Distinct elements in order; of equal elements the first stays.
pub(in crate::value) fn arrange(mut elements: Vec<Value>) -> Vec<Value> {
    if elements.len() < 2 {
        return elements;
    }
    if elements.iter().all(|element| element.as_str().is_some()) {
        elements.sort_by(set_order);
        elements.dedup_by(|a, b| a.as_str() == b.as_str());
        return elements;
    }
    let mut seen = BTreeSet::new();
    elements.retain(|element| !element.is_wholly_known() || seen.insert(exact_key(element)));
    if elements.iter().any(Value::can_iterate) {
        elements.sort_by_cached_key(|element| {
            let rank = match element.kind() {
                Kind::Null(_) => 2,
                Kind::Unknown(..) => 1,
                _ => 0,
            };
            (rank, sort_key(element))
        });
    } else {
        elements.sort_by(set_order);
    }
    elements
}

/// Text by which elements of a structural or collection type are ordered. Numbers count by their first ten
/// digits; the whole value breaks ties.
fn sort_key(value: &Value) -> (String, String) {
    let mut key = String::new();
    write_key(value, &mut key, false);
    (key, exact_key(value))
}

/// Text that two wholly known values of one type share exactly if they are equal.
pub(in crate::value) fn exact_key(value: &Value) -> String {
    let mut key = String::new();
    write_key(value, &mut key, true);
    key
}

fn write_key(value: &Value, key: &mut String, exact: bool) {
    // Writing to a string cannot fail.
    let _ = match value.kind() {
        Kind::Null(_) => key.write_char('~'),
        Kind::Unknown(..) => key.write_char('?'),
        Kind::Bool(value) => key.write_char(if *value { 'T' } else { 'F' }),
        Kind::Number(number) if number.is_zero() => key.write_char('0'),
        Kind::Number(number) if exact => write!(key, "{number}"),
        Kind::Number(number) => key.write_str(&number.ten_digits()),
        Kind::String(text) => write!(key, "{text:?}"),
        Kind::TypeValue(ty) => write!(key, "{ty}"),
        Kind::Map(_, members) => {
            key.push('{');
            for (name, element) in members.iter() {
                let _ = write!(key, "{name:?}:");
                write_key(element, key, exact);
                key.push(';');
            }
            key.write_char('}')
        }
        Kind::Object(members) => {
            key.push('<');
            for element in members.values() {
                write_key(element, key, exact);
                key.push(';');
            }
            key.write_char('>')
        }
        Kind::List(_, items) | Kind::Set(_, items) => {
            key.push('[');
            for element in items.iter() {
                write_key(element, key, exact);
                key.push(';');
            }
            key.write_char(']')
        }
        Kind::Tuple(items) => {
            key.push('<');
            for element in items.iter() {
                write_key(element, key, exact);
                key.push(';');
            }
            key.write_char('>')
        }
    };
}
