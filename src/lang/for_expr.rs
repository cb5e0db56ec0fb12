//! `[for ...]` and `{for ...}`.
//!
//! While the collection, a condition or a key is unknown, so is the whole result. Marks of the collection, of
//! conditions and of keys go to the result; marks of values stay with the values.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::syntax::ast::{Expr, ForExpr};
use crate::value::convert::convert;
use crate::value::{Kind, Marks, Members, Type, Value};

use super::codes;
use super::eval::{Cx, Local, Outcome, eval as eval_expr};
use super::fault::{article, explain, quote, unfit};

/// The elements of a collection with their keys; `None` while unknown.
pub(super) fn elements(
    collection: &Value,
    expr: &Expr,
    cx: Cx<'_>,
) -> Result<Option<Vec<(Value, Value)>>, Diagnostics> {
    let fault = |summary: &str, detail: String| {
        explain(
            Diagnostic::error(&codes::ITERATION, detail)
                .summary(summary)
                .at(expr.span),
            expr,
            cx,
        )
    };
    let numbered = |items: &[Value]| {
        let keys = (0_i64..).map(Value::int);
        Ok(Some(keys.zip(items.iter().cloned()).collect()))
    };
    match collection.kind() {
        Kind::Null(_) => Err(fault(
            "Iteration over null value",
            "This value is null, which has no elements. Use coalesce() to put an empty collection in its place."
                .to_owned(),
        )),
        Kind::List(_, items) => numbered(items),
        Kind::Tuple(items) => numbered(items),
        Kind::Set(_, items) => Ok(Some(
            items.iter().map(|item| (item.clone(), item.clone())).collect(),
        )),
        Kind::Map(_, members) | Kind::Object(members) => Ok(Some(
            members
                .iter()
                .map(|(key, item)| (Value::string_arc(Arc::clone(key)), item.clone()))
                .collect(),
        )),
        Kind::Unknown(Type::Dynamic | Type::Tuple(_) | Type::Object(_), _) => Ok(None),
        Kind::Unknown(ty, _) if ty.is_collection() => Ok(None),
        _ => Err(fault(
            codes::ITERATION.title,
            format!(
                "This is {}, which has no elements: a list, set, map, tuple or object is needed here.",
                article(&collection.ty().friendly_name())
            ),
        )),
    }
}

