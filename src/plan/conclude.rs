//! The end of planning: what is left over in the state, outputs, drift, and the compiled plan.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceAddr, InstanceKey, Mode};
use crate::config::Repetition;
use crate::diag::Diagnostics;
use crate::graph::ConfigNode;
use crate::value::Value;

use super::change::{Action, OutputChange, Plan, PlanMode, Reason, ResourceChange};
use super::compile::{Sources, compile};
use super::evaluate::Used;
use super::instance::prevented;
use super::planner::{Planned, Planner};
use super::providers::ProviderKey;
use super::refresh;
use super::world::Expansion;

/// Ends a planner that has asked all it wanted and found no error.
pub(super) fn conclude(mut planner: Planner) -> Result<Planned, Diagnostics> {
    orphans(&mut planner);
    let outputs = outputs(&planner);
    let semantics = planner.semantics.clone();
    let type_of = |addr: &InstanceAddr| {
        semantics
            .type_info(&addr.resource)
            .map_or(crate::value::Type::Dynamic, |info| info.ty.clone())
    };
    let (prior, refreshed, mut drift) = refresh::settle(&planner.state, &planner.priors, type_of);
    if planner.options.mode == PlanMode::RefreshOnly {
        let kept = planner
            .changes
            .iter()
            .zip(&planner.used)
            .filter(|(change, _)| change.action == Action::NoOp);
        let (changes, used) = kept.map(|(change, used)| (change.clone(), used.clone())).unzip();
        planner.changes = changes;
        planner.used = used;
    }
    let mut together: Vec<(ResourceChange, Used)> = std::mem::take(&mut planner.changes)
        .into_iter()
        .zip(std::mem::take(&mut planner.used))
        .collect();
    together.sort_by(|(a, _), (b, _)| (&a.addr, &a.deposed).cmp(&(&b.addr, &b.deposed)));
    let (mut changes, used): (Vec<ResourceChange>, Vec<Used>) = together.into_iter().unzip();
    let root = crate::addr::ModuleAddr::root();
    let evaluated: Vec<ConfigNode> = outputs
        .iter()
        .filter(|output| output.action != Action::Delete)
        .map(|output| ConfigNode::Output(root.clone(), Arc::clone(&output.name)))
        .collect();
    let sources = Sources {
        outputs: &evaluated,
        used: &used,
        node_used: &planner.node_used,
        priors: &planner.priors,
        delete_first: &planner.delete_first,
    };
    let compiled = compile(&mut changes, &sources).map_err(Diagnostics::from)?;
    let acting: std::collections::BTreeSet<&InstanceAddr> = changes
        .iter()
        .filter(|change| change.action != Action::NoOp && change.deposed.is_none())
        .map(|change| &change.addr)
        .collect();
    for drifted in &mut drift {
        drifted.answered = acting.contains(&drifted.addr);
    }
    if planner.faults.has_errors() {
        return Err(planner.faults);
    }
    let plan = Plan {
        mode: planner.options.mode,
        changes,
        drift,
        outputs,
        steps: compiled.steps,
        prior,
        partial: planner.targeted.is_some(),
        warnings: planner.faults,
    };
    Ok(Planned {
        plan,
        evaluator: planner.evaluator,
        world: planner.world,
        semantics: planner.semantics,
        providers: planner.providers,
        refreshed,
        dependencies: compiled.dependencies,
    })
}

