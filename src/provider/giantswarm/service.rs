//! `giantswarm_service_state`: whether one service of an app runs.
//!
//! Starting and stopping may be said twice without harm, but nothing is sent without reading first, and a call whose
//! answer was lost is settled by reading. Destroying leaves the service as it is. What an app says of the same service is
//! looked at in `conflicts`.

use tokio::time::sleep;

use crate::api::wire::Status;
use crate::api::{ErrorKind, paths};
use crate::plan::semantics::{Decision, Fault, PlannedCall, Proposal};
use crate::ports::{Applied, Found};
use crate::provider::giantswarm::app::wait::Pause;
use crate::provider::giantswarm::app::{self, Deadline, is_running};
use crate::provider::giantswarm::calls;
use crate::provider::giantswarm::component::{self, Announced};
use crate::provider::giantswarm::data::{app_fault, empty_fault};
use crate::provider::giantswarm::faults::failed;
use crate::provider::giantswarm::session::{AppKey, Session};
use crate::provider::object::{Arg, at, plain, text, truth, unknown_id, unknown_text, with};
use crate::value::{Path, Value};

pub(crate) fn validate(config: &Value) -> Vec<Fault> {
    let mut faults: Vec<Fault> = app_fault(config).into_iter().collect();
    faults.extend(empty_fault(config, "service", "name of the service"));
    faults.extend(app::timeout_faults(config, &["update"]));
    faults
}

pub(crate) fn plan(proposal: Proposal<'_>) -> Decision {
    let (prior, config) = (plain(proposal.prior), plain(proposal.config));
    let id = match (text(&config, "app"), text(&config, "service")) {
        (Arg::Known(app), Arg::Known(service)) => Value::string(format!("{app}/{service}")),
        _ => unknown_id(),
    };
    let same = |name| text(&prior, name) == text(&config, name);
    let moves = prior.is_null()
        || !same("app")
        || !same("service")
        || truth(&prior, "running") != truth(&config, "running");
    let mut planned = with(proposal.proposed, [("id", id)]);
    if moves {
        planned = with(&planned, [("status", unknown_text())]);
    }
    Decision {
        planned,
        replace: Vec::new(),
        delete_first: true,
        calls: if moves { announced(&config) } else { Vec::new() },
        faults: Vec::new(),
    }
}

/// Look, start or stop, and look until it is so.
fn announced(config: &Value) -> Vec<PlannedCall> {
    let target = Announced::of(config);
    let path = |verb| {
        target.fill(paths::service_verb(
            &target.org,
            &target.env,
            &target.app,
            &target.service,
            verb,
        ))
    };
    let verb = match truth(config, "running") {
        Arg::Known(true) => "start",
        Arg::Known(false) => "stop",
        // The platform is asked for whichever it will be.
        Arg::Unknown | Arg::Null => "{start or stop}",
    };
    let change = path("VERB").replace("/VERB", &format!("/{verb}"));
    vec![
        calls::get(path("status")),
        calls::post(change),
        calls::get(path("status")),
    ]
}

fn target(object: &Value) -> Option<(AppKey, String)> {
    let key = AppKey::parse(text(object, "app").known()?)?;
    Some((key, text(object, "service").known()?.to_owned()))
}

pub(crate) async fn read(session: &Session, prior: &Value) -> Result<Option<Value>, Fault> {
    let prior = plain(prior);
    let Some((key, name)) = target(&prior) else {
        return Ok(None);
    };
    let found = session.app(&key).await.map_err(|error| {
        let aim = format!("to read the app \"{}\"", key.id());
        failed(Path::root(), &aim, &error)
    })?;
    Ok(found.and_then(|found| {
        let service = found
            .status
            .services
            .iter()
            .find(|service| service.name == name)?;
        let running = is_running(&service.status, std::slice::from_ref(service))
            .or(truth(&prior, "running").known())
            .unwrap_or(true);
        Some(object(&prior, &key, &name, running, &service.status))
    }))
}

fn object(like: &Value, key: &AppKey, service: &str, running: bool, status: &Status) -> Value {
    with(
        like,
        [
            ("id", Value::string(format!("{}/{service}", key.id()))),
            ("running", Value::bool(running)),
            ("status", Value::string(status.as_str())),
        ],
    )
}

