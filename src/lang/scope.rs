//! What the evaluator asks of its caller: the meaning of names, files, and effects.
//!
//! Everything here is an interface or plain data. It reads no file and no clock: the caller does, or says
//! that it will not.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Diagnostic, did_you_mean};
use crate::source::Span;
use crate::value::Value;

use super::codes;

/// One step behind a name, its index evaluated.
#[derive(Clone, Debug)]
pub enum ResolvedStep {
    /// `.name`
    Attr(Arc<str>, Span),
    /// `[key]`; the key may be unknown, null or marked.
    Index(Value, Span),
}

impl ResolvedStep {
    /// Its place.
    pub fn span(&self) -> Span {
        match self {
            ResolvedStep::Attr(_, span) | ResolvedStep::Index(_, span) => *span,
        }
    }

    /// The name of an attribute step.
    pub fn attr(&self) -> Option<&str> {
        match self {
            ResolvedStep::Attr(name, _) => Some(name),
            ResolvedStep::Index(..) => None,
        }
    }

    /// The key of an index step.
    pub fn key(&self) -> Option<&Value> {
        match self {
            ResolvedStep::Attr(..) => None,
            ResolvedStep::Index(key, _) => Some(key),
        }
    }
}

/// What names mean.
pub trait Scope {
    /// The value of `root` followed by the first `n` of `steps`, and that `n`. The evaluator applies the steps
    /// that are left. A scope that consumes `type.name["k"]` at once need not build the whole collection.
    ///
    /// A name that is declared nowhere is an error of the code [`codes::UNDECLARED`] or
    /// [`codes::INVALID_REFERENCE`]: these two are faults of the configuration, which `try` and `can` do not
    /// catch. Any other error they do.
    fn resolve(&self, root: &str, steps: &[ResolvedStep], span: Span) -> Result<(Value, usize), Diagnostic>;

    /// The root names, for suggestions.
    fn names(&self) -> Vec<String>;

    /// The files that functions may read.
    fn files(&self) -> &dyn Files;

    /// Time and randomness; `None` while planning, when `timestamp()`, `uuid()` and `bcrypt()` are unknown.
    fn effects(&self) -> Option<&dyn Effects> {
        None
    }

    /// The time at which the plan began, RFC 3339 in UTC; `None` while it is unknown.
    fn plan_timestamp(&self) -> Option<String> {
        None
    }

    /// Whether `type()` may be called: in a console alone.
    fn is_console(&self) -> bool {
        false
    }
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A socket, a device, ...
    Other,
}

/// Files, as functions see them. A relative path is relative to the working directory.
pub trait Files {
    /// What is at the path; `Ok(None)` when nothing is.
    fn kind(&self, path: &str) -> Result<Option<FileKind>, String>;
    /// The whole content of a regular file. The error is the reason alone, for example `permission denied`.
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String>;
    /// Paths of all regular files below a directory, relative to it, with `/` between parts, sorted. An absent
    /// directory has none.
    fn walk(&self, directory: &str) -> Result<Vec<String>, String>;
    /// The working directory, absolute.
    fn working_directory(&self) -> String;
    /// The home directory of the user.
    fn home(&self) -> Option<String>;
}

/// Time and randomness, as functions see them.
pub trait Effects {
    /// Now, RFC 3339 in UTC with whole seconds.
    fn timestamp(&self) -> String;
    /// A random version 4 UUID.
    fn uuid(&self) -> String;
    /// Sixteen random bytes for a password hash.
    fn salt(&self) -> [u8; 16];
}

/// No files at all: for expressions that must be constant.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn kind(&self, _path: &str) -> Result<Option<FileKind>, String> {
        Ok(None)
    }
    fn read(&self, _path: &str) -> Result<Arc<[u8]>, String> {
        Err("no files can be read here".to_owned())
    }
    fn walk(&self, _directory: &str) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }
    fn working_directory(&self) -> String {
        "/".to_owned()
    }
    fn home(&self) -> Option<String> {
        None
    }
}

/// A scope of plain names with known meanings: for templates, constants and tests.
pub struct NamesScope<'a> {
    names: BTreeMap<Arc<str>, Value>,
    files: &'a dyn Files,
}

impl<'a> NamesScope<'a> {
    /// A scope of these names.
    pub fn new(names: BTreeMap<Arc<str>, Value>, files: &'a dyn Files) -> NamesScope<'a> {
        NamesScope { names, files }
    }

    /// A scope without any name, where no file can be read.
    pub fn empty() -> NamesScope<'static> {
        NamesScope {
            names: BTreeMap::new(),
            files: &NoFiles,
        }
    }
}

impl Scope for NamesScope<'_> {
    fn resolve(&self, root: &str, _steps: &[ResolvedStep], span: Span) -> Result<(Value, usize), Diagnostic> {
        match self.names.get(root) {
            Some(value) => Ok((value.clone(), 0)),
            None if self.names.is_empty() => Err(Diagnostic::error(
                &codes::UNDECLARED,
                format!("The name \"{root}\" cannot be used here: this value must be a constant."),
            )
            .at(span)),
            None => {
                let hint = did_you_mean(root, self.names.keys().map(|name| &**name));
                Err(Diagnostic::error(
                    &codes::UNDECLARED,
                    format!("There is no value named \"{root}\" here.{hint}"),
                )
                .at(span))
            }
        }
    }

    fn names(&self) -> Vec<String> {
        self.names.keys().map(|name| name.to_string()).collect()
    }

    fn files(&self) -> &dyn Files {
        self.files
    }
}
