//! Override files: blocks that change blocks of the same type and labels in the other files of a module.
//!
//! It works on the tree, before blocks are decoded: an argument replaces the argument of its name, nested
//! blocks replace all nested blocks of their type, and a `lifecycle` block is merged argument by argument. An
//! override is written in the same syntax, native or JSON, as the block that it changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::source::Span;
use crate::syntax::ast::{Block, Body, ExprKind, Item};

use super::blocks::{Context, Schema, native_blocks};
use super::lifecycle::LIFECYCLE;
use super::resource::RESOURCE;
use super::settings::{PROVIDER, TERRAFORM};
use super::{codes, module, value, variable};

/// What a block is found by: its type, its labels, and the alias of a provider.
type Key = (Arc<str>, Vec<Arc<str>>, Option<Arc<str>>);

/// Merges the blocks of override files, in order, into those of the other files.
pub(super) fn apply(blocks: &mut Vec<Block>, changes: Vec<Block>, cx: &mut Context<'_>) {
    if changes.is_empty() {
        return;
    }
    let mut places: BTreeMap<Key, usize> = BTreeMap::new();
    let mut locals: BTreeMap<Arc<str>, (usize, usize)> = BTreeMap::new();
    for (at, block) in blocks.iter().enumerate() {
        if &*block.kind.name == "locals" {
            for (item_at, item) in block.body.items.iter().enumerate() {
                if let Item::Attribute(attribute) = item {
                    locals
                        .entry(Arc::clone(&attribute.name.name))
                        .or_insert((at, item_at));
                }
            }
        }
        places.entry(key(block)).or_insert(at);
    }
    for change in changes {
        match &*change.kind.name {
            "terraform" => terraform(blocks, change, cx),
            "locals" => {
                for item in change.body.items {
                    let Item::Attribute(attribute) = &item else {
                        continue;
                    };
                    let place = locals.get(&attribute.name.name).copied();
                    let base =
                        place.and_then(|(block, item)| blocks.get_mut(block)?.body.items.get_mut(item));
                    match base {
                        Some(base) => *base = item,
                        None => missing("local value", attribute.name.span, cx),
                    }
                }
            }
            kind @ ("moved" | "removed" | "import" | "check" | "ephemeral") => cx.error(
                &codes::OVERRIDE,
                change.header,
                format!(
                    "{kind} blocks cannot stand in an override file. Write it in another file of the module."
                ),
            ),
            _ => {
                let key = key(&change);
                match places.get(&key).and_then(|at| blocks.get_mut(*at)) {
                    Some(base) => merge(base, change, cx),
                    // A provider that is not configured is configured by nothing, which can be changed.
                    None if &*key.0 == "provider" && key.2.is_none() => {
                        places.insert(key, blocks.len());
                        blocks.push(change);
                    }
                    None => missing(&key.0, change.header, cx),
                }
            }
        }
    }
}

fn missing(what: &str, at: Span, cx: &mut Context<'_>) {
    cx.error_titled(
        &codes::OVERRIDE,
        at,
        format!("Missing {what} to override"),
        format!("There is no such {what} in the other files of this module, so there is nothing to change."),
    );
}

fn key(block: &Block) -> Key {
    let labels = block.labels.iter().map(|label| Arc::clone(&label.name)).collect();
    let alias = match &*block.kind.name {
        "provider" => block
            .body
            .attributes()
            .find_map(|attribute| match &attribute.expr.kind {
                ExprKind::String(alias) if &*attribute.name.name == "alias" => Some(Arc::clone(alias)),
                _ => None,
            }),
        _ => None,
    };
    (Arc::clone(&block.kind.name), labels, alias)
}

/// What the nested blocks of a block type are.
fn schema(kind: &str) -> Option<&'static Schema> {
    match kind {
        "resource" | "data" => Some(&RESOURCE),
        "provider" => Some(&PROVIDER),
        "module" => Some(&module::MODULE),
        "variable" => Some(&variable::VARIABLE),
        "output" => Some(&value::OUTPUT),
        _ => None,
    }
}

fn merge(base: &mut Block, change: Block, cx: &mut Context<'_>) {
    if base.body.json != change.body.json {
        let place = cx.place(base.header);
        cx.error(
            &codes::OVERRIDE,
            change.header,
            format!(
                "This block changes the one at {place}, which is written in the other syntax. Write both in the native \
                 syntax or both in JSON."
            ),
        );
        return;
    }
    let Some(schema) = schema(&change.kind.name) else {
        return;
    };
    let body = std::mem::replace(&mut base.body, Body::empty(base.span));
    base.body = native_blocks(body, schema, cx);
    let change_body = native_blocks(change.body, schema, cx);
    if matches!(&*change.kind.name, "resource" | "data" | "module")
        && let Some(found) = change_body
            .attributes()
            .find(|found| &*found.name.name == "depends_on")
    {
        cx.error(
            &codes::OVERRIDE,
            found.span,
            "\"depends_on\" cannot be changed by an override file. Change it where the block is declared.",
        );
    }
    merge_body(&mut base.body, change_body, cx);
}

