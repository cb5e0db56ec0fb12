//! A wrong command line, told in our own words: what is wrong with which word, and what the command takes.
//!
//! `clap` finds the fault; this file only says it. Help and version are no faults and stay as they are.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};

use crate::diag::{Diagnostic, did_you_mean};

use super::codes;

/// The diagnostic of a fault that clap found in these arguments.
pub fn fault(error: &Error, command: &Command, given: &[String]) -> Diagnostic {
    let (path, command) = innermost(command, given);
    let text = |kind| error.get(kind).map(words).unwrap_or_default();
    let detail = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let name = text(ContextKind::InvalidSubcommand);
            let hint = did_you_mean(&name, command.get_subcommands().map(Command::get_name));
            format!("There is no command \"{path}{name}\".{hint}")
        }
        ErrorKind::UnknownArgument => {
            let name = text(ContextKind::InvalidArg);
            match name.strip_prefix('-') {
                Some(option) => {
                    let known: Vec<&str> = command
                        .get_arguments()
                        .filter_map(|argument| argument.get_long())
                        .collect();
                    let misplaced = known.contains(&option);
                    let hint = match crate::diag::closest(option, known) {
                        Some(close) => format!(" Did you mean \"-{close}\"?"),
                        None => String::new(),
                    };
                    let command = path.trim_end();
                    if misplaced {
                        format!(
                            "The option \"{name}\" of \"{command}\" is not where it belongs: options stand behind the \
                             command, and not behind \"--\"."
                        )
                    } else if command.is_empty() {
                        format!("There is no option \"{name}\".{hint}")
                    } else {
                        format!("The command \"{command}\" has no option \"{name}\".{hint}")
                    }
                }
                None => format!("The argument \"{name}\" is one too many."),
            }
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::NoEquals => {
            let (option, value) = (text(ContextKind::InvalidArg), text(ContextKind::InvalidValue));
            let valid = text(ContextKind::ValidValue);
            let reason = std::error::Error::source(error).map(ToString::to_string);
            match (value.is_empty(), valid.is_empty(), reason) {
                (true, ..) => format!("The option {} needs a value.", written(&option)),
                (_, false, _) => format!(
                    "\"{value}\" is no value for {}: it takes {valid}.",
                    written(&option)
                ),
                (.., Some(reason))
                    if reason.ends_with("found in string") || reason.contains("empty string") =>
                {
                    format!(
                        "\"{value}\" is no value for {}, which takes a number.",
                        written(&option)
                    )
                }
                (.., Some(reason)) => format!("\"{value}\" is no value for {}: {reason}.", written(&option)),
                (.., None) => format!("\"{value}\" is no value for {}.", written(&option)),
            }
        }
        ErrorKind::ArgumentConflict => {
            let (one, other) = (text(ContextKind::InvalidArg), text(ContextKind::PriorArg));
            let (one, other) = (written(&one), written(&other));
            if one == other {
                format!("The option {one} is given twice.")
            } else {
                format!("The options {other} and {one} exclude each other. Give one of them.")
            }
        }
        ErrorKind::MissingRequiredArgument => {
            format!("The command needs {}.", written(&text(ContextKind::InvalidArg)))
        }
        ErrorKind::MissingSubcommand => {
            let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
            format!(
                "The command \"{}\" is followed by {}.",
                path.trim_end(),
                names.join(", ")
            )
        }
        _ => first_line(&error.to_string()),
    };
    let help = format!("\"swarmform {path}-help\" tells what there is.");
    Diagnostic::error(&codes::USAGE, format!("{detail} {help}"))
}

/// The command that the arguments lead to, and its name with a space behind it.
fn innermost<'a>(command: &'a Command, given: &[String]) -> (String, &'a Command) {
    let mut path = String::new();
    let mut at = command;
    for word in given.iter().filter(|word| !word.starts_with('-')) {
        let Some(next) = at.find_subcommand(word) else {
            break;
        };
        path.push_str(word);
        path.push(' ');
        at = next;
    }
    (path, at)
}

/// A value of clap's context with options as users write them.
fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => single(text),
        ContextValue::Strings(texts) => texts
            .iter()
            .map(|text| single(text))
            .collect::<Vec<_>>()
            .join(" or "),
        other => other.to_string(),
    }
}

/// `--name` as `-name`.
fn single(text: &str) -> String {
    match text.strip_prefix("--") {
        Some(name) => format!("-{name}"),
        None => text.to_owned(),
    }
}

/// `-out <FILE>` as `-out=FILE`.
fn written(option: &str) -> String {
    option
        .replace("[=<", "=")
        .replace(">]", "")
        .replace(" <", "=")
        .replace(['<', '>'], "")
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line);
    format!("{}.", line.trim_end_matches('.'))
}
