//! Conditions of a resource: what has to hold before and after something is done with one of its instances.
//!
//! It says which are judged where; how one turns out is `judge`'s.

use crate::addr::InstanceAddr;
use crate::config::{Condition, Resource};

use super::checks::{Checkable, Checked};
use super::judge::{Judged, judge};
use super::planner::Planner;
use super::scope::{Here, ModuleScope};

/// Postconditions of an object as planned or read.
pub(super) fn postconditions(planner: &mut Planner, declared: &Resource, addr: &InstanceAddr, here: Here) {
    conditions(planner, &declared.lifecycle.postconditions, addr, here);
}

/// How conditions of a resource turn out. While validating nobody knows whether it has any instance.
pub(super) fn judge_for(
    planner: &Planner,
    conditions: &[Condition],
    scope: &ModuleScope<'_>,
    addr: &InstanceAddr,
) -> Vec<Judged> {
    if conditions.is_empty() {
        return Vec::new();
    }
    let judged = judge(conditions, scope, &addr.to_string());
    match planner.evaluator.validating {
        true => judged.into_iter().map(Judged::undecided).collect(),
        false => judged,
    }
}

/// Judges conditions of an instance, and notes how they turned out.
pub(super) fn conditions(planner: &mut Planner, conditions: &[Condition], addr: &InstanceAddr, here: Here) {
    let judged = match planner.evaluator.scope(&planner.world, &addr.module) {
        Ok(scope) => judge_for(planner, conditions, &scope.with(here), addr),
        Err(faults) => return planner.faults.extend(faults),
    };
    let of = Checkable::Resource(addr.config());
    let faults = planner.world.note(&of, &Checked::Resource(addr.clone()), judged);
    planner.faults.extend(faults);
}
