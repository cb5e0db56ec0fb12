//! Evaluation of expressions: literals, constructors and conditionals; the rest by file.
//!
//! It gathers as many diagnostics as it can in one pass. It is safe on a small stack: long operator chains and
//! long traversals are walked in loops, and nesting is bounded by `syntax`.

use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::syntax::ast::{Conditional, Expr, ExprKind, Literal, ObjectItem, ObjectKey};
use crate::syntax::codes::AMBIGUOUS_KEY;
use crate::value::convert::convert;
use crate::value::unify::unify;
use crate::value::{Kind, MAX_DEPTH, Marks, Members, Refinement, Type, Value};

use super::fault::{article, explain, unfit};
use super::scope::Scope;
use super::{call, codes, for_expr, operators, shape, splat, template, traverse};

/// A value, or why there is none.
pub(super) type Outcome = Result<Value, Diagnostics>;

/// A name bound by a `for`, a splat or a dynamic block, linked to those around it.
pub(super) struct Local<'a> {
    pub name: &'a str,
    pub value: Value,
    pub outer: Option<&'a Local<'a>>,
}

/// Where an expression is evaluated.
#[derive(Clone, Copy)]
pub(super) struct Cx<'a> {
    pub scope: &'a dyn Scope,
    pub locals: Option<&'a Local<'a>>,
    /// Faults will be thrown away: do not spend time on explaining them.
    pub quiet: bool,
    /// Inside a template file, which may not read another.
    pub in_template: bool,
    /// Only a type is wanted: what fails has no part of one.
    pub rough: bool,
}

impl<'a> Cx<'a> {
    pub fn new(scope: &'a dyn Scope) -> Cx<'a> {
        Cx {
            scope,
            locals: None,
            quiet: false,
            in_template: false,
            rough: false,
        }
    }

    pub fn with<'b>(self, local: &'b Local<'b>) -> Cx<'b>
    where
        'a: 'b,
    {
        Cx {
            locals: Some(local),
            ..self
        }
    }

    pub fn quiet(self) -> Cx<'a> {
        Cx { quiet: true, ..self }
    }

    /// For a type alone.
    pub fn rough(self) -> Cx<'a> {
        Cx {
            quiet: true,
            rough: true,
            ..self
        }
    }

    pub fn local(&self, name: &str) -> Option<&'a Value> {
        let mut at = self.locals;
        while let Some(local) = at {
            if local.name == name {
                return Some(&local.value);
            }
            at = local.outer;
        }
        None
    }
}

/// The value of an expression in a scope.
pub fn evaluate(expr: &Expr, scope: &dyn Scope) -> Result<Value, Diagnostics> {
    let cx = Cx::new(scope);
    if let (true, ExprKind::Call(call)) = (scope.is_console(), &expr.kind)
        && let ("type", [arg]) = (&*call.name.name, call.args.as_slice())
    {
        return Ok(Value::type_value(eval(arg, cx)?.ty()));
    }
    eval(expr, cx)
}

/// The value of an expression, converted to a type.
pub fn evaluate_as(expr: &Expr, scope: &dyn Scope, ty: &Type) -> Result<Value, Diagnostics> {
    eval_as(expr, Cx::new(scope), ty)
}

pub(super) fn eval_as(expr: &Expr, cx: Cx<'_>, ty: &Type) -> Outcome {
    let value = eval(expr, cx)?;
    convert(&value, ty).map_err(|fault| {
        explain(
            Diagnostic::error(
                &codes::TYPE_MISMATCH,
                format!(
                    "This value must be {}{}.",
                    article(&ty.friendly_name()),
                    unfit(&value, ty, &fault)
                ),
            )
            .at(expr.span),
            expr,
            cx,
        )
    })
}

/// The value of an expression.
pub(super) fn eval(expr: &Expr, cx: Cx<'_>) -> Outcome {
    let value = of_kind(expr, cx)?;
    if value.depth() > MAX_DEPTH {
        return Err(too_deep(expr.span));
    }
    Ok(value)
}

#[inline(never)]
fn too_deep(span: Span) -> Diagnostics {
    Diagnostic::error(
        &codes::TOO_DEEP,
        format!(
            "Collections are nested more than {MAX_DEPTH} levels deep in this value. Refer to inner ones by a key \
             or an index instead of wrapping them again."
        ),
    )
    .at(span)
    .into()
}

