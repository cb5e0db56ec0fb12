//! The changes of a plan on one line each: the sign, the address, and in a few words why or what.
//!
//! It names attributes and shows no value, so that a plan of a thousand objects can be read. What the values are is for
//! `resource` to show.

use crate::plan::change::{Action, ResourceChange};
use crate::value::{Path, PathStep, Value};

use super::escape;
use super::resource::{headline, remarks, sign};
use super::style::Style;

/// More attributes are counted and not named.
const NAMED: usize = 4;

/// No address pushes what stands behind it further to the right than this.
const WIDEST: usize = 48;

/// Adds the lines.
pub fn lines(out: &mut String, style: Style, changes: &[&ResourceChange]) {
    let title = |change: &ResourceChange| {
        let deposed = change.deposed.as_ref();
        let deposed = deposed.map(|key| format!(" (deposed object {key})"));
        escape::line(&format!("{}{}", change.addr, deposed.unwrap_or_default())).into_owned()
    };
    let titles: Vec<String> = changes.iter().map(|change| title(change)).collect();
    let widths = titles.iter().map(|title| title.chars().count());
    let width = widths.filter(|width| *width <= WIDEST).max().unwrap_or(0);
    for (change, title) in changes.iter().zip(&titles) {
        let line = format!("{} {title:width$}  {}", sign(style, change.action), about(change));
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

fn about(change: &ResourceChange) -> String {
    let mut parts: Vec<String> = Vec::new();
    let says_it_all = matches!(
        change.action,
        Action::Create | Action::Delete | Action::Read | Action::Forget
    );
    let head = headline(change);
    if !says_it_all && !matches!(head.as_str(), "will be updated in-place" | "must be replaced") {
        parts.push(head);
    }
    if change.action == Action::Update || change.action.is_replace() {
        parts.extend(attributes(change));
    }
    parts.extend(remarks(change));
    parts.join("  ")
}

/// The names of the attributes that get other values. What only follows, because it is known after apply, is left out.
fn attributes(change: &ResourceChange) -> Option<String> {
    let (before, after) = (change.before.members()?, change.after.members()?);
    let forces = |name: &str| {
        let first = |path: &Path| matches!(path.0.first(), Some(PathStep::Attr(first)) if **first == *name);
        change.replace_paths.iter().any(first)
    };
    let differs =
        |name: &str, value: &Value| value.is_known() && before.get(name).is_none_or(|old| old != value);
    let names = after
        .iter()
        .filter(|(name, value)| differs(name, value) || forces(name))
        .map(|(name, _)| match forces(name) {
            true => format!("{} (forces replacement)", escape::name(name)),
            false => escape::name(name),
        });
    let names: Vec<String> = names.collect();
    let more = names.len().saturating_sub(NAMED);
    let mut text = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    (!text.is_empty()).then_some(text)
}
