//! Order: dependencies before dependents, or the cycles that make this impossible.
//!
//! Both are linear in nodes and edges. It finds one cycle for each knot of nodes that need each other, not
//! every cycle of a knot (there can be exponentially many).

use std::collections::{BTreeSet, VecDeque};

use petgraph::algo::kosaraju_scc;

use super::dag::{Graph, NodeId};

/// Nodes that need each other: each needs the next, and the last needs the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle<N> {
    /// The nodes, each once, beginning with the one that was inserted first.
    pub path: Vec<N>,
}

impl<N: Ord + Clone> Graph<N> {
    /// All nodes, each behind everything that it needs; nodes that are free to go either way stand in order of
    /// insertion. The error is the first cycle.
    pub fn topological_order(&self) -> Result<Vec<NodeId>, Cycle<N>> {
        let order = self.post_order();
        let mut position = vec![0; self.len()];
        for (at, id) in order.iter().enumerate() {
            if let Some(slot) = position.get_mut(id.index()) {
                *slot = at;
            }
        }
        // In a depth-first post-order an edge leads backwards exactly when it closes no cycle.
        let closes = |(from, to): (NodeId, NodeId)| position.get(from.index()) <= position.get(to.index());
        if self.edges().any(closes) {
            return match self.cycles().into_iter().next() {
                Some(cycle) => Err(cycle),
                None => Ok(order),
            };
        }
        Ok(order)
    }

    /// One cycle, a shortest one through its first node, of every knot of nodes that need each other; in order
    /// of insertion of the first node.
    pub fn cycles(&self) -> Vec<Cycle<N>> {
        let (knot_of, mut starts) = self.knots();
        starts.sort();
        starts
            .into_iter()
            .filter_map(|start| self.shortest_cycle(start, &knot_of))
            .collect()
    }

    /// The same graph without those of these edges that lie inside a knot of nodes that need each other. Ids stay.
    #[must_use]
    pub fn untied(&self, edges: &BTreeSet<(NodeId, NodeId)>) -> Graph<N> {
        let (knot_of, _) = self.knots();
        let inside = |(from, to): (NodeId, NodeId)| knot_of.get(from.index()) == knot_of.get(to.index());
        let mut untied = Graph::new();
        for node in self.ids().filter_map(|id| self.node(id)) {
            untied.add_node(node.clone());
        }
        for (from, to) in self.edges() {
            if !edges.contains(&(from, to)) || !inside((from, to)) {
                untied.depend(from, to);
            }
        }
        untied
    }

    /// The number of the knot that each node is in, and the first node of each that has a cycle.
    fn knots(&self) -> (Vec<usize>, Vec<NodeId>) {
        let mut knot_of = vec![usize::MAX; self.len()];
        let mut starts = Vec::new();
        for (knot, members) in kosaraju_scc(&self.inner).into_iter().enumerate() {
            for member in &members {
                if let Some(slot) = knot_of.get_mut(member.index()) {
                    *slot = knot;
                }
            }
            let Some(first) = members.iter().min().copied().map(NodeId) else {
                continue;
            };
            if members.len() > 1 || self.has_edge(first, first) {
                starts.push(first);
            }
        }
        (knot_of, starts)
    }

    fn shortest_cycle(&self, start: NodeId, knot_of: &[usize]) -> Option<Cycle<N>> {
        let knot = knot_of.get(start.index());
        let mut came_from = std::collections::BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(id) = queue.pop_front() {
            for next in self.needs(id) {
                if next == start {
                    let mut path = vec![id];
                    while let Some(before) = path.last().and_then(|last| came_from.get(last)) {
                        path.push(*before);
                    }
                    path.reverse();
                    let path = path.into_iter().filter_map(|id| self.node(id).cloned()).collect();
                    return Some(Cycle { path });
                }
                if knot_of.get(next.index()) == knot && !came_from.contains_key(&next) {
                    came_from.insert(next, id);
                    queue.push_back(next);
                }
            }
        }
        None
    }

    /// Depth-first post-order over what is needed, from each node in order of insertion.
    fn post_order(&self) -> Vec<NodeId> {
        let mut seen = vec![false; self.len()];
        let mut order = Vec::with_capacity(self.len());
        let mut first_time = |id: NodeId| {
            seen.get_mut(id.index())
                .is_some_and(|seen| !std::mem::replace(seen, true))
        };
        for root in self.ids() {
            if !first_time(root) {
                continue;
            }
            let mut stack = vec![(root, self.needs(root).into_iter())];
            while let Some((id, needs)) = stack.last_mut() {
                match needs.next() {
                    Some(next) if first_time(next) => stack.push((next, self.needs(next).into_iter())),
                    Some(_) => {}
                    None => {
                        order.push(*id);
                        stack.pop();
                    }
                }
            }
        }
        order
    }
}
