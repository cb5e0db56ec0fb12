//! The walker: the order of steps as they become ready, and the bookkeeping of their outcomes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::{InstanceAddr, ModuleInstance};
use crate::diag::{Diagnostic, Diagnostics};
use crate::graph::ConfigNode;
use crate::plan::change::{Action, Counts, Plan, PlanMode};
use crate::plan::codes;
use crate::plan::planner::Planned;
use crate::plan::providers::ProviderKey;
use crate::plan::provision::{Exec, Failure};
use crate::plan::semantics::{Applied, Fault, Order};
use crate::plan::steps::{StepId, StepKind};
use crate::state::{Event, OutputRecord, State};
use crate::value::Value;

use super::report::{self, Report};

/// An effect that a step asks for.
#[derive(Clone, Debug)]
pub enum Work {
    /// Make, change or delete an object.
    Apply {
        /// By which provider.
        provider: ProviderKey,
        /// What to do.
        order: Box<Order>,
        /// Commands to run before: those of an object's destruction.
        before: Vec<Exec>,
    },
    /// Run the commands of an object's creation.
    Run(Vec<Exec>),
    /// Take an object that was found into the state, under this id.
    Adopt(Arc<str>),
    /// Read a data source.
    ReadData {
        /// By which provider.
        provider: ProviderKey,
        /// Its type.
        type_name: Arc<str>,
        /// Its configuration.
        config: Value,
    },
}

/// What came of a [`Work`].
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Of an order.
    Applied(Box<Applied>),
    /// Of a data source.
    Data(Result<Value, Fault>),
    /// Of commands: which of them failed, and how.
    Ran(Result<(), (usize, Failure)>),
    /// Of an adoption.
    Adopted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Waiting,
    Running,
    Done,
    Failed,
}

/// See the module's documentation.
pub struct Walker {
    pub(super) planned: Planned,
    pub(super) state: State,
    pub(super) faults: Diagnostics,
    pub(super) marks: BTreeMap<StepId, Vec<(crate::value::Path, crate::value::Marks)>>,
    pub(super) promised: BTreeMap<StepId, Value>,
    pub(super) execs: BTreeMap<StepId, Vec<Exec>>,
    events: Vec<Event>,
    status: Vec<Status>,
    missing: Vec<usize>,
    dependents: Vec<Vec<StepId>>,
    /// Steps that may start: by rank, then in the order of the step graph.
    ready: BTreeSet<(u8, StepId)>,
    evaluated: BTreeSet<ConfigNode>,
    unevaluated: BTreeSet<ConfigNode>,
    counts: Counts,
    /// The first error of each step that failed: its code and its title.
    failures: BTreeMap<StepId, (&'static str, String)>,
    /// How many steps call a provider, and how many of these have ended: told after every step, so not counted then.
    effects: usize,
    ended: usize,
}

impl Walker {
    /// A walker at its start.
    pub fn new(planned: Planned) -> Walker {
        let steps = &planned.plan.steps.steps;
        let mut dependents = vec![Vec::new(); steps.len()];
        for (id, step) in steps.iter().enumerate() {
            for need in &step.needs {
                if let Some(of) = dependents.get_mut(*need) {
                    of.push(id);
                }
            }
        }
        let missing: Vec<usize> = steps.iter().map(|step| step.needs.len()).collect();
        let unevaluated = steps.iter().filter_map(|step| match &step.kind {
            StepKind::Evaluate(node) => Some(node.clone()),
            _ => None,
        });
        let mut walker = Walker {
            state: planned.plan.prior.clone(),
            faults: Diagnostics::new(),
            marks: BTreeMap::new(),
            promised: BTreeMap::new(),
            execs: BTreeMap::new(),
            events: planned.refreshed.clone(),
            status: vec![Status::Waiting; steps.len()],
            missing,
            dependents,
            ready: BTreeSet::new(),
            evaluated: BTreeSet::new(),
            unevaluated: unevaluated.collect(),
            counts: Counts::default(),
            failures: BTreeMap::new(),
            effects: planned.plan.steps.effects(),
            ended: 0,
            planned,
        };
        for id in 0..walker.missing.len() {
            if walker.missing.get(id) == Some(&0) {
                walker.ready.insert((walker.rank(id), id));
            }
        }
        walker
    }

