//! Rules beyond the original parser that a platform may check, so that they fail before any call is made.
//!
//! Names, duplicate names, dependencies that lead nowhere or in a circle, scaling limits and empty lists are
//! errors. A domain that leads to a port which the component does not export is a warning: real files do it.

use std::collections::BTreeMap;

use crate::api::definition::fault::{Fault, FaultKind, JsonPath};
use crate::api::definition::model::{Definition, ScalingPolicy};
use crate::api::definition::words::is_name;
use crate::diag::did_you_mean;

/// The most instances of one component.
pub const INSTANCES_MAX: i64 = 10;

/// All faults of a definition that parsed.
pub fn check(definition: &Definition) -> Vec<Fault> {
    let mut checker = Checker {
        definition,
        faults: Vec::new(),
    };
    checker.names();
    checker.scaling();
    checker.domains();
    checker.dependencies();
    checker.faults
}

struct Checker<'a> {
    definition: &'a Definition,
    faults: Vec<Fault>,
}

impl Checker<'_> {
    fn fault(&mut self, kind: FaultKind, path: &JsonPath, message: String) {
        let span = self.definition.places.span(path);
        self.faults.push(Fault::error(kind, path, &span, message));
    }

    fn name(&mut self, path: &JsonPath, what: &str, name: &str) {
        if !is_name(name) {
            let message = format!(
                "{path}: '{}' is not a name of {what}: it must begin with a letter or a digit, have neither '/' nor white space, and be at most 100 bytes long",
                name.escape_debug()
            );
            self.fault(FaultKind::Name, path, message);
        }
    }

    fn names(&mut self) {
        let definition = self.definition;
        let root = JsonPath::default();
        self.name(&root.key("app_name"), "an app", &definition.app_name);
        let services = root.key("services");
        if definition.services.is_empty() {
            self.fault(
                FaultKind::EmptyList,
                &services,
                format!("{services}: an app needs at least one service"),
            );
        }
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, service) in definition.services.iter().enumerate() {
            let path = services.index(at);
            let name = path.key("service_name");
            self.name(&name, "a service", &service.service_name);
            if let Some(first) = seen.insert(&service.service_name, at) {
                let message = format!(
                    "{name}: the service '{}' is defined already at {}",
                    service.service_name.escape_debug(),
                    services.index(first)
                );
                self.fault(FaultKind::DuplicateName, &name, message);
            }
            let components = path.key("components");
            if service.components.is_empty() {
                let message = format!(
                    "{components}: the service '{}' needs at least one component",
                    service.service_name.escape_debug()
                );
                self.fault(FaultKind::EmptyList, &components, message);
            }
            let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
            for (at, component) in service.components.iter().enumerate() {
                let name = components.index(at).key("component_name");
                self.name(&name, "a component", &component.component_name);
                if let Some(first) = seen.insert(&component.component_name, at) {
                    let message = format!(
                        "{name}: the component '{}' is defined already at {}",
                        component.component_name.escape_debug(),
                        components.index(first)
                    );
                    self.fault(FaultKind::DuplicateName, &name, message);
                }
            }
        }
    }

    fn scaling(&mut self) {
        let definition = self.definition;
        let services = JsonPath::default().key("services");
        for (at, service) in definition.services.iter().enumerate() {
            let path = services.index(at);
            self.policy(&path, service.scaling_policy.as_ref());
            for (at, component) in service.components.iter().enumerate() {
                self.policy(
                    &path.key("components").index(at),
                    component.scaling_policy.as_ref(),
                );
            }
        }
    }

    fn policy(&mut self, owner: &JsonPath, policy: Option<&ScalingPolicy>) {
        let Some(policy) = policy else { return };
        let path = owner.key("scaling_policy");
        for (key, count) in [("min", policy.min), ("max", policy.max)] {
            let Some(count) = count else { continue };
            let path = path.key(key);
            if !(1..=INSTANCES_MAX).contains(&count) {
                let message =
                    format!("{path} is {count}, but a component has 1 to {INSTANCES_MAX} instances");
                self.fault(FaultKind::Scaling, &path, message);
            }
        }
        if let (Some(min), Some(max)) = (policy.min, policy.max)
            && min > max
        {
            let path = path.key("min");
            self.fault(
                FaultKind::Scaling,
                &path,
                format!("{path} is {min}, which is more than the max of {max}"),
            );
        }
    }

    fn domains(&mut self) {
        for (at, service) in self.definition.services.iter().enumerate() {
            for (component_at, component) in service.components.iter().enumerate() {
                for (domain, port) in &component.domains {
                    if component.ports.iter().any(|known| known.key() == port.key()) {
                        continue;
                    }
                    let path = component_path(at, component_at).key("domains").key(domain);
                    let message = format!(
                        "{path}: the domain leads to port {port}, which the component '{}' does not list in its ports",
                        component.component_name.escape_debug()
                    );
                    let span = self.definition.places.span(&path);
                    let fault = Fault::error(FaultKind::DomainPort, &path, &span, message);
                    self.faults.push(fault.warning().text(domain));
                }
            }
        }
    }

    fn dependencies(&mut self) {
        let definition = self.definition;
        let mut numbers: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut nodes: Vec<(usize, usize)> = Vec::new();
        for (at, service) in definition.services.iter().enumerate() {
            for (component_at, component) in service.components.iter().enumerate() {
                numbers
                    .entry((&service.service_name, &component.component_name))
                    .or_insert(nodes.len());
                nodes.push((at, component_at));
            }
        }
        let mut edges: Vec<Vec<(usize, usize)>> = vec![Vec::new(); nodes.len()];
        let mut number = 0;
        for (at, service) in definition.services.iter().enumerate() {
            for (component_at, component) in service.components.iter().enumerate() {
                for (dependency_at, dependency) in component.dependencies.iter().enumerate() {
                    let target = dependency.target(&service.service_name);
                    let plain = dependency.name.matches('/').count() < 2;
                    if let Some(other) = numbers.get(&target).filter(|_| plain) {
                        if let Some(list) = edges.get_mut(number) {
                            list.push((*other, dependency_at));
                        }
                        continue;
                    }
                    let path = component_path(at, component_at)
                        .key("dependencies")
                        .index(dependency_at)
                        .key("name");
                    // A hint is worth its time only in definitions of human size.
                    let known: Vec<String> = numbers
                        .keys()
                        .take(200)
                        .map(|(of, name)| {
                            if *of == service.service_name {
                                (*name).to_owned()
                            } else {
                                format!("{of}/{name}")
                            }
                        })
                        .collect();
                    let tagged = numbers.keys().any(|(of, name)| {
                        *of == target.0 && name.split_once(':').is_some_and(|(name, _)| name == target.1)
                    });
                    let message = format!(
                        "{path}: the component '{}' depends on '{}', which does not exist in this app.{}",
                        component.component_name.escape_debug(),
                        dependency.name.escape_debug(),
                        did_you_mean(&dependency.name, known.iter().map(String::as_str))
                    );
                    let message = message.trim_end_matches('.').to_owned();
                    let span = definition.places.span(&path);
                    let fault = Fault::error(FaultKind::MissingDependency, &path, &span, message);
                    // Some files name a component like an image with its tag (`redis:latest`) and depend on
                    // it without the tag; platforms took them.
                    self.faults.push(if tagged { fault.warning() } else { fault });
                }
                number += 1;
            }
        }
        if let Some(cycle) = find_cycle(&edges) {
            self.cycle(&nodes, &cycle);
        }
    }

    /// Names one circle of dependencies, at its last step.
    fn cycle(&mut self, nodes: &[(usize, usize)], cycle: &[(usize, usize)]) {
        let definition = self.definition;
        let mut names = Vec::new();
        let mut path = JsonPath::default();
        for (node, dependency) in cycle {
            let Some((at, component_at)) = nodes.get(*node).copied() else {
                continue;
            };
            let service = definition.services.get(at);
            let component = service.and_then(|service| service.components.get(component_at));
            if let (Some(service), Some(component)) = (service, component) {
                names.push(format!("{}/{}", service.service_name, component.component_name));
            }
            path = component_path(at, component_at)
                .key("dependencies")
                .index(*dependency);
        }
        names.extend(names.first().cloned());
        let message = format!(
            "{path}: dependencies go in a circle: {}",
            names.join(" -> ").escape_debug()
        );
        self.fault(FaultKind::DependencyCycle, &path, message);
    }
}

