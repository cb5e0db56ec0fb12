//! Converting values from type to type.
//!
//! The rules are cty's. First the types decide whether a conversion exists at all ([`conversion_exists`]); then
//! the value may still refuse (`"x"` is no number). Marks stay where they were; nulls and unknowns become nulls
//! and unknowns of the new type, and keep what is known of them. Optional attributes that are missing become
//! null: their defaults are not known here. The messages are short, and `lang` puts them into a sentence.

mod mismatch;
mod unknown;

pub use mismatch::mismatch;

use std::sync::Arc;

use crate::value::unify::unify_refs;
use crate::value::{Kind, Members, Number, ObjectType, Path, PathStep, Type, Value};

/// Why a value could not be converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", .path.heading())]
pub struct ConvertError {
    /// Where in the value; root if the types rule the conversion out.
    pub path: Path,
    /// What is required, without a full stop: `a number is required`.
    pub message: String,
}

/// The value as a value of another type.
///
/// # Errors
/// No conversion exists between the types, or this value does not convert.
pub fn convert(value: &Value, to: &Type) -> Result<Value, ConvertError> {
    if *to == Type::Dynamic || value.type_equals(to) {
        return Ok(value.clone());
    }
    let from = value.ty();
    if from == to.without_optional() {
        return Ok(value.clone());
    }
    if !conversion_exists(&from, to) {
        return Err(ConvertError {
            path: Path::root(),
            message: mismatch(&from, to),
        });
    }
    apply(value, to, &mut Path::root())
}

/// Whether some value of one type may convert to the other. True for equal types.
pub fn conversion_exists(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (_, Type::Dynamic) | (Type::Dynamic, _) => true,
        (Type::Bool, Type::Number) | (Type::Number, Type::Bool) => false,
        (Type::TypeValue, Type::TypeValue) => true,
        (from, to) if from.is_primitive() && to.is_primitive() => true,
        (Type::Object(from), Type::Object(to)) => {
            to.attributes
                .iter()
                .all(|(name, to_type)| match from.attributes.get(name) {
                    Some(from_type) => conversion_exists(from_type, to_type),
                    None => to.optional.contains(name),
                })
        }
        (Type::Tuple(from), Type::Tuple(to)) => {
            from.len() == to.len()
                && from
                    .iter()
                    .zip(to.iter())
                    .all(|(from, to)| conversion_exists(from, to))
        }
        (Type::List(from) | Type::Set(from), Type::List(to) | Type::Set(to))
        | (Type::Map(from), Type::Map(to)) => conversion_exists(from, to),
        (Type::Tuple(elements), Type::List(to) | Type::Set(to)) => {
            let Some(target) = tuple_element(elements, to) else {
                return false;
            };
            elements.iter().all(|from| conversion_exists(from, &target))
        }
        (Type::Object(object), Type::Map(to)) => {
            let Some(target) = object_element(object, to) else {
                return false;
            };
            object
                .attributes
                .values()
                .all(|from| conversion_exists(from, &target))
        }
        (Type::Map(from), Type::Object(to)) => to
            .attributes
            .iter()
            .all(|(name, to_type)| to.optional.contains(name) || conversion_exists(from, to_type)),
        _ => false,
    }
}

/// What the elements of a tuple become in a list or set of `to`; for `Dynamic` a type they have in common.
fn tuple_element(elements: &[Type], to: &Type) -> Option<Type> {
    if *to != Type::Dynamic || elements.is_empty() {
        return Some(to.clone());
    }
    let common = unify_refs(elements.iter())?;
    if common == Type::Dynamic && elements.iter().any(|element| *element != Type::Dynamic) {
        return None;
    }
    Some(common)
}

/// What the attributes of an object become in a map of `to`; for `Dynamic` a type they have in common.
fn object_element(object: &ObjectType, to: &Type) -> Option<Type> {
    if *to != Type::Dynamic || object.attributes.is_empty() {
        return Some(to.clone());
    }
    unify_refs(object.attributes.values())
}

