//! From JSON to the model: keys, types and values, with a fault for each that is wrong.
//!
//! A key is lowered first (`appName` is `app_name`), except in `env` and `domains`. A key that is present
//! but empty is a fault, because the API rejects it, unless the reader is lenient (for answers of a server).
//! How components relate to each other is not looked at here.

use std::collections::BTreeMap;

use crate::api::definition::fault::{Fault, FaultKind, JsonPath};
use crate::api::definition::image::Image;
use crate::api::definition::json::{Json, Node, number_text};
use crate::api::definition::model::{
    Component, Definition, Dependency, Places, ScalingPolicy, Service, Volume,
};
use crate::api::definition::reader::{Object, Reader};
use crate::api::definition::words::{Port, Size, domain_fault, lower_key};

/// Reads a whole document. The faults of values come first, then unknown, missing and empty keys: in that
/// order the original parser would name them.
pub(crate) fn read(root: &Node, lenient: bool) -> (Definition, Vec<Fault>) {
    let mut reader = Reader {
        lenient,
        places: BTreeMap::new(),
        values: Vec::new(),
        keys: Vec::new(),
    };
    let mut definition = reader.definition(root);
    definition.places = Places(reader.places);
    let mut faults = reader.values;
    faults.extend(reader.keys);
    (definition, faults)
}

impl Reader {
    fn definition(&mut self, root: &Node) -> Definition {
        let path = JsonPath::default();
        let known = ["app_name", "public_ports", "services"];
        let Some(object) = self.object(&path, root, &known, &["app_name", "services"]) else {
            return Definition::default();
        };
        let app_name = self.string(&object, "app_name");
        let public_ports = self.public_ports(&object);
        let services = path.key("services");
        Definition {
            app_name,
            public_ports,
            services: self
                .required_elements(&object, "services")
                .iter()
                .enumerate()
                .map(|(index, node)| self.service(&services.index(index), node))
                .collect(),
            places: Places::default(),
        }
    }

    fn service(&mut self, path: &JsonPath, node: &Node) -> Service {
        let known = ["service_name", "public_ports", "scaling_policy", "components"];
        let Some(object) = self.object(path, node, &known, &["service_name", "components"]) else {
            return Service::default();
        };
        let components = path.key("components");
        Service {
            service_name: self.string(&object, "service_name"),
            public_ports: self.public_ports(&object),
            scaling_policy: self.scaling_policy(&object),
            components: self
                .required_elements(&object, "components")
                .iter()
                .enumerate()
                .map(|(index, node)| self.component(&components.index(index), node))
                .collect(),
        }
    }

    fn component(&mut self, path: &JsonPath, node: &Node) -> Component {
        let known = [
            "component_name",
            "scaling_policy",
            "image",
            "entrypoint",
            "ports",
            "env",
            "volumes",
            "args",
            "domains",
            "dependencies",
            "pod",
        ];
        let Some(object) = self.object(path, node, &known, &["component_name", "image"]) else {
            return Component::default();
        };
        Component {
            component_name: self.string(&object, "component_name"),
            scaling_policy: self.scaling_policy(&object),
            image: self.image(&object),
            entrypoint: self.optional_string(&object, "entrypoint"),
            ports: self.ports(&object),
            env: self.env(&object),
            volumes: self.volumes(&object),
            args: self.args(&object),
            domains: self.domains(&object),
            dependencies: self.dependencies(&object),
            pod: self.optional_string(&object, "pod"),
        }
    }

    fn public_ports(&mut self, object: &Object<'_>) -> BTreeMap<String, String> {
        let mut ports = BTreeMap::new();
        for (key, member, path) in self.map(object, "public_ports") {
            match &member.node.value {
                Json::String(text) => {
                    ports.insert(lower_key(key), text.clone());
                }
                _ => self.wrong_type(&path, &member.node, "a string"),
            }
        }
        ports
    }

    fn image(&mut self, object: &Object<'_>) -> Image {
        let Some(member) = object.members.get("image") else {
            return Image::default();
        };
        let path = object.path.key("image");
        let Json::String(text) = &member.node.value else {
            self.wrong_type(&path, &member.node, "a string");
            return Image::default();
        };
        Image::parse(text).unwrap_or_else(|reason| {
            let message = format!(
                "{path}: {reason}, got {}",
                crate::api::definition::fault::quote(text)
            );
            self.value_fault(FaultKind::Image, &path, &member.node.span, message, text);
            Image::default()
        })
    }

