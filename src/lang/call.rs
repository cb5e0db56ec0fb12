//! Function calls, and the four functions that take expressions: `try`, `can`, `templatestring`, `type`.
//!
//! It evaluates arguments, expands `...`, checks counts, and turns what a function reports into diagnostics.

use crate::diag::{Diagnostic, Diagnostics, did_you_mean};
use crate::source::Span;
use crate::syntax::ast::{Call, Expr, ExprKind};
use crate::value::{Kind, Marks, Type, Value};

use super::codes;
use super::eval::{Cx, Outcome, eval as eval_expr};
use super::fault::{explain, quote};
use super::functions::{self, Fault, Function, Surroundings};
use super::template;

#[inline(never)]
pub(super) fn eval(call: &Call, expr: &Expr, cx: Cx<'_>) -> Outcome {
    let name = plain_name(call)?;
    let Some(function) = functions::find(name) else {
        let hint = did_you_mean(&name.to_lowercase(), functions::all().map(|known| known.name));
        return Err(Diagnostic::error(
            &codes::UNKNOWN_FUNCTION,
            format!("There is no function named {}.{hint}", quote(name)),
        )
        .at(call.name.span)
        .into());
    };
    match name {
        "try" if !call.expand_final => return try_each(call, cx),
        "can" if !call.expand_final => return can(call, function, expr.span, cx),
        "templatestring" if !call.expand_final => {
            return template_string(call, function, expr.span, cx);
        }
        // `evaluate` answers it where it may stand.
        "type" => {
            return Err(Diagnostic::error(
                &codes::UNKNOWN_FUNCTION,
                "The function \"type\" answers in the console alone, and only as the whole expression.",
            )
            .at(call.name.span)
            .into());
        }
        _ => {}
    }
    let mut faults = Diagnostics::new();
    let mut values = Vec::with_capacity(call.args.len());
    for arg in &call.args {
        values.extend(faults.take_all(eval_expr(arg, cx)));
    }
    if faults.has_errors() {
        return Err(faults);
    }
    let mut marks = Marks::NONE;
    if call.expand_final
        && let (Some(last), Some(arg)) = (values.pop(), call.args.last())
    {
        match expand(&last, arg, cx)? {
            // That there is nothing in it is told by the answer too.
            Some(more) if more.is_empty() => marks = last.marks(),
            Some(more) => values.extend(more),
            None => return Ok(Value::unknown(Type::Dynamic).mark(last.marks())),
        }
    }
    count(function, values.len(), call, expr.span)?;
    let surroundings = Surroundings {
        scope: cx.scope,
        in_template: cx.in_template,
    };
    functions::call(function, values, surroundings)
        .map(|answer| answer.mark(marks))
        .map_err(|fault| told(&fault, function, call, expr, cx))
}

/// The name without the namespace `core::`, which all functions of ours are in.
fn plain_name(call: &Call) -> Result<&str, Diagnostics> {
    let name = &*call.name.name;
    let Some((space, rest)) = name.split_once("::") else {
        return Ok(name);
    };
    if space.trim() == "core" && functions::find(rest.trim()).is_some() {
        return Ok(rest.trim());
    }
    let why = match space.trim() {
        "provider" => {
            "no provider here offers functions. Use one of the built-in functions, or give the value by a variable"
        }
        _ => "only \"core::\" is a namespace of functions. Leave the namespace out",
    };
    Err(Diagnostic::error(
        &codes::UNKNOWN_FUNCTION,
        format!("There is no function named {}: {why}.", quote(name)),
    )
    .summary("Unknown provider function")
    .at(call.name.span)
    .into())
}

/// The elements of `list...`; `None` while unknown.
fn expand(value: &Value, arg: &Expr, cx: Cx<'_>) -> Result<Option<Vec<Value>>, Diagnostics> {
    let fault = |detail: &str| explain(Diagnostic::error(&codes::EXPANSION, detail).at(arg.span), arg, cx);
    match value.kind() {
        Kind::Null(_) => Err(fault("The value before \"...\" must not be null.")),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => Ok(Some(
            items
                .iter()
                .map(|item| item.clone().mark(value.marks()))
                .collect(),
        )),
        Kind::Unknown(Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_), _) => Ok(None),
        _ => Err(fault(
            "The value before \"...\" must be a list, a set or a tuple: each of its elements becomes an argument.",
        )),
    }
}

fn count(function: &Function, given: usize, call: &Call, span: Span) -> Result<(), Diagnostics> {
    let wanted = function.params.len();
    let arguments = |count: usize| match count {
        1 => "1 argument".to_owned(),
        count => format!("{count} arguments"),
    };
    if given < wanted {
        let more = if function.variadic.is_some() {
            "at least "
        } else {
            ""
        };
        let missing = function.params.get(given).map_or("", |param| param.name);
        return Err(Diagnostic::error(
            &codes::ARITY,
            format!(
                "The function \"{}\" takes {more}{}. The argument \"{missing}\" is missing.",
                function.name,
                arguments(wanted)
            ),
        )
        .summary("Not enough function arguments")
        .at(call.parens)
        .within(span)
        .into());
    }
    if given > wanted && function.variadic.is_none() {
        let at = call.args.get(wanted).map_or(call.parens, |arg| arg.span);
        return Err(Diagnostic::error(
            &codes::ARITY,
            format!(
                "The function \"{}\" takes only {}.",
                function.name,
                arguments(wanted)
            ),
        )
        .summary("Too many function arguments")
        .at(at)
        .within(span)
        .into());
    }
    Ok(())
}

