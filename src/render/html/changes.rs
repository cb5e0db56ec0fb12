//! The changes of a page: how many of each kind, the filter, and one entry for each with its difference.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::plan::change::{Action, Plan, ResourceChange};
use crate::render::markup::escaped;
use crate::render::picture::Mark;
use crate::render::{escape, plan as text, resource};

use super::{Page, painted};

/// Up to this many changes are open when the page is opened.
const OPEN: usize = 12;

/// What a change is marked with, and what the mark is called.
fn kind(change: &ResourceChange) -> (Mark, &'static str) {
    let mark = match change.action {
        Action::Create => Mark::Create,
        Action::Update => Mark::Update,
        Action::Delete => Mark::Delete,
        Action::DeleteThenCreate | Action::CreateThenDelete => Mark::Replace,
        Action::Read => Mark::Read,
        Action::Forget => Mark::Forget,
        Action::NoOp if change.importing.is_some() => Mark::Import,
        Action::NoOp => return (Mark::Keep, "move"),
    };
    (mark, mark.word())
}

fn shown(plan: &Plan) -> Vec<&ResourceChange> {
    plan.changes
        .iter()
        .filter(|change| resource::is_shown(change))
        .collect()
}

fn counted(plan: &Plan) -> BTreeMap<(Mark, &'static str), usize> {
    let mut counts = BTreeMap::new();
    for change in shown(plan) {
        *counts.entry(kind(change)).or_default() += 1;
    }
    counts
}

/// A mark as an image that says nothing, for its word stands beside it.
fn icon(mark: Mark) -> String {
    format!(
        "<svg class=\"swarmform icon\" viewBox=\"-13 -13 26 26\" aria-hidden=\"true\"><g class=\"{}\">{}</g></svg>",
        mark.class(),
        mark.symbol()
    )
}

/// How many changes of each kind there are.
pub fn counts(plan: &Plan) -> String {
    let entries: String = counted(plan)
        .iter()
        .map(|((mark, word), count)| {
            format!(
                "<li>{}<span><strong>{count}</strong> {word}</span></li>",
                icon(*mark)
            )
        })
        .collect();
    match entries.is_empty() {
        true => String::new(),
        false => format!("<ul class=\"counts\" aria-label=\"Changes by action\">{entries}</ul>\n"),
    }
}

/// The body of the section.
pub fn body(page: Page<'_>) -> String {
    let changes = shown(page.plan);
    let mut out = String::new();
    if changes.is_empty() {
        return "<p>No object is created, changed or deleted.</p>\n".to_owned();
    }
    filter(&mut out, page.plan);
    out.push_str("<ul class=\"changes\">\n");
    for change in &changes {
        entry(&mut out, page, change, changes.len() <= OPEN);
    }
    out.push_str("</ul>\n");
    out
}

fn filter(out: &mut String, plan: &Plan) {
    out.push_str(
        "<form id=\"filter\" class=\"needs-script\" hidden=\"hidden\" aria-label=\"Filter of the changes\">\n<label \
         class=\"search\">Address contains<input type=\"search\" autocomplete=\"off\" spellcheck=\"false\"/></label>\n\
         <fieldset><legend>Only these actions</legend>",
    );
    for ((mark, word), count) in counted(plan) {
        let _ = write!(
            out,
            "<label class=\"chip\"><input type=\"checkbox\" value=\"{}\"/>{}{word} ({count})</label>",
            mark.class(),
            icon(mark)
        );
    }
    out.push_str(
        "</fieldset>\n</form>\n<div class=\"row needs-script\" hidden=\"hidden\"><p id=\"shown\" role=\"status\" \
         aria-live=\"polite\"></p><div class=\"buttons\"><button type=\"reset\" form=\"filter\">Show all</button><button \
         type=\"button\" id=\"open\">Open all</button><button type=\"button\" id=\"close\">Close \
         all</button></div></div>\n",
    );
}

fn entry(out: &mut String, page: Page<'_>, change: &ResourceChange, open: bool) {
    let (mark, word) = kind(change);
    let deposed = change
        .deposed
        .as_ref()
        .map(|key| format!(" (deposed object {key})"));
    let address = escape::line(&format!("{}{}", change.addr, deposed.unwrap_or_default())).into_owned();
    let address = escaped(&address);
    let mut printed = String::new();
    let outside = text::outside(page.plan, change);
    resource::change(&mut printed, painted::STYLE, page.schemas, change, outside);
    // What stands in the first line is the summary here.
    let (_, difference) = printed.split_once('\n').unwrap_or_default();
    let _ = write!(
        out,
        "<li class=\"{0}\" data-action=\"{0}\" data-address=\"{address}\"><details{1}><summary>{2}<span \
         class=\"address\">{address}</span> <span class=\"what\">{3}</span></summary><pre class=\"diff\" role=\"group\" tabindex=\"0\" \
         aria-label=\"{word} {address}\">",
        mark.class(),
        if open { " open=\"open\"" } else { "" },
        icon(mark),
        escaped(&resource::headline(change)),
    );
    painted::lines(out, difference);
    out.push_str("</pre></details></li>\n");
}
