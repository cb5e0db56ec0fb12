//! The command that goes on where a run ended: the one that was given, without what would not be right a second time; and
//! the one that carries out a plan that was looked at.
//!
//! They go by the words of the command line and by what came of the run. Values of sensitive and ephemeral variables are
//! left out, so that they are on no screen.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::addr::{InstanceAddr, ModuleAddr, parse_instance};
use crate::config::Config;
use crate::plan::change::PlanMode;
use crate::plan::planner::PlanOptions;
use crate::render::closing::GoOn;
use crate::render::escape;

use super::args;

/// What is known when a run has ended.
pub struct Ended<'a> {
    /// The words of the command line, without the program's name.
    pub words: &'a [String],
    /// The options of the saved plan that was carried out, if it was one, and its variables.
    pub saved: Option<(&'a PlanOptions, Vec<Arc<str>>)>,
    /// The variables whose values are not shown.
    pub hidden: BTreeSet<Arc<str>>,
    /// What was to be replaced and still is.
    pub unreplaced: &'a [InstanceAddr],
}

/// One word of a command line, or two: an option with its value behind it.
struct Word<'a> {
    /// The name of the option; none for other words.
    name: Option<&'a str>,
    value: Option<&'a str>,
    text: Vec<&'a str>,
}

fn read(words: &[String]) -> Vec<Word<'_>> {
    let mut read = Vec::new();
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let option = word.trim_start_matches('-');
        if option.len() == word.len() || option.is_empty() {
            read.push(Word {
                name: None,
                value: None,
                text: vec![word],
            });
            continue;
        }
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (option, None),
        };
        let behind = match value {
            None if args::takes_value(name) => words.next(),
            _ => None,
        };
        read.push(Word {
            name: Some(name),
            value: value.or(behind),
            text: std::iter::once(word).chain(behind).collect(),
        });
    }
    read
}

/// How to go on after a run.
pub fn go_on(ended: &Ended<'_>) -> GoOn {
    let mut command = vec!["swarmform".to_owned()];
    let mut left_out: BTreeSet<String> = BTreeSet::new();
    let mut plain = 0;
    for word in read(ended.words) {
        let keep = match (word.name, word.value) {
            // What is left to do has another digest.
            (Some("expect-digest"), _) => false,
            // What was replaced would be replaced again.
            (Some("replace"), Some(addr)) => {
                parse_instance(addr).map_or(true, |addr| ended.unreplaced.contains(&addr))
            }
            (Some("var"), Some(assignment)) => {
                let hidden = hidden_variable(assignment, &ended.hidden);
                left_out.extend(hidden.map(str::to_owned));
                hidden.is_none()
            }
            (Some(_), _) => true,
            // The first is the command; a saved plan is stale by now.
            (None, _) => {
                plain += 1;
                plain == 1 || ended.saved.is_none()
            }
        };
        if keep {
            command.extend(word.text.into_iter().map(str::to_owned));
        }
    }
    let mut note = Vec::new();
    if let Some((options, variables)) = &ended.saved {
        command.extend(planned(options, ended.unreplaced));
        if !variables.is_empty() {
            note.push(format!(
                "The saved plan is stale now. Give these variables the values that it was made with, unless files or the \
                 environment do: {}.",
                variables.join(", ")
            ));
        }
    }
    note.extend(to_give(left_out));
    told(&command, &note)
}

/// How the plan of this digest is carried out and no other, by the words of the command that showed it. `show` shows a
/// saved plan, which keeps its options.
pub fn approving(words: &[String], hidden: &BTreeSet<Arc<str>>, digest: &str) -> GoOn {
    let mut command = vec!["swarmform".to_owned()];
    let mut left_out: BTreeSet<String> = BTreeSet::new();
    let words = read(words);
    let destroys = words.iter().any(|word| word.name == Some("destroy"));
    let mut named = false;
    for word in words {
        let keep = match (word.name, word.value) {
            (Some("var"), Some(assignment)) => {
                let hidden = hidden_variable(assignment, hidden);
                left_out.extend(hidden.map(str::to_owned));
                hidden.is_none()
            }
            (Some(name), _) => DECIDING.contains(&name),
            (None, _) if named => true,
            (None, _) => {
                named = true;
                command.push(if destroys { "destroy" } else { "apply" }.to_owned());
                command.push(format!("-expect-digest={digest}"));
                false
            }
        };
        if keep {
            command.extend(word.text.into_iter().map(str::to_owned));
        }
    }
    told(&command, to_give(left_out).as_slice())
}

/// The options of `plan` that decide what is planned.
const DECIDING: [&str; 9] = [
    "chdir",
    "exclude",
    "refresh",
    "refresh-only",
    "replace",
    "state",
    "target",
    "var",
    "var-file",
];

/// The variables of a configuration whose values are not shown.
pub fn hidden(config: &Config) -> BTreeSet<Arc<str>> {
    let root = config.modules.get(&ModuleAddr::root());
    let variables = root.into_iter().flat_map(|root| root.variables.values());
    variables
        .filter(|variable| variable.sensitive || variable.ephemeral)
        .map(|variable| Arc::clone(&variable.name))
        .collect()
}

/// The variable of an assignment, if its value is not shown.
fn hidden_variable<'a>(assignment: &'a str, hidden: &BTreeSet<Arc<str>>) -> Option<&'a str> {
    let name = assignment.split('=').next().unwrap_or_default().trim();
    hidden.contains(name).then_some(name)
}

