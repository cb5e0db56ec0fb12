//! The order needs what a look at every pair says that it needs.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::moves::Move;
use super::super::moves::tests::any_moves;
use super::{Side, is_around, needs, order};
use crate::addr::InstanceKey;

fn agree(one: &[Option<&InstanceKey>], other: &[Option<&InstanceKey>]) -> bool {
    let mut pairs = one.iter().zip(other);
    pairs.all(|(one, other)| one.is_none() || other.is_none() || one == other)
}

fn meets(one: &Side<'_>, other: &Side<'_>) -> bool {
    one.names == other.names && agree(&one.keys, &other.keys)
}

/// Whether one can mean something inside of what the other means.
fn is_within(one: &Side<'_>, other: &Side<'_>) -> bool {
    let count = other.names.modules.len();
    let same_calls =
        one.names.modules.get(..count) == Some(&other.names.modules[..]) && agree(&one.keys, &other.keys);
    match other.names.resource {
        None => same_calls && (one.names.modules.len() > count || one.names.resource.is_some()),
        Some(_) => {
            one.names == other.names
                && agree(&one.keys, &other.keys)
                && other.keys.last() == Some(&None)
                && one.keys.last() != Some(&None)
        }
    }
}

/// The needs, by the definition: every move is held against every other.
fn by_pairs(moves: &[Move]) -> BTreeSet<(usize, usize)> {
    let sides: Vec<_> = moves
        .iter()
        .map(|one| (Side::of(one, &one.from), Side::of(one, &one.to)))
        .collect();
    let mut found = BTreeSet::new();
    for (at, (from, to)) in sides.iter().enumerate() {
        for (other, (their_from, their_to)) in sides.iter().enumerate() {
            let encloses = is_within(from, their_to)
                || is_within(to, their_to)
                || is_within(their_from, from)
                || is_within(their_to, from);
            let encloses = encloses && !is_around(moves, (at, other));
            if at != other && (meets(from, their_to) || encloses) {
                found.insert((at, other));
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn needs_are_those_of_all_pairs(moves in any_moves()) {
        prop_assert_eq!(needs(&moves), by_pairs(&moves));
    }

    #[test]
    fn each_comes_after_what_it_needs(moves in any_moves()) {
        let Ok(order) = order(&moves) else { return Ok(()) };
        prop_assert_eq!(order.len(), moves.len());
        let place = |at: usize| order.iter().position(|one| std::ptr::eq(*one, &raw const moves[at]));
        for (one, other) in needs(&moves) {
            prop_assert!(place(one) > place(other));
        }
    }
}
