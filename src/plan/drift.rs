//! Drift, attribute by attribute: what the configuration says, what was last applied, what the platform has now.
//!
//! Values that mean the same are no drift: null and an empty collection, JSON that is only spelled otherwise. It
//! compares and judges; it reads nothing and prints nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::lang::Decoded;
use crate::schema::{Attribute, Block};
use crate::source::Span;
use crate::value::path::Key;
use crate::value::{Kind, Members, Path, PathStep, Value, json};

use super::change::{Action, ResourceChange};

/// One attribute that is not as it was left.
#[derive(Clone, Debug)]
pub struct Deviation {
    /// The attribute, or the part of it that differs.
    pub path: Path,
    /// What the configuration says: none where it has no such block, null where it does not speak of it.
    pub config: Option<Value>,
    /// As last applied; null when it was not there.
    pub last: Value,
    /// As it is now; null when it is not there.
    pub now: Value,
    /// Whether a configuration can set it; what only the platform sets asks for nothing.
    pub argument: bool,
    /// Where the configuration sets it: the argument, else what is around it.
    pub span: Option<Span>,
}

impl Deviation {
    /// Whether none of its values may be shown: one that is hidden in one place is no secret in another.
    pub fn is_hidden(&self) -> bool {
        let hidden = |value: &Value| value.has_marks_deep();
        self.config.as_ref().is_some_and(hidden) || hidden(&self.last) || hidden(&self.now)
    }
}

/// What the plan does about a difference that was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answered {
    /// Nothing: it is taken over into the state.
    #[default]
    No,
    /// The change of this object is there for nothing else.
    Alone,
    /// The change of this object does more than that.
    WithMore,
}

/// What differs between an object as last applied and as it is, part by part, beside what is written of it.
pub fn deviations(
    schema: Option<&Block>,
    last: &Value,
    now: &Value,
    written: Option<&Decoded>,
) -> Vec<Deviation> {
    let is_argument = |path: &Path| {
        let attribute = schema.and_then(|schema| schema.attribute_at(path));
        attribute.is_none_or(Attribute::is_argument)
    };
    let differences = differences(last, now).into_iter();
    let found = differences.map(|(path, last, now)| Deviation {
        config: written.map(|written| look(&written.value, &path)),
        argument: is_argument(&path),
        span: written.and_then(|written| place(&written.spans, &path)),
        path,
        last,
        now,
    });
    found.collect()
}

/// What the change of an object does about the parts of it that differ.
pub fn answered(change: &ResourceChange, parts: &[Deviation]) -> Answered {
    match change.action {
        Action::NoOp | Action::Read | Action::Forget => return Answered::No,
        Action::Create => return Answered::Alone,
        _ => {}
    }
    let changed = differences(&change.before, &change.after);
    let of_drift = |path: &Path| {
        let outside = |part: &Deviation| path.starts_with(&part.path) || part.path.starts_with(path);
        parts.iter().any(|part| part.argument && outside(part))
    };
    // What will be known later follows from the rest.
    let mut known = changed.iter().filter(|(_, _, after)| after.is_wholly_known());
    let (answers, more) = (
        changed.iter().any(|(path, ..)| of_drift(path)),
        known.any(|(path, ..)| !of_drift(path)),
    );
    match (answers, more) {
        (false, _) => Answered::No,
        (true, false) => Answered::Alone,
        (true, true) => Answered::WithMore,
    }
}

/// The smallest parts that differ. Lists of different length and values of different kinds differ as wholes.
pub fn differences(before: &Value, after: &Value) -> Vec<(Path, Value, Value)> {
    let mut found = Vec::new();
    walk(&mut Path::root(), before, after, &mut found);
    found
}

type Found = Vec<(Path, Value, Value)>;

