//! Writing: a value as text of the language, the reverse of `decode_body`.
//!
//! [`write_block`] writes the block of an object by its schema in the canonical layout; what it writes evaluates to
//! the same object. What the provider computes and what is null is left out. Nothing sensitive is written in clear:
//! either the caller gives an expression for its path, or `null` stands in its place, with a comment. It reads no file,
//! and it does not know what a resource is.

mod names;
mod text;

#[cfg(test)]
mod tests;

pub use names::{Names, is_identifier};
pub use text::quoted;

use crate::schema::{Attribute, Block, NestedBlock, Nesting, Usage};
use crate::source::FileId;
use crate::value::{Kind, Members, Path, PathStep, Value, json};

/// Lists of plain values up to this width stay on one line.
const WIDTH: usize = 80;

/// What to write.
#[derive(Clone, Copy, Debug)]
pub struct Writing<'a> {
    /// What the block takes.
    pub schema: &'a Block,
    /// The object; its marks are heeded.
    pub object: &'a Value,
    /// Expressions that stand in place of parts of the object.
    pub codes: &'a [(Path, String)],
    /// Arguments that are no part of the object, such as `for_each`, as expressions. They come first.
    pub first: &'a [(&'a str, String)],
}

/// A whole block with this header, such as `resource "giantswarm_org" "lab"`.
pub fn write_block(header: &str, writing: &Writing<'_>) -> String {
    let mut writer = Writer::new(writing.codes);
    writer.out.push_str(header);
    writer.out.push_str(" {\n");
    writer.depth = 1;
    for (name, code) in writing.first {
        writer.line(&format!("{name} = {code}"));
    }
    if !writing.first.is_empty() {
        writer.out.push('\n');
    }
    writer.body(writing.schema, writing.object);
    if writer.out.len() == header.len() + " {\n".len() {
        writer.out.pop();
    }
    writer.out.push_str("}\n");
    laid_out(writer.out)
}

/// A value as an expression. What is sensitive is `null`.
pub fn expression(value: &Value) -> String {
    let mut writer = Writer::new(&[]);
    writer.expression(value);
    writer.out
}

/// A text of blocks in the canonical layout.
pub fn laid_out(text: String) -> String {
    crate::syntax::format(&text, FileId(0)).unwrap_or(text)
}

struct Writer<'a> {
    out: String,
    depth: usize,
    path: Path,
    codes: &'a [(Path, String)],
}

/// Why `null` stands where a value would.
const SENSITIVE: &str = "sensitive";
const UNKNOWN: &str = "known after apply";

