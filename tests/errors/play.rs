//! Playing a case in a directory of its own, with the real program and a cleared environment.
//!
//! What differs from run to run (ids, times, the directory) is replaced by a word. For `validate` and `plan` the
//! JSON form is asked for too: it must tell the same diagnostics.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::corpus::Case;
use crate::scenes::{self, Scene};

/// What came of a case.
pub struct Seen {
    /// The case with what is seen now.
    pub case: Case,
    /// The codes of all diagnostics told.
    pub codes: Vec<String>,
}

/// Plays a case. The error says what went wrong before anything could be seen.
pub fn play(case: &Case) -> Result<Seen, String> {
    let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut seen = Seen {
        case: case.clone(),
        codes: Vec::new(),
    };
    // What a scene holds, it holds to the end.
    let mut held: Vec<Scene> = Vec::new();
    for section in &mut seen.case.sections {
        if section.head.starts_with("beside ") {
            continue;
        }
        if let Some(command) = section.head.strip_prefix("setup ") {
            match words(command) {
                (_, words) if words.first().is_some_and(|word| word == "library") => {
                    held.push(scenes::run(&words[1], dir.path()));
                }
                command => {
                    let output = run(&command, dir.path());
                    if !output.status.success() {
                        return Err(format!("{} failed: {}", section.head, told(&output)));
                    }
                }
            }
        } else if let Some(command) = section.head.strip_prefix("$ ") {
            let command = words(command);
            let text = if command.1.first().is_some_and(|word| word == "library") {
                let scene = scenes::run(&command.1[1], dir.path());
                let text = scene.told.clone();
                held.push(scene);
                text
            } else {
                let text = diagnostics(&run(&command, dir.path()))?;
                other_forms(&command, &text, dir.path())?;
                text
            };
            section.body = steady(&text, &dir);
            seen.codes.extend(codes(&text));
        } else {
            let path = dir.path().join(&section.head);
            std::fs::create_dir_all(path.parent().unwrap()).map_err(|error| error.to_string())?;
            std::fs::write(path, &section.body).map_err(|error| error.to_string())?;
        }
    }
    Ok(seen)
}

/// Settings of the environment, and the words of a command.
type Words = (Vec<(String, String)>, Vec<String>);

/// Splits a command as a shell does: single quotes group, and `NAME=value` before it sets a variable.
fn words(command: &str) -> Words {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in command.chars() {
        match letter {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            letter => words.last_mut().unwrap().push(letter),
        }
    }
    let at = words
        .iter()
        .position(|word| !word.contains('='))
        .unwrap_or(words.len());
    let rest = words.split_off(at);
    let settings = words.iter().filter_map(|word| word.split_once('='));
    (
        settings
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        rest,
    )
}

fn run((settings, words): &Words, dir: &Path) -> Output {
    assert_eq!(
        words[0], "swarmform",
        "a command is of swarmform or of the library"
    );
    Command::new(env!("CARGO_BIN_EXE_swarmform"))
        .args(&words[1..])
        .current_dir(dir)
        .env_clear()
        .env("HOME", dir)
        .envs(settings.iter().cloned())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn told(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The diagnostics that a command told. On standard error there is nothing else.
fn diagnostics(output: &Output) -> Result<String, String> {
    let err = String::from_utf8_lossy(&output.stderr);
    let errors = told_diagnostics(&err);
    if errors.trim() != err.trim() {
        return Err(format!("standard error holds more than diagnostics:\n{err}"));
    }
    Ok(told_diagnostics(&String::from_utf8_lossy(&output.stdout)) + &errors)
}

/// The diagnostics in a text: each from its severity to its code.
fn told_diagnostics(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for line in text.lines() {
        let begins = line.starts_with("Error: ") || line.starts_with("Warning: ");
        if begins && !inside && !out.is_empty() {
            out.push('\n');
        }
        inside |= begins;
        if inside {
            out.push_str(line);
            out.push('\n');
        }
        inside &= code(line).is_none();
    }
    out
}

fn code(line: &str) -> Option<&str> {
    let code = line.strip_prefix('[')?.strip_suffix(']')?;
    let (room, name) = code.split_once('/')?;
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    (plain(room) && plain(name)).then_some(code)
}

fn codes(text: &str) -> Vec<String> {
    text.lines().filter_map(code).map(str::to_owned).collect()
}

/// JSON and compact warnings tell the same as the text.
fn other_forms(command: &Words, text: &str, dir: &Path) -> Result<(), String> {
    let shown = codes(text);
    let (settings, words) = command;
    let with = |option: &str| {
        let mut words = words.clone();
        words.insert(2, option.to_owned());
        String::from_utf8_lossy(&run(&(settings.clone(), words), dir).stdout).into_owned()
    };
    let listed = |diagnostics: Vec<Value>| -> Vec<String> {
        let code = |one: &Value| one["swarmform"]["code"].as_str().unwrap_or_default().to_owned();
        diagnostics.iter().map(code).collect()
    };
    let json = match words.get(1).map(String::as_str) {
        Some("validate") => {
            let answer: Value = serde_json::from_str(&with("-json")).map_err(|error| error.to_string())?;
            listed(answer["diagnostics"].as_array().cloned().unwrap_or_default())
        }
        Some("plan") if !shown.contains(&"cli/usage".to_owned()) => {
            let out = with("-json");
            let events = out
                .lines()
                .filter_map(|line| serde_json::from_str::<Value>(line).ok());
            listed(
                events
                    .filter(|event| event["type"] == "diagnostic")
                    .map(|event| event["diagnostic"].clone())
                    .collect(),
            )
        }
        _ => return Ok(()),
    };
    if json != shown {
        return Err(format!("the text shows {shown:?}, and -json {json:?}"));
    }
    if words[1] == "plan" && text.starts_with("Warning: ") {
        let compact = with("-compact-warnings");
        for code in &shown {
            if compact.matches(&format!("[{code}]")).count() != 1 {
                return Err(format!("-compact-warnings does not show {code} once:\n{compact}"));
            }
        }
    }
    Ok(())
}

/// A text without what differs from run to run.
fn steady(text: &str, dir: &TempDir) -> String {
    let mut text = text.replace(&dir.path().display().to_string(), "/work");
    for (what, word) in [
        (
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            "UUID",
        ),
        (r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
        (r"process \d+", "process 4711"),
    ] {
        text = regex::Regex::new(what)
            .unwrap()
            .replace_all(&text, word)
            .into_owned();
    }
    text
}
