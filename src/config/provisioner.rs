//! `provisioner` blocks: commands of this machine that belong to an object's creation or destruction.
//!
//! It reads what every provisioner has; the command's own arguments stay a body. There is one kind, `local-exec`:
//! others copy files to machines and run commands there, and nothing here has such machines.

use crate::source::Span;
use crate::syntax::ast::{Block, Body, ExprKind, Item};
use crate::syntax::{Step, keyword, variables};

use super::blocks::{Content, Context, Schema};
use super::codes;
use super::constant::warn_of_quotes;

static PROVISIONER: Schema = Schema {
    arguments: &["when", "on_failure"],
    required: &[],
    blocks: &[("connection", &[])],
    open: true,
};

/// A `provisioner "local-exec"` block.
#[derive(Clone, Debug)]
pub struct Provisioner {
    /// Whether it belongs to the destruction: `when = destroy`.
    pub at_destroy: bool,
    /// Whether its failure is passed over: `on_failure = continue`.
    pub may_fail: bool,
    /// `command` and its like.
    pub body: Body,
    /// The header.
    pub span: Span,
}

/// The `provisioner` blocks of a body, and the refusal of `connection` blocks.
pub(super) fn provisioners(content: &mut Content, cx: &mut Context<'_>) -> Vec<Provisioner> {
    refuse_connections(content, cx);
    let blocks = content.take_blocks("provisioner");
    blocks
        .into_iter()
        .filter_map(|block| provisioner(block, cx))
        .collect()
}

fn refuse_connections(content: &mut Content, cx: &mut Context<'_>) {
    for nested in content.take_blocks("connection") {
        cx.error_titled(
            &codes::NOT_SUPPORTED,
            nested.header,
            "Connections are not supported",
            "A connection block serves provisioners that work on other machines, and there are none here. Remove it.",
        );
    }
}

fn provisioner(block: Block, cx: &mut Context<'_>) -> Option<Provisioner> {
    let kind = block.labels.first()?;
    if &*kind.name != "local-exec" {
        cx.error_titled(
            &codes::NOT_SUPPORTED,
            block.header,
            format!("The provisioner \"{}\" is not supported", kind.name),
            "There is one provisioner, local-exec, which runs a command on this machine. Put what has to run elsewhere \
             into the component's image or command.",
        );
        return None;
    }
    let mut content = Content::read(block.body, block.header, &PROVISIONER, cx);
    refuse_connections(&mut content, cx);
    let at_destroy = word(&mut content, "when", ["create", "destroy"], cx);
    let may_fail = word(&mut content, "on_failure", ["fail", "continue"], cx);
    let found = Provisioner {
        at_destroy: at_destroy?,
        may_fail: may_fail?,
        body: content.rest,
        span: block.header,
    };
    if found.at_destroy {
        own_references_only(&found.body, cx);
    }
    Some(found)
}

/// An argument that is one of two words; whether it is the second. Not given, it is the first.
fn word(content: &mut Content, name: &str, words: [&str; 2], cx: &mut Context<'_>) -> Option<bool> {
    let Some(expr) = content.take(name) else {
        return Some(false);
    };
    if let ExprKind::String(_) = &expr.kind {
        warn_of_quotes("keyword", expr.span, cx);
    }
    let [first, second] = words;
    let said = match &expr.kind {
        ExprKind::String(text) => Some(&**text),
        _ => keyword(&expr),
    };
    let found = said.and_then(|said| [first, second].iter().position(|word| *word == said));
    if found.is_none() {
        cx.error_titled(
            &codes::REFERENCE_FORM,
            expr.span,
            format!("Invalid \"{name}\" keyword"),
            format!("The argument \"{name}\" is one of the words {first} and {second}."),
        );
    }
    found.map(|at| at == 1)
}

/// When an object goes, the rest of the configuration may be gone already.
fn own_references_only(body: &Body, cx: &mut Context<'_>) {
    for item in &body.items {
        let Item::Attribute(attribute) = item else {
            continue;
        };
        let allowed = |reference: &crate::syntax::Reference| {
            let first = match reference.steps.first() {
                Some(Step::Attr(name)) => &*name.name,
                _ => "",
            };
            matches!(
                (&*reference.root.name, first),
                ("self" | "path" | "terraform", _) | ("count", "index") | ("each", "key")
            )
        };
        if !variables(&attribute.expr).iter().all(allowed) {
            cx.error_titled(
                &codes::NOT_AVAILABLE,
                attribute.span,
                "Invalid reference from destroy provisioner",
                "When the object is destroyed, other objects may be gone, so the command can refer to the object itself \
                 alone: by self, count.index and each.key.",
            );
        }
    }
}
