//! The lines of source that a diagnostic speaks of, and the header of the block they stand in.

use crate::source::{Position, SourceFile, SourceMap, Span};

/// At most this many lines of a subject are shown.
const LINES: usize = 6;
/// Lines longer than this are cut around the subject.
const LONG: usize = 240;
/// How far above the subject a block header is looked for.
const REACH: usize = 2000;

/// What to show of a file.
#[derive(Clone, Debug)]
pub struct Excerpt<'a> {
    /// The file's name.
    pub file: &'a str,
    /// Where the subject starts.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// The header of the block around it, such as `resource "giantswarm_org" "a"`.
    pub header: Option<String>,
    /// The lines it stands on.
    pub lines: Vec<Line>,
    /// How many more lines it has.
    pub more: usize,
}

/// One line, cut where it is too long, with its highlighted part in bytes of `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// Its text.
    pub text: String,
    /// First byte of the subject.
    pub from: usize,
    /// Behind the last byte of the subject.
    pub to: usize,
}

/// The excerpt of a subject. None if its file is not at hand.
pub fn excerpt<'a>(sources: &'a SourceMap, subject: Span, context: Option<Span>) -> Option<Excerpt<'a>> {
    let file = sources.file(subject.file)?;
    let (start, end) = (file.position(subject.start), file.position(subject.end));
    // A subject that ends with its line break does not reach into the next line.
    let last = if end.line > start.line && end.column == 1 {
        end.line - 1
    } else {
        end.line
    };
    let count = last - start.line + 1;
    let lines = (start.line..=last)
        .take(LINES)
        .filter_map(|number| line(file, number, subject))
        .collect();
    let header = enclosing(file, start.line).or_else(|| {
        let context = context.filter(|context| context.file == subject.file)?;
        header_at(file, file.position(context.start).line)
    });
    Some(Excerpt {
        file: file.name(),
        start,
        end,
        header,
        lines,
        more: count.saturating_sub(LINES),
    })
}

/// The lines directly above and below an excerpt, where they hold anything, cut where they are too long.
pub fn neighbours(
    sources: &SourceMap,
    subject: Option<Span>,
    excerpt: &Excerpt<'_>,
) -> (Option<String>, Option<String>) {
    let file = subject.and_then(|subject| sources.file(subject.file));
    let shown = |number: Option<usize>| {
        let text = file?.line(number?)?;
        (!text.trim().is_empty()).then(|| text.chars().take(LONG).collect())
    };
    let last = excerpt.lines.last().map(|line| line.number + 1);
    (
        shown(excerpt.start.line.checked_sub(1)),
        shown(last.filter(|_| excerpt.more == 0)),
    )
}

fn line(file: &SourceFile, number: usize, subject: Span) -> Option<Line> {
    let text = file.line(number)?;
    let offset = line_start(file, text);
    let clamp = |byte: u32| (byte as usize).saturating_sub(offset).min(text.len());
    let (from, to) = (clamp(subject.start), clamp(subject.end));
    let to = to.max(from);
    if text.len() <= LONG {
        return Some(Line {
            number,
            text: text.to_owned(),
            from,
            to,
        });
    }
    let floor = |at: usize| {
        (0..=at.min(text.len()))
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0)
    };
    let head = floor(from.saturating_sub(LONG / 3));
    let tail = floor((head + LONG).min(text.len()));
    let (left, right) = (
        if head > 0 { "…" } else { "" },
        if tail < text.len() { "…" } else { "" },
    );
    let cut = text.get(head..tail).unwrap_or_default();
    let shift = |at: usize| floor(at).clamp(head, tail) - head + left.len();
    Some(Line {
        number,
        text: format!("{left}{cut}{right}"),
        from: shift(from),
        to: shift(to),
    })
}

/// The byte at which a line that was borrowed from the file's text starts.
fn line_start(file: &SourceFile, line: &str) -> usize {
    (line.as_ptr() as usize).saturating_sub(file.text().as_ptr() as usize)
}

/// The header of the top-level block that a line stands in, found by its layout: the nearest line above that
/// starts at the margin, with no closing brace at the margin in between.
fn enclosing(file: &SourceFile, number: usize) -> Option<String> {
    let lowest = number.saturating_sub(REACH).max(1);
    for above in (lowest..=number).rev() {
        let text = file.line(above)?;
        match text.as_bytes().first() {
            Some(b'}') if above < number => return None,
            Some(first) if first.is_ascii_alphabetic() => return header_of(text),
            _ => {}
        }
    }
    None
}

fn header_at(file: &SourceFile, number: usize) -> Option<String> {
    header_of(file.line(number)?)
}

fn header_of(line: &str) -> Option<String> {
    // The brace that opens the block: not one of an interpolation in a label.
    let braces = line.match_indices('{').map(|(at, _)| at);
    let open = braces
        .filter_map(|at| line.get(..at))
        .find(|head| !head.ends_with(['$', '%']))?;
    let head = open.trim();
    let plain = !head.is_empty() && head.len() <= LONG && !head.contains('=');
    plain.then(|| head.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, subject: &str, expected: (&str, Option<&str>)) {
        let mut sources = SourceMap::new();
        let file = sources.add("a.tf", text);
        let start = text.find(subject).unwrap();
        let found = excerpt(&sources, Span::new(file, start, start + subject.len()), None).unwrap();
        let line = &found.lines[0];
        assert_eq!(
            (&line.text[line.from..line.to], found.header.as_deref()),
            expected
        );
    }

    #[test]
    fn the_subject_is_found_in_its_line_and_block() {
        let text = "locals {}\n\nresource \"a\" \"b\" {\n  x = ä.y\n}\nz = 1\n";
        check(text, "ä.y", ("ä.y", Some("resource \"a\" \"b\"")));
        check(text, "z", ("z", None));
    }

    #[test]
    fn a_very_long_line_is_cut_around_the_subject() {
        let text = format!("x = \"{}\" + HERE + \"{}\"\n", "ä".repeat(5000), "b".repeat(5000));
        check(&text, "HERE", ("HERE", None));
    }
}
