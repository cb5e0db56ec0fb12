//! `apply`: make the platform as the configuration says, or carry out a saved plan.

use std::path::Path;

use crate::diag::Diagnostic;
use crate::plan::change::PlanMode;

use super::args::Assignment;
use super::groups::{Approval, Planning};
use super::options::Apply;
use super::ui::Ui;
use super::{Answer, codes, flow};

/// Runs it.
pub async fn run(ui: &mut Ui, options: &Apply, assignments: &[Assignment]) -> Answer {
    let approval = &options.approval;
    match &options.plan {
        Some(path) => saved(ui, &options.planning, path, approval).await,
        None => fresh(ui, &options.planning, assignments, approval, "apply").await,
    }
}

/// A saved plan has been looked at already, so it needs no approval.
async fn saved(ui: &mut Ui, planning: &Planning, path: &Path, approval: &Approval) -> Answer {
    let wrong = planning.planning_options();
    if !wrong.is_empty() {
        let detail = format!(
            "A saved plan is carried out as it was made, so {} cannot be given with it. Plan again with other options.",
            wrong.join(", ")
        );
        return Err(Diagnostic::error(&codes::USAGE, detail).into());
    }
    let prepared = flow::reopen(ui, planning, path).await?;
    let prepared = prepared.expected(approval.expect_digest.as_deref()).await?;
    Ok(prepared.apply(ui).await)
}

/// Plans, asks, applies. The command by whose name it goes decides how the end is told.
pub(super) async fn fresh(
    ui: &mut Ui,
    planning: &Planning,
    assignments: &[Assignment],
    approval: &Approval,
    operation: &str,
) -> Answer {
    let destroy = planning.mode() == PlanMode::Destroy;
    if approval.is_open() && ui.stream().is_some() {
        ui.emit(|stream| stream.version());
        return Err(flow::no_approval().into());
    }
    let prepared = flow::plan(ui, planning, assignments, operation, None).await?;
    let prepared = prepared.expected(approval.expect_digest.as_deref()).await?;
    if approval.is_open() {
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
