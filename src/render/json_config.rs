//! A configuration as JSON for programs: the `configuration` part of a plan's document, module by module, with what
//! each expression is or refers to.
//!
//! Nothing is evaluated but what is constant as it is written. Of what a schema or a variable calls sensitive no
//! constant is told, so that this part of the document never holds a secret.

use std::sync::Arc;

use crate::addr::{Mode, ModuleAddr, ResourceAddr};
use crate::config::{Config, ModuleCall, Output, ProviderRef, Repetition, Resource, Variable};
use crate::lang::{NamesScope, evaluate};
use crate::schema::{Block as Schema, Nesting};
use crate::syntax::ast::{Block, Body, Expr, ExprKind, Item};
use crate::syntax::{Reference, Step, variables, walk};

use super::json::{self, Json};
use super::schemas::Schemas;

/// The document's part.
pub(super) fn configuration(config: &Config, schemas: &Schemas) -> Json {
    let providers = config.modules.iter().flat_map(|(at, module)| {
        module.providers.iter().map(move |(provider, declared)| {
            let mut json = Json::object([("name", Json::text(&provider.name))]);
            json.insert("full_name", Json::text(&provider.name));
            json.insert_some("alias", provider.alias.as_ref().map(Json::text));
            if !at.is_root() {
                json.insert("module_address", Json::text(at.to_string()));
            }
            let expressions = body(&declared.body, schemas.of_provider(&provider.name));
            if !expressions.is_empty() {
                json.insert("expressions", Json::Object(expressions));
            }
            (provider_key(at, provider), json)
        })
    });
    let providers: Vec<(Arc<str>, Json)> = providers.collect();
    let mut json = Json::Object(Vec::new());
    if !providers.is_empty() {
        json.insert("provider_config", Json::Object(providers));
    }
    json.insert("root_module", module_json(config, schemas, &ModuleAddr::root()));
    json
}

fn provider_key(at: &ModuleAddr, provider: &ProviderRef) -> Arc<str> {
    if at.is_root() {
        Arc::from(provider.to_string())
    } else {
        Arc::from(format!("{at}:{provider}"))
    }
}

fn module_json(config: &Config, schemas: &Schemas, at: &ModuleAddr) -> Json {
    let mut json = Json::Object(Vec::new());
    let Some(module) = config.modules.get(at) else {
        return json;
    };
    let outputs = module
        .outputs
        .iter()
        .map(|(name, declared)| (Arc::clone(name), output(declared)));
    members(&mut json, "outputs", outputs);
    let resources: Vec<Json> = module
        .resources
        .values()
        .map(|declared| resource(config, schemas, at, declared))
        .collect();
    if !resources.is_empty() {
        json.insert("resources", Json::Array(resources));
    }
    let calls = module
        .calls
        .iter()
        .map(|(name, declared)| (Arc::clone(name), call(config, schemas, at, declared)));
    members(&mut json, "module_calls", calls);
    let variables = module
        .variables
        .iter()
        .map(|(name, declared)| (Arc::clone(name), variable(declared)));
    members(&mut json, "variables", variables);
    json
}

/// A member that holds an object, unless that is empty.
fn members(json: &mut Json, name: &str, members: impl Iterator<Item = (Arc<str>, Json)>) {
    let members: Vec<(Arc<str>, Json)> = members.collect();
    if !members.is_empty() {
        json.insert(name, Json::Object(members));
    }
}

fn output(output: &Output) -> Json {
    let mut json = Json::Object(Vec::new());
    if output.sensitive {
        json.insert("sensitive", Json::Bool(true));
    }
    json.insert("expression", expression(&output.value, output.sensitive));
    depends_on(&mut json, &output.depends_on);
    json.insert_some("description", output.description.as_deref().map(Json::text));
    json
}

fn variable(variable: &Variable) -> Json {
    let mut json = Json::Object(Vec::new());
    let default = variable.default.as_ref().filter(|_| !variable.sensitive);
    json.insert_some("default", default.and_then(constant));
    json.insert_some("description", variable.description.as_deref().map(Json::text));
    if variable.sensitive {
        json.insert("sensitive", Json::Bool(true));
    }
    json
}

fn resource(config: &Config, schemas: &Schemas, at: &ModuleAddr, resource: &Resource) -> Json {
    let ResourceAddr {
        mode,
        type_name,
        name,
    } = &resource.addr;
    let mode = match mode {
        Mode::Data => "data",
        Mode::Managed => "managed",
    };
    let (module, provider) = config.provider_of(at, &resource.provider);
    let schema = schemas.of(&resource.addr);
    let mut json = Json::object([
        ("address", Json::text(resource.addr.to_string())),
        ("mode", Json::text(mode)),
        ("type", Json::text(type_name)),
        ("name", Json::text(name)),
        (
            "provider_config_key",
            Json::text(provider_key(&module, &provider)),
        ),
    ]);
    let provisioners: Vec<Json> = resource
        .provisioners
        .iter()
        .map(|provisioner| {
            let expressions = body(&provisioner.body, None);
            Json::object([
                ("type", Json::text("local-exec")),
                ("expressions", Json::Object(expressions)),
            ])
        })
        .collect();
    if !provisioners.is_empty() {
        json.insert("provisioners", Json::Array(provisioners));
    }
    let expressions = body(&resource.body, schema.map(|schema| &schema.block));
    json.insert("expressions", Json::Object(expressions));
    json.insert(
        "schema_version",
        Json::int(schema.map_or(0, |schema| schema.version)),
    );
    repetition(&mut json, &resource.repetition);
    depends_on(&mut json, &resource.depends_on);
    json
}

