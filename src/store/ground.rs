//! sled, used safely: opening it, and keeping its panics and its damage out of the rest.
//!
//! Every call into sled goes through [`calm`], which turns an error or a panic into a [`Fault`]. This file
//! knows nothing of records. It expects its caller to hold the lock of the database.

use std::cell::Cell;
use std::fs;
use std::io::ErrorKind;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Once;
use std::thread;
use std::time::{Duration, Instant};

use super::files;

/// Why sled did not do as asked.
#[derive(Debug)]
pub enum Fault {
    /// It is still open, here or elsewhere.
    Busy,
    /// Its snapshot cannot be read.
    Snapshot,
    /// It is damaged.
    Damaged(String),
    /// The system refused, such as a full disk.
    Io(String),
}

impl From<sled::Error> for Fault {
    fn from(error: sled::Error) -> Fault {
        match error {
            sled::Error::Io(error) if error.to_string().contains("could not acquire lock") => Fault::Busy,
            sled::Error::Io(error)
                if matches!(
                    error.kind(),
                    ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::NotFound
                ) =>
            {
                Fault::Damaged(error.to_string())
            }
            sled::Error::Io(error) => Fault::Io(error.to_string()),
            sled::Error::Corruption { at: None, .. } => Fault::Snapshot,
            sled::Error::Corruption { at: Some(_), .. } => {
                Fault::Damaged("a checksum does not match".to_owned())
            }
            other => Fault::Damaged(other.to_string().lines().next().unwrap_or("unknown").to_owned()),
        }
    }
}

thread_local! {
    static CALM: Cell<bool> = const { Cell::new(false) };
}

/// Calls into sled. A panic becomes [`Fault::Damaged`] and prints nothing.
pub fn calm<T>(work: impl FnOnce() -> Result<T, sled::Error>) -> Result<T, Fault> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let of_sled = thread::current()
                .name()
                .is_some_and(|name| name.starts_with("sled-io-"));
            if !CALM.get() && !of_sled {
                loud(info);
            }
        }));
    });
    let before = CALM.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    CALM.set(before);
    match outcome {
        Ok(result) => result.map_err(Fault::from),
        Err(_) => Err(Fault::Damaged("its log cannot be read".to_owned())),
    }
}

/// Opens or makes the database. `aside` is where a copy goes if a damaged snapshot has to be thrown away (the
/// log that it was made from is then read again, and nothing is lost); the answer says whether that was done.
pub fn open(path: &Path, aside: &Path) -> Result<(sled::Db, bool), Fault> {
    sweep(path, |name| {
        name.starts_with("snap.") && name.ends_with(".generating")
    });
    match open_patiently(path) {
        Err(Fault::Snapshot) => {
            files::copy_dir(path, aside).map_err(|error| Fault::Io(error.to_string()))?;
            sweep(path, |name| name.starts_with("snap."));
            match open_patiently(path) {
                Err(Fault::Snapshot) => Err(Fault::Damaged("a checksum does not match".to_owned())),
                other => other.map(|db| (db, true)),
            }
        }
        other => other.map(|db| (db, false)),
    }
}

/// A database that this process has just closed may stay locked for a moment.
fn open_patiently(path: &Path) -> Result<sled::Db, Fault> {
    let end = Instant::now() + Duration::from_secs(2);
    loop {
        let opened = calm(|| {
            sled::Config::new()
                .path(path)
                .cache_capacity(64 * 1024 * 1024)
                .flush_every_ms(None)
                .open()
        });
        match opened {
            Err(Fault::Busy) if Instant::now() < end => thread::sleep(Duration::from_millis(5)),
            other => return other,
        }
    }
}

/// Removes the files with such names. One that cannot be removed shows when sled opens it.
fn sweep(path: &Path, is_dirt: impl Fn(&str) -> bool) {
    let Ok(entries) = fs::read_dir(path) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(&is_dirt) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
