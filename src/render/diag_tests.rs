//! Diagnostics as people and programs read them.

use super::{Style, diag, diag_json};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::source::{SourceMap, Span};

static BAD: Code = Code::new("test/bad-thing", "Bad thing", "");

const TEXT: &str =
    "variable \"scale\" {}\n\nresource \"a\" \"b\" {\n  size  = var.scale + [\n    1,\n  ]\n}\n";

fn at(subject: &str) -> (SourceMap, Span) {
    let mut sources = SourceMap::new();
    let file = sources.add("main.tf", TEXT);
    let start = TEXT.find(subject).unwrap();
    (sources, Span::new(file, start, start + subject.len()))
}

fn bad(subject: &str) -> (SourceMap, Diagnostic) {
    let (sources, span) = at(subject);
    let detail = "It is bad for a reason that takes more than one line to tell, as reasons do, and then you have to do something.";
    (
        sources,
        Diagnostic::error(&BAD, detail)
            .at(span)
            .value("var.scale", "is 1")
            .about("a.b[0]"),
    )
}

#[test]
fn a_diagnostic_shows_its_place_and_points_at_the_subject() {
    let (sources, diagnostic) = bad("var.scale + [");
    let expected = r#"
Error: Bad thing

  with a.b[0],
  on main.tf line 4, in resource "a" "b":
   4:   size  = var.scale + [
                ^^^^^^^^^^^^^
    ├────────────────
    │ var.scale is 1

It is bad for a reason that takes more than one line to tell, as reasons do,
and then you have to do something.
[test/bad-thing]
"#;
    assert_eq!(diag::one(&diagnostic, &sources, Style::PLAIN), expected);
}

/// What a colour terminal gets, and what of it a person reads.
fn in_colour(diagnostic: &Diagnostic, sources: &SourceMap) -> (String, String) {
    let style = Style {
        colour: true,
        width: 0,
    };
    let text = diag::one(diagnostic, sources, style);
    let plain = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    let read = plain.replace_all(&text, "").into_owned();
    (text, read)
}

#[test]
fn in_colour_it_stands_in_a_frame_and_its_excerpt_is_drawn() {
    let (sources, diagnostic) = bad("var.scale");
    let (text, read) = in_colour(&diagnostic, &sources);
    assert!(
        text.starts_with("\u{1b}[31m╷\u{1b}[0m\n\u{1b}[31m│\u{1b}[0m \u{1b}[31mError: \u{1b}[0m"),
        "{text:?}"
    );
    let expected = r#"╷
│ Error: Bad thing
│ 
│   with a.b[0],
│   in resource "a" "b":
│    ╭─[main.tf:4:11]
│  3 │ resource "a" "b" {
│  4 │   size  = var.scale + [
│    ·           ────┬────
│    ·               ╰── is 1
│  5 │     1,
│    ╰────
│ 
│ It is bad for a reason that takes more than one line to tell, as reasons do, and then you have to do something.
│ [test/bad-thing]
╵
"#;
    assert_eq!(read, expected);
}

#[test]
fn a_value_stands_at_its_name_and_else_below() {
    let (sources, diagnostic) = bad("size");
    let diagnostic = diagnostic.value("local.else", "is 2");
    let (_, read) = in_colour(&diagnostic, &sources);
    assert!(
        read.contains("│    ·   ──┬─    ────┬────\n│    ·     │         ╰── is 1\n│    ·     ╰── here\n"),
        "{read}"
    );
    assert!(read.contains("│     │ local.else is 2\n"), "{read}");
}

#[test]
fn a_drawn_excerpt_of_several_lines_and_foreign_text_is_harmless() {
    let mut sources = SourceMap::new();
    let text = "a = 1\nx = \"\u{1b}]0;owned\u{7}\" + [\n\t1,\n]\n";
    let file = sources.add("a\u{1b}.tf", text);
    let start = text.find("x = ").unwrap();
    let diagnostic = Diagnostic::error(&BAD, "").at(Span::new(file, start, text.len()));
    let (text, read) = in_colour(&diagnostic, &sources);
    assert!(
        !read.chars().any(|letter| letter.is_control() && letter != '\n'),
        "{text:?}"
    );
    assert!(
        read.contains("2 │ ╭─▶ x = \"\\u001b]0;owned\\u0007\" + ["),
        "{read}"
    );
    assert!(read.contains("[a\\u001b.tf:2:1]"), "{read}");
}

#[test]
fn the_same_cause_in_other_places_is_named_in_one_line() {
    let (sources, diagnostic) = bad("var.scale");
    let others = ["a.b[1]", "a.b[2]", "a.b[3]", "a.b[4]", "a.b[5]", "a.b[6]"];
    let mut all = vec![diagnostic.clone()];
    all.extend(others.map(|address| Diagnostic {
        address: Some(address.to_owned()),
        ..diagnostic.clone()
    }));
    let merged = Diagnostics(all).merged();
    assert_eq!(merged.0.len(), 1);
    let text = diag::one(&merged.0[0], &sources, Style::PLAIN);
    assert!(
        text.contains("  and again: a.b[1], a.b[2], a.b[3], a.b[4] and 2 more places\n"),
        "{text}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&diag_json::one(&merged.0[0], &sources).compact()).unwrap();
    assert_eq!(
        json["swarmform"]["again"][5],
        serde_json::json!({"address": "a.b[6]"})
    );
}

#[test]
fn foreign_text_cannot_steer_the_terminal() {
    let mut sources = SourceMap::new();
    let text = "x = \"\u{1b}]0;owned\u{7}\"\n";
    let file = sources.add("a\u{1b}.tf", text);
    let diagnostic = Diagnostic::error(&BAD, "detail \u{1b}[2J")
        .summary("sum\u{9b}mary")
        .at(Span::new(file, 0, 3));
    let shown = diag::one(&diagnostic, &sources, Style::PLAIN);
    assert!(
        !shown.chars().any(|letter| letter.is_control() && letter != '\n'),
        "{shown:?}"
    );
    assert!(shown.contains("\\u001b]0;owned\\u0007"), "{shown}");
}

#[test]
fn warnings_of_one_kind_are_told_once_and_come_before_errors() {
    let sources = SourceMap::new();
    let warning = || Diagnostic::warning(&BAD, "Look out.");
    let all = [Diagnostic::error(&BAD, "Stop."), warning(), warning(), warning()];
    let text = diag::all(&all, &sources, Style::PLAIN, true);
    let expected = "\nWarning: Bad thing\n\nLook out.\n\n(and 2 more warnings of this kind)\n[test/bad-thing]\n\nError: Bad thing\n\nStop.\n[test/bad-thing]\n";
    assert_eq!(text, expected);
    let compact = diag::all(&all[1..], &sources, Style::PLAIN, true);
    assert!(
        compact.starts_with("\nWarnings:\n\n- Bad thing [test/bad-thing] (and 2 more)\n"),
        "{compact}"
    );
}

#[test]
fn validation_as_json_has_the_range_and_the_snippet() {
    let (sources, diagnostic) = bad("var.scale");
    let json = diag_json::validation(&Diagnostics::from(diagnostic), &sources);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["valid"], false);
    assert_eq!(json["error_count"], 1);
    let one = &json["diagnostics"][0];
    assert_eq!(
        one["range"]["start"],
        serde_json::json!({"line": 4, "column": 11, "byte": 50})
    );
    assert_eq!(one["range"]["end"]["column"], 20);
    let snippet = &one["snippet"];
    assert_eq!(snippet["context"], "resource \"a\" \"b\"");
    let (code, from, to) = (
        snippet["code"].as_str().unwrap(),
        snippet["highlight_start_offset"].as_u64().unwrap() as usize,
        snippet["highlight_end_offset"].as_u64().unwrap() as usize,
    );
    assert_eq!(&code[from..to], "var.scale");
    assert_eq!(snippet["values"][0]["statement"], "is 1");
}

#[test]
fn a_subject_of_several_lines_keeps_its_offsets() {
    let (sources, diagnostic) = bad("[\n    1,\n  ]");
    let json: serde_json::Value =
        serde_json::from_str(&diag_json::one(&diagnostic, &sources).compact()).unwrap();
    let snippet = &json["snippet"];
    let (code, from, to) = (
        snippet["code"].as_str().unwrap(),
        snippet["highlight_start_offset"].as_u64().unwrap() as usize,
        snippet["highlight_end_offset"].as_u64().unwrap() as usize,
    );
    assert_eq!(&code[from..to], "[\n    1,\n  ]");
    let text = diag::one(&diagnostic, &sources, Style::PLAIN);
    assert!(
        text.contains("   5:     1,\n          ^^\n   6:   ]\n        ^\n"),
        "{text}"
    );
}