fn call(config: &Config, schemas: &Schemas, at: &ModuleAddr, call: &ModuleCall) -> Json {
    let mut json = Json::object([("source", Json::text(&call.source))]);
    let inner = at.child(Arc::clone(&call.name));
    let declared = config.modules.get(&inner);
    let inputs = call.inputs.iter().map(|(name, given)| {
        let variable = declared.and_then(|module| module.variables.get(name));
        let hidden = variable.is_some_and(|variable| variable.sensitive);
        (Arc::clone(name), expression(given, hidden))
    });
    members(&mut json, "expressions", inputs);
    repetition(&mut json, &call.repetition);
    json.insert("module", module_json(config, schemas, &inner));
    depends_on(&mut json, &call.depends_on);
    json
}

fn repetition(json: &mut Json, repetition: &Repetition) {
    let (name, given) = match repetition {
        Repetition::One => return,
        Repetition::Count(given) => ("count_expression", given),
        Repetition::ForEach(given) => ("for_each_expression", given),
    };
    let told = expression(given, false);
    if told != Json::Object(Vec::new()) {
        json.insert(name, told);
    }
}

fn depends_on(json: &mut Json, named: &[Expr]) {
    let named: Vec<Json> = named
        .iter()
        .flat_map(variables)
        .map(|reference| Json::text(spelt(&reference, reference.steps.len())))
        .collect();
    if !named.is_empty() {
        json.insert("depends_on", Json::Array(named));
    }
}

/// Attributes and nested blocks of a body, in the order of their names.
fn body(body: &Body, schema: Option<&Schema>) -> Vec<(Arc<str>, Json)> {
    let mut told: Vec<(Arc<str>, Json)> = Vec::new();
    let mut nested: Vec<Block> = Vec::new();
    if body.json
        && let Some(schema) = schema
    {
        for (kind, block) in &schema.blocks {
            let labels = usize::from(block.nesting == Nesting::Map);
            nested.extend(body.json_blocks(kind, labels).0);
        }
    }
    for item in &body.items {
        match item {
            Item::Attribute(given) => {
                let name = &given.name.name;
                let known = schema.and_then(|schema| schema.attributes.get(name));
                if schema.is_some() && known.is_none() {
                    continue;
                }
                let hidden = known.is_some_and(|known| known.sensitive || known.write_only);
                told.push((Arc::clone(name), expression(&given.expr, hidden)));
            }
            Item::Block(block) => nested.push(block.clone()),
        }
    }
    let Some(schema) = schema else {
        told.sort_by(|one, other| one.0.cmp(&other.0));
        return told;
    };
    for (kind, known) in &schema.blocks {
        let blocks: Vec<&Block> = nested.iter().filter(|block| block.kind.name == *kind).collect();
        let inner = |block: &Block| Json::Object(self::body(&block.body, Some(&known.block)));
        let one = match known.nesting {
            _ if blocks.is_empty() => continue,
            Nesting::Single => blocks.first().map_or(Json::Null, |block| inner(block)),
            Nesting::List | Nesting::Set => Json::Array(blocks.iter().map(|block| inner(block)).collect()),
            Nesting::Map => {
                let labelled = blocks.iter().filter_map(|block| {
                    let label = block.labels.first()?;
                    Some((Arc::clone(&label.name), inner(block)))
                });
                Json::Object(labelled.collect())
            }
        };
        told.push((Arc::clone(kind), one));
    }
    told.sort_by(|one, other| one.0.cmp(&other.0));
    told
}

/// What an expression is, or what it refers to: each reference with all that it goes through.
fn expression(expr: &Expr, hidden: bool) -> Json {
    let references = variables(expr);
    if references.is_empty() {
        let value = if hidden { None } else { constant(expr) };
        let mut json = Json::Object(Vec::new());
        json.insert_some("constant_value", value);
        return json;
    }
    let named = references
        .iter()
        .flat_map(|reference| {
            let least = subject(reference).min(reference.steps.len());
            let last = most(reference).max(least);
            (least..=last)
                .rev()
                .map(|steps| Json::text(spelt(reference, steps)))
        })
        .collect();
    Json::object([("references", Json::Array(named))])
}

/// The value of an expression that names nothing and calls nothing.
fn constant(expr: &Expr) -> Option<Json> {
    let mut calls = false;
    walk(expr, &mut |inner| {
        calls |= matches!(inner.kind, ExprKind::Call(_))
    });
    if calls {
        return None;
    }
    evaluate(expr, &NamesScope::empty())
        .ok()
        .map(|value| json::known(&value))
}

/// How many steps behind the first name belong to what is referred to itself.
fn subject(reference: &Reference) -> usize {
    match &*reference.root.name {
        "self" => 0,
        "module" => match reference.steps.get(1) {
            Some(Step::Key(..) | Step::Index(..)) => 2,
            _ => 1,
        },
        "data" => 2,
        _ => 1,
    }
}

/// How many steps of a reference are told: of what is there always, no more than its name.
fn most(reference: &Reference) -> usize {
    match &*reference.root.name {
        "path" | "terraform" | "count" => 1,
        _ => reference.steps.len(),
    }
}

/// A reference as it is written, with so many of its steps.
fn spelt(reference: &Reference, steps: usize) -> String {
    let mut text = reference.root.name.to_string();
    for step in reference.steps.iter().take(steps) {
        match step {
            Step::Attr(name) => {
                text.push('.');
                text.push_str(&name.name);
            }
            Step::Key(key, _) => {
                text.push('[');
                text.push_str(&Json::text(key).compact());
                text.push(']');
            }
            Step::Index(index, _) => {
                text.push('[');
                text.push_str(index);
                text.push(']');
            }
        }
    }
    text
}
