//! Loading: from the texts of directories to a [`Config`].
//!
//! It reads the root module and every module that calls reach, each directory once, and reports the faults of
//! all files in one go. It touches no disk: a [`Reader`] gives the texts. Only modules in local directories
//! are known.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::addr::ModuleAddr;
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast::Body;
use crate::syntax::{parse_file, parse_json_file};

use super::assemble::{SourceBody, assemble};
use super::blocks::Context;
use super::module::is_local;
use super::{Config, Module, codes};

/// Gives the texts of configuration files.
pub trait Reader {
    /// The `*.tf` and `*.tf.json` files of one directory (not of those below it), sorted by name: each file's
    /// name as the user would write it, and its text. `dir` is relative to the root module, `.` for the root
    /// itself. The error is a full sentence that says why the directory or a file in it cannot be read.
    fn files(&self, dir: &str) -> Result<Vec<(String, String)>, String>;
}

/// Loads the root module and all modules that it calls. The texts are added to `sources`. What could be
/// understood is returned even when there are errors, so that more can be checked.
pub fn load(reader: &dyn Reader, sources: &mut SourceMap) -> (Config, Diagnostics) {
    let mut loader = Loader {
        reader,
        sources,
        diagnostics: Diagnostics::new(),
        read: BTreeMap::new(),
    };
    let config = loader.run();
    (config, loader.diagnostics)
}

struct Loader<'a> {
    reader: &'a dyn Reader,
    sources: &'a mut SourceMap,
    diagnostics: Diagnostics,
    /// Modules by directory, as the same directory can be called many times.
    read: BTreeMap<String, Option<Module>>,
}

/// A module that is to be loaded.
struct Wanted {
    addr: ModuleAddr,
    dir: String,
    /// The directories of the modules above, from the root.
    above: Arc<Above>,
    /// The place that asks for it; none for the root.
    from: Option<Span>,
}

/// A chain of directories from a module to the root.
enum Above {
    Nothing,
    Dir(String, Arc<Above>),
}

impl Above {
    fn dirs(&self) -> Vec<&str> {
        let mut dirs = Vec::new();
        let mut at = self;
        while let Above::Dir(dir, next) = at {
            dirs.push(dir.as_str());
            at = next;
        }
        dirs.reverse();
        dirs
    }
}

impl Loader<'_> {
    fn run(&mut self) -> Config {
        let mut config = Config::default();
        let root = Wanted {
            addr: ModuleAddr::root(),
            dir: ".".to_owned(),
            above: Arc::new(Above::Nothing),
            from: None,
        };
        let mut queue = VecDeque::from([root]);
        while let Some(wanted) = queue.pop_front() {
            let Some(module) = self.module(&wanted) else {
                continue;
            };
            let above = Arc::new(Above::Dir(wanted.dir.clone(), Arc::clone(&wanted.above)));
            for call in module.calls.values() {
                if !is_local(&call.source) {
                    continue;
                }
                let dir = join(&wanted.dir, &call.source);
                let from = call.source_span.unwrap_or(call.span);
                let mut chain = above.dirs();
                if chain.contains(&dir.as_str()) {
                    chain.push(&dir);
                    self.diagnostics.push(recursion(&chain, from));
                    continue;
                }
                let addr = wanted.addr.child(Arc::clone(&call.name));
                queue.push_back(Wanted {
                    addr,
                    dir,
                    above: Arc::clone(&above),
                    from: Some(from),
                });
            }
            config.modules.insert(wanted.addr, module);
        }
        config
    }

    fn module(&mut self, wanted: &Wanted) -> Option<Module> {
        if let Some(read) = self.read.get(&wanted.dir) {
            return read.clone();
        }
        let module = match self.reader.files(&wanted.dir) {
            Ok(files) => Some(self.parse(wanted, files)),
            Err(reason) => {
                let mut fault = Diagnostic::error(
                    &codes::MODULE_UNREADABLE,
                    format!("The module cannot be read. {reason}"),
                );
                fault.subject = wanted.from;
                self.diagnostics.push(fault);
                None
            }
        };
        // A call that leads to the root again goes round in a circle, so nobody else reads that.
        if !wanted.addr.is_root() {
            self.read.insert(wanted.dir.clone(), module.clone());
        }
        module
    }

    fn parse(&mut self, wanted: &Wanted, files: Vec<(String, String)>) -> Module {
        let mut bodies = Vec::new();
        let mut broken = BTreeSet::new();
        for (name, text) in files {
            let Some(kind) = FileKind::of(&name) else { continue };
            let id = self.sources.add(name.clone(), text);
            let Some(text) = self.sources.file(id).map(|file| Arc::clone(file.text())) else {
                continue;
            };
            let (body, faults): (Body, Diagnostics) = if kind.json {
                parse_json_file(&text, id)
            } else {
                parse_file(&text, id)
            };
            if faults.has_errors() {
                broken.insert(id);
            }
            self.diagnostics.extend(faults);
            bodies.push(SourceBody {
                name,
                body,
                is_override: kind.is_override,
            });
        }
        let mut cx = Context {
            sources: self.sources,
            diagnostics: std::mem::take(&mut self.diagnostics),
            types: BTreeSet::new(),
        };
        let before = cx.diagnostics.0.len();
        let mut module = assemble(bodies, wanted.addr.is_root(), &mut cx);
        self.diagnostics = cx.diagnostics;
        self.forgive(before, &broken);
        module.dir.clone_from(&wanted.dir);
        module
    }
}

