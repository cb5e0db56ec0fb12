//! The way back: the state from the export and the journal, without the database.
//!
//! The export holds a state as it was after some commit, the journal all commits since. This file reads them
//! and folds them; it writes nothing. It serves two purposes: to restore a damaged database, and to read while
//! another process has the database open.

use std::str;

use crate::ports::StoreError;
use crate::state::State;
use crate::state::export::{self, Fault};
use crate::state::journal::{Commit, Journal, Records};
use crate::state::record::{Damage, FORMAT, Meta};

use super::files::{self, Layout};

/// The journal as it stands on disk.
pub struct JournalFile {
    /// What it tells.
    pub journal: Journal,
    /// How many bytes of the file are whole lines.
    pub whole: u64,
}

impl From<Damage> for StoreError {
    fn from(damage: Damage) -> StoreError {
        StoreError::Damaged {
            record: damage.record,
            reason: damage.reason,
        }
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> StoreError {
        match fault {
            Fault::TooNew(found) => too_new(found),
            Fault::Damaged(damage) => damage.into(),
        }
    }
}

/// The error for a format that this version does not know.
pub fn too_new(found: u32) -> StoreError {
    StoreError::TooNew { found, known: FORMAT }
}

/// Reads the journal; none when there is none. Damage at its very beginning is an error, damage further on is
/// told by [`Journal::damage`].
pub fn read_journal(layout: &Layout) -> Result<Option<JournalFile>, StoreError> {
    let Some(bytes) = files::read(&layout.journal())? else {
        return Ok(None);
    };
    let whole = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at as u64 + 1);
    if whole == 0 {
        // It was made by a process that died before it had written the first line.
        return Ok(None);
    }
    let journal = Journal::parse(&bytes)?;
    if journal.format > FORMAT {
        return Err(too_new(journal.format));
    }
    Ok(Some(JournalFile { journal, whole }))
}

/// Lineage, serial and commit number of the export, from its first lines; none when there is no export or it
/// does not begin as one.
pub fn peek_export(layout: &Layout) -> Result<Option<Meta>, StoreError> {
    let head = files::read_head(&layout.export(), 4096)?;
    let meta = head.and_then(|head| export::peek(&String::from_utf8_lossy(&head)));
    match meta {
        Some(meta) if meta.format > FORMAT => Err(too_new(meta.format)),
        meta => Ok(meta),
    }
}

/// What stands beside a database, as far as it is of the same state and not damaged.
pub struct Beside {
    /// Number of the last commit in the export; 0 when there is none.
    pub exported: u64,
    /// The journal.
    pub journal: Option<JournalFile>,
    /// What is wrong with the journal, and the number of the last commit that any whole line of it tells of.
    pub damage: Option<(Damage, u64)>,
}

impl Beside {
    /// Looks at export and journal of a database that has this lineage and last commit. Damage there does no
    /// harm beside a database that holds all commits that they still tell of; beside one that holds none it is an
    /// error, for the database may have lost them all.
    pub fn look(layout: &Layout, lineage: &str, commit: u64) -> Result<Beside, StoreError> {
        let ours = |found: &str| commit == 0 || found.is_empty() || found == lineage;
        let export = peek_export(layout)?;
        if commit == 0 && export.is_none() && layout.export().exists() {
            return Err(Damage::new("export", "it does not begin as an export").into());
        }
        let exported = export
            .filter(|meta| ours(&meta.lineage))
            .map_or(0, |meta| meta.commit);
        let journal = match read_journal(layout) {
            Ok(Some(JournalFile {
                journal: Journal {
                    damage: Some(damage), ..
                },
                ..
            })) => Err(damage.into()),
            other => other,
        };
        let (journal, damage) = match journal {
            Err(StoreError::Damaged { record, reason }) if commit > 0 => {
                let last = last_told(layout, &ours)?;
                (None, Some((Damage { record, reason }, last)))
            }
            other => (other?, None),
        };
        Ok(Beside {
            exported,
            journal: journal.filter(|file| ours(&file.journal.lineage)),
            damage,
        })
    }

