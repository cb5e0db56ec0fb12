//! What is not as it was last applied, as text: each attribute in three columns, configuration, last applied, and
//! platform now.
//!
//! The table keeps within the page: a long value is broken within its column, a long name stands above its row. Of an
//! attribute that is sensitive in one of the columns none is shown.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::plan::change::{Action, Drift};
use crate::plan::drift::{Answered, Deviation};
use crate::value::{Kind, Value};

use super::style::{Ink, Style, padding};
use super::{escape, resource};

/// What stands above the columns.
const TITLES: [&str; 4] = ["attribute", "configuration", "last applied", "platform now"];

/// Room left of the table, and between its columns.
const MARGIN: usize = 8;
const GAP: usize = 2;

/// The least width of a column of values where there is no room for more.
const NARROW: usize = 12;

/// One row: the attribute and its three values, ready to be shown.
type Row = [String; 4];

/// Adds one object. Attributes that only the platform sets are shown on request.
pub fn object(out: &mut String, style: Style, drift: &Drift, computed: bool) {
    let action = drift.action();
    let what = match (&drift.previous, action) {
        (_, Action::Delete) => "has been deleted outside".to_owned(),
        (Some(_), Action::NoOp) => format!("has moved to {}", drift.addr),
        _ => "has changed outside".to_owned(),
    };
    let moved = drift.previous.as_ref().filter(|_| action == Action::NoOp);
    let title = moved.unwrap_or(&drift.addr).to_string();
    resource::header(out, style, "  # ", &title, &what);
    if let (Some(previous), None) = (&drift.previous, moved) {
        out.push_str(&format!("  # (moved from {previous})\n"));
    }
    if let Some(remark) = remark(drift) {
        out.push_str(&format!("  # ({remark})\n"));
    }
    let address = &drift.addr.resource;
    let sign = resource::sign(style, action);
    resource::opening(out, &sign, address.mode, &address.type_name, &address.name);
    let shown: Vec<&Deviation> = drift
        .parts
        .iter()
        .filter(|part| computed || part.argument)
        .collect();
    let named = names(&drift.before);
    if shown.is_empty() && named.is_empty() {
        out.push_str("{}\n\n");
        return;
    }
    out.push_str("{\n");
    for line in named {
        out.push_str(&format!("        {line}\n"));
    }
    if !shown.is_empty() {
        let rows: Vec<Row> = shown.into_iter().map(row).collect();
        table(out, style, &rows);
    }
    let rest = drift
        .parts
        .iter()
        .filter(|part| !computed && !part.argument)
        .count();
    if rest > 0 {
        let plural = if rest == 1 { "" } else { "s" };
        let text = format!("        # ({rest} attribute{plural} that only the platform sets not shown)");
        style.paint_into(out, Ink::Dim, &text);
        out.push('\n');
    }
    out.push_str("    }\n\n");
}

/// Objects of which nothing differs but what only the platform sets: in one sentence.
pub fn only_computed(style: Style, drift: &[&Drift]) -> Option<String> {
    const MOST: usize = 3;
    let mut told: Vec<String> = drift
        .iter()
        .take(MOST)
        .map(|drift| {
            let mut names: Vec<String> = drift.parts.iter().map(|part| attribute(&part.path)).collect();
            if names.len() > MOST {
                let more = names.len() - MOST;
                names.truncate(MOST);
                names.push(format!("{more} more"));
            }
            format!("{} ({})", escape::line(&drift.addr.to_string()), names.join(", "))
        })
        .collect();
    if let Some(more) = drift.len().checked_sub(MOST).filter(|more| *more > 0) {
        told.push(format!("{more} more"));
    }
    if told.is_empty() {
        return None;
    }
    let text = format!(
        "(Attributes that only the platform sets have new values: {}. They ask for no action; -refresh-only shows them.)",
        told.join(", ")
    );
    Some(format!("\n{}\n", style.paint(Ink::Dim, &style.wrap(&text))))
}

fn remark(drift: &Drift) -> Option<&'static str> {
    match (drift.answered, drift.after.is_null()) {
        (Answered::No, _) => None,
        (_, true) => Some("the plan below creates it again"),
        (Answered::Alone | Answered::WithMore, false) => Some("the plan below changes it back"),
    }
}

/// What says which object it is.
fn names(object: &Value) -> Vec<String> {
    let members = object.members().into_iter().flatten();
    let named: Vec<(&str, String)> = members
        .filter(|(name, value)| {
            matches!(&***name, "id" | "name") && !value.is_null() && !value.has_marks_deep()
        })
        .map(|(name, value)| (&**name, brief(value)))
        .collect();
    let width = named.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    named
        .into_iter()
        .map(|(name, value)| format!("{name}{} = {value}", padding(name, width)))
        .collect()
}

/// The path of an attribute as people write it.
pub fn attribute(path: &crate::value::Path) -> String {
    let text = path.to_string();
    escape::line(text.strip_prefix('.').unwrap_or(&text)).into_owned()
}

/// What the configuration says, on one line.
pub fn configured(part: &Deviation) -> String {
    match &part.config {
        None => "(not in configuration)".to_owned(),
        Some(_) if part.is_hidden() => "(sensitive)".to_owned(),
        Some(value) if value.is_null() => "(not set)".to_owned(),
        Some(value) => brief(value),
    }
}

