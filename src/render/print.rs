//! Printing differences: one part after another, each indented by its parent.
//!
//! Everything before a value on its line (indentation, sign, name) belongs to the parent; the value prints itself
//! and its inner lines. What was computed is in `diff`; nothing is compared here.

use std::sync::Arc;

use crate::value::{Kind, Value};

use super::diff::{BlockDiff, Diff, Line, MarkChange, Nested, Shape, Sign};
use super::escape;
use super::style::{Ink, Style, padding};

/// Attributes that are shown even if they stay as they are, for they say what the rest is about.
const IMPORTANT: [&str; 2] = ["id", "name"];

/// How differences are printed.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    /// Colours.
    pub style: Style,
    /// Whether signs are printed, with room for them; false for a state.
    pub signs: bool,
    /// Whether parts that stay are printed.
    pub all: bool,
    /// Whether `-> null` is left out, for parts of something that goes as a whole.
    pub bare: bool,
    /// Whether it prints a value that no schema describes.
    pub dynamic: bool,
    /// The attribute by which what it prints is known among its neighbours; shown even if it stays.
    pub known_by: Option<&'static str>,
}

impl Printer {
    /// For a plan.
    pub fn plan(style: Style) -> Printer {
        Printer {
            style,
            signs: true,
            all: false,
            bare: false,
            dynamic: false,
            known_by: None,
        }
    }

    /// For a state: everything, without signs.
    pub fn state(style: Style) -> Printer {
        Printer {
            style,
            signs: false,
            all: true,
            bare: true,
            dynamic: false,
            known_by: None,
        }
    }

    pub(super) fn everything(self) -> Printer {
        Printer { all: true, ..self }
    }

    pub(super) fn bare(self) -> Printer {
        Printer { bare: true, ..self }
    }

    pub(super) fn known_by(self, known_by: Option<&'static str>) -> Printer {
        Printer { known_by, ..self }
    }

    /// Indentation and sign of a line.
    pub fn margin(self, out: &mut String, indent: usize, sign: Sign) {
        for _ in 0..indent {
            out.push_str("    ");
        }
        if !self.signs {
            return;
        }
        match sign {
            Sign::Keep => out.push_str("    "),
            _ => {
                out.push_str("  ");
                let (ink, text) = match sign {
                    Sign::Add => (Ink::Green, "+"),
                    Sign::Remove => (Ink::Red, "-"),
                    _ => (Ink::Yellow, "~"),
                };
                self.style.paint_into(out, ink, text);
                out.push(' ');
            }
        }
    }

    pub(super) fn remark(self, out: &mut String, text: &str) {
        self.style.paint_into(out, Ink::Dim, text);
    }

    pub(super) fn forces(self, out: &mut String, diff: &Diff) {
        if diff.forces && diff.sign != Sign::Keep {
            self.forced(out);
        }
    }

    fn forced(self, out: &mut String) {
        out.push(' ');
        self.style.paint_into(out, Ink::Red, "# forces replacement");
    }

    /// `-> null` behind something that goes.
    pub(super) fn gone(self, out: &mut String, sign: Sign) {
        if sign == Sign::Remove && !self.bare {
            out.push(' ');
            self.style.paint_into(out, Ink::Dim, "-> null");
        }
    }

    fn arrow(self, out: &mut String) {
        out.push(' ');
        self.style.paint_into(out, Ink::Yellow, "->");
        out.push(' ');
    }

    /// `# (3 unchanged attributes hidden)` on a line of its own.
    pub(super) fn hidden(self, out: &mut String, indent: usize, noun: &str, count: usize, which: &str) {
        if count > 0 {
            self.margin(out, indent, Sign::Keep);
            let plural = if count == 1 { "" } else { "s" };
            self.remark(
                out,
                &format!("# ({count} unchanged {noun}{plural} hidden{which})"),
            );
            out.push('\n');
        }
    }

    /// A remark above a part, where its visibility changes.
    pub(super) fn mark_change(self, out: &mut String, indent: usize, diff: &Diff) {
        let Some(mark) = diff.mark else { return };
        let text = match mark {
            MarkChange::Hidden => "# this value becomes sensitive and will not be shown any more",
            MarkChange::Shown => "# this value is no longer sensitive and will be shown after this change",
        };
        self.margin(out, indent, Sign::Keep);
        self.remark(out, text);
        out.push('\n');
    }

