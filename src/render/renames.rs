//! Renames that a plan recognized: the `moved` blocks to copy, and the same for programs.
//!
//! Addresses alone are told, no values. What a rename is, `plan::renames` decides.

use crate::plan::renames::Rename;

use super::escape;
use super::json::Json;
use super::style::{Ink, Style};

/// More blocks are counted and not shown.
const SHOWN: usize = 20;

/// Adds a note with the blocks, if there are any.
pub fn note(out: &mut String, style: Style, renames: &[Rename]) {
    let objects: usize = renames.iter().map(|rename| rename.objects).sum();
    let told = match (renames, objects) {
        ([], _) => return,
        ([one], 1) => format!(
            "Renamed? What goes at {} and what comes at {} are the same object, by all that is known. If it only has a new \
             address, this block says so, and it stays:",
            one.from, one.to
        ),
        ([one], _) => format!(
            "Renamed? The {objects} objects that go at {} and that come at {} are the same, by all that is known. If they only \
             have new addresses, this block says so, and they stay:",
            one.from, one.to
        ),
        _ => format!(
            "Renamed? {objects} of the objects that go come again at other addresses, the same by all that is known. If they \
             only have new addresses, these blocks say so, and they stay:"
        ),
    };
    let told = style.wrap(&escape::line(&told));
    let (title, rest) = told.split_once(' ').unwrap_or((&told, ""));
    out.push('\n');
    style.paint_into(out, Ink::Cyan, title);
    out.push_str(&format!(" {rest}\n"));
    for rename in renames.iter().take(SHOWN) {
        let (from, to) = (rename.from.to_string(), rename.to.to_string());
        let block = format!(
            "\n  moved {{\n    from = {}\n    to   = {}\n  }}\n",
            escape::line(&from),
            escape::line(&to)
        );
        out.push_str(&block);
    }
    let more = renames.len().saturating_sub(SHOWN);
    if more > 0 {
        let text = format!("And {more} more; -json lists all of them.");
        out.push_str(&format!("\n{}\n", style.wrap(&text)));
    }
}

/// The renames for programs.
pub fn json(renames: &[Rename]) -> Json {
    let one = |rename: &Rename| {
        Json::object([
            ("from", Json::text(rename.from.to_string())),
            ("to", Json::text(rename.to.to_string())),
            ("objects", Json::count(rename.objects)),
        ])
    };
    Json::Array(renames.iter().map(one).collect())
}
