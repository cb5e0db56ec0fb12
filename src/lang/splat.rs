//! `source[*].a` and `source.*.a`.
//!
//! A list, set or tuple is gone through; any other value counts as a tuple of one, and null of such a type as
//! an empty tuple.

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::syntax::ast::{Expr, Splat, SplatStep};
use crate::value::{Kind, Type, Value};

use super::codes;
use super::eval::{Cx, Outcome, eval as eval_expr};
use super::fault::explain;
use super::traverse;

/// A step with its index evaluated.
enum Step<'a> {
    Attr(&'a str, Span),
    Index(Value, Span),
    Splat(Vec<Step<'a>>, Span),
}

/// Where a splat stands, for faults.
#[derive(Clone, Copy)]
struct Place<'a> {
    source: &'a Expr,
    cx: Cx<'a>,
}

#[inline(never)]
pub(super) fn eval(splat: &Splat, cx: Cx<'_>) -> Outcome {
    let source = eval_expr(&splat.source, cx)?;
    let mut faults = Diagnostics::new();
    let steps = prepare(&splat.each, cx, &mut faults);
    if faults.has_errors() {
        return Err(faults);
    }
    let place = Place {
        source: &splat.source,
        cx,
    };
    each(&source, &steps, splat.marker, place)
}

fn prepare<'a>(steps: &'a [SplatStep], cx: Cx<'_>, faults: &mut Diagnostics) -> Vec<Step<'a>> {
    let mut prepared = Vec::with_capacity(steps.len());
    for step in steps {
        match step {
            SplatStep::Attr(name) => prepared.push(Step::Attr(&name.name, name.span)),
            SplatStep::Index(expr) => {
                if let Some(key) = faults.take_all(eval_expr(expr, cx)) {
                    prepared.push(Step::Index(key, expr.span));
                }
            }
            SplatStep::Splat { each, marker, .. } => {
                prepared.push(Step::Splat(prepare(each, cx, faults), *marker));
            }
        }
    }
    prepared
}

/// The steps applied to one element.
fn apply(value: &Value, steps: &[Step<'_>], place: Place<'_>) -> Outcome {
    let mut value = value.clone();
    for step in steps {
        value = match step {
            Step::Attr(name, span) => traverse::attribute(&value, name, *span)
                .map_err(|fault| explain(*fault, place.source, place.cx))?,
            Step::Index(key, span) => traverse::index(&value, key, *span)
                .map_err(|fault| explain(*fault, place.source, place.cx))?,
            Step::Splat(inner, marker) => each(&value, inner, *marker, place)?,
        };
    }
    Ok(value)
}

/// The steps applied to each element of a value.
fn each(source: &Value, steps: &[Step<'_>], marker: Span, place: Place<'_>) -> Outcome {
    let marks = source.marks();
    let ty = source.ty();
    let sequence = matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_));
    if source.is_null() {
        if !sequence {
            return Ok(Value::empty_tuple().mark(marks));
        }
        return Err(explain(
            Diagnostic::error(
                &codes::SPLAT_NULL,
                "A null list, set or tuple has no elements to go through. Use coalesce() to put an empty list in its \
                 place.",
            )
            .at(place.source.span)
            .within(marker),
            place.source,
            place.cx,
        ));
    }
    if ty == Type::Dynamic {
        return Ok(Value::unknown(Type::Dynamic).mark(marks));
    }
    let of_type =
        |element: &Type| apply(&Value::unknown(element.clone()), steps, place).map(|value| value.ty());
    let all = |items: &[Value]| -> Result<Vec<Value>, Diagnostics> {
        items.iter().map(|item| apply(item, steps, place)).collect()
    };
    let result = match (source.kind(), &ty) {
        (Kind::List(element, items) | Kind::Set(element, items), _) => {
            let values = all(items)?;
            match values.first().map(Value::ty) {
                None => Value::list(of_type(element)?, values),
                Some(first) if values.iter().all(|value| value.type_equals(&first)) => {
                    Value::list(first, values)
                }
                // Only while some of it is unknown can elements of one type give different types.
                Some(_) => Value::tuple(values),
            }
        }
        (Kind::Tuple(items), _) => Value::tuple(all(items)?),
        (Kind::Unknown(..), Type::List(element) | Type::Set(element)) => {
            Value::unknown(Type::list(of_type(element)?)).refine_not_null()
        }
        (Kind::Unknown(..), Type::Tuple(types)) => {
            let types: Result<Vec<Type>, Diagnostics> = types.iter().map(of_type).collect();
            Value::unknown(Type::tuple(types?)).refine_not_null()
        }
        // Whether the tuple has one element or none is not known yet.
        (Kind::Unknown(..), _) if !source.is_not_null() => {
            apply(source, steps, place)?;
            Value::unknown(Type::Dynamic)
        }
        _ => Value::tuple(vec![apply(source, steps, place)?]),
    };
    Ok(result.mark(marks))
}
