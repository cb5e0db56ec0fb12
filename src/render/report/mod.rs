//! What the command `drift` found, in the formats that people and programs of a CI read.
//!
//! One file a format; each is a pure function from a [`Report`]. What counts as drift was decided in `plan::drift`;
//! here it is only told. Values that are sensitive are in none of them.

mod findings;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod sarif;
mod text;

#[cfg(test)]
mod tests;

use crate::plan::drift::Deviation;
use crate::ports::Listed;

use super::Style;

pub use findings::{Seen, findings};

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Drift: an attribute is not as it was last applied.
    Changed,
    /// Drift: the object is gone.
    Deleted,
    /// Pending: the object is not there yet.
    Create,
    /// Pending: an attribute has another value in the configuration.
    Update,
    /// Pending: the object has to be replaced.
    Replace,
    /// Pending: the object is not in the configuration any more.
    Delete,
    /// Pending: the object is to be forgotten.
    Forget,
    /// Pending: an object is to be imported.
    Import,
    /// Pending: the object has got another address.
    Move,
    /// Pending: an output has another value.
    Output,
}

impl Kind {
    /// All, in the order of the rules of a report.
    pub const ALL: [Kind; 10] = [
        Kind::Changed,
        Kind::Deleted,
        Kind::Create,
        Kind::Update,
        Kind::Replace,
        Kind::Delete,
        Kind::Forget,
        Kind::Import,
        Kind::Move,
        Kind::Output,
    ];

    /// A stable name for programs.
    pub fn rule(self) -> &'static str {
        match self {
            Kind::Changed => "drift/changed",
            Kind::Deleted => "drift/deleted",
            Kind::Create => "pending/create",
            Kind::Update => "pending/update",
            Kind::Replace => "pending/replace",
            Kind::Delete => "pending/delete",
            Kind::Forget => "pending/forget",
            Kind::Import => "pending/import",
            Kind::Move => "pending/move",
            Kind::Output => "pending/output",
        }
    }

    /// What it means.
    pub fn meaning(self) -> &'static str {
        match self {
            Kind::Changed => "An attribute was changed on the platform, outside of swarmform.",
            Kind::Deleted => "An object was deleted on the platform, outside of swarmform.",
            Kind::Create => "An object of the configuration is not there yet.",
            Kind::Update => "The configuration has a value that is not applied yet.",
            Kind::Replace => "An object has to be replaced.",
            Kind::Delete => "An object is not in the configuration any more.",
            Kind::Forget => "An object is to be dropped from the state.",
            Kind::Import => "An object is to be imported.",
            Kind::Move => "An object has got another address.",
            Kind::Output => "An output has a value that is not in the state yet.",
        }
    }

    /// Whether somebody else did it; the rest waits for an apply.
    pub fn is_drift(self) -> bool {
        matches!(self, Kind::Changed | Kind::Deleted)
    }
}

/// A place in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The last line of what is meant.
    pub end: usize,
}

/// The last run after which all was in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// The serial of the state it left.
    pub serial: u64,
    /// When it ended, RFC 3339.
    pub ended: String,
}

/// One thing that is not as it should be.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// The address of the instance or output.
    pub address: String,
    /// The attribute with its values, if it is about one.
    pub part: Option<Deviation>,
    /// The argument in the configuration, else its block.
    pub place: Option<Place>,
    /// Since when, for drift.
    pub since: Option<Since>,
}

impl Finding {
    /// The attribute as people write it; empty when it is about the whole object.
    pub fn attribute(&self) -> String {
        let part = self.part.as_ref();
        part.map_or_else(String::new, |part| super::drift::attribute(&part.path))
    }

    /// The three values as text: configuration, last applied, platform now.
    pub fn values(&self) -> Option<[String; 3]> {
        let part = self.part.as_ref()?;
        Some([
            super::drift::configured(part),
            super::drift::there(part, &part.last),
            super::drift::there(part, &part.now),
        ])
    }

