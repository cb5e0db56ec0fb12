//! Measuring anew: a case is played with both tools, and its file is written with what both did.

use std::path::Path;
use std::process::Command;

use similar::{Algorithm, ChangeTag, TextDiff};

use super::case::{self, Step};
use super::run::{Bench, Tool};

/// Fails where there is no Terraform of the version that the facts are of.
pub fn is_possible() {
    let told = Command::new("terraform").arg("version").output();
    let told = told.expect("SWARMFORM_MEASURE needs terraform on the PATH");
    let told = String::from_utf8_lossy(&told.stdout);
    assert!(
        told.starts_with("Terraform v1.11."),
        "the facts are of Terraform 1.11, and this is {told}"
    );
}

/// Plays a case with both tools and writes its file anew.
pub fn write(path: &Path) -> Vec<String> {
    let before = std::fs::read_to_string(path).unwrap();
    let bench = |tool| Bench::new(tool, case::is_ordered(&before));
    let (theirs, ours) = (bench(Tool::Terraform), bench(Tool::Swarmform));
    let mut text = String::new();
    for step in case::steps(&before) {
        let facts = match (theirs.step(&step), ours.step(&step)) {
            (Some(theirs), Some(ours)) => together(&theirs, &ours),
            _ => Vec::new(),
        };
        text.push_str(&case::written(&step, &facts));
        if let Step::Run { command, .. } = step {
            println!("{}: {command}", path.file_stem().unwrap().to_string_lossy());
        }
    }
    if text != before {
        std::fs::write(path, text).unwrap();
    }
    Vec::new()
}

/// What both did, each fact once where they agree.
pub fn together(theirs: &[String], ours: &[String]) -> Vec<String> {
    let (theirs, ours) = (theirs.join("\n") + "\n", ours.join("\n") + "\n");
    let difference = TextDiff::configure()
        .algorithm(Algorithm::Lcs)
        .diff_lines(&theirs, &ours);
    let sign = |tag| match tag {
        ChangeTag::Equal => "=",
        ChangeTag::Delete => "-",
        ChangeTag::Insert => "+",
    };
    let lines = difference.iter_all_changes();
    lines
        .map(|line| format!("{} {}", sign(line.tag()), line.value().trim_end_matches('\n')))
        .collect()
}
