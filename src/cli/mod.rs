//! The command line: one file per command, and what they share.
//!
//! Commands read their arguments, ask `session` for what they work with, and print through `render`. They decide
//! nothing about resources. Exit codes are 0 for success, 1 for an error, and 2 for a plan that is not empty where
//! `-detailed-exitcode` asks for it; those of `drift` are its own.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros
)]

pub mod adopt;
mod again;
pub mod apply;
pub mod args;
pub mod codes;
pub mod completion;
mod conclude;
pub mod console;
pub mod convert;
pub mod destroy;
pub mod drift;
mod duration;
mod examples;
pub mod explain;
pub mod export;
mod flow;
pub mod fmt;
pub mod force_unlock;
pub mod generate;
pub mod graph;
pub mod groups;
pub mod import;
pub mod init;
pub mod locking;
mod log;
pub mod lsp;
pub mod man;
pub mod metadata;
pub mod modules;
pub mod operate;
pub mod options;
pub mod output;
mod page;
pub mod plan;
mod plan_file;
mod plan_options;
pub mod providers;
mod reading;
pub mod refresh;
mod report;
pub mod serve;
pub mod session;
pub mod show;
pub mod state;
pub mod taint;
#[cfg(feature = "otel")]
mod trace;
mod ui;
mod usage;
pub mod validate;
mod variable_files;
pub mod variables;
pub mod version;
pub mod workspace;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory, FromArgMatches};

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::planner::Refused;
use crate::state::Status;

use options::{Cli, Command};
use ui::Ui;

pub use codes::CODES;

/// Why a command does not end with 0.
#[derive(Debug)]
pub enum Stop {
    /// Errors, told when the command ends.
    Errors(Diagnostics),
    /// Everything has been told; this is the exit code.
    Code(u8),
}

impl From<Diagnostics> for Stop {
    fn from(diagnostics: Diagnostics) -> Stop {
        Stop::Errors(diagnostics)
    }
}

impl From<Diagnostic> for Stop {
    fn from(diagnostic: Diagnostic) -> Stop {
        Stop::Errors(diagnostic.into())
    }
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Stop {
        Stop::Errors(refused.faults)
    }
}

/// What a command comes to: its exit code, or why it has none of its own.
pub type Answer = Result<u8, Stop>;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let given: Vec<OsString> = std::env::args_os().skip(1).collect();
    ExitCode::from(run(given))
}

fn run(given: Vec<OsString>) -> u8 {
    let given = match args::readable(given) {
        Ok(given) => given,
        Err(message) => return usage_fault(&message),
    };
    let environment = |name: &str| std::env::var(name).ok();
    let typed: Arc<[String]> = given.clone().into();
    let normal = match args::normalize(given, &environment) {
        Ok(normal) => normal,
        Err(message) => return usage_fault(&message),
    };
    let mut command = finished(Cli::command());
    let words = std::iter::once("swarmform".to_owned()).chain(normal.iter().cloned());
    let read = command
        .try_get_matches_from_mut(words)
        .and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = match read {
        Ok(read) => read,
        Err(error) if is_help(&error) => {
            let _ = error.print();
            return u8::from(error.use_stderr());
        }
        Err(error) => return tell(usage::fault(&error, &command, &normal)),
    };
    let assignments = args::assignments(&matches);
    if let Some(dir) = &cli.chdir
        && let Err(error) = std::env::set_current_dir(dir)
    {
        let reason = crate::host::files::reason(&error);
        return usage_fault(&format!(
            "The directory \"{}\" given by -chdir cannot be entered: {reason}.",
            dir.display()
        ));
    }
    let mut leaf = &matches;
    while let Some((_, inner)) = leaf.subcommand() {
        leaf = inner;
    }
    let no_color = matches!(leaf.try_get_one::<bool>("no_color"), Ok(Some(true)));
    let wanted = log::Wanted {
        level: cli.log.clone(),
        path: cli.log_path.clone(),
    };
    // The platform has a log of its own, which is always on.
    let serves = matches!(cli.command, Some(Command::Serve(_)));
    let begun = match serves {
        true => Ok(log::Begun::default()),
        false => log::begin(&wanted, &crate::host::Environment::of_process()),
    };
    let begun = match begun {
        Ok(begun) => begun,
        Err(fault) => return tell(fault),
    };
    let name = matches.subcommand_name().unwrap_or_default();
    let told = log::is_on();
    if told {
        tracing::info!(command = name, version = env!("CARGO_PKG_VERSION"), "begins");
    }
    let span = tracing::info_span!(
        "command",
        otel.name = format!("swarmform {name}"),
        otel.status_code = tracing::field::Empty,
        code = tracing::field::Empty,
    );
    let code = span.in_scope(|| dispatch(cli, assignments, no_color, typed));
    span.record("code", code);
    if code == 1 {
        span.record("otel.status_code", "ERROR");
    }
    drop(span);
    if told {
        tracing::info!(command = name, code, "ends");
    }
    if let Err(note) = begun.end() {
        Ui::plain().note(&note);
    }
    code
}

