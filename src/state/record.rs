//! Records: the state cut into small texts, each with a key and a checksum.
//!
//! One record is one line of JSON, `{"key":K,"check":C,"body":B}`. `C` is the first 16 hexadecimal digits of
//! the SHA-256 of the key, a line feed and the body's text, so that a record that was changed, cut or put under
//! another key is found out. The same line stands in the database, in the export and in the journal. This file
//! turns instances and outputs into bodies and back; it neither reads nor writes files, and it does not judge a
//! state (that is `integrity`). `state/README.md` is the specification.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::addr::{InstanceAddr, parse_instance};
use crate::value::json;

use super::json::{compact, quote};
use super::{Deed, Event, Instance, Object, OutputRecord, Pending, Status, Subject, paths};

/// The version of the on-disk format that this code writes, and the newest that it reads.
pub const FORMAT: u32 = 2;

/// The key of the record that holds lineage, serial and counts.
pub const META: &str = "meta";

/// What is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Which: an address, `output.NAME`, `meta`, or a part of a file.
    pub record: String,
    /// What is wrong with it, as a clause without a full stop. It quotes no attribute values.
    pub reason: String,
}

impl Damage {
    /// Of a record, for a reason.
    pub fn new(record: impl Into<String>, reason: impl Into<String>) -> Damage {
        Damage {
            record: record.into(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the record {} is damaged: {}", self.record, self.reason)
    }
}

/// The name of a record for people, from its key: an address, `output.NAME` or `meta`.
pub fn name_of(key: &str) -> String {
    match (key.strip_prefix("instance "), key.strip_prefix("output ")) {
        (Some(address), _) => address.to_owned(),
        (_, Some(output)) => format!("output.{output}"),
        _ => key.escape_debug().to_string(),
    }
}

/// The key of a pending operation's record.
pub fn pending_key(subject: &Subject) -> String {
    match &subject.deposed {
        None => format!("pending {}", subject.addr),
        Some(key) => format!("pending {key} {}", subject.addr),
    }
}

/// The reverse of [`pending_key`]; none when the key is of another kind or no object's.
pub fn parse_pending_key(key: &str) -> Option<Subject> {
    let text = key.strip_prefix("pending ")?;
    // The first word of an address is followed by a point, that of a deposed object's key by a space.
    let (deposed, address) = match text.split_once(' ') {
        Some((key, rest)) if key.len() == 8 && key.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            (Some(Arc::from(key)), rest)
        }
        _ => (None, text),
    };
    let addr = parse_instance(address).ok()?;
    Some(Subject { addr, deposed })
}

/// The key of an instance's record.
pub fn instance_key(address: &InstanceAddr) -> String {
    format!("instance {address}")
}

/// The key of an output's record.
pub fn output_key(name: &str) -> String {
    format!("output {name}")
}

/// The line of a record.
pub fn seal(key: &str, body: &str) -> String {
    let mut line = String::with_capacity(key.len() + body.len() + 64);
    line.push_str("{\"key\":");
    quote(key, &mut line);
    line.push_str(",\"check\":\"");
    line.push_str(&check(key, body));
    line.push_str("\",\"body\":");
    line.push_str(body);
    line.push('}');
    line
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(borrow)]
    check: Cow<'a, str>,
    #[serde(borrow)]
    body: &'a RawValue,
}

/// The key and body of a record's line. `place` names it in the error when its key cannot be read.
pub fn unseal<'a>(line: &'a str, place: &str) -> Result<(Cow<'a, str>, &'a str), Damage> {
    let envelope: Envelope<'_> = serde_json::from_str(line)
        .map_err(|error| Damage::new(place, format!("it is not a whole record ({})", position(&error))))?;
    if envelope.check != check(&envelope.key, envelope.body.get()) {
        return Err(Damage::new(name_of(&envelope.key), "its checksum does not match"));
    }
    Ok((envelope.key, envelope.body.get()))
}

/// Where a JSON error is, without quoting the text around it.
fn position(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}

/// 16 hexadecimal digits that tell a text and what it is for from any other.
pub fn digest(purpose: &str, text: &str) -> String {
    check(purpose, text)
}

fn check(key: &str, body: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(key.as_bytes());
    digest.update(b"\n");
    digest.update(body.as_bytes());
    let digest = digest.finalize();
    format!(
        "{:016x}",
        u64::from_be_bytes(*digest.first_chunk().unwrap_or(&[0; 8]))
    )
}

/// The content of the record `meta`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
pub struct Meta {
    /// The version of the format.
    pub format: u32,
    /// The state's lineage.
    pub lineage: String,
    /// The state's serial.
    pub serial: u64,
    /// Number of the last commit; each adds one.
    pub commit: u64,
    /// How many other records there are.
    pub count: u64,
}

