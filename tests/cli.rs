//! Sessions at the command line: what commands print, ask, refuse, and end with.
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

/// Two resources that need no platform, a variable and outputs.
const MAIN: &str = r#"
variable "name" {
  type    = string
  default = "lab"
}

variable "secret" {
  type      = string
  default   = "hunter2"
  sensitive = true
}

resource "terraform_data" "first" {
  input = { name = var.name, secret = var.secret }
}

resource "terraform_data" "second" {
  input = terraform_data.first.id
}

output "name" {
  value = terraform_data.first.input.name
}

output "list" {
  value = [1, 2]
}

output "secret" {
  value     = var.secret
  sensitive = true
}
"#;

fn place() -> Place {
    let place = Place::new();
    place.write("main.tf", MAIN);
    place
}

/// Runs a command that reads this text from standard input.
fn answer(place: &Place, args: &[&str], text: &str) -> Ran {
    let mut command = place.command(args);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that does not ask may be gone already.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    Ran::from(child.wait_with_output().unwrap())
}

fn lines(ran: &Ran) -> Vec<Value> {
    ran.out
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect()
}

#[test]
fn a_plan_ends_with_a_code_that_says_whether_it_is_empty() {
    let place = place();
    place
        .run(&["plan"])
        .expect(0)
        .says("Plan: 2 to add, 0 to change, 0 to destroy.")
        .never_says("hunter2");
    place.run(&["plan", "-detailed-exitcode"]).expect(2);
    place
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("Apply complete! Resources: 2 added, 0 changed, 0 destroyed.");
    place
        .run(&["plan", "-detailed-exitcode"])
        .expect(0)
        .says("No changes.");
    place
        .run(&["plan", "-detailed-exitcode", "-var", "name=other"])
        .expect(2)
        .says("~ name   = \"lab\" -> \"other\"");
    place
        .run(&["plan", "-detailed-exitcode", "-var", "nope=1"])
        .expect(1)
        .says("cli/undeclared-variable");
}

#[test]
fn only_yes_approves() {
    let place = place();
    for refusal in ["no\n", "y\n", "YES\n", "\n"] {
        answer(&place, &["apply"], refusal)
            .expect(1)
            .says("Only 'yes' will be accepted")
            .says("Apply cancelled.");
    }
    answer(&place, &["apply"], "").expect(1).says("cli/no-approval");
    place
        .run(&["apply", "-input=false"])
        .expect(1)
        .says("cli/no-approval")
        .never_says("Enter a value");
    place.run(&["state", "list"]).expect(1).says("cli/no-state");
    answer(&place, &["apply"], "yes\n").expect(0).says("2 added");
    answer(&place, &["destroy"], "no\n")
        .expect(1)
        .says("Do you really want to destroy")
        .says("Destroy cancelled.");
    answer(&place, &["destroy"], "yes\n")
        .expect(0)
        .says("Destroy complete! Resources: 2 destroyed.");
}

#[test]
fn a_saved_plan_is_carried_out_as_it_was_shown_and_only_once() {
    let place = place();
    place
        .run(&["plan", "-out=p", "-var", "name=saved"])
        .expect(0)
        .says("Saved the plan to: p")
        .says("swarmform apply \"p\"");
    place.edit("main.tf", "[1, 2]", "[1, 2, 3]");
    place
        .run(&["show", "p"])
        .expect(0)
        .says("+ name   = \"saved\"")
        .never_says("hunter2");
    let json: Value = serde_json::from_str(&place.run(&["show", "-json", "p"]).expect(0).out).unwrap();
    assert_eq!(json["variables"]["name"]["value"], "saved");
    assert_eq!(json["resource_changes"].as_array().unwrap().len(), 2);
    place
        .run(&["graph", "-plan=p"])
        .expect(0)
        .says("create terraform_data.second");
    place
        .run(&["apply", "-var", "name=x", "p"])
        .expect(1)
        .says("-var cannot be given with it");
    place
        .run(&["apply", "p"])
        .expect(1)
        .says("plan/stale")
        .says("- main.tf (changed)");
    place.edit("main.tf", "[1, 2, 3]", "[1, 2]");
    place.write("more.tf", "");
    place.run(&["apply", "p"]).expect(1).says("- more.tf (added)");
    std::fs::remove_file(place.path().join("more.tf")).unwrap();
    place
        .run(&["apply", "p"])
        .expect(0)
        .says("2 added")
        .says("name = \"saved\"");
    assert_eq!(place.run(&["output", "-json", "list"]).expect(0).out, "[1,2]\n");
    place
        .run(&["apply", "p"])
        .expect(1)
        .says("plan/stale")
        .says("- terraform_data.first (added)")
        .says("- output.name (added)");
    place.run(&["apply", "main.tf"]).expect(1).says("plan/bad-file");
    place.run(&["apply", "none"]).expect(1).says("cli/file");
}

fn digest(ran: &Ran) -> String {
    let line = ran.out.lines().find_map(|line| line.strip_prefix("Digest: "));
    line.unwrap_or_else(|| panic!("no digest: {}", ran.out))
        .to_owned()
}

