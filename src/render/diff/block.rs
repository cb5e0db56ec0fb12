//! Differences of blocks: attributes apart from nested blocks, each nested block with its label.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::schema::{Block, NestedBlock, Nesting};
use crate::value::path::Key;
use crate::value::{Kind, PathStep, Type, Value};

use super::{Diff, Forces, Sign, dynamic, keys, members_of, sequence, together, value};

/// The difference of one block.
#[derive(Clone, Debug)]
pub struct BlockDiff {
    /// What happens to it.
    pub sign: Sign,
    /// Whether its change as a whole forces replacement.
    pub forces: bool,
    /// Attributes by name, without those that are null before and after.
    pub attributes: Vec<(Arc<str>, Diff)>,
    /// Nested blocks, block type by block type.
    pub blocks: Vec<Nested>,
}

/// One nested block.
#[derive(Clone, Debug)]
pub struct Nested {
    /// The block type.
    pub name: Arc<str>,
    /// The label, where it has one.
    pub label: Option<Arc<str>>,
    /// Its difference; for blocks that are sensitive or unknown together the one of their value.
    pub content: Result<BlockDiff, Diff>,
}

impl Nested {
    /// What happens to it.
    pub fn sign(&self) -> Sign {
        match &self.content {
            Ok(block) => block.sign,
            Err(value) => value.sign,
        }
    }
}

/// The difference of two values of a block. Without a schema all members are attributes.
pub fn block(
    schema: Option<&Block>,
    before: Option<&Value>,
    after: Option<&Value>,
    forces: &Forces,
) -> BlockDiff {
    let (before, after) = (before.filter(|v| !v.is_null()), after.filter(|v| !v.is_null()));
    let empty = BTreeMap::new();
    let (old, new) = (
        members_of(before).unwrap_or(&empty),
        members_of(after).unwrap_or(&empty),
    );
    let names: BTreeSet<&Arc<str>> = old.keys().chain(new.keys()).collect();
    let mut attributes = Vec::new();
    let mut blocks = Vec::new();
    for name in names {
        let (was, will) = (old.get(name), new.get(name));
        let below = forces.member(name);
        if let Some(nested) = schema.and_then(|schema| schema.blocks.get(name)) {
            nested_blocks(&mut blocks, name, nested, was, will, below);
        } else if was.is_some_and(|v| !v.is_null()) || will.is_some_and(|v| !v.is_null()) {
            let declared = schema.and_then(|schema| schema.attributes.get(name));
            let diff = match declared {
                Some(attribute) if attribute.ty == Type::Dynamic => dynamic(was, will, below),
                _ => value(was, will, below),
            };
            attributes.push((Arc::clone(name), diff));
        }
    }
    let inner = attributes
        .iter()
        .map(|(_, part)| part.sign)
        .chain(blocks.iter().map(Nested::sign));
    let sign = match (before, after) {
        (None, Some(_)) => Sign::Add,
        (Some(_), None) => Sign::Remove,
        _ => together(inner),
    };
    BlockDiff {
        sign,
        forces: forces.here,
        attributes,
        blocks,
    }
}

fn nested_blocks(
    out: &mut Vec<Nested>,
    name: &Arc<str>,
    nested: &NestedBlock,
    before: Option<&Value>,
    after: Option<&Value>,
    forces: &Forces,
) {
    let opaque = |side: Option<&Value>| side.is_some_and(|v| v.is_sensitive() || !v.is_known());
    if opaque(before) || opaque(after) {
        let content = Err(value(before, after, forces));
        out.push(Nested {
            name: Arc::clone(name),
            label: None,
            content,
        });
        return;
    }
    let mut add = |label: Option<&Arc<str>>, was: Option<&Value>, will: Option<&Value>, below: &Forces| {
        let there = |side: Option<&Value>| side.is_some_and(|v| !v.is_null());
        if !there(was) && !there(will) {
            return;
        }
        let content = if opaque(was) || opaque(will) {
            Err(value(was, will, below))
        } else {
            let mut diff = block(Some(&nested.block), was, will, below);
            // Where all blocks of a kind force replacement, each does.
            diff.forces |= forces.here;
            Ok(diff)
        };
        out.push(Nested {
            name: Arc::clone(name),
            label: label.cloned(),
            content,
        });
    };
    match nested.nesting {
        Nesting::Single => add(None, before, after, forces),
        Nesting::Map => {
            let empty = BTreeMap::new();
            let (old, new) = (
                members_of(before).unwrap_or(&empty),
                members_of(after).unwrap_or(&empty),
            );
            let labels: BTreeSet<&Arc<str>> = old.keys().chain(new.keys()).collect();
            for label in labels {
                add(Some(label), old.get(label), new.get(label), forces.member(label));
            }
        }
        Nesting::List => {
            let (old, new) = (items(before), items(after));
            for (was, will) in sequence::align(&keys(old), &keys(new), |_, _| true) {
                let below = will
                    .or(was)
                    .map_or(Forces::none(), |at| forces.step(&PathStep::int(at)));
                add(
                    None,
                    was.and_then(|at| old.get(at)),
                    will.and_then(|at| new.get(at)),
                    below,
                );
            }
        }
        Nesting::Set => {
            let (old, new) = (items(before), items(after));
            let (was, will) = (keys(old), keys(new));
            let (there, coming): (BTreeSet<&String>, BTreeSet<&String>) =
                (was.iter().collect(), will.iter().collect());
            let below =
                |element: &Value| forces.step(&PathStep::Index(Key::Element(Box::new(element.clone()))));
            for (element, key) in old.iter().zip(&was) {
                let after = if coming.contains(key) { Some(element) } else { None };
                add(None, Some(element), after, below(element));
            }
            for (element, _) in new.iter().zip(&will).filter(|(_, key)| !there.contains(key)) {
                add(None, None, Some(element), below(element));
            }
        }
    }
}

fn items(value: Option<&Value>) -> &[Value] {
    match value.map(Value::kind) {
        Some(Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items)) => items,
        _ => &[],
    }
}
