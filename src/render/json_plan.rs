//! A plan as JSON for programs, in the shape of `show -json` (format 1.2). What we add is under the key `swarmform`:
//! here the API calls, the digest and renames.
//!
//! Values of sensitive attributes are in it, as in every reader's expectation of this format; the masks beside
//! them say which they are. Whoever stores the document keeps it as safe as the state.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::ModuleInstance;
use crate::config::Config;
use crate::plan::change::{Action, Drift, OutputChange, Plan, Reason, ResourceChange};
use crate::plan::drift::Answered;
use crate::plan::refresh::encode;
use crate::state::{Instance, Object, OutputRecord};
use crate::value::path::Key;
use crate::value::{Path, PathStep, Value};

use super::json::{self, Json};
use super::json_checks;
use super::json_config;
use super::json_state::{self, Modules, VERSION};
use super::renames;
use super::schemas::Schemas;

/// What the document is made from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The schemas of its types.
    pub schemas: &'a Schemas,
    /// Values of the root module's variables.
    pub variables: &'a BTreeMap<Arc<str>, Value>,
    /// The configuration, if it is at hand.
    pub config: Option<&'a Config>,
    /// When the plan was made, as RFC 3339.
    pub timestamp: &'a str,
    /// The digest of what would be done.
    pub digest: &'a str,
}

/// The document.
pub fn document(source: Source<'_>) -> Json {
    let plan = source.plan;
    let mut document = Json::object([
        ("format_version", Json::text("1.2")),
        ("terraform_version", Json::text(VERSION)),
    ]);
    if !source.variables.is_empty() {
        let variables = source
            .variables
            .iter()
            .map(|(name, value)| (Arc::clone(name), Json::object([("value", json::known(value))])));
        document.insert("variables", Json::Object(variables.collect()));
    }
    document.insert("planned_values", planned_values(plan, source.schemas));
    if !plan.drift.is_empty() {
        let drift = plan.drift.iter().map(|drift| drift_json(drift, plan));
        document.insert("resource_drift", Json::Array(drift.collect()));
    }
    document.insert(
        "resource_changes",
        Json::Array(plan.changes.iter().map(change).collect()),
    );
    let outputs = plan
        .outputs
        .iter()
        .map(|output| (Arc::clone(&output.name), output_change(output)));
    document.insert("output_changes", Json::Object(outputs.collect()));
    document.insert("prior_state", prior_state(plan, source.schemas));
    let configuration = source
        .config
        .map(|config| json_config::configuration(config, source.schemas));
    document.insert_some("configuration", configuration);
    if !plan.checks.is_empty() {
        document.insert("checks", json_checks::checks(&plan.checks));
    }
    let own = [
        ("api_calls", calls(plan)),
        ("digest", Json::text(source.digest)),
        ("renames", renames::json(&plan.renames)),
    ];
    document.insert("swarmform", Json::object(own));
    document.insert("timestamp", Json::text(source.timestamp));
    document.insert("applyable", Json::Bool(!plan.is_empty() && !plan.errored));
    document.insert("complete", Json::Bool(!plan.partial && !plan.errored));
    document.insert("errored", Json::Bool(plan.errored));
    document
}

/// The state after refresh, with the objects that are imported, and with outputs as far as the plan knows them.
fn prior_state(plan: &Plan, schemas: &Schemas) -> Json {
    let mut prior = plan.prior.clone();
    for change in plan.changes.iter().filter(|change| change.importing.is_some()) {
        let Some((schema, ty)) = schemas.get(&change.addr.resource) else {
            continue;
        };
        let Ok((attributes, sensitive)) = encode(&change.before, ty) else {
            continue;
        };
        let object = Object::ready(schema.version, attributes, sensitive);
        let instance = Instance {
            provider: Arc::clone(&change.provider.name),
            current: Some(object),
            deposed: BTreeMap::new(),
        };
        prior.instances.entry(change.addr.clone()).or_insert(instance);
    }
    let told = |output: &&OutputChange| {
        matches!(output.action, Action::Create | Action::Update) && output.after.is_wholly_known()
    };
    for output in plan.outputs.iter().filter(told) {
        let (value, _) = output.after.clone().unmark_deep();
        if value.is_null() {
            prior.outputs.remove(&output.name);
            continue;
        }
        let sensitive = output.sensitive;
        prior
            .outputs
            .insert(Arc::clone(&output.name), OutputRecord { value, sensitive });
    }
    json_state::document(&prior, schemas)
}

