//! Getting parts of values: attributes, elements, lengths.
//!
//! Each operation answers for nulls, unknowns and marks: the result carries the marks of the container and of
//! the key, and a part of an unknown is an unknown of the right type. The errors say what is wrong, and `lang`
//! words them for a person.

use std::sync::Arc;

use crate::value::construct::normalize;
use crate::value::convert::convert;
use crate::value::path::Key;
use crate::value::{Kind, Number, Path, PathStep, Refinement, Type, Value, set};

/// Why a part of a value could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// The value is null.
    #[error("the value is null")]
    Null,
    /// The object has no such attribute.
    #[error("the object does not have an attribute named {name:?}")]
    NoAttribute {
        /// The name that was asked for.
        name: Arc<str>,
    },
    /// The map has no such element.
    #[error("the map does not have an element with the key {key:?}")]
    NoElement {
        /// The key that was asked for.
        key: Arc<str>,
    },
    /// A value of this type has no attributes.
    #[error("a {} does not have any attributes", .0.friendly_name())]
    NoAttributes(Type),
    /// A value of this type has no elements to index.
    #[error("a {} does not have any indices", .0.friendly_name())]
    NotIndexable(Type),
    /// Elements of a set have no key.
    #[error("elements of a set are identified only by their value")]
    SetIndex,
    /// The key is null.
    #[error("the key is null")]
    NullKey,
    /// The key cannot be converted to what the container wants.
    #[error("{0}")]
    WrongKey(String),
    /// The index of a sequence is negative.
    #[error("a negative number is not a valid index for a sequence")]
    Negative,
    /// The index of a sequence has a fraction.
    #[error("indexing a sequence requires a whole number, but the given index has a fractional part")]
    Fraction,
    /// The index is not below the length.
    #[error("the given index is greater than or equal to the length of the collection")]
    OutOfRange {
        /// The length.
        length: usize,
    },
    /// A path leads through a value of this type in a way it does not allow.
    #[error("the path does not fit a {}", .0.friendly_name())]
    Path(Type),
}

impl Value {
    /// The attribute of an object, or the element of a map. The result carries the marks of the container.
    ///
    /// # Errors
    /// See [`AccessError`].
    pub fn get_attr(&self, name: &str) -> Result<Value, AccessError> {
        let name = normalize(name);
        let name = &*name;
        let part = match self.kind() {
            Kind::Object(members) => members
                .get(name)
                .cloned()
                .ok_or_else(|| AccessError::NoAttribute {
                    name: Arc::from(name),
                })?,
            Kind::Map(_, members) => members
                .get(name)
                .cloned()
                .ok_or_else(|| AccessError::NoElement { key: Arc::from(name) })?,
            Kind::Null(_) => return Err(AccessError::Null),
            Kind::Unknown(ty, _) => match ty {
                Type::Dynamic => Value::dynamic_unknown(),
                Type::Object(object) => match object.attributes.get(name) {
                    Some(ty) => Value::unknown(ty.clone()),
                    None => {
                        return Err(AccessError::NoAttribute {
                            name: Arc::from(name),
                        });
                    }
                },
                Type::Map(element) => Value::unknown((**element).clone()),
                other => return Err(AccessError::NoAttributes(other.clone())),
            },
            _ => return Err(AccessError::NoAttributes(self.ty())),
        };
        Ok(part.mark(self.marks()))
    }

    /// The element of a list or tuple by its position, of a map by its key, or the attribute of an object by
    /// its name. The key is converted to a number or string. The result carries the marks of both.
    ///
    /// # Errors
    /// See [`AccessError`].
    pub fn index(&self, key: &Value) -> Result<Value, AccessError> {
        let marks = self.marks() | key.marks();
        if key.is_null() {
            return Err(if self.is_null() {
                AccessError::Null
            } else {
                AccessError::NullKey
            });
        }
        let part = match self.kind() {
            Kind::Null(_) => return Err(AccessError::Null),
            Kind::List(element, items) => match sequence_key(key)? {
                None => Value::unknown(element.clone()),
                Some(number) => item_at(items, &number)?,
            },
            Kind::Tuple(items) => match sequence_key(key)? {
                None => Value::dynamic_unknown(),
                Some(number) => item_at(items, &number)?,
            },
            Kind::Map(element, members) => match string_key(key)? {
                None => Value::unknown(element.clone()),
                Some(key) => members.get(&key).cloned().ok_or(AccessError::NoElement { key })?,
            },
            Kind::Object(members) => match string_key(key)? {
                None => Value::dynamic_unknown(),
                Some(name) => members
                    .get(&name)
                    .cloned()
                    .ok_or(AccessError::NoAttribute { name })?,
            },
            Kind::Unknown(ty, _) => index_unknown(ty, key)?,
            Kind::Set(..) => return Err(AccessError::SetIndex),
            _ => return Err(AccessError::NotIndexable(self.ty())),
        };
        Ok(part.mark(marks))
    }

