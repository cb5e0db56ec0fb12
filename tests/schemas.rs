//! What programs read: every JSON document and every line of the event stream of whole sessions is held against the
//! schemas of `docs/schemas/`, and a reader of plans that others wrote reads ours.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

mod support;

use std::path::Path;

use serde_json::Value as Json;
use support::Place;
use terraform_parser::TerraformParser;

/// A session that checks what is printed.
struct Session {
    place: Place,
}

impl Session {
    fn new(main: &str) -> Session {
        let place = Place::new();
        place.write("main.tf", main);
        Session { place }
    }

    fn run(&self, args: &[&str], code: i32) -> String {
        self.place.run(args).expect(code).out
    }

    /// A command that prints one document.
    #[track_caller]
    fn document(&self, schema: &str, args: &[&str], code: i32) -> Json {
        let document = serde_json::from_str(&self.run(args, code)).unwrap();
        check(schema, &document);
        document
    }

    /// A command that prints the event stream; the types of its lines.
    #[track_caller]
    fn stream(&self, args: &[&str], code: i32) -> Vec<String> {
        let lines = self.run(args, code);
        let lines: Vec<Json> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        for line in &lines {
            check("ui", line);
        }
        let kind = |line: &Json| line["type"].as_str().unwrap().to_owned();
        lines.iter().map(kind).collect()
    }

    /// A saved plan's document.
    #[track_caller]
    fn plan(&self, args: &[&str]) -> Json {
        let mut all = vec!["plan", "-out=p.plan"];
        all.extend(args);
        self.run(&all, 0);
        self.document("plan", &["show", "-json", "p.plan"], 0)
    }
}

