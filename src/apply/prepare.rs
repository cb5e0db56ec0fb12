//! Before a step's work: evaluating its configuration for good, and holding it against the plan.

use std::sync::Arc;

use crate::addr::{InstanceAddr, ModuleInstance};
use crate::config::{Provisioner, Resource};
use crate::diag::{Diagnostic, Diagnostics};
use crate::lang::{Decoded, decode_body};
use crate::plan::change::{Action, ResourceChange};
use crate::plan::codes;
use crate::plan::configure::configuration;

use crate::plan::ignore::keep_ignored;
use crate::plan::judge::{Judged, judge};
use crate::plan::merge;
use crate::plan::providers::{ProviderKey, TypeInfo, resolve_provider};
use crate::plan::provision::{Exec, evaluate as evaluate_exec};
use crate::plan::refresh::marked;
use crate::plan::removed;
use crate::plan::scope::Here;
use crate::plan::semantics::{Fault, Order, Proposal};
use crate::plan::steps::StepId;
use crate::state::{Object, Status, Subject};
use crate::value::{Path, Value};

use super::walker::{Walker, Work};

/// A bug message where the plan and what it was made from no longer fit together.
pub(super) fn out_of_step(addr: &InstanceAddr) -> Diagnostics {
    Diagnostic::error(
        &codes::NOT_AS_PLANNED,
        format!("The plan for {addr} does not fit the configuration that it was made from."),
    )
    .about(addr)
    .into()
}

/// What is wrong with conditions, if anything is.
fn all_hold(judged: Vec<Judged>) -> Result<(), Diagnostics> {
    let faults = Diagnostics(judged.into_iter().flat_map(|judged| judged.faults).collect());
    if faults.has_errors() { Err(faults) } else { Ok(()) }
}

impl Walker {
    pub(super) fn change(&self, at: usize) -> Option<&ResourceChange> {
        self.planned.plan.changes.get(at)
    }

    pub(super) fn declared(&self, addr: &InstanceAddr) -> Option<&Resource> {
        self.planned
            .evaluator
            .config
            .modules
            .get(&addr.module.config())?
            .resources
            .get(&addr.resource)
    }

    pub(super) fn type_info(&self, addr: &InstanceAddr) -> Option<Arc<TypeInfo>> {
        self.planned.semantics.type_info(&addr.resource).cloned()
    }

    pub(super) fn provider_key(&self, addr: &InstanceAddr) -> Option<ProviderKey> {
        let declared = self.declared(addr)?;
        Some(resolve_provider(
            &self.planned.evaluator.config,
            &addr.module.config(),
            &declared.provider,
        ))
    }

    /// What a provider is configured with that the plan left to apply; none if it is not one of these.
    ///
    /// # Errors
    /// Its block cannot be evaluated, or a value in it is still not known.
    pub fn late_configuration(&mut self, key: &ProviderKey) -> Option<Result<Value, Fault>> {
        if !self.planned.late.contains(key) {
            return None;
        }
        let refused =
            |detail: String| Fault::error(Path::root(), "The provider cannot be configured", detail);
        let (evaluator, world) = (&self.planned.evaluator, &self.planned.world);
        let found = configuration(evaluator, world, &self.planned.semantics, key);
        if let Ok(Some(found)) = &found {
            self.planned.secrets.add_everywhere(&found.marked);
        }
        let value = match found {
            Ok(Some(found)) if found.plain.is_wholly_known() => Ok(found.plain),
            Ok(Some(_)) => Err(refused(format!(
                "An argument of the provider \"{key}\" is still not known, for what it depends on is not done. Run apply \
                 again when that is done."
            ))),
            Ok(None) => Err(refused(format!("There is no provider {key}."))),
            Err(faults) => {
                let details: Vec<&str> = faults.iter().map(|fault| fault.detail.as_str()).collect();
                Err(refused(details.join("\n\n")))
            }
        };
        Some(value)
    }

    /// The object of the state that a step starts from, decoded.
    pub(super) fn stored(&self, addr: &InstanceAddr, deposed: Option<&Arc<str>>) -> Option<(Object, Value)> {
        let instance = self.state.instances.get(addr)?;
        let object = match deposed {
            None => instance.current.clone(),
            Some(key) => instance.deposed.get(key).cloned(),
        }?;
        let value = crate::value::json::decode(&object.attributes, &self.type_info(addr)?.ty).ok()?;
        Some((object, value))
    }

    fn here(&self, addr: &InstanceAddr) -> Here {
        let resource = self.planned.world.resource(&addr.module, &addr.resource);
        resource
            .map(|resource| Here::of(&resource.expansion, &addr.key))
            .unwrap_or_default()
    }

