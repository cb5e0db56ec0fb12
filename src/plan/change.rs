//! What a plan says: changes of resource instances and outputs, drift, and why.
//!
//! These are plain data for renderers and for the applier. Nothing here decides anything.

use std::sync::Arc;

use crate::addr::InstanceAddr;
use crate::config::ProviderRef;
use crate::diag::Diagnostics;
use crate::source::Span;
use crate::state::State;
use crate::value::{Path, Value};

use super::checks::Checks;
use super::drift::{Answered, Deviation};
use super::renames::Rename;
use super::semantics::PlannedCall;
use super::steps::{StepGraph, StepKind};

/// What the command was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PlanMode {
    /// Make the platform as the configuration says.
    #[default]
    Normal,
    /// Take everything down.
    Destroy,
    /// Only take over into the state what the platform says.
    RefreshOnly,
}

/// What happens to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// A new object.
    Create,
    /// A data source is read during apply.
    Read,
    /// The object is changed in place.
    Update,
    /// The object is deleted.
    Delete,
    /// Replaced: the old object goes first.
    DeleteThenCreate,
    /// Replaced: the new object comes first.
    CreateThenDelete,
    /// Dropped from the state, left on the platform.
    Forget,
}

impl Action {
    /// Whether the object is replaced.
    pub fn is_replace(self) -> bool {
        matches!(self, Action::DeleteThenCreate | Action::CreateThenDelete)
    }
}

/// Why a change has the action it has, where that is not plain from the values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reason {
    /// The values say it.
    #[default]
    None,
    /// Created again: it was deleted, and not by swarmform.
    DeletedOutside,
    /// Replaced: creation failed half way.
    Tainted,
    /// Replaced: an attribute cannot be changed in place.
    CannotUpdate,
    /// Replaced: `-replace`.
    ByRequest,
    /// Replaced: `replace_triggered_by`.
    ByTriggers,
    /// Deleted: no resource block.
    NoResourceConfig,
    /// Deleted: the instance key is not of the kind that `count` or `for_each` (or neither) makes.
    WrongRepetition,
    /// Deleted: the index is not below `count`.
    CountIndex,
    /// Deleted: the key is not in `for_each`.
    EachKey,
    /// Deleted: it moved to where there is no resource block.
    NoMoveTarget,
    /// Deleted: no such module instance.
    NoModule,
    /// Read during apply: its configuration is not known yet.
    ConfigUnknown,
    /// Read during apply: something it depends on changes.
    DependencyPending,
    /// Read during apply: for the check in which it stands.
    CheckNested,
}

/// The change of one object.
#[derive(Clone, Debug)]
pub struct ResourceChange {
    /// Its address.
    pub addr: InstanceAddr,
    /// Its address in the previous run, if `moved`.
    pub previous: Option<InstanceAddr>,
    /// The deposed key, if it is about a deposed object.
    pub deposed: Option<Arc<str>>,
    /// The provider.
    pub provider: ProviderRef,
    /// What happens.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// The object as read before; null when there is none. Sensitive parts are marked.
    pub before: Value,
    /// The object planned; null when it goes. Unknown where known after apply; sensitive parts are marked.
    pub after: Value,
    /// Attributes that force replacement.
    pub replace_paths: Vec<Path>,
    /// The calls that the change is expected to make, in order.
    pub calls: Vec<PlannedCall>,
    /// The id it is imported by.
    pub importing: Option<Arc<str>>,
    /// The block that was written for it just now, because the configuration had none.
    pub generated: Option<Arc<str>>,
    /// The block's header, where there is a block.
    pub span: Option<Span>,
}

impl ResourceChange {
    /// A change for no reason but the configuration, of which nothing else is known yet.
    pub fn new(
        addr: InstanceAddr,
        provider: ProviderRef,
        action: Action,
        before: Value,
        after: Value,
    ) -> ResourceChange {
        ResourceChange {
            addr,
            previous: None,
            deposed: None,
            provider,
            action,
            reason: Reason::None,
            before,
            after,
            replace_paths: Vec::new(),
            calls: Vec::new(),
            importing: None,
            generated: None,
            span: None,
        }
    }
}

/// A difference between the last run's state and the platform.
#[derive(Clone, Debug)]
pub struct Drift {
    /// The instance.
    pub addr: InstanceAddr,
    /// Its address in the previous run, if it moved. A plan that only refreshes tells of moves here.
    pub previous: Option<InstanceAddr>,
    /// As last applied.
    pub before: Value,
    /// As read now; null when deleted outside.
    pub after: Value,
    /// What the plan does about it.
    pub answered: Answered,
    /// What differs, attribute by attribute; empty for an object that is gone.
    pub parts: Vec<Deviation>,
    /// The block's header, where there is a block.
    pub span: Option<Span>,
}

