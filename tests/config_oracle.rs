//! Measured configurations: each is played step by step with the program and held against what was measured of
//! Terraform: exit codes, where the errors and warnings are, plans, order of events, outputs and state.
//!
//! Sentences are our own, so only the place of a message is compared, not its words. The records lie beside the
//! repository; without them nothing is tested here. `SWARMFORM_CASE=name` plays one case and tells all of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_macros
)]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;
use serde_json::Value as Json;
use support::{Place, Ran};

/// Cases that do not agree in everything yet, or never will, with the reason.
const DIFFERENT: &[(&str, &str)] = &[
    (
        "block_errors",
        "more places: of a read-only attribute and of a resource without provider; a broken string is told once",
    ),
    (
        "check_block",
        "an assert whose condition refers to nothing still counts as one; Terraform then also says that there is none",
    ),
    (
        "json_syntax",
        "a broken JSON text is told once; steps that may start go by the order of the plan",
    ),
    (
        "lifecycle_literals",
        "an argument that is not constant is told once; Terraform tells it twice",
    ),
    (
        "module_errors",
        "modules need no installation; a version is named where it stands, not at the source",
    ),
    (
        "module_sensitive_output",
        "what a module says is sensitive stays so outside of it; Terraform forgets it",
    ),
    (
        "no_config",
        "a wrong option is told alone, without a remark on the arguments",
    ),
    (
        "reference_errors",
        "a reference that is only `var` is told once; Terraform tells it twice, once without a place",
    ),
    ("replace_triggered_by", "a fault of one expression is told once"),
    (
        "resource_cycle",
        "a block that refers to itself is told once; Terraform tells it twice",
    ),
    (
        "var_sensitive",
        "an attribute that repeats a sensitive argument is hidden",
    ),
];

/// How many cases are played at once.
const SIDE_BY_SIDE: usize = 8;

#[derive(Deserialize)]
struct Case {
    name: String,
    steps: Vec<Step>,
    #[serde(default)]
    nondeterministic: Vec<String>,
}

#[derive(Deserialize)]
struct Step {
    cmd: Option<Vec<String>>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    write: BTreeMap<String, String>,
    #[serde(default)]
    delete: Vec<String>,
    #[serde(default)]
    expect: Expect,
}

#[derive(Default, Deserialize)]
struct Expect {
    exit: i32,
    #[serde(default)]
    errors: Vec<Told>,
    #[serde(default)]
    warnings: Vec<Told>,
    plan_summary: Option<String>,
    apply_summary: Option<String>,
    output_changes_text: Option<String>,
    #[serde(default)]
    events: Vec<String>,
    json: Option<Json>,
    plan: Option<Json>,
    state: Option<Vec<String>>,
    stdout: Option<String>,
}

#[derive(Deserialize)]
struct Told {
    summary: String,
    #[serde(rename = "where")]
    place: String,
}

/// One case, being played.
struct Play {
    place: Place,
    loud: bool,
    faults: Vec<String>,
}

fn oracle() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/oracle/configs")
}

#[test]
fn measured_configurations_come_to_the_same() {
    let Ok(entries) = std::fs::read_dir(oracle()) else {
        println!("no records beside the repository");
        return;
    };
    let only = std::env::var("SWARMFORM_CASE").ok();
    let mut names: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    names.sort();
    names.retain(|path| only.as_deref().is_none_or(|only| path.ends_with(only)));
    // Each case has its own directory, so some are played side by side; each program that runs takes memory.
    let next = AtomicUsize::new(0);
    let work = || {
        let mut played = Vec::new();
        while let Some(path) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
            played.push(play(path, only.is_some()));
        }
        played
    };
    let mut played: Vec<(String, Vec<String>)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..SIDE_BY_SIDE).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    played.sort();
    let mut agreeing = 0;
    let mut surprising = Vec::new();
    for (name, faults) in &played {
        let excuse = DIFFERENT
            .iter()
            .find(|(different, _)| different == name && only.is_none());
        match (faults.is_empty(), excuse) {
            (true, None) => agreeing += 1,
            (false, Some((_, reason))) => println!("{name}: differs: {reason}"),
            (true, Some(_)) => surprising.push(format!("{name}: agrees now, take it off the list")),
            (false, None) => surprising.push(format!("{name}:\n    {}", faults.join("\n    "))),
        }
    }
    println!("{agreeing} of {} configurations agree", played.len());
    assert!(surprising.is_empty(), "{}", surprising.join("\n"));
}

