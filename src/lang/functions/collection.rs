//! Functions of maps and objects, and of collections whatever their kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

use crate::lang::fault::quote;
use crate::value::convert::convert;
use crate::value::unify::unify;
use crate::value::{Kind, Marks, Members, Number, Refinement, Type, Value};

use super::Answer;
use super::args::{Args, failed, strings};

pub(super) fn length(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let value = args.get(0)?;
    let count = |text: &str| Number::from(text.graphemes(true).count());
    let answer = match value.kind() {
        Kind::String(text) => Value::number(count(text)),
        // It has as many characters as its known beginning, or more.
        Kind::Unknown(Type::String, _) => {
            let least = count(value.known_prefix().unwrap_or_default());
            Value::unknown_refined(Type::Number, Refinement::not_null().with_range(Some(least), None))
        }
        Kind::Unknown(Type::Dynamic, _) => Value::unknown(Type::Number).refine_not_null(),
        Kind::Unknown(Type::Tuple(_) | Type::Object(_), _) => value.length(),
        Kind::Unknown(ty, _) if ty.is_collection() => value.length(),
        _ if value.can_iterate() => value.length(),
        _ => {
            return failed(format!(
                "a string, a collection, a tuple or an object has a length, but not a {}",
                value.ty().friendly_name()
            ));
        }
    };
    Ok(answer.mark(value.marks()))
}

pub(super) fn keys_type(args: &Args<'_>) -> Answer<Type> {
    match args.ty(0) {
        Type::Map(_) => Ok(Type::list(Type::String)),
        Type::Object(object) => Ok(Type::tuple(object.attributes.keys().map(|_| Type::String))),
        Type::Dynamic => Ok(Type::Dynamic),
        other => args.fault(
            0,
            format!("a map or an object is required, not {}", other.friendly_name()),
        ),
    }
}

pub(super) fn keys(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let value = args.get(0)?;
    let name = |key: &Arc<str>| Value::string_arc(Arc::clone(key));
    let keys = match value.kind() {
        Kind::Map(_, members) => strings(members.keys()),
        Kind::Object(members) => Value::tuple(members.keys().map(name).collect()),
        Kind::Unknown(Type::Object(object), _) => Value::tuple(object.attributes.keys().map(name).collect()),
        _ => Value::unknown(ty.clone()).refine_not_null(),
    };
    Ok(keys.mark(value.marks()))
}

pub(super) fn values_type(args: &Args<'_>) -> Answer<Type> {
    match args.ty(0) {
        Type::Map(element) => Ok(Type::list((*element).clone())),
        Type::Object(object) => Ok(Type::tuple(object.attributes.values().cloned())),
        Type::Dynamic => Ok(Type::Dynamic),
        other => failed(format!(
            "a map or an object is required, not {}",
            other.friendly_name()
        )),
    }
}

pub(super) fn values(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let value = args.get(0)?;
    let values = match value.kind() {
        Kind::Map(element, members) => Value::list(element.clone(), members.values().cloned().collect()),
        Kind::Object(members) => Value::tuple(members.values().cloned().collect()),
        _ => Value::unknown(ty.clone()).refine_not_null(),
    };
    Ok(values.mark(value.marks()))
}

/// Null of no particular type: it takes part in nothing.
fn is_plain_null(value: &Value) -> bool {
    matches!(value.kind(), Kind::Null(Type::Dynamic))
}

pub(super) fn merge_type(args: &Args<'_>) -> Answer<Type> {
    let mut attributes: BTreeMap<Arc<str>, Type> = BTreeMap::new();
    let mut first: Option<Type> = None;
    // A null of no type is neither a map nor an object, so that the result is no map.
    let (mut same, mut whole) = (!args.values.iter().any(is_plain_null), true);
    for value in args.values.iter().filter(|value| !is_plain_null(value)) {
        let ty = value.ty();
        match &ty {
            Type::Dynamic => return Ok(Type::Dynamic),
            Type::Object(object) => {
                if !value.is_null() {
                    attributes.extend(object.attributes.clone());
                }
            }
            Type::Map(element) => match value.members() {
                Some(members) => {
                    attributes.extend(members.keys().map(|key| (Arc::clone(key), (**element).clone())))
                }
                None => whole &= value.is_null(),
            },
            other => {
                return failed(format!(
                    "all arguments must be maps or objects, but one is a {}",
                    other.friendly_name()
                ));
            }
        }
        match &first {
            None => first = Some(ty),
            Some(first) => same &= *first == ty,
        }
    }
    match first {
        Some(first) if same => Ok(first),
        _ if whole => Ok(Type::object(attributes)),
        _ => Ok(Type::Dynamic),
    }
}

