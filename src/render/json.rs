//! Values as JSON, exactly: numbers of any size keep all their digits.
//!
//! Three views of a value are needed by programs that read plans: the known parts, which parts are unknown, and
//! which are sensitive. The state's own encoding is `value::json`.

use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;

use crate::value::{Kind, Type, Value};

/// A JSON document. Members keep their order.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as its digits.
    Number(String),
    /// A string.
    String(Arc<str>),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(Vec<(Arc<str>, Json)>),
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Number(digits) => match RawValue::from_string(digits.clone()) {
                Ok(raw) => raw.serialize(serializer),
                Err(_) => serializer.serialize_unit(),
            },
            Json::String(text) => serializer.serialize_str(text),
            Json::Array(items) => {
                let mut sequence = serializer.serialize_seq(Some(items.len()))?;
                items
                    .iter()
                    .try_for_each(|item| sequence.serialize_element(item))?;
                sequence.end()
            }
            Json::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members
                    .iter()
                    .try_for_each(|(key, member)| map.serialize_entry(key, member))?;
                map.end()
            }
        }
    }
}

impl Json {
    /// A string.
    pub fn text(text: impl AsRef<str>) -> Json {
        Json::String(Arc::from(text.as_ref()))
    }

    /// An integer.
    pub fn int(int: impl Into<u64>) -> Json {
        Json::Number(int.into().to_string())
    }

    /// A count.
    pub fn count(count: usize) -> Json {
        Json::Number(count.to_string())
    }

    /// An object of these members, in this order.
    pub fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
        Json::Object(
            members
                .into_iter()
                .map(|(key, member)| (Arc::from(key), member))
                .collect(),
        )
    }

    /// Adds a member to an object; does nothing to anything else.
    pub fn insert(&mut self, key: &str, member: Json) {
        if let Json::Object(members) = self {
            members.push((Arc::from(key), member));
        }
    }

    /// Adds a member, if there is one.
    pub fn insert_some(&mut self, key: &str, member: Option<Json>) {
        if let Some(member) = member {
            self.insert(key, member);
        }
    }

    /// On one line.
    pub fn compact(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// On many lines, indented by two.
    pub fn pretty(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// The known parts. Unknown attributes of an object are left out, other unknowns are null. Sensitive parts are
/// there: whoever prints this says which they are, by [`sensitive`].
pub fn known(value: &Value) -> Json {
    match value.kind() {
        Kind::Null(_) | Kind::Unknown(..) => Json::Null,
        Kind::Bool(value) => Json::Bool(*value),
        Kind::Number(number) if number.is_infinite() => Json::Null,
        Kind::Number(number) => Json::Number(number.to_string()),
        Kind::String(text) => Json::String(Arc::clone(text)),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            Json::Array(items.iter().map(known).collect())
        }
        Kind::Map(_, members) | Kind::Object(members) => Json::Object(
            members
                .iter()
                .filter(|(_, member)| member.is_known())
                .map(|(key, member)| (Arc::clone(key), known(member)))
                .collect(),
        ),
        Kind::TypeValue(ty) => Json::text(ty.to_string()),
    }
}

/// Which parts are unknown: `true` for an unknown, and the shape of the value around it.
pub fn unknown(value: &Value) -> Json {
    mask(value, &|value| (!value.is_known()).then_some(Json::Bool(true)))
}

/// Which parts are sensitive: `true` for a sensitive part, and the shape of the value around it. Of something
/// unknown the shape is that of its type.
pub fn sensitive(value: &Value) -> Json {
    mask(value, &|value| {
        if value.is_sensitive() {
            return Some(Json::Bool(true));
        }
        if value.is_known() {
            return None;
        }
        Some(match value.ty() {
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => Json::Array(Vec::new()),
            Type::Map(_) | Type::Object(_) => Json::Object(Vec::new()),
            _ => Json::Bool(false),
        })
    })
}

/// Arrays keep their length; members of objects are there only if something in them is.
fn mask(value: &Value, test: &dyn Fn(&Value) -> Option<Json>) -> Json {
    if let Some(mask) = test(value) {
        return mask;
    }
    if let Some(items) = value.items() {
        return Json::Array(items.iter().map(|item| mask(item, test)).collect());
    }
    match value.members() {
        Some(members) => Json::Object(
            members
                .iter()
                .map(|(key, member)| (Arc::clone(key), mask(member, test)))
                .filter(|(_, member)| *member != Json::Bool(false))
                .collect(),
        ),
        None => Json::Bool(false),
    }
}

/// A type as state and plan files write it: `"string"`, `["list", "string"]`, `["object", {...}]`.
pub fn type_json(ty: &Type) -> Json {
    let pair = |name: &str, inner: Json| Json::Array(vec![Json::text(name), inner]);
    match ty {
        Type::Dynamic => Json::text("dynamic"),
        Type::Bool => Json::text("bool"),
        Type::Number => Json::text("number"),
        Type::String => Json::text("string"),
        Type::TypeValue => Json::text("type"),
        Type::List(element) => pair("list", type_json(element)),
        Type::Set(element) => pair("set", type_json(element)),
        Type::Map(element) => pair("map", type_json(element)),
        Type::Tuple(elements) => pair("tuple", Json::Array(elements.iter().map(type_json).collect())),
        Type::Object(object) => {
            let attributes = object
                .attributes
                .iter()
                .map(|(name, ty)| (Arc::clone(name), type_json(ty)))
                .collect();
            pair("object", Json::Object(attributes))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Marks, Number};

    #[test]
    fn the_three_views_of_a_value_fit_each_other() {
        let value = Value::object([
            ("id", Value::unknown(Type::String)),
            ("name", Value::string("a")),
            (
                "tags",
                Value::tuple(vec![
                    Value::string("x").mark(Marks::SENSITIVE),
                    Value::unknown(Type::Bool),
                ]),
            ),
        ]);
        assert_eq!(known(&value).compact(), r#"{"name":"a","tags":["x",null]}"#);
        assert_eq!(unknown(&value).compact(), r#"{"id":true,"tags":[false,true]}"#);
        assert_eq!(sensitive(&value).compact(), r#"{"tags":[true,false]}"#);
    }

    #[test]
    fn a_large_number_keeps_all_its_digits() {
        let digits = "123456789012345678901234567890";
        let number = Number::parse(digits).unwrap();
        assert_eq!(known(&Value::number(number)).compact(), digits);
    }

    #[test]
    fn types_are_written_as_in_state_files() {
        let ty = Type::object([("a", Type::list(Type::String)), ("b", Type::tuple([Type::Bool]))]);
        assert_eq!(
            type_json(&ty).compact(),
            r#"["object",{"a":["list","string"],"b":["tuple",["bool"]]}]"#
        );
    }
}
