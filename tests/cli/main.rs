//! Sessions at the command line: what commands print, ask, refuse, and end with.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

mod approval;
mod saved;
mod secrets;
#[path = "../support/mod.rs"]
mod support;
mod told;

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
