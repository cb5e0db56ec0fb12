//! The data on the disk: one sled database of checksummed JSON records, behind a lock of our own.
//!
//! What sled 0.34 leaves open is closed here: leftovers of a killed snapshot are removed before the open, an open
//! that panics is caught and retried, and a commit ends with a flush *and* an fsync of the log file, for sled's
//! flush alone is none on Linux; so do the files of large records. The number of the last commit stands in a file
//! of its own too, so that a log whose end was lost is noticed. At the end of a run a plain JSON export is written as the way back. It refuses to
//! go on silently with damaged data.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::platform::error::PlatformError;

/// The format this version writes.
pub const FORMAT: u64 = 1;

const FORMAT_KEY: &str = "meta\0format";
const SERIAL_KEY: &str = "meta\0serial";
const SUM: usize = 8;

/// One change of a record: a new value, or none to remove it.
#[derive(Debug, Clone)]
pub struct Change {
    /// The record's key: a kind and names, parted by NUL.
    pub key: String,
    /// Its JSON text.
    pub value: Option<Vec<u8>>,
}

/// The open database. Only one thing may own it: the committer.
pub struct Store {
    dir: PathBuf,
    log: File,
    serial: u64,
    dirty: bool,
    blobs: BTreeSet<OsString>,
    mark: File,
    // Dropped in this order: the database first, then the lock.
    db: sled::Db,
    _lock: File,
}

/// Records by key, as JSON text.
pub type Records = BTreeMap<String, Vec<u8>>;

impl Store {
    /// Opens (or makes) the store in `dir` and reads all of it.
    ///
    /// # Errors
    /// [`PlatformError::Busy`] if another process stays in the directory longer than `wait`,
    /// [`PlatformError::Damaged`] if a record or the log cannot be read, [`PlatformError::Io`] otherwise.
    pub fn open(dir: &Path, wait: Duration) -> Result<(Store, Records), PlatformError> {
        private_dir(dir)?;
        let lock = take_lock(dir, wait)?;
        let home = dir.join("db");
        let fresh = !home.exists();
        let db = open_db(dir, &home)?;
        let log =
            File::open(home.join("db")).map_err(|e| PlatformError::io("open the log of the store", e))?;
        let (mark, marked) = open_mark(dir)?;
        let mut store = Store {
            dir: dir.to_owned(),
            log,
            serial: 0,
            dirty: false,
            blobs: BTreeSet::new(),
            mark,
            db,
            _lock: lock,
        };
        if fresh && store.export_path().exists() {
            store.import()?;
        }
        let records = store.read_all()?;
        // sled leaves out the end of a log that it cannot read, and says nothing.
        if !fresh && store.serial < marked {
            let lost = marked.saturating_sub(store.serial);
            return Err(store.damaged(format!("its last {lost} commits are missing")));
        }
        // A process that was killed has left no export of its last changes: the end of this run writes it.
        store.dirty |= store.serial > 0 && store.exported_serial() != Some(store.serial);
        Ok((store, records))
    }

    fn export_path(&self) -> PathBuf {
        self.dir.join("export.json")
    }

    /// The serial of the export on the disk, which stands near its beginning.
    fn exported_serial(&self) -> Option<u64> {
        let mut start = Vec::new();
        File::open(self.export_path())
            .ok()?
            .take(100)
            .read_to_end(&mut start)
            .ok()?;
        let text = String::from_utf8_lossy(&start).into_owned();
        let (_, rest) = text.split_once("\"serial\":")?;
        rest.split(|sign: char| !sign.is_ascii_digit())
            .next()?
            .parse()
            .ok()
    }

    fn damaged(&self, detail: impl Into<String>) -> PlatformError {
        damaged(&self.dir, detail)
    }

    fn read_all(&mut self) -> Result<Records, PlatformError> {
        let mut records = Records::new();
        let mut format = None;
        for item in self.db.iter() {
            let (key, value) = item.map_err(|e| self.damaged(e.to_string()))?;
            let key = std::str::from_utf8(&key)
                .map_err(|_| self.damaged("a key is not text"))?
                .to_owned();
            let shown = key.replace('\0', "/");
            let body = unseal(&key, &value)
                .ok_or_else(|| self.damaged(format!("record {shown:?} does not match its checksum")))?;
            match key.as_str() {
                FORMAT_KEY => format = serde_json::from_slice(body).ok(),
                SERIAL_KEY => self.serial = serde_json::from_slice(body).unwrap_or(0),
                _ => {
                    records.insert(key, body.to_vec());
                }
            }
        }
        match format {
            Some(found) if found > FORMAT => Err(PlatformError::Newer {
                dir: self.dir.clone(),
                found,
                known: FORMAT,
            }),
            None if !records.is_empty() => Err(self.damaged("the record of the format is missing")),
            _ => Ok(records),
        }
    }

