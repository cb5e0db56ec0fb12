//! `man`: manual pages, made from the definition of the command line, so that they cannot be older than the program.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Arg, Args, Command, CommandFactory};

use crate::diag::{Diagnostic, did_you_mean};
use crate::host::files;

use super::options::Cli;
use super::ui::Ui;
use super::{Answer, codes, examples};

/// Options of `man`.
#[derive(Args, Debug)]
pub struct Man {
    /// Write the pages of all commands into this directory
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub out: Option<PathBuf>,
    /// The command, such as plan or state list; the program itself if none is given
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// Runs it.
pub fn run(ui: &mut Ui, options: &Man) -> Answer {
    let root = super::finished(Cli::command());
    let Some(dir) = &options.out else {
        let mut at = &root;
        for word in &options.command {
            let Some(next) = at.find_subcommand(word).filter(|next| !next.is_hide_set()) else {
                let hint = did_you_mean(word, at.get_subcommands().map(Command::get_name));
                let detail = format!("There is no command \"{}\".{hint}", options.command.join(" "));
                return Err(Diagnostic::error(&codes::USAGE, detail).into());
            };
            at = next;
        }
        ui.print(&page(at, &options.command.join(" ")));
        return Ok(0);
    };
    let fault = |path: &std::path::Path, reason: &str| {
        let detail = format!("The file \"{}\" cannot be written: {reason}.", path.display());
        Diagnostic::error(&codes::FILE, detail)
    };
    std::fs::create_dir_all(dir).map_err(|error| fault(dir, &files::reason(&error)))?;
    let mut count = 0;
    for (path, command) in all(&root, "") {
        let name = format!("swarmform {path}").trim_end().replace(' ', "-");
        let file = dir.join(format!("{name}.1"));
        files::rewrite(&file, &page(command, &path)).map_err(|reason| fault(&file, &reason))?;
        count += 1;
    }
    ui.print(&format!("Wrote {count} pages.\n"));
    Ok(0)
}

/// A command and all below it, by their names.
fn all<'a>(command: &'a Command, path: &str) -> Vec<(String, &'a Command)> {
    let mut found = vec![(path.to_owned(), command)];
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        found.extend(all(inner, format!("{path} {}", inner.get_name()).trim_start()));
    }
    found
}

/// Text that troff takes as it is.
fn plain(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    let lines = text.lines().map(|line| match line.starts_with(['.', '\'']) {
        true => format!("\\&{line}"),
        false => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// An argument as it is written.
fn written(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    let value = names.first().map(ToString::to_string).unwrap_or_default();
    let takes = arg.get_action().takes_values();
    match (arg.get_long(), arg.get_short()) {
        (Some(long), _) if takes => format!("-{long}={value}"),
        (Some(long), Some(short)) => format!("-{short}, -{long}"),
        (Some(long), None) => format!("-{long}"),
        (None, Some(short)) if takes => format!("-{short} {value}"),
        (None, Some(short)) => format!("-{short}"),
        (None, None) => value,
    }
}

fn page(command: &Command, path: &str) -> String {
    let name = format!("swarmform {path}").trim_end().to_owned();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let mut out = format!(
        ".TH {} 1 \"\" \"swarmform {}\" \"swarmform\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n.B {}\n",
        plain(&name.replace(' ', "-").to_uppercase()),
        env!("CARGO_PKG_VERSION"),
        plain(&name.replace(' ', "-")),
        plain(&about),
        plain(&name)
    );
    let shown: Vec<&Arg> = command.get_arguments().filter(|arg| !arg.is_hide_set()).collect();
    let (places, options): (Vec<&Arg>, Vec<&Arg>) = shown.into_iter().partition(|arg| arg.is_positional());
    if !options.is_empty() {
        out.push_str("[OPTIONS]\n");
    }
    for place in &places {
        let dashes = if place.is_last_set() { "\\-\\- " } else { "" };
        let (open, close) = if place.is_required_set() {
            ("", "")
        } else {
            ("[", "]")
        };
        let _ = writeln!(out, "{open}{dashes}\\fI{}\\fR{close}", plain(&written(place)));
    }
    for (title, args) in [("ARGUMENTS", places), ("OPTIONS", options)] {
        if !args.is_empty() {
            let _ = writeln!(out, ".SH {title}");
        }
        for arg in args {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(out, ".TP\n.B {}\n{}.", plain(&written(arg)), plain(&help));
            let defaults: Vec<_> = arg
                .get_default_values()
                .iter()
                .filter_map(|value| value.to_str())
                .collect();
            if !defaults.is_empty() && arg.get_action().takes_values() {
                let _ = writeln!(out, "The default is {}.", plain(&defaults.join(", ")));
            }
        }
    }
    let below: Vec<&Command> = command
        .get_subcommands()
        .filter(|inner| !inner.is_hide_set())
        .collect();
    if !below.is_empty() {
        out.push_str(".SH COMMANDS\n");
    }
    for inner in below {
        let about = inner.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(out, ".TP\n.B {}\n{}.", plain(inner.get_name()), plain(&about));
    }
    if let Some(examples) = examples::of(path) {
        let _ = writeln!(out, ".SH EXAMPLES\n.nf\n{}\n.fi", plain(examples));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_examples_and_every_example_is_a_command_line() {
        let root = super::super::finished(Cli::command());
        for (path, command) in all(&root, "") {
            let takes_commands = command.get_subcommands().next().is_some();
            let Some(examples) = examples::of(&path) else {
                assert!(takes_commands, "{path} has no examples");
                continue;
            };
            for line in examples.lines() {
                let words = super::super::args::words(line).unwrap();
                let (program, rest) = words.split_first().unwrap();
                assert_eq!(program, "swarmform");
                let given = super::super::args::normalize(rest.to_vec(), &|_| None).unwrap();
                let words = std::iter::once(program.clone()).chain(given);
                let read = Cli::command().try_get_matches_from(words);
                assert!(read.is_ok(), "{line}: {}", read.err().unwrap());
            }
        }
    }

    #[test]
    fn a_page_shows_options_with_one_dash_and_the_examples() {
        let root = super::super::finished(Cli::command());
        let plan = root.find_subcommand("plan").unwrap();
        let page = page(plan, "plan");
        for part in [
            ".TH SWARMFORM\\-PLAN 1",
            ".B \\-out=FILE",
            "The default is 10.",
            ".SH EXAMPLES",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("\\-\\-out"));
    }
}
