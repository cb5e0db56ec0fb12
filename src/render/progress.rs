//! What a run says while it goes on: a line when a step starts, when it lasts, when it ends.
//!
//! Time comes in with each event, so that nothing here reads a clock. Who runs the steps is `engine`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use crate::addr::InstanceAddr;
use crate::plan::change::Action;

use super::escape;
use super::style::{Ink, Style};

/// How long until a step that lasts is told of, and again after as long.
const PATIENCE: u64 = 10;

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// An object is read again.
    RefreshStart(&'a InstanceAddr, Option<&'a str>),
    /// It has been read.
    RefreshDone(&'a InstanceAddr, Option<&'a str>),
    /// A step starts on an object, which may have an id already.
    Start(&'a InstanceAddr, Action, Option<&'a str>),
    /// The deletion of a deposed object starts, with its key.
    StartDeposed(&'a InstanceAddr, &'a str, Option<&'a str>),
    /// A step has succeeded; with the id of the object, unless it is gone.
    Done(&'a InstanceAddr, Action, Option<&'a str>),
    /// A step has failed. Why is told by a diagnostic.
    Failed(&'a InstanceAddr, Action),
    /// A command of an object starts.
    ProvisionStart(&'a InstanceAddr),
    /// A line of a command's output.
    ProvisionLine(&'a InstanceAddr, &'a str),
    /// A command has ended; whether it has failed.
    ProvisionEnd(&'a InstanceAddr, bool),
    /// An object that was found comes into the state, by this id.
    Importing(&'a InstanceAddr, &'a str),
    /// It is there.
    Imported(&'a InstanceAddr, &'a str),
    /// Something to tell about an object.
    Note(&'a InstanceAddr, &'a str),
}

#[derive(Clone, Debug)]
struct Running {
    since: Duration,
    told: u64,
    id: Option<String>,
}

/// A step that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run<'a> {
    /// On what.
    pub addr: &'a InstanceAddr,
    /// What it does.
    pub action: Action,
    /// The same in a word: `creating`.
    pub doing: &'static str,
    /// For how long.
    pub ran: Duration,
}

/// The steps that run now.
#[derive(Debug)]
pub struct Progress {
    style: Style,
    running: BTreeMap<(InstanceAddr, u8), Running>,
}

/// How long something took, in words such as `1m10s`.
pub fn elapsed(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds}s"),
        (hours, minutes, seconds) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

/// What a step does, as it is told: while it starts, while it lasts, when it is done.
fn words(action: Action) -> (&'static str, &'static str, &'static str, u8) {
    match action {
        Action::Create | Action::CreateThenDelete => ("Creating", "creating", "Creation complete", 0),
        Action::Update | Action::NoOp => ("Modifying", "modifying", "Modifications complete", 1),
        Action::Delete | Action::DeleteThenCreate => ("Destroying", "destroying", "Destruction complete", 2),
        Action::Read => ("Reading", "reading", "Read complete", 3),
        Action::Forget => ("Forgetting", "forgetting", "Forgotten", 4),
    }
}

fn action_of(rank: u8) -> Action {
    match rank {
        0 => Action::Create,
        1 => Action::Update,
        2 => Action::Delete,
        3 => Action::Read,
        _ => Action::Forget,
    }
}

impl Progress {
    /// Nothing runs yet.
    pub fn new(style: Style) -> Progress {
        Progress {
            style,
            running: BTreeMap::new(),
        }
    }

    /// Takes note of an event and says what to print of it, without a line break.
    pub fn event(&mut self, at: Duration, event: Event<'_>) -> Option<String> {
        match event {
            Event::RefreshStart(addr, id) => {
                Some(self.line(addr, &format!("Refreshing state...{}", with_id(id))))
            }
            Event::RefreshDone(..) => None,
            Event::Start(addr, action, id) => {
                let start = self.begin(at, addr, action, id);
                Some(self.line(addr, &format!("{start}...{}", with_id(id))))
            }
            Event::StartDeposed(addr, key, id) => {
                let start = self.begin(at, addr, Action::Delete, id);
                let what = format!("{addr} (deposed object {key})");
                Some(self.line(&what, &format!("{start}...{}", with_id(id))))
            }
            Event::Done(addr, action, id) => {
                let (_, _, done, rank) = words(action);
                let took = self.finish(addr, rank, at);
                let id = if action == Action::Delete { None } else { id };
                Some(self.line(addr, &format!("{done} after {}{}", elapsed(took), with_id(id))))
            }
            Event::Failed(addr, action) => {
                let (start, _, _, rank) = words(action);
                let took = self.finish(addr, rank, at);
                let text = self
                    .style
                    .paint(Ink::Red, &format!("{start} failed after {}", elapsed(took)));
                Some(self.line(addr, &text))
            }
            Event::ProvisionStart(addr) => Some(self.line(addr, "Provisioning with 'local-exec'...")),
            Event::ProvisionLine(addr, text) => {
                Some(self.line(&format!("{addr} (local-exec)"), &escape::line(text)))
            }
            Event::ProvisionEnd(..) => None,
            Event::Importing(addr, id) => {
                Some(self.line(addr, &format!("Importing...{}", with_id(Some(id)))))
            }
            Event::Imported(addr, id) => {
                Some(self.line(addr, &format!("Import complete{}", with_id(Some(id)))))
            }
            Event::Note(addr, text) => Some(self.line(addr, &escape::line(text))),
        }
    }

    fn begin(&mut self, at: Duration, addr: &InstanceAddr, action: Action, id: Option<&str>) -> &'static str {
        let (start, _, _, rank) = words(action);
        let running = Running {
            since: at,
            told: 0,
            id: id.map(str::to_owned),
        };
        self.running.insert((addr.clone(), rank), running);
        start
    }

    fn finish(&mut self, addr: &InstanceAddr, rank: u8, at: Duration) -> Duration {
        let started = self.running.remove(&(addr.clone(), rank));
        started.map_or(Duration::ZERO, |running| at.saturating_sub(running.since))
    }

    fn line(&self, what: &dyn std::fmt::Display, text: &str) -> String {
        let mut line = String::new();
        self.style.paint_into(
            &mut line,
            Ink::Bold,
            &format!("{}:", escape::line(&what.to_string())),
        );
        let _ = write!(line, " {text}");
        line
    }

    /// What lasts: each step that has run for another ten seconds, with how long it has run.
    pub fn lasting(&mut self, at: Duration) -> Vec<(InstanceAddr, Action, Duration)> {
        let mut found = Vec::new();
        for ((addr, rank), running) in &mut self.running {
            let ran = at.saturating_sub(running.since);
            let due = ran.as_secs() / PATIENCE;
            if due > running.told {
                running.told = due;
                found.push((
                    addr.clone(),
                    action_of(*rank),
                    Duration::from_secs(due * PATIENCE),
                ));
            }
        }
        found
    }

    /// `addr: Still creating... [10s elapsed]` for what lasts.
    pub fn still(&mut self, at: Duration) -> Vec<String> {
        let lasting = self.lasting(at);
        let tell = |(addr, action, ran): &(InstanceAddr, Action, Duration)| {
            let (_, doing, _, rank) = words(*action);
            let id = self
                .running
                .get(&(addr.clone(), rank))
                .and_then(|running| running.id.as_deref());
            let id = id
                .map(|id| format!("id={}, ", escape::line(id)))
                .unwrap_or_default();
            self.line(addr, &format!("Still {doing}... [{id}{} elapsed]", elapsed(*ran)))
        };
        lasting.iter().map(tell).collect()
    }

    /// How long a step has run.
    pub fn ran(&self, at: Duration, addr: &InstanceAddr, action: Action) -> Duration {
        let (_, _, _, rank) = words(action);
        let started = self.running.get(&(addr.clone(), rank));
        started.map_or(Duration::ZERO, |running| at.saturating_sub(running.since))
    }

    /// What runs, the longest first.
    pub fn running(&self, at: Duration) -> Vec<Run<'_>> {
        let mut all: Vec<Run<'_>> = Vec::with_capacity(self.running.len());
        for ((addr, rank), running) in &self.running {
            let action = action_of(*rank);
            all.push(Run {
                addr,
                action,
                doing: words(action).1,
                ran: at.saturating_sub(running.since),
            });
        }
        all.sort_by_key(|run| std::cmp::Reverse(run.ran));
        all
    }
}

