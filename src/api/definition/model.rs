//! The application definition: an app of services of components.
//!
//! What the API shows again is kept as it was given (the form of a port, the order of lists). Comparison is
//! not done here but on [`crate::api::definition::Normal`].

use std::collections::BTreeMap;
use std::ops::Range;

use crate::api::definition::fault::JsonPath;
use crate::api::definition::image::Image;
use crate::api::definition::words::{Port, Size};

/// Where each value of a definition stands in its text.
#[derive(Clone, Debug, Default)]
pub struct Places(pub(crate) BTreeMap<JsonPath, Range<usize>>);

impl Places {
    /// The bytes of the value at a path, or of the closest enclosing value.
    pub fn span(&self, path: &JsonPath) -> Range<usize> {
        let mut path = path.clone();
        loop {
            if let Some(span) = self.0.get(&path) {
                return span.clone();
            }
            if path.0.is_empty() {
                return 0..0;
            }
            path = path.parent();
        }
    }
}

/// A whole app.
#[derive(Clone, Debug, Default)]
pub struct Definition {
    /// `app_name`.
    pub app_name: String,
    /// `public_ports`, uninterpreted.
    pub public_ports: BTreeMap<String, String>,
    /// `services`, in order.
    pub services: Vec<Service>,
    /// Where all of this was written.
    pub places: Places,
}

/// A service.
#[derive(Clone, Debug, Default)]
pub struct Service {
    /// `service_name`.
    pub service_name: String,
    /// `public_ports`, uninterpreted.
    pub public_ports: BTreeMap<String, String>,
    /// `scaling_policy` of all components that have none.
    pub scaling_policy: Option<ScalingPolicy>,
    /// `components`, in order.
    pub components: Vec<Component>,
}

/// A component: one image that runs as one or more instances.
#[derive(Clone, Debug, Default)]
pub struct Component {
    /// `component_name`.
    pub component_name: String,
    /// `scaling_policy`; without one there is exactly one instance.
    pub scaling_policy: Option<ScalingPolicy>,
    /// `image`.
    pub image: Image,
    /// `entrypoint`, in place of the image's own.
    pub entrypoint: Option<String>,
    /// `ports` that it exports.
    pub ports: Vec<Port>,
    /// `env` as `KEY=VALUE`; an entry without `=` is allowed.
    pub env: Vec<String>,
    /// `volumes`.
    pub volumes: Vec<Volume>,
    /// `args` of the entry point.
    pub args: Vec<String>,
    /// `domains` and the port each leads to.
    pub domains: BTreeMap<String, Port>,
    /// `dependencies` on other components.
    pub dependencies: Vec<Dependency>,
    /// `pod` that it shares with other components of its service.
    pub pod: Option<String>,
}

/// How many instances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScalingPolicy {
    /// At least so many.
    pub min: Option<i64>,
    /// At most so many.
    pub max: Option<i64>,
    /// `simple` or `one-per-machine`.
    pub placement: Option<String>,
}

impl ScalingPolicy {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == ScalingPolicy::default()
    }
}

/// A volume: its own (`path`, `size`), all of another component (`volumes-from`), or one of another component
/// (`volume-from`, `volume-path` and perhaps `path`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Volume {
    /// `path` in the container.
    pub path: Option<String>,
    /// `size`.
    pub size: Option<Size>,
    /// `volumes-from`.
    pub volumes_from: Option<String>,
    /// `volume-from`.
    pub volume_from: Option<String>,
    /// `volume-path`.
    pub volume_path: Option<String>,
}

/// A dependency on another component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// `name`: `component`, or `service/component`.
    pub name: String,
    /// `alias` under which it appears.
    pub alias: Option<String>,
    /// `port`.
    pub port: Port,
    /// `same_machine`.
    pub same_machine: bool,
}

impl Dependency {
    /// The service and the component that it names, seen from a service.
    pub fn target<'a>(&'a self, service: &'a str) -> (&'a str, &'a str) {
        let mut parts = self.name.split('/');
        match (parts.next(), parts.next()) {
            (Some(other), Some(component)) => (other, component),
            _ => (service, self.name.as_str()),
        }
    }

    /// The name under which it appears in the container.
    pub fn visible_name<'a>(&'a self, service: &'a str) -> &'a str {
        match &self.alias {
            Some(alias) => alias,
            None => self.target(service).1,
        }
    }
}

impl Definition {
    /// The component of a service, by name; the first of equals.
    pub fn component(&self, service: &str, component: &str) -> Option<&Component> {
        self.services
            .iter()
            .filter(|found| found.service_name == service)
            .flat_map(|found| &found.components)
            .find(|found| found.component_name == component)
    }

    /// All components with the name of their service, in order.
    pub fn components(&self) -> impl Iterator<Item = (&Service, &Component)> {
        self.services.iter().flat_map(|service| {
            service
                .components
                .iter()
                .map(move |component| (service, component))
        })
    }
}