impl Meta {
    /// Its body.
    pub fn body(&self) -> String {
        let mut out = format!("{{\"format\":{},\"lineage\":", self.format);
        quote(&self.lineage, &mut out);
        out.push_str(&format!(
            ",\"serial\":{},\"commit\":{},\"count\":{}}}",
            self.serial, self.commit, self.count
        ));
        out
    }

    /// Reads a body.
    pub fn parse(body: &str) -> Result<Meta, Damage> {
        serde_json::from_str(body)
            .map_err(|error| Damage::new(META, format!("its content cannot be read ({})", position(&error))))
    }
}

/// The body of an instance's record.
pub fn instance_body(instance: &Instance) -> String {
    let mut out = String::from("{\"provider\":");
    quote(&instance.provider, &mut out);
    if let Some(object) = &instance.current {
        out.push_str(",\"current\":");
        object_body(object, &mut out);
    }
    for (at, (key, object)) in instance.deposed.iter().enumerate() {
        out.push_str(if at == 0 { ",\"deposed\":{" } else { "," });
        quote(key, &mut out);
        out.push(':');
        object_body(object, &mut out);
    }
    if !instance.deposed.is_empty() {
        out.push('}');
    }
    out.push('}');
    out
}

fn object_body(object: &Object, out: &mut String) {
    out.push_str(match object.status {
        Status::Ready => "{\"status\":\"ready\"",
        Status::Tainted => "{\"status\":\"tainted\"",
    });
    out.push_str(&format!(
        ",\"schema_version\":{},\"attributes\":",
        object.schema_version
    ));
    out.push_str(&compact(&object.attributes));
    if !object.sensitive.is_empty() {
        out.push_str(",\"sensitive\":");
        paths::encode_all(&object.sensitive, out);
    }
    if let Some(private) = &object.private {
        out.push_str(",\"private\":");
        quote(private, out);
    }
    for (at, dependency) in object.dependencies.iter().enumerate() {
        out.push_str(if at == 0 { ",\"dependencies\":[" } else { "," });
        quote(dependency, out);
    }
    if !object.dependencies.is_empty() {
        out.push(']');
    }
    if object.create_before_destroy {
        out.push_str(",\"create_before_destroy\":true");
    }
    out.push('}');
}

#[derive(Deserialize)]
struct InstanceBody<'a> {
    provider: Arc<str>,
    #[serde(borrow, default)]
    current: Option<ObjectBody<'a>>,
    #[serde(borrow, default)]
    deposed: BTreeMap<Arc<str>, ObjectBody<'a>>,
}

#[derive(Deserialize)]
struct ObjectBody<'a> {
    status: StatusBody,
    schema_version: u64,
    #[serde(borrow)]
    attributes: &'a RawValue,
    #[serde(borrow, default)]
    sensitive: Option<&'a RawValue>,
    #[serde(default)]
    private: Option<Arc<str>>,
    #[serde(default)]
    dependencies: Vec<Arc<str>>,
    #[serde(default)]
    create_before_destroy: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StatusBody {
    Ready,
    Tainted,
}

impl TryFrom<ObjectBody<'_>> for Object {
    type Error = String;

    fn try_from(body: ObjectBody<'_>) -> Result<Object, String> {
        Ok(Object {
            status: match body.status {
                StatusBody::Ready => Status::Ready,
                StatusBody::Tainted => Status::Tainted,
            },
            schema_version: body.schema_version,
            attributes: Arc::from(body.attributes.get()),
            sensitive: match body.sensitive {
                Some(text) => paths::decode_all(text.get())?,
                None => Vec::new(),
            },
            private: body.private,
            dependencies: body.dependencies,
            create_before_destroy: body.create_before_destroy,
        })
    }
}

fn parse_instance_body(body: &str) -> Result<Instance, String> {
    let body: InstanceBody<'_> = serde_json::from_str(body)
        .map_err(|error| format!("its content cannot be read ({})", position(&error)))?;
    let mut deposed = BTreeMap::new();
    for (key, object) in body.deposed {
        deposed.insert(key, Object::try_from(object)?);
    }
    Ok(Instance {
        provider: body.provider,
        current: body.current.map(Object::try_from).transpose()?,
        deposed,
    })
}

