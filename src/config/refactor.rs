//! `moved`, `removed` and `import` blocks: what became of objects that the configuration knew before.
//!
//! It reads their form. Chains of moves and what stands in the state are the planner's affair.

use crate::addr::Target;
use crate::syntax::ast::Block;

use super::blocks::{Content, Context, Schema};
use super::provisioner::provisioners;
use super::target::{pattern, provider_ref, target};
use super::{Import, Moved, Removed, codes};

static MOVED: Schema = Schema {
    arguments: &["from", "to"],
    required: &["from", "to"],
    blocks: &[],
    open: false,
};

static REMOVED: Schema = Schema {
    arguments: &["from"],
    required: &["from"],
    blocks: &[
        ("lifecycle", &[]),
        ("provisioner", &["type"]),
        ("connection", &[]),
    ],
    open: false,
};

static REMOVED_LIFECYCLE: Schema = Schema {
    arguments: &["destroy"],
    required: &[],
    blocks: &[],
    open: false,
};

static IMPORT: Schema = Schema {
    arguments: &["to", "id", "for_each", "provider"],
    required: &["to", "id"],
    blocks: &[],
    open: false,
};

/// A `moved` block.
pub(super) fn moved(block: Block, cx: &mut Context<'_>) -> Option<Moved> {
    let mut content = Content::read(block.body, block.header, &MOVED, cx);
    let (from, to) = (content.reference("from", cx), content.reference("to", cx));
    let (from, to) = (from?, to?);
    let from_target = cx.diagnostics.take(target(&from));
    let to_target = cx.diagnostics.take(target(&to));
    let fault = match (from_target?, to_target?) {
        (Target::Module(_), Target::Resource(_)) | (Target::Resource(_), Target::Module(_)) => {
            "Both addresses must name resources, or both must name modules."
        }
        (Target::Resource(a), Target::Resource(b)) if a.resource.mode != b.resource.mode => {
            "A managed resource cannot become a data source, nor the other way round."
        }
        _ => {
            return Some(Moved {
                from,
                to,
                span: block.header,
            });
        }
    };
    cx.error(&codes::MOVED, block.header, fault);
    None
}

/// A `removed` block.
pub(super) fn removed(block: Block, cx: &mut Context<'_>) -> Option<Removed> {
    let mut content = Content::read(block.body, block.header, &REMOVED, cx);
    let provisioners = provisioners(&mut content, cx);
    for one in provisioners.iter().filter(|one| !one.at_destroy) {
        cx.error_titled(
            &codes::UNSUPPORTED_BLOCK,
            one.span,
            "Invalid provisioner block",
            "What is removed is not created any more, so only commands of its destruction have a meaning here. Write \
             when = destroy.",
        );
    }
    let destroy = match content.take_block("lifecycle", cx) {
        Some(nested) => Content::read(nested.body, nested.header, &REMOVED_LIFECYCLE, cx)
            .bool("destroy", cx)
            .is_none_or(|(destroy, _)| destroy),
        None => true,
    };
    let from = content.reference("from", cx)?;
    let address = cx.diagnostics.take(pattern(&from))?;
    if address.has_key() {
        cx.error_titled(
            &codes::ADDRESS,
            from.span,
            "Resource instance keys not allowed",
            "A removed block speaks of all instances of a resource or module, so its address has no keys in \
             brackets.",
        );
        return None;
    }
    if address
        .resource
        .is_some_and(|(resource, _)| resource.mode == crate::addr::Mode::Data)
    {
        cx.error(
            &codes::ADDRESS,
            from.span,
            "A data source is only read and leaves nothing to be removed.",
        );
        return None;
    }
    Some(Removed {
        from,
        destroy,
        provisioners,
        span: block.header,
    })
}

/// An `import` block.
pub(super) fn import(block: Block, cx: &mut Context<'_>) -> Option<Import> {
    let mut content = Content::read(block.body, block.header, &IMPORT, cx);
    let provider = content
        .reference("provider", cx)
        .and_then(|expr| cx.diagnostics.take(provider_ref(&expr)));
    let (to, id, for_each) = (
        content.reference("to", cx),
        content.take("id"),
        content.take("for_each"),
    );
    let (to, id) = (to?, id?);
    match cx.diagnostics.take(pattern(&to))?.resource {
        Some((resource, _)) if resource.mode == crate::addr::Mode::Managed => Some(Import {
            to,
            id,
            for_each,
            provider,
            span: block.header,
        }),
        _ => {
            cx.error(
                &codes::ADDRESS,
                to.span,
                "An import leads to a managed resource, such as giantswarm_org.team.",
            );
            None
        }
    }
}
