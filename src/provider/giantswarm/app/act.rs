//! Creating, updating and deleting an app.
//!
//! Every mutation is sent once. Where an answer is lost, the platform is read, and only what is plainly ours is
//! taken for done. After each start, stop and update the status is awaited; a failed app is an error that
//! comes with all that is known of it, so that it can be tainted.

use crate::api::definition::{Change, Definition, difference};
use crate::api::wire::{AppStatus, Status, Strategy};
use crate::api::{ApiError, ComponentRef, ErrorKind};
use crate::plan::semantics::Fault;
use crate::ports::{Applied, Found, Order};
use crate::provider::giantswarm::app::read::{created, flag, instances};
use crate::provider::giantswarm::app::source::{Source, source};
use crate::provider::giantswarm::app::wait::{Deadline, Failure, Wanted, wait, wait_gone};
use crate::provider::giantswarm::app::{key, timeout};
use crate::provider::giantswarm::faults::{exists, failed, foreign};
use crate::provider::giantswarm::session::{AppKey, Session};
use crate::provider::giantswarm::{done, gone, in_doubt, refused, unchanged};
use crate::provider::object::{Arg, at, get, plain, text, truth, with};
use crate::value::{Path, Value};

/// The definition that is wanted, or why there is none.
fn definition(object: &Value, me: Option<&str>) -> Result<Definition, Fault> {
    match source(object, me) {
        Source::Known(definition, _) => Ok(*definition),
        Source::Faulty(faults) => Err(faults
            .into_iter()
            .find(|fault| !fault.warning)
            .unwrap_or_else(|| {
                Fault::error(
                    Path::root(),
                    "Invalid definition",
                    "The definition of the app is not valid.",
                )
            })),
        Source::Unknown => Err(Fault::error(
            Path::root(),
            "Definition not known",
            "The definition of the app is still not known.",
        )),
    }
}

/// The planned object with what the provider computes.
fn object(planned: &Value, key: &AppKey, created: &str, status: &AppStatus) -> Value {
    with(
        planned,
        [
            ("name", Value::string(&key.app)),
            ("id", Value::string(key.id())),
            ("created", Value::string(created)),
            ("status", Value::string(status.status.as_str())),
            ("instances", instances(status)),
        ],
    )
}

pub(crate) async fn create(session: &Session, order: &Order) -> Applied {
    let planned = plain(&order.planned);
    let definition = match definition(&plain(&order.config), session.known_name()) {
        Ok(definition) => definition,
        Err(fault) => return refused(fault),
    };
    let name = text(&planned, "name")
        .known()
        .unwrap_or(&definition.app_name)
        .to_owned();
    let planned = with(&planned, [("name", Value::string(&name))]);
    let Some(key) = key(&planned) else {
        return refused(Fault::error(
            Path::root(),
            "App without a name",
            "The organization, environment or name of the app is not known.",
        ));
    };
    let deadline = Deadline::after(timeout(&planned, "create"));
    session.forget_app(&key);
    if let Err(failure) = post(session, &key, &definition, deadline).await {
        return match failure.in_doubt {
            true => in_doubt(failure.fault),
            false => refused(failure.fault),
        };
    }
    session.forget_app(&key);
    let mut status = AppStatus {
        name: key.app.clone(),
        ..AppStatus::default()
    };
    let mut error = None;
    if flag(&planned, "running") {
        match start(session, &key, deadline, "create").await {
            Ok(found) => status = found,
            Err(failure) if failure.in_doubt => return in_doubt(failure.fault),
            Err(failure) => {
                error = Some(failure.fault);
                status = failure.status.unwrap_or(status);
            }
        }
    } else {
        match session.client.app_status(&key.org, &key.env, &key.app).await {
            Ok(found) => status = found,
            Err(failure) => {
                let aim = format!("to read the status of the app \"{}\"", key.id());
                return in_doubt(failed(Path::root(), &aim, &failure));
            }
        }
    }
    session.forget_app(&key);
    let created = match created(session, &key).await {
        Ok(created) => created,
        // It is there as planned, and the next run reads the rest.
        Err(failure) if error.is_none() => {
            let aim = format!(
                "to list the apps of \"{}/{}\", where the platform made \"{}\"",
                key.org, key.env, key.app
            );
            return in_doubt(failed(Path::root(), &aim, &failure));
        }
        Err(_) => String::new(),
    };
    Applied {
        error,
        ..done(object(&planned, &key, &created, &status))
    }
}

