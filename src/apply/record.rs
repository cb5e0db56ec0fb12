//! After a step's work: what its outcome means for the values and the state.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::InstanceAddr;
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::change::Action;
use crate::plan::codes;
use crate::plan::merge;
use crate::plan::providers::TypeInfo;
use crate::plan::provision::{Failure, failed};
use crate::plan::refresh::encode;
use crate::plan::semantics::{Applied, Fault};
use crate::plan::steps::{StepId, StepKind};
use crate::state::{Event, Instance, Object, Status};
use crate::value::{Path, Value};

use super::prepare::out_of_step;
use super::walker::Walker;

impl Walker {
    /// A creation or update came to this.
    pub(super) fn changed(&mut self, id: StepId, at: usize, applied: Applied) -> Result<(), Diagnostics> {
        let Some(change) = self.change(at).cloned() else {
            return Ok(());
        };
        let addr = &change.addr;
        let Some(info) = self.type_info(addr) else {
            return Err(out_of_step(addr));
        };
        self.note(addr, &applied.notes);
        let marks = self.marks.remove(&id).unwrap_or_default();
        let promised = self.promised.remove(&id);
        if applied.state.is_null() {
            if change.action == Action::CreateThenDelete {
                self.restore(at);
            }
            if change.action == Action::Update && applied.error.is_none() {
                self.put_current(addr, None);
            }
            return Err(self.failure(addr, applied.error));
        }
        let object = info.schema.block.with_marks(applied.state.clone(), marks);
        let updating = change.action == Action::Update;
        let status = match (&applied.error, updating) {
            // What its commands are still to do something to is half made.
            (None, false) if self.goes_on(id) => Status::Tainted,
            (None, _) => Status::Ready,
            (Some(_), false) => Status::Tainted,
            (Some(_), true) => self
                .stored(addr, None)
                .map_or(Status::Ready, |(object, _)| object.status),
        };
        let record = self.record(addr, &object, &info, status, applied.private)?;
        self.put_current(addr, Some(record));
        self.planned.world.set_object(addr, object.clone());
        if applied.error.is_some() {
            return Err(self.failure(addr, applied.error));
        }
        if let Some(path) = promised.and_then(|promised| {
            merge::broken_promises(&promised, &applied.state)
                .into_iter()
                .next()
        }) {
            return Err(Diagnostic::error(
                &codes::PROVIDER_BUG,
                format!(
                    "{addr}{path} came out with another value than the provider had planned. This is a bug of the \
                     provider; please report it. The state holds what came out."
                ),
            )
            .about(addr)
            .into());
        }
        self.postconditions(addr, &object)
    }

    /// The commands of a creation came to this.
    pub(super) fn provisioned(
        &mut self,
        id: StepId,
        at: usize,
        result: Result<(), (usize, Failure)>,
    ) -> Result<(), Diagnostics> {
        if let Err((which, failure)) = result {
            return Err(self.exec_failed(id, at, which, &failure));
        }
        if let Some(addr) = self.change(at).map(|change| change.addr.clone()) {
            self.edit(&addr, |instance| {
                if let Some(object) = &mut instance.current {
                    object.status = Status::Ready;
                }
            });
        }
        Ok(())
    }

    /// The error of a command.
    pub(super) fn exec_failed(&self, id: StepId, at: usize, which: usize, failure: &Failure) -> Diagnostics {
        let exec = self.execs.get(&id).and_then(|execs| execs.get(which));
        let (Some(exec), Some(change)) = (exec, self.change(at)) else {
            return Diagnostics::new();
        };
        failed(exec, failure).about(&change.addr).into()
    }

    /// An object that was found comes into the state.
    pub(super) fn adopted(&mut self, at: usize) -> Result<(), Diagnostics> {
        let Some(change) = self.change(at).cloned() else {
            return Ok(());
        };
        let info = self
            .type_info(&change.addr)
            .ok_or_else(|| out_of_step(&change.addr))?;
        let mut record = self.record(&change.addr, &change.before, &info, Status::Ready, None)?;
        // It says how an object was made, and this one was only found.
        record.create_before_destroy = false;
        self.put_current(&change.addr, Some(record));
        Ok(())
    }

    /// Takes an object back that was set aside for one that could not be made.
    fn restore(&mut self, at: usize) {
        let kinds = self.planned.plan.steps.steps.iter().map(|step| &step.kind);
        let mut keys = kinds.filter_map(|kind| match kind {
            StepKind::Depose(of, key) if *of == at => Some(Arc::clone(key)),
            _ => None,
        });
        let (Some(key), Some(addr)) = (keys.next(), self.change(at).map(|change| change.addr.clone())) else {
            return;
        };
        self.edit(&addr, |instance| {
            if instance.current.is_none() {
                instance.current = instance.deposed.remove(&key);
            }
        });
    }

