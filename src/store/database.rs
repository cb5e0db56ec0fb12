//! An open database: what is committed to it, and what stands beside it for the day it breaks.
//!
//! A commit is first a line of the journal, then one batch in sled, then made durable (`flush` and an fsync of
//! sled's file, for `flush` alone is none), then acknowledged. On opening, database, journal and export are
//! held against each other by the number of their last commit, and whichever lags is brought up to date from
//! the others. What cannot be brought up to date is an error, never passed over.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{Seek, SeekFrom, Write};
use std::thread;
use std::time::{Duration, Instant};

use crate::ports::StoreError;
use crate::state::export::{self, Run};
use crate::state::journal::{Commit, Journal, Records, seal_meta};
use crate::state::pending::Open;
use crate::state::record::{self, FORMAT, META, Meta};

use super::contents::{self, Contents};
use super::files::{self, Layout};
use super::ground::{self, Fault, calm};
use super::history;
use super::recovery::{self, Beside, JournalFile, too_new};

/// How long a process waits for another that has the database open. Readers are done in a moment.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// An open database. No other process has it open.
pub struct Database {
    layout: Layout,
    db: Option<sled::Db>,
    file: File,
    journal: File,
    meta: Meta,
    open: Open,
    exported: u64,
    blobs: BTreeSet<OsString>,
    failed: bool,
    _guard: Guard,
}

/// The right to have the database open.
pub struct Guard {
    _file: File,
}

impl Guard {
    /// Waits at most so long; none when another process still has the database open then.
    pub fn take(layout: &Layout, patience: Duration) -> Result<Option<Guard>, StoreError> {
        let path = layout.database_lock();
        let file = files::open_or_make(&path).map_err(|error| files::failed("open", &path, &error))?;
        let end = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Guard { _file: file })),
                Err(TryLockError::WouldBlock) if Instant::now() < end => {
                    thread::sleep(Duration::from_millis(5))
                }
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(files::failed("lock", &path, &error)),
            }
        }
    }
}

/// The error for a fault that nothing was done about.
pub(super) fn broken(fault: Fault) -> StoreError {
    match fault {
        Fault::Busy => StoreError::Io("the state database is still open in another process".to_owned()),
        Fault::Io(reason) => StoreError::Io(format!("the state database refused: {reason}")),
        Fault::Snapshot => StoreError::Damaged {
            record: "database".to_owned(),
            reason: "its snapshot cannot be read".to_owned(),
        },
        Fault::Damaged(reason) => StoreError::Damaged {
            record: "database".to_owned(),
            reason,
        },
    }
}

impl Database {
    /// Opens the database and makes it if it is absent, restores it if it is damaged, and brings journal and
    /// export into line with it. `notices` gets a sentence for each thing that was not as expected. `None`
    /// when another process has it open.
    pub fn open(layout: &Layout, notices: &mut Vec<String>) -> Result<Option<Database>, StoreError> {
        files::make_dir(&layout.dir)?;
        let Some(guard) = Guard::take(layout, PATIENCE)? else {
            return Ok(None);
        };
        // A format that is too new must show before anything is written.
        recovery::peek_export(layout)?;
        files::make_dir(&layout.database())?;
        let aside = layout.aside();
        let (db, restored) = match ground::open(&layout.database(), &aside) {
            Ok((db, false)) => (db, None),
            Ok((db, true)) => {
                notices.push(format!(
                    "A snapshot inside the state database could not be read. It was made again from the \
                     database's log, and nothing is lost. A copy of the database as it was is in {}.",
                    aside.display()
                ));
                (db, None)
            }
            Err(Fault::Damaged(reason)) => {
                let records = restorable(layout, &reason)?;
                set_aside(layout, &aside)?;
                let (db, _) = ground::open(&layout.database(), &layout.aside()).map_err(broken)?;
                notices.push(format!(
                    "The state database was damaged ({reason}). It was restored from the export and the journal \
                     beside it, up to and including commit {} (serial {}). The damaged database is in {}.",
                    records.commit,
                    records.serial,
                    aside.display()
                ));
                (db, Some(records))
            }
            Err(fault) => return Err(broken(fault)),
        };
        let path = layout.database().join("db");
        let file = File::open(&path).map_err(|error| files::failed("open", &path, &error))?;
        let path = layout.journal();
        let journal = files::open_or_make(&path).map_err(|error| files::failed("open", &path, &error))?;
        let meta = match contents::meta(&db).map_err(broken)? {
            Ok(Some(meta)) if meta.format > FORMAT => return Err(too_new(meta.format)),
            Ok(meta) => meta.unwrap_or_else(|| Records::default().meta()),
            Err(damage) => return Err(damage.into()),
        };
        let mut database = Database {
            layout: layout.clone(),
            db: Some(db),
            file,
            journal,
            meta,
            open: Open::default(),
            exported: 0,
            blobs: BTreeSet::new(),
            failed: false,
            _guard: guard,
        };
        match restored {
            Some(records) => {
                database.refill(&records)?;
                database.export()?;
            }
            None => database.reconcile(notices)?,
        }
        database.open = database.scan_open()?;
        Ok(Some(database))
    }

