//! The report for programs. `docs/schemas/drift.schema.json` describes it; within a major version of the format only
//! members are added.

use crate::plan::drift::Deviation;
use crate::render::json::{self, Json};
use crate::render::json_state::VERSION;

use super::{Finding, Report};

/// The version of the format.
pub const FORMAT: &str = "1.0";

/// The whole text.
pub fn text(report: &Report) -> String {
    let list = |findings: &[Finding]| Json::Array(findings.iter().map(finding).collect());
    let mut json = Json::object([
        ("format_version", Json::text(FORMAT)),
        ("swarmform_version", Json::text(VERSION)),
        ("time", Json::text(&report.time)),
        ("exit_code", Json::int(u64::from(report.code()))),
        ("has_drift", Json::Bool(report.has_drift())),
        ("has_pending", Json::Bool(report.has_pending())),
        (
            "checked",
            Json::Array(report.checked.iter().map(Json::text).collect()),
        ),
        ("findings", list(&report.findings)),
    ]);
    let ignored = report.ignored.iter().map(|(one, reason)| {
        let mut json = finding(one);
        json.insert("reason", Json::text(reason));
        json
    });
    json.insert("ignored", Json::Array(ignored.collect()));
    json.insert(
        "notes",
        Json::Array(report.notes.iter().map(Json::text).collect()),
    );
    json.insert_some(
        "unmanaged",
        report.unmanaged.as_ref().map(|all| {
            let each = all
                .iter()
                .map(|one| Json::object([("type", Json::text(&one.type_name)), ("id", Json::text(&one.id))]));
            Json::Array(each.collect())
        }),
    );
    json.pretty() + "\n"
}

fn finding(finding: &Finding) -> Json {
    let mut json = Json::object([
        ("rule", Json::text(finding.kind.rule())),
        ("drift", Json::Bool(finding.kind.is_drift())),
        ("address", Json::text(&finding.address)),
        ("fingerprint", Json::text(finding.fingerprint())),
        ("message", Json::text(finding.sentence())),
    ]);
    if let Some(part) = &finding.part {
        json.insert("attribute", Json::text(finding.attribute()));
        values(&mut json, part);
    }
    json.insert_some(
        "source",
        finding.place.as_ref().map(|place| {
            Json::object([
                ("file", Json::text(&place.file)),
                ("line", Json::count(place.line)),
            ])
        }),
    );
    json.insert_some(
        "last_in_order",
        finding.since.as_ref().map(|since| {
            Json::object([
                ("serial", Json::int(since.serial)),
                ("ended", Json::text(&since.ended)),
            ])
        }),
    );
    json
}

/// Values that are sensitive anywhere are left out, and so is a configuration that is not known yet.
fn values(json: &mut Json, part: &Deviation) {
    json.insert("sensitive", Json::Bool(part.is_hidden()));
    if part.is_hidden() {
        return;
    }
    let known = part.config.as_ref().filter(|value| value.is_wholly_known());
    json.insert_some("configuration", known.map(json::known));
    json.insert("last_applied", json::known(&part.last));
    json.insert("platform_now", json::known(&part.now));
}
