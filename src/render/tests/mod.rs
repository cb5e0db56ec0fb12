//! Plans as text: each test gives values before and after and the text that a person should read.

mod changes;
mod keyed;
mod sections;
mod values;
mod whole;

use std::sync::Arc;

use crate::addr::parse_instance;
use crate::config::ProviderRef;
use crate::plan::change::{Action, Drift, OutputChange, Plan, PlanMode, Reason, ResourceChange};
use crate::plan::drift::{Answered, Deviation};
use crate::plan::semantics::PlannedCall;
use crate::plan::steps::{Step, StepGraph, StepKind};
use crate::render::plan::{View, text};
use crate::render::{Schemas, Style};
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
    let provider = ProviderRef {
        name: Arc::from("fake"),
        alias: None,
    };
    ResourceChange::new(parse_instance(addr).unwrap(), provider, action, before, after)
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
        renames: Vec::new(),
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
            brief: false,
        },
    )
}

/// Holds the part of the text that is about changes in detail against what is expected.
fn check(plan: &Plan, expected: &str) {
    let text = shown(plan, false);
    let (_, changes) = text.split_once("following actions:\n\n").unwrap_or(("", &text));
    let (_, changes) = changes.split_once("In detail:\n\n").unwrap_or(("", changes));
    assert_eq!(
        changes.trim_end(),
        expected.trim_matches('\n').trim_end(),
        "\n{changes}"
    );
}

/// The text of a sample recorded from Terraform, where it is at hand, from a header to the end of its block.
fn sample(name: &str, header: &str) -> Option<String> {
    let path = format!("../shared/reference/terraform-samples/{name}");
    let text = std::fs::read_to_string(path).ok()?;
    let start = text.find(header)?;
    let end = start + text[start..].find("\n    }\n")? + "\n    }".len();
    Some(text[start..end].to_owned())
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

fn call(method: &str, path: &str, body: Option<&str>, mutating: bool) -> PlannedCall {
    PlannedCall {
        method: method.to_owned(),
        path: path.to_owned(),
        body: body.map(str::to_owned),
        mutating,
    }
}
