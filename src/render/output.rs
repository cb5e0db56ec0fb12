//! Outputs of the root module: for people, as JSON, and raw for scripts.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use crate::state::OutputRecord;
use crate::value::{Kind, Value};

use super::json::{self, Json};
use super::{escape, value};

/// All outputs by name.
pub type Outputs = BTreeMap<Arc<str>, OutputRecord>;

/// `name = value`, a line each; sensitive ones are named and hidden.
pub fn text(outputs: &Outputs) -> String {
    listed(outputs, "<sensitive>")
}

/// The same for `show`.
pub(super) fn listed(outputs: &Outputs, hidden: &str) -> String {
    let mut out = String::new();
    for (name, output) in outputs {
        let shown = if output.sensitive {
            hidden.to_owned()
        } else {
            value::format(&output.value, 0)
        };
        let _ = writeln!(out, "{} = {shown}", escape::name(name));
    }
    out
}

/// The value alone; asked for by name, so shown even if sensitive.
pub fn one(output: &OutputRecord) -> String {
    format!("{}\n", value::format(&output.value, 0))
}

/// All outputs as JSON, values of sensitive ones included.
pub fn json(outputs: &Outputs) -> String {
    let members = outputs.iter().map(|(name, output)| {
        let record = Json::object([
            ("sensitive", Json::Bool(output.sensitive)),
            ("type", json::type_json(&output.value.ty())),
            ("value", json::known(&output.value)),
        ]);
        (Arc::clone(name), record)
    });
    format!("{}\n", Json::Object(members.collect()).pretty())
}

/// The JSON of one value.
pub fn json_one(output: &OutputRecord) -> String {
    format!("{}\n", json::known(&output.value).compact())
}

/// The text of a string, number or bool without quotes and line break; `None` for anything else.
pub fn raw(output: &OutputRecord) -> Option<String> {
    raw_value(&output.value)
}

fn raw_value(value: &Value) -> Option<String> {
    match value.kind() {
        Kind::String(text) => Some(text.to_string()),
        Kind::Number(number) => Some(number.to_string()),
        Kind::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}
