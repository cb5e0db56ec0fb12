//! Takes an application definition (swarm.json) apart into services and components, and writes its keys and its
//! `env` in the one form that GET config answers. It needs what is needed to run the application.

use serde_json::{Map, Value};

use crate::platform::model::{Component, Service};

/// A definition that can be run.
#[derive(Debug)]
pub struct Taken {
    /// The application's name.
    pub name: String,
    /// The definition in its stored form.
    pub definition: Value,
    /// The services, without instances.
    pub services: Vec<Service>,
}

/// Reads a definition. `limit` is the greatest number of instances a component may have.
///
/// # Errors
/// A reason, fit for "wrong input: REASON".
pub fn take(text: &str, limit: u32) -> Result<Taken, String> {
    let value: Value = serde_json::from_str(text).map_err(|e| format!("not JSON: {e}"))?;
    let definition = stored_form(value);
    let name = required(&definition, "app_name", "")?;
    let mut services = Vec::new();
    for (index, service) in list(&definition, "services", "")?.iter().enumerate() {
        let place = format!("[\"services\"][{index}]");
        services.push(take_service(service, &place, limit)?);
    }
    Ok(Taken {
        name,
        definition,
        services,
    })
}

fn take_service(service: &Value, place: &str, limit: u32) -> Result<Service, String> {
    let name = required(service, "service_name", place)?;
    let (min, max) = bounds(service, (1, limit), limit, place)?;
    let mut components = Vec::new();
    for (index, component) in list(service, "components", place)?.iter().enumerate() {
        let place = format!("{place}[\"components\"][{index}]");
        components.push(take_component(component, &place, (min, max), limit)?);
    }
    Ok(Service {
        name,
        min,
        max,
        components,
    })
}

fn take_component(
    value: &Value,
    place: &str,
    of_service: (u32, u32),
    limit: u32,
) -> Result<Component, String> {
    let (min, max) = bounds(value, of_service, limit, place)?;
    let texts = |key: &str| -> Vec<String> {
        let items = value
            .get(key)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let ports = value
        .get("ports")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let entry = value.get("entrypoint").and_then(Value::as_str).map(str::to_owned);
    let command: Vec<String> = entry.into_iter().chain(texts("args")).collect();
    Ok(Component {
        name: required(value, "component_name", place)?,
        image: required(value, "image", place)?,
        pod: value
            .get("pod")
            .and_then(Value::as_str)
            .filter(|pod| !pod.is_empty())
            .map(str::to_owned),
        ports: ports.iter().filter_map(port_number).collect(),
        env: texts("env"),
        command: command.join(" "),
        volumes: volumes(value),
        min,
        max,
        running: false,
        instances: Vec::new(),
    })
}

/// The number of a port in any of its forms: `5000`, `"5000"`, `"5000/tcp"`.
fn port_number(port: &Value) -> Option<u16> {
    match port {
        Value::Number(number) => number.as_u64().and_then(|number| u16::try_from(number).ok()),
        Value::String(text) => text.split('/').next()?.trim().parse().ok(),
        _ => None,
    }
}

/// The volumes with a path and a size of their own.
fn volumes(component: &Value) -> Vec<(String, String)> {
    let items = component
        .get("volumes")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let own = items.iter().filter_map(|volume| {
        let size = match volume.get("size")? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Some((volume.get("path")?.as_str()?.to_owned(), size))
    });
    own.collect()
}

fn bounds(value: &Value, default: (u32, u32), limit: u32, place: &str) -> Result<(u32, u32), String> {
    let Some(policy) = value.get("scaling_policy") else {
        return Ok(default);
    };
    let read = |key: &str, default: u32| match policy.get(key) {
        None => Ok(default),
        Some(number) => number
            .as_u64()
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| (1..=limit).contains(number))
            .ok_or_else(|| {
                format!("{place}[\"scaling_policy\"][\"{key}\"] must be a number from 1 to {limit}")
            }),
    };
    let min = read("min", 1)?;
    let max = read("max", limit)?;
    if min > max {
        return Err(format!(
            "{place}[\"scaling_policy\"]: min {min} is greater than max {max}"
        ));
    }
    Ok((min, max))
}

