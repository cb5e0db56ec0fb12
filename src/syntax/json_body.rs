//! Blocks in JSON bodies. JSON does not tell blocks from attributes, so whoever knows the schema asks for them.
//!
//! A block is an object, or an array of objects for several. Each label is one object more around it, whose
//! keys are the labels; these may come in arrays as well. A key `//` is a comment. It checks no schema.

use crate::diag::{Diagnostic, Diagnostics};

use super::ast::{Attribute, Block, Body, Expr, ExprKind, Ident, Item, ObjectItem, ObjectKey};
use super::codes;
use super::json::attribute;

impl Body {
    /// The blocks of type `kind` with that many labels in a JSON body, in source order; null stands for none.
    /// A value that can be no such block is a fault.
    pub fn json_blocks(&self, kind: &str, labels: usize) -> (Vec<Block>, Diagnostics) {
        let mut found = Found {
            blocks: Vec::new(),
            faults: Diagnostics::new(),
        };
        for given in self.attributes().filter(|given| given.name.name.as_ref() == kind) {
            found.read(given, &given.expr, labels, &mut Vec::new());
        }
        (found.blocks, found.faults)
    }
}

struct Found {
    blocks: Vec<Block>,
    faults: Diagnostics,
}

impl Found {
    fn read(&mut self, given: &Attribute, value: &Expr, missing: usize, labels: &mut Vec<Ident>) {
        let objects = match &value.kind {
            ExprKind::Null => return,
            ExprKind::Tuple(items) => items.as_slice(),
            _ => std::slice::from_ref(value),
        };
        for object in objects {
            let ExprKind::Object(items) = &object.kind else {
                if object.kind != ExprKind::Null {
                    self.fault(given, object, missing > 0);
                }
                continue;
            };
            if missing == 0 {
                self.block(given, object, labels);
                continue;
            }
            if items.is_empty() {
                self.fault(given, object, true);
            }
            for item in items {
                if let Some(label) = name(item) {
                    labels.push(label);
                    self.read(given, &item.value, missing - 1, labels);
                    labels.pop();
                }
            }
        }
    }

    fn block(&mut self, given: &Attribute, object: &Expr, labels: &[Ident]) {
        let header = labels.last().map_or(given.name.span, |label| label.span);
        self.blocks.push(Block {
            kind: given.name.clone(),
            labels: labels.to_vec(),
            body: Body {
                items: items(object).collect(),
                span: object.span,
                json: true,
            },
            header,
            span: header.to(object.span),
        });
    }

    fn fault(&mut self, given: &Attribute, value: &Expr, label: bool) {
        let kind = &given.name.name;
        let detail = match label {
            true => format!(
                "The block \"{kind}\" needs a label here: an object is expected whose keys are the labels."
            ),
            false => format!("The block \"{kind}\" is written as an object, or as an array of objects."),
        };
        let fault = Diagnostic::error(&codes::JSON_BODY, detail)
            .at(value.span)
            .within(given.name.span.to(value.span));
        self.faults.push(fault);
    }
}

/// The attributes of an object as those of a body, without comments.
pub(super) fn items(object: &Expr) -> impl Iterator<Item = Item> {
    let items = match &object.kind {
        ExprKind::Object(items) => items.as_slice(),
        _ => &[],
    };
    items.iter().filter_map(|item| {
        let name = name(item)?;
        (name.name.as_ref() != "//").then(|| Item::Attribute(attribute(&name.name, name.span, &item.value)))
    })
}

/// The name that a key is.
fn name(item: &ObjectItem) -> Option<Ident> {
    match &item.key {
        ObjectKey::Expr(Expr {
            kind: ExprKind::String(name),
            span,
        }) => Some(Ident {
            name: name.clone(),
            span: *span,
        }),
        ObjectKey::Ident(name) => Some(name.clone()),
        ObjectKey::Expr(_) | ObjectKey::Ambiguous(_) => None,
    }
}
