//! Types as JSON: `"string"`, `["list","string"]`, `["object",{"a":"number"}]`.
//!
//! An object with optional attributes has a third element, the list of their names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::value::json::JsonError;
use crate::value::json::read::Json;
use crate::value::json::write::escape;
use crate::value::{ObjectType, Type};

/// The JSON of a type.
pub fn encode_type(ty: &Type) -> String {
    let mut out = String::new();
    write_type(ty, &mut out);
    out
}

/// Appends the JSON of a type.
pub(super) fn write_type(ty: &Type, out: &mut String) {
    match ty {
        Type::Dynamic => out.push_str("\"dynamic\""),
        Type::Bool => out.push_str("\"bool\""),
        Type::Number => out.push_str("\"number\""),
        Type::String => out.push_str("\"string\""),
        Type::TypeValue => out.push_str("\"type\""),
        Type::List(element) => write_collection("list", element, out),
        Type::Set(element) => write_collection("set", element, out),
        Type::Map(element) => write_collection("map", element, out),
        Type::Tuple(elements) => {
            out.push_str("[\"tuple\",[");
            for (at, element) in elements.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_type(element, out);
            }
            out.push_str("]]");
        }
        Type::Object(object) => {
            out.push_str("[\"object\",{");
            for (at, (name, ty)) in object.attributes.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                escape(name, out);
                out.push(':');
                write_type(ty, out);
            }
            out.push('}');
            if !object.optional.is_empty() {
                out.push_str(",[");
                for (at, name) in object.optional.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    escape(name, out);
                }
                out.push(']');
            }
            out.push(']');
        }
    }
}

fn write_collection(kind: &str, element: &Type, out: &mut String) {
    out.push_str("[\"");
    out.push_str(kind);
    out.push_str("\",");
    write_type(element, out);
    out.push(']');
}

/// The type of a JSON text.
///
/// # Errors
/// The text is not JSON or not a type.
pub fn decode_type(text: &str) -> Result<Type, JsonError> {
    type_from_json(&Json::parse(text)?)
}

/// The type of parsed JSON.
///
/// # Errors
/// It is not a type.
pub fn type_from_json(json: &Json) -> Result<Type, JsonError> {
    match json {
        Json::String(name) => match name.as_str() {
            "dynamic" => Ok(Type::Dynamic),
            "bool" => Ok(Type::Bool),
            "number" => Ok(Type::Number),
            "string" => Ok(Type::String),
            "type" => Ok(Type::TypeValue),
            other => Err(JsonError::root(format!("unknown type {other:?}"))),
        },
        Json::Array(parts) => match parts.as_slice() {
            [Json::String(kind), element] => compound(kind, element, &[]),
            [Json::String(kind), element, Json::Array(optional)] if kind == "object" => {
                compound(kind, element, optional)
            }
            _ => Err(JsonError::root(
                "a type must be a name, or an array of a kind and its elements",
            )),
        },
        _ => Err(JsonError::root("a type must be a name or an array")),
    }
}

fn compound(kind: &str, element: &Json, optional: &[Json]) -> Result<Type, JsonError> {
    match (kind, element) {
        ("list", element) => Ok(Type::list(type_from_json(element)?)),
        ("set", element) => Ok(Type::set(type_from_json(element)?)),
        ("map", element) => Ok(Type::map(type_from_json(element)?)),
        ("tuple", Json::Array(elements)) => {
            let elements: Result<Vec<Type>, _> = elements.iter().map(type_from_json).collect();
            Ok(Type::tuple(elements?))
        }
        ("object", Json::Object(members)) => {
            let mut attributes = BTreeMap::new();
            for (name, ty) in members {
                attributes.insert(Arc::from(name.as_str()), type_from_json(ty)?);
            }
            let mut names: BTreeSet<Arc<str>> = BTreeSet::new();
            for name in optional {
                match name {
                    Json::String(name) if attributes.contains_key(name.as_str()) => {
                        names.insert(Arc::from(name.as_str()));
                    }
                    _ => {
                        return Err(JsonError::root(
                            "an optional attribute must be the name of an attribute",
                        ));
                    }
                }
            }
            Ok(Type::Object(Arc::new(ObjectType {
                attributes,
                optional: names,
            })))
        }
        _ => Err(JsonError::root(format!("unknown kind of type {kind:?}"))),
    }
}