/// What became of a creation: whether the service is as wanted decides.
pub(crate) async fn settle(session: &Session, planned: &Value) -> Result<Found, Fault> {
    let planned = plain(planned);
    let found = read(session, &planned).await?;
    Ok(found
        .filter(|found| truth(found, "running") == truth(&planned, "running"))
        .map_or(Found::Nothing, Found::Object))
}

/// Imports `org/env/app/service`.
pub(crate) async fn import(session: &Session, id: &str, empty: &Value) -> Result<Option<Value>, Fault> {
    let parts: Vec<&str> = id.split('/').collect();
    let (&[org, env, app, service], true) = (parts.as_slice(), parts.iter().all(|part| !part.is_empty()))
    else {
        return Err(super::bad_import(id, "ORG/ENV/APP/SERVICE"));
    };
    let object = with(
        empty,
        [
            ("app", Value::string(format!("{org}/{env}/{app}"))),
            ("service", Value::string(service)),
        ],
    );
    read(session, &object).await
}

/// Creates or updates: starts or stops the service, unless it is so already.
pub(crate) async fn apply(session: &Session, prior: &Value, planned: &Value) -> Applied {
    let wanted = plain(planned);
    let (Some((key, service)), Arg::Known(running)) = (target(&wanted), truth(&wanted, "running")) else {
        return component::unnamed(prior);
    };
    let deadline = Deadline::after(app::timeout(&wanted, "update"));
    let turn = session.turn(&key, &service).await;
    let result = bring(session, &key, &service, running, deadline).await;
    session.forget_app(&key);
    drop(turn);
    match result {
        Ok(status) => super::done(object(&wanted, &key, &service, running, &status)),
        Err(fault) => component::failed(prior, fault, read(session, prior)).await,
    }
}

/// Starts or stops a service and waits until it is so.
pub(crate) async fn bring(
    session: &Session,
    key: &AppKey,
    service: &str,
    running: bool,
    deadline: Deadline,
) -> Result<Status, Fault> {
    let (verb, wanted) = if running {
        ("start", Status::Up)
    } else {
        ("stop", Status::Down)
    };
    let name = format!("{}/{service}", key.id());
    let aim = format!("to {verb} the service \"{name}\"");
    let client = &session.client;
    let status = async || {
        let found = client.service_status(&key.org, &key.env, &key.app, service).await;
        found.map_err(|error| match error.kind {
            ErrorKind::NotFound => Fault::error(
                at("service"),
                "No such service",
                format!(
                    "There is no service \"{service}\" in an app \"{}\" on the platform.",
                    key.id()
                ),
            ),
            _ => failed(Path::root(), &aim, &error),
        })
    };
    let before = status().await?.status;
    if before == wanted {
        return Ok(before);
    }
    let result = if running {
        client.start_service(&key.org, &key.env, &key.app, service).await
    } else {
        client.stop_service(&key.org, &key.env, &key.app, service).await
    };
    session.forget_app(key);
    let lost = match result {
        Ok(()) => None,
        Err(error) if error.kind.is_ambiguous() => Some(error),
        Err(error) => return Err(failed(Path::root(), &aim, &error)),
    };
    let mut pause = Pause::default();
    loop {
        let now = status().await?.status;
        if now == wanted {
            return Ok(now);
        }
        if now == Status::Failed && lost.is_none() {
            return Err(Fault::error(
                Path::root(),
                "Service failed",
                format!(
                    "It failed {aim}: the platform reports the status \"failed\". The logs of its instances may tell why."
                ),
            ));
        }
        if let Some(error) = &lost
            && now == before
            && now.is_final()
        {
            // Nothing happened, and it is not ours to try again.
            return Err(failed(Path::root(), &aim, error));
        }
        if deadline.is_over() {
            return Err(deadline.fault_of(
                &format!("the service \"{name}\""),
                "update",
                &format!("\"{wanted}\""),
                now.as_str(),
            ));
        }
        sleep(pause.next()).await;
    }
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
    let state = match truth(&prior, "running").known() {
        Some(false) => "stopped",
        _ => "running",
    };
    let note = Fault::warning(
        Path::root(),
        "Service stays as it is",
        format!("Destroying the state of the service \"{name}\" makes no call: it stays {state}."),
    );
    (Vec::new(), vec![note])
}
