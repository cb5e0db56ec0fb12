//! Differences of strings: JSON part by part, texts line by line, anything else as a whole.
//!
//! A string counts as JSON if it holds an object or an array, for that is what `jsonencode` and files make.

use std::sync::Arc;

use crate::value::{Value, json};

use super::{Diff, Forces, Shape, Sign, sequence, value};

/// A line of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A line, and what happens to it.
    Text(Sign, String),
    /// This many lines stay and are not shown.
    Hidden(usize),
}

/// Lines that stay are shown up to this far from a change.
const CONTEXT: usize = 3;

/// A string without a counterpart.
pub fn alone(text: &Arc<str>, sign: Sign) -> Shape {
    if let Some(document) = parse(text) {
        let (before, after) = if sign == Sign::Add {
            (None, Some(&document))
        } else {
            (Some(&document), None)
        };
        return Shape::Json(Box::new(value(before, after, Forces::none())), false);
    }
    if is_long(text) {
        return Shape::Text(
            lines(text)
                .map(|line| Line::Text(Sign::Keep, line.to_owned()))
                .collect(),
        );
    }
    let whole = Value::string_arc(Arc::clone(text));
    if sign == Sign::Add {
        Shape::Scalar(None, Some(whole))
    } else {
        Shape::Scalar(Some(whole), None)
    }
}

/// Two strings.
pub fn both(old: &Arc<str>, new: &Arc<str>, forces: bool) -> Diff {
    let sign = if old == new { Sign::Keep } else { Sign::Change };
    let documents = (parse(old), parse(new));
    let shape = match documents {
        (Some(before), Some(after)) => {
            let inner = value(Some(&before), Some(&after), Forces::none());
            let spelling = sign == Sign::Change && inner.sign == Sign::Keep;
            Shape::Json(Box::new(inner), spelling)
        }
        (None, None) if sign == Sign::Keep && is_long(new) => Shape::Text(
            lines(new)
                .map(|line| Line::Text(Sign::Keep, line.to_owned()))
                .collect(),
        ),
        (None, None) if is_long(old) || is_long(new) => Shape::Text(compare(old, new)),
        (None, None) => {
            let string = |text: &Arc<str>| Some(Value::string_arc(Arc::clone(text)));
            Shape::Scalar(string(old), string(new))
        }
        _ => {
            let side = |text, sign| Box::new(Diff::new(sign, false, alone(text, sign)));
            Shape::Other(side(old, Sign::Remove), side(new, Sign::Add))
        }
    };
    Diff::new(sign, forces, shape)
}

fn parse(text: &str) -> Option<Value> {
    let start = text.trim_start().as_bytes().first().copied()?;
    if !matches!(start, b'{' | b'[') {
        return None;
    }
    json::parse_implied(text).ok().filter(Value::can_iterate)
}

/// Whether a text is better shown line by line.
fn is_long(text: &str) -> bool {
    text.trim().contains('\n')
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_end_matches(['\n', '\r'])
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
}

fn compare(old: &str, new: &str) -> Vec<Line> {
    // Line breaks at the end are part of the last line, so that a change of them alone is seen.
    let (before, after): (Vec<&str>, Vec<&str>) = (old.split('\n').collect(), new.split('\n').collect());
    let trailing = before.last() == Some(&"") && after.last() == Some(&"");
    let mut all: Vec<(Sign, &str)> = sequence::align(&before, &after, |_| false, |_, _| 0)
        .into_iter()
        .filter_map(|pair| match (pair.was, pair.will) {
            (Some(at), Some(_)) => before.get(at).map(|line| (Sign::Keep, *line)),
            (Some(at), None) => before.get(at).map(|line| (Sign::Remove, *line)),
            (None, at) => at.and_then(|at| after.get(at)).map(|line| (Sign::Add, *line)),
        })
        .collect();
    if trailing && all.last() == Some(&(Sign::Keep, "")) {
        all.pop();
    }
    shorten(&all)
}

/// Long runs of lines that stay are counted instead of shown.
fn shorten(all: &[(Sign, &str)]) -> Vec<Line> {
    let mut shown = Vec::new();
    let mut at = 0;
    while let Some((sign, line)) = all.get(at) {
        let run = all
            .iter()
            .skip(at)
            .take_while(|(sign, _)| *sign == Sign::Keep)
            .count();
        let head = if at == 0 { 0 } else { CONTEXT };
        let tail = if at + run == all.len() { 0 } else { CONTEXT };
        if *sign != Sign::Keep {
            shown.push(Line::Text(*sign, (*line).to_owned()));
            at += 1;
            continue;
        }
        let keep = |range: std::ops::Range<usize>| {
            let lines = all.get(range).unwrap_or_default();
            lines
                .iter()
                .map(|(sign, line)| Line::Text(*sign, (*line).to_owned()))
                .collect::<Vec<_>>()
        };
        if run > head + tail + 1 {
            shown.extend(keep(at..at + head));
            shown.push(Line::Hidden(run - head - tail));
            shown.extend(keep(at + run - tail..at + run));
        } else {
            shown.extend(keep(at..at + run));
        }
        at += run;
    }
    shown
}
