//! The end of a run: its diagnostics, its last words, its outputs, its exit code.

use std::sync::Arc;

use crate::apply::Report;
use crate::config::Config;
use crate::plan::planner::PlanOptions;
use crate::render::closing::{self, Effort};
use crate::render::stream::Operation;
use crate::render::{Ink, output};
use crate::state::State;

use super::again::{self, Ended};
use super::ui::Ui;

/// What the end of a run is told as, by the name of its command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// `apply` and `import`
    Apply,
    /// `destroy`
    Destroy,
    /// `refresh`
    Refresh,
}

/// What there is to tell.
pub struct End<'a> {
    /// By which name.
    pub told_as: Told,
    /// What became of the steps.
    pub report: &'a Report,
    /// The state as it is now.
    pub state: &'a State,
    /// What it took.
    pub effort: Effort,
    /// What was applied.
    pub config: &'a Config,
    /// The options and variables of the saved plan that it was, if it was one.
    pub saved: Option<&'a (PlanOptions, Vec<Arc<str>>)>,
}

/// Tells it. The answer is the exit code.
pub fn conclude(ui: &mut Ui, end: &End<'_>) -> u8 {
    let End { report, state, .. } = end;
    let destroy = end.told_as == Told::Destroy;
    ui.diagnostics(&report.diagnostics);
    let failed = report.diagnostics.has_errors();
    if failed {
        ui.say(&format!("\n{}", failure(ui, end)));
        return 1;
    }
    let told = closing::success(ui.style(), destroy, report.counts, end.effort);
    ui.say(&format!("\n{told}\n"));
    let operation = if destroy {
        Operation::Destroy
    } else {
        Operation::Apply
    };
    if end.told_as != Told::Refresh {
        let complete = closing::complete(destroy, report.counts);
        ui.emit(|stream| stream.summary(operation, report.counts, &complete, None, &[]));
    }
    if !destroy {
        if !state.outputs.is_empty() {
            let title = ui.style().paint(Ink::Bold, "Outputs:");
            ui.say(&format!("\n{title}\n\n{}", output::text(&state.outputs)));
        }
        ui.emit(|stream| stream.outputs(&state.outputs));
    }
    0
}

/// What failed, what was not tried and why, and how to go on.
fn failure(ui: &Ui, end: &End<'_>) -> String {
    let pending: Vec<String> = end
        .state
        .pending
        .iter()
        .map(|(subject, pending)| format!("{} {subject}", pending.deed.as_str()))
        .collect();
    let go_on = (!ui.automation).then(|| {
        again::go_on(&Ended {
            words: &ui.words,
            saved: end.saved.map(|(options, variables)| (options, variables.clone())),
            hidden: again::hidden(end.config),
            unreplaced: &end.report.unreplaced,
        })
    });
    closing::failure(
        ui.style(),
        end.told_as == Told::Destroy,
        end.report,
        &pending,
        end.effort,
        go_on.as_ref(),
    )
}
