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
        .expect(0)
        .says("2 added")
        .says("name = \"saved\"");
    assert_eq!(place.run(&["output", "-json", "list"]).expect(0).out, "[1,2]\n");
    place.run(&["apply", "p"]).expect(1).says("plan/stale");
    place.run(&["apply", "main.tf"]).expect(1).says("plan/bad-file");
    place.run(&["apply", "none"]).expect(1).says("cli/file");
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
