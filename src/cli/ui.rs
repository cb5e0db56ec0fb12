//! What commands print with: standard output and error, their styles, prompts, and the event stream of `-json`.
//!
//! Errors go to standard error, everything else to standard output. A closed pipe is no error of ours;
//! any other write that fails is remembered, and the command goes on to its end.

use std::io::{BufRead, ErrorKind, IsTerminal, Write};
use std::sync::{Arc, OnceLock};

use crate::diag::{Diagnostic, Diagnostics};
use crate::host::SystemClock;
use crate::host::files::reason;
use crate::ports::Clock;
use crate::render::stream::{Stream, timestamp};
use crate::render::{Style, diag, live};
use crate::source::SourceMap;

use super::options::View;

/// The way to the user.
pub struct Ui {
    out: Style,
    err: Style,
    stream: bool,
    compact: bool,
    /// Whether standard output is a terminal where lines may be drawn.
    pub terminal: bool,
    /// Whether only results are told, and not what begins.
    pub concise: bool,
    /// The words of the command line, without the program's name.
    pub words: Arc<[String]>,
    /// Whether hints about what to do next are out of place: `TF_IN_AUTOMATION`.
    pub automation: bool,
    /// The texts that diagnostics may speak of.
    pub sources: Arc<SourceMap>,
    lost: OnceLock<String>,
}

impl Ui {
    /// For a command that wants to be printed so.
    pub fn new(view: View) -> Ui {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let plain =
            view.no_color || variable("NO_COLOR").is_some() || variable("TERM").as_deref() == Some("dumb");
        let style = |terminal: bool| {
            let width = if terminal {
                live::columns()
            } else {
                Style::PLAIN.width
            };
            Style {
                colour: terminal && !plain,
                width,
            }
        };
        let (out, err) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        Ui {
            out: style(out),
            err: style(err),
            stream: view.stream,
            compact: view.compact_warnings,
            // Lines of a log between its own would tear the live view apart.
            terminal: out
                && !view.stream
                && !(err && super::log::is_on_error())
                && variable("TERM").as_deref() != Some("dumb"),
            concise: view.concise,
            words: Arc::default(),
            automation: variable("TF_IN_AUTOMATION").is_some(),
            sources: Arc::default(),
            lost: OnceLock::new(),
        }
    }

    /// For messages before any option was read.
    pub fn plain() -> Ui {
        Ui::new(View::default())
    }

    /// How to write on standard output.
    pub fn style(&self) -> Style {
        self.out
    }

    /// Writes on standard output.
    pub fn print(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush())
            && error.kind() != ErrorKind::BrokenPipe
        {
            self.lost.get_or_init(|| reason(&error));
        }
    }

    /// Why not all that was to be printed has been, if so.
    pub fn lost(&self) -> Option<&str> {
        self.lost.get().map(String::as_str)
    }

    /// Writes a line on standard error, where it is in no program's way.
    pub fn note(&self, text: &str) {
        let mut err = std::io::stderr().lock();
        let _ = writeln!(err, "{}", self.err.wrap(text));
        let _ = err.flush();
    }

    /// Writes a text that is not for programs: nothing where events are asked for.
    pub fn say(&self, text: &str) {
        if !self.stream {
            self.print(text);
        }
    }

    /// The event stream with the time of now, where it is asked for.
    pub fn stream(&self) -> Option<Stream> {
        self.stream.then(|| Stream {
            time: timestamp(SystemClock.now_unix_nanos()),
        })
    }

    /// Writes an event, where events are asked for.
    pub fn emit(&self, line: impl FnOnce(&Stream) -> String) {
        if let Some(stream) = self.stream() {
            self.print(&(line(&stream) + "\n"));
        }
    }

    /// Tells diagnostics: errors on standard error, warnings on standard output.
    pub fn diagnostics(&mut self, diagnostics: &Diagnostics) {
        let diagnostics = diagnostics.clone().merged();
        for diagnostic in diagnostics.iter().filter(|_| super::log::is_on()) {
            let (code, summary) = (diagnostic.code.id, &*diagnostic.summary);
            if diagnostic.is_error() {
                tracing::error!(code, summary, "diagnostic");
            } else {
                tracing::warn!(code, summary, "diagnostic");
            }
        }
        if self.stream {
            for diagnostic in diagnostics.iter() {
                self.emit(|stream| stream.diagnostic(diagnostic, &self.sources));
            }
            return;
        }
        let (errors, warnings): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
            diagnostics.iter().partition(|diagnostic| diagnostic.is_error());
        let compact = self.compact && errors.is_empty();
        self.print(&diag::all(warnings, &self.sources, self.out, compact));
        let text = diag::all(errors, &self.sources, self.err, false);
        let mut err = std::io::stderr().lock();
        let _ = err.write_all(text.as_bytes());
        let _ = err.flush();
    }

    /// Asks a question and reads one line. `None` if standard input has ended.
    pub async fn ask(&self, question: &str, secret: bool) -> Option<String> {
        self.print(question);
        let line = tokio::task::spawn_blocking(move || read_line(secret))
            .await
            .ok()
            .flatten();
        self.print("\n");
        line
    }
}

/// One line of standard input; what is typed stays unseen if it is secret.
fn read_line(secret: bool) -> Option<String> {
    use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};
    let input = std::io::stdin();
    let before = if secret && input.is_terminal() {
        tcgetattr(&input).ok()
    } else {
        None
    };
    if let Some(before) = &before {
        let mut hidden = before.clone();
        hidden.local_flags.remove(LocalFlags::ECHO);
        let _ = tcsetattr(&input, SetArg::TCSADRAIN, &hidden);
    }
    let mut line = String::new();
    let read = input.lock().read_line(&mut line);
    if let Some(before) = &before {
        let _ = tcsetattr(&input, SetArg::TCSADRAIN, before);
    }
    match read {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim_end_matches(['\n', '\r']).to_owned()),
    }
}

/// Whether somebody sits at standard input.
pub fn has_person() -> bool {
    std::io::stdin().is_terminal()
}
