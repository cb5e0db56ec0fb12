//! The corpus of diagnostics: one case for every code, in `tests/errors/ROOM/NAME.txt`.
//!
//! A case is the configuration that causes the diagnostic, the command, and what a person then sees. Further cases
//! of a code are `NAME.WHAT.txt`. `SWARMFORM_WRITE_ERRORS=1 cargo test --test errors` writes what is seen anew;
//! read the difference before committing it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros
)]

mod corpus;
mod play;
mod scenes;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use corpus::Case;

/// Every case shows its diagnostic and no other, as its file says.
#[test]
fn every_case_shows_exactly_its_diagnostic() {
    let cases = corpus::cases();
    let write = std::env::var_os("SWARMFORM_WRITE_ERRORS").is_some();
    let faults = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(fault) = check(case, write) {
                        faults.lock().unwrap().push(format!("{}: {fault}", case.path()));
                    }
                }
            });
        }
    });
    let mut faults = faults.into_inner().unwrap();
    faults.sort();
    assert!(
        faults.is_empty(),
        "{}\n\nIf what is seen now reads better, write it anew with SWARMFORM_WRITE_ERRORS=1 cargo test --test errors",
        faults.join("\n\n")
    );
}

fn check(case: &Case, write: bool) -> Result<(), String> {
    let seen = play::play(case)?;
    let beside = case
        .sections
        .iter()
        .filter_map(|section| section.head.strip_prefix("beside "));
    let mut expected: Vec<&str> = beside.chain([&*case.code]).collect();
    let mut shown: Vec<&str> = seen.codes.iter().map(String::as_str).collect();
    expected.sort_unstable();
    shown.sort_unstable();
    if shown != expected {
        return Err(format!(
            "it must show {expected:?} and nothing else, and shows {shown:?}:\n{}",
            seen.case.text()
        ));
    }
    if write {
        std::fs::write(case.path(), seen.case.text()).map_err(|error| error.to_string())?;
    } else if seen.case.text() != case.text() {
        return Err(format!(
            "it shows something else:\n{}",
            difference(&case.text(), &seen.case.text())
        ));
    }
    Ok(())
}

fn difference(before: &str, after: &str) -> String {
    let mut out = String::new();
    for change in similar::TextDiff::from_lines(before, after).iter_all_changes() {
        let _ = write!(out, "{}{change}", change.tag());
    }
    out
}

/// A code that nothing can cause has no place, and one that something causes has its case.
#[test]
fn every_code_has_a_case() {
    let codes: BTreeSet<String> = corpus::codes().iter().map(|code| code.id.to_owned()).collect();
    let cases: BTreeSet<String> = corpus::cases()
        .into_iter()
        .filter(|case| case.main)
        .map(|case| case.code)
        .collect();
    let missing: Vec<&String> = codes.difference(&cases).collect();
    assert!(
        missing.is_empty(),
        "these codes have no case: {missing:?}\nWrite the configuration and the command in tests/errors/CODE.txt, in the \
         form of those that are there, and run SWARMFORM_WRITE_ERRORS=1 cargo test --test errors. If nothing can cause \
         a code any more, take it out."
    );
    let stray: Vec<&String> = cases.difference(&codes).collect();
    assert!(stray.is_empty(), "these cases are of no code: {stray:?}");
}
