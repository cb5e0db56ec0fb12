//! The things of the world as they are stored: users, tokens, organizations, applications with their services,
//! components and instances. Plain data; what they do over time is in `timeline` and `rollout`.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::platform::clock::Millis;

/// Somebody who may log in, or (without a password) only be a member.
#[derive(Clone, Serialize, Deserialize)]
pub struct User {
    /// The name.
    pub name: String,
    /// The address, if one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The argon2id hash in PHC form; without it nobody logs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// When the account was made.
    pub created: Millis,
}

impl fmt::Debug for User {
    /// Names no hash.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("User")
            .field("name", &self.name)
            .field("created", &self.created)
            .finish_non_exhaustive()
    }
}

/// A login. It is stored under the SHA-256 hash of the token, and the token itself nowhere.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Token {
    /// Whose it is.
    pub user: String,
    /// When it was given.
    pub created: Millis,
    /// From when on it is no good.
    pub expires: Millis,
}

/// An organization.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Org {
    /// The name, unique on the platform.
    pub name: String,
    /// Who may act in it.
    pub members: BTreeSet<String>,
    /// When it was made.
    pub created: Millis,
    /// The account whose first organization this is: it cannot be removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home_of: Option<String>,
}

/// Where an application lives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AppKey {
    /// The organization.
    pub org: String,
    /// The environment.
    pub env: String,
    /// The name.
    pub app: String,
}

/// An application.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct App {
    /// Where it lives.
    pub key: AppKey,
    /// When it was made.
    pub created: Millis,
    /// The definition, keys in their documented form.
    pub definition: Value,
    /// Its services in the order of the definition.
    pub services: Vec<Service>,
}

/// A service of an application.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Service {
    /// The name.
    pub name: String,
    /// Least number of instances.
    pub min: u32,
    /// Greatest number of instances.
    pub max: u32,
    /// Its components in the order of the definition.
    pub components: Vec<Component>,
}

/// A component of a service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Component {
    /// The name.
    pub name: String,
    /// The image that new instances get.
    pub image: String,
    /// The group whose members are scaled together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// Numbers of the ports it listens on.
    #[serde(default)]
    pub ports: Vec<u16>,
    /// `K=V`, in the order of the definition.
    #[serde(default)]
    pub env: Vec<String>,
    /// Entry point and arguments, as `ps` would show them.
    #[serde(default)]
    pub command: String,
    /// Paths and sizes of the volumes each instance has.
    #[serde(default)]
    pub volumes: Vec<(String, String)>,
    /// Least number of instances.
    pub min: u32,
    /// Greatest number of instances.
    pub max: u32,
    /// Whether new instances are started: the last of start, stop and update decides.
    pub running: bool,
    /// The instances, leaving and coming ones among them.
    pub instances: Vec<Instance>,
}

/// One instance of a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Twelve of `[a-z0-9]`.
    pub id: String,
    /// The image it runs.
    pub image: String,
    /// When it comes to be; before that nobody sees it.
    pub created: Millis,
    /// Its runs, oldest first.
    #[serde(default)]
    pub runs: Vec<Run>,
    /// When it is gone for good, if that is decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaves: Option<Millis>,
    /// The instance whose place it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// Its volumes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<Volume>,
}

/// A run of an instance from a start to a stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When it begins to start.
    pub start: Millis,
    /// When it is up (or has failed).
    pub up: Millis,
    /// Whether it failed instead of coming up.
    #[serde(default)]
    pub failed: bool,
    /// When it begins to stop and when it is down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halt: Option<Halt>,
}

/// The end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halt {
    /// When it begins to stop.
    pub from: Millis,
    /// When it is down.
    pub down: Millis,
}

/// A volume of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// A new volume has a new identifier.
    pub id: String,
    /// Where it is mounted.
    pub path: String,
    /// Its size as the definition gives it.
    pub size: String,
}

impl App {
    /// The service of that name.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// Every instance with its service and component.
    pub fn instances(&self) -> impl Iterator<Item = (&Service, &Component, &Instance)> {
        self.services.iter().flat_map(|service| {
            service.components.iter().flat_map(move |component| {
                component
                    .instances
                    .iter()
                    .map(move |instance| (service, component, instance))
            })
        })
    }
}

impl Service {
    /// The component of that name.
    pub fn component(&self, name: &str) -> Option<&Component> {
        self.components.iter().find(|component| component.name == name)
    }
}
