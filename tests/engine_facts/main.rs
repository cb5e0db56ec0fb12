//! Whole configurations with what was measured of Terraform 1.11, kept inside the repository: each is played step by
//! step with the program and must come to the same.
//!
//! `tests/engine_facts/NAME.txt` is one case. `--- FILE` begins the text of a file, `! COMMAND` is a command of the
//! shell, and `$ COMMAND` is one of ours, with the facts of it below: `=` where both tools agree, `-` what Terraform
//! does where we differ on purpose (a `#` line says why), `+` what we do instead. `# ordered` says that the order of
//! events is determined. Ids are any. Nothing of Terraform is needed to run it; `SWARMFORM_CASE=NAME` plays one case.
//!
//! `SWARMFORM_MEASURE=1 cargo test --test engine_facts` measures anew: it plays every case with the `terraform` that is on
//! the PATH, which has to be a 1.11, and with the program, and writes the facts of both; that takes two minutes. A new
//! case is written without facts. Read the difference before committing it: a new `-` or `+` is a bug, or wants a
//! reason.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_macros
)]

mod case;
mod facts;
mod measure;
mod run;
#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use case::Step;
use run::{Bench, Tool};

/// What is done with one case: the answer is what is wrong with it.
type Check = fn(&Path) -> Vec<String>;

#[test]
fn every_kept_configuration_comes_to_what_was_measured() {
    let check: Check = match std::env::var_os("SWARMFORM_MEASURE") {
        Some(_) => {
            measure::is_possible();
            measure::write
        }
        None => play,
    };
    let only = std::env::var("SWARMFORM_CASE").ok();
    let cases = cases(only.as_deref());
    assert!(only.is_some() || cases.len() > 40, "only {} cases", cases.len());
    let faults = check_all(cases, check);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A difference that nobody explains is a fault.
#[test]
fn every_difference_has_a_reason() {
    for path in cases(None) {
        let text = std::fs::read_to_string(&path).unwrap();
        let differs = text
            .lines()
            .any(|line| line.starts_with("- ") || line.starts_with("+ "));
        let reason = text
            .lines()
            .any(|line| line.starts_with("# ") && line != "# ordered");
        assert!(
            reason || !differs,
            "{} differs and says no reason",
            path.display()
        );
    }
}

/// What measuring writes is what playing reads.
#[test]
fn a_case_is_written_as_it_is_read() {
    for path in cases(None) {
        let text = std::fs::read_to_string(&path).unwrap();
        let kept = |step: &Step<'_>| match step {
            Step::Run { lines, .. } => lines
                .iter()
                .filter(|line| !line.starts_with('#'))
                .map(|line| (*line).to_owned())
                .collect(),
            _ => Vec::new(),
        };
        let again: String = case::steps(&text)
            .iter()
            .map(|step| case::written(step, &kept(step)))
            .collect();
        assert_eq!(text, again, "{}", path.display());
    }
}

#[test]
fn facts_of_both_tools_stand_in_the_order_of_each() {
    let lines = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
    let together = measure::together(&lines("exit a b plan"), &lines("exit b c plan"));
    assert_eq!(together, ["= exit", "- a", "= b", "+ c", "= plan"]);
}

/// The files of all cases, or of one.
fn cases(only: Option<&str>) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine_facts");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .filter(|path| only.is_none_or(|only| path.file_stem().unwrap() == only))
        .collect();
    cases.sort();
    cases
}

/// Does the same with all cases, several at once; what is wrong, in order.
fn check_all(cases: Vec<PathBuf>, check: Check) -> Vec<String> {
    let (queue, faults) = (Mutex::new(cases), Mutex::new(Vec::new()));
    let next = || queue.lock().unwrap().pop();
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(path) = next() {
                    let found = check(&path);
                    faults.lock().unwrap().extend(found);
                }
            });
        }
    });
    let mut faults = faults.into_inner().unwrap();
    faults.sort();
    faults
}

/// Plays a case with the program and holds what comes of it against the facts.
fn play(path: &Path) -> Vec<String> {
    let name = path.file_stem().unwrap().to_string_lossy();
    let text = std::fs::read_to_string(path).unwrap();
    let bench = Bench::new(Tool::Swarmform, case::is_ordered(&text));
    let mut faults = Vec::new();
    for (number, step) in case::steps(&text).into_iter().enumerate() {
        let Some(found) = bench.step(&step) else {
            continue;
        };
        let Step::Run { command, lines } = step else {
            continue;
        };
        let wanted: Vec<&str> = lines
            .iter()
            .filter_map(|line| line.strip_prefix("= ").or(line.strip_prefix("+ ")))
            .collect();
        if let Some(difference) = difference(&wanted, &found) {
            faults.push(format!("{name}, line {number}: {command}{difference}"));
        }
    }
    faults
}

fn difference(wanted: &[&str], found: &[String]) -> Option<String> {
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    if wanted == found {
        return None;
    }
    let wants = wanted
        .iter()
        .filter(|fact| !found.contains(fact))
        .map(|fact| format!("\n    measured {fact}"));
    let has = found
        .iter()
        .filter(|fact| !wanted.contains(fact))
        .map(|fact| format!("\n    here     {fact}"));
    let lines: Vec<String> = wants.chain(has).collect();
    Some(if lines.is_empty() {
        format!("\n    another order: {found:?}")
    } else {
        lines.concat()
    })
}
