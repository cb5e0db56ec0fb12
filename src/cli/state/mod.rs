//! `state`: looking at the state, and changing it without touching any object.
//!
//! What only looks takes no lock. What changes something holds the lock, writes one commit, and can tell beforehand
//! with `-dry-run` what it would do.

mod diff;
mod edit;
mod history;
mod list;
mod mv;
pub mod options;
mod pull;
mod push;
mod recover;
mod replace_provider;
mod restore;
mod rm;
mod show;

use crate::addr::{ParseError, Target, parse_target};
use crate::diag::Diagnostic;
use crate::engine::plan::store_fault;

use super::session::Store;
use super::ui::Ui;
use super::{Answer, codes};

use options::{State, StateCommand};

/// Runs one of them.
pub async fn run(ui: &mut Ui, options: &State) -> Answer {
    match &options.command {
        StateCommand::List(options) => list::run(ui, options).await,
        StateCommand::Show(options) => show::run(ui, options).await,
        StateCommand::Mv(options) => mv::run(ui, options).await,
        StateCommand::Rm(options) => rm::run(ui, options).await,
        StateCommand::Pull(options) => pull::run(ui, options).await,
        StateCommand::Push(options) => push::run(ui, options).await,
        StateCommand::History(options) => history::run(ui, options).await,
        StateCommand::Diff(options) => diff::run(ui, options).await,
        StateCommand::Restore(options) => restore::run(ui, options).await,
        StateCommand::Recover(options) => recover::run(ui, options).await,
        StateCommand::ReplaceProvider(options) => replace_provider::run(ui, options).await,
    }
}

fn bad_address(text: &str, error: &ParseError) -> Diagnostic {
    Diagnostic::error(
        &codes::BAD_ADDRESS,
        format!("\"{text}\" is not an address. {}", error.behind(text)),
    )
}

fn target(text: &str) -> Result<Target, Diagnostic> {
    parse_target(text).map_err(|error| bad_address(text, &error))
}

/// Refuses where there is no state, and where nobody can tell.
fn expect_state(store: &Store) -> Result<(), Diagnostic> {
    if store.is_there().map_err(|error| store_fault(&error))? {
        return Ok(());
    }
    let detail = "There is no state here: nothing has been applied in this directory and workspace. Change to the \
                  directory of the configuration, select the workspace, or name the state's directory with -state=DIR.";
    Err(Diagnostic::error(&codes::NO_STATE, detail))
}
