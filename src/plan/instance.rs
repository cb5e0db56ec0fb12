//! Planning one resource: its expansion, and for each instance what has to change and why.
//!
//! The order of thoughts: evaluate the configuration, let the provider validate it, merge it with what there
//! is, ask the provider what the change comes to, and name the action. Steps and their order are `compile`'s.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceAddr, InstanceKey, Mode, ModuleInstance};
use crate::config::Resource;
use crate::diag::{Diagnostic, Diagnostics};
use crate::graph::ConfigNode;
use crate::lang::{Decoded, decode_body};
use crate::source::Span;
use crate::value::{Marks, Path, Value};

use super::change::{Action, PlanMode, Reason, ResourceChange};
use super::checks::{Checkable, Checked, Status};
use super::codes;
use super::conditions::{conditions, judge_for, postconditions};
use super::decision::{Forced, contradicted, decide};
use super::drift::place as span_at;
use super::evaluate::Used;
use super::expansion::{expand, prevent_orphans, warn_of_replace};
use super::ignore::{self, keep_ignored};
use super::import;
use super::merge;
use super::planner::{Planner, no_type};
use super::providers::{ProviderKey, TypeInfo};
use super::provision::evaluate as evaluate_exec;
use super::scope::Here;
use super::semantics::{Decision, Fault, Semantics};
use super::together::{Peer, without_ignored};
use super::world::Expansion;

/// Plans a `resource` or `data` block in all instances of its module.
pub(super) fn plan_resource(planner: &mut Planner, resource: &ConfigResource) {
    let config = Arc::clone(&planner.evaluator.config);
    let declared = config
        .modules
        .get(&resource.module)
        .and_then(|module| module.resources.get(&resource.resource));
    let Some(declared) = declared else { return };
    let Some(info) = planner.semantics.type_info(&resource.resource).cloned() else {
        let fault = no_type(&planner.semantics, &resource.resource).at(declared.span);
        return planner.faults.push(fault);
    };
    let Some(provider) = planner.provider_of(resource) else {
        return;
    };
    let Some(semantics) = planner.semantics.get(&provider.provider.name).cloned() else {
        return;
    };
    planner.faults.extend(ignore::check(declared, &info.schema.block));
    let context = Context {
        resource,
        declared,
        info,
        provider,
        semantics,
    };
    planner
        .world
        .checks
        .expanded(&Checkable::Resource(resource.clone()));
    let expanded = expand(planner, &context);
    if import::of_nothing(planner, resource, &expanded) {
        return;
    }
    for (module, expansion, used) in expanded {
        // Validation looks at any one instance, whatever their number.
        let keys = match &expansion {
            Expansion::Unknown => vec![InstanceKey::None],
            known => known.keys(),
        };
        warn_of_replace(planner, &module, context.resource, &keys);
        for key in keys {
            let here = Here::of(&expansion, &key);
            plan_instance(planner, &context, &module, key, here, used.clone());
        }
    }
    prevent_orphans(planner, &context);
}

/// A block and what it takes to plan it.
pub(super) struct Context<'a> {
    pub(super) resource: &'a ConfigResource,
    pub(super) declared: &'a Resource,
    pub(super) info: Arc<TypeInfo>,
    pub(super) provider: ProviderKey,
    pub(super) semantics: Arc<dyn Semantics>,
}

