//! Pictures at the command line: `graph -svg` of a configuration and of a plan.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

mod support;

use roxmltree::{Document, Node};
use support::Place;

/// `CLASS TEXT` of each box, sorted, from its title.
fn boxes(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).expect("well-formed");
    let is_box = |node: &Node| node.attribute("class") == Some("box");
    let mut found: Vec<String> = document
        .descendants()
        .filter(is_box)
        .map(|found| {
            let group = found.parent().unwrap();
            let title = group
                .children()
                .find(|child| child.has_tag_name(("http://www.w3.org/2000/svg", "title")));
            format!(
                "{} | {}",
                group.attribute("class").unwrap(),
                title.unwrap().text().unwrap()
            )
        })
        .collect();
    found.sort();
    found
}

#[test]
fn the_graph_of_a_configuration_is_drawn() {
    let place = Place::example("helloworld");
    let drawn = place.run(&["graph", "-svg"]).expect(0).out;
    assert_eq!(
        boxes(&drawn),
        [
            "resource | giantswarm_app.helloworld",
            "resource | giantswarm_component_scale.flask",
            "resource | giantswarm_member.kord",
            "resource | giantswarm_org.bantic",
        ]
    );
    assert_eq!(drawn.matches("marker-end").count(), 3);
    assert!(drawn.contains("<desc id=\"picture-desc\">4 resources."));
    assert_eq!(drawn, place.run(&["graph", "-svg"]).expect(0).out);
}

#[test]
fn the_steps_of_a_plan_are_drawn_with_what_happens() {
    let place = Place::new();
    place.write(
        "main.tf",
        r#"
resource "terraform_data" "base" {
  input = "a"
}
resource "terraform_data" "changes" {
  input = terraform_data.base.output
}
resource "terraform_data" "replaced" {
  input            = terraform_data.changes.id
  triggers_replace = ["one"]
}
resource "terraform_data" "goes" {}
resource "terraform_data" "apart" {}
"#,
    );
    place.run(&["apply", "-auto-approve"]).expect(0);
    place.edit("main.tf", "[\"one\"]", "[\"two\"]");
    place.edit(
        "main.tf",
        "terraform_data.base.output",
        "\"${terraform_data.base.output}b\"",
    );
    place.edit(
        "main.tf",
        "resource \"terraform_data\" \"goes\" {}",
        "resource \"terraform_data\" \"new\" {}",
    );
    place.run(&["plan", "-out=next"]).expect(0);
    let drawn = place.run(&["graph", "-svg", "-plan=next"]).expect(0).out;
    assert_eq!(
        boxes(&drawn),
        [
            "create | create terraform_data.new",
            "delete | delete terraform_data.goes",
            "keep | keep terraform_data.base",
            "replace | create terraform_data.replaced",
            "replace | delete terraform_data.replaced",
            "update | update terraform_data.changes",
        ]
    );
    assert!(drawn.contains("One more instance stays as it is."));
}

#[test]
fn no_name_becomes_markup() {
    let place = Place::new();
    place.write(
        "main.tf",
        r#"
resource "terraform_data" "many" {
  for_each = toset(["</title></svg><script>alert(1)</script>", "a&b \u001b[31m \"q\" ' ]]>"])
}
"#,
    );
    place.run(&["plan", "-out=next"]).expect(0);
    let drawn = place.run(&["graph", "-svg", "-plan=next"]).expect(0).out;
    assert_eq!(boxes(&drawn).len(), 2);
    assert!(!drawn.contains("<script") && !drawn.contains('\u{1b}'));
}
