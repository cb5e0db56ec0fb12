//! The type of what has no value: both results of a condition must go together even if one of them fails.
//!
//! An operation that fails is known to be a number or a bool, a template to be a string, a constructor to have the
//! parts that it has. Anything else that fails may be of any type. It reports no faults: those were found before.

use std::sync::Arc;

use crate::syntax::ast::{BinaryOp, Expr, ExprKind, ObjectItem, ObjectKey, TemplatePart, UnaryOp};
use crate::value::Type;
use crate::value::convert::convert;

use super::eval::{Cx, Outcome, eval};

/// The type of one result of a condition, in view of the other.
pub(super) fn result_type(result: &Outcome, expr: &Expr, other: &Outcome, cx: Cx<'_>) -> Type {
    match (result, other) {
        (Ok(value), _) => value.ty(),
        // Within a shape no further one is made, so that nesting costs no more than its size.
        (Err(_), Ok(other)) if !cx.rough => of_failed(expr, &other.ty(), cx),
        (Err(_), _) => Type::Dynamic,
    }
}

fn of(expr: &Expr, cx: Cx<'_>) -> Type {
    match eval(expr, cx.rough()) {
        Ok(value) => value.ty(),
        Err(_) => of_failed(expr, &Type::Dynamic, cx),
    }
}

fn of_failed(expr: &Expr, other: &Type, cx: Cx<'_>) -> Type {
    match &expr.kind {
        ExprKind::Parens(inner) => of_failed(inner, other, cx),
        ExprKind::Unary(UnaryOp::Neg, _) => Type::Number,
        ExprKind::Unary(UnaryOp::Not, _) => Type::Bool,
        ExprKind::Binary(op, ..) => match op {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod => Type::Number,
            _ => Type::Bool,
        },
        ExprKind::Template(template) => match template.parts.as_slice() {
            [TemplatePart::Interpolation(inner)] => of_failed(inner, other, cx),
            _ => Type::String,
        },
        ExprKind::Tuple(items) => Type::tuple(items.iter().map(|item| of(item, cx))),
        ExprKind::Object(items) => object(items, cx),
        // How many elements there would be is not told, but that it is no other kind of value.
        ExprKind::For(parts) if has_elements(&parts.collection, cx) => match (&parts.key, other) {
            (None, Type::Tuple(_) | Type::List(_) | Type::Set(_) | Type::Dynamic) => Type::Dynamic,
            (None, _) => Type::tuple([]),
            (Some(_), Type::Object(_) | Type::Map(_) | Type::Dynamic) => Type::Dynamic,
            (Some(_), _) => Type::object::<Arc<str>>([]),
        },
        _ => Type::Dynamic,
    }
}

fn object(items: &[ObjectItem], cx: Cx<'_>) -> Type {
    let mut attributes = Vec::with_capacity(items.len());
    for item in items {
        let name = match &item.key {
            ObjectKey::Ident(name) => Some(Arc::clone(&name.name)),
            ObjectKey::Expr(key) => match eval(key, cx.rough()) {
                Ok(key) => convert(&key, &Type::String)
                    .ok()
                    .and_then(|key| key.as_arc_str().cloned()),
                Err(_) => None,
            },
            ObjectKey::Ambiguous(_) => None,
        };
        let Some(name) = name else { return Type::Dynamic };
        attributes.push((name, of(&item.value, cx)));
    }
    Type::object(attributes)
}

fn has_elements(collection: &Expr, cx: Cx<'_>) -> bool {
    let value = eval(collection, cx.rough());
    value.is_ok_and(|value| value.items().is_some() || value.members().is_some())
}
