//! `yamlencode`.
//!
//! Strings and keys are always in double quotes, so that no reader mistakes them for anything else; text of
//! several lines is a literal block.

use crate::value::{Kind, Members, Type, Value};

use super::Answer;
use super::args::Args;

pub(super) fn yamlencode(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let value = args.get(0)?;
    if !value.is_wholly_known() {
        return Ok(Value::unknown(Type::String).refine_not_null());
    }
    let mut out = String::new();
    write(value, 0, &mut out);
    // A plain scalar alone needs an end mark.
    if matches!(value.kind(), Kind::Null(_) | Kind::Bool(_) | Kind::Number(_)) {
        out.push_str("...\n");
    }
    Ok(Value::string(out))
}

/// Writes a value from where the pen is; what follows on further lines is indented.
fn write(value: &Value, indent: usize, out: &mut String) {
    match value.kind() {
        Kind::Null(_) => out.push_str("null\n"),
        Kind::Bool(answer) => out.push_str(&format!("{answer}\n")),
        Kind::Number(number) if number.is_infinite() => {
            out.push_str(if number.is_sign_negative() {
                "-.inf\n"
            } else {
                ".inf\n"
            });
        }
        Kind::Number(number) => out.push_str(&format!("{number}\n")),
        Kind::String(text) if is_block(text) => block(text, indent, out),
        Kind::String(text) => {
            quoted(text, Some(indent.max(2)), out);
            out.push('\n');
        }
        Kind::List(_, items) | Kind::Set(_, items) => sequence(items, indent, out),
        Kind::Tuple(items) => sequence(items, indent, out),
        Kind::Map(_, members) | Kind::Object(members) => mapping(members, indent, out),
        Kind::Unknown(..) | Kind::TypeValue(_) => {}
    }
}

fn sequence(items: &[Value], indent: usize, out: &mut String) {
    if items.is_empty() {
        out.push_str("[]\n");
    }
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str("- ");
        write(item, indent + 2, out);
    }
}

fn mapping(members: &Members, indent: usize, out: &mut String) {
    if members.is_empty() {
        out.push_str("{}\n");
    }
    for (at, (key, value)) in members.iter().enumerate() {
        if at > 0 {
            out.push_str(&" ".repeat(indent));
        }
        quoted(key, None, out);
        out.push(':');
        let is_map = value.members().is_some_and(|members| !members.is_empty());
        let is_list = value.items().is_some_and(|items| !items.is_empty());
        // A list stands as deep as its key, a mapping deeper.
        let below = if is_map { indent + 2 } else { indent };
        if is_map || is_list {
            out.push('\n');
            out.push_str(&" ".repeat(below));
        } else {
            out.push(' ');
        }
        write(value, if is_map || is_list { below } else { indent + 2 }, out);
    }
}

/// Whether text of several lines can stand as a literal block.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !text.contains(" \n")
        && !text.ends_with(' ')
        && text.chars().all(|letter| letter == '\n' || is_printable(letter))
}

fn is_printable(letter: char) -> bool {
    matches!(letter, ' '..='~' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}')
        && !matches!(letter, '\u{FEFF}' | '\u{2028}' | '\u{2029}')
}

fn block(text: &str, indent: usize, out: &mut String) {
    out.push('|');
    if text.starts_with([' ', '\n']) {
        out.push('2');
    }
    let body = text.strip_suffix('\n');
    match body {
        None => out.push('-'),
        Some(body) if body.is_empty() || body.ends_with('\n') => out.push('+'),
        Some(_) => {}
    }
    out.push('\n');
    let fill = " ".repeat(indent.max(2));
    for line in body.unwrap_or(text).split('\n') {
        if !line.is_empty() {
            out.push_str(&fill);
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// Behind this column a text in quotes goes on in the next line, at its next space.
const WIDTH: usize = 80;

/// A text in quotes; with `fold`, over several lines indented by so much.
fn quoted(text: &str, fold: Option<usize>, out: &mut String) {
    out.push('"');
    let mut line = out.rfind('\n').map_or(0, |at| at + 1);
    let width = |line: usize, out: &str| out.get(line..).unwrap_or_default().chars().count();
    let mut letters = text.chars().peekable();
    let (mut first, mut after_space) = (true, false);
    while let Some(letter) = letters.next() {
        let here = !first && !after_space && letter == ' ' && letters.peek().is_some();
        if let (true, Some(indent)) = (here && out.len() - line > WIDTH, fold)
            && width(line, out) > WIDTH
        {
            out.push('\n');
            line = out.len();
            out.push_str(&" ".repeat(indent));
            if letters.peek() == Some(&' ') {
                out.push('\\');
            }
            after_space = true;
            continue;
        }
        (first, after_space) = (false, letter == ' ');
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            letter if is_printable(letter) => out.push(letter),
            letter => {
                let code = u32::from(letter);
                out.push_str(&match code {
                    0..=0xFF => format!("\\x{code:02X}"),
                    0x100..=0xFFFF => format!("\\u{code:04X}"),
                    _ => format!("\\U{code:08X}"),
                });
            }
        }
    }
    out.push('"');
}
