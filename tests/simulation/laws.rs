//! Laws of planning, over the configurations that seeds give.

use std::collections::BTreeSet;

use swarmform::addr::parse_target;
use swarmform::plan::change::{Action, PlanMode};
use swarmform::plan::digest;
use swarmform::plan::planner::{PlanOptions, Planned};
use swarmform::plan::steps::StepKind;

use crate::scenario::{Scenario, Stage};
use crate::{Bench, inputs, rounds};

/// Two configurations; the first one is applied.
struct Case {
    bench: Bench,
    before: Stage,
    after: Stage,
}

fn cases() -> impl Iterator<Item = Case> {
    (1..1 + rounds(60)).map(|seed| {
        let mut stages = Scenario::of(seed, 7).stages;
        let mut after = stages.remove(1);
        let mut before = stages.remove(0);
        before.runs.clear();
        after.runs.clear();
        let bench = Bench::new(3);
        bench.stage(&before).unwrap();
        Case { bench, before, after }
    })
}

impl Case {
    fn plan(&self, files: Vec<(String, String)>, options: PlanOptions) -> Planned {
        self.bench.world.begin(Default::default());
        let session = self.bench.engine();
        let session = self.bench.runtime.block_on(session.plan(&inputs(files), options));
        session
            .unwrap_or_else(|refused| panic!("{:#?}", refused.faults))
            .planned
    }

    fn plan_after(&self, options: PlanOptions) -> Planned {
        self.plan(vec![("main.tf".to_owned(), self.after.text())], options)
    }
}

fn print(planned: &Planned) -> String {
    planned.plan.steps.print(&planned.plan.changes)
}

/// The digest of what a configuration of several files would do.
fn digest_of(case: &Case, files: Vec<(String, String)>) -> String {
    case.bench.world.begin(Default::default());
    let (engine, inputs) = (case.bench.engine(), inputs(files));
    let session = case
        .bench
        .runtime
        .block_on(engine.plan(&inputs, PlanOptions::default()));
    let session = session.unwrap_or_else(|refused| panic!("{:#?}", refused.faults));
    digest::of(&session.planned, &inputs.sources)
}

fn in_one(text: String) -> Vec<(String, String)> {
    vec![("main.tf".to_owned(), text)]
}

#[test]
fn the_digest_is_the_same_for_the_same_plan_however_it_is_written() {
    for case in cases() {
        let text = case.after.text();
        let expected = digest_of(&case, in_one(text.clone()));
        assert!(digest::is_digest(&expected), "{expected}");
        assert_eq!(digest_of(&case, in_one(text.clone())), expected);
        let mut blocks: Vec<String> = text.split_inclusive("\n}\n").map(str::to_owned).collect();
        blocks.reverse();
        assert_eq!(digest_of(&case, in_one(blocks.concat())), expected);
        let many = blocks.into_iter().enumerate();
        let many = many.map(|(at, block)| (format!("{at}.tf"), block)).collect();
        assert_eq!(digest_of(&case, many), expected);
    }
}

#[test]
fn the_digest_is_another_one_for_each_other_planned_value() {
    let mut compared = 0;
    for case in cases() {
        let mut seen = BTreeSet::from([digest_of(&case, in_one(case.after.text()))]);
        for index in case.after.resources.keys() {
            let mut other = case.after.clone();
            // No size of the scenarios, neither in a configuration nor on the platform.
            other.resources.get_mut(index).unwrap().size = 1000;
            let other = digest_of(&case, in_one(other.text()));
            assert!(seen.insert(other), "r{index} of {}", case.after.text());
            compared += 1;
        }
    }
    assert!(compared > 0);
}

#[test]
fn planning_changes_nothing_and_comes_to_the_same_twice() {
    for case in cases() {
        let (objects, state) = (case.bench.world.objects(false), case.bench.store.state());
        let first = print(&case.plan_after(PlanOptions::default()));
        let second = print(&case.plan_after(PlanOptions::default()));
        assert_eq!(first, second);
        assert_eq!(case.bench.world.objects(false), objects);
        assert_eq!(case.bench.store.state(), state);
    }
}

#[test]
fn steps_stand_in_an_order_in_which_each_comes_after_its_needs() {
    for case in cases() {
        let planned = case.plan_after(PlanOptions::default());
        for (at, step) in planned.plan.steps.steps.iter().enumerate() {
            assert!(step.needs.iter().all(|need| *need < at), "{}", print(&planned));
        }
    }
}

#[test]
fn the_order_of_blocks_and_files_means_nothing() {
    for case in cases() {
        let expected = print(&case.plan_after(PlanOptions::default()));
        let text = case.after.text();
        let mut blocks: Vec<String> = text.split_inclusive("\n}\n").map(str::to_owned).collect();
        blocks.reverse();
        let one = vec![("main.tf".to_owned(), blocks.concat())];
        assert_eq!(print(&case.plan(one, PlanOptions::default())), expected);
        let many = blocks.into_iter().enumerate();
        let many = many.map(|(at, block)| (format!("{at}.tf"), block)).collect();
        assert_eq!(print(&case.plan(many, PlanOptions::default())), expected);
    }
}

/// Where each resource is made or deleted.
fn places(planned: &Planned, of: impl Fn(&StepKind) -> bool) -> Vec<usize> {
    let steps = planned.plan.steps.steps.iter();
    let changes = steps
        .filter(|step| of(&step.kind))
        .filter_map(|step| step.kind.change());
    let name = |at: usize| planned.plan.changes[at].addr.resource.name[1..].parse().unwrap();
    changes.map(name).collect()
}

