//! Paths of sensitive attributes as JSON, in the form that Terraform's state format uses.
//!
//! `[{"type":"get_attr","value":"a"},{"type":"index","value":{"value":0,"type":"number"}}]`. Members of a set
//! have no such form: a path ends at the set, for a set is sensitive as a whole.

use std::sync::Arc;

use serde::Deserialize;

use crate::value::path::Key;
use crate::value::{Path, PathStep};

use super::json::quote;

#[derive(Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
enum Step {
    GetAttr(Arc<str>),
    Index(IndexKey),
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
enum IndexKey {
    Number(u64),
    String(Arc<str>),
}

/// Writes one path.
pub fn encode(path: &Path, out: &mut String) {
    out.push('[');
    for (at, step) in path.steps().iter().enumerate() {
        if matches!(step, PathStep::Index(Key::Element(_))) {
            break;
        }
        if at > 0 {
            out.push(',');
        }
        match step {
            PathStep::Attr(name) => {
                out.push_str("{\"type\":\"get_attr\",\"value\":");
                quote(name, out);
                out.push('}');
            }
            PathStep::Index(Key::Int(index)) => {
                out.push_str(&format!(
                    "{{\"type\":\"index\",\"value\":{{\"value\":{index},\"type\":\"number\"}}}}"
                ));
            }
            PathStep::Index(Key::Str(key)) => {
                out.push_str("{\"type\":\"index\",\"value\":{\"value\":");
                quote(key, out);
                out.push_str(",\"type\":\"string\"}}");
            }
            PathStep::Index(Key::Element(_)) => {}
        }
    }
    out.push(']');
}

/// Writes a list of paths.
pub fn encode_all(paths: &[Path], out: &mut String) {
    out.push('[');
    for (at, path) in paths.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        encode(path, out);
    }
    out.push(']');
}

/// Reads a list of paths. The error says what is wrong and at which column.
pub fn decode_all(text: &str) -> Result<Vec<Path>, String> {
    let paths: Vec<Vec<Step>> = serde_json::from_str(text)
        .map_err(|error| format!("the sensitive paths cannot be read ({error})"))?;
    Ok(paths
        .into_iter()
        .map(|steps| steps.into_iter().map(PathStep::from).collect())
        .collect())
}

impl From<Step> for PathStep {
    fn from(step: Step) -> PathStep {
        match step {
            Step::GetAttr(name) => PathStep::Attr(name),
            Step::Index(IndexKey::Number(index)) => PathStep::Index(Key::Int(index)),
            Step::Index(IndexKey::String(key)) => PathStep::Index(Key::Str(key)),
        }
    }
}
