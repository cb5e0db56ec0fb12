//! The rules between components that the original parser checked: volumes and pods.
//!
//! Each runs only on a definition whose keys and values are right, and all faults are named, not the first
//! alone. Names, dependencies and limits are not checked here but in `check`.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::definition::fault::{Fault, FaultKind, JsonPath};
use crate::api::definition::model::{Definition, Service, Volume};
use crate::api::definition::words::Protocol;

/// The most volumes that are looked at for one definition, so that circles and fans of `volumes-from` in a
/// hostile definition cost bounded time.
const VISITS: usize = 200_000;

/// All faults in the relations of a definition.
pub(crate) fn relations(definition: &Definition) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut visits = 0;
    let root = JsonPath::default().key("services");
    for (at, service) in definition.services.iter().enumerate() {
        let components = root.index(at).key("components");
        let index = by_name(service);
        for (component_at, component) in service.components.iter().enumerate() {
            let volumes = components.index(component_at).key("volumes");
            let mut sound = true;
            for (volume_at, volume) in component.volumes.iter().enumerate() {
                let path = volumes.index(volume_at);
                let reason = form(volume)
                    .map(|reason| (FaultKind::Volume, reason))
                    .or_else(|| {
                        reference(service, &index, component_at, volume)
                            .map(|reason| (FaultKind::VolumeReference, reason))
                    });
                if let Some((kind, (key, reason))) = reason {
                    sound = false;
                    let message = format!("{path}: {reason}");
                    let span = definition.places.span(&path.key(key));
                    faults.push(Fault::error(kind, &path, &span, message));
                }
            }
            if sound {
                faults.extend(mount_points(
                    definition,
                    service,
                    &index,
                    component_at,
                    &volumes,
                    &mut visits,
                ));
            }
        }
        pods_of_service(definition, service, &components, &mut faults);
    }
    pods_of_app(definition, &mut faults);
    faults
}

/// The components of a service by name, the first of equals.
fn by_name(service: &Service) -> BTreeMap<&str, usize> {
    let mut index = BTreeMap::new();
    for (at, component) in service.components.iter().enumerate() {
        index.entry(component.component_name.as_str()).or_insert(at);
    }
    index
}

