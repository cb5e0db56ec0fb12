//! One command, run by either tool, and what there is to say of it.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value as Json;

use super::case::Step;
use super::facts::{compact, plan_facts, state_facts, text, without_ids};
use super::support::{Place, Ran};

/// Who plays.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// The program.
    Swarmform,
    /// Terraform, from the PATH.
    Terraform,
}

/// A directory where one tool plays a case.
pub struct Bench {
    tool: Tool,
    place: Place,
    ordered: bool,
}

impl Bench {
    /// An empty directory; `ordered`: the order of events is determined.
    pub fn new(tool: Tool, ordered: bool) -> Bench {
        Bench {
            tool,
            place: Place::new(),
            ordered,
        }
    }

    /// Does a step. The answer is the facts of a command.
    pub fn step(&self, step: &Step<'_>) -> Option<Vec<String>> {
        match step {
            Step::Write { name, lines } => {
                self.place.write(name, &(lines.join("\n") + "\n"));
                None
            }
            Step::Shell(command) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", command]).current_dir(self.place.path());
                assert!(shell.status().unwrap().success(), "{command}");
                None
            }
            Step::Run { command, .. } => Some(self.facts(command)),
            Step::Remark(_) => None,
        }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.place.command(args);
        if self.tool == Tool::Terraform {
            command = Command::new("terraform");
            command.args(args).current_dir(self.place.path()).env_clear();
            command
                .env("HOME", self.place.path())
                .env("PATH", std::env::var_os("PATH").unwrap_or_default())
                .env("TF_CLI_CONFIG_FILE", "/dev/null")
                .env("CHECKPOINT_DISABLE", "1");
        }
        command
    }

    fn run(&self, args: &[&str], env: &[(&str, &str)]) -> Ran {
        let output = self.command(args).envs(env.iter().copied()).output();
        Ran::from(output.unwrap())
    }

    fn facts(&self, command: &str) -> Vec<String> {
        let words = words(command);
        let at = words.iter().position(|word| !is_setting(word)).unwrap();
        let env: Vec<(&str, &str)> = words[..at]
            .iter()
            .filter_map(|word| word.split_once('='))
            .collect();
        let args: Vec<&str> = words[at..].iter().map(String::as_str).collect();
        if self.tool == Tool::Terraform {
            // Modules have to be known to it. What is wrong with the configuration is told by the command itself.
            self.run(&["init", "-no-color", "-input=false"], &env);
        }
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
        // It colours what it says even where there is no terminal.
        let plain = (self.tool == Tool::Terraform).then_some("-no-color");
        let all: Vec<&str> = args.iter().copied().chain(plain).collect();
        let ran = self.run(&all, env);
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

/// The places of errors and warnings that are told to people; those without a place count where `all` is wanted. What
/// is wrong with an address on the command line has no file, and so no place.
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
            .filter(|(file, _)| !file.is_empty())
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