    /// The plan that is walked.
    pub fn plan(&self) -> &Plan {
        &self.planned.plan
    }

    /// How many effective steps have ended, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        (self.ended, self.effects)
    }

    /// What a step does.
    pub(super) fn kind(&self, id: StepId) -> Option<&StepKind> {
        self.planned.plan.steps.get(id).map(|step| &step.kind)
    }

    /// What a step is about.
    pub fn step(&self, id: StepId) -> Option<(&StepKind, &InstanceAddr)> {
        let kind = self.kind(id)?;
        let change = self.planned.plan.changes.get(kind.change()?)?;
        Some((kind, &change.addr))
    }

    /// Whether the id of the object that a step works on may be shown.
    pub fn tells_id(&self, id: StepId) -> bool {
        let kind = self.planned.plan.steps.steps.get(id).map(|step| &step.kind);
        let change = kind
            .and_then(StepKind::change)
            .and_then(|at| self.planned.plan.changes.get(at));
        change.is_none_or(|change| {
            let sides = [&change.before, &change.after].into_iter();
            let mut ids = sides.filter_map(|side| side.members()?.get("id"));
            ids.all(|id| id.marks().is_empty())
        })
    }

    /// Whether the commands of a creation follow a step, so that the creation does not end with it.
    pub fn goes_on(&self, id: StepId) -> bool {
        let follows = |next: &StepId| matches!(self.kind(*next), Some(StepKind::Provision(_)));
        matches!(self.kind(id), Some(StepKind::Create(_)))
            && self
                .dependents
                .get(id)
                .is_some_and(|next| next.iter().any(follows))
    }

    /// Whether a step goes on with an object that another step began: its commands, or a change of what was
    /// imported.
    pub fn follows(&self, id: StepId) -> bool {
        let needs = self.planned.plan.steps.get(id).map(|step| &step.needs);
        needs.into_iter().flatten().any(|need| self.leads_on(*need))
    }

    /// What belongs to an object that is begun comes first, and what only finds out what is ready. Then comes what was
    /// found, then what goes and makes room, then everything else, and last what was set aside.
    fn rank(&self, id: StepId) -> u8 {
        match self.kind(id) {
            _ if self.follows(id) => 0,
            Some(
                StepKind::Evaluate(_) | StepKind::Ready(_) | StepKind::Released(_) | StepKind::Unused(_),
            ) => 0,
            Some(StepKind::Import(_)) => 1,
            Some(StepKind::Delete(_, None)) => 2,
            Some(StepKind::Delete(_, Some(_))) => 4,
            _ => 3,
        }
    }

    /// Whether another step goes on with the object of a step.
    pub fn leads_on(&self, id: StepId) -> bool {
        self.goes_on(id) || self.is_import(id)
    }

    /// At most `limit` steps that may start now. Steps without effect on the way are carried out at once.
    pub fn next(&mut self, limit: usize) -> Vec<(StepId, Work)> {
        let mut work = Vec::new();
        while work.len() < limit {
            let Some((_, id)) = self.ready.pop_first() else {
                break;
            };
            let Some(kind) = self.kind(id).cloned() else {
                continue;
            };
            match self.start(id, &kind) {
                Ok(Some(effect)) => {
                    self.set(id, Status::Running);
                    work.push((id, effect));
                }
                Ok(None) => self.succeed(id),
                Err(faults) => self.fail(id, faults),
            }
        }
        work
    }

