//! Constants, names and plain references: the arguments that must be understood before anything is evaluated.
//!
//! It evaluates no operator and no function. A constant here is a value as it is written.

use crate::addr::is_name;
use crate::diag::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident, TemplatePart};
use crate::syntax::{parse_expression, variables, walk};

use super::blocks::{Content, Context};
use super::codes;

/// Reports a label that is no name; whether it is one.
pub(super) fn check_name(what: &str, label: &Ident, cx: &mut Context<'_>) -> bool {
    let good = is_name(&label.name);
    if !good {
        cx.error_titled(
            &codes::INVALID_NAME,
            label.span,
            format!("Invalid {what} name"),
            "A name starts with a letter or an underscore, and has only letters, digits, combining \
             marks, underscores and dashes behind it.",
        );
    }
    good
}

impl Content {
    /// A constant string argument; null counts as not set.
    pub fn string(&mut self, name: &str, cx: &mut Context<'_>) -> Option<(String, Span)> {
        let expr = self.take(name)?;
        string(name, &expr, cx)
    }

    /// A constant bool argument; null counts as not set.
    pub fn bool(&mut self, name: &str, cx: &mut Context<'_>) -> Option<(bool, Span)> {
        let expr = self.take(name)?;
        let value = match bare(&expr) {
            ExprKind::Bool(value) => Some(*value),
            ExprKind::String(text) if &**text == "true" => Some(true),
            ExprKind::String(text) if &**text == "false" => Some(false),
            ExprKind::Null => return None,
            _ => None,
        };
        match value {
            Some(value) => Some((value, expr.span)),
            None => {
                not_constant(name, "true or false", &expr, cx);
                None
            }
        }
    }

    /// A list of plain references, such as `depends_on`.
    pub fn references(&mut self, name: &str, cx: &mut Context<'_>) -> Vec<Expr> {
        let Some(expr) = self.take(name) else {
            return Vec::new();
        };
        let span = expr.span;
        let ExprKind::Tuple(elements) = into_kind(expr) else {
            cx.error(
                &codes::REFERENCE_FORM,
                span,
                format!("\"{name}\" is a list of references in brackets, such as [giantswarm_org.team]."),
            );
            return Vec::new();
        };
        elements
            .into_iter()
            .filter_map(|element| unquoted(element, cx))
            .collect()
    }

    /// An argument that is one plain reference.
    pub fn reference(&mut self, name: &str, cx: &mut Context<'_>) -> Option<Expr> {
        let expr = self.take(name)?;
        unquoted(expr, cx)
    }
}

/// A constant string; null is `None` without an error.
pub(super) fn string(name: &str, expr: &Expr, cx: &mut Context<'_>) -> Option<(String, Span)> {
    let text = match bare(expr) {
        ExprKind::String(text) => Some(text.to_string()),
        ExprKind::Number(number) => Some(number.text.to_string()),
        ExprKind::Bool(value) => Some(value.to_string()),
        ExprKind::Template(template) => template
            .parts
            .iter()
            .map(|part| match part {
                TemplatePart::Literal(text, _) => Some(&**text),
                _ => None,
            })
            .collect(),
        ExprKind::Null => return None,
        _ => None,
    };
    match text {
        Some(text) => Some((text, expr.span)),
        None => {
            not_constant(name, "a string", expr, cx);
            None
        }
    }
}

/// What an expression is, taken out of it.
pub(super) fn into_kind(mut expr: Expr) -> ExprKind {
    std::mem::replace(&mut expr.kind, ExprKind::Null)
}

/// The expression inside parentheses.
pub(super) fn bare(expr: &Expr) -> &ExprKind {
    let mut expr = expr;
    while let ExprKind::Parens(inner) = &expr.kind {
        expr = inner;
    }
    &expr.kind
}

/// Reports an expression that is no constant, or is one of the wrong type.
fn not_constant(name: &str, wanted: &str, expr: &Expr, cx: &mut Context<'_>) {
    if check_constant(name, expr, cx) {
        cx.error(
            &codes::UNSUITABLE_VALUE,
            expr.span,
            format!("\"{name}\" must be {wanted}, written out as a constant."),
        );
    }
}

/// Reports references and function calls where a constant must stand; whether there are none.
pub(super) fn check_constant(name: &str, expr: &Expr, cx: &mut Context<'_>) -> bool {
    let mut good = true;
    if let Some(reference) = variables(expr).first() {
        good = false;
        cx.error(
            &codes::NOT_CONSTANT,
            reference.span,
            format!("\"{name}\" must be a constant, so it cannot refer to anything."),
        );
    }
    let mut call = None;
    walk(expr, &mut |part| {
        if let ExprKind::Call(found) = &part.kind {
            call.get_or_insert(found.name.span);
        }
    });
    if let Some(span) = call {
        good = false;
        cx.error_titled(
            &codes::NOT_CONSTANT,
            span,
            "Function calls not allowed",
            format!("\"{name}\" must be a constant, so it cannot call a function."),
        );
    }
    good
}

/// Quotes around what is not a string: in JSON there is no other way, in the native syntax it is old.
pub(super) fn warn_of_quotes(what: &str, at: Span, cx: &mut Context<'_>) {
    let file = cx.sources.file(at.file);
    if file.is_some_and(|file| file.name().ends_with(".json")) {
        return;
    }
    let detail = format!(
        "A {what} is written as it is, without quotes. Quotes are understood for the sake of old configurations alone; \
         take them away."
    );
    cx.diagnostics.push(
        Diagnostic::warning(&codes::REFERENCE_FORM, detail)
            .summary(format!("Quoted {what}s are deprecated"))
            .at(at),
    );
}

/// A reference that may be written as a string: in JSON there is no other way, and old native files do it.
pub(super) fn unquoted(expr: Expr, cx: &mut Context<'_>) -> Option<Expr> {
    let ExprKind::String(text) = &expr.kind else {
        return Some(expr);
    };
    warn_of_quotes("reference", expr.span, cx);
    let inside = expr.span.start as usize + 1;
    cx.diagnostics
        .take_all(parse_expression(text, expr.span.file, inside))
}