#[inline(always)]
fn of_kind(expr: &Expr, cx: Cx<'_>) -> Outcome {
    match &expr.kind {
        ExprKind::Null => Ok(Value::null(Type::Dynamic)),
        ExprKind::Bool(value) => Ok(Value::bool(*value)),
        ExprKind::Number(literal) => number(literal, expr.span),
        ExprKind::String(text) => Ok(Value::string_arc(Arc::clone(text))),
        ExprKind::Template(parts) => template::eval(parts, expr, cx),
        ExprKind::Tuple(items) => tuple(items, cx),
        ExprKind::Object(items) => object(items, cx),
        ExprKind::Variable(_) | ExprKind::GetAttr(..) | ExprKind::Index(..) => traverse::eval(expr, cx),
        ExprKind::Splat(splat) => splat::eval(splat, cx),
        ExprKind::Call(call) => call::eval(call, expr, cx),
        ExprKind::Unary(op, operand) => operators::unary(*op, operand, expr, cx),
        ExprKind::Binary(..) => operators::binary(expr, cx),
        ExprKind::Conditional(parts) => conditional(parts, expr, cx),
        ExprKind::For(parts) => for_expr::eval(parts, cx),
        ExprKind::Parens(inner) => eval(inner, cx),
    }
}

fn number(literal: &Literal, span: Span) -> Outcome {
    literal.value.clone().map(Value::number).ok_or_else(|| {
        let text = &literal.text;
        let detail =
            format!("\"{text}\" is too large or too small: a number has at most some 39,000 digits.");
        Diagnostic::error(&codes::OPERAND, detail).at(span).into()
    })
}

#[inline(never)]
fn tuple(items: &[Expr], cx: Cx<'_>) -> Outcome {
    let mut faults = Diagnostics::new();
    let mut values = Vec::with_capacity(items.len());
    for item in items {
        values.extend(faults.take_all(eval(item, cx)));
    }
    if faults.has_errors() {
        return Err(faults);
    }
    Ok(Value::tuple(values))
}

#[inline(never)]
fn object(items: &[ObjectItem], cx: Cx<'_>) -> Outcome {
    let mut faults = Diagnostics::new();
    let mut members = Members::new();
    let mut marks = Marks::NONE;
    let mut known = true;
    for item in items {
        let key = match &item.key {
            ObjectKey::Ident(name) => Ok(Some(Arc::clone(&name.name))),
            ObjectKey::Expr(expr) => object_key(expr, cx, &mut marks),
            ObjectKey::Ambiguous(expr) => Err(Diagnostic::error(
                &AMBIGUOUS_KEY,
                "This key could be a reference or plain text. Put it in parentheses to use the value that it refers \
                 to, or in quotes to use it as text.",
            )
            .at(expr.span)
            .into()),
        };
        let value = faults.take_all(eval(&item.value, cx));
        match (faults.take_all(key), value) {
            (Some(Some(key)), Some(value)) => {
                members.insert(normal(key), value);
            }
            (Some(None), _) => known = false,
            _ => {}
        }
    }
    if faults.has_errors() {
        return Err(faults);
    }
    if !known {
        return Ok(Value::unknown(Type::Dynamic).mark(marks));
    }
    Ok(Value::object_members(members).mark(marks))
}

/// Keys are strings, so they are in normalization form C too.
fn normal(key: Arc<str>) -> Arc<str> {
    if key.is_ascii() {
        return key;
    }
    Value::string_arc(Arc::clone(&key))
        .as_arc_str()
        .cloned()
        .unwrap_or(key)
}

/// The key of an object item; `None` while unknown.
fn object_key(expr: &Expr, cx: Cx<'_>, marks: &mut Marks) -> Result<Option<Arc<str>>, Diagnostics> {
    // A literal name in key position is that name, not a value: `{null = 1}`, `{true = 2}`, `{1 = 3}`.
    match &expr.kind {
        ExprKind::Null => return Ok(Some("null".into())),
        ExprKind::Bool(value) => return Ok(Some(if *value { "true" } else { "false" }.into())),
        _ => {}
    }
    let value = eval(expr, cx)?;
    let fault = |detail: String| explain(Diagnostic::error(&codes::KEY, detail).at(expr.span), expr, cx);
    *marks |= value.marks();
    if value.is_null() {
        return Err(fault("A key must be a string, but this is null.".to_owned()));
    }
    let key = convert(&value, &Type::String).map_err(|reason| {
        fault(format!(
            "A key must be a string{}.",
            unfit(&value, &Type::String, &reason)
        ))
    })?;
    *marks |= key.marks();
    match key.kind() {
        Kind::String(text) => Ok(Some(Arc::clone(text))),
        _ => Ok(None),
    }
}

