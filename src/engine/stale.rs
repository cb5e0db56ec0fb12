//! Whether a saved plan still is what carrying it out would do, and what has changed since if it is not.
//!
//! A plan is stale when the state is another one, or when the configuration or a file that functions read is. It
//! compares and names; the plan is never brought up to date here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::config::load::Reader;
use crate::diag::{self, Diagnostic};
use crate::lang::Files;
use crate::state::State;

use super::codes;
use super::saved::Recording;

/// Refuses when the state is not the one that the plan was made from.
pub fn check_state(recording: &Recording, now: &State) -> Result<(), Diagnostic> {
    let (lineage, serial) = recording.basis();
    if (lineage, serial) == (now.lineage.as_str(), now.serial) {
        return Ok(());
    }
    let (why, comparable) = if lineage == now.lineage {
        (
            format!(
                "it was made from serial {serial}, the state is at serial {}",
                now.serial
            ),
            true,
        )
    } else if lineage.is_empty() {
        ("it was made before anything was applied".to_owned(), true)
    } else {
        ("it was made from another state altogether".to_owned(), false)
    };
    let mut detail = format!("The saved plan is not valid any more: {why}. Plan again.");
    if comparable {
        detail.push_str(&list(
            "What is not in the state as it was then:",
            differences(&recording.state()?, now),
        ));
        if !lineage.is_empty() {
            detail.push_str(&format!(
                "\n\n\"swarmform state diff {serial} now\" shows how, while that state is kept."
            ));
        }
    }
    Err(Diagnostic::error(&codes::STALE_PLAN, detail))
}

/// Refuses when files of the configuration, or files that functions read, are not as they were.
pub fn check_files(
    recording: &Recording,
    reader: &dyn Reader,
    files: Arc<dyn Files>,
) -> Result<(), Diagnostic> {
    let mut changed = BTreeMap::new();
    for (dir, before) in recording.sources() {
        // A directory that is gone has no files.
        let now: BTreeMap<String, String> = reader.files(dir).unwrap_or_default().into_iter().collect();
        let before: BTreeMap<String, String> = before.iter().cloned().collect();
        changed.extend(compare(&before, &now, String::clone));
    }
    for path in recording.files().changed(files) {
        changed.entry(path).or_insert("changed, and a function reads it");
    }
    if changed.is_empty() {
        return Ok(());
    }
    let detail = format!(
        "The saved plan is not valid any more: the configuration is not the one that it was made from. Plan again, or \
         go back to that configuration.{}",
        list("What has changed since:", changed.into_iter().collect())
    );
    Err(Diagnostic::error(&codes::STALE_PLAN, detail))
}

/// What is not the same in both states, each with what happened to it.
fn differences(before: &State, now: &State) -> Vec<(String, &'static str)> {
    let mut all = compare(&before.instances, &now.instances, ToString::to_string);
    let outputs = compare(&before.outputs, &now.outputs, |name| format!("output.{name}"));
    all.extend(outputs);
    all
}

/// The keys whose values are not the same in both maps, named, each with what happened to it.
fn compare<K: Ord, V: PartialEq>(
    before: &BTreeMap<K, V>,
    now: &BTreeMap<K, V>,
    name: impl Fn(&K) -> String,
) -> Vec<(String, &'static str)> {
    let keys: BTreeSet<&K> = before.keys().chain(now.keys()).collect();
    let how = |key: &K| match (before.get(key), now.get(key)) {
        (None, _) => Some("added"),
        (Some(_), None) => Some("removed"),
        (Some(was), Some(is)) => (was != is).then_some("changed"),
    };
    let found = keys.into_iter().filter_map(|key| Some((name(key), how(key)?)));
    found.collect()
}

fn list(title: &str, found: Vec<(String, &'static str)>) -> String {
    if found.is_empty() {
        return String::new();
    }
    let named = found.into_iter().map(|(name, how)| format!("{name} ({how})"));
    format!("\n\n{title}\n{}", diag::list(named, diag::NAMED))
}
