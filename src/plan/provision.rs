//! What a provisioner runs: its arguments, evaluated for one object.
//!
//! Pure, and shared by validation and apply. Running the command is for the driver, through the port `Runner`.

use std::collections::BTreeMap;

use crate::config::Provisioner;
use crate::diag::{Diagnostic, Diagnostics};
use crate::lang::{Scope, decode_body};
use crate::schema::{Attribute, Block};
use crate::source::Span;
use crate::value::{Type, Value};

use super::codes;

/// A command that belongs to an object's creation or destruction.
#[derive(Clone, Debug, PartialEq)]
pub struct Exec {
    /// The program and its arguments; the command is the last.
    pub argv: Vec<String>,
    /// Where it runs, relative to where swarmform runs.
    pub working_dir: Option<String>,
    /// What is added to the environment.
    pub environment: BTreeMap<String, String>,
    /// Whether the command line is not shown.
    pub quiet: bool,
    /// Whether anything in it is sensitive, so that neither it nor its output is shown.
    pub hidden: bool,
    /// Whether its failure is passed over.
    pub may_fail: bool,
    /// The block's header.
    pub span: Span,
}

/// Why a command did not do its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// A clause such as `exit status 3`.
    pub reason: String,
    /// The end of its output.
    pub output: String,
}

/// The arguments of `local-exec`.
fn schema() -> Block {
    let list = Type::list(Type::String);
    let map = Type::map(Type::String);
    Block::new([
        ("command", Attribute::required(Type::String, "The command.")),
        (
            "interpreter",
            Attribute::optional(list, "The program that is given the command, with its arguments."),
        ),
        ("working_dir", Attribute::optional(Type::String, "Where it runs.")),
        (
            "environment",
            Attribute::optional(map, "What is added to the environment."),
        ),
        (
            "quiet",
            Attribute::optional(Type::Bool, "Whether the command is not shown."),
        ),
    ])
}

/// The command; none where its arguments are not known yet, which is so in validation alone.
pub fn evaluate(provisioner: &Provisioner, scope: &dyn Scope) -> Result<Option<Exec>, Diagnostics> {
    let (decoded, faults) = decode_body(&provisioner.body, &schema(), scope);
    if faults.has_errors() {
        return Err(faults);
    }
    let hidden = decoded.value.deep_marks().is_sensitive();
    let (value, _) = decoded.value.unmark_deep();
    if !value.is_wholly_known() {
        return Ok(None);
    }
    let member = |name: &str| value.members().and_then(|members| members.get(name));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let command = member("command").map(text).unwrap_or_default();
    if command.is_empty() {
        return Err(Diagnostic::error(
            &codes::PROVISIONER,
            "The command is empty, so there is nothing to run.",
        )
        .summary("Invalid local-exec provisioner command")
        .at(provisioner.span)
        .into());
    }
    let interpreter = member("interpreter")
        .and_then(Value::items)
        .filter(|words| !words.is_empty());
    let mut argv: Vec<String> = match interpreter {
        Some(words) => words.iter().map(text).collect(),
        None => vec!["/bin/sh".to_owned(), "-c".to_owned()],
    };
    argv.push(command);
    let environment = member("environment").and_then(Value::members);
    let set = environment
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_null());
    Ok(Some(Exec {
        argv,
        working_dir: member("working_dir").and_then(Value::as_str).map(str::to_owned),
        environment: set.map(|(name, value)| (name.to_string(), text(value))).collect(),
        quiet: member("quiet").and_then(Value::as_bool).unwrap_or_default(),
        hidden,
        may_fail: provisioner.may_fail,
        span: provisioner.span,
    }))
}

/// The arguments as far as they are known, with their marks: for the digest of a plan.
pub fn arguments(provisioner: &Provisioner, scope: &dyn Scope) -> Value {
    decode_body(&provisioner.body, &schema(), scope).0.value
}

/// The error of a command that failed.
pub fn failed(exec: &Exec, failure: &Failure) -> Diagnostic {
    let detail = if exec.hidden {
        format!(
            "The command failed: {}. It holds something sensitive, so neither it nor its output is shown.",
            failure.reason
        )
    } else {
        let command = exec.argv.last().map_or("", String::as_str);
        let output = failure.output.trim_end();
        let output = if output.is_empty() {
            String::new()
        } else {
            format!(" Its output:\n\n{output}")
        };
        format!("The command '{command}' failed: {}.{output}", failure.reason)
    };
    Diagnostic::error(&codes::PROVISIONER, detail).at(exec.span)
}
