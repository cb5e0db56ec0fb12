//! Where the state lies: a sled database in a directory, with a lock, a journal and an export beside it.
//!
//! One record per resource instance and per output, each with a checksum; `state/README.md` is the
//! specification of the format. This room stores and gives back; it does not decide what a run may do. Two
//! promises hold whatever dies and whenever: what a commit acknowledged is read again, and what is read is
//! either whole or reported.
//!
//! A run takes the lock with [`StateStore::lock`] and keeps the database open until it drops the lock. A command
//! that only reads takes no lock and waits for nobody: it opens the database for a moment, or, while a run has
//! it open, reads the export and the journal, which together tell every commit of the run so far.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros
)]

mod contents;
mod database;
mod files;
mod ground;
mod group;
mod history;
mod lock;
mod memory;
mod recover;
mod recovery;
#[cfg(test)]
mod tests;
mod workspaces;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::ports::{Clock, Ids, Lock, LockInfo, StateStore, StoreError};
use crate::state::export::Run;
use crate::state::journal::{Commit, Records};
use crate::state::pending::Open;
use crate::state::record::Damage;
use crate::state::{Event, State, Violation, verify_events};

use contents::Contents;
use database::Database;
use files::Layout;
use group::{Queue, Request};
use lock::RunLock;

pub use history::{KEPT, Kept};
pub use memory::{MemoryStore, Operation, When};
pub use recover::Recovered;
pub use workspaces::Workspaces;

/// Who uses a store, for the lock's information.
#[derive(Clone)]
pub struct Owner {
    /// `user@host`.
    pub who: String,
    /// For the time of the lock.
    pub clock: Arc<dyn Clock>,
    /// For the id of the lock.
    pub ids: Arc<dyn Ids>,
}

/// The embedded store. Clones share the open database.
#[derive(Clone)]
pub struct SledStore {
    inner: Arc<Inner>,
}

/// The store in a directory, usually `state` beside the configuration. Nothing is read or made yet.
pub fn open(dir: &Path, owner: Owner) -> SledStore {
    let layout = Layout { dir: dir.to_owned() };
    SledStore {
        inner: Arc::new(Inner {
            layout,
            owner,
            database: Mutex::default(),
            notices: Mutex::default(),
            queue: Queue::default(),
            operation: Mutex::default(),
            kept: AtomicUsize::new(KEPT),
        }),
    }
}

struct Inner {
    layout: Layout,
    owner: Owner,
    database: Mutex<Option<Database>>,
    notices: Mutex<Vec<String>>,
    queue: Queue,
    /// What the lock was taken for.
    operation: Mutex<String>,
    /// How many earlier states are kept.
    kept: AtomicUsize,
}

impl Inner {
    fn database(&self) -> MutexGuard<'_, Option<Database>> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn notices(&self) -> MutexGuard<'_, Vec<String>> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        *self.database() = None;
    }

    /// Does something with the open database, which is opened, and made, if need be.
    fn with<T>(&self, work: impl FnOnce(&mut Database) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.with_slot(&mut self.database(), work)
    }

    fn with_slot<T>(
        &self,
        slot: &mut Option<Database>,
        work: impl FnOnce(&mut Database) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if slot.is_none() {
            let mut notices = Vec::new();
            let opened = Database::open(&self.layout, &mut notices);
            self.notices().extend(notices);
            *slot = opened?;
        }
        match slot.as_mut() {
            Some(database) => work(database),
            None if lock::is_held(&self.layout) => {
                Err(StoreError::Locked(Box::new(lock::holder(&self.layout))))
            }
            None => Err(StoreError::Io(
                "another process has the state database open".to_owned(),
            )),
        }
    }

    fn try_lock(self: &Arc<Inner>, info: &LockInfo, opening: bool) -> Result<RunLock, StoreError> {
        let lock = RunLock::try_take(self, info)?;
        info.operation
            .clone_into(&mut self.operation.lock().unwrap_or_else(PoisonError::into_inner));
        if opening && self.layout.is_there()? {
            self.with(|database| database.keep_interrupted(&self.run("interrupted"), self.kept()))?;
        }
        Ok(lock)
    }

    fn kept(&self) -> usize {
        self.kept.load(Ordering::Relaxed)
    }

    /// A run of this process that ends now.
    fn run(&self, operation: &str) -> Run {
        Run {
            operation: operation.to_owned(),
            who: self.owner.who.clone(),
            ended: now(&*self.owner.clock),
        }
    }

    /// Ends the run that the lock was taken for.
    fn finish(&self, database: &mut Database) -> Result<(), StoreError> {
        let operation = self
            .operation
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        database.finish(&self.run(&operation), self.kept())
    }

    fn contents(&self) -> Result<Contents, StoreError> {
        if let Some(database) = self.database().as_ref() {
            return database.read_contents();
        }
        let mut notices = Vec::new();
        let contents = database::read_unlocked(&self.layout, &mut notices);
        self.notices().extend(notices);
        contents
    }

    fn read(&self) -> Result<State, StoreError> {
        let contents = self.contents()?;
        match (contents.too_new, contents.damages.into_iter().next()) {
            (Some(found), _) => Err(recovery::too_new(found)),
            (None, Some(damage)) => Err(damage.into()),
            (None, None) => recovery::checked(&contents.records),
        }
    }

    fn read_lenient(&self) -> Result<(State, Vec<Damage>), StoreError> {
        let (records, mut damages) = match self.contents() {
            Ok(Contents {
                too_new: Some(found), ..
            }) => return Err(recovery::too_new(found)),
            Ok(contents) => (contents.records, contents.damages),
            Err(StoreError::Damaged { record, reason }) => {
                let (records, mut damages) = recovery::fold_leniently(&self.layout)?;
                damages.insert(0, Damage { record, reason });
                damages.dedup();
                (records, damages)
            }
            Err(other) => return Err(other),
        };
        let (state, more) = records.state_lenient();
        damages.extend(more);
        Ok((state, damages))
    }

    fn commit(&self, request: Request) -> Result<(), StoreError> {
        let outcome = self.queue.push(request);
        // Whoever has the database now may write this request too; then it is done when the database is free.
        let mut slot = self.database();
        if let Some(result) = group::outcome(&outcome) {
            return result;
        }
        let written = self.with_slot(&mut slot, |database| {
            self.queue.write(database);
            Ok(())
        });
        if let Err(error) = &written {
            self.queue.refuse(error);
        }
        group::outcome(&outcome).unwrap_or(written)
    }
}