/// Makes the app; it is stopped afterwards.
async fn post(
    session: &Session,
    key: &AppKey,
    definition: &Definition,
    deadline: Deadline,
) -> Result<(), Failure> {
    let mut definition = definition.clone();
    definition.app_name.clone_from(&key.app);
    let body = definition.to_value();
    let aim = format!("to create the app \"{}\"", key.id());
    let refused = |fault| Failure::known(fault, None);
    let mut again = true;
    loop {
        let Err(error) = session.client.create_app(&key.org, &key.env, &body).await else {
            return Ok(());
        };
        match error.kind {
            ErrorKind::AlreadyExists => {
                let status = session.client.app_status(&key.org, &key.env, &key.app).await;
                if again && status.is_ok_and(|status| status.status == Status::Deleting) {
                    // Its namesake is on its way out; nothing was made, so the call may go once more.
                    again = false;
                    wait_gone(session, key, deadline).await.map_err(refused)?;
                    continue;
                }
                let what = format!("The app \"{}\"", key.id());
                return Err(refused(exists(at("name"), &what, &key.id())));
            }
            ErrorKind::NotFound | ErrorKind::Forbidden
                if matches!(session.organization(&key.org).await, Ok(None)) =>
            {
                return Err(refused(Fault::error(
                    at("org"),
                    "Organization not found",
                    format!("There is no organization \"{}\" on the platform.", key.org),
                )));
            }
            kind if kind.is_ambiguous() => {
                // The answer is lost, not perhaps the deed: it is ours if it is just what was sent.
                session.forget_app(key);
                let fault = failed(Path::root(), &aim, &error);
                return match session.app(key).await {
                    Ok(Some(found)) if is_just(&definition, &found.definition) => Ok(()),
                    Ok(None) if error.kind == ErrorKind::Server => Err(refused(fault)),
                    _ => Err(Failure::in_doubt(fault)),
                };
            }
            _ => return Err(refused(failed(Path::root(), &aim, &error))),
        }
    }
}

/// Whether two definitions mean the same.
fn is_just(wanted: &Definition, found: &Definition) -> bool {
    difference(&wanted.normalized(), &found.normalized()).is_empty()
}

/// What became of a creation.
pub(crate) async fn settle(session: &Session, order: &Order) -> Result<Found, Fault> {
    let definition = definition(&plain(&order.config), session.known_name())?;
    let planned = plain(&order.planned);
    let name = text(&planned, "name").known().unwrap_or(&definition.app_name);
    let planned = with(&planned, [("name", Value::string(name))]);
    let Some(key) = key(&planned) else {
        return Ok(Found::Nothing);
    };
    let fault = |error| failed(Path::root(), &format!("to read the app \"{}\"", key.id()), &error);
    let Some(found) = session.app(&key).await.map_err(fault)? else {
        return Ok(Found::Nothing);
    };
    let mut wanted = definition;
    wanted.app_name.clone_from(&key.app);
    if !is_just(&wanted, &found.definition) {
        let what = format!("The app \"{}\" has another definition", key.id());
        return Ok(Found::Foreign(foreign(at("name"), &what, &key.id())));
    }
    let created = created(session, &key).await.map_err(fault)?;
    let read = super::read(session, &planned).await?;
    let Some(read) = read else {
        return Ok(Found::Nothing);
    };
    let object = with(&read, [("created", Value::string(created))]);
    // Where the configuration leaves "running" to others, no later plan would start it.
    let half = truth(&planned, "running") != Arg::Known(false) && has_never_run(&found.status);
    Ok(if half {
        Found::Half(object)
    } else {
        Found::Object(object)
    })
}

/// Whether no instance of an app was ever started, so that there is nothing in its volumes either.
fn has_never_run(status: &AppStatus) -> bool {
    let mut instances = status
        .components()
        .flat_map(|(_, component)| &component.instances);
    status.status == Status::Down
        && instances.all(|instance| instance.status == Status::Down && instance.image_hash.is_empty())
}

