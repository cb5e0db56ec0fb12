//! `start` and `stop` of an app or a service, for an operator in an emergency.
//!
//! They change the platform behind the back of every state, as somebody else's client would; so the next plan tells the
//! difference as drift.

use std::time::Duration;

use crate::api::wire::Status;
use crate::api::{ApiError, Client};
use crate::cli::args::Assignment;
use crate::cli::ui::Ui;
use crate::cli::{Answer, codes};
use crate::diag::Diagnostic;
use crate::render::escape;
use crate::render::progress::elapsed;

use super::options::Power;
use super::reach::at;
use super::refused;
use super::spot::Spot;

/// How often it looks.
const LOOK: Duration = Duration::from_millis(200);

/// Runs `start`.
pub async fn start(ui: &mut Ui, options: &Power, assignments: &[Assignment]) -> Answer {
    run(ui, options, assignments, Status::Up).await
}

/// Runs `stop`.
pub async fn stop(ui: &mut Ui, options: &Power, assignments: &[Assignment]) -> Answer {
    run(ui, options, assignments, Status::Down).await
}

async fn run(ui: &mut Ui, options: &Power, assignments: &[Assignment], aim: Status) -> Answer {
    let (reach, spot) = at(ui, &options.place, assignments, &options.address).await?;
    let done = carry_out(&reach.client, &spot, options, &aim).await;
    reach.close().await;
    let status = done?;
    ui.print(&format!(
        "The {} is {}. No state knows of this: where the configuration says otherwise, the next plan shows it as drift.\n",
        spot.named(),
        escape::line(status.as_str())
    ));
    Ok(0)
}

async fn carry_out(
    client: &Client,
    spot: &Spot,
    options: &Power,
    aim: &Status,
) -> Result<Status, Diagnostic> {
    let verb = if *aim == Status::Up { "start" } else { "stop" };
    let fault = |error: ApiError| refused(&format!("to {verb} the {}", spot.named()), &error);
    let (Some((org, env, app)), None) = (spot.app(), spot.component()) else {
        let detail = format!(
            "The API can {verb} apps and services, and \"{}\" leads to neither: it is the {}.",
            escape::line(&options.address),
            spot.named()
        );
        return Err(Diagnostic::error(&codes::BAD_SPOT, detail));
    };
    let sent = match (spot.service(), aim) {
        (Some(service), Status::Up) => client.start_service(org, env, app, service).await,
        (Some(service), _) => client.stop_service(org, env, app, service).await,
        (None, Status::Up) => client.start_app(org, env, app).await,
        (None, _) => client.stop_app(org, env, app).await,
    };
    sent.map_err(fault)?;
    let read = async || match spot.service() {
        Some(service) => client
            .service_status(org, env, app, service)
            .await
            .map(|status| status.status),
        None => client.app_status(org, env, app).await.map(|status| status.status),
    };
    let settle = async || loop {
        let status = read().await?;
        if status.is_final() || !options.wait {
            return Ok::<_, ApiError>(status);
        }
        tokio::time::sleep(LOOK).await;
    };
    let told = tokio::time::timeout(options.timeout, settle()).await;
    let Ok(status) = told else {
        let detail = format!(
            "The {} was told to {verb}, and after {} it has not come to rest. It may still do so; \"swarmform status\" \
             tells.",
            spot.named(),
            elapsed(options.timeout)
        );
        return Err(Diagnostic::error(&codes::PLATFORM, detail));
    };
    let status = status.map_err(fault)?;
    if options.wait && status != *aim {
        let detail = format!(
            "The {} was told to {verb}, and it is {} now. \"swarmform logs\" may tell why.",
            spot.named(),
            escape::line(status.as_str())
        );
        return Err(Diagnostic::error(&codes::PLATFORM, detail));
    }
    Ok(status)
}
