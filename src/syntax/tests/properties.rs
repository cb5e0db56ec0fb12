use proptest::prelude::*;

use super::{FILE, expr, file, parse_json_file, parse_template, places};
use crate::source::Span;
use crate::syntax::ast::{Body, Expr, Item};

/// Pieces that texts of the language are made of, so that random texts come close to valid ones.
fn soup(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 0..most).prop_map(|pieces| pieces.concat())
}

const CODE: &[&str] = &[
    "a",
    "b",
    "c1",
    "for ",
    "in ",
    "if ",
    "null",
    "true",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t",
    "1",
    "0.5",
    "1e3",
    "2.",
    ".",
    "..",
    "...",
    ",",
    ":",
    "::",
    "?",
    "=",
    "==",
    "=>",
    "!=",
    "!",
    "<",
    "<=",
    ">",
    "&&",
    "||",
    "&",
    "+",
    "-",
    "*",
    "/",
    "%",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "${",
    "%{",
    "~}",
    "~",
    "%{if a}",
    "%{endif}",
    "%{else}",
    "\\",
    "\\n",
    "$$",
    "'",
    ";",
    "#",
    "//",
    "/*",
    "*/",
    "<<E\n",
    "<<-E\n",
    "E\n",
    "\nE\n",
    "  E\n",
    "é",
    "\u{feff}",
    "\u{a0}",
    "\0",
    " = ",
    "a = ",
    "foo {\n",
    "}\n",
    "foo \"x\" {\n",
    "[for x in y : x]",
    "{for k, v in m : k => v}",
    "f(",
    "a.b",
    "a[*]",
    ".*",
    "[0]",
    "\"x\"",
    "\"${a}\"",
];

const TEMPLATE: &[&str] = &[
    "a",
    " ",
    "\n",
    "\r\n",
    "${a}",
    "${~ a ~}",
    "${",
    "}",
    "$",
    "%",
    "$${",
    "%%{",
    "%{if a}",
    "%{ else }",
    "%{endif ~}",
    "%{~ for x in xs ~}",
    "%{endfor}",
    "\"",
    "\\n",
    "é",
    "\t",
    "  ",
];

const JSON: &[&str] = &[
    "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"b\": ", "1", "-", "0", ".5", "e3", "true", "null", "nul",
    " ", "\n", "\\", "\\n", "\\u0041", "\\ud83d", "\\ude00", "${", "}", "%{", "é", "//", "\u{1}",
];

/// Every part lies inside its parent, and siblings follow each other.
fn assert_ordered(body: &Body, within: Span) {
    assert!(within.contains(body.span));
    let mut last = body.span.head();
    for item in &body.items {
        let span = match item {
            Item::Attribute(attribute) => {
                assert!(attribute.name.span.end <= attribute.expr.span.start);
                assert_expr(&attribute.expr, attribute.span);
                attribute.span
            }
            Item::Block(block) => {
                assert!(block.span.contains(block.header));
                assert_ordered(&block.body, block.span);
                block.span
            }
        };
        assert!(
            last.end <= span.start && body.span.contains(span),
            "{last:?} {span:?}"
        );
        last = span;
    }
}

fn assert_expr(tree: &Expr, within: Span) {
    let mut first = true;
    crate::syntax::walk(tree, &mut |part| {
        assert!(within.contains(part.span));
        assert!(tree.span.contains(part.span), "{tree:?} {part:?}");
        assert!(first || part.span.start >= tree.span.start);
        first = false;
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_of_code_is_read_alike_by_both_readers(text in soup(CODE, 24)) {
        let (body, faults) = file(&text);
        places(&text, &faults);
        if faults.is_empty() {
            assert_ordered(&body, body.span);
        }
        if let Ok(tree) = expr(&text) {
            assert_expr(&tree, tree.span);
        }
    }

    #[test]
    fn any_template_is_read(text in soup(TEMPLATE, 24)) {
        if let Err(faults) = parse_template(&text, FILE, 0) {
            prop_assert!(!faults.is_empty());
            places(&text, &faults);
        }
        // Quoted and in heredocs, for the same pieces.
        let _ = expr(&format!("\"{text}\""));
        let _ = expr(&format!("<<-E\n{text}\nE\n"));
    }

    #[test]
    fn any_json_is_read(text in soup(JSON, 24)) {
        let (_, faults) = parse_json_file(&text, FILE);
        places(&text, &faults);
        let inside = format!("{{\"a\": [{text}]}}");
        let (_, faults) = parse_json_file(&inside, FILE);
        places(&inside, &faults);
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        let (_, faults) = file(&text);
        places(&text, &faults);
        let (_, faults) = parse_json_file(&text, FILE);
        places(&text, &faults);
        let _ = parse_template(&text, FILE, 0);
    }

    #[test]
    fn json_agrees_with_the_json_crate(text in soup(JSON, 12)) {
        let inside = format!("{{\"a\": {text}}}");
        let (_, faults) = parse_json_file(&inside, FILE);
        let ours = !faults.iter().any(|fault| fault.code.id.starts_with("syntax/json") || fault.code.id == "syntax/invalid-escape");
        let theirs = serde_json::from_str::<serde_json::Value>(&inside).is_ok();
        // Lone surrogates are the one thing in which we are kinder.
        if !inside.contains("\\ud") {
            prop_assert_eq!(ours, theirs, "{}", inside);
        }
    }
}
