//! Saved plans: everything that went into a plan, so that it can be made again, exactly, without asking.
//!
//! A plan is a pure function of its inputs and of what the platform answered. So a saved plan holds these and
//! no values of its own: the configuration's text, the files that functions read, variable values, the state,
//! the answers. Loading it plans again from the recording and holds the steps against their digest. It holds
//! secrets if its inputs do, so it leaves the program only as `sealed` encrypts it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::addr::{Target, parse_instance, parse_target};
use crate::config::load::Reader;
use crate::diag::Diagnostic;
use crate::lang::{FileKind, Files};
use crate::plan::change::{Plan, PlanMode};
use crate::plan::planner::{Answer, PlanOptions, Request};
use crate::plan::providers::Semantic;
use crate::state::State;
use crate::state::export;
use crate::state::journal::Records;
use crate::value::{Value, json};

use super::{Inputs, codes};

/// Everything that went into a plan.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Recording {
    timestamp: String,
    workspace: String,
    mode: PlanMode,
    skip_refresh: bool,
    targets: Vec<String>,
    excludes: Vec<String>,
    replace: Vec<String>,
    state: String,
    lineage: String,
    serial: u64,
    variables: BTreeMap<String, Typed>,
    answers: BTreeMap<String, Recorded>,
    sources: BTreeMap<String, Vec<(String, String)>>,
    files: BTreeMap<String, FileAnswer>,
    steps: String,
}

/// A value with its type, both as JSON text.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Typed {
    ty: String,
    value: String,
}

/// What the platform answered to a read.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Recorded {
    Gone,
    Object(String),
}

/// What a file function was told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum FileAnswer {
    Kind(Option<String>),
    Content(String),
    Names(Vec<String>),
    Refused(String),
}

fn bad(detail: impl Into<String>) -> Diagnostic {
    Diagnostic::error(&codes::BAD_PLAN_FILE, detail)
}

