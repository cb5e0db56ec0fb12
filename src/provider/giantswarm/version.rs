//! `giantswarm_component_version`: the version of the image that one component runs, moved to by a strategy.
//!
//! The update is sent once; where its answer is lost, the platform is read. It starts what was stopped, so a service that
//! was stopped is stopped again. Destroying leaves the version as it is. What an app says of the same version is looked
//! at in `conflicts`.

use crate::api::ComponentRef;
use crate::api::definition::is_tag;
use crate::api::wire::{AppStatus, Status, Strategy};
use crate::plan::semantics::{Decision, Fault, PlannedCall, Proposal};
use crate::ports::{Applied, Found};
use crate::provider::giantswarm::app::{self, Deadline, move_to, running_tag};
use crate::provider::giantswarm::calls::{self, Parts};
use crate::provider::giantswarm::data::{app_fault, empty_fault};
use crate::provider::giantswarm::faults::failed;
use crate::provider::giantswarm::service;
use crate::provider::giantswarm::session::{AppKey, Session};
use crate::provider::object::{Arg, at, get, plain, text, unknown_id, with};
use crate::value::{Path, Value};

/// What names the component.
const NAMES: [&str; 3] = ["app", "service", "component"];

pub(crate) fn validate(config: &Value) -> Vec<Fault> {
    let mut faults: Vec<Fault> = app_fault(config).into_iter().collect();
    for name in ["service", "component"] {
        faults.extend(empty_fault(config, name, &format!("name of the {name}")));
    }
    if let Arg::Known(version) = text(config, "version")
        && !is_tag(version)
    {
        faults.push(Fault::error(
            at("version"),
            "Invalid version",
            format!("{version:?} is not the tag of an image: use letters, digits, \"-\", \".\" and \"_\"."),
        ));
    }
    faults.extend(app::strategy_fault(config, "strategy"));
    faults.extend(app::timeout_faults(config, &["update"]));
    faults
}

pub(crate) fn plan(proposal: Proposal<'_>) -> Decision {
    let (prior, config) = (plain(proposal.prior), plain(proposal.config));
    let parts: Vec<Option<&str>> = NAMES.iter().map(|name| text(&config, name).known()).collect();
    let id = match parts.as_slice() {
        [Some(app), Some(service), Some(component)] => Value::string(format!("{app}/{service}/{component}")),
        _ => unknown_id(),
    };
    let strategy = match get(proposal.config, "strategy") {
        Some(set) if !set.is_null() => set.clone(),
        _ => Value::string("one-by-one"),
    };
    let same = |name: &str| text(&prior, name) == text(&config, name);
    let moves = prior.is_null() || !NAMES.iter().all(|name| same(name)) || !same("version");
    Decision {
        planned: with(proposal.proposed, [("id", id), ("strategy", strategy)]),
        replace: Vec::new(),
        delete_first: true,
        calls: if moves { announced(&config) } else { Vec::new() },
        faults: Vec::new(),
    }
}

/// Look, move, and look until it is there.
fn announced(config: &Value) -> Vec<PlannedCall> {
    let key = text(config, "app").known().and_then(AppKey::parse);
    let mut parts = Parts::new();
    let org = parts.part("org", key.as_ref().map(|key| key.org.as_str()));
    let env = parts.part("env", key.as_ref().map(|key| key.env.as_str()));
    let app = parts.part("app", key.as_ref().map(|key| key.app.as_str()));
    let service = parts.part("service", text(config, "service").known());
    let component = parts.part("component", text(config, "component").known());
    let version = parts.part("version", text(config, "version").known());
    let target = ComponentRef {
        org: &org,
        env: &env,
        app: &app,
        service: &service,
        component: &component,
    };
    let strategy = text(config, "strategy").known().unwrap_or("one-by-one");
    let body = serde_json::json!({ "strategy": strategy }).to_string();
    let status = crate::api::paths::app_verb(&org, &env, &app, "status");
    vec![
        calls::get(parts.fill(status.clone())),
        calls::post_body(parts.fill(target.update(&version)), body),
        calls::get(parts.fill(status)),
    ]
}

/// The component that an object is about.
struct Target {
    key: AppKey,
    service: String,
    component: String,
}

impl Target {
    fn of(object: &Value) -> Option<Target> {
        Some(Target {
            key: AppKey::parse(text(object, "app").known()?)?,
            service: text(object, "service").known()?.to_owned(),
            component: text(object, "component").known()?.to_owned(),
        })
    }

    fn path(&self) -> ComponentRef<'_> {
        ComponentRef {
            org: &self.key.org,
            env: &self.key.env,
            app: &self.key.app,
            service: &self.service,
            component: &self.component,
        }
    }

    fn id(&self) -> String {
        format!("{}/{}/{}", self.key.id(), self.service, self.component)
    }
}

pub(crate) async fn read(session: &Session, prior: &Value) -> Result<Option<Value>, Fault> {
    let prior = plain(prior);
    let Some(target) = Target::of(&prior) else {
        return Ok(None);
    };
    let expected = text(&prior, "version").known();
    let found = version(session, &target, expected).await?;
    Ok(found.map(|version| {
        with(
            &prior,
            [
                ("id", Value::string(target.id())),
                ("version", Value::string(version)),
            ],
        )
    }))
}