#[inline(never)]
fn conditional(parts: &Conditional, expr: &Expr, cx: Cx<'_>) -> Outcome {
    let condition = condition(&parts.condition, cx);
    // Both results are evaluated, for their types; the faults of the one not taken are dropped.
    let taken = condition.as_ref().ok().and_then(|(answer, _)| *answer);
    let yes = eval(&parts.yes, if taken == Some(true) { cx } else { cx.quiet() });
    let no = eval(&parts.no, if taken == Some(false) { cx } else { cx.quiet() });
    let (yes_type, no_type) = (
        shape::result_type(&yes, &parts.yes, &no, cx),
        shape::result_type(&no, &parts.no, &yes, cx),
    );
    let ty = common_type(&yes, &yes_type, &no, &no_type).ok_or_else(|| {
        let mut faults = Diagnostics::new();
        faults.extend(explain(
            Diagnostic::error(
                &codes::BRANCHES,
                format!(
                    "Both results must have one common type, but the first is {} and the second is {}{}.",
                    article(&yes_type.friendly_name()),
                    article(&no_type.friendly_name()),
                    difference(&yes_type, &no_type),
                ),
            )
            .at(expr.span),
            expr,
            cx,
        ));
        faults
    })?;
    let (answer, mut marks) = condition?;
    // A secret result leaves its mark even where it is not taken.
    for side in [&yes, &no] {
        marks |= side.as_ref().map_or(Marks::NONE, Value::marks);
    }
    let Some(answer) = answer else {
        return Ok(undecided(ty, yes.ok(), no.ok()).mark(marks));
    };
    let (chosen, at) = if answer {
        (yes?, &parts.yes)
    } else {
        (no?, &parts.no)
    };
    if ty == Type::Dynamic {
        return Ok(chosen.mark(marks));
    }
    match convert(&chosen, &ty) {
        Ok(value) => Ok(value.mark(marks)),
        Err(fault) => Err(explain(
            Diagnostic::error(
                &codes::BRANCHES,
                format!("This result does not convert to the common type of both: {fault}."),
            )
            .at(at.span),
            at,
            cx,
        )),
    }
}

/// What is known while it is not known which of two values it will be.
fn undecided(ty: Type, yes: Option<Value>, no: Option<Value>) -> Value {
    // A side that fails, or does not convert, is one of which nothing can be said.
    let converted = |side: Option<Value>| convert(&side?, &ty).ok();
    match (converted(yes), converted(no)) {
        (Some(yes), Some(no)) if yes.is_null() && no.is_null() => Value::null(ty),
        (Some(yes), Some(no)) => {
            Value::unknown_refined(ty, Refinement::of(&yes).either(&Refinement::of(&no)))
        }
        _ => Value::unknown(ty),
    }
}

fn common_type(yes: &Outcome, yes_type: &Type, no: &Outcome, no_type: &Type) -> Option<Type> {
    let plain_null = |side: &Outcome| {
        side.as_ref()
            .is_ok_and(|value| matches!(value.kind(), Kind::Null(Type::Dynamic)))
    };
    if plain_null(yes) {
        return Some(no_type.clone());
    }
    if plain_null(no) || yes_type == no_type {
        return Some(yes_type.clone());
    }
    if *yes_type == Type::Dynamic || *no_type == Type::Dynamic {
        return Some(Type::Dynamic);
    }
    unify(&[yes_type.clone(), no_type.clone()])
}

/// Where two structural types first differ, to say why they do not unify.
fn difference(yes: &Type, no: &Type) -> String {
    match (yes, no) {
        (Type::Object(yes), Type::Object(no)) => {
            for name in yes.attributes.keys() {
                if !no.attributes.contains_key(name) {
                    return format!(" without the attribute \"{name}\"");
                }
            }
            for name in no.attributes.keys() {
                if !yes.attributes.contains_key(name) {
                    return format!(" with another attribute \"{name}\"");
                }
            }
            String::new()
        }
        (Type::Tuple(yes), Type::Tuple(no)) if yes.len() != no.len() => {
            format!(" of another length ({} and {})", yes.len(), no.len())
        }
        _ => String::new(),
    }
}

/// The answer of a condition, `None` while unknown, and its marks.
pub(super) fn condition(expr: &Expr, cx: Cx<'_>) -> Result<(Option<bool>, Marks), Diagnostics> {
    let value = eval(expr, cx)?;
    let fault = |summary: &str, detail: String| {
        explain(
            Diagnostic::error(&codes::CONDITION, detail)
                .summary(summary)
                .at(expr.span),
            expr,
            cx,
        )
    };
    if value.is_null() {
        return Err(fault(
            "Null condition",
            "The condition is null; it must be true or false.".to_owned(),
        ));
    }
    // A number that is not known yet is no fault yet.
    if let Kind::Unknown(Type::Number, _) = value.kind() {
        return Ok((None, value.marks()));
    }
    let answer = convert(&value, &Type::Bool).map_err(|reason| {
        fault(
            codes::CONDITION.title,
            format!(
                "The condition must be true or false{}.",
                unfit(&value, &Type::Bool, &reason)
            ),
        )
    })?;
    match answer.kind() {
        Kind::Bool(answer) => Ok((Some(*answer), value.marks())),
        _ => Ok((None, value.marks())),
    }
}
