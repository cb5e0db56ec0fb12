//! The files of a state directory, and writing them so that a crash leaves the old or the new, never half.
//!
//! It knows names and durability, and nothing of what the files hold. Everything is made for the owner alone,
//! for a state holds secrets.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::ports::StoreError;

/// Where each part of a state directory is.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The directory itself.
    pub dir: PathBuf,
}

impl Layout {
    /// The sled database.
    pub fn database(&self) -> PathBuf {
        self.dir.join("db")
    }

    /// Held by whoever has the database open.
    pub fn database_lock(&self) -> PathBuf {
        self.dir.join("db.lock")
    }

    /// The last export.
    pub fn export(&self) -> PathBuf {
        self.dir.join("export.json")
    }

    /// The commits since the last export.
    pub fn journal(&self) -> PathBuf {
        self.dir.join("journal.jsonl")
    }

    /// The directory of earlier states.
    pub fn history(&self) -> PathBuf {
        self.dir.join("history")
    }

    /// The lock of a run.
    pub fn lock(&self) -> PathBuf {
        self.dir.join("lock.json")
    }

    /// Whether there is a store: a database, or what one can be restored from.
    pub fn is_there(&self) -> Result<bool, StoreError> {
        for path in [self.database(), self.export(), self.journal()] {
            if path.try_exists().map_err(|error| failed("read", &path, &error))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The first free name for a damaged database that is set aside.
    pub fn aside(&self) -> PathBuf {
        (1u32..)
            .map(|number| self.dir.join(format!("db.damaged-{number}")))
            .find(|path| !path.exists())
            .unwrap_or_else(|| self.dir.join("db.damaged"))
    }
}

/// A [`StoreError`] that says what could not be done with which file.
pub fn failed(what: &str, path: &Path, error: &io::Error) -> StoreError {
    let reason = error.to_string();
    let (reason, _) = reason.split_once(" (os error").unwrap_or((&reason, ""));
    StoreError::Io(format!("cannot {what} \"{}\": {reason}", path.display()))
}

/// Makes a directory for the owner alone, and those above it; one that is there stays as it is.
pub fn make_dir(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| failed("make the directory", path, &error))
}

/// Opens a file for reading and writing, for the owner alone, and makes it if it is absent.
pub fn open_or_make(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

/// The content of a file; none when there is none.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", path, &error)),
    }
}

/// The first bytes of a file; none when there is none.
pub fn read_head(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path, &error)),
    };
    let mut bytes = Vec::new();
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| failed("read", path, &error))?;
    Ok(Some(bytes))
}

/// Replaces a file: a temporary one beside it is written, made durable and renamed.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let write = || -> io::Result<()> {
        let temporary = path.with_extension("tmp");
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        sync_dir(path.parent().unwrap_or(Path::new(".")))
    };
    write().map_err(|error| failed("write", path, &error))
}

/// Makes durable which files a directory holds.
pub fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Copies a directory with all that is in it.
pub fn copy_dir(from: &Path, to: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(to)?;
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