    fn evaluate_body(&self, addr: &InstanceAddr, info: &TypeInfo) -> Result<Decoded, Diagnostics> {
        let declared = self.declared(addr).ok_or_else(|| out_of_step(addr))?;
        let scope = self
            .planned
            .evaluator
            .scope(&self.planned.world, &addr.module)?
            .with(self.here(addr));
        all_hold(judge(
            &declared.lifecycle.preconditions,
            &scope,
            &addr.to_string(),
        ))?;
        let (decoded, faults) = decode_body(&declared.body, &info.schema.block, &scope);
        if faults.has_errors() {
            return Err(faults);
        }
        Ok(decoded)
    }

    /// Postconditions of an object that is now there.
    pub(super) fn postconditions(&self, addr: &InstanceAddr, object: &Value) -> Result<(), Diagnostics> {
        let Some(declared) = self.declared(addr) else {
            return Ok(());
        };
        if declared.lifecycle.postconditions.is_empty() {
            return Ok(());
        }
        let here = Here {
            own: Some(object.clone()),
            ..self.here(addr)
        };
        let scope = self
            .planned
            .evaluator
            .scope(&self.planned.world, &addr.module)?
            .with(here);
        all_hold(judge(
            &declared.lifecycle.postconditions,
            &scope,
            &addr.to_string(),
        ))
    }

    /// The order of a creation or update; none when what became known shows that the object is as it should be.
    pub(super) fn prepare_change(&mut self, id: StepId, at: usize) -> Result<Option<Work>, Diagnostics> {
        let Some(change) = self.change(at).cloned() else {
            return Err(Diagnostics::new());
        };
        let addr = &change.addr;
        let (Some(info), Some(provider)) = (self.type_info(addr), self.provider_key(addr)) else {
            return Err(out_of_step(addr));
        };
        let decoded = self.evaluate_body(addr, &info)?;
        self.planned
            .secrets
            .add(addr, &info.schema.block.mark_hidden(&decoded.value));
        let (config, mut marks) = decoded.value.unmark_deep_paths();
        marks.retain(|(path, _)| !info.schema.block.is_write_only(path));
        let stored = if change.action == Action::Update {
            self.stored(addr, None)
        } else {
            None
        };
        let (private, prior) = match stored {
            Some((object, value)) => (object.private, value),
            None => (None, Value::null(info.ty.clone())),
        };
        let fault = |detail: String| {
            let fault = Diagnostic::error(&codes::NOT_AS_PLANNED, detail).about(addr);
            Diagnostics::from(match change.span {
                Some(span) => fault.at(span),
                None => fault,
            })
        };
        let declared = self.declared(addr).ok_or_else(|| out_of_step(addr))?;
        let config = keep_ignored(
            &declared.lifecycle.ignore_changes,
            &info.schema.block,
            &prior,
            &config,
        );
        if !config.is_wholly_known() {
            return Err(fault(format!(
                "An argument of {addr} is still not known when the step comes to be done."
            )));
        }
        let type_name = &addr.resource.type_name;
        let proposed = merge::proposed(&info.schema.block, &prior, &config);
        let semantics = self
            .planned
            .semantics
            .get(&provider.provider.name)
            .ok_or_else(|| out_of_step(addr))?;
        let decision = semantics
            .plan(Proposal {
                type_name,
                prior: &prior,
                config: &config,
                proposed: &proposed,
            })
            .map_err(|faults| {
                let faults = faults.into_iter().map(|fault| {
                    let fault = self.planned.secrets.fault(addr, fault);
                    Diagnostic::error(&codes::INVALID_ARGUMENT, fault.detail)
                        .summary(fault.summary)
                        .about(addr)
                });
                crate::diag::Diagnostics(faults.collect())
            })?;
        let (promised, _) = change.after.clone().unmark_deep();
        if let Some(path) = merge::broken_promises(&promised, &decision.planned).first() {
            return Err(fault(format!(
                "The value of {addr}{path} is now another one than the plan showed, so nothing was changed by this \
                 step. Plan again and look at what is different."
            )));
        }
        if change.action == Action::Update && !decision.replace.is_empty() {
            return Err(fault(format!(
                "{addr} would have to be replaced, and the plan showed a change in place, so nothing was changed by this \
                 step. Plan again and look at what is different."
            )));
        }
        // An object on a platform may have suffered from what was done to others; then its provider has to look.
        let lives_here = !semantics.is_remote(type_name) && change.before.is_as_sensitive_as(&change.after);
        if lives_here && change.action == Action::Update && decision.planned == prior {
            let object = info.schema.block.with_marks(prior, marks);
            self.planned.world.set_object(addr, object.clone());
            return self.postconditions(addr, &object).map(|()| None);
        }
        self.marks.insert(id, marks);
        self.promised.insert(id, decision.planned.clone());
        let order = Order {
            type_name: Arc::clone(type_name),
            prior,
            planned: decision.planned,
            config,
            private,
        };
        let subject = Subject {
            addr: addr.clone(),
            deposed: None,
        };
        self.intend(id, subject, &provider, &order, &decision.calls)?;
        Ok(Some(Work::Apply {
            provider,
            order: Box::new(order),
            before: Vec::new(),
        }))
    }