#[test]
fn a_plan_that_was_looked_at_is_applied_without_asking_and_another_one_is_not() {
    let place = place();
    let seen = digest(&place.run(&["plan", "-digest"]).expect(0));
    let shown = place.run(&["plan", "-json"]).expect(0);
    let summary = lines(&shown)
        .into_iter()
        .find(|line| line["type"] == "change_summary")
        .unwrap();
    assert_eq!(summary["changes"]["swarmform"]["digest"], *seen);
    place.run(&["plan", "-out=p"]).expect(0);
    let json: Value = serde_json::from_str(&place.run(&["show", "-json", "p"]).expect(0).out).unwrap();
    assert_eq!(json["swarmform"]["digest"], *seen);

    let other = digest(&place.run(&["plan", "-digest", "-var", "name=x"]).expect(0));
    assert_ne!(other, seen);
    place
        .run(&["apply", "-expect-digest", &other])
        .expect(1)
        .says("cli/other-digest")
        .says(&format!("expected: {other}"))
        .says(&format!("this one: {seen}"))
        .says("Plan: 2 to add, 0 to change, 0 to destroy.");
    place.run(&["state", "list"]).expect(1).says("cli/no-state");
    place
        .run(&["apply", "-expect-digest=sha256:12"])
        .expect(1)
        .says("cli/usage");
    place
        .run(&["apply", "-expect-digest", &seen])
        .expect(0)
        .says("2 added")
        .never_says("Enter a value");

    let down = digest(&place.run(&["plan", "-destroy", "-digest"]).expect(0));
    place
        .run(&["destroy", "-expect-digest", &seen])
        .expect(1)
        .says("cli/other-digest");
    place
        .run(&["destroy", "-expect-digest", &down])
        .expect(0)
        .says("2 destroyed");
}

#[test]
fn a_digest_tells_of_a_secret_only_that_it_changes() {
    let place = place();
    let of = |args: &[&str]| digest(&place.run(&[&["plan", "-digest"], args].concat()).expect(0));
    assert_eq!(of(&["-var", "secret=1"]), of(&["-var", "secret=2"]));
    place.run(&["apply", "-auto-approve"]).expect(0);
    assert_ne!(of(&[]), of(&["-var", "secret=2"]));
    assert_eq!(of(&["-var", "secret=3"]), of(&["-var", "secret=2"]));
}

#[test]
fn a_digest_covers_the_commands_that_are_run() {
    let place = Place::new();
    let text = |command: &str| {
        format!(
            "variable \"x\" {{\n  default = 1\n}}\nresource \"terraform_data\" \"a\" {{\n  provisioner \"local-exec\" {{\n    \
             command = \"{command}\"\n  }}\n}}\n"
        )
    };
    let of = |args: &[&str]| digest(&place.run(&[&["plan", "-digest"], args].concat()).expect(0));
    place.write("main.tf", &text("true ${var.x} ${self.id}"));
    let first = of(&[]);
    place.write("main.tf", &text("false ${var.x} ${self.id}"));
    assert_ne!(of(&[]), first);
    place.write("main.tf", &text("true ${var.x}"));
    assert_ne!(of(&[]), of(&["-var", "x=2"]));
}

#[test]
fn a_plan_that_would_destroy_too_much_is_refused_before_anybody_is_asked() {
    let place = place();
    place.run(&["apply", "-auto-approve"]).expect(0);
    place.run(&["plan", "-destroy", "-max-destroy=2"]).expect(0);
    for command in [
        &["destroy"][..],
        &["plan", "-destroy", "-out=p"],
        &["apply", "-destroy", "-auto-approve"],
    ] {
        place
            .run(&[command, &["-max-destroy", "1"]].concat())
            .expect(1)
            .says("cli/max-destroy")
            .says("would destroy 2 objects, and -max-destroy allows 1")
            .says("- terraform_data.first is deleted")
            .never_says("Enter a value");
    }
    assert!(!place.path().join("p").exists());
    place
        .run(&[
            "apply",
            "-auto-approve",
            "-replace=terraform_data.first",
            "-max-destroy=0",
        ])
        .expect(1)
        .says("would destroy one object, and -max-destroy allows 0")
        .says("- terraform_data.first is replaced");
    place.run(&["plan", "-destroy", "-out=p"]).expect(0);
    place
        .run(&["apply", "-max-destroy=1", "p"])
        .expect(1)
        .says("cli/max-destroy");
    place
        .run(&["state", "list"])
        .expect(0)
        .says("terraform_data.second");
    place
        .run(&["plan", "-max-destroy=some"])
        .expect(1)
        .says("which takes a number");
}

