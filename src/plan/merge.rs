//! Merging prior object and configuration into the proposed new object, and checking a provider's answer.
//!
//! Pure functions over values of a schema. Blocks of a list are matched by position, of a map by label, of a
//! set by their arguments. This file decides no action.

use std::sync::Arc;

use crate::schema::{Attribute, Block, NestedBlock, Nesting, Usage};
use crate::value::{Kind, Members, Path, PathStep, Value};

/// Prior and configuration merged: arguments from the configuration, what the provider may compute from
/// `prior`, or unknown where there is no prior object.
pub fn proposed(block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() {
        return prior.clone();
    }
    let Some(config_members) = config.members() else {
        return config.clone();
    };
    let prior_members = prior.members();
    let member = |name: &Arc<str>| prior_members.and_then(|members| members.get(name));
    let mut merged = Members::new();
    for (name, attribute) in &block.attributes {
        let wanted = config_members
            .get(name)
            .cloned()
            .unwrap_or_else(|| absent(attribute));
        merged.insert(Arc::clone(name), merge_attribute(attribute, member(name), wanted));
    }
    for (name, nested) in &block.blocks {
        let wanted = config_members
            .get(name)
            .cloned()
            .unwrap_or_else(|| nested.absent());
        merged.insert(Arc::clone(name), merge_nested(nested, member(name), &wanted));
    }
    Value::object_members(merged)
}

fn absent(attribute: &Attribute) -> Value {
    Value::null(attribute.ty.without_optional())
}

fn merge_attribute(attribute: &Attribute, prior: Option<&Value>, wanted: Value) -> Value {
    if attribute.write_only {
        return absent(attribute);
    }
    if !wanted.is_null() || !attribute.is_computed() {
        return wanted;
    }
    match prior {
        Some(prior) => prior.clone(),
        None => Value::unknown(attribute.ty.without_optional()),
    }
}

fn merge_nested(nested: &NestedBlock, prior: Option<&Value>, wanted: &Value) -> Value {
    if !wanted.is_known() {
        return wanted.clone();
    }
    let none = Value::null(nested.block.implied_type());
    match (nested.nesting, wanted.kind()) {
        (Nesting::Single, _) => proposed_or_null(&nested.block, prior.unwrap_or(&none), wanted),
        (_, Kind::List(ty, items)) => {
            let before = prior.and_then(Value::items).unwrap_or_default();
            let merged = items
                .iter()
                .enumerate()
                .map(|(at, item)| proposed(&nested.block, before.get(at).unwrap_or(&none), item));
            Value::list(ty.clone(), merged.collect())
        }
        (_, Kind::Map(ty, members)) => {
            let before = prior.and_then(Value::members);
            let merged = members.iter().map(|(label, item)| {
                let prior = before.and_then(|members| members.get(label)).unwrap_or(&none);
                (Arc::clone(label), proposed(&nested.block, prior, item))
            });
            Value::map(ty.clone(), merged.collect())
        }
        (_, Kind::Set(ty, items)) => {
            let before = prior.and_then(Value::items).unwrap_or_default();
            let merged = items.iter().map(|item| {
                let prior = before
                    .iter()
                    .find(|prior| same_arguments(&nested.block, prior, item));
                proposed(&nested.block, prior.unwrap_or(&none), item)
            });
            Value::set(ty.clone(), merged.collect())
        }
        _ => wanted.clone(),
    }
}

fn proposed_or_null(block: &Block, prior: &Value, wanted: &Value) -> Value {
    if wanted.is_null() {
        wanted.clone()
    } else {
        proposed(block, prior, wanted)
    }
}

fn same_arguments(block: &Block, prior: &Value, config: &Value) -> bool {
    let (Some(prior), Some(config)) = (prior.members(), config.members()) else {
        return false;
    };
    block
        .attributes
        .iter()
        .filter(|(_, attribute)| attribute.is_argument())
        .all(|(name, attribute)| match (prior.get(name), config.get(name)) {
            (Some(_), Some(wanted)) if wanted.is_null() && attribute.usage == Usage::OptionalComputed => true,
            (prior, wanted) => prior == wanted,
        })
}

/// Where a planned object contradicts its configuration: an argument that is set and known must be planned as
/// configured or kept as it was before. Empty for an honest provider.
pub fn contradictions(block: &Block, prior: &Value, config: &Value, planned: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    check_block(block, prior, config, planned, &Path::default(), &mut found);
    found
}

fn check_block(
    block: &Block,
    prior: &Value,
    config: &Value,
    planned: &Value,
    at: &Path,
    found: &mut Vec<Path>,
) {
    let Some(config) = config.members() else { return };
    let Some(planned) = planned.members() else {
        found.push(at.clone());
        return;
    };
    let prior = prior.members();
    for (name, attribute) in &block.attributes {
        let (Some(wanted), Some(plan)) = (config.get(name), planned.get(name)) else {
            continue;
        };
        let kept = || prior.and_then(|members| members.get(name)) == Some(plan);
        let allowed = if wanted.is_null() {
            attribute.is_computed() || plan.is_null() || kept()
        } else {
            !wanted.is_wholly_known() || attribute.write_only || wanted == plan || kept()
        };
        if !allowed {
            found.push(at.child(PathStep::Attr(Arc::clone(name))));
        }
    }
    for (name, nested) in &block.blocks {
        let (Some(wanted), Some(plan)) = (config.get(name), planned.get(name)) else {
            continue;
        };
        let here = at.child(PathStep::Attr(Arc::clone(name)));
        let prior = prior.and_then(|members| members.get(name));
        if nested.nesting == Nesting::Single && !wanted.is_null() && wanted.is_known() {
            let none = Value::null(nested.block.implied_type());
            check_block(&nested.block, prior.unwrap_or(&none), wanted, plan, &here, found);
        } else if plan.is_known() && wanted.is_known() && count(plan) != count(wanted) && prior != Some(plan)
        {
            found.push(here);
        }
    }
}

fn count(value: &Value) -> usize {
    value
        .items()
        .map(<[Value]>::len)
        .or_else(|| value.members().map(Members::len))
        .unwrap_or_default()
}

/// Where an object after apply contradicts what was planned: everything that was known must be as planned.
pub fn broken_promises(planned: &Value, actual: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    compare(planned, actual, &Path::default(), &mut found);
    found
}

fn compare(planned: &Value, actual: &Value, at: &Path, found: &mut Vec<Path>) {
    if !planned.is_known() {
        return;
    }
    if let (Some(planned), Some(actual)) = (planned.members(), actual.members()) {
        let names: std::collections::BTreeSet<&Arc<str>> = planned.keys().chain(actual.keys()).collect();
        for name in names {
            let here = at.child(PathStep::Attr(Arc::clone(name)));
            match (planned.get(name), actual.get(name)) {
                (Some(planned), Some(actual)) => compare(planned, actual, &here, found),
                _ => found.push(here),
            }
        }
        return;
    }
    if planned.is_wholly_known() {
        if planned != actual {
            found.push(at.clone());
        }
        return;
    }
    if let (Some(planned), Some(actual)) = (planned.items(), actual.items())
        && planned.len() == actual.len()
    {
        for (index, (planned, actual)) in planned.iter().zip(actual).enumerate() {
            let here = at.child(PathStep::int(index));
            compare(planned, actual, &here, found);
        }
    }
}