fn error(path: &Path, message: impl Into<String>) -> ConvertError {
    ConvertError {
        path: path.clone(),
        message: message.into(),
    }
}

/// Converts where a conversion exists.
fn apply(value: &Value, to: &Type, path: &mut Path) -> Result<Value, ConvertError> {
    if *to == Type::Dynamic || value.type_equals(to) {
        return Ok(value.clone());
    }
    let converted = match (value.kind(), to) {
        (Kind::Unknown(ty, refinement), to) => unknown::convert_unknown(ty, refinement, to),
        (Kind::Null(ty), to) => Value::null(unknown::fill_dynamic(ty, &to.without_optional())),
        (Kind::Number(number), Type::String) => Value::string(number.to_string()),
        (Kind::Bool(value), Type::String) => Value::string(if *value { "true" } else { "false" }),
        (Kind::String(text), Type::Number) => match Number::parse(text) {
            Some(number) => Value::number(number),
            None => return Err(error(path, "a number is required")),
        },
        (Kind::String(text), Type::Bool) => Value::bool(parse_bool(text, path)?),
        (Kind::Object(members), Type::Object(to)) => object_to_object(members, to, path)?,
        (Kind::Map(_, members), Type::Object(to)) => map_to_object(members, to, path)?,
        (Kind::Tuple(items), Type::Tuple(types)) => {
            let pairs = items.iter().zip(types.iter()).enumerate();
            let converted: Result<Vec<Value>, _> = pairs
                .map(|(at, (item, ty))| below(item, ty, PathStep::int(at), path))
                .collect();
            Value::tuple(converted?)
        }
        (Kind::Set(own, _), Type::List(element)) if !value.length().is_known() => {
            // Unknown elements may turn out to be equal to others.
            let (least, most) = value.length_bounds();
            let ty = Type::list(unknown::fill_dynamic(own, &element.without_optional()));
            let range = crate::value::Refinement::not_null().with_length(least, most);
            Value::unknown_refined(ty, range)
        }
        (Kind::List(own, items) | Kind::Set(own, items), Type::List(element) | Type::Set(element)) => {
            let is_set = matches!(to, Type::Set(_));
            sequence(items, own, element, is_set, path)?
        }
        (Kind::Tuple(items), Type::List(element) | Type::Set(element)) => {
            let is_set = matches!(to, Type::Set(_));
            let types: Vec<Type> = match **element {
                Type::Dynamic => items.iter().map(Value::ty).collect(),
                _ => Vec::new(),
            };
            let target = tuple_element(&types, element).unwrap_or(Type::Dynamic);
            sequence(items, &Type::Dynamic, &target, is_set, path)?
        }
        (Kind::Map(own, members), Type::Map(element)) => mapping(members, own, element, path)?,
        (Kind::Object(members), Type::Map(element)) => {
            let target = match **element {
                Type::Dynamic => {
                    let types: Vec<Type> = members.values().map(Value::ty).collect();
                    unify_refs(types.iter()).unwrap_or(Type::Dynamic)
                }
                _ => (**element).clone(),
            };
            mapping(members, &Type::Dynamic, &target, path)?
        }
        _ => return Err(error(path, mismatch(&value.ty(), to))),
    };
    Ok(converted.mark(value.marks()))
}

fn below(value: &Value, to: &Type, step: PathStep, path: &mut Path) -> Result<Value, ConvertError> {
    path.push(step);
    let converted = apply(value, to, path);
    path.pop();
    converted
}

fn parse_bool(text: &str, path: &Path) -> Result<bool, ConvertError> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => {
            let lower = text.to_lowercase();
            if lower == "true" || lower == "false" {
                let hint = format!("a bool is required; to convert from string, use lowercase \"{lower}\"");
                return Err(error(path, hint));
            }
            Err(error(path, "a bool is required"))
        }
    }
}

