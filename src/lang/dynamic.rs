//! `dynamic` blocks: nested blocks made from a collection.
//!
//! While the collection is unknown, so are all blocks of the type together. A sensitive collection is refused,
//! for the number of blocks would show it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::schema::{Block as Schema, Nesting};
use crate::source::Span;
use crate::syntax::ast::{self, Attribute, Body, Expr, ExprKind};
use crate::syntax::traverse::keyword;
use crate::value::convert::convert;
use crate::value::{Path, Type, Value};

use super::body::{Decoder, Gathered, unsupported_block};
use super::codes;
use super::eval::{Cx, Local, eval};
use super::fault::explain;
use super::for_expr::elements;

/// The parts of a dynamic block.
struct Parts<'a> {
    for_each: &'a Expr,
    iterator: Arc<str>,
    labels: Option<&'a Expr>,
    content: Body,
}

pub(super) fn expand(
    decoder: &mut Decoder,
    block: &ast::Block,
    schema: &Schema,
    path: &Path,
    cx: Cx<'_>,
    gathered: &mut BTreeMap<Arc<str>, Gathered>,
) {
    let [label] = block.labels.as_slice() else {
        return decoder.faults.push(fault(
            block.header,
            "A dynamic block has one label: the type of the blocks that it makes.",
        ));
    };
    let Some((name, nested)) = schema.blocks.get_key_value(&label.name) else {
        return decoder.faults.push(unsupported_block(label, schema));
    };
    let parts = match parts(block, name) {
        Ok(parts) => parts,
        Err(faults) => return decoder.faults.extend(faults),
    };
    let Some(items) = decoder.faults.take_all(collection(&parts, cx)) else {
        return;
    };
    let into = gathered.entry(Arc::clone(name)).or_default();
    let Some(items) = items else {
        into.unknown = true;
        return;
    };
    for (key, value) in items {
        let iterator = Local {
            name: &parts.iterator,
            value: Value::object([("key", key), ("value", value)]),
            outer: cx.locals,
        };
        let cx = cx.with(&iterator);
        let label = match nested.nesting {
            Nesting::Map => match decoder.faults.take_all(block_label(&parts, block.header, cx)) {
                Some(Some(label)) => Some(label),
                Some(None) => {
                    into.unknown = true;
                    continue;
                }
                None => continue,
            },
            _ => None,
        };
        decoder.instance(
            (name, nested),
            label,
            &parts.content,
            block.header,
            path,
            cx,
            into,
        );
    }
}

fn fault(span: Span, detail: impl Into<String>) -> Diagnostic {
    Diagnostic::error(&codes::DYNAMIC_BLOCK, detail).at(span)
}

fn parts<'a>(block: &'a ast::Block, name: &Arc<str>) -> Result<Parts<'a>, Diagnostics> {
    let mut faults = Diagnostics::new();
    let mut for_each = None;
    let mut iterator = Arc::clone(name);
    let mut labels = None;
    for Attribute { name, expr, .. } in block.body.attributes() {
        match &*name.name {
            "for_each" => for_each = Some(expr),
            "iterator" => match keyword(expr) {
                Some(name) => iterator = Arc::from(name),
                None => faults.push(fault(expr.span, "The iterator is a plain name.")),
            },
            "labels" => labels = Some(expr),
            "content" | "//" if block.body.json => {}
            other => faults.push(fault(
                name.span,
                format!(
                    "A dynamic block has no argument \"{other}\". What its blocks shall contain stands in \
                     the block \"content\"."
                ),
            )),
        }
    }
    let (from_json, more) = if block.body.json {
        block.body.json_blocks("content", 0)
    } else {
        (Vec::new(), Diagnostics::new())
    };
    faults.extend(more);
    let mut contents = Vec::new();
    for inner in block.body.blocks().chain(&from_json) {
        if &*inner.kind.name == "content" && inner.labels.is_empty() {
            contents.push(&inner.body);
        } else {
            faults.push(fault(
                inner.header,
                "A dynamic block has no nested block but one \"content\" without labels.",
            ));
        }
    }
    let content = match contents.as_slice() {
        [content] => Some((*content).clone()),
        [] => {
            faults.push(fault(block.header, "The block \"content\" is missing."));
            None
        }
        _ => {
            faults.push(fault(block.header, "There is more than one block \"content\"."));
            None
        }
    };
    if for_each.is_none() {
        faults.push(fault(block.header, "The argument \"for_each\" is missing."));
    }
    match (for_each, content) {
        (Some(for_each), Some(content)) if !faults.has_errors() => Ok(Parts {
            for_each,
            iterator,
            labels,
            content,
        }),
        _ => Err(faults),
    }
}

type Items = Option<Vec<(Value, Value)>>;

fn collection(parts: &Parts<'_>, cx: Cx<'_>) -> Result<Items, Diagnostics> {
    let value = eval(parts.for_each, cx)?;
    if value.marks().is_sensitive() {
        return Err(explain(
            fault(
                parts.for_each.span,
                "A sensitive value cannot make blocks, for their number and keys would show it.",
            ),
            parts.for_each,
            cx,
        ));
    }
    if value.is_null() {
        return Err(explain(
            fault(
                parts.for_each.span,
                "A null value cannot make blocks; use an empty collection for none.",
            ),
            parts.for_each,
            cx,
        ));
    }
    elements(&value, parts.for_each, cx)
}

/// The label of one block; `None` while unknown.
fn block_label(parts: &Parts<'_>, header: Span, cx: Cx<'_>) -> Result<Option<Arc<str>>, Diagnostics> {
    let Some(expr) = parts.labels else {
        return Err(fault(
            header,
            "Blocks of this type have a label, so the dynamic block needs labels = [...].",
        )
        .into());
    };
    let wrong = |expr: &Expr| {
        explain(
            fault(
                expr.span,
                "The labels are a list of exactly one string, not null.",
            ),
            expr,
            cx,
        )
    };
    let label = match &expr.kind {
        ExprKind::Tuple(items) => match items.as_slice() {
            [only] => eval(only, cx)?,
            _ => return Err(wrong(expr)),
        },
        _ => {
            let list = eval(expr, cx)?;
            match list.items() {
                Some([only]) => only.clone().mark(list.marks()),
                None if !list.is_known() => return Ok(None),
                _ => return Err(wrong(expr)),
            }
        }
    };
    let label = convert(&label, &Type::String).map_err(|_| wrong(expr))?;
    if label.is_null() || label.marks().is_sensitive() {
        return Err(wrong(expr));
    }
    Ok(label.as_arc_str().cloned())
}
