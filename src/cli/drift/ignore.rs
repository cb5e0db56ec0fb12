//! The ignore file of `drift`: which differences are known and may be, why, and until when.
//!
//! It is HCL and holds `ignore` blocks alone. Only drift can be ignored; a change of the configuration is applied or
//! taken back.

use std::sync::Arc;

use globset::{Glob, GlobMatcher};

use crate::diag::{Diagnostic, Diagnostics};
use crate::render::report::Finding;
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Block, Item};
use crate::syntax::parse_file;

use super::super::codes::BAD_IGNORE;
use super::super::variable_files::constant;

/// The name of the file that is read without being asked for.
pub const FILE: &str = ".swarmform-drift.hcl";

/// What an `ignore` block takes.
const ARGUMENTS: [&str; 4] = ["address", "attribute", "reason", "expires"];

/// One `ignore` block.
#[derive(Debug)]
pub struct Ignore {
    address: Pattern,
    attribute: Option<Pattern>,
    reason: String,
    expires: Option<String>,
    place: String,
    used: bool,
}

/// A pattern: `*` stands for any text, `?` for any letter, `{a,b}` for one of both. Brackets stand for themselves, for
/// they belong to addresses.
#[derive(Debug)]
struct Pattern {
    text: String,
    matcher: GlobMatcher,
}

impl Pattern {
    fn new(text: &str) -> Result<Pattern, String> {
        let escaped: String = text
            .chars()
            .map(|letter| match letter {
                '[' => "[[]".to_owned(),
                ']' => "[]]".to_owned(),
                other => other.to_string(),
            })
            .collect();
        match Glob::new(&escaped) {
            Ok(glob) => Ok(Pattern {
                text: text.to_owned(),
                matcher: glob.compile_matcher(),
            }),
            Err(error) => Err(error.kind().to_string()),
        }
    }

    fn matches(&self, text: &str) -> bool {
        self.matcher.is_match(text)
    }
}

/// The `ignore` blocks of a file.
pub fn read(name: &str, text: &str, sources: &mut SourceMap) -> Result<Vec<Ignore>, Diagnostics> {
    let file = sources.add(name, text);
    let (body, mut faults) = parse_file(text, file);
    let mut found = Vec::new();
    for item in &body.items {
        match item {
            Item::Block(block) if &*block.kind.name == "ignore" && block.labels.is_empty() => {
                found.extend(faults.take_all(one(block, sources)));
            }
            Item::Block(block) => faults.push(fault(
                "An ignore file holds \"ignore\" blocks without labels, and nothing else.",
                block.header,
            )),
            Item::Attribute(attribute) => faults.push(fault(
                "An ignore file holds \"ignore\" blocks, and nothing else.",
                attribute.span,
            )),
        }
    }
    if faults.has_errors() {
        Err(faults)
    } else {
        Ok(found)
    }
}

fn fault(detail: impl Into<String>, at: Span) -> Diagnostic {
    Diagnostic::error(&BAD_IGNORE, detail.into()).at(at)
}

