//! The command `drift`: what it tells, what it ends with, and that it changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use serde_json::Value;
use swarmform::addr::parse_instance;
use swarmform::host::{SystemClock, SystemIds};
use swarmform::ports::StateStore;
use swarmform::state::{Deed, Event, Pending, Subject};
use swarmform::store::{self, Owner};

use crate::town::Town;

/// All files below a directory with their bytes.
fn bytes(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut work = vec![dir.to_owned()];
    while let Some(dir) = work.pop() {
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                work.push(path);
            } else {
                found.insert(path.display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    assert!(!found.is_empty());
    found
}

pub fn state(town: &Town) -> BTreeMap<String, Vec<u8>> {
    bytes(&town.place.path().join("state"))
}

pub fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn json(town: &Town, args: &[&str], code: i32) -> Value {
    let all = [&["drift", "-report", "json=-"], args].concat();
    let ran = town.run(&all).expect(code);
    json_of(&ran.out)
}

#[test]
fn the_five_exit_codes_and_not_a_byte_of_the_state() {
    let town = Town::applied();
    let before = state(&town);
    town.run(&["drift"])
        .expect(0)
        .says("No drift, and nothing is pending.");

    town.place
        .edit("main.tf", "username = \"grace\"", "username = \"linus\"");
    town.run(&["drift"])
        .expect(3)
        .says("Pending: changes of the configuration that are not applied")
        .says("# giantswarm_member.grace (main.tf:")
        .never_says("Drift: changed outside");

    town.move_image("2.0");
    town.run(&["drift"])
        .expect(4)
        .says("Drift: changed outside of swarmform")
        .says("Drift: 1; pending changes of the configuration: 1.");

    town.place
        .edit("main.tf", "username = \"linus\"", "username = \"grace\"");
    town.run(&["drift"])
        .expect(2)
        .says("service[\"web\"].component[\"flask\"].image")
        .says("last known to be in order: 20")
        .never_says("Pending");

    town.place.write("broken.tf", "resource {");
    town.run(&["drift"]).expect(1).says("broken.tf line 1");
    assert_eq!(state(&town), before);
}

#[test]
fn a_finding_has_all_that_is_known_of_it() {
    let town = Town::applied();
    town.move_image("2.0");
    let report = json(&town, &[], 2);
    let finding = &report["findings"][0];
    let image = |tag: &str| format!("registry.giantswarm.io/drift_lab/hello:{tag}");
    assert_eq!(finding["rule"], "drift/changed");
    assert_eq!(finding["address"], "giantswarm_app.hello");
    assert_eq!(
        finding["attribute"],
        "service[\"web\"].component[\"flask\"].image"
    );
    assert_eq!(finding["configuration"], image("1.0"));
    assert_eq!(finding["last_applied"], image("1.0"));
    assert_eq!(finding["platform_now"], image("2.0"));
    let text = fs::read_to_string(town.place.path().join("main.tf")).unwrap();
    let line = text.lines().position(|line| line.contains("image")).unwrap() + 1;
    assert_eq!(finding["source"]["file"], "main.tf");
    assert_eq!(finding["source"]["line"], line);
    assert_eq!(finding["last_in_order"]["serial"], 1);
    assert_eq!(report["checked"].as_array().unwrap().len(), 3);

    town.delete_app();
    let report = json(&town, &[], 2);
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    assert_eq!(report["findings"][0]["rule"], "drift/deleted");
    let line = text
        .lines()
        .position(|line| line.contains("\"giantswarm_app\""))
        .unwrap()
        + 1;
    assert_eq!(report["findings"][0]["source"]["line"], line);
}

#[test]
fn it_waits_for_no_lock_and_leaves_what_is_under_way() {
    let town = Town::applied();
    town.place
        .edit("main.tf", "username = \"grace\"", "username = \"linus\"");
    // A run that has the lock, and asks.
    let mut child = town
        .command(&["apply"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("Only 'yes'") {
        line.clear();
        assert!(out.read_line(&mut line).unwrap() > 0);
    }
    town.run(&["plan"]).expect(1).says("state/locked");
    let before = state(&town);
    town.run(&["drift"]).expect(3);
    assert_eq!(state(&town), before);
    child.stdin.take().unwrap().write_all(b"no\n").unwrap();
    out.read_to_string(&mut line).unwrap();
    child.wait().unwrap();
}

#[test]
fn an_operation_without_an_outcome_is_told_and_not_settled() {
    let town = Town::applied();
    let owner = Owner {
        who: "tester@here".to_owned(),
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds),
    };
    let subject = Subject {
        addr: parse_instance("giantswarm_member.grace").unwrap(),
        deposed: None,
    };
    let pending = Pending {
        deed: Deed::Delete,
        provider: Arc::from("giantswarm"),
        calls: vec!["POST /v1/org/drift_lab/members/remove".to_owned()],
        digest: Arc::from("0123456789abcdef"),
        wish: None,
    };
    town.runtime.block_on(async {
        let store = store::open(&town.place.path().join("state"), owner);
        let lock = store.lock("apply", std::time::Duration::ZERO).await.unwrap();
        let stored = store.read().await.unwrap();
        let events = [Event::Begin(subject, pending)];
        store
            .commit(&stored.lineage, stored.serial + 1, &events)
            .await
            .unwrap();
        drop(lock);
    });
    let before = state(&town);
    town.run(&["drift"])
        .expect(0)
        .says("before it knew how its delete of")
        .says("giantswarm_member.grace");
    assert_eq!(state(&town), before, "it is not settled");
    town.run(&["plan"]).expect(0).says("it is still there");
}

#[test]
fn known_drift_is_ignored_for_a_reason_and_for_a_time() {
    let town = Town::applied();
    town.move_image("2.0");
    let ignore = |rest: &str| {
        let text = format!(
            "ignore {{\n  address   = \"giantswarm_app.*\"\n  attribute = \"service[*].component[*].image\"\n{rest}}}\n"
        );
        town.place.write(".swarmform-drift.hcl", &text);
    };
    ignore("  reason = \"the robot rolls out\"\n  expires = \"2999-01-31\"\n");
    town.run(&["drift"])
        .expect(0)
        .says("Ignored: the robot rolls out")
        .says("ignored: 1.");
    let report = json(&town, &[], 0);
    assert_eq!(report["ignored"][0]["reason"], "the robot rolls out");

    ignore("  reason = \"the robot rolls out\"\n  expires = \"2020-01-31\"\n");
    town.run(&["drift"])
        .expect(2)
        .says("has expired on 2020-01-31")
        .says("the robot rolls out");

    ignore("");
    town.run(&["drift"])
        .expect(1)
        .says("cli/bad-ignore")
        .says("no \"reason\"");

    town.place.write(
        ".swarmform-drift.hcl",
        "ignore {\n  address = \"giantswarm_org.*\"\n  reason  = \"old\"\n}\n",
    );
    town.run(&["drift"])
        .expect(2)
        .says("matches no")
        .says(".swarmform-drift.hcl line 1");
    fs::remove_file(town.place.path().join(".swarmform-drift.hcl")).unwrap();
    town.run(&["drift", "-ignore", "gone.hcl"])
        .expect(1)
        .says("cli/file");
}

#[test]
fn what_nobody_manages_is_listed() {
    let town = Town::applied();
    town.run(&["drift", "-unmanaged"])
        .expect(0)
        .says("not managed: 0.");
    town.add_member("stranger");
    town.run(&["drift", "-unmanaged"])
        .expect(0)
        .says("giantswarm_member  drift_lab/stranger")
        .never_says("drift_lab/grace")
        .never_says("drift_lab/dev/hello");
    town.run(&["plan", "-unmanaged"])
        .expect(0)
        .says("giantswarm_member  drift_lab/stranger");
}

#[test]
fn any_number_of_reports_at_once() {
    let town = Town::applied();
    town.move_image("2.0");
    let all = [
        "text=r.txt",
        "json=r.json",
        "sarif=r.sarif",
        "junit=r.xml",
        "markdown=r.md",
        "gitlab=r.gitlab.json",
    ];
    let mut args = vec!["drift"];
    for report in all {
        args.extend(["-report", report]);
    }
    town.place.write("summary.md", "# Before\n");
    args.push("-report=github=summary.md");
    let ran = town.run(&args).expect(2).says("::warning file=main.tf,line=");
    assert!(ran.out.contains("Drift: changed outside"), "{}", ran.out);
    for report in all {
        let (_, file) = report.split_once('=').unwrap();
        let text = fs::read_to_string(town.place.path().join(file)).unwrap();
        assert!(text.contains("giantswarm_app.hello"), "{file}: {text}");
    }
    let summary = fs::read_to_string(town.place.path().join("summary.md")).unwrap();
    assert!(summary.starts_with("# Before\n## swarmform drift\n"), "{summary}");
    town.run(&["drift", "-report", "yaml=x"])
        .expect(1)
        .says("cli/usage")
        .says("sarif");
    town.run(&["drift", "-report", "json=no/such/dir"])
        .expect(1)
        .says("cli/file");
    if let Some(keep) = std::env::var_os("SWARMFORM_KEEP_REPORTS") {
        for (_, file) in all.iter().filter_map(|report| report.split_once('=')) {
            fs::copy(town.place.path().join(file), Path::new(&keep).join(file)).unwrap();
        }
    }
}
