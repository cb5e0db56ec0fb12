//! What differs between two values: a tree of differences, computed but not printed.
//!
//! Null and absent count as the same, as in a block. Every part carries its sign, so that a printer needs to look
//! at one node at a time. The cost is linear in the two values, but for lists and texts, whose alignment is
//! bounded, see `sequence`. Sensitive values are compared but never kept.

mod block;
mod forces;
mod identity;
mod items;
mod sequence;
mod text;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::value::{Kind, Members, Value};

pub use block::{BlockDiff, Nested, block};
pub use forces::Forces;
use sequence::Pair;
pub use text::Line;

/// What happens to a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Nothing.
    Keep,
    /// It comes.
    Add,
    /// It goes.
    Remove,
    /// It becomes different.
    Change,
}

/// A difference of one part.
#[derive(Clone, Debug)]
pub struct Diff {
    /// What happens.
    pub sign: Sign,
    /// Whether the change of this very part forces replacement.
    pub forces: bool,
    /// Which side alone is sensitive, if the two differ in that.
    pub mark: Option<MarkChange>,
    /// Whether no schema describes the value, see [`dynamic`].
    pub dynamic: bool,
    /// The key by which it is known among its neighbours, if it is an element that has one. It is never sensitive.
    pub label: Option<(&'static str, Value)>,
    /// Its move, if it is an element that passes by others.
    pub moved: Option<Moved>,
    /// What it looks like.
    pub shape: Shape,
}

/// A change of what may be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkChange {
    /// It is hidden from now on.
    Hidden,
    /// It is not hidden any more.
    Shown,
}

/// A move within a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The position before.
    pub from: usize,
    /// The position after.
    pub to: usize,
    /// Whether nothing else happens to it.
    pub only: bool,
}

impl Moved {
    fn of(pair: Pair, sign: Sign) -> Option<Moved> {
        let (from, to) = pair.was.zip(pair.will).filter(|_| pair.moved)?;
        let only = sign == Sign::Keep;
        Some(Moved { from, to, only })
    }
}

/// What a difference looks like.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Not to be seen.
    Sensitive,
    /// Known after apply; with what was there before.
    Unknown(Option<Box<Diff>>),
    /// Something that stands on one line: null, bool, number, short string.
    Scalar(Option<Value>, Option<Value>),
    /// A text of several lines.
    Text(Vec<Line>),
    /// A string that holds JSON. True where nothing but its spelling differs.
    Json(Box<Diff>, bool),
    /// A map (true: keys are quoted) or an object.
    Members(bool, Vec<(Arc<str>, Diff)>),
    /// A list, tuple or set. True where the order matters, so that neighbours of a change are shown.
    Items(bool, Vec<Diff>),
    /// Before and after have nothing in common.
    Other(Box<Diff>, Box<Diff>),
}

impl Diff {
    fn new(sign: Sign, forces: bool, shape: Shape) -> Diff {
        Diff {
            sign,
            forces,
            mark: None,
            dynamic: false,
            label: None,
            moved: None,
            shape,
        }
    }

    /// The attribute that is its key.
    pub fn label_name(&self) -> Option<&'static str> {
        self.label.as_ref().map(|(name, _)| *name)
    }

    /// The value of its key.
    pub fn label_value(&self) -> Option<&Value> {
        self.label.as_ref().map(|(_, value)| value)
    }

    /// Whether it is shown that a part of it forces replacement.
    fn is_forced(&self) -> bool {
        let below = || match &self.shape {
            Shape::Members(_, members) => members.iter().any(|(_, member)| member.is_forced()),
            Shape::Items(_, items) => items.iter().any(Diff::is_forced),
            _ => false,
        };
        self.sign != Sign::Keep && (self.forces || below())
    }
}

