//! Conversion functions, and those of marks.
//!
//! A conversion says why it fails without showing a sensitive value.

use crate::value::convert::convert;
use crate::value::{Kind, Marks, Members, Type, Value};

use super::args::Args;
use super::{Answer, Want};

fn to(args: &Args<'_>, want: Want) -> Answer<Value> {
    let value = args.get(0)?;
    convert(value, &want.ty()).or_else(|fault| {
        if value.has_mark_deep(Marks::SENSITIVE) {
            return args.fault(
                0,
                format!(
                    "this sensitive {} cannot be converted to {}",
                    value.ty().friendly_name(),
                    want.ty().friendly_name()
                ),
            );
        }
        args.fault(0, fault.to_string())
    })
}

pub(super) fn to_bool(args: &Args<'_>, _: &Type) -> Answer<Value> {
    to(args, Want::Bool)
}

pub(super) fn to_number(args: &Args<'_>, _: &Type) -> Answer<Value> {
    to(args, Want::Number)
}

pub(super) fn to_string(args: &Args<'_>, _: &Type) -> Answer<Value> {
    to(args, Want::String)
}

pub(super) fn to_list(args: &Args<'_>, _: &Type) -> Answer<Value> {
    to(args, Want::List)
}

pub(super) fn to_set(args: &Args<'_>, _: &Type) -> Answer<Value> {
    to(args, Want::Set)
}

pub(super) fn to_map(args: &Args<'_>, _: &Type) -> Answer<Value> {
    to(args, Want::Map)
}

pub(super) fn type_of(args: &Args<'_>, _: &Type) -> Answer<Value> {
    Ok(Value::type_value(args.ty(0)))
}

pub(super) fn sensitive(args: &Args<'_>, _: &Type) -> Answer<Value> {
    Ok(args.get(0)?.clone().mark(Marks::SENSITIVE))
}

pub(super) fn nonsensitive(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let (value, marks) = args.get(0)?.clone().unmark();
    Ok(value.mark(marks.without(Marks::SENSITIVE)))
}

pub(super) fn issensitive(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let value = args.get(0)?;
    Ok(if value.marks().is_sensitive() {
        Value::bool(true)
    } else if value.is_known() {
        Value::bool(false)
    } else {
        Value::unknown(Type::Bool).refine_not_null()
    })
}

pub(super) fn ephemeralasnull(args: &Args<'_>, _: &Type) -> Answer<Value> {
    Ok(without_ephemeral(args.get(0)?))
}

fn without_ephemeral(value: &Value) -> Value {
    let marks = value.marks();
    if marks.is_ephemeral() {
        return Value::null(value.ty()).mark(marks.without(Marks::EPHEMERAL));
    }
    if !value.has_mark_deep(Marks::EPHEMERAL) {
        return value.clone();
    }
    let members = |members: &Members| -> Members {
        members
            .iter()
            .map(|(key, value)| (key.clone(), without_ephemeral(value)))
            .collect()
    };
    match value.kind() {
        Kind::List(ty, items) => Value::list(ty.clone(), items.iter().map(without_ephemeral).collect()),
        Kind::Tuple(items) => Value::tuple(items.iter().map(without_ephemeral).collect()),
        Kind::Map(ty, all) => Value::map(ty.clone(), members(all)),
        Kind::Object(all) => Value::object_members(members(all)),
        _ => value.clone(),
    }
    .mark(marks)
}

/// Stands for the functions that `call` answers itself.
pub(super) fn elsewhere(_: &Args<'_>, _: &Type) -> Answer<Value> {
    super::args::failed("it takes expressions, and its last argument cannot be expanded with \"...\"")
}