pub(super) fn merge(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let mut merged = Members::new();
    let mut marks = Marks::NONE;
    let mut known = true;
    for value in args.values {
        marks |= value.marks();
        match value.members() {
            Some(members) => {
                merged.extend(
                    members
                        .iter()
                        .map(|(key, value)| (Arc::clone(key), value.clone())),
                );
            }
            None => known &= value.is_null(),
        }
    }
    let result = match ty {
        _ if !known => Value::unknown(ty.clone()).refine_not_null(),
        Type::Map(element) => Value::map((**element).clone(), merged),
        _ => Value::object_members(merged),
    };
    Ok(result.mark(marks))
}

pub(super) fn lookup_type(args: &Args<'_>) -> Answer<Type> {
    if args.len() > 3 {
        return failed(format!("it takes two or three arguments, not {}", args.len()));
    }
    let default = args.from(2).first();
    match args.ty(0) {
        Type::Object(object) => match (args.get(1)?.as_str(), default) {
            (None, _) => Ok(Type::Dynamic),
            (Some(key), default) => match (object.attributes.get(key), default) {
                (Some(ty), _) => Ok(ty.clone()),
                (None, Some(default)) => Ok(default.ty()),
                (None, None) => {
                    let shown = if args.get(1)?.marks().is_empty() {
                        quote(key)
                    } else {
                        "of this sensitive name".to_owned()
                    };
                    args.fault(
                        0,
                        format!("the object has no attribute {shown}, and there is no default"),
                    )
                }
            },
        },
        Type::Map(element) => match default.map(|default| convert(default, &element)) {
            Some(Err(_)) => args.fault(2, "the default must have the type of the map's elements"),
            _ => Ok((*element).clone()),
        },
        Type::Dynamic => Ok(Type::Dynamic),
        other => args.fault(
            0,
            format!("a map or an object is required, not {}", other.friendly_name()),
        ),
    }
}

pub(super) fn lookup(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let (collection, key) = (args.get(0)?, args.get(1)?);
    let marks = collection.marks() | key.marks();
    let (Some(members), Some(name)) = (collection.members(), key.as_str()) else {
        let marks = marks | args.from(2).first().map_or(Marks::NONE, Value::marks);
        return Ok(Value::unknown(ty.clone()).mark(marks));
    };
    if let Some(member) = members.get(name) {
        return Ok(member.clone().mark(marks));
    }
    match args.from(2).first() {
        Some(default) => match convert(default, ty) {
            Ok(default) => Ok(default.mark(marks)),
            Err(fault) => args.fault(2, fault.to_string()),
        },
        None if marks.is_empty() => failed(format!(
            "the map has no element with the key {}, and there is no default",
            quote(name)
        )),
        None => failed("the map has no element with this key, and there is no default"),
    }
}

pub(super) fn zipmap_type(args: &Args<'_>) -> Answer<Type> {
    let keys = args.get(0)?;
    match args.ty(1) {
        Type::List(element) => Ok(Type::map((*element).clone())),
        Type::Tuple(types) => {
            if !keys.is_wholly_known() {
                return Ok(Type::Dynamic);
            }
            check_counts(args.items(0).len(), types.len())?;
            let mut attributes = BTreeMap::new();
            for (key, ty) in args.items(0).iter().zip(types.iter()) {
                attributes.insert(zip_key(key)?, ty.clone());
            }
            Ok(Type::object(attributes))
        }
        Type::Dynamic => Ok(Type::Dynamic),
        _ => failed("the values must be a list or a tuple"),
    }
}

fn zip_key(key: &Value) -> Answer<Arc<str>> {
    match key.as_arc_str() {
        Some(key) => Ok(Arc::clone(key)),
        None => failed("no key may be null"),
    }
}

fn check_counts(keys: usize, values: usize) -> Answer<()> {
    if keys == values {
        return Ok(());
    }
    failed(format!(
        "there must be as many keys as values, but there are {keys} keys and {values} values"
    ))
}

pub(super) fn zipmap(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let (keys, values) = (args.get(0)?, args.get(1)?);
    let marks = keys.marks() | values.marks();
    let (Some(names), Some(items)) = (keys.items(), values.items()) else {
        return Ok(Value::unknown(ty.clone()).refine_not_null().mark(marks));
    };
    check_counts(names.len(), items.len())?;
    let mut members = Members::new();
    let mut marks = marks;
    for (name, item) in names.iter().zip(items) {
        marks |= name.marks();
        if !name.is_known() {
            return Ok(Value::unknown(ty.clone()).refine_not_null().mark(marks));
        }
        members.insert(zip_key(name)?, item.clone());
    }
    let result = match ty {
        Type::Map(element) => Value::map((**element).clone(), members),
        _ => Value::object_members(members),
    };
    Ok(result.mark(marks))
}