#[test]
fn what_is_excluded_is_left_as_it_is_with_all_that_depends_on_it() {
    let place = place();
    place
        .run(&["plan", "-exclude=terraform_data.second"])
        .expect(0)
        .says("plan/targeted")
        .says("Plan: 1 to add, 0 to change, 0 to destroy.");
    place
        .run(&["plan", "-exclude=terraform_data.first"])
        .expect(0)
        .says("changes nothing")
        .never_says("terraform_data.second");
    place
        .run(&["plan", "-exclude=terraform_data.frist"])
        .expect(1)
        .says("Nothing of this address to exclude")
        .says("\"terraform_data.first\"?");
    place
        .run(&[
            "plan",
            "-exclude=terraform_data.first",
            "-target=terraform_data.second",
        ])
        .expect(1)
        .says("cli/usage")
        .says("exclude each other");
    place
        .run(&["plan", "-exclude=local.x"])
        .expect(1)
        .says("cli/bad-address");
    place
        .run(&["plan", "-exclude=terraform_data.second", "-out=p"])
        .expect(0);
    place
        .run(&["apply", "p"])
        .expect(0)
        .says("1 added")
        .says("apply/applied-part");
    assert_eq!(
        place.run(&["state", "list"]).expect(0).out,
        "terraform_data.first\n"
    );
    place.run(&["apply", "-auto-approve"]).expect(0).says("1 added");
    // The second one stays, and it needs the first.
    place
        .run(&["destroy", "-auto-approve", "-exclude=terraform_data.second"])
        .expect(0)
        .says("0 destroyed");
    place.run(&["refresh", "-exclude=terraform_data.first"]).expect(0);
}

#[test]
fn one_instance_can_be_excluded() {
    let place = Place::new();
    place.write(
        "main.tf",
        "resource \"terraform_data\" \"a\" {\n  for_each = toset([\"x\", \"y\"])\n}\nresource \"terraform_data\" \"b\" {\n  \
         input = terraform_data.a[\"x\"].id\n}\nresource \"terraform_data\" \"c\" {}\n",
    );
    place
        .run(&["apply", "-auto-approve", "-exclude=terraform_data.a[\"x\"]"])
        .expect(0);
    assert_eq!(
        place.run(&["state", "list"]).expect(0).out,
        "terraform_data.a[\"y\"]\nterraform_data.c\n"
    );
}

#[test]
fn a_stale_plan_says_what_has_changed_since() {
    let place = place();
    place.run(&["apply", "-auto-approve"]).expect(0);
    place.run(&["plan", "-out=p", "-var", "name=saved"]).expect(0);
    place
        .run(&["apply", "-auto-approve", "-var", "name=other"])
        .expect(0);
    place
        .run(&["apply", "p"])
        .expect(1)
        .says("it was made from serial 1, the state is")
        .says("- terraform_data.first (changed)")
        .says("state diff 1 now")
        .never_says("terraform_data.second")
        .never_says("hunter2");
    place
        .run(&["state", "diff", "1", "now"])
        .expect(0)
        .says("terraform_data.first");
}

#[test]
fn a_file_that_functions_read_belongs_to_a_saved_plan() {
    let place = Place::new();
    place.write(
        "main.tf",
        "resource \"terraform_data\" \"a\" {\n  input = file(\"note.txt\")\n}\n",
    );
    place.write("note.txt", "one");
    place.run(&["plan", "-out=p"]).expect(0);
    place.write("note.txt", "two");
    place
        .run(&["apply", "p"])
        .expect(1)
        .says("plan/stale")
        .says("note.txt (changed, and a function reads it)");
    place.write("note.txt", "one");
    place.run(&["apply", "p"]).expect(0).says("1 added");
}

/// Whether these bytes hold a text, as it is or in base64 at any offset.
fn holds(bytes: &[u8], text: &str) -> bool {
    use base64::Engine as _;
    let encode = |text: &[u8]| base64::engine::general_purpose::STANDARD.encode(text);
    let mut forms = vec![text.as_bytes().to_vec()];
    for before in 0..3 {
        let encoded = encode(&[&vec![b'x'; before][..], text.as_bytes()].concat());
        // The ends hang together with what stands beside the text.
        forms.push(encoded.as_bytes()[(before * 4).div_ceil(3)..encoded.len() - 4].to_vec());
    }
    forms
        .iter()
        .any(|form| bytes.windows(form.len()).any(|window| window == &form[..]))
}

