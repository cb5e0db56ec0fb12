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

fn drifted(addr: &str, before: Value, after: Value, parts: Vec<Deviation>, answered: Answered) -> Drift {
    Drift {
        addr: parse_instance(addr).unwrap(),
        previous: None,
        before,
        after,
        answered,
        parts,
        span: None,
    }
}

fn part(path: Path, config: Option<Value>, last: Value, now: Value, argument: bool) -> Deviation {
    Deviation {
        path,
        config,
        last,
        now,
        argument,
        span: None,
    }
}

fn named() -> Value {
    object([("id", "1".into()), ("name", "api".into())])
}

#[test]
fn drift_and_what_the_plan_does_stand_under_headings_of_their_own() {
    let mut undone = change(
        "fake_app.api",
        Action::Update,
        object([("scale", Value::int(7))]),
        object([("scale", Value::int(1))]),
    );
    undone.span = None;
    let mut again = change(
        "fake_app.web",
        Action::Create,
        null(),
        object([("id", unknown())]),
    );
    again.reason = Reason::DeletedOutside;
    let mut all = plan(vec![undone, again]);
    let root = Path::root;
    all.drift = vec![
        drifted(
            "fake_app.api",
            named(),
            named(),
            vec![
                part(
                    root().attr("labels").key("rogue"),
                    Some(null()),
                    null(),
                    "yes".into(),
                    true,
                ),
                part(
                    root().attr("scale"),
                    Some(Value::int(1)),
                    Value::int(1),
                    Value::int(7),
                    true,
                ),
                part(
                    root().attr("token"),
                    Some(Value::string("a").mark(Marks::SENSITIVE)),
                    "a".into(),
                    "b".into(),
                    true,
                ),
                part(
                    root().attr("zone"),
                    Some(unknown()),
                    "eu-1".into(),
                    "eu-2".into(),
                    true,
                ),
                part(root().attr("url"), Some(null()), "a".into(), "b".into(), false),
            ],
            Answered::Alone,
        ),
        drifted("fake_app.web", named(), null(), Vec::new(), Answered::Alone),
        drifted(
            "fake_org.lab",
            named(),
            named(),
            vec![part(
                root().attr("members"),
                Some(null()),
                strings(["a"]),
                strings(["a", "b"]),
                false,
            )],
            Answered::No,
        ),
    ];
    let text = shown(&all, false);
    let expected = r#"
Drift: Objects have changed outside of swarmform

Since the last apply, something other than swarmform has made these changes on
the platform:

  # fake_app.api has changed outside
  # (the plan below changes it back)
  ~ resource "fake_app" "api" {
        id   = "1"
        name = "api"
        attribute        configuration        last applied  platform now
        labels["rogue"]  (not set)            (absent)      "yes"
        scale            1                    1             7
        token            (sensitive)          (sensitive)   (sensitive)
        zone             (known after apply)  "eu-1"        "eu-2"
        # (1 attribute that only the platform sets not shown)
    }

  # fake_app.web has been deleted outside
  # (the plan below creates it again)
  - resource "fake_app" "web" {
        id   = "1"
        name = "api"
    }

Where the configuration says otherwise, the plan changes them back. What it
does not speak of is taken over into the state.

─────────────────────────────────────────────────────────────────────────────

Changes: What applying this plan does

(Attributes that only the platform sets have new values: fake_org.lab
(members). They ask for no action; -refresh-only shows them.)

swarmform has made this plan. Its actions are marked with these symbols:
  + create
  ~ update in-place

swarmform will perform the following actions:

  # fake_app.api will be updated in-place
  # (only undoes what has changed outside)
  ~ resource "fake_app" "api" {
      ~ scale = 7 -> 1
    }

  # fake_app.web will be created
  # (again, because it was deleted outside of swarmform)
  + resource "fake_app" "web" {
      + id = (known after apply)
    }

Plan: 1 to add, 1 to change, 0 to destroy.
"#;
    assert_eq!(text, expected, "\n{text}");
}

