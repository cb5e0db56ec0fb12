//! Whole configurations with what was measured of Terraform 1.11, kept inside the repository: each is played step by
//! step with the program and must come to the same.
//!
//! `tests/engine_facts/NAME.txt` is one case. `--- FILE` begins the text of a file, `! COMMAND` is a command of the
//! shell, and `$ COMMAND` is one of ours, with the facts of it below: `=` where both tools agree, `-` what Terraform
//! does where we differ on purpose (a `#` line says why), `+` what we do instead. `# ordered` says that the order of
//! events is determined. Ids are any. Nothing of Terraform is needed to run it; `SWARMFORM_CASE=NAME` plays one case.
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

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::Value as Json;
use support::{Place, Ran};

#[test]
fn every_kept_configuration_comes_to_what_was_measured() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine_facts");
    let only = std::env::var("SWARMFORM_CASE").ok();
    let mut cases: Vec<PathBuf> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            only.as_deref()
                .is_none_or(|only| path.file_stem().unwrap() == only)
        })
        .collect();
    cases.sort();
    let (count, queue, faults) = (cases.len(), Mutex::new(cases), Mutex::new(Vec::new()));
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(path) = take(&queue) {
                    let found = play(&path);
                    faults.lock().unwrap().extend(found);
                }
            });
        }
    });
    assert!(only.is_some() || count > 40, "only {count} cases");
    let mut faults = faults.into_inner().unwrap();
    faults.sort();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn take(queue: &Mutex<Vec<PathBuf>>) -> Option<PathBuf> {
    queue.lock().unwrap().pop()
}

enum Step<'a> {
    Write(&'a str, Vec<&'a str>),
    Shell(&'a str),
    Run(&'a str, Vec<&'a str>),
}

fn steps(text: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("--- ") {
            steps.push(Step::Write(name, Vec::new()));
        } else if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step::Run(command, Vec::new()));
        } else if let Some(command) = line.strip_prefix("! ") {
            steps.push(Step::Shell(command));
        } else {
            match steps.last_mut() {
                Some(Step::Write(_, lines) | Step::Run(_, lines)) => lines.push(line),
                _ => assert!(line.is_empty() || line.starts_with('#'), "what is {line:?}?"),
            }
        }
    }
    steps
}

fn play(path: &Path) -> Vec<String> {
    let name = path.file_stem().unwrap().to_string_lossy();
    let text = std::fs::read_to_string(path).unwrap();
    let place = Place::new();
    let ordered = text.lines().any(|line| line == "# ordered");
    let mut faults = Vec::new();
    for (number, step) in steps(&text).into_iter().enumerate() {
        match step {
            Step::Write(name, lines) => {
                place.write(name, &(lines.join("\n") + "\n"));
            }
            Step::Shell(command) => {
                let mut shell = std::process::Command::new("sh");
                shell.args(["-c", command]).current_dir(place.path());
                assert!(shell.status().unwrap().success(), "{command}");
            }
            Step::Run(command, lines) => {
                let wanted: Vec<&str> = lines
                    .iter()
                    .filter_map(|line| line.strip_prefix("= ").or(line.strip_prefix("+ ")))
                    .collect();
                let found = Run {
                    place: &place,
                    ordered,
                }
                .facts(command);
                let found: Vec<&str> = found.iter().map(String::as_str).collect();
                if wanted != found {
                    let wants = wanted
                        .iter()
                        .filter(|fact| !found.contains(fact))
                        .map(|fact| format!("\n    measured {fact}"));
                    let has = found
                        .iter()
                        .filter(|fact| !wanted.contains(fact))
                        .map(|fact| format!("\n    here     {fact}"));
                    let lines: Vec<String> = wants.chain(has).collect();
                    let lines = if lines.is_empty() {
                        format!("\n    another order: {found:?}")
                    } else {
                        lines.concat()
                    };
                    faults.push(format!("{name}, line {number}: {command}{lines}"));
                }
            }
        }
    }
    faults
}

/// One command, and what there is to say of it.
struct Run<'a> {
    place: &'a Place,
    ordered: bool,
}

