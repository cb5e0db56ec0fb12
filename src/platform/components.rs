//! The component methods: status, version update, scale up and down. Scaling one member of a pod scales the pod.

use serde::Deserialize;

use crate::platform::answer::{Code, Reply};
use crate::platform::apps::alter;
use crate::platform::definition::{set_image, with_version};
use crate::platform::error::Refusal;
use crate::platform::model::{App, Component, Service};
use crate::platform::rollout::{OutOfBounds, Rollout, Strategy};
use crate::platform::routes::Call;
use crate::platform::status;

#[derive(Deserialize, Default)]
struct Update {
    #[serde(default)]
    strategy: Option<String>,
}

fn service_mut<'a>(app: &'a mut App, name: &str) -> Result<&'a mut Service, Refusal> {
    app.services
        .iter_mut()
        .find(|service| service.name == name)
        .ok_or(Refusal::NotFound)
}

/// `GET .../component/{component}/status`.
pub async fn status(call: Call) -> Result<Reply, Refusal> {
    let world = call.platform.read();
    let app = world.app(&call.app_key()).ok_or(Refusal::NotFound)?;
    let service = app.service(call.part("service")).ok_or(Refusal::NotFound)?;
    let component = service
        .component(call.part("component"))
        .ok_or(Refusal::NotFound)?;
    let runtime = call.platform.runtime().as_ref();
    Ok(Reply::Data(status::of_one_component(
        service,
        component,
        runtime,
        call.platform.now(),
    )))
}

/// `POST .../component/{component}/version/{version}/update`, with an optional `{"strategy": ...}`.
pub async fn update(mut call: Call) -> Result<Reply, Refusal> {
    let caller = call.caller()?.name;
    let body = call.body().await?;
    let wanted = match body.trim_ascii().is_empty() {
        true => Update::default(),
        false => serde_json::from_slice(&body).map_err(|e| Refusal::input(e.to_string()))?,
    };
    let strategy = match wanted.strategy.filter(|name| !name.is_empty()) {
        // An empty one is what a client in Go sends of a field that was not set.
        None => Strategy::default(),
        Some(name) => serde_json::from_value(name.into())
            .map_err(|_| Refusal::input("strategy is one of one-by-one, all-at-once and hot-swap"))?,
    };
    let (service, component, version) = (call.part("service"), call.part("component"), call.part("version"));
    let act = |app: &mut App, rollout: &mut Rollout<'_>| {
        let parts = service_mut(app, service)?;
        let found = parts
            .components
            .iter_mut()
            .find(|one| one.name == component)
            .ok_or(Refusal::NotFound)?;
        let image = with_version(&found.image, version)?;
        rollout.update(found, image.clone(), strategy);
        set_image(&mut app.definition, service, component, &image);
        Ok(Reply::Done(Code::Updated))
    };
    alter(&call.platform, &call.app_key(), &caller, Refusal::NotFound, act).await
}

/// `POST .../component/{component}/scaleup/{scale}`.
pub async fn scale_up(call: Call) -> Result<Reply, Refusal> {
    scale(call, |rollout, component, by| rollout.scale_up(component, by)).await
}

/// `POST .../component/{component}/scaledown/{scale}`.
pub async fn scale_down(call: Call) -> Result<Reply, Refusal> {
    scale(call, |rollout, component, by| rollout.scale_down(component, by)).await
}

async fn scale(
    call: Call,
    act: impl Fn(&mut Rollout<'_>, &mut Component, u32) -> Result<(), OutOfBounds>,
) -> Result<Reply, Refusal> {
    let caller = call.caller()?.name;
    let (service, name, by) = (call.part("service"), call.part("component"), call.part("scale"));
    let body = |app: &mut App, rollout: &mut Rollout<'_>| {
        let service = service_mut(app, service)?;
        let pod = service.component(name).ok_or(Refusal::NotFound)?.pod.clone();
        let number: u32 = by
            .parse()
            .ok()
            .filter(|number| *number > 0)
            .ok_or_else(|| Refusal::input("scale is a number of instances, 1 or more"))?;
        // The copy is thrown away if one member refuses, so the pod is scaled wholly or not at all.
        for component in &mut service.components {
            if component.name == name || (pod.is_some() && component.pod == pod) {
                act(rollout, component, number).map_err(|reason| Refusal::Input(reason.0))?;
            }
        }
        Ok(Reply::Done(Code::Updated))
    };
    alter(&call.platform, &call.app_key(), &caller, Refusal::NotFound, body).await
}
