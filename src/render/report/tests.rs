//! Reports of texts that no format must trip over.

use std::sync::Arc;

use super::*;
use crate::value::{Marks, Path, Value};

fn finding(kind: Kind, address: &str, part: Option<(&str, Value, Value)>) -> Finding {
    let part = part.map(|(name, last, now)| Deviation {
        path: Path::root().attr(name),
        config: Some(last.clone()),
        last,
        now,
        argument: true,
        span: None,
    });
    Finding {
        kind,
        address: address.to_owned(),
        part,
        place: Some(Place {
            file: "a dir/main,1:.tf".to_owned(),
            line: 3,
            end: 4,
        }),
        since: None,
    }
}

fn report(findings: Vec<Finding>) -> Report {
    Report {
        time: "2026-11-26T12:00:00Z".to_owned(),
        checked: vec!["fake_app.good".to_owned()],
        findings,
        root: "main.tf".to_owned(),
        ..Report::default()
    }
}

fn nasty() -> Report {
    let text = Value::string("<a href=\"x\">|`%`\u{1b}[31m\n::warning::x</a>");
    let mut all = report(vec![
        finding(
            Kind::Changed,
            "fake_app.a[\"<&>\"]",
            Some(("x", text.clone(), "y".into())),
        ),
        finding(
            Kind::Changed,
            "fake_app.b",
            Some((
                "token",
                Value::string("hunter2").mark(Marks::SENSITIVE),
                "hunter3".into(),
            )),
        ),
        finding(Kind::Create, "fake_app.c", None),
    ]);
    all.notes = vec!["A note | with <markup>.".to_owned()];
    all.ignored = vec![(
        finding(Kind::Deleted, "fake_app.d", None),
        "known & fine".to_owned(),
    )];
    all.unmanaged = Some(vec![Listed {
        type_name: Arc::from("fake_org"),
        id: Arc::from("la`b"),
    }]);
    all
}

#[test]
fn the_exit_code_says_what_there_is() {
    let drift = finding(Kind::Deleted, "fake_app.a", None);
    let pending = finding(Kind::Create, "fake_app.b", None);
    assert_eq!(report(Vec::new()).code(), 0);
    assert_eq!(report(vec![drift.clone()]).code(), 2);
    assert_eq!(report(vec![pending.clone()]).code(), 3);
    assert_eq!(report(vec![drift, pending]).code(), 4);
}

#[test]
fn no_format_tells_a_secret_or_lets_a_value_steer_a_terminal() {
    let all = nasty();
    let texts = Format::ALL.map(|(name, format)| (name, format.render(&all, Style::PLAIN)));
    for (name, text) in texts.into_iter().chain([("annotations", annotations(&all))]) {
        assert!(!text.contains("hunter"), "{name}: {text}");
        assert!(!text.contains('\u{1b}'), "{name}: {text}");
        assert!(text.contains("fake_app.b"), "{name}: {text}");
    }
}

#[test]
fn sarif_points_at_the_line_and_keeps_what_is_ignored_as_suppressed() {
    let json: serde_json::Value =
        serde_json::from_str(&Format::Sarif.render(&nasty(), Style::PLAIN)).unwrap();
    let results = &json["runs"][0]["results"];
    assert_eq!(results[0]["ruleId"], "drift/changed");
    let physical = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "a%20dir/main,1%3A.tf");
    assert_eq!(physical["region"]["startLine"], 3);
    assert_eq!(results[3]["suppressions"][0]["justification"], "known & fine");
    let rule = results[2]["ruleIndex"].as_u64().unwrap() as usize;
    assert_eq!(
        json["runs"][0]["tool"]["driver"]["rules"][rule]["id"],
        "pending/create"
    );
}

#[test]
fn junit_counts_what_fails_and_escapes_all() {
    let text = Format::Junit.render(&nasty(), Style::PLAIN);
    assert!(
        text.contains("tests=\"5\" failures=\"3\" errors=\"0\" skipped=\"1\""),
        "{text}"
    );
    assert!(
        text.contains("name=\"fake_app.a[&quot;&lt;&amp;&gt;&quot;]\""),
        "{text}"
    );
    assert!(text.contains("<skipped message=\"known &amp; fine\"/>"), "{text}");
    assert!(text.contains("name=\"fake_app.good\" time=\"0\"/>"), "{text}");
}

#[test]
fn annotations_are_one_line_each_and_no_more_than_the_runner_shows() {
    let text = annotations(&nasty());
    let first = text.lines().next().unwrap();
    assert!(
        first.starts_with(
            "::warning file=a dir/main%2C1%3A.tf,line=3,endLine=4,title=drift/changed::x of fake_app.a"
        ),
        "{first}"
    );
    assert!(first.contains("%25"), "{first}");
    let many = (0..30).map(|at| finding(Kind::Deleted, &format!("fake_app.a[{at}]"), None));
    let text = annotations(&report(many.collect()));
    assert_eq!(text.lines().count(), 10);
    assert!(
        text.ends_with("::21 more findings; the step summary has all of them.\n"),
        "{text}"
    );
}

#[test]
fn markdown_is_cut_in_the_middle() {
    let many = (0..2000).map(|at| {
        finding(
            Kind::Changed,
            &format!("fake_app.a[{at}]"),
            Some(("x", "1".into(), "2".into())),
        )
    });
    let all = report(many.collect());
    let text = markdown::text(&all, 10_000);
    assert!(text.len() <= 10_000, "{}", text.len());
    assert!(text.len() > 9_000, "{}", text.len());
    assert!(
        text.contains("`fake_app.a[0]`") && text.contains("`fake_app.a[1999]`"),
        "{text}"
    );
    assert!(
        text.contains(" more* |") && !text.contains("`fake_app.a[1000]`"),
        "{text}"
    );
    let whole = markdown::text(&all, usize::MAX);
    assert_eq!(whole.matches("drift/changed").count(), 2000);
}

#[test]
fn markup_in_values_stays_text() {
    let text = Format::Markdown.render(&nasty(), Style::PLAIN);
    let row = text.lines().find(|line| line.contains("fake_app.a")).unwrap();
    assert_eq!(row.replace("\\|", "").matches('|').count(), 8, "{row}");
    assert!(text.contains("A note \\| with &lt;markup&gt;."), "{text}");
}

#[test]
fn gitlab_has_a_place_for_each() {
    let mut all = nasty();
    all.findings[2].place = None;
    let json: serde_json::Value = serde_json::from_str(&Format::Gitlab.render(&all, Style::PLAIN)).unwrap();
    let prints: std::collections::BTreeSet<&str> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| issue["fingerprint"].as_str().unwrap())
        .collect();
    assert_eq!(prints.len(), 3);
    assert_eq!(json[2]["location"]["path"], "main.tf");
    assert_eq!(json[2]["severity"], "info");
}
