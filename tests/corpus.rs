//! Real swarm.json files, where they are at hand: what the parser of the time took is applied and stays as it
//! is; what it refused is refused at plan time, for the same reason.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_macros
)]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use support::Place;

const PROVIDER: &str = "provider \"giantswarm\" {\n  endpoint = \"embedded\"\n}\n\
                        resource \"giantswarm_org\" \"corpus\" {\n  name = \"corpus\"\n}\n";

/// File, and what the parser of the time said.
fn verdicts() -> Vec<(PathBuf, String)> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/swarm-json");
    let Ok(table) = fs::read_to_string(dir.join("verdicts.tsv")) else {
        return Vec::new();
    };
    let row = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        (dir.join(columns[0]), columns[3].to_owned())
    };
    table.lines().skip(1).map(row).collect()
}

fn app(number: usize, file: &str) -> String {
    format!(
        "resource \"giantswarm_app\" \"a{number}\" {{\n  org        = giantswarm_org.corpus.name\n  \
         env        = \"e{number}\"\n  definition = file(\"{file}\")\n}}\n"
    )
}

#[test]
fn every_definition_that_was_taken_is_applied_and_stays_as_it_is() {
    let place = Place::new();
    let mut text = PROVIDER.to_owned();
    let mut apps = 0;
    for (number, (path, _)) in verdicts()
        .into_iter()
        .filter(|(_, verdict)| verdict == "ok")
        .enumerate()
    {
        let file = format!("{number}.json");
        fs::copy(&path, place.path().join(&file)).unwrap();
        let _ = write!(text, "{}", app(number, &file));
        apps += 1;
    }
    if apps == 0 {
        println!("no files at hand");
        return;
    }
    place.write("main.tf", &text);
    place
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says(&format!("{} added", apps + 1));
    place
        .run(&["plan", "-detailed-exitcode"])
        .expect(0)
        .says("No changes");
    place
        .run(&["destroy", "-auto-approve"])
        .expect(0)
        .says(&format!("{} destroyed", apps + 1));
}

#[test]
fn every_definition_that_was_refused_is_refused_for_the_same_reason() {
    for (path, verdict) in verdicts().into_iter().filter(|(_, verdict)| verdict != "ok") {
        let place = Place::new();
        fs::copy(&path, place.path().join("swarm.json")).unwrap();
        place.write("main.tf", &format!("{PROVIDER}{}", app(0, "swarm.json")));
        let reason = verdict.trim_start_matches("REJECT: ");
        let ran = place.run(&["plan"]).expect(1);
        // Messages are wrapped to the width of the screen.
        let said = ran.all().split_whitespace().collect::<Vec<_>>().join(" ");
        let place_or_value = reason.split_once(": ").map_or(reason, |(_, rest)| rest);
        assert!(
            said.contains(place_or_value),
            "{}: {verdict}\n{}",
            path.display(),
            ran.all()
        );
    }
}
