//! What swarmform knows of applied resources: the state and the changes of it.
//!
//! A [`State`] is a plain value: instances by address, outputs by name. It changes only by [`Event`]s, one per
//! finished step, so that a store can write one record per event and a reader can fold the events again. What a
//! step is about to do is an event too ([`pending`]), so that no crash loses it. It
//! does no I/O and knows no schema: attributes stay JSON text until a planner decodes them.

pub mod export;
mod integrity;
pub mod journal;
mod json;
pub mod moving;
mod paths;
pub mod pending;
pub mod record;
pub mod select;
#[cfg(test)]
mod tests;
pub mod v4;
pub mod workspace;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::InstanceAddr;
use crate::value::{Path, Value};

pub use integrity::{Violation, parse_provider, verify, verify_events};
pub use pending::{Deed, Pending, Subject};

/// All that is known of one workspace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Names this state among all others; a random id given at its first write. Empty before.
    pub lineage: String,
    /// Grows by one with each run that changes anything.
    pub serial: u64,
    /// Resource instances.
    pub instances: BTreeMap<InstanceAddr, Instance>,
    /// Outputs of the root module.
    pub outputs: BTreeMap<Arc<str>, OutputRecord>,
    /// Operations that have begun and whose outcome is not known.
    pub pending: BTreeMap<Subject, Pending>,
}

/// One resource instance: a current object, and the old halves of create-then-delete replacements.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// The provider as `name` or `name.alias`, prefixed by its module if it is not the root's.
    pub provider: Arc<str>,
    /// The current object, unless only deposed ones are left.
    pub current: Option<Object>,
    /// Deposed objects by key (eight hexadecimal digits).
    pub deposed: BTreeMap<Arc<str>, Object>,
}

/// How an object stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// As it should be.
    #[default]
    Ready,
    /// Its creation failed half way; it is to be replaced.
    Tainted,
}

/// One remote object as last applied or read.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// How it stands.
    pub status: Status,
    /// The version of the schema that `attributes` follows.
    pub schema_version: u64,
    /// Attributes as JSON text, in the form of `value::json::encode` by the schema's implied type.
    pub attributes: Arc<str>,
    /// Paths of attributes that are sensitive because of what they were computed from.
    pub sensitive: Vec<Path>,
    /// What the provider wants to keep beside it.
    pub private: Option<Arc<str>>,
    /// What it depends on, as addresses: an instance address where only that instance is meant, a config
    /// address for all instances.
    pub dependencies: Vec<Arc<str>>,
    /// Whether it is replaced by create-then-delete, so that its dependencies are too.
    pub create_before_destroy: bool,
}

impl Object {
    /// An object that is in order, and of which nothing else is known yet.
    pub fn ready(schema_version: u64, attributes: Arc<str>, sensitive: Vec<Path>) -> Object {
        Object {
            status: Status::Ready,
            schema_version,
            attributes,
            sensitive,
            private: None,
            dependencies: Vec::new(),
            create_before_destroy: false,
        }
    }
}

/// One output of the root module.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputRecord {
    /// Its value, wholly known and without marks.
    pub value: Value,
    /// Whether it is hidden.
    pub sensitive: bool,
}

/// One change of a state.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// An instance is now so.
    Put(InstanceAddr, Instance),
    /// An instance is gone.
    Remove(InstanceAddr),
    /// An output is now so.
    PutOutput(Arc<str>, OutputRecord),
    /// An output is gone.
    RemoveOutput(Arc<str>),
    /// An operation on an object is about to begin.
    Begin(Subject, Pending),
    /// The outcome of an operation is known. What it changed is told by the other events of the same commit.
    End(Subject),
}

impl State {
    /// Whether it holds neither instances nor outputs nor pending operations.
    pub fn is_empty(&self) -> bool {
        self.instances.is_empty() && self.outputs.is_empty() && self.pending.is_empty()
    }

    /// Carries out one change.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Put(address, instance) => {
                self.instances.insert(address, instance);
            }
            Event::Remove(address) => {
                self.instances.remove(&address);
            }
            Event::PutOutput(name, output) => {
                self.outputs.insert(name, output);
            }
            Event::RemoveOutput(name) => {
                self.outputs.remove(&name);
            }
            Event::Begin(subject, pending) => {
                self.pending.insert(subject, pending);
            }
            Event::End(subject) => {
                self.pending.remove(&subject);
            }
        }
    }
}
