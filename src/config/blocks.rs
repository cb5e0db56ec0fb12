//! The generic decoder: what a body sets, held against the list of what it may set.
//!
//! Every block type hands its [`Schema`] to [`Content::read`] and gets its arguments and nested blocks, from
//! the native and from the JSON syntax alike. Faults of names, counts and labels are reported here, with
//! suggestions; what an argument means is the caller's affair.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Diagnostics, closest, did_you_mean};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Attribute, Block, Body, Expr, Ident, Item};

use super::codes;

/// What the decoders of a run share.
pub(super) struct Context<'a> {
    /// To name the place of an earlier declaration.
    pub sources: &'a SourceMap,
    /// What was found so far.
    pub diagnostics: Diagnostics,
    /// The resource types that were named so far.
    pub types: BTreeSet<Arc<str>>,
}

impl Context<'_> {
    /// The name of a resource type, shared by all blocks of this type: addresses are compared more often than
    /// anything else, and what is the same text in memory need not be read for that.
    pub fn shared_type(&mut self, name: Arc<str>) -> Arc<str> {
        match self.types.get(&name) {
            Some(known) => Arc::clone(known),
            None => {
                self.types.insert(Arc::clone(&name));
                name
            }
        }
    }

    /// Reports an error.
    pub fn error(&mut self, code: &'static Code, at: Span, detail: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(code, detail).at(at));
    }

    /// Reports an error with a summary of its own.
    pub fn error_titled(
        &mut self,
        code: &'static Code,
        at: Span,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.diagnostics
            .push(Diagnostic::error(code, detail).summary(summary).at(at));
    }

    /// Reports a warning.
    pub fn warning(&mut self, code: &'static Code, at: Span, detail: impl Into<String>) {
        self.diagnostics.push(Diagnostic::warning(code, detail).at(at));
    }

    /// `main.tf line 3`
    pub fn place(&self, span: Span) -> String {
        self.sources.place(span)
    }
}

/// What a body may set.
pub(super) struct Schema {
    /// Arguments.
    pub arguments: &'static [&'static str],
    /// Those of them that must be set.
    pub required: &'static [&'static str],
    /// Nested blocks with the names of their labels.
    pub blocks: &'static [(&'static str, &'static [&'static str])],
    /// Whether anything else is somebody else's to judge: a provider's, or the called module's.
    pub open: bool,
}

/// What a body sets.
pub(super) struct Content {
    /// Arguments of the schema.
    pub arguments: BTreeMap<Arc<str>, Attribute>,
    /// Nested blocks of the schema, in source order.
    pub blocks: Vec<Block>,
    /// All else, if the schema is open.
    pub rest: Body,
    /// Whether it came from JSON.
    pub json: bool,
}

impl Content {
    /// Holds a body against a schema.
    pub fn read(body: Body, header: Span, schema: &Schema, cx: &mut Context<'_>) -> Content {
        let body = native_blocks(body, schema, cx);
        let mut content = Content {
            arguments: BTreeMap::new(),
            blocks: Vec::new(),
            rest: Body {
                items: Vec::new(),
                span: body.span,
                json: body.json,
            },
            json: body.json,
        };
        let strange = body
            .attributes()
            .map(|attribute| &attribute.name.name)
            .filter(|name| !schema.arguments.contains(&&***name));
        let given: Vec<Arc<str>> = strange.cloned().collect();
        for item in body.items {
            match item {
                Item::Attribute(attribute) => content.attribute(attribute, schema, cx),
                Item::Block(block) => content.block(block, schema, cx),
            }
        }
        content.rest.items.shrink_to_fit();
        for name in schema.required {
            // One that is there and misspelt has been told of.
            let misspelt = || {
                let mut given = given.iter();
                given.any(|given| closest(given, schema.arguments.iter().copied()) == Some(*name))
            };
            if !content.arguments.contains_key(*name) && !misspelt() {
                cx.error(
                    &codes::MISSING_ARGUMENT,
                    header,
                    format!("The argument \"{name}\" must be set here, but it is not."),
                );
            }
        }
        content
    }

    fn attribute(&mut self, attribute: Attribute, schema: &Schema, cx: &mut Context<'_>) {
        let name = &attribute.name;
        if schema.arguments.contains(&&*name.name) {
            // The parser has told of a second one.
            self.arguments.entry(Arc::clone(&name.name)).or_insert(attribute);
        } else if schema.open {
            self.rest.items.push(Item::Attribute(attribute));
        } else {
            let mut detail = format!("There is no argument named \"{}\" here.", name.name);
            if schema.blocks.iter().any(|(kind, _)| *kind == &*name.name) {
                detail.push_str(&format!(
                    " A nested block of this type is: write {} {{ ... }} without the equals sign.",
                    name.name
                ));
            } else {
                detail.push_str(&did_you_mean(&name.name, schema.arguments.iter().copied()));
            }
            cx.error(&codes::UNSUPPORTED_ARGUMENT, name.span, detail);
        }
    }

