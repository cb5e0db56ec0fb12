//! A definition as JSON: the canonical wire form.
//!
//! The order of keys is fixed, what is empty is left out (the API rejects empties), and a port keeps its
//! form. The same definition always gives the same bytes.

use serde_json::{Map, Value};

use crate::api::definition::model::{Component, Definition, Dependency, ScalingPolicy, Service, Volume};

impl Definition {
    /// The canonical wire form as a JSON value.
    pub fn to_value(&self) -> Value {
        let mut object = Map::new();
        object.insert("app_name".to_owned(), Value::from(self.app_name.as_str()));
        strings(&mut object, "public_ports", &self.public_ports);
        object.insert("services".to_owned(), self.services.iter().map(service).collect());
        Value::Object(object)
    }

    /// The canonical wire form on one line.
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }

    /// The canonical wire form for people: indented, and with a final line break.
    pub fn to_json_pretty(&self) -> String {
        let mut text = serde_json::to_string_pretty(&self.to_value()).unwrap_or_else(|_| self.to_json());
        text.push('\n');
        text
    }
}

fn text(object: &mut Map<String, Value>, key: &str, value: Option<&String>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        object.insert(key.to_owned(), Value::from(value.as_str()));
    }
}

fn list(object: &mut Map<String, Value>, key: &str, values: Vec<Value>) {
    if !values.is_empty() {
        object.insert(key.to_owned(), Value::Array(values));
    }
}

fn strings(object: &mut Map<String, Value>, key: &str, map: &std::collections::BTreeMap<String, String>) {
    if !map.is_empty() {
        let members = map
            .iter()
            .map(|(key, value)| (key.clone(), Value::from(value.as_str())));
        object.insert(key.to_owned(), Value::Object(members.collect()));
    }
}

fn service(service: &Service) -> Value {
    let mut object = Map::new();
    object.insert(
        "service_name".to_owned(),
        Value::from(service.service_name.as_str()),
    );
    strings(&mut object, "public_ports", &service.public_ports);
    policy(&mut object, service.scaling_policy.as_ref());
    object.insert(
        "components".to_owned(),
        service.components.iter().map(component).collect(),
    );
    Value::Object(object)
}

fn component(component: &Component) -> Value {
    let mut object = Map::new();
    object.insert(
        "component_name".to_owned(),
        Value::from(component.component_name.as_str()),
    );
    policy(&mut object, component.scaling_policy.as_ref());
    object.insert("image".to_owned(), Value::from(component.image.to_string()));
    text(&mut object, "entrypoint", component.entrypoint.as_ref());
    list(
        &mut object,
        "ports",
        component.ports.iter().map(|port| port.to_json()).collect(),
    );
    list(
        &mut object,
        "env",
        component
            .env
            .iter()
            .map(|entry| Value::from(entry.as_str()))
            .collect(),
    );
    list(
        &mut object,
        "volumes",
        component.volumes.iter().map(volume).collect(),
    );
    list(
        &mut object,
        "args",
        component
            .args
            .iter()
            .map(|arg| Value::from(arg.as_str()))
            .collect(),
    );
    if !component.domains.is_empty() {
        let members = component
            .domains
            .iter()
            .map(|(domain, port)| (domain.clone(), port.to_json()));
        object.insert("domains".to_owned(), Value::Object(members.collect()));
    }
    list(
        &mut object,
        "dependencies",
        component.dependencies.iter().map(dependency).collect(),
    );
    text(&mut object, "pod", component.pod.as_ref());
    Value::Object(object)
}

fn volume(volume: &Volume) -> Value {
    let mut object = Map::new();
    text(&mut object, "path", volume.path.as_ref());
    text(
        &mut object,
        "size",
        volume.size.map(|size| size.to_string()).as_ref(),
    );
    text(&mut object, "volumes-from", volume.volumes_from.as_ref());
    text(&mut object, "volume-from", volume.volume_from.as_ref());
    text(&mut object, "volume-path", volume.volume_path.as_ref());
    Value::Object(object)
}

fn dependency(dependency: &Dependency) -> Value {
    let mut object = Map::new();
    object.insert("name".to_owned(), Value::from(dependency.name.as_str()));
    text(&mut object, "alias", dependency.alias.as_ref());
    object.insert("port".to_owned(), dependency.port.to_json());
    if dependency.same_machine {
        object.insert("same_machine".to_owned(), Value::Bool(true));
    }
    Value::Object(object)
}

fn policy(object: &mut Map<String, Value>, policy: Option<&ScalingPolicy>) {
    let Some(policy) = policy else {
        return;
    };
    let mut inner = Map::new();
    for (key, count) in [("min", policy.min), ("max", policy.max)] {
        if let Some(count) = count {
            inner.insert(key.to_owned(), Value::from(count));
        }
    }
    text(&mut inner, "placement", policy.placement.as_ref());
    object.insert("scaling_policy".to_owned(), Value::Object(inner));
}