    /// The commands of a creation.
    pub(super) fn prepare_provision(&mut self, id: StepId, at: usize) -> Result<Work, Diagnostics> {
        let Some(addr) = self.change(at).map(|change| change.addr.clone()) else {
            return Err(Diagnostics::new());
        };
        let own = self.planned.world.object(&addr).cloned();
        let here = Here {
            own,
            ..self.here(&addr)
        };
        let declared = self
            .declared(&addr)
            .map_or(&[][..], |declared| &declared.provisioners);
        let execs = self.execs_of(&addr, declared.iter().filter(|one| !one.at_destroy), &here)?;
        self.execs.insert(id, execs.clone());
        Ok(Work::Run(execs))
    }

    fn execs_of<'a>(
        &self,
        addr: &InstanceAddr,
        provisioners: impl Iterator<Item = &'a Provisioner>,
        here: &Here,
    ) -> Result<Vec<Exec>, Diagnostics> {
        let mut execs = Vec::new();
        for provisioner in provisioners {
            let root = ModuleInstance::root();
            let evaluator = &self.planned.evaluator;
            // The module may be gone; a command of the destruction refers to its object alone.
            let scope = match evaluator.scope(&self.planned.world, &addr.module) {
                Ok(scope) => scope,
                Err(_) => evaluator.scope(&self.planned.world, &root)?,
            };
            let scope = scope.with(here.clone());
            execs.push(evaluate_exec(provisioner, &scope)?.ok_or_else(|| out_of_step(addr))?);
        }
        Ok(execs)
    }

    /// The commands of a destruction: of the resource block, or of the block that says that it was removed. An
    /// object that was half made has none to undo.
    fn execs_before_delete(
        &self,
        addr: &InstanceAddr,
        object: &Object,
        value: &Value,
    ) -> Result<Vec<Exec>, Diagnostics> {
        if object.status == Status::Tainted {
            return Ok(Vec::new());
        }
        let removed =
            || removed::of(&self.planned.evaluator.config, addr).map(|removed| &*removed.provisioners);
        let declared = self.declared(addr).map(|declared| &*declared.provisioners);
        let provisioners = declared.or_else(removed).unwrap_or_default();
        let own = self
            .type_info(addr)
            .map(|info| marked(value.clone(), &object.sensitive, &info.schema));
        let here = Here {
            key: addr.key.clone(),
            own,
            ..Here::default()
        };
        self.execs_of(addr, provisioners.iter().filter(|one| one.at_destroy), &here)
    }

    /// The id that a change's object is imported by.
    pub(super) fn import_id(&self, at: usize) -> Option<Arc<str>> {
        self.change(at)?.importing.clone()
    }

    /// The order of a deletion; none when the object is gone already.
    pub(super) fn prepare_delete(
        &mut self,
        id: StepId,
        at: usize,
        deposed: Option<&Arc<str>>,
    ) -> Result<Option<Work>, Diagnostics> {
        let Some(change) = self.change(at) else {
            return Ok(None);
        };
        let addr = change.addr.clone();
        let Some((object, prior)) = self.stored(&addr, deposed) else {
            return Ok(None);
        };
        let key = self
            .state
            .instances
            .get(&addr)
            .map(|instance| ProviderKey::parse(&instance.provider));
        let provider = key.ok_or_else(|| out_of_step(&addr))?;
        let before = match deposed {
            None => self.execs_before_delete(&addr, &object, &prior)?,
            Some(_) => Vec::new(),
        };
        self.execs.insert(id, before.clone());
        let null = Value::null(prior.ty());
        let order = Order {
            type_name: Arc::clone(&addr.resource.type_name),
            prior,
            planned: null.clone(),
            config: null,
            private: object.private,
        };
        let semantics = self.planned.semantics.get(&provider.provider.name);
        let calls = semantics
            .map(|semantics| semantics.plan_delete(&order.type_name, &order.prior).0)
            .unwrap_or_default();
        let subject = Subject {
            addr,
            deposed: deposed.cloned(),
        };
        self.intend(id, subject, &provider, &order, &calls)?;
        Ok(Some(Work::Apply {
            provider,
            order: Box::new(order),
            before,
        }))
    }

    /// The read of a data source.
    pub(super) fn prepare_read(&mut self, id: StepId, at: usize) -> Result<Work, Diagnostics> {
        let Some(change) = self.change(at) else {
            return Err(Diagnostics::new());
        };
        let addr = change.addr.clone();
        let (Some(info), Some(provider)) = (self.type_info(&addr), self.provider_key(&addr)) else {
            return Err(out_of_step(&addr));
        };
        let decoded = self.evaluate_body(&addr, &info)?;
        self.planned
            .secrets
            .add(&addr, &info.schema.block.mark_hidden(&decoded.value));
        let (config, marks) = decoded.value.unmark_deep_paths();
        if !config.is_wholly_known() {
            return Err(out_of_step(&addr));
        }
        self.marks.insert(id, marks);
        Ok(Work::ReadData {
            provider,
            type_name: Arc::clone(&addr.resource.type_name),
            config,
        })
    }
}
