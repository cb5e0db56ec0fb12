//! Sessions with the state: looking at it, changing it, its lock, and what is about it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

mod history;
#[path = "../support/mod.rs"]
mod support;
mod workspaces;

use std::process::Stdio;

use serde_json::Value;
use support::{Place, Ran};

const MAIN: &str = r#"
variable "secret" {
  default   = "hunter2"
  sensitive = true
}

resource "terraform_data" "a" {
  input = 1
}

resource "terraform_data" "m" {
  count = 2
  input = terraform_data.a.output
}

resource "terraform_data" "vault" {
  input = var.secret
}

module "p" {
  source = "./p"
}
"#;

const CHILD: &str = r#"
resource "terraform_data" "own" {}

module "c" {
  source = "./c"
}
"#;

fn place() -> Place {
    let place = Place::new();
    place.write("main.tf", MAIN);
    place.write("p/main.tf", CHILD);
    place.write("p/c/main.tf", "resource \"terraform_data\" \"deep\" {}\n");
    place
}

fn applied() -> Place {
    let place = place();
    place.run(&["apply", "-auto-approve"]).expect(0);
    place
}

fn listed(place: &Place) -> String {
    place.run(&["state", "list"]).expect(0).out
}

fn pulled(place: &Place) -> Value {
    serde_json::from_str(&place.run(&["state", "pull"]).expect(0).out).unwrap()
}

fn with(place: &Place, variable: (&str, &str), args: &[&str]) -> Ran {
    Ran::from(place.command(args).env(variable.0, variable.1).output().unwrap())
}

#[test]
fn without_a_state_there_is_nothing_to_look_at_or_to_change() {
    let place = place();
    for args in [
        &["state", "list"][..],
        &["state", "show", "terraform_data.a"],
        &["state", "rm", "terraform_data.a"],
        &["state", "mv", "terraform_data.a", "terraform_data.b"],
    ] {
        place.run(args).expect(1).says("cli/no-state");
    }
    assert_eq!(place.run(&["state", "pull"]).expect(0).out, "");
    assert!(!place.path().join("state").exists(), "looking makes nothing");
}

#[test]
fn the_list_goes_from_the_outside_in_and_is_narrowed_by_address_and_id() {
    let place = applied();
    let all = "terraform_data.a\nterraform_data.m[0]\nterraform_data.m[1]\nterraform_data.vault\n\
               module.p.terraform_data.own\nmodule.p.module.c.terraform_data.deep\n";
    assert_eq!(listed(&place), all);
    let narrow = |args: &[&str]| {
        let mut all = vec!["state", "list"];
        all.extend(args);
        place.run(&all)
    };
    assert_eq!(
        narrow(&["module.p.module.c", "terraform_data.m"]).expect(0).out,
        "module.p.module.c.terraform_data.deep\nterraform_data.m[0]\nterraform_data.m[1]\n"
    );
    let id = pulled(&place)["resources"][0]["instances"][0]["attributes"]["id"].clone();
    let found = narrow(&["-id", id.as_str().unwrap()]).expect(0).out;
    assert_eq!(found.lines().count(), 1);
    assert_eq!(narrow(&["-id=nope"]).expect(0).out, "");
    narrow(&["terraform_data.m[7]"]).expect(1).says("Did you mean");
    narrow(&["module.nope"]).expect(1).says("cli/no-instance");
    narrow(&["nonsense"]).expect(1).says("cli/bad-address");
}

#[test]
fn an_instance_a_resource_and_a_module_move() {
    let place = applied();
    let mv = |from: &str, to: &str| place.run(&["state", "mv", from, to]);
    let dry = place
        .run(&["state", "mv", "-dry-run", "module.p", "module.k[\"x\"]"])
        .expect(0);
    assert_eq!(
        dry.out,
        "Would move \"module.p\" to \"module.k[\\\"x\\\"]\"\n\
         Would move \"module.p.module.c\" to \"module.k[\\\"x\\\"].module.c\"\n"
    );
    assert_eq!(
        mv("terraform_data.a", "terraform_data.z").expect(0).out,
        "Move \"terraform_data.a\" to \"terraform_data.z\"\nSuccessfully moved 1 object(s).\n"
    );
    mv("terraform_data.m", "module.p.terraform_data.n").expect(0);
    mv("module.p", "module.k[\"x\"]")
        .expect(0)
        .says("moved 2 object(s)");
    assert_eq!(
        listed(&place),
        "terraform_data.vault\nterraform_data.z\nmodule.k[\"x\"].terraform_data.n[0]\n\
         module.k[\"x\"].terraform_data.n[1]\nmodule.k[\"x\"].terraform_data.own\n\
         module.k[\"x\"].module.c.terraform_data.deep\n"
    );
    // What depended on the moved instance depends on it under its new name.
    let state = pulled(&place);
    let moved = state["resources"]
        .as_array()
        .unwrap()
        .iter()
        .find(|resource| resource["name"] == "n");
    let on = &moved.unwrap()["instances"][0]["dependencies"];
    assert_eq!(on, &serde_json::json!(["terraform_data.z"]));
    for (from, to) in [
        ("terraform_data.nope", "terraform_data.b"),
        ("terraform_data.z", "terraform_data.vault"),
        ("terraform_data.z", "module.k"),
        ("terraform_data.z", "giantswarm_org.z"),
        ("module.nope", "module.z"),
    ] {
        mv(from, to).expect(1).says("cli/state-move");
    }
    place
        .run(&["plan"])
        .expect(0)
        .says("Plan: 5 to add, 0 to change, 5 to destroy.");
}

