//! Static checks of `moved` blocks together: from what is gone, to one place, without going round.
//!
//! It compares addresses as they are written. Which instances a move touches depends on the state and is the
//! planner's affair.

use std::collections::BTreeMap;

use crate::addr::{ConfigResource, InstanceAddr, InstanceKey, ModuleAddr, ModuleInstance, Target};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;

use super::{Config, codes, target};

/// A move with full addresses.
struct Move {
    from: Target,
    to: Target,
    span: Span,
}

/// Checks all moves of a configuration.
pub(super) fn check(config: &Config, found: &mut Diagnostics) {
    let moves: Vec<Move> = config
        .modules
        .iter()
        .flat_map(|(addr, module)| {
            module.moved.iter().filter_map(move |moved| {
                let (from, to) = (target::target(&moved.from).ok()?, target::target(&moved.to).ok()?);
                Some(Move {
                    from: within(addr, from),
                    to: within(addr, to),
                    span: moved.span,
                })
            })
        })
        .collect();
    for one in &moves {
        if let Some(name) = still_declared(config, one) {
            let detail = format!(
                "This block says that {name} moved to {}, but {name} is still declared. Rename it in the configuration, or \
                 remove this block.",
                text(&one.to)
            );
            found.push(
                Diagnostic::error(&codes::MOVED, detail)
                    .summary("Moved object still exists")
                    .at(one.span),
            );
        }
    }
    let mut by_from: BTreeMap<String, &Move> = BTreeMap::new();
    for one in &moves {
        match by_from.get(&text(&one.from)) {
            Some(first) if first.to != one.to => {
                let detail = format!(
                    "Another block says that {} moved to {}, this one that it moved to {}. Each thing can move to one \
                     place.",
                    text(&one.from),
                    text(&first.to),
                    text(&one.to)
                );
                found.push(
                    Diagnostic::error(&codes::MOVED, detail)
                        .summary("Ambiguous move statements")
                        .at(one.span),
                );
            }
            Some(_) => {}
            None => {
                by_from.insert(text(&one.from), one);
            }
        }
    }
    cycles(&by_from, found);
}

/// Follows each chain of moves once.
fn cycles(by_from: &BTreeMap<String, &Move>, found: &mut Diagnostics) {
    let mut done: BTreeMap<&str, usize> = BTreeMap::new();
    for (round, start) in by_from.keys().enumerate() {
        let mut at = start.clone();
        while let Some((from, one)) = by_from.get_key_value(&at) {
            match done.insert(from, round) {
                None => at = text(&one.to),
                Some(before) => {
                    if before == round {
                        found.push(circle(from, by_from));
                    }
                    break;
                }
            }
        }
    }
}

fn circle(start: &str, by_from: &BTreeMap<String, &Move>) -> Diagnostic {
    let mut path = vec![start.to_owned()];
    let mut at = start;
    let mut span = None;
    while let Some(one) = by_from.get(at) {
        span.get_or_insert(one.span);
        path.push(text(&one.to));
        match by_from.get_key_value(&text(&one.to)) {
            Some((next, _)) if next != start => at = next,
            _ => break,
        }
    }
    let mut fault = Diagnostic::error(
        &codes::MOVED,
        format!(
            "These moves lead back to where they begin: {}. A chain of moves ends at an address from which nothing \
             moves.",
            path.join(" to ")
        ),
    )
    .summary("Cyclic dependency in move statements");
    fault.subject = span;
    fault
}

/// The name of what a move leads away from, if all of it is still declared.
fn still_declared(config: &Config, one: &Move) -> Option<String> {
    match (&one.from, &one.to) {
        (Target::Resource(from), Target::Resource(to)) => {
            let resource = ConfigResource {
                module: from.module.config(),
                resource: from.resource.clone(),
            };
            let keyed = from.key != InstanceKey::None || has_key(&from.module);
            let elsewhere = to.resource != from.resource || to.module.config() != resource.module;
            let declared = config
                .modules
                .get(&resource.module)
                .is_some_and(|module| module.resources.contains_key(&resource.resource));
            (!keyed && elsewhere && declared).then(|| resource.to_string())
        }
        (Target::Module(from), Target::Module(to)) => {
            let addr = from.config();
            let elsewhere = to.config() != addr;
            (!has_key(from) && elsewhere && config.modules.contains_key(&addr)).then(|| addr.to_string())
        }
        _ => None,
    }
}

fn has_key(module: &ModuleInstance) -> bool {
    module.0.iter().any(|(_, key)| *key != InstanceKey::None)
}

/// The address with the module in front in which it was written.
fn within(addr: &ModuleAddr, target: Target) -> Target {
    let join = |inner: ModuleInstance| {
        let outer = addr
            .0
            .iter()
            .map(|name| (std::sync::Arc::clone(name), InstanceKey::None));
        ModuleInstance(outer.chain(inner.0).collect())
    };
    match target {
        Target::Module(module) => Target::Module(join(module)),
        Target::Resource(InstanceAddr {
            module,
            resource,
            key,
        }) => Target::Resource(InstanceAddr {
            module: join(module),
            resource,
            key,
        }),
    }
}

fn text(target: &Target) -> String {
    match target {
        Target::Module(module) => module.to_string(),
        Target::Resource(resource) => resource.to_string(),
    }
}
