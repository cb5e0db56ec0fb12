//! A state as JSON for programs, in the shape of `show -json` (format 1.0): values by module, with the shape of
//! what is sensitive beside them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::{InstanceAddr, InstanceKey, Mode, ModuleInstance};
use crate::state::{Instance, Object, State, Status};

use super::json::{self, Json};
use super::schemas::Schemas;

/// The version of swarmform, under the key where readers of this format look for the tool's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The document.
pub fn document(state: &State, schemas: &Schemas) -> Json {
    let mut document = Json::object([
        ("format_version", Json::text("1.0")),
        ("terraform_version", Json::text(VERSION)),
    ]);
    if !state.is_empty() {
        document.insert("values", values(state, schemas));
    }
    document
}

fn values(state: &State, schemas: &Schemas) -> Json {
    let mut values = Json::Object(Vec::new());
    if !state.outputs.is_empty() {
        let outputs = state.outputs.iter().map(|(name, output)| {
            let record = Json::object([
                ("sensitive", Json::Bool(output.sensitive)),
                ("value", json::known(&output.value)),
                ("type", json::type_json(&output.value.ty())),
            ]);
            (Arc::clone(name), record)
        });
        values.insert("outputs", Json::Object(outputs.collect()));
    }
    let mut tree = Modules::default();
    for (addr, instance) in &state.instances {
        for (key, object) in objects(instance) {
            tree.add(&addr.module, resource(addr, key, instance, object, schemas));
        }
    }
    values.insert("root_module", tree.json(&ModuleInstance::root()));
    values
}

fn objects(instance: &Instance) -> impl Iterator<Item = (Option<&Arc<str>>, &Object)> {
    let current = instance.current.iter().map(|object| (None, object));
    current.chain(instance.deposed.iter().map(|(key, object)| (Some(key), object)))
}

fn resource(
    addr: &InstanceAddr,
    deposed: Option<&Arc<str>>,
    instance: &Instance,
    object: &Object,
    schemas: &Schemas,
) -> Json {
    let value = schemas.decode(&addr.resource, object);
    let mut json = head(addr, &instance.provider);
    json.insert("schema_version", Json::int(object.schema_version));
    json.insert("values", json::known(&value));
    json.insert("sensitive_values", json::sensitive(&value));
    if !object.dependencies.is_empty() {
        json.insert(
            "depends_on",
            Json::Array(object.dependencies.iter().map(Json::text).collect()),
        );
    }
    if object.status == Status::Tainted {
        json.insert("tainted", Json::Bool(true));
    }
    json.insert_some("deposed_key", deposed.map(Json::text));
    json
}

/// What every mention of a resource instance starts with.
pub(super) fn head(addr: &InstanceAddr, provider: &str) -> Json {
    let mode = if addr.resource.mode == Mode::Data {
        "data"
    } else {
        "managed"
    };
    let mut json = Json::object([
        ("address", Json::text(addr.to_string())),
        ("mode", Json::text(mode)),
        ("type", Json::text(&addr.resource.type_name)),
        ("name", Json::text(&addr.resource.name)),
    ]);
    json.insert_some("index", index(&addr.key));
    json.insert("provider_name", Json::text(provider));
    json
}

/// An instance key.
pub(super) fn index(key: &InstanceKey) -> Option<Json> {
    match key {
        InstanceKey::None => None,
        InstanceKey::Int(index) => Some(Json::int(*index)),
        InstanceKey::Str(key) => Some(Json::text(key)),
    }
}

/// Resources by module instance.
#[derive(Default)]
pub(super) struct Modules {
    resources: Vec<Json>,
    children: BTreeMap<(Arc<str>, InstanceKey), Modules>,
}

impl Modules {
    /// Adds a resource to its module.
    pub fn add(&mut self, module: &ModuleInstance, resource: Json) {
        let mut at = self;
        for step in &module.0 {
            at = at.children.entry(step.clone()).or_default();
        }
        at.resources.push(resource);
    }

    /// The tree from here.
    pub fn json(self, here: &ModuleInstance) -> Json {
        let mut json = Json::Object(Vec::new());
        if !self.resources.is_empty() {
            json.insert("resources", Json::Array(self.resources));
        }
        if !here.is_root() {
            json.insert("address", Json::text(here.to_string()));
        }
        if !self.children.is_empty() {
            let children = self
                .children
                .into_iter()
                .map(|((name, key), child)| child.json(&here.child(name, key)));
            json.insert("child_modules", Json::Array(children.collect()));
        }
        json
    }
}
