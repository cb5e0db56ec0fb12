//! `terraform` and `provider` blocks.
//!
//! `required_version` is held against the version of Terraform whose language is understood here. Version constraints
//! of providers, which are built in, are checked for their form alone.

use std::sync::Arc;

use crate::addr::is_name;
use crate::source::Span;
use crate::syntax::ast::{Block, Expr, ExprKind, Ident, Item, ObjectItem, ObjectKey};

use super::blocks::{Content, Context, Schema};
use super::constant::{bare, check_name, into_kind, string, unquoted};
use super::target::provider_ref;
use super::version::{self, is_version_constraint};
use super::{ProviderConfig, ProviderRef, RequiredProvider, Settings, codes};

pub(super) static TERRAFORM: Schema = Schema {
    arguments: &["required_version", "experiments", "language"],
    required: &[],
    blocks: &[
        ("backend", &["type"]),
        ("cloud", &[]),
        ("required_providers", &[]),
        ("provider_meta", &["provider"]),
    ],
    open: false,
};

/// The version of Terraform whose language is understood here.
const LANGUAGE: [u64; 3] = [1, 11, 4];

pub(super) static PROVIDER: Schema = Schema {
    arguments: &["alias", "version", "count", "for_each", "depends_on", "source"],
    required: &[],
    blocks: &[("lifecycle", &[]), ("locals", &[])],
    open: true,
};

/// Adds what a `terraform` block says.
pub(super) fn terraform(block: Block, settings: &mut Settings, is_root: bool, cx: &mut Context<'_>) {
    let mut content = Content::read(block.body, block.header, &TERRAFORM, cx);
    if let Some((constraint, span)) = content.string("required_version", cx) {
        check_version_constraint(&constraint, span, cx);
        if !version::allows(&constraint, LANGUAGE) {
            let detail = format!(
                "This module asks for another version of Terraform ({constraint}). What is understood here is the language \
                 of Terraform {}.",
                LANGUAGE.map(|number| number.to_string()).join(".")
            );
            cx.error(&codes::REQUIRED_VERSION, span, detail);
        }
        settings.required_version.push((constraint, span));
    }
    if let Some(experiments) = content.take("experiments") {
        cx.error(
            &codes::NOT_SUPPORTED,
            experiments.span,
            "There are no experimental language features here. Remove this argument.",
        );
    }
    content.take("language");
    for block in content.take_blocks("cloud") {
        cx.error(
            &codes::NOT_SUPPORTED,
            block.header,
            "State is not kept by a cloud service here. Use a backend block, or none for the local state.",
        );
    }
    for block in content.take_blocks("provider_meta") {
        cx.error(
            &codes::NOT_SUPPORTED,
            block.header,
            "No provider here takes metadata of a module. Remove this block.",
        );
    }
    for block in content.take_blocks("backend") {
        let Some(label) = block.labels.first().cloned() else {
            continue;
        };
        if !is_root {
            cx.warning(
                &codes::BACKEND_IGNORED,
                block.header,
                "The root module alone decides where the state is kept. Remove this block from the called module.",
            );
        } else if let Some((_, _, first)) = &settings.backend {
            let place = cx.place(*first);
            cx.error_titled(
                &codes::DUPLICATE,
                block.header,
                "Duplicate backend configuration",
                format!("The backend is already configured at {place}. There can be one."),
            );
        } else {
            settings.backend = Some((label.name, block.body, block.header));
        }
    }
    for block in content.take_blocks("required_providers") {
        required_providers(block, settings, cx);
    }
}

fn required_providers(block: Block, settings: &mut Settings, cx: &mut Context<'_>) {
    let json = block.body.json;
    for item in block.body.items {
        let attribute = match item {
            Item::Attribute(attribute) => attribute,
            Item::Block(nested) => {
                cx.error(
                    &codes::UNSUPPORTED_BLOCK,
                    nested.header,
                    format!(
                        "An entry is an argument here: write {} = {{ ... }}.",
                        nested.kind.name
                    ),
                );
                continue;
            }
        };
        let name = attribute.name;
        if json && &*name.name == "//" || !check_name("provider", &name, cx) {
            continue;
        }
        let entry = required_provider(&name, attribute.expr, cx);
        if let Some(first) = settings
            .required_providers
            .get(&name.name)
            .and_then(|first| first.span)
        {
            let place = cx.place(first);
            cx.error_titled(
                &codes::DUPLICATE,
                name.span,
                "Duplicate required provider",
                format!(
                    "The provider \"{}\" is already required at {place}. Join the two.",
                    name.name
                ),
            );
        } else {
            settings.required_providers.insert(name.name, entry);
        }
    }
}