/// What was or is there, on one line.
pub fn there(part: &Deviation, value: &Value) -> String {
    match () {
        () if part.is_hidden() && value.is_null() => "(absent)".to_owned(),
        () if part.is_hidden() => "(sensitive)".to_owned(),
        () if value.is_null() => "(absent)".to_owned(),
        () => brief(value),
    }
}

fn row(part: &Deviation) -> Row {
    [
        attribute(&part.path),
        configured(part),
        there(part, &part.last),
        there(part, &part.now),
    ]
}

/// A value on one line; members that are null are left out.
pub fn brief(value: &Value) -> String {
    if value.has_marks_deep() {
        return "(sensitive value)".to_owned();
    }
    let list = |items: &[Value]| items.iter().map(brief).collect::<Vec<_>>().join(", ");
    match value.kind() {
        Kind::Unknown(..) => "(known after apply)".to_owned(),
        Kind::Null(_) => "null".to_owned(),
        Kind::String(text) => escape::shown(text),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => format!("[{}]", list(items)),
        Kind::Map(_, members) | Kind::Object(members) => {
            let there = members.iter().filter(|(_, value)| !value.is_null());
            let pairs: Vec<String> = there
                .map(|(name, value)| format!("{} = {}", escape::name(name), brief(value)))
                .collect();
            if pairs.is_empty() {
                "{}".to_owned()
            } else {
                format!("{{ {} }}", pairs.join(", "))
            }
        }
        _ => super::value::format(value, 0),
    }
}

/// The rows under their titles, aligned, within the width of the page.
pub fn table(out: &mut String, style: Style, rows: &[Row]) {
    let widths = widths(rows, if style.width == 0 { usize::MAX } else { style.width });
    let titles = TITLES.map(str::to_owned);
    let mut line = String::new();
    cells(&mut line, &titles, &widths);
    style.paint_into(out, Ink::Dim, line.trim_end_matches('\n'));
    out.push('\n');
    for row in rows {
        cells(out, row, &widths);
    }
}

/// How wide each column is: as wide as it needs to be, if there is room for all.
fn widths(rows: &[Row], page: usize) -> [usize; 4] {
    let mut needs = TITLES.map(UnicodeWidthStr::width);
    for row in rows {
        for (need, cell) in needs.iter_mut().zip(row) {
            *need = (*need).max(cell.width());
        }
    }
    let [name, values @ ..] = needs;
    let all = name.saturating_add(values.iter().sum::<usize>());
    let room = page.saturating_sub(MARGIN + 3 * GAP);
    if all <= room {
        return needs;
    }
    // A name may take a third, if not all of it is needed elsewhere; a longer one stands on a line of its own.
    let longest = |limit: usize| {
        let short = rows.iter().map(|row| row.first().map_or(0, |name| name.width()));
        short.filter(|width| *width <= limit).max().unwrap_or(0)
    };
    let name = longest(room / 3).max(TITLES.first().map_or(0, |title| title.width()));
    let [first, second, third] = shared(values, room.saturating_sub(name));
    [name, first, second, third]
}

/// Shares room among columns: those that need less than an equal share leave the rest to the others.
fn shared(needs: [usize; 3], room: usize) -> [usize; 3] {
    let mut order: Vec<usize> = vec![0, 1, 2];
    order.sort_by_key(|at| needs.get(*at).copied().unwrap_or(0));
    let mut widths = [NARROW; 3];
    let (mut left, mut columns) = (room, 3);
    for at in order {
        let need = needs.get(at).copied().unwrap_or(0);
        let share = (left / columns).max(NARROW);
        let width = need.min(share);
        if let Some(place) = widths.get_mut(at) {
            *place = width;
        }
        left = left.saturating_sub(width);
        columns = (columns - 1).max(1);
    }
    widths
}

/// One row, on as many lines as its longest cell takes.
fn cells(out: &mut String, row: &Row, widths: &[usize; 4]) {
    let [name, values @ ..] = row;
    let [first, others @ ..] = widths;
    let columns: Vec<Vec<String>> = values
        .iter()
        .zip(others)
        .map(|(cell, width)| broken(cell, *width))
        .collect();
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    let margin = " ".repeat(MARGIN);
    let above = name.width() > *first;
    if above {
        out.push_str(&format!("{margin}{name}\n"));
    }
    for at in 0..height {
        let head = if at == 0 && !above { name.as_str() } else { "" };
        let mut line = format!("{margin}{head}{}", padding(head, *first));
        for (column, width) in columns.iter().zip(others) {
            let text = column.get(at).map_or("", String::as_str);
            line.push_str(&" ".repeat(GAP));
            line.push_str(text);
            line.push_str(&padding(text, *width));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// A text in pieces of this width, broken behind a space, slash, comma, point or escaped line break where there is one
/// behind the first third of the piece.
fn broken(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut pieces = Vec::new();
    let mut rest = text;
    while rest.width() > width {
        let mut used = 0;
        let (mut end, mut good) = (0, 0);
        for (at, letter) in rest.char_indices() {
            used += letter.width().unwrap_or(0);
            if used > width && end > 0 {
                break;
            }
            end = at + letter.len_utf8();
            let head = rest.get(..end).unwrap_or_default();
            if matches!(letter, ' ' | '/' | ',' | '.') || head.ends_with("\\n") {
                good = end;
            }
        }
        let cut = if good * 3 >= end { good } else { end };
        let (piece, more) = rest.split_at(cut);
        pieces.push(piece.trim_end().to_owned());
        rest = more;
    }
    pieces.push(rest.to_owned());
    pieces
}
