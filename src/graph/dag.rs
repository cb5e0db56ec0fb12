//! The graph itself: nodes by name, edges from a node to what it needs.
//!
//! It only grows: nothing is ever removed, so a [`NodeId`] stays good for the life of its graph. What follows
//! from the edges (order, cycles, closure, reduction) stands in files of its own.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};

/// Names one node of one [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) NodeIndex<u32>);

impl NodeId {
    /// The position in order of insertion, from 0.
    pub fn index(self) -> usize {
        self.0.index()
    }
}

/// A directed graph in which an edge leads from a node to a node that it needs.
#[derive(Clone, Debug)]
pub struct Graph<N> {
    pub(super) inner: DiGraph<N, (), u32>,
    ids: BTreeMap<N, NodeId>,
    edges: BTreeSet<(NodeId, NodeId)>,
}

impl<N: Ord + Clone> Default for Graph<N> {
    fn default() -> Graph<N> {
        Graph::new()
    }
}

impl<N: Ord + Clone> Graph<N> {
    /// No nodes.
    pub fn new() -> Graph<N> {
        Graph {
            inner: DiGraph::default(),
            ids: BTreeMap::new(),
            edges: BTreeSet::new(),
        }
    }

    /// Adds a node, or finds it when it is there already.
    pub fn add_node(&mut self, node: N) -> NodeId {
        if let Some(id) = self.ids.get(&node) {
            return *id;
        }
        let id = NodeId(self.inner.add_node(node.clone()));
        self.ids.insert(node, id);
        id
    }

    /// Says that `from` needs `to`. Saying it again changes nothing; a node may need itself, which is a cycle.
    /// An id that another graph gave out is ignored.
    pub fn depend(&mut self, from: NodeId, to: NodeId) {
        let known = |id: NodeId| id.index() < self.inner.node_count();
        if known(from) && known(to) && self.edges.insert((from, to)) {
            self.inner.add_edge(from.0, to.0, ());
        }
    }

    /// The id of a node.
    pub fn id(&self, node: &N) -> Option<NodeId> {
        self.ids.get(node).copied()
    }

    /// The node of an id that this graph gave out.
    pub fn node(&self, id: NodeId) -> Option<&N> {
        self.inner.node_weight(id.0)
    }

    /// All ids, in order of insertion.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<N> {
        self.inner.node_indices().map(NodeId)
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.inner.node_count()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many edges there are.
    pub fn edge_count(&self) -> usize {
        self.inner.edge_count()
    }

    /// Whether `from` needs `to` directly.
    pub fn has_edge(&self, from: NodeId, to: NodeId) -> bool {
        self.edges.contains(&(from, to))
    }

    /// What a node needs directly, in the order in which it was said.
    pub fn needs(&self, id: NodeId) -> Vec<NodeId> {
        self.neighbours(id, Direction::Outgoing)
    }

    /// What needs a node directly, in the order in which it was said.
    pub fn dependents(&self, id: NodeId) -> Vec<NodeId> {
        self.neighbours(id, Direction::Incoming)
    }

    /// What a node needs directly, in no particular order.
    pub(super) fn needed_by(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let near = self.inner.neighbors_directed(id.0, Direction::Outgoing);
        near.map(NodeId)
    }

    /// What needs a node directly, in no particular order.
    pub(super) fn depending_on(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let near = self.inner.neighbors_directed(id.0, Direction::Incoming);
        near.map(NodeId)
    }

    /// All edges, by the order in which their nodes were inserted.
    pub fn edges(&self) -> impl Iterator<Item = (NodeId, NodeId)> {
        self.edges.iter().copied()
    }

    fn neighbours(&self, id: NodeId, direction: Direction) -> Vec<NodeId> {
        // petgraph yields the newest edge first.
        let mut found: Vec<NodeId> = self
            .inner
            .neighbors_directed(id.0, direction)
            .map(NodeId)
            .collect();
        found.reverse();
        found
    }
}