fn plan_instance(
    planner: &mut Planner,
    context: &Context<'_>,
    module: &ModuleInstance,
    key: InstanceKey,
    here: Here,
    mut used: Used,
) {
    let addr = InstanceAddr {
        module: module.clone(),
        resource: context.resource.resource.clone(),
        key,
    };
    planner.visited.insert(addr.clone());
    if planner
        .targeted
        .as_ref()
        .is_some_and(|targeted| !targeted.has_instance(&addr))
    {
        let (of, one) = (
            Checkable::Resource(addr.config()),
            Checked::Resource(addr.clone()),
        );
        planner.world.checks.note(&of, one, Status::Unknown, None);
        return keep_as_is(planner, context, addr);
    }
    if planner.options.mode == PlanMode::RefreshOnly && addr.resource.mode == Mode::Managed {
        return only_refresh(planner, context, addr, here);
    }
    let evaluated = evaluate_instance(planner, context, &addr, here.clone(), &mut used);
    planner.add_static_needs(&ConfigNode::Resource(context.resource.clone()), &mut used);
    if planner.evaluator.validating {
        let faults = validate_provisioners(planner, context, module, &here);
        planner.faults.extend(faults);
    }
    let decoded = match evaluated {
        Ok(decoded) => decoded,
        Err(faults) => {
            planner
                .faults
                .extend(faults.into_iter().map(|fault| fault.about(&addr)));
            return;
        }
    };
    let block = &context.info.schema.block;
    planner.secrets.add(&addr, &block.mark_hidden(&decoded.value));
    let (config, mut marks) = decoded.value.clone().unmark_deep_paths();
    // What is write-only is nowhere but in the configuration.
    marks.retain(|(path, _)| !block.is_write_only(path));
    let stored = marks.iter().find(|(_, marks)| marks.is_ephemeral());
    if let Some((path, _)) = stored {
        let fault = Diagnostic::error(
            &codes::EPHEMERAL_STORED,
            "The value is ephemeral, but an argument of a resource is stored in the state. Take a value that is not \
             ephemeral.",
        );
        let at = span_at(&decoded.spans, path).unwrap_or(context.declared.span);
        return planner.faults.push(fault.at(at).about(&addr));
    }
    if let Some(path) = config.infinite() {
        let fault = Diagnostic::error(
            &codes::INFINITE,
            "The value is or holds an infinite number, and an argument of a resource is stored in the state, which has \
             no form for it. Take a number that is finite.",
        );
        let at = span_at(&decoded.spans, &path).unwrap_or(context.declared.span);
        return planner.faults.push(fault.at(at).about(&addr));
    }
    let faults = match addr.resource.mode {
        Mode::Managed => context
            .semantics
            .validate_resource(&addr.resource.type_name, &config),
        Mode::Data => context.semantics.validate_data(&addr.resource.type_name, &config),
    };
    if planner.report(faults, &decoded.spans, context.declared.span, Some(&addr)) {
        return;
    }
    match addr.resource.mode {
        Mode::Data => plan_data(planner, context, addr, decoded.value, used),
        Mode::Managed => plan_managed(planner, context, addr, here, &decoded, &config, &marks, used),
    }
}

/// An instance that this plan leaves alone: its object is what it was.
fn keep_as_is(planner: &mut Planner, context: &Context<'_>, addr: InstanceAddr) {
    let prior = planner
        .priors
        .get(&(addr.clone(), None))
        .and_then(|prior| prior.now.clone());
    let object = prior.unwrap_or_else(|| Value::unknown(context.info.ty.clone()));
    planner.world.set_object(&addr, object);
}

/// An instance whose object is only read again; its conditions are remarked upon.
fn only_refresh(planner: &mut Planner, context: &Context<'_>, addr: InstanceAddr, here: Here) {
    conditions(
        planner,
        &context.declared.lifecycle.preconditions,
        &addr,
        here.clone(),
    );
    planner.look_at_written(&addr, context.declared, &context.info.schema.block, here.clone());
    keep_as_is(planner, context, addr.clone());
    let here = Here {
        own: planner.world.object(&addr).cloned(),
        ..here
    };
    postconditions(planner, context.declared, &addr, here);
}

fn evaluate_instance(
    planner: &mut Planner,
    context: &Context<'_>,
    addr: &InstanceAddr,
    here: Here,
    used: &mut Used,
) -> Result<Decoded, Diagnostics> {
    let scope = planner.evaluator.scope(&planner.world, &addr.module)?.with(here);
    let preconditions = &context.declared.lifecycle.preconditions;
    let judged = judge_for(planner, preconditions, &scope, addr);
    let failed = judged.iter().any(|judged| judged.faults.has_errors());
    let decoded = if failed {
        None
    } else {
        Some(decode_body(
            &context.declared.body,
            &context.info.schema.block,
            &scope,
        ))
    };
    used.extend(scope.into_used());
    let of = Checkable::Resource(context.resource.clone());
    let faults = planner.world.note(&of, &Checked::Resource(addr.clone()), judged);
    let Some((decoded, faults)) = decoded else {
        return Err(faults);
    };
    if faults.has_errors() {
        Err(faults)
    } else {
        Ok(decoded)
    }
}

fn validate_provisioners(
    planner: &Planner,
    context: &Context<'_>,
    module: &ModuleInstance,
    here: &Here,
) -> Diagnostics {
    let mut found = Diagnostics::new();
    let here = Here {
        own: Some(Value::unknown(context.info.ty.clone())),
        ..here.clone()
    };
    for provisioner in &context.declared.provisioners {
        let scope = planner.evaluator.scope(&planner.world, module);
        found.take_all(scope.and_then(|scope| evaluate_exec(provisioner, &scope.with(here.clone()))));
    }
    found
}

