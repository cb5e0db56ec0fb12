//! The steps of a plan as a picture: what happens, in which order.
//!
//! Steps that only evaluate or wait are not drawn. Instances that stay as they are, are drawn where something happens
//! directly before or behind them; in a plan in which nothing happens all are drawn.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{InstanceAddr, Mode};
use crate::plan::change::{Plan, ResourceChange};
use crate::plan::steps::{Step, StepKind, label};
use crate::render::escape;

use super::meet::{Part, meet};
use super::{Mark, Node, Picture};

/// The picture of a plan.
pub fn steps(plan: &Plan) -> Picture {
    let happens = plan
        .steps
        .steps
        .iter()
        .any(|step| mark(&step.kind, plan).is_some_and(|mark| mark != Mark::Keep));
    let beside = if happens { beside(plan) } else { BTreeSet::new() };
    let is_drawn = |at: usize, mark: Mark| mark != Mark::Keep || !happens || beside.contains(&at);
    let mut picture = Picture::of("Steps of the plan", parts(plan, &is_drawn));
    picture.note = note(&picture, plan);
    picture
}

/// Steps that keep an instance next to which something happens.
fn beside(plan: &Plan) -> BTreeSet<usize> {
    // A box is known again by its full text, for each step has one of its own.
    let (nodes, edges) = meet(parts(plan, &|_, _| true));
    let keeps = |at: &usize| matches!(nodes.get(*at), Some(Node::Box { mark: Mark::Keep, .. }));
    let ends = edges.iter().filter(|(one, other)| keeps(one) != keeps(other));
    let kept: BTreeSet<&str> = ends
        .flat_map(|(one, other)| [one, other])
        .filter(|at| keeps(at))
        .filter_map(|at| match nodes.get(*at) {
            Some(Node::Box { full, .. }) => Some(full.as_str()),
            _ => None,
        })
        .collect();
    let steps = plan.steps.steps.iter().enumerate();
    steps
        .filter(|(_, step)| kept.contains(label(&step.kind, &plan.changes).as_str()))
        .map(|(at, _)| at)
        .collect()
}

fn parts(plan: &Plan, is_drawn: &dyn Fn(usize, Mark) -> bool) -> Vec<Part> {
    let part = |(at, step): (usize, &Step)| {
        let called = label(&step.kind, &plan.changes);
        let mark = mark(&step.kind, plan).filter(|mark| is_drawn(at, *mark));
        let change = step.kind.change().and_then(|at| plan.changes.get(at));
        let node = mark.zip(change).map(|(mark, change)| Node::Box {
            mark,
            head: head(&step.kind, change),
            name: name(&change.addr),
            full: called.clone(),
        });
        Part {
            node,
            called,
            needs: step.needs.clone(),
        }
    };
    plan.steps.steps.iter().enumerate().map(part).collect()
}

fn mark(kind: &StepKind, plan: &Plan) -> Option<Mark> {
    let replaces = |at: &usize| {
        plan.changes
            .get(*at)
            .is_some_and(|change| change.action.is_replace())
    };
    match kind {
        StepKind::Evaluate(_) | StepKind::Ready(_) | StepKind::Released(_) | StepKind::Unused(_) => None,
        StepKind::Create(at) | StepKind::Delete(at, _) | StepKind::Depose(at, _) if replaces(at) => {
            Some(Mark::Replace)
        }
        StepKind::Depose(..) => Some(Mark::Replace),
        StepKind::Keep(_) => Some(Mark::Keep),
        StepKind::Import(_) => Some(Mark::Import),
        StepKind::Create(_) => Some(Mark::Create),
        StepKind::Provision(_) => Some(Mark::Run),
        StepKind::Update(_) => Some(Mark::Update),
        StepKind::Delete(..) => Some(Mark::Delete),
        StepKind::Read(_) => Some(Mark::Read),
        StepKind::Forget(_) => Some(Mark::Forget),
    }
}

/// `create giantswarm_app`
fn head(kind: &StepKind, change: &ResourceChange) -> String {
    let verb = match kind {
        StepKind::Import(_) => "import",
        StepKind::Create(_) => "create",
        StepKind::Provision(_) => "run commands of",
        StepKind::Update(_) => "update",
        StepKind::Delete(_, None) => "delete",
        StepKind::Delete(_, Some(_)) => "delete deposed",
        StepKind::Depose(..) => "set aside",
        StepKind::Read(_) => "read",
        StepKind::Forget(_) => "forget",
        _ => "keep",
    };
    format!("{verb} {}", kind_of(&change.addr))
}

/// `data giantswarm_org`
fn kind_of(addr: &InstanceAddr) -> String {
    let resource = &addr.resource;
    match resource.mode {
        Mode::Data => format!("data {}", resource.type_name),
        Mode::Managed => resource.type_name.to_string(),
    }
}

/// `module.shop.web["eu"]`: the address without its type.
fn name(addr: &InstanceAddr) -> String {
    let module = if addr.module.is_root() {
        String::new()
    } else {
        format!("{}.", addr.module)
    };
    escape::line(&format!("{module}{}{}", addr.resource.name, addr.key)).into_owned()
}

fn note(picture: &Picture, plan: &Plan) -> String {
    let mut counts: BTreeMap<Mark, usize> = BTreeMap::new();
    for node in &picture.nodes {
        if let Node::Box { mark, .. } = node {
            *counts.entry(*mark).or_default() += 1;
        }
    }
    let parts: Vec<String> = counts
        .iter()
        .map(|(mark, count)| format!("{count} {}", mark.word()))
        .collect();
    let mut text = match counts.values().sum::<usize>() {
        0 => return "There is nothing to do.".to_owned(),
        1 => format!("One step: {}.", parts.join(", ")),
        many => format!("{many} steps: {}.", parts.join(", ")),
    };
    let keeps = plan
        .steps
        .steps
        .iter()
        .filter(|step| matches!(step.kind, StepKind::Keep(_)))
        .count();
    match keeps.saturating_sub(counts.get(&Mark::Keep).copied().unwrap_or(0)) {
        0 => {}
        1 => text.push_str(" One more instance stays as it is."),
        more => text.push_str(&format!(" {more} more instances stay as they are.")),
    }
    text
}