impl<'a> Writer<'a> {
    fn new(codes: &'a [(Path, String)]) -> Writer<'a> {
        Writer {
            out: String::new(),
            depth: 0,
            path: Path::root(),
            codes,
        }
    }

    fn indent(&mut self) {
        self.out.extend(std::iter::repeat_n("  ", self.depth));
    }

    fn line(&mut self, text: &str) {
        self.indent();
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn code(&self) -> Option<&'a str> {
        let found = self.codes.iter().find(|(path, _)| *path == self.path);
        found.map(|(_, code)| code.as_str())
    }

    fn within<T>(&mut self, step: PathStep, write: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let result = write(self);
        self.path.pop();
        result
    }

    /// Arguments that must be there, then the others, then blocks.
    fn body(&mut self, schema: &Block, object: &Value) {
        let none = Members::new();
        let members = object.members().unwrap_or(&none);
        let start = self.out.len();
        for required in [true, false] {
            for (name, attribute) in &schema.attributes {
                if (attribute.usage == Usage::Required) == required && attribute.is_argument() {
                    let value = members.get(name).map(|value| value.clone().mark(object.marks()));
                    self.within(PathStep::Attr(name.clone()), |writer| {
                        writer.argument(name, attribute, value.as_ref());
                    });
                }
            }
        }
        for (name, nested) in &schema.blocks {
            if let Some(value) = members.get(name) {
                let value = value.clone().mark(object.marks());
                self.within(PathStep::Attr(name.clone()), |writer| {
                    writer.blocks(name, nested, &value, start);
                });
            }
        }
    }

    fn argument(&mut self, name: &str, attribute: &Attribute, value: Option<&Value>) {
        let required = attribute.usage == Usage::Required;
        let null = value.is_none_or(Value::is_null);
        if null && !required && self.code().is_none() {
            return;
        }
        self.indent();
        self.out.push_str(name);
        self.out.push_str(" = ");
        let comment = match value {
            _ if self.code().is_some() => {
                self.out.push_str(self.code().unwrap_or_default());
                None
            }
            Some(value) if !null && !attribute.sensitive && !attribute.write_only => self.value(value, true),
            _ => {
                self.out.push_str("null");
                let hidden = attribute.sensitive || attribute.write_only;
                Some(if hidden { SENSITIVE } else { "required" })
            }
        };
        self.end(comment);
    }

    fn end(&mut self, comment: Option<&str>) {
        if let Some(comment) = comment {
            self.out.push_str(" # ");
            self.out.push_str(comment);
        }
        self.out.push('\n');
    }

    fn blocks(&mut self, name: &str, nested: &NestedBlock, value: &Value, start: usize) {
        match (nested.nesting, value.kind()) {
            (_, Kind::Null(_) | Kind::Unknown(..)) => {}
            (Nesting::Single, _) => self.block(name, None, nested, value, start),
            (_, Kind::Map(_, members)) => {
                for (label, item) in members.iter() {
                    let item = item.clone().mark(value.marks());
                    self.within(PathStep::key(label.clone()), |writer| {
                        writer.block(name, Some(label), nested, &item, start);
                    });
                }
            }
            _ => {
                for (at, item) in value.items().unwrap_or_default().iter().enumerate() {
                    let item = item.clone().mark(value.marks());
                    self.within(PathStep::int(at), |writer| {
                        writer.block(name, None, nested, &item, start);
                    });
                }
            }
        }
    }

    fn block(&mut self, name: &str, label: Option<&str>, nested: &NestedBlock, value: &Value, start: usize) {
        if self.out.len() > start {
            self.out.push('\n');
        }
        self.indent();
        self.out.push_str(name);
        if let Some(label) = label {
            self.out.push(' ');
            self.out.push_str(&quoted(label));
        }
        self.out.push_str(" {\n");
        self.depth += 1;
        let before = self.out.len();
        self.body(&nested.block, value);
        self.depth -= 1;
        if self.out.len() == before {
            self.out.pop();
        } else {
            self.indent();
        }
        self.out.push_str("}\n");
    }

    /// A value; `alone` when nothing but a comment follows in its line. Gives the comment that it needs.
    fn value(&mut self, value: &Value, alone: bool) -> Option<&'static str> {
        if let Some(code) = self.code() {
            self.out.push_str(code);
            return None;
        }
        if value.is_sensitive() {
            self.out.push_str("null");
            return Some(SENSITIVE);
        }
        match value.kind() {
            Kind::Null(_) => self.out.push_str("null"),
            Kind::Unknown(..) | Kind::TypeValue(_) => {
                self.out.push_str("null");
                return Some(UNKNOWN);
            }
            Kind::Bool(truth) => self.out.push_str(if *truth { "true" } else { "false" }),
            Kind::Number(number) if number.is_infinite() => self.out.push_str(if number.is_sign_negative() {
                "-1 / 0"
            } else {
                "1 / 0"
            }),
            Kind::Number(number) => {
                let plain = json::encode(value, &value.ty()).unwrap_or_else(|_| number.to_string());
                self.out.push_str(&plain);
            }
            Kind::String(text) if alone && text::is_heredoc(text) => {
                text::heredoc(&mut self.out, text, self.depth);
            }
            Kind::String(text) => self.out.push_str(&quoted(text)),
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => self.sequence(items),
            Kind::Map(_, members) => self.members(members, |key| PathStep::key(key)),
            Kind::Object(members) => self.members(members, |key| PathStep::attr(key)),
        }
        None
    }

    fn expression(&mut self, value: &Value) {
        let comment = self.value(value, false);
        if let Some(comment) = comment {
            self.out.push_str(&format!(" /* {comment} */"));
        }
    }

    fn sequence(&mut self, items: &[Value]) {
        let before = self.out.len();
        let plain =
            |item: &Value| !item.is_sensitive() && item.is_known() && item.iter_elements().next().is_none();
        if items.iter().all(plain) {
            self.out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    self.out.push_str(", ");
                }
                self.within(PathStep::int(at), |writer| writer.value(item, false));
            }
            self.out.push(']');
            if self.out.len() - before <= WIDTH {
                return;
            }
            self.out.truncate(before);
        }
        self.out.push_str("[\n");
        self.depth += 1;
        for (at, item) in items.iter().enumerate() {
            self.indent();
            let comment = self.within(PathStep::int(at), |writer| writer.value(item, false));
            self.out.push(',');
            self.end(comment);
        }
        self.depth -= 1;
        self.indent();
        self.out.push(']');
    }

    fn members(&mut self, members: &Members, step: impl Fn(&str) -> PathStep) {
        if members.is_empty() {
            return self.out.push_str("{}");
        }
        self.out.push_str("{\n");
        self.depth += 1;
        for (key, member) in members {
            self.indent();
            // The first word of a `for` expression, and words that are values, are no names here.
            let bare = is_identifier(key) && !matches!(&**key, "for" | "null" | "true" | "false");
            self.out
                .push_str(&if bare { key.to_string() } else { quoted(key) });
            self.out.push_str(" = ");
            let comment = self.within(step(key), |writer| writer.value(member, true));
            self.end(comment);
        }
        self.depth -= 1;
        self.indent();
        self.out.push('}');
    }
}
