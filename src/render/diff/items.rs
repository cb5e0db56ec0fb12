//! Differences of lists, tuples and sets: element by element, each beside the one that it was.
//!
//! Which one that is, `identity` says.

use std::collections::BTreeSet;

use crate::value::{PathStep, Value};

use super::identity::Elements;
use super::sequence::Pair;
use super::{Diff, Forces, Moved, Shape, Sign, keys, together, value};

/// Lists: elements that stay are found again, also where they move.
pub fn list(old: &[Value], new: &[Value], forces: &Forces) -> Diff {
    let elements = Elements::new(old, new);
    let pairs = elements.in_order(false);
    let diffs = pairs.into_iter().map(|pair| {
        let (was, will) = sides(pair, old, new);
        let mut diff = value(was, will, forces.position(pair, new.len()));
        diff.label = elements.label(will.or(was));
        diff.moved = Moved::of(pair, diff.sign);
        if diff.moved.is_some() {
            diff.sign = Sign::Change;
        }
        diff
    });
    items(true, diffs.collect(), forces)
}

/// Tuples. Of equal length, and where something other than an object goes for good, each position has its own meaning;
/// else they are as lists.
pub fn tuple(old: &[Value], new: &[Value], forces: &Forces) -> Diff {
    let (before, after) = (keys(old), keys(new));
    let coming: BTreeSet<&String> = after.iter().collect();
    let objects = || old.iter().chain(new).all(|element| element.members().is_some());
    if old.len() != new.len() || before.iter().all(|key| coming.contains(key)) || objects() {
        return list(old, new, forces);
    }
    let pairs = old.iter().zip(new).enumerate();
    let diffs = pairs.map(|(at, (was, will))| value(Some(was), Some(will), forces.step(&PathStep::int(at))));
    items(true, diffs.collect(), forces)
}

/// Sets: an element is found again, or is another.
pub fn set(old: &[Value], new: &[Value], forces: &Forces) -> Diff {
    let elements = Elements::new(old, new);
    let diffs = elements.without_order().into_iter().map(|pair| {
        let (was, will) = sides(pair, old, new);
        let mut diff = value(was, will, forces.element(was, will));
        diff.label = elements.label(will.or(was));
        diff
    });
    items(false, diffs.collect(), forces)
}

pub(super) fn sides<'a>(
    pair: Pair,
    old: &'a [Value],
    new: &'a [Value],
) -> (Option<&'a Value>, Option<&'a Value>) {
    (
        pair.was.and_then(|at| old.get(at)),
        pair.will.and_then(|at| new.get(at)),
    )
}

fn items(ordered: bool, items: Vec<Diff>, forces: &Forces) -> Diff {
    let sign = together(items.iter().map(|item| item.sign));
    // What forces replacement may be an element at its position, which is shown as being the same elsewhere.
    let forced = forces.here || (forces.is_deeper() && !items.iter().any(Diff::is_forced));
    Diff::new(sign, forced, Shape::Items(ordered, items))
}

impl Forces {
    /// What is below the position of an element. Of one that goes, it is told at its place only where no other has it.
    pub(super) fn position(&self, pair: Pair, length: usize) -> &Forces {
        let place = pair.will.or(pair.was.filter(|was| *was >= length));
        place.map_or(Forces::none(), |at| self.step(&PathStep::int(at)))
    }

    /// What is below an element of a set, as it will be or as it was.
    pub(super) fn element(&self, was: Option<&Value>, will: Option<&Value>) -> &Forces {
        let below = |side: Option<&Value>| {
            side.filter(|_| self.is_deeper())
                .map_or(Forces::none(), |element| {
                    self.step(&PathStep::element(element.clone()))
                })
        };
        let after = below(will);
        if after.here || after.is_deeper() {
            after
        } else {
            below(was)
        }
    }
}
