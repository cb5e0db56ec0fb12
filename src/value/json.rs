//! Values as JSON, in the two forms that the language and the state use.
//!
//! The *plain* form is that of `jsonencode` and `jsondecode`: only the value, whose type is implied on the way
//! back. The *typed* form is that of state and plan: read and written with a type at hand, and where that type
//! is `Dynamic` the value is wrapped as `{"value": ..., "type": ...}`.
//!
//! Numbers keep their exact text in both directions. Unknown values and infinities have no JSON and are errors.
//! Marks are not written: whoever calls keeps them ([`Value::unmark_deep_paths`]) or refuses them.

mod read;
mod typed;
mod types;
mod write;

pub use read::{Json, MAX_DEPTH};
pub use typed::{decode, decode_json, encode};
pub use types::{decode_type, encode_type, type_from_json};
pub use write::{escape, to_json_pretty, to_json_string, to_raw, to_serde};

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::value::{Number, Path, Type, Value};

/// Why something is not JSON, or not the JSON of a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", .path.heading())]
pub struct JsonError {
    /// Where in the value; root for errors of JSON syntax.
    pub path: Path,
    /// What is wrong, without a full stop.
    pub message: String,
}

impl JsonError {
    fn new(path: &Path, message: impl Into<String>) -> JsonError {
        JsonError {
            path: path.clone(),
            message: message.into(),
        }
    }

    fn root(message: impl Into<String>) -> JsonError {
        JsonError::new(&Path::root(), message)
    }
}

/// The value of a JSON text, as `jsondecode` gives it: objects and tuples, `null` without a type.
///
/// # Errors
/// The text is not JSON, is nested too deeply, or gives one key of an object values of different types.
pub fn parse_implied(text: &str) -> Result<Value, JsonError> {
    implied(&Json::parse(text)?)
}

/// The value of parsed JSON, as `jsondecode` gives it.
///
/// # Errors
/// A number is out of bounds, or a key of an object has values of different types.
pub fn implied(json: &Json) -> Result<Value, JsonError> {
    Ok(match json {
        Json::Null => Value::dynamic_null(),
        Json::Bool(value) => Value::bool(*value),
        Json::Number(text) => Value::number(number(text, &Path::root())?),
        Json::String(text) => Value::string(text),
        Json::Array(items) => {
            let items: Result<Vec<Value>, _> = items.iter().map(implied).collect();
            Value::tuple(items?)
        }
        Json::Object(members) => {
            let mut attributes: BTreeMap<Arc<str>, Value> = BTreeMap::new();
            for (key, member) in members {
                let value = implied(member)?;
                let before = attributes.insert(Arc::from(&**key), value);
                let now = attributes.get(&**key);
                if before.is_some_and(|before| now.map(Value::ty) != Some(before.ty())) {
                    return Err(JsonError::root(format!(
                        "duplicate {key:?} property in JSON object"
                    )));
                }
            }
            Value::object(attributes)
        }
    })
}

/// The value of JSON that another library has read. Its numbers are as exact as that library kept them.
///
/// # Errors
/// A number is out of bounds.
pub fn from_serde(json: &serde_json::Value) -> Result<Value, JsonError> {
    Ok(match json {
        serde_json::Value::Null => Value::dynamic_null(),
        serde_json::Value::Bool(value) => Value::bool(*value),
        serde_json::Value::Number(text) => Value::number(number(&text.to_string(), &Path::root())?),
        serde_json::Value::String(text) => Value::string(text),
        serde_json::Value::Array(items) => {
            let items: Result<Vec<Value>, _> = items.iter().map(from_serde).collect();
            Value::tuple(items?)
        }
        serde_json::Value::Object(members) => {
            let members: Result<Vec<(Arc<str>, Value)>, JsonError> = members
                .iter()
                .map(|(key, member)| Ok((Arc::from(&**key), from_serde(member)?)))
                .collect();
            Value::object(members?)
        }
    })
}

fn number(text: &str, path: &Path) -> Result<Number, JsonError> {
    Number::parse(text).ok_or_else(|| JsonError::new(path, "a number is required"))
}

fn unsupported(ty: &Type, path: &Path) -> JsonError {
    JsonError::new(path, format!("a {} has no JSON form", ty.friendly_name()))
}

#[cfg(test)]
mod tests;
