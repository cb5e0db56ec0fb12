//! From the arguments of `giantswarm_app` to a definition: from service blocks or from a `definition`.
//!
//! Both ways end in the same JSON and the same rules. A fault is carried back to the argument it stands in: a
//! path into the blocks, or a line and column of the definition. What is not known yet is left out, and then
//! only rules about single values are held.

use serde_json::{Map, Value as Json};

use crate::api::definition::{
    self, Definition, Fault as DefinitionFault, FaultKind, JsonPath, JsonStep, Variables,
};
use crate::plan::semantics::Fault;
use crate::provider::object::{Arg, at, get, text};
use crate::value::{Path, Value};

/// A definition as far as the arguments give one.
pub(crate) enum Source {
    /// It depends on what is known after apply.
    Unknown,
    /// It is known, with warnings.
    Known(Box<Definition>, Vec<Fault>),
    /// It is wrong.
    Faulty(Vec<Fault>),
}

/// Whether the app is given as a `definition` rather than as blocks.
pub(crate) fn is_definition(object: &Value) -> bool {
    get(object, "definition").is_some_and(|value| !value.is_null())
}

/// The definition that the arguments (without marks) give. `me` is the name of the user, where it is known.
pub(crate) fn source(object: &Value, me: Option<&str>) -> Source {
    let named = match text(object, "name") {
        Arg::Known(name) => Some(name.to_owned()),
        Arg::Null | Arg::Unknown => None,
    };
    if is_definition(object) {
        return from_text(object, named, me);
    }
    from_blocks(object, named)
}

/// Whether the definition wants the name of the user and no variable gives it.
pub(crate) fn needs_login_name(object: &Value) -> bool {
    let given = get(object, "definition_variables").and_then(Value::members);
    matches!(text(object, "definition"), Arg::Known(text) if text.contains("$GIANTSWARM_LOGIN_NAME"))
        && !given.is_some_and(|given| given.contains_key("GIANTSWARM_LOGIN_NAME"))
}

fn from_text(object: &Value, named: Option<String>, me: Option<&str>) -> Source {
    let Arg::Known(text_of) = text(object, "definition") else {
        return Source::Unknown;
    };
    let (org, env) = (text(object, "org"), text(object, "env"));
    let built_in_unknown = org == Arg::Unknown || env == Arg::Unknown;
    if built_in_unknown && text_of.contains("$GIANTSWARM_") {
        return Source::Unknown;
    }
    let org = org.known().unwrap_or_default();
    let env = env.known().unwrap_or_default();
    if me.is_none() && needs_login_name(object) {
        return Source::Unknown;
    }
    let mut variables = Variables::built_in(org, env, me);
    if let Some(given) = get(object, "definition_variables") {
        if !given.is_wholly_known() {
            return Source::Unknown;
        }
        for (name, value) in given.members().into_iter().flatten() {
            variables.set(name, value.as_str().unwrap_or_default());
        }
    }
    let place = |fault: DefinitionFault| {
        let (line, column) = position(text_of, fault.span.start);
        let detail = format!(
            "Line {line}, column {column} of the definition: {}.",
            fault.message
        );
        let summary = summary(fault.kind);
        if fault.is_error() {
            Fault::error(at("definition"), summary, detail)
        } else {
            Fault::warning(at("definition"), summary, detail)
        }
    };
    match definition::load(text_of, &variables) {
        Ok((mut definition, warnings)) => {
            if let Some(name) = named {
                definition.app_name = name;
            }
            let warnings = warnings.into_iter().map(place).collect();
            Source::Known(Box::new(definition), warnings)
        }
        Err(faults) => Source::Faulty(faults.into_iter().map(place).collect()),
    }
}