fn required_provider(name: &Ident, expr: Expr, cx: &mut Context<'_>) -> RequiredProvider {
    let mut entry = RequiredProvider {
        span: Some(name.span),
        ..RequiredProvider::default()
    };
    let span = expr.span;
    let items = match into_kind(expr) {
        ExprKind::Object(items) => items,
        ExprKind::String(version) => {
            check_version_constraint(&version, span, cx);
            entry.version = Some(version.to_string());
            return entry;
        }
        _ => {
            cx.error(
                &codes::REQUIRED_PROVIDER,
                span,
                format!("Write {} = {{ source = \"...\", version = \"...\" }}.", name.name),
            );
            return entry;
        }
    };
    for item in items {
        let (key, at) = object_key(&item.key);
        match &*key {
            "source" => entry.source = source_address(&item.value, cx),
            "version" => {
                if let Some((constraint, span)) = string("version", &item.value, cx) {
                    check_version_constraint(&constraint, span, cx);
                    entry.version = Some(constraint);
                }
            }
            "configuration_aliases" => entry.aliases = aliases(item, name, cx),
            _ => {
                let known = ["source", "version", "configuration_aliases"];
                let hint = crate::diag::did_you_mean(&key, known);
                cx.error(
                    &codes::REQUIRED_PROVIDER,
                    at,
                    format!("An entry has \"source\", \"version\" and \"configuration_aliases\", but no \"{key}\".{hint}"),
                );
            }
        }
    }
    entry
}

fn source_address(expr: &Expr, cx: &mut Context<'_>) -> Option<String> {
    let (source, span) = string("source", expr, cx)?;
    let parts: Vec<&str> = source.split('/').collect();
    let good =
        |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || "-_.:".contains(c));
    if parts.len() > 3 || !parts.iter().all(good) {
        cx.error_titled(
            &codes::REQUIRED_PROVIDER,
            span,
            "Invalid provider source string",
            "A source is [HOST/][NAMESPACE/]NAME, such as \"giantswarm/giantswarm\".",
        );
    }
    Some(source)
}

fn aliases(item: ObjectItem, name: &Ident, cx: &mut Context<'_>) -> Vec<ProviderRef> {
    let span = item.value.span;
    let ExprKind::Tuple(elements) = into_kind(item.value) else {
        cx.error(
            &codes::REQUIRED_PROVIDER,
            span,
            format!(
                "\"configuration_aliases\" is a list of provider references, such as [{}.other].",
                name.name
            ),
        );
        return Vec::new();
    };
    let mut found = Vec::new();
    for element in elements {
        let Some(element) = unquoted(element, cx) else {
            continue;
        };
        match provider_ref(&element) {
            Ok(alias) if alias.name == name.name => found.push(alias),
            Ok(_) => cx.error(
                &codes::REQUIRED_PROVIDER,
                element.span,
                format!("Each alias of this entry must begin with \"{}.\".", name.name),
            ),
            Err(fault) => cx.diagnostics.push(fault),
        }
    }
    found
}

/// The text of an object key that is written out, and its place.
pub(super) fn object_key(key: &ObjectKey) -> (Arc<str>, Span) {
    match key {
        ObjectKey::Ident(ident) => (Arc::clone(&ident.name), ident.span),
        ObjectKey::Expr(expr) | ObjectKey::Ambiguous(expr) => match bare(expr) {
            ExprKind::String(text) | ExprKind::Variable(text) => (Arc::clone(text), expr.span),
            _ => (Arc::from(""), expr.span),
        },
    }
}

/// A `provider` block.
pub(super) fn provider(block: Block, cx: &mut Context<'_>) -> Option<(ProviderRef, ProviderConfig)> {
    let label = block.labels.first()?.clone();
    check_name("provider", &label, cx);
    let mut content = Content::read(block.body, block.header, &PROVIDER, cx);
    let alias = content.string("alias", cx).and_then(|(alias, span)| {
        if !is_name(&alias) {
            cx.error_titled(
                &codes::INVALID_NAME,
                span,
                "Invalid provider configuration alias",
                "An alias is a name: a letter or an underscore, then letters, digits, underscores and dashes.",
            );
            return None;
        }
        Some(Arc::from(alias))
    });
    if let Some((constraint, span)) = content.string("version", cx) {
        check_version_constraint(&constraint, span, cx);
        cx.warning(
            &codes::NOT_SUPPORTED,
            span,
            "Version constraints of providers belong to the required_providers block. This one is ignored.",
        );
    }
    for name in ["count", "for_each", "depends_on", "source"] {
        if let Some(expr) = content.take(name) {
            cx.error(
                &codes::UNSUPPORTED_ARGUMENT,
                expr.span,
                format!("A provider block has no \"{name}\": there is one configuration for each block."),
            );
        }
    }
    for nested in std::mem::take(&mut content.blocks) {
        cx.error(
            &codes::UNSUPPORTED_BLOCK,
            nested.header,
            format!("A provider block has no {} block.", nested.kind.name),
        );
    }
    let reference = ProviderRef {
        name: label.name,
        alias,
    };
    Some((
        reference,
        ProviderConfig {
            body: content.rest,
            span: block.header,
        },
    ))
}

/// Reports a text that is no version constraint.
pub(super) fn check_version_constraint(text: &str, span: Span, cx: &mut Context<'_>) {
    if !is_version_constraint(text) {
        cx.error(
            &codes::VERSION_CONSTRAINT,
            span,
            "This is no version constraint. Write operators with versions, joined by commas, such as \
             \">= 1.2.0, < 2.0.0\".",
        );
    }
}
