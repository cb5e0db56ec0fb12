//! The JSON form of the language: `*.tf.json` text to the same tree.
//!
//! Objects, arrays and numbers become expressions; strings become templates, whose faults and spans point into
//! the JSON text through its escapes. The root becomes a body of attributes alone. Keys given twice stay when
//! both hold objects or arrays, for each may be a block; otherwise the second is a fault. After a fault of JSON
//! itself nothing more is read.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::source::{FileId, Span};

use super::ast::{Attribute, Body, Expr, ExprKind, Ident, ObjectItem, ObjectKey, UnaryOp};
use super::codes;
use super::parser::MAX_DEPTH;
use super::token::Source;

/// Reads a whole file.
pub(super) fn read(text: &str, file: FileId) -> (Body, Diagnostics) {
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        file,
        at: if text.starts_with('\u{feff}') { 3 } else { 0 },
        depth: 0,
        diagnostics: Diagnostics::new(),
    };
    let mut body = Body {
        json: true,
        ..Body::empty(Span::new(file, 0, text.len()))
    };
    if let Some(root) = reader.whole() {
        reader.root(root, &mut body);
    }
    (body, reader.diagnostics)
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    file: FileId,
    at: usize,
    depth: u32,
    diagnostics: Diagnostics,
}

impl<'a> Reader<'a> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn fail<T>(
        &mut self,
        code: &'static Code,
        start: usize,
        end: usize,
        detail: impl Into<String>,
    ) -> Option<T> {
        let at = self.span(start, end);
        self.diagnostics.push(Diagnostic::error(code, detail).at(at));
        None
    }

    fn space(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// What stands here, as messages name it.
    fn found(&self) -> String {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            None => "the end of the file".to_owned(),
            Some(next) => format!("\"{}\"", next.escape_debug()),
        }
    }

    fn unexpected<T>(&mut self, expected: &str) -> Option<T> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let hint = match rest.chars().next() {
            Some('\'') => " JSON writes strings in double quotes.",
            Some('/' | '#') => " JSON has no comments; a key named \"//\" may hold one.",
            Some('}' | ']') if self.before() == Some(b',') => " JSON allows no comma behind the last item.",
            Some(next) if next.is_alphabetic() => " JSON writes names and strings in double quotes.",
            _ => "",
        };
        let detail = format!(
            "{expected} is expected here, but {} was found.{hint}",
            self.found()
        );
        let length = rest.chars().next().map_or(0, char::len_utf8);
        self.fail(&codes::JSON_INVALID, self.at, self.at + length, detail)
    }

    /// The last byte before here that is not space.
    fn before(&self) -> Option<u8> {
        let before = self.bytes.get(..self.at)?;
        before
            .iter()
            .rev()
            .find(|byte| !byte.is_ascii_whitespace())
            .copied()
    }

    fn whole(&mut self) -> Option<Expr> {
        self.space();
        let root = self.value()?;
        self.space();
        if self.at < self.bytes.len() {
            return self.unexpected("The end of the file");
        }
        Some(root)
    }

    fn root(&mut self, root: Expr, body: &mut Body) {
        match &root.kind {
            ExprKind::Object(_) => body.items.extend(super::json_body::items(&root)),
            ExprKind::Tuple(roots) => {
                for root in roots {
                    match root.kind {
                        ExprKind::Object(_) => body.items.extend(super::json_body::items(root)),
                        _ => self.bad_root(root.span),
                    }
                }
            }
            _ => self.bad_root(root.span),
        }
    }

    fn bad_root(&mut self, at: Span) {
        let detail = "The root of a JSON configuration must be an object, or an array of objects.";
        self.diagnostics
            .push(Diagnostic::error(&codes::JSON_BODY, detail).at(at));
    }

    fn value(&mut self) -> Option<Expr> {
        let start = self.at;
        let kind = match self.byte() {
            Some(b'{') => self.nested(Reader::object)?,
            Some(b'[') => self.nested(Reader::array)?,
            Some(b'"') => return self.string(),
            Some(b'-' | b'0'..=b'9') => return self.number(),
            Some(b'a'..=b'z' | b'A'..=b'Z') => self.word()?,
            None => {
                return self.fail(
                    &codes::JSON_UNCLOSED,
                    start,
                    start,
                    "The file ends where a value is expected.",
                );
            }
            _ => return self.unexpected("A value"),
        };
        Some(Expr {
            kind,
            span: self.span(start, self.at),
        })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Option<ExprKind>) -> Option<ExprKind> {
        if self.depth >= MAX_DEPTH {
            let detail = format!("More than {MAX_DEPTH} levels are nested in each other here.");
            return self.fail(&codes::TOO_DEEP, self.at, self.at + 1, detail);
        }
        self.depth += 1;
        let kind = read(self);
        self.depth -= 1;
        kind
    }

    fn word(&mut self) -> Option<ExprKind> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest
            .find(|next: char| !next.is_alphanumeric() && next != '_')
            .unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        let kind = match word {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "null" => ExprKind::Null,
            _ => {
                let detail = format!(
                    "\"{word}\" is no value of JSON.{} Strings are written in double quotes.",
                    crate::diag::did_you_mean(&word.to_lowercase(), ["true", "false", "null"])
                );
                return self.fail(&codes::JSON_INVALID, self.at, self.at + length, detail);
            }
        };
        self.at += length;
        Some(kind)
    }

    fn number(&mut self) -> Option<Expr> {
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
            .unwrap_or(rest.len());
        let text = self.text.get(start..start + length).unwrap_or_default();
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !is_json_number(digits) {
            let detail = format!("\"{text}\" is no number of JSON, such as 12, -0.5 or 1e3.");
            return self.fail(&codes::JSON_INVALID, start, start + length, detail);
        }
        self.at += length;
        let negative = text.len() - digits.len();
        let number = Expr {
            kind: ExprKind::number(digits),
            span: self.span(start + negative, self.at),
        };
        if negative == 0 {
            return Some(number);
        }
        Some(Expr {
            kind: ExprKind::Unary(UnaryOp::Neg, Box::new(number)),
            span: self.span(start, self.at),
        })
    }

    fn array(&mut self) -> Option<ExprKind> {
        let open = self.at;
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.byte() == Some(b']') {
            self.at += 1;
            return Some(ExprKind::Tuple(items));
        }
        loop {
            self.space();
            self.ended(open, "array")?;
            items.push(self.value()?);
            self.space();
            self.ended(open, "array")?;
            match self.byte() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Some(ExprKind::Tuple(items));
                }
                _ => return self.unexpected("A comma or \"]\""),
            }
        }
    }

    fn object(&mut self) -> Option<ExprKind> {
        let open = self.at;
        self.at += 1;
        let mut items: Vec<ObjectItem> = Vec::new();
        let mut seen: BTreeMap<Arc<str>, bool> = BTreeMap::new();
        self.space();
        if self.byte() == Some(b'}') {
            self.at += 1;
            return Some(ExprKind::Object(items));
        }
        loop {
            self.space();
            self.ended(open, "object")?;
            if self.byte() != Some(b'"') {
                return self.unexpected("A key in double quotes");
            }
            let key = self.string()?;
            self.space();
            self.ended(open, "object")?;
            if self.byte() != Some(b':') {
                return self.unexpected("A colon");
            }
            self.at += 1;
            self.space();
            let value = self.value()?;
            self.repeated(&key, &value, &mut seen);
            items.push(ObjectItem {
                key: ObjectKey::Expr(key),
                value,
            });
            self.space();
            self.ended(open, "object")?;
            match self.byte() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Some(ExprKind::Object(items));
                }
                _ => return self.unexpected("A comma or \"}\""),
            }
        }
    }

    fn ended(&mut self, open: usize, what: &str) -> Option<()> {
        if self.at < self.bytes.len() {
            return Some(());
        }
        let detail = format!("This {what} is not closed before the end of the file.");
        self.fail(&codes::JSON_UNCLOSED, open, open + 1, detail)
    }

    fn repeated(&mut self, key: &Expr, value: &Expr, seen: &mut BTreeMap<Arc<str>, bool>) {
        let ExprKind::String(name) = &key.kind else {
            return;
        };
        let many = matches!(value.kind, ExprKind::Object(_) | ExprKind::Tuple(_));
        let before = seen.insert(name.clone(), many);
        if name.as_ref() != "//" && before.is_some_and(|before| !(before && many)) {
            let detail =
                format!("The key \"{name}\" occurs in this object already. Each may be set only once.");
            let diagnostic = Diagnostic::error(&codes::DUPLICATE_ARGUMENT, detail).at(key.span);
            self.diagnostics.push(diagnostic);
        }
    }

    /// A string, and the template in it.
    fn string(&mut self) -> Option<Expr> {
        let open = self.at;
        let (text, map) = self.string_text()?;
        let span = self.span(open, self.at);
        let kind = if ["${", "%{"].iter().any(|mark| text.contains(mark)) {
            let source = Source::mapped(&text, self.file, open + 1, map);
            match super::read_template(&source) {
                Ok(mut expr) => std::mem::replace(&mut expr.kind, ExprKind::Null),
                Err(faults) => {
                    self.diagnostics.extend(faults);
                    ExprKind::String(text.into())
                }
            }
        } else {
            ExprKind::String(text.into())
        };
        Some(Expr { kind, span })
    }

    /// The decoded text of a string, and a map from its offsets to those of the file.
    #[allow(clippy::type_complexity)]
    fn string_text(&mut self) -> Option<(String, Vec<(u32, u32)>)> {
        let open = self.at;
        self.at += 1;
        let mut text = String::new();
        let mut map = vec![pair(0, self.at)];
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let length = rest
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
            let Some(length) = length else {
                return self.unclosed_string(open);
            };
            text.push_str(self.text.get(self.at..self.at + length).unwrap_or_default());
            self.at += length;
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Some((text, map));
                }
                Some(b'\\') => {
                    let decoded = self.escape()?;
                    text.push(decoded);
                    map.push(pair(text.len(), self.at));
                }
                Some(b'\n' | b'\r') => return self.unclosed_string(open),
                _ => {
                    let detail = "A control character stands in this string. Write it as an escape, such as \\t or \
                                  \\u0007.";
                    return self.fail(&codes::JSON_INVALID, self.at, self.at + 1, detail);
                }
            }
        }
    }

    fn unclosed_string<T>(&mut self, open: usize) -> Option<T> {
        let detail =
            "This string has no closing quote mark on its line. A line break in a string is written \\n.";
        let rest = self.text.get(open..).unwrap_or_default();
        let end = open + rest.find(['\n', '\r']).unwrap_or(rest.len());
        self.fail(&codes::JSON_UNCLOSED, open, end, detail)
    }

    fn escape(&mut self) -> Option<char> {
        let start = self.at;
        let kind = self.bytes.get(start + 1).copied();
        let simple = match kind {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => {
                let detail = "JSON knows the escapes \\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t and \\uXXXX, and no other.";
                return self.fail(&codes::INVALID_ESCAPE, start, start + 1, detail);
            }
        };
        self.at += 2;
        Some(simple)
    }

    fn unicode_escape(&mut self) -> Option<char> {
        let start = self.at;
        let Some(first) = self.hex(start) else {
            let detail = "\"\\u\" must be followed by four hexadecimal digits.";
            return self.fail(&codes::INVALID_ESCAPE, start, start + 2, detail);
        };
        self.at = start + 6;
        if let Some(decoded) = char::from_u32(first) {
            return Some(decoded);
        }
        let second = match self.bytes.get(self.at..self.at + 2) {
            Some(b"\\u") => self.hex(self.at),
            _ => None,
        };
        match (first, second) {
            (0xd800..=0xdbff, Some(second @ 0xdc00..=0xdfff)) => {
                self.at += 6;
                char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
            }
            // A lone surrogate stands for no character; JSON readers put the replacement character in its place.
            _ => Some(char::REPLACEMENT_CHARACTER),
        }
    }

    /// The four hexadecimal digits behind `\u`.
    fn hex(&self, start: usize) -> Option<u32> {
        let digits = self.text.get(start + 2..start + 6)?;
        let valid = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        valid.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    }
}

fn pair(decoded: usize, at: usize) -> (u32, u32) {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    (offset(decoded), offset(at))
}

/// Whether this is a number without sign by JSON's grammar.
fn is_json_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

/// An attribute of a JSON body.
pub(super) fn attribute(name: &Arc<str>, at: Span, value: &Expr) -> Attribute {
    Attribute {
        name: Ident {
            name: name.clone(),
            span: at,
        },
        expr: value.clone(),
        span: at.to(value.span),
    }
}