fn play(path: &Path, loud: bool) -> (String, Vec<String>) {
    let case: Case = serde_json::from_str(&std::fs::read_to_string(path.join("case.json")).unwrap()).unwrap();
    let mut play = Play {
        place: Place::new(),
        loud,
        faults: Vec::new(),
    };
    copy(&path.join("files"), play.place.path());
    for (number, step) in case.steps.iter().enumerate() {
        for (name, text) in &step.write {
            play.place.write(name, text);
        }
        for name in &step.delete {
            std::fs::remove_file(play.place.path().join(name)).unwrap();
        }
        if let Some(cmd) = &step.cmd {
            let open = |part: &str| {
                case.nondeterministic
                    .iter()
                    .any(|pointer| pointer.starts_with(&format!("/steps/{number}/expect/{part}")))
            };
            play.step(number, cmd, step, &open);
        }
    }
    (case.name, play.faults)
}

fn copy(from: &Path, to: &Path) {
    let Ok(entries) = std::fs::read_dir(from) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

impl Play {
    fn run(&self, cmd: &[&str], env: &BTreeMap<String, String>) -> Ran {
        Ran::from(self.place.command(cmd).envs(env).output().unwrap())
    }

    fn step(&mut self, number: usize, cmd: &[String], step: &Step, open: &dyn Fn(&str) -> bool) {
        let expect = &step.expect;
        let name = cmd
            .iter()
            .find(|word| !word.starts_with('-'))
            .map_or("", |word| word);
        let saves = name == "plan" && !cmd.iter().any(|word| word.starts_with("-out"));
        let mut words: Vec<&str> = cmd.iter().map(|word| &**word).collect();
        if saves && expect.plan.is_some() {
            words.push("-out=.saved");
        }
        let title = format!("step {number}, {}", cmd.join(" "));
        let ran = self.run(&words, &step.env);
        if self.loud {
            println!("--- {title}: exit {}\n{}{}", ran.code, ran.out, ran.err);
        }
        let mut check = |what: &str, agrees: bool, wanted: String, found: String| {
            if !agrees {
                self.faults
                    .push(format!("{title}: {what}: measured {wanted}; here {found}"));
            }
        };
        check(
            "exit",
            ran.code == expect.exit,
            expect.exit.to_string(),
            ran.code.to_string(),
        );
        let all = ran.all();
        // A fault of usage has no place, and its number is a matter of taste. Some failures were measured as plain
        // text; here each is a message.
        let plain = expect.exit == 1 && expect.errors.is_empty();
        let (wanted, found) = (places(&expect.errors), told(&all, "Error: "));
        let placed = expect.errors.iter().any(|told| !told.place.is_empty()) || all.contains("\nError: ");
        if placed && (!plain || found.iter().any(|place| !place.is_empty())) {
            check(
                "errors",
                wanted == found,
                format!("{wanted:?} ({})", summaries(&expect.errors)),
                format!("{found:?}"),
            );
        }
        let (wanted, found) = (places(&expect.warnings), told(&all, "Warning: "));
        check(
            "warnings",
            wanted == found,
            format!("{wanted:?} ({})", summaries(&expect.warnings)),
            format!("{found:?}"),
        );
        for summary in [&expect.plan_summary, &expect.apply_summary]
            .into_iter()
            .flatten()
        {
            check(
                "summary",
                all.contains(summary.trim_end()),
                summary.clone(),
                all.lines()
                    .filter(|line| {
                        line.contains("Plan: ") || line.contains("complete!") || line.contains("No changes")
                    })
                    .collect::<Vec<_>>()
                    .join(" | "),
            );
        }
        if let Some(changes) = &expect.output_changes_text {
            // What was measured can have a warning behind it.
            let changes = changes.split("\n╷").next().unwrap_or_default();
            check(
                "changes of outputs",
                alike_text(&section(changes), &section(&ran.out)),
                changes.to_owned(),
                section(&ran.out),
            );
        }
        let mut found = events(&ran.out);
        let mut wanted = expect.events.clone();
        if open("events") {
            found.sort();
            wanted.sort();
        }
        // Of a plan no events were measured.
        check(
            "events",
            name == "plan" || wanted == found,
            format!("{wanted:?}"),
            format!("{found:?}"),
        );
        if let Some(wanted) = &expect.json {
            let found = serde_json::from_str(&ran.out).unwrap_or(Json::Null);
            check(
                "json",
                alike(wanted, &found),
                wanted.to_string(),
                found.to_string(),
            );
        }
        let data = (matches!(name, "state" | "output" | "workspace") && expect.exit == 0) || name == "fmt";
        if let Some(stdout) = expect.stdout.as_ref().filter(|_| data && expect.json.is_none()) {
            let mut wanted = stdout.trim_end();
            let mut found = ran.out.trim_end().to_owned();
            if name == "workspace" {
                // What stands behind the first paragraph is told in sentences.
                wanted = wanted.split("\n\n").next().unwrap();
                found = found.split("\n\n").next().unwrap().to_owned();
            }
            check(
                "text",
                alike_text(wanted, &found),
                format!("{wanted:?}"),
                format!("{found:?}"),
            );
        }
        if let Some(wanted) = &expect.state {
            // Whatever workspace is selected, the state file of the default one was measured.
            let default = BTreeMap::from([("TF_WORKSPACE".to_owned(), "default".to_owned())]);
            let listed = self.run(&["state", "list"], &default);
            let mut found: Vec<String> = listed.out.lines().map(str::to_owned).collect();
            let mut wanted: Vec<String> = wanted
                .iter()
                .map(|line| line.split(" (").next().unwrap().to_owned())
                .collect();
            found.sort();
            wanted.sort();
            check_into(
                &mut self.faults,
                &title,
                "state",
                wanted == found,
                format!("{wanted:?}"),
                format!("{found:?}"),
            );
        }
        if let Some(wanted) = expect.plan.as_ref().filter(|_| ran.code != 1) {
            let file = cmd
                .iter()
                .find_map(|word| word.strip_prefix("-out="))
                .unwrap_or(".saved");
            let shown = self.run(&["show", "-json", file], &BTreeMap::new());
            let found = serde_json::from_str(&shown.out).map_or(Json::Null, |plan| condensed(&plan));
            for key in [
                "resource_changes",
                "output_changes",
                "checks",
                "applyable",
                "resource_drift",
            ] {
                let (wanted, found) = (sorted(&wanted[key]), sorted(&found[key]));
                let agrees = alike(&wanted, &found) || (wanted.is_null() && key == "checks");
                check_into(
                    &mut self.faults,
                    &title,
                    key,
                    agrees,
                    wanted.to_string(),
                    found.to_string(),
                );
            }
        }
    }
}

fn check_into(
    faults: &mut Vec<String>,
    title: &str,
    what: &str,
    agrees: bool,
    wanted: String,
    found: String,
) {
    if !agrees {
        faults.push(format!("{title}: {what}: measured {wanted}; here {found}"));
    }
}

fn summaries(told: &[Told]) -> String {
    told.iter()
        .map(|told| &*told.summary)
        .collect::<Vec<_>>()
        .join(" | ")
}

/// "on main.tf line 3, in ..." as "main.tf 3".
fn place(line: &str) -> String {
    let line = line.trim();
    let Some((_, rest)) = line.split_once("on ") else {
        return String::new();
    };
    let Some((file, rest)) = rest.split_once(" line ") else {
        return String::new();
    };
    let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
    if file.trim().is_empty() {
        String::new()
    } else {
        format!("{file} {number}")
    }
}

/// The measured places; `init` may first tell that there are errors, and then each one twice.
fn places(told: &[Told]) -> Vec<String> {
    let mut places: Vec<String> = told.iter().map(|told| place(&told.place)).collect();
    places.sort();
    if told
        .iter()
        .any(|told| told.summary.contains("encountered problems"))
    {
        places.retain(|place| !place.is_empty());
        places = places.into_iter().step_by(2).collect();
    }
    places
}

/// The places of all messages of a kind in a text.
fn told(text: &str, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if !line.trim_start_matches(['│', ' ']).starts_with(word) {
            continue;
        }
        let mut at = String::new();
        let mut seen = 0;
        while let Some(next) = lines.peek() {
            if next.starts_with("Error: ") || next.starts_with("Warning: ") {
                break;
            }
            if next.trim_start().starts_with("on ") && next.contains(" line ") {
                at = place(next);
                break;
            }
            seen += 1;
            if seen > 4 {
                break;
            }
            lines.next();
        }
        found.push(at);
    }
    found.sort();
    found
}

