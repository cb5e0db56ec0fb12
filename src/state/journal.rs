//! The journal: what was committed since the last export, and the fold that gives the state back.
//!
//! [`Records`] is a state as keys and bodies. [`Commit`] is one change of it, with its number. Folding the
//! commits of a journal, in order, over the records of an export gives the newest state; the fold refuses a gap
//! in the numbers and passes over what the export holds already. It reads and writes no file.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::integrity::{verify, verify_instance, verify_pending};
use super::json::quote;
use super::record::{self, Damage, FORMAT, META, Meta};
use super::{Event, State};

/// A state as records: keys and bodies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// The state's lineage.
    pub lineage: String,
    /// The state's serial.
    pub serial: u64,
    /// Number of the last commit; 0 when there was none.
    pub commit: u64,
    /// Bodies by key, without `meta`.
    pub bodies: BTreeMap<String, String>,
}

impl Records {
    /// The records of a state.
    pub fn of(state: &State, commit: u64) -> Result<Records, Damage> {
        let mut bodies = BTreeMap::new();
        for (address, instance) in &state.instances {
            bodies.insert(record::instance_key(address), record::instance_body(instance));
        }
        for (name, output) in &state.outputs {
            let body = record::output_body(output)
                .map_err(|reason| Damage::new(format!("output.{name}"), reason))?;
            bodies.insert(record::output_key(name), body);
        }
        for (subject, pending) in &state.pending {
            bodies.insert(record::pending_key(subject), record::pending_body(pending));
        }
        Ok(Records {
            lineage: state.lineage.clone(),
            serial: state.serial,
            commit,
            bodies,
        })
    }

    /// The content of the record `meta`.
    pub fn meta(&self) -> Meta {
        Meta {
            format: FORMAT,
            lineage: self.lineage.clone(),
            serial: self.serial,
            commit: self.commit,
            count: self.bodies.len() as u64,
        }
    }

    /// Carries out one commit. One that is in the records already changes nothing; one that does not follow
    /// the last is refused.
    pub fn apply(&mut self, commit: &Commit) -> Result<(), Damage> {
        if commit.number <= self.commit {
            return Ok(());
        }
        if commit.number != self.commit + 1 {
            return Err(Damage::new(
                "journal",
                format!(
                    "commit {} follows commit {}; those between are missing",
                    commit.number, self.commit
                ),
            ));
        }
        self.commit = commit.number;
        self.serial = commit.serial;
        self.lineage.clone_from(&commit.lineage);
        for (key, body) in &commit.changes {
            match body {
                Some(body) => self.bodies.insert(key.clone(), body.clone()),
                None => self.bodies.remove(key),
            };
        }
        Ok(())
    }

    /// The state, checked; the error names the first record that is damaged.
    pub fn state(&self) -> Result<State, Damage> {
        let mut state = self.empty_state();
        for (key, body) in &self.bodies {
            state.apply(record::to_event(key, Some(body))?);
        }
        match verify(&state).into_iter().next() {
            Some(violation) => Err(Damage::new(
                violation.record,
                format!("{} (integrity rule {})", violation.message, violation.rule),
            )),
            None => Ok(state),
        }
    }

    /// The state without the records that are damaged, and what is wrong with those.
    pub fn state_lenient(&self) -> (State, Vec<Damage>) {
        let mut state = self.empty_state();
        let mut damages = Vec::new();
        for (key, body) in &self.bodies {
            let event = match record::to_event(key, Some(body)) {
                Ok(event) => event,
                Err(damage) => {
                    damages.push(damage);
                    continue;
                }
            };
            let mut violations = Vec::new();
            match &event {
                Event::Put(address, instance) => verify_instance(address, instance, &mut violations),
                Event::Begin(subject, pending) => verify_pending(subject, pending, &mut violations),
                _ => {}
            }
            match violations.into_iter().next() {
                Some(violation) => damages.push(Damage::new(violation.record, violation.message)),
                None => state.apply(event),
            }
        }
        (state, damages)
    }

    fn empty_state(&self) -> State {
        State {
            lineage: self.lineage.clone(),
            serial: self.serial,
            ..State::default()
        }
    }
}

/// One change of the records, all or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its number: one more than that of the commit before.
    pub number: u64,
    /// The lineage after it.
    pub lineage: String,
    /// The serial after it.
    pub serial: u64,
    /// New bodies by key; none for a record that goes.
    pub changes: BTreeMap<String, Option<String>>,
}

#[derive(Deserialize)]
struct CommitBody<'a> {
    lineage: String,
    serial: u64,
    #[serde(borrow, default)]
    put: BTreeMap<String, &'a RawValue>,
    #[serde(default)]
    remove: Vec<String>,
}

impl Commit {
    /// The commit of these events; of two events on one record the later counts.
    pub fn of(number: u64, lineage: &str, serial: u64, events: &[Event]) -> Result<Commit, Damage> {
        let mut changes = BTreeMap::new();
        for event in events {
            let (key, body) = record::of_event(event)?;
            changes.insert(key, body);
        }
        Ok(Commit {
            number,
            lineage: lineage.to_owned(),
            serial,
            changes,
        })
    }

