//! Aligning two sequences: what stays, goes, comes, moves, and what stands in another's place.
//!
//! `similar` finds what stays; its heuristics bound the cost where two long sequences have little in common. What
//! stands in another's place is looked for between two elements that stay, and only where few stand there. What
//! elements are is for the caller to say.

use std::collections::{BTreeMap, BTreeSet};

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// A position in old, one in new, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Where it was.
    pub was: Option<usize>,
    /// Where it will be.
    pub will: Option<usize>,
    /// Whether it passes by an element that stays.
    pub moved: bool,
}

impl Pair {
    /// One that is found again, or stands in the other's place.
    pub fn stays(was: usize, will: usize) -> Pair {
        Pair {
            was: Some(was),
            will: Some(will),
            moved: false,
        }
    }

    fn goes(was: usize) -> Pair {
        Pair {
            was: Some(was),
            will: None,
            moved: false,
        }
    }

    fn comes(will: usize) -> Pair {
        Pair {
            was: None,
            will: Some(will),
            moved: false,
        }
    }
}

/// Up to this many comparisons are made to find what stands in whose place.
const COMPARED: usize = 4096;

/// Pairs of positions, in the order to show them. `movable` says whether an element of old is found again also where it
/// passes by others, `alike` how well one of old and one of new can be shown as one that changes: not at all with 0.
pub fn align<T: Ord>(
    old: &[T],
    new: &[T],
    movable: impl Fn(usize) -> bool,
    alike: impl Fn(usize, usize) -> usize,
) -> Vec<Pair> {
    let (old, new) = numbers(old, new);
    let operations = capture_diff_slices(Algorithm::Myers, &old, &new);
    let gaps = || operations.iter().filter(|op| op.tag() != DiffTag::Equal);
    let mut left: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for at in gaps()
        .flat_map(|op| op.old_range())
        .filter(|at| movable(*at))
        .rev()
    {
        if let Some(number) = old.get(at) {
            left.entry(*number).or_default().push(at);
        }
    }
    let arrived = gaps().flat_map(|op| op.new_range()).filter_map(|at| {
        let was = left.get_mut(new.get(at)?)?.pop()?;
        Some((at, was))
    });
    let arrived: BTreeMap<usize, usize> = arrived.collect();
    let moved: BTreeSet<usize> = arrived.values().copied().collect();

    let mut pairs = Vec::with_capacity(old.len().max(new.len()));
    for op in &operations {
        if op.tag() == DiffTag::Equal {
            let both = op.old_range().zip(op.new_range());
            pairs.extend(both.map(|(was, will)| Pair::stays(was, will)));
            continue;
        }
        let gone: Vec<usize> = op.old_range().filter(|at| !moved.contains(at)).collect();
        let came: Vec<usize> = op.new_range().filter(|at| !arrived.contains_key(at)).collect();
        let mut arrivals = arrived.range(op.new_range()).peekable();
        for pair in replaced(&gone, &came, &alike) {
            while let Some((will, was)) =
                arrivals.next_if(|(at, _)| pair.will.is_some_and(|will| **at < will))
            {
                pairs.push(Pair {
                    moved: true,
                    ..Pair::stays(*was, *will)
                });
            }
            pairs.push(pair);
        }
        pairs.extend(arrivals.map(|(will, was)| Pair {
            moved: true,
            ..Pair::stays(*was, *will)
        }));
    }
    pairs
}

/// What stands in whose place, in the order of both: the pairs that are most alike in sum. Of many, each stands in the place
/// of the one at the same position.
pub fn replaced(gone: &[usize], came: &[usize], alike: impl Fn(usize, usize) -> usize) -> Vec<Pair> {
    let together = if gone.len().saturating_mul(came.len()) > COMPARED {
        let by_position = gone.iter().copied().zip(came.iter().copied());
        by_position
            .take_while(|(was, will)| alike(*was, *will) > 0)
            .collect()
    } else {
        most_alike(gone, came, alike)
    };
    let (mut gone, mut came) = (gone.iter().copied().peekable(), came.iter().copied().peekable());
    let mut pairs = Vec::new();
    for (was, will) in together {
        pairs.extend(std::iter::from_fn(|| gone.next_if(|at| *at < was)).map(Pair::goes));
        pairs.extend(std::iter::from_fn(|| came.next_if(|at| *at < will)).map(Pair::comes));
        gone.next();
        came.next();
        pairs.push(Pair::stays(was, will));
    }
    pairs.extend(gone.map(Pair::goes));
    pairs.extend(came.map(Pair::comes));
    pairs
}

