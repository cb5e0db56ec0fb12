//! A store in memory, for tests: the same promises as the embedded one, and faults on demand.
//!
//! It keeps nothing beyond its own life. A fault strikes before or after the effect, as a crash would.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::ports::{Lock, LockInfo, StateStore, StoreError};
use crate::state::pending::Open;
use crate::state::{Event, State};

use super::accepted;

/// What a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// [`StateStore::lock`]
    Lock,
    /// [`StateStore::read`]
    Read,
    /// [`StateStore::commit`]
    Commit,
    /// [`StateStore::finish`]
    Finish,
}

/// On which side of the effect a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Nothing was done.
    Before,
    /// It was done, and nobody was told.
    After,
}

#[derive(Default)]
struct Inside {
    state: State,
    holder: Option<LockInfo>,
    locks: u64,
    commits: Vec<(u64, Vec<Event>)>,
    finished: u64,
    faults: Vec<(Operation, u64, When, String)>,
}

impl Inside {
    /// Counts down to the next fault of an operation and takes it when its time has come.
    fn fault(&mut self, operation: Operation) -> Option<(When, StoreError)> {
        let at = self.faults.iter().position(|fault| fault.0 == operation)?;
        let due = match self.faults.get_mut(at) {
            Some((_, left, _, _)) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        };
        due.then(|| self.faults.remove(at))
            .map(|(_, _, when, reason)| (when, StoreError::Io(reason)))
    }
}

/// A store in memory. Clones share it, so that a test can look at what an engine wrote.
#[derive(Clone, Default)]
pub struct MemoryStore {
    inside: Arc<Mutex<Inside>>,
}

impl MemoryStore {
    /// An empty one.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// One that holds a state.
    pub fn with_state(state: State) -> MemoryStore {
        let store = MemoryStore::new();
        store.inside().state = state;
        store
    }

    /// Lets an operation fail once, after it went well `skip` times. Several faults of one operation strike one
    /// after another, each counting from the one before.
    pub fn fail(&self, operation: Operation, skip: u64, when: When, reason: &str) {
        self.inside()
            .faults
            .push((operation, skip, when, reason.to_owned()));
    }

    /// The state now.
    pub fn state(&self) -> State {
        self.inside().state.clone()
    }

    /// Serial and events of each commit so far.
    pub fn commits(&self) -> Vec<(u64, Vec<Event>)> {
        self.inside().commits.clone()
    }

    /// Whether somebody holds the lock.
    pub fn is_locked(&self) -> bool {
        self.inside().holder.is_some()
    }

    /// How often a run was ended.
    pub fn finished(&self) -> u64 {
        self.inside().finished
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run<T>(
        &self,
        operation: Operation,
        work: impl FnOnce(&mut Inside) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut inside = self.inside();
        match inside.fault(operation) {
            Some((When::Before, error)) => Err(error),
            Some((When::After, error)) => work(&mut inside).and(Err(error)),
            None => work(&mut inside),
        }
    }
}

struct MemoryLock {
    info: LockInfo,
    store: MemoryStore,
}

impl Lock for MemoryLock {
    fn info(&self) -> &LockInfo {
        &self.info
    }
}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        let mut inside = self.store.inside();
        if inside.holder.as_ref() == Some(&self.info) {
            inside.holder = None;
        }
    }
}

#[async_trait]
impl StateStore for MemoryStore {
    /// It does not wait: whoever holds the lock here does not let go while this process waits.
    async fn lock(&self, operation: &str, _timeout: Duration) -> Result<Box<dyn Lock>, StoreError> {
        let info = self.run(Operation::Lock, |inside| {
            if let Some(holder) = &inside.holder {
                return Err(StoreError::Locked(Box::new(holder.clone())));
            }
            inside.locks += 1;
            let info = LockInfo {
                id: format!("00000000-0000-4000-8000-{:012x}", inside.locks),
                operation: operation.to_owned(),
                who: "test@memory".to_owned(),
                pid: 0,
                created: "1970-01-01T00:00:00Z".to_owned(),
                path: "memory".to_owned(),
            };
            inside.holder = Some(info.clone());
            Ok(info)
        })?;
        Ok(Box::new(MemoryLock {
            info,
            store: self.clone(),
        }))
    }

    async fn read(&self) -> Result<State, StoreError> {
        self.run(Operation::Read, |inside| Ok(inside.state.clone()))
    }

    async fn commit(&self, lineage: &str, serial: u64, events: &[Event]) -> Result<(), StoreError> {
        self.run(Operation::Commit, |inside| {
            let state = &mut inside.state;
            let open = Open::new(state.pending.keys().cloned());
            (state.lineage, _) = accepted(&state.lineage, lineage, state.serial, serial, events, &open)?;
            state.serial = serial;
            for event in events {
                state.apply(event.clone());
            }
            inside.commits.push((serial, events.to_vec()));
            Ok(())
        })
    }

    async fn finish(&self) -> Result<(), StoreError> {
        self.run(Operation::Finish, |inside| {
            inside.finished += 1;
            Ok(())
        })
    }
}
