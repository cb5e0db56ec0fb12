//! What each command takes, as clap knows it. Names and meanings are those that users of Terraform have in their
//! hands; options of commands that take none of them there are ours.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};

use super::adopt::Adopt;
use super::completion::{Complete, Completion};
use super::convert::Convert;
use super::drift::Drift;
use super::explain::Explain;
use super::export::Export;
use super::fmt::Fmt;
use super::force_unlock::ForceUnlock;
use super::graph::Graph;
use super::groups::{Approval, Planning, Variables};
use super::locking::Locking;
use super::lsp::Lsp;
use super::man::Man;
use super::metadata::Metadata;
use super::modules::{Get, Modules};
use super::operate::options::{Exec, Login, Logs, Look, Plain, Power, WhoAmI};
use super::refresh::Refresh;
use super::show::Show;
use super::state::options::{State, StateCommand};
use super::workspace::Workspace;

/// Plan and apply for platforms that speak the Giant Swarm API V1.
///
/// Long options may be written with one dash or two.
#[derive(Debug, Parser)]
#[command(name = "swarmform", disable_help_subcommand = true, max_term_width = 100)]
pub struct Cli {
    /// Work in this directory instead of the current one
    #[arg(long, value_name = "DIR")]
    pub chdir: Option<PathBuf>,
    /// Log what is done: trace, debug, info, warn or error; SWARMFORM_LOG and TF_LOG say it too
    #[arg(long, value_name = "LEVEL", global = true)]
    pub log: Option<String>,
    /// Write the log to the end of this file, and not to standard error; SWARMFORM_LOG_PATH and TF_LOG_PATH say it too
    #[arg(long, value_name = "FILE", global = true)]
    pub log_path: Option<PathBuf>,
    /// Show the version
    #[arg(short = 'v', long, action = ArgAction::SetTrue)]
    pub version: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check that a directory is ready to work in
    Init(Init),
    /// Check that the configuration is valid, without asking the platform anything
    Validate(Validate),
    /// Bring configuration files into the canonical layout
    Fmt(Fmt),
    /// Show what has to change
    Plan(Plan),
    /// Make the platform as the configuration says
    Apply(Apply),
    /// Take down everything that is managed here
    Destroy(Destroy),
    /// Say why the plan does what it does to one instance
    Explain(Explain),
    /// Tell what was changed outside and what is not applied yet, and change nothing
    Drift(Drift),
    /// Bring an object that exists under management
    Import(Import),
    /// Write configuration for organizations that exist, to import all that is in them
    Adopt(Adopt),
    /// Write configuration for a swarm.json
    Convert(Convert),
    /// Write the swarm.json of an app
    Export(Export),
    /// Mark an instance as half made, so that the next apply replaces it
    Taint(Taint),
    /// Take back that an instance is half made
    Untaint(Taint),
    /// Show the state or a saved plan
    Show(Show),
    /// Show values of outputs
    Output(Output),
    /// Evaluate expressions
    Console(Console),
    /// Look at the state, or change it without touching any object
    State(State),
    /// Take over into the state what the platform says
    Refresh(Refresh),
    /// Keep several states for the same configuration
    Workspace(Workspace),
    /// Take the state's lock away from a run that will never give it back
    ForceUnlock(ForceUnlock),
    /// Say where the modules of the configuration are
    Get(Get),
    /// List the modules of the configuration
    Modules(Modules),
    /// Tell about the language, for programs
    Metadata(Metadata),
    /// Show the dependency graph in the DOT language, or draw it
    Graph(Graph),
    /// List the providers that are needed, or show what they offer
    Providers(Providers),
    /// Log in to a platform and keep the token
    Login(Login),
    /// End the token of a login
    Logout(Plain),
    /// Show who you are on a platform
    Whoami(WhoAmI),
    /// Ask whether a platform is up
    Ping(Plain),
    /// Show how an app or a part of it is now
    Status(Look),
    /// Show what instances write
    Logs(Logs),
    /// Show what instances use
    Stats(Look),
    /// Run a command inside of an instance
    Exec(Exec),
    /// Start an app or a service, beside any configuration
    Start(Power),
    /// Stop an app or a service, beside any configuration
    Stop(Power),
    /// Run a platform: a server that speaks the Giant Swarm API V1
    Serve(Serve),
    /// Be a language server for an editor
    Lsp(Lsp),
    /// Print the script that teaches a shell to complete
    Completion(Completion),
    /// Complete words, for those scripts
    #[command(hide = true)]
    Complete(Complete),
    /// Print a manual page, or write all of them
    Man(Man),
    /// Show the version
    Version(Version),
}

