//! Holds the readers to measured answers of Terraform, where the shared facts lie beside the project.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::disallowed_macros
)]

use std::path::{Path, PathBuf};

use swarmform::source::FileId;
use swarmform::syntax::ast::{ExprKind, TemplatePart};
use swarmform::syntax::{parse_expression, parse_file, parse_json_file};

fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    path.exists().then_some(path)
}

/// Summaries of Terraform's errors that come from its parser.
const SYNTAX: &[&str] = &[
    "Invalid expression",
    "Extra characters after expression",
    "Missing expression",
    "Invalid 'for' expression",
    "Invalid attribute name",
    "Invalid escape sequence",
    "Invalid character",
    "Unsupported operator",
    "Unterminated template string",
    "Missing false expression in conditional",
    "Unbalanced parentheses",
    "Missing attribute separator",
    "Missing key/value separator",
    "Missing item separator",
    "Missing close bracket on index",
    "Unexpected end of template",
    "Unexpected else directive",
    "Unexpected endif directive",
    "Unexpected endfor directive",
    "Invalid template control keyword",
    "Invalid 'for' directive",
    "Invalid legacy index syntax",
    "Missing closing parenthesis",
    "Unterminated function call",
    "Unclosed template interpolation sequence",
    "Extra characters after interpolation expression",
    "Missing open parenthesis",
    "Missing function name",
    "Unterminated tuple constructor expression",
    "Unterminated object constructor expression",
    "Invalid multi-line string",
    "Unterminated heredoc",
    "Missing argument separator",
    "Nested splat expression not allowed",
    "Invalid number literal",
];

#[test]
fn expressions_are_taken_and_refused_as_measured() {
    let Some(path) = shared("oracle/console.jsonl") else {
        return;
    };
    let (mut taken, mut refused) = (0, 0);
    let mut wrong = Vec::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = row["expr"].as_str().unwrap();
        // What spans lines was measured as the value of an argument.
        let parsed = match row["via"].as_str() {
            Some("line") => parse_expression(text, FileId(0), 0).map(|_| ()),
            _ => match parse_file(&format!("x = {text}\n"), FileId(0)).1 {
                faults if faults.is_empty() => Ok(()),
                faults => Err(faults),
            },
        };
        let summaries: Vec<&str> = row["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|error| error["summary"].as_str())
            .map(|summary| summary.trim_start_matches("Error: "))
            .collect();
        if row["ok"].as_bool().unwrap() {
            taken += 1;
            if let Err(faults) = parsed {
                wrong.push(format!("refused {text:?}: {}", faults.0[0].detail));
            }
        } else if summaries.iter().any(|summary| SYNTAX.contains(summary)) {
            refused += 1;
            if parsed.is_ok() {
                wrong.push(format!("took {text:?}: {summaries:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(taken > 1000 && refused > 50, "{taken} {refused}");
}

fn configurations(root: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            configurations(&path, found);
        } else if path.to_string_lossy().ends_with(".tf") || path.to_string_lossy().ends_with(".tf.json") {
            found.push(path);
        }
    }
}

#[test]
fn measured_configurations_are_read_without_a_fault() {
    let Some(root) = shared("oracle/configs") else {
        return;
    };
    let mut found = Vec::new();
    configurations(&root, &mut found);
    assert!(found.len() > 20);
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        let json = path.to_string_lossy().ends_with(".json");
        let (body, faults) = if json {
            parse_json_file(&text, FileId(0))
        } else {
            parse_file(&text, FileId(0))
        };
        assert!(faults.is_empty(), "{}: {faults:?}", path.display());
        assert!(!body.items.is_empty(), "{}", path.display());
    }
}

/// Evaluates templates of literals alone: enough to see how texts are cut and trimmed.
fn render(parts: &[TemplatePart], bound: &str, out: &mut String) {
    for part in parts {
        match part {
            TemplatePart::Literal(text, _) => out.push_str(text),
            TemplatePart::Interpolation(expr) => match &expr.kind {
                ExprKind::String(text) => out.push_str(text),
                ExprKind::Variable(_) => out.push_str(bound),
                other => panic!("{other:?}"),
            },
            TemplatePart::If {
                condition, yes, no, ..
            } => {
                let branch = if condition.kind == ExprKind::Bool(true) {
                    yes
                } else {
                    no
                };
                render(branch, bound, out);
            }
            TemplatePart::For { collection, body, .. } => {
                let ExprKind::Tuple(items) = &collection.kind else {
                    panic!("{collection:?}");
                };
                for item in items {
                    let ExprKind::String(text) = &item.kind else {
                        panic!("{item:?}");
                    };
                    render(body, text, out);
                }
            }
        }
    }
}

fn rendered(text: &str) -> String {
    let tree = parse_expression(text, FileId(0), 0).unwrap_or_else(|faults| panic!("{text:?}: {faults:?}"));
    match &tree.kind {
        ExprKind::String(text) => text.to_string(),
        ExprKind::Template(template) => {
            let mut out = String::new();
            render(&template.parts, "", &mut out);
            out
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn templates_of_literals_give_the_measured_text() {
    let facts = include_str!("fixtures/templates.jsonl");
    let mut count = 0;
    for line in facts.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = row["expr"].as_str().unwrap();
        assert_eq!(rendered(text), row["value"].as_str().unwrap(), "of {text:?}");
        count += 1;
    }
    assert!(count > 100);
}
