//! The version of a component, the state of a service, the address and the password of the user: whatever happens to one of
//! the calls that make or change them, dead clients and lost answers above all, the next run without faults ends as if nothing
//! had happened. A password whose change was not answered is known by logging in with it, and never sent again blindly.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::proxy::{Fault, Mishap, Moment, Script};
use crate::scenario::{Parts, Run, Scenario, Stage};
use crate::world::Tally;
use crate::{compare, play};

fn stage(parts: Parts) -> Stage {
    Stage {
        parts: Some(parts),
        ..Stage::default()
    }
}

/// Two stages: everything is made, then everything is changed.
fn stages() -> Scenario {
    Scenario {
        stages: vec![
            stage(Parts {
                version: 1,
                running: true,
                email: 1,
                password: 1,
            }),
            stage(Parts {
                version: 2,
                running: false,
                email: 2,
                password: 2,
            }),
        ],
        parallelism: 1,
    }
}

const MISHAPS: [Mishap; 8] = [
    Mishap::Death(Moment::Sent),
    Mishap::Death(Moment::Done),
    Mishap::Death(Moment::Answered),
    Mishap::Fault(Fault::FailsAfter),
    Mishap::Fault(Fault::GatewayLost),
    Mishap::Fault(Fault::SilentAfter),
    Mishap::Fault(Fault::CutBefore),
    Mishap::Fault(Fault::Half),
];

#[test]
fn whatever_happens_to_a_call_of_the_newer_resources_one_run_later_all_is_as_it_should_be() {
    let calm = play(&stages(), &mut Tally::default()).unwrap();
    let next = AtomicU64::new(0);
    let all = Mutex::new((Tally::default(), 0));
    // The most calls that are no GET in one stage.
    const CALLS: u64 = 12;
    let cases = 2 * CALLS * MISHAPS.len() as u64;
    std::thread::scope(|threads| {
        for _ in 0..6 {
            threads.spawn(|| {
                loop {
                    let case = next.fetch_add(1, Ordering::SeqCst);
                    if case >= cases {
                        return;
                    }
                    let mishap = MISHAPS[case as usize % MISHAPS.len()];
                    let call = case / MISHAPS.len() as u64 % CALLS;
                    let at = (case / MISHAPS.len() as u64 / CALLS) as usize;
                    let mut scenario = stages();
                    scenario.stages[at].runs.push(Run {
                        script: Script {
                            mishap: Some((call, mishap)),
                            ..Script::default()
                        },
                        ..Run::default()
                    });
                    let mut tally = Tally::default();
                    let found = play(&scenario, &mut tally)
                        .unwrap_or_else(|reason| panic!("stage {at}, call {call}, {mishap:?}: {reason}"));
                    assert_eq!(found, calm, "stage {at}, call {call}, {mishap:?}");
                    let mut all = all.lock().unwrap();
                    all.0.add(&tally);
                    all.1 += 1;
                }
            });
        }
    });
    let (tally, played) = all.into_inner().unwrap();
    println!("{played} cases: {tally}");
    assert!(
        tally.died > 30 && tally.settled > 10 && tally.failed > 5,
        "{tally}"
    );
}

#[test]
fn a_client_that_dies_at_a_commit_settles_what_it_had_begun() {
    let mut tally = Tally::default();
    for at in 0..2 {
        for commit in 0..10 {
            for done in [false, true] {
                let mut scenario = stages();
                scenario.stages[at].runs.push(Run {
                    commit_crash: Some((commit, done)),
                    ..Run::default()
                });
                if let Err(reason) = compare(&scenario, &mut tally) {
                    panic!("stage {at}, commit {commit}, {done}: {reason}");
                }
            }
        }
    }
    println!("{tally}");
    assert!(tally.died > 10 && tally.settled > 5, "{tally}");
}
