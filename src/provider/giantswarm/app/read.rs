//! Reading an app: what the platform says, told in the arguments' own spelling where it means the same.

use crate::api::definition::{Definition, Image};
use crate::api::wire::{AppStatus, ComponentStatus, InstanceStatus, ServiceStatus, Status};
use crate::plan::semantics::Fault;
use crate::provider::giantswarm::app::shape::merged;
use crate::provider::giantswarm::app::source::{Source, source};
use crate::provider::giantswarm::app::{instance_type, key};
use crate::provider::giantswarm::faults::failed;
use crate::provider::giantswarm::session::{AppKey, AppReading, Session};
use crate::provider::giantswarm::{bad_import, schema};
use crate::provider::object::{Arg, plain, truth, with};
use crate::schema::Block;
use crate::value::{Path, Type, Value};

fn block() -> Block {
    schema::schema()
        .resources
        .remove("giantswarm_app")
        .map(|resource| resource.block)
        .unwrap_or_default()
}

/// All instances as a value, sorted by service, component and name.
pub(crate) fn instances(status: &AppStatus) -> Value {
    let mut rows: Vec<[&str; 5]> = Vec::new();
    for (service, component) in status.components() {
        for instance in &component.instances {
            rows.push([
                &service.name,
                &component.name,
                &instance.id,
                &instance.image,
                instance.status.as_str(),
            ]);
        }
    }
    rows.sort_unstable();
    let items = rows.into_iter().map(|[service, component, id, image, status]| {
        Value::object([
            ("id", Value::string(id)),
            ("service", Value::string(service)),
            ("component", Value::string(component)),
            ("image", Value::string(image)),
            ("status", Value::string(status)),
        ])
    });
    Value::list(instance_type(), items.collect())
}

/// Whether an app or a service counts as running, where its status tells. An update replaces instances: while old ones
/// stop and each component has others, nothing was stopped.
pub(crate) fn is_running(status: &Status, services: &[ServiceStatus]) -> Option<bool> {
    let lives = |instance: &InstanceStatus| matches!(instance.status, Status::Up | Status::Starting);
    let mut components = services.iter().flat_map(|service| &service.components);
    match status {
        Status::Up | Status::Starting => Some(true),
        Status::Stopping => Some(components.all(|component| component.instances.iter().any(lives))),
        Status::Down => Some(false),
        Status::Failed | Status::Deleting | Status::Other(_) => None,
    }
}

/// The tag that a component's instances really run: one that differs from the wanted one, if there is one. None where no
/// instance tells.
pub(crate) fn running_tag(status: &ComponentStatus, image: &Image, wanted: Option<&str>) -> Option<String> {
    let mut tags: Vec<String> = status
        .instances
        .iter()
        .filter_map(|instance| Image::parse(&instance.image).ok())
        .filter(|found| found.name() == image.name() && !found.tag.is_empty())
        .map(|found| found.tag)
        .collect();
    tags.sort_unstable();
    let differing = tags.iter().position(|tag| Some(tag.as_str()) != wanted);
    differing.or(Some(0)).and_then(|at| tags.get(at)).cloned()
}

/// The definition of the platform with the tags that instances really run: after an update the stored
/// definition may still show the old one. An instance that differs from `expected` is the one that tells.
pub(crate) fn actual(reading: &AppReading, expected: Option<&Definition>) -> Definition {
    let mut definition = reading.definition.clone();
    for service in &mut definition.services {
        for component in &mut service.components {
            let Some(status) = reading
                .status
                .component(&service.service_name, &component.component_name)
            else {
                continue;
            };
            let wanted = expected
                .and_then(|definition| definition.component(&service.service_name, &component.component_name))
                .map(|component| component.image.tag.as_str());
            // An image without a tag leaves the version to others.
            if wanted == Some("") {
                component.image.tag.clear();
            } else if let Some(tag) = running_tag(status, &component.image, wanted) {
                component.image.tag = tag;
            }
        }
    }
    definition
}

