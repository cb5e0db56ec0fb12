//! Documents and event lines for programs, against what Terraform's readers expect.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Serde, json};

use super::json_plan::{Source, document};
use super::progress::Event;
use super::stream::{Operation, Stream, timestamp};
use super::{Schemas, Style, json_state, output, state};
use crate::addr::parse_instance;
use crate::config::ProviderRef;
use crate::plan::change::{Action, Counts, Drift, OutputChange, Plan, PlanMode, Reason, ResourceChange};
use crate::plan::drift::{Answered, Deviation};
use crate::plan::steps::StepGraph;
use crate::schema::{Attribute, Block, ProviderSchema, ResourceSchema};
use crate::state::{Instance, Object, OutputRecord, State, Status};
use crate::value::{Marks, Path, Type, Value};

fn schemas() -> Schemas {
    let block = Block::new([
        ("id", Attribute::computed(Type::String, "")),
        ("size", Attribute::optional(Type::Number, "")),
        ("secret", Attribute::optional(Type::String, "").sensitive()),
    ]);
    let mut provider = ProviderSchema {
        name: "fake",
        ..ProviderSchema::default()
    };
    provider.resources.insert(
        "fake_app",
        ResourceSchema {
            version: 3,
            block,
            ..ResourceSchema::default()
        },
    );
    Schemas::new([&provider])
}

fn app(id: Value, size: i64) -> Value {
    let secret = Value::string("hunter2").mark(Marks::SENSITIVE);
    Value::object([("id", id), ("size", Value::int(size)), ("secret", secret)])
}