impl Drift {
    /// What was done to the object, as an action.
    pub fn action(&self) -> Action {
        match () {
            () if self.after.is_null() => Action::Delete,
            () if self.before == self.after && self.parts.is_empty() => Action::NoOp,
            () => Action::Update,
        }
    }

    /// Whether it matters: the object is gone, or differs in something that a configuration can set. What only the
    /// platform sets, such as the list of running instances, differs after most runs and asks for nothing.
    pub fn matters(&self) -> bool {
        self.after.is_null() || self.parts.iter().any(|part| part.argument)
    }
}

/// The change of one output of the root module.
#[derive(Clone, Debug)]
pub struct OutputChange {
    /// The name.
    pub name: Arc<str>,
    /// Create, update, delete or nothing.
    pub action: Action,
    /// The value of the last run; null when there was none.
    pub before: Value,
    /// The value planned; null when it goes.
    pub after: Value,
    /// Whether it is hidden.
    pub sensitive: bool,
}

/// A decision: what would be done and in which order.
#[derive(Debug)]
pub struct Plan {
    /// What was asked for.
    pub mode: PlanMode,
    /// Every instance, no-ops among them, in address order; data sources only where they are read during apply.
    pub changes: Vec<ResourceChange>,
    /// What differs on the platform, in address order.
    pub drift: Vec<Drift>,
    /// Outputs of the root module, by name.
    pub outputs: Vec<OutputChange>,
    /// The steps, compiled.
    pub steps: StepGraph,
    /// The state after refresh: what apply starts from.
    pub prior: State,
    /// Whether `-target` or `-exclude` left something out.
    pub partial: bool,
    /// Whether planning stopped at an error: what is here is what was decided until then, and nothing to apply.
    pub errored: bool,
    /// What goes and comes again at another address, as it seems.
    pub renames: Vec<Rename>,
    /// How conditions turned out.
    pub checks: Checks,
    /// Warnings.
    pub warnings: Diagnostics,
    /// Warnings of checks, which apply judges again.
    pub check_warnings: Diagnostics,
}

/// How many of each, as the summary line counts: a replacement adds one and destroys one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Imported.
    pub import: usize,
    /// Created.
    pub add: usize,
    /// Changed in place.
    pub change: usize,
    /// Destroyed.
    pub destroy: usize,
    /// Dropped from the state.
    pub forget: usize,
}

impl Plan {
    /// What the summary line says.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for change in self
            .changes
            .iter()
            .filter(|change| change.addr.resource.mode == crate::addr::Mode::Managed)
        {
            counts.import += usize::from(change.importing.is_some());
            match change.action {
                Action::Create => counts.add += 1,
                Action::Update => counts.change += 1,
                Action::Delete => counts.destroy += 1,
                Action::DeleteThenCreate | Action::CreateThenDelete => {
                    counts.add += 1;
                    counts.destroy += 1;
                }
                Action::Forget => counts.forget += 1,
                Action::NoOp | Action::Read => {}
            }
        }
        counts
    }

    /// Leaves nothing to do but the imports.
    pub fn only_imports(&mut self) {
        self.steps
            .steps
            .retain(|step| matches!(step.kind, StepKind::Import(_)));
        for step in &mut self.steps.steps {
            step.needs.clear();
        }
        self.outputs.clear();
    }

    /// Whether applying it would do nothing that is worth asking for: no object changes and no output, and the state
    /// takes over nothing but what the platform alone sets.
    pub fn is_empty(&self) -> bool {
        let taken_over = |drift: &Drift| drift.matters() || drift.previous.is_some();
        let quiet = |change: &ResourceChange| {
            change.action == Action::NoOp && change.previous.is_none() && change.importing.is_none()
        };
        self.changes.iter().all(quiet)
            && self.outputs.iter().all(|output| output.action == Action::NoOp)
            && (self.mode != PlanMode::RefreshOnly || !self.drift.iter().any(taken_over))
    }

    /// All mutating calls it is expected to make, in step order.
    pub fn calls(&self) -> impl Iterator<Item = (&InstanceAddr, &PlannedCall)> {
        let order = self.steps.change_order();
        order
            .into_iter()
            .filter_map(|at| self.changes.get(at))
            .flat_map(|change| change.calls.iter().map(move |call| (&change.addr, call)))
    }
}
