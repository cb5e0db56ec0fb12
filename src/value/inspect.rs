//! Looking at values from Rust, without evaluating anything.
//!
//! Accessors such as [`Value::as_str`] look through marks, for the code that needs the text of a secret; what
//! they return must not reach a person unless [`Value::has_mark_deep`] says that it may.

use std::fmt;
use std::sync::Arc;

use crate::value::{Kind, Marks, Members, Number, ObjectType, Type, Value};

impl Value {
    /// What it is, without its own marks.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Its own marks; elements have marks of their own.
    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// How many levels of elements are in it, counting those that its type tells of; 0 for a primitive value.
    pub fn depth(&self) -> usize {
        self.depth.into()
    }

    /// Its type. Computed from the elements of a tuple or object, so not free.
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Null(ty) | Kind::Unknown(ty, _) => ty.clone(),
            Kind::Bool(_) => Type::Bool,
            Kind::Number(_) => Type::Number,
            Kind::String(_) => Type::String,
            Kind::List(element, _) => Type::list(element.clone()),
            Kind::Set(element, _) => Type::set(element.clone()),
            Kind::Map(element, _) => Type::map(element.clone()),
            Kind::Tuple(elements) => Type::tuple(elements.iter().map(Value::ty)),
            Kind::Object(members) => Type::Object(Arc::new(ObjectType {
                attributes: members
                    .iter()
                    .map(|(name, value)| (Arc::clone(name), value.ty()))
                    .collect(),
                optional: Default::default(),
            })),
            Kind::TypeValue(_) => Type::TypeValue,
        }
    }

    /// Whether its type is exactly this; no cost beyond the comparison.
    pub fn type_equals(&self, ty: &Type) -> bool {
        match (&self.kind, ty) {
            (Kind::Null(own) | Kind::Unknown(own, _), ty) => own == ty,
            (Kind::Bool(_), Type::Bool)
            | (Kind::Number(_), Type::Number)
            | (Kind::String(_), Type::String)
            | (Kind::TypeValue(_), Type::TypeValue) => true,
            (Kind::List(own, _), Type::List(ty))
            | (Kind::Set(own, _), Type::Set(ty))
            | (Kind::Map(own, _), Type::Map(ty)) => *own == **ty,
            (Kind::Tuple(elements), Type::Tuple(types)) => {
                elements.len() == types.len()
                    && elements
                        .iter()
                        .zip(types.iter())
                        .all(|(value, ty)| value.type_equals(ty))
            }
            (Kind::Object(members), Type::Object(object)) => {
                object.optional.is_empty()
                    && members.len() == object.attributes.len()
                    && members
                        .iter()
                        .zip(&object.attributes)
                        .all(|((name, value), (wanted, ty))| name == wanted && value.type_equals(ty))
            }
            _ => false,
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null(_))
    }

    /// Whether it is known itself; its elements may be unknown.
    pub fn is_known(&self) -> bool {
        !matches!(self.kind, Kind::Unknown(..))
    }

    /// Whether nothing in it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        self.is_known() && self.children().all(Value::is_wholly_known)
    }

    /// Whether its own marks have `SENSITIVE`.
    pub fn is_sensitive(&self) -> bool {
        self.marks.is_sensitive()
    }

    /// Whether it, or anything in it, has all of these marks.
    pub fn has_mark_deep(&self, marks: Marks) -> bool {
        self.marks.contains(marks) || self.children().any(|child| child.has_mark_deep(marks))
    }

    /// Whether it, or anything in it, has any mark.
    pub fn has_marks_deep(&self) -> bool {
        !self.marks.is_empty() || self.children().any(Value::has_marks_deep)
    }

    /// Its marks and those of everything in it.
    pub fn deep_marks(&self) -> Marks {
        self.children()
            .fold(self.marks, |marks, child| marks | child.deep_marks())
    }

    /// The text of a known string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The shared text of a known string.
    pub fn as_arc_str(&self) -> Option<&Arc<str>> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth of a known bool.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A known number.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The elements of a known list, set or tuple, without the container's marks.
    pub fn items(&self) -> Option<&[Value]> {
        match &self.kind {
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The members of a known map or object, without the container's marks.
    pub fn members(&self) -> Option<&Members> {
        match &self.kind {
            Kind::Map(_, members) | Kind::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The direct elements of a known container, in order; none for anything else.
    pub(in crate::value) fn children(&self) -> impl Iterator<Item = &Value> {
        let items = self.items().unwrap_or_default().iter();
        items.chain(self.members().into_iter().flat_map(Members::values))
    }

    /// Whether it can be iterated: a known list, set, tuple, map or object.
    pub fn can_iterate(&self) -> bool {
        self.items().is_some() || self.members().is_some()
    }

    /// Keys and elements in order, of any known container; nothing for anything else. Both carry the marks of
    /// the container. The key of a set element is the element.
    pub fn iter_elements(&self) -> Elements<'_> {
        let kind = match &self.kind {
            Kind::Set(_, items) => Source::Set(items.iter()),
            Kind::List(_, items) | Kind::Tuple(items) => Source::Items(items.iter().enumerate()),
            Kind::Map(_, members) | Kind::Object(members) => Source::Members(members.iter()),
            _ => Source::Set([].iter()),
        };
        Elements {
            source: kind,
            marks: self.marks,
        }
    }
}

/// Iterator of [`Value::iter_elements`].
pub struct Elements<'a> {
    source: Source<'a>,
    marks: Marks,
}

enum Source<'a> {
    Items(std::iter::Enumerate<std::slice::Iter<'a, Value>>),
    Set(std::slice::Iter<'a, Value>),
    Members(super::small_map::Iter<'a, Arc<str>, Value>),
}

impl Iterator for Elements<'_> {
    type Item = (Value, Value);

    fn next(&mut self) -> Option<(Value, Value)> {
        let (key, element) = match &mut self.source {
            Source::Items(items) => {
                let (at, element) = items.next()?;
                (Value::number(Number::from(at)), element)
            }
            Source::Set(items) => {
                let element = items.next()?;
                (element.clone(), element)
            }
            Source::Members(members) => {
                let (key, element) = members.next()?;
                (Value::from_kind(Kind::String(Arc::clone(key))), element)
            }
        };
        Some((key.mark(self.marks), element.clone().mark(self.marks)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.source {
            Source::Items(items) => items.size_hint(),
            Source::Set(items) => items.size_hint(),
            Source::Members(members) => members.size_hint(),
        }
    }
}

/// Hides what must not be shown, also where it is nested.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.marks.is_sensitive() {
            return write!(f, "(sensitive {})", self.ty().friendly_name());
        }
        if self.marks.is_ephemeral() {
            return write!(f, "(ephemeral {})", self.ty().friendly_name());
        }
        match &self.kind {
            Kind::Null(ty) => write!(f, "null({ty})"),
            Kind::Unknown(ty, refinement) if refinement.is_empty() => write!(f, "unknown({ty})"),
            Kind::Unknown(ty, refinement) => write!(f, "unknown({ty}, {refinement:?})"),
            Kind::Bool(value) => write!(f, "{value}"),
            Kind::Number(number) => write!(f, "{number}"),
            Kind::String(text) => write!(f, "{text:?}"),
            Kind::List(ty, items) => {
                write!(f, "list({ty})")?;
                f.debug_list().entries(items.iter()).finish()
            }
            Kind::Set(ty, items) => {
                write!(f, "set({ty})")?;
                f.debug_list().entries(items.iter()).finish()
            }
            Kind::Tuple(items) => f.debug_list().entries(items.iter()).finish(),
            Kind::Map(ty, members) => {
                write!(f, "map({ty})")?;
                f.debug_map().entries(members.iter()).finish()
            }
            Kind::Object(members) => f.debug_map().entries(members.iter()).finish(),
            Kind::TypeValue(ty) => write!(f, "type({ty})"),
        }
    }
}
