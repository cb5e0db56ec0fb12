//! The bodies of the API V1.
//!
//! Reading is lenient, for servers differ: a list may be null, a component's status comes in two shapes, and
//! unknown keys are ignored. Nothing is checked here.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Reads null as the default.
fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// The frame of every JSON answer.
#[derive(Clone, Debug, Default)]
pub struct Envelope {
    /// One of [`crate::api::codes`].
    pub code: Option<u32>,
    /// For people.
    pub text: Option<String>,
    /// What was asked for.
    pub data: Option<Value>,
}

impl Envelope {
    /// The frame of a body, if it is JSON and has one.
    pub fn read(body: &str) -> Option<Envelope> {
        let Ok(Value::Object(mut object)) = serde_json::from_str(body) else {
            return None;
        };
        let code = object.get("status_code").and_then(|code| {
            code.as_u64()
                .or_else(|| code.as_str().and_then(|text| text.parse().ok()))
                .and_then(|code| u32::try_from(code).ok())
        });
        let text = object
            .get("status_text")
            .and_then(Value::as_str)
            .map(str::to_owned);
        Some(Envelope {
            code,
            text,
            data: object.remove("data"),
        })
    }
}

/// An organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Its name.
    #[serde(default, deserialize_with = "nullable")]
    pub id: String,
    /// The cluster that its apps run on.
    #[serde(default, deserialize_with = "nullable")]
    pub default_cluster: String,
    /// The names of its members.
    #[serde(default, deserialize_with = "nullable")]
    pub members: Vec<String>,
}

/// One line of the list of apps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppSummary {
    /// The app.
    pub app: String,
    /// The organization, under its older key.
    #[serde(default, deserialize_with = "nullable")]
    pub company: String,
    /// When it was created, `2015-05-07 03:28:18`.
    #[serde(default, deserialize_with = "nullable")]
    pub created: String,
    /// The environment.
    #[serde(default, deserialize_with = "nullable")]
    pub env: String,
    /// The organization.
    #[serde(default, deserialize_with = "nullable")]
    pub org: String,
}

/// The status of an app, service, component or instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Status {
    /// Runs.
    Up,
    /// On its way down.
    Stopping,
    /// On its way up.
    Starting,
    /// Stopped.
    #[default]
    Down,
    /// Broken.
    Failed,
    /// On its way out.
    Deleting,
    /// Something newer.
    Other(String),
}

impl Status {
    /// Whether it stays so by itself.
    pub fn is_final(&self) -> bool {
        matches!(self, Status::Up | Status::Down | Status::Failed)
    }

    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Status::Up => "up",
            Status::Stopping => "stopping",
            Status::Starting => "starting",
            Status::Down => "down",
            Status::Failed => "failed",
            Status::Deleting => "deleting",
            Status::Other(other) => other,
        }
    }
}

impl From<String> for Status {
    fn from(text: String) -> Status {
        match text.to_ascii_lowercase().as_str() {
            "up" => Status::Up,
            "stopping" => Status::Stopping,
            "starting" => Status::Starting,
            "down" => Status::Down,
            "failed" => Status::Failed,
            "deleting" => Status::Deleting,
            _ => Status::Other(text),
        }
    }
}

impl From<Status> for String {
    fn from(status: Status) -> String {
        status.as_str().to_owned()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The status of an app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppStatus {
    /// The app.
    #[serde(default, deserialize_with = "nullable")]
    pub name: String,
    /// The worst of its services.
    #[serde(default, deserialize_with = "nullable")]
    pub status: Status,
    /// Its services.
    #[serde(default, deserialize_with = "nullable")]
    pub services: Vec<ServiceStatus>,
}

impl AppStatus {
    /// A component of a service.
    pub fn component(&self, service: &str, component: &str) -> Option<&ComponentStatus> {
        self.services
            .iter()
            .filter(|found| found.name == service)
            .flat_map(|found| &found.components)
            .find(|found| found.name == component)
    }

    /// All components.
    pub fn components(&self) -> impl Iterator<Item = (&ServiceStatus, &ComponentStatus)> {
        self.services.iter().flat_map(|service| {
            service
                .components
                .iter()
                .map(move |component| (service, component))
        })
    }
}

/// The status of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceStatus {
    /// The service.
    #[serde(default, deserialize_with = "nullable")]
    pub name: String,
    /// The worst of its components.
    #[serde(default, deserialize_with = "nullable")]
    pub status: Status,
    /// The least instances.
    #[serde(default, deserialize_with = "nullable")]
    pub min: i64,
    /// The most instances.
    #[serde(default, deserialize_with = "nullable")]
    pub max: i64,
    /// Its components.
    #[serde(default, deserialize_with = "nullable")]
    pub components: Vec<ComponentStatus>,
}

/// The status of a component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentStatus {
    /// The component.
    #[serde(default, deserialize_with = "nullable")]
    pub name: String,
    /// The worst of its instances.
    #[serde(default, deserialize_with = "nullable")]
    pub status: Status,
    /// The least instances.
    #[serde(default, deserialize_with = "nullable")]
    pub min: i64,
    /// The most instances.
    #[serde(default, deserialize_with = "nullable")]
    pub max: i64,
    /// Its instances.
    #[serde(default, deserialize_with = "nullable")]
    pub instances: Vec<InstanceStatus>,
}