    /// What there is to say of its records: lineage, serial, number of the last commit.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The objects whose operations have no outcome yet.
    pub fn open_operations(&self) -> &Open {
        &self.open
    }

    fn scan_open(&self) -> Result<Open, StoreError> {
        let db = self.db().map_err(broken)?;
        let keys: Vec<sled::IVec> = calm(|| db.scan_prefix("pending ").keys().collect()).map_err(broken)?;
        let subjects = keys
            .iter()
            .filter_map(|key| record::parse_pending_key(std::str::from_utf8(key).ok()?));
        Ok(Open::new(subjects))
    }

    /// Reads all records, damaged ones told apart.
    pub fn read_contents(&self) -> Result<Contents, StoreError> {
        self.db().and_then(contents::read).map_err(broken)
    }

    /// Reads all records; the error names the first that is damaged.
    pub fn records(&self) -> Result<Records, StoreError> {
        let contents = self.read_contents()?;
        match (contents.too_new, contents.damages.into_iter().next()) {
            (Some(found), _) => Err(too_new(found)),
            (None, Some(damage)) => Err(damage.into()),
            (None, None) => Ok(contents.records),
        }
    }

    /// Carries out commits, all or none. They are durable when this returns.
    pub fn commit(&mut self, commits: &[Commit]) -> Result<(), StoreError> {
        if self.failed {
            return Err(StoreError::Io(
                "an earlier write of the state failed, so nothing more is written in this run".to_owned(),
            ));
        }
        let before = self.journal.metadata().map(|data| data.len());
        let lines: String = commits.iter().map(|commit| commit.line() + "\n").collect();
        let path = self.layout.journal();
        let journalled = before.and_then(|before| {
            self.journal
                .write_all(lines.as_bytes())
                .map(|()| before)
                .inspect_err(|_| {
                    // Whatever was written of the line must not stand before the next one.
                    let _ = self.journal.set_len(before);
                })
        });
        let before = journalled.map_err(|error| {
            self.failed = true;
            files::failed("write", &path, &error)
        })?;
        self.write(commits).inspect_err(|_| {
            self.failed = true;
            let _ = self.journal.set_len(before);
        })
    }

    /// Keeps the state in the history, writes the export and begins the journal anew, unless nothing was committed
    /// since.
    pub fn finish(&mut self, run: &Run, kept: usize) -> Result<(), StoreError> {
        if self.exported == self.meta.commit {
            return Ok(());
        }
        let records = self.records()?;
        history::keep(&self.layout, &records, run, kept)?;
        self.export_records(&records)
    }

    /// Keeps the state in the history that a run left which did not end. A damaged one is kept by nobody.
    pub fn keep_interrupted(&mut self, run: &Run, kept: usize) -> Result<(), StoreError> {
        let Meta { serial, commit, .. } = self.meta;
        if kept == 0 || self.exported == commit || history::has(&self.layout, serial, commit) {
            return Ok(());
        }
        match self.records() {
            Ok(records) => history::keep(&self.layout, &records, run, kept),
            Err(_) => Ok(()),
        }
    }

    /// Writes the export again if export and journal do not tell what the database holds, and says why they did not.
    pub fn mend_copies(&mut self) -> Result<Option<String>, StoreError> {
        let records = self.records()?;
        let reason = match recovery::fold(&self.layout) {
            Ok(beside) if beside == records => return Ok(None),
            Ok(_) => "they told another state".to_owned(),
            Err(error) => error.to_string(),
        };
        self.export_records(&records)?;
        Ok(Some(reason))
    }

    fn db(&self) -> Result<&sled::Db, Fault> {
        self.db.as_ref().ok_or(Fault::Busy)
    }

