//! Holds the `use crate::` lines of every file against the floor table of `ARCHITECTURE.md`, and every file to
//! its `//!` and its size.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Room, floor, and the rooms of the same floor that it may use.
const FLOORS: &[(&str, u8, &[&str])] = &[
    ("source", 0, &[]),
    ("diag", 0, &["source"]),
    ("value", 1, &[]),
    ("addr", 1, &["value"]),
    ("schema", 1, &["value"]),
    ("syntax", 2, &[]),
    ("lang", 2, &["syntax"]),
    ("config", 3, &[]),
    ("state", 3, &[]),
    ("graph", 4, &[]),
    ("plan", 4, &["graph"]),
    ("apply", 4, &["plan", "graph"]),
    ("ports", 5, &[]),
    ("engine", 6, &[]),
    ("api", 7, &[]),
    ("provider", 7, &["api"]),
    ("platform", 7, &["api"]),
    ("store", 7, &[]),
    ("host", 7, &[]),
    ("render", 8, &[]),
    ("cli", 8, &["render"]),
];

/// Crates that only these rooms may name.
const WALLS: &[(&str, &[&str])] = &[
    ("hcl", &["syntax"]),
    ("hcl_edit", &["syntax"]),
    ("petgraph", &["graph"]),
    ("clap", &["cli"]),
    ("rustyline", &["cli"]),
    ("opentelemetry", &["cli"]),
    ("opentelemetry_sdk", &["cli"]),
    ("opentelemetry_otlp", &["cli"]),
    ("tracing_opentelemetry", &["cli"]),
    ("lsp_server", &["cli"]),
    ("miette", &["render", "cli"]),
    ("similar", &["render", "cli"]),
    ("graphlay", &["render"]),
    ("sled", &["store", "platform"]),
    ("reqwest", &["api"]),
    ("axum", &["platform"]),
];

/// No file is longer; most are far shorter.
const MOST_LINES: usize = 600;

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    files(&src, &mut paths);
    let read = |path: PathBuf| {
        let inside = path.strip_prefix(&src).unwrap().to_owned();
        let first = inside
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_string_lossy()
            .into_owned();
        (
            first.trim_end_matches(".rs").to_owned(),
            inside,
            fs::read_to_string(&path).unwrap(),
        )
    };
    paths.into_iter().map(read).collect()
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| {
        let name = part.as_os_str().to_string_lossy();
        let name = name.trim_end_matches(".rs");
        name == "tests" || name.starts_with("tests_") || name.ends_with("_tests")
    })
}

/// The text before its test module, without comments.
fn code(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let lines = before_tests
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether what stands before a byte ends a longer name or path.
fn continues(code: &str, at: usize, path: bool) -> bool {
    code[..at]
        .chars()
        .next_back()
        .is_some_and(|c| c.is_alphanumeric() || c == '_' || (path && c == ':'))
}

/// The rooms named behind `crate::`, with groups (`crate::{a, b::c}`) opened.
fn rooms_used(code: &str) -> BTreeSet<String> {
    let name = |text: &str| {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let mut used = BTreeSet::new();
    for (at, found) in code.match_indices("crate::") {
        if continues(code, at, false) {
            continue;
        }
        let rest = &code[at + found.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            used.insert(name(rest));
            continue;
        };
        let (mut depth, mut start) = (0, true);
        for (offset, letter) in group.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                letter if start && !letter.is_whitespace() => {
                    used.insert(name(&group[offset..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    used
}

#[test]
fn every_room_uses_only_what_lies_below_it() {
    let floors: BTreeMap<&str, (u8, &[&str])> = FLOORS
        .iter()
        .map(|(room, floor, edges)| (*room, (*floor, *edges)))
        .collect();
    let mut faults = Vec::new();
    for (room, path, text) in sources() {
        if room == "lib" || room == "main" || is_test(&path) {
            continue;
        }
        let (floor, edges) = floors
            .get(room.as_str())
            .unwrap_or_else(|| panic!("{room} is on no floor"));
        for used in rooms_used(&code(&text)) {
            let Some((other, _)) = floors.get(used.as_str()) else {
                continue;
            };
            if used != room && other >= floor && !edges.contains(&used.as_str()) {
                faults.push(format!(
                    "{} (floor {floor}) uses {used} (floor {other})",
                    path.display()
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn walled_crates_are_named_in_their_rooms_alone() {
    let mut faults = Vec::new();
    for (room, path, text) in sources().into_iter().filter(|(_, path, _)| !is_test(path)) {
        let code = code(&text);
        for (name, rooms) in WALLS {
            let needle = format!("{name}::");
            let hit = code
                .match_indices(&needle)
                .any(|(at, _)| !continues(&code, at, true));
            if hit && !rooms.contains(&room.as_str()) {
                faults.push(format!("{} names {name}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for_and_stays_readable() {
    let mut faults = Vec::new();
    for (_, path, text) in sources() {
        if is_test(&path) {
            continue;
        }
        if !text.starts_with("//!") {
            faults.push(format!("{} does not open with a `//!`", path.display()));
        }
        let lines = text.lines().count();
        if lines > MOST_LINES {
            faults.push(format!("{} has {lines} lines", path.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_floor_table_of_the_document_is_this_one() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let document = fs::read_to_string(document).unwrap();
    for (room, floor, _) in FLOORS {
        let row = document
            .lines()
            .find(|line| line.starts_with(&format!("| {floor} ")));
        let row = row.unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for floor {floor}"));
        assert!(
            row.contains(&format!("`{room}`")),
            "floor {floor} of ARCHITECTURE.md does not name {room}"
        );
    }
}