impl Run<'_> {
    fn run(&self, args: &[&str], env: &[(&str, &str)]) -> Ran {
        Ran::from(
            self.place
                .command(args)
                .envs(env.iter().copied())
                .output()
                .unwrap(),
        )
    }

    fn facts(&self, command: &str) -> Vec<String> {
        let words = words(command);
        let at = words.iter().position(|word| !is_setting(word)).unwrap();
        let env: Vec<(&str, &str)> = words[..at]
            .iter()
            .filter_map(|word| word.split_once('='))
            .collect();
        let args: Vec<&str> = words[at..].iter().map(String::as_str).collect();
        let mut facts = match args[0] {
            "plan" | "apply" | "destroy" | "refresh" => self.streamed(&args, &env),
            _ => self.plain(&args, &env),
        };
        if tells_of_the_state(&args) {
            let state = self.run(&["state", "pull"], &env);
            facts.extend(state_facts(
                &serde_json::from_str(&state.out).unwrap_or(Json::Null),
            ));
        }
        facts
            .iter()
            .map(|fact| without_ids(fact).replace('\n', "\\n"))
            .collect()
    }

    /// A command that tells what it does as a stream of events, and the plan that it saves.
    fn streamed(&self, args: &[&str], env: &[(&str, &str)]) -> Vec<String> {
        let mut all = vec![args[0], "-no-color", "-input=false", "-json"];
        if args[0] != "refresh" {
            all.push("-parallelism=1");
        }
        if matches!(args[0], "apply" | "destroy") && !args.iter().any(|arg| arg.ends_with("plan")) {
            all.push("-auto-approve");
        }
        let mut saved = args.iter().find_map(|arg| arg.strip_prefix("-out="));
        if args[0] == "plan" && saved.is_none() {
            all.push("-out=.plan");
            saved = Some(".plan");
            let _ = std::fs::remove_file(self.place.path().join(".plan"));
        }
        all.extend(&args[1..]);
        let ran = self.run(&all, env);
        let mut facts = vec![format!("exit {}", ran.code)];
        facts.extend(self.stream_facts(&ran.out));
        if let Some(saved) = saved.filter(|saved| ran.code != 1 && self.place.path().join(saved).exists()) {
            let shown = self.run(&["show", "-json", saved], env);
            facts.extend(plan_facts(&serde_json::from_str(&shown.out).unwrap()));
        }
        facts
    }

    fn stream_facts(&self, out: &str) -> Vec<String> {
        let (mut told, mut events, mut plan) = (BTreeSet::new(), Vec::new(), Vec::new());
        for line in out.lines() {
            let Ok(json) = serde_json::from_str::<Json>(line) else {
                continue;
            };
            let kind = text(&json["type"]);
            match kind {
                "diagnostic" => {
                    let diagnostic = &json["diagnostic"];
                    let at = &diagnostic["range"];
                    let place = match at["filename"].as_str() {
                        Some(name) => format!("{name}:{}", at["start"]["line"]),
                        None => "-".to_owned(),
                    };
                    told.insert(format!("{} {place}", text(&diagnostic["severity"])));
                }
                "apply_start" | "apply_complete" | "apply_errored" | "provision_start"
                | "provision_complete" | "provision_errored" => {
                    let hook = &json["hook"];
                    let what = format!("{}{}", text(&hook["action"]), text(&hook["provisioner"]));
                    events.push(format!("event {kind} {} {what}", text(&hook["resource"]["addr"])));
                }
                "planned_change" | "resource_drift" => {
                    let change = &json["change"];
                    let mut fact = format!(
                        "stream {kind} {} {}",
                        text(&change["resource"]["addr"]),
                        text(&change["action"])
                    );
                    if let Some(reason) = change["reason"].as_str() {
                        fact.push_str(&format!(" {reason}"));
                    }
                    if let Some(from) = change["previous_resource"]["addr"].as_str() {
                        fact.push_str(&format!(" from={from}"));
                    }
                    if !change["importing"].is_null() {
                        fact.push_str(&format!(" importing={}", compact(&change["importing"])));
                    }
                    plan.push(fact);
                }
                "change_summary" => {
                    let mut changes = json["changes"].clone();
                    changes.as_object_mut().unwrap().remove("swarmform");
                    plan.push(format!("stream summary {}", compact(&changes)));
                }
                "outputs"
                    if json["outputs"]
                        .as_object()
                        .is_some_and(|outputs| !outputs.is_empty()) =>
                {
                    plan.push(format!("stream outputs {}", compact(&json["outputs"])));
                }
                _ => {}
            }
        }
        if !self.ordered {
            events.sort();
        }
        plan.sort();
        told.into_iter().chain(events).chain(plan).collect()
    }

    /// A command that tells people.
    fn plain(&self, args: &[&str], env: &[(&str, &str)]) -> Vec<String> {
        let ran = self.run(args, env);
        let mut facts = vec![format!("exit {}", ran.code)];
        facts.extend(places(&ran.all(), args[0] == "import"));
        let shows = matches!(args[0], "output" | "show") || matches!(args, ["state", "list" | "show", ..]);
        if shows && ran.code == 0 {
            facts.push(match serde_json::from_str::<Json>(&ran.out) {
                Ok(json) if args.contains(&"-json") => format!("json {}", compact(&json)),
                _ => format!("text {}", ran.out.trim()),
            });
        }
        facts
    }
}

