//! Terraform's state format, version 4: what `state pull` prints and what `state push` takes.
//!
//! The text has Terraform's order of keys, indentation and escapes, so that the same state gives the same bytes
//! as Terraform 1.11 would write. It holds no check results. Every provider is built in here, so its source
//! address is `terraform.io/builtin/NAME`; reading takes the last part of any source address. Dependencies are
//! written as config addresses, for the format knows no others.
//!
//! Reading refuses what it would have to guess: other versions, attributes in the flat form of old
//! versions, two objects in one place.

mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::addr::{InstanceAddr, InstanceKey, Mode, Target, parse_target};

use super::integrity::parse_provider;
use super::json::{compact, pretty, quote};
use super::record::{Damage, encode_value};
use super::{Object, State, Status, paths};

pub use read::{V4Error, from_v4};

/// The version that the text says it was written by: the Terraform whose format it is, so that tools which
/// look at it know what to expect.
pub const TERRAFORM_VERSION: &str = "1.11.4";

/// The state as text, with a line feed at its end. The error names what has no form there: an output whose
/// value is not wholly known, or a provider that is not a name.
pub fn to_v4(state: &State) -> Result<String, Damage> {
    let mut out = String::from("{\"version\":4,\"terraform_version\":");
    quote(TERRAFORM_VERSION, &mut out);
    out.push_str(&format!(",\"serial\":{},\"lineage\":", state.serial));
    quote(&state.lineage, &mut out);
    out.push_str(",\"outputs\":{");
    for (at, (name, output)) in state.outputs.iter().enumerate() {
        let (ty, value) =
            encode_value(&output.value).map_err(|reason| Damage::new(format!("output.{name}"), reason))?;
        separate(at, &mut out);
        quote(name, &mut out);
        out.push_str(&format!(":{{\"value\":{value},\"type\":{ty}"));
        out.push_str(if output.sensitive {
            ",\"sensitive\":true}"
        } else {
            "}"
        });
    }
    out.push_str("},\"resources\":[");
    for (at, (place, instances)) in resources(state)?.iter().enumerate() {
        separate(at, &mut out);
        resource(place, instances, &mut out);
    }
    out.push_str("],\"check_results\":null}");
    let mut text = pretty(&out);
    text.push('\n');
    Ok(text)
}

fn separate(at: usize, out: &mut String) {
    if at > 0 {
        out.push(',');
    }
}

/// What the instances of one `resources` element have in common, in the order of the text.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    module: String,
    mode: &'static str,
    type_name: String,
    name: String,
    provider: String,
}

/// Instance keys and deposed keys in the order of the text; the current object has an empty deposed key.
type Objects<'a> = BTreeMap<(&'a InstanceKey, &'a str), &'a Object>;

fn resources(state: &State) -> Result<BTreeMap<Place, Objects<'_>>, Damage> {
    let mut found: BTreeMap<Place, Objects<'_>> = BTreeMap::new();
    for (address, instance) in &state.instances {
        let provider = provider_text(&instance.provider)
            .ok_or_else(|| Damage::new(address.to_string(), "its provider is not a name or name.alias"))?;
        let objects = found.entry(place(address, provider)).or_default();
        if let Some(object) = &instance.current {
            objects.insert((&address.key, ""), object);
        }
        for (deposed, object) in &instance.deposed {
            objects.insert((&address.key, deposed), object);
        }
    }
    Ok(found)
}

fn place(address: &InstanceAddr, provider: String) -> Place {
    Place {
        module: address.module.to_string(),
        mode: if address.resource.mode == Mode::Data {
            "data"
        } else {
            "managed"
        },
        type_name: address.resource.type_name.to_string(),
        name: address.resource.name.to_string(),
        provider,
    }
}

/// `module.a.provider["terraform.io/builtin/NAME"].ALIAS`
fn provider_text(provider: &str) -> Option<String> {
    let (module, name, alias) = parse_provider(provider)?;
    let module = if module.is_empty() {
        module
    } else {
        format!("{module}.")
    };
    let alias = alias.map(|alias| format!(".{alias}")).unwrap_or_default();
    Some(format!(
        "{module}provider[\"terraform.io/builtin/{name}\"]{alias}"
    ))
}

fn resource(place: &Place, objects: &Objects<'_>, out: &mut String) {
    out.push('{');
    if !place.module.is_empty() {
        out.push_str("\"module\":");
        quote(&place.module, out);
        out.push(',');
    }
    for (name, text) in [
        ("mode", place.mode),
        ("type", &place.type_name),
        ("name", &place.name),
        ("provider", &place.provider),
    ] {
        quote(name, out);
        out.push(':');
        quote(text, out);
        out.push(',');
    }
    out.push_str("\"instances\":[");
    for (at, ((key, deposed), object)) in objects.iter().enumerate() {
        separate(at, out);
        instance(key, deposed, object, out);
    }
    out.push_str("]}");
}

fn instance(key: &InstanceKey, deposed: &str, object: &Object, out: &mut String) {
    out.push('{');
    match key {
        InstanceKey::None => {}
        InstanceKey::Int(index) => out.push_str(&format!("\"index_key\":{index},")),
        InstanceKey::Str(text) => {
            out.push_str("\"index_key\":");
            quote(text, out);
            out.push(',');
        }
    }
    if object.status == Status::Tainted {
        out.push_str("\"status\":\"tainted\",");
    }
    if !deposed.is_empty() {
        out.push_str("\"deposed\":");
        quote(deposed, out);
        out.push(',');
    }
    out.push_str(&format!(
        "\"schema_version\":{},\"attributes\":",
        object.schema_version
    ));
    out.push_str(&compact(&object.attributes));
    out.push_str(",\"sensitive_attributes\":");
    paths::encode_all(&object.sensitive, out);
    if let Some(private) = &object.private {
        out.push_str(",\"private\":");
        quote(&STANDARD.encode(private.as_bytes()), out);
    }
    let mut dependencies: Vec<String> = object
        .dependencies
        .iter()
        .map(|text| config_address(text))
        .collect();
    dependencies.dedup();
    for (at, dependency) in dependencies.iter().enumerate() {
        out.push_str(if at == 0 { ",\"dependencies\":[" } else { "," });
        quote(dependency, out);
    }
    if !dependencies.is_empty() {
        out.push(']');
    }
    out.push_str(if object.create_before_destroy {
        ",\"create_before_destroy\":true}"
    } else {
        "}"
    });
}

/// The address without instance keys.
fn config_address(text: &str) -> String {
    match parse_target(text) {
        Ok(Target::Resource(address)) => address.config().to_string(),
        _ => text.to_owned(),
    }
}