    fn start(&mut self, id: StepId, kind: &StepKind) -> Result<Option<Work>, Diagnostics> {
        match kind {
            StepKind::Ready(_) | StepKind::Released(_) | StepKind::Unused(_) | StepKind::Keep(_) => Ok(None),
            StepKind::Evaluate(node) => self.evaluate(node).map(|()| None),
            StepKind::Create(at) | StepKind::Update(at) => self.prepare_change(id, *at),
            StepKind::Provision(at) => self.prepare_provision(id, *at).map(Some),
            StepKind::Import(at) => Ok(self.import_id(*at).map(Work::Adopt)),
            StepKind::Read(at) => self.prepare_read(id, *at).map(Some),
            StepKind::Delete(at, deposed) => self.prepare_delete(id, *at, deposed.as_ref()),
            StepKind::Depose(at, key) => {
                self.depose(*at, key);
                Ok(None)
            }
            StepKind::Forget(at) => {
                self.forget(*at);
                self.counts.forget += 1;
                Ok(None)
            }
        }
    }

    fn evaluate(&mut self, node: &ConfigNode) -> Result<(), Diagnostics> {
        let (evaluator, world) = (&self.planned.evaluator, &mut self.planned.world);
        match node {
            ConfigNode::Variable(module, name) => evaluator.variable(world, module, name)?,
            ConfigNode::Local(module, name) => evaluator.local(world, module, name)?,
            ConfigNode::Output(module, name) => evaluator.output(world, module, name)?,
            _ => BTreeSet::new(),
        };
        self.unevaluated.remove(node);
        self.evaluated.insert(node.clone());
        Ok(())
    }

    /// Tells what came of a step's work.
    pub fn done(&mut self, id: StepId, outcome: Outcome) {
        let Some(kind) = self.kind(id).cloned() else {
            return;
        };
        let in_doubt = matches!(&outcome, Outcome::Applied(applied) if applied.in_doubt);
        if let Some(subject) = self.subject(&kind).filter(|_| !in_doubt) {
            self.conclude(subject);
        }
        let result = match (&kind, outcome) {
            (_, Outcome::Applied(applied)) if in_doubt => {
                let change = kind.change().and_then(|at| self.change(at));
                let addr = change.map(|change| change.addr.clone());
                addr.map_or(Ok(()), |addr| Err(self.failure(&addr, applied.error)))
            }
            (StepKind::Create(at) | StepKind::Update(at), Outcome::Applied(applied)) => {
                self.changed(id, *at, *applied)
            }
            (StepKind::Provision(at), Outcome::Ran(result)) => self.provisioned(id, *at, result),
            (StepKind::Delete(at, _), Outcome::Ran(Err((which, failure)))) => {
                Err(self.exec_failed(id, *at, which, &failure))
            }
            (StepKind::Import(at), _) => self.adopted(*at),
            (StepKind::Delete(at, deposed), Outcome::Applied(applied)) => {
                self.deleted(*at, deposed.as_ref(), *applied)
            }
            (StepKind::Read(at), Outcome::Data(result)) => self.data_read(id, *at, result),
            _ => Ok(()),
        };
        match result {
            Ok(()) => {
                match &kind {
                    StepKind::Create(_) if self.goes_on(id) => {}
                    StepKind::Create(_) | StepKind::Provision(_) => self.counts.add += 1,
                    StepKind::Update(_) => self.counts.change += 1,
                    StepKind::Delete(..) => self.counts.destroy += 1,
                    StepKind::Import(_) => self.counts.import += 1,
                    _ => {}
                }
                self.succeed(id);
            }
            Err(faults) => self.fail(id, faults),
        }
    }

    fn set(&mut self, id: StepId, status: Status) {
        let Some(at) = self.status.get_mut(id) else {
            return;
        };
        let has_ended = |status: Status| matches!(status, Status::Done | Status::Failed);
        let (before, after) = (has_ended(*at), has_ended(status));
        *at = status;
        if self.kind(id).is_some_and(StepKind::is_effect) {
            self.ended = self.ended + usize::from(after) - usize::from(before);
        }
    }

    /// The step is offered no more, and counts as not tried.
    pub(super) fn wait_again(&mut self, id: StepId) {
        self.set(id, Status::Waiting);
    }