    fn port(&mut self, path: &JsonPath, node: &Node) -> Option<Port> {
        self.places.insert(path.clone(), node.span.clone());
        let (text, was_number) = match &node.value {
            Json::String(text) => (text.clone(), false),
            Json::Number(number) => (number_text(*number), true),
            other => {
                let message = format!(
                    "{path}: Port must be a number or a string such as \"80/tcp\", not {}",
                    other.kind()
                );
                self.value_fault(FaultKind::Port, path, &node.span, message, "");
                return None;
            }
        };
        match Port::parse(&text, was_number) {
            Ok(port) => Some(port),
            Err(reason) => {
                let message = format!("{path}: {reason}");
                self.value_fault(FaultKind::Port, path, &node.span, message, &text);
                None
            }
        }
    }

    fn ports(&mut self, object: &Object<'_>) -> Vec<Port> {
        let path = object.path.key("ports");
        self.elements(object, "ports")
            .iter()
            .enumerate()
            .filter_map(|(index, node)| self.port(&path.index(index), node))
            .collect()
    }

    fn args(&mut self, object: &Object<'_>) -> Vec<String> {
        let path = object.path.key("args");
        let mut args = Vec::new();
        for (index, node) in self.elements(object, "args").iter().enumerate() {
            match &node.value {
                Json::String(text) => args.push(text.clone()),
                _ => self.wrong_type(&path.index(index), node, "a string"),
            }
        }
        args
    }

    fn env(&mut self, object: &Object<'_>) -> Vec<String> {
        let Some(member) = object.members.get("env") else {
            return Vec::new();
        };
        let path = object.path.key("env");
        let wanted = "unable to parse 'env', objects or Array of strings expected";
        let mut env = Vec::new();
        match &member.node.value {
            Json::Object(_) => {
                for (key, member, here) in self.map(object, "env") {
                    if let Json::String(value) = &member.node.value {
                        env.push(format!("{key}={value}"));
                    } else {
                        let message = format!(
                            "{here}: {wanted}; the value must be a string, not {}",
                            member.node.value.kind()
                        );
                        self.value_fault(FaultKind::Env, &here, &member.node.span, message, "");
                    }
                }
            }
            Json::Array(_) => {
                for (index, node) in self.elements(object, "env").iter().enumerate() {
                    let here = path.index(index);
                    self.places.insert(here.clone(), node.span.clone());
                    if let Json::String(entry) = &node.value {
                        env.push(entry.clone());
                    } else {
                        let message = format!(
                            "{here}: {wanted}; the element must be a string, not {}",
                            node.value.kind()
                        );
                        self.value_fault(FaultKind::Env, &here, &node.span, message, "");
                    }
                }
            }
            Json::Null if self.lenient => {}
            other => {
                let message = format!("{path}: {wanted}, not {}", other.kind());
                self.value_fault(FaultKind::Env, &path, &member.node.span, message, "");
            }
        }
        env
    }

    fn volumes(&mut self, object: &Object<'_>) -> Vec<Volume> {
        let path = object.path.key("volumes");
        self.elements(object, "volumes")
            .iter()
            .enumerate()
            .filter_map(|(index, node)| self.volume(&path.index(index), node))
            .collect()
    }

    fn volume(&mut self, path: &JsonPath, node: &Node) -> Option<Volume> {
        let known = ["path", "size", "volumes-from", "volume-from", "volume-path"];
        let object = self.object(path, node, &known, &[])?;
        Some(Volume {
            path: self.optional_string(&object, "path"),
            size: self.size(&object),
            volumes_from: self.optional_string(&object, "volumes-from"),
            volume_from: self.optional_string(&object, "volume-from"),
            volume_path: self.optional_string(&object, "volume-path"),
        })
    }

    fn size(&mut self, object: &Object<'_>) -> Option<Size> {
        let member = object.members.get("size")?;
        let path = object.path.key("size");
        let text = match &member.node.value {
            Json::String(text) => text.as_str(),
            Json::Null => "",
            _ => {
                self.wrong_type(&path, &member.node, "a string such as \"5 GB\"");
                return None;
            }
        };
        if self.lenient && text.is_empty() {
            return None;
        }
        let size = Size::parse(text);
        if size.is_none() {
            let message = format!(
                "{path}: Invalid size '{}' detected, must be a whole number of gigabytes such as \"5 GB\"",
                text.escape_debug()
            );
            self.value_fault(FaultKind::Size, &path, &member.node.span, message, text);
        }
        size
    }