/// Line and column, from 1, of a byte offset.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.get(start..).unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// What is wrong, in a few words.
pub(crate) fn summary(kind: FaultKind) -> &'static str {
    use FaultKind::*;
    match kind {
        Syntax => "Definition is not JSON",
        WrongType => "Wrong type in the app's definition",
        UnknownKey => "Unknown key in the app's definition",
        MissingKey => "Missing key in the app's definition",
        Empty => "Empty value in the app's definition",
        RepeatedKey => "Repeated key in the app's definition",
        Port => "Invalid port",
        Image => "Invalid image",
        Domain => "Invalid domain",
        Size => "Invalid volume size",
        Env => "Invalid environment variables",
        Scaling => "Invalid scaling policy",
        Volume => "Invalid volume",
        VolumeReference => "Invalid reference to a volume",
        DuplicateVolume => "Duplicate volume",
        VolumeCycle => "Volumes refer to each other in a circle",
        Pod => "Invalid pod",
        PodPort => "Port exported twice in a pod",
        PodDependency => "Conflicting dependencies in a pod",
        Name => "Invalid name",
        DuplicateName => "Duplicate name",
        MissingDependency => "Dependency does not exist",
        DependencyCycle => "Dependencies go in a circle",
        EmptyList => "Nothing to run",
        DomainPort => "Domain leads to a port that is not exported",
        UnknownVariable => "Variable without a value",
        VariableFile => "Invalid variables",
    }
}

/// Rules that hold for a value by itself, whatever else is not known yet.
fn is_local(kind: FaultKind) -> bool {
    use FaultKind::*;
    matches!(kind, Port | Image | Domain | Size | Scaling | Name | WrongType)
}

fn from_blocks(object: &Value, named: Option<String>) -> Source {
    let mut builder = Builder {
        known: true,
        names: Vec::new(),
    };
    let name_unknown = text(object, "name") == Arg::Unknown;
    let Some(json) = builder.app(object, named.as_deref()) else {
        return Source::Unknown;
    };
    let known = builder.known && !name_unknown;
    let place = |fault: DefinitionFault| {
        let path = builder.path(&fault.path);
        // The JSON path would say again what the place of the fault shows.
        let prefix = format!("{}: ", fault.path);
        let message = fault.message.strip_prefix(&prefix).unwrap_or(&fault.message);
        let mut letters = message.chars();
        let message: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .chain(letters)
            .collect();
        let detail = format!("{message}.");
        let summary = summary(fault.kind);
        if fault.is_error() {
            Fault::error(path, summary, detail)
        } else {
            Fault::warning(path, summary, detail)
        }
    };
    let (definition, faults) = match definition::parse_with_warnings(&json.to_string()) {
        Ok((definition, mut faults)) => {
            faults.extend(definition::check(&definition));
            (Some(definition), faults)
        }
        Err(faults) => (None, faults),
    };
    let faults: Vec<Fault> = faults
        .into_iter()
        .filter(|fault| known || is_local(fault.kind))
        .map(place)
        .collect();
    match definition {
        _ if faults.iter().any(|fault| !fault.warning) => Source::Faulty(faults),
        Some(definition) if known => Source::Known(Box::new(definition), faults),
        _ => Source::Unknown,
    }
}

/// A service's label and the labels of its components, in the order of the JSON.
type Labels = (String, Vec<String>);

struct Builder {
    /// Whether nothing was left out.
    known: bool,
    names: Vec<Labels>,
}

impl Builder {
    fn app(&mut self, object: &Value, name: Option<&str>) -> Option<Json> {
        let services = get(object, "service")?;
        let Some(services) = services.members() else {
            self.known = false;
            return None;
        };
        let mut app = Map::new();
        app.insert("app_name".to_owned(), Json::from(name.unwrap_or("unknown")));
        self.text_map(&mut app, "public_ports", get(object, "public_ports"), &|text| {
            Json::from(text)
        });
        let list = services
            .iter()
            .map(|(label, service)| self.service(label, service))
            .collect();
        app.insert("services".to_owned(), Json::Array(list));
        Some(Json::Object(app))
    }