#[test]
fn something_moves_into_another_state() {
    let place = applied();
    place
        .run(&[
            "state",
            "mv",
            "-state-out=other",
            "terraform_data.a",
            "terraform_data.b",
        ])
        .expect(0);
    let other = place.run(&["state", "list", "-state=other"]).expect(0).out;
    assert_eq!(other, "terraform_data.b\n");
    assert!(!listed(&place).contains("terraform_data.a\n"));
    // The same directory is the same state.
    place
        .run(&[
            "state",
            "mv",
            "-state-out=./state",
            "terraform_data.m[0]",
            "terraform_data.n",
        ])
        .expect(0);
    assert!(listed(&place).contains("terraform_data.n\n"));
}

#[test]
fn instances_are_forgotten() {
    let place = applied();
    let rm = |args: &[&str]| {
        let mut all = vec!["state", "rm"];
        all.extend(args);
        place.run(&all)
    };
    assert_eq!(
        rm(&["-dry-run", "terraform_data.m", "terraform_data.m[0]"])
            .expect(0)
            .out,
        "Would remove terraform_data.m[0]\nWould remove terraform_data.m[1]\n"
    );
    assert_eq!(
        rm(&["-dry-run", "terraform_data.nope"]).expect(0).out,
        "Would have removed nothing.\n"
    );
    rm(&["terraform_data.nope"]).expect(1).says("cli/no-instance");
    assert_eq!(
        rm(&[
            "-backup=before.json",
            "module.p",
            "terraform_data.nope",
            "terraform_data.a"
        ])
        .expect(0)
        .out,
        "Removed module.p.terraform_data.own\nRemoved module.p.module.c.terraform_data.deep\n\
         Removed terraform_data.a\nSuccessfully removed 3 resource instance(s).\n"
    );
    rm(&[]).expect(1);
    assert_eq!(listed(&place).lines().count(), 3);
    // The backup is the state as it was, secrets included, for its owner alone.
    let before = std::fs::read_to_string(place.path().join("before.json")).unwrap();
    assert!(before.contains("hunter2") && before.contains("deep"));
    place.run(&["state", "push", "-force", "before.json"]).expect(0);
    assert_eq!(listed(&place).lines().count(), 6);
}

#[test]
fn a_state_goes_out_and_in_again_and_the_wrong_file_is_refused() {
    let place = applied();
    let state = pulled(&place);
    let change = |name: &str, edit: &dyn Fn(&mut Value)| {
        let mut state = state.clone();
        edit(&mut state);
        place.write(name, &state.to_string());
    };
    change("same.json", &|_| {});
    change("newer.json", &|state| state["serial"] = 7.into());
    change("older.json", &|state| state["serial"] = 0.into());
    change("edited.json", &|state| {
        state["resources"] = Value::Array(Vec::new())
    });
    change("other.json", &|state| state["lineage"] = "another".into());
    change("nameless.json", &|state| state["lineage"] = "".into());
    change("future.json", &|state| state["version"] = 5.into());
    let push = |args: &[&str]| {
        let mut all = vec!["state", "push"];
        all.extend(args);
        place.run(&all)
    };
    push(&["same.json"]).expect(0);
    for wrong in ["older.json", "edited.json", "other.json", "nameless.json"] {
        push(&[wrong]).expect(1).says("cli/state-conflict");
    }
    push(&["future.json"]).expect(1).says("cli/bad-state-file");
    push(&["main.tf"])
        .expect(1)
        .says("cli/bad-state-file")
        .never_says("hunter2");
    push(&["nope.json"]).expect(1).says("cli/file");
    assert_eq!(pulled(&place), state, "nothing was changed");
    push(&["newer.json"]).expect(0);
    assert_eq!(pulled(&place)["serial"], 7);
    push(&["-force", "other.json"]).expect(0);
    assert_eq!(pulled(&place)["lineage"], "another");
    push(&["-force", "edited.json"]).expect(0);
    assert_eq!(listed(&place), "");
    // A state that holds nothing is replaced by any.
    place
        .answer(&["state", "push", "-"], &state.to_string())
        .expect(0);
    assert_eq!(listed(&place).lines().count(), 6);
}