pub(super) fn transpose(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let input = args.get(0)?;
    if !input.is_wholly_known() {
        return Ok(Value::unknown(ty.clone()).refine_not_null());
    }
    let mut turned: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for (key, list) in input.members().into_iter().flatten() {
        let Some(items) = list.items() else {
            return failed("no list in the map may be null");
        };
        for item in items {
            let Some(item) = item.as_arc_str() else {
                return failed("no string in a list may be null");
            };
            turned.entry(Arc::clone(item)).or_default().push(Arc::clone(key));
        }
    }
    let members = turned
        .into_iter()
        .map(|(key, list)| (key, strings(list)))
        .collect();
    Ok(Value::map(Type::list(Type::String), members))
}

fn sequence(args: &Args<'_>, reason: &str) -> Answer<()> {
    match args.ty(0) {
        Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Dynamic => Ok(()),
        _ => failed(reason),
    }
}

pub(super) fn contains_type(args: &Args<'_>) -> Answer<Type> {
    sequence(args, "the first argument must be a list, a tuple or a set")?;
    Ok(Type::Bool)
}

pub(super) fn contains(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let wanted = args.get(1)?;
    let mut known = true;
    for item in args.items(0) {
        match item.equals(wanted).as_bool() {
            Some(true) => return Ok(Value::bool(true)),
            Some(false) => {}
            None => known = false,
        }
    }
    Ok(if known {
        Value::bool(false)
    } else {
        Value::unknown(Type::Bool).refine_not_null()
    })
}

const ONE: &str = "a list, set or tuple with no or one element is required";

pub(super) fn one_type(args: &Args<'_>) -> Answer<Type> {
    match args.ty(0) {
        Type::List(element) | Type::Set(element) => Ok((*element).clone()),
        Type::Tuple(types) => match &*types {
            [] => Ok(Type::Dynamic),
            [only] => Ok(only.clone()),
            _ => args.fault(0, ONE),
        },
        Type::Dynamic => Ok(Type::Dynamic),
        _ => args.fault(0, ONE),
    }
}

pub(super) fn one(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let value = args.get(0)?;
    let answer = match value.items() {
        None => Value::unknown(ty.clone()),
        Some([]) => Value::null(ty.clone()),
        Some([only]) => only.clone(),
        Some(_) if value.ty().element().is_some() && !value.is_wholly_known() => Value::unknown(ty.clone()),
        Some(_) => return args.fault(0, ONE),
    };
    Ok(answer.mark(value.marks()))
}

pub(super) fn coalesce_type(args: &Args<'_>) -> Answer<Type> {
    let types: Vec<Type> = args.values.iter().map(Value::ty).collect();
    if types.is_empty() {
        return failed("it takes at least one argument");
    }
    match unify(&types) {
        Some(ty) => Ok(ty),
        None => failed("all arguments must have one common type"),
    }
}

pub(super) fn coalesce(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    for (at, value) in args.values.iter().enumerate() {
        let value = match convert(value, ty) {
            Ok(value) => value,
            Err(fault) => return args.fault(at, fault.to_string()),
        };
        if !value.is_known() {
            // Null would be passed over.
            return Ok(Value::unknown(ty.clone()).refine_not_null().mark(value.marks()));
        }
        if !value.is_null() && value.as_str() != Some("") {
            return Ok(value);
        }
    }
    failed("every argument is null or an empty string")
}

pub(super) fn all_true(args: &Args<'_>, _: &Type) -> Answer<Value> {
    every(args, false)
}

pub(super) fn any_true(args: &Args<'_>, _: &Type) -> Answer<Value> {
    every(args, true)
}

/// Whether an element decides the answer; null counts as false.
fn every(args: &Args<'_>, decides: bool) -> Answer<Value> {
    let mut known = args.get(0)?.is_known();
    for item in args.items(0) {
        if !item.is_known() {
            known = false;
        } else if item.as_bool().unwrap_or(false) == decides {
            return Ok(Value::bool(decides));
        }
    }
    Ok(if known {
        Value::bool(!decides)
    } else {
        Value::unknown(Type::Bool).refine_not_null()
    })
}
