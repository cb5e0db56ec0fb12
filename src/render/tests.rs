//! Plans as text: each test gives values before and after and the text that a person should read.

use std::sync::Arc;

use super::plan::{View, text};
use super::{Schemas, Style};
use crate::addr::parse_instance;
use crate::config::ProviderRef;
use crate::plan::change::{Action, Drift, OutputChange, Plan, PlanMode, Reason, ResourceChange};
use crate::plan::semantics::PlannedCall;
use crate::plan::steps::{Step, StepGraph, StepKind};
use crate::schema::{Attribute, Block, NestedBlock, Nesting, ProviderSchema, ResourceSchema};
use crate::state::State;
use crate::value::{Marks, Path, Type, Value};

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::object(members)
}

fn strings<const N: usize>(items: [&str; N]) -> Value {
    Value::tuple(items.map(Value::string).to_vec())
}

fn unknown() -> Value {
    Value::unknown(Type::String)
}

fn null() -> Value {
    Value::dynamic_null()
}

fn change(addr: &str, action: Action, before: Value, after: Value) -> ResourceChange {
    ResourceChange {
        addr: parse_instance(addr).unwrap(),
        previous: None,
        deposed: None,
        provider: ProviderRef {
            name: Arc::from("fake"),
            alias: None,
        },
        action,
        reason: Reason::None,
        before,
        after,
        replace_paths: Vec::new(),
        calls: Vec::new(),
        importing: None,
        span: None,
    }
}

fn plan(changes: Vec<ResourceChange>) -> Plan {
    let steps = (0..changes.len())
        .map(|at| Step {
            kind: StepKind::Create(at),
            needs: Vec::new(),
        })
        .collect();
    Plan {
        mode: PlanMode::Normal,
        changes,
        drift: Vec::new(),
        outputs: Vec::new(),
        steps: StepGraph { steps },
        prior: State::default(),
        partial: false,
        errored: false,
        checks: Default::default(),
        check_warnings: Default::default(),
        warnings: Default::default(),
    }
}

/// An app with labelled blocks, as the provider has it, in small.
fn schemas() -> Schemas {
    let component = Block::new([
        ("image", Attribute::required(Type::String, "")),
        ("ports", Attribute::optional(Type::list(Type::String), "")),
    ]);
    let service = Block::new([]).with_blocks([("component", NestedBlock::new(Nesting::Map, component, ""))]);
    let app = Block::new([
        ("id", Attribute::computed(Type::String, "")),
        ("name", Attribute::required(Type::String, "")),
    ])
    .with_blocks([("service", NestedBlock::new(Nesting::Map, service, ""))]);
    let mut provider = ProviderSchema {
        name: "fake",
        ..ProviderSchema::default()
    };
    provider.resources.insert(
        "fake_nested",
        ResourceSchema {
            block: app,
            ..ResourceSchema::default()
        },
    );
    Schemas::new([&provider])
}

fn shown(plan: &Plan, calls: bool) -> String {
    text(
        plan,
        View {
            style: Style::PLAIN,
            schemas: &schemas(),
            calls,
        },
    )
}

/// Holds the part of the text that is about changes against what is expected.
fn check(plan: &Plan, expected: &str) {
    let text = shown(plan, false);
    let (_, changes) = text.split_once("following actions:\n\n").unwrap_or(("", &text));
    assert_eq!(
        changes.trim_end(),
        expected.trim_matches('\n').trim_end(),
        "\n{changes}"
    );
}

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

