//! What an expression refers to: names of a module, sorted by kind.
//!
//! It reads how references are spelt; whether what they name is declared is asked by [`check`](super::check).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::addr::ResourceAddr;
use crate::diag::{Diagnostic, Diagnostics, did_you_mean};
use crate::schema::Block as Schema;
use crate::source::Span;
use crate::syntax::ast::{Attribute, Block, Body, Expr, Ident, Item};
use crate::syntax::{Step, keyword, variables};

use super::codes;

/// What a reference names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// `var.NAME`
    Variable(Arc<str>),
    /// `local.NAME`
    Local(Arc<str>),
    /// `TYPE.NAME`, `data.TYPE.NAME`
    Resource(ResourceAddr),
    /// `module.NAME`, and the output where the expression tells it.
    Module(Arc<str>, Option<Arc<str>>),
    /// `count.index`
    Count,
    /// `each.key`, `each.value`
    Each,
    /// `self`
    Itself,
    /// `path.*`, `terraform.*`: always there.
    Builtin,
}

/// The first words of references to anything but a managed resource.
pub const ROOTS: [&str; 9] = [
    "var",
    "local",
    "module",
    "data",
    "each",
    "count",
    "self",
    "path",
    "terraform",
];

/// One reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// What it names.
    pub subject: Subject,
    /// From the first name to the last static step.
    pub span: Span,
    /// The static steps behind the subject; behind a module call, those behind its name.
    pub steps: Vec<Step>,
}

/// The references of an expression, in source order; a name that is spelt wrongly is a fault.
pub fn references(expr: &Expr, faults: &mut Diagnostics) -> Vec<Reference> {
    variables(expr)
        .into_iter()
        .filter_map(|found| faults.take(reference(found)))
        .collect()
}

/// The references of everything in a body, without the iterators of its `dynamic` blocks.
pub fn body_references(body: &Body, faults: &mut Diagnostics) -> Vec<Reference> {
    known_references(body, None, faults)
}

/// The same without what the schema of the body does not know.
pub fn known_references(body: &Body, schema: Option<&Schema>, faults: &mut Diagnostics) -> Vec<Reference> {
    let mut found = Vec::new();
    collect(body, schema, &BTreeSet::new(), &mut found);
    found
        .into_iter()
        .filter_map(|found| faults.take(reference(found)))
        .collect()
}

type Raw = crate::syntax::Reference;

fn collect(body: &Body, schema: Option<&Schema>, bound: &BTreeSet<Arc<str>>, found: &mut Vec<Raw>) {
    let known = |name: &str| {
        schema.is_none_or(|schema| schema.attributes.contains_key(name) || schema.blocks.contains_key(name))
    };
    let inner = |name: &str| {
        schema
            .and_then(|schema| schema.blocks.get(name))
            .map(|nested| &nested.block)
    };
    let mut nested: Vec<&Block> = Vec::new();
    let json_dynamic = if body.json {
        body.json_blocks("dynamic", 1).0
    } else {
        Vec::new()
    };
    for item in &body.items {
        match item {
            Item::Attribute(attribute) if body.json && matches!(&*attribute.name.name, "dynamic" | "//") => {}
            Item::Attribute(attribute) if known(&attribute.name.name) => {
                let names = variables(&attribute.expr).into_iter();
                found.extend(names.filter(|found| !bound.contains(&found.root.name)));
            }
            Item::Attribute(_) => {}
            Item::Block(block) => nested.push(block),
        }
    }
    nested.extend(&json_dynamic);
    for block in nested {
        match block.labels.first() {
            Some(label) if &*block.kind.name == "dynamic" && known(&label.name) => {
                dynamic(block, label, inner(&label.name), bound, found);
            }
            _ if known(&block.kind.name) => collect(&block.body, inner(&block.kind.name), bound, found),
            _ => {}
        }
    }
}

/// A `dynamic` block: its iterator means something in `content` and `labels`, not in `for_each`.
fn dynamic(
    block: &Block,
    label: &Ident,
    schema: Option<&Schema>,
    bound: &BTreeSet<Arc<str>>,
    found: &mut Vec<Raw>,
) {
    let argument = |name: &str| {
        block
            .body
            .attributes()
            .find(|attribute| &*attribute.name.name == name)
    };
    let iterator = argument("iterator").and_then(|attribute: &Attribute| keyword(&attribute.expr));
    let mut inner = bound.clone();
    inner.insert(iterator.map_or_else(|| Arc::clone(&label.name), Arc::from));
    for attribute in block.body.attributes() {
        let bound = match &*attribute.name.name {
            "iterator" => continue,
            "content" if block.body.json => continue,
            "for_each" => bound,
            _ => &inner,
        };
        let names = variables(&attribute.expr).into_iter();
        found.extend(names.filter(|found| !bound.contains(&found.root.name)));
    }
    let json_content = if block.body.json {
        block.body.json_blocks("content", 0).0
    } else {
        Vec::new()
    };
    for content in block.body.blocks().chain(&json_content) {
        collect(&content.body, schema, &inner, found);
    }
}

