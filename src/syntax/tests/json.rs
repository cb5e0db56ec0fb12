use super::{outline, places};
use crate::syntax::ast::Body;

use super::{Diagnostics, FILE, parse_json_file};

fn json(text: &str) -> (Body, Diagnostics) {
    parse_json_file(text, FILE)
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let (body, faults) = json(text);
    assert_eq!(places(text, &faults), "", "of {text:?}");
    assert!(body.json);
    assert_eq!(outline(&body), expected, "of {text:?}");
}

#[track_caller]
fn check_faults(text: &str, expected: &str) {
    assert_eq!(places(text, &json(text).1), expected, "of {text:?}");
}

#[test]
fn values_become_expressions_and_strings_templates() {
    check(
        r#"{"a": 1, "b": [true, null, -1.5e3], "c": {"d": "x", "${e}": "${f.g}"}}"#,
        r#"a = 1; b = [true, null, (-1.5e3)]; c = {"d" = "x", (template ${e}) = (template ${(get f g)})}"#,
    );
    check(
        r#"{"a": "\u0041\n\"$${b} \ud83d\ude00"}"#,
        r#"a = "A\n\"${b} 😀""#,
    );
    check(r#"[{"a": 1}, {"b": 2}]"#, "a = 1; b = 2");
    check("\u{feff} {}\r\n", "");
    check(r#"{"//": "note", "a": {"//": 1}}"#, r#"a = {"//" = 1}"#);
}

#[test]
fn spans_in_strings_go_through_escapes() {
    let text = r#"{"a": "\n\u0041${bcd}"}"#;
    let (body, _) = json(text);
    let expr = &body.attributes().next().unwrap().expr;
    let found = &crate::syntax::variables(expr)[0];
    assert_eq!(text.get(found.span.range()).unwrap(), "bcd");
    check_faults(
        r#"{"a": "\t${1 2}", "b": "${"}"#,
        "invalid-expression 1:14-15; unclosed-interpolation 1:25-27",
    );
}

#[test]
fn faults_of_json_have_their_place() {
    check_faults("{\"a\": 1,}", "json-invalid 1:9-10");
    check_faults("{\"a\": 1", "json-unclosed 1:1-2");
    check_faults("{\"a\": [1", "json-unclosed 1:7-8");
    check_faults("{\"a\": \"x\n\"}", "json-unclosed 1:7-9");
    check_faults("{'a': 1}", "json-invalid 1:2-3");
    check_faults("{\"a\": True}", "json-invalid 1:7-11");
    check_faults("{\"a\": 01}", "json-invalid 1:7-9");
    check_faults("{\"a\": \"\\x\"}", "invalid-escape 1:8-9");
    check_faults("{\"a\" 1}", "json-invalid 1:6-7");
    check_faults("{} {}", "json-invalid 1:4-5");
    check_faults("// x\n{}", "json-invalid 1:1-2");
    check_faults("", "json-unclosed 1:1-1");
    check_faults("5", "json-body 1:1-2");
    check_faults("[1]", "json-body 1:2-3");
    check_faults("{\"a\": 1, \"a\": 2}", "duplicate-argument 1:10-13");
    check_faults("{\"a\": {}, \"a\": []}", "");
    check_faults("{\"a\": \"\u{1}\"}", "json-invalid 1:8-9");
}

#[test]
fn blocks_are_objects_and_arrays_under_their_labels() {
    let blocks = |text: &str, labels: usize| {
        let (body, faults) = json(text);
        assert!(faults.is_empty());
        let (blocks, faults) = body.json_blocks("b", labels);
        let shown: Vec<String> = blocks
            .iter()
            .map(|block| {
                let labels: Vec<&str> = block.labels.iter().map(|label| label.name.as_ref()).collect();
                format!("{}{{{}}}", labels.join("."), outline(&block.body))
            })
            .collect();
        (shown.join(" "), places(text, &faults))
    };
    let ok = |shown: &str| (shown.to_owned(), String::new());
    assert_eq!(blocks(r#"{"b": {"x": 1}, "c": {}}"#, 0), ok("{x = 1}"));
    assert_eq!(
        blocks(r#"{"b": [{"x": 1}, {"//": 1, "x": 2}]}"#, 0),
        ok("{x = 1} {x = 2}")
    );
    assert_eq!(
        blocks(r#"{"b": {"t": {"n": {"x": 1}, "m": [{}, {}]}}}"#, 2),
        ok("t.n{x = 1} t.m{} t.m{}")
    );
    assert_eq!(
        blocks(r#"{"b": [{"t": [{"n": {}}]}, {"u": {"n": {}}}]}"#, 2),
        ok("t.n{} u.n{}")
    );
    assert_eq!(blocks(r#"{"b": {"t": {}}, "b": {"u": {}}}"#, 1), ok("t{} u{}"));
    assert_eq!(blocks(r#"{"b": null}"#, 1), ok(""));
    assert_eq!(
        blocks(r#"{"b": "x"}"#, 0),
        (String::new(), "json-body 1:7-10".to_owned())
    );
    assert_eq!(
        blocks(r#"{"b": {}}"#, 1),
        (String::new(), "json-body 1:7-9".to_owned())
    );
    assert_eq!(
        blocks(r#"{"b": {"t": 1}}"#, 1),
        (String::new(), "json-body 1:13-14".to_owned())
    );
}

#[test]
fn deep_json_is_a_fault() {
    let text = format!("{{\"a\": {}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    check_faults(&text, "too-deep 1:506-507");
}