/// The text of a sample recorded from Terraform, where it is at hand, from a header to the end of its block.
fn sample(name: &str, header: &str) -> Option<String> {
    let path = format!("../shared/reference/terraform-samples/{name}");
    let text = std::fs::read_to_string(path).ok()?;
    let start = text.find(header)?;
    let end = start + text[start..].find("\n    }\n")? + "\n    }".len();
    Some(text[start..end].to_owned())
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

fn nested_app(services: &[(&str, &[(&str, &str)])]) -> Value {
    let component = Type::object([("image", Type::String), ("ports", Type::list(Type::String))]);
    let service = Type::object([("component", Type::map(component.clone()))]);
    let services = services.iter().map(|(name, components)| {
        let components = components.iter().map(|(name, image)| {
            let ports = Value::list(Type::String, vec![Value::string("80/tcp")]);
            (*name, object([("image", Value::string(image)), ("ports", ports)]))
        });
        (
            *name,
            object([("component", Value::map_from(component.clone(), components))]),
        )
    });
    object([
        ("id", "acme/prod/shop".into()),
        ("name", "shop".into()),
        ("service", Value::map_from(service.clone(), services)),
    ])
}

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

#[test]
fn reasons_and_moves_stand_in_the_header() {
    let whole = || object([("id", "1".into()), ("x", "y".into())]);
    let mut moved = change("fake_app.new", Action::NoOp, whole(), whole());
    moved.previous = Some(parse_instance("fake_app.old").unwrap());
    let mut forgotten = change("fake_app.team", Action::Forget, whole(), null());
    forgotten.reason = Reason::NoResourceConfig;
    let mut read = change(
        "data.fake_app.d",
        Action::Read,
        null(),
        object([("id", unknown())]),
    );
    read.reason = Reason::ConfigUnknown;
    let mut tainted = change(
        "fake_app.t",
        Action::CreateThenDelete,
        object([("id", "1".into())]),
        object([("id", unknown())]),
    );
    tainted.reason = Reason::Tainted;
    check(
        &plan(vec![moved, forgotten, read, tainted]),
        r#"
  # fake_app.old has moved to fake_app.new
    resource "fake_app" "new" {
        id = "1"
        # (1 unchanged attribute hidden)
    }

 # fake_app.team will no longer be managed by swarmform, but will not be destroyed
 # (destroy = false is set in the configuration)
 . resource "fake_app" "team" {
        id = "1"
        # (1 unchanged attribute hidden)
    }

  # data.fake_app.d will be read during apply
  # (config refers to values not yet known)
 <= data "fake_app" "d" {
      + id = (known after apply)
    }

  # fake_app.t is tainted, so must be replaced
+/- resource "fake_app" "t" {
      ~ id = "1" -> (known after apply)
    }

Plan: 1 to add, 0 to change, 1 to destroy, 1 to forget.
"#,
    );
}

fn call(method: &str, path: &str, body: Option<&str>, mutating: bool) -> PlannedCall {
    PlannedCall {
        method: method.to_owned(),
        path: path.to_owned(),
        body: body.map(str::to_owned),
        mutating,
    }
}

#[test]
fn calls_are_counted_by_method_and_listed_on_request() {
    let mut first = change("fake_org.a", Action::Create, null(), object([("id", unknown())]));
    first.calls = vec![call("POST", "/v1/org/", Some(r#"{"organization_id":"a"}"#), true)];
    let mut second = change("fake_app.b", Action::Create, null(), object([("id", unknown())]));
    second.calls = vec![
        call("POST", "/v1/org/a/env/e/app/", None, true),
        call("GET", "/v1/org/a/env/e/app/b/status", None, false),
        call("DELETE", "/v1/x\n", None, true),
    ];
    let mut all = plan(vec![first, second]);
    let text = shown(&all, true);
    let (_, tail) = text.split_once("Plan: ").unwrap();
    let expected = r#"2 to add, 0 to change, 0 to destroy.
API calls: 1 DELETE, 2 POST (3 in all, reads not counted).

The calls, in the order of the plan:
  1. POST   /v1/org/                      # fake_org.a
     {"organization_id":"a"}
  2. POST   /v1/org/a/env/e/app/          # fake_app.b
  3. GET    /v1/org/a/env/e/app/b/status  # fake_app.b (read)
  4. DELETE /v1/x\n                       # fake_app.b
"#;
    assert_eq!(tail, expected, "\n{tail}");
    all.steps.steps.reverse();
    assert!(
        shown(&all, true).contains("  4. POST   /v1/org/ "),
        "the order is that of the steps"
    );
}

fn output(name: &str, action: Action, before: Value, after: Value, sensitive: bool) -> OutputChange {
    OutputChange {
        name: Arc::from(name),
        action,
        before,
        after,
        sensitive,
    }
}

#[test]
fn outputs_have_a_section_of_their_own() {
    let mut only = plan(Vec::new());
    only.outputs = vec![
        output("same", Action::NoOp, Value::int(1), Value::int(1), false),
        output("scale", Action::Delete, Value::int(1), null(), false),
        output("scale2", Action::Create, null(), Value::int(1), false),
        output("token", Action::Update, "a".into(), "b".into(), true),
        output("url", Action::Update, "a".into(), unknown(), false),
    ];
    let text = shown(&only, false);
    let expected = r#"
Changes to Outputs:
  - scale  = 1 -> null
  + scale2 = 1
  ~ token  = (sensitive value)
  ~ url    = "a" -> (known after apply)

Applying this plan saves these output values in the state and changes nothing
on the platform.
"#;
    assert_eq!(text, expected, "\n{text}");
}

#[test]
fn drift_is_shown_attribute_by_attribute() {
    let app = |labels: &[(&str, &str)]| {
        let labels = labels.iter().map(|(key, value)| (*key, Value::string(value)));
        object([
            ("id", "1".into()),
            ("labels", Value::map_from(Type::String, labels)),
            ("scale", Value::int(1)),
        ])
    };
    let before = app(&[("team", "core"), ("tier", "gold")]);
    let after = app(&[("rogue", "yes"), ("team", "core"), ("tier", "silver")]);
    let mut drifted = plan(Vec::new());
    drifted.mode = PlanMode::RefreshOnly;
    let addr = |text: &str| parse_instance(text).unwrap();
    drifted.drift = vec![
        Drift {
            addr: addr("fake_app.api"),
            before: before.clone(),
            after,
            answered: false,
        },
        Drift {
            addr: addr("fake_app.web"),
            before,
            after: null(),
            answered: false,
        },
    ];
    let text = shown(&drifted, false);
    let expected = r#"
Note: Objects have changed outside of swarmform

Since the last apply, something other than swarmform has made these changes on
the platform:

  # fake_app.api has changed
  ~ resource "fake_app" "api" {
        id     = "1"
      ~ labels = {
          + "rogue" = "yes"
          ~ "tier"  = "gold" -> "silver"
            # (1 unchanged element hidden)
        }
        # (1 unchanged attribute hidden)
    }

  # fake_app.web has been deleted
  - resource "fake_app" "web" {
      - id     = "1" -> null
      - labels = {
          - "team" = "core"
          - "tier" = "gold"
        } -> null
      - scale  = 1 -> null
    }

This plan only refreshes: it undoes none of this. Apply it to take these
values over into the state.
"#;
    assert_eq!(text, expected, "\n{text}");
}

#[test]
fn an_empty_plan_says_so() {
    let text = shown(&plan(Vec::new()), false);
    assert!(
        text.starts_with("\nNo changes. Your infrastructure matches the configuration.\n"),
        "{text}"
    );
}

#[test]
fn only_used_symbols_are_explained_and_colour_is_only_colour() {
    let one = plan(vec![change(
        "fake_app.a",
        Action::Create,
        null(),
        object([("id", unknown())]),
    )]);
    let plain = shown(&one, false);
    assert!(
        plain.contains("  + create\n") && !plain.contains("update in-place"),
        "{plain}"
    );
    let colour = text(
        &one,
        View {
            style: Style {
                colour: true,
                width: 78,
            },
            schemas: &schemas(),
            calls: false,
        },
    );
    assert!(colour.contains("\u{1b}[32m+\u{1b}[0m create"), "{colour:?}");
    let mut bare = String::new();
    let mut letters = colour.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters
                .by_ref()
                .take_while(|letter| *letter != 'm')
                .for_each(drop);
        } else {
            bare.push(letter);
        }
    }
    assert_eq!(bare, plain);
}

#[test]
fn a_secret_is_in_no_part_of_the_text() {
    let secret = |text: &str| Value::string(text).mark(Marks::SENSITIVE);
    let before = object([
        ("id", "1".into()),
        ("map", Value::map_from(Type::String, [("k", secret("hunter1"))])),
        ("set", Value::set(Type::String, vec![secret("hunter2")])),
        ("text", secret("hunter3\nhunter3")),
        ("shown", secret("hunter4")),
    ]);
    let after = object([
        ("id", "1".into()),
        ("map", Value::map_from(Type::String, [("k", secret("hunter5"))])),
        ("set", Value::set(Type::String, vec![secret("hunter6")])),
        ("text", Value::unknown(Type::String)),
        ("shown", Value::string("open")),
    ]);
    for action in [
        Action::Update,
        Action::DeleteThenCreate,
        Action::Delete,
        Action::Create,
    ] {
        let (before, after) = match action {
            Action::Delete => (before.clone(), null()),
            Action::Create => (null(), after.clone()),
            _ => (before.clone(), after.clone()),
        };
        let text = shown(&plan(vec![change("fake_app.a", action, before, after)]), true);
        assert!(!text.contains("hunter"), "{text}");
    }
}

#[test]
fn a_plan_of_many_changes_is_written_in_linear_time() {
    let many = |count: usize| {
        let one = |at: usize| {
            let after = nested_app(&[("api", &[("go", "a/b:1"), ("db", "c/d:2")])]);
            let mut change = change(&format!("fake_nested.many[{at}]"), Action::Create, null(), after);
            change.calls = vec![call("POST", "/v1/org/", Some("{}"), true)];
            change
        };
        plan((0..count).map(one).collect())
    };
    let cost = |count: usize| {
        let plan = many(count);
        let start = std::time::Instant::now();
        let length = shown(&plan, true).len();
        assert!(length > count * 300);
        start.elapsed()
    };
    let (small, large) = (cost(1_000), cost(10_000));
    // Ten times as much may take ten times as long; the rest is for a busy machine.
    assert!(
        large < small * 40 + std::time::Duration::from_millis(200),
        "{small:?} and {large:?}"
    );
}
