//! Reading Terraform's state format, version 4. Errors name the place in the text.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::addr::{InstanceAddr, InstanceKey, Mode, ModuleInstance, ResourceAddr, parse_module};
use crate::state::json::compact;
use crate::state::record::decode_value;
use crate::state::{Instance, Object, OutputRecord, State, Status, paths, verify};

/// Why a text is not a state that can be taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct V4Error {
    /// Where: a line and column, or a path such as `resources[3].instances[0].attributes`.
    pub place: String,
    /// What is wrong there and what to do, as sentences. It quotes no attribute values.
    pub message: String,
}

impl fmt::Display for V4Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for V4Error {}

fn fault<T>(place: impl Into<String>, message: impl Into<String>) -> Result<T, V4Error> {
    Err(V4Error {
        place: place.into(),
        message: message.into(),
    })
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

#[derive(Deserialize)]
struct StateText<'a> {
    #[serde(default)]
    serial: u64,
    #[serde(default)]
    lineage: String,
    #[serde(borrow, default)]
    outputs: BTreeMap<Arc<str>, OutputText<'a>>,
    #[serde(borrow, default)]
    resources: Vec<ResourceText<'a>>,
}

#[derive(Deserialize)]
struct OutputText<'a> {
    #[serde(borrow)]
    value: &'a RawValue,
    #[serde(borrow, rename = "type")]
    ty: &'a RawValue,
    #[serde(default)]
    sensitive: bool,
}

#[derive(Deserialize)]
struct ResourceText<'a> {
    #[serde(default)]
    module: Option<String>,
    mode: String,
    #[serde(rename = "type")]
    type_name: Arc<str>,
    name: Arc<str>,
    provider: String,
    #[serde(borrow, default)]
    instances: Vec<InstanceText<'a>>,
}

#[derive(Deserialize)]
struct InstanceText<'a> {
    #[serde(default)]
    index_key: Option<IndexKey>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    deposed: Option<Arc<str>>,
    #[serde(default)]
    schema_version: u64,
    #[serde(borrow, default)]
    attributes: Option<&'a RawValue>,
    #[serde(borrow, default)]
    sensitive_attributes: Option<&'a RawValue>,
    #[serde(default)]
    private: Option<String>,
    #[serde(default)]
    dependencies: Vec<Arc<str>>,
    #[serde(default)]
    create_before_destroy: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum IndexKey {
    Int(u64),
    Str(Arc<str>),
}

