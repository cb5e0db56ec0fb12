//! A [`SmallMap`] is a map as any other: what is done to it and to a `BTreeMap` gives the same.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::value::SmallMap;

/// One thing done to both maps.
#[derive(Clone, Debug)]
enum Deed {
    Insert(u8, u32),
    Remove(u8),
    Extend(Vec<(u8, u32)>),
    Change(u8, u32),
}

fn deed() -> impl Strategy<Value = Deed> {
    let key = || 0..40u8;
    prop_oneof![
        4 => (key(), any::<u32>()).prop_map(|(key, value)| Deed::Insert(key, value)),
        2 => key().prop_map(Deed::Remove),
        1 => prop::collection::vec((key(), any::<u32>()), 0..30).prop_map(Deed::Extend),
        1 => (key(), any::<u32>()).prop_map(|(key, value)| Deed::Change(key, value)),
    ]
}

proptest! {
    #[test]
    fn it_does_as_a_b_tree(deeds in prop::collection::vec(deed(), 0..40)) {
        let mut small = SmallMap::new();
        let mut tree = BTreeMap::new();
        for deed in deeds {
            match deed {
                Deed::Insert(key, value) => prop_assert_eq!(small.insert(key, value), tree.insert(key, value)),
                Deed::Remove(key) => prop_assert_eq!(small.remove(&key), tree.remove(&key)),
                Deed::Extend(more) => {
                    small.extend(more.clone());
                    tree.extend(more);
                }
                Deed::Change(key, value) => {
                    let changed = small.get_mut(&key).map(|held| *held = value).is_some();
                    prop_assert_eq!(changed, tree.get_mut(&key).map(|held| *held = value).is_some());
                }
            }
            prop_assert_eq!(small.len(), tree.len());
            prop_assert_eq!(small.is_empty(), tree.is_empty());
            prop_assert!(small.iter().eq(&tree));
            prop_assert!(small.iter().rev().eq(tree.iter().rev()));
            prop_assert!((0..40).all(|key| small.get(&key) == tree.get(&key)));
        }
        prop_assert_eq!(format!("{small:?}"), format!("{tree:?}"));
        // However it came to be, a map with the same entries is the same.
        let again: SmallMap<u8, u32> = tree.clone().into_iter().rev().collect();
        prop_assert_eq!(&again, &small);
        prop_assert_eq!(SmallMap::from(tree.clone()), again);
        prop_assert!(small.clone().into_iter().rev().eq(tree.clone().into_iter().rev()));
        prop_assert!(small.into_values().eq(tree.into_values()));
    }
}
