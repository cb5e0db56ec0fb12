//! Records of measured answers, and a scope made from a directory of configuration files.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use swarmform::diag::{Diagnostic, Diagnostics};
use swarmform::lang::{FileKind, Files, ResolvedStep, Scope, apply_defaults, codes, evaluate, parse_type};
use swarmform::source::{FileId, SourceMap, Span};
use swarmform::syntax::ast::{Body, Expr, Item};
use swarmform::syntax::{parse_expression, parse_file};
use swarmform::value::convert::convert;
use swarmform::value::json::to_json_string;
use swarmform::value::{Kind, Marks, Type, Value};

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
}

fn empty() -> String {
    "empty".to_owned()
}

/// A module's names, evaluated when asked for.
pub struct Fixture {
    directory: PathBuf,
    variables: BTreeMap<String, Value>,
    locals: BTreeMap<String, Expr>,
    modules: BTreeMap<String, Value>,
    busy: RefCell<Vec<String>>,
}

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

/// The scope of one evaluation.
struct FixtureScope<'a> {
    fixture: &'a Fixture,
    files: Disk,
}

fn fault(code: &'static swarmform::diag::Code, detail: String, span: Span) -> Diagnostic {
    Diagnostic::error(code, detail).at(span)
}

impl Scope for FixtureScope<'_> {
    fn resolve(&self, root: &str, steps: &[ResolvedStep], span: Span) -> Result<(Value, usize), Diagnostic> {
        let name = |at: usize| {
            steps.get(at).and_then(ResolvedStep::attr).ok_or_else(|| {
                fault(
                    &codes::INVALID_REFERENCE,
                    format!("\"{root}\" needs a name"),
                    span,
                )
            })
        };
        let absent = |name: &str| fault(&codes::UNDECLARED, format!("no {root}.{name}"), span);
        match root {
            "var" => {
                let value = self
                    .fixture
                    .variables
                    .get(name(0)?)
                    .ok_or_else(|| absent(name(0).unwrap()))?;
                Ok((value.clone(), 1))
            }
            "local" => {
                let name = name(0)?;
                let expr = self.fixture.locals.get(name).ok_or_else(|| absent(name))?;
                if self.fixture.busy.borrow().iter().any(|busy| busy == name) {
                    return Err(absent(name));
                }
                self.fixture.busy.borrow_mut().push(name.to_owned());
                let value = evaluate(expr, self);
                self.fixture.busy.borrow_mut().pop();
                match value {
                    Ok(value) => Ok((value, 1)),
                    Err(faults) => Err(faults.into_iter().next().unwrap()),
                }
            }
            "module" => {
                let value = self
                    .fixture
                    .modules
                    .get(name(0)?)
                    .ok_or_else(|| absent(name(0).unwrap()))?;
                Ok((value.clone(), 1))
            }
            "path" => match name(0)? {
                "cwd" => Ok((Value::string(self.files.working_directory()), 1)),
                "module" | "root" => Ok((Value::string("."), 1)),
                other => Err(absent(other)),
            },
            "terraform" => match name(0)? {
                "workspace" => Ok((Value::string("default"), 1)),
                other => Err(absent(other)),
            },
            "terraform_data" => {
                let name = name(0)?;
                if !["one", "many", "each", "obj"].contains(&name) || !self.fixture.has_resources() {
                    return Err(absent(name));
                }
                if let Some(attribute) = steps.get(1).and_then(ResolvedStep::attr)
                    && !["id", "input", "output", "triggers_replace"].contains(&attribute)
                {
                    return Err(fault(
                        &codes::ATTRIBUTE,
                        format!("no attribute {attribute}"),
                        span,
                    ));
                }
                Ok((Value::unknown(Type::Dynamic), steps.len()))
            }
            other => Err(fault(&codes::UNDECLARED, format!("no {other}"), span)),
        }
    }

    fn names(&self) -> Vec<String> {
        ["var", "local", "module", "path", "terraform"]
            .map(str::to_owned)
            .to_vec()
    }

    fn files(&self) -> &dyn Files {
        &self.files
    }

    fn is_console(&self) -> bool {
        true
    }
}

impl Fixture {
    /// No names at all.
    pub fn empty() -> Fixture {
        Fixture {
            directory: std::env::temp_dir(),
            variables: BTreeMap::new(),
            locals: BTreeMap::new(),
            modules: BTreeMap::new(),
            busy: RefCell::default(),
        }
    }

    fn has_resources(&self) -> bool {
        !self.locals.is_empty()
    }