    /// Whether [`Value::index`] would find something: a bool, perhaps unknown, with the marks of both.
    ///
    /// # Errors
    /// The value is null or cannot be indexed.
    pub fn has_index(&self, key: &Value) -> Result<Value, AccessError> {
        let marks = self.marks() | key.marks();
        let known = match self.index(key) {
            Ok(part) => {
                let certain = match self.kind() {
                    Kind::Unknown(ty, _) => matches!(ty, Type::Object(_) | Type::Tuple(_)) && key.is_known(),
                    _ => key.is_known(),
                };
                drop(part);
                certain.then_some(true)
            }
            Err(error @ (AccessError::Null | AccessError::SetIndex | AccessError::NotIndexable(_))) => {
                return Err(error);
            }
            Err(_) => Some(false),
        };
        let found = match known {
            Some(found) => Value::bool(found),
            None => Value::unknown_refined(Type::Bool, Refinement::not_null()),
        };
        Ok(found.mark(marks))
    }

    /// Whether a set has this element: a bool, perhaps unknown, with all marks of both.
    ///
    /// # Errors
    /// The value is null or no set.
    pub fn has_element(&self, element: &Value) -> Result<Value, AccessError> {
        let marks = self.marks() | element.deep_marks();
        let unknown = || Value::unknown_refined(Type::Bool, Refinement::not_null());
        let found = match self.kind() {
            Kind::Null(_) => return Err(AccessError::Null),
            Kind::Unknown(Type::Set(_) | Type::Dynamic, _) => unknown(),
            Kind::Set(ty, items) => {
                let (element, _) = element.clone().unmark_deep();
                if !element.ty().has_dynamic() && !ty.has_dynamic() && !element.type_equals(ty) {
                    Value::bool(false)
                } else if !element.is_wholly_known() {
                    unknown()
                } else {
                    let key = set::exact_key(&element);
                    let found = items
                        .iter()
                        .any(|item| item.is_wholly_known() && set::exact_key(item) == key);
                    match found {
                        true => Value::bool(true),
                        false if self.is_wholly_known() => Value::bool(false),
                        false => unknown(),
                    }
                }
            }
            _ => return Err(AccessError::NotIndexable(self.ty())),
        };
        Ok(found.mark(marks))
    }

    /// The number of elements of a list, set, map, tuple or object, with the marks of the container. Of an
    /// unknown collection, and of a set with unknown elements, an unknown within bounds. Of null and of
    /// everything else an unknown number: callers check types first.
    pub fn length(&self) -> Value {
        let ty = match self.kind() {
            Kind::Unknown(Type::Tuple(elements), _) => return exactly(elements.len()).mark(self.marks()),
            Kind::Unknown(Type::Object(object), _) => {
                return exactly(object.attributes.len()).mark(self.marks());
            }
            Kind::Unknown(ty, _) => ty.is_collection() || *ty == Type::Dynamic,
            _ => self.can_iterate(),
        };
        if !ty {
            return Value::unknown(Type::Number).mark(self.marks());
        }
        let (least, most) = self.length_bounds();
        if most == Some(least) {
            return exactly(least).mark(self.marks());
        }
        let range = Refinement::not_null().with_range(Some(Number::from(least)), most.map(Number::from));
        Value::unknown_refined(Type::Number, range).mark(self.marks())
    }

    /// The least and the greatest possible length of a collection, known or not.
    pub(in crate::value) fn length_bounds(&self) -> (usize, Option<usize>) {
        match self.kind() {
            Kind::Unknown(_, refinement) => (refinement.min_length, refinement.max_length),
            Kind::Set(_, items) => {
                let least = if items.len() > 1 && !self.is_wholly_known() {
                    1
                } else {
                    items.len()
                };
                (least, Some(items.len()))
            }
            _ => {
                let count = self.items().map_or(0, <[Value]>::len);
                let count = self.members().map_or(count, |members| members.len());
                (count, Some(count))
            }
        }
    }

