//! The order of `moved` blocks: each comes after those that it builds on.
//!
//! A side of a move is a pattern: names, and keys of which some may be any. Which patterns can mean the same thing
//! is not asked of every pair, for there may be thousands of moves: [`Patterns`] keeps them by their names and
//! finds the ones that agree in the keys that both fix. What the moves do is in `moves`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::{InstanceKey, ResourceAddr, Target};
use crate::graph::Graph;

use super::moves::Move;

/// The moves, each after those that it builds on. The error names the moves of a circle.
pub(super) fn order(moves: &[Move]) -> Result<Vec<&Move>, Vec<&Move>> {
    let mut graph: Graph<usize> = Graph::new();
    let ids: Vec<_> = (0..moves.len()).map(|at| graph.add_node(at)).collect();
    for (one, other) in needs(moves) {
        if let (Some(id), Some(of)) = (ids.get(one), ids.get(other)) {
            graph.depend(*id, *of);
        }
    }
    match graph.topological_order() {
        Ok(order) => Ok(order
            .iter()
            .filter_map(|id| moves.get(*graph.node(*id)?))
            .collect()),
        Err(cycle) => Err(cycle.path.iter().filter_map(|at| moves.get(*at)).collect()),
    }
}

/// Which move must come after which other one, by their places: because it takes on what that one leaves there,
/// or because one is about what lies inside of the other.
fn needs(moves: &[Move]) -> BTreeSet<(usize, usize)> {
    let sides: Vec<[Side<'_>; 2]> = moves
        .iter()
        .map(|one| [Side::of(one, &one.from), Side::of(one, &one.to)])
        .collect();
    let mut froms = Patterns::default();
    let mut tos = Patterns::default();
    for (at, [from, to]) in sides.iter().enumerate() {
        froms.add(at, from);
        tos.add(at, to);
    }
    let mut needs = BTreeSet::new();
    for (at, [from, to]) in sides.iter().enumerate() {
        needs.extend(tos.meeting(from).into_iter().map(|other| (at, other)));
        for side in [from, to] {
            // What lies inside of the place that another one fills comes after it,
            let filled = tos.enclosing(side).into_iter().map(|other| (at, other));
            // and what lies inside of the place that another one empties comes before it.
            let emptied = froms.enclosing(side).into_iter().map(|other| (other, at));
            needs.extend(filled.chain(emptied).filter(|pair| !is_around(moves, *pair)));
        }
    }
    needs.retain(|(one, other)| one != other);
    needs
}

/// A call that only gets other keys is left and reached by the moves inside of it alike; they come after.
fn is_around(moves: &[Move], (one, other): (usize, usize)) -> bool {
    match (moves.get(one), moves.get(other)) {
        (Some(one), Some(other)) => one.is_rekeyed() && one.module.0.len() < other.module.0.len(),
        _ => false,
    }
}

/// One side of a move as a pattern.
struct Side<'a> {
    names: Names<'a>,
    /// A key for each name, and one more for a resource; none means any.
    keys: Vec<Option<&'a InstanceKey>>,
}

/// The names of module calls from the root, and the resource in the innermost, or else that module is meant.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Names<'a> {
    modules: Vec<&'a Arc<str>>,
    resource: Option<&'a ResourceAddr>,
}

impl<'a> Side<'a> {
    fn of(one: &'a Move, target: &'a Target) -> Side<'a> {
        let (module, resource) = match target {
            Target::Module(module) => (module, None),
            Target::Resource(addr) => (&addr.module, Some(addr)),
        };
        let inner = module.0.iter();
        let mut keys: Vec<_> = one.module.0.iter().map(|_| None).collect();
        keys.extend(inner.clone().map(|(_, key)| Some(key)));
        keys.extend(resource.map(|addr| Some(&addr.key)));
        if let Some(last) = keys.last_mut().filter(|_| one.is_whole()) {
            *last = None;
        }
        Side {
            names: Names {
                modules: one.module.0.iter().chain(inner.map(|(name, _)| name)).collect(),
                resource: resource.map(|addr| &addr.resource),
            },
            keys,
        }
    }

    /// What is around of what it means: the modules from the outside in, and the resource of a single instance.
    fn around(&self) -> impl Iterator<Item = Side<'a>> {
        let modules = &self.names.modules;
        let outer = match self.names.resource {
            Some(_) => modules.len(),
            None => modules.len().saturating_sub(1),
        };
        let calls = (1..=outer).map(|count| Side {
            names: Names {
                modules: modules.iter().take(count).copied().collect(),
                resource: None,
            },
            keys: self.keys.iter().take(count).copied().collect(),
        });
        let is_single = self.names.resource.is_some() && self.keys.last().is_some_and(Option::is_some);
        let resource = is_single.then(|| {
            let mut keys = self.keys.clone();
            keys.pop();
            keys.push(None);
            Side {
                names: self.names.clone(),
                keys,
            }
        });
        calls.chain(resource)
    }
}

