//! Renames that a plan recognizes: each proposed block, put into the configuration, leaves nothing to do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

mod support;

use serde_json::{Value, json};
use support::{Place, Ran};

/// A place where a configuration was applied, and another one is written now.
fn place(before: &[(&str, &str)], after: &[(&str, &str)]) -> Place {
    let place = Place::new();
    for (name, text) in before {
        place.write(name, text);
    }
    place.run(&["apply", "-auto-approve"]).expect(0);
    for (name, text) in after {
        place.write(name, text);
    }
    place
}

/// The blocks in the text of a plan.
fn proposed(ran: &Ran) -> String {
    let mut blocks = String::new();
    let mut inside = false;
    for line in ran.out.lines() {
        inside |= line == "  moved {";
        if inside {
            blocks.push_str(line);
            blocks.push('\n');
        }
        inside &= line != "  }";
    }
    blocks
}

/// The renames that a plan tells programs, as pairs of addresses with the number of objects.
fn told(place: &Place) -> Vec<Value> {
    place.run(&["plan", "-out=p"]).expect(0);
    let document: Value = serde_json::from_str(&place.run(&["show", "-json", "p"]).expect(0).out).unwrap();
    let renames = document["swarmform"]["renames"].as_array().unwrap().clone();
    let stream = place.run(&["plan", "-json"]).expect(0).out;
    let lines = stream
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut summaries = lines.filter(|line| line["type"] == "change_summary");
    let summary = summaries.next().unwrap();
    let own = &summary["changes"]["swarmform"]["renames"];
    assert_eq!(
        own.as_array().cloned().unwrap_or_default(),
        renames,
        "both say the same"
    );
    renames
}

/// Puts the blocks of a plan into the configuration: then nothing is left to do.
#[track_caller]
fn settles(place: &Place, renames: &[(&str, &str, usize)]) {
    let expected: Vec<Value> = renames
        .iter()
        .map(|(from, to, objects)| json!({ "from": from, "to": to, "objects": objects }))
        .collect();
    assert_eq!(told(place), expected);
    let plan = place.run(&["plan"]).expect(0).says("Renamed?").says("to destroy");
    let blocks = proposed(&plan);
    assert_eq!(blocks.matches("moved {").count(), renames.len(), "{blocks}");
    place.write("moved.tf", &blocks);
    place
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("Plan: 0 to add, 0 to change, 0 to destroy.")
        .never_says("Renamed?");
    place.run(&["plan"]).expect(0).says("No changes.");
}

#[track_caller]
fn says_nothing(place: &Place) {
    assert_eq!(told(place), Vec::<Value>::new());
    place.run(&["plan"]).expect(0).never_says("moved {");
}

#[test]
fn a_resource_with_another_name() {
    let place = place(
        &[(
            "main.tf",
            "resource \"terraform_data\" \"old\" {\n  input = { a = [1, \"x\"] }\n}\n",
        )],
        &[(
            "main.tf",
            "resource \"terraform_data\" \"new\" {\n  input = { a = [1, \"x\"] }\n}\n",
        )],
    );
    let plan = place.run(&["plan"]).expect(0);
    let (_, note) = plan.out.split_once("to destroy.\n").unwrap();
    let expected = "
Renamed? What goes at terraform_data.old and what comes at terraform_data.new
are the same object, by all that is known. If it only has a new address, this
block says so, and it stays:

  moved {
    from = terraform_data.old
    to   = terraform_data.new
  }
";
    assert!(note.starts_with(expected), "{note}");
    settles(&place, &[("terraform_data.old", "terraform_data.new", 1)]);
}

#[test]
fn keys_in_place_of_indexes() {
    let crew = |repeat: &str, value: &str| {
        format!("resource \"terraform_data\" \"crew\" {{\n  {repeat}\n  input = {value}\n}}\n")
    };
    let place = place(
        &[(
            "main.tf",
            &crew("count = 3", "[\"ada\", \"bob\", \"cyn\"][count.index]"),
        )],
        &[(
            "main.tf",
            &crew("for_each = toset([\"cyn\", \"ada\", \"dan\"])", "each.key"),
        )],
    );
    // Two of three go on under keys; the third is another one.
    let renames = json!([
        { "from": "terraform_data.crew[0]", "to": "terraform_data.crew[\"ada\"]", "objects": 1 },
        { "from": "terraform_data.crew[2]", "to": "terraform_data.crew[\"cyn\"]", "objects": 1 },
    ]);
    assert_eq!(Value::Array(told(&place)), renames);
    let plan = place
        .run(&["plan"])
        .expect(0)
        .says("2 of the objects that go come again at other addresses");
    place.write("moved.tf", &proposed(&plan));
    place
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("Plan: 1 to add, 0 to change, 1 to destroy.");
    place.run(&["plan"]).expect(0).says("No changes.");
}

#[test]
fn a_whole_resource_is_one_block_also_if_its_instances_are_equal() {
    let crew = |name: &str, count: u64| {
        format!("resource \"terraform_data\" \"{name}\" {{\n  count = {count}\n  input = \"same\"\n}}\n")
    };
    let same = place(&[("main.tf", &crew("old", 3))], &[("main.tf", &crew("new", 3))]);
    settles(&same, &[("terraform_data.old", "terraform_data.new", 3)]);
    let numbered = |name: &str, count: u64| crew(name, count).replace("\"same\"", "count.index");
    let more = place(
        &[("main.tf", &numbered("old", 2))],
        &[("main.tf", &numbered("new", 3))],
    );
    let whole = json!([{ "from": "terraform_data.old", "to": "terraform_data.new", "objects": 2 }]);
    assert_eq!(Value::Array(told(&more)), whole, "one more comes");
}