impl ComponentStatus {
    /// The component in either shape of the answer: its own object, or the service with its components.
    pub fn read(data: &Value, component: &str) -> Option<ComponentStatus> {
        let nested = data
            .get("components")
            .and_then(Value::as_array)
            .and_then(|components| {
                components
                    .iter()
                    .find(|found| found.get("name").and_then(Value::as_str) == Some(component))
                    .or(components.first().filter(|_| components.len() == 1))
            });
        let found = nested.unwrap_or(data);
        found.get("instances")?;
        ComponentStatus::deserialize(found).ok()
    }
}

/// One instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceStatus {
    /// When it was created, RFC 3339; the year 1 means unset.
    #[serde(default, deserialize_with = "nullable")]
    pub create_date: String,
    /// Its name.
    #[serde(default, deserialize_with = "nullable")]
    pub id: String,
    /// The image that it runs, with its tag.
    #[serde(default, deserialize_with = "nullable")]
    pub image: String,
    /// The hash of that image, once it is known.
    #[serde(default, deserialize_with = "nullable")]
    pub image_hash: String,
    /// Its status.
    #[serde(default, deserialize_with = "nullable")]
    pub status: Status,
}

/// What an instance uses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceStats {
    /// `app/service/component`.
    #[serde(default, deserialize_with = "nullable")]
    pub component_name: String,
    /// Megabytes in use.
    #[serde(default, deserialize_with = "nullable")]
    pub memory_usage_mb: f64,
    /// Megabytes at most.
    #[serde(default, deserialize_with = "nullable")]
    pub memory_capacity_mb: f64,
    /// Share in use, in percent.
    #[serde(default, deserialize_with = "nullable")]
    pub memory_usage_percent: f64,
    /// Share of a processor, in percent.
    #[serde(default, deserialize_with = "nullable")]
    pub cpu_usage_percent: f64,
}

/// The user of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The user name.
    #[serde(default, deserialize_with = "nullable")]
    pub username: String,
    /// The email address.
    #[serde(default, deserialize_with = "nullable")]
    pub email: String,
}

/// How instances are replaced by an update.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// One after the other.
    #[default]
    OneByOne,
    /// All together.
    AllAtOnce,
    /// New ones first; volumes are made anew.
    HotSwap,
}

impl Strategy {
    /// All, by name.
    pub const ALL: [(&'static str, Strategy); 3] = [
        ("one-by-one", Strategy::OneByOne),
        ("all-at-once", Strategy::AllAtOnce),
        ("hot-swap", Strategy::HotSwap),
    ];

    /// The strategy of a name.
    pub fn parse(text: &str) -> Option<Strategy> {
        Strategy::ALL
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, strategy)| *strategy)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        Strategy::ALL
            .iter()
            .find(|(_, strategy)| *strategy == self)
            .map_or("one-by-one", |(name, _)| name)
    }
}

/// The body of `exec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecRequest {
    /// The command and its arguments.
    pub cmd: Vec<String>,
    /// Start it and do not wait.
    #[serde(default)]
    pub detach: bool,
    /// Send standard output.
    #[serde(default, rename = "attach-stdout")]
    pub attach_stdout: bool,
    /// Send standard error.
    #[serde(default, rename = "attach-stderr")]
    pub attach_stderr: bool,
    /// Take standard input.
    #[serde(default, rename = "attach-stdin")]
    pub attach_stdin: bool,
    /// As streams need it.
    #[serde(default)]
    pub raw: bool,
    /// With a terminal.
    #[serde(default)]
    pub tty: bool,
    /// Beyond the API's page: send everything in frames, and the exit code as the last one. A server that does not
    /// know the key ignores it.
    #[serde(default, rename = "exit-code", skip_serializing_if = "std::ops::Not::not")]
    pub exit_code: bool,
    /// Beyond the API's page: how many lines the terminal has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u16>,
    /// Beyond the API's page: how many columns the terminal has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<u16>,
}
