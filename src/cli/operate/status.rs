//! `ping`, `status` and `stats`: how a platform and what runs there are now.

use std::fmt::Write;

use crate::api::wire::{AppStatus, ComponentStatus, InstanceStats, ServiceStatus};
use crate::api::{ApiError, Client, Credentials};
use crate::cli::args::Assignment;
use crate::cli::ui::Ui;
use crate::cli::{Answer, codes};
use crate::diag::Diagnostic;
use crate::render::escape;

use super::options::{Look, Plain};
use super::reach::{at, target};
use super::refused;
use super::spot::{Found, Spot};

/// Runs `ping`. It needs nobody's name.
pub async fn ping(ui: &mut Ui, options: &Plain, assignments: &[Assignment]) -> Answer {
    let target = target(ui, &options.place, assignments, None)?;
    let asked = match target.endpoint()? {
        Some(endpoint) => {
            // No token is sent with a ping, and a client has to have one.
            let client = target.client(&endpoint, Credentials::Token("none".to_owned()))?;
            (client.ping().await, endpoint)
        }
        None => {
            let reach = target.connect().await?;
            let answer = reach.client.ping().await;
            let endpoint = reach.endpoint.clone();
            reach.close().await;
            (answer, endpoint)
        }
    };
    let (answer, endpoint) = asked;
    let endpoint = escape::line(&endpoint).into_owned();
    match answer {
        Ok(true) => {
            ui.print(&format!("OK: the platform at {endpoint} is up.\n"));
            Ok(0)
        }
        Ok(false) => {
            let detail = format!(
                "The platform at {endpoint} answers, but something that it needs is not there: it says FAILED."
            );
            Err(Diagnostic::error(&codes::PLATFORM, detail).into())
        }
        Err(error) => Err(refused(&format!("to ask the platform at {endpoint}"), &error).into()),
    }
}

/// Runs `status`.
pub async fn status(ui: &mut Ui, options: &Look, assignments: &[Assignment]) -> Answer {
    let (reach, spot) = at(ui, &options.place, assignments, &options.address).await?;
    let told = tell(&reach.client, &spot, options.json).await;
    reach.close().await;
    ui.print(&told?);
    Ok(0)
}

async fn tell(client: &Client, spot: &Spot, json: bool) -> Result<String, Diagnostic> {
    let fault = |error: ApiError| refused(&format!("to read the status of the {}", spot.named()), &error);
    let Some((org, env, app)) = spot.app() else {
        let apps = apps(client, spot).await.map_err(fault)?;
        return Ok(if json { pretty(&apps) } else { list(&apps) });
    };
    if let Some(instance) = spot.instance() {
        let found = spot.instances(client).await?;
        let one = found.into_iter().find(|found| found.instance.id == instance);
        let one = one.map(|found| found.instance).unwrap_or_default();
        let status = ComponentStatus {
            instances: vec![one.clone()],
            ..ComponentStatus::default()
        };
        return Ok(if json { pretty(&one) } else { instances(&status, 0) });
    }
    if let Some(component) = spot.component() {
        let status = client.component_status(component).await.map_err(fault)?;
        return Ok(if json {
            pretty(&status)
        } else {
            component_text(component.component, &status, 0)
        });
    }
    if let Some(service) = spot.service() {
        let status = client
            .service_status(org, env, app, service)
            .await
            .map_err(fault)?;
        return Ok(if json {
            pretty(&status)
        } else {
            service_text(&status, 0)
        });
    }
    let status = client.app_status(org, env, app).await.map_err(fault)?;
    Ok(if json {
        pretty(&status)
    } else {
        app_text(app, &status)
    })
}

/// An app of a list.
#[derive(serde::Serialize)]
struct Listed {
    env: String,
    app: String,
    status: String,
    created: String,
}