/// Reads a state. What the text does not say stays at its default; members that this version does not know
/// are passed over, as Terraform does.
///
/// # Errors
/// The text is not JSON, is of another version, or holds something that has no form here; the place is told.
pub fn from_v4(text: &str) -> Result<State, V4Error> {
    let version: Version = parse(text)?;
    if version.version != 4 {
        return fault(
            "version",
            format!(
                "This is version {} of the state format, and only version 4 can be read. Let the Terraform that \
                 wrote it bring it to version 4 first.",
                version.version
            ),
        );
    }
    let read: StateText<'_> = parse(text)?;
    let mut state = State {
        lineage: read.lineage,
        serial: read.serial,
        ..State::default()
    };
    for (name, output) in read.outputs {
        let Ok(value) = decode_value(output.ty.get(), output.value.get()) else {
            return fault(
                format!("outputs.{name}"),
                "The value does not agree with its type.",
            );
        };
        state.outputs.insert(
            name,
            OutputRecord {
                value,
                sensitive: output.sensitive,
            },
        );
    }
    for (at, resource) in read.resources.into_iter().enumerate() {
        add_resource(&format!("resources[{at}]"), resource, &mut state)?;
    }
    match verify(&state).into_iter().find(|violation| violation.rule != 11) {
        Some(violation) => fault(
            violation.record,
            format!("It breaks rule {}: {}.", violation.rule, violation.message),
        ),
        None => Ok(state),
    }
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, V4Error> {
    serde_json::from_str(text).map_err(|error| V4Error {
        place: format!("line {}, column {}", error.line(), error.column()),
        message: match error.classify() {
            serde_json::error::Category::Data => {
                "This is not as the state format has it: a member is missing or has the wrong type."
                    .to_owned()
            }
            _ => "This is not valid JSON.".to_owned(),
        },
    })
}

fn add_resource(place: &str, resource: ResourceText<'_>, state: &mut State) -> Result<(), V4Error> {
    let module = match resource.module.as_deref() {
        None | Some("") => ModuleInstance::root(),
        Some(text) => match parse_module(text) {
            Ok(module) => module,
            Err(error) => return fault(format!("{place}.module"), error.message),
        },
    };
    let mode = match &*resource.mode {
        "managed" => Mode::Managed,
        "data" => Mode::Data,
        _ => {
            return fault(
                format!("{place}.mode"),
                "The mode must be \"managed\" or \"data\".",
            );
        }
    };
    let Some(provider) = provider_name(&resource.provider) else {
        return fault(
            format!("{place}.provider"),
            "This is not a provider; one is written as provider[\"HOST/NAMESPACE/NAME\"].",
        );
    };
    let name = ResourceAddr {
        mode,
        type_name: resource.type_name,
        name: resource.name,
    };
    for (at, instance) in resource.instances.into_iter().enumerate() {
        let place = format!("{place}.instances[{at}]");
        let key = match &instance.index_key {
            None => InstanceKey::None,
            Some(IndexKey::Int(index)) => InstanceKey::Int(*index),
            Some(IndexKey::Str(key)) => InstanceKey::Str(Arc::clone(key)),
        };
        let address = InstanceAddr {
            module: module.clone(),
            resource: name.clone(),
            key,
        };
        let deposed = instance.deposed.clone().filter(|key| !key.is_empty());
        let object = object(&place, instance)?;
        let entry = state.instances.entry(address).or_insert_with(|| Instance {
            provider: Arc::clone(&provider),
            current: None,
            deposed: BTreeMap::new(),
        });
        let before = match deposed {
            None => entry.current.replace(object),
            Some(key) => entry.deposed.insert(key, object),
        };
        if before.is_some() {
            return fault(
                place,
                "Another object of the same instance stands before this one.",
            );
        }
    }
    Ok(())
}

fn object(place: &str, instance: InstanceText<'_>) -> Result<Object, V4Error> {
    let Some(attributes) = instance.attributes else {
        return fault(
            format!("{place}.attributes"),
            "There are no attributes, or they are in the flat form of an old version. Let a newer Terraform \
             write the state first.",
        );
    };
    let status = match instance.status.as_deref() {
        None | Some("") => Status::Ready,
        Some("tainted") => Status::Tainted,
        Some(_) => {
            return fault(
                format!("{place}.status"),
                "The status must be \"tainted\" or absent.",
            );
        }
    };
    let sensitive = match instance.sensitive_attributes {
        None => Vec::new(),
        Some(text) => paths::decode_all(text.get()).or_else(|_| {
            fault(
                format!("{place}.sensitive_attributes"),
                "A path is a list of steps of the types \"get_attr\" and \"index\".",
            )
        })?,
    };
    let private = match instance.private {
        None => None,
        Some(text) => match STANDARD
            .decode(text)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
        {
            Some(text) => Some(Arc::from(text)),
            None => return fault(format!("{place}.private"), "This is not UTF-8 text in base64."),
        },
    };
    Ok(Object {
        status,
        schema_version: instance.schema_version,
        attributes: Arc::from(compact(attributes.get())),
        sensitive,
        private,
        dependencies: instance.dependencies,
        create_before_destroy: instance.create_before_destroy,
    })
}

/// `module.a.name.alias` from `module.a.provider["host/namespace/name"].alias`.
fn provider_name(text: &str) -> Option<Arc<str>> {
    let (before, rest) = text.split_once("provider[\"")?;
    let (source, after) = rest.split_once("\"]")?;
    let name = source.rsplit('/').next()?;
    Some(Arc::from(format!("{before}{name}{after}")))
}
