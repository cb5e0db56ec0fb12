//! Commits that wait together are made durable together.
//!
//! An fsync costs the same for one commit and for ten. Steps that end while a commit is being written queue up
//! here; whoever gets the database next writes them all, each with its own number in the journal, and one
//! flush and fsync acknowledges them all. Order is the order of arrival.

use std::sync::{Arc, Mutex, PoisonError};

use crate::ports::StoreError;
use crate::state::Event;
use crate::state::journal::Commit;

use super::accepted;
use super::database::Database;

/// What somebody wants to commit.
pub struct Request {
    /// The lineage, or empty for the stored one.
    pub lineage: String,
    /// The serial after it.
    pub serial: u64,
    /// The changes.
    pub events: Vec<Event>,
}

/// The outcome of a request, once it is there.
pub type Outcome = Arc<Mutex<Option<Result<(), StoreError>>>>;

/// Requests that nobody has begun to write.
#[derive(Default)]
pub struct Queue(Mutex<Vec<(Request, Outcome)>>);

impl Queue {
    /// Puts a request at the end.
    pub fn push(&self, request: Request) -> Outcome {
        let outcome = Outcome::default();
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((request, Arc::clone(&outcome)));
        outcome
    }

    fn take(&self) -> Vec<(Request, Outcome)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells all that wait that the database cannot be had.
    pub fn refuse(&self, error: &StoreError) {
        for (_, outcome) in self.take() {
            settle(&outcome, Err(copy(error)));
        }
    }

    /// Writes all that wait, and tells them.
    pub fn write(&self, database: &mut Database) {
        let mut commits: Vec<Commit> = Vec::new();
        let mut waiting = Vec::new();
        let mut meta = database.meta().clone();
        let mut open = database.open_operations().clone();
        for (request, outcome) in self.take() {
            let made = accepted(
                &meta.lineage,
                &request.lineage,
                meta.serial,
                request.serial,
                &request.events,
                &open,
            )
            .and_then(|(lineage, open)| {
                let commit = Commit::of(meta.commit + 1, &lineage, request.serial, &request.events)?;
                Ok((commit, open))
            });
            match made {
                Err(error) => settle(&outcome, Err(error)),
                Ok((commit, _))
                    if commit.changes.is_empty()
                        && commit.serial == meta.serial
                        && commit.lineage == meta.lineage =>
                {
                    settle(&outcome, Ok(()));
                }
                Ok((commit, after)) => {
                    open = after;
                    meta.commit = commit.number;
                    meta.serial = commit.serial;
                    meta.lineage.clone_from(&commit.lineage);
                    commits.push(commit);
                    waiting.push(outcome);
                }
            }
        }
        if commits.is_empty() {
            return;
        }
        let written = database.commit(&commits);
        for outcome in waiting {
            let result = match &written {
                Ok(()) => Ok(()),
                Err(error) => Err(copy(error)),
            };
            settle(&outcome, result);
        }
    }
}

/// Takes the outcome if it is there.
pub fn outcome(outcome: &Outcome) -> Option<Result<(), StoreError>> {
    outcome.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn settle(outcome: &Outcome, result: Result<(), StoreError>) {
    *outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
}

fn copy(error: &StoreError) -> StoreError {
    match error {
        StoreError::Locked(info) => StoreError::Locked(info.clone()),
        StoreError::Damaged { record, reason } => StoreError::Damaged {
            record: record.clone(),
            reason: reason.clone(),
        },
        StoreError::TooNew { found, known } => StoreError::TooNew {
            found: *found,
            known: *known,
        },
        StoreError::Io(text) => StoreError::Io(text.clone()),
    }
}
