//! The export: a whole state as one JSON text, a record a line.
//!
//! It is valid JSON, so that any tool can read it, and it is made of whole lines, so that what is left of a
//! damaged one can still be read. It reads and writes no file.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::journal::{Records, seal_meta};
use super::record::{self, Damage, FORMAT, META, Meta};

/// The key of the record that says which run left a state; in exports of the history alone.
const RUN: &str = "run";

/// The run that left a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The command, such as `apply`.
    pub operation: String,
    /// `user@host`.
    pub who: String,
    /// When it ended, RFC 3339.
    pub ended: String,
}

/// The text of an export. The same records always give the same bytes.
pub fn write(records: &Records) -> String {
    text(records, None)
}

/// The text of an export that says which run left it.
pub fn write_of(records: &Records, run: &Run) -> String {
    text(records, Some(run))
}

fn text(records: &Records, run: Option<&Run>) -> String {
    let mut out = String::with_capacity(
        256 + records
            .bodies
            .iter()
            .map(|(k, b)| k.len() + b.len() + 64)
            .sum::<usize>(),
    );
    out.push_str(&format!("{{\"format\":{FORMAT},\"meta\":\n"));
    out.push_str(&seal_meta(&records.meta()));
    if let Some(run) = run {
        out.push_str(",\n\"run\":\n");
        out.push_str(&record::seal(
            RUN,
            &serde_json::to_string(run).unwrap_or_default(),
        ));
    }
    out.push_str(",\n\"records\":[");
    for (at, (key, body)) in records.bodies.iter().enumerate() {
        out.push_str(if at == 0 { "\n" } else { ",\n" });
        out.push_str(&record::seal(key, body));
    }
    out.push_str("\n]}\n");
    out
}

/// Why an export cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It was written by a newer version, in this format.
    TooNew(u32),
    /// It is damaged.
    Damaged(Damage),
}

impl From<Damage> for Fault {
    fn from(damage: Damage) -> Fault {
        Fault::Damaged(damage)
    }
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

#[derive(Deserialize)]
struct Export<'a> {
    #[serde(borrow)]
    meta: &'a RawValue,
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
}

/// Reads an export wholly, or not at all.
pub fn read(text: &str) -> Result<Records, Fault> {
    let broken = || Damage::new("export", "it is not a whole export");
    let format: Format = serde_json::from_str(text).map_err(|_| broken())?;
    if format.format > FORMAT {
        return Err(Fault::TooNew(format.format));
    }
    let export: Export<'_> = serde_json::from_str(text).map_err(|_| broken())?;
    let meta = read_meta(export.meta.get())?;
    let mut records = Records {
        lineage: meta.lineage,
        serial: meta.serial,
        commit: meta.commit,
        ..Records::default()
    };
    for (at, line) in export.records.iter().enumerate() {
        let (key, body) = record::unseal(line.get(), &format!("export, record {}", at + 1))?;
        records.bodies.insert(key.into_owned(), body.to_owned());
    }
    if records.bodies.len() as u64 != meta.count {
        return Err(missing(meta.count, records.bodies.len()).into());
    }
    Ok(records)
}

#[derive(Deserialize)]
struct Left<'a> {
    #[serde(borrow)]
    run: &'a RawValue,
}

/// The run that left the state of an export.
pub fn run(text: &str) -> Result<Run, Damage> {
    let broken = || Damage::new(RUN, "it does not say which run left it");
    let left: Left<'_> = serde_json::from_str(text).map_err(|_| broken())?;
    match record::unseal(left.run.get(), RUN)? {
        (key, body) if key == RUN => serde_json::from_str(body).map_err(|_| broken()),
        _ => Err(broken()),
    }
}

/// Reads what is whole of an export, line by line, and tells what is not.
pub fn read_lenient(text: &[u8]) -> (Records, Vec<Damage>) {
    let mut records = Records::default();
    let mut damages = Vec::new();
    let mut expected = None;
    for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if !line.starts_with(b"{\"key\":") {
            continue;
        }
        let place = format!("export, line {}", at + 1);
        let line = String::from_utf8_lossy(line);
        match record::unseal(line.strip_suffix(',').unwrap_or(&line), &place) {
            Ok((key, body)) if key == META => match Meta::parse(body) {
                Ok(meta) => {
                    expected = Some(meta.count);
                    records.lineage = meta.lineage;
                    records.serial = meta.serial;
                    records.commit = meta.commit;
                }
                Err(damage) => damages.push(damage),
            },
            Ok((key, _)) if key == RUN => {}
            Ok((key, body)) => {
                records.bodies.insert(key.into_owned(), body.to_owned());
            }
            Err(damage) => damages.push(damage),
        }
    }
    match expected {
        None => damages.push(Damage::new(META, "it is missing from the export")),
        Some(count) if count > records.bodies.len() as u64 && damages.is_empty() => {
            damages.push(missing(count, records.bodies.len()));
        }
        Some(_) => {}
    }
    (records, damages)
}

/// The content of `meta`, from the first lines of an export alone.
pub fn peek(head: &str) -> Option<Meta> {
    let line = head.lines().nth(1)?;
    read_meta(line.strip_suffix(',')?).ok()
}

fn read_meta(line: &str) -> Result<Meta, Damage> {
    match record::unseal(line, META)? {
        (key, body) if key == META => Meta::parse(body),
        _ => Err(Damage::new(META, "another record stands in its place")),
    }
}

fn missing(expected: u64, found: usize) -> Damage {
    Damage::new(
        META,
        format!("it counts {expected} records, but there are {found}"),
    )
}
