//! Groups of options that several commands take with the same meaning, each written once.
//!
//! What they come to is for the commands: `plan_options` makes of them what the planner is asked for, `variables` the
//! values of the variables.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use crate::plan::change::PlanMode;
use crate::plan::digest::is_digest;

use super::locking::Locking;
use super::options::View;

/// Options of all that plans and can apply: `plan`, `apply`, `destroy`, `refresh` and `import`.
#[derive(Args, Clone, Debug)]
pub struct Planning {
    /// Only take over into the state what the platform says
    #[arg(long, conflicts_with = "destroy")]
    pub refresh_only: bool,
    /// What the plan is about
    #[command(flatten)]
    pub choice: Choice,
    /// Refuse a plan that would delete or replace more objects than this
    #[arg(long, value_name = "N")]
    pub max_destroy: Option<usize>,
    /// The values of variables
    #[command(flatten)]
    pub variables: Variables,
    /// List every API call with its path and body
    #[arg(long)]
    pub calls: bool,
    /// Show each change on one line, without values
    #[arg(long)]
    pub summary: bool,
    /// Show warnings on one line each
    #[arg(long)]
    pub compact_warnings: bool,
    /// Tell results, errors and the summary alone, and not what is read, begins or lasts
    #[arg(long)]
    pub concise: bool,
    /// Ask for values of variables and for approval
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true, action = ArgAction::Set)]
    pub input: Option<bool>,
    /// About the lock
    #[command(flatten)]
    pub locking: Locking,
    /// Print no colour
    #[arg(long)]
    pub no_color: bool,
    /// How many steps run at the same time
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
    pub parallelism: u16,
    /// The directory of the state
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Print one JSON object per event
    #[arg(long)]
    pub json: bool,
}

impl Planning {
    /// What kind of plan was asked for.
    pub fn mode(&self) -> PlanMode {
        match self.refresh_only {
            true if !self.choice.destroy => PlanMode::RefreshOnly,
            _ => self.choice.mode(),
        }
    }

    /// How it prints.
    pub fn view(&self) -> View {
        View {
            no_color: self.no_color,
            stream: self.json,
            compact_warnings: self.compact_warnings,
            concise: self.concise,
        }
    }

    /// The options given that make no sense beside a saved plan.
    pub fn planning_options(&self) -> Vec<&'static str> {
        let given = [
            (self.refresh_only, "-refresh-only"),
            (self.choice.destroy, "-destroy"),
            (!self.choice.refresh, "-refresh"),
            (!self.choice.target.is_empty(), "-target"),
            (!self.choice.exclude.is_empty(), "-exclude"),
            (!self.choice.replace.is_empty(), "-replace"),
            (!self.variables.var.is_empty(), "-var"),
            (!self.variables.var_file.is_empty(), "-var-file"),
        ];
        given
            .into_iter()
            .filter(|(given, _)| *given)
            .map(|(_, name)| name)
            .collect()
    }
}

/// What a plan is about.
#[derive(Args, Clone, Debug)]
pub struct Choice {
    /// Plan to take everything down
    #[arg(long)]
    pub destroy: bool,
    /// Read every object again before planning
    #[arg(long, value_name = "BOOL", default_value_t = true, num_args = 0..=1, default_missing_value = "true", require_equals = true, action = ArgAction::Set)]
    pub refresh: bool,
    /// Plan only this module, resource or instance and what it needs; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    pub target: Vec<String>,
    /// Leave out this module, resource or instance and what depends on it; may be repeated
    #[arg(long, value_name = "ADDRESS", conflicts_with = "target")]
    pub exclude: Vec<String>,
    /// Replace this instance even if nothing else asks for it; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    pub replace: Vec<String>,
}

impl Choice {
    /// A look at what is at these addresses as it is now.
    pub fn of(target: &[String]) -> Choice {
        Choice {
            destroy: false,
            refresh: true,
            target: target.to_vec(),
            exclude: Vec::new(),
            replace: Vec::new(),
        }
    }

    /// Whether the plan is to take everything down.
    pub fn mode(&self) -> PlanMode {
        match self.destroy {
            true => PlanMode::Destroy,
            false => PlanMode::Normal,
        }
    }
}

/// What the root module's variables are given on the command line. `args::assignments` knows their order.
#[derive(Args, Clone, Debug)]
pub struct Variables {
    /// Give a variable of the root module a value; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub var: Vec<String>,
    /// Read values of variables from this file; may be repeated
    #[arg(long, value_name = "FILE")]
    pub var_file: Vec<String>,
}

/// What stands for the answer `yes`.
#[derive(Args, Clone, Debug)]
pub struct Approval {
    /// Do not ask for approval
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", default_value_t = false, require_equals = true, action = ArgAction::Set)]
    pub auto_approve: bool,
    /// Apply without asking, but only if the digest of what would be done is this one
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    pub expect_digest: Option<String>,
}

impl Approval {
    /// Approval of whatever is planned.
    pub const GIVEN: Approval = Approval {
        auto_approve: true,
        expect_digest: None,
    };

    /// Whether somebody has to be asked.
    pub fn is_open(&self) -> bool {
        !self.auto_approve && self.expect_digest.is_none()
    }
}

/// A digest as `plan -digest` prints it.
fn digest(text: &str) -> Result<String, String> {
    if is_digest(text) {
        Ok(text.to_owned())
    } else {
        Err("a digest is \"sha256:\" and 64 hexadecimal digits, as \"plan -digest\" prints it".to_owned())
    }
}
