//! The application methods: list, create, delete, start, stop, status, config. What start and stop do to instances
//! is decided in `rollout`.

use serde_json::{Value, json};

use crate::platform::answer::{Code, Reply};
use crate::platform::clock::{Millis, plain};
use crate::platform::core::Platform;
use crate::platform::definition;
use crate::platform::error::Refusal;
use crate::platform::model::{App, AppKey};
use crate::platform::rollout::{Rollout, fresh_ids};
use crate::platform::routes::{Call, forbidden};
use crate::platform::status;
use crate::platform::world::World;

/// Alters an application: `act` gets a copy, and what it leaves is stored if it succeeds.
///
/// # Errors
/// `missing` if there is no such application, and whatever `act` refuses.
pub async fn alter<T>(
    platform: &Platform,
    key: &AppKey,
    caller: &str,
    missing: Refusal,
    act: impl FnOnce(&mut App, &mut Rollout<'_>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let body = |world: &mut World, changes: &mut _, now: Millis| {
        if !world
            .org(&key.org)
            .is_some_and(|org| org.members.contains(caller))
        {
            return Err(forbidden());
        }
        let mut app = world.app(key).cloned().ok_or(missing)?;
        let done = {
            let mut fresh = fresh_ids(platform.config().ids.as_ref(), |id| {
                world.app_of_instance(id).is_some()
            });
            let runtime = platform.runtime().as_ref();
            act(
                &mut app,
                &mut Rollout {
                    runtime,
                    now,
                    fresh: &mut fresh,
                },
            )?
        };
        world.put_app(changes, app);
        Ok(done)
    };
    platform.change(body).await
}

/// `GET /v1/org/{org}/env/{env}/app/`. An environment exists only through its applications.
pub async fn list(call: Call) -> Result<Reply, Refusal> {
    let world = call.platform.read();
    let env = call.part("env");
    let apps: Vec<Value> = world
        .apps_of(call.part("org"))
        .filter(|app| app.key.env == env)
        .map(|app| {
            json!({
                "app": app.key.app,
                "company": app.key.org,
                "created": plain(app.created),
                "env": app.key.env,
                "org": app.key.org,
            })
        })
        .collect();
    match apps.is_empty() {
        true => Err(Refusal::NotFound),
        false => Ok(Reply::Data(Value::Array(apps))),
    }
}

/// `POST /v1/org/{org}/env/{env}/app/` with a definition. The application is down until it is started.
pub async fn create(mut call: Call) -> Result<Reply, Refusal> {
    let caller = call.caller()?.name;
    let body = call.body().await?;
    let text = String::from_utf8(body).map_err(|_| Refusal::input("the body is not UTF-8"))?;
    let env = call.part("env");
    if env.len() > 255 || env.chars().any(char::is_control) {
        return Err(Refusal::input(
            "an environment's name has at most 255 characters, and no control characters",
        ));
    }
    let taken = definition::take(&text)?;
    let key = AppKey {
        app: taken.name,
        ..call.app_key()
    };
    let platform = &call.platform;
    let act = |world: &mut World, changes: &mut _, now: Millis| {
        if !world
            .org(&key.org)
            .is_some_and(|org| org.members.contains(&caller))
        {
            return Err(forbidden());
        }
        if world.app(&key).is_some() {
            return Err(Refusal::Exists);
        }
        let mut app = App {
            key,
            created: now,
            definition: taken.definition,
            services: taken.services,
        };
        {
            let mut fresh = fresh_ids(platform.config().ids.as_ref(), |id| {
                world.app_of_instance(id).is_some()
            });
            let mut rollout = Rollout {
                runtime: platform.runtime().as_ref(),
                now,
                fresh: &mut fresh,
            };
            for component in app
                .services
                .iter_mut()
                .flat_map(|service| &mut service.components)
            {
                rollout.create(component);
            }
        }
        world.put_app(changes, app);
        Ok(Reply::Done(Code::Created))
    };
    platform.change(act).await
}

/// `DELETE /v1/org/{org}/env/{env}/app/{app}`. Instances and volumes go at once, and the name is free.
pub async fn delete(call: Call) -> Result<Reply, Refusal> {
    let caller = call.caller()?.name;
    let key = call.app_key();
    let act = |world: &mut World, changes: &mut _, _| {
        if !world
            .org(&key.org)
            .is_some_and(|org| org.members.contains(&caller))
        {
            return Err(forbidden());
        }
        world.app(&key).ok_or(Refusal::Missing)?;
        world.remove_app(changes, &key);
        Ok(Reply::Done(Code::Deleted))
    };
    call.platform.change(act).await
}

/// `POST /v1/org/{org}/env/{env}/app/{app}/start`.
pub async fn start(call: Call) -> Result<Reply, Refusal> {
    let caller = call.caller()?.name;
    let act = |app: &mut App, rollout: &mut Rollout<'_>| {
        for component in app
            .services
            .iter_mut()
            .flat_map(|service| &mut service.components)
        {
            rollout.start(component);
        }
        Ok(Reply::Done(Code::Started))
    };
    alter(&call.platform, &call.app_key(), &caller, Refusal::NotFound, act).await
}

/// `POST /v1/org/{org}/env/{env}/app/{app}/stop`. Volumes stay.
pub async fn stop(call: Call) -> Result<Reply, Refusal> {
    let caller = call.caller()?.name;
    let act = |app: &mut App, rollout: &mut Rollout<'_>| {
        for component in app
            .services
            .iter_mut()
            .flat_map(|service| &mut service.components)
        {
            rollout.stop(component);
        }
        Ok(Reply::Done(Code::Stopped))
    };
    alter(&call.platform, &call.app_key(), &caller, Refusal::NotFound, act).await
}

/// `GET /v1/org/{org}/env/{env}/app/{app}/status`.
pub async fn status(call: Call) -> Result<Reply, Refusal> {
    let world = call.platform.read();
    let app = world.app(&call.app_key()).ok_or(Refusal::NotFound)?;
    Ok(Reply::Data(status::of_app(
        app,
        call.platform.runtime().as_ref(),
        call.platform.now(),
    )))
}

/// `GET /v1/org/{org}/env/{env}/app/{app}/config`: the definition, with the image versions of later updates.
pub async fn config(call: Call) -> Result<Reply, Refusal> {
    let world = call.platform.read();
    let app = world.app(&call.app_key()).ok_or(Refusal::NotFound)?;
    Ok(Reply::Data(app.definition.clone()))
}