#[test]
fn a_saved_plan_holds_nothing_secret_in_clear() {
    let place = Place::new();
    let main = r#"
variable "token" {
  type      = string
  sensitive = true
}

resource "terraform_data" "made" {
  input = var.token
}

resource "terraform_data" "read" {
  input = sensitive(file("secret.txt"))
}

data "terraform_remote_state" "other" {
  backend = "local"
  config  = { path = "other.tfstate" }
}

output "told" {
  value     = data.terraform_remote_state.other.outputs.word
  sensitive = true
}
"#;
    place.write("main.tf", main);
    place.write("secret.txt", "planted-in-a-file");
    place.write(
        "other.tfstate",
        r#"{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"x","outputs":{"word":{"value":"planted-in-an-answer","type":"string"}},"resources":[]}"#,
    );
    place
        .run(&["apply", "-auto-approve", "-var", "token=planted-in-the-state"])
        .expect(0);
    let secrets = [
        "planted-in-a-variable",
        "planted-in-the-state",
        "planted-in-an-answer",
        "planted-in-a-file",
        "terraform_remote_state",
    ];
    assert!(holds(b"a planted-in-a-file b", "planted-in-a-file"));
    assert!(holds(b"YSBwbGFudGVkLWluLWEtZmlsZSBi", "planted-in-a-file"));
    for passphrase in [None, Some("a passphrase that is long")] {
        let run = |args: &[&str]| {
            let mut command = place.command(args);
            command.envs(passphrase.map(|text| ("SWARMFORM_PLAN_KEY", text)));
            Ran::from(command.output().unwrap())
        };
        run(&["plan", "-out=p", "-var", "token=planted-in-a-variable"]).expect(0);
        let bytes = std::fs::read(place.path().join("p")).unwrap();
        for secret in secrets {
            assert!(!holds(&bytes, secret), "{secret}");
        }
        assert!(!holds(&bytes, "a passphrase that is long"));
        // It is all there for who has the key.
        let shown = run(&["show", "-json", "p"]).expect(0).out;
        for secret in &secrets[..4] {
            assert!(shown.contains(secret), "{secret}");
        }
        run(&["apply", "p"]).expect(0);
        run(&["apply", "-auto-approve", "-var", "token=planted-in-the-state"]).expect(0);
    }
}

#[test]
fn a_saved_plan_opens_with_its_key_alone() {
    let place = place();
    let other = self::place();
    place.run(&["plan", "-out=p"]).expect(0);
    std::fs::copy(place.path().join("p"), other.path().join("p")).unwrap();
    other
        .run(&["show", "p"])
        .expect(1)
        .says("plan/key")
        .says("SWARMFORM_PLAN_KEY");
    // A key of its own is another one.
    other.run(&["plan", "-out=q"]).expect(0);
    other.run(&["apply", "p"]).expect(1).says("plan/key");

    let with = |place: &Place, passphrase: &str, args: &[&str]| {
        let mut command = place.command(args);
        command.env("SWARMFORM_PLAN_KEY", passphrase);
        Ran::from(command.output().unwrap())
    };
    with(&place, "too short", &["plan", "-out=p"])
        .expect(1)
        .says("plan/key");
    with(&place, "correct horse battery", &["plan", "-out=p"]).expect(0);
    std::fs::copy(place.path().join("p"), other.path().join("p")).unwrap();
    other.run(&["apply", "p"]).expect(1).says("plan/key");
    with(&other, "wrong horse battery", &["apply", "p"])
        .expect(1)
        .says("plan/key")
        .never_says("horse");
    let text = std::fs::read_to_string(other.path().join("p")).unwrap();
    let changed = text.replace("\"serial\":0", "\"serial\":1");
    assert_ne!(changed, text);
    other.write("changed", &changed);
    with(&other, "correct horse battery", &["apply", "changed"]).expect(1);
    with(&other, "correct horse battery", &["apply", "p"])
        .expect(0)
        .says("2 added");
    assert!(!place.path().join("state/db").exists());
}