/// Where and how a command prints.
#[derive(Clone, Copy, Debug, Default)]
pub struct View {
    /// Without colour, whatever the terminal can do.
    pub no_color: bool,
    /// One event a line, for programs.
    pub stream: bool,
    /// Warnings on one line each.
    pub compact_warnings: bool,
    /// Only results are told, and not what begins.
    pub concise: bool,
}

impl Command {
    /// How it prints.
    pub fn view(&self) -> View {
        let view = |no_color, stream| View {
            no_color,
            stream,
            ..View::default()
        };
        match self {
            Command::Init(options) => view(options.no_color, options.json),
            Command::Validate(options) => View {
                compact_warnings: options.compact_warnings,
                ..view(options.no_color, false)
            },
            Command::Fmt(options) => view(options.no_color, false),
            Command::Plan(options) => options.planning.view(),
            Command::Apply(options) => options.planning.view(),
            Command::Destroy(options) => options.planning.view(),
            Command::Explain(options) => view(options.no_color, false),
            Command::Drift(options) => View {
                compact_warnings: options.compact_warnings,
                ..view(options.no_color, false)
            },
            Command::Import(options) => options.planning.view(),
            Command::Adopt(options) => view(options.no_color, false),
            Command::Convert(options) => view(options.no_color, false),
            Command::Export(options) => view(options.no_color, false),
            Command::Show(options) => view(options.no_color, false),
            Command::Output(options) => view(options.no_color, false),
            Command::State(State {
                command: StateCommand::Show(options),
            }) => view(options.no_color, false),
            Command::State(State {
                command: StateCommand::Diff(options),
            }) => view(options.no_color, false),
            Command::Refresh(options) => options.planning.view(),
            Command::Get(options) => view(options.no_color, false),
            Command::Console(_)
            | Command::State(_)
            | Command::Workspace(_)
            | Command::ForceUnlock(_)
            | Command::Modules(_)
            | Command::Metadata(_)
            | Command::Taint(_)
            | Command::Untaint(_)
            | Command::Graph(_)
            | Command::Providers(_)
            | Command::Login(_)
            | Command::Logout(_)
            | Command::Whoami(_)
            | Command::Ping(_)
            | Command::Status(_)
            | Command::Logs(_)
            | Command::Stats(_)
            | Command::Exec(_)
            | Command::Start(_)
            | Command::Stop(_)
            | Command::Serve(_)
            | Command::Lsp(_)
            | Command::Completion(_)
            | Command::Complete(_)
            | Command::Man(_)
            | Command::Version(_) => View::default(),
        }
    }
}

/// Options of `init`.
#[derive(Args, Debug)]
pub struct Init {
    /// Print no colour
    #[arg(long)]
    pub no_color: bool,
    /// Print for programs
    #[arg(long)]
    pub json: bool,
    /// Accepted for scripts; nothing is asked
    #[arg(long, value_name = "BOOL", default_value_t = true, num_args = 0..=1, default_missing_value = "true", require_equals = true, action = ArgAction::Set)]
    pub input: bool,
    /// Accepted for scripts; providers are part of the program
    #[arg(long)]
    pub upgrade: bool,
    /// Accepted for scripts; there is one kind of backend
    #[arg(long)]
    pub reconfigure: bool,
}

/// Options of `validate`.
#[derive(Args, Debug)]
pub struct Validate {
    /// Print for programs
    #[arg(long)]
    pub json: bool,
    /// Show warnings on one line each
    #[arg(long)]
    pub compact_warnings: bool,
    /// Print no colour
    #[arg(long)]
    pub no_color: bool,
}