    fn domains(&mut self, object: &Object<'_>) -> BTreeMap<String, Port> {
        let mut domains = BTreeMap::new();
        for (domain, member, path) in self.map(object, "domains") {
            if let Some(reason) = domain_fault(domain).filter(|_| !self.lenient) {
                let message = format!("Invalid domain: {}: {reason}", domain.escape_debug());
                // The original parser looked at domains after all keys.
                let fault = Fault::error(FaultKind::Domain, &path, &member.key_span, message);
                self.keys.push(fault.text(domain));
            }
            if let Some(port) = self.port(&path, &member.node) {
                domains.insert(domain.to_owned(), port);
            }
            self.places
                .insert(path, member.key_span.start..member.node.span.end);
        }
        domains
    }

    fn dependencies(&mut self, object: &Object<'_>) -> Vec<Dependency> {
        let path = object.path.key("dependencies");
        self.elements(object, "dependencies")
            .iter()
            .enumerate()
            .filter_map(|(index, node)| self.dependency(&path.index(index), node))
            .collect()
    }

    fn dependency(&mut self, path: &JsonPath, node: &Node) -> Option<Dependency> {
        let known = ["name", "alias", "port", "same_machine"];
        let object = self.object(path, node, &known, &["name", "port"])?;
        let same_machine = match object.members.get("same_machine").map(|member| &member.node) {
            None => false,
            Some(Node {
                value: Json::Bool(true),
                ..
            }) => true,
            Some(node) => {
                let here = path.key("same_machine");
                match &node.value {
                    Json::Bool(_) => self.empty(&here, &node.span, "false"),
                    Json::Null => self.empty(&here, &node.span, "null"),
                    _ => self.wrong_type(&here, node, "a boolean"),
                }
                false
            }
        };
        let name = self.string(&object, "name");
        let alias = self.optional_string(&object, "alias");
        let member = object.members.get("port")?;
        let port = self.port(&path.key("port"), &member.node)?;
        Some(Dependency {
            name,
            alias,
            port,
            same_machine,
        })
    }

    fn scaling_policy(&mut self, object: &Object<'_>) -> Option<ScalingPolicy> {
        let member = object.members.get("scaling_policy")?;
        let path = object.path.key("scaling_policy");
        if matches!(member.node.value, Json::Null) {
            self.empty(&path, &member.node.span, "null");
            return None;
        }
        let object = self.object(&path, &member.node, &["min", "max", "placement"], &[])?;
        Some(ScalingPolicy {
            min: self.count(&object, "min"),
            max: self.count(&object, "max"),
            placement: self.placement(&object),
        })
    }

    fn count(&mut self, object: &Object<'_>, key: &str) -> Option<i64> {
        let member = object.members.get(key)?;
        let path = object.path.key(key);
        match &member.node.value {
            Json::Number(number) => match number_text(*number).parse::<i64>() {
                Ok(0) => {
                    self.empty(&path, &member.node.span, "0");
                    None
                }
                Ok(count) => Some(count),
                Err(_) => {
                    let text = number_text(*number);
                    let message = format!("{path} must be a whole number, got {text}");
                    self.value_fault(FaultKind::WrongType, &path, &member.node.span, message, &text);
                    None
                }
            },
            Json::Null => {
                self.empty(&path, &member.node.span, "null");
                None
            }
            _ => {
                self.wrong_type(&path, &member.node, "a whole number");
                None
            }
        }
    }

    fn placement(&mut self, object: &Object<'_>) -> Option<String> {
        let member = object.members.get("placement")?;
        let path = object.path.key("placement");
        let text = match &member.node.value {
            Json::String(text) => text.as_str(),
            Json::Null => "",
            _ => {
                self.wrong_type(&path, &member.node, "a string");
                return None;
            }
        };
        if matches!(text, "simple" | "one-per-machine") {
            return Some(text.to_owned());
        }
        if !(self.lenient && text.is_empty()) {
            let message = format!(
                "{path}: unknown value for scale placement: '{}', must be simple or one-per-machine",
                text.escape_debug()
            );
            self.value_fault(FaultKind::Scaling, &path, &member.node.span, message, text);
        }
        None
    }
}
