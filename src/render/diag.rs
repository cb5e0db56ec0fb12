//! Diagnostics as text: what is wrong, the place with its source line, the values in scope, why, and what to do.
//!
//! On a colour terminal each stands in a frame and its excerpt is drawn (see `graphic`); elsewhere the subject is
//! pointed at.
//! Text from files and platforms is escaped.

use std::collections::BTreeMap;
use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::diag::{Again, Diagnostic, ScopeValue, Severity};
use crate::plan::codes;
use crate::source::SourceMap;

use super::excerpt::{Excerpt, Line, excerpt};
use super::style::{Ink, Style};
use super::{escape, graphic};

/// One diagnostic, with an empty line before it and a line break at its end.
pub fn one(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    frame(
        &content(diagnostic, sources, style, 0),
        diagnostic.severity,
        style,
    )
}

/// All diagnostics in order, errors last. Warnings of the same kind and summary are told once and counted. With
/// `compact`, warnings are one line each if there is no error.
pub fn all<'a>(
    diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
    sources: &SourceMap,
    style: Style,
    compact: bool,
) -> String {
    let (errors, warnings): (Vec<&Diagnostic>, Vec<&Diagnostic>) = diagnostics
        .into_iter()
        .partition(|diagnostic| diagnostic.is_error());
    let mut more: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut first: Vec<&Diagnostic> = Vec::new();
    for warning in warnings {
        // Each condition of a check says something of its own.
        if [codes::CHECK_FAILED.id, codes::CHECK_UNKNOWN.id].contains(&warning.code.id) {
            first.push(warning);
            continue;
        }
        match more.get_mut(&(warning.code.id, &*warning.summary)) {
            Some(count) => *count += 1,
            None => {
                more.insert((warning.code.id, &warning.summary), 0);
                first.push(warning);
            }
        }
    }
    let also = |warning: &Diagnostic| {
        more.get(&(warning.code.id, &*warning.summary))
            .copied()
            .unwrap_or(0)
    };
    let mut out = String::new();
    if compact && errors.is_empty() && !first.is_empty() {
        out.push('\n');
        style.paint_into(&mut out, Ink::Yellow, "Warnings:");
        out.push_str("\n\n");
        for warning in first {
            let code = style.paint(Ink::Dim, &format!("[{}]", warning.code.id));
            let _ = write!(out, "- {} {code}", escape::line(&warning.summary));
            if let Some(span) = warning.subject {
                let _ = write!(out, "\n  on {}", escape::line(&sources.place(span)));
            }
            if also(warning) > 0 {
                let _ = write!(out, " (and {} more)", also(warning));
            }
            out.push('\n');
        }
        out.push_str("\nTo see them in full, run the command without -compact-warnings.\n");
        return out;
    }
    for warning in first {
        out.push_str(&frame(
            &content(warning, sources, style, also(warning)),
            warning.severity,
            style,
        ));
    }
    for error in errors {
        out.push_str(&one(error, sources, style));
    }
    out
}

fn ink(severity: Severity) -> Ink {
    match severity {
        Severity::Warning => Ink::Yellow,
        Severity::Error => Ink::Red,
    }
}

/// The lines inside the frame.
fn content(diagnostic: &Diagnostic, sources: &SourceMap, style: Style, more: usize) -> String {
    let mut out = String::new();
    let word = match diagnostic.severity {
        Severity::Warning => "Warning: ",
        Severity::Error => "Error: ",
    };
    style.paint_into(&mut out, ink(diagnostic.severity), word);
    style.paint_into(&mut out, Ink::Bold, &escape::line(&diagnostic.summary));
    out.push_str("\n\n");
    let excerpt = diagnostic
        .subject
        .and_then(|subject| excerpt(sources, subject, diagnostic.context));
    if let Some(address) = &diagnostic.address {
        let comma = if excerpt.is_some() { "," } else { ":" };
        let _ = writeln!(out, "  with {}{comma}", escape::line(address));
    }
    match &excerpt {
        Some(excerpt) if style.colour => {
            let graphic = graphic::draw(diagnostic, excerpt, sources, style);
            if let Some(header) = &excerpt.header {
                let _ = writeln!(out, "  in {}:", escape::line(header));
            }
            out.push_str(&graphic.text);
            values(&mut out, graphic.values, style);
        }
        Some(excerpt) => {
            source(&mut out, excerpt);
            values(&mut out, diagnostic.values.iter().collect(), style);
        }
        None => values(&mut out, diagnostic.values.iter().collect(), style),
    }
    again(&mut out, diagnostic, sources);
    if excerpt.is_some() || diagnostic.address.is_some() || !diagnostic.values.is_empty() {
        out.push('\n');
    }
    let detail = escape::lines(&diagnostic.detail);
    if !detail.trim().is_empty() {
        let frame = if style.colour { 2 } else { 0 };
        out.push_str(&style.wrap_to(detail.trim_end(), style.width.saturating_sub(frame)));
        out.push('\n');
    }
    if more > 0 {
        let plural = if more == 1 { "" } else { "s" };
        let _ = writeln!(out, "\n(and {more} more warning{plural} of this kind)");
    }
    let _ = write!(
        out,
        "{}",
        style.paint(Ink::Dim, &format!("[{}]", diagnostic.code.id))
    );
    out.push('\n');
    out
}

