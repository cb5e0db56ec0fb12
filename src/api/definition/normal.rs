//! Comparison of definitions by their meaning.
//!
//! [`Normal`] is a definition without its spelling: ports are number and protocol, `env` is a map, domains
//! are in lower case, sizes are in gigabytes, what is omitted is empty, and services and components are found
//! by name. [`difference`] tells what changed. It never carries a value of `env`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::api::definition::model::{Component, Definition, ScalingPolicy, Service, Volume};
use crate::api::definition::relations::folder;
use crate::api::definition::words::Protocol;

/// A definition in the form for comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Normal {
    app_name: String,
    public_ports: BTreeMap<String, String>,
    services: BTreeMap<String, NormalService>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct NormalService {
    public_ports: BTreeMap<String, String>,
    scaling_policy: Policy,
    components: BTreeMap<String, NormalComponent>,
}

type PortKey = (u16, Protocol);
type Policy = (Option<i64>, Option<i64>, Option<String>);
/// Visible name, service, component, port, same machine.
type Link = (String, String, String, PortKey, bool);
/// Path, size in GB, volumes-from, volume-from, volume-path.
type Mount = (
    Option<String>,
    Option<u32>,
    Option<String>,
    Option<String>,
    Option<String>,
);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct NormalComponent {
    scaling_policy: Policy,
    image: String,
    tag: String,
    entrypoint: Option<String>,
    ports: BTreeSet<PortKey>,
    env: BTreeMap<String, Option<String>>,
    volumes: BTreeSet<Mount>,
    args: Vec<String>,
    domains: BTreeMap<String, PortKey>,
    dependencies: BTreeSet<Link>,
    pod: Option<String>,
}

/// One difference between two definitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Only the version of a component's image.
    Tag {
        /// The service.
        service: String,
        /// The component.
        component: String,
        /// The tag before; empty when there was none.
        from: String,
        /// The tag after; never empty.
        to: String,
    },
    /// Anything else.
    Other(Place),
}

/// Where a definition changed, in names: service, component, argument.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The service, if the change lies within one.
    pub service: Option<String>,
    /// The component, if the change lies within one.
    pub component: Option<String>,
    /// The key of the definition that changed, such as `ports`; none when the whole service or component was
    /// added or removed.
    pub key: Option<&'static str>,
    /// Whether the service or component was added (`Some(true)`) or removed (`Some(false)`).
    pub added: Option<bool>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (what, name) in [("service", &self.service), ("component", &self.component)] {
            if let Some(name) = name {
                write!(f, "{separator}{what} \"{}\"", name.escape_debug())?;
                separator = " ";
            }
        }
        if let Some(key) = self.key {
            write!(f, "{separator}{key}")?;
        }
        Ok(())
    }
}

impl Definition {
    /// The form for comparison.
    pub fn normalized(&self) -> Normal {
        let mut services = BTreeMap::new();
        for service in &self.services {
            insert(&mut services, &service.service_name, normal_service(service));
        }
        Normal {
            app_name: self.app_name.clone(),
            public_ports: self.public_ports.clone(),
            services,
        }
    }
}

/// Inserts under the name; a repeated name gets a number behind `#`, which no name has.
fn insert<T>(map: &mut BTreeMap<String, T>, name: &str, value: T) {
    let mut key = name.to_owned();
    let mut number = 1;
    while map.contains_key(&key) {
        number += 1;
        key = format!("{name}#{number}");
    }
    map.insert(key, value);
}

fn normal_service(service: &Service) -> NormalService {
    let mut components = BTreeMap::new();
    for component in &service.components {
        let normal = normal_component(&service.service_name, component);
        insert(&mut components, &component.component_name, normal);
    }
    NormalService {
        public_ports: service.public_ports.clone(),
        scaling_policy: normal_policy(service.scaling_policy.as_ref()),
        components,
    }
}

fn normal_policy(policy: Option<&ScalingPolicy>) -> Policy {
    policy.map_or((None, None, None), |policy| {
        let placement = policy.placement.clone().filter(|placement| placement != "simple");
        (policy.min, policy.max, placement)
    })
}

fn normal_volume(volume: &Volume) -> Mount {
    let path = |path: &Option<String>| path.as_deref().map(|path| folder(path).to_owned());
    (
        path(&volume.path),
        volume.size.map(|size| size.0),
        volume.volumes_from.clone(),
        volume.volume_from.clone(),
        path(&volume.volume_path),
    )
}