    /// The names of a directory with a `main.tf`.
    pub fn load(directory: &Path) -> Fixture {
        let text = std::fs::read_to_string(directory.join("main.tf")).unwrap();
        let (body, faults) = parse_file(&text, FileId(0));
        assert!(faults.is_empty(), "{faults:?}");
        let mut fixture = Fixture {
            directory: directory.canonicalize().unwrap(),
            ..Fixture::empty()
        };
        for block in body.blocks() {
            match &*block.kind.name {
                "variable" => {
                    let name = block.labels[0].name.to_string();
                    fixture.variables.insert(name, variable(&block.body));
                }
                "locals" => {
                    for attribute in block.body.attributes() {
                        let name = attribute.name.name.to_string();
                        fixture.locals.insert(name, attribute.expr.clone());
                    }
                }
                _ => {}
            }
        }
        let module = |name: &str| {
            Value::object([
                ("greeting", Value::string(format!("hi {name}"))),
                ("upper", Value::string(name.to_uppercase())),
                ("secret", Value::string(format!("s-{name}"))),
            ])
        };
        fixture.modules.insert("child".to_owned(), module("kid"));
        let kids = Value::object([("k1", module("k1")), ("k2", module("k2"))]);
        fixture.modules.insert("kids".to_owned(), kids);
        fixture
    }

    /// Evaluates text that stands alone, or as the value of a local.
    pub fn evaluate(&self, text: &str, as_local: bool) -> Result<Value, Diagnostics> {
        let mut sources = SourceMap::new();
        let expr = if as_local {
            let text = format!("locals {{\n  v = {text}\n}}\n");
            let file = sources.add("main.tf", text.as_str());
            let (body, faults) = parse_file(&text, file);
            if faults.has_errors() {
                return Err(faults);
            }
            local_of(&body)
        } else {
            let file = sources.add("console", text);
            parse_expression(text, file, 0)?
        };
        let scope = FixtureScope {
            fixture: self,
            files: Disk(self.directory.clone()),
        };
        evaluate(&expr, &scope)
    }
}

fn local_of(body: &Body) -> Expr {
    let Some(Item::Block(block)) = body.items.first() else {
        panic!("no locals");
    };
    block.body.attributes().next().unwrap().expr.clone()
}

fn variable(body: &Body) -> Value {
    let find = |name: &str| {
        body.attributes()
            .find(|attribute| &*attribute.name.name == name)
            .map(|attribute| &attribute.expr)
    };
    let scope = swarmform::lang::NamesScope::empty();
    let constraint = find("type")
        .map(|expr| parse_type(expr).unwrap())
        .unwrap_or_default();
    let value = evaluate(find("default").unwrap(), &scope).unwrap();
    let value = convert(&apply_defaults(&value, &constraint), &constraint.ty).unwrap();
    let mut marks = Marks::NONE;
    if find("sensitive").is_some() {
        marks |= Marks::SENSITIVE;
    }
    if find("ephemeral").is_some() {
        marks |= Marks::EPHEMERAL;
    }
    value.mark(marks)
}

impl Record {
    /// Whether the answer is as measured; if not, why.
    pub fn check(&self, fixture: &Fixture) -> Result<(), String> {
        let answer = fixture.evaluate(&self.expr, self.via == "local");
        let value = match (answer, self.ok) {
            (Err(_), false) => return Ok(()),
            (Ok(value), false) => return Err(format!("an error is wanted, not {value:?}")),
            (Err(faults), true) => {
                let first = faults.iter().next().unwrap();
                return Err(format!("{}: {}", first.summary, first.detail));
            }
            (Ok(value), true) => value,
        };
        if let Kind::TypeValue(ty) = value.kind() {
            return same("type", &compact(&spell(ty)), &compact(&self.output));
        }
        if let Some(ty) = &self.ty {
            same("type", &compact(&spell(&value.ty())), &compact(ty))?;
        }
        let sensitive = self.output.trim() == "(sensitive value)";
        let shown = value.is_known() && self.output != "(ephemeral value)";
        if shown && sensitive != value.marks().is_sensitive() {
            return Err(format!("sensitive is wanted to be {sensitive}"));
        }
        if value.is_known() && !self.output.contains("(sensitive") && value.has_mark_deep(Marks::SENSITIVE) {
            return Err("nothing sensitive is wanted in it".to_owned());
        }
        match &self.json {
            Some(json) => {
                let found = to_json_string(&value).map_err(|fault| fault.to_string())?;
                same("json", &found, json)
            }
            None if self.output.contains("(known after apply)") => {
                if value.is_wholly_known() {
                    return Err(format!("something unknown is wanted, not {value:?}"));
                }
                Ok(())
            }
            None => Ok(()),
        }
    }
}

fn same(what: &str, found: &str, wanted: &str) -> Result<(), String> {
    if found == wanted {
        return Ok(());
    }
    Err(format!("{what}: {found}\n    wanted {wanted}"))
}

/// A type as the records spell it, without their layout.
fn spell(ty: &Type) -> String {
    match ty {
        Type::Dynamic => "dynamic".to_owned(),
        Type::List(element) => format!("list({})", spell(element)),
        Type::Set(element) => format!("set({})", spell(element)),
        Type::Map(element) => format!("map({})", spell(element)),
        Type::Tuple(types) => {
            let types: Vec<String> = types.iter().map(spell).collect();
            format!("tuple([{}])", types.join(","))
        }
        Type::Object(object) => {
            let attributes: Vec<String> = object
                .attributes
                .iter()
                .map(|(name, ty)| format!("{name}:{}", spell(ty)))
                .collect();
            format!("object({{{}}})", attributes.join(","))
        }
        other => other.to_string(),
    }
}

fn compact(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    text.replace(",)", ")").replace(",]", "]").replace(",}", "}")
}
