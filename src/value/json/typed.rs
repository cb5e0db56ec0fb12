//! The typed JSON form, of state and plan.
//!
//! Writer and reader agree on a type. Where it is `Dynamic`, the type of the value is written beside it, so
//! that what comes back has the same type as what went in: a list stays a list and a null keeps its type.

use std::sync::Arc;

use crate::value::json::read::Json;
use crate::value::json::types::{type_from_json, write_type};
use crate::value::json::write::{children, escape, write_scalar};
use crate::value::json::{JsonError, number, unsupported};
use crate::value::{Kind, Members, ObjectType, Path, PathStep, Type, Value};

/// The JSON of a value of this type. Marks are not written.
///
/// # Errors
/// Something in it is unknown or infinite, or the value is not of the type.
pub fn encode(value: &Value, ty: &Type) -> Result<String, JsonError> {
    let mut out = String::new();
    write(value, ty, &mut Path::root(), &mut out)?;
    Ok(out)
}

fn write(value: &Value, ty: &Type, path: &mut Path, out: &mut String) -> Result<(), JsonError> {
    match (value.kind(), ty) {
        (Kind::Unknown(..), _) => write_scalar(value, path, out),
        (Kind::Null(Type::Dynamic), _) => write_scalar(value, path, out),
        (_, Type::Dynamic) => {
            let own = value.ty();
            out.push_str("{\"value\":");
            write(value, &own, path, out)?;
            out.push_str(",\"type\":");
            write_type(&own, out);
            out.push('}');
            Ok(())
        }
        (Kind::Null(_), _)
        | (Kind::Bool(_), Type::Bool)
        | (Kind::Number(_), Type::Number)
        | (Kind::String(_), Type::String) => write_scalar(value, path, out),
        (Kind::List(..), Type::List(element)) | (Kind::Set(..), Type::Set(element)) => {
            let types = std::iter::repeat(&**element);
            write_items(value, types, path, out)
        }
        (Kind::Tuple(items), Type::Tuple(types)) if items.len() == types.len() => {
            write_items(value, types.iter(), path, out)
        }
        (Kind::Map(_, members), Type::Map(element)) => {
            let types = std::iter::repeat(&**element);
            write_members(value, members, types, path, out)
        }
        (Kind::Object(members), Type::Object(object)) if members.keys().eq(object.attributes.keys()) => {
            write_members(value, members, object.attributes.values(), path, out)
        }
        _ => {
            let (want, have) = (ty.friendly_name(), value.ty().friendly_name());
            Err(JsonError::new(path, format!("{want} required, but have {have}")))
        }
    }
}

fn write_items<'a>(
    value: &Value,
    types: impl Iterator<Item = &'a Type>,
    path: &mut Path,
    out: &mut String,
) -> Result<(), JsonError> {
    out.push('[');
    for (at, ((step, item), ty)) in children(value).zip(types).enumerate() {
        if at > 0 {
            out.push(',');
        }
        path.push(step);
        write(item, ty, path, out)?;
        path.pop();
    }
    out.push(']');
    Ok(())
}

fn write_members<'a>(
    value: &Value,
    members: &Members,
    types: impl Iterator<Item = &'a Type>,
    path: &mut Path,
    out: &mut String,
) -> Result<(), JsonError> {
    out.push('{');
    let keyed = members.keys().zip(children(value)).zip(types);
    for (at, ((key, (step, member)), ty)) in keyed.enumerate() {
        if at > 0 {
            out.push(',');
        }
        escape(key, out);
        out.push(':');
        path.push(step);
        write(member, ty, path, out)?;
        path.pop();
    }
    out.push('}');
    Ok(())
}

/// The value of a JSON text that was written with this type.
///
/// # Errors
/// The text is not JSON or does not fit the type.
pub fn decode(text: &str, ty: &Type) -> Result<Value, JsonError> {
    decode_json(&Json::parse(text)?, ty)
}

/// The value of parsed JSON that was written with this type. Attributes of an object that are missing are
/// null; ones that the type does not have are errors.
///
/// # Errors
/// It does not fit the type.
pub fn decode_json(json: &Json, ty: &Type) -> Result<Value, JsonError> {
    read(json, &ty.without_optional(), &mut Path::root())
}