fn fault<T>(at: Span, detail: impl Into<String>) -> Result<T, Diagnostic> {
    Err(Diagnostic::error(&codes::INVALID_REFERENCE, detail).at(at))
}

/// Tells what a name and its steps mean.
fn reference(raw: Raw) -> Result<Reference, Diagnostic> {
    let Raw {
        root,
        mut steps,
        span,
    } = raw;
    let take = |steps: &mut Vec<Step>| match steps.first() {
        Some(Step::Attr(_)) => match steps.remove(0) {
            Step::Attr(name) => Some(name),
            _ => None,
        },
        _ => None,
    };
    let subject = match &*root.name {
        "var" => match take(&mut steps) {
            Some(name) => Subject::Variable(name.name),
            None => return fault(root.span, "The name of a variable must follow \"var\": var.NAME."),
        },
        "local" => match take(&mut steps) {
            Some(name) => Subject::Local(name.name),
            None => {
                return fault(
                    root.span,
                    "The name of a local value must follow \"local\": local.NAME.",
                );
            }
        },
        "module" => match take(&mut steps) {
            Some(name) => {
                let output = match steps.as_slice() {
                    [Step::Attr(output), ..] => Some(Arc::clone(&output.name)),
                    [Step::Key(..) | Step::Index(..), Step::Attr(output), ..] => {
                        Some(Arc::clone(&output.name))
                    }
                    _ => None,
                };
                Subject::Module(name.name, output)
            }
            None => {
                return fault(
                    root.span,
                    "The name of a module call must follow \"module\": module.NAME.",
                );
            }
        },
        "each" => builtin("each", &["key", "value"], &steps, span).map(|_| Subject::Each)?,
        "count" => builtin("count", &["index"], &steps, span).map(|_| Subject::Count)?,
        "path" => builtin("path", &["module", "root", "cwd"], &steps, span)?,
        "terraform" => builtin("terraform", &["workspace", "applying"], &steps, span)?,
        "self" => Subject::Itself,
        "data" => match (take(&mut steps), take(&mut steps)) {
            (Some(type_name), Some(name)) => Subject::Resource(ResourceAddr::data(type_name.name, name.name)),
            _ => {
                return fault(
                    span,
                    "A data source's type and name must follow \"data\": data.TYPE.NAME.",
                );
            }
        },
        "resource" if matches!(steps.as_slice(), [Step::Attr(_), Step::Attr(_), ..]) => {
            match (take(&mut steps), take(&mut steps)) {
                (Some(type_name), Some(name)) => {
                    Subject::Resource(ResourceAddr::managed(type_name.name, name.name))
                }
                _ => return fault(span, "A resource type and a name must follow \"resource\"."),
            }
        }
        _ => match take(&mut steps) {
            Some(name) => Subject::Resource(ResourceAddr::managed(root.name, name.name)),
            None => {
                return fault(
                    span,
                    format!(
                        "\"{}\" is not a value. If it is a resource type, the name of the resource must follow it; if \
                         it is a text, put it in quotes.{}",
                        root.name,
                        did_you_mean(&root.name, ROOTS)
                    ),
                );
            }
        },
    };
    Ok(Reference { subject, span, steps })
}

fn builtin(name: &str, attributes: &[&str], steps: &[Step], span: Span) -> Result<Subject, Diagnostic> {
    match steps.first() {
        Some(Step::Attr(attribute)) if attributes.contains(&&*attribute.name) => Ok(Subject::Builtin),
        Some(Step::Attr(attribute)) => Err(Diagnostic::error(
            &codes::INVALID_REFERENCE,
            format!(
                "\"{name}\" has no attribute \"{}\". It has: {}.{}",
                attribute.name,
                attributes.join(", "),
                did_you_mean(&attribute.name, attributes.iter().copied())
            ),
        )
        .summary(format!("Invalid \"{name}\" attribute"))
        .at(attribute.span)),
        _ => fault(
            span,
            format!("An attribute must follow \"{name}\": {}.", attributes.join(", ")),
        ),
    }
}
