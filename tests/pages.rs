//! Pages of `docs/` that are read from top to bottom: their files are written and their commands are run, in order, in
//! one directory, and what the page shows must be what is printed.
//!
//! A block ```` ```hcl NAME ```` is the whole content of a file. In a block ```` ```console ````, a line `$ COMMAND` is run
//! by `sh`, and the lines below are what it prints on both streams. A line `...` stands for any lines, `...` inside of a line
//! for any text.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

use std::fs;
use std::path::Path;
use std::process::Command;

#[path = "support/mod.rs"]
mod support;

use support::Place;

/// What a page asks for.
enum Part {
    File(String, String),
    Command(String, Vec<String>),
}

fn parts(page: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if let Some(name) = info.strip_prefix("hcl ") {
            parts.push(Part::File(name.to_owned(), block.join("\n") + "\n"));
        } else if info == "console" {
            for line in block {
                match (line.strip_prefix("$ "), parts.last_mut()) {
                    (Some(command), _) => parts.push(Part::Command(command.to_owned(), Vec::new())),
                    (None, Some(Part::Command(_, shown))) => shown.push(line.to_owned()),
                    (None, _) => panic!("a line of output without a command: {line}"),
                }
            }
        }
    }
    parts
}

/// Whether lines are as shown, with `...` for any lines.
fn fits(shown: &[String], lines: &[&str]) -> bool {
    match shown {
        [] => lines.is_empty(),
        [any, rest @ ..] if any == "..." => (0..=lines.len()).any(|skip| fits(rest, &lines[skip..])),
        [one, rest @ ..] => lines
            .split_first()
            .is_some_and(|(first, behind)| line_fits(one, first) && fits(rest, behind)),
    }
}

/// Whether a line is as shown, with `...` for any text.
fn line_fits(shown: &str, line: &str) -> bool {
    match shown.split_once("...") {
        None => shown == line,
        Some((before, after)) => line.strip_prefix(before).is_some_and(|rest| {
            let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            ends.into_iter().any(|at| line_fits(after, &rest[at..]))
        }),
    }
}

fn play(page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(page);
    let text = fs::read_to_string(path).unwrap();
    let place = Place::new();
    let program = Path::new(env!("CARGO_BIN_EXE_swarmform"));
    let path = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let mut commands = 0;
    for part in parts(&text) {
        match part {
            Part::File(name, content) => drop(place.write(&name, &content)),
            Part::Command(command, shown) => {
                let mut sh = Command::new("sh");
                sh.args(["-c", &format!("exec 2>&1\n{command}")]);
                sh.current_dir(place.path()).env_clear();
                sh.env("PATH", &path).env("HOME", place.path());
                let ran = sh.output().unwrap();
                let printed = String::from_utf8(ran.stdout).unwrap();
                let lines: Vec<&str> = printed.lines().map(str::trim_end).collect();
                // What begins and ends with an empty line need not be shown so.
                let lines = trimmed(&lines);
                assert!(fits(&shown, lines), "{page}: {command}\n{printed}");
                commands += 1;
            }
        }
    }
    assert!(commands > 0, "{page} has no command");
}

fn trimmed<'a>(lines: &'a [&'a str]) -> &'a [&'a str] {
    let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(0);
    let end = lines
        .iter()
        .rposition(|line| !line.is_empty())
        .map_or(0, |at| at + 1);
    lines.get(first..end).unwrap_or_default()
}

#[test]
fn the_tutorial_is_what_happens() {
    play("tutorial.md");
}

#[test]
fn a_plan_is_explained_as_its_page_shows() {
    play("plans.md");
}

#[test]
fn three_dots_stand_for_anything_and_nothing_else_does() {
    let check = |shown: &str, printed: &str, expected: bool| {
        let shown: Vec<String> = shown.lines().map(str::to_owned).collect();
        let lines: Vec<&str> = printed.lines().collect();
        assert_eq!(fits(&shown, &lines), expected, "{shown:?} and {lines:?}");
    };
    check("a\nb", "a\nb", true);
    check("a", "a\nb", false);
    check("a\n...", "a\nb\nc", true);
    check("...\nc", "a\nb\nc", true);
    check("...\nb", "a\nb\nc", false);
    check("took ...s", "took 12s", true);
    check("took ...s", "took 12", false);
    check("", "a", false);
}