    fn block(&mut self, block: Block, schema: &Schema, cx: &mut Context<'_>) {
        let kind = &block.kind;
        match schema.blocks.iter().find(|(known, _)| *known == &*kind.name) {
            Some((_, labels)) => {
                if check_labels(&block, labels, cx) {
                    self.blocks.push(block);
                }
            }
            None if schema.open && !schema.arguments.contains(&&*kind.name) => {
                self.rest.items.push(Item::Block(block));
            }
            None => unsupported_block(kind, schema, cx),
        }
    }

    /// The expression of an argument, once.
    pub fn take(&mut self, name: &str) -> Option<Expr> {
        self.arguments.remove(name).map(|attribute| attribute.expr)
    }

    /// All nested blocks of a type, once.
    pub fn take_blocks(&mut self, kind: &str) -> Vec<Block> {
        let (taken, left) = std::mem::take(&mut self.blocks)
            .into_iter()
            .partition(|block| &*block.kind.name == kind);
        self.blocks = left;
        taken
    }

    /// The only nested block of a type, once; more than one is an error.
    pub fn take_block(&mut self, kind: &str, cx: &mut Context<'_>) -> Option<Block> {
        let mut blocks = self.take_blocks(kind).into_iter();
        let first = blocks.next()?;
        for other in blocks {
            let place = cx.place(first.header);
            cx.error_titled(
                &codes::DUPLICATE_BLOCK,
                other.header,
                format!("Duplicate {kind} block"),
                format!("There is already a {kind} block at {place}; only one may stand here."),
            );
        }
        Some(first)
    }
}

/// Reports a block type that the schema does not have.
pub(super) fn unsupported_block(kind: &Ident, schema: &Schema, cx: &mut Context<'_>) {
    let mut detail = format!("Blocks of type \"{}\" mean nothing here.", kind.name);
    if schema.arguments.contains(&&*kind.name) {
        detail.push_str(&format!(
            " There is an argument of this name: write {} = ... with an equals sign to set it.",
            kind.name
        ));
    } else {
        detail.push_str(&did_you_mean(
            &kind.name,
            schema.blocks.iter().map(|(known, _)| *known),
        ));
    }
    cx.error(&codes::UNSUPPORTED_BLOCK, kind.span, detail);
}

/// Reports missing and superfluous labels; whether there are as many as there must be.
pub(super) fn check_labels(block: &Block, names: &[&str], cx: &mut Context<'_>) -> bool {
    let kind = &block.kind.name;
    if let Some(missing) = names.get(block.labels.len()) {
        let count = match names.len() {
            1 => "a label".to_owned(),
            n => format!("{n} labels"),
        };
        cx.error_titled(
            &codes::LABELS,
            block.header,
            format!("Missing {missing} for {kind}"),
            format!("A {kind} block has {count} ({}).", names.join(", ")),
        );
        return false;
    }
    if let Some(extra) = block.labels.get(names.len()) {
        let have = match names {
            [] => "has no labels".to_owned(),
            [only] => format!("has one label ({only})"),
            many => format!("has {} labels ({})", many.len(), many.join(", ")),
        };
        cx.error_titled(
            &codes::LABELS,
            extra.span,
            format!("Extraneous label for {kind}"),
            format!("A {kind} block {have}."),
        );
        return false;
    }
    true
}

/// Turns those attributes of a JSON body that the schema knows as blocks into blocks, and drops comments; a
/// native body stays as it is.
pub(super) fn native_blocks(body: Body, schema: &Schema, cx: &mut Context<'_>) -> Body {
    if !body.json {
        return body;
    }
    let mut blocks = Vec::new();
    for (kind, labels) in schema.blocks {
        let (found, faults) = body.json_blocks(kind, labels.len());
        blocks.extend(found.into_iter().map(Item::Block));
        cx.diagnostics.extend(faults);
    }
    let is_left = |item: &Item| match item {
        Item::Attribute(attribute) => {
            let name = &*attribute.name.name;
            name != "//" && !schema.blocks.iter().any(|(kind, _)| *kind == name)
        }
        Item::Block(_) => true,
    };
    let items = body.items.into_iter().filter(is_left).chain(blocks).collect();
    Body { items, ..body }
}
