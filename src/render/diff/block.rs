//! Differences of blocks: attributes apart from nested blocks, each nested block with its label.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::schema::{Block, NestedBlock, Nesting};
use crate::value::{Kind, Members, Type, Value};

use super::identity::Elements;
use super::items::sides;
use super::{Diff, Forces, Moved, Sign, dynamic, members_of, together, value};

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
    /// The key by which it is known among its neighbours, where it has one instead of a label.
    pub key: Option<(&'static str, Value)>,
    /// Its move, where it passes by others.
    pub moved: Option<Moved>,
    /// Its difference; for blocks that are sensitive or unknown together the one of their value.
    pub content: Result<BlockDiff, Diff>,
}

impl Nested {
    fn new(name: &Arc<str>, content: Result<BlockDiff, Diff>) -> Nested {
        Nested {
            name: Arc::clone(name),
            label: None,
            key: None,
            moved: None,
            content,
        }
    }

    fn set_sign(&mut self, sign: Sign) {
        match &mut self.content {
            Ok(block) => block.sign = sign,
            Err(value) => value.sign = sign,
        }
    }

    fn force(&mut self) {
        match &mut self.content {
            Ok(block) => block.forces = true,
            Err(value) => value.forces = true,
        }
    }

    fn is_forced(&self) -> bool {
        match &self.content {
            Ok(block) => {
                let attributes = || block.attributes.iter().any(|(_, diff)| diff.is_forced());
                let blocks = || block.blocks.iter().any(Nested::is_forced);
                block.sign != Sign::Keep && (block.forces || attributes() || blocks())
            }
            Err(value) => value.is_forced(),
        }
    }

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
    let empty = Members::new();
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
        out.push(Nested::new(name, content));
        return;
    }
    let add = |label: Option<&Arc<str>>, was: Option<&Value>, will: Option<&Value>, below: &Forces| {
        let there = |side: Option<&Value>| side.is_some_and(|v| !v.is_null());
        if !there(was) && !there(will) {
            return None;
        }
        let content = if opaque(was) || opaque(will) {
            Err(value(was, will, below))
        } else {
            let mut diff = block(Some(&nested.block), was, will, below);
            // Where all blocks of a kind force replacement, each does.
            diff.forces |= forces.here;
            Ok(diff)
        };
        Some(Nested {
            label: label.cloned(),
            ..Nested::new(name, content)
        })
    };
    match nested.nesting {
        Nesting::Single => out.extend(add(None, before, after, forces)),
        Nesting::Map => {
            let empty = Members::new();
            let (old, new) = (
                members_of(before).unwrap_or(&empty),
                members_of(after).unwrap_or(&empty),
            );
            let labels: BTreeSet<&Arc<str>> = old.keys().chain(new.keys()).collect();
            let labels = labels.into_iter();
            out.extend(
                labels.filter_map(|label| {
                    add(Some(label), old.get(label), new.get(label), forces.member(label))
                }),
            );
        }
        Nesting::List | Nesting::Set => {
            let (old, new) = (items(before), items(after));
            let elements = Elements::new(old, new);
            let ordered = nested.nesting == Nesting::List;
            let pairs = if ordered {
                elements.in_order(true)
            } else {
                elements.without_order()
            };
            let blocks = pairs.into_iter().filter_map(|pair| {
                let (was, will) = sides(pair, old, new);
                let below = if ordered {
                    forces.position(pair, new.len())
                } else {
                    forces.element(was, will)
                };
                let mut found = add(None, was, will, below)?;
                found.key = elements.label(will.or(was));
                found.moved = Moved::of(pair, found.sign());
                if found.moved.is_some() {
                    found.set_sign(Sign::Change);
                }
                Some(found)
            });
            let mut blocks: Vec<Nested> = blocks.collect();
            if forces.is_deeper() && !blocks.iter().any(Nested::is_forced) {
                // What forces replacement is told of all, where it stands at no one's place.
                blocks.iter_mut().for_each(Nested::force);
            }
            out.extend(blocks);
        }
    }
}

fn items(value: Option<&Value>) -> &[Value] {
    match value.map(Value::kind) {
        Some(Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items)) => items,
        _ => &[],
    }
}