    /// Writes all changes as one batch and returns when they are safe on the disk.
    ///
    /// # Errors
    /// The text of what the disk or sled refused; the store must not be used any more then.
    pub fn commit(&mut self, changes: &[Change]) -> Result<(), String> {
        let mut batch = sled::Batch::default();
        for change in changes {
            match &change.value {
                Some(body) => batch.insert(change.key.as_bytes(), seal(&change.key, body)),
                None => batch.remove(change.key.as_bytes()),
            }
        }
        let serial = self.serial.saturating_add(1);
        batch.insert(
            SERIAL_KEY.as_bytes(),
            seal(SERIAL_KEY, serial.to_string().as_bytes()),
        );
        let first = self.serial == 0;
        if first {
            batch.insert(
                FORMAT_KEY.as_bytes(),
                seal(FORMAT_KEY, FORMAT.to_string().as_bytes()),
            );
        }
        self.db.apply_batch(batch).map_err(|e| e.to_string())?;
        self.db.flush().map_err(|e| e.to_string())?;
        self.log
            .sync_all()
            .and_then(|()| self.sync_blobs())
            .and_then(|()| self.mark.write_all_at(format!("{serial:020}\n").as_bytes(), 0))
            .and_then(|()| self.mark.sync_data())
            .and_then(|()| if first { self.sync_dirs() } else { Ok(()) })
            .map_err(|e| e.to_string())?;
        self.serial = serial;
        self.dirty = true;
        Ok(())
    }

    /// sled puts a large record into a file of its own and does not make it durable.
    fn sync_blobs(&mut self) -> std::io::Result<()> {
        let dir = self.dir.join("db").join("blobs");
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(&dir)? {
            let entry = entry?;
            if !self.blobs.contains(&entry.file_name()) {
                File::open(entry.path())?.sync_all()?;
            }
            names.insert(entry.file_name());
        }
        if names != self.blobs {
            File::open(&dir)?.sync_all()?;
            self.blobs = names;
        }
        Ok(())
    }

    /// Makes the first commit's files durable as files of their directories.
    fn sync_dirs(&self) -> std::io::Result<()> {
        File::open(self.dir.join("db"))?.sync_all()?;
        File::open(&self.dir)?.sync_all()
    }

    /// Writes the JSON export if anything changed since the store was opened: temporary file, fsync, rename, fsync
    /// of the directory.
    ///
    /// # Errors
    /// If a record cannot be read or the file cannot be written.
    pub fn export(&mut self) -> Result<(), PlatformError> {
        if !self.dirty {
            return Ok(());
        }
        let records = self.read_all()?;
        let mut by_key = serde_json::Map::new();
        for (key, body) in records {
            let value: Value = serde_json::from_slice(&body).map_err(|e| self.damaged(e.to_string()))?;
            by_key.insert(key, value);
        }
        let whole = json!({ "format": FORMAT, "serial": self.serial, "records": by_key });
        let temporary = self.dir.join("export.json.new");
        let fault = |e: std::io::Error| PlatformError::io("write the export of the store", e);
        let mut file = private_file(&temporary).map_err(fault)?;
        file.write_all(whole.to_string().as_bytes()).map_err(fault)?;
        file.sync_all().map_err(fault)?;
        fs::rename(&temporary, self.export_path()).map_err(fault)?;
        File::open(&self.dir)
            .and_then(|dir| dir.sync_all())
            .map_err(fault)?;
        self.dirty = false;
        Ok(())
    }

    fn import(&mut self) -> Result<(), PlatformError> {
        let path = self.export_path();
        let text = fs::read(&path).map_err(|e| PlatformError::io("read the export of the store", e))?;
        let whole: Value = serde_json::from_slice(&text)
            .map_err(|e| self.damaged(format!("{path:?} is not an export: {e}")))?;
        let found = whole.get("format").and_then(Value::as_u64).unwrap_or(0);
        if found > FORMAT {
            return Err(PlatformError::Newer {
                dir: self.dir.clone(),
                found,
                known: FORMAT,
            });
        }
        let Some(records) = whole.get("records").and_then(Value::as_object) else {
            return Err(self.damaged(format!("{path:?} holds no records")));
        };
        let changes: Vec<Change> = records
            .iter()
            .map(|(key, value)| Change {
                key: key.clone(),
                value: Some(value.to_string().into_bytes()),
            })
            .collect();
        tracing::warn!(target: "swarmform::platform", records = changes.len(), "store filled from its export");
        self.commit(&changes)
            .map_err(|cause| PlatformError::io("fill the store from its export", cause))
    }
}

/// The file that says which commit was the last to be acknowledged, and what it says; 0 if it is new.
fn open_mark(dir: &Path) -> Result<(File, u64), PlatformError> {
    use std::os::unix::fs::OpenOptionsExt;
    let fault = |e: std::io::Error| PlatformError::io("open the mark of the store", e);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(dir.join("serial"))
        .map_err(fault)?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(fault)?;
    let marked = match text.trim() {
        "" => 0,
        text => text
            .parse()
            .map_err(|_| damaged(dir, "the file \"serial\" holds no number"))?,
    };
    Ok((file, marked))
}

