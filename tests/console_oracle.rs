//! Measured answers of a console: every expression of the record file is evaluated in process and held against the
//! answer as printed, its JSON, its type, and what kind of error it is.
//!
//! The record file lies beside the repository; without it nothing is tested here (`language_facts` keeps a part
//! of it inside).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::disallowed_macros
)]

mod language;

use std::collections::BTreeMap;
use std::path::Path;

use language::{Fixture, Record};

/// At least so many must pass.
const FLOOR: usize = 2363;

/// Where this language means to differ: `format` has an answer or a fault for null rather than staying unknown for
/// ever, it tells the type of a text before it is known, a subnet has no negative number, and the sensitive output of a
/// module is sensitive in a console too.
const DIFFERENT: [&str; 11] = [
    "func-format-014",
    "func-format-016",
    "func-format-046",
    "func-formatlist-010",
    "unknown-090",
    "unknown-091",
    "func-cidrsubnet-010",
    "vars-057",
    "vars-060",
    "vars-063",
    "vars-066",
];

#[test]
fn the_language_answers_as_measured() {
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/oracle");
    let Ok(text) = std::fs::read_to_string(oracle.join("console.jsonl")) else {
        println!("no records beside the repository");
        return;
    };
    let fixture = Fixture::load(&oracle.join("console-fixture"));
    let state = Fixture::load(&oracle.join("console-fixture-state"));
    let empty = Fixture::empty();
    let mut areas: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut passed = 0;
    for line in text.lines() {
        let record: Record = serde_json::from_str(line).unwrap();
        let scope = match record.fixture.as_str() {
            "fixture" => &fixture,
            "state" => &state,
            "empty" => &empty,
            other => panic!("no fixture {other}"),
        };
        if DIFFERENT.contains(&record.id.as_str()) {
            continue;
        }
        let counts = areas.entry(record.area.clone()).or_default();
        counts.1 += 1;
        match record.check(scope) {
            Ok(()) => {
                counts.0 += 1;
                passed += 1;
            }
            Err(why) => println!("{} {}\n    {why}", record.id, record.expr),
        }
    }
    let total: usize = areas.values().map(|(_, all)| all).sum();
    for (area, (good, all)) in &areas {
        if good < all {
            println!("{area}: {good} of {all}");
        }
    }
    println!("{passed} of {total} pass");
    assert!(
        passed >= FLOOR,
        "only {passed} of {total} pass; the floor is {FLOOR}"
    );
}