/// Options of `plan`.
#[derive(Args, Debug)]
pub struct Plan {
    /// What to plan
    #[command(flatten)]
    pub planning: Planning,
    /// Save the plan in this file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write the plan as a page for a browser into this file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write resource blocks for `import` blocks that lead to none into this new file, and plan with them
    #[arg(long, value_name = "FILE")]
    pub generate_config_out: Option<PathBuf>,
    /// List what is on the platform and no configuration here names
    #[arg(long)]
    pub unmanaged: bool,
    /// Print the digest of what would be done, for apply -expect-digest
    #[arg(long)]
    pub digest: bool,
    /// End with 0 if nothing has to change, with 2 if something has
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// Options of `apply`.
#[derive(Args, Debug)]
pub struct Apply {
    /// What to plan
    #[command(flatten)]
    pub planning: Planning,
    /// Whether it is approved already
    #[command(flatten)]
    pub approval: Approval,
    /// A saved plan to carry out
    #[arg(value_name = "PLAN")]
    pub plan: Option<PathBuf>,
}

/// Options of `destroy`.
#[derive(Args, Debug)]
pub struct Destroy {
    /// What to plan
    #[command(flatten)]
    pub planning: Planning,
    /// Whether it is approved already
    #[command(flatten)]
    pub approval: Approval,
}

/// Options of `import`.
#[derive(Args, Debug)]
pub struct Import {
    /// How to plan
    #[command(flatten)]
    pub planning: Planning,
    /// The instance that the object shall be
    #[arg(value_name = "ADDRESS")]
    pub address: String,
    /// By what the platform knows it; the reference page of the resource type says how it is written
    #[arg(value_name = "ID")]
    pub id: String,
}

/// Options of `taint` and `untaint`.
#[derive(Args, Debug)]
pub struct Taint {
    /// Only warn when there is no such instance
    #[arg(long)]
    pub allow_missing: bool,
    /// About the lock
    #[command(flatten)]
    pub locking: Locking,
    /// The directory of the state
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// The instance
    #[arg(value_name = "ADDRESS")]
    pub address: String,
}

/// Options of `output`.
#[derive(Args, Debug)]
pub struct Output {
    /// Print for programs
    #[arg(long, conflicts_with = "raw")]
    pub json: bool,
    /// Print the text of a string, number or bool as it is
    #[arg(long, requires = "name")]
    pub raw: bool,
    /// Print no colour
    #[arg(long)]
    pub no_color: bool,
    /// The directory of the state
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// The output; all of them if none is given
    pub name: Option<String>,
}

/// Options of `console`.
#[derive(Args, Debug)]
pub struct Console {
    /// The directory of the state, or a state file in Terraform's format
    #[arg(long, value_name = "PATH")]
    pub state: Option<PathBuf>,
    /// Plan, and evaluate over what is planned instead of over the state
    #[arg(long)]
    pub plan: bool,
    /// The values of variables
    #[command(flatten)]
    pub variables: Variables,
}

/// Options of `providers`.
#[derive(Args, Debug)]
pub struct Providers {
    /// What to show; the names of the providers if nothing is given
    #[command(subcommand)]
    pub command: Option<ProvidersCommand>,
}

/// Commands of `providers`.
#[derive(Debug, Subcommand)]
pub enum ProvidersCommand {
    /// Print the schemas of all providers
    Schema(ProvidersSchema),
}

/// Options of `providers schema`.
#[derive(Args, Debug)]
pub struct ProvidersSchema {
    /// Print for programs; there is no other form
    #[arg(long, required = true)]
    pub json: bool,
}

/// Options of `serve`.
#[derive(Args, Debug)]
pub struct Serve {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// The directory of the platform's data
    #[arg(long, value_name = "DIR", default_value = "platform")]
    pub data: PathBuf,
    /// Make this user, unless it exists; may be repeated. The password comes from SWARMFORM_PASSWORD or from
    /// -password-file
    #[arg(long, value_name = "NAME")]
    pub user: Vec<String>,
    /// A file whose first line is the password of the users
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// The certificate chain for TLS, in PEM form
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The key of the certificate, in PEM form
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Listen beyond this machine, although the connection is not encrypted
    #[arg(long)]
    pub allow_remote: bool,
    /// For tests of clients: let requests ask for failures in the header X-Platform-Fault
    #[arg(long)]
    pub faults: bool,
    /// For tests of clients: instances whose image has this tag fail to start
    #[arg(long, value_name = "TAG")]
    pub failing_tag: Option<String>,
}

/// Options of `version`.
#[derive(Args, Debug)]
pub struct Version {
    /// Print for programs
    #[arg(long)]
    pub json: bool,
}
