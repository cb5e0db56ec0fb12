use proptest::prelude::*;
use serde::Deserialize;

use super::{FILE, file, outline};
use crate::syntax::format;

/// A text and what Terraform 1.11.4 makes of it; nothing where it refuses the text.
#[derive(Deserialize)]
struct Measured {
    input: String,
    output: Option<String>,
}

fn measured() -> Vec<Measured> {
    let lines = include_str!("../../../tests/fixtures/fmt.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Formats a text that can be formatted, and sees to it that the result stays as it is.
#[track_caller]
fn formatted(text: &str) -> String {
    let first = format(text, FILE).unwrap_or_else(|faults| panic!("{text:?}: {faults:?}"));
    assert_eq!(
        format(&first, FILE).ok().as_deref(),
        Some(&*first),
        "again, of {text:?}"
    );
    first
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(formatted(text), expected, "of {text:?}");
}

#[test]
fn the_layout_is_as_measured() {
    for case in measured() {
        let found = format(&case.input, FILE).ok();
        assert_eq!(found, case.output, "of {:?}", case.input);
    }
}

#[test]
fn what_is_measured_to_be_canonical_stays() {
    for case in measured() {
        if let Some(output) = case.output {
            check(&output, &output);
        }
    }
}

#[test]
fn a_text_that_cannot_be_parsed_is_refused_with_the_reason() {
    let faults = format("a = 1\nb = \n", FILE).unwrap_err();
    let places: Vec<_> = faults.iter().filter_map(|fault| fault.subject).collect();
    assert!(!places.is_empty());
    assert!(format("{\"a\": 1}", FILE).is_err());
}

#[test]
fn values_are_unwrapped_as_often_as_they_are_wrapped() {
    check("a = \"${\"${\"${b}\"}\"}\"\n", "a = b\n");
    check("a = \"${\"${b}c\"}\"\n", "a = \"${b}c\"\n");
    check(
        "a = \"${ /* c */ \"${b /* d */}\" /* e */ }\"\n",
        "a = /* c */ b /* d */ /* e */\n",
    );
}

// Terraform takes something away from these texts, or makes texts of them that it refuses to read.

#[test]
fn an_index_does_not_become_a_fraction() {
    check("a =0 .3\n", "a = 0. 3\n");
    check("a = x.0 .1\n", "a = x.0. 1\n");
}

#[test]
fn an_unwrapped_value_ends_where_it_ended() {
    check("a = \"${ # c\n  b}\"\n", "a = ( # c\nb)\n");
    check("a = \"${b # c\n  + d}\"\n", "a = (b # c\n+ d)\n");
    check("a = \"${(b) +\n  (c)}\"\n", "a = ((b) +\n(c))\n");
    check("f { a = \"${b # c\n}\" }\n", "f { a = (b # c\n) }\n");
    check("a = \"${<<E\nx\nE\n}\" # c\n", "a = \"${<<E\nx\nE\n}\" # c\n");
    check("a = \"${b +\n<<E\nx\nE\n}\"\n", "a = \"${b +\n  <<E\nx\nE\n}\"\n");
}

#[test]
fn labels_and_keys_stay_whatever_is_in_them() {
    check("f \"$${a}\" b {}\n", "f \"$${a}\" \"b\" {}\n");
    check("f \"100%\" {}\n", "f \"100%\" {}\n");
    check("f \"a\\u200b\\\"\" {}\n", "f \"a\\u200b\\\"\" {}\n");
    check("a = b[true]\n", "a = b[true]\n");
}

/// Pieces of expressions that mean the same wherever they stand. None is a string of one interpolation alone.
const WORDS: &[&str] = &[
    "a",
    "var.b",
    "1",
    "-2",
    "\"x\"",
    "\"é ${c}\"",
    "\"x${ d [ 0 ] }y\"",
    "\"%{ if e }f%{ endif }\"",
    "null",
    "f( 1,g )",
    "f(\n1,\n)",
    "[1,\n2 ]",
    "[]",
    "{ a=1,b :2 }",
    "{\na=1\nbb = 2 # c\n}",
    "[ for x in y:x ]",
    "{for k,v in y:k=>v... if v}",
    "a.*.b",
    "a[*].c",
    "!true",
    "( 1+\n2 )",
    "{\na = <<E\n x ${ y }\n  E\n}",
];

const BETWEEN: &[&str] = &["+", " - ", "*-", "==", " &&", "||!", " < ", " ? 1:", "/* o */ /"];

const LINES: &[&str] = &[
    "\n",
    "\n\n",
    " # c\n",
    "// d  \n",
    "\n/* e\n f */\n",
    "\r\n",
    " \t\n",
    "\nblock {\n",
    "\nblock \"l\" m { # h\n",
];

/// A text of arguments, blocks and comments, spaced at random.
fn text() -> impl Strategy<Value = String> {
    let value = (
        prop::sample::select(WORDS),
        prop::option::of((prop::sample::select(BETWEEN), prop::sample::select(WORDS))),
    );
    let line = (0..4usize, 0..12usize, value, prop::sample::select(LINES));
    prop::collection::vec(line, 0..12).prop_map(|lines| {
        let mut text = String::new();
        let mut open = 0;
        for (at, (indent, name, (word, more), end)) in lines.into_iter().enumerate() {
            let space = " ".repeat(indent);
            text += &format!("{space}{}{at}{space}={space}{word}", "n".repeat(name + 1));
            if let Some((between, word)) = more {
                // The value of a conditional, so that every operator may stand before it.
                text += &format!("{between}{word}");
                if between.contains('?') {
                    text += &format!("? {word}: 0");
                }
            }
            text += end;
            open += usize::from(end.contains('{'));
        }
        text + "\n" + &"}\n".repeat(open)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_keeps_its_meaning_and_stays_once_it_is_canonical(text in text()) {
        let (before, faults) = file(&text);
        if faults.is_empty() {
            let new = formatted(&text);
            let (after, _) = file(&new);
            prop_assert_eq!(outline(&before), outline(&after), "{} became {}", text, new);
            prop_assert_eq!(new.matches('#').count(), text.matches('#').count());
        } else {
            prop_assert!(format(&text, FILE).is_err());
        }
    }
}