fn planned_values(plan: &Plan, schemas: &Schemas) -> Json {
    let mut values = Json::Object(Vec::new());
    let outputs = plan
        .outputs
        .iter()
        .filter(|output| output.action != Action::Delete)
        .map(|output| {
            let mut record = Json::object([("sensitive", Json::Bool(output.sensitive))]);
            if output.after.is_wholly_known() {
                record.insert("type", json::type_json(&output.after.ty()));
                record.insert("value", json::known(&output.after));
            }
            (Arc::clone(&output.name), record)
        });
    let outputs: Vec<(Arc<str>, Json)> = outputs.collect();
    if !outputs.is_empty() {
        values.insert("outputs", Json::Object(outputs));
    }
    let mut tree = Modules::default();
    let stays = |change: &&ResourceChange| !matches!(change.action, Action::Delete | Action::Forget);
    for change in plan
        .changes
        .iter()
        .filter(stays)
        .filter(|change| change.deposed.is_none())
    {
        let mut resource = json_state::head(&change.addr, &change.provider.name);
        let version = schemas
            .of(&change.addr.resource)
            .map_or(0, |schema| schema.version);
        resource.insert("schema_version", Json::int(version));
        resource.insert("values", json::known(&change.after));
        resource.insert("sensitive_values", json::sensitive(&change.after));
        tree.add(&change.addr.module, resource);
    }
    values.insert("root_module", tree.json(&ModuleInstance::root()));
    values
}

/// The names of an action.
pub fn actions(action: Action) -> Json {
    let names: &[&str] = match action {
        Action::NoOp => &["no-op"],
        Action::Create => &["create"],
        Action::Read => &["read"],
        Action::Update => &["update"],
        Action::Delete => &["delete"],
        Action::DeleteThenCreate => &["delete", "create"],
        Action::CreateThenDelete => &["create", "delete"],
        Action::Forget => &["forget"],
    };
    Json::Array(names.iter().map(Json::text).collect())
}

/// The name of a reason, if there is one to give.
pub fn reason(reason: Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::None | Reason::DeletedOutside => return None,
        Reason::Tainted => "replace_because_tainted",
        Reason::CannotUpdate => "replace_because_cannot_update",
        Reason::ByRequest => "replace_by_request",
        Reason::ByTriggers => "replace_by_triggers",
        Reason::NoResourceConfig => "delete_because_no_resource_config",
        Reason::WrongRepetition => "delete_because_wrong_repetition",
        Reason::CountIndex => "delete_because_count_index",
        Reason::EachKey => "delete_because_each_key",
        Reason::NoMoveTarget => "delete_because_no_move_target",
        Reason::NoModule => "delete_because_no_module",
        Reason::ConfigUnknown => "read_because_config_unknown",
        Reason::DependencyPending => "read_because_dependency_pending",
        Reason::CheckNested => "read_because_check_nested",
    })
}

/// A reason for which the format has no name, under our own key.
pub fn own_reason(reason: Reason) -> Option<Json> {
    let outside = reason == Reason::DeletedOutside;
    outside.then(|| Json::object([("action_reason", Json::text("create_because_deleted_outside"))]))
}

/// What differs, attribute by attribute, and what the plan does about it: under our own key. Values that are sensitive
/// anywhere are left out.
pub fn own_drift(drift: &Drift) -> Json {
    let parts = drift.parts.iter().map(|part| {
        let mut json = Json::object([
            ("path", path(&part.path)),
            ("argument", Json::Bool(part.argument)),
            ("sensitive", Json::Bool(part.is_hidden())),
        ]);
        if !part.is_hidden() {
            let known = part.config.as_ref().filter(|value| value.is_wholly_known());
            json.insert_some("configuration", known.map(json::known));
            json.insert("last_applied", json::known(&part.last));
            json.insert("platform_now", json::known(&part.now));
        }
        json
    });
    let answered = match drift.answered {
        Answered::No => "no",
        Answered::Alone => "only_this",
        Answered::WithMore => "with_more",
    };
    Json::object([
        ("matters", Json::Bool(drift.matters())),
        ("answered_by_plan", Json::text(answered)),
        ("attributes", Json::Array(parts.collect())),
    ])
}