/// The command line as it is in use: with the option that all commands take, and with examples.
fn finished(command: clap::Command) -> clap::Command {
    with_examples(with_no_color(command), "")
}

fn with_examples(command: clap::Command, path: &str) -> clap::Command {
    let names: Vec<String> = command
        .get_subcommands()
        .map(|inner| inner.get_name().to_owned())
        .collect();
    let command = match examples::of(path) {
        None => command,
        Some(text) => {
            let before = command.get_after_help().map(|text| format!("{text}\n\n"));
            let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
            command.after_help(format!(
                "{}Examples:\n{}",
                before.unwrap_or_default(),
                lines.join("\n")
            ))
        }
    };
    names.into_iter().fold(command, |command, name| {
        let path = format!("{path} {name}");
        command.mut_subcommand(name, |inner| with_examples(inner, path.trim_start()))
    })
}

/// Every command takes `-no-color`, also one that has little to paint.
fn with_no_color(command: clap::Command) -> clap::Command {
    let names: Vec<String> = command
        .get_subcommands()
        .map(|inner| inner.get_name().to_owned())
        .collect();
    let known = command.get_arguments().any(|arg| arg.get_id() == "no_color");
    if names.is_empty() && !known {
        let option = clap::Arg::new("no_color")
            .long("no-color")
            .help("Print no colour")
            .action(clap::ArgAction::SetTrue);
        return command.arg(option);
    }
    names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, with_no_color)
    })
}

