//! JSON as text: quoting, packing and laying out without reading numbers.
//!
//! Attributes are kept as the text that a planner encoded, so that a number of any size passes through
//! unchanged. This file therefore works on text and never turns a number into a machine number. It expects
//! valid JSON, which [`fault_of_object`] checks; of anything else it makes some text, never a panic.

use serde_json::value::RawValue;

/// Writes a string in quotes, escaped as JSON demands and no more.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            other if u32::from(other) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(other))),
            other => out.push(other),
        }
    }
    out.push('"');
}

/// Why a text is not one JSON object; none when it is.
pub fn fault_of_object(text: &str) -> Option<String> {
    match serde_json::from_str::<&RawValue>(text) {
        Err(error) => Some(format!(
            "not valid JSON at line {}, column {}",
            error.line(),
            error.column()
        )),
        Ok(raw) if !raw.get().starts_with('{') => Some("not a JSON object".to_owned()),
        Ok(_) => None,
    }
}

/// The same JSON without white space between its parts.
pub fn compact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut strings = Strings::default();
    for letter in text.chars() {
        if strings.inside(letter) || !matches!(letter, ' ' | '\n' | '\r' | '\t') {
            out.push(letter);
        }
    }
    out
}

/// The same JSON laid out as Terraform writes its state: two spaces of indentation, one member or element a
/// line, empty brackets closed at once, and `<`, `>`, `&` and the two Unicode line ends escaped in strings.
pub fn pretty(text: &str) -> String {
    let packed = compact(text);
    let mut out = String::with_capacity(packed.len() * 2);
    let mut strings = Strings::default();
    let mut depth = 0usize;
    let mut letters = packed.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(letter) = letters.next() {
        if strings.inside(letter) {
            match letter {
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    out.push_str(&format!("\\u{:04x}", u32::from(letter)));
                }
                other => out.push(other),
            }
            continue;
        }
        match letter {
            '{' | '[' => {
                out.push(letter);
                match letters.next_if(|next| matches!(next, '}' | ']')) {
                    Some(close) => out.push(close),
                    None => {
                        depth += 1;
                        line(&mut out, depth);
                    }
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(letter);
            }
            ',' => {
                out.push(letter);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            other => out.push(other),
        }
    }
    out
}

/// Follows the letters of a JSON text and knows which of them belong to a string.
#[derive(Default)]
struct Strings {
    open: bool,
    escaped: bool,
}

impl Strings {
    /// Whether this letter belongs to a string, its quotes included.
    fn inside(&mut self, letter: char) -> bool {
        if !self.open {
            self.open = letter == '"';
            return self.open;
        }
        if self.escaped {
            self.escaped = false;
        } else if letter == '\\' {
            self.escaped = true;
        } else if letter == '"' {
            self.open = false;
        }
        true
    }
}