async fn apps(client: &Client, spot: &Spot) -> Result<Vec<Listed>, ApiError> {
    let org = spot.org();
    let environments = match spot.env() {
        Some(env) => vec![env.to_owned()],
        None => client.environments(org).await?,
    };
    let mut found = Vec::new();
    for env in &environments {
        let apps = client.apps(org, env).await?;
        let asked = apps.iter().map(|app| client.app_status(org, env, &app.app));
        let statuses = futures::future::try_join_all(asked).await?;
        found.extend(apps.iter().zip(statuses).map(|(app, status)| Listed {
            env: env.clone(),
            app: app.app.clone(),
            status: status.status.to_string(),
            created: app.created.clone(),
        }));
    }
    Ok(found)
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

fn list(apps: &[Listed]) -> String {
    if apps.is_empty() {
        return "No apps.\n".to_owned();
    }
    let head = ["ENVIRONMENT", "APP", "STATUS", "CREATED"]
        .map(str::to_owned)
        .to_vec();
    let rows = apps.iter().map(|app| {
        [&app.env, &app.app, &app.status, &app.created]
            .map(|text| escape::line(text).into_owned())
            .to_vec()
    });
    table(std::iter::once(head).chain(rows).collect(), 0)
}

/// Columns as wide as what stands in them, two spaces between.
fn table(rows: Vec<Vec<String>>, indent: usize) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in &rows {
        for (at, cell) in row.iter().enumerate() {
            let width = unicode_width::UnicodeWidthStr::width(cell.as_str());
            match widths.get_mut(at) {
                Some(known) => *known = width.max(*known),
                None => widths.push(width),
            }
        }
    }
    let mut out = String::new();
    for row in rows {
        let mut line = " ".repeat(indent);
        for (cell, width) in row.iter().zip(&widths) {
            let have = unicode_width::UnicodeWidthStr::width(cell.as_str());
            line.push_str(cell);
            line.push_str(&" ".repeat(width.saturating_sub(have) + 2));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn bounds(min: i64, max: i64, now: usize) -> String {
    format!(
        "{now} {}, {min} to {max}",
        if now == 1 { "instance" } else { "instances" }
    )
}

fn app_text(name: &str, status: &AppStatus) -> String {
    let mut out = format!(
        "app {}: {}\n",
        escape::line(name),
        escape::line(status.status.as_str())
    );
    for service in &status.services {
        out.push_str(&service_text(service, 2));
    }
    out
}

fn service_text(status: &ServiceStatus, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let mut out = format!(
        "{pad}service {}: {}\n",
        escape::line(&status.name),
        escape::line(status.status.as_str())
    );
    for component in &status.components {
        out.push_str(&component_text(&component.name, component, indent + 2));
    }
    out
}

fn component_text(name: &str, status: &ComponentStatus, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{pad}component {}: {} ({})",
        escape::line(name),
        escape::line(status.status.as_str()),
        bounds(status.min, status.max, status.instances.len())
    );
    out.push_str(&instances(status, indent + 2));
    out
}

fn instances(status: &ComponentStatus, indent: usize) -> String {
    let rows = status.instances.iter().map(|instance| {
        let created = match instance.create_date.as_str() {
            unset if unset.starts_with("0001-") => "",
            date => date,
        };
        [&instance.id, instance.status.as_str(), &instance.image, created]
            .map(|text: &str| escape::line(text).into_owned())
            .to_vec()
    });
    table(rows.collect(), indent)
}

/// Runs `stats`.
pub async fn stats(ui: &mut Ui, options: &Look, assignments: &[Assignment]) -> Answer {
    let (reach, spot) = at(ui, &options.place, assignments, &options.address).await?;
    let told = usage(&reach.client, &spot).await;
    reach.close().await;
    let told = told?;
    if options.json {
        let all: Vec<serde_json::Value> = told
            .iter()
            .map(|(found, stats)| {
                let mut json = serde_json::to_value(stats).unwrap_or_default();
                if let Some(members) = json.as_object_mut() {
                    members.insert("instance".to_owned(), found.instance.id.clone().into());
                }
                json
            })
            .collect();
        ui.print(&pretty(&all));
        return Ok(0);
    }
    let head = ["INSTANCE", "STATUS", "CPU %", "MEMORY", "OF", "%"]
        .map(str::to_owned)
        .to_vec();
    let rows = told.iter().map(|(found, stats)| {
        vec![
            found.label(),
            escape::line(found.instance.status.as_str()).into_owned(),
            format!("{:.2}", stats.cpu_usage_percent),
            format!("{:.1} MB", stats.memory_usage_mb),
            format!("{:.0} MB", stats.memory_capacity_mb),
            format!("{:.1}", stats.memory_usage_percent),
        ]
    });
    ui.print(&table(std::iter::once(head).chain(rows).collect(), 0));
    Ok(0)
}

async fn usage(client: &Client, spot: &Spot) -> Result<Vec<(Found, InstanceStats)>, Diagnostic> {
    let found = spot.instances(client).await?;
    let asked = found
        .iter()
        .map(|found| client.stats(spot.org(), &found.instance.id));
    let stats = futures::future::try_join_all(asked).await;
    let stats = stats.map_err(|error| refused(&format!("to read what the {} uses", spot.named()), &error))?;
    Ok(found.into_iter().zip(stats).collect())
}
