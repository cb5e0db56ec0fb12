//! The prior state: what was stored, decoded, and what reading it again told.
//!
//! A [`Prior`] is one object of the state with its value as last applied and as it is now. This file decodes
//! and encodes by schemas and compares; it asks for no read itself (that is `planner`).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::InstanceAddr;
use crate::diag::Diagnostic;
use crate::schema::ResourceSchema;
use crate::state::{Event, Object, State};
use crate::value::{Marks, Path, Type, Value, json};

use super::change::Drift;
use super::codes;
use super::drift::Answered;
use super::providers::TypeInfo;

/// One object of the state.
#[derive(Clone, Debug)]
pub struct Prior {
    /// The provider's key.
    pub provider: Arc<str>,
    /// As stored.
    pub record: Object,
    /// As last applied, marked.
    pub last: Value,
    /// As it is now, marked; none when it is gone.
    pub now: Option<Value>,
}

/// The objects of the state: by address and deposed key.
pub type Priors = BTreeMap<(InstanceAddr, Option<Arc<str>>), Prior>;

impl Prior {
    /// Decodes a stored object.
    pub fn decode(
        addr: &InstanceAddr,
        provider: &Arc<str>,
        record: &Object,
        info: &TypeInfo,
    ) -> Result<Prior, Diagnostic> {
        let schema = &info.schema;
        let fault = |detail: String| Diagnostic::error(&codes::BAD_STATE, detail).about(addr);
        if record.schema_version > schema.version {
            return Err(fault(format!(
                "The state holds {addr} in version {} of its schema; this swarmform knows version {}. Use a newer one.",
                record.schema_version, schema.version
            )));
        }
        let value = json::decode(&record.attributes, &info.ty).map_err(|error| {
            fault(format!(
                "The stored attributes of {addr} cannot be read by its schema: {error}. They were written by another \
                 version, or by hand. Use that version, or mend the state."
            ))
        })?;
        let value = marked(value, &record.sensitive, schema);
        let (provider, record) = (Arc::clone(provider), record.clone());
        Ok(Prior {
            provider,
            record,
            now: Some(value.clone()),
            last: value,
        })
    }

    /// Takes what a read told. What the configuration marked stays marked.
    pub fn told(&mut self, object: Option<Value>, schema: &ResourceSchema) {
        self.now = object.map(|object| marked(object, &self.record.sensitive, schema));
    }
}

/// Marks what the schema and earlier runs call sensitive, and what is made of it.
pub fn marked(value: Value, sensitive: &[Path], schema: &ResourceSchema) -> Value {
    let marks: Vec<(Path, Marks)> = sensitive
        .iter()
        .map(|path| (path.clone(), Marks::SENSITIVE))
        .collect();
    schema.block.with_marks(value, marks)
}

/// An object as a record: attributes encoded, sensitive paths kept apart.
pub fn encode(value: &Value, ty: &Type) -> Result<(Arc<str>, Vec<Path>), Diagnostic> {
    let (value, marks) = value.clone().unmark_deep_paths();
    let sensitive = marks
        .into_iter()
        .filter(|(_, marks)| marks.is_sensitive())
        .map(|(path, _)| path)
        .collect();
    let text = json::encode(&value, ty).map_err(|error| {
        Diagnostic::error(
            &codes::PROVIDER_BUG,
            format!("The object cannot be stored: {error}."),
        )
    })?;
    Ok((Arc::from(text), sensitive))
}

/// The state after refresh, the events that lead there, and the differences found.
pub fn settle(
    state: &State,
    priors: &Priors,
    type_of: impl Fn(&InstanceAddr) -> Type,
) -> (State, Vec<Event>, Vec<Drift>) {
    let mut now = state.clone();
    let mut events = Vec::new();
    let mut drift = Vec::new();
    for ((addr, deposed), prior) in priors {
        let same = prior.now.as_ref() == Some(&prior.last);
        if same {
            continue;
        }
        let ty = type_of(addr);
        if deposed.is_none() {
            let after = prior.now.clone().unwrap_or_else(|| Value::null(ty.clone()));
            drift.push(Drift {
                addr: addr.clone(),
                previous: None,
                before: prior.last.clone(),
                after,
                answered: Answered::No,
                parts: Vec::new(),
                span: None,
            });
        }
        let Some(mut instance) = now.instances.get(addr).cloned() else {
            continue;
        };
        let record = prior.now.as_ref().and_then(|value| {
            let (attributes, sensitive) = encode(value, &ty).ok()?;
            Some(Object {
                attributes,
                sensitive,
                ..prior.record.clone()
            })
        });
        match deposed {
            None => instance.current = record,
            Some(key) => {
                match record {
                    Some(record) => instance.deposed.insert(Arc::clone(key), record),
                    None => instance.deposed.remove(key),
                };
            }
        }
        let gone = instance.current.is_none() && instance.deposed.is_empty();
        let event = if gone {
            Event::Remove(addr.clone())
        } else {
            Event::Put(addr.clone(), instance)
        };
        now.apply(event.clone());
        events.push(event);
    }
    (now, events, drift)
}
