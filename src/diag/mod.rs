//! Diagnostics: what is wrong, where, why, and what to do.
//!
//! A [`Diagnostic`] is data. It has a stable [`Code`], a tight `subject` inside a wider `context`, and the
//! values that were in scope. It prints nothing (that is `render`), and it never holds a secret: whoever adds
//! a [`ScopeValue`] writes "(sensitive value)" in place of one.

mod list;

use std::collections::BTreeMap;

use crate::source::Span;

pub use list::{NAMED, list};

/// A kind of diagnostic. Each room declares its own as `static`s and lists them in a `CODES` slice, from
/// which `docs/errors.md` is generated.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Stable name, `room/kebab-case`, for example `syntax/unclosed-quote`.
    pub id: &'static str,
    /// The default summary: a short noun phrase without a full stop.
    pub title: &'static str,
    /// For `docs/errors.md`: what it means, why it is an error, and what to do. Markdown.
    pub explanation: &'static str,
}

impl Code {
    /// Declares a code.
    pub const fn new(id: &'static str, title: &'static str, explanation: &'static str) -> Code {
        Code {
            id,
            title,
            explanation,
        }
    }
}

/// How bad it is. Only an error stops a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The command goes on.
    Warning,
    /// The command fails.
    Error,
}

/// One value in scope of a failed expression, for example `var.size` `is 3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeValue {
    /// The reference as written.
    pub traversal: String,
    /// What it is, as a predicate: `is "abc"`, `is a list of string`, `is null`, `has a sensitive value`.
    pub statement: String,
}

/// Where else the same cause shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// The range there, if it is another one.
    pub subject: Option<Span>,
    /// The resource instance there, if any.
    pub address: Option<String>,
}

/// One message for the user.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Its kind.
    pub code: &'static Code,
    /// What is wrong, in a few words; the code's title unless set.
    pub summary: String,
    /// Why, and what to do. Full sentences.
    pub detail: String,
    /// The tightest range that is at fault.
    pub subject: Option<Span>,
    /// A wider range that helps to understand it, such as the whole block header.
    pub context: Option<Span>,
    /// The values that the failed expression referred to.
    pub values: Vec<ScopeValue>,
    /// The resource instance it is about, if any.
    pub address: Option<String>,
    /// Where else the same cause shows: it is told once.
    pub again: Vec<Again>,
}

impl Diagnostic {
    /// An error of this kind.
    pub fn error(code: &'static Code, detail: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            code,
            summary: code.title.to_owned(),
            detail: detail.into(),
            subject: None,
            context: None,
            values: Vec::new(),
            address: None,
            again: Vec::new(),
        }
    }

    /// A warning of this kind.
    pub fn warning(code: &'static Code, detail: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, detail)
        }
    }

    /// Sets the subject, unless a closer one is set already.
    #[must_use]
    pub fn at(mut self, span: Span) -> Diagnostic {
        self.subject.get_or_insert(span);
        self
    }

    /// Sets the context.
    #[must_use]
    pub fn within(mut self, span: Span) -> Diagnostic {
        self.context = Some(span);
        self
    }

    /// Replaces the summary.
    #[must_use]
    pub fn summary(mut self, summary: impl Into<String>) -> Diagnostic {
        self.summary = summary.into();
        self
    }

    /// Names the resource instance it is about, unless one is named already.
    #[must_use]
    pub fn about(mut self, address: impl ToString) -> Diagnostic {
        self.address.get_or_insert_with(|| address.to_string());
        self
    }

    /// Adds a value in scope.
    #[must_use]
    pub fn value(mut self, traversal: impl Into<String>, statement: impl Into<String>) -> Diagnostic {
        let value = ScopeValue {
            traversal: traversal.into(),
            statement: statement.into(),
        };
        if !self.values.contains(&value) {
            self.values.push(value);
        }
        self
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Many diagnostics, in the order they were found.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// None.
    pub fn new() -> Diagnostics {
        Diagnostics::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all of another.
    pub fn extend(&mut self, other: impl IntoIterator<Item = Diagnostic>) {
        self.0.extend(other);
    }

    /// Takes the value of a result, keeping its error.
    pub fn take<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|diagnostic| self.push(diagnostic)).ok()
    }

    /// Takes the value of a result, keeping its errors.
    pub fn take_all<T>(&mut self, result: Result<T, Diagnostics>) -> Option<T> {
        result.map_err(|diagnostics| self.extend(diagnostics)).ok()
    }

    /// Whether any is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(Diagnostic::is_error)
    }

    /// Whether one of those behind the first so many is an error.
    pub fn has_errors_after(&self, first: usize) -> bool {
        self.0.iter().skip(first).any(Diagnostic::is_error)
    }

    /// The same with one message for each cause: what several instances of one block have in common is told of the
    /// first, with the others named.
    #[must_use]
    pub fn merged(self) -> Diagnostics {
        type Cause = (Severity, &'static str, Span, String);
        let mut seen: BTreeMap<Cause, usize> = BTreeMap::new();
        let mut kept: Vec<Diagnostic> = Vec::new();
        for diagnostic in self.0 {
            let Some(subject) = diagnostic.subject else {
                kept.push(diagnostic);
                continue;
            };
            let cause = (
                diagnostic.severity,
                diagnostic.code.id,
                subject,
                diagnostic.detail.clone(),
            );
            match seen.get(&cause).and_then(|at| kept.get_mut(*at)) {
                Some(first) => {
                    let again = Again {
                        subject: None,
                        address: diagnostic.address,
                    };
                    if again.address != first.address && !first.again.contains(&again) {
                        first.again.push(again);
                    }
                }
                None => {
                    seen.insert(cause, kept.len());
                    kept.push(diagnostic);
                }
            }
        }
        Diagnostics(kept)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Diagnostics {
        Diagnostics(vec![diagnostic])
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// ` Did you mean "x"?` for the closest of `known`, or nothing. Close means a third of the letters at most
/// (the measure that Terraform's users know).
pub fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    match closest(given, known) {
        Some(name) => format!(" Did you mean \"{name}\"?"),
        None => String::new(),
    }
}

/// The closest of `known` to `given`, if any is close; the first of equals.
pub fn closest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (given.chars().count() / 3).clamp(1, 4);
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        let distance = strsim::damerau_levenshtein(given, name);
        if distance <= limit && best.is_none_or(|(found, _)| distance < found) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    static BAD: Code = Code::new("test/bad", "Bad", "");

    #[test]
    fn what_instances_have_in_common_is_told_once() {
        let span = Span::new(crate::source::FileId(0), 0, 3);
        let fault = |address: &str| Diagnostic::error(&BAD, "Why.").at(span).about(address);
        let all = ["a[0]", "a[1]", "a[1]", "a[2]"].map(fault);
        let merged = Diagnostics(all.to_vec()).merged();
        assert_eq!(merged.0.len(), 1);
        let others: Vec<&str> = merged.0[0]
            .again
            .iter()
            .filter_map(|again| again.address.as_deref())
            .collect();
        assert_eq!(others, ["a[1]", "a[2]"]);
        let apart = Diagnostics(vec![fault("a"), Diagnostic::error(&BAD, "Other.").at(span)]);
        assert_eq!(apart.merged().0.len(), 2);
    }

    #[test]
    fn a_suggestion_is_made_only_when_close() {
        assert_eq!(did_you_mean("nmae", ["name", "org"]), " Did you mean \"name\"?");
        assert_eq!(did_you_mean("colour", ["name", "org"]), "");
    }
}
