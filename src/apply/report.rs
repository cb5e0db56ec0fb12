//! How a run ended: what was done, what failed, what was not tried, and because of which other step.
//!
//! It is made once, from what became of each step. How it is told is for `render`.

use crate::addr::InstanceAddr;
use crate::diag::Diagnostics;
use crate::plan::change::{Counts, Plan};
use crate::plan::codes;
use crate::plan::steps::{StepId, StepKind, label};

use super::walker::Status;

/// How a run ended.
#[derive(Debug, Default)]
pub struct Report {
    /// What was done.
    pub counts: Counts,
    /// What failed, and notes.
    pub diagnostics: Diagnostics,
    /// Steps that failed, in the order of the step graph.
    pub failed: Vec<Failed>,
    /// Steps that were cut off and of which the state has no operation to settle: those that run commands.
    pub cut: Vec<String>,
    /// Effective steps that were not tried, because one they wait for failed or the run was interrupted.
    pub skipped: Vec<Skipped>,
    /// Instances that were to be replaced and whose replacement has not begun.
    pub unreplaced: Vec<InstanceAddr>,
    /// Whether the run was asked to stop.
    pub interrupted: bool,
}

/// A step that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The step, such as `create giantswarm_org.a`.
    pub step: String,
    /// The code of its error.
    pub code: &'static str,
    /// The title of its error.
    pub summary: String,
}

/// A step that was not tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The step.
    pub step: String,
    /// Why.
    pub because: Because,
}

/// Why a step was not tried.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// This step failed, for which it waits, perhaps through others.
    Failed(String),
    /// Nobody knows how this step ended, for which it waits.
    Unknown(String),
    /// Nothing was in its way; the run ended early.
    Ended,
}

/// Why each step was not tried, by its id: the id of the step that is to blame. Needs come before what needs them, so one
/// pass is enough.
fn blame(plan: &Plan, status: &[Status]) -> Vec<Option<StepId>> {
    let mut blame: Vec<Option<StepId>> = Vec::with_capacity(status.len());
    for (id, step) in plan.steps.steps.iter().enumerate() {
        blame.push(match status.get(id) {
            Some(Status::Failed | Status::Running) => Some(id),
            Some(Status::Waiting) => step
                .needs
                .iter()
                .find_map(|need| blame.get(*need).copied().flatten()),
            _ => None,
        });
    }
    blame
}

/// What became of the steps of a plan. `faults` names the first error of each step that failed; `is_pending` tells whether
/// the state has the operation of a step as one to settle.
pub(super) fn of_steps(
    plan: &Plan,
    status: &[Status],
    faults: &std::collections::BTreeMap<StepId, (&'static str, String)>,
    is_pending: impl Fn(StepId) -> bool,
) -> Report {
    let steps = &plan.steps.steps;
    let of = |id: StepId| status.get(id).copied();
    let name = |id: StepId| {
        steps
            .get(id)
            .map(|step| label(&step.kind, &plan.changes))
            .unwrap_or_default()
    };
    let blame = blame(plan, status);
    let mut report = Report::default();
    for (id, step) in steps.iter().enumerate() {
        match of(id) {
            Some(Status::Failed) => {
                let (code, summary) = faults
                    .get(&id)
                    .cloned()
                    .unwrap_or((codes::STEP_FAILED.id, String::new()));
                report.failed.push(Failed {
                    step: name(id),
                    code,
                    summary,
                });
            }
            Some(Status::Running)
                if matches!(step.kind, StepKind::Provision(_) | StepKind::Delete(..)) && !is_pending(id) =>
            {
                report.cut.push(name(id));
            }
            Some(Status::Waiting) if step.kind.is_effect() => {
                // An object that was not begun is told once, not with its commands again.
                let waits = |need: &StepId| of(*need) == Some(Status::Waiting);
                if matches!(step.kind, StepKind::Provision(_)) && step.needs.iter().all(waits) {
                    continue;
                }
                let because = match blame.get(id).copied().flatten() {
                    None => Because::Ended,
                    Some(by) if of(by) == Some(Status::Running) => Because::Unknown(name(by)),
                    Some(by) => Because::Failed(name(by)),
                };
                report.skipped.push(Skipped {
                    step: name(id),
                    because,
                });
            }
            _ => {}
        }
    }
    report.unreplaced = unreplaced(plan, status);
    report
}

/// Instances that are to be replaced and of which no step was done.
fn unreplaced(plan: &Plan, status: &[Status]) -> Vec<InstanceAddr> {
    let mut begun = vec![false; plan.changes.len()];
    for (step, status) in plan.steps.steps.iter().zip(status) {
        if let Some(begun) = step.kind.change().and_then(|at| begun.get_mut(at)) {
            *begun |= step.kind.is_effect() && *status == Status::Done;
        }
    }
    let changes = plan.changes.iter().zip(begun);
    changes
        .filter(|(change, begun)| change.action.is_replace() && !begun)
        .map(|(change, _)| change.addr.clone())
        .collect()
}
