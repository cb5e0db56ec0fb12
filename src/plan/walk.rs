//! The walk over the configuration: every declaration is visited once all that it needs is done.
//!
//! It knows what is ready and what lacks something, so that going on after an answer costs what became ready and
//! not the whole graph. It refuses to know what a visit does: it asks the planner, and only looks whether the node
//! is done, has failed, or waits for answers.

use std::collections::BTreeSet;

use crate::graph::ConfigNode;

use super::change::PlanMode;
use super::import::{self, Asked};
use super::instance;
use super::planner::Planner;
use super::providers::ProviderKey;

/// How far the walk is. Nodes stand by their place in the order of the graph.
#[derive(Debug)]
pub(super) struct Walk {
    /// How many needs of each node are not done.
    lacking: Vec<usize>,
    /// Nodes that this plan leaves out.
    out: Vec<bool>,
    ready: BTreeSet<usize>,
}

impl Walk {
    fn start(planner: &Planner) -> Walk {
        let graph = &planner.graph;
        let targeted = planner.targeted.as_ref();
        let out = |node: &ConfigNode| targeted.is_some_and(|targeted| !targeted.has_node(node));
        let out: Vec<bool> = graph.order.iter().map(out).collect();
        let due = |(node, out): (&ConfigNode, &bool)| !out && !planner.done.contains(node);
        let due: Vec<bool> = graph.order.iter().zip(&out).map(due).collect();
        let is_due = |place: usize| due.get(place) == Some(&true);
        let lacking: Vec<usize> = (0..due.len())
            .map(|place| graph.needs_at(place).filter(|need| is_due(*need)).count())
            .collect();
        let ready = lacking.iter().enumerate();
        let ready = ready.filter(|(place, lacking)| **lacking == 0 && is_due(*place));
        Walk {
            ready: ready.map(|(place, _)| place).collect(),
            out,
            lacking,
        }
    }

    /// What needs the node at this place lacks it no more.
    fn release(&mut self, planner: &Planner, place: usize) {
        for dependent in planner.graph.dependents_at(place) {
            let Some(lacking) = self.lacking.get_mut(dependent).filter(|lacking| **lacking > 0) else {
                continue;
            };
            *lacking -= 1;
            if *lacking == 0 && self.out.get(dependent) == Some(&false) {
                self.ready.insert(dependent);
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
            let Some(place) = self.graph.place(&node) else {
                continue;
            };
            if self.done.contains(&node) {
                walk.release(self, place);
            } else {
                walk.ready.insert(place);
            }
        }
        while let Some(place) = walk.ready.pop_first() {
            let Some(node) = self.graph.order.get(place).cloned() else {
                continue;
            };
            // What a failed one does to those that need it is no fault of theirs.
            if !self.failed.is_empty() && self.needs_a_failed_one(place) {
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
                walk.release(self, place);
            }
        }
        self.walk = Some(walk);
    }

    fn needs_a_failed_one(&self, place: usize) -> bool {
        let needs = self.graph.needs_at(place);
        needs
            .filter_map(|need| self.graph.order.get(need))
            .any(|need| self.failed.contains(need))
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
