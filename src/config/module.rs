//! `module` blocks: where a module is, how often it is called, and with what.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{Block, Expr, ExprKind, Item, ObjectKey};
use crate::syntax::parse_expression;

use super::blocks::{Content, Context, Schema, unsupported_block};
use super::constant::{check_name, into_kind, unquoted};
use super::resource::repetition;
use super::target::provider_ref;
use super::{ModuleCall, ProviderRef, codes};

pub(super) static MODULE: Schema = Schema {
    arguments: &[
        "source",
        "version",
        "count",
        "for_each",
        "depends_on",
        "providers",
    ],
    required: &["source"],
    blocks: &[("lifecycle", &[]), ("locals", &[])],
    open: true,
};

/// A `module` block.
pub(super) fn module(block: Block, cx: &mut Context<'_>) -> Option<ModuleCall> {
    let label = block.labels.first()?.clone();
    check_name("module", &label, cx);
    let mut content = Content::read(block.body, block.header, &MODULE, cx);
    let source_span = content
        .arguments
        .get("source")
        .map(|attribute| attribute.expr.span);
    let source = content
        .string("source", cx)
        .map(|(source, _)| source)
        .unwrap_or_default();
    if let Some(span) = source_span
        && !source.is_empty()
    {
        check_source(&source, span, cx);
    }
    if let Some(version) = content.take("version") {
        cx.error(
            &codes::MODULE_SOURCE,
            version.span,
            "A version is that of a module in a registry, and modules are read from local directories alone. \
             Remove this argument.",
        );
    }
    for nested in std::mem::take(&mut content.blocks) {
        cx.error(
            &codes::UNSUPPORTED_BLOCK,
            nested.header,
            format!("A module block has no {} block.", nested.kind.name),
        );
    }
    let mut inputs: BTreeMap<Arc<str>, Expr> = BTreeMap::new();
    let mut places: BTreeMap<Arc<str>, Span> = BTreeMap::new();
    for item in std::mem::take(&mut content.rest.items) {
        match item {
            Item::Attribute(attribute) => {
                let name = attribute.name;
                places.entry(Arc::clone(&name.name)).or_insert(name.span);
                inputs.entry(name.name).or_insert(attribute.expr);
            }
            Item::Block(nested) => unsupported_block(&nested.kind, &MODULE, cx),
        }
    }
    Some(ModuleCall {
        name: label.name,
        source,
        source_span,
        repetition: repetition(&mut content, cx),
        depends_on: content.references("depends_on", cx),
        providers: providers(&mut content, cx),
        inputs,
        input_names: places,
        span: block.header,
    })
}

/// Reports a source that is no local path.
fn check_source(source: &str, span: Span, cx: &mut Context<'_>) {
    if is_local(source) {
        return;
    }
    let mut detail = String::from(
        "Only local paths are supported as sources of modules: they begin with \"./\" or \"../\".",
    );
    if source
        .chars()
        .all(|letter| letter.is_alphanumeric() || "-_./".contains(letter))
        && !source.starts_with('/')
    {
        detail.push_str(&format!(
            " If a directory below this one is meant, write \"./{source}\"."
        ));
    }
    cx.error(&codes::MODULE_SOURCE, span, detail);
}

/// Whether a source is a path relative to the module that names it.
pub(super) fn is_local(source: &str) -> bool {
    ["./", "../"].iter().any(|start| source.starts_with(start)) || source == "." || source == ".."
}

fn providers(content: &mut Content, cx: &mut Context<'_>) -> BTreeMap<ProviderRef, ProviderRef> {
    let Some(expr) = content.take("providers") else {
        return BTreeMap::new();
    };
    let span = expr.span;
    let ExprKind::Object(items) = into_kind(expr) else {
        cx.error(
            &codes::REFERENCE_FORM,
            span,
            "\"providers\" is an object from names in the called module to names here: { giantswarm = giantswarm.backup }.",
        );
        return BTreeMap::new();
    };
    let mut found = BTreeMap::new();
    for item in items {
        let Some(value) = unquoted(item.value, cx) else {
            continue;
        };
        let theirs = cx.diagnostics.take(provider_key(&item.key));
        let ours = cx.diagnostics.take(provider_ref(&value));
        let (Some(theirs), Some(ours)) = (theirs, ours) else {
            continue;
        };
        let fault = format!("The provider \"{theirs}\" is passed twice to this module.");
        if found.insert(theirs, ours).is_some() {
            cx.error(&codes::DUPLICATE, value.span, fault);
        }
    }
    found
}

fn provider_key(key: &ObjectKey) -> Result<ProviderRef, Diagnostic> {
    match key {
        ObjectKey::Ident(name) => Ok(ProviderRef {
            name: Arc::clone(&name.name),
            alias: None,
        }),
        ObjectKey::Expr(Expr {
            kind: ExprKind::String(text),
            span,
        }) => {
            let inside = span.start as usize + 1;
            let parsed = parse_expression(text, span.file, inside).ok();
            match parsed {
                Some(expr) => provider_ref(&expr),
                None => provider_ref(&Expr {
                    kind: ExprKind::Null,
                    span: *span,
                }),
            }
        }
        ObjectKey::Expr(expr) | ObjectKey::Ambiguous(expr) => provider_ref(expr),
    }
}
