//! Converting unknowns and nulls: types without values.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::value::unify::unify_refs;
use crate::value::{Refinement, Type, Value};

/// An unknown as an unknown of another type, keeping what is known of it.
pub(super) fn convert_unknown(from: &Type, refinement: &Refinement, to: &Type) -> Value {
    let ty = fill_dynamic(from, &to.without_optional());
    let mut kept = Refinement {
        not_null: refinement.not_null,
        ..Refinement::default()
    };
    let (least, most) = match from {
        Type::Object(object) => (object.attributes.len(), Some(object.attributes.len())),
        Type::Tuple(elements) => (elements.len(), Some(elements.len())),
        _ => (refinement.min_length, refinement.max_length),
    };
    match &ty {
        // Elements of a set may turn out to be equal, yet never so that none is left.
        Type::Set(_) => kept = kept.with_length(least.min(1), most),
        Type::List(_) if matches!(from, Type::Set(_)) => kept = kept.with_length(least, most),
        Type::List(_) | Type::Map(_) => kept = kept.with_length(least, most),
        _ => {}
    }
    Value::unknown_refined(ty, kept)
}

/// `to`, with `Dynamic` in it replaced by what stands at the same place in `from`, as far as anything does.
pub(super) fn fill_dynamic(from: &Type, to: &Type) -> Type {
    if !to.has_dynamic() {
        return to.clone();
    }
    match (from, to) {
        (Type::Dynamic, to) => to.clone(),
        (from, Type::Dynamic) => from.clone(),
        (Type::Map(from), Type::Map(to)) => Type::map(fill_dynamic(from, to)),
        (Type::List(from) | Type::Set(from), Type::List(to)) => Type::list(fill_dynamic(from, to)),
        (Type::List(from) | Type::Set(from), Type::Set(to)) => Type::set(fill_dynamic(from, to)),
        (Type::Object(from), Type::Map(to)) => {
            let common = unify_refs(from.attributes.values()).unwrap_or(Type::Dynamic);
            Type::map(fill_dynamic(&common, to))
        }
        (Type::Tuple(from), Type::List(to)) => {
            let common = unify_refs(from.iter()).unwrap_or(Type::Dynamic);
            Type::list(fill_dynamic(&common, to))
        }
        (Type::Tuple(from), Type::Set(to)) => {
            let common = unify_refs(from.iter()).unwrap_or(Type::Dynamic);
            Type::set(fill_dynamic(&common, to))
        }
        (Type::Tuple(from), Type::Tuple(to)) if from.len() == to.len() => Type::tuple(
            from.iter()
                .zip(to.iter())
                .map(|(from, to)| fill_dynamic(from, to)),
        ),
        (from @ (Type::Object(_) | Type::Map(_)), Type::Object(to)) => {
            let mut attributes = BTreeMap::new();
            for (name, ty) in &to.attributes {
                let own = match from {
                    Type::Object(object) => object.attributes.get(name),
                    other => other.element(),
                };
                let filled = own.map_or_else(|| ty.clone(), |own| fill_dynamic(own, ty));
                attributes.insert(Arc::clone(name), filled);
            }
            Type::object(attributes)
        }
        (_, to) => to.clone(),
    }
}