/// Which keys of a pattern are fixed.
type Shape = Vec<bool>;

/// Sides of moves, to be found by what they can mean.
#[derive(Default)]
struct Patterns<'a> {
    by_names: BTreeMap<Names<'a>, BTreeMap<Shape, Group<'a>>>,
}

/// The sides with the same names and the same keys fixed.
#[derive(Default)]
struct Group<'a> {
    sides: Vec<(usize, Vec<Option<&'a InstanceKey>>)>,
    /// The sides by some of their keys, made when they are first asked for by those.
    by_keys: BTreeMap<Shape, BTreeMap<Vec<&'a InstanceKey>, Vec<usize>>>,
}

impl<'a> Patterns<'a> {
    fn add(&mut self, at: usize, side: &Side<'a>) {
        let groups = self.by_names.entry(side.names.clone()).or_default();
        let group = groups.entry(shape(&side.keys)).or_default();
        group.sides.push((at, side.keys.clone()));
    }

    /// The moves of which the side kept here and this one can mean the same thing.
    fn meeting(&mut self, side: &Side<'a>) -> Vec<usize> {
        self.agreeing(side, |_| true)
    }

    /// The moves of which the side kept here can mean something that this one is inside of.
    fn enclosing(&mut self, side: &Side<'a>) -> Vec<usize> {
        let mut found = Vec::new();
        for around in side.around() {
            let whole_resource = around.names.resource.is_some();
            // One instance of a resource is inside of the resource and of no other instance.
            let fits = |shape: &Shape| !whole_resource || shape.last() == Some(&false);
            found.extend(self.agreeing(&around, fits));
        }
        found
    }

    fn agreeing(&mut self, side: &Side<'a>, fits: impl Fn(&Shape) -> bool) -> Vec<usize> {
        let own = shape(&side.keys);
        let mut found = Vec::new();
        for (kept, group) in self.by_names.get_mut(&side.names).into_iter().flatten() {
            if !fits(kept) {
                continue;
            }
            let both: Shape = kept.iter().zip(&own).map(|(one, other)| *one && *other).collect();
            let agreeing = group.by_keys(&both).get(&chosen(&side.keys, &both));
            found.extend(agreeing.into_iter().flatten());
        }
        found
    }
}

impl<'a> Group<'a> {
    fn by_keys(&mut self, at: &Shape) -> &BTreeMap<Vec<&'a InstanceKey>, Vec<usize>> {
        let sides = &self.sides;
        self.by_keys.entry(at.clone()).or_insert_with(|| {
            let mut by_keys: BTreeMap<Vec<&InstanceKey>, Vec<usize>> = BTreeMap::new();
            for (place, keys) in sides {
                by_keys.entry(chosen(keys, at)).or_default().push(*place);
            }
            by_keys
        })
    }
}

fn shape(keys: &[Option<&InstanceKey>]) -> Shape {
    keys.iter().map(Option::is_some).collect()
}

/// The keys at the places that a shape names.
fn chosen<'a>(keys: &[Option<&'a InstanceKey>], at: &[bool]) -> Vec<&'a InstanceKey> {
    let fixed = keys.iter().zip(at).filter(|(_, wanted)| **wanted);
    fixed.filter_map(|(key, _)| *key).collect()
}

#[cfg(test)]
mod tests;
