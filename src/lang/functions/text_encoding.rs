//! Text in other character encodings, as Base64.
//!
//! The names are those of the WHATWG encoding standard, which are IANA's with their common aliases, and UTF-16
//! in both orders of bytes, UTF-32 aside. ISO-8859-1 and US-ASCII are taken at their word rather than as
//! windows-1252.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::lang::fault::quote;
use crate::value::{Type, Value};

use super::Answer;
use super::args::Args;
use super::encoding::{from_base64, to_base64};

enum Charset {
    Utf8,
    Utf16 {
        little: bool,
        mark: bool,
    },
    /// The first code points of Unicode, one byte each, below this limit.
    Narrow(u32),
    Other(&'static Encoding),
}

fn charset(name: &str) -> Option<Charset> {
    let lower = name.to_ascii_lowercase();
    Some(match lower.as_str() {
        "utf-16" | "csutf16" => Charset::Utf16 {
            little: false,
            mark: true,
        },
        "utf-16le" => Charset::Utf16 {
            little: true,
            mark: false,
        },
        "utf-16be" => Charset::Utf16 {
            little: false,
            mark: false,
        },
        "iso-8859-1" | "iso_8859-1" | "iso_8859-1:1987" | "latin1" | "l1" | "iso-ir-100" | "ibm819"
        | "cp819" | "csisolatin1" => Charset::Narrow(0x100),
        "us-ascii" | "ascii" | "us" | "ansi_x3.4-1968" | "iso646-us" | "ibm367" | "cp367" | "csascii" => {
            Charset::Narrow(0x80)
        }
        _ => {
            let encoding = Encoding::for_label_no_replacement(lower.as_bytes())?;
            if encoding == UTF_8 {
                Charset::Utf8
            } else if encoding == UTF_16LE || encoding == UTF_16BE {
                return None;
            } else {
                Charset::Other(encoding)
            }
        }
    })
}

fn find(args: &Args<'_>) -> Answer<Charset> {
    let name = args.text(1);
    match charset(name) {
        Some(charset) => Ok(charset),
        None => args.fault(1, format!("{} is not the name of a known encoding", quote(name))),
    }
}

pub(super) fn textencodebase64(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let text = args.text(0);
    let bytes = match find(args)? {
        Charset::Utf8 => Some(text.as_bytes().to_vec()),
        Charset::Utf16 { little, mark } => {
            let mut bytes = if mark { vec![0xFE, 0xFF] } else { Vec::new() };
            for unit in text.encode_utf16() {
                bytes.extend(if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                });
            }
            Some(bytes)
        }
        Charset::Narrow(limit) => text
            .chars()
            .map(|letter| {
                let code = u32::from(letter);
                u8::try_from(code).ok().filter(|_| code < limit)
            })
            .collect(),
        Charset::Other(encoding) => match encoding.encode(text) {
            (bytes, _, false) => Some(bytes.into_owned()),
            _ => None,
        },
    };
    match bytes {
        Some(bytes) => Ok(to_base64(&bytes)),
        None => args.fault(0, "it has characters that this encoding does not have"),
    }
}

pub(super) fn textdecodebase64(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let charset = find(args)?;
    let Some(bytes) = from_base64(args.text(0)) else {
        return args.fault(0, "it is not valid Base64");
    };
    let text = match charset {
        Charset::Utf8 => String::from_utf8(bytes).ok(),
        Charset::Utf16 { little, .. } => {
            let (little, body) = match bytes.as_slice() {
                [0xFE, 0xFF, rest @ ..] => (false, rest),
                [0xFF, 0xFE, rest @ ..] => (true, rest),
                rest => (little, rest),
            };
            let mut pairs = body.chunks_exact(2);
            let units: Vec<u16> = pairs
                .by_ref()
                .filter_map(|pair| <[u8; 2]>::try_from(pair).ok())
                .map(if little {
                    u16::from_le_bytes
                } else {
                    u16::from_be_bytes
                })
                .collect();
            String::from_utf16(&units)
                .ok()
                .filter(|_| pairs.remainder().is_empty())
        }
        Charset::Narrow(limit) => bytes
            .iter()
            .map(|byte| (u32::from(*byte) < limit).then_some(char::from(*byte)))
            .collect(),
        Charset::Other(encoding) => encoding
            .decode_without_bom_handling_and_without_replacement(&bytes)
            .map(std::borrow::Cow::into_owned),
    };
    match text {
        Some(text) => Ok(Value::string(text)),
        None => args.fault(0, "it has bytes that mean nothing in this encoding"),
    }
}
