//! What the steps of an object wait for, and why: read off the step graph, with the steps seen through that have no effect
//! of their own.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::planner::Planned;
use crate::plan::steps::{StepId, StepKind};

use super::{Wait, Waiting, Why};

/// The steps of these changes, in their order, with what each waits for.
pub(super) fn of(planned: &Planned, changes: &[usize]) -> Vec<Waiting> {
    let steps = &planned.plan.steps.steps;
    let own = |kind: &StepKind| kind.change().is_some_and(|at| changes.contains(&at)) && acts(kind);
    let mine = steps.iter().enumerate().filter(|(_, step)| own(&step.kind));
    mine.map(|(at, step)| Waiting {
        step: step.kind.clone(),
        waits: waits(planned, at),
    })
    .collect()
}

/// Whether a step does something by itself.
fn acts(kind: &StepKind) -> bool {
    kind.is_effect() || matches!(kind, StepKind::Depose(..) | StepKind::Forget(_))
}

/// The acting steps that a step waits for, each by the shortest way.
fn waits(planned: &Planned, of: StepId) -> Vec<Wait> {
    let steps = &planned.plan.steps.steps;
    let Some(waiting) = steps.get(of) else {
        return Vec::new();
    };
    let mut seen = BTreeSet::new();
    let mut found: BTreeMap<StepId, Wait> = BTreeMap::new();
    let mut open: std::collections::VecDeque<(StepId, Vec<StepKind>)> =
        waiting.needs.iter().map(|need| (*need, Vec::new())).collect();
    while let Some((at, through)) = open.pop_front() {
        let Some(step) = steps.get(at).filter(|_| seen.insert(at)) else {
            continue;
        };
        if acts(&step.kind) {
            let wait = Wait {
                step: step.kind.clone(),
                why: why(planned, &waiting.kind, &step.kind),
                through,
            };
            found.insert(at, wait);
            continue;
        }
        for need in &step.needs {
            let mut through = through.clone();
            through.push(step.kind.clone());
            open.push_back((*need, through));
        }
    }
    found.into_values().collect()
}

/// Why one step waits for another: there is one rule of the order of steps for each pair.
fn why(planned: &Planned, waiting: &StepKind, needed: &StepKind) -> Why {
    if waiting.change() != needed.change() {
        return match (waiting, needed) {
            (StepKind::Delete(..), StepKind::Delete(..)) => Why::UsersGone,
            (StepKind::Delete(..), _) => Why::UsersChanged,
            _ => Why::Uses,
        };
    }
    let name_free = || {
        let change = waiting.change().and_then(|at| planned.plan.changes.get(at));
        change.is_some_and(|change| planned.delete_first.contains(&change.addr))
    };
    match (waiting, needed) {
        (_, StepKind::Import(_)) => Why::ImportFirst,
        (StepKind::Provision(_), _) => Why::Commands,
        (StepKind::Create(_), StepKind::Depose(..)) => Why::SetAside,
        (StepKind::Create(_), StepKind::Delete(..)) if name_free() => Why::NameFree,
        (StepKind::Create(_), StepKind::Delete(..)) => Why::OldFirst,
        (StepKind::Delete(..), _) => Why::NewFirst,
        _ => Why::Uses,
    }
}
