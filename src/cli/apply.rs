//! `apply`: make the platform as the configuration says, or carry out a saved plan.

use std::path::Path;

use crate::diag::Diagnostic;
use crate::plan::change::PlanMode;

use super::args::Assignment;
use super::options::{Apply, Planning};
use super::ui::Ui;
use super::{Answer, codes, flow};

/// Runs it.
pub async fn run(ui: &mut Ui, options: &Apply, assignments: &[Assignment]) -> Answer {
    match &options.plan {
        Some(path) => saved(ui, &options.planning, path).await,
        None => fresh(ui, &options.planning, assignments, options.auto_approve).await,
    }
}

/// A saved plan has been looked at already, so it needs no approval.
async fn saved(ui: &mut Ui, planning: &Planning, path: &Path) -> Answer {
    let wrong = planning.planning_options();
    if !wrong.is_empty() {
        let detail = format!(
            "A saved plan is carried out as it was made, so {} cannot be given with it. Plan again with other options.",
            wrong.join(", ")
        );
        return Err(Diagnostic::error(&codes::USAGE, detail).into());
    }
    let prepared = flow::reopen(ui, planning, path).await?;
    Ok(prepared.apply(ui).await)
}

/// Plans, asks, applies.
pub(super) async fn fresh(
    ui: &mut Ui,
    planning: &Planning,
    assignments: &[Assignment],
    approved: bool,
) -> Answer {
    let destroy = flow::mode(planning) == PlanMode::Destroy;
    let operation = if destroy { "destroy" } else { "apply" };
    let prepared = flow::plan(ui, planning, assignments, operation).await?;
    if !approved {
        match prepared.approve(ui, planning).await {
            Ok(true) => {}
            Ok(false) => {
                prepared.close().await;
                ui.say(&format!(
                    "{} cancelled.\n",
                    if destroy { "Destroy" } else { "Apply" }
                ));
                return Ok(1);
            }
            Err(fault) => {
                prepared.close().await;
                return Err(fault.into());
            }
        }
    }
    Ok(prepared.apply(ui).await)
}
