//! What the commands that work on a platform beside any state take.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};

use crate::cli::duration;

/// Which platform, and as whom. Every one of these commands takes it.
#[derive(Args, Clone, Debug, Default)]
pub struct Where {
    /// The URL of the platform, in place of what the configuration or GIANTSWARM_ENDPOINT says
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Give a variable of the root module a value, where the provider block needs it; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub var: Vec<String>,
    /// Read values of variables from this file; may be repeated
    #[arg(long, value_name = "FILE")]
    pub var_file: Vec<String>,
    /// The directory of the state
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// Options of `login`.
#[derive(Args, Debug)]
pub struct Login {
    /// About the platform
    #[command(flatten)]
    pub place: Where,
    /// The user name or email address; asked for if it is not given
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,
    /// Read the password from the first line of standard input
    #[arg(long)]
    pub password_stdin: bool,
}

/// Options of `logout` and `ping`.
#[derive(Args, Debug)]
pub struct Plain {
    /// About the platform
    #[command(flatten)]
    pub place: Where,
}

/// Options of `whoami`.
#[derive(Args, Debug)]
pub struct WhoAmI {
    /// About the platform
    #[command(flatten)]
    pub place: Where,
    /// Print for programs
    #[arg(long)]
    pub json: bool,
}

/// Options of `status` and `stats`.
#[derive(Args, Debug)]
pub struct Look {
    /// About the platform
    #[command(flatten)]
    pub place: Where,
    /// Print for programs
    #[arg(long)]
    pub json: bool,
    /// An address of the state, or ORG/ENV/APP/SERVICE/COMPONENT/INSTANCE as far as is wanted
    #[arg(value_name = "ADDRESS")]
    pub address: String,
}

/// Options of `logs`.
#[derive(Args, Debug)]
pub struct Logs {
    /// About the platform
    #[command(flatten)]
    pub place: Where,
    /// So many lines from the end of each log; the platform's own number if not given
    #[arg(short = 't', value_name = "N")]
    pub tail: Option<u32>,
    /// Go on with what is written from now on
    #[arg(short = 'f', long)]
    pub follow: bool,
    /// An address of the state, or ORG/ENV/APP/SERVICE/COMPONENT/INSTANCE as far as is wanted
    #[arg(value_name = "ADDRESS")]
    pub address: String,
}

/// Options of `exec`.
#[derive(Args, Debug)]
pub struct Exec {
    /// About the platform
    #[command(flatten)]
    pub place: Where,
    /// With a terminal; that is so by itself where standard input and output are one
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true, action = ArgAction::Set)]
    pub tty: Option<bool>,
    /// Start the command and do not wait for it
    #[arg(long, conflicts_with = "tty")]
    pub detach: bool,
    /// What to type to leave a session with a terminal
    #[arg(long, value_name = "KEYS", default_value = "ctrl-p,ctrl-q")]
    pub detach_keys: String,
    /// An address of the state, or ORG/ENV/APP/SERVICE/COMPONENT/INSTANCE as far as is wanted
    #[arg(value_name = "ADDRESS")]
    pub address: String,
    /// The command with its arguments, behind two dashes
    #[arg(value_name = "COMMAND", last = true, required = true)]
    pub command: Vec<String>,
}

/// Options of `start` and `stop`.
#[derive(Args, Debug)]
pub struct Power {
    /// About the platform
    #[command(flatten)]
    pub place: Where,
    /// Wait until it is done
    #[arg(long, value_name = "BOOL", default_value_t = true, num_args = 0..=1, default_missing_value = "true", require_equals = true, action = ArgAction::Set)]
    pub wait: bool,
    /// Wait so long at most, such as 30s or 5m
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = duration::parse)]
    pub timeout: Duration,
    /// An address of the state, or ORG/ENV/APP or ORG/ENV/APP/SERVICE
    #[arg(value_name = "ADDRESS")]
    pub address: String,
}
