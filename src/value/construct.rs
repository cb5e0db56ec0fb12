//! Making values.
//!
//! Constructors keep the invariants of [`Kind`]: strings are normalized, elements of a set are distinct, in
//! order and unmarked. They do not convert: whoever makes a list gives elements of its element type.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::value::{Kind, Marks, Members, Number, Refinement, Type, Value, set};

/// Text in normalization form C.
pub(in crate::value) fn normalize(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfc().collect())
}

impl Value {
    /// An unmarked value.
    pub fn from_kind(kind: Kind) -> Value {
        let depth = depth_of(&kind);
        Value {
            kind,
            marks: Marks::NONE,
            depth,
        }
    }

    /// Null of a type.
    pub fn null(ty: Type) -> Value {
        Value::from_kind(Kind::Null(ty))
    }

    /// Null of no type in particular: the keyword `null`.
    pub fn dynamic_null() -> Value {
        Value::null(Type::Dynamic)
    }

    /// An unknown of a type.
    pub fn unknown(ty: Type) -> Value {
        // Shared: of most unknowns nothing else is known.
        static NOTHING: LazyLock<Arc<Refinement>> = LazyLock::new(Arc::default);
        Value::from_kind(Kind::Unknown(ty, Arc::clone(&NOTHING)))
    }

    /// An unknown of unknown type.
    pub fn dynamic_unknown() -> Value {
        Value::unknown(Type::Dynamic)
    }

    /// A bool.
    pub fn bool(value: bool) -> Value {
        Value::from_kind(Kind::Bool(value))
    }

    /// A number.
    pub fn number(number: Number) -> Value {
        Value::from_kind(Kind::Number(number))
    }

    /// An integer, at 64 bits.
    pub fn int(int: i64) -> Value {
        Value::number(Number::from(int))
    }

    /// A string, brought to normalization form C.
    pub fn string(text: impl AsRef<str>) -> Value {
        Value::from_kind(Kind::String(Arc::from(&*normalize(text.as_ref()))))
    }

    /// A string from shared text; copied only if it is not in normalization form C.
    pub fn string_arc(text: Arc<str>) -> Value {
        let text = match normalize(&text) {
            Cow::Borrowed(_) => None,
            Cow::Owned(normal) => Some(Arc::from(normal)),
        }
        .unwrap_or(text);
        Value::from_kind(Kind::String(text))
    }

    /// A list of elements that all have this type.
    pub fn list(element: Type, elements: Vec<Value>) -> Value {
        Value::from_kind(Kind::List(element, elements.into()))
    }

    /// A set of elements that all have this type. Equal elements become one; marks of the elements, however
    /// deep, become marks of the set.
    pub fn set(element: Type, elements: Vec<Value>) -> Value {
        let mut marks = Marks::NONE;
        let elements = elements
            .into_iter()
            .map(|value| {
                let (value, own) = value.unmark_deep();
                marks |= own;
                value
            })
            .collect();
        Value::from_kind(Kind::Set(element, set::arrange(elements).into())).mark(marks)
    }

    /// A map of elements that all have this type. Keys must be in normalization form C, as those from
    /// [`Value::as_str`] are.
    pub fn map(element: Type, members: Members) -> Value {
        Value::from_kind(Kind::Map(element, Arc::new(members)))
    }

    /// A map from pairs; keys are brought to normalization form C, and the last of equal keys wins.
    pub fn map_from<K: Into<Arc<str>>>(element: Type, pairs: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::map(element, collect(pairs))
    }

    /// A tuple.
    pub fn tuple(elements: Vec<Value>) -> Value {
        Value::from_kind(Kind::Tuple(elements.into()))
    }

    /// The tuple without elements.
    pub fn empty_tuple() -> Value {
        Value::tuple(Vec::new())
    }

    /// An object from pairs; names are brought to normalization form C, and the last of equal names wins.
    pub fn object<K: Into<Arc<str>>>(attributes: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::object_members(collect(attributes))
    }

    /// An object; names must be in normalization form C.
    pub fn object_members(members: Members) -> Value {
        Value::from_kind(Kind::Object(Arc::new(members)))
    }

    /// The object without attributes.
    pub fn empty_object() -> Value {
        Value::object_members(Members::new())
    }

    /// A type as a value.
    pub fn type_value(ty: Type) -> Value {
        Value::from_kind(Kind::TypeValue(ty))
    }
}

/// How many levels of elements a value has, counting those that its type tells of.
fn depth_of(kind: &Kind) -> u16 {
    let over = |deepest: Option<u16>| deepest.unwrap_or(0).saturating_add(1);
    let deepest = |items: &[Value]| items.iter().map(|item| item.depth).max();
    let deepest_member = |members: &Members| members.values().map(|member| member.depth).max();
    match kind {
        Kind::Null(ty) | Kind::Unknown(ty, _) => ty.depth(),
        Kind::List(element, items) | Kind::Set(element, items) => {
            over(deepest(items).or_else(|| Some(element.depth())))
        }
        Kind::Map(element, members) => over(deepest_member(members).or_else(|| Some(element.depth()))),
        Kind::Tuple(items) => over(deepest(items)),
        Kind::Object(members) => over(deepest_member(members)),
        Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::TypeValue(_) => 0,
    }
}

fn collect<K: Into<Arc<str>>>(pairs: impl IntoIterator<Item = (K, Value)>) -> Members {
    pairs
        .into_iter()
        .map(|(key, value)| {
            let key: Arc<str> = key.into();
            let normal = match normalize(&key) {
                Cow::Borrowed(_) => None,
                Cow::Owned(normal) => Some(Arc::from(normal)),
            };
            (normal.unwrap_or(key), value)
        })
        .collect()
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::bool(value)
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Value {
        Value::number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::string(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::string(text)
    }
}
