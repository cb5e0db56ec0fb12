//! `giantswarm_app`: what is checked and announced at plan time.
//!
//! A change of an image's tag alone is an update of that component in place. Any other change of the definition
//! replaces the app, and the decision names the argument that forces it and the volumes that are lost. How it
//! is carried out is in `act`.

mod act;
mod read;
pub(crate) mod secrets;
pub(crate) mod shape;
pub(crate) mod source;
pub(crate) mod wait;

use std::sync::Arc;
use std::time::Duration;

use crate::api::definition::{Change, Definition, Place, difference, is_name};
use crate::api::wire::Strategy;
use crate::api::{ComponentRef, paths};
use crate::plan::semantics::{Decision, Fault, PlannedCall, Proposal};
use crate::provider::giantswarm::calls::{self, Parts};
use crate::provider::giantswarm::org::name_fault;
use crate::provider::giantswarm::session::AppKey;
use crate::provider::giantswarm::settings::duration_argument;
use crate::provider::object::{Arg, at, get, plain, text, truth, unknown_id, unknown_text, with};
use crate::value::{Path, Refinement, Type, Value};

pub(crate) use act::{create, delete, move_to, settle, update};
pub(crate) use read::{actual, import, is_running, read, running_tag};
pub(crate) use source::{Source, source};
use source::{is_definition, needs_login_name};
pub(crate) use wait::Deadline;

/// The arguments of `timeouts`.
const TIMEOUTS: [&str; 3] = ["create", "update", "delete"];

/// What is wrong with the arguments (without marks).
pub(crate) fn validate(config: &Value, me: Option<&str>) -> Vec<Fault> {
    let mut faults: Vec<Fault> = name_fault(config, "org").into_iter().collect();
    for (argument, what) in [("env", "an environment"), ("name", "an app")] {
        if let Arg::Known(name) = text(config, argument)
            && !is_name(name)
        {
            faults.push(Fault::error(
                at(argument),
                "Invalid name",
                format!("{name:?} is not a name of {what}: it must begin with a letter or a digit, have neither \"/\" nor white space, and be at most 100 bytes long."),
            ));
        }
    }
    faults.extend(strategy_fault(config, "update_strategy"));
    faults.extend(timeout_faults(config, &TIMEOUTS));
    let structure = structure(config);
    if structure.is_empty() {
        match source(config, me) {
            Source::Faulty(found) | Source::Known(_, found) => faults.extend(found),
            Source::Unknown => {}
        }
    }
    faults.extend(structure);
    faults
}

/// What is wrong with an argument that names a strategy.
pub(crate) fn strategy_fault(config: &Value, argument: &str) -> Option<Fault> {
    match text(config, argument) {
        Arg::Known(strategy) if Strategy::parse(strategy).is_none() => Some(Fault::error(
            at(argument),
            "Unknown update strategy",
            format!("{strategy:?} is not a strategy: use \"one-by-one\", \"all-at-once\" or \"hot-swap\"."),
        )),
        _ => None,
    }
}

/// What is wrong with these arguments of `timeouts`.
pub(crate) fn timeout_faults(config: &Value, names: &[&str]) -> Vec<Fault> {
    let Some(timeouts) = get(config, "timeouts") else {
        return Vec::new();
    };
    let fault = |name: &&str| {
        let reason = duration_argument(timeouts, name).err()?;
        Some(Fault::error(
            at("timeouts").attr(*name),
            "Invalid duration",
            format!("The timeout \"{name}\" is not a duration: {reason}."),
        ))
    };
    names.iter().filter_map(fault).collect()
}

/// Keeps the versions of `before` where `after` has images without a tag, for these leave the version to others.
fn leave_versions(before: &Definition, after: &mut Definition) {
    for service in &mut after.services {
        for component in &mut service.components {
            let old = before.component(&service.service_name, &component.component_name);
            if let Some(old) = old
                && component.image.tag.is_empty()
                && component.image.name() == old.image.name()
            {
                component.image.tag.clone_from(&old.image.tag);
            }
        }
    }
}

