//! SARIF 2.1.0, for code scanning: each finding on the line of the configuration that it is about. What the ignore file
//! leaves out is in it as suppressed, with its reason.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::render::json::Json;
use crate::render::json_state::VERSION;

use super::{Finding, Kind, Report};

/// Where the format is specified.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// What stands for itself in no path of a URI.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b':');

/// The whole text.
pub fn text(report: &Report) -> String {
    let rules = Kind::ALL.iter().map(|kind| {
        Json::object([
            ("id", Json::text(kind.rule())),
            (
                "shortDescription",
                Json::object([("text", Json::text(kind.meaning()))]),
            ),
            (
                "defaultConfiguration",
                Json::object([("level", Json::text(level(*kind)))]),
            ),
        ])
    });
    let driver = Json::object([
        ("name", Json::text("swarmform")),
        ("semanticVersion", Json::text(VERSION)),
        ("rules", Json::Array(rules.collect())),
    ]);
    let found = report
        .findings
        .iter()
        .map(|finding| result(finding, report, None));
    let ignored = report
        .ignored
        .iter()
        .map(|(finding, reason)| result(finding, report, Some(reason)));
    let run = Json::object([
        ("tool", Json::object([("driver", driver)])),
        ("columnKind", Json::text("unicodeCodePoints")),
        ("results", Json::Array(found.chain(ignored).collect())),
    ]);
    let document = Json::object([
        ("$schema", Json::text(SCHEMA)),
        ("version", Json::text("2.1.0")),
        ("runs", Json::Array(vec![run])),
    ]);
    document.pretty() + "\n"
}

fn level(kind: Kind) -> &'static str {
    match kind {
        Kind::Deleted => "error",
        Kind::Changed => "warning",
        _ => "note",
    }
}

fn result(finding: &Finding, report: &Report, reason: Option<&str>) -> Json {
    let (file, lines) = match &finding.place {
        Some(place) => (place.file.as_str(), Some((place.line, place.end))),
        None => (report.root.as_str(), None),
    };
    let uri = utf8_percent_encode(file, ESCAPED).to_string();
    let mut physical = Json::object([("artifactLocation", Json::object([("uri", Json::text(uri))]))]);
    if let Some((first, last)) = lines {
        let region = Json::object([("startLine", Json::count(first)), ("endLine", Json::count(last))]);
        physical.insert("region", region);
    }
    let logical = Json::object([
        ("fullyQualifiedName", Json::text(&finding.address)),
        ("kind", Json::text("resource")),
    ]);
    let location = Json::object([
        ("physicalLocation", physical),
        ("logicalLocations", Json::Array(vec![logical])),
    ]);
    let index = Kind::ALL.iter().position(|kind| *kind == finding.kind);
    let mut json = Json::object([
        ("ruleId", Json::text(finding.kind.rule())),
        ("ruleIndex", Json::count(index.unwrap_or(0))),
        ("level", Json::text(level(finding.kind))),
        (
            "message",
            Json::object([("text", Json::text(finding.sentence()))]),
        ),
        ("locations", Json::Array(vec![location])),
        (
            "partialFingerprints",
            Json::object([("swarmform/v1", Json::text(finding.fingerprint()))]),
        ),
    ]);
    if let Some(reason) = reason {
        let suppression = Json::object([
            ("kind", Json::text("external")),
            ("justification", Json::text(reason)),
        ]);
        json.insert("suppressions", Json::Array(vec![suppression]));
    }
    json
}
