//! The instances of a resource: which there are, and which there are no more.
//!
//! What becomes of each is decided in `instance`.

use crate::addr::{ConfigResource, InstanceAddr, InstanceKey, ModuleInstance};
use crate::diag::Diagnostic;

use super::change::PlanMode;
use super::codes;
use super::evaluate::Used;
use super::instance::{Context, prevented};
use super::planner::Planner;
use super::world::{Expansion, ResourceWorld};

/// A resource expanded in an instance of its module, with what that took.
pub(super) type Expanded = (ModuleInstance, Expansion, Used);

/// Expands the block in every instance of its module.
pub(super) fn expand(planner: &mut Planner, context: &Context<'_>) -> Vec<Expanded> {
    let mut all = Vec::new();
    for module in planner.world.instances(&context.resource.module) {
        let mut used = Used::new();
        let repetition = &context.declared.repetition;
        let expansion = planner
            .evaluator
            .expand(&planner.world, &module, repetition, &mut used);
        let expansion = match expansion {
            Ok(Expansion::One) => Expansion::One,
            Ok(_) if planner.evaluator.validating => Expansion::Unknown,
            Ok(known) => known,
            Err(faults) => {
                planner.faults.extend(faults);
                continue;
            }
        };
        if let Some(values) = planner.world.module_mut(&module) {
            let world = ResourceWorld::new(expansion.clone(), context.info.ty.clone());
            values.resources.insert(context.resource.resource.clone(), world);
        }
        all.push((module, expansion, used));
    }
    all
}

/// Instances that are declared no more but must not go. What uses the resource is not planned then, either.
pub(super) fn prevent_orphans(planner: &mut Planner, context: &Context<'_>) {
    if planner.options.mode != PlanMode::Normal || planner.evaluator.validating {
        return;
    }
    let stored = planner.guarded.get(context.resource).into_iter().flatten();
    let out = |addr: &InstanceAddr| {
        let targeted = planner.targeted.as_ref();
        targeted.is_some_and(|targeted| !targeted.has_instance(addr))
    };
    let gone = stored.filter(|addr| !planner.visited.contains(addr) && !out(addr));
    let gone: Vec<InstanceAddr> = gone.cloned().collect();
    for addr in gone {
        planner.faults.push(prevented(&addr, context.declared.span));
        planner.prevented.insert(addr);
    }
}

/// `-replace` of a resource with keys, without one.
pub(super) fn warn_of_replace(
    planner: &mut Planner,
    module: &ModuleInstance,
    resource: &ConfigResource,
    keys: &[InstanceKey],
) {
    let bare = InstanceAddr {
        module: module.clone(),
        resource: resource.resource.clone(),
        key: InstanceKey::None,
    };
    if keys.contains(&InstanceKey::None) || !planner.options.replace.contains(&bare) {
        return;
    }
    // A long list helps nobody.
    let instead: Vec<String> = keys
        .iter()
        .take(10)
        .map(|key| format!("\n  -replace='{}'", bare.with_key(key.clone())))
        .collect();
    let help = if instead.is_empty() {
        " The resource has no instances.".to_owned()
    } else {
        format!(" To replace instances of it, name them:{}", instead.concat())
    };
    let detail =
        format!("The address {bare} given by -replace has no instance key, so it names no instance.{help}");
    planner
        .faults
        .push(Diagnostic::warning(&codes::REPLACE_KEY, detail));
}