fn to_give(left_out: BTreeSet<String>) -> Option<String> {
    let names: Vec<String> = left_out.into_iter().collect();
    let names = (!names.is_empty()).then(|| names.join(", "))?;
    Some(format!(
        "Give these variables again, whose values are not shown: {names}."
    ))
}

fn told(command: &[String], note: &[String]) -> GoOn {
    let quoted: Vec<Cow<'_, str>> = command.iter().map(|word| quoted(word)).collect();
    GoOn {
        command: escape::line(&quoted.join(" ")).into_owned(),
        note: (!note.is_empty()).then(|| escape::line(&note.join(" ")).into_owned()),
    }
}

/// A word as a shell takes it. One with `=` in it needs no quotes for that.
fn quoted(word: &str) -> Cow<'_, str> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=.,:/@%+".contains(letter);
    if !word.is_empty() && !word.starts_with('=') && word.chars().all(plain) {
        return Cow::Borrowed(word);
    }
    shlex::try_quote(word).unwrap_or(Cow::Borrowed(word))
}

/// The options that a saved plan was made with.
fn planned(options: &PlanOptions, unreplaced: &[InstanceAddr]) -> Vec<String> {
    let mut words = Vec::new();
    match options.mode {
        PlanMode::Normal => {}
        PlanMode::Destroy => words.push("-destroy".to_owned()),
        PlanMode::RefreshOnly => words.push("-refresh-only".to_owned()),
    }
    if options.skip_refresh {
        words.push("-refresh=false".to_owned());
    }
    words.extend(options.targets.iter().map(|target| format!("-target={target}")));
    words.extend(options.excludes.iter().map(|target| format!("-exclude={target}")));
    let replace = options.replace.iter().filter(|addr| unreplaced.contains(addr));
    words.extend(replace.map(|addr| format!("-replace={addr}")));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        args::words(text).unwrap()
    }

    fn hidden() -> BTreeSet<Arc<str>> {
        BTreeSet::from([Arc::from("token")])
    }

    fn ended<'a>(words: &'a [String], unreplaced: &'a [InstanceAddr]) -> Ended<'a> {
        Ended {
            words,
            saved: None,
            hidden: hidden(),
            unreplaced,
        }
    }

    #[test]
    fn the_same_options_are_given_again_quoted_for_a_shell() {
        let given = words(
            r#"-chdir=x apply -var 'region=eu west' -target='a.b["it'\''s"]' --parallelism 3 -auto-approve"#,
        );
        let told = go_on(&ended(&given, &[]));
        assert_eq!(
            words(&told.command),
            [vec!["swarmform".to_owned()], given].concat()
        );
        assert_eq!(told.note, None);
    }

    #[test]
    fn a_digest_and_what_was_replaced_already_are_not_given_again() {
        let given = words("apply -replace a.b -replace=a.c -expect-digest sha256:00");
        let left = [parse_instance("a.c").unwrap()];
        assert_eq!(
            go_on(&ended(&given, &left)).command,
            "swarmform apply -replace=a.c"
        );
    }

    #[test]
    fn no_value_of_a_sensitive_variable_is_shown() {
        let given = words("apply -var token=open-sesame -var=token=open-sesame -var size=1");
        let told = go_on(&ended(&given, &[]));
        assert_eq!(told.command, "swarmform apply -var size=1");
        assert!(told.note.unwrap().ends_with("not shown: token."));
    }

    #[test]
    fn a_plan_is_approved_by_the_command_that_does_just_it() {
        let check = |given: &str, command: &str| {
            let told = approving(&words(given), &hidden(), "sha256:00");
            assert_eq!(told.command, command);
            told.note
        };
        let note = check(
            "-chdir=x plan -destroy -target a.b -refresh=false -html=p -out f -no-color -state=d -var size=1 -var-file v",
            "swarmform -chdir=x destroy -expect-digest=sha256:00 -target a.b -refresh=false -state=d -var size=1 -var-file v",
        );
        assert_eq!(note, None);
        check(
            "show -html p -state=d next.plan",
            "swarmform apply -expect-digest=sha256:00 -state=d next.plan",
        );
        let note = check(
            "plan -html=p -var token=open-sesame -replace=a.c",
            "swarmform apply -expect-digest=sha256:00 -replace=a.c",
        );
        assert!(note.unwrap().ends_with("not shown: token."));
    }

    #[test]
    fn after_a_saved_plan_its_options_are_given_anew() {
        let given = words("apply -parallelism=3 next.plan");
        let options = PlanOptions {
            mode: PlanMode::Destroy,
            skip_refresh: true,
            targets: vec![crate::addr::parse_target("a.b[\"x\"]").unwrap()],
            ..PlanOptions::default()
        };
        let told = go_on(&Ended {
            saved: Some((&options, vec![Arc::from("region")])),
            ..ended(&given, &[])
        });
        assert_eq!(
            words(&told.command),
            words(r#"swarmform apply -parallelism=3 -destroy -refresh=false '-target=a.b["x"]'"#)
        );
        assert!(told.note.unwrap().contains("do: region."));
    }

    #[test]
    fn what_would_steer_the_terminal_is_shown_and_not_written() {
        let given = vec!["apply".to_owned(), "-var=a=\u{1b}[2J".to_owned()];
        assert!(!go_on(&ended(&given, &[])).command.contains('\u{1b}'));
    }
}