fn with_id(id: Option<&str>) -> String {
    id.map(|id| format!(" [id={}]", escape::line(id)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addr::parse_instance;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_step_is_told_when_it_starts_lasts_and_ends() {
        let mut progress = Progress::new(Style::PLAIN);
        let addr = parse_instance("a.b[\"k\"]").unwrap();
        let start = progress.event(seconds(1), Event::Start(&addr, Action::Create, None));
        assert_eq!(start.unwrap(), "a.b[\"k\"]: Creating...");
        assert!(progress.still(seconds(10)).is_empty());
        assert_eq!(
            progress.still(seconds(12)),
            ["a.b[\"k\"]: Still creating... [10s elapsed]"]
        );
        assert!(progress.still(seconds(13)).is_empty());
        let done = progress.event(seconds(71), Event::Done(&addr, Action::Create, Some("x\u{1b}")));
        assert_eq!(
            done.unwrap(),
            "a.b[\"k\"]: Creation complete after 1m10s [id=x\\u001b]"
        );
    }

    #[test]
    fn a_destruction_names_the_id_only_at_its_start() {
        let mut progress = Progress::new(Style::PLAIN);
        let addr = parse_instance("a.b").unwrap();
        let start = progress.event(seconds(0), Event::Start(&addr, Action::Delete, Some("7")));
        assert_eq!(start.unwrap(), "a.b: Destroying... [id=7]");
        let done = progress.event(seconds(0), Event::Done(&addr, Action::Delete, Some("7")));
        assert_eq!(done.unwrap(), "a.b: Destruction complete after 0s");
    }
}