#[test]
fn secrets_are_hidden_but_in_what_is_made_to_hold_them() {
    let place = applied();
    place
        .run(&["state", "show", "terraform_data.vault"])
        .expect(0)
        .says("(sensitive value)")
        .never_says("hunter2");
    place.run(&["show"]).expect(0).never_says("hunter2");
    place.run(&["state", "pull"]).expect(0).says("hunter2");
}

#[test]
fn a_provider_is_replaced_after_a_yes() {
    let place = applied();
    let replace = ["state", "replace-provider", "terraform", "acme/other"];
    place
        .answer(&replace, "y\n")
        .expect(0)
        .says("- terraform\n  + other")
        .says("Nothing was changed.");
    place
        .answer(&replace, "yes\n")
        .expect(0)
        .says("Successfully replaced provider for 6 resources.");
    assert_eq!(
        pulled(&place)["resources"][0]["provider"],
        "provider[\"terraform.io/builtin/other\"]"
    );
    assert_eq!(
        place.answer(&replace, "").expect(0).out,
        "No matching resources found.\n"
    );
    place
        .run(&["state", "replace-provider", "bad!name", "other"])
        .expect(1)
        .says("is not the address of a provider");
    place
        .run(&[
            "state",
            "replace-provider",
            "-auto-approve",
            "registry.example.com/acme/other",
            "terraform",
        ])
        .expect(0);
    place.run(&["plan", "-detailed-exitcode"]).expect(0);
}

#[test]
fn the_lock_is_taken_from_its_holder_by_its_id_alone() {
    let place = applied();
    place
        .run(&["force-unlock", "-force", "x"])
        .expect(1)
        .says("Nobody holds the lock");
    // A run that waits for an answer holds the lock.
    place.write("main.tf", &MAIN.replace("input = 1", "input = 2"));
    let mut run = place
        .command(&["apply"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let lock = place.path().join("state/lock.json");
    let id = loop {
        let text = std::fs::read_to_string(&lock).unwrap_or_default();
        if let Ok(info) = serde_json::from_str::<Value>(&text) {
            break info["id"].as_str().unwrap().to_owned();
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    place
        .run(&["state", "rm", "terraform_data.a"])
        .expect(1)
        .says("state/locked");
    place
        .run(&["force-unlock", "-force", "wrong"])
        .expect(1)
        .says(&id)
        .says("apply");
    place
        .answer(&["force-unlock", &id], "no\n")
        .expect(1)
        .says("still held");
    place
        .answer(&["force-unlock", &id], "yes\n")
        .expect(0)
        .says("has been released");
    drop(run.stdin.take());
    run.wait().unwrap();
    place.run(&["state", "rm", "terraform_data.a"]).expect(0);
}

#[test]
fn refreshing_takes_over_what_is_there_and_changes_nothing_else() {
    place()
        .run(&["refresh"])
        .expect(0)
        .says("there is nothing to read again");
    let place = applied();
    place
        .run(&["refresh"])
        .expect(0)
        .says("Resources: 0 added, 0 changed, 0 destroyed.");
    place
        .run(&["refresh", "-replace=terraform_data.a"])
        .expect(1)
        .says("makes no sense");
}

#[test]
fn modules_providers_and_functions_are_told() {
    let place = applied();
    assert_eq!(place.run(&["get"]).expect(0).out, "- p in p\n- p.c in p/c\n");
    assert_eq!(
        place.run(&["modules", "-json"]).expect(0).out,
        "{\"format_version\":\"1.0\",\"modules\":[{\"key\":\"p\",\"source\":\"./p\",\"version\":\"\"},\
         {\"key\":\"c\",\"source\":\"./c\",\"version\":\"\"}]}\n"
    );
    place
        .run(&["modules"])
        .expect(0)
        .says(".\n└── \"p\"[./p]\n    └── \"c\"[./c]\n");
    place.run(&["providers"]).expect(0).says(
        ".\n├── provider[terraform.io/builtin/terraform]\n└── module.p\n    ├── \
         provider[terraform.io/builtin/terraform]\n    └── module.c\n",
    );
    let told = place.run(&["metadata", "functions", "-json"]).expect(0).out;
    let functions: Value = serde_json::from_str(&told).unwrap();
    let signatures = &functions["function_signatures"];
    assert_eq!(
        signatures["core::lookup"]["variadic_parameter"]["is_nullable"],
        true
    );
    assert_eq!(
        signatures["cidrsubnets"]["return_type"],
        serde_json::json!(["list", "string"])
    );
    place.run(&["metadata", "functions"]).expect(1);
}
