//! What is wrong with `moved` blocks: held against the instances that the configuration declares.
//!
//! It runs after the walk, when counts and keys are known. What the moves do is in `moves`.

use std::collections::BTreeMap;

use crate::addr::{InstanceKey, ModuleInstance, Target};
use crate::config::{Config, Repetition};
use crate::diag::{Diagnostic, Diagnostics};

use super::change::PlanMode;
use super::codes;
use super::moves::Move;
use super::moves_order::order;
use super::planner::Planner;

/// Checks all moves of the configuration.
pub(super) fn check(planner: &Planner, moves: &[Move]) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut by_from: BTreeMap<String, String> = BTreeMap::new();
    let mut by_to: BTreeMap<String, String> = BTreeMap::new();
    for one in moves {
        for module in planner.world.instances(&one.module) {
            let (from, to) = (within(&module, &one.from), within(&module, &one.to));
            let (name, new) = (from.to_string(), to.to_string());
            let fault = |summary: &str, detail: String| {
                Diagnostic::error(&codes::MOVED, detail)
                    .summary(summary)
                    .at(one.span)
            };
            if from == to {
                let detail = format!(
                    "This block moves {name} to its own address, which says nothing. Remove the block or correct one \
                     address."
                );
                found.push(fault("Redundant move statement", detail));
                continue;
            }
            if is_declared(planner, &from, one.is_whole()) {
                let detail = format!(
                    "This block says that {name} moved to {new}, but {name} is still declared. Rename it in the \
                     configuration, or remove this block."
                );
                found.push(fault("Moved object still exists", detail));
            }
            let ends = [(&mut by_from, &name, &new), (&mut by_to, &new, &name)];
            for (at, (known, end, other)) in ends.into_iter().enumerate() {
                let first = known.entry(end.clone()).or_insert_with(|| other.clone());
                if first == other {
                    continue;
                }
                let detail = if at == 0 {
                    format!(
                        "Another block says that {name} moved to {first}, this one that it moved to {new}. Each thing \
                         can move to one place."
                    )
                } else {
                    format!(
                        "Another block says that {first} moved to {new}, this one that {name} moved there. One place \
                         can take one thing."
                    )
                };
                found.push(fault("Ambiguous move statements", detail));
            }
            if let (Target::Resource(a), Target::Resource(b)) = (&from, &to)
                && a.resource.type_name != b.resource.type_name
            {
                let detail = format!(
                    "This block moves {name} to {new}, which is of another type. An object stays of its type."
                );
                found.push(fault("Resource type mismatch", detail));
            }
        }
    }
    if !found.has_errors()
        && let Err(circle) = order(moves)
    {
        let lines: Vec<String> = circle
            .iter()
            .map(|one| format!("\n  - {} to {}", one.from, one.to))
            .collect();
        found.push(
            Diagnostic::error(
                &codes::MOVED,
                format!(
                    "These moves lead back to where they begin, so there is no place where anything stays:{}\n\nA chain \
                     of moves ends at an address from which nothing moves.",
                    lines.concat()
                ),
            )
            .summary("Cyclic dependency in move statements"),
        );
    }
    found
}

/// The error of targets and exclusions that leave out what moves.
pub(super) fn excluded(planner: &Planner) -> Option<Diagnostic> {
    let targets = &planner.options.targets;
    let but = !planner.options.excludes.is_empty();
    let is_in = |addr| match &planner.targeted {
        Some(targeted) if but => targeted.has_instance(addr),
        _ => targets.is_empty() || targets.iter().any(|target| super::target::matches(target, addr)),
    };
    let left: Vec<String> = planner
        .moved
        .previous
        .iter()
        .filter(|(to, from)| !(is_in(to) && is_in(from)))
        .flat_map(|(to, from)| [from, to])
        .map(|addr| match but {
            true => format!("\n  - {addr}"),
            false => format!("\n  -target={}", shell(&addr.to_string())),
        })
        .collect();
    let told = if but {
        "and -exclude leaves out some of these. Leave out none of them, or plan without -exclude:"
    } else {
        "and a plan says so for all of them or none. Add these options, or plan without -target:"
    };
    (!left.is_empty()).then(|| {
        Diagnostic::error(
            &codes::MOVED,
            format!("Objects of the state have new addresses, {told}{}", left.concat()),
        )
        .summary("Moved resource instances excluded by targeting")
    })
}

fn shell(text: &str) -> String {
    if text.contains(['"', '[']) {
        format!("'{text}'")
    } else {
        text.to_owned()
    }
}

/// Whether the configuration declares something; `whole`: as a whole, whatever its keys.
pub(super) fn is_declared(planner: &Planner, what: &Target, whole: bool) -> bool {
    if planner.options.mode == PlanMode::Destroy {
        return is_written(&planner.evaluator.config, what, whole);
    }
    match what {
        Target::Module(module) => match module.parent() {
            Some((parent, name, key)) => planner
                .world
                .module(&parent)
                .and_then(|module| module.calls.get(name))
                .is_some_and(|expansion| whole || expansion.has(key)),
            None => true,
        },
        Target::Resource(addr) => planner
            .world
            .resource(&addr.module, &addr.resource)
            .is_some_and(|resource| whole || resource.expansion.has(&addr.key)),
    }
}

/// Whether it stands in the configuration. A plan that destroys everything evaluates no `count` and no `for_each`, so
/// of the instances of such a block it knows nothing.
fn is_written(config: &Config, what: &Target, whole: bool) -> bool {
    let has = |repetition: &Repetition, key: &InstanceKey| {
        whole || (matches!(repetition, Repetition::One) && *key == InstanceKey::None)
    };
    match what {
        Target::Module(module) => match module.parent() {
            Some((parent, name, key)) => config
                .modules
                .get(&parent.config())
                .and_then(|module| module.calls.get(name))
                .is_some_and(|call| has(&call.repetition, key)),
            None => true,
        },
        Target::Resource(addr) => config
            .modules
            .get(&addr.module.config())
            .and_then(|module| module.resources.get(&addr.resource))
            .is_some_and(|resource| has(&resource.repetition, &addr.key)),
    }
}

fn within(module: &ModuleInstance, target: &Target) -> Target {
    let join = |inner: &ModuleInstance| {
        let steps = module.0.iter().chain(&inner.0);
        ModuleInstance(steps.cloned().collect::<Vec<(_, InstanceKey)>>())
    };
    match target {
        Target::Module(inner) => Target::Module(join(inner)),
        Target::Resource(addr) => Target::Resource(crate::addr::InstanceAddr {
            module: join(&addr.module),
            ..addr.clone()
        }),
    }
}
