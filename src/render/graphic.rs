//! The excerpt of a diagnostic as a colour terminal shows it: the lines around its subject, the subject underlined, and
//! what the names in it stand for written at the names.
//!
//! `miette` draws it. It is given escaped text alone, of the lines that are shown. Prose, frame and code are `diag`'s.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use crate::diag::{Diagnostic, ScopeValue, Severity};
use crate::source::SourceMap;

use super::escape;
use super::excerpt::{Excerpt, neighbours};
use super::style::Style;

/// A drawn excerpt.
pub struct Graphic<'a> {
    /// The lines, with line breaks.
    pub text: String,
    /// The values in scope that found no place in it.
    pub values: Vec<&'a ScopeValue>,
}

/// Draws the excerpt of a diagnostic.
pub fn draw<'a>(
    diagnostic: &'a Diagnostic,
    excerpt: &Excerpt<'_>,
    sources: &SourceMap,
    style: Style,
) -> Graphic<'a> {
    let (before, after) = neighbours(sources, diagnostic.subject, excerpt);
    // Lines that are not shown stand as line breaks, so that the numbers are right.
    let first = excerpt.start.line - usize::from(before.is_some());
    let mut text = "\n".repeat(first.saturating_sub(1));
    if let Some(line) = &before {
        push(&mut text, line);
    }
    let begins = text.len();
    let mut subject = (text.len(), text.len());
    for (at, line) in excerpt.lines.iter().enumerate() {
        let start = text.len();
        push(&mut text, &line.text);
        let place = |byte: usize| start + escape::line(line.text.get(..byte).unwrap_or_default()).len();
        if at == 0 {
            subject.0 = place(line.from);
        }
        subject.1 = place(line.to);
    }
    let lines = begins..text.len();
    if let Some(line) = &after {
        push(&mut text, line);
    }
    // A subject without width points at what follows it.
    let subject = subject.0..subject.1.max(subject.0);
    let mut labels = vec![Label {
        range: subject.clone(),
        text: None,
        is_subject: true,
    }];
    let mut values = Vec::new();
    for value in &diagnostic.values {
        let statement = escape::line(&value.statement).into_owned();
        match whole_word(&text, lines.clone(), &escape::line(&value.traversal)) {
            Some(range) if range == subject => {
                if let Some(first) = labels.first_mut() {
                    first.text = Some(statement);
                }
            }
            Some(range) if labels.iter().all(|label| apart(&label.range, &range)) => labels.push(Label {
                range,
                text: Some(statement),
                is_subject: false,
            }),
            _ => values.push(value),
        }
    }
    // Of several labels all have a text, for the line that leads to it is drawn in any case.
    let is_alone = labels.len() == 1;
    if let Some(first) = labels.first_mut().filter(|_| !is_alone) {
        first.text.get_or_insert_with(|| "here".to_owned());
    }
    labels.sort_by_key(|label| label.range.start);
    let mut theme = GraphicalTheme::unicode();
    let own = match diagnostic.severity {
        Severity::Error => theme.styles.error,
        Severity::Warning => theme.styles.warning,
    };
    let highlight = |label: &Label| if label.is_subject { own } else { theme.styles.help };
    theme.styles.highlights = labels.iter().map(highlight).collect();
    let report = Report {
        labels,
        source: NamedSource::new(escape::line(excerpt.file), text),
    };
    let mut drawn = String::new();
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_context_lines(1)
        .with_width(if style.width == 0 { 80 } else { style.width })
        .with_wrap_lines(false)
        .with_links(false);
    // A `String` takes all that is written to it.
    let _ = handler.render_report(&mut drawn, &report);
    // The first line is for a message, and ours stands above.
    let text = drawn.split_once('\n').map_or("", |(_, rest)| rest).to_owned();
    Graphic { text, values }
}

fn push(text: &mut String, line: &str) {
    text.push_str(&escape::line(line));
    text.push('\n');
}

fn apart(one: &std::ops::Range<usize>, other: &std::ops::Range<usize>) -> bool {
    one.end <= other.start || other.end <= one.start
}

/// Where a name stands by itself in a part of a text.
fn whole_word(text: &str, within: std::ops::Range<usize>, word: &str) -> Option<std::ops::Range<usize>> {
    let part = text.get(within.clone())?;
    let inner = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
    part.match_indices(word).find_map(|(at, _)| {
        let before = part.get(..at)?.chars().next_back();
        let after = part.get(at + word.len()..)?.chars().next();
        let alone = !before.is_some_and(inner) && !after.is_some_and(|letter| letter != '.' && inner(letter));
        let start = within.start + at;
        alone.then(|| start..start + word.len())
    })
}

#[derive(Debug)]
struct Label {
    range: std::ops::Range<usize>,
    text: Option<String>,
    is_subject: bool,
}

/// What miette is told.
#[derive(Debug)]
struct Report {
    labels: Vec<Label>,
    source: NamedSource<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = |label: &Label| {
            let (start, size) = (label.range.start, label.range.len());
            if label.is_subject {
                LabeledSpan::new_primary_with_span(label.text.clone(), (start, size))
            } else {
                LabeledSpan::new(label.text.clone(), start, size)
            }
        };
        Some(Box::new(self.labels.iter().map(label)))
    }
}