/// What a text says of changes of outputs: the title and the indented lines below it.
fn section(text: &str) -> String {
    let lines = text.lines().skip_while(|line| *line != "Changes to Outputs:");
    let lines = lines
        .enumerate()
        .take_while(|(at, line)| *at == 0 || line.starts_with("  "));
    lines.map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}

/// Lines that tell what apply does, without ids and times.
fn events(text: &str) -> Vec<String> {
    const VERBS: [&str; 11] = [
        ": Creating...",
        ": Creation complete",
        ": Modifying...",
        ": Modifications complete",
        ": Destroying...",
        ": Destruction complete",
        ": Importing...",
        ": Import complete",
        ": Reading...",
        ": Read complete",
        ": Provisioning with",
    ];
    text.lines()
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| {
            let (at, verb) = VERBS
                .iter()
                .find_map(|verb| line.find(verb).map(|at| (at, verb)))?;
            let rest = if *verb == ": Provisioning with" {
                line.get(at..)?
            } else {
                verb
            };
            Some(format!("{}{rest}", without_key(line.get(..at)?)))
        })
        .collect()
}

/// The key of a deposed object is any.
fn without_key(what: &str) -> String {
    match what.split_once(" (deposed object ") {
        Some((addr, _)) => format!("{addr} (deposed object <key>)"),
        None => what.to_owned(),
    }
}