#[test]
fn destroying_goes_the_opposite_way_of_making() {
    for case in cases() {
        let options = PlanOptions {
            mode: PlanMode::Destroy,
            ..PlanOptions::default()
        };
        let planned = case.plan(vec![("main.tf".to_owned(), case.before.text())], options);
        let deleted = places(&planned, |kind| matches!(kind, StepKind::Delete(..)));
        assert_eq!(deleted.len(), case.before.resources.len());
        let at = |index: usize| deleted.iter().position(|found| *found == index).unwrap();
        for (index, resource) in &case.before.resources {
            assert!(
                resource.uses.iter().all(|used| at(*used) > at(*index)),
                "{}",
                print(&planned)
            );
        }

        let fresh = Bench::new(3);
        let fresh = Case {
            bench: fresh,
            before: Stage::default(),
            after: case.before.clone(),
        };
        let planned = fresh.plan_after(PlanOptions::default());
        let made = places(&planned, |kind| matches!(kind, StepKind::Create(_)));
        let at = |index: usize| made.iter().position(|found| *found == index).unwrap();
        for (index, resource) in &case.before.resources {
            assert!(
                resource.uses.iter().all(|used| at(*used) < at(*index)),
                "{}",
                print(&planned)
            );
        }
    }
}

#[test]
fn a_target_touches_only_what_it_depends_on() {
    let mut left_out = 0;
    for case in cases() {
        for target in case.after.resources.keys().copied() {
            // By the new configuration, and by the old one for what the state still says.
            let mut reached = BTreeSet::from([target]);
            let mut work = vec![target];
            while let Some(index) = work.pop() {
                for stage in [&case.before, &case.after] {
                    for used in stage
                        .resources
                        .get(&index)
                        .into_iter()
                        .flat_map(|found| &found.uses)
                    {
                        if reached.insert(*used) {
                            work.push(*used);
                        }
                    }
                }
            }
            let options = PlanOptions {
                targets: vec![parse_target(&format!("thing_one.r{target}")).unwrap()],
                ..PlanOptions::default()
            };
            let planned = case.plan_after(options);
            for change in &planned.plan.changes {
                let index: usize = change.addr.resource.name[1..].parse().unwrap();
                let touched = change.action != Action::NoOp;
                assert!(
                    !touched || reached.contains(&index),
                    "r{target}: {}",
                    print(&planned)
                );
            }
            left_out += case.after.resources.len().saturating_sub(reached.len());
        }
    }
    assert!(left_out > 0);
}

#[test]
fn what_is_excluded_and_what_depends_on_it_is_never_touched() {
    let (mut left_out, mut touched) = (0, 0);
    for case in cases() {
        let all: BTreeSet<usize> = [&case.before, &case.after]
            .into_iter()
            .flat_map(|stage| stage.resources.keys().copied())
            .collect();
        for mode in [PlanMode::Normal, PlanMode::Destroy, PlanMode::RefreshOnly] {
            for excluded in all.iter().copied() {
                // By the new configuration, and by the old one for what the state still says.
                let mut reached = BTreeSet::from([excluded]);
                loop {
                    let many = reached.len();
                    for stage in [&case.before, &case.after] {
                        for (index, resource) in &stage.resources {
                            if resource.uses.iter().any(|used| reached.contains(used)) {
                                reached.insert(*index);
                            }
                        }
                    }
                    if reached.len() == many {
                        break;
                    }
                }
                let options = PlanOptions {
                    mode,
                    excludes: vec![parse_target(&format!("thing_one.r{excluded}")).unwrap()],
                    ..PlanOptions::default()
                };
                let planned = case.plan_after(options);
                let index = |change: &swarmform::plan::change::ResourceChange| -> usize {
                    change.addr.resource.name[1..].parse().unwrap()
                };
                for change in planned
                    .plan
                    .changes
                    .iter()
                    .filter(|change| change.action != Action::NoOp)
                {
                    assert!(
                        !reached.contains(&index(change)),
                        "r{excluded}: {}",
                        print(&planned)
                    );
                    touched += 1;
                }
                // Nothing goes that something needs which stays.
                let gone: BTreeSet<usize> = planned
                    .plan
                    .changes
                    .iter()
                    .filter(|change| change.action == Action::Delete)
                    .map(index)
                    .collect();
                for kept in case
                    .before
                    .resources
                    .iter()
                    .filter(|(at, _)| reached.contains(at))
                {
                    assert!(
                        kept.1.uses.iter().all(|used| !gone.contains(used)),
                        "r{excluded}, {mode:?}: {}",
                        print(&planned)
                    );
                }
                assert!(planned.plan.partial);
                left_out += reached.len();
            }
        }
    }
    assert!(left_out > 0 && touched > 0);
}

#[test]
fn a_plan_that_was_applied_leaves_nothing_to_do() {
    for case in cases() {
        case.bench.stage(&case.after).unwrap();
        let planned = case.plan_after(PlanOptions::default());
        assert!(planned.plan.is_empty(), "{}", print(&planned));
        let written = planned
            .plan
            .changes
            .iter()
            .all(|change| change.action == Action::NoOp);
        assert!(
            written && planned.plan.steps.effects() == 0,
            "{}",
            print(&planned)
        );
    }
}
