//! From a definition of the platform back to arguments: for drift and for import.
//!
//! An argument that means the same as before keeps its spelling; only what differs is taken over.

use std::collections::BTreeSet;

use crate::api::definition::{
    Change, Component, Definition, Place, Port, Protocol, ScalingPolicy, Service, difference,
};
use crate::provider::giantswarm::app::source::{Source, is_definition, source};
use crate::provider::object::{Arg, get, text, with};
use crate::schema::{Block, NestedBlock};
use crate::value::{Members, Type, Value};

/// The prior arguments, changed as far as the platform's definition differs from them.
pub(crate) fn merged(block: &Block, prior: &Value, actual: &Definition, me: Option<&str>) -> Value {
    let before = match source(prior, me) {
        Source::Known(definition, _) => Some(definition),
        Source::Unknown | Source::Faulty(_) => None,
    };
    let changes = match &before {
        Some(before) => difference(&before.normalized(), &actual.normalized()),
        None => vec![Change::Other(Place::default())],
    };
    if changes.is_empty() {
        return prior.clone();
    }
    if is_definition(prior) {
        let patched = before
            .as_deref()
            .and_then(|before| patch_tags(prior, before, &changes));
        let definition = patched.unwrap_or_else(|| actual.to_json_pretty());
        return with(prior, [("definition", Value::string(definition))]);
    }
    let public_ports = match changes.iter().any(|change| is_app_change(change, "public_ports")) {
        true => string_map(
            actual
                .public_ports
                .iter()
                .map(|(key, value)| (key.clone(), value.clone())),
        ),
        false => get(prior, "public_ports")
            .cloned()
            .unwrap_or_else(|| Value::null(Type::map(Type::String))),
    };
    let service = services(block, prior, actual, &changes);
    with(prior, [("public_ports", public_ports), ("service", service)])
}

fn is_app_change(change: &Change, key: &str) -> bool {
    matches!(change, Change::Other(place) if place.service.is_none() && place.key == Some(key))
}

/// The prior text with other tags, if nothing but tags differs and the text holds the images plainly.
fn patch_tags(prior: &Value, before: &Definition, changes: &[Change]) -> Option<String> {
    let Arg::Known(original) = text(prior, "definition") else {
        return None;
    };
    let mut edits = Vec::new();
    for change in changes {
        let Change::Tag {
            service,
            component,
            to,
            ..
        } = change
        else {
            return None;
        };
        let at = before
            .services
            .iter()
            .position(|found| found.service_name == *service)?;
        let components = &before.services.get(at)?.components;
        let component_at = components
            .iter()
            .position(|found| found.component_name == *component)?;
        let path = crate::api::definition::JsonPath::default()
            .key("services")
            .index(at)
            .key("components")
            .index(component_at)
            .key("image");
        let span = before.places.span(&path);
        let image = &components.get(component_at)?.image;
        let plain = serde_json::to_string(&image.to_string()).ok()?;
        if original.get(span.clone()) != Some(plain.as_str()) {
            return None;
        }
        let mut wanted = image.clone();
        wanted.tag.clone_from(to);
        edits.push((span, serde_json::to_string(&wanted.to_string()).ok()?));
    }
    edits.sort_by_key(|(span, _)| span.start);
    let mut patched = original.to_owned();
    for (span, image) in edits.into_iter().rev() {
        patched.replace_range(span, &image);
    }
    Some(patched)
}

/// What changed within one component, by key; `None` stands for everything.
fn changed_keys(changes: &[Change], of: &str, name: &str) -> Option<BTreeSet<&'static str>> {
    let mut keys = BTreeSet::new();
    for change in changes {
        match change {
            Change::Tag {
                service, component, ..
            } if service == of && component == name => {
                keys.insert("image");
            }
            Change::Other(place) if place.service.as_deref() == Some(of) => {
                match (place.component.as_deref(), place.key) {
                    (Some(component), Some(key)) if component == name => {
                        keys.insert(key);
                    }
                    (Some(component), None) if component == name => return None,
                    (None, None) => return None,
                    _ => {}
                }
            }
            Change::Other(place) if *place == Place::default() => return None,
            _ => {}
        }
    }
    Some(keys)
}

/// The value of all service blocks.
fn services(block: &Block, prior: &Value, actual: &Definition, changes: &[Change]) -> Value {
    let Some(nested) = block.blocks.get("service") else {
        return Value::dynamic_null();
    };
    let old = get(prior, "service");
    let mut members = Members::new();
    for service in &actual.services {
        let before = old.and_then(|old| get(old, &service.service_name));
        let value = service_value(nested, before, service, changes);
        members.insert(service.service_name.as_str().into(), value);
    }
    Value::map(nested.block.implied_type(), members)
}

