//! Held against measured answers of Terraform where they are at hand, in `../shared/oracle/configs`: what it
//! accepts is accepted, and each static fault is found on the same line.
#![allow(clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::diag::Severity;

use super::loaded;

/// Beginnings of summaries of faults that are found without evaluating anything.
const STATIC: &[&str] = &[
    "Unsupported block type",
    "Missing name for",
    "Extraneous label",
    "Invalid resource name",
    "Invalid variable name",
    "Missing required argument",
    "Unsupported argument",
    "Invalid type specification",
    "Invalid quoted type",
    "Invalid version constraint",
    "Invalid combination",
    "Reference to",
    "Missing resource instance key",
    "Unexpected resource instance key",
    "Invalid \"each\" attribute",
    "Invalid \"path\" attribute",
    "Invalid \"self\"",
    "Invalid reference",
    "each.value cannot be used",
    "Duplicate",
    "Attribute redefined",
    "Variables not allowed",
    "Zero assert blocks",
    "Invalid assert expression",
    "Self-referential",
    "Invalid address",
    "Invalid \"moved\"",
    "Resource instance keys",
    "Invalid replace_triggered_by",
    "Ephemeral output",
    "Invalid module source",
    "Invalid default value",
];

/// Steps in which Terraform does what is left out here on purpose, or knows a provider's schema.
const ELSEWHERE: &[&str] = &["dynamic_blocks", "block_errors step 54"];

#[test]
fn static_faults_are_those_that_were_measured() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/oracle/configs"));
    let Ok(entries) = std::fs::read_dir(root) else {
        return;
    };
    let mut cases: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let mut held = 0;
    for case in cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        if !ELSEWHERE.contains(&name.as_str()) {
            held += check_case(&name, &case);
        }
    }
    assert!(held > 100, "only {held} steps were compared");
}

fn check_case(name: &str, case: &Path) -> usize {
    let text = std::fs::read_to_string(case.join("case.json")).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    let mut files = BTreeMap::new();
    read(&case.join("files"), "", &mut files);
    let mut held = 0;
    for (at, step) in json["steps"].as_array().unwrap().iter().enumerate() {
        for (file, text) in step["write"].as_object().into_iter().flatten() {
            files.insert(file.clone(), text.as_str().unwrap().to_owned());
        }
        for file in step["delete"].as_array().into_iter().flatten() {
            files.remove(file.as_str().unwrap());
        }
        let command = step["cmd"][0].as_str().unwrap_or_default();
        if ["validate", "plan"].contains(&command) && step["cmd"][1] != "-json" {
            let what = format!("{name} step {at}");
            if !ELSEWHERE.contains(&what.as_str()) {
                check_step(&what, &files, &step["expect"]);
                held += 1;
            }
        }
    }
    held
}

fn read(dir: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
        match std::fs::read_to_string(&path) {
            Ok(text) => drop(files.insert(name, text)),
            Err(_) => read(&path, &format!("{name}/"), files),
        }
    }
}

fn check_step(what: &str, files: &BTreeMap<String, String>, expect: &Value) {
    let pairs: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let (_, sources, faults) = loaded(&pairs);
    let errors = || faults.iter().filter(|fault| fault.severity == Severity::Error);
    let found: BTreeSet<String> = errors()
        .map(|fault| fault.subject.map_or(String::new(), |span| sources.place(span)))
        .collect();
    let expected = expect["errors"].as_array().cloned().unwrap_or_default();
    if expected.is_empty() {
        assert!(
            found.is_empty(),
            "{what}: Terraform has no errors: {:#?}",
            errors().collect::<Vec<_>>()
        );
    }
    let mut places = Vec::new();
    for error in &expected {
        let summary = error["summary"].as_str().unwrap().trim_start_matches("Error: ");
        if STATIC.iter().any(|start| summary.starts_with(start)) {
            let place = error["where"]
                .as_str()
                .unwrap_or_default()
                .trim_start_matches("on ");
            let place = place.split(", in ").next().unwrap_or_default().trim();
            // Files of variables are read elsewhere.
            if place.is_empty() || place.contains(".tf line") || place.contains(".tf.json line") {
                places.push(place.to_owned());
            }
        }
    }
    // Faults that follow from others are not told by both alike, so one of them is enough.
    let is_found = |place: &String| match place.as_str() {
        "" => !found.is_empty(),
        place => found.contains(place),
    };
    assert!(
        places.is_empty() || places.iter().any(is_found),
        "{what}: none of {expected:?} is among {found:?}"
    );
}