/// Whether it is no fault: help goes to standard output with 0, and to standard error where a command is missing.
fn is_help(error: &clap::Error) -> bool {
    use clap::error::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

fn usage_fault(message: &str) -> u8 {
    tell(Diagnostic::error(&codes::USAGE, message))
}

fn tell(fault: Diagnostic) -> u8 {
    Ui::plain().diagnostics(&fault.into());
    1
}

fn dispatch(cli: Cli, assignments: Vec<args::Assignment>, no_color: bool, typed: Arc<[String]>) -> u8 {
    let command = match (cli.command, cli.version) {
        (_, true) => Command::Version(options::Version { json: false }),
        (Some(command), false) => command,
        (None, false) => {
            let _ = Cli::command().print_help();
            return 1;
        }
    };
    let mut ui = Ui::new(options::View {
        no_color,
        ..command.view()
    });
    ui.words = typed;
    // What only prints needs no threads.
    let printed = match &command {
        Command::Version(options) => Some(version::run(&mut ui, options)),
        Command::Completion(options) => Some(completion::run(&mut ui, options)),
        Command::Man(options) => Some(man::run(&mut ui, options)),
        Command::Lsp(options) => Some(lsp::run(&mut ui, options)),
        _ => None,
    };
    if let Some(answer) = printed {
        return ended(&mut ui, answer);
    }
    crate::host::tls::install_crypto();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(crate::STACK_BYTES)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return usage_fault(&format!("The program cannot start its threads: {error}.")),
    };
    let answer = runtime.block_on(async {
        match command {
            Command::Init(options) => init::run(&mut ui, &options),
            Command::Validate(options) => validate::run(&mut ui, &options),
            Command::Fmt(options) => fmt::run(&mut ui, &options),
            Command::Plan(options) => plan::run(&mut ui, &options, &assignments).await,
            Command::Apply(options) => apply::run(&mut ui, &options, &assignments).await,
            Command::Destroy(options) => destroy::run(&mut ui, options, &assignments).await,
            Command::Explain(options) => explain::run(&mut ui, &options, &assignments).await,
            Command::Drift(options) => drift::run(&mut ui, &options, &assignments).await,
            Command::Adopt(options) => adopt::run(&mut ui, &options, &assignments).await,
            Command::Convert(options) => convert::run(&mut ui, &options),
            Command::Export(options) => export::run(&mut ui, &options, &assignments).await,
            Command::Import(options) => import::run(&mut ui, &options, &assignments).await,
            Command::Taint(options) => taint::run(&mut ui, &options, Status::Tainted).await,
            Command::Untaint(options) => taint::run(&mut ui, &options, Status::Ready).await,
            Command::Show(options) => show::run(&mut ui, &options).await,
            Command::Output(options) => output::run(&mut ui, &options).await,
            Command::Console(options) => console::run(&mut ui, &options, &assignments).await,
            Command::State(options) => state::run(&mut ui, &options).await,
            Command::Graph(options) => graph::run(&mut ui, &options),
            Command::Providers(options) => providers::run(&mut ui, &options).await,
            Command::Refresh(options) => refresh::run(&mut ui, options, &assignments).await,
            Command::Workspace(options) => workspace::run(&mut ui, &options).await,
            Command::ForceUnlock(options) => force_unlock::run(&mut ui, &options).await,
            Command::Modules(options) => modules::run(&mut ui, &options),
            Command::Get(options) => modules::get(&mut ui, &options),
            Command::Metadata(options) => metadata::run(&mut ui, &options),
            Command::Login(options) => operate::login(&mut ui, &options, &assignments).await,
            Command::Logout(options) => operate::logout(&mut ui, &options, &assignments).await,
            Command::Whoami(options) => operate::whoami(&mut ui, &options, &assignments).await,
            Command::Ping(options) => operate::ping(&mut ui, &options, &assignments).await,
            Command::Status(options) => operate::status(&mut ui, &options, &assignments).await,
            Command::Logs(options) => operate::logs(&mut ui, &options, &assignments).await,
            Command::Stats(options) => operate::stats(&mut ui, &options, &assignments).await,
            Command::Exec(options) => operate::exec(&mut ui, &options, &assignments).await,
            Command::Start(options) => operate::start(&mut ui, &options, &assignments).await,
            Command::Stop(options) => operate::stop(&mut ui, &options, &assignments).await,
            Command::Serve(options) => serve::run(&mut ui, &options).await,
            Command::Complete(options) => completion::complete(&mut ui, &options).await,
            Command::Version(_) | Command::Completion(_) | Command::Man(_) | Command::Lsp(_) => Ok(0),
        }
    });
    // A thread that still waits for an answer on standard input must not hold up the end.
    runtime.shutdown_background();
    ended(&mut ui, answer)
}

/// The exit code of an answer, with its errors told. Nothing goes well whose output is lost.
fn ended(ui: &mut Ui, answer: Answer) -> u8 {
    let code = match answer {
        Ok(code) | Err(Stop::Code(code)) => code,
        Err(Stop::Errors(diagnostics)) => {
            ui.diagnostics(&diagnostics);
            1
        }
    };
    match ui.lost() {
        Some(reason) => {
            ui.note(&format!("Error: output was lost: {reason}."));
            code.max(1)
        }
        None => code,
    }
}
