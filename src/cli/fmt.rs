//! `fmt`: configuration files in the canonical layout.
//!
//! It goes through files and directories and tells what it finds. How a text is laid out is for `syntax::format` to
//! say.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use clap::{ArgAction, Args};

use crate::diag::{Diagnostic, Diagnostics};
use crate::host::files;
use crate::render::escape;
use crate::render::unified::unified;
use crate::source::SourceMap;
use crate::syntax;

use super::ui::Ui;
use super::{Answer, codes};

/// Options of `fmt`.
#[derive(Args, Debug)]
pub struct Fmt {
    /// Change nothing; end with 3 if a file is not in the layout
    #[arg(long, value_name = "BOOL", default_value_t = false, num_args = 0..=1, default_missing_value = "true", require_equals = true, action = ArgAction::Set)]
    pub check: bool,
    /// Show what changes as a unified diff
    #[arg(long, value_name = "BOOL", default_value_t = false, num_args = 0..=1, default_missing_value = "true", require_equals = true, action = ArgAction::Set)]
    pub diff: bool,
    /// List the files that change
    #[arg(long, value_name = "BOOL", default_value_t = true, num_args = 0..=1, default_missing_value = "true", require_equals = true, action = ArgAction::Set)]
    pub list: bool,
    /// Write the files that change
    #[arg(long, value_name = "BOOL", default_value_t = true, num_args = 0..=1, default_missing_value = "true", require_equals = true, action = ArgAction::Set)]
    pub write: bool,
    /// Go through directories below, too
    #[arg(long, value_name = "BOOL", default_value_t = false, num_args = 0..=1, default_missing_value = "true", require_equals = true, action = ArgAction::Set)]
    pub recursive: bool,
    /// Print no colour
    #[arg(long)]
    pub no_color: bool,
    /// Files and directories, or - for standard input; the working directory if none is given
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
}

/// What the files that are formatted end with.
const ENDINGS: [&str; 4] = [".tf", ".tfvars", ".tftest.hcl", ".tfmock.hcl"];

/// The name of standard input.
const STDIN: &str = "<stdin>";

/// The exit code if `-check` finds a file that is not in the layout.
const UNFORMATTED: u8 = 3;

/// The exit code if a file cannot be read or written, or is no configuration.
const FAILED: u8 = 2;

/// Runs it.
pub fn run(ui: &mut Ui, options: &Fmt) -> Answer {
    let stdin = options.targets.first().is_some_and(|first| first == "-");
    let mut run = Run {
        list: !stdin && (options.list || options.check),
        write: !stdin && options.write && !options.check,
        diff: options.diff,
        whole: !options.check,
        recursive: options.recursive,
        out: String::new(),
        unformatted: false,
        sources: SourceMap::new(),
        faults: Diagnostics::new(),
    };
    run.whole &= !run.list && !run.write && !run.diff;
    if stdin {
        match files::stdin() {
            Ok(text) => drop(run.text(STDIN, text)),
            Err(reason) => run.fault(&codes::FILE, format!("Standard input cannot be read: {reason}.")),
        }
    } else {
        let here = [".".to_owned()];
        let targets = match options.targets.is_empty() {
            true => &here[..],
            false => &options.targets,
        };
        for target in targets {
            run.target(target);
        }
    }
    let failed = run.faults.has_errors();
    // A check that fails has nothing to tell but why.
    if !options.check || (options.list && !stdin && !failed) {
        // Files and patches are given as they are, but a terminal must not be steered by them.
        match ui.terminal {
            true => ui.print(&escape::lines(&run.out)),
            false => ui.print(&run.out),
        }
    }
    ui.sources = Arc::new(run.sources);
    ui.diagnostics(&run.faults);
    Ok(match (failed, options.check && run.unformatted) {
        (true, _) => FAILED,
        (false, true) => UNFORMATTED,
        (false, false) => 0,
    })
}