    /// Number of the last commit that they tell of.
    pub fn last(&self) -> u64 {
        let journal = self.journal.as_ref().map_or(0, |file| file.journal.last());
        let damaged = self.damage.as_ref().map_or(0, |(_, last)| *last);
        self.exported.max(journal).max(damaged)
    }
}

/// The number of the last commit that any whole line of a journal tells of, damaged as it may be elsewhere.
pub fn last_told(layout: &Layout, ours: &dyn Fn(&str) -> bool) -> Result<u64, StoreError> {
    let bytes = files::read(&layout.journal())?.unwrap_or_default();
    let lines = bytes.split(|byte| *byte == b'\n');
    let whole = lines.filter_map(|line| Commit::parse(str::from_utf8(line).ok()?, "journal").ok());
    Ok(whole
        .filter(|commit| ours(&commit.lineage))
        .map(|commit| commit.number)
        .max()
        .unwrap_or(0))
}

/// The newest state that export and journal tell of, or why they do not tell it wholly. No records at all when
/// there is neither.
pub fn fold(layout: &Layout) -> Result<Records, StoreError> {
    // A run that ends replaces first the export and then the journal. Whoever reads between the two sees
    // the new export with the old journal, which is harmless; whoever read the old export and then sees the
    // new journal reads once more.
    let mut read = try_fold(layout)?;
    for _ in 0..5 {
        if let Ok(records) = read {
            return Ok(records);
        }
        read = try_fold(layout)?;
    }
    Ok(read?)
}

fn try_fold(layout: &Layout) -> Result<Result<Records, Damage>, StoreError> {
    let mut records = match files::read(&layout.export())? {
        None => Records::default(),
        Some(bytes) => match str::from_utf8(&bytes) {
            Ok(text) => export::read(text)?,
            Err(_) => return Err(Damage::new("export", "it is not UTF-8 text").into()),
        },
    };
    let Some(JournalFile { journal, .. }) = read_journal(layout)? else {
        return Ok(Ok(records));
    };
    if journal.base > records.commit {
        let reason = format!(
            "the journal begins after commit {}, but the export ends at commit {}",
            journal.base, records.commit
        );
        return Ok(Err(Damage::new("export", reason)));
    }
    if let Some(damage) = journal.damage {
        return Err(damage.into());
    }
    for commit in &journal.commits {
        if let Err(damage) = records.apply(commit) {
            return Ok(Err(damage));
        }
    }
    Ok(Ok(records))
}

/// The state that export and journal tell of, where the database may not be opened.
pub fn peek(layout: &Layout) -> Result<State, StoreError> {
    if layout.database().exists() && !layout.export().exists() && !layout.journal().exists() {
        return Err(Damage::new("export", "it is gone, and so is the journal").into());
    }
    checked(&fold(layout)?)
}

/// What can be read of export and journal, and what cannot.
pub fn fold_leniently(layout: &Layout) -> Result<(Records, Vec<Damage>), StoreError> {
    let (mut records, mut damages) = match files::read(&layout.export())? {
        None => (Records::default(), Vec::new()),
        Some(bytes) => match str::from_utf8(&bytes).ok().map(export::read) {
            Some(Ok(records)) => (records, Vec::new()),
            Some(Err(Fault::TooNew(found))) => return Err(too_new(found)),
            _ => export::read_lenient(&bytes),
        },
    };
    match read_journal(layout) {
        Ok(None) => {}
        Ok(Some(JournalFile { journal, .. })) => {
            damages.extend(journal.damage.clone());
            for commit in &journal.commits {
                if let Err(damage) = records.apply(commit) {
                    damages.push(damage);
                    break;
                }
            }
        }
        Err(StoreError::Damaged { record, reason }) => damages.push(Damage { record, reason }),
        Err(other) => return Err(other),
    }
    Ok((records, damages))
}

/// The state of records, checked.
pub fn checked(records: &Records) -> Result<State, StoreError> {
    Ok(records.state()?)
}
