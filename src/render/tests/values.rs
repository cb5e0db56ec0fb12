//! What stands inside a change: blocks, lists, sets, long texts, JSON.

use super::*;

#[test]
fn labelled_blocks_stand_as_blocks() {
    let before = nested_app(&[
        ("api", &[("go", "a/b:1")]),
        ("old", &[]),
        ("web", &[("nginx", "nginx:1")]),
    ]);
    let after = nested_app(&[
        ("api", &[("go", "a/b:1")]),
        ("web", &[("nginx", "nginx:2"), ("php", "php:7")]),
    ]);
    let mut update = change("fake_nested.shop", Action::DeleteThenCreate, before, after);
    update.replace_paths = vec![
        Path::root()
            .attr("service")
            .key("web")
            .attr("component")
            .key("nginx")
            .attr("image"),
    ];
    check(
        &plan(vec![update]),
        r#"
  # fake_nested.shop must be replaced
-/+ resource "fake_nested" "shop" {
        id   = "acme/prod/shop"
        name = "shop"

      - service "old" {}
      ~ service "web" {
          ~ component "nginx" {
              ~ image = "nginx:1" -> "nginx:2" # forces replacement
                # (1 unchanged attribute hidden)
            }
          + component "php" {
              + image = "php:7"
              + ports = [
                  + "80/tcp",
                ]
            }
        }

        # (1 unchanged block hidden)
    }

Plan: 1 to add, 0 to change, 1 to destroy.
"#,
    );
}

#[test]
fn lists_show_where_a_change_is_and_sets_only_what_comes_and_goes() {
    let list = |items: &[&str]| Value::list(Type::String, items.iter().map(Value::string).collect());
    let set = |items: &[&str]| Value::set(Type::String, items.iter().map(Value::string).collect());
    let before = object([
        ("id", "1".into()),
        ("list", list(&["a", "b", "c", "d", "e", "f", "g"])),
        ("same", set(&["x"])),
        ("set", set(&["x", "y", "z"])),
    ]);
    let after = object([
        ("id", "1".into()),
        ("list", list(&["a", "b", "c", "e", "f", "g", "h"])),
        ("same", set(&["x"])),
        ("set", set(&["w", "x", "z"])),
    ]);
    check(
        &plan(vec![change("fake_app.a", Action::Update, before, after)]),
        r#"
  # fake_app.a will be updated in-place
  ~ resource "fake_app" "a" {
        id   = "1"
      ~ list = [
            # (2 unchanged elements hidden)
            "c",
          - "d",
            "e",
            # (1 unchanged element hidden)
            "g",
          + "h",
        ]
      ~ set  = [
          - "y",
          + "w",
            # (2 unchanged elements hidden)
        ]
        # (1 unchanged attribute hidden)
    }

Plan: 0 to add, 1 to change, 0 to destroy.
"#,
    );
}

#[test]
fn a_long_text_shows_the_neighbourhood_of_its_changes() {
    let text = |line: &str| {
        let lines: Vec<String> = (1..=30)
            .map(|at| {
                if at == 15 {
                    line.to_owned()
                } else {
                    format!("line {at}")
                }
            })
            .collect();
        Value::string(lines.join("\n"))
    };
    let before = object([("id", "1".into()), ("text", text("old"))]);
    let after = object([("id", "1".into()), ("text", text("new\u{1b}[2J"))]);
    check(
        &plan(vec![change("fake_app.a", Action::Update, before, after)]),
        r#"
  # fake_app.a will be updated in-place
  ~ resource "fake_app" "a" {
        id   = "1"
      ~ text = <<-EOT
            # (11 unchanged lines hidden)
            line 12
            line 13
            line 14
          - old
          + new\u001b[2J
            line 16
            line 17
            line 18
            # (12 unchanged lines hidden)
        EOT
    }

Plan: 0 to add, 1 to change, 0 to destroy.
"#,
    );
}

#[test]
fn json_that_is_only_spelled_differently_says_so() {
    let app = |json: &str| object([("id", "1".into()), ("json", Value::string(json))]);
    let changed = change(
        "fake_app.a",
        Action::Update,
        app(r#"{"a": 1}"#),
        app(r#"{"a":1}"#),
    );
    check(
        &plan(vec![changed]),
        r#"
  # fake_app.a will be updated in-place
  ~ resource "fake_app" "a" {
        id   = "1"
      ~ json = jsonencode( # whitespace changes
            {
                a = 1
            }
        )
    }

Plan: 0 to add, 1 to change, 0 to destroy.
"#,
    );
}