/// The values that stand under an excerpt.
fn values(out: &mut String, values: Vec<&ScopeValue>, style: Style) {
    if values.is_empty() {
        return;
    }
    let _ = writeln!(out, "    {}", style.paint(Ink::Dim, "├────────────────"));
    for value in values {
        let bar = style.paint(Ink::Dim, "│");
        let traversal = style.paint(Ink::Bold, &escape::line(&value.traversal));
        let _ = writeln!(out, "    {bar} {traversal} {}", escape::line(&value.statement));
    }
}

/// Where else the same cause shows.
fn again(out: &mut String, diagnostic: &Diagnostic, sources: &SourceMap) {
    const MOST: usize = 4;
    let place = |again: &Again| match (again.subject, &again.address) {
        (Some(span), _) => sources.place(span),
        (None, Some(address)) => address.clone(),
        (None, None) => "the same place".to_owned(),
    };
    let here = diagnostic.subject.map(|span| sources.place(span));
    let mut places: Vec<String> = diagnostic
        .again
        .iter()
        .map(place)
        .filter(|place| here.as_ref() != Some(place))
        .collect();
    places.dedup();
    let more = places.len().saturating_sub(MOST);
    places.truncate(MOST);
    if more > 0 {
        places.push(format!("{more} more places"));
    }
    if let Some((last, rest)) = places.split_last() {
        let list = if rest.is_empty() {
            last.clone()
        } else {
            format!("{} and {last}", rest.join(", "))
        };
        let _ = writeln!(out, "  and again: {}", escape::line(&list));
    }
}

fn source(out: &mut String, excerpt: &Excerpt<'_>) {
    let _ = write!(
        out,
        "  on {} line {}",
        escape::line(excerpt.file),
        excerpt.start.line
    );
    if let Some(header) = &excerpt.header {
        let _ = write!(out, ", in {}", escape::line(header));
    }
    out.push_str(":\n");
    for line in &excerpt.lines {
        source_line(out, line);
    }
    if excerpt.more > 0 {
        let plural = if excerpt.more == 1 { "" } else { "s" };
        let _ = writeln!(out, "        ({} more line{plural})", excerpt.more);
    }
}

/// A line, with what points at its subject below it.
fn source_line(out: &mut String, line: &Line) {
    let part = |range: std::ops::Range<usize>| {
        let text = line.text.get(range).unwrap_or_default();
        escape::lines(text).replace('\t', "    ")
    };
    let (before, subject, after) = (
        part(0..line.from),
        part(line.from..line.to),
        part(line.to..line.text.len()),
    );
    let text = format!("{:>4}: {before}{subject}{after}", line.number);
    let blank = subject.len() - subject.trim_start().len();
    let _ = writeln!(
        out,
        "{}\n      {}{}",
        text.trim_end(),
        " ".repeat(before.width() + blank),
        "^".repeat(subject.trim().width().max(1))
    );
}

/// The frame around a diagnostic; only an empty line before it where there is no colour.
fn frame(content: &str, severity: Severity, style: Style) -> String {
    if !style.colour {
        return format!("\n{content}");
    }
    let ink = ink(severity);
    let mut out = format!("{}\n", style.paint(ink, "╷"));
    for line in content.lines() {
        let _ = writeln!(out, "{} {line}", style.paint(ink, "│"));
    }
    let _ = writeln!(out, "{}", style.paint(ink, "╵"));
    out
}