fn plan_data(planner: &mut Planner, context: &Context<'_>, addr: InstanceAddr, config: Value, used: Used) {
    let waits = used.iter().any(|need| planner.is_pending(need));
    let (plain, marks) = config.unmark_deep_paths();
    let late = planner.late.unknown.contains(&context.provider);
    let known = plain.is_wholly_known() && !waits && (!late || planner.evaluator.validating);
    if known {
        planner.data_marks.insert(addr.clone(), marks.clone());
        planner.ask_data(addr.clone(), context.provider.clone(), plain.clone());
        // What a check reads for itself is read again when the check is judged again.
        if context.declared.check.is_none() || planner.evaluator.validating {
            return;
        }
    }
    let none = Value::null(context.info.ty.clone());
    let block = &context.info.schema.block;
    let after = block.with_marks(merge::proposed(block, &none, &plain), marks);
    planner.world.set_object(&addr, after.clone());
    let reason = match () {
        () if known => Reason::CheckNested,
        () if plain.is_wholly_known() => Reason::DependencyPending,
        () => Reason::ConfigUnknown,
    };
    let change = ResourceChange {
        reason,
        ..change(context, addr, Action::Read, none, after)
    };
    planner.push_change(change, used);
}

#[allow(clippy::too_many_arguments)]
fn plan_managed(
    planner: &mut Planner,
    context: &Context<'_>,
    addr: InstanceAddr,
    here: Here,
    decoded: &Decoded,
    config: &Value,
    marks: &[(Path, Marks)],
    used: Used,
) {
    let none = Value::null(context.info.ty.clone());
    import::respell(planner, context, &addr, config, marks);
    let prior = planner.priors.get(&(addr.clone(), None));
    let tainted = prior.is_some_and(|prior| prior.record.status == crate::state::Status::Tainted);
    let deleted_outside = prior.is_some_and(|prior| prior.now.is_none());
    let before = prior
        .and_then(|prior| prior.now.clone())
        .unwrap_or_else(|| none.clone());
    planner.secrets.add(&addr, &before);
    let (plain_before, _) = before.clone().unmark_deep();
    let ignored = &context.declared.lifecycle.ignore_changes;
    let kept = keep_ignored(ignored, &context.info.schema.block, &plain_before, config);
    if context.semantics.is_shared(&addr.resource.type_name) {
        planner.peers.push(Peer {
            addr: addr.clone(),
            provider: context.provider.clone(),
            config: without_ignored(ignored, &context.info.schema.block, config),
            spans: decoded.spans.clone(),
            block: context.declared.span,
        });
    }
    let request = planner.options.replace.contains(&addr);
    let trigger = match planner.is_triggered(&addr, &context.declared.lifecycle.replace_triggered_by) {
        Ok(trigger) => trigger,
        Err(fault) => return planner.faults.push(fault),
    };
    let forced = Forced {
        tainted,
        request,
        trigger,
    };
    let decided = decide(context, &plain_before, (&kept, config), forced);
    let (decision, replaces) = match decided {
        Ok(decided) => decided,
        Err(faults) => {
            planner.report(faults, &decoded.spans, context.declared.span, Some(&addr));
            return;
        }
    };
    planner.report(
        decision.faults.clone(),
        &decoded.spans,
        context.declared.span,
        Some(&addr),
    );
    if let Some(path) = merge::contradictions(
        &context.info.schema.block,
        &plain_before,
        if replaces { config } else { &kept },
        &decision.planned,
    )
    .first()
    {
        return planner
            .faults
            .push(contradicted(&addr, path, context.declared.span));
    }
    let after = context
        .info
        .schema
        .block
        .with_marks(decision.planned.clone(), marks.to_vec());
    let action = match () {
        () if plain_before.is_null() => Action::Create,
        () if replaces => planner.replacement(&addr, context.declared, &decision),
        () if decision.planned == plain_before && before.is_as_sensitive_as(&after) => Action::NoOp,
        () => Action::Update,
    };
    if deleted_outside
        || matches!(action, Action::Update)
        || action.is_replace()
        || planner.has_drifted(&addr)
    {
        planner.note_written(&addr, &context.info.schema.block, decoded.clone());
    }
    let reason = forced.reason(action, deleted_outside);
    // A tainted object goes whatever differs.
    let replace_paths = if tainted { Vec::new() } else { decision.replace };
    let mut calls = decision.calls;
    if action.is_replace() {
        let (gone, faults) = context
            .semantics
            .plan_delete(&addr.resource.type_name, &plain_before);
        planner.report(faults, &BTreeMap::new(), context.declared.span, Some(&addr));
        calls.splice(0..0, gone);
        if context.declared.lifecycle.prevent_destroy.is_some() {
            planner.faults.push(prevented(&addr, context.declared.span));
        }
    }
    if action == Action::NoOp {
        calls.clear();
    }
    let here = Here {
        own: Some(after.clone()),
        ..here
    };
    // What a provider would plan for a new object is no fact for validation: the object may be there already.
    let seen = if planner.evaluator.validating {
        merge::proposed(&context.info.schema.block, &none, &decoded.value)
    } else {
        after.clone()
    };
    planner.world.set_object(&addr, seen);
    postconditions(planner, context.declared, &addr, here);
    let change = ResourceChange {
        reason,
        replace_paths,
        calls,
        ..change(context, addr, action, before, after)
    };
    planner.push_change(change, used);
}

