//! What resources say against each other: an app with a version in its image, and a `giantswarm_component_version` with
//! another; an app that runs, and a `giantswarm_service_state` that stops one of its services; two resources of one type
//! for the same thing, or for two members of one pod.
//!
//! Only configurations are looked at, and only what is known of them. What an app ignores is unknown here, so that
//! `ignore_changes` leaves a matter to the other resource, as does an image without a tag.

use std::collections::BTreeMap;

use crate::api::definition::Definition;
use crate::plan::semantics::{Declared, Fault};
use crate::provider::giantswarm::app::{self, Source};
use crate::provider::object::{Arg, at, get, text, truth, whole};
use crate::value::Value;

/// The types that are looked at.
pub(crate) fn is_shared(type_name: &str) -> bool {
    matches!(
        type_name,
        "giantswarm_app"
            | "giantswarm_component_version"
            | "giantswarm_component_scale"
            | "giantswarm_service_state"
    )
}

/// What an app says of what others may rule.
struct App {
    /// Whether it runs; none if it leaves that to others.
    running: Option<bool>,
    /// Tags by service and component.
    tags: BTreeMap<(String, String), String>,
    /// Pods by service and component.
    pods: BTreeMap<(String, String), String>,
}

/// All conflicts, each at the one of the two that is no app.
pub(crate) fn find(declared: &[Declared<'_>], me: Option<&str>) -> Vec<(usize, Fault)> {
    let apps: BTreeMap<String, App> = declared
        .iter()
        .filter(|one| one.type_name == "giantswarm_app")
        .filter_map(|one| read(one.config, me))
        .collect();
    let mut found = Vec::new();
    let mut seen: BTreeMap<(&str, String), String> = BTreeMap::new();
    for (place, one) in declared.iter().enumerate() {
        let Some(id) = get(one.config, "app").and_then(Value::known_prefix) else {
            continue;
        };
        let Arg::Known(service) = text(one.config, "service") else {
            continue;
        };
        let app = apps.get(id);
        let component = match (one.type_name, text(one.config, "component")) {
            (_, Arg::Known(component)) => component,
            ("giantswarm_service_state", _) => "",
            _ => continue,
        };
        let name = (service.to_owned(), component.to_owned());
        let fault = match one.type_name {
            "giantswarm_component_version" => app.and_then(|app| version(one.config, id, app, &name)),
            "giantswarm_service_state" => app.and_then(|app| state(one.config, id, app, service)),
            "giantswarm_component_scale" => None,
            _ => continue,
        };
        found.extend(fault.map(|fault| (place, fault)));
        // The members of a pod scale together.
        let pod = app
            .and_then(|app| app.pods.get(&name))
            .filter(|_| one.type_name == "giantswarm_component_scale");
        let subject = match pod {
            Some(pod) => format!("the pod \"{pod}\" of the service \"{id}/{service}\""),
            None if component.is_empty() => format!("the service \"{id}/{service}\""),
            None => format!("the component \"{id}/{service}/{component}\""),
        };
        let said = match one.type_name {
            "giantswarm_component_version" => text(one.config, "version").known().map(str::to_owned),
            "giantswarm_component_scale" => whole(one.config, "instances")
                .known()
                .map(|count| count.to_string()),
            _ => truth(one.config, "running")
                .known()
                .map(|running| running.to_string()),
        };
        let Some(said) = said else { continue };
        let earlier = seen
            .entry((one.type_name, subject.clone()))
            .or_insert_with(|| said.clone());
        if *earlier != said {
            let argument = match one.type_name {
                "giantswarm_component_version" => "version",
                "giantswarm_component_scale" => "instances",
                _ => "running",
            };
            found.push((
                place,
                Fault::error(
                    at(argument),
                    "Conflicting resources",
                    format!(
                        "Another {} wants {earlier} for {subject}, and this one {said}: each apply would undo the other. Keep one of them.",
                        one.type_name
                    ),
                ),
            ));
        }
    }
    found
}

/// The id of an app and what it says.
fn read(config: &Value, me: Option<&str>) -> Option<(String, App)> {
    let name = match text(config, "name") {
        Arg::Known(name) => Some(name.to_owned()),
        Arg::Null | Arg::Unknown => None,
    };
    let definition = match app::source(config, me) {
        Source::Known(definition, _) => Some(*definition),
        Source::Unknown | Source::Faulty(_) => None,
    };
    let name = name.or_else(|| definition.as_ref().map(|definition| definition.app_name.clone()))?;
    let (org, env) = (text(config, "org").known()?, text(config, "env").known()?);
    let (mut tags, mut pods) = (BTreeMap::new(), BTreeMap::new());
    match &definition {
        Some(definition) => of_definition(definition, &mut tags, &mut pods),
        // What is known of blocks of which not all is known.
        None => of_blocks(config, &mut tags, &mut pods),
    }
    let running = match get(config, "running") {
        Some(value) if !value.is_known() => None,
        _ => Some(truth(config, "running") != Arg::Known(false)),
    };
    Some((format!("{org}/{env}/{name}"), App { running, tags, pods }))
}

type Words = BTreeMap<(String, String), String>;

fn of_definition(definition: &Definition, tags: &mut Words, pods: &mut Words) {
    for (service, component) in definition.components() {
        let name = (service.service_name.clone(), component.component_name.clone());
        if !component.image.tag.is_empty() {
            tags.insert(name.clone(), component.image.tag.clone());
        }
        if let Some(pod) = component.pod.as_ref().filter(|pod| !pod.is_empty()) {
            pods.insert(name, pod.clone());
        }
    }
}

fn of_blocks(config: &Value, tags: &mut Words, pods: &mut Words) {
    let blocks = |value: &Value, name: &str| {
        get(value, name)
            .and_then(Value::members)
            .cloned()
            .unwrap_or_default()
    };
    for (service, block) in blocks(config, "service") {
        for (component, block) in blocks(&block, "component") {
            let name = (service.to_string(), component.to_string());
            let image = text(&block, "image").known();
            let image = image.and_then(|image| crate::api::definition::Image::parse(image).ok());
            if let Some(image) = image.filter(|image| !image.tag.is_empty()) {
                tags.insert(name.clone(), image.tag);
            }
            if let Arg::Known(pod) = text(&block, "pod") {
                pods.insert(name, pod.to_owned());
            }
        }
    }
}

fn version(config: &Value, id: &str, app: &App, name: &(String, String)) -> Option<Fault> {
    let wanted = text(config, "version").known()?;
    let tag = app.tags.get(name).filter(|tag| tag.as_str() != wanted)?;
    let (service, component) = name;
    Some(Fault::error(
        at("version"),
        "Version conflicts with the app",
        format!(
            "The app \"{id}\" wants version {tag:?} of its component \"{service}/{component}\", and this resource {wanted:?}: each apply would undo the other. Leave the tag out of the app's image, or add the image to the app's \"ignore_changes\", or drop this resource and change the tag there."
        ),
    ))
}

fn state(config: &Value, id: &str, app: &App, service: &str) -> Option<Fault> {
    let wanted = truth(config, "running").known()?;
    let running = app.running.filter(|running| *running != wanted)?;
    let (of_app, of_service) = if running {
        ("run", "stop")
    } else {
        ("be stopped", "run")
    };
    Some(Fault::error(
        at("running"),
        "State conflicts with the app",
        format!(
            "The app \"{id}\" is to {of_app} as a whole, and this resource wants its service \"{service}\" to {of_service}: each apply would undo the other. Add \"running\" to the app's \"ignore_changes\", or drop this resource."
        ),
    ))
}