const MODULE: &str = r#"
variable "size" {
  type = number
}
resource "terraform_data" "net" {
  input = { size = var.size }
}
resource "terraform_data" "node" {
  count = 2
  input = { net = terraform_data.net.id, at = count.index, size = var.size }
}
"#;

#[test]
fn a_module_call_is_one_block() {
    let call = |name: &str| format!("module \"{name}\" {{\n  source = \"./m\"\n  size   = 3\n}}\n");
    let place = place(
        &[
            ("main.tf", &call("old")),
            ("m/main.tf", &MODULE.replace("net = terraform_data.net.id, ", "")),
        ],
        &[("main.tf", &call("new"))],
    );
    settles(&place, &[("module.old", "module.new", 3)]);
}

#[test]
fn a_module_call_with_keys_in_place_of_indexes() {
    let call = |name: &str, repeat: &str, size: &str| {
        format!("module \"{name}\" {{\n  source = \"./m\"\n  {repeat}\n  size   = {size}\n}}\n")
    };
    let place = place(
        &[
            ("main.tf", &call("m", "count = 2", "count.index + 5")),
            ("m/main.tf", &MODULE.replace("net = terraform_data.net.id, ", "")),
        ],
        &[("main.tf", &call("m", "for_each = { a = 5, b = 6 }", "each.value"))],
    );
    settles(
        &place,
        &[
            ("module.m[0]", "module.m[\"a\"]", 3),
            ("module.m[1]", "module.m[\"b\"]", 3),
        ],
    );
}

#[test]
fn what_is_not_known_yet_is_not_held_against_it() {
    let call = |name: &str| format!("module \"{name}\" {{\n  source = \"./m\"\n  size   = 3\n}}\n");
    let parts = MODULE.replace(
        "  input = { net = terraform_data.net.id, at = count.index, size = var.size }",
        "  input = count.index\n  triggers_replace = terraform_data.net.id",
    );
    let place = place(
        &[("main.tf", &call("old")), ("m/main.tf", &parts)],
        &[("main.tf", &call("new"))],
    );
    settles(&place, &[("module.old", "module.new", 3)]);
}

#[test]
fn objects_of_the_platform_stay_as_they_are() {
    let lab = r#"
provider "giantswarm" {
  endpoint = "embedded"
}

resource "giantswarm_org" "lab" {
  name = "acme_lab"
}

resource "giantswarm_member" "crew" {
  count    = 2
  org      = giantswarm_org.lab.name
  username = ["ada", "grace"][count.index]
}
"#;
    let now = lab
        .replace("\"lab\" {", "\"works\" {")
        .replace("giantswarm_org.lab", "giantswarm_org.works")
        .replace("count    = 2", "for_each = toset([\"grace\", \"ada\"])")
        .replace("[\"ada\", \"grace\"][count.index]", "each.key");
    let place = place(&[("main.tf", lab)], &[("main.tf", &now)]);
    place.run(&["plan"]).expect(0).says("API calls: 1 DELETE, 5 POST");
    let renames = [
        ("giantswarm_member.crew[0]", "giantswarm_member.crew[\"ada\"]", 1),
        (
            "giantswarm_member.crew[1]",
            "giantswarm_member.crew[\"grace\"]",
            1,
        ),
        ("giantswarm_org.lab", "giantswarm_org.works", 1),
    ];
    settles(&place, &renames);
}

#[test]
fn a_resource_that_goes_into_a_module() {
    let data = "resource \"terraform_data\" \"a\" {\n  input = \"one\"\n}\n";
    let place = place(
        &[("main.tf", data)],
        &[
            ("main.tf", "module \"m\" {\n  source = \"./m\"\n}\n"),
            ("m/main.tf", data),
        ],
    );
    settles(&place, &[("terraform_data.a", "module.m.terraform_data.a", 1)]);
}

#[test]
fn where_there_are_two_that_could_be_it_nothing_is_said() {
    let data = |name: &str| format!("resource \"terraform_data\" \"{name}\" {{\n  input = \"same\"\n}}\n");
    let two = data("a") + &data("b");
    says_nothing(&place(&[("main.tf", &two)], &[("main.tf", &data("c"))]));
    says_nothing(&place(&[("main.tf", &data("c"))], &[("main.tf", &two)]));
    // Nothing is known to be the same, though nothing is known to differ.
    let empty = |name: &str| format!("resource \"terraform_data\" \"{name}\" {{}}\n");
    says_nothing(&place(&[("main.tf", &empty("a"))], &[("main.tf", &empty("b"))]));
}

#[test]
fn what_is_declared_still_has_not_moved() {
    let many = |count: u64| {
        format!("resource \"terraform_data\" \"a\" {{\n  count = {count}\n  input = \"same\"\n}}\n")
    };
    let other = "resource \"terraform_data\" \"b\" {\n  input = \"same\"\n}\n";
    let place = place(&[("main.tf", &many(2))], &[("main.tf", &(many(1) + other))]);
    settles(&place, &[("terraform_data.a[1]", "terraform_data.b", 1)]);
}

#[test]
fn values_are_compared_and_not_told() {
    let data = |name: &str, text: &str| {
        format!("resource \"terraform_data\" \"{name}\" {{\n  input = sensitive(\"{text}\")\n}}\n")
    };
    let place = place(
        &[("main.tf", &data("old", "hunter2"))],
        &[("main.tf", &data("new", "hunter2"))],
    );
    let plan = place.run(&["plan"]).expect(0);
    plan.says("terraform_data.new").never_says("hunter");
    settles(&place, &[("terraform_data.old", "terraform_data.new", 1)]);
    place.write("main.tf", &data("third", "hunter3"));
    place.write("moved.tf", "");
    says_nothing(&place);
}