fn object_to_object(members: &Members, to: &ObjectType, path: &mut Path) -> Result<Value, ConvertError> {
    let mut converted = Members::new();
    for (name, ty) in &to.attributes {
        let value = match members.get(name) {
            Some(member) => below(member, ty, PathStep::attr(Arc::clone(name)), path)?,
            None => Value::null(ty.without_optional()),
        };
        converted.insert(Arc::clone(name), value);
    }
    Ok(Value::object_members(converted))
}

fn map_to_object(members: &Members, to: &ObjectType, path: &mut Path) -> Result<Value, ConvertError> {
    let mut converted = Members::new();
    for (name, ty) in &to.attributes {
        let value = match members.get(name) {
            Some(member) => {
                let from = member.ty();
                if !conversion_exists(&from, ty) {
                    let reason = mismatch(&from, ty);
                    let message =
                        format!("map element type is incompatible with attribute {name:?}: {reason}");
                    return Err(error(path, message));
                }
                below(member, ty, PathStep::key(Arc::clone(name)), path)?
            }
            None if to.optional.contains(name) => Value::null(ty.without_optional()),
            None => {
                return Err(error(
                    path,
                    format!("map has no element for required attribute {name:?}"),
                ));
            }
        };
        converted.insert(Arc::clone(name), value);
    }
    Ok(Value::object_members(converted))
}

/// Elements of type `own`, converted to a list or set of `element`.
fn sequence(
    items: &[Value],
    own: &Type,
    element: &Type,
    is_set: bool,
    path: &mut Path,
) -> Result<Value, ConvertError> {
    let items: Result<Vec<Value>, _> = items
        .iter()
        .enumerate()
        .map(|(at, item)| below(item, element, PathStep::int(at), path))
        .collect();
    let kind = if is_set { "set" } else { "list" };
    let (ty, items) = settle(items?, own, element, kind, path)?;
    Ok(if is_set {
        Value::set(ty, items)
    } else {
        Value::list(ty, items)
    })
}

/// Members of type `own`, converted to a map of `element`.
fn mapping(members: &Members, own: &Type, element: &Type, path: &mut Path) -> Result<Value, ConvertError> {
    let values: Result<Vec<Value>, _> = members
        .iter()
        .map(|(key, member)| below(member, element, PathStep::key(Arc::clone(key)), path))
        .collect();
    let (ty, values) = settle(values?, own, element, "map", path)?;
    let members = members.keys().cloned().zip(values).collect();
    Ok(Value::map(ty, members))
}

/// The one type of converted elements, and the elements brought to it where `element` left it open.
fn settle(
    values: Vec<Value>,
    own: &Type,
    element: &Type,
    kind: &str,
    path: &mut Path,
) -> Result<(Type, Vec<Value>), ConvertError> {
    if values.is_empty() {
        // A concrete type is better than none.
        let ty = if *element == Type::Dynamic { own } else { element };
        return Ok((ty.without_optional(), values));
    }
    let element = element.without_optional();
    if !element.has_dynamic() {
        return Ok((element, values));
    }
    let values = match same_type(&values) {
        Some(ty) => return Ok((ty, values)),
        None => values,
    };
    let types: Vec<Type> = values.iter().map(Value::ty).collect();
    let Some(common) = unify_refs(types.iter()) else {
        return Err(error(path, "cannot find a common base type for all elements"));
    };
    let mut unified = Vec::with_capacity(values.len());
    for (at, value) in values.iter().enumerate() {
        unified.push(below(value, &common, PathStep::int(at), path)?);
    }
    let dynamic = |value: &Value| value.type_equals(&Type::Dynamic);
    let ty = unified
        .iter()
        .find(|value| !dynamic(value))
        .map_or(Type::Dynamic, Value::ty);
    for value in &mut unified {
        if dynamic(value) {
            *value = apply(value, &ty, path)?;
        } else if !value.type_equals(&ty) {
            return Err(error(
                path,
                format!("element types must all match for conversion to {kind}"),
            ));
        }
    }
    Ok((ty, unified))
}

fn same_type(values: &[Value]) -> Option<Type> {
    let ty = values.first()?.ty();
    values.iter().all(|value| value.type_equals(&ty)).then_some(ty)
}
