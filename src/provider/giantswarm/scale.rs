//! `giantswarm_component_scale`: the number of instances of a component.
//!
//! Scaling on the platform is relative, so the count is read right before each call and right after it, and a
//! call without an answer is never sent again. Destroying leaves the count as it is.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::api::wire::{ComponentStatus, Status};
use crate::api::{ApiError, ErrorKind};
use crate::plan::semantics::{Decision, Fault, PlannedCall, Proposal};
use crate::ports::{Applied, Found};
use crate::provider::giantswarm::app::wait::Pause;
use crate::provider::giantswarm::calls;
use crate::provider::giantswarm::component::{self, Announced, Component};
use crate::provider::giantswarm::faults::failed;
use crate::provider::giantswarm::session::{AppKey, Session};
use crate::provider::object::{Arg, at, get, plain, text, whole, with};
use crate::value::{Path, Value};

/// How long the platform may take to reach the count.
const PATIENCE: Duration = Duration::from_secs(600);

pub(crate) fn validate(config: &Value) -> Vec<Fault> {
    let mut faults = component::validate(config);
    let sound = matches!(whole(config, "instances"), Arg::Known(1..=10));
    let given = get(config, "instances").filter(|value| value.is_known() && !value.is_null());
    if given.is_some_and(|value| value.as_number().is_some()) && !sound {
        faults.push(Fault::error(
            at("instances"),
            "Invalid number of instances",
            "A component has 1 to 10 instances; the number must be whole.",
        ));
    }
    faults
}

pub(crate) fn plan(proposal: Proposal<'_>) -> Decision {
    let (prior, proposed) = (plain(proposal.prior), plain(proposal.proposed));
    let same = !prior.is_null()
        && component::is_same(&prior, &proposed)
        && whole(&prior, "instances") == whole(&proposed, "instances");
    let calls = if same {
        Vec::new()
    } else {
        announced(&prior, &proposed)
    };
    Decision {
        planned: with(proposal.proposed, [("id", component::id(&proposed))]),
        replace: Vec::new(),
        delete_first: true,
        calls,
        faults: Vec::new(),
    }
}

/// Read, change by the difference, read again. The difference is known when the same component was read.
fn announced(prior: &Value, proposed: &Value) -> Vec<PlannedCall> {
    let announced = Announced::of(proposed);
    let target = announced.path();
    let named = text(proposed, "app").known().and_then(AppKey::parse).is_some();
    let same_component = named && component::is_same(prior, proposed);
    let known = same_component
        .then(|| {
            Some((
                whole(prior, "instances").known()?,
                whole(proposed, "instances").known()?,
            ))
        })
        .flatten();
    let scaling = match known {
        Some((have, want)) => {
            let count = u32::try_from(want.abs_diff(have)).unwrap_or(u32::MAX);
            match want.cmp(&have) {
                std::cmp::Ordering::Greater => Some(target.scale_up(count)),
                std::cmp::Ordering::Less => Some(target.scale_down(count)),
                std::cmp::Ordering::Equal => None,
            }
        }
        // A new app has one instance unless its policy says more: upwards is the likely way.
        None => Some(target.scale_up(0).replace("/scaleup/0", "/scaleup/{difference}")),
    };
    let mut calls = vec![calls::get(announced.fill(target.status()))];
    if let Some(path) = scaling {
        calls.push(calls::post(announced.fill(path)));
        calls.push(calls::get(announced.fill(target.status())));
    }
    calls
}

fn scaled(target: &Component, instances: usize) -> Value {
    let count = i64::try_from(instances).unwrap_or(i64::MAX);
    Value::object([
        ("id", Value::string(target.id())),
        ("app", Value::string(target.key.id())),
        ("service", Value::string(&target.service)),
        ("component", Value::string(&target.component)),
        ("instances", Value::int(count)),
    ])
}

/// The instances that there are; those on their way out do not count.
pub(crate) fn count(component: &ComponentStatus) -> usize {
    let stays = |status: &Status| *status != Status::Deleting;
    component
        .instances
        .iter()
        .filter(|instance| stays(&instance.status))
        .count()
}

pub(crate) async fn read(session: &Session, prior: &Value) -> Result<Option<Value>, Fault> {
    match Component::of(&plain(prior)) {
        Some(target) => read_target(session, &target).await,
        None => Ok(None),
    }
}

async fn read_target(session: &Session, target: &Component) -> Result<Option<Value>, Fault> {
    let found = session.app(&target.key).await.map_err(|error| {
        failed(
            Path::root(),
            &format!("to read the app \"{}\"", target.key.id()),
            &error,
        )
    })?;
    Ok(found.and_then(|found| {
        let component = found.status.component(&target.service, &target.component)?;
        Some(scaled(target, count(component)))
    }))
}