/// One run: what is asked for, and what has been found.
struct Run {
    list: bool,
    write: bool,
    diff: bool,
    /// Whether to print the whole texts.
    whole: bool,
    recursive: bool,
    out: String,
    unformatted: bool,
    sources: SourceMap,
    faults: Diagnostics,
}

impl Run {
    fn fault(&mut self, code: &'static crate::diag::Code, detail: String) {
        self.faults.push(Diagnostic::error(code, detail));
    }

    fn target(&mut self, target: &str) {
        let path = relative(Path::new(target));
        if path.is_dir() {
            self.directory(&path);
        } else if !path.exists() {
            let detail = format!("There is no file or directory \"{target}\".");
            self.fault(&codes::FILE, detail);
        } else if is_formatted(target) {
            self.file(&path);
        } else {
            let detail = format!(
                "\"{target}\" is not a file that can be formatted: its name ends in none of {}.",
                ENDINGS.join(", ")
            );
            self.fault(&codes::NOT_FORMATTED, detail);
        }
    }

    fn directory(&mut self, dir: &Path) {
        let entries = match files::entries(dir) {
            Ok(entries) => entries,
            Err(reason) => {
                let detail = format!("The directory \"{}\" cannot be read: {reason}.", dir.display());
                return self.fault(&codes::FILE, detail);
            }
        };
        for (name, is_directory) in entries {
            // What editors and programs keep for themselves is not meant.
            if name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))
            {
                continue;
            }
            let path = if dir == Path::new(".") {
                PathBuf::from(&name)
            } else {
                dir.join(&name)
            };
            if is_directory && self.recursive {
                self.directory(&path);
            } else if !is_directory && is_formatted(&name) {
                self.file(&path);
            }
        }
    }

    fn file(&mut self, path: &Path) {
        let name = path.display().to_string();
        let text = match files::regular_text(path) {
            Ok(text) => text,
            Err(reason) => {
                return self.fault(
                    &codes::FILE,
                    format!("The file \"{name}\" cannot be read: {reason}."),
                );
            }
        };
        if let Some(formatted) = self.text(&name, text)
            && self.write
            && let Err(reason) = files::rewrite(path, &formatted)
        {
            let detail = format!("The file \"{name}\" cannot be written: {reason}.");
            self.fault(&codes::FILE, detail);
        }
    }

    /// Formats a text and tells about it. Gives the new text if it differs.
    fn text(&mut self, name: &str, text: String) -> Option<String> {
        let text: Arc<str> = text.into();
        let id = self.sources.add(name, Arc::clone(&text));
        let formatted = match syntax::format(&text, id) {
            Ok(formatted) => formatted,
            Err(faults) => {
                self.faults.extend(faults);
                return None;
            }
        };
        let differs = *text != *formatted;
        self.unformatted |= differs;
        if self.list && differs {
            self.out.push_str(&escape::line(name));
            self.out.push('\n');
        }
        if self.diff && differs {
            self.out.push_str(&unified(name, &text, &formatted));
        }
        if self.whole {
            self.out.push_str(&formatted);
            if !formatted.ends_with('\n') {
                self.out.push('\n');
            }
        }
        differs.then_some(formatted)
    }
}

fn is_formatted(name: &str) -> bool {
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// A path as it is told: without detours, and from the working directory.
fn relative(path: &Path) -> PathBuf {
    let Ok(here) = std::env::current_dir() else {
        return path.to_owned();
    };
    let mut whole = PathBuf::new();
    for part in here.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(whole.pop()),
            other => whole.push(other),
        }
    }
    let mut above = PathBuf::new();
    let mut base = here.as_path();
    let rest = loop {
        if let Ok(rest) = whole.strip_prefix(base) {
            break rest;
        }
        above.push("..");
        match base.parent() {
            Some(parent) => base = parent,
            None => return path.to_owned(),
        }
    };
    let found = above.join(rest);
    if found.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        found
    }
}
