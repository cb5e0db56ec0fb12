//! Takes an application definition (swarm.json) apart into services and components that can be run. All its rules
//! are those of `api::definition`; here nothing is checked anew.

use serde_json::Value;

use crate::api::definition::{self, Fault, INSTANCES_MAX, Image, ScalingPolicy, is_tag};
use crate::platform::error::Refusal;
use crate::platform::model::{Component, Service};

/// A definition that can be run.
#[derive(Debug)]
pub struct Taken {
    /// The application's name.
    pub name: String,
    /// The definition in its canonical form, as GET config answers it.
    pub definition: Value,
    /// The services, without instances.
    pub services: Vec<Service>,
}

/// Reads a definition.
///
/// # Errors
/// Wrong input with every fault that was found, the gravest first.
pub fn take(text: &str) -> Result<Taken, Refusal> {
    let read = definition::parse(text).map_err(|faults| refuse(&faults))?;
    let faults: Vec<Fault> = definition::check(&read)
        .into_iter()
        .filter(Fault::is_error)
        .collect();
    if !faults.is_empty() {
        return Err(refuse(&faults));
    }
    let services = read.services.iter().map(service).collect();
    Ok(Taken {
        name: read.app_name.clone(),
        definition: read.to_value(),
        services,
    })
}

fn refuse(faults: &[Fault]) -> Refusal {
    /// How many faults are named at most.
    const NAMED: usize = 10;
    let errors = || faults.iter().filter(|fault| fault.is_error());
    let mut reasons: Vec<String> = errors().take(NAMED).map(|fault| fault.message.clone()).collect();
    let more = errors().count().saturating_sub(NAMED);
    if more > 0 {
        reasons.push(format!("and {more} more"));
    }
    Refusal::Input(reasons.join("; "))
}

fn service(read: &definition::Service) -> Service {
    let bounds = bounds(read.scaling_policy.as_ref(), (1, greatest()));
    Service {
        name: read.service_name.clone(),
        min: bounds.0,
        max: bounds.1,
        components: read.components.iter().map(|one| component(one, bounds)).collect(),
    }
}

fn component(read: &definition::Component, of_service: (u32, u32)) -> Component {
    let (min, max) = bounds(read.scaling_policy.as_ref(), of_service);
    let command: Vec<&str> = read
        .entrypoint
        .iter()
        .chain(&read.args)
        .map(String::as_str)
        .collect();
    let own = read
        .volumes
        .iter()
        .filter_map(|volume| Some((volume.path.clone()?, volume.size?.to_string())));
    Component {
        name: read.component_name.clone(),
        image: read.image.to_string(),
        pod: read.pod.clone().filter(|pod| !pod.is_empty()),
        ports: read.ports.iter().map(|port| port.number).collect(),
        env: read.env.clone(),
        command: command.join(" "),
        volumes: own.collect(),
        min,
        max,
        running: false,
        instances: Vec::new(),
    }
}

fn greatest() -> u32 {
    u32::try_from(INSTANCES_MAX).unwrap_or(1)
}

/// Least and greatest number of instances. Without a policy of its own a component has its service's; without any,
/// it begins with one instance and may have as many as the platform allows.
fn bounds(policy: Option<&ScalingPolicy>, default: (u32, u32)) -> (u32, u32) {
    let Some(policy) = policy.filter(|policy| policy.min.is_some() || policy.max.is_some()) else {
        return default;
    };
    let number =
        |given: Option<i64>, absent: u32| given.and_then(|n| u32::try_from(n).ok()).unwrap_or(absent);
    let min = number(policy.min, 1).clamp(1, greatest());
    (min, number(policy.max, greatest()).clamp(min, greatest()))
}

/// The same image in another version.
///
/// # Errors
/// [`Refusal::Version`] if no image can have that version.
pub fn with_version(image: &str, version: &str) -> Result<String, Refusal> {
    if !is_tag(version) || version.len() > 128 {
        return Err(Refusal::Version);
    }
    let mut image = Image::parse(image).map_err(Refusal::Broken)?;
    version.clone_into(&mut image.tag);
    Ok(image.to_string())
}

/// Writes the image of a component into a stored definition.
pub fn set_image(definition: &mut Value, service: &str, component: &str, image: &str) {
    let named = |value: &Value, key: &str, name: &str| value.get(key).and_then(Value::as_str) == Some(name);
    let services = definition.get_mut("services").and_then(Value::as_array_mut);
    let service = services.and_then(|all| all.iter_mut().find(|one| named(one, "service_name", service)));
    let components = service
        .and_then(|one| one.get_mut("components"))
        .and_then(Value::as_array_mut);
    let found = components.and_then(|all| all.iter_mut().find(|one| named(one, "component_name", component)));
    if let Some(slot) = found.and_then(|one| one.get_mut("image")) {
        *slot = Value::from(image);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_definition_is_stored_in_one_form() {
        let text = json!({"appName": "a", "services": [{"serviceName": "s", "components": [
            {"componentName": "c", "image": "redis:1", "env": {"B": "2", "A": "1"}, "ports": [5000, "53/udp"],
             "scalingPolicy": {"min": 2}, "volumes": [{"path": "/data", "size": "5GB"}]}]}]});
        let taken = take(&text.to_string()).unwrap();
        let component = &taken.services[0].components[0];
        assert_eq!(component.env, ["A=1", "B=2"]);
        assert_eq!(component.ports, [5000, 53]);
        assert_eq!((component.min, component.max), (2, 10));
        assert_eq!(component.volumes, [("/data".to_owned(), "5 GB".to_owned())]);
        let stored = &taken.definition["services"][0]["components"][0];
        assert_eq!(stored["scaling_policy"], json!({"min": 2}));
        assert_eq!(stored["env"], json!(["A=1", "B=2"]));
    }

    #[test]
    fn a_component_takes_the_bounds_of_its_service_unless_it_has_its_own() {
        let text = json!({"app_name": "a", "services": [{"service_name": "s", "scaling_policy": {"min": 2, "max": 4},
            "components": [{"component_name": "c", "image": "redis"},
                           {"component_name": "d", "image": "redis", "scaling_policy": {"max": 3}}]}]});
        let service = take(&text.to_string()).unwrap().services.remove(0);
        assert_eq!((service.min, service.max), (2, 4));
        let bounds: Vec<(u32, u32)> = service.components.iter().map(|one| (one.min, one.max)).collect();
        assert_eq!(bounds, [(2, 4), (1, 3)]);
    }

    #[test]
    fn a_version_changes_only_the_tag() {
        let check = |image: &str, version: &str| with_version(image, version).ok();
        assert_eq!(check("python", "3").as_deref(), Some("python:3"));
        assert_eq!(
            check("python:2", "3.3.6-rc_1").as_deref(),
            Some("python:3.3.6-rc_1")
        );
        assert_eq!(
            check("localhost:5000/bantic/p:2", "3").as_deref(),
            Some("localhost:5000/bantic/p:3")
        );
        assert_eq!(
            [
                check("python", ""),
                check("python", "a/b"),
                check("python", "a:b")
            ],
            [None, None, None]
        );
    }
}