fn change(change: &ResourceChange) -> Json {
    let mut json = json_state::head(&change.addr, &change.provider.name);
    if !change.addr.module.is_root() {
        json.insert("module_address", Json::text(change.addr.module.to_string()));
    }
    json.insert_some(
        "previous_address",
        change.previous.as_ref().map(|addr| Json::text(addr.to_string())),
    );
    json.insert_some("deposed", change.deposed.as_ref().map(Json::text));
    let mut inner = values(actions(change.action), &change.before, &change.after);
    if !change.replace_paths.is_empty() {
        inner.insert(
            "replace_paths",
            Json::Array(change.replace_paths.iter().map(path).collect()),
        );
    }
    if let Some(id) = &change.importing {
        inner.insert("importing", Json::object([("id", Json::text(id))]));
    }
    inner.insert_some("generated_config", change.generated.as_ref().map(Json::text));
    json.insert("change", inner);
    json.insert_some("action_reason", reason(change.reason).map(Json::text));
    json.insert_some("swarmform", own_reason(change.reason));
    json
}

fn drift_json(drift: &Drift, plan: &Plan) -> Json {
    let same = |change: &&ResourceChange| change.addr == drift.addr;
    // Changes are in address order.
    let at = plan
        .changes
        .binary_search_by(|change| change.addr.cmp(&drift.addr))
        .ok();
    let provider = at
        .and_then(|at| plan.changes.get(at))
        .filter(same)
        .map(|change| &*change.provider.name);
    let implied = drift
        .addr
        .resource
        .type_name
        .split('_')
        .next()
        .unwrap_or_default();
    let mut json = json_state::head(&drift.addr, provider.unwrap_or(implied));
    json.insert_some(
        "previous_address",
        drift.previous.as_ref().map(|addr| Json::text(addr.to_string())),
    );
    json.insert(
        "change",
        values(actions(drift.action()), &drift.before, &drift.after),
    );
    json.insert("swarmform", own_drift(drift));
    json
}

fn values(actions: Json, before: &Value, after: &Value) -> Json {
    let mask = |value: &Value, mask: fn(&Value) -> Json| {
        if value.is_null() && !value.is_sensitive() {
            Json::Bool(false)
        } else {
            mask(value)
        }
    };
    Json::object([
        ("actions", actions),
        ("before", json::known(before)),
        ("after", json::known(after)),
        ("after_unknown", after_unknown(after, Json::Object(Vec::new()))),
        ("before_sensitive", mask(before, json::sensitive)),
        ("after_sensitive", mask(after, json::sensitive)),
    ])
}

/// What of a value is known after apply alone; `none` where nothing is.
fn after_unknown(after: &Value, none: Json) -> Json {
    if after.is_wholly_known() {
        none
    } else {
        json::unknown(after)
    }
}

fn output_change(output: &OutputChange) -> Json {
    let mut json = Json::object([
        ("actions", actions(output.action)),
        ("before", json::known(&output.before)),
    ]);
    if output.after.is_known() {
        json.insert("after", json::known(&output.after));
    }
    json.insert("after_unknown", after_unknown(&output.after, Json::Bool(false)));
    json.insert("before_sensitive", Json::Bool(output.sensitive));
    json.insert("after_sensitive", Json::Bool(output.sensitive));
    json
}

fn path(path: &Path) -> Json {
    let steps = path.steps().iter().map(|step| match step {
        PathStep::Attr(name) => Json::text(name),
        PathStep::Index(Key::Int(index)) => Json::int(*index),
        PathStep::Index(Key::Str(key)) => Json::text(key),
        PathStep::Index(Key::Element(element)) => json::known(element),
    });
    Json::Array(steps.collect())
}

fn calls(plan: &Plan) -> Json {
    let calls = plan.calls().map(|(addr, call)| {
        let mut json = Json::object([
            ("address", Json::text(addr.to_string())),
            ("method", Json::text(&call.method)),
            ("path", Json::text(&call.path)),
        ]);
        json.insert_some("body", call.body.as_deref().map(Json::text));
        json.insert("mutating", Json::Bool(call.mutating));
        json
    });
    Json::Array(calls.collect())
}
