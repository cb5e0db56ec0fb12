//! Configurations and what is said about them. Each fault is one line: place, code, and the text it points at.

mod blocks;
mod good;
mod modules;
mod names;
mod oracle;
mod overrides;

use std::collections::BTreeMap;

use crate::diag::Diagnostics;
use crate::source::SourceMap;

use super::{Config, Reader, check as checks, load};

/// Files by path, as a reader sees them.
pub(super) struct Texts(BTreeMap<String, String>);

impl Texts {
    pub(super) fn new(files: &[(&str, &str)]) -> Texts {
        Texts(
            files
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
        )
    }
}

impl Reader for Texts {
    fn files(&self, dir: &str) -> Result<Vec<(String, String)>, String> {
        let in_dir = |name: &&String| match name.rsplit_once('/') {
            Some((parent, _)) => parent == dir,
            None => dir == ".",
        };
        let found: Vec<_> = self
            .0
            .keys()
            .filter(in_dir)
            .map(|name| (name.clone(), self.0[name].clone()))
            .collect();
        match found.is_empty() && dir != "." {
            true => Err("There is no such directory.".to_owned()),
            false => Ok(found),
        }
    }
}

pub(super) fn loaded(files: &[(&str, &str)]) -> (Config, SourceMap, Diagnostics) {
    let mut sources = SourceMap::new();
    let (config, mut faults) = load(&Texts::new(files), &mut sources);
    if !faults.has_errors() {
        faults.extend(checks::references(&config, &|_| None));
    }
    (config, sources, faults)
}

/// The configuration of files without fault.
fn good(files: &[(&str, &str)]) -> Config {
    let (config, sources, faults) = loaded(files);
    assert_eq!(lines(&sources, &faults), "", "{files:#?}");
    config
}

fn lines(sources: &SourceMap, faults: &Diagnostics) -> String {
    let line = |fault: &crate::diag::Diagnostic| {
        let (place, text) = match fault.subject {
            Some(span) => (sources.place(span), sources.text(span).unwrap_or("")),
            None => ("nowhere".to_owned(), ""),
        };
        assert!(
            fault.detail.ends_with(['.', '?']),
            "a detail is made of sentences: {}",
            fault.detail
        );
        format!("{place}: {}: {text}", fault.code.id.trim_start_matches("config/"))
    };
    faults.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The faults of files.
fn check_files(files: &[(&str, &str)], expected: &str) {
    let (_, sources, faults) = loaded(files);
    let expected: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(lines(&sources, &faults), expected.join("\n"), "{files:#?}");
}

/// The faults of one file; its name is left out.
fn check(text: &str, expected: &str) {
    let (_, sources, faults) = loaded(&[("main.tf", text)]);
    let found = lines(&sources, &faults).replace("main.tf line ", "");
    let expected: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(found, expected.join("\n"), "{text}");
}

/// The only fault of one file says this.
fn says(text: &str, expected: &str) {
    let (_, sources, faults) = loaded(&[("main.tf", text)]);
    let [fault] = faults.0.as_slice() else {
        panic!("one fault was expected:\n{}", lines(&sources, &faults))
    };
    let said = format!("{}: {}", fault.summary, fault.detail);
    assert!(said.contains(expected), "{said}\ndoes not contain\n{expected}");
}
