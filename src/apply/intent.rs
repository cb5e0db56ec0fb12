//! Intents: what is written down before a step makes its first call.
//!
//! The event that tells an intent comes out of the walker together with the step's work, and so is durable before
//! the work starts. It ends with the outcome, unless nobody knows that. Objects that live in the state alone need
//! none: without an outcome nothing was done to them.

use std::sync::Arc;

use crate::addr::InstanceAddr;
use crate::diag::Diagnostics;
use crate::plan::providers::ProviderKey;
use crate::plan::refresh::encode;
use crate::plan::semantics::{Order, PlannedCall};
use crate::plan::steps::{StepId, StepKind};
use crate::state::{Deed, Event, Object, Pending, Status, Subject, record};

use super::prepare::out_of_step;
use super::walker::{Walker, Work};

impl Walker {
    /// The object that a step works on.
    pub(super) fn subject(&self, kind: &StepKind) -> Option<Subject> {
        let deposed = match kind {
            StepKind::Create(_) | StepKind::Update(_) => None,
            StepKind::Delete(_, deposed) => deposed.clone(),
            _ => return None,
        };
        let addr = self.change(kind.change()?)?.addr.clone();
        Some(Subject { addr, deposed })
    }

    /// Whether an order makes calls, so that its object lives elsewhere too.
    fn is_remote(&self, provider: &ProviderKey, order: &Order) -> bool {
        let semantics = self.planned.semantics.get(&provider.provider.name);
        semantics.is_some_and(|semantics| semantics.is_remote(&order.type_name))
    }

    /// Whether some work touches nothing but the state: it makes no call, runs no command and reads nothing.
    pub fn stays_inside(&self, work: &Work) -> bool {
        match work {
            Work::Apply {
                provider,
                order,
                before,
            } => before.is_empty() && !self.is_remote(provider, order),
            // What was found is written into the state, and was read when planning.
            Work::Adopt(_) => true,
            Work::Run(_) | Work::ReadData { .. } => false,
        }
    }

    /// Writes down what a step is about to do.
    pub(super) fn intend(
        &mut self,
        id: StepId,
        subject: Subject,
        provider: &ProviderKey,
        order: &Order,
        calls: &[PlannedCall],
    ) -> Result<(), Diagnostics> {
        if !self.is_remote(provider, order) {
            return Ok(());
        }
        let deed = match (order.prior.is_null(), order.planned.is_null()) {
            (true, _) => Deed::Create,
            (_, true) => Deed::Delete,
            (false, false) => Deed::Update,
        };
        let wish = match deed {
            Deed::Create | Deed::Update => Some(self.wish(id, &subject.addr, order)?),
            Deed::Delete => None,
        };
        let text = wish.as_ref().map_or("", |wish| &*wish.attributes);
        let digest = record::digest(&format!("{} {subject}", deed.as_str()), text);
        let mut calls = calls.to_vec();
        self.planned.secrets.hide(&subject.addr, &mut calls);
        let pending = Pending {
            deed,
            provider: Arc::from(provider.to_string()),
            calls: calls
                .iter()
                .filter(|call| call.mutating)
                .map(|call| format!("{} {}", call.method, call.path))
                .collect(),
            digest: Arc::from(digest),
            wish,
        };
        self.emit(Event::Begin(subject, pending));
        Ok(())
    }

    fn wish(&self, id: StepId, addr: &InstanceAddr, order: &Order) -> Result<Object, Diagnostics> {
        let info = self.type_info(addr).ok_or_else(|| out_of_step(addr))?;
        let config = info.schema.block.without_write_only(&order.config);
        let config = match self.marks.get(&id) {
            Some(marks) => config.mark_paths(marks),
            None => config,
        };
        let (attributes, sensitive) = encode(&config, &info.ty)?;
        // As long as its commands may not have run, what is made is half made.
        let status = match self.goes_on(id) {
            true => Status::Tainted,
            false => Status::Ready,
        };
        Ok(self.object(addr, &info, (attributes, sensitive), status, None))
    }

    /// The outcome of a step's operation is known.
    pub(super) fn conclude(&mut self, subject: Subject) {
        if self.state.pending.contains_key(&subject) {
            self.emit(Event::End(subject));
        }
    }

    /// Takes back work that [`Walker::next`] gave and that was not started.
    pub fn withdraw(&mut self, id: StepId) {
        if let Some(subject) = self.kind(id).and_then(|kind| self.subject(kind)) {
            self.conclude(subject);
        }
        self.wait_again(id);
    }
}
