//! `ping`, `status`, `logs`, `stats`, `start` and `stop`.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::pty::Pty;
use crate::town::Town;

#[test]
fn a_status_is_found_by_an_address_of_the_state_or_by_names() {
    let town = Town::applied();
    let id = town.instance();
    let whole = town.run(&["status", "giantswarm_app.hello"]).expect(0);
    for text in [
        "app hello: up",
        "  service web: up",
        "component redis: up (2 instances, 2 to",
        &id,
    ] {
        assert!(whole.out.contains(text), "{text}: {}", whole.out);
    }
    assert_eq!(town.run(&["status", "op_lab/dev/hello"]).expect(0).out, whole.out);
    town.run(&["status", "giantswarm_app.hello/web"])
        .expect(0)
        .says("service web: up")
        .never_says("redis");
    town.run(&["status", "giantswarm_app.hello/web/flask"])
        .expect(0)
        .says("component flask")
        .says("hello:1.0");
    let one = format!("op_lab/dev/hello/web/flask/{id}");
    town.run(&["status", &one])
        .expect(0)
        .says(&id)
        .never_says("component");
    town.run(&["status", "giantswarm_org.lab"])
        .expect(0)
        .says("dev          hello  up");
    town.run(&["status", "op_lab/dev", "-json"])
        .expect(0)
        .says("\"app\": \"hello\"");
    let json = town
        .run(&["status", "giantswarm_app.hello", "-json"])
        .expect(0)
        .out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["services"].as_array().unwrap().len(), 2);
}

#[test]
fn an_address_that_leads_nowhere_is_told_why() {
    let town = Town::applied();
    town.run(&["status", "giantswarm_app.helo"])
        .expect(1)
        .says("cli/no-instance")
        .says("giantswarm_app.hello");
    town.run(&["status", "op_lab/dev/other"])
        .expect(1)
        .says("cli/platform")
        .says("10008");
    town.run(&["status", "op_lab//hello"])
        .expect(1)
        .says("cli/bad-spot");
    town.run(&["logs", "giantswarm_org.lab"])
        .expect(1)
        .says("cli/bad-spot")
        .says("name an app");
    town.run(&["stats", "op_lab/dev/hello/web/flask/nobody"])
        .expect(1)
        .says("cli/bad-spot")
        .says("nobody");
    town.run(&["stop", "giantswarm_app.hello/web/flask"])
        .expect(1)
        .says("apps and services");
    town.run(&["status", "nobodys_org"]).expect(1).says("10008");
}

#[test]
fn a_ping_needs_no_login_and_tells_what_is_not_there() {
    let town = Town::new();
    town.run(&["ping"])
        .expect(0)
        .says("OK: the platform at")
        .says(&town.endpoint);
    town.run(&["ping", "-endpoint=ftp://x"])
        .expect(1)
        .says("http or https");
    let empty = crate::support::Place::new();
    empty.write("main.tf", "provider \"giantswarm\" {\n  endpoint = \"embedded\"\n}\n\nresource \"giantswarm_org\" \"a\" {\n  name = \"some_org\"\n}\n");
    empty.run(&["ping"]).expect(0).says("is up");
    empty.run(&["whoami"]).expect(0).says("swarmform");
}

#[test]
fn logs_are_labelled_where_there_are_several_and_cut_to_the_lines_asked_for() {
    let town = Town::applied();
    let one = town.run(&["logs", "giantswarm_app.hello/web"]).expect(0).out;
    assert!(one.contains(" - docker  - "), "{one}");
    assert!(!one.contains(" | "), "{one}");
    let last = town
        .run(&["logs", "-t", "1", "giantswarm_app.hello/web"])
        .expect(0)
        .out;
    assert_eq!(last.lines().count(), 1);
    let several = town
        .run(&["logs", "-t", "1", "giantswarm_app.hello"])
        .expect(0)
        .out;
    assert_eq!(several.lines().count(), 3, "{several}");
    assert!(several.lines().all(|line| line.contains(" | ")), "{several}");
    assert!(several.contains("web/flask/"), "{several}");
}

#[test]
fn logs_that_are_followed_go_on_until_the_instance_is_gone() {
    let town = Town::applied();
    let mut command = town.command(&["logs", "-f", "giantswarm_app.hello/web"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("docker"));
    town.run(&["destroy", "-auto-approve"]).expect(0);
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest:?}");
}

#[test]
fn what_an_instance_writes_cannot_steer_a_terminal() {
    let town = Town::applied();
    let args = [
        "exec",
        "-tty=false",
        "giantswarm_app.hello/web",
        "--",
        "echo",
        "a\u{1b}[2Jb",
    ];
    let (shown, code) = Pty::start(town.command(&args)).end();
    assert_eq!((shown.as_str(), code), ("a\\u001b[2Jb\r\n", 0));
    // A program gets the bytes as they are.
    assert_eq!(town.run(&args).expect(0).out, "a\u{1b}[2Jb\n");
}

#[test]
fn stats_have_a_line_for_each_instance() {
    let town = Town::applied();
    let table = town.run(&["stats", "giantswarm_app.hello"]).expect(0).out;
    assert_eq!(table.lines().count(), 4, "{table}");
    assert!(
        table.starts_with("INSTANCE") && table.contains("512 MB"),
        "{table}"
    );
    let json = town
        .run(&["stats", "-json", "giantswarm_app.hello/web"])
        .expect(0)
        .out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["ComponentName"], "hello/web/flask");
    assert_eq!(json[0]["instance"].as_str().unwrap(), town.instance());
}

#[test]
fn an_operator_stops_and_starts_and_the_next_plan_shows_it_as_drift() {
    let town = Town::applied();
    town.run(&["stop", "giantswarm_app.hello"])
        .expect(0)
        .says("The app op_lab/dev/hello is down.")
        .says("drift");
    town.run(&["plan", "-detailed-exitcode"])
        .expect(2)
        .says("Drift")
        .says("running");
    town.run(&["drift"]).expect(2).says("running");
    town.run(&["exec", "giantswarm_app.hello/web", "--", "true"])
        .expect(1)
        .says("cli/platform");
    town.run(&["start", "op_lab/dev/hello"]).expect(0).says("is up.");
    town.run(&["plan", "-detailed-exitcode"])
        .expect(0)
        .says("No changes.");
    town.run(&["stop", "giantswarm_app.hello/store"])
        .expect(0)
        .says("The service op_lab/dev/hello/store is down.");
    town.run(&["status", "op_lab/dev/hello/web"])
        .expect(0)
        .says("service web: up");
    town.run(&["start", "-wait=false", "giantswarm_app.hello/store"])
        .expect(0)
        .says("starting");
}