    fn service(&mut self, label: &str, service: &Value) -> Json {
        let mut object = Map::new();
        object.insert("service_name".to_owned(), Json::from(label));
        self.text_map(
            &mut object,
            "public_ports",
            get(service, "public_ports"),
            &|text| Json::from(text),
        );
        self.policy(&mut object, service);
        let mut labels = Vec::new();
        let mut list = Vec::new();
        match get(service, "component").and_then(Value::members) {
            Some(components) => {
                for (label, component) in components {
                    labels.push(label.to_string());
                    list.push(self.component(label, component));
                }
            }
            None => self.known = false,
        }
        self.names.push((label.to_owned(), labels));
        object.insert("components".to_owned(), Json::Array(list));
        Json::Object(object)
    }

    fn component(&mut self, label: &str, component: &Value) -> Json {
        let mut object = Map::new();
        object.insert("component_name".to_owned(), Json::from(label));
        self.policy(&mut object, component);
        let image = match text(component, "image") {
            Arg::Known(image) => image,
            Arg::Null | Arg::Unknown => {
                self.known = false;
                "unknown"
            }
        };
        object.insert("image".to_owned(), Json::from(image));
        for key in ["entrypoint", "pod"] {
            self.text(&mut object, key, component, key);
        }
        self.text_list(&mut object, "ports", get(component, "ports"), &port);
        self.text_list(&mut object, "args", get(component, "args"), &|text| {
            Json::from(text)
        });
        self.text_map(&mut object, "env", get(component, "env"), &|text| {
            Json::from(text)
        });
        self.text_map(&mut object, "domains", get(component, "domains"), &port);
        for (key, name, build) in [
            (
                "volumes",
                "volume",
                Builder::volume as fn(&mut Builder, &Value) -> Json,
            ),
            ("dependencies", "dependency", Builder::dependency),
        ] {
            let Some(blocks) = get(component, name) else {
                continue;
            };
            let Some(items) = blocks.items() else {
                self.known &= blocks.is_null();
                continue;
            };
            let list: Vec<Json> = items.iter().map(|item| build(self, item)).collect();
            if !list.is_empty() {
                object.insert(key.to_owned(), Json::Array(list));
            }
        }
        Json::Object(object)
    }

    fn volume(&mut self, volume: &Value) -> Json {
        let mut object = Map::new();
        for (key, name) in [
            ("path", "path"),
            ("size", "size"),
            ("volumes-from", "volumes_from"),
            ("volume-from", "volume_from"),
            ("volume-path", "volume_path"),
        ] {
            self.text(&mut object, key, volume, name);
        }
        Json::Object(object)
    }

    fn dependency(&mut self, dependency: &Value) -> Json {
        let mut object = Map::new();
        self.text(&mut object, "name", dependency, "name");
        self.text(&mut object, "alias", dependency, "alias");
        match text(dependency, "port") {
            Arg::Known(text) => {
                object.insert("port".to_owned(), port(text));
            }
            Arg::Null | Arg::Unknown => {
                self.known = false;
                object.insert("port".to_owned(), Json::from(1));
            }
        }
        match get(dependency, "same_machine") {
            Some(value) if !value.is_known() => self.known = false,
            Some(value) if value.as_bool() == Some(true) => {
                object.insert("same_machine".to_owned(), Json::Bool(true));
            }
            _ => {}
        }
        Json::Object(object)
    }

    fn policy(&mut self, owner: &mut Map<String, Json>, object: &Value) {
        let Some(policy) = get(object, "scaling_policy").filter(|policy| !policy.is_null()) else {
            return;
        };
        let mut inner = Map::new();
        for key in ["min", "max"] {
            match get(policy, key) {
                Some(value) if !value.is_known() => self.known = false,
                Some(value) => {
                    if let Some(number) = value.as_number() {
                        let count = number.to_i64().filter(|_| number.is_integer());
                        let count = count.map_or_else(|| Json::from(number.to_f64()), Json::from);
                        inner.insert(key.to_owned(), count);
                    }
                }
                None => {}
            }
        }
        self.text(&mut inner, "placement", policy, "placement");
        if !inner.is_empty() {
            owner.insert("scaling_policy".to_owned(), Json::Object(inner));
        }
    }

