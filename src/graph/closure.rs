//! Reach: everything that a set of nodes needs, directly or not, and the graph without the edges that follow
//! from others. It decides nothing about what a target means; that is the caller's.

use std::collections::BTreeSet;

use super::dag::{Graph, NodeId};
use super::order::Cycle;

impl<N: Ord + Clone> Graph<N> {
    /// These nodes and everything that they need, directly or not. Nodes that the graph does not have are
    /// left out.
    pub fn closure<'a>(&self, of: impl IntoIterator<Item = &'a N>) -> BTreeSet<NodeId>
    where
        N: 'a,
    {
        self.reach(of.into_iter().filter_map(|node| self.id(node)).collect(), |id| {
            self.needs(id)
        })
    }

    /// These nodes and everything that needs them, directly or not.
    pub fn closure_of_dependents<'a>(&self, of: impl IntoIterator<Item = &'a N>) -> BTreeSet<NodeId>
    where
        N: 'a,
    {
        self.reach(of.into_iter().filter_map(|node| self.id(node)).collect(), |id| {
            self.dependents(id)
        })
    }

    /// The nodes for which `keep` holds. One needs another when it did so directly or through nodes that are
    /// left out. The time is, for each kept node, linear in the left-out nodes that it reaches.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&N) -> bool) -> Graph<N> {
        let is_kept = |id: NodeId| self.node(id).is_some_and(&keep);
        let mut kept = Graph::new();
        for id in self.ids().filter(|id| is_kept(*id)) {
            if let Some(node) = self.node(id) {
                kept.add_node(node.clone());
            }
        }
        for from in self.ids().filter(|id| is_kept(*id)) {
            let mut seen = BTreeSet::new();
            let mut open = self.needs(from);
            let mut found = BTreeSet::new();
            while let Some(id) = open.pop() {
                if is_kept(id) {
                    found.insert(id);
                } else if seen.insert(id) {
                    open.extend(self.needs(id));
                }
            }
            for to in found {
                let ids = self.node(from).zip(self.node(to));
                if let Some((from, to)) = ids.and_then(|(from, to)| kept.id(from).zip(kept.id(to))) {
                    kept.depend(from, to);
                }
            }
        }
        kept
    }

    fn reach(&self, mut open: Vec<NodeId>, next: impl Fn(NodeId) -> Vec<NodeId>) -> BTreeSet<NodeId> {
        let mut found = BTreeSet::new();
        while let Some(id) = open.pop() {
            if found.insert(id) {
                open.extend(next(id));
            }
        }
        found
    }

    /// The same nodes with only those edges that do not follow from others: what people want to see drawn.
    /// It is linear in memory; in time it is, for each node with several edges, linear in what lies between
    /// the node and the farthest node it needs.
    pub fn reduction(&self) -> Result<Graph<N>, Cycle<N>> {
        let order = self.topological_order()?;
        let mut position = vec![0usize; self.len()];
        for (at, id) in order.iter().enumerate() {
            if let Some(slot) = position.get_mut(id.index()) {
                *slot = at;
            }
        }
        let place = |id: NodeId| position.get(id.index()).copied().unwrap_or(0);
        let mut reduced = Graph::new();
        for id in self.ids() {
            if let Some(node) = self.node(id) {
                reduced.add_node(node.clone());
            }
        }
        let mut seen_in_round = vec![usize::MAX; self.len()];
        for (round, from) in self.ids().enumerate() {
            let mut needs = self.needs(from);
            // Only a node that stands later in the order can make another superfluous.
            needs.sort_by_key(|id| std::cmp::Reverse(place(*id)));
            let farthest = needs.last().map_or(0, |id| place(*id));
            let mut kept = Vec::new();
            for need in needs.iter().copied() {
                let seen =
                    |id: NodeId, seen_in_round: &[usize]| seen_in_round.get(id.index()) == Some(&round);
                if seen(need, &seen_in_round) {
                    continue;
                }
                kept.push(need);
                if needs.len() == 1 {
                    break;
                }
                let mut open = vec![need];
                while let Some(id) = open.pop() {
                    if place(id) < farthest || seen(id, &seen_in_round) {
                        continue;
                    }
                    if let Some(slot) = seen_in_round.get_mut(id.index()) {
                        *slot = round;
                    }
                    open.extend(self.needs(id));
                }
            }
            kept.sort();
            for need in kept {
                reduced.depend(from, need);
            }
        }
        Ok(reduced)
    }
}