fn read(json: &Json, ty: &Type, path: &mut Path) -> Result<Value, JsonError> {
    match (json, ty) {
        (Json::Null, ty) => Ok(Value::null(ty.clone())),
        (json, Type::Dynamic) => read_dynamic(json, path),
        (Json::Bool(value), Type::Bool) => Ok(Value::bool(*value)),
        (Json::String(text), Type::Bool) => match text.as_str() {
            "true" | "1" => Ok(Value::bool(true)),
            "false" | "0" => Ok(Value::bool(false)),
            _ => Err(JsonError::new(path, "a bool is required")),
        },
        (Json::Number(text) | Json::String(text), Type::Number) => Ok(Value::number(number(text, path)?)),
        (Json::String(text) | Json::Number(text), Type::String) => Ok(Value::string(text)),
        (Json::Bool(value), Type::String) => Ok(Value::string(value.to_string())),
        (Json::Array(items), Type::List(element)) => {
            let items = read_items(items, std::iter::repeat(&**element), path)?;
            let element = element_type(element, &items, path)?;
            Ok(Value::list(element, items))
        }
        (Json::Array(items), Type::Set(element)) => {
            let items = read_items(items, std::iter::repeat(&**element), path)?;
            let element = element_type(element, &items, path)?;
            Ok(Value::set(element, items))
        }
        (Json::Array(items), Type::Tuple(types)) => {
            if items.len() != types.len() {
                let message = format!(
                    "{} tuple elements required, but have {}",
                    types.len(),
                    items.len()
                );
                return Err(JsonError::new(path, message));
            }
            Ok(Value::tuple(read_items(items, types.iter(), path)?))
        }
        (Json::Object(members), Type::Map(element)) => {
            let mut read_members = Vec::with_capacity(members.len());
            for (key, member) in members {
                path.push(PathStep::key(key.as_str()));
                read_members.push(read(member, element, path)?);
                path.pop();
            }
            let element = element_type(element, &read_members, path)?;
            let keys = members.iter().map(|(key, _)| Arc::from(key.as_str()));
            Ok(Value::map_from::<Arc<str>>(element, keys.zip(read_members)))
        }
        (Json::Object(members), Type::Object(object)) => read_object(members, object, path),
        (_, Type::TypeValue) => Err(unsupported(ty, path)),
        (_, ty) => Err(JsonError::new(
            path,
            format!("{} is required", ty.friendly_name()),
        )),
    }
}

fn read_items<'a>(
    items: &[Json],
    types: impl Iterator<Item = &'a Type>,
    path: &mut Path,
) -> Result<Vec<Value>, JsonError> {
    let mut values = Vec::with_capacity(items.len());
    for (at, (item, ty)) in items.iter().zip(types).enumerate() {
        path.push(PathStep::int(at));
        values.push(read(item, ty, path)?);
        path.pop();
    }
    Ok(values)
}

/// The element type of what was read: the given one, or where that has `Dynamic` in it that of the elements.
fn element_type(element: &Type, values: &[Value], path: &Path) -> Result<Type, JsonError> {
    if !element.has_dynamic() {
        return Ok(element.clone());
    }
    let Some(first) = values.first() else {
        return Ok(element.clone());
    };
    let ty = first.ty();
    if values.iter().all(|value| value.type_equals(&ty)) {
        Ok(ty)
    } else {
        Err(JsonError::new(path, "all elements must have the same type"))
    }
}

fn read_object(members: &[(String, Json)], object: &ObjectType, path: &mut Path) -> Result<Value, JsonError> {
    let mut read_members = Members::new();
    for (name, member) in members {
        let Some((name, ty)) = object.attributes.get_key_value(name.as_str()) else {
            return Err(JsonError::new(path, format!("unsupported attribute {name:?}")));
        };
        path.push(PathStep::attr(Arc::clone(name)));
        read_members.insert(Arc::clone(name), read(member, ty, path)?);
        path.pop();
    }
    for (name, ty) in &object.attributes {
        if !read_members.contains_key(name) {
            read_members.insert(Arc::clone(name), Value::null(ty.clone()));
        }
    }
    Ok(Value::object_members(read_members))
}

fn read_dynamic(json: &Json, path: &mut Path) -> Result<Value, JsonError> {
    let Json::Object(members) = json else {
        return Err(JsonError::new(
            path,
            "an object with \"value\" and \"type\" is required",
        ));
    };
    let (mut value, mut ty) = (None, None);
    for (key, member) in members {
        match key.as_str() {
            "value" => value = Some(member),
            "type" => {
                let read = type_from_json(member).map_err(|error| JsonError::new(path, error.message))?;
                ty = Some(read);
            }
            other => {
                let message = format!("invalid key {other:?} in dynamically-typed value");
                return Err(JsonError::new(path, message));
            }
        }
    }
    match (value, ty) {
        (Some(value), Some(ty)) => read(value, &ty.without_optional(), path),
        (None, _) => Err(JsonError::new(path, "missing value in dynamically-typed value")),
        (_, None) => Err(JsonError::new(path, "missing type in dynamically-typed value")),
    }
}