impl Loader<'_> {
    /// What seems to be missing from a file that could not be read whole may stand in the part that could not.
    fn forgive(&mut self, from: usize, broken: &BTreeSet<FileId>) {
        let mut at = 0;
        self.diagnostics.0.retain(|fault| {
            at += 1;
            let inside = fault
                .subject
                .is_some_and(|subject| broken.contains(&subject.file));
            at <= from || !inside || fault.code != &codes::MISSING_ARGUMENT
        });
    }
}

fn recursion(chain: &[&str], at: Span) -> Diagnostic {
    let path: Vec<String> = chain.iter().map(|dir| format!("\"{dir}\"")).collect();
    Diagnostic::error(
        &codes::MODULE_RECURSION,
        format!(
            "This call leads back to a module that it stands in, without end: {}. Remove one of the calls.",
            path.join(" calls ")
        ),
    )
    .at(at)
}

/// What the name of a file says about it.
#[derive(Debug, PartialEq)]
struct FileKind {
    json: bool,
    is_override: bool,
}

impl FileKind {
    /// `None` for files that are no configuration: others' suffixes, hidden files, editors' backups.
    fn of(path: &str) -> Option<FileKind> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        if name.starts_with('.') || name.starts_with('#') || name.ends_with('~') {
            return None;
        }
        let (stem, json) = match (name.strip_suffix(".tf"), name.strip_suffix(".tf.json")) {
            (Some(stem), _) => (stem, false),
            (None, Some(stem)) => (stem, true),
            (None, None) => return None,
        };
        Some(FileKind {
            json,
            is_override: stem == "override" || stem.ends_with("_override"),
        })
    }
}

/// The directory of a source that is relative to a directory, without needless dots; `.` for the root.
fn join(dir: &str, source: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in dir.split('/').chain(source.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_relative_to_the_module_that_names_it() {
        assert_eq!(join(".", "./m"), "m");
        assert_eq!(join("m", "./n/"), "m/n");
        assert_eq!(join("m", "../n"), "n");
        assert_eq!(join("m", "../../x"), "../x");
        assert_eq!(join("..", "../x"), "../../x");
        assert_eq!(join("m", ".."), ".");
    }

    #[test]
    fn the_name_of_a_file_says_how_it_is_read() {
        let kind = |name| FileKind::of(name).map(|kind| (kind.json, kind.is_override));
        assert_eq!(kind("m/main.tf"), Some((false, false)));
        assert_eq!(kind("main.tf.json"), Some((true, false)));
        assert_eq!(kind("override.tf"), Some((false, true)));
        assert_eq!(kind("a_override.tf.json"), Some((true, true)));
        assert_eq!(kind("myoverride.tf"), Some((false, false)));
        assert_eq!(kind(".main.tf"), None);
        assert_eq!(kind("main.tf~"), None);
        assert_eq!(kind("#main.tf"), None);
        assert_eq!(kind("main.tfvars"), None);
    }
}