/// The lineage and the open operations after a commit, if the commit may be carried out on a state with `stored`
/// lineage and serial and these open operations.
fn accepted(
    stored: &str,
    given: &str,
    stored_serial: u64,
    serial: u64,
    events: &[Event],
    open: &Open,
) -> Result<(String, Open), StoreError> {
    if !stored.is_empty() && !given.is_empty() && stored != given {
        return Err(StoreError::Io(format!(
            "the stored state has lineage {stored}, and the changes are of lineage {given}"
        )));
    }
    if serial < stored_serial {
        return Err(StoreError::Io(format!(
            "the stored state has serial {stored_serial}, and the changes are of serial {serial}: another run has \
             changed the state since"
        )));
    }
    let lineage = if stored.is_empty() { given } else { stored };
    let refused = |violation: Violation| StoreError::Damaged {
        record: violation.record,
        reason: format!(
            "it was not written, because {} (integrity rule {})",
            violation.message, violation.rule
        ),
    };
    if let Some(violation) = verify_events(lineage, serial, events).into_iter().next() {
        return Err(refused(violation));
    }
    Ok((lineage.to_owned(), open.after(events).map_err(refused)?))
}

/// Now, RFC 3339 with whole seconds.
fn now(clock: &dyn Clock) -> String {
    let seconds = clock.now_unix_nanos().div_euclid(1_000_000_000);
    let time = i64::try_from(seconds).ok();
    time.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .map(|time| time.to_string())
        .unwrap_or_default()
}

impl SledStore {
    /// The same, with so many earlier states kept.
    #[must_use]
    pub fn keeping(self, states: usize) -> SledStore {
        self.inner.kept.store(states, Ordering::Relaxed);
        self
    }

    /// The states that earlier runs left, the oldest first.
    pub async fn history(&self) -> Result<Vec<Kept>, StoreError> {
        self.blocking(|inner| history::list(&inner.layout)).await
    }

    /// Opens the database under the lock, mends what can be mended without a doubt, and writes export and journal again
    /// if they do not tell what a sound database holds; the answer says why they did not.
    pub async fn mend(&self) -> Result<Option<String>, StoreError> {
        self.blocking(|inner| inner.with(Database::mend_copies)).await
    }

    /// Reads what can be read, and tells what cannot: for `state pull` of a damaged store.
    pub async fn read_lenient(&self) -> Result<(State, Vec<Damage>), StoreError> {
        self.blocking(|inner| inner.read_lenient()).await
    }

    /// Replaces the whole state, lineage and serial included: for `state push`. The caller holds the lock and
    /// has compared the two. Durable when it returns.
    pub async fn replace(&self, state: &State) -> Result<(), StoreError> {
        let state = state.clone();
        self.blocking(move |inner| {
            if let Some(violation) = crate::state::verify(&state).into_iter().next() {
                return Err(Damage::new(violation.record, violation.message).into());
            }
            inner.with(|database| {
                let old = database.records()?;
                if *database.open_operations() != Open::default() {
                    return Err(StoreError::Io(
                        "an operation of an earlier run has no outcome yet, and a plan has to settle it before the \
                         state can be replaced"
                            .to_owned(),
                    ));
                }
                let new = Records::of(&state, old.commit + 1)?;
                let gone = old
                    .bodies
                    .into_keys()
                    .filter(|key| !new.bodies.contains_key(key))
                    .map(|key| (key, None));
                let mut changes: std::collections::BTreeMap<_, _> = gone.collect();
                changes.extend(new.bodies.into_iter().map(|(key, body)| (key, Some(body))));
                database.commit(&[Commit {
                    number: new.commit,
                    lineage: new.lineage,
                    serial: new.serial,
                    changes,
                }])?;
                // Export and journal are told apart from another state's by their lineage.
                inner.finish(database)
            })
        })
        .await
    }