fn merge_body(base: &mut Body, change: Body, cx: &mut Context<'_>) {
    let replaced: BTreeSet<Arc<str>> = change
        .blocks()
        .map(nested_kind)
        .filter(|kind| &**kind != "lifecycle")
        .collect();
    base.items.retain(|item| match item {
        Item::Block(block) => !replaced.contains(&nested_kind(block)),
        Item::Attribute(_) => true,
    });
    for item in change.items {
        match item {
            Item::Attribute(attribute) => {
                let other = match &*attribute.name.name {
                    "count" => "for_each",
                    "for_each" => "count",
                    _ => "",
                };
                base.items.retain(|item| !is_argument(item, other));
                replace_argument(base, Item::Attribute(attribute));
            }
            Item::Block(block) if &*block.kind.name == "lifecycle" => {
                let found = base.items.iter_mut().find_map(|item| match item {
                    Item::Block(found) if &*found.kind.name == "lifecycle" => Some(found),
                    _ => None,
                });
                match found {
                    Some(found) => {
                        let body = std::mem::replace(&mut found.body, Body::empty(found.span));
                        found.body = native_blocks(body, &LIFECYCLE, cx);
                        let change = native_blocks(block.body, &LIFECYCLE, cx);
                        merge_arguments(&mut found.body, change);
                    }
                    None => base.items.push(Item::Block(block)),
                }
            }
            block => base.items.push(block),
        }
    }
}

/// The same for a body without `lifecycle`.
fn merge_arguments(base: &mut Body, change: Body) {
    let replaced: BTreeSet<Arc<str>> = change.blocks().map(nested_kind).collect();
    base.items.retain(|item| match item {
        Item::Block(block) => !replaced.contains(&nested_kind(block)),
        Item::Attribute(_) => true,
    });
    for item in change.items {
        match item {
            Item::Attribute(_) => replace_argument(base, item),
            block => base.items.push(block),
        }
    }
}

/// The type of the blocks that a nested block stands for: its own, or that which `dynamic` makes.
fn nested_kind(block: &Block) -> Arc<str> {
    match block.labels.first() {
        Some(label) if &*block.kind.name == "dynamic" => Arc::clone(&label.name),
        _ => Arc::clone(&block.kind.name),
    }
}

fn is_argument(item: &Item, name: &str) -> bool {
    matches!(item, Item::Attribute(attribute) if &*attribute.name.name == name)
}

/// Puts an argument in the place of the one of its name, or behind all others.
fn replace_argument(base: &mut Body, item: Item) {
    let Item::Attribute(attribute) = &item else { return };
    let name = Arc::clone(&attribute.name.name);
    match base.items.iter_mut().find(|found| is_argument(found, &name)) {
        Some(found) => *found = item,
        None => base.items.push(item),
    }
}

/// A `terraform` block of an override file: a version constraint and a backend replace those of all other
/// files, required providers are replaced one by one.
fn terraform(blocks: &mut Vec<Block>, change: Block, cx: &mut Context<'_>) {
    let change = Block {
        body: native_blocks(change.body, &TERRAFORM, cx),
        ..change
    };
    let mut kept = Vec::new();
    for item in change.body.items {
        let entries = match item {
            Item::Block(block) if &*block.kind.name == "required_providers" => block,
            other => {
                kept.push(other);
                continue;
            }
        };
        for entry in entries.body.items {
            let Item::Attribute(attribute) = &entry else {
                continue;
            };
            let name = Arc::clone(&attribute.name.name);
            let lists = blocks
                .iter_mut()
                .filter(|block| &*block.kind.name == "terraform")
                .flat_map(|block| {
                    let body = std::mem::replace(&mut block.body, Body::empty(block.span));
                    block.body = native_blocks(body, &TERRAFORM, cx);
                    block.body.items.iter_mut().filter_map(|item| match item {
                        Item::Block(nested) if &*nested.kind.name == "required_providers" => Some(nested),
                        _ => None,
                    })
                });
            let mut lists: Vec<&mut Block> = lists.collect();
            let holder = lists
                .iter()
                .position(|list| list.body.items.iter().any(|item| is_argument(item, &name)))
                .unwrap_or(0);
            match lists.get_mut(holder) {
                Some(list) => replace_argument(&mut list.body, entry),
                None => kept.push(Item::Block(Block {
                    body: Body {
                        items: vec![entry],
                        span: entries.body.span,
                        json: entries.body.json,
                    },
                    kind: entries.kind.clone(),
                    labels: Vec::new(),
                    ..entries
                })),
            }
        }
    }
    let sets = |name: &str| kept.iter().any(|item| is_argument(item, name));
    let new_version = sets("required_version");
    let new_backend = kept
        .iter()
        .any(|item| matches!(item, Item::Block(block) if &*block.kind.name == "backend"));
    for block in blocks.iter_mut().filter(|block| &*block.kind.name == "terraform") {
        block.body.items.retain(|item| match item {
            Item::Attribute(_) => !(new_version && is_argument(item, "required_version")),
            Item::Block(nested) => !(new_backend && &*nested.kind.name == "backend"),
        });
    }
    blocks.push(Block {
        body: Body {
            items: kept,
            ..change.body
        },
        ..change
    });
}