    /// An optional string; an empty one is left out.
    fn text(&mut self, object: &mut Map<String, Json>, key: &str, from: &Value, name: &str) {
        match text(from, name) {
            Arg::Known("") | Arg::Null => {}
            Arg::Known(text) => {
                object.insert(key.to_owned(), Json::from(text));
            }
            Arg::Unknown => self.known = false,
        }
    }

    fn text_list(
        &mut self,
        object: &mut Map<String, Json>,
        key: &str,
        value: Option<&Value>,
        make: &dyn Fn(&str) -> Json,
    ) {
        let Some(value) = value.filter(|value| !value.is_null()) else {
            return;
        };
        self.known &= value.is_wholly_known();
        // An element that is not known keeps its place, so that faults of the others stand where they are.
        let list: Vec<Json> = value
            .items()
            .unwrap_or_default()
            .iter()
            .map(|item| make(item.as_str().unwrap_or("1")))
            .collect();
        if !list.is_empty() {
            object.insert(key.to_owned(), Json::Array(list));
        }
    }

    fn text_map(
        &mut self,
        object: &mut Map<String, Json>,
        key: &str,
        value: Option<&Value>,
        make: &dyn Fn(&str) -> Json,
    ) {
        let Some(value) = value.filter(|value| !value.is_null()) else {
            return;
        };
        self.known &= value.is_wholly_known();
        let map: Map<String, Json> = value
            .members()
            .into_iter()
            .flatten()
            .filter_map(|(key, item)| Some((key.to_string(), make(item.as_str()?))))
            .collect();
        if !map.is_empty() {
            object.insert(key.to_owned(), Json::Object(map));
        }
    }

    /// The path into the blocks that a path into the JSON comes from.
    fn path(&self, json: &JsonPath) -> Path {
        let mut steps = json.0.iter();
        let mut path = Path::root();
        let mut service: Option<&Labels> = None;
        let mut within_component = false;
        while let Some(step) = steps.next() {
            let JsonStep::Key(key) = step else { continue };
            let index = |steps: &mut std::slice::Iter<'_, JsonStep>| match steps.clone().next() {
                Some(JsonStep::Index(index)) => {
                    steps.next();
                    Some(*index)
                }
                _ => None,
            };
            match key.as_str() {
                "app_name" => return at("name"),
                "service_name" | "component_name" => return path,
                "services" if service.is_none() => {
                    path = path.attr("service");
                    service = index(&mut steps).and_then(|at| self.names.get(at));
                    if let Some((label, _)) = service {
                        path = path.key(label.as_str());
                    }
                }
                "components" if !within_component => {
                    path = path.attr("component");
                    let label = index(&mut steps).and_then(|at| service?.1.get(at));
                    if let Some(label) = label {
                        path = path.key(label.as_str());
                        within_component = true;
                    }
                }
                "volumes" | "dependencies" => {
                    path = path.attr(if key == "volumes" { "volume" } else { "dependency" });
                    if let Some(at) = index(&mut steps) {
                        path = path.index(at as u64);
                    }
                }
                "ports" | "args" => {
                    path = path.attr(key.as_str());
                    if let Some(at) = index(&mut steps) {
                        path = path.index(at as u64);
                    }
                }
                "env" | "domains" | "public_ports" => {
                    path = path.attr(key.as_str());
                    if let Some(JsonStep::Key(inner)) = steps.next() {
                        path = path.key(inner.as_str());
                    }
                }
                "volumes-from" => path = path.attr("volumes_from"),
                "volume-from" => path = path.attr("volume_from"),
                "volume-path" => path = path.attr("volume_path"),
                other => path = path.attr(other),
            }
        }
        path
    }
}

/// A port in its shortest form: a number, unless a protocol is named.
fn port(text: &str) -> Json {
    match text.parse::<u64>() {
        Ok(number) if number.to_string() == text => Json::from(number),
        _ => Json::from(text),
    }
}