#[test]
fn a_plan_that_only_refreshes_shows_all_and_asks_only_for_what_matters() {
    let mut all = plan(Vec::new());
    all.mode = PlanMode::RefreshOnly;
    let members = part(
        Path::root().attr("members"),
        Some(null()),
        strings(["a"]),
        strings(["a", "b"]),
        false,
    );
    all.drift = vec![drifted(
        "fake_org.lab",
        named(),
        named(),
        vec![members],
        Answered::No,
    )];
    assert!(all.is_empty(), "only the platform sets it");
    let text = shown(&all, false);
    assert!(
        text.contains("Only attributes that the platform alone sets have new values"),
        "{text}"
    );
    assert!(
        text.contains("members    (not set)      [\"a\"]         [\"a\", \"b\"]"),
        "{text}"
    );
    let scale = part(
        Path::root().attr("scale"),
        None,
        Value::int(1),
        Value::int(2),
        true,
    );
    all.drift.push(drifted(
        "fake_org.web",
        named(),
        named(),
        vec![scale],
        Answered::No,
    ));
    assert!(!all.is_empty());
    let text = shown(&all, false);
    assert!(text.contains("(not in configuration)"), "{text}");
    assert!(text.contains("it undoes none of this"), "{text}");
}

#[test]
fn long_values_stay_within_their_columns() {
    let image = |tag: &str| Value::string(format!("registry.example.com/some/where/deep/hello:{tag}"));
    let path = Path::root()
        .attr("service")
        .key("web")
        .attr("component")
        .key("flask")
        .attr("image");
    let mut all = plan(Vec::new());
    all.mode = PlanMode::RefreshOnly;
    let parts = vec![part(path, Some(image("1.0")), image("1.0"), image("2.0"), true)];
    all.drift = vec![drifted("fake_app.api", named(), named(), parts, Answered::No)];
    let text = shown(&all, false);
    let expected = r#"
        attribute  configuration       last applied        platform now
        service["web"].component["flask"].image
                   "registry.example.  "registry.example.  "registry.example.
                   com/some/where/     com/some/where/     com/some/where/
                   deep/hello:1.0"     deep/hello:1.0"     deep/hello:2.0"
"#;
    assert!(text.contains(expected.trim_start_matches('\n')), "\n{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 78), "\n{text}");
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
fn three_changes_are_told_in_short_first_and_two_are_not() {
    let new = |name: &str| {
        let addr = format!("fake_app.{name}");
        change(&addr, Action::Create, null(), object([("id", unknown())]))
    };
    let two = plan(vec![new("a"), new("b")]);
    assert!(!shown(&two, false).contains("In detail:"));
    let gone = change("fake_app.c", Action::Delete, named(), null());
    let three = plan(vec![new("a"), new("b"), gone]);
    let text = shown(&three, false);
    let (_, text) = text.split_once("following actions:\n\n").unwrap();
    let expected = r#"  + fake_app.a
  + fake_app.b
  - fake_app.c

In detail:

  # fake_app.a will be created
  + resource "fake_app" "a" {
"#;
    assert!(text.starts_with(expected), "\n{text}");
}

#[test]
fn a_brief_plan_tells_each_change_on_one_line_and_no_value() {
    let app = |name: &str, image: &str| {
        object([("name", name.into()), ("image", image.into()), ("id", "1".into())])
    };
    let mut replaced = change(
        "fake_app.renamed",
        Action::DeleteThenCreate,
        app("a", "x"),
        app("b", "y"),
    );
    replaced.replace_paths = vec![crate::value::Path::root().attr("name")];
    let mut tainted = change(
        "fake_app.t",
        Action::DeleteThenCreate,
        app("a", "x"),
        app("a", "x"),
    );
    tainted.reason = Reason::Tainted;
    let mut gone = change("fake_app.gone", Action::Delete, app("a", "x"), null());
    gone.reason = Reason::NoResourceConfig;
    let all = plan(vec![
        gone,
        change("fake_app.new", Action::Create, null(), app("a", "x")),
        replaced,
        tainted,
        change(
            "fake_app.updated",
            Action::Update,
            app("a", "secret"),
            app("a", "y"),
        ),
    ]);
    let view = View {
        style: Style::PLAIN,
        schemas: &schemas(),
        calls: false,
        brief: true,
    };
    let text = text(&all, view);
    let (_, lines) = text.split_once("following actions:\n\n").unwrap();
    let expected = "  - fake_app.gone     (because fake_app.gone is not in configuration)
  + fake_app.new
-/+ fake_app.renamed  image, name (forces replacement)
-/+ fake_app.t        is tainted, so must be replaced
  ~ fake_app.updated  image

Plan: 3 to add, 1 to change, 3 to destroy.
";
    assert!(lines.starts_with(expected), "{lines}");
    assert!(!text.contains("secret"));
}
