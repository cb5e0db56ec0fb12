//! Making foreign text harmless: control characters, and characters that turn the direction of writing, are
//! shown as escapes. It does not quote.

use std::borrow::Cow;
use std::fmt::Write;

/// Text for one line: no control character is left, not even a line break.
pub fn line(text: &str) -> Cow<'_, str> {
    replace(text, |letter| is_harmful(letter) || matches!(letter, '\n' | '\t'))
}

/// Text of several lines: line breaks and tabs stay.
pub fn lines(text: &str) -> Cow<'_, str> {
    replace(text, is_harmful)
}

fn replace(text: &str, harmful: impl Fn(char) -> bool) -> Cow<'_, str> {
    let Some((first, _)) = text.char_indices().find(|(_, letter)| harmful(*letter)) else {
        return Cow::Borrowed(text);
    };
    let (clean, rest) = text.split_at_checked(first).unwrap_or(("", text));
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(clean);
    for letter in rest.chars() {
        match letter {
            '\n' if harmful('\n') => out.push_str("\\n"),
            '\t' if harmful('\t') => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            other if harmful(other) => {
                let _ = write!(out, "\\u{:04x}", u32::from(other));
            }
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

fn is_harmful(letter: char) -> bool {
    (letter.is_control() && !matches!(letter, '\n' | '\t')) || turns(letter)
}

/// Whether a character changes the direction of the writing around it.
fn turns(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
}

/// A string as HCL writes it, quoted, and harmless.
pub fn quoted(text: &str) -> String {
    let quoted = crate::addr::Quoted(text).to_string();
    match line(&quoted) {
        Cow::Borrowed(_) => quoted,
        Cow::Owned(escaped) => escaped,
    }
}

/// A string in quotes with every character that is not printable as an escape, `\x7f` or `\u200d`. Templates are
/// not escaped: this shows what a string is, not how to write it.
pub fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            letter if is_printable(letter) => out.push(letter),
            letter => {
                let number = u32::from(letter);
                let _ = match number {
                    0..0x80 => write!(out, "\\x{number:02x}"),
                    0x80..0x1_0000 => write!(out, "\\u{number:04x}"),
                    _ => write!(out, "\\U{number:08x}"),
                };
            }
        }
    }
    out.push('"');
    out
}

/// Whether a character shows as itself. Marks that join the character before them do.
fn is_printable(letter: char) -> bool {
    if letter.is_ascii() {
        return !letter.is_ascii_control();
    }
    // The standard library tells only how it would escape; behind another character it leaves marks alone.
    format!("a{letter}").escape_debug().nth(1) == Some(letter)
}

/// Whether a name can stand before `=` without quotes.
pub fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
}

/// A name, quoted if it has to be.
pub fn name(text: &str) -> String {
    if is_name(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_sequence_becomes_visible() {
        assert_eq!(line("a\u{1b}[31mb\nc"), "a\\u001b[31mb\\nc");
        assert_eq!(lines("a\u{9b}b\n\tc\r"), "a\\u009bb\n\tc\\r");
        assert_eq!(lines("x\u{202e}y"), "x\\u202ey");
        assert!(matches!(lines("plain ä"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_quoted_string_escapes_templates() {
        assert_eq!(quoted("a${b}\"\n\u{202e}"), "\"a$${b}\\\"\\n\\u202e\"");
    }

    #[test]
    fn a_shown_string_has_nothing_unseen() {
        assert_eq!(
            shown("a${b}\"\\\u{7}\u{7f}\u{200d}\u{e000}\u{e0001}"),
            r#""a${b}\"\\\a\x7f\u200d\ue000\U000e0001""#
        );
        assert_eq!(shown("e\u{301} 日本 😀\u{a0}"), "\"e\u{301} 日本 😀\\u00a0\"");
    }

    #[test]
    fn only_identifiers_stand_unquoted() {
        assert_eq!(name("a-b_1"), "a-b_1");
        assert_eq!(name("1a"), "\"1a\"");
        assert_eq!(name("a b"), "\"a b\"");
    }
}
