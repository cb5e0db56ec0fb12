//! The log: what it tells of a run, where it goes, and that no secret is in it, in whatever place a secret can stand.

use std::path::Path;
use std::process::Stdio;

use crate::support::Ran;
use crate::town::Town;

/// Stands in every place where a secret can.
const SECRET: &str = "winter=Sesame-4711";

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn every_call_has_the_platforms_request_id_its_duration_and_its_codes() {
    let town = Town::new();
    town.login();
    town.run(&["-log=debug", "-log-path=log", "apply", "-auto-approve"])
        .expect(0)
        .never_says("INFO");
    let log = read(&town.place.path().join("log"));
    let call = log
        .lines()
        .find(|line| line.contains("\"POST\"") && line.contains("path=/v1/org/ "))
        .expect(&log);
    for part in ["call ", "status=200", "code=10003", "request=\"", "millis="] {
        assert!(call.contains(part), "{part}: {call}");
    }
    assert!(
        log.contains("step ends step=\"create\" addr=giantswarm_app.hello"),
        "{log}"
    );
    assert!(log.contains("command=\"apply\""), "{log}");
    let token: serde_json::Value = serde_json::from_str(&town.kept()).unwrap();
    assert!(!log.contains(token[&town.endpoint]["token"].as_str().unwrap()));
}

#[test]
fn the_variables_of_terraform_are_understood_and_levels_cut_off_what_is_below() {
    let town = Town::new();
    let run = |variables: &[(&str, &str)], args: &[&str]| {
        let mut command = town.command(args);
        command.envs(variables.iter().copied()).stdin(Stdio::null());
        Ran::from(command.output().unwrap())
    };
    run(&[("TF_LOG", "INFO")], &["ping"])
        .expect(0)
        .says("INFO swarmform");
    run(&[("TF_LOG", "WARN")], &["ping"])
        .expect(0)
        .never_says("swarmform::");
    run(&[("SWARMFORM_LOG", "off"), ("TF_LOG", "TRACE")], &["ping"])
        .expect(0)
        .never_says("TRACE");
    run(&[("TF_LOG", "DEBUG"), ("TF_LOG_PATH", "a")], &["ping"])
        .expect(0)
        .never_says("DEBUG");
    assert!(read(&town.place.path().join("a")).contains("path=/v1/ping"));
    run(
        &[("TF_LOG", "JSON"), ("SWARMFORM_LOG_PATH", "b")],
        &["ping", "-log-path=c"],
    )
    .expect(0);
    let first = read(&town.place.path().join("c"));
    let first: serde_json::Value = serde_json::from_str(first.lines().next().unwrap()).unwrap();
    assert_eq!(first["fields"]["command"], "ping");
    run(&[], &["-log=loud", "version"])
        .expect(1)
        .says("cli/usage")
        .says("trace, debug");
}

/// An app whose environment, organization and provider have secrets, and a resource of the other provider.
const MAIN: &str = r#"
variable "platform" {
  type = string
}

variable "given" {
  type      = string
  sensitive = true
}

variable "default" {
  type      = string
  default   = "winter=Sesame-4711"
  sensitive = true
}

provider "giantswarm" {
  endpoint = var.platform
  username = "swarmform"
  password = "PASSWORD"
}

resource "giantswarm_org" "lab" {
  name = "log_lab"
}

resource "giantswarm_app" "hello" {
  org  = giantswarm_org.lab.name
  env  = var.given
  name = "hello"

  service "web" {
    component "flask" {
      image = "redis:3"
      args  = ["--password", var.default]
      env   = { TOKEN = var.given, OTHER = sensitive("x winter=Sesame-4711 y") }
    }
  }
}

resource "terraform_data" "note" {
  input = { of = var.given }

  provisioner "local-exec" {
    command = "echo $SECRET; exit 3"
    environment = { SECRET = var.given }
  }
}

output "secret" {
  value     = var.given
  sensitive = true
}
"#;

#[test]
fn no_secret_is_in_a_log_whatever_is_done_and_wherever_it_stands() {
    let town = Town::new();
    town.place
        .write("main.tf", &MAIN.replace("PASSWORD", &town.password));
    let mut all = String::new();
    let mut run = |args: &[&str], code: i32| {
        let mut command = town.command(args);
        command
            .env("TF_LOG", "TRACE")
            .env("TF_LOG_PATH", "log")
            .env("TF_VAR_given", SECRET)
            .env("GIANTSWARM_TOKEN", SECRET)
            .stdin(Stdio::null());
        let ran = Ran::from(command.output().unwrap()).expect(code);
        all.push_str(&ran.all());
    };
    run(&["plan", "-calls", "-out=saved"], 0);
    // The command of the last resource fails, and everything else is done.
    run(&["apply", "-auto-approve"], 1);
    run(&["plan", "-json"], 0);
    run(&["drift"], 3);
    run(&["whoami"], 0);
    run(&["status", "giantswarm_app.hello"], 0);
    run(&["logs", "giantswarm_app.hello"], 0);
    run(&["exec", "giantswarm_app.hello", "--", "true"], 0);
    run(&["destroy", "-auto-approve"], 0);
    let log = read(&town.place.path().join("log"));
    assert!(
        log.contains("step ends step=\"create\" addr=giantswarm_app.hello"),
        "{log}"
    );
    let encoded = [
        "winter=Sesame-4711",
        "winter%3DSesame",
        "Sesame",
        town.password.as_str(),
    ];
    for secret in encoded {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
    let line = all.lines().find(|line| line.contains(&town.password));
    assert_eq!(line, None);
}