/// `NAME=value` before a command.
fn is_setting(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.chars()
            .all(|letter| letter.is_ascii_alphabetic() || letter == '_')
    })
}

/// The words of a command, as a shell reads them: quotes group, a backslash escapes.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = command.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => word.extend(letters.next()),
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            letter => word.push(letter),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

fn tells_of_the_state(args: &[&str]) -> bool {
    matches!(args[0], "apply" | "destroy" | "refresh" | "import")
}

/// The places of errors and warnings that are told to people; those without a place count where `all` is wanted.
fn places(out: &str, all: bool) -> BTreeSet<String> {
    let lines: Vec<&str> = out.lines().collect();
    let mut found = BTreeSet::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(kind) = ["Error", "Warning"]
            .into_iter()
            .find(|kind| line.starts_with(&format!("{kind}: ")))
        else {
            continue;
        };
        let place = lines[at + 1..]
            .iter()
            .take(5)
            .take_while(|line| !line.starts_with("Error: ") && !line.starts_with("Warning: "))
            .find_map(|line| line.trim_start().strip_prefix("on ")?.split_once(" line "))
            .map(|(file, rest)| {
                format!(
                    "{file}:{}",
                    rest.split(|letter: char| !letter.is_ascii_digit())
                        .next()
                        .unwrap()
                )
            });
        match place {
            Some(place) => found.insert(format!("{} {place}", kind.to_lowercase())),
            None => all && found.insert(format!("{} -", kind.to_lowercase())),
        };
    }
    found
}

fn plan_facts(plan: &Json) -> BTreeSet<String> {
    let mut facts = BTreeSet::new();
    for (kind, key) in [("change", "resource_changes"), ("drift", "resource_drift")] {
        facts.extend(list(&plan[key]).map(|change| without_ids(&change_fact(kind, change))));
    }
    for (name, change) in plan["output_changes"].as_object().into_iter().flatten() {
        facts.insert(format!("output {name} {}", compact(change)));
    }
    for check in list(&plan["checks"]) {
        let instances: Vec<String> = list(&check["instances"])
            .map(|instance| {
                let problems = list(&instance["problems"]).map(|problem| problem["message"].clone());
                let problems = compact(&Json::Array(problems.collect()));
                format!(
                    "{} {} {problems}",
                    text(&instance["address"]["to_display"]),
                    text(&instance["status"])
                )
            })
            .collect();
        let (of, status) = (text(&check["address"]["to_display"]), text(&check["status"]));
        facts.insert(format!("check {of} {status} {}", instances.join(" | ")));
    }
    let flag = |name: &str| {
        if plan[name] == Json::Bool(true) {
            "True"
        } else {
            "False"
        }
    };
    facts.insert(format!(
        "plan applyable={} complete={} errored={}",
        flag("applyable"),
        flag("complete"),
        flag("errored")
    ));
    facts
}