fn stored(size: i64) -> Instance {
    let object = Object {
        status: Status::Ready,
        schema_version: 3,
        attributes: Arc::from(format!(r#"{{"id":"1","size":{size},"secret":"hunter2"}}"#)),
        sensitive: Vec::new(),
        private: None,
        dependencies: vec![Arc::from("fake_org.a")],
        create_before_destroy: false,
    };
    Instance {
        provider: Arc::from("fake"),
        current: Some(object),
        deposed: BTreeMap::new(),
    }
}

fn prior() -> State {
    let mut state = State {
        lineage: "l".to_owned(),
        serial: 1,
        ..State::default()
    };
    state
        .instances
        .insert(parse_instance("fake_app.a[\"k\"]").unwrap(), stored(1));
    state.instances.insert(
        parse_instance("module.m[0].module.n.fake_app.b").unwrap(),
        stored(2),
    );
    let record = |value: Value, sensitive| OutputRecord { value, sensitive };
    state.outputs.insert(
        Arc::from("list"),
        record(Value::list(Type::Number, vec![Value::int(1)]), false),
    );
    state
        .outputs
        .insert(Arc::from("token"), record(Value::string("hunter2"), true));
    state
}

fn plan() -> Plan {
    let addr = parse_instance("fake_app.a[\"k\"]").unwrap();
    let provider = ProviderRef {
        name: Arc::from("fake"),
        alias: None,
    };
    let (before, after) = (app("1".into(), 1), app(Value::unknown(Type::String), 2));
    let change = ResourceChange {
        reason: Reason::CannotUpdate,
        replace_paths: vec![Path::root().attr("size")],
        ..ResourceChange::new(addr, provider, Action::DeleteThenCreate, before, after)
    };
    let drift = Drift {
        addr: change.addr.clone(),
        previous: None,
        before: app("1".into(), 7),
        after: app("1".into(), 1),
        answered: Answered::Alone,
        parts: vec![Deviation {
            path: Path::root().attr("size"),
            config: Some(Value::int(2)),
            last: Value::int(7),
            now: Value::int(1),
            argument: true,
            span: None,
        }],
        span: None,
    };
    let output = OutputChange {
        name: Arc::from("url"),
        action: Action::Create,
        before: Value::dynamic_null(),
        after: Value::unknown(Type::String),
        sensitive: false,
    };
    Plan {
        mode: PlanMode::Normal,
        changes: vec![change],
        drift: vec![drift],
        outputs: vec![output],
        steps: StepGraph::default(),
        prior: prior(),
        partial: false,
        errored: false,
        checks: Default::default(),
        check_warnings: Default::default(),
        renames: Vec::new(),
        warnings: Default::default(),
    }
}

fn parsed(text: &str) -> Serde {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_plan_document_has_every_part_that_readers_look_for() {
    let (plan, schemas, variables) = (
        plan(),
        schemas(),
        BTreeMap::from([(Arc::from("n"), Value::int(3))]),
    );
    let source = Source {
        plan: &plan,
        schemas: &schemas,
        variables: &variables,
        config: None,
        timestamp: "2026-01-01T00:00:00Z",
        digest: "sha256:00",
    };
    let json = parsed(&document(source).compact());
    assert_eq!(json["format_version"], "1.2");
    assert_eq!(json["swarmform"]["digest"], "sha256:00");
    assert_eq!(json["variables"], json!({"n": {"value": 3}}));
    let change = &json["resource_changes"][0];
    assert_eq!(change["address"], "fake_app.a[\"k\"]");
    assert_eq!(change["index"], "k");
    assert_eq!(change["action_reason"], "replace_because_cannot_update");
    let expected = json!({
        "actions": ["delete", "create"],
        "before": {"id": "1", "secret": "hunter2", "size": 1},
        "after": {"secret": "hunter2", "size": 2},
        "after_unknown": {"id": true},
        "before_sensitive": {"secret": true},
        "after_sensitive": {"secret": true},
        "replace_paths": [["size"]],
    });
    assert_eq!(change["change"], expected);
    assert_eq!(json["resource_drift"][0]["change"]["actions"], json!(["update"]));
    assert_eq!(json["resource_drift"][0]["provider_name"], "fake");
    assert_eq!(
        json["resource_drift"][0]["swarmform"],
        json!({
            "matters": true,
            "answered_by_plan": "only_this",
            "attributes": [{
                "path": ["size"], "argument": true, "sensitive": false,
                "configuration": 2, "last_applied": 7, "platform_now": 1,
            }],
        })
    );
    let output = json!({"actions": ["create"], "before": null, "after_unknown": true, "before_sensitive": false, "after_sensitive": false});
    assert_eq!(json["output_changes"]["url"], output);
    assert_eq!(
        json["planned_values"]["root_module"]["resources"][0]["schema_version"],
        3
    );
    assert_eq!(json["prior_state"]["format_version"], "1.0");
    assert_eq!(
        (&json["applyable"], &json["complete"], &json["errored"]),
        (&json!(true), &json!(true), &json!(false))
    );
}

#[test]
fn a_state_document_nests_modules_and_says_what_is_sensitive() {
    let json = parsed(&json_state::document(&prior(), &schemas()).compact());
    let root = &json["values"]["root_module"];
    let resource = &root["resources"][0];
    assert_eq!(
        resource["values"],
        json!({"id": "1", "secret": "hunter2", "size": 1})
    );
    assert_eq!(resource["sensitive_values"], json!({"secret": true}));
    assert_eq!(resource["depends_on"], json!(["fake_org.a"]));
    let child = &root["child_modules"][0];
    assert_eq!(child["address"], "module.m[0]");
    assert_eq!(
        child["child_modules"][0]["resources"][0]["address"],
        "module.m[0].module.n.fake_app.b"
    );
    assert_eq!(
        json["values"]["outputs"]["list"],
        json!({"sensitive": false, "value": [1], "type": ["list", "number"]})
    );
    assert_eq!(
        parsed(&json_state::document(&State::default(), &schemas()).compact()).get("values"),
        None
    );
}

#[test]
fn a_state_as_text_hides_what_is_sensitive() {
    let text = state::show(&prior(), &schemas(), Style::PLAIN);
    let expected = r#"# fake_app.a["k"]:
resource "fake_app" "a" {
    id     = "1"
    secret = (sensitive value)
    size   = 1
}

# module.m[0].module.n.fake_app.b:
resource "fake_app" "b" {
    id     = "1"
    secret = (sensitive value)
    size   = 2
}


Outputs:

list = tolist([
  1,
])
token = (sensitive value)
"#;
    assert_eq!(text, expected, "\n{text}");
    assert_eq!(
        state::list(prior().instances.keys()),
        "fake_app.a[\"k\"]\nmodule.m[0].module.n.fake_app.b\n"
    );
}

#[test]
fn outputs_are_text_json_or_raw() {
    let outputs = prior().outputs;
    assert_eq!(
        output::text(&outputs),
        "list = tolist([\n  1,\n])\ntoken = <sensitive>\n"
    );
    let json = parsed(&output::json(&outputs));
    assert_eq!(
        json["token"],
        json!({"sensitive": true, "type": "string", "value": "hunter2"})
    );
    assert_eq!(output::raw(&outputs["token"]).unwrap(), "hunter2");
    assert_eq!(output::raw(&outputs["list"]), None);
    assert_eq!(output::json_one(&outputs["list"]), "[1]\n");
}

/// Members of a recorded event of a type, but for those that differ from run to run.
fn recorded(sample: &str, kind: &str) -> Option<Serde> {
    let path = format!("../shared/reference/terraform-samples/{sample}");
    let text = std::fs::read_to_string(path).ok()?;
    let lines = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Serde>(line).ok());
    lines.into_iter().find(|line| line["type"] == kind)
}

/// Whether our line has all that the recorded one has: the same members, of the same kinds, however deep.
fn shape_covers(ours: &Serde, theirs: &Serde, path: &str) {
    match (ours, theirs) {
        (Serde::Object(ours), Serde::Object(theirs)) => {
            for (key, member) in theirs {
                let here = format!("{path}.{key}");
                let own = ours.get(key).unwrap_or_else(|| panic!("{here} is missing"));
                shape_covers(own, member, &here);
            }
        }
        (ours, theirs) => assert_eq!(
            std::mem::discriminant(ours),
            std::mem::discriminant(theirs),
            "{path}: {ours} is not like {theirs}"
        ),
    }
}

#[test]
fn event_lines_have_the_shape_that_readers_expect() {
    let stream = Stream {
        time: timestamp(1_700_000_000_123_456_789),
    };
    let plan = plan();
    let addr = parse_instance("terraform_data.app[\"api\"]").unwrap();
    let start = stream.event(Event::Start(&addr, Action::Delete, Some("9")), Duration::ZERO);
    let done = stream.event(
        Event::Done(&addr, Action::Delete, Some("9")),
        Duration::from_secs(61),
    );
    let json = parsed(&done);
    assert_eq!(json["@timestamp"], "2023-11-14T22:13:20.123456Z");
    assert_eq!(
        json["@message"],
        "terraform_data.app[\"api\"]: Destruction complete after 1m1s"
    );
    assert_eq!(json["hook"]["elapsed_seconds"], 61);
    let counts = Counts {
        destroy: 3,
        ..Counts::default()
    };
    let lines = [
        ("24-destroy-json.txt", "apply_start", start),
        ("24-destroy-json.txt", "apply_complete", done),
        (
            "24-destroy-json.txt",
            "refresh_start",
            stream.event(Event::RefreshStart(&addr, Some("9")), Duration::ZERO),
        ),
        (
            "24-destroy-json.txt",
            "change_summary",
            stream.summary(Operation::Plan, counts, "x", Some("sha256:00"), &[]),
        ),
        ("24-destroy-json.txt", "outputs", stream.output_changes(&[])),
        (
            "30-plan-forces-replacement-json.txt",
            "planned_change",
            stream.planned(&plan.changes[0]),
        ),
        (
            "31-drift-plan-json.txt",
            "resource_drift",
            stream.drift(&plan.drift[0]),
        ),
    ];
    for (sample, kind, line) in lines {
        let ours = parsed(&line);
        assert_eq!(ours["type"], kind);
        if let Some(mut theirs) = recorded(sample, kind) {
            // Instance keys and names of outputs are those of another configuration.
            theirs.as_object_mut().unwrap().remove("outputs");
            if let Some(resource) = theirs
                .pointer_mut("/change/resource")
                .and_then(Serde::as_object_mut)
            {
                resource.remove("resource_key");
            }
            if let Some(resource) = theirs
                .pointer_mut("/hook/resource")
                .and_then(Serde::as_object_mut)
            {
                resource.remove("resource_key");
            }
            shape_covers(&ours, &theirs, kind);
        }
    }
    let version = parsed(&stream.version());
    assert_eq!(
        (&version["type"], &version["ui"]),
        (&json!("version"), &json!("1.2"))
    );
}