/// The version that the component runs; where its instances differ, one that is not the expected one.
async fn version(
    session: &Session,
    target: &Target,
    expected: Option<&str>,
) -> Result<Option<String>, Fault> {
    let found = session.app(&target.key).await.map_err(|error| {
        let aim = format!("to read the app \"{}\"", target.key.id());
        failed(Path::root(), &aim, &error)
    })?;
    Ok(found.and_then(|found| {
        let status = found.status.component(&target.service, &target.component)?;
        let defined = found.definition.component(&target.service, &target.component)?;
        Some(running_tag(status, &defined.image, expected).unwrap_or_else(|| defined.image.tag.clone()))
    }))
}

/// What became of a creation: the version that is read decides.
pub(crate) async fn settle(session: &Session, planned: &Value) -> Result<Found, Fault> {
    let planned = plain(planned);
    let found = read(session, &planned).await?;
    Ok(found
        .filter(|found| text(found, "version") == text(&planned, "version"))
        .map_or(Found::Nothing, Found::Object))
}

/// Imports `org/env/app/service/component`.
pub(crate) async fn import(session: &Session, id: &str, empty: &Value) -> Result<Option<Value>, Fault> {
    let parts: Vec<&str> = id.split('/').collect();
    let bad = || super::bad_import(id, "ORG/ENV/APP/SERVICE/COMPONENT");
    let [org, env, app, service, component] = parts.as_slice() else {
        return Err(bad());
    };
    if parts.iter().any(|part| part.is_empty()) {
        return Err(bad());
    }
    let object = with(
        empty,
        [
            ("app", Value::string(format!("{org}/{env}/{app}"))),
            ("service", Value::string(service)),
            ("component", Value::string(component)),
            ("strategy", Value::string("one-by-one")),
        ],
    );
    read(session, &object).await
}

/// Creates or updates: moves the component to the version, unless it is there already.
pub(crate) async fn apply(session: &Session, prior: &Value, planned: &Value) -> Applied {
    let object = plain(planned);
    let (Some(target), Some(wanted)) = (Target::of(&object), text(&object, "version").known()) else {
        let fault = Fault::error(
            at("app"),
            "Invalid app id",
            "The argument \"app\" is not the id of an app, ORG/ENV/APP.",
        );
        return super::unchanged(prior, fault);
    };
    session.forget_app(&target.key);
    let result = bring(session, &target, wanted, &object).await;
    session.forget_app(&target.key);
    match result {
        Ok(()) => super::done(with(&object, [("id", Value::string(target.id()))])),
        Err(fault) if prior.is_null() => super::refused(fault),
        // What was reached is read, so that the state says neither too little nor too much.
        Err(fault) => Applied {
            error: Some(fault),
            ..super::done(
                read(session, prior)
                    .await
                    .ok()
                    .flatten()
                    .unwrap_or_else(|| plain(prior)),
            )
        },
    }
}

async fn bring(session: &Session, target: &Target, wanted: &str, object: &Value) -> Result<(), Fault> {
    let deadline = Deadline::after(app::timeout(object, "update"));
    let aim = format!("to read the component \"{}\"", target.id());
    let fault = |error| failed(Path::root(), &aim, &error);
    let Some(found) = session.app(&target.key).await.map_err(fault)? else {
        return Err(Fault::error(
            at("app"),
            "App not found",
            format!("There is no app \"{}\" on the platform.", target.key.id()),
        ));
    };
    let Some(defined) = found.definition.component(&target.service, &target.component) else {
        return Err(Fault::error(
            at("component"),
            "No such component",
            format!(
                "The app \"{}\" has no component \"{}\" in a service \"{}\".",
                target.key.id(),
                target.component,
                target.service
            ),
        ));
    };
    let status = found.status.component(&target.service, &target.component);
    let runs = status.and_then(|status| running_tag(status, &defined.image, Some(wanted)));
    if runs.as_deref().unwrap_or(&defined.image.tag) == wanted
        && status.is_some_and(|status| status.status.is_final() && status.status != Status::Failed)
    {
        return Ok(());
    }
    let was_down = is_down(&found.status, &target.service);
    let strategy = text(object, "strategy")
        .known()
        .and_then(Strategy::parse)
        .unwrap_or_default();
    move_to(session, &target.key, target.path(), wanted, strategy, deadline).await?;
    if was_down {
        // The update has started it.
        service::bring(session, &target.key, &target.service, false, deadline).await?;
    }
    Ok(())
}

fn is_down(status: &AppStatus, service: &str) -> bool {
    let found = status.services.iter().find(|found| found.name == service);
    found.is_some_and(|found| {
        found
            .components
            .iter()
            .all(|component| matches!(component.status, Status::Down | Status::Stopping))
    })
}

/// Destroying makes no call; the note says so.
pub(crate) fn delete(prior: &Value) -> Applied {
    Applied {
        notes: plan_delete(prior).1,
        ..super::gone()
    }
}

pub(crate) fn plan_delete(prior: &Value) -> (Vec<PlannedCall>, Vec<Fault>) {
    let prior = plain(prior);
    let name = text(&prior, "id").known().unwrap_or_default();
    let version = text(&prior, "version").known().unwrap_or_default();
    let note = Fault::warning(
        Path::root(),
        "Version stays",
        format!(
            "Destroying the version of \"{name}\" makes no call: the component stays at version {version:?}."
        ),
    );
    (Vec::new(), vec![note])
}
