//! Finding one type that values of several types can become.
//!
//! The rules are cty's (`convert.UnifyUnsafe`): objects become an object attribute by attribute or else a map,
//! tuples a tuple or else a list; otherwise the most general of the given types to which all others convert.
//! The value `null` and unknowns of unknown type have the type `Dynamic`, which gives way to primitive types
//! and swallows the others. This file decides about types; `convert` then does the work.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexSet;

use crate::value::convert::conversion_exists;
use crate::value::{ObjectType, Type};

/// The type that all of these convert to, or `None` if there is none. `None` for no types at all, too.
pub fn unify(types: &[Type]) -> Option<Type> {
    unify_refs(types.iter())
}

/// As [`unify`], over references.
pub(in crate::value) fn unify_refs<'a>(types: impl Iterator<Item = &'a Type>) -> Option<Type> {
    // Repeated types decide nothing, and containers of many equal elements must not cost more than linear time.
    let distinct: IndexSet<&Type> = types.collect();
    let types: Vec<&Type> = distinct.into_iter().collect();
    unify_distinct(&types)
}

fn unify_distinct(types: &[&Type]) -> Option<Type> {
    if let [only] = types {
        return Some((*only).clone());
    }
    let count = |is: fn(&Type) -> bool| types.iter().filter(|ty| is(ty)).count();
    let total = types.len();
    let dynamics = count(|ty| *ty == Type::Dynamic);
    let maps = count(|ty| matches!(ty, Type::Map(_)));
    let lists = count(|ty| matches!(ty, Type::List(_)));
    let sets = count(|ty| matches!(ty, Type::Set(_)));
    let objects = count(|ty| matches!(ty, Type::Object(_)));
    let tuples = count(|ty| matches!(ty, Type::Tuple(_)));
    let is = |kind: usize| kind > 0 && kind + dynamics == total;
    if dynamics > 0 && (is(maps) || is(lists) || is(sets) || is(objects) || is(tuples)) {
        // What the dynamic ones become decides, and that is not known yet.
        return Some(Type::Dynamic);
    }
    if is(maps) || is(lists) || is(sets) {
        let element = unify_refs(types.iter().filter_map(|ty| ty.element()))?;
        return types.first().map(|first| match first {
            Type::Map(_) => Type::map(element),
            Type::Set(_) => Type::set(element),
            _ => Type::list(element),
        });
    }
    if maps > 0
        && maps + objects + dynamics == total
        && let Some(ty @ Type::Map(_)) = unify_objects_as_maps(types)
    {
        return Some(ty);
    }
    if lists > 0
        && lists + tuples + dynamics == total
        && let Some(ty @ Type::List(_)) = unify_tuples_as_lists(types)
    {
        return Some(ty);
    }
    if is(objects) {
        return unify_objects(types);
    }
    if is(tuples) {
        return unify_tuples(types);
    }
    if objects > 0 && tuples > 0 {
        return None;
    }
    most_general(types)
}

fn unify_objects_as_maps(types: &[&Type]) -> Option<Type> {
    let map = unify_objects_to_map(types)?;
    let mapped = types.iter().map(|ty| match ty {
        Type::Object(_) => &map,
        other => *other,
    });
    unify_refs(mapped).filter(|ty| structural_convert(types, ty))
}

fn unify_tuples_as_lists(types: &[&Type]) -> Option<Type> {
    let list = unify_tuples_to_list(types)?;
    let listed = types.iter().map(|ty| match ty {
        Type::Tuple(_) => &list,
        other => *other,
    });
    unify_refs(listed).filter(|ty| structural_convert(types, ty))
}

fn object_types<'a>(types: &[&'a Type]) -> Vec<&'a ObjectType> {
    let object = |ty: &&'a Type| match ty {
        Type::Object(object) => Some(&**object),
        _ => None,
    };
    types.iter().filter_map(object).collect()
}

fn tuple_types<'a>(types: &[&'a Type]) -> Vec<&'a [Type]> {
    let tuple = |ty: &&'a Type| match ty {
        Type::Tuple(elements) => Some(&**elements),
        _ => None,
    };
    types.iter().filter_map(tuple).collect()
}

fn unify_objects(types: &[&Type]) -> Option<Type> {
    let objects = object_types(types);
    let (first, others) = objects.split_first()?;
    if others
        .iter()
        .any(|object| !object.attributes.keys().eq(first.attributes.keys()))
    {
        return unify_objects_to_map(types);
    }
    let mut attributes = BTreeMap::new();
    for name in first.attributes.keys() {
        let across = objects.iter().filter_map(|object| object.attributes.get(name));
        attributes.insert(Arc::clone(name), unify_refs(across)?);
    }
    let unified = Type::object(attributes);
    if all_convert(types, &unified) {
        return Some(unified);
    }
    unify_objects_to_map(types)
}