    /// The value of a part, from behind its `=`.
    pub fn value(mut self, out: &mut String, indent: usize, diff: &Diff) {
        self.dynamic |= diff.dynamic;
        let known_by = self.known_by.take();
        match &diff.shape {
            Shape::Sensitive => {
                out.push_str("(sensitive value)");
                self.gone(out, diff.sign);
                self.forces(out, diff);
            }
            Shape::Unknown(before) => {
                if let Some(before) = before {
                    self.bare().value(out, indent, before);
                    self.arrow(out);
                }
                out.push_str("(known after apply)");
                self.forces(out, diff);
            }
            Shape::Scalar(before, after) => self.scalar(out, diff, before.as_ref(), after.as_ref()),
            Shape::Text(lines) => self.text(out, indent, diff, lines),
            Shape::Json(inner, spelling) => self.json(out, indent, diff, inner, *spelling),
            Shape::Members(quoted, members) => self
                .known_by(known_by)
                .members(out, indent, diff, *quoted, members),
            Shape::Items(ordered, items) => self.items(out, indent, diff, *ordered, items),
            Shape::Other(before, after) => {
                self.bare().value(out, indent, before);
                self.arrow(out);
                self.bare().value(out, indent, after);
                self.forces(out, diff);
            }
        }
    }

    fn scalar(self, out: &mut String, diff: &Diff, before: Option<&Value>, after: Option<&Value>) {
        let (first, second) = match diff.sign {
            Sign::Add | Sign::Keep => (after.or(before), None),
            Sign::Remove => (before, None),
            Sign::Change => (before, after),
        };
        out.push_str(&first.map_or_else(|| "null".to_owned(), scalar));
        if let Some(second) = second {
            self.arrow(out);
            out.push_str(&scalar(second));
        }
        if first.is_some_and(|value| !value.is_null()) {
            self.gone(out, diff.sign);
        }
        self.forces(out, diff);
    }

    fn text(self, out: &mut String, indent: usize, diff: &Diff, lines: &[Line]) {
        out.push_str("<<-EOT");
        self.forces(out, diff);
        out.push('\n');
        for line in lines {
            match line {
                Line::Text(sign, text) => {
                    self.margin(out, indent + 1, *sign);
                    out.push_str(&escape::lines(text));
                    out.push('\n');
                }
                Line::Hidden(count) => self.hidden(out, indent + 1, "line", *count, ""),
            }
        }
        self.margin(out, indent, Sign::Keep);
        out.push_str("EOT");
        self.gone(out, diff.sign);
    }

    fn json(self, out: &mut String, indent: usize, diff: &Diff, inner: &Diff, spelling: bool) {
        let remark = match (spelling, diff.forces) {
            (false, _) => "",
            (true, false) => "# whitespace changes",
            (true, true) => "# whitespace changes force replacement",
        };
        let printer = if spelling {
            self.everything().bare()
        } else {
            self.bare()
        };
        out.push_str("jsonencode(");
        if is_empty(inner) {
            printer.value(out, indent, inner);
            out.push(')');
            if spelling {
                out.push(' ');
                self.remark(out, remark);
            }
        } else {
            if spelling {
                out.push(' ');
                self.remark(out, remark);
            }
            out.push('\n');
            let sign = if diff.sign == Sign::Change && !spelling {
                Sign::Change
            } else {
                Sign::Keep
            };
            self.margin(out, indent + 1, sign);
            printer.value(out, indent + 1, inner);
            out.push('\n');
            self.margin(out, indent, Sign::Keep);
            out.push(')');
        }
        if !spelling {
            self.forces(out, diff);
        }
        self.gone(out, diff.sign);
    }

