//! Why a plan does what it does to one instance: the causes behind its change, what changes because of it, and what each
//! of its steps waits for.
//!
//! It decides nothing. Everything comes from a [`Planned`]: the changes, the values before and after, what the
//! configuration refers to, the step graph. What earlier runs were given for a variable is not kept anywhere, so a
//! chain ends at the lines that a value comes from, and not at the one of them that somebody has edited. It makes data;
//! `render` makes the text.

mod ask;
mod causes;
mod effects;
mod fact;
mod find;
mod references;
mod still;
mod trace;
mod waits;

use std::sync::Arc;

use crate::value::Path;

use super::change::{Action, Reason};
use super::planner::Planned;
use super::steps::StepKind;

pub use ask::{Lost, Question, question};
pub use fact::{Fact, Given, Still};

use crate::source::Span;
use trace::Tracer;

/// The answer.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What was asked.
    pub question: Question,
    /// What happens to each object of the instance: the current one, then those that were set aside.
    pub objects: Vec<Told>,
    /// What changes because of it.
    pub effects: Vec<Effect>,
    /// What its steps wait for.
    pub steps: Vec<Waiting>,
}

/// What happens to one object, and why.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its change, as an index into those of the plan; none where the plan has none.
    pub change: Option<usize>,
    /// The key, if it is an object that was set aside.
    pub deposed: Option<Arc<str>>,
    /// What happens.
    pub action: Action,
    /// The plan's word for why.
    pub reason: Reason,
    /// Why something happens.
    pub causes: Vec<Cause>,
    /// Why nothing happens.
    pub still: Vec<Remark>,
}

/// A line of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its place.
    pub span: Span,
    /// Whether a sensitive value may stand in it.
    pub hidden: bool,
}

/// One cause, with those behind it.
#[derive(Clone, Debug)]
pub struct Cause {
    /// What it is.
    pub fact: Fact,
    /// Where it is written.
    pub line: Option<Line>,
    /// Whether what is behind it was told before and is left out here.
    pub above: bool,
    /// What is behind it.
    pub because: Vec<Cause>,
}

/// Why nothing happens, and where that is written.
#[derive(Clone, Debug)]
pub struct Remark {
    /// What it is.
    pub still: Still,
    /// Where it is written.
    pub line: Option<Line>,
}

/// Something that changes because of something else.
#[derive(Clone, Debug)]
pub struct Effect {
    /// What changes.
    pub what: Affected,
    /// How it comes about.
    pub how: How,
    /// The variables, locals and outputs between the two, from the cause on.
    pub through: Vec<String>,
    /// What changes because of that in turn.
    pub effects: Vec<Effect>,
}

/// What changes because of something else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Affected {
    /// The object of this change.
    Change(usize),
    /// An output of the root module.
    Output(Arc<str>),
}

/// How one change brings about another.
#[derive(Clone, Debug, PartialEq)]
pub enum How {
    /// These attributes take their values from it.
    Attributes(Vec<Path>),
    /// The value comes from it.
    Value,
    /// `count` or `for_each` take their value from it.
    Repetition,
    /// `replace_triggered_by` names it.
    Trigger,
    /// A data source that needs it is read only afterwards.
    ReadLater,
}

/// A step and what it waits for.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The step.
    pub step: StepKind,
    /// The steps that must be done before.
    pub waits: Vec<Wait>,
}

/// A step that another waits for.
#[derive(Clone, Debug)]
pub struct Wait {
    /// The step that is waited for.
    pub step: StepKind,
    /// Why.
    pub why: Why,
    /// The steps without an effect of their own between the two, from the waiting one on.
    pub through: Vec<StepKind>,
}

/// Why a step waits for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It uses the object.
    Uses,
    /// What is imported comes into the state first.
    ImportFirst,
    /// The old object goes first, as is usual.
    OldFirst,
    /// The old object goes first, for its name must be free.
    NameFree,
    /// The old object is set aside before the new one is made.
    SetAside,
    /// The old object goes only when the new one is there.
    NewFirst,
    /// The commands of a creation run once the object is there.
    Commands,
    /// An object goes after those that used it.
    UsersGone,
    /// What used the object and stays is changed before it goes.
    UsersChanged,
}

/// Answers a question.
pub fn explain(planned: &Planned, question: Question) -> Explanation {
    let mut tracer = Tracer::new(planned);
    let objects = tracer.objects(&question);
    let changes: Vec<usize> = objects.iter().filter_map(|told| told.change).collect();
    let effects = effects::of(&tracer, &question);
    let steps = waits::of(planned, &changes);
    Explanation {
        question,
        objects,
        effects,
        steps,
    }
}
