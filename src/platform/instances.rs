//! The instance methods but for exec: logs and statistics. Both are the runtime's to know; here they get their form.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::IntoResponse;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::platform::answer::Reply;
use crate::platform::auth::Caller;
use crate::platform::clock::{Millis, log_stamp};
use crate::platform::core::Platform;
use crate::platform::error::Refusal;
use crate::platform::routes::Call;
use crate::platform::runtime::{Line, Workload};
use crate::platform::timeline::phase;

/// How many lines are given unless `?t=N` says otherwise.
const LINES: usize = 10;
/// The most lines of one answer.
const MOST_LINES: usize = 10_000;
/// How long a follower waits before it looks again.
const LOOK: Duration = Duration::from_millis(200);
/// The most lines that are new at one look.
const LINES_A_LOOK: usize = 1_000;

/// The instance of the path, if it is in the organization of the path and can be seen.
///
/// # Errors
/// [`Refusal::NotFound`] otherwise.
pub fn workload(call: &Call, now: Millis) -> Result<Workload, Refusal> {
    let world = call.platform.read();
    let id = call.part("instance");
    let app = world
        .app_of_instance(id)
        .filter(|app| app.key.org == call.part("org"))
        .ok_or(Refusal::NotFound)?;
    let (service, component, instance) = app
        .instances()
        .find(|(_, _, instance)| instance.id == id && phase(instance, now).visible())
        .ok_or(Refusal::NotFound)?;
    Ok(Workload::new(app, service, component, instance))
}

/// `GET /v1/org/{org}/instance/{instance}/logs?t=N`: the last lines as text; with `follow=true` the stream goes on.
pub async fn logs(call: Call) -> Result<Reply, Refusal> {
    let now = call.platform.now();
    let workload = workload(&call, now)?;
    let wanted = asked(&call, "t");
    let count = match wanted {
        None => LINES,
        Some(text) => text
            .parse()
            .map_err(|_| Refusal::input("t is a number of lines"))?,
    };
    let lines = call
        .platform
        .runtime()
        .logs(&workload, now, count.min(MOST_LINES));
    let text: String = lines.iter().map(printed).collect();
    match asked(&call, "follow").or(asked(&call, "f")) {
        Some("" | "1" | "true") => follow(call, text, lines),
        Some("0" | "false") | None => Ok(Reply::Text(text)),
        Some(_) => Err(Refusal::input("follow is true or false")),
    }
}

/// The value of a key of the query; empty where the key stands alone.
fn asked<'a>(call: &'a Call, key: &str) -> Option<&'a str> {
    let query = call.request.uri().query().unwrap_or_default();
    let mut pairs = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.find(|(name, _)| *name == key).map(|(_, value)| value)
}

fn printed(line: &Line) -> String {
    format!(
        "{}    - docker  - {}\n",
        log_stamp(line.at),
        line.text.trim_start()
    )
}

/// The last lines, and then each new one as it is written, until the instance is gone, the caller may not see it
/// any more, or the platform ends.
fn follow(call: Call, begun: String, lines: Vec<Line>) -> Result<Reply, Refusal> {
    let turn = Arc::clone(&call.platform.sessions)
        .try_acquire_owned()
        .map_err(|_| Refusal::Crowded)?;
    let end = tokio::time::Instant::now() + call.platform.config().limits.session;
    let caller = call.caller()?;
    let (org, id) = (call.part("org").to_owned(), call.part("instance").to_owned());
    let platform = Arc::clone(&call.platform);
    let last = lines.last().cloned();
    let more = futures::stream::unfold((last, turn), move |(mut last, turn)| {
        let (platform, caller) = (Arc::clone(&platform), caller.clone());
        let (org, id) = (org.clone(), id.clone());
        async move {
            loop {
                tokio::select! {
                    () = tokio::time::sleep(LOOK) => {}
                    () = platform.ending.cancelled() => return None,
                    () = tokio::time::sleep_until(end) => return None,
                }
                let now = platform.now();
                let workload = still(&platform, &caller, &org, &id, now)?;
                let seen = platform.runtime().logs(&workload, now, LINES_A_LOOK);
                let fresh = match &last {
                    None => seen.as_slice(),
                    Some(last) => seen
                        .iter()
                        .rposition(|line| line == last)
                        .and_then(|place| seen.get(place.saturating_add(1)..))
                        .unwrap_or(&seen),
                };
                if let Some(newest) = fresh.last() {
                    let text: String = fresh.iter().map(printed).collect();
                    last = Some(newest.clone());
                    return Some((Ok::<_, Infallible>(Bytes::from(text)), (last, turn)));
                }
            }
        }
    });
    let first = futures::stream::iter((!begun.is_empty()).then(|| Ok(Bytes::from(begun))));
    let body = Body::from_stream(futures::StreamExt::chain(first, more));
    let response = ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response();
    Ok(Reply::Whole(Box::new(response)))
}

/// The instance, while it is there and the caller's token and membership hold.
fn still(platform: &Platform, caller: &Caller, org: &str, id: &str, now: Millis) -> Option<Workload> {
    let world = platform.read();
    let (_, token) = world.token(&caller.token)?;
    let member = world.org(org)?.members.contains(&caller.name);
    if !member || token.expires <= now {
        return None;
    }
    let app = world.app_of_instance(id).filter(|app| app.key.org == org)?;
    let (service, component, instance) = app
        .instances()
        .find(|(_, _, instance)| instance.id == id && phase(instance, now).visible())?;
    Some(Workload::new(app, service, component, instance))
}

/// `GET /v1/org/{org}/instance/{instance}/stats`.
pub async fn stats(call: Call) -> Result<Reply, Refusal> {
    let now = call.platform.now();
    let workload = workload(&call, now)?;
    let usage = call.platform.runtime().usage(&workload, now);
    let percent = if usage.capacity_mb > 0.0 {
        usage.memory_mb / usage.capacity_mb * 100.0
    } else {
        0.0
    };
    Ok(Reply::Data(json!({
        "ComponentName": format!("{}/{}/{}", workload.app, workload.service, workload.component.name),
        "MemoryUsageMb": number(usage.memory_mb),
        "MemoryCapacityMb": number(usage.capacity_mb),
        "MemoryUsagePercent": percent,
        "CpuUsagePercent": usage.cpu_percent,
    })))
}

/// A whole number without a fraction: `512`, as the page shows it, and not `512.0`.
fn number(value: f64) -> Value {
    match format!("{value:.0}").parse::<u32>() {
        Ok(whole) if f64::from(whole) == value => whole.into(),
        _ => value.into(),
    }
}