fn walk(path: &mut Path, before: &Value, after: &Value, found: &mut Found) {
    if before.is_sensitive() || after.is_sensitive() {
        return whole(path, before, after, found);
    }
    match (before.kind(), after.kind()) {
        (Kind::Object(old), Kind::Object(new)) => {
            members(path, (old, new), found, &|name| PathStep::Attr(Arc::clone(name)));
        }
        (Kind::Map(_, old), Kind::Map(_, new)) => {
            members(path, (old, new), found, &|key| PathStep::key(Arc::clone(key)));
        }
        (Kind::List(_, old), Kind::List(_, new)) | (Kind::Tuple(old), Kind::Tuple(new))
            if old.len() == new.len() =>
        {
            for (at, (old, new)) in old.iter().zip(new.iter()).enumerate() {
                below(path, PathStep::int(at), old, new, found);
            }
        }
        (Kind::Set(_, old), Kind::Set(_, new)) => elements(path, old, new, found),
        _ => whole(path, before, after, found),
    }
}

fn below(path: &mut Path, step: PathStep, before: &Value, after: &Value, found: &mut Found) {
    path.push(step);
    walk(path, before, after, found);
    path.pop();
}

type Both<'a> = (&'a Members, &'a Members);

fn members(path: &mut Path, (old, new): Both<'_>, found: &mut Found, step: &dyn Fn(&Arc<str>) -> PathStep) {
    let absent = Value::dynamic_null();
    let keys: BTreeSet<&Arc<str>> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let (before, after) = (old.get(key), new.get(key));
        below(
            path,
            step(key),
            before.unwrap_or(&absent),
            after.unwrap_or(&absent),
            found,
        );
    }
}

fn elements(path: &Path, old: &[Value], new: &[Value], found: &mut Found) {
    let absent = Value::dynamic_null;
    let of = |element: &Value| path.child(PathStep::element(element.clone()));
    let lacks = |all: &[Value], one: &Value| !all.iter().any(|other| same(other, one));
    let gone = old.iter().filter(|element| lacks(new, element));
    found.extend(gone.map(|element| (of(element), element.clone(), absent())));
    let come = new.iter().filter(|element| lacks(old, element));
    found.extend(come.map(|element| (of(element), absent(), element.clone())));
}

fn whole(path: &Path, before: &Value, after: &Value, found: &mut Found) {
    if !same(before, after) {
        found.push((path.clone(), before.clone(), after.clone()));
    }
}

/// Whether two values mean the same.
pub fn same(before: &Value, after: &Value) -> bool {
    let nothing = |value: &Value| {
        value.is_null()
            || value.items().is_some_and(<[Value]>::is_empty)
            || matches!(value.kind(), Kind::Map(_, members) if members.is_empty())
    };
    if nothing(before) && nothing(after) {
        return true;
    }
    let plain = |value: &Value| value.clone().unmark_deep().0;
    plain(before) == plain(after) || same_json(before, after)
}

/// Whether two texts are the same JSON document.
fn same_json(before: &Value, after: &Value) -> bool {
    let document = |value: &Value| {
        let text = value.as_str()?;
        let is_container = text.trim_start().starts_with(['{', '[']);
        is_container.then(|| json::parse_implied(text).ok())?
    };
    document(before).is_some_and(|before| document(after) == Some(before))
}

/// What a value has at a path: null where nothing is, unknown where that is not known yet.
pub fn look(value: &Value, path: &Path) -> Value {
    let mut at = value;
    let mut marks = at.marks();
    for step in path.steps() {
        if !at.is_known() {
            break;
        }
        let part = match step {
            PathStep::Attr(name) | PathStep::Index(Key::Str(name)) => {
                at.members().and_then(|members| members.get(name))
            }
            PathStep::Index(Key::Int(index)) => at
                .items()
                .and_then(|items| items.get(usize::try_from(*index).ok()?)),
            PathStep::Index(Key::Element(element)) => at
                .items()
                .and_then(|items| items.iter().find(|item| same(item, element))),
        };
        let Some(part) = part else {
            return Value::dynamic_null().mark(marks);
        };
        at = part;
        marks |= at.marks();
    }
    if at.is_known() {
        at.clone().mark(marks)
    } else {
        Value::dynamic_unknown().mark(marks)
    }
}

/// The place of the innermost argument around a path.
pub fn place(spans: &BTreeMap<Path, Span>, path: &Path) -> Option<Span> {
    let mut path = path.clone();
    let mut found = spans.get(&path).copied();
    while found.is_none() && path.pop().is_some() {
        found = spans.get(&path).copied();
    }
    found
}
