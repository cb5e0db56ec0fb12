//! How conditions turned out as JSON for programs: an entry for everything that has conditions, with its instances.

use crate::addr::{InstanceKey, Mode, ModuleAddr};
use crate::plan::checks::{Checkable, Checked, Checks, Outcome, Status};

use super::json::Json;
use super::json_state;

/// The entries, in the order of their addresses.
pub fn checks(checks: &Checks) -> Json {
    let entries = checks.all().map(|(of, status, instances)| {
        let mut entry = Json::object([("address", address(of)), ("status", Json::text(name(status)))]);
        let instances: Vec<Json> = instances.map(|(at, outcome)| instance(of, at, outcome)).collect();
        if !instances.is_empty() {
            entry.insert("instances", Json::Array(instances));
        }
        entry
    });
    Json::Array(entries.collect())
}

fn name(status: Status) -> &'static str {
    match status {
        Status::Pass => "pass",
        Status::Unknown => "unknown",
        Status::Fail => "fail",
        Status::Error => "error",
    }
}

/// Kind and name of what belongs to a module; none for a resource.
fn named(of: &Checkable) -> Option<(&'static str, &str)> {
    match of {
        Checkable::Check(_, name) => Some(("check", name)),
        Checkable::Output(_, name) => Some(("output", name)),
        Checkable::Variable(_, name) => Some(("var", name)),
        Checkable::Resource(_) => None,
    }
}

fn address(of: &Checkable) -> Json {
    let mut json = Json::Object(Vec::new());
    let put_module = |json: &mut Json, module: &ModuleAddr| {
        if !module.is_root() {
            json.insert("module", Json::text(module.to_string()));
        }
    };
    match of {
        Checkable::Resource(resource) => {
            let mode = match resource.resource.mode {
                Mode::Managed => "managed",
                Mode::Data => "data",
            };
            json.insert("kind", Json::text("resource"));
            json.insert("mode", Json::text(mode));
            put_module(&mut json, &resource.module);
            json.insert("name", Json::text(&resource.resource.name));
            json.insert("to_display", Json::text(resource.to_string()));
            json.insert("type", Json::text(&resource.resource.type_name));
        }
        Checkable::Check(module, _) | Checkable::Output(module, _) | Checkable::Variable(module, _) => {
            let (kind, name) = named(of).unwrap_or_default();
            let spelt = if kind == "output" { "output_value" } else { kind };
            json.insert("kind", Json::text(spelt));
            put_module(&mut json, module);
            json.insert("name", Json::text(name));
            let prefix = if module.is_root() {
                String::new()
            } else {
                format!("{module}.")
            };
            json.insert("to_display", Json::text(format!("{prefix}{kind}.{name}")));
        }
    }
    json
}

fn instance(of: &Checkable, at: &Checked, outcome: &Outcome) -> Json {
    let (module, key, display) = match at {
        Checked::Resource(addr) => (&addr.module, &addr.key, addr.to_string()),
        Checked::Module(module) => {
            let (kind, name) = named(of).unwrap_or_default();
            let prefix = if module.is_root() {
                String::new()
            } else {
                format!("{module}.")
            };
            (module, &InstanceKey::None, format!("{prefix}{kind}.{name}"))
        }
    };
    let mut address = Json::Object(Vec::new());
    address.insert_some("instance_key", json_state::index(key));
    if !module.is_root() {
        address.insert("module", Json::text(module.to_string()));
    }
    address.insert("to_display", Json::text(display));
    let status = name(outcome.status.unwrap_or_default());
    let mut json = Json::object([("address", address), ("status", Json::text(status))]);
    if !outcome.problems.is_empty() {
        let problems = outcome
            .problems
            .iter()
            .map(|message| Json::object([("message", Json::text(message))]));
        json.insert("problems", Json::Array(problems.collect()));
    }
    json
}
