//! A map ordered by key that takes little room while it has few entries.
//!
//! Most objects of a configuration have a handful of attributes, and most resources one instance. A node of a
//! B-tree has room for eleven entries whatever it holds, so that such a map spends most of its memory on nothing.
//! [`SmallMap`] keeps up to [`FEW`] entries in one sorted vector and more of them in a B-tree, so that no
//! operation ever costs more than logarithmic time. It offers what its users need and no more: no ranges, no
//! cursors. Which of the two forms a map has cannot be seen from outside; equality, order and `Debug` are those
//! of the entries.

use std::borrow::Borrow;
use std::collections::{BTreeMap, btree_map};
use std::fmt;
use std::iter::FusedIterator;
use std::{slice, vec};

/// How many entries are kept in a vector.
pub const FEW: usize = 16;

/// A map ordered by key.
#[derive(Clone)]
pub struct SmallMap<K, V> {
    form: Form<K, V>,
}

/// Invariant: `Few` holds at most [`FEW`] entries, by ascending key, no key twice.
#[derive(Clone)]
enum Form<K, V> {
    Few(Vec<(K, V)>),
    Many(BTreeMap<K, V>),
}

impl<K, V> SmallMap<K, V> {
    /// A map without entries; it needs no memory of its own.
    pub const fn new() -> SmallMap<K, V> {
        SmallMap {
            form: Form::Few(Vec::new()),
        }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        match &self.form {
            Form::Few(entries) => entries.len(),
            Form::Many(entries) => entries.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries by ascending key.
    pub fn iter(&self) -> Iter<'_, K, V> {
        match &self.form {
            Form::Few(entries) => Iter::Few(entries.iter()),
            Form::Many(entries) => Iter::Many(entries.iter()),
        }
    }

    /// The keys, ascending.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.iter().map(|(key, _)| key)
    }

    /// The values by ascending key.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// The values by ascending key, given up by the map.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> + ExactSizeIterator {
        self.into_iter().map(|(_, value)| value)
    }
}

impl<K: Ord, V> SmallMap<K, V> {
    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        match &self.form {
            Form::Few(entries) => find(entries, key)
                .ok()
                .and_then(|at| entries.get(at))
                .map(|(_, value)| value),
            Form::Many(entries) => entries.get(key),
        }
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        match &mut self.form {
            Form::Few(entries) => find(entries, key)
                .ok()
                .and_then(|at| entries.get_mut(at))
                .map(|(_, value)| value),
            Form::Many(entries) => entries.get_mut(key),
        }
    }

    /// Whether the key is there.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// Sets the value of a key; the answer is the value that it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match &mut self.form {
            Form::Few(entries) => match find(entries, &key) {
                Ok(at) => entries
                    .get_mut(at)
                    .map(|(_, held)| std::mem::replace(held, value)),
                Err(at) if entries.len() < FEW => {
                    if entries.capacity() == 0 {
                        entries.reserve_exact(1);
                    }
                    entries.insert(at, (key, value));
                    None
                }
                Err(_) => {
                    let mut entries: BTreeMap<K, V> = std::mem::take(entries).into_iter().collect();
                    entries.insert(key, value);
                    self.form = Form::Many(entries);
                    None
                }
            },
            Form::Many(entries) => entries.insert(key, value),
        }
    }

    /// Takes a key out; the answer is its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        match &mut self.form {
            Form::Few(entries) => find(entries, key).ok().map(|at| entries.remove(at).1),
            Form::Many(entries) => entries.remove(key),
        }
    }
}

fn find<K: Ord + Borrow<Q>, V, Q: Ord + ?Sized>(entries: &[(K, V)], key: &Q) -> Result<usize, usize> {
    entries.binary_search_by(|(held, _)| held.borrow().cmp(key))
}

