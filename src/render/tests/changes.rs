//! Single changes: a new object, a nested change, a replacement, an object that goes.

use super::*;

#[test]
fn a_new_object_shows_all_that_is_set_and_what_is_not_known_yet() {
    let after = object([
        ("id", unknown()),
        ("note", null()),
        (
            "input",
            object([
                ("members", strings(["ann", "bob"])),
                (
                    "deep",
                    object([("text", Value::string("line1\nline2\n")), ("none", null())]),
                ),
                ("token", Value::string("s3cr3t").mark(Marks::SENSITIVE)),
                ("empty", Value::empty_tuple()),
            ]),
        ),
        (
            "labels",
            Value::map_from(Type::String, [("a b", Value::string("1"))]),
        ),
    ]);
    check(
        &plan(vec![change("fake_app.a[\"x\"]", Action::Create, null(), after)]),
        r#"
  # fake_app.a["x"] will be created
  + resource "fake_app" "a" {
      + id     = (known after apply)
      + input  = {
          + deep    = {
              + none = null
              + text = <<-EOT
                    line1
                    line2
                EOT
            }
          + empty   = []
          + members = [
              + "ann",
              + "bob",
            ]
          + token   = (sensitive value)
        }
      + labels = {
          + "a b" = "1"
        }
    }

Plan: 1 to add, 0 to change, 0 to destroy.
"#,
    );
}

fn organisation(b: &str, members: [&str; 3], line: &str, output: Value) -> Value {
    object([
        ("id", Value::string("d605")),
        (
            "input",
            object([
                (
                    "labels",
                    object([
                        ("a", "1".into()),
                        ("b", b.into()),
                        ("c", "3".into()),
                        ("d", "4".into()),
                    ]),
                ),
                ("members", strings(members)),
                ("name", "acme".into()),
                (
                    "nested",
                    object([(
                        "deep",
                        object([
                            ("list", Value::tuple(vec![Value::int(1)])),
                            ("text", Value::string(format!("line1\n{line}\nline3\n"))),
                        ]),
                    )]),
                ),
            ]),
        ),
        ("output", output),
    ])
}

#[test]
fn a_nested_change_shows_only_what_changes_and_counts_the_rest() {
    let before = organisation(
        "2",
        ["ann", "bob", "cyn"],
        "line2",
        object([("x", Value::int(1))]),
    );
    let after = organisation("9", ["ann", "cyn", "dan"], "line2 changed", unknown());
    let expected = r#"
  # terraform_data.org will be updated in-place
  ~ resource "terraform_data" "org" {
        id     = "d605"
      ~ input  = {
          ~ labels  = {
              ~ b = "2" -> "9"
                # (3 unchanged attributes hidden)
            }
          ~ members = [
                "ann",
              ~ "bob" -> "cyn",
              ~ "cyn" -> "dan",
            ]
            name    = "acme"
          ~ nested  = {
              ~ deep = {
                  ~ text = <<-EOT
                        line1
                      - line2
                      + line2 changed
                        line3
                    EOT
                    # (1 unchanged attribute hidden)
                }
            }
        }
      ~ output = {
          - x = 1
        } -> (known after apply)
    }

Plan: 0 to add, 1 to change, 0 to destroy.
"#;
    check(
        &plan(vec![change("terraform_data.org", Action::Update, before, after)]),
        expected,
    );
    if let Some(sample) = sample("08-plan-update-nested.txt", "  # terraform_data.org") {
        let upto = |text: &str| text.replace("d6053964-d500-20ce-4c95-ed415d66c7d0", "d605");
        let (ours, theirs) = (expected.trim_start_matches('\n'), upto(&sample));
        let cut = ours.find("      ~ output").unwrap();
        assert_eq!(ours[..cut], theirs[..theirs.find("      ~ output").unwrap()]);
    }
}

#[test]
fn a_replacement_says_which_attribute_forces_it_and_json_is_compared_inside() {
    let config = |b: &str, port: i64, more: &str| {
        Value::string(format!(
            r#"{{"env":{{"A":"1","B":"{b}"{more}}},"flags":{{"beta":false}},"routes":[{{"path":"/","port":80}},{{"path":"/x","port":{port}}}]}}"#
        ))
    };
    let app = |config: Value, id: Value, region: &str, secret: &str, url: Value| {
        object([
            ("config_json", config),
            ("id", id),
            (
                "labels",
                Value::map_from(Type::String, [("team", Value::string("core"))]),
            ),
            ("name", "api".into()),
            ("region", region.into()),
            ("scale", Value::int(2)),
            ("secret", Value::string(secret).mark(Marks::SENSITIVE)),
            ("url", url),
        ])
    };
    let url = Value::string("https://api.example.test");
    let before = app(
        config("2", 81, ""),
        "app-api-73317".into(),
        "eu-1",
        "hunter2",
        url,
    );
    let after = app(
        config("3", 8181, r#","C":"4""#),
        unknown(),
        "us-1",
        "hunter3",
        unknown(),
    );
    let mut replaced = change("fake_app.api", Action::DeleteThenCreate, before, after);
    replaced.replace_paths = vec![Path::root().attr("region")];
    let expected = r#"
  # fake_app.api must be replaced
-/+ resource "fake_app" "api" {
      ~ config_json = jsonencode(
          ~ {
              ~ env    = {
                  ~ B = "2" -> "3"
                  + C = "4"
                    # (1 unchanged attribute hidden)
                }
              ~ routes = [
                    {
                        path = "/"
                        port = 80
                    },
                  ~ {
                      ~ port = 81 -> 8181
                        # (1 unchanged attribute hidden)
                    },
                ]
                # (1 unchanged attribute hidden)
            }
        )
      ~ id          = "app-api-73317" -> (known after apply)
        name        = "api"
      ~ region      = "eu-1" -> "us-1" # forces replacement
      ~ secret      = (sensitive value)
      ~ url         = "https://api.example.test" -> (known after apply)
        # (2 unchanged attributes hidden)
    }

Plan: 1 to add, 0 to change, 1 to destroy.
"#;
    check(&plan(vec![replaced]), expected);
    if let Some(sample) = sample("30-plan-forces-replacement.txt", "  # fake_app.api") {
        assert!(expected.contains(&sample), "{sample}");
    }
}

#[test]
fn an_object_that_goes_shows_what_is_lost_and_why() {
    let before = object([
        ("config_json", Value::string(r#"{"x":1}"#)),
        ("id", "app-1".into()),
        (
            "labels",
            Value::map_from(Type::String, [("a", Value::string("b"))]),
        ),
        ("secret", Value::string("x").mark(Marks::SENSITIVE)),
    ]);
    let mut gone = change("fake_app.web[\"k\"]", Action::Delete, before, null());
    gone.reason = Reason::EachKey;
    check(
        &plan(vec![gone]),
        r#"
  # fake_app.web["k"] will be destroyed
  # (because key ["k"] is not in for_each map)
  - resource "fake_app" "web" {
      - config_json = jsonencode(
            {
              - x = 1
            }
        ) -> null
      - id          = "app-1" -> null
      - labels      = {
          - "a" = "b"
        } -> null
      - secret      = (sensitive value) -> null
    }

Plan: 0 to add, 0 to change, 1 to destroy.
"#,
    );
}
