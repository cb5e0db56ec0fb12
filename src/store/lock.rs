//! The lock of a run: one process at a time changes a state.
//!
//! The lock is the operating system's, on the file `lock.json`, so that it ends with its process however that
//! ends. The file says who holds it, and it is there only while it is held (or after a kill, when it means
//! nothing). It does not protect the database, which has a lock of its own.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::ports::{Lock, LockInfo, StoreError};

use super::Inner;
use super::files::{self, Layout};

/// A held lock.
pub struct RunLock {
    info: LockInfo,
    file: File,
    inner: Arc<Inner>,
}

impl RunLock {
    /// Takes the lock if it is free; otherwise says who holds it.
    pub fn try_take(inner: &Arc<Inner>, info: &LockInfo) -> Result<RunLock, StoreError> {
        let path = inner.layout.lock();
        for _ in 0..100 {
            files::make_dir(&inner.layout.dir)?;
            let mut file = match files::open_or_make(&path) {
                Ok(file) => file,
                // The directory has just been removed by another run that left nothing in it.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(files::failed("open the lock", &path, &error)),
            };
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::Locked(Box::new(holder(&inner.layout))));
                }
                Err(TryLockError::Error(error)) => return Err(files::failed("lock", &path, &error)),
            }
            // Whoever held the lock before may have removed the file between our opening and locking it.
            if !is_at(&file, &path) {
                continue;
            }
            let text = serde_json::to_string_pretty(info).unwrap_or_default() + "\n";
            file.set_len(0)
                .and_then(|()| file.rewind())
                .and_then(|()| file.write_all(text.as_bytes()))
                .map_err(|error| files::failed("write", &path, &error))?;
            return Ok(RunLock {
                info: info.clone(),
                file,
                inner: Arc::clone(inner),
            });
        }
        Err(StoreError::Io(format!(
            "cannot lock {}: it changes all the time",
            path.display()
        )))
    }
}

impl Lock for RunLock {
    fn info(&self) -> &LockInfo {
        &self.info
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        self.inner.close();
        let path = self.inner.layout.lock();
        if is_at(&self.file, &path) {
            let _ = fs::remove_file(&path);
        }
        // A run that wrote nothing leaves nothing: this fails unless the directory is empty.
        let dir = &self.inner.layout.dir;
        let _ = fs::remove_dir(dir);
        if let Some(others) = dir.parent().filter(|parent| parent.ends_with("workspaces")) {
            let _ = fs::remove_dir(others);
            let _ = others.parent().map(fs::remove_dir);
        }
    }
}

/// What the lock file says of its holder. It is written just after the lock is taken, so it may be late.
pub fn holder(layout: &Layout) -> LockInfo {
    for _ in 0..10 {
        let text = files::read(&layout.lock()).ok().flatten().unwrap_or_default();
        if let Ok(info) = serde_json::from_slice(&text) {
            return info;
        }
        thread::sleep(Duration::from_millis(5));
    }
    LockInfo {
        id: String::new(),
        operation: "unknown operation".to_owned(),
        who: "somebody unknown".to_owned(),
        pid: 0,
        created: "an unknown time".to_owned(),
        path: layout.dir.display().to_string(),
    }
}

/// Whether anybody holds the lock. It looks without taking it for longer than an instant.
pub fn is_held(layout: &Layout) -> bool {
    match File::open(layout.lock()) {
        Ok(file) => matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
        Err(_) => false,
    }
}

/// Takes the lock away from its holder, who can commit as long as the database is open there, but no longer
/// keeps others from taking the lock.
pub fn force(layout: &Layout, id: &str) -> Result<(), StoreError> {
    if files::read(&layout.lock())?.is_none() {
        return Err(StoreError::Io("the state is not locked".to_owned()));
    }
    let info = holder(layout);
    if info.id != id {
        return Err(StoreError::Io(format!(
            "the lock has another id: {}",
            info.id.escape_debug()
        )));
    }
    fs::remove_file(layout.lock()).map_err(|error| files::failed("remove", &layout.lock(), &error))
}

/// Whether the open file is the one at the path.
fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(ours), Ok(theirs)) => (ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino()),
        _ => false,
    }
}
