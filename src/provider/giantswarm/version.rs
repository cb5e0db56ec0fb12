//! `giantswarm_component_version`: the version of the image that one component runs, moved to by a strategy.
//!
//! The update is sent once; where its answer is lost, the platform is read. It starts what was stopped, so a service that
//! was stopped is stopped again. Destroying leaves the version as it is. What an app says of the same version is looked
//! at in `conflicts`.

use crate::api::definition::is_tag;
use crate::api::wire::{AppStatus, Status, Strategy};
use crate::plan::semantics::{Decision, Fault, PlannedCall, Proposal};
use crate::ports::{Applied, Found};
use crate::provider::giantswarm::app::{self, Deadline, move_to, running_tag};
use crate::provider::giantswarm::calls;
use crate::provider::giantswarm::component::{self, Announced, Component};
use crate::provider::giantswarm::faults::failed;
use crate::provider::giantswarm::service;
use crate::provider::giantswarm::session::Session;
use crate::provider::object::{Arg, at, get, plain, text, with};
use crate::value::{Path, Value};

pub(crate) fn validate(config: &Value) -> Vec<Fault> {
    let mut faults = component::validate(config);
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
    let strategy = match get(proposal.config, "strategy") {
        Some(set) if !set.is_null() => set.clone(),
        _ => Value::string("one-by-one"),
    };
    let same = component::is_same(&prior, &config) && text(&prior, "version") == text(&config, "version");
    let moves = prior.is_null() || !same;
    Decision {
        planned: with(
            proposal.proposed,
            [("id", component::id(&config)), ("strategy", strategy)],
        ),
        replace: Vec::new(),
        delete_first: true,
        calls: if moves { announced(&config) } else { Vec::new() },
        faults: Vec::new(),
    }
}

/// Look, move, and look until it is there.
fn announced(config: &Value) -> Vec<PlannedCall> {
    let mut target = Announced::of(config);
    let version = target.part("version", text(config, "version").known());
    let strategy = text(config, "strategy").known().unwrap_or("one-by-one");
    let body = serde_json::json!({ "strategy": strategy }).to_string();
    let status = crate::api::paths::app_verb(&target.org, &target.env, &target.app, "status");
    vec![
        calls::get(target.fill(status.clone())),
        calls::post_body(target.fill(target.path().update(&version)), body),
        calls::get(target.fill(status)),
    ]
}

pub(crate) async fn read(session: &Session, prior: &Value) -> Result<Option<Value>, Fault> {
    let prior = plain(prior);
    let Some(target) = Component::of(&prior) else {
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
    target: &Component,
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
    let (Some(target), Some(wanted)) = (Component::of(&object), text(&object, "version").known()) else {
        return component::unnamed(prior);
    };
    let turn = session.turn(&target.key, &target.service).await;
    session.forget_app(&target.key);
    let result = bring(session, &target, wanted, &object).await;
    session.forget_app(&target.key);
    drop(turn);
    match result {
        Ok(()) => super::done(with(&object, [("id", Value::string(target.id()))])),
        Err(fault) => component::failed(prior, fault, read(session, prior)).await,
    }
}

async fn bring(session: &Session, target: &Component, wanted: &str, object: &Value) -> Result<(), Fault> {
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
        return Err(target.missing());
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
