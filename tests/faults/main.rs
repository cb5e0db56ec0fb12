//! The real provider against the real platform, with a proxy between them that does what goes wrong between machines:
//! refusals, failures before and after the deed, silence, cut connections, half answers, old answers; programs that die
//! and platforms that are restarted. Whatever happens, one run without faults later the platform is just as it is
//! without any, nothing is there twice or too much, and the next plan is empty.
//!
//! Some dozens of seeds; `SWARMFORM_SOAK=300` makes it 300, `SWARMFORM_SEED=N` plays one. A seed that fails is printed with
//! the smallest scenario that still fails.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::disallowed_macros
)]

#[path = "../support/chance.rs"]
mod chance;
mod parts;
mod proxy;
mod scenario;
mod single;
mod world;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use proxy::{Fault, Moment, Script};
use scenario::{App, Hand, Run, Scenario, Stage};
use world::{Tally, World};

pub const PASSWORD: &str = "only for this test";

/// Plays a scenario; what the platform holds after each stage, or what went wrong.
fn play(scenario: &Scenario, tally: &mut Tally) -> Result<Vec<String>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut world = World::new(scenario.parallelism).await;
        let mut after = Vec::new();
        for stage in &scenario.stages {
            let played = world.stage(stage).await;
            after.push(played.map_err(|reason| format!("stage {}: {reason}", after.len()))?);
        }
        tally.add(&world.tally());
        Ok(after)
    })
}

/// Plays a scenario with its faults and without, and holds the platforms against each other.
fn compare(scenario: &Scenario, tally: &mut Tally) -> Result<(), String> {
    let calm = play(&scenario.calm(), &mut Tally::default())
        .map_err(|reason| format!("without any fault: {reason}"))?;
    let faulty = play(scenario, tally)?;
    for (at, (calm, faulty)) in calm.iter().zip(&faulty).enumerate() {
        if calm != faulty {
            return Err(format!(
                "after stage {at} the platform holds\n{faulty}\nand without faults it holds\n{calm}"
            ));
        }
    }
    Ok(())
}

/// Plays a scenario; if it fails, fails with the smallest one found that does.
fn check(scenario: Scenario, what: &str, tally: &mut Tally) {
    let Err(mut reason) = compare(&scenario, tally) else {
        return;
    };
    println!("{what} fails: {reason}");
    let mut smallest = scenario;
    'smaller: loop {
        for candidate in smallest.smaller() {
            if let Err(why) = compare(&candidate, &mut Tally::default()) {
                (smallest, reason) = (candidate, why);
                continue 'smaller;
            }
        }
        panic!("{what} fails; the smallest scenario found that does is\n{smallest:#?}\n{reason}");
    }
}

#[test]
fn a_platform_behind_a_bad_network_ends_up_as_behind_a_good_one() {
    let (first, many) = match (chance::given_seed(), chance::soak()) {
        (Some(seed), _) => (seed, 1),
        (None, many) => (1, many.unwrap_or(36)),
    };
    let next = AtomicU64::new(first);
    let all = Mutex::new(Tally::default());
    std::thread::scope(|threads| {
        // They wait most of the time.
        for _ in 0..many.min(6) {
            threads.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= first + many {
                        return;
                    }
                    let mut tally = Tally::default();
                    check(Scenario::of(seed), &format!("SWARMFORM_SEED={seed}"), &mut tally);
                    all.lock().unwrap().add(&tally);
                }
            });
        }
    });
    let tally = all.into_inner().unwrap();
    println!("{many} seeds: {tally}");
    if many >= 36 {
        let missing: Vec<Fault> = Fault::ALL
            .into_iter()
            .filter(|fault| !tally.injected.contains_key(fault))
            .collect();
        assert_eq!(missing, [], "faults that never happened");
        assert!(
            tally.died > 0 && tally.settled > 0 && tally.restarts > 0,
            "{tally}"
        );
    }
}

fn one_app(scale: Option<u64>) -> Stage {
    let app = App {
        org: 0,
        tag: 0,
        hard: 0,
        running: true,
        scale,
    };
    Stage {
        orgs: BTreeMap::from([(0, [0].into())]),
        apps: BTreeMap::from([(0, app)]),
        ..Stage::default()
    }
}

#[test]
fn a_client_that_dies_at_any_request_loses_nothing_and_makes_nothing_twice() {
    // Every request of one small configuration, at each of its moments.
    let mut tally = Tally::default();
    let mut points = 0;
    for request in 0.. {
        let mut died = 0;
        for moment in [Moment::Sent, Moment::Done, Moment::Answered] {
            let mut stage = one_app(Some(3));
            stage.runs.push(Run {
                script: Script {
                    crash: Some((request, moment)),
                    ..Script::default()
                },
                ..Run::default()
            });
            let scenario = Scenario {
                stages: vec![stage, Stage::default()],
                parallelism: 1,
            };
            let mut this = Tally::default();
            if let Err(reason) = compare(&scenario, &mut this) {
                panic!("request {request}, {moment:?}: {reason}");
            }
            died += this.died;
            points += 1;
            tally.add(&this);
        }
        if died == 0 {
            break;
        }
    }
    println!("{points} crash points: {tally}");
    assert!(tally.died > 20 && tally.settled > 3, "{tally}");
}

#[test]
fn hands_that_meddle_between_runs_are_found_and_undone() {
    for hand in [
        Hand::DeleteApp(0),
        Hand::Scale(0),
        Hand::Stop(0),
        Hand::RemoveMember(0),
        Hand::DeleteOrg(0),
    ] {
        let mut second = one_app(Some(2));
        second.runs.push(Run {
            hands: vec![hand],
            restart: true,
            ..Run::default()
        });
        let scenario = Scenario {
            stages: vec![one_app(Some(2)), second],
            parallelism: 10,
        };
        if let Err(reason) = compare(&scenario, &mut Tally::default()) {
            panic!("{hand:?}: {reason}");
        }
    }
}

#[test]
fn reads_that_are_shared_give_the_same_plan_as_single_ones() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (mut shared, mut single) = (0, 0);
    for seed in 1..=chance::soak().unwrap_or(12) {
        let scenario = Scenario::of(seed);
        runtime.block_on(async {
            let mut world = World::new(10).await;
            for (stage, next) in scenario.stages.iter().zip(&scenario.stages[1..]) {
                let calm = Stage {
                    runs: Vec::new(),
                    ..stage.clone()
                };
                world.stage(&calm).await.unwrap();
                for hand in stage.runs.iter().flat_map(|run| &run.hands) {
                    world.meddle(stage, *hand).await;
                }
                let (expected, requests) = world.plan(next, false).await;
                single += requests;
                let (found, requests) = world.plan(next, true).await;
                shared += requests;
                assert_eq!(found, expected, "SWARMFORM_SEED={seed}");
            }
        });
    }
    println!("{shared} requests instead of {single}");
    assert!(shared < single);
}
