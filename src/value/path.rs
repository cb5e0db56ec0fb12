//! Paths: where inside a value something is.
//!
//! A path starts at a value and steps into attributes, elements and set members. It knows nothing of the value
//! it is for; a path that leads nowhere is not an error of this file.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::value::{Number, Value, set};

/// One step into a value.
#[derive(Clone, Debug)]
pub enum PathStep {
    /// Into an attribute of an object.
    Attr(Arc<str>),
    /// Into an element by its key.
    Index(Key),
}

/// The key of an element.
#[derive(Clone, Debug)]
pub enum Key {
    /// Position in a list or tuple, from 0.
    Int(u64),
    /// Key of a map.
    Str(Arc<str>),
    /// The element of a set itself, which is its only identity.
    Element(Box<Value>),
}

/// Steps from a value to a part of it; empty for the value itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(pub Vec<PathStep>);

impl Path {
    /// The path of the value itself.
    pub const fn root() -> Path {
        Path(Vec::new())
    }

    /// Whether it is the path of the value itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// How it stands before a message about what is there: nothing for the value itself.
    pub fn heading(&self) -> String {
        match self.is_root() {
            true => String::new(),
            false => format!("{self}: "),
        }
    }

    /// The steps.
    pub fn steps(&self) -> &[PathStep] {
        &self.0
    }

    /// Number of steps.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it is the path of the value itself.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a step.
    pub fn push(&mut self, step: PathStep) {
        self.0.push(step);
    }

    /// Removes the last step.
    pub fn pop(&mut self) -> Option<PathStep> {
        self.0.pop()
    }

    /// This path and one more step.
    #[must_use]
    pub fn child(&self, step: PathStep) -> Path {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step);
        Path(steps)
    }

    /// This path and an attribute.
    #[must_use]
    pub fn attr(&self, name: impl Into<Arc<str>>) -> Path {
        self.child(PathStep::Attr(name.into()))
    }

    /// This path and a position.
    #[must_use]
    pub fn index(&self, index: u64) -> Path {
        self.child(PathStep::Index(Key::Int(index)))
    }

    /// This path and a map key.
    #[must_use]
    pub fn key(&self, key: impl Into<Arc<str>>) -> Path {
        self.child(PathStep::Index(Key::Str(key.into())))
    }

    /// This path and then another.
    #[must_use]
    pub fn join(&self, other: &Path) -> Path {
        Path(self.0.iter().chain(&other.0).cloned().collect())
    }

    /// Whether it begins with all of `prefix`.
    pub fn starts_with(&self, prefix: &Path) -> bool {
        self.0.starts_with(&prefix.0)
    }
}

impl PathStep {
    /// Into an attribute.
    pub fn attr(name: impl Into<Arc<str>>) -> PathStep {
        PathStep::Attr(name.into())
    }

    /// Into a list or tuple.
    pub fn int(index: usize) -> PathStep {
        PathStep::Index(Key::Int(index as u64))
    }

    /// Into a map.
    pub fn key(key: impl Into<Arc<str>>) -> PathStep {
        PathStep::Index(Key::Str(key.into()))
    }

    /// Into a set.
    pub fn element(element: Value) -> PathStep {
        PathStep::Index(Key::Element(Box::new(element)))
    }

    fn rank(&self) -> u8 {
        match self {
            PathStep::Attr(_) => 0,
            PathStep::Index(Key::Int(_)) => 1,
            PathStep::Index(Key::Str(_)) => 2,
            PathStep::Index(Key::Element(_)) => 3,
        }
    }
}

impl Key {
    /// The key as a value: a number, a string, or the set element.
    pub fn to_value(&self) -> Value {
        match self {
            Key::Int(index) => Value::number(Number::from(*index)),
            Key::Str(key) => Value::string_arc(Arc::clone(key)),
            Key::Element(element) => (**element).clone(),
        }
    }
}

impl PartialEq for PathStep {
    fn eq(&self, other: &PathStep) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for PathStep {}

impl PartialOrd for PathStep {
    fn partial_cmp(&self, other: &PathStep) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Attributes before positions before map keys before set elements; within a kind as expected.
impl Ord for PathStep {
    fn cmp(&self, other: &PathStep) -> Ordering {
        match (self, other) {
            (PathStep::Attr(a), PathStep::Attr(b)) => a.cmp(b),
            (PathStep::Index(Key::Int(a)), PathStep::Index(Key::Int(b))) => a.cmp(b),
            (PathStep::Index(Key::Str(a)), PathStep::Index(Key::Str(b))) => a.cmp(b),
            (PathStep::Index(Key::Element(a)), PathStep::Index(Key::Element(b))) => set::set_order(a, b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        PathStep::Index(self.clone()) == PathStep::Index(other.clone())
    }
}

impl Eq for Key {}

impl FromIterator<PathStep> for Path {
    fn from_iter<I: IntoIterator<Item = PathStep>>(steps: I) -> Path {
        Path(steps.into_iter().collect())
    }
}

/// As an expression would write it: `.a["k"][0]`. A set element is shown by its value if it is primitive, and
/// by `...` otherwise.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|step| step.fmt(f))
    }
}

impl fmt::Display for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PathStep::Attr(name) => write!(f, ".{name}"),
            PathStep::Index(key) => write!(f, "[{key}]"),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Int(index) => write!(f, "{index}"),
            Key::Str(key) => write!(f, "{key:?}"),
            Key::Element(element) => {
                if element.has_marks_deep() {
                    f.write_str("...")
                } else if let Some(text) = element.as_str() {
                    write!(f, "{text:?}")
                } else if let Some(number) = element.as_number() {
                    write!(f, "{number}")
                } else if let Some(value) = element.as_bool() {
                    write!(f, "{value}")
                } else {
                    f.write_str("...")
                }
            }
        }
    }
}
