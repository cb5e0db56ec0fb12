//! Equality, in its two meanings.
//!
//! [`Value::equals`] is the language's: it may be unknown, nulls of any type are equal, marks spread to the
//! answer. `==` in Rust compares everything: type, unknowns with their refinements, and marks.

use crate::value::{Kind, Refinement, Type, Value, set};

impl Value {
    /// Whether both have the same type and are equal; a bool, perhaps unknown, with all marks of both.
    #[must_use]
    pub fn equals(&self, other: &Value) -> Value {
        let answer = match compare(self, other) {
            Some(answer) => Value::bool(answer),
            None => Value::unknown_refined(Type::Bool, Refinement::not_null()),
        };
        answer.mark(self.deep_marks() | other.deep_marks())
    }

    /// The opposite of [`Value::equals`].
    #[must_use]
    pub fn not_equals(&self, other: &Value) -> Value {
        let equal = self.equals(other);
        match equal.as_bool() {
            Some(answer) => Value::bool(!answer).mark(equal.marks()),
            None => equal,
        }
    }
}

/// Whether two values are equal, ignoring marks; `None` if that is not known.
fn compare(a: &Value, b: &Value) -> Option<bool> {
    match (a.kind(), b.kind()) {
        (Kind::Unknown(..), Kind::Unknown(..)) => compare_unknowns(a, b),
        (Kind::Unknown(ty, refinement), _) => compare_to_unknown(ty, refinement, b),
        (_, Kind::Unknown(ty, refinement)) => compare_to_unknown(ty, refinement, a),
        (Kind::Null(_), Kind::Null(_)) => Some(true),
        (Kind::Null(_), _) | (_, Kind::Null(_)) => Some(false),
        _ => {
            let (type_a, type_b) = (a.ty(), b.ty());
            if has_untyped_unknown(a) || has_untyped_unknown(b) {
                return if could_conform(&type_a, &type_b) {
                    None
                } else {
                    Some(false)
                };
            }
            if type_a == type_b {
                compare_known(a, b)
            } else {
                Some(false)
            }
        }
    }
}

/// Whether the type of some unknown in it is not known either, so that its own type may yet change.
fn has_untyped_unknown(value: &Value) -> bool {
    match value.kind() {
        Kind::Unknown(ty, _) => ty.has_dynamic(),
        _ => value.children().any(has_untyped_unknown),
    }
}

/// Two unknowns are unequal only if their ranges exclude each other.
fn compare_unknowns(a: &Value, b: &Value) -> Option<bool> {
    if !a.is_not_null() && !b.is_not_null() {
        return None;
    }
    let (Kind::Unknown(type_a, _), Kind::Unknown(type_b, _)) = (a.kind(), b.kind()) else {
        return None;
    };
    (!could_conform(type_a, type_b)).then_some(false)
}

fn compare_to_unknown(ty: &Type, refinement: &Refinement, known: &Value) -> Option<bool> {
    if known.is_null() {
        return refinement.not_null.then_some(false);
    }
    if !could_conform(ty, &known.ty()) || !refinement.allows(known) {
        return Some(false);
    }
    None
}

/// Whether a value of one type may turn out to have the other type once everything is known.
pub(in crate::value) fn could_conform(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => true,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            could_conform(a, b)
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| could_conform(a, b))
        }
        (Type::Object(a), Type::Object(b)) => {
            a.attributes.len() == b.attributes.len()
                && a.attributes
                    .iter()
                    .zip(&b.attributes)
                    .all(|((name_a, a), (name_b, b))| name_a == name_b && could_conform(a, b))
        }
        (a, b) => a == b,
    }
}

/// Both are known, not null, and of one type.
fn compare_known(a: &Value, b: &Value) -> Option<bool> {
    match (a.kind(), b.kind()) {
        (Kind::Bool(a), Kind::Bool(b)) => Some(a == b),
        (Kind::Number(a), Kind::Number(b)) => Some(a.same(b)),
        (Kind::String(a), Kind::String(b)) => Some(a == b),
        (Kind::TypeValue(a), Kind::TypeValue(b)) => Some(a == b),
        (Kind::List(_, a), Kind::List(_, b)) | (Kind::Tuple(a), Kind::Tuple(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            all(a.iter().zip(b.iter()))
        }
        (Kind::Map(_, members_a), Kind::Map(_, members_b)) => {
            if members_a.len() != members_b.len() || !members_a.keys().eq(members_b.keys()) {
                return Some(false);
            }
            all(members_a.values().zip(members_b.values()))
        }
        (Kind::Object(a), Kind::Object(b)) => all(a.values().zip(b.values())),
        (Kind::Set(_, items_a), Kind::Set(_, items_b)) => {
            if !a.is_wholly_known() || !b.is_wholly_known() {
                let ((least_a, most_a), (least_b, most_b)) = (a.length_bounds(), b.length_bounds());
                let apart =
                    most_a.is_some_and(|most| most < least_b) || most_b.is_some_and(|most| most < least_a);
                return apart.then_some(false);
            }
            if items_a.len() != items_b.len() {
                return Some(false);
            }
            let pairs = items_a.iter().zip(items_b.iter());
            Some(
                pairs
                    .into_iter()
                    .all(|(a, b)| set::exact_key(a) == set::exact_key(b)),
            )
        }
        _ => Some(false),
    }
}

/// Whether all pairs are equal: one unequal pair decides, one unknown leaves it open.
fn all<'a>(pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Option<bool> {
    let mut answer = Some(true);
    for (a, b) in pairs {
        match compare_element(a, b) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => answer = None,
        }
    }
    answer
}

/// Elements of containers whose types are equal: no need to look at types again unless null or unknown.
fn compare_element(a: &Value, b: &Value) -> Option<bool> {
    let special = |value: &Value| matches!(value.kind(), Kind::Null(_) | Kind::Unknown(..));
    if special(a) || special(b) {
        return compare(a, b);
    }
    compare_known(a, b)
}

/// Everything equal: type, value, unknowns with their refinements, and marks.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        if self.marks() != other.marks() {
            return false;
        }
        match (self.kind(), other.kind()) {
            (Kind::Null(a), Kind::Null(b)) | (Kind::TypeValue(a), Kind::TypeValue(b)) => a == b,
            (Kind::Unknown(a, refined_a), Kind::Unknown(b, refined_b)) => a == b && refined_a == refined_b,
            (Kind::Bool(a), Kind::Bool(b)) => a == b,
            (Kind::Number(a), Kind::Number(b)) => a.same(b),
            (Kind::String(a), Kind::String(b)) => a == b,
            (Kind::List(type_a, a), Kind::List(type_b, b)) | (Kind::Set(type_a, a), Kind::Set(type_b, b)) => {
                type_a == type_b && a == b
            }
            (Kind::Map(type_a, a), Kind::Map(type_b, b)) => type_a == type_b && a == b,
            (Kind::Tuple(a), Kind::Tuple(b)) => a == b,
            (Kind::Object(a), Kind::Object(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}
