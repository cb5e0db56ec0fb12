//! Unary and binary operators.
//!
//! Both operands are always evaluated and converted, for a fault on either side is told (there is no
//! short-circuit in this language). Left-deep chains are folded in a loop, so that their length costs no stack.

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::value::convert::convert;
use crate::value::{Kind, Number, Type, Value};

use super::codes;
use super::eval::{Cx, Outcome, eval};
use super::fault::{explain, unfit};

/// `!a`, `-a`
#[inline(never)]
pub(super) fn unary(op: UnaryOp, operand: &Expr, expr: &Expr, cx: Cx<'_>) -> Outcome {
    let wanted = match op {
        UnaryOp::Not => Type::Bool,
        UnaryOp::Neg => Type::Number,
    };
    let value = typed(eval(operand, cx)?, operand, &wanted, "The operand", cx)?;
    let marks = value.marks();
    let result = match (op, value.kind()) {
        (_, Kind::Null(_)) => return Err(null_operand(expr.span, operand, cx)),
        (UnaryOp::Not, Kind::Bool(answer)) => Value::bool(!answer),
        (UnaryOp::Neg, Kind::Number(number)) => Value::number(number.neg()),
        _ => Value::unknown(wanted).refine_not_null(),
    };
    Ok(result.mark(marks))
}

/// `a + b`, and every operator to the left of it.
#[inline(never)]
pub(super) fn binary(expr: &Expr, cx: Cx<'_>) -> Outcome {
    let mut chain = Vec::new();
    let mut first = expr;
    while let ExprKind::Binary(op, left, right) = &first.kind {
        chain.push((*op, &**left, &**right, first.span));
        first = left;
    }
    let mut left = eval(first, cx);
    for (op, left_expr, right_expr, span) in chain.into_iter().rev() {
        let right = eval(right_expr, cx);
        left = match (left, right) {
            (Ok(left), Ok(right)) => apply(op, (left, left_expr), (right, right_expr), span, cx),
            (Err(mut faults), Err(more)) => {
                faults.extend(more);
                Err(faults)
            }
            (Err(faults), _) | (_, Err(faults)) => Err(faults),
        };
    }
    left
}

fn apply(
    op: BinaryOp,
    (left, left_expr): (Value, &Expr),
    (right, right_expr): (Value, &Expr),
    span: Span,
    cx: Cx<'_>,
) -> Outcome {
    let wanted = match op {
        BinaryOp::Eq => return Ok(left.equals(&right)),
        BinaryOp::NotEq => return Ok(not(&left.equals(&right))),
        BinaryOp::Or | BinaryOp::And => Type::Bool,
        _ => Type::Number,
    };
    let mut faults = Diagnostics::new();
    let left = faults.take_all(typed(left, left_expr, &wanted, "The left operand", cx));
    let right = faults.take_all(typed(right, right_expr, &wanted, "The right operand", cx));
    let (Some(left), Some(right)) = (left, right) else {
        return Err(faults);
    };
    let marks = left.marks() | right.marks();
    let result = match (left.kind(), right.kind()) {
        (Kind::Null(_), _) => return Err(null_operand(span, left_expr, cx)),
        (_, Kind::Null(_)) => return Err(null_operand(span, right_expr, cx)),
        (Kind::Bool(left), Kind::Bool(right)) => Value::bool(match op {
            BinaryOp::Or => *left || *right,
            _ => *left && *right,
        }),
        (Kind::Number(left), Kind::Number(right)) => numbers(op, left, right).map_err(|detail| {
            explain(
                Diagnostic::error(&codes::OPERATION, detail)
                    .at(right_expr.span)
                    .within(span),
                right_expr,
                cx,
            )
        })?,
        _ => of_unknowns(op, &left, &right),
    };
    Ok(result.mark(marks))
}

/// The answer while an operand is unknown: known all the same if the bounds of both numbers decide an order.
fn of_unknowns(op: BinaryOp, left: &Value, right: &Value) -> Value {
    let order = match op {
        BinaryOp::Greater => left.greater(right),
        BinaryOp::GreaterEq => left.greater_eq(right),
        BinaryOp::Less => left.less(right),
        BinaryOp::LessEq => left.less_eq(right),
        _ => return Value::unknown(result_type(op)).refine_not_null(),
    };
    order.unwrap_or_else(|_| Value::unknown(Type::Bool).refine_not_null())
}

fn result_type(op: BinaryOp) -> Type {
    match op {
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod => Type::Number,
        _ => Type::Bool,
    }
}

fn numbers(op: BinaryOp, left: &Number, right: &Number) -> Result<Value, String> {
    let result = match op {
        BinaryOp::Add => left.add(right),
        BinaryOp::Sub => left.sub(right),
        BinaryOp::Mul => left.mul(right),
        BinaryOp::Div => left.div(right),
        BinaryOp::Mod => left.modulo(right),
        BinaryOp::Greater => return Ok(Value::bool(left > right)),
        BinaryOp::GreaterEq => return Ok(Value::bool(left >= right)),
        BinaryOp::Less => return Ok(Value::bool(left < right)),
        _ => return Ok(Value::bool(left <= right)),
    };
    result.map(Value::number).map_err(|_| match op {
        BinaryOp::Div | BinaryOp::Mod => {
            "Zero divided by zero, or infinity by infinity, has no result.".to_owned()
        }
        _ => "This operation on infinite numbers has no result.".to_owned(),
    })
}

fn not(value: &Value) -> Value {
    match value.kind() {
        Kind::Bool(answer) => Value::bool(!answer).mark(value.marks()),
        _ => value.clone(),
    }
}

fn typed(value: Value, expr: &Expr, wanted: &Type, side: &str, cx: Cx<'_>) -> Outcome {
    if matches!(
        (value.kind(), wanted),
        (Kind::Number(_), Type::Number) | (Kind::Bool(_), Type::Bool)
    ) {
        return Ok(value);
    }
    convert(&value, wanted).map_err(|reason| {
        let name = wanted.friendly_name();
        explain(
            Diagnostic::error(
                &codes::OPERAND,
                format!("{side} must be a {name}{}.", unfit(&value, wanted, &reason)),
            )
            .at(expr.span),
            expr,
            cx,
        )
    })
}

fn null_operand(span: Span, operand: &Expr, cx: Cx<'_>) -> Diagnostics {
    explain(
        Diagnostic::error(
            &codes::OPERATION,
            "An operand is null, and this operator has no answer for null. Use coalesce() to put another value in its \
             place.",
        )
        .at(operand.span)
        .within(span),
        operand,
        cx,
    )
}
