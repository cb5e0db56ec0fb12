//! Records of measured answers, and a directory of configuration files that they were measured in.

mod grounds;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use grounds::GROUNDS;
use serde::Deserialize;
use swarmform::addr::ModuleAddr;
use swarmform::config::load::{Reader, load};
use swarmform::config::{Config, Module};
use swarmform::diag::Diagnostics;
use swarmform::graph::config_graph::build;
use swarmform::lang::{FileKind, Files};
use swarmform::plan::evaluate::Evaluator;
use swarmform::plan::look::Look;
use swarmform::plan::providers::Semantic;
use swarmform::plan::scope::Environment;
use swarmform::plan::semantics::Semantics;
use swarmform::ports::Ids;
use swarmform::provider::builtin::Builtin;
use swarmform::render::value::format;
use swarmform::source::SourceMap;
use swarmform::state::State;
use swarmform::state::v4::from_v4;
use swarmform::syntax::ast::Item;
use swarmform::syntax::{parse_expression, parse_file};
use swarmform::value::json::to_json_string;
use swarmform::value::{Kind, Value};

/// One measured answer.
#[derive(Debug, Deserialize)]
pub struct Record {
    pub id: String,
    #[allow(dead_code)]
    pub area: String,
    #[serde(default = "empty")]
    pub fixture: String,
    #[serde(default)]
    pub via: String,
    pub expr: String,
    pub ok: bool,
    #[serde(default)]
    pub output: String,
    #[serde(default)]
    pub json: Option<String>,
    #[serde(default, rename = "type")]
    pub ty: Option<String>,
    #[serde(default)]
    pub errors: Vec<MeasuredError>,
}

/// An error as Terraform titles it.
#[derive(Debug, Deserialize)]
pub struct MeasuredError {
    pub summary: String,
}

fn empty() -> String {
    "empty".to_owned()
}

/// A directory with a configuration and, maybe, a state, looked at as the console does.
pub struct Fixture(Look);

struct Disk(PathBuf);

impl Disk {
    fn at(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }
}

fn reason(fault: std::io::Error) -> String {
    fault.to_string()
}

impl Files for Disk {
    fn kind(&self, path: &str) -> Result<Option<FileKind>, String> {
        match std::fs::metadata(self.at(path)) {
            Ok(found) if found.is_file() => Ok(Some(FileKind::File)),
            Ok(found) if found.is_dir() => Ok(Some(FileKind::Directory)),
            Ok(_) => Ok(Some(FileKind::Other)),
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(reason(fault)),
        }
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        std::fs::read(self.at(path)).map(Arc::from).map_err(reason)
    }

    fn walk(&self, directory: &str) -> Result<Vec<String>, String> {
        fn visit(base: &Path, inner: &str, found: &mut Vec<String>) {
            let Ok(entries) = std::fs::read_dir(base.join(inner)) else {
                return;
            };
            for entry in entries.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                let path = if inner.is_empty() {
                    name
                } else {
                    format!("{inner}/{name}")
                };
                if base.join(&path).is_dir() {
                    visit(base, &path, found);
                } else {
                    found.push(path);
                }
            }
        }
        let mut found = Vec::new();
        visit(&self.at(directory), "", &mut found);
        found.sort();
        Ok(found)
    }

    fn working_directory(&self) -> String {
        self.0.to_string_lossy().into_owned()
    }

    fn home(&self) -> Option<String> {
        Some("/home/somebody".to_owned())
    }
}

/// The configuration files below a directory.
struct Directory(PathBuf);

impl Reader for Directory {
    fn files(&self, dir: &str) -> Result<Vec<(String, String)>, String> {
        let dir = self.0.join(dir);
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&dir).map_err(reason)?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".tf") {
                found.push((name, std::fs::read_to_string(entry.path()).map_err(reason)?));
            }
        }
        found.sort();
        Ok(found)
    }
}

/// No ids are made where nothing is created.
struct NoIds;

impl Ids for NoIds {
    fn uuid(&self) -> String {
        String::new()
    }
}

impl Fixture {
    /// No names at all.
    pub fn empty() -> Fixture {
        Fixture::of(
            Config::default(),
            &SourceMap::new(),
            &State::default(),
            std::env::temp_dir(),
        )
    }

