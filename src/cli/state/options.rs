//! What the commands of `state` take.

use std::path::PathBuf;

use clap::{ArgAction, Args, Subcommand};

use super::super::locking::Locking;

/// Options of `state`.
#[derive(Args, Debug)]
pub struct State {
    /// What to do with it
    #[command(subcommand)]
    pub command: StateCommand,
}

/// Commands of `state`.
#[derive(Debug, Subcommand)]
pub enum StateCommand {
    /// List addresses of resource instances
    List(StateList),
    /// Show one resource instance
    Show(StateShow),
    /// Move a module, a resource or an instance to another address
    Mv(StateMv),
    /// Forget resource instances without destroying their objects
    Rm(StateRm),
    /// Print the whole state in Terraform's format, version 4, secrets included
    Pull(StatePull),
    /// Replace the state by one in Terraform's format, version 4
    Push(StatePush),
    /// Let resource instances belong to another provider
    ReplaceProvider(StateReplaceProvider),
    /// List the states that earlier runs left
    History(StateHistory),
    /// Show what differs between two states
    Diff(StateDiff),
    /// Let the state become what it was after an earlier run
    Restore(StateRestore),
    /// Make a damaged state whole again
    Recover(StateRecover),
}

/// Options of commands that change the state.
#[derive(Args, Clone, Debug)]
pub struct Changing {
    /// About the lock
    #[command(flatten)]
    pub locking: Locking,
    /// The directory of the state
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Save the state as it was in this file, in Terraform's format, secrets included
    #[arg(long, value_name = "FILE")]
    pub backup: Option<PathBuf>,
    /// Accepted for scripts; there is no remote backend
    #[arg(long, hide = true)]
    pub ignore_remote_version: bool,
}

/// Options of `state list`.
#[derive(Args, Debug)]
pub struct StateList {
    /// The directory of the state
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Only objects whose id is this
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Only these modules, resources or instances
    #[arg(value_name = "ADDRESS")]
    pub addresses: Vec<String>,
}

/// Options of `state show`.
#[derive(Args, Debug)]
pub struct StateShow {
    /// The directory of the state
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Print no colour
    #[arg(long)]
    pub no_color: bool,
    /// The address of one instance
    pub address: String,
}

/// Options of `state mv`.
#[derive(Args, Debug)]
pub struct StateMv {
    /// About the state
    #[command(flatten)]
    pub changing: Changing,
    /// Only tell what would move
    #[arg(long)]
    pub dry_run: bool,
    /// Move into the state in this directory
    #[arg(long, value_name = "DIR")]
    pub state_out: Option<PathBuf>,
    /// Save that state as it was in this file
    #[arg(long, value_name = "FILE", requires = "state_out")]
    pub backup_out: Option<PathBuf>,
    /// What moves: the address of a module, a resource or an instance
    pub source: String,
    /// Where it goes
    pub destination: String,
}

/// Options of `state rm`.
#[derive(Args, Debug)]
pub struct StateRm {
    /// About the state
    #[command(flatten)]
    pub changing: Changing,
    /// Only tell what would be forgotten
    #[arg(long)]
    pub dry_run: bool,
    /// Modules, resources or instances
    #[arg(value_name = "ADDRESS", required = true)]
    pub addresses: Vec<String>,
}

/// Options of `state pull`.
#[derive(Args, Debug)]
pub struct StatePull {
    /// The directory of the state
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// Options of `state push`.
#[derive(Args, Debug)]
pub struct StatePush {
    /// About the state
    #[command(flatten)]
    pub changing: Changing,
    /// Even if it is another state, or an older one
    #[arg(long)]
    pub force: bool,
    /// The file; - for standard input
    #[arg(value_name = "FILE")]
    pub path: PathBuf,
}

/// Options of `state replace-provider`.
#[derive(Args, Debug)]
pub struct StateReplaceProvider {
    /// About the state
    #[command(flatten)]
    pub changing: Changing,
    /// Do not ask for approval
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", default_value_t = false, require_equals = true, action = ArgAction::Set)]
    pub auto_approve: bool,
    /// The provider now: NAME, NAMESPACE/NAME or HOST/NAMESPACE/NAME
    pub from: String,
    /// The provider from then on
    pub to: String,
}

/// Options of `state history`.
#[derive(Args, Debug)]
pub struct StateHistory {
    /// The directory of the state
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Print for programs
    #[arg(long)]
    pub json: bool,
}

/// Options of `state diff`.
#[derive(Args, Debug)]
pub struct StateDiff {
    /// The directory of the state
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Print no colour
    #[arg(long)]
    pub no_color: bool,
    /// The serial of a state, or "now"; the one before now if nothing is given
    #[arg(value_name = "SERIAL")]
    pub from: Option<String>,
    /// The serial of another one, or "now", which it is if nothing is given
    #[arg(value_name = "SERIAL")]
    pub to: Option<String>,
}

/// Options of `state restore`.
#[derive(Args, Debug)]
pub struct StateRestore {
    /// About the state
    #[command(flatten)]
    pub changing: Changing,
    /// Do not ask for approval
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", default_value_t = false, require_equals = true, action = ArgAction::Set)]
    pub auto_approve: bool,
    /// The serial of the state
    pub serial: String,
}

/// Options of `state recover`.
#[derive(Args, Debug)]
pub struct StateRecover {
    /// About the lock
    #[command(flatten)]
    pub locking: Locking,
    /// The directory of the state
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}
