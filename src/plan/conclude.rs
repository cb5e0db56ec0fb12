//! The end of planning: what is left over in the state, outputs, drift, and the compiled plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceAddr, InstanceKey, Mode, ResourceAddr};
use crate::config::{Config, Repetition};
use crate::diag::Diagnostic;
use crate::diag::Diagnostics;
use crate::graph::ConfigNode;
use crate::state::{Event, Instance, Object, State};
use crate::value::Value;

use super::change::{Action, Drift, OutputChange, Plan, PlanMode, Reason, ResourceChange};
use super::codes;
use super::compile::{Compiled, Sources, compile};
use super::drift::{Answered, answered, deviations};
use super::evaluate::Used;
use super::import;
use super::instance::prevented;
use super::moves;
use super::moves_check;
use super::planner::{Planned, Planner, Refused};
use super::providers::ProviderKey;
use super::refresh;
use super::removed;
use super::renames::{self, Rename};
use super::steps::StepGraph;
use super::together;
use super::world::Expansion;

/// Ends a planner that has asked all it wanted. With errors there is no plan, but what was decided is told.
pub(super) fn conclude(mut planner: Planner) -> Result<Planned, Refused> {
    orphans(&mut planner);
    together::check(&mut planner);
    if !planner.evaluator.validating {
        let faults = moves_check::check(&planner, &planner.moves);
        import::check(&mut planner);
        if faults.has_errors() {
            planner.faults.extend(faults);
            return Err(planner.faults.into());
        }
        planner.faults.extend(moves::blocked(&planner.moved));
    }
    let remarks = planner.world.remarks.as_mut().map(std::mem::take);
    planner.faults.extend(remarks.into_iter().flatten());
    let outputs = outputs(&planner);
    let semantics = planner.semantics.clone();
    let type_of = |addr: &InstanceAddr| {
        semantics
            .type_info(&addr.resource)
            .map_or(crate::value::Type::Dynamic, |info| info.ty.clone())
    };
    let (mut prior, settled, mut drift) = refresh::settle(&planner.state, &planner.priors, type_of);
    let moved = std::mem::take(&mut planner.moved.events);
    let mut refreshed: Vec<Event> = moved.into_iter().chain(settled).collect();
    for event in data_events(&planner, &prior)? {
        prior.apply(event.clone());
        refreshed.push(event);
    }
    if planner.options.mode == PlanMode::RefreshOnly {
        planner.changes.clear();
        planner.used.clear();
        tell_moves(&planner, &mut drift);
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
    let provisioned = provisioned(&planner.evaluator.config);
    let sources = Sources {
        provisioned: &provisioned,
        outputs: &evaluated,
        used: &used,
        node_used: &planner.node_used,
        priors: &planner.priors,
        delete_first: &planner.delete_first,
    };
    planner.faults.extend(removed::forgotten(&changes));
    // Nothing will be done with a configuration that is only validated.
    let compiled = match planner.evaluator.validating {
        true => Some(Compiled::default()),
        false => planner.faults.take(compile(&mut changes, &sources)),
    };
    tell_parts(&planner, &changes, &mut drift);
    let renames = renames(&planner, &changes);
    let mut plan = Plan {
        mode: planner.options.mode,
        changes,
        drift,
        outputs,
        steps: StepGraph::default(),
        prior,
        partial: planner.targeted.is_some(),
        errored: planner.faults.has_errors(),
        renames,
        checks: planner.world.checks.clone(),
        warnings: planner.faults,
        check_warnings: planner.check_warnings,
    };
    let Some(compiled) = compiled.filter(|_| !plan.errored) else {
        let mut faults = std::mem::take(&mut plan.warnings);
        faults.extend(std::mem::take(&mut plan.check_warnings));
        faults.0.sort_by_key(|fault| !fault.is_error());
        let partial = Some(Box::new(plan));
        return Err(Refused { faults, partial });
    };
    plan.steps = compiled.steps;
    Ok(Planned {
        plan,
        evaluator: planner.evaluator,
        world: planner.world,
        semantics: planner.semantics,
        providers: planner.providers,
        secrets: planner.secrets,
        late: planner.late.unknown,
        written: planner.written,
        node_used: planner.node_used,
        used,
        delete_first: planner.delete_first,
        refreshed,
        create_first: planner.create_first,
        dependencies: compiled.dependencies,
    })
}

/// What makes the state hold the data sources as they were read, and none that is not declared any more.
fn data_events(planner: &Planner, state: &State) -> Result<Vec<Event>, Diagnostics> {
    let mut events = Vec::new();
    if planner.evaluator.validating {
        return Ok(events);
    }
    for (addr, value) in &planner.data {
        let resource = addr.config();
        let (Some(info), Some(provider)) = (
            planner.semantics.type_info(&addr.resource),
            planner.provider_of(&resource),
        ) else {
            continue;
        };
        let (attributes, sensitive) = refresh::encode(value, &info.ty)?;
        let object = Object::ready(info.schema.version, attributes, sensitive);
        let instance = Instance {
            provider: Arc::from(provider.to_string()),
            current: Some(object),
            deposed: BTreeMap::new(),
        };
        if state.instances.get(addr) != Some(&instance) {
            events.push(Event::Put(addr.clone(), instance));
        }
    }
    let destroying = planner.options.mode == PlanMode::Destroy;
    let whole = planner.options.mode == PlanMode::Normal && planner.targeted.is_none();
    let stays = |addr: &InstanceAddr| {
        planner.visited.contains(addr) || planner.failed.contains(&ConfigNode::Resource(addr.config()))
    };
    let stored = state
        .instances
        .keys()
        .filter(|addr| addr.resource.mode == Mode::Data);
    // What is read only while applying is not known until then.
    let waits = |addr: &InstanceAddr| {
        let change = planner
            .change_index
            .get(addr)
            .and_then(|at| planner.changes.get(*at));
        change.is_some_and(|change| change.action == Action::Read) && !planner.data.contains_key(addr)
    };
    let gone = stored.filter(|addr| destroying || waits(addr) || (whole && !stays(addr)));
    events.extend(gone.map(|addr| Event::Remove(addr.clone())));
    Ok(events)
}

fn provisioned(config: &Config) -> BTreeSet<ConfigResource> {
    let mut found = BTreeSet::new();
    for (addr, module) in &config.modules {
        for resource in module.resources.values() {
            if resource.provisioners.iter().any(|one| !one.at_destroy) {
                found.insert(ConfigResource {
                    module: addr.clone(),
                    resource: resource.addr.clone(),
                });
            }
        }
    }
    found
}

/// Says of each difference what it is, attribute by attribute, and what the plan does about it.
fn tell_parts(planner: &Planner, changes: &[ResourceChange], drift: &mut Vec<Drift>) {
    for drifted in &mut *drift {
        let change = changes
            .binary_search_by(|change| (&change.addr, &change.deposed).cmp(&(&drifted.addr, &None)))
            .ok()
            .and_then(|at| changes.get(at));
        if !drifted.after.is_null() {
            let info = planner.semantics.type_info(&drifted.addr.resource);
            drifted.parts = deviations(
                info.map(|info| &info.schema.block),
                &drifted.before,
                &drifted.after,
                planner.written.get(&drifted.addr),
            );
        }
        drifted.span = planner.declared_at(&drifted.addr);
        drifted.answered = change.map_or(Answered::No, |change| answered(change, &drifted.parts));
    }
    // What differs in nothing but its spelling is as it was.
    drift.retain(|drifted| drifted.matters() || drifted.previous.is_some() || !drifted.parts.is_empty());
}

/// What seems to be renamed. Moves are for all or none of a plan, so a part of one has none.
fn renames(planner: &Planner, changes: &[ResourceChange]) -> Vec<Rename> {
    let whole = planner.options.mode == PlanMode::Normal && planner.targeted.is_none();
    if !whole || planner.evaluator.validating || planner.faults.has_errors() {
        return Vec::new();
    }
    let schema = |resource: &ResourceAddr| {
        let info = planner.semantics.type_info(resource);
        info.map(|info| &info.schema.block)
    };
    let known = renames::Known {
        schema: &schema,
        is_declared: &|target, whole| moves_check::is_declared(planner, target, whole),
    };
    renames::find(changes, &known)
}

/// A plan that only refreshes has no changes, so it tells moves as differences that it takes over.
fn tell_moves(planner: &Planner, drift: &mut Vec<Drift>) {
    for (addr, previous) in &planner.moved.previous {
        let known = drift.iter_mut().find(|drifted| drifted.addr == *addr);
        let prior = planner.priors.get(&(addr.clone(), None));
        match (known, prior.and_then(|prior| prior.now.clone())) {
            (Some(drifted), _) => drifted.previous = Some(previous.clone()),
            (None, Some(now)) => drift.push(Drift {
                addr: addr.clone(),
                previous: Some(previous.clone()),
                before: now.clone(),
                after: now,
                answered: Answered::No,
                parts: Vec::new(),
                span: None,
            }),
            (None, None) => {}
        }
    }
    drift.sort_by(|a, b| a.addr.cmp(&b.addr));
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
        let told = planner.prevented.contains(&addr);
        let unclear = !told && planner.failed.contains(&ConfigNode::Resource(addr.config()));
        let there = deposed.is_none() && (planner.visited.contains(&addr) || unclear);
        if out || addr.resource.mode == Mode::Data || there {
            continue;
        }
        let Some(prior) = planner.priors.get(&(addr.clone(), deposed.clone())) else {
            continue;
        };
        let Some(before) = prior.now.clone() else { continue };
        let provider = ProviderKey::parse(&prior.provider).provider;
        let removed = removed::of(&planner.evaluator.config, &addr);
        let forget = planner.options.mode == PlanMode::Normal
            && deposed.is_none()
            && removed.is_some_and(|removed| !removed.destroy)
            && declared(planner, &addr.config()).is_none();
        let reason = match planner.options.mode {
            PlanMode::Destroy => Reason::None,
            _ if deposed.is_some() => Reason::None,
            _ => orphan_reason(planner, &addr),
        };
        let declared = declared(planner, &addr.config())
            .map(|resource| (resource.span, resource.lifecycle.prevent_destroy.is_some()));
        if let Some((span, true)) = declared
            && deposed.is_none()
            && !told
        {
            planner.faults.push(prevented(&addr, span));
        }
        let (plain, _) = before.clone().unmark_deep();
        let (calls, faults) = match planner.semantics.get(&provider.name) {
            _ if forget => Default::default(),
            Some(semantics) => semantics.plan_delete(&addr.resource.type_name, &plain),
            None => Default::default(),
        };
        planner.secrets.add(&addr, &before);
        for fault in faults {
            let fault = planner.secrets.fault(&addr, fault);
            let mut diagnostic = if fault.warning {
                Diagnostic::warning(&codes::PROVIDER_WARNING, fault.detail)
            } else {
                Diagnostic::error(&codes::INVALID_ARGUMENT, fault.detail)
            };
            diagnostic.subject = declared.map(|(span, _)| span);
            planner
                .faults
                .push(diagnostic.summary(fault.summary).about(&addr));
        }
        let action = if forget { Action::Forget } else { Action::Delete };
        let after = Value::null(before.ty());
        let change = ResourceChange {
            deposed,
            reason,
            calls,
            span: declared.map(|(span, _)| span),
            ..ResourceChange::new(addr, provider, action, before, after)
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
        let moved = planner.moved.previous.contains_key(addr);
        return if moved {
            Reason::NoMoveTarget
        } else {
            Reason::NoResourceConfig
        };
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
            || planner.failed.contains(&node)
            || planner
                .targeted
                .as_ref()
                .is_some_and(|targeted| !targeted.has_node(&node))
            || planner.failed.contains(&node)
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
            (None, true) => Action::NoOp,
            (None, false) => Action::Create,
            (Some(_), true) => Action::Update,
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