fn service_value(
    nested: &NestedBlock,
    before: Option<&Value>,
    service: &Service,
    changes: &[Change],
) -> Value {
    let name = service.service_name.as_str();
    let changed = |key: &str| {
        before.is_none()
            || changes.iter().any(|change| {
                matches!(change, Change::Other(place) if *place == Place::default()
                    || (place.service.as_deref() == Some(name) && place.component.is_none() && place.key == Some(key)))
            })
    };
    let mut value = before.cloned().unwrap_or_else(|| nested.block.empty_value());
    if changed("public_ports") {
        let ports = service.public_ports.iter();
        let ports = string_map(ports.map(|(key, value)| (key.clone(), value.clone())));
        value = with(&value, [("public_ports", ports)]);
    }
    if changed("scaling_policy") {
        let policy = policy(&nested.block, service.scaling_policy.as_ref());
        value = with(&value, [("scaling_policy", policy)]);
    }
    let Some(inner) = nested.block.blocks.get("component") else {
        return value;
    };
    let old = before.and_then(|before| get(before, "component"));
    let mut members = Members::new();
    for component in &service.components {
        let label = component.component_name.as_str();
        let kept = old.and_then(|old| get(old, label));
        let keys = changed_keys(changes, name, label);
        let component = match (kept, keys) {
            (Some(kept), Some(keys)) => {
                component_value(inner, kept.clone(), component, |key| keys.contains(key))
            }
            _ => component_value(inner, inner.block.empty_value(), component, |_| true),
        };
        members.insert(label.into(), component);
    }
    let components = Value::map(inner.block.implied_type(), members);
    with(&value, [("component", components)])
}

fn component_value(
    nested: &NestedBlock,
    mut value: Value,
    component: &Component,
    changed: impl Fn(&str) -> bool,
) -> Value {
    let mut set = |name: &str, new: Value| value = with(&value, [(name, new)]);
    if changed("image") {
        set("image", Value::string(component.image.to_string()));
    }
    if changed("entrypoint") {
        set("entrypoint", optional(component.entrypoint.as_deref()));
    }
    if changed("pod") {
        set("pod", optional(component.pod.as_deref()));
    }
    if changed("ports") {
        set("ports", list(component.ports.iter().map(port)));
    }
    if changed("args") {
        set("args", list(component.args.iter().cloned()));
    }
    if changed("env") {
        let entries = component.env.iter().map(|entry| match entry.split_once('=') {
            Some((key, value)) => (key.to_owned(), value.to_owned()),
            None => (entry.clone(), String::new()),
        });
        set("env", string_map(entries));
    }
    if changed("domains") {
        let domains = component
            .domains
            .iter()
            .map(|(domain, to)| (domain.clone(), port(to)));
        set("domains", string_map(domains));
    }
    if changed("scaling_policy") {
        set(
            "scaling_policy",
            policy(&nested.block, component.scaling_policy.as_ref()),
        );
    }
    let blocks = |name: &str| {
        nested
            .block
            .blocks
            .get(name)
            .map(|nested| nested.block.implied_type())
    };
    if let (true, Some(ty)) = (changed("volumes"), blocks("volume")) {
        let volumes = component.volumes.iter().map(|volume| {
            Value::object([
                ("path", optional(volume.path.as_deref())),
                (
                    "size",
                    optional(volume.size.map(|size| size.to_string()).as_deref()),
                ),
                ("volumes_from", optional(volume.volumes_from.as_deref())),
                ("volume_from", optional(volume.volume_from.as_deref())),
                ("volume_path", optional(volume.volume_path.as_deref())),
            ])
        });
        set("volume", Value::list(ty, volumes.collect()));
    }
    if let (true, Some(ty)) = (changed("dependencies"), blocks("dependency")) {
        let dependencies = component.dependencies.iter().map(|dependency| {
            let same_machine = match dependency.same_machine {
                true => Value::bool(true),
                false => Value::null(Type::Bool),
            };
            Value::object([
                ("name", Value::string(&dependency.name)),
                ("alias", optional(dependency.alias.as_deref())),
                ("port", Value::string(port(&dependency.port))),
                ("same_machine", same_machine),
            ])
        });
        set("dependency", Value::list(ty, dependencies.collect()));
    }
    value
}

/// A port as an argument: TCP is not named.
fn port(port: &Port) -> String {
    match port.protocol {
        Protocol::Tcp => port.number.to_string(),
        Protocol::Udp => format!("{}/udp", port.number),
    }
}

fn optional(text: Option<&str>) -> Value {
    text.map_or_else(|| Value::null(Type::String), Value::string)
}

fn list(items: impl Iterator<Item = String>) -> Value {
    let items: Vec<Value> = items.map(Value::string).collect();
    if items.is_empty() {
        return Value::null(Type::list(Type::String));
    }
    Value::list(Type::String, items)
}

fn string_map(pairs: impl Iterator<Item = (String, String)>) -> Value {
    let pairs: Vec<(String, Value)> = pairs.map(|(key, value)| (key, Value::string(value))).collect();
    if pairs.is_empty() {
        return Value::null(Type::map(Type::String));
    }
    Value::map_from(Type::String, pairs)
}

fn policy(block: &Block, policy: Option<&ScalingPolicy>) -> Value {
    let number = |count: Option<i64>| count.map_or_else(|| Value::null(Type::Number), Value::int);
    match policy.filter(|policy| !policy.is_empty()) {
        Some(policy) => Value::object([
            ("min", number(policy.min)),
            ("max", number(policy.max)),
            ("placement", optional(policy.placement.as_deref())),
        ]),
        None => block
            .blocks
            .get("scaling_policy")
            .map_or_else(Value::dynamic_null, NestedBlock::absent),
    }
}
