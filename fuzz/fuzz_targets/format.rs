//! The canonical layout of a text that can be read can be read too, means the same, and stays as it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use swarmform::source::FileId;
use swarmform::syntax::ast::{Body, Expr, ExprKind, Item, TemplatePart};
use swarmform::syntax::{format, parse_file};

const FILE: FileId = FileId(0);

fuzz_target!(|text: &str| {
    let Ok(once) = format(text, FILE) else {
        return;
    };
    let (before, _) = parse_file(text, FILE);
    let (after, faults) = parse_file(&once, FILE);
    assert!(!faults.has_errors(), "{text:?} became {once:?}: {faults:?}");
    assert_eq!(meaning(&before, ""), meaning(&after, ""), "{text:?} became {once:?}");
    let twice = format(&once, FILE).expect("it can be read");
    assert_eq!(once, twice, "of {text:?}");
});

/// The tree without places, and without what today's spelling leaves out.
fn meaning(body: &Body, around: &str) -> Vec<String> {
    let item = |item: &Item| match item {
        // The spelling of type constraints changes.
        Item::Attribute(attribute) if around == "variable" && &*attribute.name.name == "type" => vec!["type".to_owned()],
        Item::Attribute(attribute) => vec![format!("{} = {:?}", attribute.name.name, bare(&attribute.expr))],
        Item::Block(block) => {
            let labels: Vec<&str> = block.labels.iter().map(|label| &*label.name).collect();
            let mut lines = vec![format!("{} {labels:?}", block.kind.name)];
            lines.extend(meaning(&block.body, &block.kind.name));
            lines.push("end".to_owned());
            lines
        }
    };
    body.items.iter().flat_map(item).collect()
}

/// `"${a}"` and `(a)` are `a`.
fn bare(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Parens(inner) => bare(inner),
        ExprKind::Template(template) => match template.parts.as_slice() {
            [TemplatePart::Interpolation(inner)] => bare(inner),
            _ => expr,
        },
        _ => expr,
    }
}
