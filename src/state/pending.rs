//! Pending operations: what a run was about to do, written down before it did it.
//!
//! Before a step makes its first call, a [`Pending`] with its intent is durable; the commit that tells its outcome
//! ends it. One that is still there when no run is at work has an outcome that nobody knows: the run died. This
//! file says what is written down and, in one table, which order of beginnings, changes and ends is legal. How
//! the platform is asked about a pending operation is not decided here (that is `apply::settle`).

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::addr::InstanceAddr;

use super::{Event, Instance, Object, Violation};

/// An object of the state: the current one of an instance, or a deposed one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// Whose.
    pub addr: InstanceAddr,
    /// The key of the deposed object; none for the current one.
    pub deposed: Option<Arc<str>>,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.deposed {
            None => write!(f, "{}", self.addr),
            Some(key) => write!(f, "{} (deposed {key})", self.addr),
        }
    }
}

/// What an operation does to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// Makes it.
    Create,
    /// Changes it in place.
    Update,
    /// Deletes it.
    Delete,
}

impl Deed {
    /// All, with the word for each.
    pub const ALL: [(Deed, &str); 3] = [
        (Deed::Create, "create"),
        (Deed::Update, "update"),
        (Deed::Delete, "delete"),
    ];

    /// `create`
    pub fn as_str(self) -> &'static str {
        Deed::ALL
            .iter()
            .find(|(deed, _)| *deed == self)
            .map_or("", |(_, word)| word)
    }

    /// The reverse of [`Deed::as_str`].
    pub fn parse(word: &str) -> Option<Deed> {
        Deed::ALL
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(deed, _)| *deed)
    }
}

/// The intent of an operation, with all that is needed to find out later whether it was carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// What it does.
    pub deed: Deed,
    /// By which provider, as [`Instance::provider`](super::Instance::provider) has it.
    pub provider: Arc<str>,
    /// The mutating calls that it makes, as `POST /v1/org/`. A part that was not known stands as `{name}`.
    pub calls: Vec<String>,
    /// 16 hexadecimal digits that tell this order from any other one.
    pub digest: Arc<str>,
    /// What is wanted: the arguments as the configuration came to, with the unset ones null, and what else
    /// would be recorded with the object. None for a deletion.
    pub wish: Option<Object>,
}

/// What is known of one object between two commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The record tells how it is.
    Settled,
    /// An operation on it has begun, and its outcome is not known.
    Open,
}

/// What an event does to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// An operation begins.
    Begin,
    /// The record changes.
    Change,
    /// The outcome of its operation is known.
    End,
}

/// Every legal transition. What is not in here is refused: a second operation on an object whose first has no
/// outcome, a record changed past an open operation, an outcome of nothing.
pub const TRANSITIONS: [(Stage, Move, Stage); 3] = [
    (Stage::Settled, Move::Begin, Stage::Open),
    (Stage::Settled, Move::Change, Stage::Settled),
    (Stage::Open, Move::End, Stage::Settled),
];

/// The stage after a move; none when it is not legal.
pub fn transition(from: Stage, step: Move) -> Option<Stage> {
    TRANSITIONS
        .iter()
        .find(|(stage, legal, _)| (*stage, *legal) == (from, step))
        .map(|(_, _, to)| *to)
}

/// The objects that have an open operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Open(BTreeSet<Subject>);

impl Open {
    /// These.
    pub fn new(subjects: impl IntoIterator<Item = Subject>) -> Open {
        Open(subjects.into_iter().collect())
    }

    /// Takes over what a commit says of one object: that its operation is open now, or that it is not.
    pub fn set(&mut self, subject: Subject, open: bool) {
        if open {
            self.0.insert(subject);
        } else {
            self.0.remove(&subject);
        }
    }

    fn stage(&self, subject: &Subject) -> Stage {
        if self.0.contains(subject) {
            Stage::Open
        } else {
            Stage::Settled
        }
    }

    /// What is open after a commit of these events, in order, or the first that is not legal (integrity rule 13).
    ///
    /// The record of an instance holds its deposed objects too. So the outcome of an operation on one of those
    /// may write the record while the current object's operation goes on.
    pub fn after(&self, events: &[Event]) -> Result<Open, Violation> {
        let mut now = self.clone();
        let mut deposed_ended = BTreeSet::new();
        for event in events {
            let moves: Vec<(Subject, Move)> = match event {
                Event::Begin(subject, _) => vec![(subject.clone(), Move::Begin)],
                Event::End(subject) => {
                    if subject.deposed.is_some() {
                        deposed_ended.insert(subject.addr.clone());
                    }
                    vec![(subject.clone(), Move::End)]
                }
                Event::Put(addr, instance) => now.changed(addr, Some(instance), &deposed_ended),
                Event::Remove(addr) => now.changed(addr, None, &deposed_ended),
                Event::PutOutput(..) | Event::RemoveOutput(_) => Vec::new(),
            };
            for (subject, step) in moves {
                match transition(now.stage(&subject), step) {
                    Some(Stage::Open) => now.0.insert(subject),
                    Some(Stage::Settled) => now.0.remove(&subject),
                    None => return Err(illegal(&subject, step)),
                };
            }
        }
        Ok(now)
    }

    /// The open objects of an instance that a change of its record touches.
    fn changed(
        &self,
        addr: &InstanceAddr,
        instance: Option<&Instance>,
        deposed_ended: &BTreeSet<InstanceAddr>,
    ) -> Vec<(Subject, Move)> {
        let first = Subject {
            addr: addr.clone(),
            deposed: None,
        };
        let touched = |subject: &&Subject| match &subject.deposed {
            None => !deposed_ended.contains(addr),
            Some(key) => !instance.is_some_and(|instance| instance.deposed.contains_key(key)),
        };
        self.0
            .range(first..)
            .take_while(|subject| subject.addr == *addr)
            .filter(touched)
            .map(|subject| (subject.clone(), Move::Change))
            .collect()
    }
}

fn illegal(subject: &Subject, step: Move) -> Violation {
    let message = match step {
        Move::Begin => "an operation on it begins while an earlier one has no outcome yet",
        Move::Change => "it is changed while an operation on it has no outcome yet",
        Move::End => "an operation on it ends that has not begun",
    };
    Violation {
        rule: 13,
        record: subject.to_string(),
        message: message.to_owned(),
    }
}