/// Whether the app is given in one of the two ways, and in one alone.
fn structure(config: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    let services = get(config, "service").and_then(Value::members);
    let blocks = services.is_some_and(|services| !services.is_empty());
    let set = |name| get(config, name).is_some_and(|value| !value.is_null());
    if is_definition(config) {
        if blocks {
            faults.push(Fault::error(
                at("definition"),
                "Two definitions of one app",
                "Give the app either as \"service\" blocks or as a \"definition\", but not as both.",
            ));
        }
        if set("public_ports") {
            faults.push(Fault::error(
                at("public_ports"),
                "Argument needs service blocks",
                "With a \"definition\" the public ports belong into the definition.",
            ));
        }
        return faults;
    }
    if set("definition_variables") {
        faults.push(Fault::error(
            at("definition_variables"),
            "Argument needs a definition",
            "Variables are for a \"definition\"; in \"service\" blocks write expressions instead.",
        ));
    }
    if services.is_some() && !blocks {
        faults.push(Fault::error(
            Path::root(),
            "App without a definition",
            "An app needs at least one \"service\" block, or a \"definition\" with the text of a swarm.json file.",
        ));
    }
    if blocks && !set("name") {
        faults.push(Fault::error(
            Path::root(),
            "App without a name",
            "An app of \"service\" blocks needs a \"name\".",
        ));
    }
    faults
}

/// How long an operation may take.
pub(crate) fn timeout(object: &Value, name: &str) -> Duration {
    get(object, "timeouts")
        .and_then(|timeouts| duration_argument(timeouts, name).ok().flatten())
        .unwrap_or(Duration::from_secs(600))
}

/// The type of `instances`.
pub(crate) fn instance_type() -> Type {
    Type::object([
        ("id", Type::String),
        ("service", Type::String),
        ("component", Type::String),
        ("image", Type::String),
        ("status", Type::String),
    ])
}

/// What comes of the definition's change.
struct Definitions {
    /// The definition wanted, as far as it is known.
    wanted: Option<Definition>,
    /// Components whose image moves to another tag.
    tags: Vec<Change>,
    /// Arguments that force a replacement.
    replace: Vec<Path>,
    /// What changed, in words, for a definition given as text.
    told: Vec<String>,
    /// Whether the prior spelling can be kept.
    same: bool,
    /// Volumes of the prior app.
    volumes: Vec<String>,
}

pub(crate) fn plan(proposal: Proposal<'_>, me: Option<&str>) -> Result<Decision, Vec<Fault>> {
    let config = plain(proposal.config);
    let prior = plain(proposal.prior);
    if me.is_none() && needs_login_name(&config) {
        return Err(vec![Fault::error(
            at("definition"),
            "Login name not known",
            "The definition uses $GIANTSWARM_LOGIN_NAME, but a token does not tell the name of its user. Set \"GIANTSWARM_LOGIN_NAME\" in \"definition_variables\".",
        )]);
    }
    let mut faults = Vec::new();
    let wanted = match source(&config, me) {
        Source::Known(definition, warnings) => {
            faults.extend(warnings);
            Some(*definition)
        }
        Source::Unknown => None,
        Source::Faulty(found) => return Err(found),
    };
    let name = match (text(&config, "name"), &wanted) {
        (Arg::Known(name), _) => Value::string(name),
        (Arg::Unknown, _) | (Arg::Null, None) => unknown_text(),
        (Arg::Null, Some(definition)) => Value::string(&definition.app_name),
    };
    let running = or_default(&config, "running", Value::bool(true));
    let strategy = or_default(&config, "update_strategy", Value::string("one-by-one"));
    // An argument that the configuration sets keeps its value and marks.
    let kept = |name: &str, value: Value| match get(proposal.config, name) {
        Some(set) if !set.is_null() => set.clone(),
        _ => value,
    };
    let mut planned = with(
        proposal.proposed,
        [
            ("name", kept("name", name.clone())),
            ("running", kept("running", running.clone())),
            ("update_strategy", kept("update_strategy", strategy.clone())),
        ],
    );
    let target = with(
        &config,
        [
            ("name", name),
            ("running", running),
            ("update_strategy", strategy),
        ],
    );
    if prior.is_null() {
        return Ok(Decision {
            planned: as_new(&planned, &target),
            replace: Vec::new(),
            delete_first: true,
            calls: creation(proposal.config, &target, wanted.as_ref()),
            faults,
        });
    }
    let definitions = compare(&prior, &config, wanted, me);
    let mut replace = Vec::new();
    for name in ["org", "env", "name"] {
        if text(&prior, name) != text(&target, name) {
            // A name that comes from the definition is changed there.
            let source = name == "name" && get(&config, "name").is_none_or(Value::is_null);
            replace.push(at(if source { "definition" } else { name }));
        }
    }
    for path in &definitions.replace {
        if !replace.contains(path) {
            replace.push(path.clone());
        }
    }
    if !replace.is_empty() {
        faults.extend(losses(&prior, &definitions));
        let calls = creation(proposal.config, &target, definitions.wanted.as_ref());
        return Ok(Decision {
            planned: as_new(&planned, &target),
            replace,
            delete_first: true,
            calls,
            faults,
        });
    }
    if definitions.same && is_definition(&prior) == is_definition(&config) {
        for name in ["definition", "definition_variables", "public_ports", "service"] {
            if let Some(old) = get(proposal.prior, name) {
                let marks = get(proposal.config, name).map(Value::marks).unwrap_or_default();
                planned = with(&planned, [(name, old.clone().mark(marks))]);
            }
        }
    }
    let restarts = truth(&prior, "running") != truth(&target, "running");
    if restarts || !definitions.tags.is_empty() {
        planned = with(&planned, running_anew());
    }
    Ok(Decision {
        planned,
        replace,
        delete_first: true,
        calls: updates(&prior, &target, &definitions.tags),
        faults,
    })
}

