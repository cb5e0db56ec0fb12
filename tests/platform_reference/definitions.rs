//! Definitions that a parser of the time has judged: real files, and cases at the edge. The platform says the same, and
//! gives an accepted one back from GET config in the parser's canonical form.

use serde_json::Value;
use swarmform::api::definition;

use crate::world::World;

/// A file's name and text, its verdict, and its canonical form as far as the table has it whole.
struct Case {
    name: String,
    text: String,
    verdict: String,
    canonical: Option<Value>,
}

/// The cases of a folder beside the project, if it is at hand; the verdict's column comes before the canonical form's.
fn cases(folder: &str, verdict: usize) -> Vec<Case> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
        .join(folder);
    let table = std::fs::read_to_string(folder.join("verdicts.tsv")).unwrap_or_default();
    let case = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        Some(Case {
            name: columns[0].to_owned(),
            text: std::fs::read_to_string(folder.join(columns[0])).ok()?,
            verdict: columns[verdict].to_owned(),
            canonical: columns
                .get(verdict + 1)
                .and_then(|text| serde_json::from_str(text).ok()),
        })
    };
    table.lines().filter_map(case).collect()
}

/// Sends every case to an environment of its own and holds the answers against the verdicts. How many were taken,
/// refused as the parser did, and refused by a rule that only a platform has.
async fn check(cases: Vec<Case>) -> (usize, usize, usize) {
    let world = World::new().await;
    let token = world.token("terminal");
    world
        .call("POST", "/v1/org/", &token, r#"{"org_id":"corpus"}"#)
        .await
        .ok(10003);
    let (mut taken, mut refused, mut beyond) = (0, 0, 0);
    for (number, case) in cases.iter().enumerate() {
        let env = format!("/v1/org/corpus/env/e{number}/app/");
        let answer = world.call("POST", &env, &token, &case.text).await;
        if case.verdict != "ok" {
            assert_eq!(
                answer.codes(),
                (400, 10013),
                "{}: {}\n{answer:?}",
                case.name,
                case.verdict
            );
            refused += 1;
            continue;
        }
        let rules = definition::parse(&case.text)
            .map(|read| definition::check(&read))
            .unwrap();
        if rules.iter().any(definition::Fault::is_error) {
            // Well formed, but nothing could run it: a name twice, eleven instances, a dependency on nothing.
            assert_eq!(answer.codes(), (400, 10013), "{}: {answer:?}", case.name);
            beyond += 1;
            continue;
        }
        assert_eq!(answer.codes(), (200, 10003), "{}: {answer:?}", case.name);
        let listed = world.call("GET", &env, &token, "").await.ok(10000).json();
        let app = listed["data"][0]["app"].as_str().unwrap().to_owned();
        let config = world
            .call("GET", &format!("{env}{app}/config"), &token, "")
            .await
            .ok(10000)
            .json();
        if let Some(canonical) = &case.canonical {
            assert_eq!(&config["data"], canonical, "{}", case.name);
        }
        taken += 1;
    }
    world.stop().await;
    println!("{taken} taken, {refused} refused, {beyond} refused by rules of a platform");
    (taken, refused, beyond)
}

#[tokio::test]
async fn every_real_file_has_the_verdict_and_the_canonical_form_of_the_parser_of_the_time() {
    let cases = cases("corpus/swarm-json", 3);
    let all = cases.len();
    let (taken, refused, beyond) = check(cases).await;
    assert_eq!((taken + refused, beyond), (all, 0));
}

#[tokio::test]
async fn every_case_at_the_edge_has_its_verdict_and_canonical_form() {
    let cases = cases("oracle/swarm-json-edge", 2);
    let all = cases.len();
    let (taken, refused, beyond) = check(cases).await;
    assert_eq!(taken + refused + beyond, all);
}

/// What the parser of the time said of definitions that differ in one thing from a good one: the line of that thing once
/// the text is laid out, where the fault can only be there, else 0; the verdict; its canonical form; the text.
const VERDICTS: &str = include_str!("../fixtures/definition-verdicts.tsv");

#[test]
fn one_thing_changed_has_the_verdict_of_the_parser_of_the_time_and_a_fault_on_its_line() {
    let (mut taken, mut refused, mut placed) = (0, 0, 0);
    for row in VERDICTS.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let [line, verdict, canonical, text] = columns[..] else {
            panic!("{row}");
        };
        // Laid out, each thing stands on a line of its own.
        let laid_out = serde_json::from_str::<Value>(text).unwrap();
        let laid_out = serde_json::to_string_pretty(&laid_out).unwrap();
        match (definition::parse(&laid_out), verdict) {
            (Ok(read), "ok") => {
                // A list that is null is an empty one to us, and no platform takes either.
                let canonical = canonical.replace(":null}", ":[]}");
                assert_eq!(
                    read.to_value(),
                    serde_json::from_str::<Value>(&canonical).unwrap(),
                    "{text}"
                );
                let again = definition::parse(&read.to_json()).unwrap();
                assert_eq!(again.to_json(), read.to_json(), "{text}");
                taken += 1;
            }
            (Err(faults), "no") => {
                refused += 1;
                let wanted: usize = line.parse().unwrap();
                if wanted == 0 {
                    continue;
                }
                let lines: Vec<usize> = faults
                    .iter()
                    .filter(|fault| fault.is_error())
                    .map(|fault| laid_out[..fault.span.start].lines().count().max(1))
                    .collect();
                assert!(
                    lines.contains(&wanted),
                    "{text}: not on line {wanted} but on {lines:?}: {faults:?}"
                );
                placed += 1;
            }
            (found, _) => panic!("{verdict}: {text}\n{found:?}"),
        }
    }
    println!("{taken} taken, {refused} refused, {placed} of these with their line");
    assert!(taken > 200 && refused > 200 && placed > 100);
}
