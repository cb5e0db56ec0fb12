//! `lifecycle` blocks: how an object is replaced, protected, compared and checked.

use crate::addr::Mode;
use crate::source::Span;
use crate::syntax::ast::{Block, Expr, ExprKind};
use crate::syntax::{keyword, traversal, variables};

use super::blocks::{Content, Context, Schema};
use super::constant::{into_kind, unquoted};
use super::reference::ROOTS;
use super::variable::conditions;
use super::{IgnoreChanges, Lifecycle, codes};

pub(super) static LIFECYCLE: Schema = Schema {
    arguments: &[
        "create_before_destroy",
        "prevent_destroy",
        "ignore_changes",
        "replace_triggered_by",
    ],
    required: &[],
    blocks: &[("precondition", &[]), ("postcondition", &[])],
    open: false,
};

/// A `lifecycle` block of a resource or data source.
pub(super) fn lifecycle(block: Block, mode: Mode, cx: &mut Context<'_>) -> Lifecycle {
    let mut content = Content::read(block.body, block.header, &LIFECYCLE, cx);
    if mode == Mode::Data {
        for name in LIFECYCLE.arguments {
            if let Some(expr) = content.take(name) {
                cx.error_titled(
                    &codes::UNSUPPORTED_ARGUMENT,
                    expr.span,
                    "Invalid data resource lifecycle argument",
                    format!("\"{name}\" is about objects that are created and destroyed; a data source is only read."),
                );
            }
        }
    }
    let prevent_destroy = content.bool("prevent_destroy", cx);
    Lifecycle {
        create_before_destroy: content.bool("create_before_destroy", cx).map(|(set, _)| set),
        prevent_destroy: prevent_destroy.and_then(|(set, span)| set.then_some(span)),
        ignore_changes: ignore_changes(&mut content, cx),
        replace_triggered_by: replace_triggered_by(&mut content, cx),
        preconditions: conditions(&mut content, "precondition", cx),
        postconditions: conditions(&mut content, "postcondition", cx),
    }
}

fn ignore_changes(content: &mut Content, cx: &mut Context<'_>) -> IgnoreChanges {
    let Some(expr) = content.take("ignore_changes") else {
        return IgnoreChanges::None;
    };
    let span = expr.span;
    if keyword(&expr) == Some("all") {
        return IgnoreChanges::All;
    }
    let elements = match into_kind(expr) {
        ExprKind::Tuple(elements) => elements,
        _ => {
            cx.error(
                &codes::REFERENCE_FORM,
                span,
                "\"ignore_changes\" is the word all, or a list of arguments in brackets, such as [domains].",
            );
            return IgnoreChanges::None;
        }
    };
    let mut paths = Vec::new();
    for element in elements {
        if let ExprKind::String(star) = &element.kind
            && &**star == "*"
        {
            cx.error(
                &codes::REFERENCE_FORM,
                element.span,
                "A star in brackets no longer means everything. Write ignore_changes = all.",
            );
            continue;
        }
        let Some(path) = unquoted(element, cx) else {
            continue;
        };
        if traversal(&path).is_some() {
            paths.push(path);
        } else {
            cx.error(
                &codes::REFERENCE_FORM,
                path.span,
                "An argument of this resource is needed here, with attributes and constant keys behind it: \
                 domains, service[\"web\"].component.",
            );
        }
    }
    IgnoreChanges::Paths(paths)
}

fn replace_triggered_by(content: &mut Content, cx: &mut Context<'_>) -> Vec<Expr> {
    let name = "replace_triggered_by";
    let Some(expr) = content.take(name) else {
        return Vec::new();
    };
    let json = content.json;
    let span = expr.span;
    let ExprKind::Tuple(elements) = into_kind(expr) else {
        cx.error(
            &codes::REFERENCE_FORM,
            span,
            "\"replace_triggered_by\" is a list of references in brackets, such as [giantswarm_org.team].",
        );
        return Vec::new();
    };
    let mut found = Vec::new();
    for element in elements {
        let element = match &element.kind {
            ExprKind::String(_) if json => unquoted(element, cx),
            _ => Some(element),
        };
        let Some(element) = element else { continue };
        match trigger_fault(&element) {
            Some(at) => cx.error_titled(
                &codes::REFERENCE_FORM,
                at,
                "Invalid replace_triggered_by expression",
                "Each element refers to a resource or an attribute of one. In a key in brackets only count.index and \
                 each.key can be used.",
            ),
            None => found.push(element),
        }
    }
    found
}

/// Where an element of `replace_triggered_by` is not what it must be: a traversal from a managed resource, whose
/// keys are constants, `count.index` or `each.key`.
fn trigger_fault(expr: &Expr) -> Option<Span> {
    let mut at = expr;
    loop {
        match &at.kind {
            ExprKind::GetAttr(inner, _) => at = inner,
            ExprKind::Index(inner, key) => {
                let good = match &key.kind {
                    ExprKind::String(_) | ExprKind::Number(_) => true,
                    _ => traversal(key).is_some(),
                };
                if !good {
                    return Some(key.span);
                }
                at = inner;
            }
            ExprKind::Variable(_) => break,
            _ => return Some(expr.span),
        }
    }
    let mut references = variables(expr).into_iter();
    let main = references.next()?;
    if ROOTS.contains(&&*main.root.name) || main.steps.is_empty() {
        return Some(main.span);
    }
    references
        .find(|key| !matches!(&*key.root.name, "count" | "each"))
        .map(|key| key.span)
}
