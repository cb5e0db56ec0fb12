//! Making a damaged store whole again, when that is asked for: each record from wherever it is whole.
//!
//! The database, the export with the journal, and the history all tell the state. What is whole in the newest of them
//! stays, and the others fill the gaps. What nobody has is told as lost. The damaged database is set aside.

use crate::ports::StoreError;
use crate::state::export;
use crate::state::journal::{Journal, Records};
use crate::state::record::{self, META};

use super::contents::{self, Contents};
use super::database::{Guard, PATIENCE, broken, set_aside};
use super::files::{self, Layout};
use super::ground::{self, Fault, calm};
use super::history;
use super::recovery::{self, JournalFile, too_new};

/// What recovering came to, a sentence each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// What was damaged and is whole again, and from where.
    pub restored: Vec<String>,
    /// What could not be restored.
    pub lost: Vec<String>,
}

/// Makes the database anew.
pub fn recover(layout: &Layout) -> Result<Recovered, StoreError> {
    let Some(guard) = Guard::take(layout, PATIENCE)? else {
        return Err(StoreError::Io(
            "another process has the state database open".to_owned(),
        ));
    };
    let mut told = Recovered::default();
    let aside = layout.aside();
    let own = ground::open(&layout.database(), &aside).and_then(|(db, _)| {
        let contents = contents::read(&db);
        let _ = calm(|| {
            drop(db);
            Ok(())
        });
        contents
    });
    let mut records = match own {
        Ok(Contents {
            too_new: Some(found), ..
        }) => return Err(too_new(found)),
        Ok(own) if own.records.commit > 0 => completed(layout, own, &mut told)?,
        Ok(_) => beside(layout, &mut told)?,
        Err(fault) => {
            told.restored.push(reason(fault));
            beside(layout, &mut told)?
        }
    };
    keep_sound(&mut records, &mut told);
    let known = recovery::last_told(layout, &|lineage| lineage == records.lineage)?;
    if known > records.commit {
        told.lost.push(format!(
            "The journal tells of commit {known}, and what was committed after commit {} can no longer be told.",
            records.commit
        ));
    }
    set_aside(layout, &aside)?;
    told.restored
        .push(format!("The database as it was is in {}.", aside.display()));
    // With neither database nor journal left, opening the store restores it from this export.
    records.commit += 1;
    files::replace(&layout.export(), export::write(&records).as_bytes())?;
    files::replace(
        &layout.journal(),
        Journal::header(records.commit, &records.lineage).as_bytes(),
    )?;
    drop(guard);
    Ok(told)
}

fn reason(fault: Fault) -> String {
    let text = broken(fault).to_string();
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    format!(
        "{}{}; all records come from elsewhere.",
        first.into_iter().flatten().collect::<String>(),
        letters.as_str()
    )
}

/// The records of a database that can be read but for some of them.
fn completed(layout: &Layout, own: Contents, told: &mut Recovered) -> Result<Records, StoreError> {
    let whole = sound_fold(layout).filter(|records| records.commit >= own.records.commit);
    if let Some(records) = whole {
        for damage in &own.damages {
            told.restored.push(format!(
                "{} was restored from the export and the journal: {}.",
                damage.record, damage.reason
            ));
        }
        return Ok(records);
    }
    let (beside, _) = recovery::fold_leniently(layout)?;
    let old = history::newest(layout)?.unwrap_or_default();
    if own.records.commit < beside.commit.max(old.commit) {
        told.restored.push(format!(
            "The database ends at commit {}, before what stands beside it.",
            own.records.commit
        ));
        return self::beside(layout, told);
    }
    let mut records = own.records;
    for damage in &own.damages {
        let named = |bodies: &Records| {
            let mut found = bodies.bodies.iter();
            found
                .find(|(key, _)| damage.record != META && record::name_of(key) == damage.record)
                .map(|(key, body)| (key.clone(), body.clone()))
        };
        let (name, reason) = (&damage.record, &damage.reason);
        if let Some((key, body)) = named(&beside) {
            records.bodies.insert(key, body);
            told.restored.push(format!(
                "{name} was restored from the export and the journal: {reason}."
            ));
        } else if let Some((key, body)) = named(&old) {
            records.bodies.insert(key, body);
            told.restored.push(format!(
                "{name} was restored as it was with serial {}: {reason}. `swarmform refresh` brings it up to date.",
                old.serial
            ));
        } else {
            told.lost.push(format!("{name} is lost: {reason}."));
        }
    }
    Ok(records)
}

/// The state of export and journal, if they tell it wholly.
fn sound_fold(layout: &Layout) -> Option<Records> {
    let records = recovery::fold(layout).ok()?;
    recovery::checked(&records).is_ok().then_some(records)
}

/// The records without the database.
fn beside(layout: &Layout, told: &mut Recovered) -> Result<Records, StoreError> {
    if let Some(records) = sound_fold(layout) {
        told.restored.push(format!(
            "The state was restored from the export and the journal, up to and including commit {} (serial {}).",
            records.commit, records.serial
        ));
        return Ok(records);
    }
    let (lenient, damages) = recovery::fold_leniently(layout)?;
    told.restored.extend(
        damages
            .iter()
            .map(|damage| format!("In the export or the journal {damage}.")),
    );
    let Some(mut old) = history::newest(layout)? else {
        told.lost.extend(
            damages
                .iter()
                .map(|damage| format!("What {} held is lost: {}.", damage.record, damage.reason)),
        );
        return Ok(lenient);
    };
    let journal = recovery::read_journal(layout).ok().flatten();
    let damaged = match &journal {
        Some(JournalFile { journal, .. }) => {
            let missing = journal.commits.iter().find_map(|commit| old.apply(commit).err());
            missing.or_else(|| journal.damage.clone()).is_some()
        }
        None => true,
    };
    if lenient.commit > old.commit {
        told.lost.extend(
            damages
                .iter()
                .map(|damage| format!("What {} held is lost: {}.", damage.record, damage.reason)),
        );
        return Ok(lenient);
    }
    told.restored.push(format!(
        "The state was restored from the history and the journal, up to and including commit {} (serial {}).",
        old.commit, old.serial
    ));
    if damaged {
        told.lost.push(format!(
            "What was committed after commit {} is lost, if there was anything: the journal cannot be read to its end.",
            old.commit
        ));
    }
    Ok(old)
}

/// Takes out what breaks an integrity rule, for with it the state could not be read. A state whose lineage is lost gets
/// one that says so.
fn keep_sound(records: &mut Records, told: &mut Recovered) {
    if records.lineage.is_empty() && !records.bodies.is_empty() {
        "recovered".clone_into(&mut records.lineage);
        told.lost
            .push("The lineage and the serial of the state are lost.".to_owned());
    }
    let (_, damages) = records.state_lenient();
    for damage in damages {
        records
            .bodies
            .retain(|key, _| record::name_of(key) != damage.record);
        told.lost
            .push(format!("{} is lost: {}.", damage.record, damage.reason));
    }
}
