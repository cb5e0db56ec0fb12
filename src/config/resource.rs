//! `resource` and `data` blocks: the arguments that every one has, and the rest for its provider.

use std::sync::Arc;

use crate::addr::{Mode, ResourceAddr};
use crate::syntax::ast::Block;

use super::blocks::{Content, Context, Schema};
use super::constant::check_name;
use super::lifecycle::lifecycle;
use super::provisioner::provisioners;
use super::target::provider_ref;
use super::{Lifecycle, ProviderRef, Repetition, Resource, codes};

pub(super) static RESOURCE: Schema = Schema {
    arguments: &["count", "for_each", "depends_on", "provider"],
    required: &[],
    blocks: &[
        ("lifecycle", &[]),
        ("provisioner", &["type"]),
        ("connection", &[]),
        ("locals", &[]),
    ],
    open: true,
};

/// A `resource` block.
pub(super) fn resource(block: Block, cx: &mut Context<'_>) -> Option<Resource> {
    decode(block, Mode::Managed, None, cx)
}

/// A `data` block.
pub(super) fn data(block: Block, cx: &mut Context<'_>) -> Option<Resource> {
    decode(block, Mode::Data, None, cx)
}

/// A `data` block inside a `check` block: it has one instance and no lifecycle.
pub(super) fn data_in_check(block: Block, check: &Arc<str>, cx: &mut Context<'_>) -> Option<Resource> {
    decode(block, Mode::Data, Some(Arc::clone(check)), cx)
}

fn decode(block: Block, mode: Mode, check: Option<Arc<str>>, cx: &mut Context<'_>) -> Option<Resource> {
    let [type_name, name] = block.labels.as_slice() else {
        return None;
    };
    let (type_name, name) = (type_name.clone(), name.clone());
    let what = if mode == Mode::Managed {
        "resource"
    } else {
        "data source"
    };
    check_name(&format!("{what} type"), &type_name, cx);
    check_name(what, &name, cx);
    let mut content = Content::read(block.body, block.header, &RESOURCE, cx);
    if check.is_some() {
        for argument in ["count", "for_each"] {
            if let Some(expr) = content.take(argument) {
                cx.error(
                    &codes::UNSUPPORTED_ARGUMENT,
                    expr.span,
                    format!(
                        "A data block inside a check block has one instance, so it takes no \"{argument}\"."
                    ),
                );
            }
        }
        for nested in content.take_blocks("lifecycle") {
            cx.error(
                &codes::UNSUPPORTED_BLOCK,
                nested.header,
                "A data block inside a check block has no lifecycle. Assert what shall hold in the check itself.",
            );
        }
    }
    refuse_blocks(&mut content, mode, cx);
    let provisioners = provisioners(&mut content, cx);
    let provider = content
        .reference("provider", cx)
        .and_then(|expr| cx.diagnostics.take(provider_ref(&expr)))
        .unwrap_or_else(|| default_provider(&type_name.name));
    Some(Resource {
        repetition: repetition(&mut content, cx),
        provider,
        depends_on: content.references("depends_on", cx),
        lifecycle: match content.take_block("lifecycle", cx) {
            Some(nested) => lifecycle(nested, mode, cx),
            None => Lifecycle::default(),
        },
        addr: ResourceAddr {
            mode,
            type_name: cx.shared_type(type_name.name),
            name: name.name,
        },
        provisioners,
        check,
        body: content.rest,
        span: block.header,
    })
}

/// The provider of a resource type that says none: the type's name up to the first underscore.
fn default_provider(type_name: &Arc<str>) -> ProviderRef {
    let name = type_name.split_once('_').map_or(&**type_name, |(name, _)| name);
    ProviderRef {
        name: Arc::from(name),
        alias: None,
    }
}

/// `count` or `for_each`.
pub(super) fn repetition(content: &mut Content, cx: &mut Context<'_>) -> Repetition {
    match (content.take("count"), content.take("for_each")) {
        (None, None) => Repetition::One,
        (Some(count), None) => Repetition::Count(count),
        (None, Some(for_each)) => Repetition::ForEach(for_each),
        (Some(count), Some(for_each)) => {
            cx.error(
                &codes::COUNT_AND_FOR_EACH,
                for_each.span,
                "\"count\" and \"for_each\" exclude each other: both say how many instances there are. Keep one.",
            );
            Repetition::Count(count)
        }
    }
}

fn refuse_blocks(content: &mut Content, mode: Mode, cx: &mut Context<'_>) {
    if mode == Mode::Data {
        for kind in ["provisioner", "connection"] {
            for nested in content.take_blocks(kind) {
                cx.error(
                    &codes::UNSUPPORTED_BLOCK,
                    nested.header,
                    format!("A data source is only read, so it has no {kind}."),
                );
            }
        }
    }
    for nested in content.take_blocks("locals") {
        let what = if mode == Mode::Managed { "resource" } else { "data" };
        cx.error(
            &codes::UNSUPPORTED_BLOCK,
            nested.header,
            format!(
                "A {what} block has no locals. Write the locals block beside it, at the top of the file."
            ),
        );
    }
}
