//! The command `explain`: one file for each kind of cause, in the form of `tests/errors/corpus.rs`: files, commands before,
//! and what is explained, which is also asked for as a document and held against its schema. Ids that differ from run to run are replaced by a word.
//!
//! `SWARMFORM_WRITE_EXPLAIN=1 cargo test --test explain` writes what is explained anew; read the difference before
//! committing it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

#[path = "../errors/corpus.rs"]
mod corpus;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use corpus::{Section, sections};
use serde_json::Value;
use support::{Place, Ran};

fn cases() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain");
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .collect();
    cases.sort();
    cases
}

fn run(place: &Place, command: &str) -> Ran {
    let mut shell = place.command(&[]);
    let path = shell.get_program().to_owned();
    let script = command.replacen("swarmform", "\"$0\"", 1);
    let mut sh = std::process::Command::new("sh");
    sh.args(["-c", &script])
        .arg(path)
        .current_dir(place.path())
        .env_clear();
    sh.envs(
        shell
            .env("GIANTSWARM_ENDPOINT", "embedded")
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    Ran::from(sh.output().unwrap())
}

/// A document that is as its schema says.
#[track_caller]
fn check_document(text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas/explain.schema.json");
    let schema = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let document: Value = serde_json::from_str(text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<String> = validator
        .iter_errors(&document)
        .map(|fault| format!("{fault} at {}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}\n{document:#}");
}

/// Plays a case, and gives it with what is explained now.
fn played(path: &Path) -> String {
    let place = Place::new();
    let uuid = regex::Regex::new("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").unwrap();
    let mut text = String::new();
    for Section { head, mut body } in sections(path) {
        if let Some(command) = head.strip_prefix("setup ") {
            run(&place, command).expect(0);
        } else if let Some(command) = head.strip_prefix("$ ") {
            let ran = run(&place, command);
            assert!(!ran.all().contains("hunter2"), "a secret is told: {}", ran.out);
            body = uuid.replace_all(ran.all().trim_start(), "UUID").into_owned();
            let failed = body.starts_with("Error: ");
            assert_eq!(ran.code, i32::from(failed), "{}: {body}", path.display());
            let json = run(&place, &command.replacen("explain", "explain -json", 1)).expect(ran.code);
            if !failed {
                check_document(&json.out);
            }
            assert!(!json.all().contains("hunter2"), "a secret is told: {}", json.out);
        } else {
            place.write(&head, &body);
        }
        text.push_str(&format!("-- {head} --\n{body}"));
    }
    text
}

#[test]
fn every_case_is_explained_as_its_file_says() {
    let write = std::env::var_os("SWARMFORM_WRITE_EXPLAIN").is_some();
    let cases = cases();
    assert!(cases.len() >= 9, "the cases are not found");
    let check = |path: &PathBuf| {
        let (held, seen) = (fs::read_to_string(path).unwrap(), played(path));
        if write {
            fs::write(path, &seen).unwrap();
        } else {
            assert_eq!(held, seen, "{}", path.display());
        }
    };
    std::thread::scope(|scope| {
        for some in cases.chunks(cases.len().div_ceil(4)) {
            scope.spawn(move || some.iter().for_each(check));
        }
    });
}
