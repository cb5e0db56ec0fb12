//! Which element of one side is which of the other: by a key that all of them have, else by what is in them.
//!
//! A key is an attribute that names an element to people. What is sensitive, unknown or null never is one, so it is safe to
//! show. What differs between two elements is not looked at here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::value::{Kind, Value};

use super::key;
use super::sequence::{self, Pair};

/// Attributes that may be the key, the first that can be.
const KEYS: [&str; 3] = ["name", "key", "id"];

/// The elements of both sides.
pub struct Elements<'a> {
    old: &'a [Value],
    new: &'a [Value],
    attribute: Option<&'static str>,
    tokens: (Vec<Token>, Vec<Token>),
}

/// What an element is known by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Key(String),
    Content(String),
}

impl<'a> Elements<'a> {
    /// Looks for the key.
    pub fn new(old: &'a [Value], new: &'a [Value]) -> Elements<'a> {
        let attribute = KEYS.into_iter().find(|name| {
            let (there, coming) = (keys(old, name), keys(new, name));
            there.is_some_and(|there| coming.is_some_and(|coming| !there.is_disjoint(&coming)))
        });
        let tokens = |side: &[Value]| {
            let token = |element: &Value| match attribute.and_then(|name| key_of(element, name)) {
                Some(label) => Token::Key(key(label)),
                None => Token::Content(key(element)),
            };
            side.iter().map(token).collect()
        };
        Elements {
            old,
            new,
            attribute,
            tokens: (tokens(old), tokens(new)),
        }
    }

    /// The key of an element, if there is one: attribute and value.
    pub fn label(&self, element: Option<&Value>) -> Option<(&'static str, Value)> {
        let name = self.attribute?;
        Some((name, key_of(element?, name)?.clone()))
    }

    /// Pairs of positions where the order matters. `any` says whether elements of every kind can be shown as one that
    /// changes, else only objects and collections can.
    pub fn in_order(&self, any: bool) -> Vec<Pair> {
        let (old, new) = &self.tokens;
        let is_object = |at: usize| {
            self.old
                .get(at)
                .is_some_and(|element| element.members().is_some())
        };
        sequence::align(old, new, is_object, |was, will| self.alike(was, will, any))
    }

    /// Pairs of positions where the order does not matter: those of old in their order, then those that come.
    pub fn without_order(&self) -> Vec<Pair> {
        let (old, new) = &self.tokens;
        let places: BTreeMap<&Token, usize> = new.iter().enumerate().map(|(at, token)| (token, at)).collect();
        let there: BTreeSet<&Token> = old.iter().collect();
        let gone: Vec<usize> = (0..old.len())
            .filter(|at| old.get(*at).is_some_and(|token| !places.contains_key(token)))
            .collect();
        let came: Vec<usize> = (0..new.len())
            .filter(|at| new.get(*at).is_some_and(|token| !there.contains(token)))
            .collect();
        let rest = sequence::replaced(&gone, &came, |was, will| self.mostly(was, will));
        let known: BTreeMap<usize, Pair> = rest.iter().filter_map(|pair| Some((pair.was?, *pair))).collect();
        let kept = old
            .iter()
            .enumerate()
            .filter_map(|(was, token)| match places.get(token) {
                Some(will) => Some(Pair::stays(was, *will)),
                None => known.get(&was).copied(),
            });
        let added = rest.iter().filter(|pair| pair.was.is_none()).copied();
        kept.chain(added).collect()
    }

    /// How well one can be shown as having become the other.
    fn alike(&self, was: usize, will: usize, any: bool) -> usize {
        let (Some(old), Some(new)) = (self.old.get(was), self.new.get(will)) else {
            return 0;
        };
        let both = |what: &dyn Fn(&Value) -> bool| what(old) && what(new);
        if both(&|side| self.attribute.is_some_and(|name| key_of(side, name).is_some())) {
            // They have other names, so they are one only where little else differs.
            return self.mostly(was, will);
        }
        match self.share(old, new) {
            Some((same, all)) => 1 + 1000 * same / all.max(1),
            None => usize::from(any || both(&Value::can_iterate)),
        }
    }

    /// The same for elements that are expected to be others, so that half of what is in them must be the same.
    fn mostly(&self, was: usize, will: usize) -> usize {
        let share = match (self.old.get(was), self.new.get(will)) {
            (Some(old), Some(new)) => self.share(old, new),
            _ => None,
        };
        share.map_or(0, |(same, all)| {
            if 2 * same >= all {
                1000 * same / all.max(1)
            } else {
                0
            }
        })
    }

    /// How many attributes have the same value, and how many there are. The key does not count.
    fn share(&self, old: &Value, new: &Value) -> Option<(usize, usize)> {
        if old.is_sensitive() || new.is_sensitive() {
            return None;
        }
        let (old, new) = (old.members()?, new.members()?);
        let counts = |(name, value): &(&Arc<str>, &Value)| {
            !value.is_null() && self.attribute.is_none_or(|attribute| *attribute != ***name)
        };
        let same = old.iter().filter(counts);
        let same = same.filter(|(name, value)| new.get(*name) == Some(value)).count();
        let all = old
            .iter()
            .filter(counts)
            .count()
            .max(new.iter().filter(counts).count());
        Some((same, all))
    }
}

/// The values of a key, if all objects have it and no two the same.
fn keys(side: &[Value], attribute: &str) -> Option<BTreeSet<String>> {
    let mut keys = BTreeSet::new();
    let objects = side
        .iter()
        .filter(|element| element.members().is_some() && !element.is_sensitive());
    for element in objects {
        if !keys.insert(key(key_of(element, attribute)?)) {
            return None;
        }
    }
    Some(keys)
}

fn key_of<'a>(element: &'a Value, attribute: &str) -> Option<&'a Value> {
    let key = element
        .members()
        .filter(|_| !element.is_sensitive())?
        .get(attribute)?;
    let can_be = matches!(key.kind(), Kind::String(_) | Kind::Number(_)) && !key.is_sensitive();
    can_be.then_some(key)
}