/// What became of a creation: the count that is read decides. Where it is another one, creating reads it again and
/// asks for the difference alone.
pub(crate) async fn settle(session: &Session, planned: &Value) -> Result<Found, Fault> {
    let planned = plain(planned);
    let found = read(session, &planned).await?;
    Ok(found
        .filter(|found| whole(found, "instances") == whole(&planned, "instances"))
        .map_or(Found::Nothing, Found::Object))
}

/// Imports `org/env/app/service/component`.
pub(crate) async fn import(session: &Session, id: &str) -> Result<Option<Value>, Fault> {
    let parts: Vec<&str> = id.split('/').collect();
    let [org, env, app, service, component] = parts.as_slice() else {
        return Err(super::bad_import(id, "ORG/ENV/APP/SERVICE/COMPONENT"));
    };
    let Some(key) = AppKey::parse(&format!("{org}/{env}/{app}")) else {
        return Err(super::bad_import(id, "ORG/ENV/APP/SERVICE/COMPONENT"));
    };
    let target = Component {
        key,
        service: (*service).to_owned(),
        component: (*component).to_owned(),
    };
    read_target(session, &target).await
}

/// Creates or updates: brings the component to the planned count.
pub(crate) async fn apply(session: &Session, prior: &Value, planned: &Value) -> Applied {
    let object = plain(planned);
    let wanted = whole(&object, "instances")
        .known()
        .and_then(|count| usize::try_from(count).ok());
    let (Some(target), Some(wanted)) = (Component::of(&object), wanted) else {
        return component::unnamed(prior);
    };
    let aim = format!(
        "to scale the component \"{}/{}\" of the app \"{}\" to {wanted}",
        target.service,
        target.component,
        target.key.id()
    );
    let turn = session.turn(&target.key, &target.service).await;
    let result = bring(session, &target, wanted, &aim).await;
    drop(turn);
    session.forget_app(&target.key);
    match result {
        Ok(()) => super::done(scaled(&target, wanted)),
        Err((fault, None)) => super::unchanged(prior, fault),
        Err((fault, Some(found))) if !prior.is_null() => Applied {
            error: Some(fault),
            ..super::done(scaled(&target, found))
        },
        Err((fault, Some(_))) => super::unchanged(prior, fault),
    }
}

/// The fault, and the count last seen.
type Failure = (Fault, Option<usize>);

async fn bring(session: &Session, target: &Component, wanted: usize, aim: &str) -> Result<(), Failure> {
    let status = async || session.client.component_status(target.path()).await;
    let fault = |error: &ApiError, seen| (failed(Path::root(), aim, error), seen);
    let deadline = Instant::now() + PATIENCE;
    let mut pause = Pause::default();
    let component = loop {
        match status().await {
            // Instances on their way out are still shown, and would be counted, and taken away a second time.
            Ok(component) if component.status == Status::Stopping && Instant::now() < deadline => {
                sleep(pause.next()).await;
            }
            Ok(component) => break component,
            Err(error) if error.kind == ErrorKind::NotFound => return Err((target.missing(), None)),
            Err(error) => return Err(fault(&error, None)),
        }
    };
    let have = count(&component);
    if have == wanted {
        return Ok(());
    }
    let by = u32::try_from(wanted.abs_diff(have)).unwrap_or(u32::MAX);
    let result = if wanted > have {
        session.client.scale_up(target.path(), by).await
    } else {
        session.client.scale_down(target.path(), by).await
    };
    if let Err(error) = &result
        && !error.kind.is_ambiguous()
    {
        return Err(fault(error, Some(have)));
    }
    // Read again, whether there was an answer or not.
    loop {
        let component = status().await.map_err(|error| fault(&error, Some(have)))?;
        let now = count(&component);
        if now == wanted && component.status.is_final() {
            return match component.status {
                Status::Failed => Err((
                    Fault::error(
                        at("instances"),
                        "Instances failed",
                        format!("It failed {aim}: the platform reports the status \"failed\"."),
                    ),
                    Some(now),
                )),
                _ => Ok(()),
            };
        }
        if let Err(error) = &result
            && now == have
            && component.status.is_final()
        {
            // Nothing happened, and it is not ours to try again.
            return Err(fault(error, Some(now)));
        }
        if Instant::now() >= deadline {
            let late = Fault::error(
                at("instances"),
                "Timed out",
                format!(
                    "It failed {aim}: after {} seconds there are {now} instances with the status \"{}\".",
                    PATIENCE.as_secs(),
                    component.status.as_str().escape_debug()
                ),
            );
            return Err((late, Some(now)));
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
    let count = whole(&prior, "instances").known().unwrap_or_default();
    let note = Fault::warning(
        Path::root(),
        "Number of instances stays",
        format!(
            "Destroying the scale of \"{name}\" makes no call: the component keeps its {count} instance(s)."
        ),
    );
    (Vec::new(), vec![note])
}