/// Holds a document against one of the schemas.
#[track_caller]
fn check(schema: &str, document: &Json) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
    let read = |name: &str| -> Json {
        let text = std::fs::read_to_string(dir.join(format!("{name}.schema.json"))).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let mut registry = jsonschema::Registry::new();
    for name in ["state", "plan", "validate", "ui"] {
        let document = read(name);
        let id = document["$id"].as_str().unwrap().to_owned();
        registry = registry.add(id, document).unwrap();
    }
    let registry = registry.prepare().unwrap();
    let schema = read(schema);
    let validator = jsonschema::options()
        .with_registry(&registry)
        .build(&schema)
        .unwrap();
    let faults: Vec<String> = validator
        .iter_errors(document)
        .map(|fault| format!("{fault} at {}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}\n{document:#}");
}

const TOWN: &str = r#"
variable "size" {
  type    = number
  default = 2
}

variable "token" {
  type      = string
  default   = "hidden-token"
  sensitive = true
}

locals {
  names = [for at in range(var.size) : "house-${at}"]
}

resource "terraform_data" "house" {
  for_each         = toset(local.names)
  input            = { name = each.key, token = var.token }
  triggers_replace = [terraform_data.ground[0].id]

  lifecycle {
    create_before_destroy = true
    precondition {
      condition     = var.size < 9
      error_message = "Too many."
    }
  }

  provisioner "local-exec" {
    command = "echo built ${self.id}"
  }
}

resource "terraform_data" "ground" {
  count = 1
  input = "clay"
}

module "park" {
  source     = "./park"
  count      = 2
  trees      = "oak ${count.index}"
  depends_on = [terraform_data.ground]
}

check "size" {
  assert {
    condition     = var.size == 2
    error_message = "Not two."
  }
}

output "houses" {
  value       = terraform_data.house["house-0"].id
  description = "The first."
}

output "token" {
  value     = var.token
  sensitive = true
}
"#;

const PARK: &str = r#"
variable "trees" {}

resource "terraform_data" "tree" {
  input = var.trees
}

output "tree" {
  value = terraform_data.tree.output
}
"#;

#[test]
fn renames_follow_their_schemas() {
    let one = |name: &str| format!("resource \"terraform_data\" \"{name}\" {{\n  input = 1\n}}\n");
    let session = Session::new(&one("old"));
    session.run(&["apply", "-auto-approve"], 0);
    session.place.write("main.tf", &one("new"));
    let plan = session.plan(&[]);
    assert_eq!(plan["swarmform"]["renames"][0]["to"], "terraform_data.new");
    session.stream(&["plan", "-json"], 0);
}

#[test]
fn the_documents_of_a_whole_life_follow_their_schemas() {
    let town = Session::new(TOWN);
    town.place.write("park/main.tf", PARK);
    town.run(&["init"], 0);
    town.document("validate", &["validate", "-json"], 0);
    town.document("state", &["show", "-json"], 0);
    let plan = town.plan(&[]);
    assert_eq!(plan["resource_changes"].as_array().unwrap().len(), 5);
    let kinds = town.stream(&["apply", "-json", "-auto-approve"], 0);
    for kind in [
        "version",
        "planned_change",
        "change_summary",
        "apply_start",
        "apply_complete",
        "outputs",
    ] {
        assert!(kinds.iter().any(|told| told == kind), "no {kind} in {kinds:?}");
    }
    assert!(kinds.iter().any(|told| told == "provision_progress"));
    let state = town.document("state", &["show", "-json"], 0);
    assert!(state["values"]["root_module"]["child_modules"].is_array());

    town.place.edit("main.tf", "\"clay\"", "\"sand\"");
    town.place.edit("main.tf", "  count = 1", "  count = 2");
    town.place.edit("main.tf", "default = 2", "default = 1");
    town.run(&["taint", "terraform_data.ground[0]"], 0);
    let plan = town.plan(&[]);
    let reasons: Vec<&str> = plan["resource_changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|change| change["action_reason"].as_str())
        .collect();
    assert!(reasons.contains(&"replace_because_tainted"), "{reasons:?}");
    assert!(reasons.contains(&"delete_because_each_key"), "{reasons:?}");
    town.stream(&["plan", "-json"], 0);
    town.stream(&["apply", "-json", "-auto-approve"], 0);
    town.place.edit("main.tf", "\"ground\"", "\"soil\"");
    let text = std::fs::read_to_string(town.place.path().join("main.tf")).unwrap();
    let moved = "\nmoved {\n  from = terraform_data.ground\n  to   = terraform_data.soil\n}\n";
    town.place.write(
        "main.tf",
        &(text.replace("terraform_data.ground", "terraform_data.soil") + moved),
    );
    town.plan(&[]);
    town.stream(&["plan", "-json"], 0);
    town.stream(&["refresh", "-json"], 0);
    town.stream(&["destroy", "-json", "-auto-approve"], 0);
    town.document("state", &["show", "-json"], 0);
}

#[test]
fn the_calls_and_the_drift_of_a_real_app_follow_them_too() {
    let app = Session {
        place: Place::example("helloworld"),
    };
    app.run(&["init"], 0);
    let plan = app.plan(&[]);
    assert!(!plan["swarmform"]["api_calls"].as_array().unwrap().is_empty());
    app.stream(&["apply", "-json", "-auto-approve"], 0);
    app.document("state", &["show", "-json"], 0);
    app.plan(&["-destroy"]);
    app.plan(&["-refresh-only"]);
    app.stream(&["destroy", "-json", "-auto-approve"], 0);
}

#[test]
fn faults_follow_their_schemas() {
    let broken = Session::new(
        "resource \"terraform_data\" \"a\" {\n  input = var.nowhere\n  output = 1\n}\n\nresource \"terraform_data\" \"b\" {\n  \
         count = 3\n  input = var.gone\n}\n",
    );
    broken.run(&["init"], 0);
    let answer = broken.document("validate", &["validate", "-json"], 1);
    assert!(answer["error_count"].as_u64().unwrap() >= 2);
    let kinds = broken.stream(&["plan", "-json"], 1);
    assert!(kinds.iter().any(|kind| kind == "diagnostic"));
    broken.place.write("main.tf", "resource \"terraform_data\" {");
    broken.document("validate", &["validate", "-json"], 1);
}

/// What the `configuration` part tells was measured of Terraform 1.11.4.
#[test]
fn the_configuration_is_told_as_readers_of_plans_expect_it() {
    let town = Session::new(
        r#"
provider "terraform" {
  alias = "x"
}
variable "n" {
  default = 2
}
variable "secret" {
  default   = "hidden"
  sensitive = true
}
resource "terraform_data" "one" {
  input = { k = "v", n = 1 + 2 }
}
resource "terraform_data" "two" {
  count            = var.n
  provider         = terraform.x
  input            = [terraform_data.one.output.k, count.index, upper("x"), path.module]
  triggers_replace = terraform_data.one[*].id
  depends_on       = [terraform_data.one]
  provisioner "local-exec" {
    command     = "echo ${self.id}"
    environment = { A = "b" }
  }
}
resource "terraform_data" "three" {
  for_each = toset(["a"])
  input    = "${each.key} ${module.m["z"].tree} ${terraform_data.two[0].output[1]}"
}
module "m" {
  source   = "./park"
  for_each = { z = 1 }
  trees    = terraform_data.one.output
}
output "k" {
  value = upper("x")
}
"#,
    );
    town.place.write("park/main.tf", PARK);
    town.run(&["init"], 0);
    let plan = town.plan(&[]);
    let configuration = &plan["configuration"];
    let root = &configuration["root_module"];
    let resource = |name: &str| -> &Json {
        let mut all = root["resources"].as_array().unwrap().iter();
        all.find(|resource| resource["name"] == name).unwrap()
    };
    let told = serde_json::json!({
        "provider": configuration["provider_config"]["terraform.x"]["alias"],
        "variables": root["variables"],
        "one": resource("one")["expressions"],
        "two": [
            resource("two")["expressions"],
            resource("two")["count_expression"],
            resource("two")["depends_on"],
            resource("two")["provisioners"],
            resource("two")["provider_config_key"],
        ],
        "three": [resource("three")["expressions"], resource("three")["for_each_expression"]],
        "call": [root["module_calls"]["m"]["expressions"], root["module_calls"]["m"]["for_each_expression"]],
        "k": root["outputs"]["k"],
    });
    let expected = serde_json::json!({
        "provider": "x",
        "variables": {"n": {"default": 2}, "secret": {"sensitive": true}},
        "one": {"input": {"constant_value": {"k": "v", "n": 3}}},
        "two": [
            {
                "input": {"references": [
                    "terraform_data.one.output.k", "terraform_data.one.output", "terraform_data.one",
                    "count.index", "path.module",
                ]},
                "triggers_replace": {"references": ["terraform_data.one"]},
            },
            {"references": ["var.n"]},
            ["terraform_data.one"],
            [{"type": "local-exec", "expressions": {
                "command": {"references": ["self.id", "self"]},
                "environment": {"constant_value": {"A": "b"}},
            }}],
            "terraform.x",
        ],
        "three": [
            {"input": {"references": [
                "each.key", "module.m[\"z\"].tree", "module.m[\"z\"]", "terraform_data.two[0].output[1]",
                "terraform_data.two[0].output", "terraform_data.two[0]", "terraform_data.two",
            ]}},
            null,
        ],
        "call": [
            {"trees": {"references": ["terraform_data.one.output", "terraform_data.one"]}},
            {"constant_value": {"z": 1}},
        ],
        "k": {"expression": {}},
    });
    assert_eq!(told, expected, "{told:#}");
}

/// The reader is strict: it wants an object before and after, so it reads plans whose changes are all in place.
#[test]
fn a_reader_of_plans_that_others_wrote_reads_ours() {
    let town = Session::new(
        r#"
variable "word" {
  default = "old"
}
resource "terraform_data" "a" {
  input = var.word
}
resource "terraform_data" "b" {
  for_each = toset(["x", "y"])
  input    = "${terraform_data.a.output} ${each.key}"
}
output "all" {
  value = { a = var.word }
}
"#,
    );
    town.run(&["init"], 0);
    town.run(&["apply", "-auto-approve"], 0);
    town.run(&["plan", "-var=word=new", "-out=p.plan"], 0);
    let plan = town.run(&["show", "-json", "p.plan"], 0);
    let plan = TerraformParser::parse_plan(&plan).unwrap();
    let changed: Vec<&str> = plan
        .resource_changes
        .iter()
        .map(|change| &*change.address)
        .collect();
    assert_eq!(
        changed,
        [
            "terraform_data.a",
            "terraform_data.b[\"x\"]",
            "terraform_data.b[\"y\"]"
        ]
    );
    let change = plan.resource_changes[0].change.as_ref().unwrap();
    assert_eq!(
        (&change.before["input"], &change.after["input"]),
        (&"old".into(), &"new".into())
    );
    assert!(change.after_unknown.contains_key("output"));
    assert_eq!(plan.configuration.root_module.resources.len(), 2);
    assert!(plan.output_changes.contains_key("all"));
    let state = TerraformParser::parse_state(&town.run(&["show", "-json"], 0)).unwrap();
    assert_eq!(state.values.root_module.resources.len(), 3);
    assert_eq!(state.values.outputs["all"].value["a"], "old");
}