fn required(value: &Value, key: &str, place: &str) -> Result<String, String> {
    let text = match value.get(key) {
        None => return Err(format!("missing JSON field: {place}[\"{key}\"]")),
        Some(found) => found
            .as_str()
            .ok_or_else(|| format!("{place}[\"{key}\"] must be a string"))?,
    };
    if text.is_empty() || text.len() > 255 || text.chars().any(char::is_control) {
        return Err(format!(
            "{place}[\"{key}\"] must have 1 to 255 characters, none of them a control character"
        ));
    }
    Ok(text.to_owned())
}

fn list<'a>(value: &'a Value, key: &str, place: &str) -> Result<&'a [Value], String> {
    match value.get(key) {
        None => Err(format!("missing JSON field: {place}[\"{key}\"]")),
        Some(Value::Array(items)) if !items.is_empty() => Ok(items),
        Some(_) => Err(format!(
            "{place}[\"{key}\"] must be a list with at least one member"
        )),
    }
}

/// Keys in lower case with underscores (but not inside `env` and `domains`), `env` as a list of `K=V`.
fn stored_form(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(stored_form).collect(),
        Value::Object(members) => {
            let mut out = Map::new();
            for (key, value) in members {
                let key = lowered(&key);
                let value = match key.as_str() {
                    "env" => env_list(value),
                    "domains" => value,
                    _ => stored_form(value),
                };
                out.insert(key, value);
            }
            Value::Object(out)
        }
        other => other,
    }
}

fn lowered(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    for (index, sign) in key.chars().enumerate() {
        if sign.is_ascii_uppercase() {
            if index > 0 {
                out.push('_');
            }
            out.push(sign.to_ascii_lowercase());
        } else {
            out.push(sign);
        }
    }
    out
}

fn env_list(env: Value) -> Value {
    match env {
        Value::Object(members) => {
            let mut pairs: Vec<(String, Value)> = members.into_iter().collect();
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            let text = |value: Value| match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            pairs
                .into_iter()
                .map(|(key, value)| Value::from(format!("{key}={}", text(value))))
                .collect()
        }
        other => other,
    }
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

/// The same image with another version.
pub fn with_tag(image: &str, tag: &str) -> String {
    let (head, last) = match image.rsplit_once('/') {
        Some((head, last)) => (format!("{head}/"), last),
        None => (String::new(), image),
    };
    let name = last.split(':').next().unwrap_or(last);
    format!("{head}{name}:{tag}")
}

/// `[A-Za-z0-9-._]`, 1 to 128 of them: what a version can be.
pub fn tag_form(tag: &str) -> bool {
    (1..=128).contains(&tag.len())
        && tag
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_definition_is_stored_in_one_form() {
        let text = json!({"appName": "a", "services": [{"serviceName": "s", "components": [
            {"componentName": "c", "image": "redis:1", "env": {"B": "2", "aA": "1"}, "domains": {"aB.io": 80},
             "ports": [5000, "53/udp"], "scalingPolicy": {"min": 2}}]}]});
        let taken = take(&text.to_string(), 10).unwrap();
        let component = &taken.services[0].components[0];
        assert_eq!(component.env, ["B=2", "aA=1"]);
        assert_eq!(component.ports, [5000, 53]);
        assert_eq!((component.min, component.max), (2, 10));
        let stored = &taken.definition["services"][0]["components"][0];
        assert_eq!(stored["domains"], json!({"aB.io": 80}));
        assert_eq!(stored["scaling_policy"], json!({"min": 2}));
    }

    #[test]
    fn a_version_changes_only_the_tag() {
        assert_eq!(with_tag("python", "3"), "python:3");
        assert_eq!(with_tag("python:2", "3"), "python:3");
        assert_eq!(
            with_tag("localhost:5000/ns/python:2", "3"),
            "localhost:5000/ns/python:3"
        );
        assert!(tag_form("3.3.6-rc_1") && !tag_form("") && !tag_form("a/b") && !tag_form("a:b"));
    }
}
