//! `refresh`: take over into the state what the platform says; `apply -refresh-only -auto-approve` by another name.

use clap::Args;

use crate::diag::Diagnostic;

use super::args::Assignment;
use super::groups::{Approval, Planning};
use super::session::Place;
use super::ui::Ui;
use super::{Answer, apply, codes};

/// Options of `refresh`.
#[derive(Args, Debug)]
pub struct Refresh {
    /// What to plan
    #[command(flatten)]
    pub planning: Planning,
}

/// Runs it.
pub async fn run(ui: &mut Ui, mut options: Refresh, assignments: &[Assignment]) -> Answer {
    let planning = &mut options.planning;
    let wrong = [
        (planning.choice.destroy, "-destroy"),
        (!planning.choice.refresh, "-refresh=false"),
        (!planning.choice.replace.is_empty(), "-replace"),
    ];
    if let Some((_, option)) = wrong.into_iter().find(|(given, _)| *given) {
        let detail = format!("refresh changes nothing on the platform, so {option} makes no sense with it.");
        return Err(Diagnostic::error(&codes::USAGE, detail).into());
    }
    planning.refresh_only = true;
    if Place::new(planning.state.as_deref())?
        .state(ui)
        .await?
        .instances
        .is_empty()
    {
        let detail = "The state holds no resource instances, so there is nothing to read again.";
        let warning = Diagnostic::warning(&codes::NO_STATE, detail).summary("Nothing to refresh");
        ui.diagnostics(&warning.into());
        return Ok(0);
    }
    apply::fresh(ui, planning, assignments, &Approval::GIVEN, "refresh").await
}
