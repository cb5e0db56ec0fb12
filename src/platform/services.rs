//! The service methods: start, stop, status. Stop answers 10004 with the text of 10005, as the reference page does.

use crate::platform::answer::{Code, Reply};
use crate::platform::apps::alter;
use crate::platform::error::Refusal;
use crate::platform::model::{App, Component};
use crate::platform::rollout::Rollout;
use crate::platform::routes::Call;
use crate::platform::status;

async fn each(
    call: Call,
    reply: Reply,
    act: impl Fn(&mut Rollout<'_>, &mut Component),
) -> Result<Reply, Refusal> {
    let caller = call.caller()?.name;
    let name = call.part("service");
    let body = |app: &mut App, rollout: &mut Rollout<'_>| {
        let service = app
            .services
            .iter_mut()
            .find(|service| service.name == name)
            .ok_or(Refusal::NotFound)?;
        for component in &mut service.components {
            act(rollout, component);
        }
        Ok(reply)
    };
    alter(&call.platform, &call.app_key(), &caller, Refusal::NotFound, body).await
}

/// `POST .../service/{service}/start`.
pub async fn start(call: Call) -> Result<Reply, Refusal> {
    each(call, Reply::Done(Code::Started), |rollout, component| {
        rollout.start(component)
    })
    .await
}

/// `POST .../service/{service}/stop`.
pub async fn stop(call: Call) -> Result<Reply, Refusal> {
    let reply = Reply::Said(Code::Started, Code::Stopped.text());
    each(call, reply, |rollout, component| rollout.stop(component)).await
}

/// `GET .../service/{service}/status`.
pub async fn status(call: Call) -> Result<Reply, Refusal> {
    let world = call.platform.read();
    let app = world.app(&call.app_key()).ok_or(Refusal::NotFound)?;
    let service = app.service(call.part("service")).ok_or(Refusal::NotFound)?;
    Ok(Reply::Data(status::of_service(
        service,
        call.platform.runtime().as_ref(),
        call.platform.now(),
    )))
}
