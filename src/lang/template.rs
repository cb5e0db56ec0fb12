//! Templates: interpolation and directives.
//!
//! A template of one interpolation alone is that value, whatever its type. Any other gives a string; while a
//! part is unknown the result is too, but keeps its known beginning. Strip markers and heredoc indent were dealt
//! with by `syntax`.

use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics, did_you_mean};
use crate::source::SourceMap;
use crate::syntax::ast::{Expr, Template, TemplatePart};
use crate::syntax::parse_template;
use crate::syntax::traverse::variables;
use crate::value::convert::convert;
use crate::value::{Kind, Marks, Refinement, Type, Value};

use super::codes;
use super::eval::{Cx, Outcome, condition, eval as eval_expr};
use super::fault::{article, explain, quote};
use super::for_expr::{elements, with_names};
use super::functions::{Answer, Fault};
use super::scope::NamesScope;

/// What has been rendered so far.
struct Text {
    known: String,
    complete: bool,
    marks: Marks,
}

impl Text {
    fn new() -> Text {
        Text {
            known: String::new(),
            complete: true,
            marks: Marks::NONE,
        }
    }

    fn push(&mut self, text: &str) {
        if self.complete {
            self.known.push_str(text);
        }
    }

    fn finish(self) -> Value {
        let value = if self.complete {
            Value::string(&self.known)
        } else {
            let beginning = Refinement::not_null().with_prefix(&self.known);
            Value::unknown_refined(Type::String, beginning)
        };
        value.mark(self.marks)
    }
}

#[inline(never)]
pub(super) fn eval(template: &Template, _expr: &Expr, cx: Cx<'_>) -> Outcome {
    if let [TemplatePart::Interpolation(expr)] = template.parts.as_slice() {
        return eval_expr(expr, cx);
    }
    let mut text = Text::new();
    let mut faults = Diagnostics::new();
    render(&template.parts, cx, &mut text, &mut faults);
    if faults.has_errors() {
        return Err(faults);
    }
    Ok(text.finish())
}

fn render(parts: &[TemplatePart], cx: Cx<'_>, text: &mut Text, faults: &mut Diagnostics) {
    for part in parts {
        match part {
            TemplatePart::Literal(literal, _) => text.push(literal),
            TemplatePart::Interpolation(expr) => {
                if let Some(value) = faults.take_all(eval_expr(expr, cx)) {
                    insert(&value, expr, cx, text, faults);
                }
            }
            TemplatePart::If {
                condition: test,
                yes,
                no,
                ..
            } => {
                let Some((answer, marks)) = faults.take_all(condition(test, cx)) else {
                    continue;
                };
                text.marks |= marks;
                match answer {
                    Some(true) => render(yes, cx, text, faults),
                    Some(false) => render(no, cx, text, faults),
                    None => {
                        text.complete = false;
                        render(yes, cx.quiet(), text, &mut Diagnostics::new());
                        render(no, cx.quiet(), text, &mut Diagnostics::new());
                    }
                }
            }
            TemplatePart::For {
                key_name,
                value_name,
                collection,
                body,
                ..
            } => {
                let Some(value) = faults.take_all(eval_expr(collection, cx)) else {
                    continue;
                };
                text.marks |= value.marks();
                let Some(items) = faults.take_all(elements(&value, collection, cx)) else {
                    continue;
                };
                let Some(items) = items else {
                    text.complete = false;
                    continue;
                };
                let names = (key_name.as_ref().map(|name| &*name.name), &*value_name.name);
                for item in items {
                    with_names(names, item, cx, |cx| render(body, cx, text, faults));
                    // The same fault for every element helps nobody.
                    if faults.has_errors() {
                        return;
                    }
                }
            }
        }
    }
}

fn insert(value: &Value, expr: &Expr, cx: Cx<'_>, text: &mut Text, faults: &mut Diagnostics) {
    text.marks |= value.marks();
    let fault = |detail: String| {
        explain(
            Diagnostic::error(&codes::TEMPLATE_PART, detail).at(expr.span),
            expr,
            cx,
        )
    };
    if value.is_null() {
        faults.extend(fault(
            "This value is null, and null cannot be part of a string. Use coalesce() to put another value in its place.".to_owned(),
        ));
        return;
    }
    if !value.is_known() {
        text.complete = false;
        return;
    }
    match convert(value, &Type::String) {
        Ok(string) => {
            if let Kind::String(string) = string.kind() {
                text.push(string);
            }
        }
        Err(_) => faults.extend(fault(format!(
            "Only a string, a number or a bool can be part of a string, but this is {}. Use jsonencode() or join() to \
             write it as one.",
            article(&value.ty().friendly_name())
        ))),
    }
}

/// Renders a template text with these names and no others: the body of `templatefile` and `templatestring`.
/// Argument 0 of a fault is the template, argument 1 the names.
pub(super) fn render_text(text: &str, name: &str, vars: &Value, cx: Cx<'_>) -> Answer<Value> {
    let marks = vars.marks();
    let members = match vars.kind() {
        Kind::Object(members) | Kind::Map(_, members) => members,
        Kind::Unknown(Type::Dynamic | Type::Object(_) | Type::Map(_), _) => {
            return Ok(Value::unknown(Type::Dynamic).mark(marks));
        }
        _ => return Err(Fault::Argument(1, "a map or an object is required".to_owned())),
    };
    for key in members.keys() {
        if !is_name(key) {
            return Err(Fault::Argument(
                1,
                format!(
                    "{} is not a name: a name is a letter or an underscore, and then letters, digits, underscores and \
                     dashes",
                    quote(key)
                ),
            ));
        }
    }
    let mut sources = SourceMap::new();
    let file = sources.add(name, text);
    let first = |faults: Diagnostics| match faults.iter().find(|fault| fault.is_error()) {
        Some(fault) => format!("{}{}", place(&sources, fault), fault.detail.trim_end_matches('.')),
        None => "the template cannot be rendered".to_owned(),
    };
    let expr = parse_template(text, file, 0).map_err(|faults| Fault::Call(first(faults)))?;
    for reference in variables(&expr) {
        let root = &*reference.root.name;
        if !members.contains_key(root) {
            return Err(Fault::Argument(
                1,
                format!(
                    "it has no {}, which the template refers to at {}{}",
                    quote(root),
                    sources.place(reference.span),
                    did_you_mean(root, members.keys().map(|key| &**key)).trim_end_matches('.')
                ),
            ));
        }
    }
    let names = members
        .iter()
        .map(|(key, value)| (Arc::clone(key), value.clone()))
        .collect();
    let scope = NamesScope::new(names, cx.scope.files());
    let inner = Cx {
        scope: &scope,
        locals: None,
        quiet: cx.quiet,
        in_template: true,
        rough: cx.rough,
    };
    let value = eval_expr(&expr, inner).map_err(|faults| Fault::Call(first(faults)))?;
    if value.is_null() {
        return Err(Fault::Call(format!("{name}: the template renders to null")));
    }
    Ok(value.mark(marks))
}

fn place(sources: &SourceMap, fault: &Diagnostic) -> String {
    match fault.subject {
        Some(span) => format!("{}: ", sources.place(span)),
        None => String::new(),
    }
}

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
}