/// Evaluates something for one element, its names bound.
pub(super) fn with_names<R>(
    names: (Option<&str>, &str),
    (key, value): (Value, Value),
    cx: Cx<'_>,
    run: impl FnOnce(Cx<'_>) -> R,
) -> R {
    let (key_name, value_name) = names;
    match key_name {
        Some(name) => {
            let outer = Local {
                name,
                value: key,
                outer: cx.locals,
            };
            let inner = Local {
                name: value_name,
                value,
                outer: Some(&outer),
            };
            run(cx.with(&inner))
        }
        None => {
            let inner = Local {
                name: value_name,
                value,
                outer: cx.locals,
            };
            run(cx.with(&inner))
        }
    }
}

/// What a condition or a key said.
enum Answer<T> {
    Known(T),
    Unknown,
}

#[inline(never)]
pub(super) fn eval(parts: &ForExpr, cx: Cx<'_>) -> Outcome {
    let collection = eval_expr(&parts.collection, cx)?;
    let mut marks = collection.marks();
    let names = (
        parts.key_name.as_ref().map(|name| &*name.name),
        &*parts.value_name.name,
    );
    let Some(items) = elements(&collection, &parts.collection, cx)? else {
        return Ok(Value::unknown(Type::Dynamic).mark(marks));
    };
    // Without an element the condition is tried on unknowns, so that a wrong one is told all the same.
    if let (Some(condition), true) = (&parts.condition, items.is_empty()) {
        let any = || Value::unknown(Type::Dynamic);
        with_names(names, (any(), any()), cx, |cx| {
            include(condition, cx, &mut Marks::NONE.clone())
        })?;
    }
    let mut known = true;
    let mut values: Vec<Value> = Vec::with_capacity(items.len());
    let mut members = Members::new();
    let mut groups: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for item in items {
        let outcome = with_names(names, item, cx, |cx| element(parts, cx, &mut marks));
        match outcome {
            // The same fault for every element helps nobody.
            Err(faults) => return Err(faults),
            Ok(Answer::Unknown) => known = false,
            Ok(Answer::Known(None)) => {}
            Ok(Answer::Known(Some((None, value)))) => values.push(value),
            Ok(Answer::Known(Some((Some(key), value)))) if parts.group => {
                groups.entry(key).or_default().push(value);
            }
            Ok(Answer::Known(Some((Some(key), value)))) => {
                if members.contains_key(&key) {
                    return Err(duplicate(&key, marks, parts.key.as_ref(), cx).into());
                }
                members.insert(key, value);
            }
        }
    }
    if !known {
        return Ok(Value::unknown(Type::Dynamic).mark(marks));
    }
    let result = if parts.key.is_none() {
        Value::tuple(values)
    } else if parts.group {
        let members = groups
            .into_iter()
            .map(|(key, items)| (key, Value::tuple(items)))
            .collect();
        Value::object_members(members)
    } else {
        Value::object_members(members)
    };
    Ok(result.mark(marks))
}

fn duplicate(key: &str, marks: Marks, key_expr: Option<&Expr>, cx: Cx<'_>) -> Diagnostic {
    let shown = if marks.is_empty() {
        quote(key)
    } else {
        "(a sensitive key)".to_owned()
    };
    let fault = Diagnostic::error(
        &codes::DUPLICATE_KEY,
        format!(
            "Two different elements gave the key {shown}. If that is meant, write an ellipsis (...) behind \
             the value to collect all values of a key in a list."
        ),
    );
    let Some(expr) = key_expr else { return fault };
    let fault = fault.at(expr.span);
    match explain(fault.clone(), expr, cx).into_iter().next() {
        Some(explained) => explained,
        None => fault,
    }
}

type Entry = Option<(Option<Arc<str>>, Value)>;

fn element(parts: &ForExpr, cx: Cx<'_>, marks: &mut Marks) -> Result<Answer<Entry>, Diagnostics> {
    if let Some(condition) = &parts.condition {
        match include(condition, cx, marks)? {
            Answer::Unknown => return Ok(Answer::Unknown),
            Answer::Known(false) => return Ok(Answer::Known(None)),
            Answer::Known(true) => {}
        }
    }
    let key = match &parts.key {
        None => None,
        Some(expr) => match object_key(expr, cx, marks)? {
            Answer::Unknown => return Ok(Answer::Unknown),
            Answer::Known(key) => Some(key),
        },
    };
    let value = eval_expr(&parts.value, cx)?;
    Ok(Answer::Known(Some((key, value))))
}

fn include(expr: &Expr, cx: Cx<'_>, marks: &mut Marks) -> Result<Answer<bool>, Diagnostics> {
    let value = eval_expr(expr, cx)?;
    *marks |= value.marks();
    let fault = |summary: &str, detail: String| {
        explain(
            Diagnostic::error(&codes::FOR_CONDITION, detail)
                .summary(summary)
                .at(expr.span),
            expr,
            cx,
        )
    };
    if value.is_null() {
        return Err(fault(
            "Condition is null",
            "The 'if' clause is null; it must be true or false.".to_owned(),
        ));
    }
    let answer = convert(&value, &Type::Bool).map_err(|reason| {
        fault(
            codes::FOR_CONDITION.title,
            format!(
                "The 'if' clause must be true or false{}.",
                unfit(&value, &Type::Bool, &reason)
            ),
        )
    })?;
    Ok(match answer.kind() {
        Kind::Bool(answer) => Answer::Known(*answer),
        _ => Answer::Unknown,
    })
}

fn object_key(expr: &Expr, cx: Cx<'_>, marks: &mut Marks) -> Result<Answer<Arc<str>>, Diagnostics> {
    let value = eval_expr(expr, cx)?;
    *marks |= value.marks();
    let fault =
        |detail: String, span: Span| explain(Diagnostic::error(&codes::KEY, detail).at(span), expr, cx);
    if value.is_null() {
        return Err(fault(
            "A key must be a string, but this is null.".to_owned(),
            expr.span,
        ));
    }
    let key = convert(&value, &Type::String).map_err(|reason| {
        fault(
            format!("A key must be a string{}.", unfit(&value, &Type::String, &reason)),
            expr.span,
        )
    })?;
    Ok(match key.kind() {
        Kind::String(text) => Answer::Known(Arc::clone(text)),
        _ => Answer::Unknown,
    })
}