pub(crate) async fn read(session: &Session, prior: &Value) -> Result<Option<Value>, Fault> {
    let prior = plain(prior);
    let Some(key) = key(&prior) else {
        return Ok(None);
    };
    let Some(reading) = reading(session, &key).await? else {
        return Ok(None);
    };
    let expected = match source(&prior, session.known_name()) {
        Source::Known(definition, _) => Some(*definition),
        Source::Unknown | Source::Faulty(_) => None,
    };
    let mut actual = actual(&reading, expected.as_ref());
    if let Some(expected) = &expected {
        // The name is the key that it was read by.
        actual.app_name.clone_from(&expected.app_name);
    }
    let state = merged(&block(), &prior, &actual, session.known_name());
    let running = is_running(&reading.status.status, &reading.status.services)
        .or(truth(&prior, "running").known())
        .unwrap_or(true);
    Ok(Some(with(
        &state,
        [
            ("running", Value::bool(running)),
            ("status", Value::string(reading.status.status.as_str())),
            ("instances", instances(&reading.status)),
            ("id", Value::string(key.id())),
        ],
    )))
}

async fn reading(session: &Session, key: &AppKey) -> Result<Option<std::sync::Arc<AppReading>>, Fault> {
    session
        .app(key)
        .await
        .map_err(|error| failed(Path::root(), &format!("to read the app \"{}\"", key.id()), &error))
}

/// When the platform made an app; empty if it does not say.
pub(crate) async fn created(session: &Session, key: &AppKey) -> Result<String, crate::api::ApiError> {
    let list = session.list(&key.org, &key.env).await?;
    let found = list.iter().find(|summary| summary.app == key.app);
    Ok(found.map(|summary| summary.created.clone()).unwrap_or_default())
}

/// Imports `org/env/app`, as a definition.
pub(crate) async fn import(session: &Session, id: &str) -> Result<Option<Value>, Fault> {
    let Some(key) = AppKey::parse(id) else {
        return Err(bad_import(id, "ORG/ENV/APP"));
    };
    let Some(reading) = reading(session, &key).await? else {
        return Ok(None);
    };
    let created = created(session, &key).await.map_err(|error| {
        failed(
            Path::root(),
            &format!("to list the apps of \"{}/{}\"", key.org, key.env),
            &error,
        )
    })?;
    let definition = actual(&reading, None);
    let text = Value::string(definition.to_json_pretty());
    let running = is_running(&reading.status.status, &reading.status.services).unwrap_or(true);
    let values = [
        ("org", Value::string(&key.org)),
        ("env", Value::string(&key.env)),
        ("name", Value::string(&key.app)),
        ("definition", text),
        ("definition_variables", Value::null(Type::map(Type::String))),
        ("running", Value::bool(running)),
        ("update_strategy", Value::string("one-by-one")),
        ("id", Value::string(key.id())),
        ("created", Value::string(created)),
        ("status", Value::string(reading.status.status.as_str())),
        ("instances", instances(&reading.status)),
    ];
    Ok(Some(with(&block().empty_value(), values)))
}

/// The value of a boolean attribute that is set.
pub(crate) fn flag(object: &Value, name: &str) -> bool {
    truth(object, name) != Arg::Known(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_whose_instances_are_being_replaced_was_not_stopped() {
        let check = |status: Status, components: serde_json::Value, expected: Option<bool>| {
            let service = serde_json::json!({ "name": "web", "components": components });
            let service: ServiceStatus = serde_json::from_value(service).unwrap();
            assert_eq!(
                is_running(&status, &[service]),
                expected,
                "{status:?} {components}"
            );
        };
        let component = |states: &[&str]| {
            let instances: Vec<_> = states
                .iter()
                .map(|state| serde_json::json!({ "status": state }))
                .collect();
            serde_json::json!({ "name": "a", "instances": instances })
        };
        let of = |all: &[&[&str]]| {
            all.iter()
                .map(|states| component(states))
                .collect::<serde_json::Value>()
        };
        check(Status::Stopping, of(&[&["up", "stopping"], &["up"]]), Some(true));
        check(Status::Stopping, of(&[&["starting", "stopping"]]), Some(true));
        check(Status::Stopping, of(&[&["stopping"], &["up"]]), Some(false));
        check(Status::Stopping, of(&[&["stopping", "stopping"]]), Some(false));
        check(Status::Down, of(&[&["up"]]), Some(false));
        check(Status::Up, of(&[&["up"]]), Some(true));
        check(Status::Failed, of(&[&["up"]]), None);
    }
}
