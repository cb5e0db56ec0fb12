//! The step graph: what a plan compiles into, and all that apply walks.
//!
//! A step names its change by index; its needs are indices of steps that must have succeeded before it starts.
//! Joins stand for "all instances of this resource", so that the number of edges grows with references and
//! not with their product. The graph is data: `compile` makes it, `apply` walks it, [`StepGraph::print`] shows
//! it to tests and people.

use std::fmt::Write;
use std::sync::Arc;

use crate::addr::ConfigResource;
use crate::graph::ConfigNode;

use super::change::ResourceChange;

/// The index of a step in its graph.
pub type StepId = usize;

/// What one step does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepKind {
    /// A variable, local or output of every instance of its module gets its value.
    Evaluate(ConfigNode),
    /// Nothing by itself: all instances of a resource are up to date.
    Ready(ConfigResource),
    /// Nothing by itself: all that used a resource and goes is gone.
    Released(ConfigResource),
    /// Nothing by itself: all that used a resource and stays has been brought up to date.
    Unused(ConfigResource),
    /// Nothing to do for this instance, but others may wait for what it waits for.
    Keep(usize),
    /// The object of this change, which was found, comes into the state.
    Import(usize),
    /// The object of this change is made.
    Create(usize),
    /// The commands of the creation of this change's object are run.
    Provision(usize),
    /// The object of this change is changed in place.
    Update(usize),
    /// The object of this change is deleted; with a key, the deposed one.
    Delete(usize, Option<Arc<str>>),
    /// The current object of this change is set aside as deposed, before its successor is made.
    Depose(usize, Arc<str>),
    /// The data source of this change is read.
    Read(usize),
    /// The object of this change is dropped from the state.
    Forget(usize),
}

impl StepKind {
    /// The change it is part of.
    pub fn change(&self) -> Option<usize> {
        match self {
            StepKind::Evaluate(_) | StepKind::Ready(_) | StepKind::Released(_) | StepKind::Unused(_) => None,
            StepKind::Keep(at)
            | StepKind::Import(at)
            | StepKind::Create(at)
            | StepKind::Provision(at)
            | StepKind::Update(at)
            | StepKind::Delete(at, _)
            | StepKind::Depose(at, _)
            | StepKind::Read(at)
            | StepKind::Forget(at) => Some(*at),
        }
    }

    /// What it does, in a word.
    pub fn word(&self) -> &'static str {
        match self {
            StepKind::Evaluate(_) => "evaluate",
            StepKind::Ready(_) | StepKind::Released(_) | StepKind::Unused(_) => "wait",
            StepKind::Keep(_) => "keep",
            StepKind::Import(_) => "import",
            StepKind::Create(_) => "create",
            StepKind::Provision(_) => "provision",
            StepKind::Update(_) => "update",
            StepKind::Delete(..) => "delete",
            StepKind::Depose(..) => "depose",
            StepKind::Read(_) => "read",
            StepKind::Forget(_) => "forget",
        }
    }

    /// Whether it calls the provider.
    pub fn is_effect(&self) -> bool {
        matches!(
            self,
            StepKind::Import(_)
                | StepKind::Create(_)
                | StepKind::Provision(_)
                | StepKind::Update(_)
                | StepKind::Delete(..)
                | StepKind::Read(_)
        )
    }
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// Steps that must have succeeded before; sorted, distinct.
    pub needs: Vec<StepId>,
}

/// All steps, in an order in which every step comes after its needs.
#[derive(Clone, Debug, Default)]
pub struct StepGraph {
    /// The steps.
    pub steps: Vec<Step>,
}

impl StepGraph {
    /// One of the steps.
    pub fn get(&self, id: StepId) -> Option<&Step> {
        self.steps.get(id)
    }

    /// Indices of changes in the order of their first effective steps.
    pub fn change_order(&self) -> Vec<usize> {
        let mut seen = std::collections::BTreeSet::new();
        let changes = self
            .steps
            .iter()
            .filter(|step| step.kind.is_effect())
            .filter_map(|step| step.kind.change());
        changes.filter(|at| seen.insert(*at)).collect()
    }

    /// How many steps call a provider.
    pub fn effects(&self) -> usize {
        self.steps.iter().filter(|step| step.kind.is_effect()).count()
    }

    /// One line a step, `create a.b <- evaluate local.x, delete a.c`: for tests and for `-debug`.
    pub fn print(&self, changes: &[ResourceChange]) -> String {
        let name = |id: &StepId| {
            self.steps
                .get(*id)
                .map_or_else(String::new, |step| label(&step.kind, changes))
        };
        let mut text = String::new();
        for step in &self.steps {
            text.push_str(&label(&step.kind, changes));
            for (at, need) in step.needs.iter().enumerate() {
                let _ = write!(text, "{}{}", if at == 0 { " <- " } else { ", " }, name(need));
            }
            text.push('\n');
        }
        text
    }
}

/// `create giantswarm_org.a`
pub fn label(kind: &StepKind, changes: &[ResourceChange]) -> String {
    let of = |at: &usize| {
        changes
            .get(*at)
            .map_or_else(String::new, |change| change.addr.to_string())
    };
    match kind {
        StepKind::Evaluate(node) => format!("evaluate {node}"),
        StepKind::Ready(resource) => format!("ready {resource}"),
        StepKind::Released(resource) => format!("released {resource}"),
        StepKind::Unused(resource) => format!("unused {resource}"),
        StepKind::Keep(at) => format!("keep {}", of(at)),
        StepKind::Import(at) => format!("import {}", of(at)),
        StepKind::Create(at) => format!("create {}", of(at)),
        StepKind::Provision(at) => format!("provision {}", of(at)),
        StepKind::Update(at) => format!("update {}", of(at)),
        StepKind::Delete(at, None) => format!("delete {}", of(at)),
        StepKind::Delete(at, Some(key)) => format!("delete {} (deposed {key})", of(at)),
        StepKind::Depose(at, _) => format!("depose {}", of(at)),
        StepKind::Read(at) => format!("read {}", of(at)),
        StepKind::Forget(at) => format!("forget {}", of(at)),
    }
}
