//! Sessions with the console from a pipe: what it prints, and with what it ends.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

mod support;

use support::{Place, Ran};

const MAIN: &str = r#"
variable "name" {
  default = "lab"
}
variable "needed" {
  type = string
}
variable "secret" {
  default   = "hunter2"
  sensitive = true
}
locals {
  all   = { name = var.name, list = tolist(["a", "b"]) }
  later = terraform_data.one.id
}
resource "terraform_data" "one" {
  input = var.name
}
resource "terraform_data" "many" {
  count = 2
  input = count.index
}
module "child" {
  source = "./child"
  name   = "kid"
}
"#;

const CHILD: &str = r#"
variable "name" {}
output "greeting" {
  value = "hi ${var.name}"
}
"#;

fn place() -> Place {
    let place = Place::new();
    place.write("main.tf", MAIN);
    place.write("child/main.tf", CHILD);
    place
}

fn console(place: &Place, args: &[&str], input: &str) -> Ran {
    let mut all = vec!["console"];
    all.extend(args);
    place.answer(&all, input)
}

#[track_caller]
fn check(place: &Place, input: &str, expected: &str) {
    let ran = console(place, &[], input).expect(0);
    assert_eq!((&*ran.out, &*ran.err), (expected, ""));
}

#[test]
fn the_last_result_is_printed() {
    let place = place();
    check(&place, "1 + 1\n", "2\n");
    check(&place, "1\n  var.name  \n", "\"lab\"\n");
    check(&place, "1\n\n", "\n");
    check(&place, "", "\n");
    check(
        &place,
        "local.all",
        "{\n  \"list\" = tolist([\n    \"a\",\n    \"b\",\n  ])\n  \"name\" = \"lab\"\n}\n",
    );
}

#[test]
fn names_of_the_root_module_have_their_values() {
    let place = place();
    check(&place, "module.child.greeting\n", "\"hi kid\"\n");
    check(
        &place,
        "\"${path.module} ${terraform.workspace}\"\n",
        "\". default\"\n",
    );
    check(&place, "var.secret\n", "(sensitive value)\n");
    check(
        &place,
        "type(local.all)\n",
        "object({\n    list: list(string),\n    name: string,\n})\n",
    );
    check(&place, "timestamp() == \"\"\n", "false\n");
}

#[test]
fn what_is_not_known_yet_says_so() {
    let place = place();
    for name in [
        "var.needed",
        "local.later",
        "terraform_data.one",
        "terraform_data.many",
    ] {
        check(&place, &format!("{name}\n"), "(known after apply)\n");
    }
}

#[test]
fn resources_are_those_of_the_state() {
    let place = place();
    place
        .run(&["apply", "-auto-approve", "-var", "needed=x"])
        .expect(0);
    check(&place, "terraform_data.one.output\n", "\"lab\"\n");
    check(&place, "terraform_data.many[*].output\n", "[\n  0,\n  1,\n]\n");
    check(&place, "local.later == terraform_data.one.id\n", "true\n");
    let pulled = place.run(&["state", "pull"]).expect(0).out;
    place.write("pulled.tfstate", &pulled);
    let ran = console(
        &place,
        &["-state=pulled.tfstate"],
        "terraform_data.many[1].input\n",
    )
    .expect(0);
    assert_eq!(ran.out, "1\n");
    let ran = console(&place, &["-state", "elsewhere"], "terraform_data.many\n").expect(0);
    assert_eq!(ran.out, "(known after apply)\n");
}

#[test]
fn a_plan_can_be_looked_at() {
    let place = place();
    let ran = console(
        &place,
        &["-plan", "-var", "needed=x"],
        "[terraform_data.one.input, timestamp()]\n",
    )
    .expect(0);
    assert_eq!(ran.out, "[\n  \"lab\",\n  (known after apply),\n]\n");
    place.run(&["state", "list"]).expect(1).says("No state");
}

#[test]
fn an_error_ends_the_session() {
    let place = place();
    for (input, reason) in [
        ("1\nvar.nme\n2\n", "Did you mean \"name\"?"),
        ("1 +\n", "Error: "),
        ("terraform_data.one.nope\n", "\"nope\""),
        ("try(terraform_data.one.nope, 1)\n", "\"nope\""),
        ("terraform_data.many.id\n", "has count set"),
        ("[type(1)]\n", "in the console alone"),
        ("each.key\n", "for_each"),
    ] {
        let ran = console(&place, &[], input).expect(1);
        assert_eq!(ran.out, "", "{input}");
        assert!(ran.err.contains(reason), "{input}: {}", ran.err);
    }
}

#[test]
fn exit_ends_it_without_a_word() {
    let place = place();
    check(&place, "1\nexit\nnope\n", "");
    console(&place, &[], "help\n").expect(0).says("type(EXPRESSION)");
}

#[test]
fn a_configuration_at_fault_is_looked_at_as_far_as_it_goes() {
    let place = place();
    place.write(
        "bad.tf",
        "locals {\n  bad = 1 + \"x\"\n  dependent = local.bad\n}\n",
    );
    let ran = console(&place, &[], "[local.dependent, var.name]\n").expect(0);
    assert!(
        ran.out.ends_with("[\n  (known after apply),\n  \"lab\",\n]\n"),
        "{}",
        ran.out
    );
    ran.says("Invalid operand")
        .says("Some values are unknown because of errors");
}

#[test]
fn variables_come_from_the_command_line() {
    let place = place();
    place.write("more.tfvars", "needed = \"file\"\n");
    let args = ["-var-file=more.tfvars", "-var", "name=given"];
    let ran = console(&place, &args, "\"${var.needed} ${var.name}\"\n").expect(0);
    assert_eq!(ran.out, "\"file given\"\n");
    console(&place, &["-var", "nope=1"], "1\n").expect(1).says("nope");
}