fn damaged(dir: &Path, detail: impl Into<String>) -> PlatformError {
    PlatformError::Damaged {
        dir: dir.to_owned(),
        detail: detail.into(),
        db: dir.join("db"),
        export: dir.join("export.json"),
    }
}

fn sum(key: &str, body: &[u8]) -> [u8; SUM] {
    let mut hash = Sha256::new();
    hash.update(key.as_bytes());
    hash.update([0]);
    hash.update(body);
    let mut out = [0; SUM];
    for (slot, byte) in out.iter_mut().zip(hash.finalize()) {
        *slot = byte;
    }
    out
}

fn seal(key: &str, body: &[u8]) -> Vec<u8> {
    let mut out = sum(key, body).to_vec();
    out.extend_from_slice(body);
    out
}

fn unseal<'a>(key: &str, value: &'a [u8]) -> Option<&'a [u8]> {
    let (found, body) = value.split_at_checked(SUM)?;
    (found == sum(key, body)).then_some(body)
}

/// Makes a directory, with access for its owner alone, and those above it; one that exists stays as it is.
///
/// # Errors
/// If the system refuses.
pub fn private_dir(dir: &Path) -> Result<(), PlatformError> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|e| PlatformError::io(format!("make the data directory {dir:?}"), e))
}

/// A new or emptied file that only its owner may read.
pub fn private_file(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

fn take_lock(dir: &Path, wait: Duration) -> Result<File, PlatformError> {
    let path = dir.join("lock");
    let fault = |e: std::io::Error| PlatformError::io(format!("use the lock file {path:?}"), e);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(fault)?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(fs::TryLockError::WouldBlock) if begun.elapsed() < wait => sleep(Duration::from_millis(10)),
            Err(fs::TryLockError::WouldBlock) => {
                let mut owner = String::new();
                let read = file.read_to_string(&mut owner);
                let known = read.is_ok() && !owner.trim().is_empty();
                let owner = if known {
                    owner.trim().escape_debug().to_string()
                } else {
                    "another process".into()
                };
                return Err(PlatformError::Busy {
                    dir: dir.to_owned(),
                    owner,
                });
            }
            Err(fs::TryLockError::Error(e)) => return Err(fault(e)),
        }
    }
    let host = nix::unistd::gethostname()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    file.set_len(0).map_err(fault)?;
    file.seek(SeekFrom::Start(0)).map_err(fault)?;
    write!(file, "process {} on {host}", std::process::id()).map_err(fault)?;
    Ok(file)
}

/// Names in `home` that begin with `snap.` and satisfy `which`.
fn snapshots(home: &Path, which: fn(&str) -> bool) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(home) else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .filter(|entry| {
            let name = entry.file_name();
            name.to_str()
                .is_some_and(|name| name.starts_with("snap.") && which(name))
        })
        .map(|entry| entry.path())
        .collect()
}

fn remove_all(files: Vec<PathBuf>) -> Result<(), PlatformError> {
    files.iter().try_for_each(|file| {
        fs::remove_file(file).map_err(|e| PlatformError::io("remove a broken snapshot of the store", e))
    })
}

fn open_db(dir: &Path, home: &Path) -> Result<sled::Db, PlatformError> {
    remove_all(snapshots(home, |name| name.ends_with(".generating")))?;
    let begun = Instant::now();
    let mut repaired = false;
    loop {
        let tried = catch_unwind(AssertUnwindSafe(|| {
            sled::Config::new()
                .path(home)
                .cache_capacity(32 * 1024 * 1024)
                .flush_every_ms(None)
                .open()
        }));
        match tried {
            Ok(Ok(db)) => return Ok(db),
            // A reopen can race with the end of the last owner, and a second opener looks the same.
            Ok(Err(sled::Error::Io(e)))
                if e.to_string().contains("could not acquire lock")
                    && begun.elapsed() < Duration::from_millis(1500) =>
            {
                sleep(Duration::from_millis(20));
            }
            Ok(Err(sled::Error::Corruption { at: None, .. })) if !repaired => {
                repaired = true;
                let copy = keep_copy(dir, home)?;
                remove_all(snapshots(home, |_| true))?;
                tracing::warn!(
                    target: "swarmform::platform",
                    ?copy,
                    "a snapshot of the store was damaged; it is read again from its log"
                );
            }
            Ok(Err(sled::Error::Io(e))) => return Err(PlatformError::io("open the store", e)),
            Ok(Err(e)) => return Err(damaged(dir, e.to_string())),
            Err(_) => return Err(damaged(dir, "reading its log failed")),
        }
    }
}

/// Copies the database beside itself before anything in it is removed.
fn keep_copy(dir: &Path, home: &Path) -> Result<PathBuf, PlatformError> {
    let fault = |e: std::io::Error| PlatformError::io("copy the damaged store", e);
    let mut number = 1_u32;
    let mut copy = dir.join("db.damaged-1");
    while copy.exists() {
        number = number.saturating_add(1);
        copy = dir.join(format!("db.damaged-{number}"));
    }
    copy_dir(home, &copy).map_err(fault)?;
    Ok(copy)
}

fn copy_dir(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_dir(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
