//! Steps between being ready and being started, and what has to be durable before they may start.
//!
//! It knows nothing of disks and tasks. A step whose intent is not written waits for that; a step that touches nothing
//! but the state does not. What goes on with an object that is begun comes before everything else, and room is kept
//! for it.

use std::collections::VecDeque;

use crate::apply::{Walker, Work};
use crate::plan::steps::StepId;

struct Step {
    id: StepId,
    work: Work,
    /// Whether it goes on with an object that another step began.
    follows: bool,
}

/// See the module's documentation.
#[derive(Default)]
pub(super) struct Queue {
    /// What must be durable before these start is not being written yet.
    fresh: Vec<Step>,
    /// It is being written.
    writing: Vec<Step>,
    /// These may start, the first ones before the others.
    first: VecDeque<Step>,
    inner: VecDeque<Step>,
    others: VecDeque<Step>,
}

impl Queue {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        [self.first.len(), self.inner.len(), self.others.len()]
            .iter()
            .sum::<usize>()
            + self.fresh.len()
            + self.writing.len()
    }

    /// Takes a step that the walker gave.
    pub(super) fn add(&mut self, walker: &Walker, id: StepId, work: Work) {
        let inner = walker.stays_inside(&work);
        let follows = walker.follows(id);
        let step = Step { id, work, follows };
        match (inner, follows) {
            (true, true) => self.first.push_back(step),
            (true, false) => self.inner.push_back(step),
            (false, _) => self.fresh.push(step),
        }
    }

    /// All that was given so far is being written.
    pub(super) fn begin(&mut self) {
        self.writing.append(&mut self.fresh);
    }

    /// What was being written is durable.
    pub(super) fn saved(&mut self) {
        for step in self.writing.drain(..) {
            if step.follows {
                self.first.push_back(step);
            } else {
                self.others.push_back(step);
            }
        }
    }

    /// The next step to start, if so many more may run.
    pub(super) fn pop(&mut self, slots: usize) -> Option<(StepId, Work)> {
        let kept = self.fresh.iter().chain(&self.writing);
        let kept = kept.filter(|step| step.follows).count();
        let mut next = None;
        if slots > 0 {
            next = self.first.pop_front();
        }
        if slots > kept {
            next = next
                .or_else(|| self.inner.pop_front())
                .or_else(|| self.others.pop_front());
        }
        next.map(|step| (step.id, step.work))
    }

    /// All that was not started.
    pub(super) fn rest(self) -> impl Iterator<Item = StepId> {
        let waiting = self.fresh.into_iter().chain(self.writing);
        let ready = self.first.into_iter().chain(self.inner).chain(self.others);
        waiting.chain(ready).map(|step| step.id)
    }
}