fn one(block: &Block, sources: &SourceMap) -> Result<Ignore, Diagnostics> {
    let mut faults = Diagnostics::new();
    let mut given: [Option<(Arc<str>, Span)>; 4] = Default::default();
    for item in &block.body.items {
        let attribute = match item {
            Item::Attribute(attribute) => attribute,
            Item::Block(inner) => {
                faults.push(fault("An \"ignore\" block holds no other blocks.", inner.header));
                continue;
            }
        };
        let name = &*attribute.name.name;
        let place = ARGUMENTS.iter().position(|known| *known == name);
        let Some(slot) = place.and_then(|place| given.get_mut(place)) else {
            let known = ARGUMENTS.join(", ");
            let detail = format!("An \"ignore\" block has no argument \"{name}\"; it takes {known}.");
            faults.push(fault(detail, attribute.name.span));
            continue;
        };
        let Some(value) = faults.take_all(constant(&attribute.expr)) else {
            continue;
        };
        match value.as_arc_str() {
            Some(text) if !text.trim().is_empty() => *slot = Some((Arc::clone(text), attribute.span)),
            _ => faults.push(fault(
                format!("\"{name}\" must be a string with something in it."),
                attribute.span,
            )),
        }
    }
    if faults.has_errors() {
        return Err(faults);
    }
    let [address, attribute, reason, expires] = given;
    let mut required = |value: &Option<(Arc<str>, Span)>, name: &str, why: &str| {
        if value.is_none() {
            faults.push(fault(
                format!("The \"ignore\" block has no \"{name}\": {why}"),
                block.header,
            ));
        }
    };
    required(
        &address,
        "address",
        "it must say which objects it is about, with * for any text.",
    );
    required(
        &reason,
        "reason",
        "whoever finds it later must learn why this drift may be.",
    );
    if let Some((date, span)) = &expires
        && !is_date(date)
    {
        faults.push(fault(
            "\"expires\" must be a date such as \"2027-01-31\": the last day on which it holds.",
            *span,
        ));
    }
    let mut pattern = |value: Option<(Arc<str>, Span)>| {
        let (text, span) = value?;
        match Pattern::new(&text) {
            Ok(pattern) => Some(pattern),
            Err(reason) => {
                faults.push(fault(format!("The pattern cannot be read: {reason}."), span));
                None
            }
        }
    };
    let (address, attribute) = (pattern(address), pattern(attribute));
    match (address, reason) {
        (Some(address), Some((reason, _))) if !faults.has_errors() => Ok(Ignore {
            address,
            attribute,
            reason: reason.to_string(),
            expires: expires.map(|(date, _)| date.to_string()),
            place: sources.place(block.header),
            used: false,
        }),
        _ => Err(faults),
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// What counts, what is ignored with its reason, and what there is to say of the ignores. `today` is a date as
/// `2027-01-31`.
pub fn sort(
    findings: Vec<Finding>,
    ignores: &mut [Ignore],
    today: &str,
) -> (Vec<Finding>, Vec<(Finding, String)>, Vec<String>) {
    let (mut counted, mut ignored) = (Vec::new(), Vec::new());
    for finding in findings {
        let mut reason = None;
        for ignore in ignores.iter_mut().filter(|_| finding.kind.is_drift()) {
            if ignore.is_about(&finding) {
                ignore.used = true;
                if !ignore.has_expired(today) {
                    reason.get_or_insert_with(|| ignore.reason.clone());
                }
            }
        }
        match reason {
            Some(reason) => ignored.push((finding, reason)),
            None => counted.push(finding),
        }
    }
    (
        counted,
        ignored,
        ignores.iter().filter_map(|one| one.note(today)).collect(),
    )
}

impl Ignore {
    fn is_about(&self, finding: &Finding) -> bool {
        if !self.address.matches(&finding.address) {
            return false;
        }
        let Some(pattern) = &self.attribute else {
            return true;
        };
        // What is said of an attribute holds for its parts.
        let Some(part) = &finding.part else { return false };
        let mut path = part.path.clone();
        while !path.is_empty() {
            if pattern.matches(&crate::render::drift::attribute(&path)) {
                return true;
            }
            path.pop();
        }
        false
    }

    /// Dates of this form are in the order of their texts.
    fn has_expired(&self, today: &str) -> bool {
        self.expires.as_deref().is_some_and(|last| last < today)
    }

    fn note(&self, today: &str) -> Option<String> {
        let what = match &self.attribute {
            Some(attribute) => format!("{} of {}", attribute.text, self.address.text),
            None => self.address.text.clone(),
        };
        let place = &self.place;
        match &self.expires {
            Some(date) if self.has_expired(today) => Some(format!(
                "The ignore of {what} ({place}) has expired on {date} and ignores nothing any more. It was there because: {}",
                self.reason
            )),
            _ if !self.used => Some(format!(
                "The ignore of {what} ({place}) matches no drift. If it is not needed any more, take it out."
            )),
            _ => None,
        }
    }
}