impl<K, V> Default for SmallMap<K, V> {
    fn default() -> SmallMap<K, V> {
        SmallMap::new()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for SmallMap<K, V> {
    fn eq(&self, other: &SmallMap<K, V>) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<K: Eq, V: Eq> Eq for SmallMap<K, V> {}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SmallMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Of entries with the same key the last one counts, as if they were inserted one after another.
impl<K: Ord, V> FromIterator<(K, V)> for SmallMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> SmallMap<K, V> {
        let mut map = SmallMap::new();
        map.extend(entries);
        map
    }
}

impl<K: Ord, V> Extend<(K, V)> for SmallMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, more: I) {
        let more = more.into_iter();
        let likely = self.len().saturating_add(more.size_hint().0);
        if let Form::Few(entries) = &mut self.form {
            if likely <= FEW {
                entries.reserve_exact(likely - entries.len());
            } else {
                self.form = Form::Many(std::mem::take(entries).into_iter().collect());
            }
        }
        match &mut self.form {
            Form::Many(entries) => entries.extend(more),
            Form::Few(_) => more.for_each(|(key, value)| {
                self.insert(key, value);
            }),
        }
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for SmallMap<K, V> {
    fn from(entries: [(K, V); N]) -> SmallMap<K, V> {
        entries.into_iter().collect()
    }
}

impl<K: Ord, V> From<BTreeMap<K, V>> for SmallMap<K, V> {
    fn from(entries: BTreeMap<K, V>) -> SmallMap<K, V> {
        if entries.len() > FEW {
            return SmallMap {
                form: Form::Many(entries),
            };
        }
        SmallMap {
            form: Form::Few(entries.into_iter().collect()),
        }
    }
}

impl<'a, K, V> IntoIterator for &'a SmallMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<K, V> IntoIterator for SmallMap<K, V> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    fn into_iter(self) -> IntoIter<K, V> {
        match self.form {
            Form::Few(entries) => IntoIter::Few(entries.into_iter()),
            Form::Many(entries) => IntoIter::Many(entries.into_iter()),
        }
    }
}

/// The entries of a [`SmallMap`] by ascending key.
#[derive(Debug)]
pub enum Iter<'a, K, V> {
    /// Of a small one.
    Few(slice::Iter<'a, (K, V)>),
    /// Of a large one.
    Many(btree_map::Iter<'a, K, V>),
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        match self {
            Iter::Few(entries) => Iter::Few(entries.clone()),
            Iter::Many(entries) => Iter::Many(entries.clone()),
        }
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Iter::Few(entries) => entries.next().map(|(key, value)| (key, value)),
            Iter::Many(entries) => entries.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Iter::Few(entries) => entries.size_hint(),
            Iter::Many(entries) => entries.size_hint(),
        }
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match self {
            Iter::Few(entries) => entries.next_back().map(|(key, value)| (key, value)),
            Iter::Many(entries) => entries.next_back(),
        }
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}
impl<K, V> FusedIterator for Iter<'_, K, V> {}

/// The entries of a [`SmallMap`] that is no longer needed, by ascending key.
#[derive(Debug)]
pub enum IntoIter<K, V> {
    /// Of a small one.
    Few(vec::IntoIter<(K, V)>),
    /// Of a large one.
    Many(btree_map::IntoIter<K, V>),
}

impl<K, V> Iterator for IntoIter<K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        match self {
            IntoIter::Few(entries) => entries.next(),
            IntoIter::Many(entries) => entries.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            IntoIter::Few(entries) => entries.size_hint(),
            IntoIter::Many(entries) => entries.size_hint(),
        }
    }
}

impl<K, V> DoubleEndedIterator for IntoIter<K, V> {
    fn next_back(&mut self) -> Option<(K, V)> {
        match self {
            IntoIter::Few(entries) => entries.next_back(),
            IntoIter::Many(entries) => entries.next_back(),
        }
    }
}

impl<K, V> ExactSizeIterator for IntoIter<K, V> {}
impl<K, V> FusedIterator for IntoIter<K, V> {}
