//! Settling: what became of the operations that a run began and whose outcome it did not live to record.
//!
//! For each pending operation the order is made again from the state alone, for a provider to look at; what it
//! finds decides. Nothing is sent again from here: an operation that was not carried out is simply ended, and the
//! plan that follows says what is left to do. This file asks nobody; `engine::settle` does.

use std::fmt;
use std::sync::Arc;

use crate::addr::InstanceAddr;
use crate::diag::Diagnostic;
use crate::plan::codes;
use crate::plan::merge;
use crate::plan::providers::{ProviderKey, Semantic, TypeInfo};
use crate::plan::refresh::{Prior, encode, marked};
use crate::plan::secrets::Secrets;
use crate::plan::semantics::{Decision, Fault, Found, Order, Proposal};
use crate::state::{Deed, Event, Instance, Object, Pending, State, Status, Subject};
use crate::value::{Value, json};

/// A pending operation with the order that it came from.
#[derive(Clone, Debug)]
pub struct Question {
    /// The object.
    pub subject: Subject,
    /// What was intended.
    pub pending: Pending,
    /// The provider to ask.
    pub provider: ProviderKey,
    /// The order.
    pub order: Order,
    info: Arc<TypeInfo>,
    secrets: Secrets,
}

/// What became of an operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It was carried out, and is recorded.
    Done,
    /// It was not, and may be.
    NotDone,
    /// The object is there, and neither as before nor as wanted. It is recorded as it is.
    Partly,
    /// The object is there, but the commands of its creation may not have run. It is recorded as tainted.
    Unprovisioned,
    /// The object is there, but only half made. It is recorded as tainted.
    Half,
    /// The object is gone, though it was to be changed.
    Gone,
    /// Something is there that may or may not be what was to be made.
    Foreign(Fault),
}

/// A settled operation, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// The object.
    pub subject: Subject,
    /// What was to be done to it.
    pub deed: Deed,
    /// What became of that.
    pub verdict: Verdict,
}

impl fmt::Display for Settled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = match (&self.verdict, self.deed) {
            (Verdict::Done, Deed::Create) => "it had been made, and is recorded now",
            (Verdict::Done, Deed::Update) => "it had been changed, and is recorded so now",
            (Verdict::Done, Deed::Delete) => "it is gone, and off the record now",
            (Verdict::NotDone, Deed::Create) => "it had not been made; the next apply makes it",
            (Verdict::NotDone, Deed::Update) => "it had not been changed; the next apply changes it",
            (Verdict::NotDone, Deed::Delete) => "it is still there; the next apply deletes it",
            (Verdict::Partly, _) => {
                "it is there but not wholly as wanted, and is recorded as it is; the next apply does the rest"
            }
            (Verdict::Unprovisioned, _) => {
                "it had been made, but whether its provisioners ran is not known, so it is recorded as tainted and the \
                 next apply replaces it; if all is well with it, `untaint` keeps it"
            }
            (Verdict::Half, _) => {
                "it had been made, but not to the end, so it is recorded as tainted and the next apply replaces it"
            }
            (Verdict::Gone, _) => "it is gone, and off the record now",
            (Verdict::Foreign(fault), _) => return write!(f, "{}: {}", self.subject, fault.detail),
        };
        let deed = self.deed.as_str();
        write!(
            f,
            "the last run ended before it knew how its {deed} of {} came out: {told}",
            self.subject
        )
    }
}

/// All pending operations of a state as questions, or why one cannot be asked.
pub fn questions(state: &State, semantics: &Semantic) -> Result<Vec<Question>, Diagnostic> {
    let all = state.pending.iter();
    all.map(|(subject, pending)| question(state, semantics, subject, pending))
        .collect()
}

fn question(
    state: &State,
    semantics: &Semantic,
    subject: &Subject,
    pending: &Pending,
) -> Result<Question, Diagnostic> {
    let fault = |detail: String| Diagnostic::error(&codes::BAD_STATE, detail).about(&subject.addr);
    let info = semantics.type_info(&subject.addr.resource).ok_or_else(|| {
        fault(format!(
            "An operation on {subject} is pending, and this version knows no resource type \"{}\".",
            subject.addr.resource.type_name
        ))
    })?;
    let null = Value::null(info.ty.clone());
    let stored = state.instances.get(&subject.addr).and_then(|instance| {
        let object = object(instance, subject)?;
        Some((&instance.provider, object))
    });
    let mut secrets = Secrets::default();
    let (prior, private) = match stored {
        Some((provider, object)) if pending.deed != Deed::Create => {
            let prior = Prior::decode(&subject.addr, provider, object, info)?;
            secrets.add(&prior.last);
            (prior.last.unmark_deep().0, object.private.clone())
        }
        _ => (null.clone(), None),
    };
    let config = match &pending.wish {
        Some(wish) => json::decode(&wish.attributes, &info.ty).map_err(|error| {
            fault(format!(
                "The arguments that {subject} was to have cannot be read: {error}."
            ))
        })?,
        None => null.clone(),
    };
    if let Some(wish) = &pending.wish {
        secrets.add(&marked(config.clone(), &wish.sensitive, &info.schema));
    }
    let provider = ProviderKey::parse(&pending.provider);
    let planned = if pending.deed == Deed::Delete {
        null
    } else {
        let proposed = merge::proposed(&info.schema.block, &prior, &config);
        let type_name = &subject.addr.resource.type_name;
        plan(semantics, &provider, type_name, (&prior, &config, &proposed))
            .map_or(proposed, |decision| decision.planned)
    };
    Ok(Question {
        subject: subject.clone(),
        pending: pending.clone(),
        provider,
        order: Order {
            type_name: Arc::clone(&subject.addr.resource.type_name),
            prior,
            planned,
            config,
            private,
        },
        info: Arc::clone(info),
        secrets,
    })
}