    /// The configuration of a directory, with its `terraform.tfstate` if it has one.
    pub fn load(directory: &Path) -> Fixture {
        let mut sources = SourceMap::new();
        let (config, faults) = load(&Directory(directory.to_owned()), &mut sources);
        assert!(!faults.has_errors(), "{faults:?}");
        // An empty file is what a run without anything to keep leaves behind.
        let state = match std::fs::read_to_string(directory.join("terraform.tfstate")) {
            Ok(text) if !text.is_empty() => from_v4(&text).unwrap(),
            _ => State::default(),
        };
        Fixture::of(config, &sources, &state, directory.canonicalize().unwrap())
    }

    fn of(config: Config, sources: &SourceMap, state: &State, directory: PathBuf) -> Fixture {
        let mut config = config;
        config
            .modules
            .entry(ModuleAddr::root())
            .or_insert_with(|| Module {
                dir: ".".to_owned(),
                ..Module::default()
            });
        let graph = build(&config, sources).unwrap();
        let builtin: Arc<dyn Semantics> = Arc::new(Builtin::new(Arc::new(NoIds)));
        let evaluator = Evaluator {
            config: Arc::new(config),
            environment: Environment {
                files: Arc::new(Disk(directory)),
                effects: None,
                plan_timestamp: "2026-11-23T09:00:00Z".to_owned(),
                workspace: "default".to_owned(),
                root_dir: ".".to_owned(),
            },
            variables: BTreeMap::new(),
            places: BTreeMap::new(),
            validating: true,
        };
        let semantics = Semantic::new([(Arc::from("terraform"), builtin)]);
        let (look, faults) = Look::at(evaluator, &graph, state, semantics);
        assert!(!faults.has_errors(), "{faults:?}");
        Fixture(look)
    }

    /// Evaluates text that stands alone, or as the value of a local.
    pub fn evaluate(&self, text: &str, as_local: bool) -> Result<Value, Diagnostics> {
        let mut sources = SourceMap::new();
        if !as_local {
            let file = sources.add("console", text);
            return self.0.value(&parse_expression(text, file, 0)?);
        }
        let text = format!("locals {{\n  v = {text}\n}}\n");
        let file = sources.add("main.tf", text.as_str());
        let (body, faults) = parse_file(&text, file);
        if faults.has_errors() {
            return Err(faults);
        }
        let Some(Item::Block(block)) = body.items.first() else {
            panic!("no locals");
        };
        let local = block.body.attributes().next().unwrap();
        self.0.value(&local.expr)
    }
}

impl Record {
    /// Whether the answer is as measured; if not, why.
    pub fn check(&self, fixture: &Fixture) -> Result<(), String> {
        let answer = fixture.evaluate(&self.expr, self.via == "local");
        let value = match (answer, self.ok) {
            (Err(faults), false) => return self.grounds(&faults),
            (Ok(value), false) => return Err(format!("an error is wanted, not {value:?}")),
            (Err(faults), true) => {
                let first = faults.iter().next().unwrap();
                return Err(format!("{}: {}", first.summary, first.detail));
            }
            (Ok(value), true) => value,
        };
        if !self.output.is_empty() {
            // The records were written with line feeds alone.
            let printed = format(&value, 0).replace("\r\n", "\n");
            same("printed", &printed, &self.output)?;
        }
        if let Kind::TypeValue(_) = value.kind() {
            return Ok(());
        }
        if let Some(ty) = &self.ty {
            same("type", &format(&Value::type_value(value.ty()), 0), ty)?;
        }
        match &self.json {
            Some(json) => {
                let found = to_json_string(&value).map_err(|fault| fault.to_string())?;
                same("json", &found, json)
            }
            None => Ok(()),
        }
    }

    /// Whether the first error is one of those measured, by what it is about.
    fn grounds(&self, faults: &Diagnostics) -> Result<(), String> {
        let (Some(measured), Some(first)) = (self.errors.first(), faults.iter().next()) else {
            return Ok(());
        };
        let titles = GROUNDS.iter().find(|(code, _)| *code == first.code.id);
        let title = measured.summary.trim_start_matches("Error: ");
        if titles.is_some_and(|(_, titles)| titles.contains(&title)) {
            return Ok(());
        }
        Err(format!("{}: {}\n    wanted {title}", first.code.id, first.detail))
    }
}

fn same(what: &str, found: &str, wanted: &str) -> Result<(), String> {
    if found == wanted {
        return Ok(());
    }
    Err(format!("{what}: {found}\n    wanted {wanted}"))
}