fn unify_objects_to_map(types: &[&Type]) -> Option<Type> {
    let objects = object_types(types);
    let element = unify_refs(objects.iter().flat_map(|object| object.attributes.values()))?;
    let map = Type::map(element);
    structural_convert(types, &map).then_some(map)
}

fn unify_tuples(types: &[&Type]) -> Option<Type> {
    let tuples = tuple_types(types);
    let (first, others) = tuples.split_first()?;
    if others.iter().any(|tuple| tuple.len() != first.len()) {
        return unify_tuples_to_list(types);
    }
    let mut elements = Vec::new();
    for at in 0..first.len() {
        elements.push(unify_refs(tuples.iter().filter_map(|tuple| tuple.get(at)))?);
    }
    let unified = Type::tuple(elements);
    if all_convert(types, &unified) {
        return Some(unified);
    }
    unify_tuples_to_list(types)
}

fn unify_tuples_to_list(types: &[&Type]) -> Option<Type> {
    let tuples = tuple_types(types);
    let element = unify_refs(tuples.iter().flat_map(|tuple| tuple.iter()))?;
    let list = Type::list(element);
    structural_convert(types, &list).then_some(list)
}

fn all_convert(types: &[&Type], to: &Type) -> bool {
    types.iter().all(|ty| *ty == to || conversion_exists(ty, to))
}

/// Whether the objects and tuples among the types convert.
fn structural_convert(types: &[&Type], to: &Type) -> bool {
    let structural = types
        .iter()
        .filter(|ty| matches!(ty, Type::Object(_) | Type::Tuple(_)));
    structural.into_iter().all(|ty| conversion_exists(ty, to))
}

/// The first type, in order of generality, to which all others convert.
fn most_general(types: &[&Type]) -> Option<Type> {
    let order = by_generality(types);
    let wanted = order.into_iter().find(|wanted| all_convert(types, wanted));
    wanted.cloned()
}

/// More general types first; otherwise in the order given.
fn by_generality<'a>(types: &[&'a Type]) -> Vec<&'a Type> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); types.len()];
    let mut waiting: Vec<usize> = vec![0; types.len()];
    for (i, a) in types.iter().enumerate() {
        for (j, b) in types.iter().enumerate().skip(i + 1) {
            let (from, to) = match generality(a, b) {
                Ordering::Less => (i, j),
                Ordering::Greater => (j, i),
                Ordering::Equal => continue,
            };
            if let Some(edges) = before.get_mut(from) {
                edges.push(to);
            }
            if let Some(count) = waiting.get_mut(to) {
                *count += 1;
            }
        }
    }
    let mut order: Vec<usize> = Vec::with_capacity(types.len());
    order.extend(
        waiting
            .iter()
            .enumerate()
            .filter(|(_, count)| **count == 0)
            .map(|(at, _)| at),
    );
    let mut next = 0;
    while let Some(&at) = order.get(next) {
        next += 1;
        for &to in before.get(at).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(to) {
                *count -= 1;
                if *count == 0 {
                    order.push(to);
                }
            }
        }
    }
    order
        .into_iter()
        .filter_map(|at| types.get(at).copied())
        .collect()
}

/// `Less` if `a` is the more general, and so preferred.
fn generality(a: &Type, b: &Type) -> Ordering {
    match (a, b) {
        (Type::Dynamic, Type::Dynamic) => Ordering::Equal,
        (Type::Dynamic, _) => Ordering::Greater,
        (_, Type::Dynamic) => Ordering::Less,
        (Type::String, Type::Bool | Type::Number) => Ordering::Less,
        (Type::Bool | Type::Number, Type::String) => Ordering::Greater,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            generality(a, b)
        }
        (Type::List(_), Type::Set(_) | Type::Tuple(_))
        | (Type::Tuple(_), Type::Set(_))
        | (Type::Map(_), Type::Object(_)) => Ordering::Less,
        (Type::Set(_), Type::List(_) | Type::Tuple(_))
        | (Type::Tuple(_), Type::List(_))
        | (Type::Object(_), Type::Map(_)) => Ordering::Greater,
        (Type::Object(a), Type::Object(b)) => {
            if !a.attributes.keys().eq(b.attributes.keys()) {
                return Ordering::Equal;
            }
            agreement(a.attributes.values().zip(b.attributes.values()))
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            if a.len() != b.len() {
                return Ordering::Equal;
            }
            agreement(a.iter().zip(b.iter()))
        }
        _ => Ordering::Equal,
    }
}

/// What all pairs that differ agree on.
fn agreement<'a>(pairs: impl Iterator<Item = (&'a Type, &'a Type)>) -> Ordering {
    let (mut less, mut greater) = (false, false);
    for (a, b) in pairs {
        match generality(a, b) {
            Ordering::Less => less = true,
            Ordering::Greater => greater = true,
            Ordering::Equal => {}
        }
    }
    match (less, greater) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}
