//! GitLab: a code quality report, a JSON array of issues. A finding without a place of its own is told at the first line
//! of the first file, for the format knows no issue without one.

use crate::render::json::Json;

use super::{Finding, Kind, Report};

/// The whole text.
pub fn text(report: &Report) -> String {
    let issues = report.findings.iter().map(|finding| issue(finding, report));
    Json::Array(issues.collect()).pretty() + "\n"
}

fn issue(finding: &Finding, report: &Report) -> Json {
    let (path, line) = match &finding.place {
        Some(place) => (place.file.as_str(), place.line),
        None => (report.root.as_str(), 1),
    };
    let severity = match finding.kind {
        Kind::Deleted => "critical",
        Kind::Changed => "major",
        _ => "info",
    };
    Json::object([
        ("description", Json::text(finding.sentence())),
        ("check_name", Json::text(finding.kind.rule())),
        ("fingerprint", Json::text(finding.fingerprint())),
        ("severity", Json::text(severity)),
        (
            "location",
            Json::object([
                ("path", Json::text(path)),
                ("lines", Json::object([("begin", Json::count(line))])),
            ]),
        ),
    ])
}
