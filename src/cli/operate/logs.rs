//! `logs`: what instances write, once or as they go on.
//!
//! Where several instances are meant, each line says whose it is. A platform that cannot go on by itself is asked again
//! every second, and lines that were seen are not shown again. Instances that are made later are not followed.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::api::{ApiError, Client, ErrorKind};
use crate::cli::Answer;
use crate::cli::args::Assignment;
use crate::cli::ui::Ui;
use crate::diag::Diagnostic;

use super::options::Logs;
use super::outlet::Outlet;
use super::reach::at;
use super::refused;
use super::spot::{Found, Spot};

/// How many lines are read again to find the new ones.
const AGAIN: u32 = 1_000;
/// How long it waits between.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs it.
pub async fn run(ui: &mut Ui, options: &Logs, assignments: &[Assignment]) -> Answer {
    let (reach, spot) = at(ui, &options.place, assignments, &options.address).await?;
    let shown = show(&reach.client, &spot, options).await;
    reach.close().await;
    shown?;
    Ok(0)
}

async fn show(client: &Client, spot: &Spot, options: &Logs) -> Result<(), Diagnostic> {
    let found = spot.instances(client).await?;
    let many = found.len() > 1;
    let label = |found: &Found| {
        if many {
            format!("{} | ", found.label())
        } else {
            String::new()
        }
    };
    let fault = |error| refused(&format!("to read the logs of the {}", spot.named()), &error);
    let mut out = Outlet::out();
    if !options.follow {
        for found in &found {
            let label = label(found);
            let text = client
                .logs(spot.org(), &found.instance.id, options.tail)
                .await
                .map_err(fault)?;
            for line in text.lines() {
                if !out.write(format!("{label}{line}\n").as_bytes()) {
                    return Ok(());
                }
            }
        }
        return Ok(());
    }
    let (send, mut lines) = mpsc::channel::<Result<String, ApiError>>(64);
    for found in found {
        let one = Following {
            client: client.clone(),
            org: spot.org().to_owned(),
            label: label(&found),
            id: found.instance.id,
            send: send.clone(),
            last: None,
        };
        tokio::spawn(one.run(options.tail));
    }
    drop(send);
    while let Some(line) = lines.recv().await {
        if !out.write((line.map_err(fault)? + "\n").as_bytes()) {
            break;
        }
    }
    Ok(())
}

/// One instance that is followed.
struct Following {
    client: Client,
    org: String,
    id: String,
    label: String,
    send: mpsc::Sender<Result<String, ApiError>>,
    last: Option<String>,
}

/// Nobody listens any more.
struct Over;

impl Following {
    async fn run(mut self, tail: Option<u32>) {
        if let Err(error) = self.go_on(tail).await {
            let _ = self.send.send(Err(error)).await;
        }
    }

    async fn go_on(&mut self, tail: Option<u32>) -> Result<(), ApiError> {
        let mut stream = self.client.follow(&self.org, &self.id, tail).await?;
        let mut begun: Vec<u8> = Vec::new();
        loop {
            // A stream that breaks is as one that ends: what was written meanwhile is read again.
            let Ok(Some(bytes)) = stream.next().await else {
                break;
            };
            begun.extend_from_slice(&bytes);
            while let Some(end) = begun.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = begun.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line);
                if self.say(line.trim_end_matches(['\n', '\r'])).await.is_err() {
                    return Ok(());
                }
            }
        }
        loop {
            let text = match self.client.logs(&self.org, &self.id, Some(AGAIN)).await {
                Ok(text) => text,
                // With its organization an instance is forbidden.
                Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Forbidden) => {
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            let lines: Vec<&str> = text.lines().collect();
            let seen = self
                .last
                .as_ref()
                .and_then(|last| lines.iter().rposition(|line| line == last));
            for line in lines.iter().skip(seen.map_or(0, |at| at + 1)) {
                if self.say(line).await.is_err() {
                    return Ok(());
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn say(&mut self, line: &str) -> Result<(), Over> {
        self.last = Some(line.to_owned());
        self.send
            .send(Ok(format!("{}{line}", self.label)))
            .await
            .map_err(|_| Over)
    }
}