fn plan(
    semantics: &Semantic,
    provider: &ProviderKey,
    type_name: &str,
    (prior, config, proposed): (&Value, &Value, &Value),
) -> Option<Decision> {
    let proposal = Proposal {
        type_name,
        prior,
        config,
        proposed,
    };
    semantics.get(&provider.provider.name)?.plan(proposal).ok()
}

fn object<'a>(instance: &'a Instance, subject: &Subject) -> Option<&'a Object> {
    match &subject.deposed {
        None => instance.current.as_ref(),
        Some(key) => instance.deposed.get(key),
    }
}

impl Question {
    /// What a provider says of it, without its secrets.
    #[must_use]
    pub fn hidden(&self, fault: Fault) -> Fault {
        self.secrets.fault(fault)
    }

    /// What a provider's finding means: the events that record it, and what to tell.
    pub fn answer(
        &self,
        state: &State,
        semantics: &Semantic,
        found: Found,
    ) -> Result<(Vec<Event>, Settled), Diagnostic> {
        let mut events = vec![Event::End(self.subject.clone())];
        let deed = self.pending.deed;
        let verdict = match (deed, found) {
            (_, Found::Foreign(fault)) => Verdict::Foreign(self.hidden(fault)),
            (Deed::Create, Found::Nothing) | (Deed::Delete, Found::Object(_) | Found::Half(_)) => {
                Verdict::NotDone
            }
            (Deed::Delete, Found::Nothing) => {
                events.extend(self.put(state, None));
                Verdict::Done
            }
            (Deed::Update, Found::Nothing) => {
                events.extend(self.put(state, None));
                Verdict::Gone
            }
            (Deed::Create, Found::Half(value)) => {
                let status = Status::Tainted;
                let half = Object {
                    status,
                    ..self.record(state, value)?
                };
                events.extend(self.put(state, Some(half)));
                Verdict::Half
            }
            (Deed::Create | Deed::Update, Found::Object(value)) | (Deed::Update, Found::Half(value)) => {
                let verdict = self.compare(semantics, &value);
                events.extend(self.put(state, Some(self.record(state, value)?)));
                verdict
            }
        };
        let subject = self.subject.clone();
        Ok((
            events,
            Settled {
                subject,
                deed,
                verdict,
            },
        ))
    }

    /// How far an object that is there is what was wanted.
    fn compare(&self, semantics: &Semantic, value: &Value) -> Verdict {
        let config = &self.order.config;
        let proposed = merge::proposed(&self.info.schema.block, value, config);
        let left = plan(
            semantics,
            &self.provider,
            &self.order.type_name,
            (value, config, &proposed),
        );
        let done = left.is_some_and(|left| left.replace.is_empty() && left.planned == *value);
        let wish = self.pending.wish.as_ref();
        match self.pending.deed {
            Deed::Create if wish.is_some_and(|wish| wish.status == Status::Tainted) => Verdict::Unprovisioned,
            _ if done => Verdict::Done,
            Deed::Update if *value == self.order.prior => Verdict::NotDone,
            _ => Verdict::Partly,
        }
    }

    fn record(&self, state: &State, value: Value) -> Result<Object, Diagnostic> {
        let instance = state.instances.get(&self.subject.addr);
        let stored = instance.and_then(|instance| object(instance, &self.subject));
        let beside = match self.pending.deed {
            Deed::Create => self.pending.wish.as_ref(),
            Deed::Update | Deed::Delete => stored,
        };
        let beside = beside.ok_or_else(|| {
            let detail = format!(
                "An operation on {} is pending, but there is no record of it.",
                self.subject
            );
            Diagnostic::error(&codes::BAD_STATE, detail)
        })?;
        let sensitive = [beside.sensitive.as_slice(), self.wished()].concat();
        let (attributes, sensitive) = encode(&marked(value, &sensitive, &self.info.schema), &self.info.ty)?;
        Ok(Object {
            attributes,
            sensitive,
            ..beside.clone()
        })
    }

    fn wished(&self) -> &[crate::value::Path] {
        self.pending.wish.as_ref().map_or(&[], |wish| &wish.sensitive)
    }

    /// The record of the instance with this object in the subject's place.
    fn put(&self, state: &State, object: Option<Object>) -> Option<Event> {
        let addr: &InstanceAddr = &self.subject.addr;
        let mut instance = state.instances.get(addr).cloned().unwrap_or_else(|| Instance {
            provider: Arc::clone(&self.pending.provider),
            current: None,
            deposed: Default::default(),
        });
        match (&self.subject.deposed, object) {
            (None, object) => instance.current = object,
            (Some(key), Some(object)) => drop(instance.deposed.insert(Arc::clone(key), object)),
            (Some(key), None) => drop(instance.deposed.remove(key)),
        }
        if instance.current.is_some() || !instance.deposed.is_empty() {
            return Some(Event::Put(addr.clone(), instance));
        }
        state
            .instances
            .contains_key(addr)
            .then(|| Event::Remove(addr.clone()))
    }
}
