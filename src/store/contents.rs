//! What a database holds, read record by record.

use crate::state::journal::Records;
use crate::state::record::{self, Damage, FORMAT, META, Meta};

use super::ground::{Fault, calm};

/// The records of a database.
#[derive(Debug, Default)]
pub struct Contents {
    /// Those that are whole.
    pub records: Records,
    /// Those that are not. A record that is known to be missing is reported under `meta`.
    pub damages: Vec<Damage>,
    /// The format of `meta`, when it is newer than this version knows. Nothing else is read then.
    pub too_new: Option<u32>,
}

/// The content of `meta`; none in a database that nothing was ever committed to.
pub fn meta(db: &sled::Db) -> Result<Result<Option<Meta>, Damage>, Fault> {
    let found = calm(|| db.get(META))?;
    Ok(found
        .map(|bytes| open(META, &bytes).and_then(|body| Meta::parse(&body)))
        .transpose())
}

/// Reads all.
pub fn read(db: &sled::Db) -> Result<Contents, Fault> {
    let mut contents = Contents::default();
    let mut counted = None;
    match meta(db)? {
        Ok(Some(meta)) if meta.format > FORMAT => {
            contents.too_new = Some(meta.format);
            return Ok(contents);
        }
        Ok(Some(meta)) => {
            counted = Some(meta.count);
            contents.records = Records {
                lineage: meta.lineage,
                serial: meta.serial,
                commit: meta.commit,
                ..Records::default()
            };
        }
        Ok(None) => {}
        Err(damage) => contents.damages.push(damage),
    }
    calm(|| {
        for item in db.iter() {
            let (key, value) = item?;
            if key.as_ref() == META.as_bytes() {
                continue;
            }
            let read = match std::str::from_utf8(&key) {
                Ok(key) => open(key, &value).map(|body| (key.to_owned(), body)),
                Err(_) => Err(Damage::new("(unreadable key)", "its key is not UTF-8 text")),
            };
            match read {
                Ok((key, body)) => {
                    contents.records.bodies.insert(key, body);
                }
                Err(damage) => contents.damages.push(damage),
            }
        }
        Ok(())
    })?;
    let found = (contents.records.bodies.len() + contents.damages.len()) as u64;
    match counted {
        Some(count) if count != found => {
            let reason = format!("it counts {count} records, but there are {found}");
            contents.damages.push(Damage::new(META, reason));
        }
        None if found > 0 && contents.damages.iter().all(|damage| damage.record != META) => {
            contents.damages.push(Damage::new(META, "it is missing"));
        }
        _ => {}
    }
    Ok(contents)
}

/// The body of the record that stands under a key.
fn open(key: &str, value: &[u8]) -> Result<String, Damage> {
    let name = record::name_of(key);
    let line = std::str::from_utf8(value).map_err(|_| Damage::new(name.clone(), "it is not UTF-8 text"))?;
    match record::unseal(line, &name)? {
        (found, body) if found == key => Ok(body.to_owned()),
        _ => Err(Damage::new(name, "another record stands in its place")),
    }
}
