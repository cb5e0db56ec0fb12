//! How faults are told: the values in scope, articles, and what a value is in words.
//!
//! A sensitive value is never shown. It decides no fault: the places that find one do.

use crate::diag::{Diagnostic, Diagnostics};
use crate::syntax::ast::Expr;
use crate::syntax::traverse::{Reference, Step, variables};
use crate::value::{Kind, Type, Value};

use super::eval::Cx;
use super::scope::{ResolvedStep, Scope};
use super::traverse;

/// The longest piece of a string that a message shows.
const SHOWN: usize = 80;

/// Adds the values that an expression refers to, each as it stands in scope.
pub(super) fn explain(diagnostic: Diagnostic, expr: &Expr, cx: Cx<'_>) -> Diagnostics {
    if cx.quiet {
        return diagnostic.into();
    }
    let mut diagnostic = diagnostic;
    for reference in variables(expr) {
        if let Some(value) = look_up(&reference, cx) {
            diagnostic = diagnostic.value(spell(&reference), describe(&value));
        }
    }
    diagnostic.into()
}

/// The value of a static reference, if it has one.
pub(super) fn look_up(reference: &Reference, cx: Cx<'_>) -> Option<Value> {
    let steps: Vec<ResolvedStep> = reference.steps.iter().filter_map(traverse::resolved).collect();
    traverse::resolve(&reference.root.name, &steps, reference.span, cx.quiet()).ok()
}

/// The reference as it is written.
pub(super) fn spell(reference: &Reference) -> String {
    let mut text = reference.root.name.to_string();
    for step in &reference.steps {
        match step {
            Step::Attr(name) => {
                text.push('.');
                text.push_str(&name.name);
            }
            Step::Key(key, _) => text.push_str(&format!("[{}]", quote(key))),
            Step::Index(number, _) => text.push_str(&format!("[{number}]")),
        }
    }
    text
}

/// What a value is, as a predicate: `is "abc"`, `is list of string with 2 elements`, `has a sensitive value`.
pub fn describe(value: &Value) -> String {
    if value.marks().is_sensitive() {
        return "has a sensitive value".to_owned();
    }
    if value.marks().is_ephemeral() {
        return "has an ephemeral value".to_owned();
    }
    let counted = |what: String, count: usize, thing: &str| {
        let plural = if count == 1 { "" } else { "s" };
        format!("is {what} with {count} {thing}{plural}")
    };
    let name = || value.ty().friendly_name();
    match value.kind() {
        Kind::Null(_) => "is null".to_owned(),
        Kind::Unknown(ty, _) if *ty == Type::Dynamic => "will be known only after apply".to_owned(),
        Kind::Unknown(..) => format!("is {}, known only after apply", article(&name())),
        Kind::Bool(answer) => format!("is {answer}"),
        Kind::Number(number) => format!("is {number}"),
        Kind::String(text) => format!("is {}", quote(text)),
        Kind::List(_, items) | Kind::Set(_, items) => counted(name(), items.len(), "element"),
        Kind::Tuple(items) => counted(name(), items.len(), "element"),
        Kind::Map(_, members) => counted(name(), members.len(), "element"),
        Kind::Object(members) => counted(name(), members.len(), "attribute"),
        Kind::TypeValue(ty) => format!("is the type {ty}"),
    }
}

/// A string in quotes, on one line, control characters escaped, shortened when long.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(SHOWN) + 2);
    out.push('"');
    for (at, letter) in text.chars().enumerate() {
        if at == SHOWN {
            out.push('…');
            break;
        }
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            letter if letter.is_control() => out.extend(letter.escape_default()),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Why a value is none of the wanted type, as what follows `must be a number`: `, but this is a tuple`, or the reason
/// that the conversion gave where it tells more.
pub(super) fn unfit(value: &Value, wanted: &Type, reason: &dyn std::fmt::Display) -> String {
    match wanted {
        Type::Number | Type::Bool if value.ty() == Type::String => {
            ", and this string does not read as one".to_owned()
        }
        Type::String | Type::Number | Type::Bool => {
            format!(", but this is {}", article(&value.ty().friendly_name()))
        }
        _ => format!(": {reason}"),
    }
}

/// Adds the values that an expression refers to, for those who judge what it came to.
pub fn with_values(diagnostic: Diagnostic, expr: &Expr, scope: &dyn Scope) -> Diagnostic {
    let fallback = diagnostic.clone();
    explain(diagnostic, expr, Cx::new(scope))
        .into_iter()
        .next()
        .unwrap_or(fallback)
}

/// `a number`, `an object`.
pub(super) fn article(name: &str) -> String {
    let vowel = name.starts_with(['a', 'e', 'i', 'o']);
    format!("{} {name}", if vowel { "an" } else { "a" })
}
