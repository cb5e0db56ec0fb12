//! Any text is read without a panic, natively and as JSON, as a template and as an expression; and every span, of
//! the tree and of what is reported, lies inside the text and begins and ends between characters.
#![no_main]

use libfuzzer_sys::fuzz_target;
use swarmform::diag::Diagnostics;
use swarmform::source::{FileId, Span};
use swarmform::syntax::ast::{Body, Expr, Item};
use swarmform::syntax::{parse_expression, parse_file, parse_json_file, parse_template, variables, walk};

const FILE: FileId = FileId(0);

fuzz_target!(|text: &str| {
    for (body, faults) in [parse_file(text, FILE), parse_json_file(text, FILE)] {
        check_body(text, &body);
        check_faults(text, &faults);
    }
    for read in [parse_expression(text, FILE, 0), parse_template(text, FILE, 0)] {
        match read {
            Ok(expr) => check_expr(text, &expr),
            Err(faults) => {
                assert!(faults.has_errors());
                check_faults(text, &faults);
            }
        }
    }
});

fn check(text: &str, span: Span) {
    assert!(text.get(span.range()).is_some(), "{span:?} in {} bytes", text.len());
}

fn check_faults(text: &str, faults: &Diagnostics) {
    for fault in faults.iter() {
        fault.subject.into_iter().chain(fault.context).for_each(|span| check(text, span));
    }
}

fn check_body(text: &str, body: &Body) {
    check(text, body.span);
    for item in &body.items {
        match item {
            Item::Attribute(attribute) => {
                check(text, attribute.name.span);
                check_expr(text, &attribute.expr);
            }
            Item::Block(block) => {
                check(text, block.header);
                check(text, block.span);
                block.labels.iter().for_each(|label| check(text, label.span));
                check_body(text, &block.body);
            }
        }
    }
}

fn check_expr(text: &str, expr: &Expr) {
    walk(expr, &mut |part| check(text, part.span));
    variables(expr).iter().for_each(|reference| check(text, reference.span));
    assert!(expr.clone() == *expr);
}