fn most_alike(gone: &[usize], came: &[usize], alike: impl Fn(usize, usize) -> usize) -> Vec<(usize, usize)> {
    // For each pair of positions: how alike the two are, and the best sum from there on.
    let mut table: BTreeMap<(usize, usize), (usize, usize)> = BTreeMap::new();
    let best = |table: &BTreeMap<(usize, usize), (usize, usize)>, row, column| {
        table.get(&(row, column)).map_or(0, |(_, sum)| *sum)
    };
    for (row, was) in gone.iter().enumerate().rev() {
        for (column, will) in came.iter().enumerate().rev() {
            let score = alike(*was, *will);
            let paired = score + best(&table, row + 1, column + 1);
            let sum = paired
                .max(best(&table, row + 1, column))
                .max(best(&table, row, column + 1));
            table.insert((row, column), (score, sum));
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut pairs = Vec::new();
    while let Some((score, sum)) = table.get(&(row, column)).copied() {
        if score > 0 && sum == score + best(&table, row + 1, column + 1) {
            pairs.extend(gone.get(row).copied().zip(came.get(column).copied()));
            (row, column) = (row + 1, column + 1);
        } else if sum == best(&table, row + 1, column) {
            row += 1;
        } else {
            column += 1;
        }
    }
    pairs
}

/// Small numbers in place of elements, so that long ones are looked at once.
fn numbers<T: Ord>(old: &[T], new: &[T]) -> (Vec<u32>, Vec<u32>) {
    let mut numbers: BTreeMap<&T, u32> = BTreeMap::new();
    let mut number = |item| {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        *numbers.entry(item).or_insert(next)
    };
    let old = old.iter().map(&mut number).collect();
    (old, new.iter().map(&mut number).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str, alike: impl Fn(char, char) -> usize, movable: bool) -> String {
        let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
        let pairs = align(&old, &new, |_| movable, |was, will| alike(old[was], new[will]));
        let text: Vec<String> = pairs
            .into_iter()
            .map(|pair| match (pair.was, pair.will) {
                (Some(was), Some(will)) if pair.moved => format!("{}@{was}", new[will]),
                (Some(was), Some(will)) if old[was] == new[will] => old[was].to_string(),
                (Some(was), Some(will)) => format!("{}~{}", old[was], new[will]),
                (Some(was), None) => format!("-{}", old[was]),
                (None, Some(will)) => format!("+{}", new[will]),
                (None, None) => unreachable!(),
            })
            .collect();
        text.join(" ")
    }

    #[test]
    fn what_stays_is_found_again() {
        assert_eq!(shown("abc", "acd", |_, _| 0, false), "a -b c +d");
        assert_eq!(shown("abc", "axc", |_, _| 0, false), "a -b +x c");
        assert_eq!(shown("abc", "axyc", |_, _| 1, false), "a b~x +y c");
        assert_eq!(shown("", "ab", |_, _| 1, false), "+a +b");
    }

    #[test]
    fn what_is_most_alike_stands_in_each_others_place() {
        let case = |was: char, will: char| 1 + 9 * usize::from(was.eq_ignore_ascii_case(&will));
        assert_eq!(shown("abz", "xyBz", case, false), "a~x +y b~B z");
        assert_eq!(shown("abcz", "Cz", case, false), "-a -b c~C z");
        assert_eq!(
            shown("bz", "xBz", |was, will| case(was, will) / 10, false),
            "+x b~B z"
        );
    }

    #[test]
    fn what_passes_by_others_moves() {
        assert_eq!(shown("abcd", "dabc", |_, _| 0, true), "d@3 a b c");
        assert_eq!(shown("abcd", "bxcda", |_, _| 0, true), "b +x c d a@0");
        assert_eq!(shown("abcd", "dabc", |_, _| 0, false), "+d a b c -d");
        assert_eq!(shown("aab", "baa", |_, _| 0, true), "b@2 a a", "of equals, any");
    }

    #[test]
    fn long_sequences_without_anything_in_common_are_no_trouble() {
        let old: Vec<u32> = (0..200_000).collect();
        let new: Vec<u32> = (200_000..400_000).collect();
        assert_eq!(align(&old, &new, |_| true, |_, _| 1).len(), 200_000);
        let backwards: Vec<u32> = (0..50_000).rev().collect();
        assert_eq!(
            align(&old[..50_000], &backwards, |_| true, |_, _| 1).len(),
            50_000
        );
    }

    proptest::proptest! {
        #[test]
        fn every_element_is_in_one_pair_and_new_ones_are_in_order(
            old in proptest::collection::vec(0..9_u8, 0..12),
            new in proptest::collection::vec(0..9_u8, 0..12),
        ) {
            let pairs = align(&old, &new, |at| old[at] < 6, |was, will| usize::from(old[was] + new[will]) % 5);
            let mut was: Vec<usize> = pairs.iter().filter_map(|pair| pair.was).collect();
            let will: Vec<usize> = pairs.iter().filter_map(|pair| pair.will).collect();
            proptest::prop_assert_eq!(will, (0..new.len()).collect::<Vec<_>>());
            let staying = pairs.iter().filter(|pair| !pair.moved).filter_map(|pair| pair.was);
            proptest::prop_assert!(staying.is_sorted());
            was.sort_unstable();
            proptest::prop_assert_eq!(was, (0..old.len()).collect::<Vec<_>>());
            for (was, will, moved) in pairs.iter().filter_map(|pair| Some((pair.was?, pair.will?, pair.moved))) {
                let alike = usize::from(old[was] + new[will]) % 5;
                proptest::prop_assert!(old[was] == new[will] || (alike > 0 && !moved));
            }
        }
    }
}
