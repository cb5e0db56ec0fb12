//! Earlier states: for each run that changed something an export of what it left, the last so many of them.
//!
//! They stand beside the export and are files of their own, so that no damage of one is that of another. They serve to
//! look back, to go back, and as the last resort when the others are damaged. Nothing reads them in a run.

use std::fs;
use std::io::ErrorKind;

use crate::ports::StoreError;
use crate::state::State;
use crate::state::export::{self, Fault, Run};
use crate::state::journal::Records;
use crate::state::record::Damage;

use super::files::{self, Layout};

/// How many are kept, if nothing else is said.
pub const KEPT: usize = 20;

/// An earlier state.
#[derive(Debug)]
pub struct Kept {
    /// Its serial.
    pub serial: u64,
    /// The number of the commit that it stands behind. It grows for ever, where serials may come again with another
    /// lineage.
    pub commit: u64,
    /// The run that left it, and the state; or what is wrong with it.
    pub content: Result<(Run, State), Damage>,
}

/// Keeps a state, and lets go of the oldest so that no more than `limit` are left.
pub fn keep(layout: &Layout, records: &Records, run: &Run, limit: usize) -> Result<(), StoreError> {
    if limit > 0 {
        let dir = layout.history();
        files::make_dir(&dir)?;
        let path = dir.join(format!("{}-{}.json", records.serial, records.commit));
        files::replace(&path, export::write_of(records, run).as_bytes())?;
    }
    let names = names(layout)?;
    for (serial, commit) in names.iter().take(names.len().saturating_sub(limit)) {
        let path = layout.history().join(format!("{serial}-{commit}.json"));
        fs::remove_file(&path).map_err(|error| files::failed("remove", &path, &error))?;
    }
    Ok(())
}

/// Whether the state behind a commit is kept.
pub fn has(layout: &Layout, serial: u64, commit: u64) -> bool {
    layout.history().join(format!("{serial}-{commit}.json")).exists()
}

/// All that are kept, the oldest first.
pub fn list(layout: &Layout) -> Result<Vec<Kept>, StoreError> {
    let names = names(layout)?.into_iter();
    names
        .map(|(serial, commit)| {
            let content =
                read(layout, serial, commit)?.and_then(|(run, records)| Ok((run, records.state()?)));
            Ok(Kept {
                serial,
                commit,
                content,
            })
        })
        .collect()
}

/// The records of the newest one that is whole, if there is any.
pub fn newest(layout: &Layout) -> Result<Option<Records>, StoreError> {
    for (serial, commit) in names(layout)?.into_iter().rev() {
        if let Ok((_, records)) = read(layout, serial, commit)? {
            return Ok(Some(records));
        }
    }
    Ok(None)
}

fn read(layout: &Layout, serial: u64, commit: u64) -> Result<Result<(Run, Records), Damage>, StoreError> {
    let name = format!("{serial}-{commit}.json");
    let damage = |reason: &str| Damage::new(format!("history/{name}"), reason);
    let Some(bytes) = files::read(&layout.history().join(&name))? else {
        return Ok(Err(damage("it is gone")));
    };
    let Ok(text) = String::from_utf8(bytes) else {
        return Ok(Err(damage("it is not UTF-8 text")));
    };
    match (export::read(&text), export::run(&text)) {
        (Err(Fault::TooNew(found)), _) => Err(super::recovery::too_new(found)),
        (Err(Fault::Damaged(found)), _) | (_, Err(found)) => Ok(Err(damage(&found.reason))),
        (Ok(records), _) if (records.serial, records.commit) != (serial, commit) => {
            Ok(Err(damage("it holds another state than its name says")))
        }
        (Ok(records), Ok(run)) => Ok(Ok((run, records))),
    }
}

/// Serials and commits, the oldest first.
fn names(layout: &Layout) -> Result<Vec<(u64, u64)>, StoreError> {
    let dir = layout.history();
    let failed = |error| files::failed("read", &dir, &error);
    let entries = match fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        let parts = name
            .to_str()
            .and_then(|name| name.strip_suffix(".json")?.split_once('-'));
        if let Some((serial, commit)) = parts
            && let (Ok(serial), Ok(commit)) = (serial.parse(), commit.parse())
        {
            found.push((serial, commit));
        }
    }
    found.sort_by_key(|(_, commit)| *commit);
    Ok(found)
}
