//! JUnit XML: one test case for each instance that was looked at. It fails if something is found of it, and is skipped if
//! all that is found is ignored.

use std::collections::BTreeMap;

use super::{Finding, Report};
use crate::render::markup::escaped;

/// What is said of one address.
#[derive(Default)]
struct Case<'a> {
    found: Vec<&'a Finding>,
    ignored: Vec<(&'a Finding, &'a str)>,
}

/// The whole text.
pub fn text(report: &Report) -> String {
    let mut cases: BTreeMap<&str, Case<'_>> = BTreeMap::new();
    for address in &report.checked {
        cases.entry(address).or_default();
    }
    for finding in &report.findings {
        cases.entry(&finding.address).or_default().found.push(finding);
    }
    for (finding, reason) in &report.ignored {
        let case = cases.entry(&finding.address).or_default();
        case.ignored.push((finding, reason));
    }
    let failures = cases.values().filter(|case| !case.found.is_empty()).count();
    let skipped = cases
        .values()
        .filter(|case| case.found.is_empty() && !case.ignored.is_empty())
        .count();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite package=\"swarmform\" id=\"0\" \
         name=\"drift\" timestamp=\"{}\" hostname=\"localhost\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" \
         skipped=\"{skipped}\" time=\"0\">\n    <properties/>\n",
        escaped(report.time.trim_end_matches('Z')),
        cases.len()
    );
    for (address, case) in &cases {
        out.push_str(&one(address, case));
    }
    let said = [&[report.summary()], report.notes.as_slice()].concat();
    out.push_str(&format!(
        "    <system-out>{}</system-out>\n    <system-err/>\n  </testsuite>\n</testsuites>\n",
        escaped(&said.join("\n"))
    ));
    out
}

fn one(address: &str, case: &Case<'_>) -> String {
    let head = format!(
        "    <testcase classname=\"drift\" name=\"{}\" time=\"0\"",
        escaped(address)
    );
    if let Some(first) = case.found.first() {
        let lines: Vec<String> = case.found.iter().map(|finding| line(finding)).collect();
        return format!(
            "{head}>\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>\n",
            first.kind.rule(),
            escaped(&message(&case.found)),
            escaped(&lines.join("\n"))
        );
    }
    if let Some((_, reason)) = case.ignored.first() {
        return format!(
            "{head}>\n      <skipped message=\"{}\"/>\n    </testcase>\n",
            escaped(reason)
        );
    }
    format!("{head}/>\n")
}

fn message(found: &[&Finding]) -> String {
    match found {
        [one] => one.sentence(),
        all => format!("{} findings", all.len()),
    }
}

fn line(finding: &Finding) -> String {
    match &finding.place {
        Some(place) => format!("{}:{}: {}", place.file, place.line, finding.sentence()),
        None => finding.sentence(),
    }
}
