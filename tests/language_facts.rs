//! A part of the measured answers, kept inside the repository: every one must hold.
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

use std::path::Path;

use language::{Fixture, Record};

#[test]
fn every_kept_fact_of_the_language_holds() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language");
    let fixture = Fixture::load(&directory.join("fixture"));
    let empty = Fixture::empty();
    let mut count = 0;
    let mut faults = Vec::new();
    for line in include_str!("language/facts.jsonl").lines() {
        let record: Record = serde_json::from_str(line).unwrap();
        let scope = if record.fixture == "fixture" {
            &fixture
        } else {
            &empty
        };
        count += 1;
        if let Err(why) = record.check(scope) {
            faults.push(format!("{} {}\n    {why}", record.id, record.expr));
        }
    }
    assert!(count > 300, "only {count} facts");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