    /// Writes commits into sled, all or nothing, and makes them durable.
    fn write(&mut self, commits: &[Commit]) -> Result<(), StoreError> {
        let mut changes: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        let mut meta = self.meta.clone();
        for commit in commits {
            meta.commit = commit.number;
            meta.serial = commit.serial;
            meta.lineage.clone_from(&commit.lineage);
            changes.extend(
                commit
                    .changes
                    .iter()
                    .map(|(key, body)| (key.as_str(), body.as_deref())),
            );
        }
        let db = self.db().map_err(broken)?;
        let mut batch = sled::Batch::default();
        for (key, body) in changes {
            let there = calm(|| db.contains_key(key)).map_err(broken)?;
            match body {
                Some(body) => {
                    batch.insert(key, record::seal(key, body).into_bytes());
                    meta.count += u64::from(!there);
                }
                None => {
                    batch.remove(key);
                    meta.count -= u64::from(there);
                }
            }
        }
        batch.insert(META, seal_meta(&meta).into_bytes());
        self.persist(batch)?;
        self.meta = meta;
        for (key, body) in commits.iter().flat_map(|commit| &commit.changes) {
            if let Some(subject) = record::parse_pending_key(key) {
                self.open.set(subject, body.is_some());
            }
        }
        Ok(())
    }

    /// Replaces all that sled holds, all or nothing.
    fn refill(&mut self, records: &Records) -> Result<(), StoreError> {
        let db = self.db().map_err(broken)?;
        let mut batch = sled::Batch::default();
        let keys: Vec<sled::IVec> = calm(|| db.iter().keys().collect()).map_err(broken)?;
        for key in keys {
            batch.remove(key);
        }
        for (key, body) in &records.bodies {
            batch.insert(key.as_str(), record::seal(key, body).into_bytes());
        }
        let meta = records.meta();
        batch.insert(META, seal_meta(&meta).into_bytes());
        self.persist(batch)?;
        self.meta = meta;
        Ok(())
    }

    fn persist(&mut self, batch: sled::Batch) -> Result<(), StoreError> {
        let db = self.db().map_err(broken)?;
        calm(|| {
            db.apply_batch(batch)?;
            db.flush()
        })
        .map_err(broken)?;
        let path = self.layout.database();
        self.file
            .sync_all()
            .and_then(|()| self.sync_blobs())
            .and_then(|()| {
                if self.meta.commit == 0 {
                    self.sync_dirs()
                } else {
                    Ok(())
                }
            })
            .map_err(|error| files::failed("make durable", &path, &error))
    }

    /// sled puts a large record into a file of its own and does not make it durable.
    fn sync_blobs(&mut self) -> std::io::Result<()> {
        let dir = self.layout.database().join("blobs");
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(&dir)? {
            let entry = entry?;
            if !self.blobs.contains(&entry.file_name()) {
                File::open(entry.path())?.sync_all()?;
            }
            names.insert(entry.file_name());
        }
        if names != self.blobs {
            files::sync_dir(&dir)?;
            self.blobs = names;
        }
        Ok(())
    }

    /// Makes the first commit's files durable as files of their directories.
    fn sync_dirs(&self) -> std::io::Result<()> {
        files::sync_dir(&self.layout.database())?;
        files::sync_dir(&self.layout.dir)?;
        match self.layout.dir.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => files::sync_dir(parent),
            _ => files::sync_dir(std::path::Path::new(".")),
        }
    }

    fn export(&mut self) -> Result<(), StoreError> {
        self.export_records(&self.records()?)
    }

    fn export_records(&mut self, records: &Records) -> Result<(), StoreError> {
        files::replace(&self.layout.export(), export::write(records).as_bytes())?;
        self.exported = records.commit;
        self.begin_journal()
    }

    fn begin_journal(&mut self) -> Result<(), StoreError> {
        let path = self.layout.journal();
        files::replace(
            &path,
            Journal::header(self.meta.commit, &self.meta.lineage).as_bytes(),
        )?;
        self.journal = files::open_or_make(&path)
            .and_then(|mut file| file.seek(SeekFrom::End(0)).map(|_| file))
            .map_err(|error| files::failed("open", &path, &error))?;
        Ok(())
    }

    /// Brings database, journal and export into line.
    fn reconcile(&mut self, notices: &mut Vec<String>) -> Result<(), StoreError> {
        let beside = Beside::look(&self.layout, &self.meta.lineage, self.meta.commit)?;
        if let Some((damage, last)) = &beside.damage
            && *last <= self.meta.commit
        {
            notices.push(format!(
                "The journal beside the state database is damaged: {damage}. The database holds all that can still be \
                 read of it, up to and including commit {} (serial {}), and the journal was begun anew. Look at the \
                 plan: what its damaged lines told last may be missing.",
                self.meta.commit, self.meta.serial
            ));
        }
        let covered = beside
            .journal
            .as_ref()
            .filter(|file| file.journal.base <= self.meta.commit);
        if let Some(JournalFile { journal, .. }) = covered
            && journal.last() > self.meta.commit
        {
            let missing: Vec<Commit> = journal
                .commits
                .iter()
                .filter(|commit| commit.number > self.meta.commit)
                .cloned()
                .collect();
            // One is what a process leaves that died before it could acknowledge; more were lost.
            if missing.len() > 1 {
                notices.push(format!(
                    "The state database had lost its last {} commits. They were restored from the journal.",
                    missing.len()
                ));
            }
            self.write(&missing)?;
        }
        if beside.last() > self.meta.commit {
            let records = recovery::fold(&self.layout)?;
            notices.push(format!(
                "The state database was absent or had lost commits. It was restored from the export and the \
                 journal beside it, up to and including commit {} (serial {}).",
                records.commit, records.serial
            ));
            self.refill(&records)?;
            return self.export();
        }
        self.exported = beside.exported;
        match beside.journal {
            Some(file) if file.journal.last() == self.meta.commit && file.journal.base <= self.exported => {
                let path = self.layout.journal();
                self.journal
                    .set_len(file.whole)
                    .and_then(|()| self.journal.seek(SeekFrom::End(0)))
                    .map_err(|error| files::failed("write", &path, &error))?;
                Ok(())
            }
            _ if self.exported == self.meta.commit => self.begin_journal(),
            _ => self.export(),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let db = self.db.take();
        let _ = calm(|| {
            drop(db);
            Ok(())
        });
    }
}