/// The failure of a call that was refused, or could not be sent.
fn not_sent(fault: Fault, error: &ApiError) -> Failure {
    match error.kind {
        ErrorKind::Connect => Failure::in_doubt(fault),
        _ => Failure::known(fault, None),
    }
}

/// Starts an app and waits until it is up.
async fn start(
    session: &Session,
    key: &AppKey,
    deadline: Deadline,
    argument: &str,
) -> Result<AppStatus, Failure> {
    if let Err(error) = session.client.start_app(&key.org, &key.env, &key.app).await
        && !error.kind.is_ambiguous()
    {
        let aim = format!("to start the app \"{}\"", key.id());
        return Err(not_sent(failed(Path::root(), &aim, &error), &error));
    }
    wait(session, key, Wanted::Up, deadline, argument).await
}

/// Stops an app and waits until it is down.
async fn stop(session: &Session, key: &AppKey, deadline: Deadline) -> Result<AppStatus, Failure> {
    if let Err(error) = session.client.stop_app(&key.org, &key.env, &key.app).await
        && !error.kind.is_ambiguous()
    {
        let aim = format!("to stop the app \"{}\"", key.id());
        return Err(not_sent(failed(Path::root(), &aim, &error), &error));
    }
    wait(session, key, Wanted::Down, deadline, "update").await
}

pub(crate) async fn update(session: &Session, order: &Order) -> Applied {
    let prior = plain(&order.prior);
    let planned = plain(&order.planned);
    let Some(key) = key(&prior) else {
        return unchanged(
            &order.prior,
            Fault::error(Path::root(), "App without a name", "The app has no name."),
        );
    };
    let tags = match tags(&prior, &planned, session.known_name()) {
        Ok(tags) => tags,
        Err(fault) => return unchanged(&order.prior, fault),
    };
    session.forget_app(&key);
    let result = carry_out(session, &key, &prior, &planned, &tags).await;
    session.forget_app(&key);
    let created = text(&prior, "created").known().unwrap_or_default();
    match result {
        Ok(Some(status)) => done(object(&planned, &key, created, &status)),
        Ok(None) => {
            let computed = ["status", "instances", "id", "created"];
            let mut state = planned.clone();
            for name in computed {
                if let Some(value) = get(&prior, name) {
                    state = with(&state, [(name, value.clone())]);
                }
            }
            done(state)
        }
        // What was reached is read, so that the state says neither too little nor too much.
        Err(fault) => {
            let found = super::read(session, &prior).await.ok().flatten();
            Applied {
                error: Some(fault),
                ..done(found.unwrap_or(prior))
            }
        }
    }
}

/// The changes of tags between two objects; nothing else can be done in place.
fn tags(prior: &Value, planned: &Value, me: Option<&str>) -> Result<Vec<Change>, Fault> {
    let mut after = definition(planned, me)?;
    let before = definition(prior, me)?;
    after.app_name.clone_from(&before.app_name);
    super::leave_versions(&before, &mut after);
    let changes = difference(&before.normalized(), &after.normalized());
    let other = changes.iter().find_map(|change| match change {
        Change::Other(place) => Some(place.to_string()),
        Change::Tag { .. } => None,
    });
    match other {
        Some(place) => Err(Fault::error(
            Path::root(),
            "App has to be replaced",
            format!(
                "Now that all values are known, the change of {place} cannot be made in place. Plan again."
            ),
        )),
        None => Ok(changes),
    }
}

/// Makes the calls of an update; the status at the end, or nothing when there was nothing to do.
async fn carry_out(
    session: &Session,
    key: &AppKey,
    prior: &Value,
    planned: &Value,
    tags: &[Change],
) -> Result<Option<AppStatus>, Fault> {
    let deadline = Deadline::after(timeout(planned, "update"));
    let strategy = text(planned, "update_strategy")
        .known()
        .and_then(Strategy::parse)
        .unwrap_or_default();
    let (was, wanted) = (flag(prior, "running"), flag(planned, "running"));
    let mut status = None;
    for change in tags {
        let Change::Tag {
            service,
            component,
            to,
            ..
        } = change
        else {
            continue;
        };
        let target = ComponentRef {
            org: &key.org,
            env: &key.env,
            app: &key.app,
            service,
            component,
        };
        status = Some(move_to(session, key, target, to, strategy, deadline).await?);
    }
    let finish = |result: Result<AppStatus, Failure>| result.map(Some).map_err(|failure| failure.fault);
    match (was, wanted) {
        (false, true) => finish(start(session, key, deadline, "update").await),
        (true, false) => finish(stop(session, key, deadline).await),
        // An update starts what was stopped: stop it again.
        (false, false) if !tags.is_empty() => finish(stop(session, key, deadline).await),
        _ => Ok(status),
    }
}