fn change_fact(kind: &str, change: &Json) -> String {
    let inner = &change["change"];
    let actions: Vec<&str> = list(&inner["actions"]).map(text).collect();
    let mut fact = format!("{kind} {} {}", text(&change["address"]), actions.join("+"));
    if change["deposed"].is_string() {
        fact.push_str(" deposed=<key>");
    }
    for key in ["action_reason", "previous_address"] {
        if let Some(value) = change[key].as_str() {
            fact.push_str(&format!(" {key}={value}"));
        }
    }
    if !inner["importing"].is_null() {
        fact.push_str(&format!(" importing={}", compact(&inner["importing"])));
    }
    if list(&inner["replace_paths"]).next().is_some() {
        fact.push_str(&format!(" replace_paths={}", compact(&inner["replace_paths"])));
    }
    for key in [
        "before",
        "after",
        "after_unknown",
        "before_sensitive",
        "after_sensitive",
    ] {
        let value = &inner[key];
        let empty = value.as_object().is_some_and(serde_json::Map::is_empty);
        if !empty && !value.is_null() && *value != Json::Bool(false) {
            fact.push_str(&format!(" {key}={}", compact(value)));
        }
    }
    fact
}

fn state_facts(state: &Json) -> Vec<String> {
    let mut facts = Vec::new();
    for resource in list(&state["resources"]) {
        let module = resource["module"]
            .as_str()
            .map_or(String::new(), |module| format!("{module}."));
        let data = if resource["mode"] == "data" { "data." } else { "" };
        let base = format!(
            "{module}{data}{}.{}",
            text(&resource["type"]),
            text(&resource["name"])
        );
        for instance in list(&resource["instances"]) {
            let key = match &instance["index_key"] {
                Json::Null => String::new(),
                key => format!("[{key}]"),
            };
            let mut fact = format!("state {base}{key}");
            if let Some(status) = instance["status"].as_str() {
                fact.push_str(&format!(" {status}"));
            }
            if instance["deposed"].is_string() {
                fact.push_str(" deposed");
            }
            if instance["create_before_destroy"] == Json::Bool(true) {
                fact.push_str(" cbd");
            }
            fact.push_str(&format!(" {}", compact(&instance["attributes"])));
            if list(&instance["sensitive_attributes"]).next().is_some() {
                fact.push_str(&format!(
                    " sensitive={}",
                    compact(&instance["sensitive_attributes"])
                ));
            }
            facts.push(without_ids(&fact));
        }
    }
    for (name, output) in state["outputs"].as_object().into_iter().flatten() {
        facts.push(format!("stateoutput {name} {}", compact(output)));
    }
    facts.sort();
    facts
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_default()
}

fn list(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_array().into_iter().flatten()
}

/// JSON without spaces, members by name.
fn compact(json: &Json) -> String {
    match json {
        Json::Object(members) => {
            let sorted: std::collections::BTreeMap<&String, &Json> = members.iter().collect();
            let members = sorted
                .iter()
                .map(|(name, member)| format!("{}:{}", Json::from(name.as_str()), compact(member)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(compact).collect::<Vec<_>>().join(",")),
        plain => plain.to_string(),
    }
}

/// `<uuid>` in place of ids.
fn without_ids(fact: &str) -> String {
    const PARTS: [usize; 5] = [8, 4, 4, 4, 12];
    let is_id = |text: &str| {
        let parts: Vec<&str> = text.split('-').collect();
        parts.len() == PARTS.len()
            && parts.iter().zip(PARTS).all(|(part, length)| {
                part.len() == length && part.bytes().all(|letter| letter.is_ascii_hexdigit())
            })
    };
    let mut clean = String::new();
    let mut rest = fact;
    while let Some(letter) = rest.chars().next() {
        match rest.get(..36).filter(|text| is_id(text)) {
            Some(_) => {
                clean.push_str("<uuid>");
                rest = &rest[36..];
            }
            None => {
                clean.push(letter);
                rest = &rest[letter.len_utf8()..];
            }
        }
    }
    clean
}
