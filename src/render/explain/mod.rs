//! An explanation as text and as JSON. Both use the same sentences.
//!
//! A line of the configuration in which a sensitive value may stand is named, and not shown.

mod json;
mod text;
mod words;

use crate::plan::change::Plan;
use crate::plan::explain::{Explanation, Line};
use crate::source::SourceMap;

use super::escape;

pub use json::document;
pub use text::text;

/// What is rendered, with what it speaks of.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The explanation.
    pub explanation: &'a Explanation,
    /// The plan that it is about.
    pub plan: &'a Plan,
    /// The texts of the configuration.
    pub sources: &'a SourceMap,
}

/// Longer excerpts and values are cut.
const LONG: usize = 80;

/// Where something is written.
struct Written {
    file: String,
    line: usize,
    /// The line up to the end of what is meant; none if it is hidden.
    excerpt: Option<String>,
}

impl Seen<'_> {
    fn written(&self, line: Line) -> Option<Written> {
        let file = self.sources.file(line.span.file)?;
        let number = file.position(line.span.start).line;
        let excerpt = self.excerpt(line).filter(|_| !line.hidden);
        Some(Written {
            file: file.name().to_owned(),
            line: number,
            excerpt,
        })
    }

    /// The first line of what is meant, with the name before it and the brackets behind it. In JSON other things may
    /// stand before it.
    fn excerpt(&self, line: Line) -> Option<String> {
        let (span, file) = (line.span, self.sources.file(line.span.file)?);
        let (start, end) = (span.start as usize, span.end as usize);
        let before = file.text().get(..start)?;
        let from = match file.name().ends_with(".json") {
            true => start,
            false => before.rfind('\n').map_or(0, |at| at + 1),
        };
        let meant = file.text().get(from..end)?.trim_start();
        let first = meant.lines().next().unwrap_or_default();
        let rest = file
            .text()
            .get(end..)?
            .lines()
            .next()
            .unwrap_or_default()
            .trim_end();
        let closes = rest.chars().all(|letter| matches!(letter, ']' | ')' | '}' | ' '));
        let text = match meant.lines().nth(1) {
            Some(_) => format!("{} ...", first.trim_end()),
            None if closes => format!("{first}{rest}"),
            None if rest.starts_with(',') => format!("{first}, ..."),
            None => first.to_owned(),
        };
        Some(cut(&escape::line(&text)))
    }
}

/// A text of at most so many letters.
fn cut(text: &str) -> String {
    if text.chars().count() <= LONG {
        return text.to_owned();
    }
    text.chars().take(LONG).chain("...".chars()).collect()
}
