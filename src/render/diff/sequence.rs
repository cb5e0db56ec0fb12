//! Aligning two sequences: which elements stay, which go, which come, which stand in another's place.
//!
//! `similar` finds what stays; its heuristics bound the cost where two long sequences have little in common.

use std::collections::BTreeMap;
use std::hash::Hash;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Pairs of positions in old and new, in the order to show them. `comparable` says whether two elements that
/// differ may be shown as one that changes.
pub fn align<T: Ord + Eq + Hash>(
    old: &[T],
    new: &[T],
    comparable: impl Fn(usize, usize) -> bool,
) -> Vec<(Option<usize>, Option<usize>)> {
    let mut pairs = Vec::with_capacity(old.len().max(new.len()));
    for op in operations(old, new) {
        match op {
            DiffOp::Equal {
                old_index,
                new_index,
                len,
            } => {
                pairs.extend((0..len).map(|at| (Some(old_index + at), Some(new_index + at))));
            }
            DiffOp::Delete {
                old_index, old_len, ..
            } => {
                pairs.extend((0..old_len).map(|at| (Some(old_index + at), None)));
            }
            DiffOp::Insert {
                new_index, new_len, ..
            } => {
                pairs.extend((0..new_len).map(|at| (None, Some(new_index + at))));
            }
            DiffOp::Replace {
                old_index,
                old_len,
                new_index,
                new_len,
            } => {
                let both = old_len.min(new_len);
                let same = (0..both)
                    .take_while(|at| comparable(old_index + at, new_index + at))
                    .count();
                pairs.extend((0..same).map(|at| (Some(old_index + at), Some(new_index + at))));
                pairs.extend((same..old_len).map(|at| (Some(old_index + at), None)));
                pairs.extend((same..new_len).map(|at| (None, Some(new_index + at))));
            }
        }
    }
    pairs
}

/// The edit script. Elements are compared as small numbers, so that long ones are looked at once.
fn operations<T: Ord + Eq + Hash>(old: &[T], new: &[T]) -> Vec<DiffOp> {
    let mut numbers: BTreeMap<&T, u32> = BTreeMap::new();
    let mut number = |item| {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        *numbers.entry(item).or_insert(next)
    };
    let old: Vec<u32> = old.iter().map(&mut number).collect();
    let new: Vec<u32> = new.iter().map(&mut number).collect();
    capture_diff_slices(Algorithm::Myers, &old, &new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(old: &str, new: &str, comparable: bool, expected: &str) {
        let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
        let pairs = align(&old, &new, |_, _| comparable);
        let text: Vec<String> = pairs
            .into_iter()
            .map(|pair| match pair {
                (Some(was), Some(will)) if old[was] == new[will] => old[was].to_string(),
                (Some(was), Some(will)) => format!("{}~{}", old[was], new[will]),
                (Some(was), None) => format!("-{}", old[was]),
                (None, Some(will)) => format!("+{}", new[will]),
                (None, None) => unreachable!(),
            })
            .collect();
        assert_eq!(text.join(" "), expected);
    }

    #[test]
    fn what_stays_is_found_again() {
        check("abc", "acd", false, "a -b c +d");
        check("abc", "axc", false, "a -b +x c");
        check("abc", "axyc", true, "a b~x +y c");
        check("", "ab", true, "+a +b");
    }

    #[test]
    fn long_sequences_without_anything_in_common_are_no_trouble() {
        let old: Vec<u32> = (0..200_000).collect();
        let new: Vec<u32> = (200_000..400_000).collect();
        assert_eq!(align(&old, &new, |_, _| true).len(), 200_000);
    }
}