    /// Makes a damaged store whole again: every record that is whole stays, one that is damaged comes from the
    /// export and the journal if they have it, or else from the history, and the damaged database is set aside. The
    /// caller holds the lock.
    pub async fn recover(&self) -> Result<Recovered, StoreError> {
        self.blocking(|inner| {
            inner.close();
            let told = recover::recover(&inner.layout)?;
            inner.with(|_| Ok(()))?;
            Ok(told)
        })
        .await
    }

    /// The state as export and journal tell it. The database is not opened, so no byte of the directory changes: for a
    /// command that must only read.
    pub async fn peek(&self) -> Result<State, StoreError> {
        self.blocking(|inner| recovery::peek(&inner.layout)).await
    }

    /// Whether there is a state: whether anything was ever committed.
    pub fn is_there(&self) -> Result<bool, StoreError> {
        self.inner.layout.is_there()
    }

    /// Who holds the lock now.
    pub fn holder(&self) -> Option<LockInfo> {
        let layout = &self.inner.layout;
        lock::is_held(layout).then(|| lock::holder(layout))
    }

    /// Takes the lock without opening the database, which may be damaged.
    pub async fn lock_unopened(
        &self,
        operation: &str,
        timeout: Duration,
    ) -> Result<Box<dyn Lock>, StoreError> {
        self.take_lock(operation, timeout, false).await
    }

    /// Takes the lock with this id away from whoever holds it. A live holder's commits still cannot mix with
    /// others', since it keeps the database open.
    pub async fn force_unlock(&self, id: &str) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.blocking(move |inner| lock::force(&inner.layout, &id)).await
    }

    async fn take_lock(
        &self,
        operation: &str,
        timeout: Duration,
        opening: bool,
    ) -> Result<Box<dyn Lock>, StoreError> {
        let owner = &self.inner.owner;
        let info = LockInfo {
            id: owner.ids.uuid(),
            operation: operation.to_owned(),
            who: owner.who.clone(),
            pid: std::process::id(),
            created: now(&*owner.clock),
            path: self.inner.layout.dir.display().to_string(),
        };
        let end = Instant::now().checked_add(timeout);
        let mut pause = Duration::from_millis(10);
        loop {
            let info = info.clone();
            let inner = Arc::clone(&self.inner);
            match self.blocking(move |_| inner.try_lock(&info, opening)).await {
                Ok(lock) => return Ok(Box::new(lock)),
                Err(StoreError::Locked(_)) if end.is_none_or(|end| Instant::now() < end) => {
                    let left = end.map_or(pause, |end| end.saturating_duration_since(Instant::now()));
                    wait(pause.min(left)).await;
                    pause = (pause * 2).min(Duration::from_millis(250));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Runs blocking work where it keeps nobody waiting. Once begun it is carried out, even if the caller does
    /// not wait for it.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = Arc::clone(&self.inner);
        match tokio::runtime::Handle::try_current() {
            Ok(handle) => handle
                .spawn_blocking(move || work(&inner))
                .await
                .unwrap_or_else(|error| Err(StoreError::Io(format!("the state store failed: {error}")))),
            Err(_) => work(&inner),
        }
    }
}

#[async_trait]
impl StateStore for SledStore {
    async fn lock(&self, operation: &str, timeout: Duration) -> Result<Box<dyn Lock>, StoreError> {
        self.take_lock(operation, timeout, true).await
    }

    async fn read(&self) -> Result<State, StoreError> {
        self.blocking(|inner| inner.read()).await
    }

    async fn commit(&self, lineage: &str, serial: u64, events: &[Event]) -> Result<(), StoreError> {
        let request = Request {
            lineage: lineage.to_owned(),
            serial,
            events: events.to_vec(),
        };
        self.blocking(move |inner| inner.commit(request)).await
    }

    async fn finish(&self) -> Result<(), StoreError> {
        self.blocking(|inner| match inner.database().as_mut() {
            Some(database) => inner.finish(database),
            None => Ok(()),
        })
        .await
    }

    async fn is_in_use(&self) -> bool {
        // A run of our own keeps the database open.
        self.inner.database().is_none() && lock::is_held(&self.inner.layout)
    }

    fn notices(&self) -> Vec<String> {
        std::mem::take(&mut self.inner.notices())
    }
}

async fn wait(time: Duration) {
    match tokio::runtime::Handle::try_current() {
        Ok(_) => tokio::time::sleep(time).await,
        Err(_) => std::thread::sleep(time),
    }
}
