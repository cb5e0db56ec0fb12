//! From a plan to findings: which of it is drift, and which is a change of the configuration that waits for an apply.
//!
//! What only undoes drift is no pending change, and neither is an output that follows from what drifted or changes.

use std::collections::BTreeSet;

use crate::addr::{InstanceAddr, Mode, ModuleAddr};
use crate::graph::ConfigNode;
use crate::lang::Decoded;
use crate::plan::change::{Action, Drift, Reason, ResourceChange};
use crate::plan::drift::{Answered, Deviation, differences, look, place};
use crate::plan::planner::Planned;
use crate::plan::scope::Need;
use crate::render::Schemas;
use crate::schema::Attribute;
use crate::source::{SourceMap, Span};

use super::{Finding, Kind, Place, Since};

/// What a report is made from beside the plan.
pub struct Seen<'a> {
    /// The schemas of the types in it.
    pub schemas: &'a Schemas,
    /// The texts of the configuration.
    pub sources: &'a SourceMap,
    /// The last run after which an object was in order.
    pub since: &'a dyn Fn(&InstanceAddr) -> Option<Since>,
}

/// All findings: drift first, each part in the order of addresses.
pub fn findings(planned: &Planned, seen: &Seen<'_>) -> Vec<Finding> {
    let plan = &planned.plan;
    let mut found: Vec<Finding> = plan
        .drift
        .iter()
        .filter(|drift| drift.matters())
        .flat_map(|drift| drifted(drift, seen))
        .collect();
    for change in &plan.changes {
        let drift = plan.drift.iter().find(|drift| drift.addr == change.addr);
        let drift = drift.filter(|_| change.deposed.is_none());
        found.extend(pending(change, drift, planned.written.get(&change.addr), seen));
    }
    found.extend(outputs(planned));
    found
}

fn drifted(drift: &Drift, seen: &Seen<'_>) -> Vec<Finding> {
    let finding = |kind, part: Option<&Deviation>| Finding {
        kind,
        address: drift.addr.to_string(),
        place: located(part.and_then(|part| part.span).or(drift.span), seen),
        part: part.cloned(),
        since: (seen.since)(&drift.addr),
    };
    if drift.after.is_null() {
        return vec![finding(Kind::Deleted, None)];
    }
    let parts = drift.parts.iter().filter(|part| part.argument);
    parts.map(|part| finding(Kind::Changed, Some(part))).collect()
}

fn pending(
    change: &ResourceChange,
    drift: Option<&Drift>,
    written: Option<&Decoded>,
    seen: &Seen<'_>,
) -> Vec<Finding> {
    let finding = |kind, part: Option<Deviation>| Finding {
        kind,
        address: change.addr.to_string(),
        place: located(part.as_ref().and_then(|part| part.span).or(change.span), seen),
        part,
        since: None,
    };
    if change.addr.resource.mode == Mode::Data {
        return Vec::new();
    }
    let mut found = Vec::new();
    if change.importing.is_some() {
        found.push(finding(Kind::Import, None));
    } else if change.previous.is_some() {
        found.push(finding(Kind::Move, None));
    }
    match change.action {
        Action::NoOp | Action::Read => {}
        Action::Create if change.reason == Reason::DeletedOutside => {}
        Action::Create => found.push(finding(Kind::Create, None)),
        Action::Delete => found.push(finding(Kind::Delete, None)),
        Action::Forget => found.push(finding(Kind::Forget, None)),
        Action::Update | Action::DeleteThenCreate | Action::CreateThenDelete => {
            let kind = if change.action.is_replace() {
                Kind::Replace
            } else {
                Kind::Update
            };
            let parts = changed(change, drift, written, seen);
            let undone = drift.is_some_and(|drift| drift.answered != Answered::No);
            if parts.is_empty() && !undone {
                found.push(finding(kind, None));
            }
            found.extend(parts.into_iter().map(|part| finding(kind, Some(part))));
        }
    }
    found
}

/// The arguments that a change changes, without those that it only changes back.
fn changed(
    change: &ResourceChange,
    drift: Option<&Drift>,
    written: Option<&Decoded>,
    seen: &Seen<'_>,
) -> Vec<Deviation> {
    let schema = seen.schemas.of(&change.addr.resource).map(|schema| &schema.block);
    let argument = |path: &crate::value::Path| {
        let attribute = schema.and_then(|schema| schema.attribute_at(path));
        attribute.is_none_or(Attribute::is_argument)
    };
    let outside = |path: &crate::value::Path| {
        let parts = drift.into_iter().flat_map(|drift| &drift.parts);
        parts
            .filter(|part| part.argument)
            .any(|part| path.starts_with(&part.path) || part.path.starts_with(path))
    };
    let differences = differences(&change.before, &change.after).into_iter();
    let own = differences.filter(|(path, ..)| argument(path) && !outside(path));
    own.filter_map(|(path, before, after)| {
        let config = written.map(|written| look(&written.value, &path));
        // An argument that the configuration leaves to the platform follows from the rest.
        let left = config.as_ref().is_some_and(|config| config.is_null());
        if left && !after.is_wholly_known() {
            return None;
        }
        let span = written.and_then(|written| place(&written.spans, &path));
        Some(Deviation {
            config,
            last: before.clone(),
            now: before,
            argument: true,
            span,
            path,
        })
    })
    .collect()
}

fn outputs(planned: &Planned) -> Vec<Finding> {
    let changed = planned
        .plan
        .outputs
        .iter()
        .filter(|output| output.action != Action::NoOp);
    let own = changed.filter(|output| {
        let node = ConfigNode::Output(ModuleAddr::root(), std::sync::Arc::clone(&output.name));
        output.action != Action::Update || !follows(planned, &node)
    });
    own.map(|output| Finding {
        kind: Kind::Output,
        address: format!("output.{}", output.name),
        part: None,
        place: None,
        since: None,
    })
    .collect()
}

/// Whether a value is made from an object that drifted or changes.
fn follows(planned: &Planned, node: &ConfigNode) -> bool {
    let plan = &planned.plan;
    let moved = |addr: &InstanceAddr| {
        plan.drift.iter().any(|drift| drift.addr == *addr)
            || plan
                .changes
                .iter()
                .any(|change| change.addr == *addr && change.action != Action::NoOp)
    };
    let moved_one = |resource: &crate::addr::ConfigResource| {
        plan.drift.iter().any(|drift| drift.addr.config() == *resource)
            || plan
                .changes
                .iter()
                .any(|change| change.addr.config() == *resource && change.action != Action::NoOp)
    };
    let mut seen = BTreeSet::new();
    let mut work = vec![node.clone()];
    while let Some(node) = work.pop() {
        if !seen.insert(node.clone()) {
            continue;
        }
        for need in planned.node_used.get(&node).into_iter().flatten() {
            match need {
                Need::Instance(addr) if moved(addr) => return true,
                Need::Resource(resource) if moved_one(resource) => return true,
                Need::Node(next) => work.push(next.clone()),
                Need::Instance(_) | Need::Resource(_) => {}
            }
        }
    }
    false
}

fn located(span: Option<Span>, seen: &Seen<'_>) -> Option<Place> {
    let span = span?;
    let file = seen.sources.file(span.file)?;
    let line = file.position(span.start).line;
    Some(Place {
        file: file.name().to_owned(),
        line,
        end: file.position(span.end).line.max(line),
    })
}