#[cfg(unix)]
#[test]
fn a_saved_plan_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    place.run(&["plan", "-out=p"]).expect(0);
    let mode = std::fs::metadata(place.path().join("p"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o077, 0);
    let key = std::fs::metadata(place.path().join("state/plan.key")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
}

#[test]
fn outputs_are_for_people_programs_and_scripts() {
    let place = place();
    place.run(&["output"]).expect(0).says("No outputs found");
    place
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("secret = <sensitive>")
        .never_says("hunter2");
    assert_eq!(
        place.run(&["output"]).expect(0).out,
        "list = [\n  1,\n  2,\n]\nname = \"lab\"\nsecret = <sensitive>\n"
    );
    assert_eq!(place.run(&["output", "-raw", "name"]).expect(0).out, "lab");
    assert_eq!(place.run(&["output", "-raw", "secret"]).expect(0).out, "hunter2");
    let json: Value = serde_json::from_str(&place.run(&["output", "-json"]).expect(0).out).unwrap();
    assert_eq!(
        json["secret"],
        serde_json::json!({"sensitive": true, "type": "string", "value": "hunter2"})
    );
    place
        .run(&["output", "-raw", "list"])
        .expect(1)
        .says("cli/not-raw");
    place
        .run(&["output", "nmae"])
        .expect(1)
        .says("Did you mean \"name\"?");
}

#[test]
fn the_state_can_be_looked_at() {
    let place = place();
    place.run(&["show"]).expect(0).says("The state is empty");
    place.run(&["apply", "-auto-approve"]).expect(0);
    assert_eq!(
        place.run(&["state", "list"]).expect(0).out,
        "terraform_data.first\nterraform_data.second\n"
    );
    assert_eq!(
        place
            .run(&["state", "list", "terraform_data.second"])
            .expect(0)
            .out,
        "terraform_data.second\n"
    );
    assert_eq!(place.run(&["state", "list", "-id=nope"]).expect(0).out, "");
    place
        .run(&["state", "show", "terraform_data.first"])
        .expect(0)
        .says("resource \"terraform_data\" \"first\" {")
        .never_says("hunter2");
    place
        .run(&["state", "show", "terraform_data.frist"])
        .expect(1)
        .says("No instance found for the given address");
    place
        .run(&["state", "show", "nonsense"])
        .expect(1)
        .says("cli/bad-address");
    let pulled: Value = serde_json::from_str(&place.run(&["state", "pull"]).expect(0).out).unwrap();
    assert_eq!(
        (&pulled["version"], &pulled["serial"]),
        (&Value::from(4), &Value::from(1))
    );
    let shown: Value = serde_json::from_str(&place.run(&["show", "-json"]).expect(0).out).unwrap();
    assert_eq!(
        shown["values"]["root_module"]["resources"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    place
        .run(&["show"])
        .expect(0)
        .says("# terraform_data.first:")
        .says("secret = (sensitive value)")
        .never_says("hunter2");
}

#[test]
fn events_are_one_json_object_a_line() {
    let place = place();
    let ran = place
        .run(&["apply", "-auto-approve", "-json"])
        .expect(0)
        .never_says("hunter2");
    let lines = lines(&ran);
    let types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(types.first(), Some(&"version"));
    for wanted in [
        "planned_change",
        "change_summary",
        "apply_start",
        "apply_complete",
        "outputs",
    ] {
        assert!(types.contains(&wanted), "{types:?}");
    }
    let done = lines
        .iter()
        .rfind(|line| line["type"] == "change_summary")
        .unwrap();
    assert_eq!(done["changes"]["operation"], "apply");
    assert_eq!(
        done["@message"],
        "Apply complete! Resources: 2 added, 0 changed, 0 destroyed."
    );
    let failed = place.run(&["plan", "-json", "-var", "nope=1"]).expect(1);
    assert_eq!(
        self::lines(&failed).last().unwrap()["diagnostic"]["severity"],
        "error"
    );
    place.run(&["destroy", "-json"]).expect(1).says("cli/no-approval");
}

#[test]
fn validation_finds_faults_without_values_or_platform() {
    let place = Place::new();
    // A directory without configuration has no fault.
    place.run(&["validate"]).expect(0);
    place.write(
        "main.tf",
        "variable \"x\" {}\nresource \"giantswarm_org\" \"a\" {\n  name = var.x\n}\n",
    );
    place
        .run(&["validate"])
        .expect(0)
        .says("Success! The configuration is valid.");
    place.edit("main.tf", "name = var.x", "name = var.y");
    let ran = place.run(&["validate", "-json"]).expect(1);
    let json: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["valid"], false);
    let first = &json["diagnostics"][0];
    assert_eq!(first["range"]["filename"], "main.tf");
    assert_eq!(first["range"]["start"]["line"], 3);
    assert_eq!(first["snippet"]["context"], "resource \"giantswarm_org\" \"a\"");
}

#[test]
fn validation_does_not_judge_conditions_of_resources_that_may_have_no_instance() {
    let place = Place::new();
    place.write(
        "main.tf",
        r#"
variable "big" {
  type    = bool
  default = false
}
locals {
  sizes = []
}
resource "terraform_data" "large" {
  count = var.big ? 1 : 0
  lifecycle {
    precondition {
      condition     = length(local.sizes) > 0
      error_message = "no sizes"
    }
  }
}
"#,
    );
    place.run(&["validate"]).expect(0);
    place.run(&["plan"]).expect(0).says("No changes");
    place
        .run(&["plan", "-var", "big=true"])
        .expect(1)
        .says("no sizes");
}

#[test]
fn values_of_variables_come_from_many_places() {
    let place = place();
    let name = |ran: Ran| {
        ran.expect(2)
            .out
            .lines()
            .find(|line| line.contains("+ name "))
            .map(str::to_owned)
            .unwrap()
    };
    let plan = ["plan", "-detailed-exitcode", "-no-color"];
    place.write("terraform.tfvars", "name = \"file\"\nother = 1\n");
    let ran = place.run(&plan);
    assert!(
        ran.out.contains("Value for an undeclared variable"),
        "{}",
        ran.out
    );
    assert!(name(ran).contains("file"));
    let mut command = place.command(&plan);
    command.env("TF_VAR_name", "environment");
    assert!(
        name(Ran::from(command.output().unwrap())).contains("file"),
        "a file wins over the environment"
    );
    let mut command = place.command(&plan);
    command.env("TF_CLI_ARGS_plan", "-var name=words");
    assert!(name(Ran::from(command.output().unwrap())).contains("words"));
    place
        .run(&["plan", "-compact-warnings"])
        .expect(0)
        .says("Warnings:\n\n- Value for an undeclared variable");
}

#[test]
fn there_is_no_colour_without_a_terminal_and_help_is_no_error() {
    let place = place();
    for args in [
        &["plan"][..],
        &["plan", "-var", "nope=1"],
        &["-help"],
        &["plan", "-help"],
        &["version"],
    ] {
        let ran = place.run(args);
        assert!(!ran.all().contains('\u{1b}'), "{args:?}: {}", ran.all());
    }
    place.run(&["-help"]).expect(0).says("Usage: swarmform");
    place
        .run(&["plan", "--help"])
        .expect(0)
        .says("--detailed-exitcode");
    place.run(&["-version"]).expect(0).says("swarmform v");
    place.run(&["plann"]).expect(1).says("Did you mean \"plan\"");
    place.run(&["plan", "-nope"]).expect(1);
    for args in [&["-json", "plan"][..], &["plan", "--", "-json"]] {
        let ran = place.run(args).expect(1);
        ran.says("options stand behind").never_says("Did you mean");
    }
    place.run(&[]).expect(1).says("Usage: swarmform");
}

#[test]
fn another_directory_is_entered_first() {
    let place = Place::new();
    place.write("inner/main.tf", MAIN);
    place.run(&["-chdir=inner", "apply", "-auto-approve"]).expect(0);
    assert!(place.path().join("inner/state").is_dir());
    place
        .run(&["-chdir=none", "plan"])
        .expect(1)
        .says("cannot be entered");
}

#[test]
fn refreshing_alone_changes_nothing() {
    let place = place();
    place.run(&["apply", "-auto-approve"]).expect(0);
    place
        .run(&["plan", "-refresh-only", "-detailed-exitcode"])
        .expect(0)
        .says("still matches the configuration");
    place.run(&["plan", "-destroy", "-refresh-only"]).expect(1);
    place
        .run(&["destroy", "-refresh-only"])
        .expect(1)
        .says("exclude each other");
}

#[test]
fn a_failed_step_is_told_with_what_was_done_and_what_was_not() {
    let place = Place::new();
    place.write(
        "main.tf",
        r#"
resource "terraform_data" "good" {
  input = "x"
}

resource "terraform_data" "bad" {
  input = terraform_data.good.id

  lifecycle {
    postcondition {
      condition     = self.output == "never"
      error_message = "It is not what it should be."
    }
  }
}

resource "terraform_data" "after" {
  input = terraform_data.bad.id
}
"#,
    );
    place
        .run(&["apply", "-auto-approve"])
        .expect(1)
        .says("It is not what it should be.")
        .says("The state has all that was done:")
        .says("- create terraform_data.after")
        .never_says("Apply complete");
}

#[test]
fn the_graph_shows_resources_behind_what_stands_between_them() {
    let place = Place::new();
    let text = "locals { id = terraform_data.a.id }\nresource \"terraform_data\" \"a\" {}\nresource \"terraform_data\" \"b\" { input = local.id }\n";
    place.write("main.tf", text);
    place
        .run(&["graph"])
        .expect(0)
        .says("\"terraform_data.b\" -> \"terraform_data.a\"")
        .never_says("local");
}

#[test]
fn a_server_is_not_opened_to_the_network_by_accident() {
    let place = Place::new();
    place
        .run(&["serve", "-listen", "0.0.0.0:0"])
        .expect(1)
        .says("cli/remote");
    place
        .run(&["serve", "-listen", "nonsense"])
        .expect(1)
        .says("cli/usage");
    place
        .run(&["serve", "-listen", "127.0.0.1:0", "-user", "somebody"])
        .expect(1)
        .says("SWARMFORM_PASSWORD");
    place
        .run(&["serve", "-listen", "0.0.0.0:0", "-tls-cert", "cert.pem"])
        .expect(1)
        .says("-tls-key");
    place
        .run(&[
            "serve",
            "-listen",
            "0.0.0.0:0",
            "-tls-cert",
            "cert.pem",
            "-tls-key",
            "key.pem",
        ])
        .expect(1)
        .says("certificate file")
        .says("cli/serve");
}

#[test]
fn schemas_and_versions_are_there_for_programs() {
    let place = Place::new();
    let schema: Value =
        serde_json::from_str(&place.run(&["providers", "schema", "-json"]).expect(0).out).unwrap();
    let org = &schema["provider_schemas"]["giantswarm"]["resource_schemas"]["giantswarm_org"]["block"];
    assert_eq!(org["attributes"]["name"]["required"], true);
    let version: Value = serde_json::from_str(&place.run(&["version", "-json"]).expect(0).out).unwrap();
    assert_eq!(version["swarmform_version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn commands_of_an_object_run_and_show_their_output() {
    let place = Place::new();
    place.write(
        "main.tf",
        r#"
resource "terraform_data" "a" {
  input = "hello"
  provisioner "local-exec" {
    command = "echo made ${self.output} > made.txt; echo seen"
  }
  provisioner "local-exec" {
    command     = "echo $SECRET"
    environment = { SECRET = sensitive("hunter2") }
  }
  provisioner "local-exec" {
    when    = destroy
    command = "echo bye ${self.output}; exit 3"
  }
}
"#,
    );
    place
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("terraform_data.a: Provisioning with 'local-exec'...")
        .says("terraform_data.a (local-exec): seen")
        .never_says("hunter2");
    assert_eq!(
        std::fs::read_to_string(place.path().join("made.txt")).unwrap(),
        "made hello\n"
    );
    place
        .run(&["destroy", "-auto-approve"])
        .expect(1)
        .says("exit status 3")
        .says("apply/provisioner");
    place.run(&["state", "list"]).expect(0).says("terraform_data.a");
}

#[test]
fn an_import_block_and_the_command_bring_objects_under_management() {
    let place = Place::new();
    place.write(
        "main.tf",
        "resource \"terraform_data\" \"a\" {}\nresource \"terraform_data\" \"b\" {}\nimport {\n  to = terraform_data.a\n  id = \"one\"\n}\n",
    );
    place
        .run(&["import", "terraform_data.b", "two"])
        .expect(0)
        .says("terraform_data.b: Import complete [id=two]");
    place
        .run(&["import", "terraform_data.b", "three"])
        .expect(1)
        .says("cli/already-managed");
    place
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("Plan: 1 to import, 0 to add, 0 to change, 0 to destroy.")
        .says("terraform_data.a: Importing... [id=one]");
    place.run(&["plan", "-detailed-exitcode"]).expect(0);
}

#[test]
fn a_saved_plan_holds_moves_imports_and_what_is_forgotten() {
    let place = Place::new();
    place.write(
        "main.tf",
        "resource \"terraform_data\" \"a\" {}\nresource \"terraform_data\" \"f\" {}\n",
    );
    place.run(&["apply", "-auto-approve"]).expect(0);
    place.write(
        "main.tf",
        r#"
resource "terraform_data" "b" {}
resource "terraform_data" "c" {}
moved {
  from = terraform_data.a
  to   = terraform_data.b
}
import {
  to = terraform_data.c
  id = "found"
}
removed {
  from = terraform_data.f
  lifecycle {
    destroy = false
  }
}
"#,
    );
    place
        .run(&["plan", "-out=p"])
        .expect(0)
        .says("terraform_data.a has moved to terraform_data.b")
        .says("terraform_data.f will no longer be managed");
    place
        .run(&["apply", "p"])
        .expect(0)
        .says("1 imported, 0 added, 0 changed, 0 destroyed");
    let listed = place.run(&["state", "list"]).expect(0).out;
    assert_eq!(listed, "terraform_data.b\nterraform_data.c\n");
}

#[test]
fn a_tainted_instance_is_replaced_and_untaint_takes_it_back() {
    let place = Place::new();
    place.write("main.tf", "resource \"terraform_data\" \"a\" {}\n");
    place.run(&["apply", "-auto-approve"]).expect(0);
    place.run(&["taint", "terraform_data.a"]).expect(0);
    place
        .run(&["plan"])
        .expect(0)
        .says("is tainted, so must be replaced");
    place.run(&["untaint", "terraform_data.a"]).expect(0);
    place.run(&["plan", "-detailed-exitcode"]).expect(0);
    place
        .run(&["untaint", "terraform_data.a"])
        .expect(1)
        .says("cli/not-tainted");
    place.run(&["taint", "terraform_data.x"]).expect(1);
    place
        .run(&["taint", "-allow-missing", "terraform_data.x"])
        .expect(0);
}

#[test]
fn the_outputs_of_another_configuration_are_read() {
    let place = Place::new();
    place.write("up/main.tf", "output \"name\" {\n  value = \"weather\"\n}\n");
    place.run(&["-chdir=up", "apply", "-auto-approve"]).expect(0);
    place.write(
        "main.tf",
        r#"
        data "terraform_remote_state" "up" {
          backend = "local"
          config  = { path = "up/state" }
        }

        output "name" {
          value = data.terraform_remote_state.up.outputs.name
        }
        "#,
    );
    place
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("name = \"weather\"");
    place.run(&["plan", "-detailed-exitcode"]).expect(0);
}

#[test]
fn no_command_prints_a_secret() {
    const SECRET: &str = "planted-51ab";
    let place = Place::new();
    place.write(
        "m/main.tf",
        r#"
        variable "in" {}
        output "out" {
          value     = "${var.in}!"
          sensitive = true
        }
        "#,
    );
    let text = r#"
        variable "secret" {
          sensitive = true
        }
        module "m" {
          source = "./m"
          in     = var.secret
        }
        resource "terraform_data" "a" {
          input            = { secret = var.secret, size = 1 }
          triggers_replace = module.m.out
        }
        resource "terraform_data" "b" {
          input = [terraform_data.a.output.secret, upper(base64encode(var.secret))]
        }
        output "o" {
          value     = [terraform_data.a.output, module.m.out]
          sensitive = true
        }
    "#;
    place.write("main.tf", text);
    let quiet = |args: &[&str], secret: &str| {
        let mut command = place.command(args);
        command.env("TF_VAR_secret", secret);
        let ran = support::Ran::from(command.output().unwrap());
        ran.never_says(SECRET).never_says("CGXHBNRLZC01MWFI")
    };
    quiet(&["plan"], SECRET).expect(0);
    quiet(&["plan", "-json"], SECRET).expect(0);
    quiet(&["apply", "-auto-approve"], SECRET).expect(0);
    // Update, replacement and removal show the old values too.
    let other = format!("{SECRET}-2");
    quiet(&["plan"], &other).expect(0);
    quiet(&["plan", "-json"], &other).expect(0);
    quiet(&["plan", "-destroy"], &other).expect(0);
    for args in [
        &["show"][..],
        &["output"],
        &["state", "list"],
        &["state", "show", "terraform_data.a"],
        &["state", "show", "terraform_data.b"],
        &["state", "history"],
        &["graph"],
    ] {
        quiet(args, SECRET).expect(0);
    }
    // Errors show the values in scope.
    place.edit("main.tf", "size = 1", "size = var.secret + 1");
    quiet(&["plan"], SECRET).expect(1);
    quiet(&["validate", "-json"], SECRET).expect(0);
    place.write("main.tf", text);
    quiet(&["destroy", "-auto-approve"], &other).expect(0);
}

#[test]
fn no_call_and_no_fault_of_a_provider_has_a_secret() {
    let place = Place::new();
    let text = r#"
        variable "org" {
          sensitive = true
          default   = "planted_org"
        }
        variable "word" {
          sensitive = true
          default   = "planted-\"word"
        }
        variable "definition" {
          sensitive = true
          default   = "{\"app_name\":\"whole\",\"services\":[{\"service_name\":\"web\",\"components\":[{\"component_name\":\"c\",\"image\":\"planted-image:1\"}]}]}"
        }
        provider "giantswarm" {
          endpoint = "embedded"
        }
        resource "giantswarm_org" "lab" {
          name = var.org
        }
        resource "giantswarm_app" "blocks" {
          org  = var.org
          env  = "dev"
          name = "blocks"
          service "web" {
            component "c" {
              image = "nginx:1"
              env   = { PW = var.word, SHORT = sensitive("q7"), OPEN = "shown" }
              args  = ["--word=${var.word}", sensitive("q7")]
            }
          }
        }
        resource "giantswarm_app" "whole" {
          org        = var.org
          env        = "prod"
          definition = var.definition
        }
    "#;
    place.write("main.tf", text);
    let quiet = |args: &[&str], code: i32| {
        let ran = place.run(args).expect(code);
        for secret in [
            "planted_org",
            "planted-image",
            "planted-\"word",
            "planted-\\",
            "=q7",
            "\"q7",
        ] {
            assert!(
                !ran.all().contains(secret),
                "{args:?} says {secret}:\n{}",
                ran.all()
            );
        }
        ran
    };
    let plan = quiet(&["plan", "-calls", "-out=p", "-html=p.html"], 0);
    let plan = plan.says("POST /v1/org/(sensitive value)/env/dev/app/");
    let plan = plan.says(r#""OPEN=shown","PW=(sensitive value)","SHORT=(sensitive value)""#);
    plan.says(r#""args":["(sensitive value)","(sensitive value)"]"#);
    quiet(&["show", "-calls", "p"], 0).says("PW=(sensitive value)");
    // This format has the values of sensitive arguments, marked; the calls have none.
    let shown: Value = serde_json::from_str(&place.run(&["show", "-json", "p"]).expect(0).out).unwrap();
    let calls = shown["swarmform"]["api_calls"].to_string();
    assert!(
        calls.contains("PW=(sensitive value)") && !calls.contains("planted"),
        "{calls}"
    );
    quiet(&["plan", "-json"], 0);
    let page = std::fs::read_to_string(place.path().join("p.html")).unwrap();
    assert!(page.contains("PW=(sensitive value)") && !page.contains("planted-"));

    // What is wrong with a value is told without it.
    for (argument, value) in [
        ("name = var.org\n        }", "name = \"/${var.org}\"\n        }"),
        ("env  = \"dev\"", "env  = \"/${var.word}\""),
        (
            "OPEN = \"shown\" }",
            "OPEN = \"shown\" }\n ports = [\"${var.org}:x:y\"]",
        ),
        (
            "OPEN = \"shown\" }",
            "OPEN = \"shown\" }\n domains = { \"x_${var.org}\" = 80 }",
        ),
    ] {
        place.write("main.tf", text);
        place.edit("main.tf", argument, value);
        quiet(&["plan"], 1).says("(sensitive value)");
        quiet(&["plan", "-json"], 1);
    }
}

#[test]
fn the_line_that_gives_a_sensitive_variable_its_value_is_named_and_not_shown() {
    let place = Place::new();
    for secret in ["sensitive", "ephemeral"] {
        let text = format!("variable \"box\" {{\n  type = object({{ a = string }})\n  {secret} = true\n}}\n");
        place.write("main.tf", &text);
        place.write("terraform.tfvars", "box = [\"planted-77\"]\n");
        for args in [&["plan"][..], &["plan", "-json"]] {
            let ran = place.run(args).expect(1).never_says("planted-77");
            ran.says("does not fit its type").says("terraform.tfvars");
        }
    }
}

#[test]
fn the_command_that_goes_on_has_no_ephemeral_value() {
    let place = Place::new();
    place.write(
        "main.tf",
        r#"
        variable "word" {
          ephemeral = true
        }
        resource "terraform_data" "a" {
          provisioner "local-exec" {
            command = "exit 1"
          }
        }
        "#,
    );
    place
        .run(&["apply", "-auto-approve", "-var", "word=planted-88"])
        .expect(1)
        .says("To go on")
        .never_says("planted-88");
}
