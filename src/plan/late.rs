//! Providers whose configuration depends on objects: a data source, or something that is made in the same run.
//!
//! Such a provider is configured when the walk comes to its block, and what the state has of it is read then. Where
//! the values are known only after apply, its objects are planned without it, as planning needs no platform; the
//! data sources that it serves are left to apply, as is configuring it. What the state has of it is then read, and
//! deleted, by a provider that is configured with the state's values. A plan that only destroys does not walk, so
//! there these are taken for all, as when what a dead run left open is settled. What is read and what is not is
//! decided here; what a block says is evaluated in `configure`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::InstanceAddr;
use crate::diag::{Diagnostic, Diagnostics};
use crate::graph::ConfigNode;

use super::change::PlanMode;
use super::codes;
use super::configure::{Configuring, configuration};
use super::look::{Objects, object_world, state_world};
use super::planner::{Planner, Request};
use super::providers::ProviderKey;

/// The providers that cannot be configured at the start, and what waits for them.
#[derive(Debug, Default)]
pub(super) struct Late {
    names: BTreeMap<ProviderKey, Arc<str>>,
    /// Reads to be asked for once the provider is configured.
    reads: BTreeMap<ProviderKey, Vec<Request>>,
    /// Reads of providers that are configured, to be asked for when the walk goes on.
    pub ready: Vec<Request>,
    /// Answers that are due: that of being configured, then those of the reads.
    due: BTreeMap<ProviderKey, usize>,
    /// Those whose values only apply will know.
    pub unknown: BTreeSet<ProviderKey>,
}

impl Late {
    /// Whether this one waits for the walk.
    pub fn has(&self, key: &ProviderKey) -> bool {
        self.names.contains_key(key)
    }

    /// Whether answers are due.
    pub fn waits(&self, key: &ProviderKey) -> bool {
        self.due.contains_key(key)
    }

    /// Keeps a read for later.
    pub fn read(&mut self, key: &ProviderKey, read: Request) {
        self.reads.entry(key.clone()).or_default().push(read);
    }
}

/// The node of a provider's block.
pub(super) fn node(key: &ProviderKey) -> ConfigNode {
    ConfigNode::Provider(key.module.clone(), key.provider.clone())
}

impl Planner {
    /// Which of these providers have to wait, and what the others need.
    pub(super) fn part_providers(&mut self, keys: &BTreeMap<ProviderKey, Arc<str>>) -> BTreeSet<ConfigNode> {
        let mut needs = BTreeSet::new();
        let now = self.options.mode == PlanMode::Destroy || self.options.settling;
        for (key, name) in keys {
            if self.provider_span(key).is_none() {
                continue;
            }
            let closure = self.graph.closure([&node(key)]);
            let depends = closure.iter().any(|need| matches!(need, ConfigNode::Resource(_)));
            if depends && !now {
                self.late.names.insert(key.clone(), Arc::clone(name));
            } else {
                needs.extend(closure);
            }
        }
        needs
    }

    /// Evaluates what providers need that are configured at the start; objects are those of the state.
    pub(super) fn visit_needs(&mut self, needs: &BTreeSet<ConfigNode>) {
        let state = std::mem::take(&mut self.state);
        let objects = Objects::of(&state);
        for node in self
            .graph
            .order
            .clone()
            .iter()
            .filter(|node| needs.contains(node))
        {
            match node {
                ConfigNode::Resource(resource) => {
                    let (evaluator, world) = (&self.evaluator, &mut self.world);
                    let found = object_world(evaluator, world, &self.semantics, resource, &objects);
                    self.faults.extend(found);
                }
                ConfigNode::Provider(..) | ConfigNode::Check(..) => {}
                _ => self.visit_value(node),
            }
        }
        drop(objects);
        self.state = state;
    }

    /// Comes to the block of a provider. False while answers are due.
    pub(super) fn visit_provider(&mut self, key: &ProviderKey) -> bool {
        let Some(name) = self.late.names.get(key).cloned() else {
            return true;
        };
        match self.configure(key, &name) {
            Configuring::Failed => {}
            Configuring::Later => {
                self.late.unknown.insert(key.clone());
                if self.configure_as_before(key, &name) {
                    self.late.due.insert(key.clone(), 1);
                    return false;
                }
                let unread = self.late.reads.remove(key).unwrap_or_default();
                self.faults.extend(not_read(key, &unread));
            }
            Configuring::Asked => {
                self.late.due.insert(key.clone(), 1);
                return false;
            }
        }
        true
    }

    /// Asks for a provider to be configured with what its block came to when the state was written. It reads the
    /// objects of the state and deletes those that go. False if that is not known either.
    fn configure_as_before(&mut self, key: &ProviderKey, name: &Arc<str>) -> bool {
        if self.evaluator.validating || !self.late.reads.contains_key(key) {
            return false;
        }
        let closure = self.graph.closure([&node(key)]);
        let nodes = self.graph.order.iter().filter(|node| closure.contains(node));
        let (world, _) = state_world(&self.evaluator, nodes, &self.state, &self.semantics);
        match configuration(&self.evaluator, &world, &self.semantics, key) {
            Ok(Some(found)) if found.plain.is_wholly_known() => {
                self.ask(Request::Configure {
                    provider: key.clone(),
                    name: Arc::clone(name),
                    config: found.plain,
                });
                true
            }
            // What is wrong with the block is told by who evaluates it for good.
            _ => false,
        }
    }

    /// Takes note that a provider was configured, or not.
    pub(super) fn late_configured(&mut self, key: &ProviderKey, failed: bool) {
        if !self.late.waits(key) {
            return;
        }
        let reads = self.late.reads.remove(key).unwrap_or_default();
        if failed {
            self.failed.insert(node(key));
        } else {
            self.late.due.insert(key.clone(), reads.len() + 1);
            self.late.ready.extend(reads);
        }
        self.late_answered(key);
    }

    /// Takes note that an answer has come.
    pub(super) fn late_answered(&mut self, key: &ProviderKey) {
        let Some(due) = self.late.due.get_mut(key) else {
            return;
        };
        *due = due.saturating_sub(1);
        if *due == 0 {
            self.late.due.remove(key);
            self.done.insert(node(key));
            self.answered.push(node(key));
        }
    }

    /// The error of an import by a provider whose values are not known.
    pub(super) fn no_import_by(&self, key: &ProviderKey, to: &InstanceAddr) -> Option<Diagnostic> {
        self.late.unknown.contains(key).then(|| {
            let detail = format!(
                "What {to} is to be imported from can only be asked when the provider is configured, and an argument of \
                 \"{key}\" is known only after apply. Apply what it depends on first, with -target, and import then."
            );
            let mut fault = Diagnostic::error(&codes::PROVIDER_UNKNOWN, detail);
            fault.subject = self.provider_span(key);
            fault
        })
    }
}

fn not_read(key: &ProviderKey, reads: &[Request]) -> Diagnostics {
    let mut found = Diagnostics::new();
    if !reads.is_empty() {
        let objects = match reads.len() {
            1 => "one object".to_owned(),
            many => format!("{many} objects"),
        };
        let detail = format!(
            "An argument of the provider \"{key}\" is known only after apply, so {objects} of the state could not be \
             looked at. They are taken to be as they were last seen."
        );
        found.push(Diagnostic::warning(&codes::NOT_REFRESHED, detail));
    }
    found
}
