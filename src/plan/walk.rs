//! The walk over the configuration: every declaration is visited once all that it needs is done.
//!
//! It knows what is ready and what lacks something, so that going on after an answer costs what became ready and
//! not the whole graph. It refuses to know what a visit does: it asks the planner, and only looks whether the node
//! is done, has failed, or waits for answers.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::ConfigNode;

use super::change::PlanMode;
use super::import::{self, Asked};
use super::instance;
use super::planner::Planner;
use super::providers::ProviderKey;

/// How far the walk is. Nodes stand by their place in the order of the graph.
#[derive(Debug)]
pub(super) struct Walk {
    places: BTreeMap<ConfigNode, usize>,
    /// How many needs of each node are not done.
    lacking: Vec<usize>,
    ready: BTreeSet<usize>,
}

impl Walk {
    fn start(planner: &Planner) -> Walk {
        let order = &planner.graph.order;
        let out = |node: &ConfigNode| {
            let targeted = planner.targeted.as_ref();
            targeted.is_some_and(|targeted| !targeted.has_node(node))
        };
        let due = |node: &ConfigNode| !planner.done.contains(node) && !out(node);
        let lacking: Vec<usize> = order
            .iter()
            .map(|node| {
                planner
                    .graph
                    .needs(node)
                    .into_iter()
                    .filter(|need| due(need))
                    .count()
            })
            .collect();
        let ready = order.iter().zip(&lacking).enumerate();
        let ready = ready.filter(|(_, (node, lacking))| **lacking == 0 && due(node));
        Walk {
            places: order.iter().cloned().zip(0..).collect(),
            ready: ready.map(|(place, _)| place).collect(),
            lacking,
        }
    }

    /// What needs this node lacks it no more.
    fn release(&mut self, planner: &Planner, node: &ConfigNode) {
        for dependent in planner.graph.dependents(node) {
            let Some(place) = self.places.get(dependent) else {
                continue;
            };
            let Some(lacking) = self.lacking.get_mut(*place).filter(|lacking| **lacking > 0) else {
                continue;
            };
            *lacking -= 1;
            let out = |targeted: &super::target::Targeted| !targeted.has_node(dependent);
            if *lacking == 0 && !planner.targeted.as_ref().is_some_and(out) {
                self.ready.insert(*place);
            }
        }
    }
}

impl Planner {
    /// Visits what is ready, in the order of the graph, until everything is done or waits for an answer.
    pub(super) fn walk(&mut self) {
        self.walked = true;
        if self.options.mode == PlanMode::Destroy {
            return self.visit_inputs();
        }
        for read in std::mem::take(&mut self.late.ready) {
            self.ask(read);
        }
        let mut walk = self.walk.take().unwrap_or_else(|| Walk::start(self));
        for node in std::mem::take(&mut self.answered) {
            if self.done.contains(&node) {
                walk.release(self, &node);
            } else if let Some(place) = walk.places.get(&node) {
                walk.ready.insert(*place);
            }
        }
        while let Some(place) = walk.ready.pop_first() {
            let Some(node) = self.graph.order.get(place).cloned() else {
                continue;
            };
            // What a failed one does to those that need it is no fault of theirs.
            let needs = self.graph.needs(&node);
            if needs.into_iter().any(|need| self.failed.contains(need)) {
                self.failed.insert(node.clone());
                self.done.insert(node.clone());
            } else {
                let told = self.faults.0.len();
                self.visit(&node);
                if self.faults.has_errors_after(told) {
                    self.failed.insert(node.clone());
                }
            }
            if self.done.contains(&node) {
                walk.release(self, &node);
            }
        }
        self.walk = Some(walk);
    }

    fn visit(&mut self, node: &ConfigNode) {
        match node {
            ConfigNode::Resource(resource) => {
                match import::ask(self, resource) {
                    Asked::Nothing => {}
                    Asked::Waiting(due) => {
                        self.waiting_imports.insert(node.clone(), due);
                        return;
                    }
                    Asked::Failed => {
                        self.done.insert(node.clone());
                        return;
                    }
                }
                if self.options.unwritten.contains(resource) {
                    self.done.insert(node.clone());
                    return;
                }
                let before = self.requests.len();
                instance::plan_resource(self, resource);
                let asked = self.requests.len().saturating_sub(before);
                if asked > 0 {
                    self.waiting_data.insert(node.clone(), asked);
                } else {
                    self.done.insert(node.clone());
                }
            }
            ConfigNode::Provider(module, provider) => {
                let key = ProviderKey {
                    module: module.clone(),
                    provider: provider.clone(),
                };
                if self.visit_provider(&key) {
                    self.done.insert(node.clone());
                }
            }
            ConfigNode::Check(module, name) => {
                self.check(module, name);
                self.done.insert(node.clone());
            }
            _ => self.visit_value(node),
        }
    }
}
