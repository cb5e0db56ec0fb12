//! From the bodies of a directory's files to one module: overrides merged, every block decoded, every name
//! declared once. What a block means stands in the file of its noun.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use crate::source::Span;
use crate::syntax::ast::{Block, Body};

use super::blocks::{Content, Context, Schema};
use super::{Module, Resource, codes};
use super::{module, overrides, refactor, resource, settings, value, variable};

/// A file that was read.
pub(super) struct SourceBody {
    /// The name.
    pub name: String,
    /// The content.
    pub body: Body,
    /// Whether it changes what other files declare.
    pub is_override: bool,
}

static FILE: Schema = Schema {
    arguments: &[],
    required: &[],
    blocks: &[
        ("terraform", &[]),
        ("provider", &["name"]),
        ("variable", &["name"]),
        ("locals", &[]),
        ("output", &["name"]),
        ("module", &["name"]),
        ("resource", &["type", "name"]),
        ("data", &["type", "name"]),
        ("ephemeral", &["type", "name"]),
        ("moved", &[]),
        ("removed", &[]),
        ("import", &[]),
        ("check", &["name"]),
    ],
    open: false,
};

/// One module of all files of a directory.
pub(super) fn assemble(files: Vec<SourceBody>, is_root: bool, cx: &mut Context<'_>) -> Module {
    let mut module = Module::default();
    let mut blocks = Vec::new();
    let mut changes = Vec::new();
    for file in files {
        module.files.push(file.name);
        let start = file.body.span.head();
        let content = Content::read(file.body, start, &FILE, cx);
        if file.is_override {
            changes.extend(content.blocks);
        } else {
            blocks.extend(content.blocks);
        }
    }
    overrides::apply(&mut blocks, changes, cx);
    for block in blocks {
        declare(block, &mut module, is_root, cx);
    }
    module
}

fn declare(block: Block, to: &mut Module, is_root: bool, cx: &mut Context<'_>) {
    match &*Arc::clone(&block.kind.name) {
        "terraform" => settings::terraform(block, &mut to.settings, is_root, cx),
        "locals" => {
            for local in value::locals(block, cx) {
                let name = Arc::clone(&local.name);
                let names =
                    Names { title: "Duplicate local value definition", what: "A local value", name: &name };
                let span = local.span;
                names.insert(&mut to.locals, Arc::clone(&name), local, span, |local| local.span, cx);
            }
        }
        "provider" => {
            if let Some((reference, config)) = settings::provider(block, cx) {
                let text = reference.to_string();
                let names = Names {
                    title: "Duplicate provider configuration",
                    what: "A provider configuration",
                    name: &text,
                };
                let span = config.span;
                names.insert(&mut to.providers, reference, config, span, |config| config.span, cx);
            }
        }
        "variable" => {
            if let Some(variable) = variable::variable(block, cx) {
                let name = Arc::clone(&variable.name);
                let names = Names { title: "Duplicate variable declaration", what: "A variable", name: &name };
                let span = variable.span;
                names.insert(&mut to.variables, Arc::clone(&name), variable, span, |variable| variable.span, cx);
            }
        }
        "output" => {
            if let Some(output) = value::output(block, cx) {
                let name = Arc::clone(&output.name);
                let names = Names { title: "Duplicate output definition", what: "An output", name: &name };
                let span = output.span;
                names.insert(&mut to.outputs, Arc::clone(&name), output, span, |output| output.span, cx);
            }
        }
        "module" => {
            if let Some(call) = module::module(block, cx) {
                let name = Arc::clone(&call.name);
                let names = Names { title: "Duplicate module call", what: "A module call", name: &name };
                let span = call.span;
                names.insert(&mut to.calls, Arc::clone(&name), call, span, |call| call.span, cx);
            }
        }
        kind @ ("resource" | "data") => {
            let decoded = if kind == "data" { resource::data(block, cx) } else { resource::resource(block, cx) };
            if let Some(resource) = decoded {
                declare_resource(kind, resource, to, cx);
            }
        }
        "check" => {
            if let Some((check, data)) = value::check(block, cx) {
                if let Some(data) = data {
                    declare_resource("data", data, to, cx);
                }
                let name = Arc::clone(&check.name);
                let names = Names { title: "Duplicate check block", what: "A check", name: &name };
                let span = check.span;
                names.insert(&mut to.checks, Arc::clone(&name), check, span, |check| check.span, cx);
            }
        }
        "moved" => to.moved.extend(refactor::moved(block, cx)),
        "removed" => to.removed.extend(refactor::removed(block, cx)),
        "import" if !is_root => cx.error(
            &codes::IMPORT,
            block.header,
            "An import block stands in the root module alone. Move it there; its address can lead into a module.",
        ),
        "import" => to.imports.extend(refactor::import(block, cx)),
        "ephemeral" => cx.error_titled(
            &codes::NOT_SUPPORTED,
            block.header,
            "Ephemeral resources are not supported",
            "No provider here has resources that exist during a run alone. Use a data source or a variable that is \
             ephemeral.",
        ),
        _ => {}
    }
}

fn declare_resource(kind: &str, resource: Resource, to: &mut Module, cx: &mut Context<'_>) {
    let addr = resource.addr.clone();
    let title = format!("Duplicate {kind} \"{}\" configuration", addr.type_name);
    let what = format!("A {kind} of type {}", addr.type_name);
    let names = Names {
        title: &title,
        what: &what,
        name: &addr.name,
    };
    let span = resource.span;
    names.insert(
        &mut to.resources,
        addr.clone(),
        resource,
        span,
        |resource| resource.span,
        cx,
    );
}

/// How to speak of a second declaration.
struct Names<'a> {
    title: &'a str,
    what: &'a str,
    name: &'a str,
}

impl Names<'_> {
    /// Inserts a declaration, or says where the name was declared before.
    fn insert<K: Ord, V>(
        self,
        map: &mut BTreeMap<K, V>,
        key: K,
        value: V,
        span: Span,
        span_of: impl Fn(&V) -> Span,
        cx: &mut Context<'_>,
    ) {
        match map.entry(key) {
            Entry::Occupied(first) => {
                let place = cx.place(span_of(first.get()));
                cx.error_titled(
                    &codes::DUPLICATE,
                    span,
                    self.title,
                    format!(
                        "{} named \"{}\" was already declared at {place}. Rename or remove one of the two.",
                        self.what, self.name
                    ),
                );
            }
            Entry::Vacant(free) => {
                free.insert(value);
            }
        }
    }
}
