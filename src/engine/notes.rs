//! What went into a plan, noted while it is made. Keeping it costs next to nothing; it becomes a recording, as text, only
//! for a plan that is saved.

use crate::plan::change::Plan;
use crate::plan::planner::{Answer, PlanOptions, Request};
use crate::plan::providers::Semantic;
use crate::state::State;

use super::Inputs;
use super::saved::{RecordedFiles, RecordedReader, Recording};

/// Inputs of a plan and the platform's answers.
pub struct Notes {
    state: State,
    options: PlanOptions,
    inputs: Inputs,
    semantics: Semantic,
    answers: Vec<(Request, Answer)>,
}

impl Notes {
    /// The inputs, without answers yet.
    pub(super) fn new(state: &State, options: &PlanOptions, inputs: &Inputs, semantics: &Semantic) -> Notes {
        Notes {
            state: state.clone(),
            options: options.clone(),
            inputs: inputs.clone(),
            semantics: semantics.clone(),
            answers: Vec::new(),
        }
    }

    /// The pure halves of the providers.
    pub(super) fn semantics(&self) -> &Semantic {
        &self.semantics
    }

    /// Keeps what was answered.
    pub(super) fn note(&mut self, request: &Request, answer: &Answer) {
        self.answers.push((request.clone(), answer.clone()));
    }

    /// All that the plan can be made from again.
    pub fn recording(&self, plan: &Plan, reader: &RecordedReader, files: &RecordedFiles) -> Recording {
        let mut recording = Recording::new(&self.state, &self.options, &self.inputs);
        for (request, answer) in &self.answers {
            recording.note(request, answer, &self.semantics);
        }
        recording.finish(plan, reader, files)
    }
}
