//! What stands around the changes: headers, calls, outputs, drift.

use super::*;

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

Plan: 1 to add, 0 to change, 1 to destroy.
"#,
    );
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
            previous: None,
            before: before.clone(),
            after,
            answered: false,
        },
        Drift {
            addr: addr("fake_app.web"),
            previous: None,
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