/// The difference of two values; `None` where there is none at all.
pub fn value(before: Option<&Value>, after: Option<&Value>, forces: &Forces) -> Diff {
    let was = before.filter(|value| !value.is_null());
    let will = after.filter(|value| !value.is_null());
    let hidden = |side: Option<&Value>| side.is_some_and(Value::is_sensitive);
    if hidden(before) || hidden(after) {
        let sign = sign_of(before, after, || equal(before, after));
        let mark = match (was, will) {
            (Some(was), Some(will)) if was.is_sensitive() != will.is_sensitive() => {
                Some(if will.is_sensitive() {
                    MarkChange::Hidden
                } else {
                    MarkChange::Shown
                })
            }
            _ => None,
        };
        let sign = if mark.is_some() { Sign::Change } else { sign };
        return Diff {
            mark,
            ..Diff::new(sign, forces.here, Shape::Sensitive)
        };
    }
    if let Some(will) = will
        && !will.is_known()
    {
        let Some(was) = was else {
            return Diff::new(Sign::Add, forces.here, Shape::Unknown(None));
        };
        let gone = Box::new(value(Some(was), None, Forces::none()));
        return Diff::new(Sign::Change, forces.here, Shape::Unknown(Some(gone)));
    }
    match (was, will) {
        (Some(was), Some(will)) => both(was, will, forces),
        (None, Some(will)) => alone(will, Sign::Add, forces),
        (Some(was), None) => alone(was, Sign::Remove, forces),
        (None, None) => {
            let sign = sign_of(before, after, || true);
            Diff::new(sign, forces.here, Shape::Scalar(before.cloned(), after.cloned()))
        }
    }
}

/// The difference of two values that no schema describes, such as those of outputs: they are compared as what they
/// are in JSON, where a set is a list and a map is an object.
pub fn dynamic(before: Option<&Value>, after: Option<&Value>, forces: &Forces) -> Diff {
    let (before, after) = (before.map(untyped), after.map(untyped));
    Diff {
        dynamic: true,
        ..value(before.as_ref(), after.as_ref(), forces)
    }
}

fn untyped(value: &Value) -> Value {
    let plain = match value.kind() {
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            Value::tuple(items.iter().map(untyped).collect())
        }
        Kind::Map(_, members) | Kind::Object(members) => {
            let members = members.iter();
            Value::object_members(
                members
                    .map(|(key, member)| (Arc::clone(key), untyped(member)))
                    .collect(),
            )
        }
        _ => return value.clone(),
    };
    plain.mark(value.marks())
}

/// The sign of a part as a whole, where absent and null differ only if both are.
fn sign_of(before: Option<&Value>, after: Option<&Value>, equal: impl FnOnce() -> bool) -> Sign {
    let there = |side: Option<&Value>| side.is_some_and(|value| !value.is_null());
    match (there(before), there(after)) {
        (true, true) if equal() => Sign::Keep,
        (true, true) => Sign::Change,
        (false, true) => Sign::Add,
        (true, false) => Sign::Remove,
        (false, false) => match (before, after) {
            (None, Some(_)) => Sign::Add,
            (Some(_), None) => Sign::Remove,
            _ => Sign::Keep,
        },
    }
}

/// A value without a counterpart.
fn alone(only: &Value, sign: Sign, forces: &Forces) -> Diff {
    let child = |part: &Value| {
        if sign == Sign::Add {
            value(None, Some(part), Forces::none())
        } else {
            value(Some(part), None, Forces::none())
        }
    };
    let shape = match only.kind() {
        Kind::List(_, items) | Kind::Tuple(items) => Shape::Items(true, items.iter().map(child).collect()),
        Kind::Set(_, items) => Shape::Items(false, items.iter().map(child).collect()),
        Kind::Map(_, members) => Shape::Members(true, alone_members(members, &child)),
        Kind::Object(members) => Shape::Members(false, alone_members(members, &child)),
        Kind::String(string) => text::alone(string, sign),
        _ if sign == Sign::Add => Shape::Scalar(None, Some(only.clone())),
        _ => Shape::Scalar(Some(only.clone()), None),
    };
    Diff::new(sign, forces.here, shape)
}

fn alone_members(members: &Members, child: &dyn Fn(&Value) -> Diff) -> Vec<(Arc<str>, Diff)> {
    members
        .iter()
        .map(|(key, member)| (Arc::clone(key), child(member)))
        .collect()
}

