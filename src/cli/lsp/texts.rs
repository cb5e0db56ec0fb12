//! The texts that the editor has open, and what a directory with them comes to.
//!
//! What is open wins over what is on the disk. Places go between bytes, as the program counts, and lines with UTF-16
//! units, as editors do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

use crate::config::load::{Reader, load};
use crate::config::{Config, check};
use crate::diag::Diagnostics;
use crate::host::ConfigFiles;
use crate::render::Schemas;
use crate::source::{SourceFile, SourceMap, Span};
use crate::syntax;

use super::super::session::Place;

/// What a path of a URI keeps as it is.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The path of a `file:` URI.
pub fn path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let path = rest.get(rest.find('/')?..)?;
    Some(PathBuf::from(
        percent_decode_str(path).decode_utf8().ok()?.into_owned(),
    ))
}

/// The URI of a path.
pub fn uri(path: &Path) -> String {
    format!(
        "file://{}",
        utf8_percent_encode(&path.display().to_string(), PATH)
    )
}

/// Texts that are open.
#[derive(Default)]
pub struct Texts(BTreeMap<PathBuf, String>);

impl Texts {
    /// Opens a text, or closes it.
    pub fn open(&mut self, path: &Path, text: Option<String>) {
        match text {
            Some(text) => drop(self.0.insert(path.to_owned(), text)),
            None => drop(self.0.remove(path)),
        }
    }

    /// A text that is open, or that of the file.
    pub fn text(&self, path: &Path) -> Option<String> {
        let open = self.0.get(path).cloned();
        open.or_else(|| crate::host::files::regular_text(path).ok())
    }

    /// The edits that bring a text into the canonical layout; null for a text that cannot be read.
    pub fn formatted(&self, path: &Path) -> Value {
        let Some(text) = self.text(path) else {
            return Value::Null;
        };
        let mut sources = SourceMap::new();
        let file = sources.add("", text.as_str());
        match syntax::format(&text, file) {
            Err(_) => Value::Null,
            Ok(new) if new == text => json!([]),
            Ok(new) => {
                let last = text.split('\n').count().saturating_sub(1);
                let end = text
                    .rsplit('\n')
                    .next()
                    .unwrap_or_default()
                    .encode_utf16()
                    .count();
                let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": last, "character": end } });
                json!([{ "range": range, "newText": new }])
            }
        }
    }
}

/// Files below a directory, with open texts in place of theirs.
struct Overlay<'a> {
    root: &'a Path,
    texts: &'a Texts,
}

impl Reader for Overlay<'_> {
    fn files(&self, dir: &str) -> Result<Vec<(String, String)>, String> {
        let dir = if dir == "." {
            self.root.to_owned()
        } else {
            self.root.join(dir)
        };
        let mut found: BTreeMap<String, String> = match ConfigFiles.files(&dir.display().to_string()) {
            Ok(files) => files.into_iter().collect(),
            // A directory may be there only in the editor.
            Err(reason) if !self.texts.0.keys().any(|path| path.parent() == Some(&dir)) => {
                return Err(reason);
            }
            Err(_) => BTreeMap::new(),
        };
        for (path, text) in &self.texts.0 {
            let name = path.display().to_string();
            if path.parent() == Some(&dir) && (name.ends_with(".tf") || name.ends_with(".tf.json")) {
                found.insert(name, text.clone());
            }
        }
        Ok(found.into_iter().collect())
    }
}

/// What a directory comes to.
pub struct Analysis {
    pub config: Config,
    pub sources: SourceMap,
    pub schemas: Schemas,
    faults: Diagnostics,
}

impl Analysis {
    /// Reads a directory.
    pub fn of(texts: &Texts, dir: &Path) -> Analysis {
        // Functions that read files take their paths from here.
        let _ = std::env::set_current_dir(dir);
        let mut sources = SourceMap::new();
        let (config, mut faults) = load(&Overlay { root: dir, texts }, &mut sources);
        let place = Place::new(None);
        let schemas = match &place {
            Ok(place) => place.schemas(),
            Err(_) => Schemas::new([]),
        };
        faults.extend(check::references(&config, &|resource| {
            schemas.of(resource).map(|schema| &schema.block)
        }));
        if !faults.has_errors()
            && let Ok(place) = &place
        {
            let validated = place.validate(Arc::new(config.clone()), &sources);
            faults.extend(validated.map_or_else(|faults| faults, |valid| valid.warnings));
        }
        Analysis {
            config,
            sources,
            schemas,
            faults: faults.merged(),
        }
    }

    /// The place of a span, as an editor takes it.
    pub fn location(&self, span: Span) -> Option<Value> {
        let file = self.sources.file(span.file)?;
        Some(json!({ "uri": uri(Path::new(file.name())), "range": range(file, span) }))
    }

    /// What is wrong, by file. Every file of the directory has a list, so that what was mended goes away.
    pub fn diagnostics(&self) -> BTreeMap<PathBuf, Vec<Value>> {
        let mut all: BTreeMap<PathBuf, Vec<Value>> = BTreeMap::new();
        for (_, file) in self.sources.files() {
            all.entry(PathBuf::from(file.name())).or_default();
        }
        for fault in self.faults.iter() {
            let Some((span, file)) = fault
                .subject
                .and_then(|span| Some((span, self.sources.file(span.file)?)))
            else {
                continue;
            };
            let detail = if fault.detail.is_empty() {
                &fault.summary
            } else {
                &fault.detail
            };
            let list = all.entry(PathBuf::from(file.name())).or_default();
            list.push(json!({
                "range": range(file, span),
                "severity": if fault.is_error() { 1 } else { 2 },
                "code": fault.code.id,
                "source": "swarmform",
                "message": format!("{}: {detail}", fault.summary),
            }));
        }
        all
    }
}

fn range(file: &SourceFile, span: Span) -> Value {
    let text = file.text();
    let of = |byte: usize| {
        let before = text.get(..byte).unwrap_or(text);
        let line = before.matches('\n').count();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let units = before.get(start..).unwrap_or_default().encode_utf16().count();
        json!({ "line": line, "character": units })
    };
    let bytes = span.range();
    json!({ "start": of(bytes.start), "end": of(bytes.end) })
}