/// The parts of a plan that the records hold.
fn condensed(plan: &Json) -> Json {
    let mut changes = Vec::new();
    for change in plan["resource_changes"].as_array().unwrap_or(&Vec::new()) {
        let inner = &change["change"];
        let mut short = serde_json::Map::new();
        short.insert("address".to_owned(), change["address"].clone());
        short.insert("actions".to_owned(), inner["actions"].clone());
        for key in ["action_reason", "previous_address", "deposed"] {
            if !change[key].is_null() {
                short.insert(key.to_owned(), change[key].clone());
            }
        }
        if !inner["importing"].is_null() {
            short.insert("importing".to_owned(), Json::Bool(true));
        }
        for key in ["replace_paths", "after_unknown", "before", "after"] {
            if let Some(value) = inner.get(key) {
                short.insert(key.to_owned(), value.clone());
            }
        }
        for key in ["before_sensitive", "after_sensitive"] {
            let value = &inner[key];
            let empty = value.as_object().is_some_and(serde_json::Map::is_empty);
            if !empty && !value.is_null() && *value != Json::Bool(false) {
                short.insert(key.to_owned(), value.clone());
            }
        }
        changes.push(Json::Object(short));
    }
    let mut outputs = serde_json::Map::new();
    for (name, change) in plan["output_changes"]
        .as_object()
        .unwrap_or(&serde_json::Map::new())
    {
        let mut change = change.clone();
        if let Some(change) = change.as_object_mut() {
            change.remove("before_sensitive");
            change.remove("before");
        }
        outputs.insert(name.clone(), change);
    }
    let checks = plan["checks"].as_array().map(|checks| {
        checks.iter().map(|check| {
            let problems: Vec<Json> = check["instances"].as_array().into_iter().flatten()
                .flat_map(|instance| instance["problems"].as_array().cloned().unwrap_or_default())
                .map(|problem| problem["message"].clone()).collect();
            serde_json::json!({"kind": check["address"]["kind"], "address": check["address"]["to_display"], "status": check["status"], "problems": problems})
        }).collect::<Vec<_>>()
    });
    serde_json::json!({
        "resource_changes": changes, "output_changes": outputs, "checks": checks,
        "applyable": plan["applyable"], "resource_drift": plan["resource_drift"],
    })
}

fn sorted(value: &Json) -> Json {
    let mut value = value.clone();
    if let Some(list) = value.as_array_mut() {
        list.sort_by_key(|entry| entry["address"].to_string());
    }
    value
}

/// Whether a value is as measured, where ids are any.
fn alike(wanted: &Json, found: &Json) -> bool {
    match (wanted, found) {
        (Json::String(wanted), Json::String(found)) => alike_text(wanted, found),
        (Json::Array(wanted), Json::Array(found)) => {
            wanted.len() == found.len()
                && wanted
                    .iter()
                    .zip(found)
                    .all(|(wanted, found)| alike(wanted, found))
        }
        (Json::Object(wanted), Json::Object(found)) => {
            wanted.len() == found.len()
                && wanted
                    .iter()
                    .all(|(key, wanted)| found.get(key).is_some_and(|found| alike(wanted, found)))
        }
        _ => wanted == found,
    }
}

/// The same with `<uuid>` in place of any id.
fn alike_text(wanted: &str, found: &str) -> bool {
    let mut rest = found;
    let mut parts = wanted.split("<uuid>");
    let Some(first) = parts.next() else { return false };
    let Some(after) = rest.strip_prefix(first) else {
        return false;
    };
    rest = after;
    for part in parts {
        let Some(after) = rest.get(36..) else { return false };
        let Some(after) = after.strip_prefix(part) else {
            return false;
        };
        rest = after;
    }
    rest.is_empty()
}