/// Two values that are both there.
fn both(was: &Value, will: &Value, forces: &Forces) -> Diff {
    let here = forces.here;
    match (was.kind(), will.kind()) {
        (Kind::Object(old), Kind::Object(new)) => members(false, old, new, forces),
        (Kind::Map(_, old), Kind::Map(_, new)) => members(true, old, new, forces),
        (Kind::Map(_, old) | Kind::Object(old), Kind::Map(_, new) | Kind::Object(new)) => {
            members(true, old, new, forces)
        }
        (Kind::Set(_, old), Kind::Set(_, new)) => items::set(old, new, forces),
        (Kind::List(_, old), Kind::List(_, new)) => items::list(old, new, forces),
        (Kind::List(_, old) | Kind::Tuple(old), Kind::List(_, new) | Kind::Tuple(new)) => {
            items::tuple(old, new, forces)
        }
        (Kind::String(old), Kind::String(new)) => text::both(old, new, here),
        (
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::TypeValue(_),
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::TypeValue(_),
        ) => {
            let sign = if equal(Some(was), Some(will)) {
                Sign::Keep
            } else {
                Sign::Change
            };
            Diff::new(sign, here, Shape::Scalar(Some(was.clone()), Some(will.clone())))
        }
        _ => {
            let gone = Box::new(alone(was, Sign::Remove, Forces::none()));
            let come = Box::new(alone(will, Sign::Add, Forces::none()));
            Diff::new(Sign::Change, here, Shape::Other(gone, come))
        }
    }
}

fn members(quoted: bool, old: &Members, new: &Members, forces: &Forces) -> Diff {
    let keys: BTreeSet<&Arc<str>> = old.keys().chain(new.keys()).collect();
    let members: Vec<(Arc<str>, Diff)> = keys
        .into_iter()
        .map(|key| {
            let forces = forces.member(key);
            (Arc::clone(key), value(old.get(key), new.get(key), forces))
        })
        .collect();
    let sign = together(members.iter().map(|(_, member)| member.sign));
    Diff::new(sign, forces.here, Shape::Members(quoted, members))
}

/// The sign of a whole with these parts.
pub(super) fn together(signs: impl IntoIterator<Item = Sign>) -> Sign {
    if signs.into_iter().all(|sign| sign == Sign::Keep) {
        Sign::Keep
    } else {
        Sign::Change
    }
}

fn keys(items: &[Value]) -> Vec<String> {
    items.iter().map(key).collect()
}

/// Text that is equal for equal values, marks aside; unknown values equal nothing but unknown values.
fn key(value: &Value) -> String {
    let mut out = String::new();
    write_key(&mut out, value);
    out
}

fn write_key(out: &mut String, value: &Value) {
    use std::fmt::Write;
    let _ = match value.kind() {
        Kind::Null(_) => write!(out, "null"),
        Kind::Unknown(..) => write!(out, "unknown"),
        Kind::Bool(value) => write!(out, "{value}"),
        Kind::Number(number) => write!(out, "{number}"),
        Kind::String(text) => write!(out, "{}:\"{text}", text.len()),
        Kind::TypeValue(ty) => write!(out, "type {ty}"),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            out.push('[');
            for item in items.iter() {
                write_key(out, item);
                out.push(',');
            }
            write!(out, "]")
        }
        Kind::Map(_, members) | Kind::Object(members) => {
            out.push('{');
            for (name, member) in members.iter() {
                let _ = write!(out, "{}:{name}=", name.len());
                write_key(out, member);
                out.push(',');
            }
            write!(out, "}}")
        }
    };
}

/// Whether two values show the same, marks aside.
pub fn equal(before: Option<&Value>, after: Option<&Value>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => key(before) == key(after),
        (before, after) => before.is_none() == after.is_none(),
    }
}

/// Members of an object by name; none for anything else.
pub(super) fn members_of(value: Option<&Value>) -> Option<&Members> {
    value.and_then(Value::members)
}
