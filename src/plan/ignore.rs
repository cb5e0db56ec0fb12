//! `ignore_changes`: arguments whose differences do not count.
//!
//! An ignored argument is planned as it is, not as configured. It has no effect on a creation.

use std::sync::Arc;

use crate::config::{IgnoreChanges, Resource};
use crate::diag::{Diagnostic, Diagnostics, did_you_mean};
use crate::schema::{Attribute, Block};
use crate::syntax::ast::Expr;
use crate::syntax::{Step, traversal};
use crate::value::{Kind, Members, Number, Path, PathStep, Value};

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
            .fold(config.clone(), |config, path| take(&config, prior, path.steps())),
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

/// `to` with the part at the path taken from `from`; a part that `from` has not is taken away.
fn take(to: &Value, from: &Value, path: &[PathStep]) -> Value {
    let Some((first, rest)) = path.split_first() else {
        return from.clone();
    };
    let name: Arc<str> = match first {
        PathStep::Attr(name) => Arc::clone(name),
        PathStep::Index(key) => match key.to_value().as_arc_str() {
            Some(key) => Arc::clone(key),
            None => {
                return take_element(
                    to,
                    from,
                    key.to_value().as_number().and_then(Number::to_usize),
                    rest,
                );
            }
        },
    };
    let Some(members) = to.members() else {
        return if rest.is_empty() { to.clone() } else { from.clone() };
    };
    let before = from.members().and_then(|members| members.get(&name));
    let mut members = members.clone();
    match (members.get(&name), before) {
        (Some(now), Some(before)) => {
            let part = take(now, before, rest);
            members.insert(name, part);
        }
        (None, Some(before)) if rest.is_empty() => {
            members.insert(name, before.clone());
        }
        (Some(_), None) if rest.is_empty() => {
            members.remove(&name);
        }
        _ => {}
    }
    rebuilt(to, members)
}

fn take_element(to: &Value, from: &Value, index: Option<usize>, rest: &[PathStep]) -> Value {
    let (Some(items), Some(before), Some(index)) = (to.items(), from.items(), index) else {
        return to.clone();
    };
    let (Some(now), Some(before)) = (items.get(index), before.get(index)) else {
        return to.clone();
    };
    let part = take(now, before, rest);
    let items = items
        .iter()
        .enumerate()
        .map(|(at, item)| if at == index { part.clone() } else { item.clone() });
    let items: Vec<Value> = items.collect();
    match to.kind() {
        Kind::List(ty, _) => Value::list(ty.clone(), items),
        Kind::Set(ty, _) => Value::set(ty.clone(), items),
        _ => Value::tuple(items),
    }
    .mark(to.marks())
}

/// An object or map of the same kind with other members.
fn rebuilt(like: &Value, members: Members) -> Value {
    match like.kind() {
        Kind::Map(ty, _) => Value::map(ty.clone(), members),
        _ => Value::object_members(members),
    }
    .mark(like.marks())
}