    fn members(
        mut self,
        out: &mut String,
        indent: usize,
        diff: &Diff,
        quoted: bool,
        members: &[(Arc<str>, Diff)],
    ) {
        if members.is_empty() {
            out.push_str("{}");
            self.gone(out, diff.sign);
            return self.forces(out, diff);
        }
        out.push('{');
        self.forces(out, diff);
        out.push('\n');
        let name = |key: &str| {
            if quoted {
                escape::quoted(key)
            } else {
                escape::name(key)
            }
        };
        let width = members
            .iter()
            .map(|(key, _)| width(&name(key)))
            .max()
            .unwrap_or(0);
        let known_by = self.known_by.take();
        let inner = if self.dynamic || diff.sign == Sign::Remove {
            self.bare()
        } else {
            self
        };
        let mut hidden = 0;
        for (key, member) in members {
            let important = (!quoted && IMPORTANT.contains(&&**key)) || known_by == Some(&**key);
            if member.sign == Sign::Keep && !self.all && !important {
                hidden += 1;
                continue;
            }
            let inner = if important { inner.everything() } else { inner };
            inner.pair(out, indent + 1, &name(key), width, member);
        }
        self.hidden(
            out,
            indent + 1,
            if quoted { "element" } else { "attribute" },
            hidden,
            "",
        );
        self.margin(out, indent, Sign::Keep);
        out.push('}');
        self.gone(out, diff.sign);
    }

    /// A line `name = value`, and whatever lines the value takes.
    pub fn pair(self, out: &mut String, indent: usize, name: &str, width: usize, diff: &Diff) {
        self.mark_change(out, indent, diff);
        self.margin(out, indent, diff.sign);
        out.push_str(name);
        out.push_str(&padding(name, width));
        out.push_str(" = ");
        self.value(out, indent, diff);
        out.push('\n');
    }

    /// A block, from its `{` to its `}`.
    pub fn block(mut self, out: &mut String, indent: usize, block: &BlockDiff) {
        let known_by = self.known_by.take();
        if block.attributes.is_empty() && block.blocks.is_empty() {
            out.push_str("{}");
            if block.forces && block.sign != Sign::Keep {
                self.forced(out);
            }
            return;
        }
        out.push('{');
        if block.forces && block.sign != Sign::Keep {
            self.forced(out);
        }
        out.push('\n');
        let names: Vec<String> = block
            .attributes
            .iter()
            .map(|(name, _)| escape::name(name))
            .collect();
        let width = names.iter().map(|name| width(name)).max().unwrap_or(0);
        let mut hidden = 0;
        for (name, (plain, diff)) in names.iter().zip(&block.attributes) {
            let important = IMPORTANT.contains(&&**plain) || known_by == Some(&**plain);
            if diff.sign == Sign::Keep && !self.all && !important {
                hidden += 1;
                continue;
            }
            let printer = if important { self.everything() } else { self };
            printer.pair(out, indent + 1, name, width, diff);
        }
        self.hidden(out, indent + 1, "attribute", hidden, "");
        self.nested(out, indent + 1, &block.blocks, !block.attributes.is_empty());
        self.margin(out, indent, Sign::Keep);
        out.push('}');
    }

    pub(super) fn one_nested(self, out: &mut String, indent: usize, nested: &Nested) {
        if let Err(diff) = &nested.content {
            self.mark_change(out, indent, diff);
        }
        self.margin(out, indent, nested.sign());
        out.push_str(&escape::name(&nested.name));
        if let Some(label) = &nested.label {
            out.push(' ');
            out.push_str(&escape::quoted(label));
        }
        match &nested.content {
            Ok(block) => {
                out.push(' ');
                let key = nested.key.as_ref().map(|(name, _)| *name);
                self.known_by(key).block(out, indent, block);
            }
            Err(Diff {
                shape: Shape::Sensitive,
                ..
            }) => out.push_str(" { (sensitive value) }"),
            Err(_) => out.push_str(" { (known after apply) }"),
        }
        out.push('\n');
    }
}

/// Whether a difference takes one line, being of something empty.
fn is_empty(diff: &Diff) -> bool {
    match &diff.shape {
        Shape::Members(_, members) => members.is_empty(),
        Shape::Items(_, items) => items.is_empty(),
        Shape::Other(before, after) => is_empty(before) && is_empty(after),
        _ => true,
    }
}

fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

pub(super) fn scalar(value: &Value) -> String {
    match value.kind() {
        Kind::Null(_) => "null".to_owned(),
        Kind::String(text) => escape::shown(text),
        _ => super::value::format(value, 0),
    }
}
