//! `variable` blocks, and the condition blocks that they share with resources, outputs and checks.

use std::sync::Arc;

use crate::diag::Diagnostics;
use crate::lang::{NamesScope, TypeConstraint, apply_defaults, evaluate, parse_type};
use crate::syntax::ast::{Block, Expr, ExprKind};
use crate::syntax::parse_expression;
use crate::value::Type;
use crate::value::convert::convert;

use super::blocks::{Content, Context, Schema};
use super::constant::{bare, check_constant, check_name};
use super::{Condition, Variable, codes};

pub(super) static VARIABLE: Schema = Schema {
    arguments: &[
        "type",
        "default",
        "description",
        "sensitive",
        "ephemeral",
        "nullable",
    ],
    required: &[],
    blocks: &[("validation", &[])],
    open: false,
};

static CONDITION: Schema = Schema {
    arguments: &["condition", "error_message"],
    required: &["condition", "error_message"],
    blocks: &[],
    open: false,
};

/// Names that every `module` block takes for itself.
pub(super) static RESERVED: &[&str] = &[
    "source",
    "version",
    "providers",
    "count",
    "for_each",
    "lifecycle",
    "depends_on",
    "locals",
];

/// A `variable` block.
pub(super) fn variable(block: Block, cx: &mut Context<'_>) -> Option<Variable> {
    let label = block.labels.first()?.clone();
    if check_name("variable", &label, cx) && RESERVED.contains(&&*label.name) {
        cx.error_titled(
            &codes::INVALID_NAME,
            label.span,
            "Invalid variable name",
            format!(
                "\"{}\" is an argument of every module block, so no variable can have this name.",
                label.name
            ),
        );
    }
    let mut content = Content::read(block.body, block.header, &VARIABLE, cx);
    let mut constraint = TypeConstraint::any();
    let typed = content.arguments.contains_key("type");
    if let Some(written) = content.take("type")
        && let Some(expr) = type_expr(written, content.json, cx)
        && let Some(found) = cx.diagnostics.take_all(read_type(&expr))
    {
        constraint = found;
    }
    let nullable = content.bool("nullable", cx).is_none_or(|(nullable, _)| nullable);
    let default = content
        .take("default")
        .filter(|default| check_constant("default", default, cx));
    if let Some(default) = &default
        && !nullable
        && *bare(default) == ExprKind::Null
    {
        cx.error(
            &codes::INVALID_DEFAULT,
            default.span,
            "The variable is not nullable, so null cannot be its default. Leave the default out to make the \
             variable required.",
        );
    }
    if let Some(default) = &default {
        check_default(default, &constraint, cx);
    }
    Some(Variable {
        name: Arc::clone(&label.name),
        takes_text: !typed || matches!(constraint.ty, Type::String | Type::Number | Type::Bool),
        constraint,
        default,
        description: content.string("description", cx).map(|(text, _)| text),
        sensitive: content.bool("sensitive", cx).is_some_and(|(set, _)| set),
        ephemeral: content.bool("ephemeral", cx).is_some_and(|(set, _)| set),
        nullable,
        validations: conditions(&mut content, "validation", cx),
        span: block.header,
    })
}

/// The expression of a type: in JSON it stands in a string, in the native syntax it must not.
fn type_expr(written: Expr, json: bool, cx: &mut Context<'_>) -> Option<Expr> {
    let ExprKind::String(text) = &written.kind else {
        return Some(written);
    };
    if json {
        let inside = written.span.start as usize + 1;
        return cx
            .diagnostics
            .take_all(parse_expression(text, written.span.file, inside));
    }
    cx.error(
        &codes::QUOTED_TYPE,
        written.span,
        format!("A type is written without quotes: type = {text}."),
    );
    None
}

/// A type constraint; `list` and `map` alone are those of any elements, as old configurations write them.
fn read_type(expr: &Expr) -> Result<TypeConstraint, Diagnostics> {
    let any = |collection: fn(Type) -> Type| {
        Ok(TypeConstraint {
            ty: collection(Type::Dynamic),
            ..TypeConstraint::any()
        })
    };
    match &expr.kind {
        ExprKind::Variable(name) if &**name == "list" => any(Type::list),
        ExprKind::Variable(name) if &**name == "map" => any(Type::map),
        _ => parse_type(expr),
    }
}

/// Reports a default that does not convert to the type of its variable.
fn check_default(default: &Expr, constraint: &TypeConstraint, cx: &mut Context<'_>) {
    let evaluated = evaluate(default, &NamesScope::empty());
    let Some(value) = cx.diagnostics.take_all(evaluated) else {
        return;
    };
    if let Err(fault) = convert(&apply_defaults(&value, constraint), &constraint.ty) {
        cx.error(
            &codes::INVALID_DEFAULT,
            default.span,
            format!("The default does not fit the type of the variable: {fault}."),
        );
    }
}

/// All condition blocks of one type.
pub(super) fn conditions(content: &mut Content, kind: &str, cx: &mut Context<'_>) -> Vec<Condition> {
    let blocks = content.take_blocks(kind);
    blocks
        .into_iter()
        .filter_map(|block| condition(block, cx))
        .collect()
}

fn condition(block: Block, cx: &mut Context<'_>) -> Option<Condition> {
    let mut content = Content::read(block.body, block.header, &CONDITION, cx);
    Some(Condition {
        condition: content.take("condition")?,
        error_message: content.take("error_message")?,
        span: block.header,
    })
}