fn digest(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

fn key(request: &Request) -> Option<String> {
    match request {
        Request::Configure { .. } => None,
        Request::Read {
            addr, deposed: None, ..
        } => Some(format!("read {addr}")),
        Request::Read {
            addr,
            deposed: Some(deposed),
            ..
        } => Some(format!("read {addr} deposed {deposed}")),
        Request::Import { addr, .. } => Some(format!("import {addr}")),
        Request::ReadData { addr, .. } => Some(format!("data {addr}")),
    }
}

fn type_of(request: &Request, semantics: &Semantic) -> Option<crate::value::Type> {
    match request {
        Request::Configure { .. } => None,
        Request::Read { addr, .. } | Request::Import { addr, .. } | Request::ReadData { addr, .. } => {
            Some(semantics.type_info(&addr.resource)?.ty.clone())
        }
    }
}

impl Recording {
    /// The inputs of a plan, without answers yet.
    pub(super) fn new(state: &State, options: &PlanOptions, inputs: &Inputs) -> Recording {
        let typed = |value: &Value| {
            let (value, _) = value.clone().unmark_deep();
            let ty = value.ty();
            Some(Typed {
                value: json::encode(&value, &ty).ok()?,
                ty: json::encode_type(&ty),
            })
        };
        let variables = inputs
            .variables
            .iter()
            .filter_map(|(name, value)| Some((name.to_string(), typed(value)?)));
        let names = |targets: &[Target]| -> Vec<String> { targets.iter().map(Target::to_string).collect() };
        Recording {
            timestamp: inputs.timestamp.clone(),
            workspace: inputs.workspace.clone(),
            mode: options.mode,
            skip_refresh: options.skip_refresh,
            targets: names(&options.targets),
            excludes: names(&options.excludes),
            replace: options.replace.iter().map(ToString::to_string).collect(),
            state: Records::of(state, 0)
                .map(|records| export::write(&records))
                .unwrap_or_default(),
            lineage: state.lineage.clone(),
            serial: state.serial,
            variables: variables.collect(),
            ..Recording::default()
        }
    }

    /// Keeps what was answered.
    pub(super) fn note(&mut self, request: &Request, answer: &Answer, semantics: &Semantic) {
        let (Some(key), Some(ty)) = (key(request), type_of(request, semantics)) else {
            return;
        };
        let text = |value: &Value| json::encode(&value.clone().unmark_deep().0, &ty).ok();
        let recorded = match answer {
            Answer::Read(Ok(None)) | Answer::Imported(Ok(None)) => Some(Recorded::Gone),
            Answer::Read(Ok(Some(value))) | Answer::Imported(Ok(Some(value))) | Answer::Data(Ok(value)) => {
                text(value).map(Recorded::Object)
            }
            _ => None,
        };
        if let Some(recorded) = recorded {
            self.answers.insert(key, recorded);
        }
    }

    /// What was answered then; none for requests that must be carried out anew.
    pub fn answer(&self, request: &Request, semantics: &Semantic) -> Option<Answer> {
        let recorded = self.answers.get(&key(request)?)?;
        let value = match recorded {
            Recorded::Gone => None,
            Recorded::Object(text) => Some(json::decode(text, &type_of(request, semantics)?).ok()?),
        };
        match (request, value) {
            (Request::Read { .. }, value) => Some(Answer::Read(Ok(value))),
            (Request::Import { .. }, value) => Some(Answer::Imported(Ok(value))),
            (Request::ReadData { .. }, Some(value)) => Some(Answer::Data(Ok(value))),
            _ => None,
        }
    }

    /// Completes it when the plan is made.
    #[must_use]
    pub(super) fn finish(mut self, plan: &Plan, reader: &RecordedReader, files: &RecordedFiles) -> Recording {
        self.steps = digest(&plan.steps.print(&plan.changes));
        self.sources = reader.seen();
        self.files = files.seen();
        self
    }

    /// The whole as text, which holds secrets in clear.
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(serde_json::to_string(self).unwrap_or_default())
    }

    /// Reads the text back.
    pub fn open(text: &str) -> Result<Recording, Diagnostic> {
        serde_json::from_str(text).map_err(|error| bad(format!("The saved plan cannot be read: {error}.")))
    }

    /// Lineage and serial of the state it was made from.
    pub fn basis(&self) -> (&str, u64) {
        (&self.lineage, self.serial)
    }

    /// The files of the configuration, by directory: names and texts.
    pub fn sources(&self) -> &BTreeMap<String, Vec<(String, String)>> {
        &self.sources
    }

    /// The options it was made with.
    pub fn options(&self) -> Result<PlanOptions, Diagnostic> {
        let fault = |error: crate::addr::ParseError| bad(error.message);
        let parse = |texts: &[String]| -> Result<Vec<Target>, Diagnostic> {
            let parsed = texts.iter().map(|text| parse_target(text).map_err(fault));
            parsed.collect()
        };
        let (targets, excludes) = (parse(&self.targets)?, parse(&self.excludes)?);
        let replace = self
            .replace
            .iter()
            .map(|text| parse_instance(text).map_err(fault))
            .collect::<Result<_, _>>()?;
        Ok(PlanOptions {
            mode: self.mode,
            skip_refresh: self.skip_refresh,
            targets,
            excludes,
            replace,
            imports: Vec::new(),
            settling: false,
            unwritten: BTreeSet::new(),
        })
    }

    /// The state it was made from.
    pub fn state(&self) -> Result<State, Diagnostic> {
        let records = export::read(&self.state).map_err(|fault| bad(format!("{fault:?}")))?;
        records.state().map_err(|damage| bad(format!("{damage:?}")))
    }

    /// Variable values.
    pub fn variables(&self) -> BTreeMap<Arc<str>, Value> {
        let value = |typed: &Typed| json::decode(&typed.value, &json::decode_type(&typed.ty).ok()?).ok();
        self.variables
            .iter()
            .filter_map(|(name, typed)| Some((Arc::from(name.as_str()), value(typed)?)))
            .collect()
    }

    /// The workspace and the time it was made.
    pub fn moment(&self) -> (&str, &str) {
        (&self.workspace, &self.timestamp)
    }

    /// The configuration's text, as a reader.
    pub fn reader(&self) -> RecordedReader {
        RecordedReader {
            inner: None,
            seen: Mutex::new(self.sources.clone()),
        }
    }

    /// The files that functions read.
    pub fn files(&self) -> RecordedFiles {
        RecordedFiles {
            inner: None,
            seen: Mutex::new(self.files.clone()),
        }
    }

    /// Refuses a replayed plan whose steps are not those that were saved.
    pub fn check_steps(&self, plan: &Plan) -> Result<(), Diagnostic> {
        if self.steps == digest(&plan.steps.print(&plan.changes)) {
            return Ok(());
        }
        Err(bad(
            "Planning again from the saved plan came to other steps. This is a bug; please report it.",
        ))
    }
}

/// A configuration reader that remembers, or that only knows what was remembered.
pub struct RecordedReader {
    inner: Option<Box<dyn Reader>>,
    seen: Mutex<BTreeMap<String, Vec<(String, String)>>>,
}

impl RecordedReader {
    /// Remembers what it reads.
    pub fn of(inner: Box<dyn Reader>) -> RecordedReader {
        RecordedReader {
            inner: Some(inner),
            seen: Mutex::default(),
        }
    }