/// The body of a pending operation's record.
pub fn pending_body(pending: &Pending) -> String {
    let mut out = format!("{{\"deed\":\"{}\",\"provider\":", pending.deed.as_str());
    quote(&pending.provider, &mut out);
    out.push_str(",\"calls\":[");
    for (at, call) in pending.calls.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { "," });
        quote(call, &mut out);
    }
    out.push_str("],\"digest\":");
    quote(&pending.digest, &mut out);
    if let Some(wish) = &pending.wish {
        out.push_str(",\"wish\":");
        object_body(wish, &mut out);
    }
    out.push('}');
    out
}

#[derive(Deserialize)]
struct PendingBody<'a> {
    deed: Cow<'a, str>,
    provider: Arc<str>,
    calls: Vec<String>,
    digest: Arc<str>,
    #[serde(borrow, default)]
    wish: Option<ObjectBody<'a>>,
}

fn parse_pending_body(body: &str) -> Result<Pending, String> {
    let body: PendingBody<'_> = serde_json::from_str(body)
        .map_err(|error| format!("its content cannot be read ({})", position(&error)))?;
    let deed = Deed::parse(&body.deed).ok_or("it does not say what was to be done")?;
    Ok(Pending {
        deed,
        provider: body.provider,
        calls: body.calls,
        digest: body.digest,
        wish: body.wish.map(Object::try_from).transpose()?,
    })
}

/// The body of an output's record. The error says why its value has no JSON form.
pub fn output_body(output: &OutputRecord) -> Result<String, String> {
    let (ty, value) = encode_value(&output.value)?;
    let sensitive = if output.sensitive {
        ",\"sensitive\":true"
    } else {
        ""
    };
    Ok(format!("{{\"type\":{ty},\"value\":{value}{sensitive}}}"))
}

/// A wholly known value without marks as the JSON of its type and its own.
pub fn encode_value(value: &crate::value::Value) -> Result<(String, String), String> {
    let ty = value.ty();
    let text = json::encode(value, &ty).map_err(|error| error.to_string())?;
    Ok((json::encode_type(&ty), text))
}

/// The reverse of [`encode_value`].
pub fn decode_value(ty: &str, value: &str) -> Result<crate::value::Value, String> {
    let ty = json::decode_type(ty).map_err(|error| error.to_string())?;
    json::decode(value, &ty).map_err(|error| error.to_string())
}

#[derive(Deserialize)]
struct OutputBody<'a> {
    #[serde(borrow, rename = "type")]
    ty: &'a RawValue,
    #[serde(borrow)]
    value: &'a RawValue,
    #[serde(default)]
    sensitive: bool,
}

fn parse_output_body(body: &str) -> Result<OutputRecord, String> {
    let body: OutputBody<'_> = serde_json::from_str(body)
        .map_err(|error| format!("its content cannot be read ({})", position(&error)))?;
    let value = decode_value(body.ty.get(), body.value.get())
        .map_err(|_| "its value does not agree with its type".to_owned())?;
    Ok(OutputRecord {
        value,
        sensitive: body.sensitive,
    })
}

/// The key of a change and its body; no body when the record is to go.
pub fn of_event(event: &Event) -> Result<(String, Option<String>), Damage> {
    Ok(match event {
        Event::Put(address, instance) => (instance_key(address), Some(instance_body(instance))),
        Event::Remove(address) => (instance_key(address), None),
        Event::PutOutput(name, output) => {
            let body = output_body(output).map_err(|reason| Damage::new(format!("output.{name}"), reason))?;
            (output_key(name), Some(body))
        }
        Event::RemoveOutput(name) => (output_key(name), None),
        Event::Begin(subject, pending) => (pending_key(subject), Some(pending_body(pending))),
        Event::End(subject) => (pending_key(subject), None),
    })
}

/// The reverse of [`of_event`].
pub fn to_event(key: &str, body: Option<&str>) -> Result<Event, Damage> {
    let damage = |reason: String| Damage::new(name_of(key), reason);
    if let Some(text) = key.strip_prefix("instance ") {
        let address = parse_instance(text)
            .map_err(|_| damage("its key is not the address of an instance".to_owned()))?;
        return Ok(match body {
            Some(body) => Event::Put(address, parse_instance_body(body).map_err(damage)?),
            None => Event::Remove(address),
        });
    }
    if let Some(name) = key.strip_prefix("output ") {
        return Ok(match body {
            Some(body) => Event::PutOutput(Arc::from(name), parse_output_body(body).map_err(damage)?),
            None => Event::RemoveOutput(Arc::from(name)),
        });
    }
    if let Some(subject) = parse_pending_key(key) {
        return Ok(match body {
            Some(body) => Event::Begin(subject, parse_pending_body(body).map_err(damage)?),
            None => Event::End(subject),
        });
    }
    Err(damage("its key is of no known kind".to_owned()))
}