    fn succeed(&mut self, id: StepId) {
        self.set(id, Status::Done);
        for dependent in self.dependents.get(id).cloned().unwrap_or_default() {
            if let Some(missing) = self.missing.get_mut(dependent) {
                *missing = missing.saturating_sub(1);
                if *missing == 0 {
                    self.ready.insert((self.rank(dependent), dependent));
                }
            }
        }
    }

    fn is_import(&self, id: StepId) -> bool {
        matches!(self.kind(id), Some(StepKind::Import(_)))
    }

    fn fail(&mut self, id: StepId, faults: Diagnostics) {
        self.set(id, Status::Failed);
        if let Some(first) = faults.iter().find(|fault| fault.is_error()) {
            self.failures.insert(id, (first.code.id, first.summary.clone()));
        }
        self.faults.extend(faults);
    }

    /// Adds state events; they are due before the next step starts.
    pub(super) fn emit(&mut self, event: Event) {
        self.state.apply(event.clone());
        self.events.push(event);
    }

    /// Events that must be durable before any work of [`Walker::next`] starts.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The state as of now.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Judges all checks anew, once everything is done.
    pub fn judge_checks(&mut self) {
        if self.planned.plan.mode == PlanMode::Destroy || !self.is_complete() {
            return;
        }
        let evaluator = &self.planned.evaluator;
        for (module, declared) in &evaluator.config.modules {
            for name in declared.checks.keys() {
                let warnings = evaluator.check(&mut self.planned.world, module, name, false);
                self.faults.extend(warnings);
            }
        }
    }

    fn is_complete(&self) -> bool {
        self.status.iter().all(|status| *status == Status::Done)
    }

    /// Gives the outputs of the root module to the state: those whose values are now known for sure.
    pub fn settle_outputs(&mut self) {
        let root = ModuleInstance::root();
        let changes: Vec<(Arc<str>, Action, Value, bool)> = self
            .planned
            .plan
            .outputs
            .iter()
            .map(|output| {
                (
                    Arc::clone(&output.name),
                    output.action,
                    output.after.clone(),
                    output.sensitive,
                )
            })
            .collect();
        for (name, action, planned, sensitive) in changes {
            if action == Action::Delete {
                self.emit(Event::RemoveOutput(name));
                continue;
            }
            let node = ConfigNode::Output(root.config(), Arc::clone(&name));
            // What was known when planning holds, whatever became of the run.
            if self.unevaluated.contains(&node) && !planned.is_wholly_known() {
                continue;
            }
            let world = self.planned.world.module(&root);
            let value = world
                .and_then(|module| module.outputs.get(&name))
                .cloned()
                .unwrap_or(planned);
            let declared = self.planned.evaluator.config.modules.get(&root.config());
            let hidden = declared
                .and_then(|module| module.outputs.get(&name))
                .map_or(sensitive, |o| o.sensitive);
            let (value, _) = value.unmark_deep();
            if !value.is_wholly_known() {
                continue;
            }
            let before = self.state.outputs.get(&name);
            let record = OutputRecord {
                value,
                sensitive: hidden,
            };
            if record.value.is_null() {
                if before.is_some() {
                    self.emit(Event::RemoveOutput(name));
                }
            } else if before != Some(&record) {
                self.emit(Event::PutOutput(name, record));
            }
        }
    }

    /// Ends the run.
    pub fn finish(self, interrupted: bool) -> (Report, State) {
        let is_pending = |id: StepId| {
            let subject = self.kind(id).and_then(|kind| self.subject(kind));
            subject.is_some_and(|subject| self.state.pending.contains_key(&subject))
        };
        let mut report = report::of_steps(&self.planned.plan, &self.status, &self.failures, is_pending);
        report.counts = self.counts;
        report.diagnostics = self.faults;
        report.interrupted = interrupted;
        if interrupted {
            let left = report.skipped.len();
            report.diagnostics.push(Diagnostic::error(
                &codes::INTERRUPTED,
                format!(
                    "The run was interrupted; {} not started. What was done is in the state.",
                    match left {
                        1 => "one step was".to_owned(),
                        left => format!("{left} steps were"),
                    }
                ),
            ));
        }
        (report, self.state)
    }
}
