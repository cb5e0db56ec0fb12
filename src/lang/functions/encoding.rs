//! Base64, JSON, URL encoding and compression.

use std::io::Write;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::value::json::{parse_implied, to_json_string};
use crate::value::{Kind, Refinement, Type, Value};

use super::Answer;
use super::args::{Args, failed};

/// The standard alphabet with padding.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// Bytes from Base64 text; line breaks are ignored.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let plain: String = text
        .chars()
        .filter(|letter| !matches!(letter, '\r' | '\n'))
        .collect();
    BASE64.decode(plain).ok()
}

/// Bytes as Base64 text.
pub(super) fn to_base64(bytes: &[u8]) -> Value {
    Value::string(BASE64.encode(bytes))
}

pub(super) fn base64encode(args: &Args<'_>, _: &Type) -> Answer<Value> {
    Ok(to_base64(args.text(0).as_bytes()))
}

pub(super) fn base64decode(args: &Args<'_>, _: &Type) -> Answer<Value> {
    match from_base64(args.text(0)).map(String::from_utf8) {
        Some(Ok(text)) => Ok(Value::string(text)),
        Some(Err(_)) => failed("the decoded bytes are not valid UTF-8"),
        None => failed("the string is not valid Base64"),
    }
}

pub(super) fn base64gzip(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let packed = encoder
        .write_all(args.text(0).as_bytes())
        .and_then(|()| encoder.finish());
    match packed {
        Ok(bytes) => Ok(to_base64(&bytes)),
        Err(fault) => failed(format!("it cannot be compressed: {fault}")),
    }
}

pub(super) fn jsonencode(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let value = args.get(0)?;
    if !value.is_wholly_known() {
        // A bracket or quote is certain once null is not possible.
        let beginning = match value.kind() {
            _ if !value.is_not_null() => "",
            Kind::Object(_) | Kind::Map(..) | Kind::Unknown(Type::Object(_) | Type::Map(_), _) => "{",
            Kind::Unknown(Type::String, _) => "\"",
            Kind::Unknown(Type::Dynamic | Type::Bool | Type::Number, _) => "",
            _ => "[",
        };
        let beginning = Refinement::not_null().with_prefix(beginning);
        return Ok(Value::unknown_refined(Type::String, beginning));
    }
    match to_json_string(value) {
        Ok(text) => Ok(Value::string(text)),
        Err(fault) => failed(fault.to_string()),
    }
}

pub(super) fn jsondecode_type(args: &Args<'_>) -> Answer<Type> {
    Ok(if args.get(0)?.is_known() {
        decode(args)?.ty()
    } else {
        Type::Dynamic
    })
}

pub(super) fn jsondecode(args: &Args<'_>, _: &Type) -> Answer<Value> {
    decode(args)
}

fn decode(args: &Args<'_>) -> Answer<Value> {
    match parse_implied(args.text(0)) {
        Ok(value) => Ok(value),
        Err(fault) => failed(format!("the string is not valid JSON: {fault}")),
    }
}

/// Everything but letters, digits and `-_.~`.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b' ');

pub(super) fn urlencode(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let encoded = utf8_percent_encode(args.text(0), QUERY).to_string();
    Ok(Value::string(encoded.replace(' ', "+")))
}