/// Moves one component to another version, and waits until its instances run it.
pub(crate) async fn move_to(
    session: &Session,
    key: &AppKey,
    target: ComponentRef<'_>,
    to: &str,
    strategy: Strategy,
    deadline: Deadline,
) -> Result<AppStatus, Fault> {
    let name = format!("{}/{}", target.service, target.component);
    let aim = format!(
        "to update the component \"{name}\" of the app \"{}\" to version \"{to}\"",
        key.id()
    );
    let lost = match session.client.update_component(target, to, strategy).await {
        Ok(()) => None,
        Err(error) if error.kind.is_ambiguous() => Some(error),
        Err(error) => return Err(failed(Path::root(), &aim, &error)),
    };
    let mut pause = super::wait::Pause::default();
    loop {
        let status = session
            .client
            .app_status(&key.org, &key.env, &key.app)
            .await
            .map_err(|error| failed(Path::root(), &aim, &error))?;
        let component = status.component(target.service, target.component);
        let (settled, failure, moved) = component.map_or((false, false, false), |component| {
            let moved = component.instances.iter().all(|instance| {
                crate::api::definition::Image::parse(&instance.image)
                    // An image without a tag, or one we cannot read, tells nothing against it.
                    .map_or(true, |image| image.tag.is_empty() || image.tag == to)
            });
            (
                component.status.is_final(),
                component.status == Status::Failed,
                moved,
            )
        });
        if failure && moved {
            return Err(Fault::error(
                Path::root(),
                "Update failed",
                format!("It failed {aim}: the platform reports the status \"failed\" for the component."),
            ));
        }
        if settled && moved && (lost.is_none() || component.is_some_and(|found| found.status == Status::Up)) {
            return Ok(status);
        }
        if let Some(error) = &lost
            && settled
            && !moved
        {
            // Nothing moves: it was not carried out, and it is not ours to send it again.
            return Err(failed(Path::root(), &aim, error));
        }
        if deadline.is_over() {
            let seen = component.map_or("gone", |found| found.status.as_str()).to_owned();
            let wanted = format!("at version \"{to}\" in its component \"{name}\"");
            return Err(deadline.fault(key, "update", &wanted, &seen));
        }
        tokio::time::sleep(pause.next()).await;
    }
}

pub(crate) async fn delete(session: &Session, prior: &Value) -> Applied {
    let plain_prior = plain(prior);
    let Some(key) = key(&plain_prior) else {
        return gone();
    };
    let aim = format!("to delete the app \"{}\"", key.id());
    let deadline = Deadline::after(timeout(&plain_prior, "delete"));
    session.forget_app(&key);
    let result = session.client.delete_app(&key.org, &key.env, &key.app).await;
    session.forget_app(&key);
    match result {
        Ok(()) => {}
        Err(error) if error.kind == ErrorKind::NotFound => return gone(),
        Err(error) => {
            let result = session.client.app_status(&key.org, &key.env, &key.app).await;
            let ambiguous = error.kind.is_ambiguous() || error.kind == ErrorKind::Forbidden;
            let is_gone = match session.app_or_gone(&key, result).await {
                Ok(None) => true,
                Ok(Some(status)) if status.status == Status::Deleting => {
                    return match wait_gone(session, &key, deadline).await {
                        Ok(()) => gone(),
                        Err(fault) => unchanged(prior, fault),
                    };
                }
                _ => false,
            };
            if ambiguous && is_gone {
                return gone();
            }
            return unchanged(prior, failed(Path::root(), &aim, &error));
        }
    }
    match wait_gone(session, &key, deadline).await {
        Ok(()) => gone(),
        Err(fault) => unchanged(prior, fault),
    }
}
