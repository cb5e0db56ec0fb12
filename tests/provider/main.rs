//! The provider `giantswarm` against the embedded platform: plan, apply, read, plan again.
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

mod apps;
mod bench;
mod checks;

use bench::*;
use std::path::Path as FilePath;
use std::sync::Arc;

use swarmform::plan::semantics::Semantics;
use swarmform::platform::embedded;
use swarmform::ports::Provider;
use swarmform::provider::Environment;
use swarmform::value::{Key, Marks, PathStep, Value};
use tokio::sync::Mutex;

const ORG: &str = r#"{"name":"bantic"}"#;

#[tokio::test]
async fn organizations_and_members_come_and_go() {
    let bench = Bench::new().await;
    let org = bench.make("giantswarm_org", &null(), ORG).await;
    assert_eq!(attribute(&org, "id"), "bantic");
    assert_eq!(attribute(&org, "default_cluster"), "alpha.private.giantswarm.io");
    bench.assert_settled("giantswarm_org", &org, ORG).await;

    let again = bench.apply("giantswarm_org", &null(), ORG).await;
    assert_eq!(fault(&again), "Already exists");
    assert!(again.applied.state.is_null());

    let ann = r#"{"org":"bantic","username":"ann"}"#;
    let member = bench.make("giantswarm_member", &null(), ann).await;
    assert_eq!(attribute(&member, "id"), "bantic/ann");
    bench.assert_settled("giantswarm_member", &member, ann).await;
    let again = bench.apply("giantswarm_member", &null(), ann).await;
    assert_eq!(fault(&again), "Already exists");
    let nowhere = bench
        .apply(
            "giantswarm_member",
            &null(),
            r#"{"org":"nowhere","username":"ann"}"#,
        )
        .await;
    assert_eq!(fault(&nowhere), "Organization not found");

    let import = bench
        .provider
        .import("giantswarm_member", "bantic/ann")
        .await
        .unwrap()
        .unwrap();
    assert!(same(&import, &member));
    assert!(
        bench
            .provider
            .import("giantswarm_member", "bantic/bob")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        bench
            .provider
            .import("giantswarm_member", "bantic")
            .await
            .is_err()
    );

    bench.drop_object("giantswarm_member", &member).await;
    bench.drop_object("giantswarm_org", &org).await;
    // Gone already is gone.
    let applied = bench.order("giantswarm_member", &member, &null(), &null()).await;
    assert!(applied.error.is_none() && applied.state.is_null());
    let applied = bench.order("giantswarm_org", &org, &null(), &null()).await;
    assert!(applied.error.is_none() && applied.state.is_null());
    bench.provider.close().await;
}

#[tokio::test]
async fn the_user_shuts_nobody_out_but_others() {
    let bench = Bench::new().await;
    let org = bench.make("giantswarm_org", &null(), ORG).await;
    let me = bench.config("giantswarm_member", r#"{"org":"bantic","username":"swarmform"}"#);
    let faults = bench.plan("giantswarm_member", &null(), &me).unwrap_err();
    assert_eq!(faults[0].summary, "Already a member");
    let imported = bench
        .provider
        .import("giantswarm_member", "bantic/swarmform")
        .await
        .unwrap()
        .unwrap();
    let (_, faults) = bench.provider.plan_delete("giantswarm_member", &imported);
    assert!(!faults[0].warning);
    let kept = bench
        .order("giantswarm_member", &imported, &null(), &null())
        .await;
    assert_eq!(kept.error.unwrap().summary, "The user's own membership");
    assert!(same(&kept.state, &imported));
    let own = bench.config("giantswarm_org", r#"{"name":"swarmform"}"#);
    let (_, faults) = bench.provider.plan_delete("giantswarm_org", &own);
    assert!(!faults[0].warning);
    bench.drop_object("giantswarm_org", &org).await;
}

#[tokio::test]
async fn members_of_one_organization_cost_one_call_when_read_together() {
    let bench = Bench::new().await;
    bench.make("giantswarm_org", &null(), ORG).await;
    let mut members = Vec::new();
    for number in 0..8 {
        let text = format!(r#"{{"org":"bantic","username":"user{number}"}}"#);
        members.push(bench.make("giantswarm_member", &null(), &text).await);
    }
    bench.provider.invalidate();
    let before = bench.provider.calls_made();
    let reads = members
        .iter()
        .map(|member| bench.provider.read("giantswarm_member", member));
    for read in futures::future::join_all(reads).await {
        assert!(read.unwrap().is_some());
    }
    assert_eq!(bench.since(before), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_organizations_cost_two_calls_each_and_one_when_read() {
    use futures::StreamExt;
    let bench = Bench::new().await;
    let numbers = |bench| futures::stream::iter((0..1000).map(move |number| (bench, number)));
    let before = bench.provider.calls_made();
    let start = std::time::Instant::now();
    let made: Vec<Value> = numbers(&bench)
        .map(async |(bench, number)| {
            let text = format!(r#"{{"name":"org_{number:04}"}}"#);
            bench.make("giantswarm_org", &null(), &text).await
        })
        .buffer_unordered(10)
        .collect()
        .await;
    println!("created in {:?}", start.elapsed());
    assert_eq!(bench.since(before), (1000, 1000));
    bench.provider.invalidate();
    let before = bench.provider.calls_made();
    let start = std::time::Instant::now();
    let read: Vec<bool> = futures::stream::iter(&made)
        .map(|org| async {
            bench
                .provider
                .read("giantswarm_org", org)
                .await
                .unwrap()
                .is_some()
        })
        .buffer_unordered(10)
        .collect()
        .await;
    println!("read in {:?}", start.elapsed());
    assert!(read.into_iter().all(|found| found));
    assert_eq!(bench.since(before), (1000, 0));
}
