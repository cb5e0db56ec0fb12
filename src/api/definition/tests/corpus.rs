//! Every measured verdict of the original parser, file by file.

use std::path::Path;

use super::*;

/// Every file of a verdicts table: file name, verdict, canonical JSON.
fn verdicts(folder: &str, verdict: usize) -> Vec<(String, String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let Ok(table) = std::fs::read_to_string(folder.join("verdicts.tsv")) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for line in table.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        if let Ok(text) = std::fs::read_to_string(folder.join(columns[0])) {
            rows.push((
                text,
                columns[verdict].to_owned(),
                columns.get(verdict + 1).unwrap_or(&"").to_string(),
            ));
        }
    }
    rows
}

#[test]
fn every_measured_verdict_agrees() {
    let mut rows = verdicts("../shared/oracle/swarm-json-edge", 2);
    rows.extend(verdicts("../shared/corpus/swarm-json", 3));
    for (text, verdict, canonical) in rows {
        match parse(&text) {
            Ok(definition) => {
                assert_eq!(verdict, "ok", "{text}");
                // Some canonical forms are cut off in the table.
                if let Ok(canonical) = serde_json::from_str::<serde_json::Value>(&canonical) {
                    assert_eq!(definition.to_value(), canonical);
                }
            }
            Err(faults) => {
                let reason = verdict
                    .strip_prefix("REJECT: ")
                    .unwrap_or_else(|| panic!("{text}: {faults:?}"));
                let first = &faults[0];
                if let Some(at) = reason
                    .find(r#"["services"]"#)
                    .filter(|_| reason.contains("JSON field"))
                {
                    assert_eq!(&reason[at..], first.path.to_string(), "{text}");
                }
            }
        }
    }
}

#[test]
fn every_accepted_file_of_the_corpus_passes_all_rules() {
    let mut refused: Vec<String> = Vec::new();
    for (text, verdict, _) in verdicts("../shared/corpus/swarm-json", 3) {
        if verdict == "ok" {
            let (definition, _) = match load(&text, &Variables::new()) {
                Ok(loaded) => loaded,
                Err(faults) => {
                    refused.extend(faults.into_iter().map(|fault| fault.message));
                    continue;
                }
            };
            let again = parse_answer(&definition.to_json()).unwrap();
            assert_eq!(difference(&again.normalized(), &definition.normalized()), []);
        }
    }
    assert_eq!(refused, [""; 0]);
}