/// Objects of the state that the configuration does not have, or not any more.
fn orphans(planner: &mut Planner) {
    if planner.options.mode == PlanMode::RefreshOnly {
        return;
    }
    let keys: Vec<(InstanceAddr, Option<Arc<str>>)> = planner.priors.keys().cloned().collect();
    for (addr, deposed) in keys {
        let out = planner
            .targeted
            .as_ref()
            .is_some_and(|targeted| !targeted.has_instance(&addr));
        if out || addr.resource.mode == Mode::Data || (deposed.is_none() && planner.visited.contains(&addr)) {
            continue;
        }
        let Some(prior) = planner.priors.get(&(addr.clone(), deposed.clone())) else {
            continue;
        };
        let Some(before) = prior.now.clone() else { continue };
        let provider = ProviderKey::parse(&prior.provider).provider;
        let reason = match planner.options.mode {
            PlanMode::Destroy => Reason::None,
            _ if deposed.is_some() => Reason::None,
            _ => orphan_reason(planner, &addr),
        };
        let declared = declared(planner, &addr.config())
            .map(|resource| (resource.span, resource.lifecycle.prevent_destroy));
        if let Some((_, Some(span))) = declared
            && deposed.is_none()
        {
            planner.faults.push(prevented(&addr, span));
        }
        let (plain, _) = before.clone().unmark_deep();
        let (calls, faults) = match planner.semantics.get(&provider.name) {
            Some(semantics) => semantics.plan_delete(&addr.resource.type_name, &plain),
            None => Default::default(),
        };
        for fault in faults {
            let make = if fault.warning {
                crate::diag::Diagnostic::warning
            } else {
                crate::diag::Diagnostic::error
            };
            let fault = make(&super::codes::INVALID_ARGUMENT, fault.detail)
                .summary(fault.summary)
                .about(&addr);
            planner.faults.push(fault);
        }
        let change = ResourceChange {
            previous: None,
            deposed,
            provider,
            action: Action::Delete,
            reason,
            after: Value::null(before.ty()),
            before,
            replace_paths: Vec::new(),
            calls,
            importing: None,
            span: declared.map(|(span, _)| span),
            addr,
        };
        planner.push_change(change, Used::new());
    }
}

fn declared<'a>(planner: &'a Planner, resource: &ConfigResource) -> Option<&'a crate::config::Resource> {
    planner
        .evaluator
        .config
        .modules
        .get(&resource.module)?
        .resources
        .get(&resource.resource)
}

fn orphan_reason(planner: &Planner, addr: &InstanceAddr) -> Reason {
    let Some(resource) = declared(planner, &addr.config()) else {
        return Reason::NoResourceConfig;
    };
    if !planner.world.has_module(&addr.module) {
        return Reason::NoModule;
    }
    let expansion = planner
        .world
        .resource(&addr.module, &addr.resource)
        .map(|resource| &resource.expansion);
    match (&resource.repetition, &addr.key, expansion) {
        (Repetition::Count(_), InstanceKey::Int(_), Some(Expansion::Count(_))) => Reason::CountIndex,
        (Repetition::ForEach(_), InstanceKey::Str(_), _) => Reason::EachKey,
        _ => Reason::WrongRepetition,
    }
}

fn outputs(planner: &Planner) -> Vec<OutputChange> {
    let root = crate::addr::ModuleInstance::root();
    let values = planner.world.module(&root).map(|module| &module.outputs);
    let declared = planner
        .evaluator
        .config
        .modules
        .get(&crate::addr::ModuleAddr::root());
    let mut changes: BTreeMap<Arc<str>, OutputChange> = BTreeMap::new();
    let null = Value::dynamic_null;
    let destroying = planner.options.mode == PlanMode::Destroy;
    for (name, output) in declared.iter().flat_map(|module| &module.outputs) {
        let node = ConfigNode::Output(crate::addr::ModuleAddr::root(), Arc::clone(name));
        if destroying
            || planner
                .targeted
                .as_ref()
                .is_some_and(|targeted| !targeted.has_node(&node))
        {
            continue;
        }
        let after = values
            .and_then(|values| values.get(name))
            .cloned()
            .unwrap_or_else(null);
        let before = planner.state.outputs.get(name);
        let (plain, _) = after.clone().unmark_deep();
        let was = before.map_or_else(null, |record| record.value.clone());
        let action = match (before, plain.is_null()) {
            (None, true) => continue,
            (None, false) => Action::Create,
            (Some(_), true) => Action::Delete,
            (Some(record), false) if record.value == plain && record.sensitive == output.sensitive => {
                Action::NoOp
            }
            (Some(_), false) => Action::Update,
        };
        let sensitive = output.sensitive || before.is_some_and(|record| record.sensitive);
        changes.insert(
            Arc::clone(name),
            OutputChange {
                name: Arc::clone(name),
                action,
                before: was,
                after,
                sensitive,
            },
        );
    }
    for (name, record) in &planner.state.outputs {
        let still = declared.is_some_and(|module| module.outputs.contains_key(name));
        if (!still || destroying) && planner.targeted.is_none() {
            let (before, sensitive) = (record.value.clone(), record.sensitive);
            let change = OutputChange {
                name: Arc::clone(name),
                action: Action::Delete,
                before,
                after: null(),
                sensitive,
            };
            changes.insert(Arc::clone(name), change);
        }
    }
    changes.into_values().collect()
}
