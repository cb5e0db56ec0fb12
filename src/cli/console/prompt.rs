//! The console on a terminal: editing, completion, history, and input of several lines.
//!
//! The history is a file for the owner alone, beside the state. A line is not kept if it begins with a space or if
//! its value is sensitive in any part, for then it may spell a secret.

use std::collections::BTreeSet;
use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Config, Context, Editor, Helper, Highlighter, Hinter};

use crate::addr::ModuleAddr;
use crate::cli::Answer;
use crate::config::Repetition;
use crate::lang::functions;
use crate::plan::look::Look;
use crate::syntax::is_open;
use crate::value::Type;

use super::{Console, Reply};

/// The most lines that the history keeps.
const HISTORY: usize = 1000;

/// Reads and answers until the person leaves.
pub(super) fn run(console: &mut Console<'_>, history: &Path) -> Answer {
    let config = Config::builder().history_ignore_space(true);
    let config = config
        .max_history_size(HISTORY)
        .map_or_else(|_| Config::default(), |config| config.build());
    let names = Names::of(&console.look);
    let mut editor = match Editor::<Names, FileHistory>::with_config(config) {
        Ok(editor) => editor,
        Err(_) => return console.pipe(),
    };
    editor.set_helper(Some(names));
    let kept = keep(history) && editor.load_history(history).is_ok();
    let mut interrupted = false;
    loop {
        let line = match editor.readline("> ") {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) if !interrupted => {
                console
                    .ui
                    .print("Press Control-C again, or type \"exit\", to leave.\n");
                interrupted = true;
                continue;
            }
            Err(_) => break,
        };
        interrupted = false;
        let keep = match console.answer(&line) {
            Ok(Reply::Exit) => break,
            Ok(Reply::Text(text, keep)) => {
                if !text.is_empty() {
                    console.ui.print(&format!("{text}\n\n"));
                }
                keep
            }
            Err(faults) => {
                console.ui.diagnostics(&faults);
                // What has no value may still spell a secret.
                !line.contains("sensitive")
            }
        };
        if keep && !line.trim().is_empty() {
            let _ = editor.add_history_entry(line.as_str());
        }
    }
    if kept {
        let _ = editor.append_history(history);
    }
    Ok(0)
}

/// Makes the history's file for the owner alone. Without a state directory there is none.
fn keep(path: &Path) -> bool {
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path);
    file.is_ok_and(|file| file.set_permissions(Permissions::from_mode(0o600)).is_ok())
}

/// The names in scope.
#[derive(Helper, Highlighter, Hinter)]
struct Names(BTreeSet<String>);

impl Names {
    fn of(look: &Look) -> Names {
        let mut names: BTreeSet<String> = ["path.module", "path.root", "path.cwd", "terraform.workspace"]
            .map(str::to_owned)
            .into();
        names.extend(functions::all().map(|function| format!("{}(", function.name)));
        let config = &look.evaluator.config;
        let root = ModuleAddr::root();
        let Some(module) = config.modules.get(&root) else {
            return Names(names);
        };
        names.extend(module.variables.keys().map(|name| format!("var.{name}")));
        names.extend(module.locals.keys().map(|name| format!("local.{name}")));
        for (name, call) in &module.calls {
            let outputs = config.modules.get(&root.child(name.clone()));
            names.insert(format!("module.{name}"));
            if matches!(call.repetition, Repetition::One) {
                let outputs = outputs.iter().flat_map(|module| module.outputs.keys());
                names.extend(outputs.map(|output| format!("module.{name}.{output}")));
            }
        }
        for (addr, resource) in &module.resources {
            names.insert(addr.to_string());
            if let (Repetition::One, Some(info)) = (&resource.repetition, look.semantics.type_info(addr))
                && let Type::Object(object) = &info.ty
            {
                names.extend(object.attributes.keys().map(|name| format!("{addr}.{name}")));
            }
        }
        Names(names)
    }

    /// What may stand for the beginning of a name, each up to its next dot.
    fn complete(&self, word: &str) -> Vec<String> {
        let found: BTreeSet<String> = self
            .0
            .iter()
            .filter_map(|name| {
                let rest = name.strip_prefix(word)?;
                let end = rest.find('.').map_or(rest.len(), |dot| dot + 1);
                Some(format!("{word}{}", rest.get(..end).unwrap_or(rest)))
            })
            .filter(|name| name != word)
            .collect();
        found.into_iter().collect()
    }
}

impl Completer for Names {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let before = line.get(..pos).unwrap_or(line);
        let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
        let start = before
            .char_indices()
            .rev()
            .take_while(|(_, letter)| is_name(*letter))
            .last()
            .map_or(pos, |(at, _)| at);
        let word = before.get(start..).unwrap_or_default();
        Ok((start, Names::complete(self, word)))
    }
}

impl Validator for Names {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if is_open(context.input()) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_completed_up_to_its_next_dot() {
        let names = Names(
            ["var.a", "var.ab", "values(", "module.m.out"]
                .map(str::to_owned)
                .into(),
        );
        assert_eq!(names.complete("va"), ["values(", "var."]);
        assert_eq!(names.complete("var.a"), ["var.ab"]);
        assert_eq!(names.complete("module."), ["module.m."]);
        assert!(names.complete("x").is_empty());
    }

    #[test]
    fn a_history_is_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("history");
        std::fs::write(&path, "").unwrap();
        assert!(keep(&path));
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!keep(&dir.path().join("none/history")));
    }
}
