//! The graph of a configuration: what has to be evaluated before what, before anything is expanded.
//!
//! One node for each declaration, without instance keys. It says nothing of instances, of the state, or of the
//! order in which objects are destroyed: the planner makes its step graph from expanded instances and takes
//! only the order from here.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::addr::{ConfigResource, ModuleAddr};
use crate::config::{Config, ProviderRef};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{SourceMap, Span};

use super::config_refs::{Edges, declare};
use super::{Cycle, Graph, NodeId, codes};

/// One declaration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfigNode {
    /// `var.NAME` of a module.
    Variable(ModuleAddr, Arc<str>),
    /// `local.NAME` of a module.
    Local(ModuleAddr, Arc<str>),
    /// A provider configuration; in the root module also one that no block declares.
    Provider(ModuleAddr, ProviderRef),
    /// A resource or data source, all its instances.
    Resource(ConfigResource),
    /// A module call in a module: how many instances it has. Everything in the called module needs it.
    Call(ModuleAddr, Arc<str>),
    /// A module call in a module as a whole: it needs everything in the called module. There is nothing to do
    /// for it; `depends_on = [module.NAME]` leads here.
    Whole(ModuleAddr, Arc<str>),
    /// An output of a module.
    Output(ModuleAddr, Arc<str>),
    /// A `check` block of a module, with its nested data source.
    Check(ModuleAddr, Arc<str>),
}

impl ConfigNode {
    /// The module in which it is declared.
    pub fn module(&self) -> &ModuleAddr {
        match self {
            ConfigNode::Variable(module, _)
            | ConfigNode::Local(module, _)
            | ConfigNode::Provider(module, _)
            | ConfigNode::Call(module, _)
            | ConfigNode::Whole(module, _)
            | ConfigNode::Output(module, _)
            | ConfigNode::Check(module, _) => module,
            ConfigNode::Resource(resource) => &resource.module,
        }
    }
}

/// As people know it: `module.a.var.size`, `giantswarm_org.team`, `provider.giantswarm`.
impl fmt::Display for ConfigNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let ConfigNode::Resource(resource) = self {
            return write!(f, "{resource}");
        }
        if !self.module().is_root() {
            write!(f, "{}.", self.module())?;
        }
        match self {
            ConfigNode::Variable(_, name) => write!(f, "var.{name}"),
            ConfigNode::Local(_, name) => write!(f, "local.{name}"),
            ConfigNode::Provider(_, reference) => write!(f, "provider.{reference}"),
            ConfigNode::Resource(resource) => write!(f, "{}", resource.resource),
            ConfigNode::Call(_, name) => write!(f, "module.{name}"),
            ConfigNode::Whole(_, name) => write!(f, "module.{name} (whole)"),
            ConfigNode::Output(_, name) => write!(f, "output.{name}"),
            ConfigNode::Check(_, name) => write!(f, "check.{name}"),
        }
    }
}

/// The graph of a configuration without cycles.
#[derive(Clone, Debug)]
pub struct ConfigGraph {
    /// All nodes, each behind everything that it needs.
    pub order: Vec<ConfigNode>,
    graph: Graph<ConfigNode>,
    ids: Vec<NodeId>,
    /// The place in the order of each node of the graph.
    places: Vec<usize>,
}

impl ConfigGraph {
    fn of(graph: Graph<ConfigNode>, ids: Vec<NodeId>) -> ConfigGraph {
        let mut places = vec![0; ids.len()];
        for (at, id) in ids.iter().enumerate() {
            if let Some(place) = places.get_mut(id.index()) {
                *place = at;
            }
        }
        ConfigGraph {
            order: ids.iter().filter_map(|id| graph.node(*id).cloned()).collect(),
            graph,
            ids,
            places,
        }
    }

    /// The place of a node in the order.
    pub fn place(&self, node: &ConfigNode) -> Option<usize> {
        let id = self.graph.id(node)?;
        self.places.get(id.index()).copied()
    }

    /// The places of what the node at a place needs directly.
    pub fn needs_at(&self, place: usize) -> impl Iterator<Item = usize> {
        let id = self.ids.get(place).into_iter();
        id.flat_map(|id| self.graph.needed_by(*id))
            .filter_map(|id| self.places.get(id.index()).copied())
    }

