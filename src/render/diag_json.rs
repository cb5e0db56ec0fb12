//! Diagnostics as JSON, in the shape that `validate -json` and the event stream share.

use crate::diag::{Again, Diagnostic, Diagnostics, Severity};
use crate::source::{Position, SourceMap};

use super::excerpt::{Excerpt, excerpt};
use super::json::Json;

/// One diagnostic. What is under `swarmform` is ours, all other members are as Terraform's tools know them.
pub fn one(diagnostic: &Diagnostic, sources: &SourceMap) -> Json {
    let mut json = Json::object([
        ("severity", Json::text(severity(diagnostic.severity))),
        ("summary", Json::text(&diagnostic.summary)),
        ("detail", Json::text(&diagnostic.detail)),
    ]);
    json.insert_some("address", diagnostic.address.as_deref().map(Json::text));
    let mut own = Json::object([("code", Json::text(diagnostic.code.id))]);
    if !diagnostic.again.is_empty() {
        let again = diagnostic.again.iter().map(|again| again_json(again, sources));
        own.insert("again", Json::Array(again.collect()));
    }
    json.insert("swarmform", own);
    let excerpt = diagnostic
        .subject
        .and_then(|subject| excerpt(sources, subject, diagnostic.context));
    if let Some(excerpt) = excerpt {
        json.insert(
            "range",
            Json::object([
                ("filename", Json::text(excerpt.file)),
                ("start", position(excerpt.start)),
                ("end", position(excerpt.end)),
            ]),
        );
        json.insert("snippet", snippet(&excerpt, diagnostic));
    }
    json
}

/// Where else the same cause shows: an address, or a file with a range.
fn again_json(again: &Again, sources: &SourceMap) -> Json {
    let mut json = Json::object([]);
    json.insert_some("address", again.address.as_deref().map(Json::text));
    let found = again
        .subject
        .and_then(|span| Some((span, sources.file(span.file)?)));
    if let Some((span, file)) = found {
        json.insert("filename", Json::text(file.name()));
        json.insert("start", position(file.position(span.start)));
        json.insert("end", position(file.position(span.end)));
    }
    json
}

/// `error` or `warning`.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn position(position: Position) -> Json {
    Json::object([
        ("line", Json::count(position.line)),
        ("column", Json::count(position.column)),
        ("byte", Json::count(position.byte)),
    ])
}

fn snippet(excerpt: &Excerpt<'_>, diagnostic: &Diagnostic) -> Json {
    let lines: Vec<&str> = excerpt.lines.iter().map(|line| &*line.text).collect();
    let code = lines.join("\n");
    let before_last: usize = lines.iter().rev().skip(1).map(|line| line.len() + 1).sum();
    let from = excerpt.lines.first().map_or(0, |line| line.from);
    let to = excerpt.lines.last().map_or(0, |line| before_last + line.to);
    let values = diagnostic.values.iter().map(|value| {
        Json::object([
            ("traversal", Json::text(&value.traversal)),
            ("statement", Json::text(&value.statement)),
        ])
    });
    Json::object([
        (
            "context",
            excerpt.header.as_deref().map_or(Json::Null, Json::text),
        ),
        ("code", Json::text(code)),
        ("start_line", Json::count(excerpt.start.line)),
        ("highlight_start_offset", Json::count(from)),
        ("highlight_end_offset", Json::count(to)),
        ("values", Json::Array(values.collect())),
    ])
}

/// The answer of `validate -json`.
pub fn validation(diagnostics: &Diagnostics, sources: &SourceMap) -> String {
    let count = |wanted: Severity| diagnostics.iter().filter(|d| d.severity == wanted).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let json = Json::object([
        ("format_version", Json::text("1.0")),
        ("valid", Json::Bool(errors == 0)),
        ("error_count", Json::count(errors)),
        ("warning_count", Json::count(warnings)),
        (
            "diagnostics",
            Json::Array(diagnostics.iter().map(|d| one(d, sources)).collect()),
        ),
    ]);
    format!("{}\n", json.pretty())
}
