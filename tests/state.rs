//! Sessions with the state: looking at it, changing it, workspaces, the lock, and what is about them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

mod support;

use std::io::Write;
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

/// Runs a command that reads this text from standard input.
fn answer(place: &Place, args: &[&str], text: &str) -> Ran {
    let mut command = place.command(args);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    Ran::from(child.wait_with_output().unwrap())
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
    answer(&place, &["state", "push", "-"], &state.to_string()).expect(0);
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
    answer(&place, &replace, "y\n")
        .expect(0)
        .says("- terraform\n  + other")
        .says("Nothing was changed.");
    answer(&place, &replace, "yes\n")
        .expect(0)
        .says("Successfully replaced provider for 6 resources.");
    assert_eq!(
        pulled(&place)["resources"][0]["provider"],
        "provider[\"terraform.io/builtin/other\"]"
    );
    assert_eq!(
        answer(&place, &replace, "").expect(0).out,
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
    answer(&place, &["force-unlock", &id], "no\n")
        .expect(1)
        .says("still held");
    answer(&place, &["force-unlock", &id], "yes\n")
        .expect(0)
        .says("has been released");
    drop(run.stdin.take());
    run.wait().unwrap();
    place.run(&["state", "rm", "terraform_data.a"]).expect(0);
}

#[test]
fn workspaces_have_states_of_their_own() {
    let place = Place::new();
    place.write(
        "main.tf",
        "output \"w\" {\n  value = terraform.workspace\n}\n\nresource \"terraform_data\" \"a\" {\n  count = \
         terraform.workspace == \"default\" ? 1 : 2\n}\n",
    );
    assert_eq!(place.run(&["workspace", "show"]).expect(0).out, "default\n");
    assert_eq!(place.run(&["workspace", "list"]).expect(0).out, "* default\n\n");
    place.run(&["apply", "-auto-approve"]).expect(0).says("1 added");
    place
        .run(&["workspace", "new", "dev"])
        .expect(0)
        .says("Created and switched to workspace \"dev\"!");
    place
        .run(&["workspace", "new", "dev"])
        .expect(1)
        .says("exists already");
    place.run(&["state", "list"]).expect(1).says("cli/no-state");
    // A run that changes nothing does not take the empty workspace away.
    place.run(&["plan"]).expect(0);
    assert_eq!(
        place.run(&["workspace", "list"]).expect(0).out,
        "  default\n* dev\n\n"
    );
    place.run(&["plan", "-out=p"]).expect(0);
    place
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("2 added")
        .says("w = \"dev\"");
    place
        .run(&["workspace", "delete", "dev"])
        .expect(1)
        .says("is selected");
    assert_eq!(
        place.run(&["workspace", "select", "default"]).expect(0).out,
        "Switched to workspace \"default\".\n"
    );
    assert_eq!(place.run(&["workspace", "select", "default"]).expect(0).out, "");
    place
        .run(&["apply", "p"])
        .expect(1)
        .says("made in the workspace \"dev\"");
    place.run(&["output", "-raw", "w"]).expect(0).says("default");
    place
        .run(&["workspace", "delete", "dev"])
        .expect(1)
        .says("  - terraform_data.a[1]");
    place.run(&["workspace", "delete", "default"]).expect(1);
    place
        .run(&["workspace", "select", "dex"])
        .expect(1)
        .says("Did you mean \"dev\"?");
    place
        .run(&["workspace", "delete", "-force", "dev"])
        .expect(0)
        .says("Deleted workspace \"dev\"!")
        .says("It was not empty");
    place
        .run(&["workspace", "delete", "dev"])
        .expect(1)
        .says("There is no workspace");
    place
        .run(&["workspace", "select", "-or-create", "next"])
        .expect(0)
        .says("Created and switched");
    for wrong in ["a/b", "", "..", "ä"] {
        place
            .run(&["workspace", "new", wrong])
            .expect(1)
            .says("cannot be the name");
    }
}

#[test]
fn a_run_in_a_workspace_that_changes_nothing_leaves_nothing() {
    let place = place();
    with(&place, ("TF_WORKSPACE", "env"), &["plan"]).expect(0);
    assert!(!place.path().join("state").exists());
}

#[test]
fn the_environment_overrides_which_workspace_is_selected() {
    let place = applied();
    let env = ("TF_WORKSPACE", "env");
    assert_eq!(with(&place, env, &["workspace", "show"]).expect(0).out, "env\n");
    with(&place, env, &["plan"]).expect(0).says("Plan: 6 to add");
    assert_eq!(place.run(&["workspace", "list"]).expect(0).out, "* default\n\n");
    with(&place, env, &["apply", "-auto-approve"]).expect(0);
    with(&place, env, &["workspace", "list"])
        .expect(0)
        .says("* env")
        .says("TF_WORKSPACE");
    assert_eq!(
        place.run(&["workspace", "list"]).expect(0).out,
        "* default\n  env\n\n"
    );
    for name in ["default", "env"] {
        with(&place, env, &["workspace", "select", name])
            .expect(1)
            .says("TF_WORKSPACE");
    }
    with(&place, ("TF_WORKSPACE", "a/b"), &["plan"])
        .expect(1)
        .says("cli/workspace");
    let data = ("TF_DATA_DIR", ".data");
    with(&place, data, &["workspace", "new", "other"]).expect(0);
    assert_eq!(
        std::fs::read_to_string(place.path().join(".data/environment")).unwrap(),
        "other"
    );
    assert_eq!(place.run(&["workspace", "show"]).expect(0).out, "default\n");
    let state = place.run(&["state", "pull"]).expect(0).out;
    place.write("state.json", &state);
    place
        .run(&["workspace", "new", "-state=state.json", "copy"])
        .expect(0);
    assert_eq!(listed(&place).lines().count(), 6);
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

/// Three runs: one instance, then another one and a changed secret, then the first is forgotten.
fn three_runs() -> Place {
    let place = Place::new();
    let text = |secret: &str, more: &str| {
        format!(
            "resource \"terraform_data\" \"vault\" {{\n  input = sensitive(\"{secret}\")\n}}\n{more}\noutput \"n\" {{\n  \
             value = {}\n}}\n",
            more.len()
        )
    };
    place.write("main.tf", &text("hunter1", ""));
    place.run(&["apply", "-auto-approve"]).expect(0);
    place.write(
        "main.tf",
        &text("hunter2", "resource \"terraform_data\" \"more\" {}"),
    );
    place.run(&["apply", "-auto-approve"]).expect(0);
    place.run(&["state", "rm", "terraform_data.vault"]).expect(0);
    place
}

#[test]
fn each_run_keeps_what_it_leaves_and_the_state_can_go_back() {
    let place = three_runs();
    let history = |place: &Place| -> Vec<String> {
        let told = place
            .run(&["state", "history"])
            .expect(0)
            .never_says("hunter")
            .out;
        let rows = told.lines().skip(1);
        rows.map(|row| {
            let words: Vec<&str> = row.split_whitespace().collect();
            format!("{} {}", words[0], words[3..].join(" "))
        })
        .collect()
    };
    assert_eq!(history(&place), ["3 state rm 1 1", "2 apply 2 1", "1 apply 1 1"]);
    place
        .run(&["state", "diff"])
        .expect(0)
        .says("# terraform_data.vault was removed")
        .says("Objects: 0 added, 0 changed, 1 removed.")
        .never_says("hunter");
    place
        .run(&["state", "diff", "1", "2"])
        .expect(0)
        .says("# terraform_data.more was added")
        .says("# terraform_data.vault has changed")
        .says("(sensitive value)")
        .says("~ n = 0 ->")
        .never_says("hunter");
    assert_eq!(
        place.run(&["state", "diff", "3", "now"]).expect(0).out,
        "No differences between 3 and now.\n"
    );
    for wrong in ["9", "x", "1@99"] {
        place
            .run(&["state", "restore", wrong])
            .expect(1)
            .says("cli/history");
    }

    answer(&place, &["state", "restore", "2"], "no\n")
        .expect(1)
        .says("# terraform_data.vault was added")
        .never_says("hunter");
    answer(&place, &["state", "restore", "2"], "yes\n")
        .expect(0)
        .says("its serial is 4 now");
    place.run(&["plan", "-detailed-exitcode"]).expect(0);
    place
        .run(&["state", "restore", "-auto-approve", "2"])
        .expect(0)
        .says("nothing was changed");
    assert_eq!(history(&place)[0], "4 state restore 2 1");
    let json: Value = serde_json::from_str(&place.run(&["state", "history", "-json"]).expect(0).out).unwrap();
    assert_eq!(json["history"][3]["operation"], "state restore");

    // Only as many are kept as is asked for.
    let keep = ("SWARMFORM_STATE_HISTORY", "2");
    with(&place, keep, &["state", "rm", "terraform_data.more"]).expect(0);
    assert_eq!(history(&place), ["5 state rm 1 1", "4 state restore 2 1"]);
    with(&place, ("SWARMFORM_STATE_HISTORY", "many"), &["state", "list"])
        .expect(1)
        .says("SWARMFORM_STATE_HISTORY");
}

#[test]
fn a_state_that_was_pushed_by_mistake_is_undone() {
    let place = three_runs();
    let before = pulled(&place);
    place.write(
        "wrong.json",
        "{\"version\":4,\"serial\":3,\"lineage\":\"another\",\"resources\":[]}",
    );
    place.run(&["state", "push", "-force", "wrong.json"]).expect(0);
    assert_eq!(listed(&place), "");
    let told = place.run(&["state", "history"]).expect(0).out;
    let names: Vec<&str> = told
        .lines()
        .filter_map(|row| row.split_whitespace().next())
        .filter(|name| name.starts_with("3@"))
        .collect();
    assert_eq!(names.len(), 2, "{told}");
    place
        .run(&["state", "restore", "-auto-approve", names[1]])
        .expect(0);
    let after = pulled(&place);
    assert_eq!(after["lineage"], before["lineage"]);
    assert_eq!(after["resources"], before["resources"]);
}
