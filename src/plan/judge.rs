//! Judging conditions: whether each holds, and what is said where it does not.
//!
//! It evaluates in the scope it is given and keeps nothing; what came of it is noted by the caller.

use crate::config::Condition;
use crate::diag::{Diagnostic, Diagnostics};
use crate::lang::{evaluate, with_values};
use crate::source::Span;
use crate::syntax::ast::Expr;
use crate::value::{Marks, Type, Value, convert};

use super::checks::Status;
use super::codes;
use super::scope::ModuleScope;

/// In place of a message that only apply can tell.
const LATER: &str = "The condition does not hold; its message is known only after apply.";

/// How a condition turned out.
#[derive(Debug)]
pub struct Judged {
    /// Whether it holds.
    pub status: Status,
    /// The message of its author, where it does not.
    pub problem: Option<String>,
    /// What is wrong: that it does not hold, or that it cannot be evaluated.
    pub faults: Diagnostics,
    /// The condition.
    pub span: Span,
    /// Its block.
    pub block: Span,
}

impl Judged {
    /// The same where it is not known that there is anything to judge: only what can never be right is wrong then.
    #[must_use]
    pub fn undecided(mut self) -> Judged {
        if self.status == Status::Fail {
            self.status = Status::Unknown;
            self.problem = None;
            self.faults
                .0
                .retain(|fault| fault.code.id != codes::CONDITION_FAILED.id);
        }
        self
    }
}

/// Evaluates conditions; all of them, so that all that is wrong is told at once.
pub fn judge(conditions: &[Condition], scope: &ModuleScope<'_>, of: &str) -> Vec<Judged> {
    let about = |fault: Diagnostic| {
        if of.is_empty() { fault } else { fault.about(of) }
    };
    let one = |condition: &Condition| {
        let (span, block) = (condition.condition.span, condition.span);
        let mut judged = Judged {
            status: Status::Pass,
            problem: None,
            faults: Diagnostics::new(),
            span,
            block,
        };
        match holds(condition, scope) {
            Ok(Some(true)) => {}
            Ok(None) => judged.status = Status::Unknown,
            Ok(Some(false)) => {
                judged.status = Status::Fail;
                let (message, faults) = message(condition, scope);
                let told = message.clone().unwrap_or_else(|| LATER.to_owned());
                let fault = Diagnostic::error(&codes::CONDITION_FAILED, told)
                    .at(span)
                    .within(block);
                judged
                    .faults
                    .push(about(with_values(fault, &condition.condition, scope)));
                judged.faults.extend(faults.into_iter().map(about));
                judged.problem = message;
            }
            Err(faults) => {
                judged.status = Status::Error;
                judged.faults.extend(faults.into_iter().map(about));
            }
        }
        judged
    };
    conditions.iter().map(one).collect()
}

fn invalid_condition(detail: impl Into<String>, expr: &Expr, scope: &ModuleScope<'_>) -> Diagnostics {
    let fault = Diagnostic::error(&codes::INVALID_CONDITION, detail).at(expr.span);
    with_values(fault, expr, scope).into()
}

/// Whether a condition holds; none where only apply can tell.
fn holds(condition: &Condition, scope: &ModuleScope<'_>) -> Result<Option<bool>, Diagnostics> {
    let expr = &condition.condition;
    let (value, _) = evaluate(expr, scope)?.unmark_deep();
    if value.is_null() {
        return Err(invalid_condition(
            "The condition is null; it must be true or false.",
            expr,
            scope,
        ));
    }
    let value = convert::convert(&value, &Type::Bool).map_err(|_| {
        let detail = format!(
            "The condition must be true or false, but it is a {}.",
            value.ty().friendly_name()
        );
        invalid_condition(detail, expr, scope)
    })?;
    Ok(value.as_bool())
}

/// The message of a condition that does not hold, none where only apply can tell it; and why it cannot be shown
/// where it cannot.
fn message(condition: &Condition, scope: &ModuleScope<'_>) -> (Option<String>, Diagnostics) {
    let expr = &condition.error_message;
    let hidden = |why: &str| {
        let message = "The condition does not hold; its message cannot be shown.".to_owned();
        (Some(message), invalid_condition(why, expr, scope))
    };
    let message = match evaluate(expr, scope) {
        Ok(message) => message,
        Err(faults) => {
            let message = "The condition does not hold; its message is not valid.".to_owned();
            return (Some(message), faults);
        }
    };
    if message.has_mark_deep(Marks::SENSITIVE) {
        return hidden(
            "The message holds a sensitive value, so it is not shown. Leave the value out of the message, or make it \
             presentable with nonsensitive() where it holds no secret.",
        );
    }
    if message.has_mark_deep(Marks::EPHEMERAL) {
        return hidden(
            "The message holds an ephemeral value, which must not be kept. Leave it out of the message.",
        );
    }
    let text = convert::convert(&message, &Type::String).ok();
    match text.as_ref().and_then(Value::as_str) {
        Some(text) => (Some(text.trim().to_owned()), Diagnostics::new()),
        None if !message.is_known() => (None, Diagnostics::new()),
        None => hidden("The message must be a string, and not null."),
    }
}