fn told(fault: &Fault, function: &Function, call: &Call, expr: &Expr, cx: Cx<'_>) -> Diagnostics {
    match fault {
        Fault::Argument(at, reason) => {
            let name = function.param(*at).map_or("", |param| param.name);
            // Arguments that came from `...` are all at the place of the last.
            let arg = call.args.get(*at).or(call.args.last()).unwrap_or(expr);
            explain(
                Diagnostic::error(
                    &codes::ARGUMENT,
                    format!(
                        "The argument \"{name}\" of the function \"{}\" is not taken: {reason}.",
                        function.name
                    ),
                )
                .at(arg.span)
                .within(expr.span),
                arg,
                cx,
            )
        }
        Fault::Call(reason) => explain(
            Diagnostic::error(
                &codes::CALL,
                format!("The function \"{}\" has no answer: {reason}.", function.name),
            )
            .at(expr.span),
            expr,
            cx,
        ),
    }
}

/// Whether faults are of the configuration itself, which `try` does not catch.
fn is_static(faults: &Diagnostics) -> bool {
    faults
        .iter()
        .any(|fault| [&codes::UNDECLARED, &codes::INVALID_REFERENCE].contains(&fault.code))
}

/// A failure stays one whatever unknown values turn out to be; a value that is not wholly known may yet fail.
fn try_each(call: &Call, cx: Cx<'_>) -> Outcome {
    let mut reasons = Vec::new();
    for arg in &call.args {
        match eval_expr(arg, cx.quiet()) {
            Ok(value) if value.is_wholly_known() => return Ok(value),
            Ok(value) => return Ok(Value::unknown(Type::Dynamic).mark(value.deep_marks())),
            Err(faults) if is_static(&faults) => return Err(faults),
            Err(faults) => reasons.extend(faults),
        }
    }
    let detail = if reasons.is_empty() {
        "The function \"try\" takes at least one argument.".to_owned()
    } else {
        let list: Vec<String> = reasons
            .iter()
            .map(|fault| format!("\n- {}: {}", fault.summary, fault.detail))
            .collect();
        format!("None of the expressions has a value:{}", list.concat())
    };
    Err(Diagnostic::error(&codes::CALL, detail)
        .at(call.name.span)
        .within(call.name.span.to(call.parens))
        .into())
}

fn can(call: &Call, function: &Function, span: Span, cx: Cx<'_>) -> Outcome {
    count(function, call.args.len(), call, span)?;
    let Some(arg) = call.args.first() else {
        return Ok(Value::bool(true));
    };
    match eval_expr(arg, cx.quiet()) {
        Ok(value) if value.is_wholly_known() => Ok(Value::bool(true)),
        Ok(_) => Ok(Value::unknown(Type::Bool).refine_not_null()),
        Err(faults) if is_static(&faults) => Err(faults),
        Err(_) => Ok(Value::bool(false)),
    }
}

fn template_string(call: &Call, function: &Function, span: Span, cx: Cx<'_>) -> Outcome {
    count(function, call.args.len(), call, span)?;
    let (Some(source), Some(vars)) = (call.args.first(), call.args.get(1)) else {
        return Ok(Value::unknown(Type::Dynamic));
    };
    let argument = |at: usize, reason: &str| {
        let arg = call.args.get(at).unwrap_or(source);
        let name = function.param(at).map_or("", |param| param.name);
        explain(
            Diagnostic::error(
                &codes::ARGUMENT,
                format!("The argument \"{name}\" of the function \"templatestring\" is not taken: {reason}."),
            )
            .at(arg.span)
            .within(span),
            arg,
            cx,
        )
    };
    if !is_reference(source) {
        return Err(argument(
            0,
            "it must be a plain reference to a string that holds a template, such as local.greeting; a \
             template written here is rendered without any function",
        ));
    }
    let template = eval_expr(source, cx)?;
    let vars = eval_expr(vars, cx)?;
    let marks = template.marks();
    match template.kind() {
        Kind::String(text) => {
            let rendered =
                template::render_text(text, "<templatestring argument>", &vars, cx).map_err(|fault| {
                    match fault {
                        Fault::Argument(at, reason) => argument(at, &reason),
                        Fault::Call(reason) => told(&Fault::Call(reason), function, call, source, cx),
                    }
                })?;
            Ok(rendered.mark(marks))
        }
        Kind::Unknown(Type::Dynamic | Type::String, _) => {
            let marks: Marks = marks | vars.deep_marks();
            Ok(Value::unknown(Type::Dynamic).mark(marks))
        }
        _ => Err(argument(0, "a string is required")),
    }
}

fn is_reference(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(_) => true,
        ExprKind::GetAttr(source, _) | ExprKind::Index(source, _) => is_reference(source),
        _ => false,
    }
}
