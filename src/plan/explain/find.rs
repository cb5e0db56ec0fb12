//! What stands at a place of a block: an argument, a nested block, and the expressions that it is made from.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::addr::{InstanceAddr, InstanceKey, ModuleAddr, ModuleInstance, Target};
use crate::config::{Config, target};
use crate::source::Span;
use crate::syntax::ast::{Block, Body, Expr, Item};
use crate::syntax::keyword;
use crate::value::Path;

/// An argument or a nested block as it is written.
pub(super) struct Written<'a> {
    /// From name to value; of a block, its header.
    pub span: Span,
    pub is_block: bool,
    /// The expressions that it is made from, each with the names that `dynamic` blocks around it bind.
    pub exprs: Vec<(&'a Expr, BTreeSet<Arc<str>>)>,
    name: Arc<str>,
}

impl Written<'_> {
    /// The name as a path.
    pub fn path(&self) -> Path {
        Path::root().attr(Arc::clone(&self.name))
    }
}

/// What is written at a place of a block's body.
pub(super) fn written(body: &Body, place: Span) -> Option<Written<'_>> {
    let mut bound = BTreeSet::new();
    let mut sources = Vec::new();
    let mut body = body;
    let mut block: Option<&Block> = None;
    loop {
        let inside = body.items.iter().find(|item| match item {
            Item::Attribute(given) => given.span.contains(place),
            Item::Block(inner) => inner.span.contains(place),
        });
        match inside {
            Some(Item::Attribute(given)) => {
                sources.push((&given.expr, bound));
                return Some(Written {
                    span: given.span,
                    is_block: false,
                    exprs: sources,
                    name: Arc::clone(&given.name.name),
                });
            }
            Some(Item::Block(inner)) => {
                if let Some((iterator, each)) = dynamic(inner) {
                    sources.extend(each.map(|each| (each, bound.clone())));
                    bound.insert(iterator);
                }
                block = Some(inner);
                body = &inner.body;
            }
            None => break,
        }
    }
    let block = block?;
    collect(&block.body, &bound, &mut sources);
    Some(Written {
        span: block.header,
        is_block: true,
        exprs: sources,
        name: Arc::clone(&block.kind.name),
    })
}

/// Everything that is written directly in a body.
pub(super) fn all_written(body: &Body) -> Vec<Written<'_>> {
    let places = body.items.iter().map(|item| match item {
        Item::Attribute(given) => given.span,
        Item::Block(block) => block.header,
    });
    places.filter_map(|place| written(body, place)).collect()
}

/// The name that a `dynamic` block binds, and what it repeats over.
fn dynamic(block: &Block) -> Option<(Arc<str>, Option<&Expr>)> {
    let label = block.labels.first().filter(|_| &*block.kind.name == "dynamic")?;
    let argument = |name: &str| block.body.attributes().find(|given| &*given.name.name == name);
    let iterator = argument("iterator").and_then(|given| keyword(&given.expr));
    let bound = iterator.map_or_else(|| Arc::clone(&label.name), Arc::from);
    Some((bound, argument("for_each").map(|given| &given.expr)))
}

fn collect<'a>(body: &'a Body, bound: &BTreeSet<Arc<str>>, found: &mut Vec<(&'a Expr, BTreeSet<Arc<str>>)>) {
    for item in &body.items {
        match item {
            Item::Attribute(given) if matches!(&*given.name.name, "iterator") => {}
            Item::Attribute(given) => found.push((&given.expr, bound.clone())),
            Item::Block(inner) => {
                let mut inner_bound = bound.clone();
                inner_bound.extend(dynamic(inner).map(|(iterator, _)| iterator));
                collect(&inner.body, &inner_bound, found);
            }
        }
    }
}

/// The `moved` block that speaks of this move itself; a longer chain of moves has none.
pub(super) fn moved_from(config: &Config, from: &InstanceAddr, to: &InstanceAddr) -> Option<Span> {
    let names = |outer: &ModuleAddr, expr: &Expr, addr: &InstanceAddr| {
        let inner = |module: &ModuleInstance| {
            let mut whole = outer.clone();
            whole.0.extend(module.config().0);
            whole
        };
        let of = addr.module.config();
        match target::target(expr) {
            Ok(Target::Module(module)) => of.0.starts_with(&inner(&module).0),
            Ok(Target::Resource(one)) => {
                let key = one.key == InstanceKey::None || one.key == addr.key;
                key && of == inner(&one.module) && addr.resource == one.resource
            }
            Err(_) => false,
        }
    };
    let mut blocks = config
        .modules
        .iter()
        .flat_map(|(outer, module)| module.moved.iter().map(move |block| (outer, block)));
    blocks
        .find(|(outer, block)| names(outer, &block.from, from) && names(outer, &block.to, to))
        .map(|(_, block)| block.span)
}