/// The records that a damaged database can be restored from.
fn restorable(layout: &Layout, reason: &str) -> Result<Records, StoreError> {
    if !layout.export().exists() && !layout.journal().exists() {
        return Err(StoreError::Damaged {
            record: "database".to_owned(),
            reason: format!("{reason}; there is neither an export nor a journal to restore it from"),
        });
    }
    let records = recovery::fold(layout)?;
    recovery::checked(&records)?;
    Ok(records)
}

/// Sets a damaged database aside, under this name.
pub(super) fn set_aside(layout: &Layout, aside: &std::path::Path) -> Result<(), StoreError> {
    // A damaged snapshot may have been copied there already; the whole database is worth more.
    if aside.exists() {
        fs::remove_dir_all(aside).map_err(|error| files::failed("remove", aside, &error))?;
    }
    fs::rename(layout.database(), aside)
        .and_then(|()| files::sync_dir(&layout.dir))
        .map_err(|error| files::failed("set aside", &layout.database(), &error))?;
    files::make_dir(&layout.database())
}

/// What can be read of the store without taking the lock of a run.
pub fn read_unlocked(layout: &Layout, notices: &mut Vec<String>) -> Result<Contents, StoreError> {
    let fold = || {
        recovery::fold(layout).map(|records| Contents {
            records,
            ..Contents::default()
        })
    };
    if !layout.database().exists() {
        return fold();
    }
    // Without the right to write here, and while another process has the database open, export and journal
    // tell the same.
    let patience = if super::lock::is_held(layout) {
        Duration::ZERO
    } else {
        Duration::from_millis(500)
    };
    let Ok(Some(_guard)) = Guard::take(layout, patience) else {
        return fold();
    };
    let read = ground::open(&layout.database(), &layout.aside()).and_then(|(db, _)| {
        let contents = contents::read(&db);
        let _ = calm(|| {
            drop(db);
            Ok(())
        });
        contents
    });
    match read {
        Ok(contents) if contents.too_new.is_some() => Ok(contents),
        Ok(contents) => {
            let own = &contents.records;
            if Beside::look(layout, &own.lineage, own.commit)?.last() <= own.commit {
                return Ok(contents);
            }
            let folded = fold()?;
            notices.push(
                "The state database has lost commits, so the state was read from the export and the journal. The \
                 next command that takes the lock restores the database."
                    .to_owned(),
            );
            Ok(folded)
        }
        Err(Fault::Busy | Fault::Io(_)) => fold(),
        Err(Fault::Snapshot) => Err(broken(Fault::Snapshot)),
        Err(Fault::Damaged(reason)) => {
            let contents = restorable(layout, &reason).map(|records| Contents {
                records,
                ..Contents::default()
            })?;
            notices.push(format!(
                "The state database is damaged ({reason}), so the state was read from the export and the journal. \
                 The next command that takes the lock restores the database."
            ));
            Ok(contents)
        }
    }
}