    fn seen(&self) -> BTreeMap<String, Vec<(String, String)>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Reader for RecordedReader {
    fn files(&self, dir: &str) -> Result<Vec<(String, String)>, String> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match &self.inner {
            Some(inner) => {
                let files = inner.files(dir)?;
                seen.insert(dir.to_owned(), files.clone());
                Ok(files)
            }
            None => seen
                .get(dir)
                .cloned()
                .ok_or_else(|| "the saved plan does not hold this directory".to_owned()),
        }
    }
}

/// Files for functions that remember, or that only know what was remembered.
pub struct RecordedFiles {
    inner: Option<Arc<dyn Files>>,
    seen: Mutex<BTreeMap<String, FileAnswer>>,
}

impl RecordedFiles {
    /// Remembers what it reads.
    pub fn of(inner: Arc<dyn Files>) -> RecordedFiles {
        RecordedFiles {
            inner: Some(inner),
            seen: Mutex::default(),
        }
    }

    fn seen(&self) -> BTreeMap<String, FileAnswer> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The paths of which something else would be told now.
    pub fn changed(&self, now: Arc<dyn Files>) -> BTreeSet<String> {
        let (before, fresh) = (self.seen(), RecordedFiles::of(now));
        for key in before.keys() {
            match key.split_once(' ') {
                Some(("kind", path)) => drop(fresh.kind(path)),
                Some(("read", path)) => drop(fresh.read(path)),
                Some(("walk", path)) => drop(fresh.walk(path)),
                _ => {}
            }
        }
        let now = fresh.seen();
        let differs = |(key, answer): &(String, FileAnswer)| now.get(key).is_some_and(|now| now != answer);
        let changed = before.into_iter().filter(differs);
        changed
            .filter_map(|(key, _)| Some(key.split_once(' ')?.1.to_owned()))
            .collect()
    }

    fn told<T>(
        &self,
        key: String,
        ask: impl FnOnce(&dyn Files) -> Result<T, String>,
        keep: impl FnOnce(&T) -> FileAnswer,
        give: impl FnOnce(&FileAnswer) -> Option<T>,
    ) -> Result<T, String> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(inner) = &self.inner else {
            return match seen.get(&key) {
                Some(FileAnswer::Refused(reason)) => Err(reason.clone()),
                Some(answer) => give(answer).ok_or_else(|| "the saved plan holds another answer".to_owned()),
                None => Err("the saved plan does not hold this file".to_owned()),
            };
        };
        let answer = ask(&**inner);
        let kept = match &answer {
            Ok(told) => keep(told),
            Err(reason) => FileAnswer::Refused(reason.clone()),
        };
        seen.insert(key, kept);
        answer
    }
}

impl Files for RecordedFiles {
    fn kind(&self, path: &str) -> Result<Option<FileKind>, String> {
        let name = |kind: &FileKind| {
            match kind {
                FileKind::File => "file",
                FileKind::Directory => "directory",
                FileKind::Other => "other",
            }
            .to_owned()
        };
        self.told(
            format!("kind {path}"),
            |files| files.kind(path),
            |kind| FileAnswer::Kind(kind.as_ref().map(name)),
            |answer| match answer {
                FileAnswer::Kind(None) => Some(None),
                FileAnswer::Kind(Some(kind)) => Some(Some(match kind.as_str() {
                    "file" => FileKind::File,
                    "directory" => FileKind::Directory,
                    _ => FileKind::Other,
                })),
                _ => None,
            },
        )
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        self.told(
            format!("read {path}"),
            |files| files.read(path),
            |content| FileAnswer::Content(BASE64.encode(content)),
            |answer| match answer {
                FileAnswer::Content(content) => BASE64.decode(content).ok().map(Arc::from),
                _ => None,
            },
        )
    }

    fn walk(&self, directory: &str) -> Result<Vec<String>, String> {
        self.told(
            format!("walk {directory}"),
            |files| files.walk(directory),
            |names| FileAnswer::Names(names.clone()),
            |answer| match answer {
                FileAnswer::Names(names) => Some(names.clone()),
                _ => None,
            },
        )
    }

    fn working_directory(&self) -> String {
        let answer = self.told(
            "working directory".to_owned(),
            |files| Ok(files.working_directory()),
            |name: &String| FileAnswer::Kind(Some(name.clone())),
            |answer| match answer {
                FileAnswer::Kind(name) => name.clone(),
                _ => None,
            },
        );
        answer.unwrap_or_default()
    }

    fn home(&self) -> Option<String> {
        let answer = self.told(
            "home".to_owned(),
            |files| Ok(files.home()),
            |name: &Option<String>| FileAnswer::Kind(name.clone()),
            |answer| match answer {
                FileAnswer::Kind(name) => Some(name.clone()),
                _ => None,
            },
        );
        answer.ok().flatten()
    }
}
