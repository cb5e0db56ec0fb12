//! Waiting for an app: its status is asked for until it is what it should be, or the time is over.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::api::wire::{AppStatus, Status};
use crate::plan::semantics::Fault;
use crate::provider::giantswarm::faults::failed;
use crate::provider::giantswarm::session::{AppKey, Session};
use crate::value::Path;

/// The pauses between questions: short at first, two seconds at most.
#[derive(Debug)]
pub(crate) struct Pause(Duration);

impl Default for Pause {
    fn default() -> Pause {
        Pause(Duration::from_millis(50))
    }
}

impl Pause {
    /// The next pause.
    pub fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 3 / 2).min(Duration::from_secs(2));
        pause
    }
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// It runs.
    Up,
    /// It is stopped.
    Down,
}

/// A time limit with its length, for messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    end: Instant,
    length: Duration,
}

impl Deadline {
    /// The limit that begins now.
    pub fn after(length: Duration) -> Deadline {
        Deadline {
            end: Instant::now() + length,
            length,
        }
    }

    pub fn is_over(&self) -> bool {
        Instant::now() >= self.end
    }

    /// The fault of a limit that is over. `argument` is the one of `timeouts` that would lengthen it.
    pub fn fault(&self, key: &AppKey, argument: &str, wanted: &str, seen: &str) -> Fault {
        self.fault_of(&format!("the app \"{}\"", key.id()), argument, wanted, seen)
    }

    /// The same for anything: `what` names it.
    pub fn fault_of(&self, what: &str, argument: &str, wanted: &str, seen: &str) -> Fault {
        Fault::error(
            Path::root().attr("timeouts").attr(argument),
            "Timed out",
            format!(
                "After {} seconds {what} is still {seen:?} and not {wanted}. The platform goes on by itself; a longer \"{argument}\" in the \"timeouts\" block waits longer.",
                self.length.as_secs()
            ),
        )
    }
}

/// Why an app is not as it should be, with all that is known of it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub fault: Fault,
    /// Its status, if it was seen.
    pub status: Option<AppStatus>,
    /// Whether it could not be seen, so that nobody knows how it is.
    pub in_doubt: bool,
}

impl Failure {
    /// The platform said no, or said what is wrong.
    pub fn known(fault: Fault, status: Option<AppStatus>) -> Failure {
        Failure {
            fault,
            status,
            in_doubt: false,
        }
    }

    /// The platform could not be asked.
    pub fn in_doubt(fault: Fault) -> Failure {
        Failure {
            fault,
            status: None,
            in_doubt: true,
        }
    }
}

/// Waits until an app is up or down. A failed app is a fault that comes with its status, and so is a lapse of
/// time.
pub(crate) async fn wait(
    session: &Session,
    key: &AppKey,
    wanted: Wanted,
    deadline: Deadline,
    argument: &str,
) -> Result<AppStatus, Failure> {
    let mut pause = Pause::default();
    loop {
        let status = session
            .client
            .app_status(&key.org, &key.env, &key.app)
            .await
            .map_err(|error| {
                let aim = format!("to read the status of the app \"{}\"", key.id());
                Failure::in_doubt(failed(Path::root(), &aim, &error))
            })?;
        match (&status.status, wanted) {
            (Status::Up, Wanted::Up) | (Status::Down, Wanted::Down) => return Ok(status),
            (Status::Failed, _) => {
                return Err(Failure::known(failed_fault(key, &status), Some(status)));
            }
            _ => {}
        }
        if deadline.is_over() {
            let word = if wanted == Wanted::Up {
                "\"up\""
            } else {
                "\"down\""
            };
            let seen = status.status.as_str().to_owned();
            let fault = deadline.fault(key, argument, word, &seen);
            return Err(Failure::known(fault, Some(status)));
        }
        sleep(pause.next()).await;
    }
}

fn failed_fault(key: &AppKey, status: &AppStatus) -> Fault {
    let mut broken: Vec<String> = status
        .components()
        .filter(|(_, component)| component.status == Status::Failed)
        .map(|(service, component)| {
            format!("{}/{} ({})", service.name, component.name, first_image(component))
        })
        .collect();
    if broken.is_empty() {
        broken.push("it does not say which component".to_owned());
    }
    Fault::error(
        Path::root(),
        "App failed",
        format!(
            "The platform reports the status \"failed\" for the app \"{}\": {}. The logs of the instances may tell why.",
            key.id(),
            broken.join(", ").escape_debug()
        ),
    )
}

fn first_image(component: &crate::api::wire::ComponentStatus) -> &str {
    component
        .instances
        .iter()
        .find(|instance| instance.status == Status::Failed)
        .or(component.instances.first())
        .map_or("no instance", |instance| instance.image.as_str())
}

/// Waits until an app is gone.
pub(crate) async fn wait_gone(session: &Session, key: &AppKey, deadline: Deadline) -> Result<(), Fault> {
    let mut pause = Pause::default();
    loop {
        let result = session.client.app_status(&key.org, &key.env, &key.app).await;
        let found = session.app_or_gone(key, result).await.map_err(|error| {
            let aim = format!("to see whether the app \"{}\" is gone", key.id());
            failed(Path::root(), &aim, &error)
        })?;
        let Some(status) = found else { return Ok(()) };
        if deadline.is_over() {
            return Err(deadline.fault(key, "delete", "gone", status.status.as_str()));
        }
        sleep(pause.next()).await;
    }
}