fn component_path(service: usize, component: usize) -> JsonPath {
    JsonPath::default()
        .key("services")
        .index(service)
        .key("components")
        .index(component)
}

/// One circle in a graph, as nodes with the label of the edge that leaves each; none when there is none.
fn find_cycle(edges: &[Vec<(usize, usize)>]) -> Option<Vec<(usize, usize)>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        Open,
        Done,
    }
    let mut seen = vec![Seen::No; edges.len()];
    for start in 0..edges.len() {
        if seen.get(start) != Some(&Seen::No) {
            continue;
        }
        // The way from the start to here, each with the number of edges already taken.
        let mut way: Vec<(usize, usize)> = vec![(start, 0)];
        if let Some(mark) = seen.get_mut(start) {
            *mark = Seen::Open;
        }
        while let Some((node, taken)) = way.last_mut() {
            let Some((next, _)) = edges.get(*node).and_then(|list| list.get(*taken)).copied() else {
                if let Some(mark) = seen.get_mut(*node) {
                    *mark = Seen::Done;
                }
                way.pop();
                continue;
            };
            *taken += 1;
            match seen.get(next) {
                Some(Seen::Open) => {
                    let from = way.iter().position(|(node, _)| *node == next)?;
                    return Some(
                        way.get(from..)?
                            .iter()
                            .filter_map(|(node, taken)| {
                                let (_, label) = edges.get(*node)?.get(taken.checked_sub(1)?)?;
                                Some((*node, *label))
                            })
                            .collect(),
                    );
                }
                Some(Seen::No) => {
                    if let Some(mark) = seen.get_mut(next) {
                        *mark = Seen::Open;
                    }
                    way.push((next, 0));
                }
                _ => {}
            }
        }
    }
    None
}
