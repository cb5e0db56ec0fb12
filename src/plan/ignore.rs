//! `ignore_changes`: arguments whose differences do not count.
//!
//! An ignored argument is planned as it is, not as configured. It has no effect on a creation.

use std::sync::Arc;

use crate::config::{IgnoreChanges, Resource};
use crate::diag::{Diagnostic, Diagnostics, did_you_mean};
use crate::schema::{Attribute, Block};
use crate::syntax::ast::Expr;
use crate::syntax::{Step, traversal};
use crate::value::path::Key;
use crate::value::{Kind, Members, Number, Path, PathStep, Type, Value};

use super::codes;

/// What is wrong with the elements: an attribute that the type does not have is an error, one that only the
/// provider sets has no configured value to ignore.
pub fn check(declared: &Resource, block: &Block) -> Diagnostics {
    let mut found = Diagnostics::new();
    let IgnoreChanges::Paths(paths) = &declared.lifecycle.ignore_changes else {
        return found;
    };
    for expr in paths {
        let Some(path) = path_of(expr) else { continue };
        let Some(PathStep::Attr(name)) = path.steps().first() else {
            continue;
        };
        let known = block.attributes.keys().chain(block.blocks.keys());
        if !block.attributes.contains_key(name) && !block.blocks.contains_key(name) {
            let hint = did_you_mean(name, known.map(|name| &**name));
            let detail = format!("A {} has no argument \"{name}\".{hint}", declared.addr.type_name);
            found.push(
                Diagnostic::error(&codes::INVALID_ARGUMENT, detail)
                    .summary("Unsupported attribute")
                    .at(expr.span),
            );
        } else if block
            .attributes
            .get(name)
            .is_some_and(|attribute| !attribute.is_argument())
        {
            let detail = format!(
                "The attribute \"{name}\" is set by the provider alone, so there is no configured value to ignore. \
                 Remove it from ignore_changes."
            );
            found.push(
                Diagnostic::warning(&codes::INVALID_ARGUMENT, detail)
                    .summary("Redundant ignore_changes element")
                    .at(declared.span),
            );
        }
    }
    found
}

/// The configuration with its ignored parts taken from the prior object.
pub fn keep_ignored(ignore: &IgnoreChanges, block: &Block, prior: &Value, config: &Value) -> Value {
    if prior.is_null() {
        return config.clone();
    }
    match ignore {
        IgnoreChanges::None => config.clone(),
        IgnoreChanges::All => {
            let (Some(members), Some(before)) = (config.members(), prior.members()) else {
                return config.clone();
            };
            let kept = members
                .iter()
                .map(|(name, value)| (Arc::clone(name), before.get(name).unwrap_or(value).clone()));
            Value::object_members(kept.collect())
        }
        IgnoreChanges::Paths(paths) => paths
            .iter()
            .filter_map(path_of)
            .filter(|path| block.attribute_at(path).is_none_or(Attribute::is_argument))
            .fold(config.clone(), |config, path| keep(&config, prior, path.steps())),
    }
}

/// The path that an attribute traversal relative to the resource means.
pub fn path_of(expr: &Expr) -> Option<Path> {
    let reference = traversal(expr)?;
    let mut path = Path::root().attr(Arc::clone(&reference.root.name));
    for step in &reference.steps {
        path.push(match step {
            Step::Attr(name) => PathStep::attr(Arc::clone(&name.name)),
            Step::Key(key, _) => PathStep::key(Arc::clone(key)),
            Step::Index(text, _) => PathStep::int(Number::parse(text)?.to_usize()?),
        });
    }
    Some(path)
}

/// The configuration with the part at the path taken from the prior object. A path that one of them does not have
/// means nothing. A key at its end is one of a map; an object is taken as a whole.
fn keep(config: &Value, prior: &Value, path: &[PathStep]) -> Value {
    let (path, key) = match path.split_last() {
        Some((PathStep::Index(Key::Str(key)), rest)) => (rest, Some(key)),
        _ => (path, None),
    };
    let (Some(now), Some(before)) = (part(config, path), part(prior, path)) else {
        return config.clone();
    };
    let kept = match key {
        Some(_) if matches!(now.kind(), Kind::Unknown(..)) => return config.clone(),
        Some(key) if matches!(now.ty(), Type::Map(_)) => with_key(now, before, key),
        _ => before.clone(),
    };
    replaced(config, path, kept)
}

/// One step into a value; none where it has no such part.
fn inner<'a>(value: &'a Value, step: &PathStep) -> Option<&'a Value> {
    match (step, value.kind()) {
        (PathStep::Attr(name), Kind::Object(members)) => members.get(name),
        (PathStep::Index(Key::Str(key)), Kind::Map(_, members)) => members.get(key),
        (PathStep::Index(Key::Int(index)), Kind::List(_, items) | Kind::Tuple(items)) => {
            items.get(usize::try_from(*index).ok()?)
        }
        _ => None,
    }
}

fn part<'a>(value: &'a Value, path: &[PathStep]) -> Option<&'a Value> {
    path.iter().try_fold(value, inner)
}

/// A map with one key as it was: with the element before, or without one.
fn with_key(now: &Value, before: &Value, key: &Arc<str>) -> Value {
    let mut members = now.members().cloned().unwrap_or_default();
    match before.members().and_then(|members| members.get(key)) {
        Some(element) => members.insert(Arc::clone(key), element.clone()),
        None => members.remove(key),
    };
    if now.is_null() && members.is_empty() {
        return now.clone();
    }
    map_like(now, members)
}

/// The value with another part at a path that it has.
fn replaced(value: &Value, path: &[PathStep], part: Value) -> Value {
    let Some((step, rest)) = path.split_first() else {
        return part;
    };
    let Some(old) = inner(value, step) else {
        return value.clone();
    };
    let new = replaced(old, rest, part);
    match (step, value.kind()) {
        (
            PathStep::Attr(name) | PathStep::Index(Key::Str(name)),
            Kind::Map(_, members) | Kind::Object(members),
        ) => {
            let mut members = (**members).clone();
            members.insert(Arc::clone(name), new);
            map_like(value, members)
        }
        (PathStep::Index(Key::Int(index)), Kind::List(_, items) | Kind::Tuple(items)) => {
            let place = usize::try_from(*index).ok();
            let with_new = |(at, item): (usize, &Value)| {
                if Some(at) == place {
                    new.clone()
                } else {
                    item.clone()
                }
            };
            let items: Vec<Value> = items.iter().enumerate().map(with_new).collect();
            match value.kind() {
                Kind::List(ty, _) if items.iter().all(|item| item.ty() == *ty) => {
                    Value::list(ty.clone(), items)
                }
                _ => Value::tuple(items),
            }
            .mark(value.marks())
        }
        _ => value.clone(),
    }
}

/// An object or map of the same kind with other members. What was kept may be of another type than what is written
/// where any type may be; a map is then an object.
fn map_like(like: &Value, members: Members) -> Value {
    match like.ty() {
        Type::Map(ty) if members.values().all(|member| member.ty() == *ty) => {
            Value::map((*ty).clone(), members)
        }
        _ => Value::object_members(members),
    }
    .mark(like.marks())
}