    /// A deletion came to this.
    pub(super) fn deleted(
        &mut self,
        at: usize,
        deposed: Option<&Arc<str>>,
        applied: Applied,
    ) -> Result<(), Diagnostics> {
        let Some(change) = self.change(at) else {
            return Ok(());
        };
        let addr = change.addr.clone();
        self.note(&addr, &applied.notes);
        if applied.error.is_some() {
            return Err(self.failure(&addr, applied.error));
        }
        match deposed {
            None => self.put_current(&addr, None),
            Some(key) => self.edit(&addr, |instance| {
                instance.deposed.remove(key);
            }),
        }
        Ok(())
    }

    /// A data source came to this.
    pub(super) fn data_read(
        &mut self,
        id: StepId,
        at: usize,
        result: Result<Value, Fault>,
    ) -> Result<(), Diagnostics> {
        let marks = self.marks.remove(&id).unwrap_or_default();
        let Some(change) = self.change(at) else {
            return Ok(());
        };
        let addr = change.addr.clone();
        let Some(info) = self.type_info(&addr) else {
            return Err(out_of_step(&addr));
        };
        match result {
            Ok(value) => {
                let object = info.schema.block.with_marks(value, marks);
                self.planned.world.set_object(&addr, object.clone());
                let record = self.record(&addr, &object, &info, Status::Ready, None)?;
                self.put_current(&addr, Some(record));
                self.postconditions(&addr, &object)
            }
            Err(fault) => {
                let mut faults = self.failure(&addr, Some(fault));
                if self
                    .declared(&addr)
                    .is_none_or(|declared| declared.check.is_none())
                {
                    return Err(faults);
                }
                // What a check reads for itself is a matter of the check, which only warns.
                for fault in &mut faults.0 {
                    fault.severity = crate::diag::Severity::Warning;
                }
                self.faults.extend(faults);
                Ok(())
            }
        }
    }

    /// Sets the current object aside.
    pub(super) fn depose(&mut self, at: usize, key: &Arc<str>) {
        let Some(addr) = self.change(at).map(|change| change.addr.clone()) else {
            return;
        };
        self.edit(&addr, |instance| {
            if let Some(object) = instance.current.take() {
                instance.deposed.insert(Arc::clone(key), object);
            }
        });
    }

    /// Drops an instance from the state.
    pub(super) fn forget(&mut self, at: usize) {
        if let Some(addr) = self.change(at).map(|change| change.addr.clone()) {
            self.put_current(&addr, None);
        }
    }

    fn record(
        &self,
        addr: &InstanceAddr,
        object: &Value,
        info: &TypeInfo,
        status: Status,
        private: Option<Arc<str>>,
    ) -> Result<Object, Diagnostics> {
        Ok(self.object(addr, info, encode(object, &info.ty)?, status, private))
    }

    /// An object of the state with what the configuration says of it beside its attributes.
    pub(super) fn object(
        &self,
        addr: &InstanceAddr,
        info: &TypeInfo,
        (attributes, sensitive): (Arc<str>, Vec<Path>),
        status: Status,
        private: Option<Arc<str>>,
    ) -> Object {
        Object {
            status,
            schema_version: info.schema.version,
            attributes,
            sensitive,
            private,
            dependencies: self.planned.dependencies.get(addr).cloned().unwrap_or_default(),
            create_before_destroy: self.planned.create_first.contains(&addr.config()),
        }
    }

    fn put_current(&mut self, addr: &InstanceAddr, object: Option<Object>) {
        self.edit(addr, |instance| instance.current = object);
    }

    fn edit(&mut self, addr: &InstanceAddr, change: impl FnOnce(&mut Instance)) {
        let provider = || {
            self.provider_key(addr)
                .map_or_else(|| Arc::from(""), |key| Arc::from(key.to_string()))
        };
        let mut instance = match self.state.instances.get(addr) {
            Some(instance) => instance.clone(),
            None => Instance {
                provider: provider(),
                current: None,
                deposed: BTreeMap::new(),
            },
        };
        change(&mut instance);
        if instance.current.is_none() && instance.deposed.is_empty() {
            self.emit(Event::Remove(addr.clone()));
        } else {
            self.emit(Event::Put(addr.clone(), instance));
        }
    }

    fn note(&mut self, addr: &InstanceAddr, notes: &[Fault]) {
        for note in notes {
            let note = self.planned.secrets.fault(addr, note.clone());
            let note = Diagnostic::warning(&codes::STEP_REMARK, note.detail).summary(note.summary);
            self.faults.push(note.about(addr));
        }
    }

    pub(super) fn failure(&self, addr: &InstanceAddr, fault: Option<Fault>) -> Diagnostics {
        let fault = fault.unwrap_or_else(|| {
            Fault::error(
                Path::root(),
                "The object is gone",
                "The provider reported success, but there is no object.",
            )
        });
        let fault = self.planned.secrets.fault(addr, fault);
        let diagnostic = Diagnostic::error(&codes::STEP_FAILED, fault.detail)
            .summary(fault.summary)
            .about(addr);
        Diagnostics::from(match self.declared(addr) {
            Some(declared) => diagnostic.at(declared.span),
            None => diagnostic,
        })
    }
}
