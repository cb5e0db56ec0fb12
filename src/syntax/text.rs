//! The literal text of templates: what escapes stand for.

use std::borrow::Cow;

/// An escape that stands for nothing.
pub(super) struct BadEscape {
    /// Its bytes in the raw text.
    pub start: u32,
    pub end: u32,
    pub detail: String,
}

/// Decodes a literal text. `$${` and `%%{` stand for themselves without the doubled sign everywhere; escapes
/// with a backslash are known in quoted strings alone.
pub(super) fn decode(raw: &str, quoted: bool) -> (Cow<'_, str>, Vec<BadEscape>) {
    let plain = |byte: u8| !matches!(byte, b'$' | b'%') && (byte != b'\\' || !quoted);
    if raw.bytes().all(plain) {
        return (Cow::Borrowed(raw), Vec::new());
    }
    let mut text = String::with_capacity(raw.len());
    let mut faults = Vec::new();
    let mut rest = raw;
    while let Some(length) = rest.bytes().position(|byte| !plain(byte)) {
        let (before, found) = rest.split_at(length);
        text.push_str(before);
        let at = raw.len() - found.len();
        let length = if let Some(sign) = ["$${", "%%{"].iter().find(|sign| found.starts_with(**sign)) {
            text.push_str(sign.get(1..).unwrap_or_default());
            sign.len()
        } else if found.starts_with('\\') {
            match escape(found) {
                Ok((decoded, length)) => {
                    text.push(decoded);
                    length
                }
                Err((detail, length)) => {
                    faults.push(BadEscape {
                        start: u32::try_from(at).unwrap_or(u32::MAX),
                        end: u32::try_from(at + length).unwrap_or(u32::MAX),
                        detail,
                    });
                    length
                }
            }
        } else {
            text.push_str(found.get(..1).unwrap_or_default());
            1
        };
        rest = found.get(length..).unwrap_or_default();
    }
    text.push_str(rest);
    (Cow::Owned(text), faults)
}

/// What the escape that `rest` begins with stands for, and its length.
fn escape(rest: &str) -> Result<(char, usize), (String, usize)> {
    let mut chars = rest.chars().skip(1);
    let simple = match chars.next() {
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('"') => '"',
        Some('\\') => '\\',
        Some(kind @ ('u' | 'U')) => {
            let digits = if kind == 'u' { 4 } else { 8 };
            let hex: String = chars.take(digits).take_while(char::is_ascii_hexdigit).collect();
            if hex.len() < digits {
                let detail = format!("\"\\{kind}\" must be followed by {digits} hexadecimal digits.");
                return Err((detail, 2 + hex.len()));
            }
            let decoded = u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32);
            return match decoded {
                Some(decoded) => Ok((decoded, 2 + digits)),
                None => Err((
                    format!("There is no character U+{}.", hex.to_uppercase()),
                    2 + digits,
                )),
            };
        }
        Some(other) => {
            let detail = format!(
                "\"\\{}\" is no escape sequence. To write a backslash itself, write \"\\\\\".",
                other.escape_debug()
            );
            return Err((detail, 1 + other.len_utf8()));
        }
        None => {
            let detail = "A backslash stands at the end of the text, with nothing to escape.".to_owned();
            return Err((detail, 1));
        }
    };
    Ok((simple, 2))
}