fn normal_component(service: &str, component: &Component) -> NormalComponent {
    let env = component.env.iter().map(|entry| match entry.split_once('=') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (entry.clone(), None),
    });
    let dependencies = component.dependencies.iter().map(|dependency| {
        let (of, name) = dependency.target(service);
        (
            dependency.visible_name(service).to_owned(),
            of.to_owned(),
            name.to_owned(),
            dependency.port.key(),
            dependency.same_machine,
        )
    });
    NormalComponent {
        scaling_policy: normal_policy(component.scaling_policy.as_ref()),
        image: component.image.name(),
        tag: component.image.tag.clone(),
        entrypoint: component.entrypoint.clone().filter(|text| !text.is_empty()),
        ports: component.ports.iter().map(|port| port.key()).collect(),
        env: env.collect(),
        volumes: component.volumes.iter().map(normal_volume).collect(),
        args: component.args.clone(),
        domains: component
            .domains
            .iter()
            .map(|(domain, port)| (domain.to_ascii_lowercase(), port.key()))
            .collect(),
        dependencies: dependencies.collect(),
        pod: component.pod.clone().filter(|text| !text.is_empty()),
    }
}

/// What changed from one definition to another, in the order app, services, components. Empty when the two
/// mean the same.
pub fn difference(before: &Normal, after: &Normal) -> Vec<Change> {
    let mut changes = Vec::new();
    let app = |key| {
        Change::Other(Place {
            key: Some(key),
            ..Place::default()
        })
    };
    if before.app_name != after.app_name {
        changes.push(app("app_name"));
    }
    if before.public_ports != after.public_ports {
        changes.push(app("public_ports"));
    }
    let names: BTreeSet<&String> = before.services.keys().chain(after.services.keys()).collect();
    for name in names {
        let place = Place {
            service: Some(name.clone()),
            ..Place::default()
        };
        match (before.services.get(name), after.services.get(name)) {
            (Some(old), Some(new)) => services(&place, old, new, &mut changes),
            (old, _) => changes.push(Change::Other(Place {
                added: Some(old.is_none()),
                ..place
            })),
        }
    }
    changes
}

fn services(place: &Place, before: &NormalService, after: &NormalService, changes: &mut Vec<Change>) {
    let keyed = |key| {
        Change::Other(Place {
            key: Some(key),
            ..place.clone()
        })
    };
    if before.public_ports != after.public_ports {
        changes.push(keyed("public_ports"));
    }
    if before.scaling_policy != after.scaling_policy {
        changes.push(keyed("scaling_policy"));
    }
    let names: BTreeSet<&String> = before.components.keys().chain(after.components.keys()).collect();
    for name in names {
        let place = Place {
            component: Some(name.clone()),
            ..place.clone()
        };
        match (before.components.get(name), after.components.get(name)) {
            (Some(old), Some(new)) => components(&place, old, new, changes),
            (old, _) => changes.push(Change::Other(Place {
                added: Some(old.is_none()),
                ..place
            })),
        }
    }
}

fn components(place: &Place, before: &NormalComponent, after: &NormalComponent, changes: &mut Vec<Change>) {
    let version = before.tag != after.tag && !after.tag.is_empty();
    let differ = [
        (
            "image",
            before.image != after.image || (before.tag != after.tag && !version),
        ),
        ("entrypoint", before.entrypoint != after.entrypoint),
        ("args", before.args != after.args),
        ("env", before.env != after.env),
        ("ports", before.ports != after.ports),
        ("domains", before.domains != after.domains),
        ("volumes", before.volumes != after.volumes),
        ("dependencies", before.dependencies != after.dependencies),
        ("scaling_policy", before.scaling_policy != after.scaling_policy),
        ("pod", before.pod != after.pod),
    ];
    if version && before.image == after.image {
        changes.push(Change::Tag {
            service: place.service.clone().unwrap_or_default(),
            component: place.component.clone().unwrap_or_default(),
            from: before.tag.clone(),
            to: after.tag.clone(),
        });
    }
    for (key, _) in differ.iter().filter(|(_, differs)| *differs) {
        changes.push(Change::Other(Place {
            key: Some(key),
            ..place.clone()
        }));
    }
}