    /// Its line in the journal, without the line feed.
    pub fn line(&self) -> String {
        let mut body = String::from("{\"lineage\":");
        quote(&self.lineage, &mut body);
        body.push_str(&format!(",\"serial\":{}", self.serial));
        let mut opened = false;
        for (key, content) in &self.changes {
            let Some(content) = content else { continue };
            body.push_str(if opened { "," } else { ",\"put\":{" });
            opened = true;
            quote(key, &mut body);
            body.push(':');
            body.push_str(content);
        }
        body.push_str(if opened { "}" } else { "" });
        opened = false;
        for (key, _) in self.changes.iter().filter(|(_, content)| content.is_none()) {
            body.push_str(if opened { "," } else { ",\"remove\":[" });
            opened = true;
            quote(key, &mut body);
        }
        body.push_str(if opened { "]}" } else { "}" });
        record::seal(&format!("commit {}", self.number), &body)
    }

    /// Reads a line.
    pub fn parse(line: &str, place: &str) -> Result<Commit, Damage> {
        let (key, body) = record::unseal(line, place)?;
        let number = key.strip_prefix("commit ").and_then(|digits| digits.parse().ok());
        let (Some(number), Ok(body)) = (number, serde_json::from_str::<CommitBody<'_>>(body)) else {
            return Err(Damage::new(place, "it is not a commit"));
        };
        let mut changes: BTreeMap<String, Option<String>> = body
            .put
            .into_iter()
            .map(|(key, content)| (key, Some(content.get().to_owned())))
            .collect();
        changes.extend(body.remove.into_iter().map(|key| (key, None)));
        Ok(Commit {
            number,
            lineage: body.lineage,
            serial: body.serial,
            changes,
        })
    }
}

/// The text of a journal, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// The version of the format.
    pub format: u32,
    /// Number of the commit after which it begins.
    pub base: u64,
    /// The state's lineage then; empty when there was no state.
    pub lineage: String,
    /// Its commits, in order.
    pub commits: Vec<Commit>,
    /// Why reading ended before the end of the text, if it did. A last line without a line feed is no damage:
    /// it is a commit that was never acknowledged.
    pub damage: Option<Damage>,
}

#[derive(Deserialize)]
struct Header {
    format: u32,
    base: u64,
    lineage: String,
}

impl Journal {
    /// The first line of a journal that begins after a commit, with its line feed.
    pub fn header(base: u64, lineage: &str) -> String {
        let mut body = format!("{{\"format\":{FORMAT},\"base\":{base},\"lineage\":");
        quote(lineage, &mut body);
        body.push('}');
        let mut line = record::seal("journal", &body);
        line.push('\n');
        line
    }

    /// Reads as much as is whole. An error when even the first line is not. A format newer than [`FORMAT`] is
    /// told by [`Journal::format`] and no commit is read.
    pub fn parse(text: &[u8]) -> Result<Journal, Damage> {
        let mut lines = text.split_inclusive(|byte| *byte == b'\n').enumerate();
        let first = lines.next().map(|(_, line)| line).unwrap_or_default();
        let first = whole_line(first, "journal, line 1")?
            .ok_or_else(|| Damage::new("journal, line 1", "it is cut off"))?;
        let (key, body) = record::unseal(first, "journal, line 1")?;
        let header: Header = match (&*key, serde_json::from_str(body)) {
            ("journal", Ok(header)) => header,
            _ => return Err(Damage::new("journal, line 1", "it is not the head of a journal")),
        };
        let mut journal = Journal {
            format: header.format,
            base: header.base,
            lineage: header.lineage,
            commits: Vec::new(),
            damage: None,
        };
        if journal.format > FORMAT {
            return Ok(journal);
        }
        for (at, line) in lines {
            let place = format!("journal, line {}", at + 1);
            let read = whole_line(line, &place).and_then(|line| match line {
                Some(line) => Commit::parse(line, &place).map(Some),
                None => Ok(None),
            });
            match read {
                Ok(Some(commit)) if commit.number == journal.last() + 1 => journal.commits.push(commit),
                Ok(Some(commit)) => {
                    let reason = format!("commit {} follows commit {}", commit.number, journal.last());
                    journal.damage = Some(Damage::new(place, reason));
                    break;
                }
                Ok(None) => break,
                Err(damage) => {
                    journal.damage = Some(damage);
                    break;
                }
            }
        }
        Ok(journal)
    }

    /// Number of the last commit that it tells of.
    pub fn last(&self) -> u64 {
        self.base + self.commits.len() as u64
    }
}

/// The line without its line feed; none when it has none.
fn whole_line<'a>(line: &'a [u8], place: &str) -> Result<Option<&'a str>, Damage> {
    let Some(line) = line.strip_suffix(b"\n") else {
        return Ok(None);
    };
    std::str::from_utf8(line)
        .map(Some)
        .map_err(|_| Damage::new(place, "it is not UTF-8 text"))
}

/// The record `meta`, sealed.
pub fn seal_meta(meta: &Meta) -> String {
    record::seal(META, &meta.body())
}
