//! Writing values as plain JSON: the form of `jsonencode`.

use std::fmt::Write;

use serde_json::value::RawValue;

use crate::value::json::{JsonError, unsupported};
use crate::value::transform::steps;
use crate::value::{Kind, Path, PathStep, Type, Value};

/// The value as `jsonencode` writes it: no spaces, keys in order, `<`, `>`, `&`, U+2028 and U+2029 escaped.
/// Marks are not written.
///
/// # Errors
/// Something in it is unknown or infinite.
pub fn to_json_string(value: &Value) -> Result<String, JsonError> {
    let mut out = String::new();
    write(value, None, &mut Path::root(), &mut out)?;
    Ok(out)
}

/// The same with one member a line, indented by two spaces.
///
/// # Errors
/// Something in it is unknown or infinite.
pub fn to_json_pretty(value: &Value) -> Result<String, JsonError> {
    let mut out = String::new();
    write(value, Some(0), &mut Path::root(), &mut out)?;
    Ok(out)
}

/// The value as JSON text that `serde_json` passes through unread: nothing of its numbers is lost.
///
/// # Errors
/// Something in it is unknown or infinite.
pub fn to_raw(value: &Value) -> Result<Box<RawValue>, JsonError> {
    RawValue::from_string(to_json_string(value)?).map_err(|error| JsonError::root(error.to_string()))
}

/// The value for `serde_json`. An integer of up to 64 bits stays exact; any other number becomes the nearest
/// double, and one too large for a double is an error. Where every digit counts use [`to_raw`].
///
/// # Errors
/// Something in it is unknown, infinite or too large.
pub fn to_serde(value: &Value) -> Result<serde_json::Value, JsonError> {
    serde(value, &mut Path::root())
}

fn serde(value: &Value, path: &mut Path) -> Result<serde_json::Value, JsonError> {
    Ok(match value.kind() {
        Kind::Unknown(..) => return Err(JsonError::new(path, "value is not known")),
        Kind::TypeValue(_) => return Err(unsupported(&Type::TypeValue, path)),
        Kind::Null(_) => serde_json::Value::Null,
        Kind::Bool(value) => serde_json::Value::Bool(*value),
        Kind::String(text) => serde_json::Value::String(text.to_string()),
        Kind::Number(number) => {
            if let Some(int) = number.to_i64() {
                return Ok(int.into());
            }
            if let Some(int) = number.to_u64() {
                return Ok(int.into());
            }
            let double = serde_json::Number::from_f64(number.to_f64());
            double
                .ok_or_else(|| JsonError::new(path, "number is too large for a double"))?
                .into()
        }
        Kind::List(..) | Kind::Set(..) | Kind::Tuple(_) => {
            let mut items = Vec::new();
            for (step, item) in steps(value) {
                path.push(step);
                items.push(serde(item, path)?);
                path.pop();
            }
            serde_json::Value::Array(items)
        }
        Kind::Map(_, members) | Kind::Object(members) => {
            let mut object = serde_json::Map::new();
            for (key, (step, member)) in members.keys().zip(steps(value)) {
                path.push(step);
                object.insert(key.to_string(), serde(member, path)?);
                path.pop();
            }
            serde_json::Value::Object(object)
        }
    })
}

/// Writes a value; with an indent, one member a line.
fn write(value: &Value, indent: Option<usize>, path: &mut Path, out: &mut String) -> Result<(), JsonError> {
    match value.kind() {
        Kind::List(..) | Kind::Set(..) | Kind::Tuple(_) => {
            write_members(value, ('[', ']'), indent, path, out)
        }
        Kind::Map(..) | Kind::Object(_) => write_members(value, ('{', '}'), indent, path, out),
        _ => write_scalar(value, path, out),
    }
}

fn write_members(
    value: &Value,
    (open, close): (char, char),
    indent: Option<usize>,
    path: &mut Path,
    out: &mut String,
) -> Result<(), JsonError> {
    let inner = indent.map(|indent| indent + 2);
    let mut keys = value.members().into_iter().flat_map(|members| members.keys());
    let mut empty = true;
    out.push(open);
    for (step, child) in steps(value) {
        if !empty {
            out.push(',');
        }
        empty = false;
        new_line(inner, out);
        if let Some(key) = keys.next() {
            escape(key, out);
            out.push_str(if inner.is_some() { ": " } else { ":" });
        }
        path.push(step);
        write(child, inner, path, out)?;
        path.pop();
    }
    if !empty {
        new_line(indent, out);
    }
    out.push(close);
    Ok(())
}

fn new_line(indent: Option<usize>, out: &mut String) {
    if let Some(indent) = indent {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent));
    }
}

/// Writes anything that is not a container.
pub(super) fn write_scalar(value: &Value, path: &Path, out: &mut String) -> Result<(), JsonError> {
    match value.kind() {
        Kind::Unknown(..) => return Err(JsonError::new(path, "value is not known")),
        Kind::Null(_) => out.push_str("null"),
        Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Kind::Number(number) if number.is_infinite() => {
            return Err(JsonError::new(path, "cannot serialize infinity as JSON"));
        }
        Kind::Number(number) => {
            // Writing to a string cannot fail.
            let _ = write!(out, "{number}");
        }
        Kind::String(text) => escape(text, out),
        _ => return Err(unsupported(&value.ty(), path)),
    }
    Ok(())
}

/// Appends a JSON string with quotes, escaped as `jsonencode` does.
pub fn escape(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (at, character) in text.char_indices() {
        let short = match character {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            '\u{0}'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => "",
            _ => continue,
        };
        out.push_str(text.get(plain..at).unwrap_or_default());
        if short.is_empty() {
            let _ = write!(out, "\\u{:04x}", u32::from(character));
        } else {
            out.push_str(short);
        }
        plain = at + character.len_utf8();
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}

/// The step and the child of every member, for the typed form.
pub(super) fn children(value: &Value) -> impl Iterator<Item = (PathStep, &Value)> {
    steps(value)
}