    /// The places of what needs the node at a place directly.
    pub fn dependents_at(&self, place: usize) -> impl Iterator<Item = usize> {
        let id = self.ids.get(place).into_iter();
        id.flat_map(|id| self.graph.depending_on(*id))
            .filter_map(|id| self.places.get(id.index()).copied())
    }

    /// What a node needs directly.
    pub fn needs(&self, node: &ConfigNode) -> Vec<&ConfigNode> {
        self.graph
            .id(node)
            .map_or_else(Vec::new, |id| self.nodes(self.graph.needs(id)))
    }

    /// What needs a node directly.
    pub fn dependents(&self, node: &ConfigNode) -> Vec<&ConfigNode> {
        self.graph
            .id(node)
            .map_or_else(Vec::new, |id| self.nodes(self.graph.dependents(id)))
    }

    /// These nodes and everything they need, directly or not.
    pub fn closure<'a>(&self, of: impl IntoIterator<Item = &'a ConfigNode>) -> BTreeSet<ConfigNode> {
        self.nodes(self.graph.closure(of)).into_iter().cloned().collect()
    }

    /// These nodes and everything that needs them, directly or not.
    pub fn closure_of_dependents<'a>(
        &self,
        of: impl IntoIterator<Item = &'a ConfigNode>,
    ) -> BTreeSet<ConfigNode> {
        let reached = self.graph.closure_of_dependents(of);
        self.nodes(reached).into_iter().cloned().collect()
    }

    /// The graph itself, to print it or to make another from it.
    pub fn graph(&self) -> &Graph<ConfigNode> {
        &self.graph
    }

    fn nodes(&self, ids: impl IntoIterator<Item = NodeId>) -> Vec<&ConfigNode> {
        ids.into_iter().filter_map(|id| self.graph.node(id)).collect()
    }
}

/// Makes the graph of a configuration. Names that are declared nowhere are left out: `config::check` reports
/// them. The errors are the cycles, one for each knot, with the place of every reference; `sources` tells the
/// lines.
pub fn build(config: &Config, sources: &SourceMap) -> Result<ConfigGraph, Diagnostics> {
    let mut edges = Edges::default();
    declare(config, &mut edges);
    let (graph, places) = edges.finish();
    match graph.topological_order() {
        Ok(order) => Ok(ConfigGraph::of(graph, order)),
        Err(_) => {
            let place = |from: &ConfigNode, to: &ConfigNode| {
                let ids = (graph.id(from)?, graph.id(to)?);
                places.get(&ids).copied()
            };
            Err(Diagnostics(
                graph
                    .cycles()
                    .iter()
                    .map(|cycle| fault(cycle, place, sources))
                    .collect(),
            ))
        }
    }
}

/// `local.a -> local.b (main.tf line 2)`, one line for each step.
fn fault(
    cycle: &Cycle<ConfigNode>,
    place: impl Fn(&ConfigNode, &ConfigNode) -> Option<Span>,
    sources: &SourceMap,
) -> Diagnostic {
    let names: Vec<String> = cycle.path.iter().map(ToString::to_string).collect();
    let ring = cycle.path.iter().zip(cycle.path.iter().cycle().skip(1));
    let mut lines = String::new();
    for (from, to) in ring {
        lines.push_str(&format!("\n  {from} -> {to}"));
        if let Some(span) = place(from, to) {
            lines.push_str(&format!(" ({})", sources.place(span)));
        }
    }
    let (summary, start) = match names.as_slice() {
        [only] => (format!("Cycle: {only}"), format!("{only} needs itself:")),
        _ => (
            format!("Cycle: {}", names.join(", ")),
            "Each of these needs the next one first, and the last needs the first, so there is no place to begin:"
                .to_owned(),
        ),
    };
    // No place is more to blame than another, so the message has none of its own.
    Diagnostic::error(
        &codes::CYCLE,
        format!("{start}{lines}\n\nRemove one of these references."),
    )
    .summary(summary)
}
