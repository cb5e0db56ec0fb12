//! Types of values.
//!
//! The set of types is cty's (zclconf/go-cty, `docs/types.md`), for that is what Terraform's users know. Types
//! are structural and cheap to clone. This file does not convert between types (that is `convert`), and does
//! not find a common type (that is `unify`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// A type, or in a type constraint a pattern of types (`Dynamic` is `any`; object attributes may be optional).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// Not known yet; in a constraint: any type.
    Dynamic,
    /// `true` or `false`.
    Bool,
    /// A binary floating-point number of arbitrary precision.
    Number,
    /// Unicode text in normalization form C.
    String,
    /// Ordered elements of one type.
    List(Arc<Type>),
    /// Distinct elements of one type, in a fixed order of their own.
    Set(Arc<Type>),
    /// Elements of one type by string key, ordered by key.
    Map(Arc<Type>),
    /// Elements, each of its own type.
    Tuple(Arc<[Type]>),
    /// Attributes, each of its own type.
    Object(Arc<ObjectType>),
    /// A type as a value: the answer of `type()`, in the console alone.
    TypeValue,
}

/// The attributes of an object type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectType {
    /// Each attribute's type.
    pub attributes: BTreeMap<Arc<str>, Type>,
    /// Names of attributes that a value may leave out; only in constraints.
    pub optional: BTreeSet<Arc<str>>,
}

impl Type {
    /// `list(element)`.
    pub fn list(element: Type) -> Type {
        Type::List(Arc::new(element))
    }

    /// `set(element)`.
    pub fn set(element: Type) -> Type {
        Type::Set(Arc::new(element))
    }

    /// `map(element)`.
    pub fn map(element: Type) -> Type {
        Type::Map(Arc::new(element))
    }

    /// `tuple([...])`.
    pub fn tuple(elements: impl IntoIterator<Item = Type>) -> Type {
        Type::Tuple(elements.into_iter().collect())
    }

    /// `object({...})` without optional attributes.
    pub fn object<K: Into<Arc<str>>>(attributes: impl IntoIterator<Item = (K, Type)>) -> Type {
        let attributes = attributes
            .into_iter()
            .map(|(name, ty)| (name.into(), ty))
            .collect();
        Type::Object(Arc::new(ObjectType {
            attributes,
            optional: BTreeSet::new(),
        }))
    }

    /// Whether it is `bool`, `number` or `string`.
    pub fn is_primitive(&self) -> bool {
        matches!(self, Type::Bool | Type::Number | Type::String)
    }

    /// Whether it is `list`, `set` or `map`.
    pub fn is_collection(&self) -> bool {
        self.element().is_some()
    }

    /// The element type of a list, set or map.
    pub fn element(&self) -> Option<&Type> {
        match self {
            Type::List(element) | Type::Set(element) | Type::Map(element) => Some(element),
            _ => None,
        }
    }

    /// How many levels of elements a value of it has.
    pub fn depth(&self) -> u16 {
        let deepest = match self {
            Type::Dynamic | Type::Bool | Type::Number | Type::String | Type::TypeValue => return 0,
            Type::List(element) | Type::Set(element) | Type::Map(element) => element.depth(),
            Type::Tuple(elements) => elements.iter().map(Type::depth).max().unwrap_or(0),
            Type::Object(object) => object.attributes.values().map(Type::depth).max().unwrap_or(0),
        };
        deepest.saturating_add(1)
    }

    /// Whether `Dynamic` occurs anywhere in it.
    pub fn has_dynamic(&self) -> bool {
        match self {
            Type::Dynamic => true,
            Type::Bool | Type::Number | Type::String | Type::TypeValue => false,
            Type::List(element) | Type::Set(element) | Type::Map(element) => element.has_dynamic(),
            Type::Tuple(elements) => elements.iter().any(Type::has_dynamic),
            Type::Object(object) => object.attributes.values().any(Type::has_dynamic),
        }
    }

    /// The same type with no optional attributes: what a value of this constraint has.
    pub fn without_optional(&self) -> Type {
        match self {
            Type::List(element) => Type::list(element.without_optional()),
            Type::Set(element) => Type::set(element.without_optional()),
            Type::Map(element) => Type::map(element.without_optional()),
            Type::Tuple(elements) => Type::tuple(elements.iter().map(Type::without_optional)),
            Type::Object(object) => Type::object(
                object
                    .attributes
                    .iter()
                    .map(|(name, ty)| (Arc::clone(name), ty.without_optional())),
            ),
            other => other.clone(),
        }
    }

    /// The name for messages: `list of string`, `object`, `tuple`, ...
    pub fn friendly_name(&self) -> String {
        match self {
            Type::Dynamic => "dynamic".to_owned(),
            Type::Bool => "bool".to_owned(),
            Type::Number => "number".to_owned(),
            Type::String => "string".to_owned(),
            Type::List(element) => format!("list of {}", element.friendly_element()),
            Type::Set(element) => format!("set of {}", element.friendly_element()),
            Type::Map(element) => format!("map of {}", element.friendly_element()),
            Type::Tuple(_) => "tuple".to_owned(),
            Type::Object(_) => "object".to_owned(),
            Type::TypeValue => "type".to_owned(),
        }
    }

    /// The name for messages about what a type constraint wants: as [`Type::friendly_name`], but `any type` for
    /// `Dynamic`.
    pub fn constraint_name(&self) -> String {
        match self {
            Type::Dynamic => "any type".to_owned(),
            other => other.friendly_name(),
        }
    }

    fn friendly_element(&self) -> String {
        match self {
            Type::Dynamic => "any single type".to_owned(),
            other => other.friendly_name(),
        }
    }
}

/// The type as a type constraint is written, on one line: `map(object({a=string}))`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Dynamic => f.write_str("any"),
            Type::Bool => f.write_str("bool"),
            Type::Number => f.write_str("number"),
            Type::String => f.write_str("string"),
            Type::List(element) => write!(f, "list({element})"),
            Type::Set(element) => write!(f, "set({element})"),
            Type::Map(element) => write!(f, "map({element})"),
            Type::TypeValue => f.write_str("type"),
            Type::Tuple(elements) => {
                f.write_str("tuple([")?;
                for (at, element) in elements.iter().enumerate() {
                    let comma = if at > 0 { "," } else { "" };
                    write!(f, "{comma}{element}")?;
                }
                f.write_str("])")
            }
            Type::Object(object) => {
                f.write_str("object({")?;
                for (at, (name, ty)) in object.attributes.iter().enumerate() {
                    let comma = if at > 0 { "," } else { "" };
                    if object.optional.contains(name) {
                        write!(f, "{comma}{name}=optional({ty})")?;
                    } else {
                        write!(f, "{comma}{name}={ty}")?;
                    }
                }
                f.write_str("})")
            }
        }
    }
}
