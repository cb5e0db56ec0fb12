//! The instance methods but for exec: logs and statistics. Both are the runtime's to know; here they get their form.

use serde_json::{Value, json};

use crate::platform::answer::Reply;
use crate::platform::clock::{Millis, log_stamp};
use crate::platform::error::Refusal;
use crate::platform::routes::Call;
use crate::platform::runtime::Workload;
use crate::platform::timeline::phase;

/// How many lines are given unless `?t=N` says otherwise.
const LINES: usize = 10;
/// The most lines of one answer.
const MOST_LINES: usize = 10_000;

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

/// `GET /v1/org/{org}/instance/{instance}/logs?t=N`: the last lines as text.
pub async fn logs(call: Call) -> Result<Reply, Refusal> {
    let now = call.platform.now();
    let workload = workload(&call, now)?;
    let query = call.request.uri().query().unwrap_or_default();
    let wanted = query.split('&').find_map(|pair| pair.strip_prefix("t="));
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
    let text: String = lines
        .iter()
        .map(|line| {
            format!(
                "{}    - docker  - {}\n",
                log_stamp(line.at),
                line.text.trim_start()
            )
        })
        .collect();
    Ok(Reply::Text(text))
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