    pub(in crate::value) fn kind_is_collection(&self) -> bool {
        match self.kind() {
            Kind::List(..) | Kind::Set(..) | Kind::Map(..) => true,
            Kind::Unknown(ty, _) => ty.is_collection(),
            _ => false,
        }
    }

    /// The part at a path, with the marks of everything on the way.
    ///
    /// # Errors
    /// The path leads nowhere.
    pub fn get_path(&self, path: &Path) -> Result<Value, AccessError> {
        let mut value = self.clone();
        for step in path.steps() {
            value = match step {
                PathStep::Attr(name) => value.get_attr(name)?,
                PathStep::Index(Key::Element(element)) => match value.kind() {
                    Kind::Set(_, items) => {
                        let found = items.iter().find(|item| *item == &**element);
                        let part = found.cloned().ok_or_else(|| AccessError::Path(value.ty()))?;
                        part.mark(value.marks())
                    }
                    Kind::Unknown(Type::Set(element), _) => {
                        Value::unknown((**element).clone()).mark(value.marks())
                    }
                    Kind::Unknown(Type::Dynamic, _) => value,
                    Kind::Null(_) => return Err(AccessError::Null),
                    _ => return Err(AccessError::Path(value.ty())),
                },
                PathStep::Index(key) => value.index(&key.to_value())?,
            };
        }
        Ok(value)
    }
}

fn exactly(length: usize) -> Value {
    Value::number(Number::from(length))
}

/// The key as a number; `None` if unknown.
fn sequence_key(key: &Value) -> Result<Option<Number>, AccessError> {
    if let Some(number) = key.as_number() {
        return Ok(Some(number.clone()));
    }
    let key = convert(key, &Type::Number).map_err(|error| AccessError::WrongKey(error.message))?;
    Ok(key.as_number().cloned())
}

/// The key as a string; `None` if unknown.
fn string_key(key: &Value) -> Result<Option<Arc<str>>, AccessError> {
    if let Some(text) = key.as_arc_str() {
        return Ok(Some(Arc::clone(text)));
    }
    let key = convert(key, &Type::String).map_err(|error| AccessError::WrongKey(error.message))?;
    Ok(key.as_arc_str().cloned())
}

fn position(number: &Number, length: usize) -> Result<usize, AccessError> {
    if number.sign() == std::cmp::Ordering::Less {
        return Err(AccessError::Negative);
    }
    if !number.is_integer() && !number.is_infinite() {
        return Err(AccessError::Fraction);
    }
    number
        .to_usize()
        .filter(|at| *at < length)
        .ok_or(AccessError::OutOfRange { length })
}

fn item_at(items: &[Value], number: &Number) -> Result<Value, AccessError> {
    let length = items.len();
    items
        .get(position(number, length)?)
        .cloned()
        .ok_or(AccessError::OutOfRange { length })
}

fn index_unknown(ty: &Type, key: &Value) -> Result<Value, AccessError> {
    Ok(match ty {
        Type::Dynamic => Value::dynamic_unknown(),
        Type::List(element) => {
            if let Some(number) = sequence_key(key)? {
                position(&number, usize::MAX)?;
            }
            Value::unknown((**element).clone())
        }
        Type::Map(element) => {
            string_key(key)?;
            Value::unknown((**element).clone())
        }
        Type::Tuple(elements) => match sequence_key(key)? {
            None => Value::dynamic_unknown(),
            Some(number) => {
                let length = elements.len();
                let element = elements.get(position(&number, length)?);
                Value::unknown(element.cloned().ok_or(AccessError::OutOfRange { length })?)
            }
        },
        Type::Object(object) => match string_key(key)? {
            None => Value::dynamic_unknown(),
            Some(name) => match object.attributes.get(&name) {
                Some(ty) => Value::unknown(ty.clone()),
                None => return Err(AccessError::NoAttribute { name }),
            },
        },
        Type::Set(_) => return Err(AccessError::SetIndex),
        other => return Err(AccessError::NotIndexable(other.clone())),
    })
}