    /// One sentence.
    pub fn sentence(&self) -> String {
        let (address, attribute) = (&self.address, self.attribute());
        let values = self.values();
        let [config, last, now] = values.unwrap_or_default();
        match self.kind {
            Kind::Changed => format!(
                "{attribute} of {address} was changed outside: it is {now} on the platform, {last} was applied last, and \
                 the configuration says {config}."
            ),
            Kind::Deleted => format!("{address} was deleted outside."),
            Kind::Create => format!("{address} is not there yet; the next apply creates it."),
            Kind::Update | Kind::Replace if self.part.is_some() => format!(
                "{attribute} of {address} is {now}, and the configuration says {config}; the next apply changes it."
            ),
            Kind::Update => format!("{address} is changed by the next apply."),
            Kind::Replace => format!("{address} is replaced by the next apply."),
            Kind::Delete => {
                format!("{address} is not in the configuration any more; the next apply destroys it.")
            }
            Kind::Forget => format!("{address} is dropped from the state by the next apply."),
            Kind::Import => format!("{address} is imported by the next apply."),
            Kind::Move => format!("{address} has got this address; the next apply writes it to the state."),
            Kind::Output => format!("{address} has a new value; the next apply saves it."),
        }
    }

    /// What names it among all others, the same in every run.
    pub fn fingerprint(&self) -> String {
        use sha2::{Digest, Sha256};
        let text = format!("{}\0{}\0{}", self.kind.rule(), self.address, self.attribute());
        data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
    }
}

/// All that was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// When, RFC 3339.
    pub time: String,
    /// The addresses that were looked at.
    pub checked: Vec<String>,
    /// What counts.
    pub findings: Vec<Finding>,
    /// What the ignore file leaves out, each with its reason.
    pub ignored: Vec<(Finding, String)>,
    /// Things to know, as full sentences.
    pub notes: Vec<String>,
    /// What no configuration names, if that was asked for.
    pub unmanaged: Option<Vec<Listed>>,
    /// The file to name where a finding has no place of its own.
    pub root: String,
}

impl Report {
    /// Whether there is drift.
    pub fn has_drift(&self) -> bool {
        self.findings.iter().any(|finding| finding.kind.is_drift())
    }

    /// Whether the configuration has changes that are not applied.
    pub fn has_pending(&self) -> bool {
        self.findings.iter().any(|finding| !finding.kind.is_drift())
    }

    /// The exit code: 0 nothing, 2 drift, 3 pending changes, 4 both.
    pub fn code(&self) -> u8 {
        match (self.has_drift(), self.has_pending()) {
            (false, false) => 0,
            (true, false) => 2,
            (false, true) => 3,
            (true, true) => 4,
        }
    }

    /// One line that says it all.
    pub fn summary(&self) -> String {
        let drift = self
            .findings
            .iter()
            .filter(|finding| finding.kind.is_drift())
            .count();
        let pending = self.findings.len() - drift;
        let mut text = match (drift, pending) {
            (0, 0) => "No drift, and nothing is pending".to_owned(),
            (drift, 0) => format!("Drift: {drift}"),
            (0, pending) => format!("No drift; pending changes of the configuration: {pending}"),
            (drift, pending) => format!("Drift: {drift}; pending changes of the configuration: {pending}"),
        };
        if !self.ignored.is_empty() {
            text.push_str(&format!("; ignored: {}", self.ignored.len()));
        }
        if let Some(unmanaged) = &self.unmanaged {
            text.push_str(&format!("; not managed: {}", unmanaged.len()));
        }
        text.push('.');
        text
    }
}

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// All of it, for programs: `docs/schemas/drift.schema.json`.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML, for test reports.
    Junit,
    /// Markdown, for comments and pages.
    Markdown,
    /// GitHub: annotations, and a step summary in Markdown.
    Github,
    /// GitLab: a code quality report.
    Gitlab,
}

impl Format {
    /// All, by name.
    pub const ALL: [(&'static str, Format); 7] = [
        ("text", Format::Text),
        ("json", Format::Json),
        ("sarif", Format::Sarif),
        ("junit", Format::Junit),
        ("markdown", Format::Markdown),
        ("github", Format::Github),
        ("gitlab", Format::Gitlab),
    ];

    /// What goes into the file.
    pub fn render(self, report: &Report, style: Style) -> String {
        match self {
            Format::Text => text::text(report, style),
            Format::Json => json::text(report),
            Format::Sarif => sarif::text(report),
            Format::Junit => junit::text(report),
            Format::Markdown | Format::Github => markdown::text(report, markdown::MOST),
            Format::Gitlab => gitlab::text(report),
        }
    }
}

pub use github::annotations;
pub use text::unmanaged;
