//! The recipes of `docs/ci/`: each script in them is run as it stands there, on a town in order and on one that is not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::Ran;
use crate::town::Town;

/// The scripts of a page: shell blocks, and the multi-line texts of `run:` and `script:` in YAML.
fn scripts(page: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci").join(page);
    let text = fs::read_to_string(path).unwrap();
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        match line {
            "```sh" => {
                let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
                found.push(block.join("\n"));
            }
            "```yaml" => {
                let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
                found.extend(texts(&block));
            }
            _ => {}
        }
    }
    found
}

/// Texts that begin with `|`, without their indentation.
fn texts(yaml: &[&str]) -> Vec<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut found = Vec::new();
    for (at, line) in yaml.iter().enumerate() {
        let begins = line.trim_end().ends_with("run: |") || line.trim() == "- |";
        if !begins {
            continue;
        }
        let own = yaml[at + 1..]
            .iter()
            .take_while(|below| below.trim().is_empty() || indent(below) > indent(line));
        let own: Vec<&str> = own.copied().collect();
        let inner = own.iter().map(|line| indent(line)).min().unwrap();
        found.push(
            own.iter()
                .map(|line| &line[inner..])
                .collect::<Vec<_>>()
                .join("\n"),
        );
    }
    found
}

fn run(town: &Town, script: &str) -> Ran {
    run_with(town, script, "")
}

/// Runs a script in the directory of the town, with the digest that somebody approved.
fn run_with(town: &Town, script: &str, digest: &str) -> Ran {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_swarmform"));
    let path = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let here = town.place.path();
    fs::create_dir_all(here.join("reports")).unwrap();
    let mut command = Command::new("sh");
    command
        .args(["-eu", "-c", script])
        .current_dir(here)
        .env_clear()
        .env("PATH", path)
        .env("HOME", here)
        .env("STATE", here.join("state"))
        .env("CONFIGURATION", here)
        .env("REPORTS", here.join("reports"))
        .env("GITHUB_STEP_SUMMARY", here.join("summary.md"))
        .env("DIGEST", digest)
        .env("GIANTSWARM_PASSWORD", &town.password);
    Ran::from(command.output().unwrap())
}

#[test]
fn every_nightly_job_passes_in_order_fails_on_drift_and_lets_pending_changes_pass() {
    let town = Town::applied();
    let pages = [
        ("github.md", vec!["drift.sarif", "summary.md"]),
        ("gitlab.md", vec!["gl-code-quality-report.json", "drift.xml"]),
        ("cron.md", vec!["reports/drift.md", "reports/drift.json"]),
    ];
    let each = |expected: i32| {
        for (page, files) in &pages {
            let found = scripts(page);
            let ran = run(&town, &found[0]);
            assert_eq!(ran.code, expected, "{page}: {}", ran.all());
            if expected == 2 {
                assert!(ran.out.contains("giantswarm_app.hello"), "{page}: {}", ran.all());
            }
            for file in files {
                let text = fs::read_to_string(town.place.path().join(file)).unwrap();
                assert!(!text.is_empty(), "{page}: {file}");
                fs::remove_file(town.place.path().join(file)).unwrap();
            }
        }
    };
    each(0);
    town.place
        .edit("main.tf", "username = \"grace\"", "username = \"linus\"");
    each(0);
    town.place
        .edit("main.tf", "username = \"linus\"", "username = \"grace\"");
    town.move_image("2.0");
    each(2);
    town.place.write("broken.tf", "resource {");
    for (page, _) in &pages {
        let ran = run(&town, &scripts(page)[0]);
        assert_eq!(ran.code, 1, "{page}: {}", ran.all());
    }
}

#[test]
fn a_request_shows_a_plan_and_what_was_approved_is_applied_and_nothing_else() {
    for page in ["github.md", "gitlab.md"] {
        let town = Town::applied();
        let found = scripts(page);
        let (plan, apply) = match &found[..] {
            [_, plan, apply] => (plan, apply),
            other => panic!("{page} has {} scripts", other.len()),
        };
        town.place
            .edit("main.tf", "username = \"grace\"", "username = \"linus\"");
        let shown = run(&town, plan)
            .expect(0)
            .says("Plan: 1 to add, 0 to change, 1 to destroy.");
        let digest = shown.out.split("Digest: ").nth(1).unwrap();
        let digest = digest.split_whitespace().next().unwrap();
        if page == "github.md" {
            let summary = fs::read_to_string(town.place.path().join("summary.md")).unwrap();
            assert!(summary.contains(digest), "{summary}");
        }
        // Somebody slips in one more change.
        town.place.edit("main.tf", "hello:1.0", "hello:1.1");
        run_with(&town, apply, digest)
            .expect(1)
            .says("this is not the plan that was looked at");
        town.place.edit("main.tf", "hello:1.1", "hello:1.0");
        run_with(&town, apply, digest).expect(0).says("1 added");
        town.place.write("broken.tf", "resource {");
        run(&town, plan).expect(1);
    }
}
