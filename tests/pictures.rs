//! Pictures at the command line: `graph -svg` of a configuration and of a plan, and the page of a plan.
//!
//! What a browser makes of the page is in `browser.rs`.
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

/// A plan with a secret, and names and values that try to become markup.
const HOSTILE: &str = r#"
variable "secret" {
  default   = "hunter2"
  sensitive = true
}
locals {
  bad = "</script></pre><script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>"
}
resource "terraform_data" "hostile" {
  for_each = toset([local.bad, "fine"])
  input    = { bad = local.bad, "${local.bad}" = "key", secret = var.secret, lines = "a\n${local.bad}\n\u001b[31mred" }
}
output "bad" {
  value = local.bad
}
output "secret" {
  value     = var.secret
  sensitive = true
}
check "hostile" {
  assert {
    condition     = local.bad == "good"
    error_message = local.bad
  }
}
"#;

/// The page without what is no markup: its style and its script.
fn markup(page: &str) -> String {
    let mut rest = page.replacen("<!DOCTYPE html>\n", "", 1);
    for name in ["style", "script"] {
        let (from, to) = (format!("<{name}>"), format!("</{name}>"));
        let (before, behind) = rest.split_once(&from).expect("there is one");
        let (_, behind) = behind.split_once(&to).expect("it ends");
        rest = format!("{before}{behind}");
    }
    rest
}

#[test]
fn a_page_is_well_formed_private_and_holds_no_secret() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.write("main.tf", HOSTILE);
    place
        .run(&["plan", "-html=plan.html", "-out=next"])
        .expect(0)
        .says("Plan: 2 to add");
    let path = place.path().join("plan.html");
    let page = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(!page.contains("hunter2") && !page.contains('\u{1b}'));
    let text = markup(&page);
    let document = Document::parse(&text).expect("well-formed");
    let count = |name: &str| {
        document
            .descendants()
            .filter(|node| node.tag_name().name() == name)
            .count()
    };
    assert_eq!(
        (
            count("script"),
            count("img"),
            count("h1"),
            count("main"),
            count("nav")
        ),
        (0, 0, 1, 1, 1)
    );
    let titles: Vec<&str> = document
        .descendants()
        .filter(|node| node.tag_name().name() == "h2")
        .filter_map(|node| node.text())
        .collect();
    assert_eq!(titles, ["Warnings", "Changes", "Outputs", "Order", "Times"]);
    for node in document.descendants() {
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(
                !name.starts_with("on") && !["src", "style", "srcset", "action"].contains(&name),
                "{name}"
            );
            assert!(name != "href" || value.starts_with('#'), "{value}");
        }
    }
    // `show` writes the same page, but for the command that approves it and the times, which only planning knows.
    place.run(&["show", "-html=shown.html", "next"]).expect(0);
    let shown = std::fs::read_to_string(place.path().join("shown.html")).unwrap();
    let same = |page: &str| {
        let before = page.split("<section id=\"times\"").next().unwrap();
        let before = before.split("</main>").next().unwrap();
        let before = before.replace("<li><a href=\"#times\">Times</a></li>", "");
        let lines = before.trim_end().lines();
        let lines = lines.filter(|line| !line.contains("-expect-digest="));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(same(&page), same(&shown));
}

#[test]
fn the_policy_of_a_page_allows_its_own_style_and_script_and_nothing_else() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let place = Place::new();
    place.write("main.tf", HOSTILE);
    place.run(&["plan", "-html=plan.html"]).expect(0);
    let page = std::fs::read_to_string(place.path().join("plan.html")).unwrap();
    let hash = |name: &str| {
        let (_, behind) = page.split_once(&format!("<{name}>")).unwrap();
        let (text, _) = behind.split_once(&format!("</{name}>")).unwrap();
        base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(text))
    };
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash("style"),
        hash("script")
    );
    assert!(page.contains(&policy), "{policy}");
}

#[test]
fn a_plan_that_changes_nothing_has_a_page_too() {
    let place = Place::new();
    place.write("main.tf", "resource \"terraform_data\" \"a\" {}\n");
    place.run(&["apply", "-auto-approve"]).expect(0);
    place.run(&["plan", "-html=plan.html"]).expect(0);
    let page = std::fs::read_to_string(place.path().join("plan.html")).unwrap();
    assert!(
        page.contains("Nothing has to change.") && page.contains("No object is created, changed or deleted.")
    );
    Document::parse(&markup(&page)).expect("well-formed");
    place
        .run(&["plan", "-html=none/plan.html"])
        .expect(1)
        .says("cli/file");
    place
        .run(&["show", "-html=plan.html"])
        .expect(1)
        .says("cli/usage");
}

#[test]
fn a_page_tells_drift_in_a_table_and_the_calls_with_their_bodies() {
    let place = Place::example("helloworld");
    place.run(&["apply", "-auto-approve"]).expect(0);
    place.run(&["stop", "giantswarm_app.helloworld"]).expect(0);
    place.run(&["plan", "-html=plan.html"]).expect(0);
    let page = std::fs::read_to_string(place.path().join("plan.html")).unwrap();
    let text = markup(&page);
    let document = Document::parse(&text).expect("well-formed");
    let rows = |id: &str| -> Vec<Vec<String>> {
        let section = document
            .descendants()
            .find(|node| node.attribute("id") == Some(id))
            .expect(id);
        let texts = |row: Node| {
            row.children()
                .map(|cell| {
                    cell.descendants()
                        .filter_map(|node| node.text().filter(|_| node.is_text()))
                        .collect()
                })
                .collect()
        };
        section
            .descendants()
            .filter(|node| node.tag_name().name() == "tr")
            .map(texts)
            .collect()
    };
    let drift = rows("drift");
    assert_eq!(
        drift[0],
        ["attribute", "configuration", "last applied", "platform now"]
    );
    assert!(
        drift.iter().any(|row| row[0] == "running" && row[3] == "false"),
        "{drift:?}"
    );
    let calls = rows("calls");
    assert_eq!(calls[0], ["no.", "method", "path and body", "for"]);
    assert_eq!(
        calls[1][1..],
        [
            "POST",
            "/v1/org/bantic/env/dev/app/helloworld/start",
            "giantswarm_app.helloworld"
        ]
    );
}