/// What is wrong with a volume, and under which of its keys; the empty key is the whole of it.
type Reason = (&'static str, String);

/// Why the settings of one volume do not go together.
fn form(volume: &Volume) -> Option<Reason> {
    let unwanted = |pairs: &[(&'static str, bool)], owner: &str| {
        pairs
            .iter()
            .find(|(_, present)| *present)
            .map(|(key, _)| (*key, format!("{key} for {owner} should be empty")))
    };
    let from = ("volumes-from", volume.volumes_from.is_some());
    let one = ("volume-from", volume.volume_from.is_some());
    let path = ("volume-path", volume.volume_path.is_some());
    if let (Some(own), Some(_)) = (&volume.path, volume.size) {
        return unwanted(&[from, one, path], &format!("path '{}'", own.escape_debug()));
    }
    if let Some(other) = &volume.volumes_from {
        let own = ("path", volume.path.is_some());
        let size = ("size", volume.size.is_some());
        return unwanted(
            &[own, size, one, path],
            &format!("volumes-from '{}'", other.escape_debug()),
        );
    }
    if let (Some(other), Some(_)) = (&volume.volume_from, &volume.volume_path) {
        let size = ("size", volume.size.is_some());
        return unwanted(&[size], &format!("volume-from '{}'", other.escape_debug()));
    }
    let reason = "path, volume-path or volumes-path must be set: a volume is either path and size, or volumes-from, or \
                  volume-from and volume-path (and perhaps path)";
    Some(("", reason.to_owned()))
}

/// Why a volume cannot use the component that it refers to.
fn reference(service: &Service, index: &BTreeMap<&str, usize>, at: usize, volume: &Volume) -> Option<Reason> {
    let (key, other) = match (&volume.volumes_from, &volume.volume_from) {
        (Some(other), _) => ("volumes-from", other),
        (None, other) => ("volume-from", other.as_ref()?),
    };
    let shown = other.escape_debug();
    let own = service.components.get(at)?;
    if *other == own.component_name {
        return Some((key, format!("cannot refer to own component '{shown}'")));
    }
    let Some(pod) = &own.pod else {
        return Some((
            key,
            format!("cannot refer to another component '{shown}' without a pod declaration"),
        ));
    };
    let Some(found) = index
        .get(other.as_str())
        .and_then(|at| service.components.get(*at))
    else {
        return Some((key, format!("cannot find referenced component '{shown}'")));
    };
    if found.pod.as_ref() != Some(pod) {
        return Some((
            key,
            format!("cannot refer to another component '{shown}' without a matching pod declaration"),
        ));
    }
    let path = volume.volume_path.as_ref()?;
    if found
        .volumes
        .iter()
        .any(|volume| volume.path.as_ref() == Some(path))
    {
        return None;
    }
    Some((
        "volume-path",
        format!(
            "cannot find path '{}' on component '{shown}'",
            path.escape_debug()
        ),
    ))
}

/// A path without one trailing slash.
pub(crate) fn folder(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

/// The faults of paths that a component would mount twice.
fn mount_points(
    definition: &Definition,
    service: &Service,
    index: &BTreeMap<&str, usize>,
    at: usize,
    volumes: &JsonPath,
    visits: &mut usize,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    let Some(component) = service.components.get(at) else {
        return faults;
    };
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for (volume_at, volume) in component.volumes.iter().enumerate() {
        let path = volumes.index(volume_at);
        let key = match (&volume.path, &volume.volume_path) {
            (Some(_), _) => "path",
            (None, Some(_)) => "volume-path",
            (None, None) => "volumes-from",
        };
        let span = definition.places.span(&path.key(key));
        let mut fault = |kind, message: String| {
            faults.push(Fault::error(kind, &path, &span, format!("{path}: {message}")));
        };
        let points = match (&volume.path, &volume.volume_path, &volume.volumes_from) {
            (Some(own), _, _) | (None, Some(own), _) => vec![folder(own)],
            (None, None, Some(other)) => match all_mount_points(service, index, other, visits) {
                Ok(points) => points,
                Err((kind, reason)) => {
                    fault(kind, reason);
                    continue;
                }
            },
            (None, None, None) => Vec::new(),
        };
        for point in points {
            if !taken.insert(point) {
                fault(
                    FaultKind::DuplicateVolume,
                    format!(
                        "duplicate volume '{}' found in component '{}'",
                        point.escape_debug(),
                        component.component_name.escape_debug()
                    ),
                );
            }
        }
    }
    faults
}

/// All paths that `volumes-from` of a component brings. A component that is met twice on the way is a circle.
fn all_mount_points<'a>(
    service: &'a Service,
    index: &BTreeMap<&str, usize>,
    start: &str,
    visits: &mut usize,
) -> Result<Vec<&'a str>, (FaultKind, String)> {
    let mut visited = BTreeSet::new();
    let mut points = Vec::new();
    let mut waiting = vec![start];
    while let Some(name) = waiting.pop() {
        let Some(component) = index.get(name).and_then(|at| service.components.get(*at)) else {
            return Err((
                FaultKind::VolumeReference,
                format!("cannot find referenced component '{}'", name.escape_debug()),
            ));
        };
        if !visited.insert(name) {
            return Err((
                FaultKind::VolumeCycle,
                format!(
                    "cycle in referenced components detected in '{}'",
                    name.escape_debug()
                ),
            ));
        }
        *visits += component.volumes.len() + 1;
        if *visits > VISITS {
            return Err((
                FaultKind::VolumeReference,
                "too many volumes refer to each other".to_owned(),
            ));
        }
        for volume in &component.volumes {
            match (&volume.path, &volume.volume_path, &volume.volumes_from) {
                (Some(own), _, _) | (None, Some(own), _) => points.push(folder(own)),
                (None, None, Some(other)) => waiting.push(other),
                (None, None, None) => {}
            }
        }
    }
    Ok(points)
}

/// The rules within the pods of one service: ports, dependencies, scaling.
fn pods_of_service(
    definition: &Definition,
    service: &Service,
    components: &JsonPath,
    faults: &mut Vec<Fault>,
) {
    let mut ports: BTreeSet<(&str, &str, Protocol)> = BTreeSet::new();
    let mut dependencies: BTreeMap<(&str, &str), &crate::api::definition::model::Dependency> =
        BTreeMap::new();
    let mut limits: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    let mut fault = |kind, path: JsonPath, message: String| {
        faults.push(Fault::error(
            kind,
            &path,
            &definition.places.span(&path),
            format!("{path}: {message}"),
        ));
    };
    for (at, component) in service.components.iter().enumerate() {
        let Some(pod) = component.pod.as_deref() else {
            continue;
        };
        let shown = pod.escape_debug();
        let here = components.index(at);
        for (port_at, port) in component.ports.iter().enumerate() {
            if !ports.insert((pod, &port.digits, port.protocol)) {
                fault(
                    FaultKind::PodPort,
                    here.key("ports").index(port_at),
                    format!("multiple components export port '{port}' in pod '{shown}'"),
                );
            }
        }
        for (dependency_at, dependency) in component.dependencies.iter().enumerate() {
            let alias = dependency.visible_name(&service.service_name);
            let first = *dependencies.entry((pod, alias)).or_insert(dependency);
            let difference = if (&first.port.digits, first.port.protocol)
                != (&dependency.port.digits, dependency.port.protocol)
            {
                "ports"
            } else if first.name != dependency.name {
                "names"
            } else {
                continue;
            };
            fault(
                FaultKind::PodDependency,
                here.key("dependencies").index(dependency_at),
                format!(
                    "duplicate (with different {difference}) dependency '{}' in pod '{shown}'",
                    alias.escape_debug()
                ),
            );
        }
        let Some(policy) = &component.scaling_policy else {
            continue;
        };
        for (key, name, count) in [("min", "minimum", policy.min), ("max", "maximum", policy.max)] {
            let Some(count) = count else { continue };
            if *limits.entry((pod, key)).or_insert(count) != count {
                fault(
                    FaultKind::Pod,
                    here.key("scaling_policy").key(key),
                    format!("different {name} scaling policies in pod '{shown}'"),
                );
            }
        }
    }
}

/// A pod belongs to one service and to at least two components.
fn pods_of_app(definition: &Definition, faults: &mut Vec<Fault>) {
    struct Pod<'a> {
        service: &'a str,
        count: usize,
        first: JsonPath,
    }
    let mut pods: BTreeMap<&str, Pod<'_>> = BTreeMap::new();
    for (service_at, service) in definition.services.iter().enumerate() {
        for (at, component) in service.components.iter().enumerate() {
            let Some(name) = component.pod.as_deref() else {
                continue;
            };
            let path = JsonPath::default()
                .key("services")
                .index(service_at)
                .key("components")
                .index(at)
                .key("pod");
            let pod = pods.entry(name).or_insert_with(|| Pod {
                service: &service.service_name,
                count: 0,
                first: path.clone(),
            });
            pod.count += 1;
            if pod.service != service.service_name {
                let message = format!(
                    "{path}: pod '{}' is used in multiple services",
                    name.escape_debug()
                );
                let span = definition.places.span(&path);
                faults.push(Fault::error(FaultKind::Pod, &path, &span, message).text(name));
            }
        }
    }
    for (name, pod) in pods {
        if pod.count == 1 {
            let message = format!(
                "{}: pod '{}' is used in only 1 component",
                pod.first,
                name.escape_debug()
            );
            let span = definition.places.span(&pod.first);
            faults.push(Fault::error(FaultKind::Pod, &pod.first, &span, message).text(name));
        }
    }
}
