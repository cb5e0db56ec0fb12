//! `locals`, `output` and `check` blocks: what a module computes, gives and asserts.

use std::sync::Arc;

use crate::syntax::ast::{Block, Expr, ExprKind, Item};

use super::blocks::{Content, Context, Schema};
use super::constant::check_name;
use super::resource::data_in_check;
use super::variable::conditions;
use super::{Check, Local, Output, Resource, codes};

pub(super) static OUTPUT: Schema = Schema {
    arguments: &["value", "description", "sensitive", "ephemeral", "depends_on"],
    required: &["value"],
    blocks: &[("precondition", &[])],
    open: false,
};

static CHECK: Schema = Schema {
    arguments: &[],
    required: &[],
    blocks: &[("data", &["type", "name"]), ("assert", &[])],
    open: false,
};

/// The values of a `locals` block.
pub(super) fn locals(block: Block, cx: &mut Context<'_>) -> Vec<Local> {
    let json = block.body.json;
    let mut found = Vec::new();
    for item in block.body.items {
        match item {
            Item::Attribute(attribute) if json && &*attribute.name.name == "//" => {}
            Item::Attribute(attribute) => {
                if check_name("local value", &attribute.name, cx) {
                    found.push(Local {
                        name: attribute.name.name,
                        expr: attribute.expr,
                        span: attribute.span,
                    });
                }
            }
            Item::Block(nested) => cx.error(
                &codes::UNSUPPORTED_BLOCK,
                nested.header,
                format!(
                    "A locals block has no nested blocks. To set a value, write {} = ...",
                    nested.kind.name
                ),
            ),
        }
    }
    found
}

/// An `output` block.
pub(super) fn output(block: Block, cx: &mut Context<'_>) -> Option<Output> {
    let label = block.labels.first()?.clone();
    check_name("output", &label, cx);
    let mut content = Content::read(block.body, block.header, &OUTPUT, cx);
    let absent = Expr {
        kind: ExprKind::Null,
        span: block.header,
    };
    Some(Output {
        name: Arc::clone(&label.name),
        value: content.take("value").unwrap_or(absent),
        description: content.string("description", cx).map(|(text, _)| text),
        sensitive: content.bool("sensitive", cx).is_some_and(|(set, _)| set),
        ephemeral: content.bool("ephemeral", cx).is_some_and(|(set, _)| set),
        depends_on: content.references("depends_on", cx),
        preconditions: conditions(&mut content, "precondition", cx),
        span: block.header,
    })
}

/// A `check` block, and the data source in it.
pub(super) fn check(block: Block, cx: &mut Context<'_>) -> Option<(Check, Option<Resource>)> {
    let label = block.labels.first()?.clone();
    check_name("check", &label, cx);
    let mut content = Content::read(block.body, block.header, &CHECK, cx);
    if !content.blocks.iter().any(|nested| &*nested.kind.name == "assert") {
        cx.error(
            &codes::EMPTY_CHECK,
            block.header,
            "A check block has at least one assert block; this one would check nothing.",
        );
    }
    let data = content
        .take_block("data", cx)
        .and_then(|nested| data_in_check(nested, &label.name, cx));
    let asserts = conditions(&mut content, "assert", cx);
    let check = Check {
        name: Arc::clone(&label.name),
        asserts,
        data: data.as_ref().map(|data| data.addr.clone()),
        span: block.header,
    };
    Some((check, data))
}
