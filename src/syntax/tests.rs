//! Tests of the room through its doors: `check` for expressions, `file` for bodies, `faults` for messages.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros)]

mod bodies;
mod expressions;
mod faults;
mod format;
mod json;
mod limits;
mod properties;
mod shapes;
mod templates;

use super::ast::{Body, Expr, Item};
use super::*;
use crate::source::SourceMap;

const FILE: FileId = FileId(0);

/// Reads an expression by both ways, which must agree, and gives its tree or its first fault.
fn expr(text: &str) -> Result<Expr, Diagnostics> {
    let ours = read_expression(text, FILE, 0, Through::Never);
    let through = read_expression(text, FILE, 0, Through::Crate);
    match (&ours, &through) {
        (Ok(ours), Ok(through)) => assert_eq!(ours, through, "the two readers disagree on {text:?}"),
        (Err(_), Err(_)) => {}
        _ => panic!("only one reader takes {text:?}: ours {ours:?}, through the crate {through:?}"),
    }
    ours
}

/// An expression and its tree, or `code line:column-line:column` of every fault.
#[track_caller]
fn check(text: &str, expected: &str) {
    let found = match expr(text) {
        Ok(expr) => format!("{expr:?}"),
        Err(faults) => places(text, &faults),
    };
    assert_eq!(found, expected, "of {text:?}");
}

/// A template file and its tree or faults.
#[track_caller]
fn check_template(text: &str, expected: &str) {
    let found = match parse_template(text, FILE, 0) {
        Ok(expr) => format!("{expr:?}"),
        Err(faults) => places(text, &faults),
    };
    assert_eq!(found, expected, "of {text:?}");
}

/// Reads a file by both ways, which must agree.
fn file(text: &str) -> (Body, Diagnostics) {
    let ours = read_file(text, FILE, Through::Never);
    let through = read_file(text, FILE, Through::Crate);
    assert_eq!(ours.0, through.0, "the two readers disagree on {text:?}");
    assert_eq!(places(text, &ours.1), places(text, &through.1), "of {text:?}");
    ours
}

/// A file and its outline.
#[track_caller]
fn check_file(text: &str, expected: &str) {
    let (body, faults) = file(text);
    assert_eq!(places(text, &faults), "", "of {text:?}");
    assert_eq!(outline(&body), expected, "of {text:?}");
}

/// A file and its faults, separated by semicolons.
#[track_caller]
fn check_faults(text: &str, expected: &str) {
    let (_, faults) = file(text);
    assert_eq!(places(text, &faults), expected, "of {text:?}\n{faults:#?}");
}

/// `code line:column` of every fault, and its end if that is on the same line.
fn places(text: &str, faults: &Diagnostics) -> String {
    let mut map = SourceMap::new();
    let id = map.add("test.tf", text);
    let file = map.file(id).unwrap();
    let one = |fault: &Diagnostic| {
        let span = fault.subject.expect("every fault has a place");
        let (start, end) = (file.position(span.start), file.position(span.end));
        let code = fault.code.id.strip_prefix("syntax/").unwrap();
        assert!(text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize));
        match start.line == end.line {
            true => format!("{code} {}:{}-{}", start.line, start.column, end.column),
            false => format!(
                "{code} {}:{}-{}:{}",
                start.line, start.column, end.line, end.column
            ),
        }
    };
    faults.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// `name = tree` and `kind "label" { ... }`, separated by semicolons.
fn outline(body: &Body) -> String {
    let one = |item: &Item| match item {
        Item::Attribute(attribute) => format!("{} = {:?}", attribute.name.name, attribute.expr),
        Item::Block(block) => {
            let labels: String = block
                .labels
                .iter()
                .map(|label| format!("{:?} ", label.name))
                .collect();
            format!("{} {labels}{{{}}}", block.kind.name, outline(&block.body))
        }
    };
    body.items.iter().map(one).collect::<Vec<_>>().join("; ")
}
