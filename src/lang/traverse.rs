//! Names, attributes and indices.
//!
//! A chain such as `module.m["k"].out.a[0]` is walked in a loop; the scope consumes as much of it as it can
//! answer at once, and the rest is applied here. Marks and unknowns spread to every element.

use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics, did_you_mean};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::traverse::Step;
use crate::value::convert::convert;
use crate::value::{Kind, Number, Type, Value};

use super::codes;
use super::eval::{Cx, Outcome, eval as eval_expr};
use super::fault::{article, explain, quote};
use super::scope::ResolvedStep;

/// The value of a name, an attribute access or an index.
#[inline(never)]
pub(super) fn eval(expr: &Expr, cx: Cx<'_>) -> Outcome {
    let mut chain: Vec<&Expr> = Vec::new();
    let mut base = expr;
    while let ExprKind::GetAttr(source, _) | ExprKind::Index(source, _) = &base.kind {
        chain.push(base);
        base = source;
    }
    chain.reverse();
    let mut faults = Diagnostics::new();
    let mut steps = Vec::with_capacity(chain.len());
    for link in &chain {
        match &link.kind {
            ExprKind::GetAttr(_, name) => {
                steps.push(ResolvedStep::Attr(Arc::clone(&name.name), name.span));
            }
            ExprKind::Index(_, key) => {
                if let Some(value) = faults.take_all(eval_expr(key, cx)) {
                    steps.push(ResolvedStep::Index(value, key.span));
                }
            }
            _ => {}
        }
    }
    let whole = faults.is_empty();
    let start = match &base.kind {
        ExprKind::Variable(name) if whole => begin(name, &steps, expr.span, cx),
        ExprKind::Variable(_) => return Err(faults),
        _ => eval_expr(base, cx).map(|value| (value, 0)),
    };
    let Some((mut value, used)) = faults.take_all(start) else {
        return Err(faults);
    };
    if !whole {
        return Err(faults);
    }
    for (at, step) in steps.iter().enumerate().skip(used) {
        value = apply(&value, step).map_err(|fault| {
            let link = chain.get(at).copied().unwrap_or(expr);
            let source = match &link.kind {
                ExprKind::GetAttr(source, _) => source,
                _ => link,
            };
            explain(fault.within(link.span), source, cx)
        })?;
    }
    Ok(value)
}

/// The value of a root name with steps that are already evaluated.
pub(super) fn resolve(root: &str, steps: &[ResolvedStep], span: Span, cx: Cx<'_>) -> Outcome {
    let (mut value, used) = begin(root, steps, span, cx)?;
    for step in steps.iter().skip(used) {
        value = apply(&value, step).map_err(|fault| Diagnostics::from(*fault))?;
    }
    Ok(value)
}

/// What static steps lead to from a value.
///
/// # Errors
/// The value, or one on the way, has no such attribute or element.
pub fn follow(value: &Value, steps: &[Step]) -> Outcome {
    let mut value = value.clone();
    for step in steps.iter().filter_map(resolved) {
        value = apply(&value, &step).map_err(|fault| Diagnostics::from(*fault))?;
    }
    Ok(value)
}

/// A static step as one that is evaluated.
pub(super) fn resolved(step: &Step) -> Option<ResolvedStep> {
    Some(match step {
        Step::Attr(name) => ResolvedStep::Attr(name.name.clone(), name.span),
        Step::Key(key, span) => ResolvedStep::Index(Value::string(key), *span),
        Step::Index(text, span) => ResolvedStep::Index(Value::number(Number::parse(text)?), *span),
    })
}

fn begin(root: &str, steps: &[ResolvedStep], span: Span, cx: Cx<'_>) -> Result<(Value, usize), Diagnostics> {
    match cx.local(root) {
        Some(value) => Ok((value.clone(), 0)),
        None => cx.scope.resolve(root, steps, span).map_err(Diagnostics::from),
    }
}

fn apply(value: &Value, step: &ResolvedStep) -> Result<Value, Box<Diagnostic>> {
    match step {
        ResolvedStep::Attr(name, span) => attribute(value, name, *span),
        ResolvedStep::Index(key, span) => index(value, key, *span),
    }
}

/// `value.name`
pub(super) fn attribute(value: &Value, name: &str, span: Span) -> Result<Value, Box<Diagnostic>> {
    let marks = value.marks();
    let fault = |detail: String| Err(Box::new(Diagnostic::error(&codes::ATTRIBUTE, detail).at(span)));
    let on_type = |ty: &Type| match ty {
        Type::Dynamic => Ok(Value::unknown(Type::Dynamic)),
        Type::Map(element) => Ok(Value::unknown((**element).clone())),
        Type::Object(object) => match object.attributes.get(name) {
            Some(ty) => Ok(Value::unknown(ty.clone())),
            None => fault(no_attribute(name, object.attributes.keys().map(|n| &**n))),
        },
        Type::List(element) | Type::Set(element) if matches!(**element, Type::Object(_)) => {
            let what = if matches!(ty, Type::List(_)) {
                "list"
            } else {
                "set"
            };
            fault(format!(
                "A {what} of objects has no attributes itself. Index one element, or write [*].{name} for \
                 that attribute of each."
            ))
        }
        Type::Bool | Type::Number | Type::String => fault(format!(
            "A value of type {} has no attributes.",
            ty.friendly_name()
        )),
        other => fault(format!(
            "{} has no attributes.",
            capital(&article(&other.friendly_name()))
        )),
    };
    match value.kind() {
        Kind::Null(_) => Err(Box::new(
            Diagnostic::error(
                &codes::NULL_ACCESS,
                format!(
                    "This value is null, so it does not have the attribute \"{name}\". Test for null first, or use try()."
                ),
            )
            .at(span),
        )),
        Kind::Object(members) => match members.get(name) {
            Some(member) => Ok(member.clone().mark(marks)),
            None => fault(no_attribute(name, members.keys().map(|n| &**n))),
        },
        Kind::Map(_, members) => match members.get(name) {
            Some(member) => Ok(member.clone().mark(marks)),
            None => {
                let hint = if marks.is_empty() {
                    did_you_mean(name, members.keys().map(|n| &**n))
                } else {
                    String::new()
                };
                Err(Box::new(
                    Diagnostic::error(
                        &codes::MAP_ELEMENT,
                        format!(
                            "This map does not have an element with the key {}.{hint}",
                            quote(name)
                        ),
                    )
                    .at(span),
                ))
            }
        },
        Kind::Unknown(ty, _) => on_type(ty).map(|value| value.mark(marks)),
        _ => on_type(&value.ty()),
    }
}