/// What an app that starts has, which only the platform can say.
fn running_anew() -> [(&'static str, Value); 2] {
    let instances = Value::unknown(Type::list(instance_type()));
    [("status", unknown_text()), ("instances", instances)]
}

/// An app that is made anew.
fn as_new(planned: &Value, target: &Value) -> Value {
    let made = with(planned, [("id", later_id(target)), ("created", unknown_text())]);
    with(&made, running_anew())
}

/// An imported app with the arguments of a configuration that means the same.
pub(crate) fn respelled(object: &Value, config: &Value, me: Option<&str>) -> Value {
    let Source::Known(wanted, _) = source(config, me) else {
        return object.clone();
    };
    let mut told = object.clone();
    let mut take = |name: &str| {
        if let Some(value) = get(config, name).filter(|value| value.is_wholly_known()) {
            told = with(&told, [(name, value.clone())]);
        }
    };
    if compare(object, config, Some(*wanted), me).same {
        for name in ["definition", "definition_variables", "public_ports", "service"] {
            take(name);
        }
    }
    // The platform knows neither.
    take("timeouts");
    if get(config, "update_strategy").is_some_and(|value| !value.is_null()) {
        take("update_strategy");
    }
    told
}

/// The id that an app will have. It is known as soon as its parts are, but no app of this id is there yet: whatever needs
/// it has to wait.
fn later_id(target: &Value) -> Value {
    match key(target) {
        // The whole id, with nothing after it, so that `conflicts` knows the app by it.
        Some(key) => unknown_id().refine(|refinement| Refinement {
            prefix: Some(Arc::from(key.id())),
            ..refinement
        }),
        None => unknown_id(),
    }
}

fn or_default(config: &Value, name: &str, default: Value) -> Value {
    match get(config, name) {
        Some(value) if !value.is_null() => value.clone(),
        _ => default,
    }
}

fn compare(prior: &Value, config: &Value, wanted: Option<Definition>, me: Option<&str>) -> Definitions {
    let mut found = Definitions {
        wanted: None,
        tags: Vec::new(),
        replace: Vec::new(),
        told: Vec::new(),
        same: false,
        volumes: Vec::new(),
    };
    let whole = at(if is_definition(config) {
        "definition"
    } else {
        "service"
    });
    let before = match source(prior, me) {
        Source::Known(definition, _) => *definition,
        Source::Unknown | Source::Faulty(_) => {
            found.replace.push(whole);
            found.wanted = wanted;
            return found;
        }
    };
    for (service, component) in before.components() {
        for volume in component.volumes.iter().filter(|volume| volume.size.is_some()) {
            found.volumes.push(format!(
                "{} of {}/{}",
                volume.path.as_deref().unwrap_or_default(),
                service.service_name,
                component.component_name
            ));
        }
    }
    let Some(mut wanted) = wanted else {
        found
            .told
            .push("the definition is known only after apply".to_owned());
        found.replace.push(whole);
        return found;
    };
    // The app's own name is compared as an argument.
    let name = std::mem::replace(&mut wanted.app_name, before.app_name.clone());
    leave_versions(&before, &mut wanted);
    let changes = difference(&before.normalized(), &wanted.normalized());
    wanted.app_name = name;
    found.same = changes.is_empty();
    for change in changes {
        match change {
            Change::Tag { .. } => found.tags.push(change),
            Change::Other(place) => {
                found.told.push(place.to_string());
                let path = if is_definition(config) {
                    whole.clone()
                } else {
                    place_path(&place)
                };
                if !found.replace.contains(&path) {
                    found.replace.push(path);
                }
            }
        }
    }
    found.wanted = Some(wanted);
    found
}

/// The argument of the blocks at a place of the definition.
fn place_path(place: &Place) -> Path {
    let mut path = Path::root();
    for (block, label) in [("service", &place.service), ("component", &place.component)] {
        if let Some(label) = label {
            path = path.attr(block).key(label.as_str());
        }
    }
    match place.key {
        Some("volumes") => path.attr("volume"),
        Some("dependencies") => path.attr("dependency"),
        Some("app_name") => path.attr("name"),
        Some(key) => path.attr(key),
        None => path,
    }
}

/// What a replacement destroys besides instances.
fn losses(prior: &Value, definitions: &Definitions) -> Option<Fault> {
    let id = text(prior, "id").known().unwrap_or_default().to_owned();
    let mut detail = String::new();
    if !definitions.told.is_empty() {
        detail.push_str(&format!("Changed: {}. ", definitions.told.join(", ")));
    }
    if definitions.volumes.is_empty() {
        detail.push_str(&format!(
            "The app \"{id}\" is deleted and made anew. It has no volumes, but what its instances wrote is lost, and a scale set since has to be set again."
        ));
    } else {
        detail.push_str(&format!(
            "The app \"{id}\" is deleted and made anew, and its volumes are lost with all their data: {}. A scale set since has to be set again.",
            definitions.volumes.join(", ")
        ));
    }
    let path = definitions.replace.first().cloned().unwrap_or_default();
    Some(Fault::warning(path, "Replacement loses data", detail))
}

/// The calls of a creation.
fn creation(marked: &Value, target: &Value, definition: Option<&Definition>) -> Vec<PlannedCall> {
    let mut parts = Parts::new();
    let org = parts.part("org", text(target, "org").known());
    let env = parts.part("env", text(target, "env").known());
    let app = parts.part("app", text(target, "name").known());
    let body = definition.map_or_else(
        || calls::LATER.to_owned(),
        |definition| secrets::body(marked, definition),
    );
    let mut calls = vec![calls::post_body(parts.fill(paths::apps(&org, &env)), body)];
    if truth(target, "running") != Arg::Known(false) {
        calls.push(calls::post(
            parts.fill(paths::app_verb(&org, &env, &app, "start")),
        ));
    }
    calls.push(calls::get(
        parts.fill(paths::app_verb(&org, &env, &app, "status")),
    ));
    calls.push(calls::get(parts.fill(paths::apps(&org, &env))));
    calls
}

/// The calls of an update in place.
fn updates(prior: &Value, target: &Value, tags: &[Change]) -> Vec<PlannedCall> {
    let Some(key) = key(prior) else {
        return Vec::new();
    };
    let mut calls = Vec::new();
    let status = calls::get(paths::app_verb(&key.org, &key.env, &key.app, "status"));
    let strategy = text(target, "update_strategy").known().unwrap_or("one-by-one");
    let body = serde_json::json!({ "strategy": strategy }).to_string();
    for change in tags {
        if let Change::Tag {
            service,
            component,
            to,
            ..
        } = change
        {
            let target = ComponentRef {
                org: &key.org,
                env: &key.env,
                app: &key.app,
                service,
                component,
            };
            calls.push(calls::post_body(target.update(to), body.clone()));
            calls.push(status.clone());
        }
    }
    let was = truth(prior, "running") != Arg::Known(false);
    let wanted = truth(target, "running") != Arg::Known(false);
    let verb = match (was, wanted) {
        (false, true) => Some("start"),
        (true, false) => Some("stop"),
        // An update starts what was stopped.
        (false, false) if !tags.is_empty() => Some("stop"),
        _ => None,
    };
    if let Some(verb) = verb {
        calls.push(calls::post(paths::app_verb(&key.org, &key.env, &key.app, verb)));
        calls.push(status);
    }
    calls
}

/// The name in full of an app that exists.
pub(crate) fn key(object: &Value) -> Option<AppKey> {
    Some(AppKey {
        org: text(object, "org").known()?.to_owned(),
        env: text(object, "env").known()?.to_owned(),
        app: text(object, "name").known()?.to_owned(),
    })
}

pub(crate) fn plan_delete(prior: &Value) -> (Vec<PlannedCall>, Vec<Fault>) {
    let prior = plain(prior);
    let Some(key) = key(&prior) else {
        return (Vec::new(), Vec::new());
    };
    let calls = vec![
        calls::delete(paths::app(&key.org, &key.env, &key.app)),
        calls::get(paths::app_verb(&key.org, &key.env, &key.app, "status")),
    ];
    (calls, Vec::new())
}