fn change(
    context: &Context<'_>,
    addr: InstanceAddr,
    action: Action,
    before: Value,
    after: Value,
) -> ResourceChange {
    ResourceChange {
        span: Some(context.declared.span),
        ..ResourceChange::new(addr, context.provider.provider.clone(), action, before, after)
    }
}

/// The error of an object that must stay but would go.
pub(super) fn prevented(addr: &InstanceAddr, span: Span) -> Diagnostic {
    Diagnostic::error(
        &codes::PREVENT_DESTROY,
        format!(
            "The plan would destroy {addr}, but its lifecycle says prevent_destroy = true. Take this line out if the \
             object may go; otherwise undo the change that makes it go, or leave it out of the plan with -target."
        ),
    )
    .at(span)
    .about(addr)
}

impl Planner {
    /// Keeps a change with what it was made from.
    pub(super) fn push_change(&mut self, mut change: ResourceChange, used: Used) {
        // Where something lay that goes anyway is of no interest.
        if self.options.mode != PlanMode::Destroy {
            change.previous = self.moved.previous.get(&change.addr).cloned();
        }
        if change.deposed.is_none() {
            change.importing = self.importing.get(&change.addr).cloned();
        }
        // The provider saw bare values, and its calls are shown.
        self.secrets.add(&change.addr, &change.before);
        self.secrets.add(&change.addr, &change.after);
        self.secrets.hide(&change.addr, &mut change.calls);
        self.changes_by_resource
            .entry(change.addr.config())
            .or_default()
            .push(self.changes.len());
        self.change_index.insert(change.addr.clone(), self.changes.len());
        self.changes.push(change);
        self.used.push(used);
    }

    /// Tells a provider's faults at the arguments they are about. Whether any is an error.
    pub(super) fn report(
        &mut self,
        faults: Vec<Fault>,
        spans: &BTreeMap<Path, Span>,
        block: Span,
        addr: Option<&InstanceAddr>,
    ) -> bool {
        let hidden = |fault| match addr {
            Some(addr) => self.secrets.fault(addr, fault),
            None => fault,
        };
        let faults = faults.into_iter().map(hidden).collect();
        let found = placed(faults, spans, block, addr);
        let failed = found.has_errors();
        self.faults.extend(found);
        failed
    }

    /// Which way a replacement goes.
    fn replacement(&mut self, addr: &InstanceAddr, declared: &Resource, decision: &Decision) -> Action {
        if decision.delete_first {
            if declared.lifecycle.create_before_destroy == Some(true) {
                self.faults.push(
                    Diagnostic::warning(
                        &codes::DELETE_FIRST,
                        format!("The name of {addr} must be free before the new object can be made, so it is deleted first."),
                    )
                    .at(declared.span)
                    .about(addr),
                );
            }
            self.delete_first.insert(addr.clone());
            return Action::DeleteThenCreate;
        }
        if self.create_first.contains(&addr.config()) {
            Action::CreateThenDelete
        } else {
            Action::DeleteThenCreate
        }
    }
}

/// A provider's faults as diagnostics at the arguments they are about.
pub(super) fn placed(
    faults: Vec<Fault>,
    spans: &BTreeMap<Path, Span>,
    block: Span,
    addr: Option<&InstanceAddr>,
) -> Diagnostics {
    let place = |fault: Fault| {
        let subject = span_at(spans, &fault.path).unwrap_or(block);
        let diagnostic = match fault.warning {
            true => Diagnostic::warning(&codes::PROVIDER_WARNING, fault.detail),
            false => Diagnostic::error(&codes::INVALID_ARGUMENT, fault.detail),
        };
        let diagnostic = diagnostic.summary(fault.summary).at(subject).within(block);
        match addr {
            Some(addr) => diagnostic.about(addr),
            None => diagnostic,
        }
    };
    Diagnostics(faults.into_iter().map(place).collect())
}