fn no_attribute<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    format!(
        "This object does not have an attribute named \"{name}\".{}",
        did_you_mean(name, known)
    )
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// `value[key]`
pub(super) fn index(value: &Value, key: &Value, span: Span) -> Result<Value, Box<Diagnostic>> {
    let marks = value.marks() | key.marks();
    let fault = |detail: String| Err(Box::new(Diagnostic::error(&codes::INDEX, detail).at(span)));
    if value.is_null() {
        return Err(Box::new(
            Diagnostic::error(
                &codes::NULL_ACCESS,
                "This value is null, so it does not have any indices.",
            )
            .summary("Attempt to index null value")
            .at(span),
        ));
    }
    if key.is_null() {
        return fault("A null value cannot be used as an index.".to_owned());
    }
    let dynamic = |value: &Value| matches!(value.kind(), Kind::Unknown(Type::Dynamic, _));
    if dynamic(value) || dynamic(key) {
        return Ok(Value::unknown(Type::Dynamic).mark(marks));
    }
    // The type of a large tuple or object is dear, so only faults ask for it.
    let wanted = match value.kind() {
        Kind::List(..) | Kind::Tuple(_) | Kind::Unknown(Type::List(_) | Type::Tuple(_), _) => Type::Number,
        Kind::Map(..) | Kind::Object(_) | Kind::Unknown(Type::Map(_) | Type::Object(_), _) => Type::String,
        Kind::Set(..) | Kind::Unknown(Type::Set(_), _) => {
            return fault(
                "Elements of a set have no index: a set tells only which values are in it. Go through all \
                 of them with a for expression, or convert it with tolist()."
                    .to_owned(),
            );
        }
        _ => {
            return fault(format!(
                "{} has no indices.",
                capital(&article(&value.ty().friendly_name()))
            ));
        }
    };
    let position = match convert(key, &wanted) {
        Ok(position) => position,
        Err(reason) => {
            return fault(format!(
                "The given key does not identify an element of {}: {reason}.",
                article(&value.ty().friendly_name())
            ));
        }
    };
    match position.kind() {
        Kind::String(name) => member(value, name, key),
        Kind::Number(number) => element(value, number),
        _ => Ok(any_element(value)),
    }
    .map(|value| value.mark(marks))
    .or_else(fault)
}

/// What an element will be, while the index is unknown.
fn any_element(value: &Value) -> Value {
    let element = match value.kind() {
        Kind::List(element, _) | Kind::Map(element, _) => Some(element),
        Kind::Unknown(ty, _) => ty.element(),
        _ => None,
    };
    Value::unknown(element.cloned().unwrap_or(Type::Dynamic))
}

fn member(value: &Value, name: &str, key: &Value) -> Result<Value, String> {
    let shown = if value.marks().is_empty() && key.marks().is_empty() {
        quote(name)
    } else {
        "(a sensitive key)".to_owned()
    };
    let absent = |hint: String| Err(format!("There is no element with the key {shown}.{hint}"));
    match value.kind() {
        Kind::Object(members) | Kind::Map(_, members) => match members.get(name) {
            Some(member) => Ok(member.clone()),
            None if matches!((key.kind(), value.kind()), (Kind::Number(_), Kind::Object(_))) => {
                absent(" An object has attributes by name, not elements by number.".to_owned())
            }
            None if shown.starts_with('"') => absent(did_you_mean(name, members.keys().map(|n| &**n))),
            None => absent(String::new()),
        },
        Kind::Unknown(Type::Object(object), _) => match object.attributes.get(name) {
            Some(ty) => Ok(Value::unknown(ty.clone())),
            None => absent(did_you_mean(name, object.attributes.keys().map(|n| &**n))),
        },
        _ => Ok(any_element(value)),
    }
}

fn element(value: &Value, number: &Number) -> Result<Value, String> {
    if number.sign().is_lt() {
        return Err("A negative number is not an index: the first element has index 0.".to_owned());
    }
    if !number.is_integer() {
        return Err("An index must be a whole number.".to_owned());
    }
    let at = number.to_i64().and_then(|at| usize::try_from(at).ok());
    let beyond = |length: usize| match length {
        0 => "There is no such element: the collection is empty.".to_owned(),
        _ => format!(
            "There is no element with index {number}: the collection has {length} element{}.",
            if length == 1 { "" } else { "s" }
        ),
    };
    match value.kind() {
        Kind::List(_, items) | Kind::Tuple(items) => at
            .and_then(|at| items.get(at))
            .cloned()
            .ok_or_else(|| beyond(items.len())),
        Kind::Unknown(Type::Tuple(types), _) => at
            .and_then(|at| types.get(at))
            .map(|ty| Value::unknown(ty.clone()))
            .ok_or_else(|| beyond(types.len())),
        _ => Ok(any_element(value)),
    }
}
