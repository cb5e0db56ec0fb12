//! swarmform beside Terraform on the same files, in the same run: wall time, CPU time and peak memory of whole
//! processes, and how many times quicker and smaller we were.
//!
//! `cargo bench --bench peer -- [N ...] [shape=NAME ...] [terraform=N]`. Sizes are 100 and 1000 unless given.
//! Shapes are `blocks`, `count`, `for_each`, `graph` (each refers to two before it) of `terraform_data`, which both
//! tools have built in, and `orgs`: organizations of an embedded platform, which only swarmform speaks to; every
//! object there is one real HTTP call. Above `terraform=N` objects (1000 unless given) Terraform only plans a
//! creation, because its apply there takes a quarter of an hour. Without `terraform` on the PATH only swarmform is
//! measured.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_macros
)]

mod support;

use std::fmt::Write as _;

use support::{Figure, has_terraform, measure};

/// One shape of configuration: its name and the text for so many objects.
type Shape = (&'static str, fn(usize) -> String);

const SHAPES: [Shape; 5] = [
    ("blocks", blocks),
    ("count", count),
    ("for_each", for_each),
    ("graph", graph),
    ("orgs", organizations),
];

fn main() {
    let Some(args) = support::arguments() else {
        return;
    };
    let sizes: Vec<usize> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![100, 1000] } else { sizes };
    let named = |word: &str| -> Vec<&str> { args.iter().filter_map(|arg| arg.strip_prefix(word)).collect() };
    let wanted = named("shape=");
    let limit: usize = named("terraform=")
        .first()
        .map_or(1000, |number| number.parse().unwrap());
    let terraform = has_terraform();
    println!(
        "\n| shape | operation | swarmform: wall s / CPU s / MB | terraform | times quicker | memory |\n|---|---|---|---|---|---|"
    );
    for (name, text) in SHAPES {
        if !wanted.is_empty() && !wanted.contains(&name) {
            continue;
        }
        for size in &sizes {
            let text = text(*size);
            let ours = run_all(env!("CARGO_BIN_EXE_swarmform"), &text, true);
            let theirs = if terraform && name != "orgs" {
                run_all("terraform", &text, *size <= limit)
            } else {
                Vec::new()
            };
            for (at, (operation, figure)) in ours.iter().enumerate() {
                println!(
                    "| {name} {size} | {operation} | {} | {} |",
                    cell(figure),
                    theirs.get(at).map_or("| |".to_owned(), |(_, peer)| format!(
                        "{} | {:.0} | {:.0} % |",
                        cell(peer),
                        peer.wall / figure.wall,
                        100.0 * figure.peak_mb / peer.peak_mb
                    ))
                );
            }
        }
    }
}

fn cell(figure: &Figure) -> String {
    format!("{:.2} / {:.2} / {:.0}", figure.wall, figure.cpu, figure.peak_mb)
}

fn blocks(size: usize) -> String {
    (0..size).fold(String::new(), |mut text, at| {
        let _ = writeln!(
            text,
            "resource \"terraform_data\" \"r{at}\" {{\n  input = \"value {at}\"\n}}"
        );
        text
    })
}

fn count(size: usize) -> String {
    format!(
        "resource \"terraform_data\" \"r\" {{\n  count = {size}\n  input = \"value ${{count.index}}\"\n}}\n"
    )
}

fn for_each(size: usize) -> String {
    format!(
        "resource \"terraform_data\" \"r\" {{\n  for_each = toset({})\n  input = \"value ${{each.key}}\"\n}}\n",
        names("k", size)
    )
}

/// An expression for so many names. A single `range` gives at most 1,024 numbers.
fn names(prefix: &str, size: usize) -> String {
    format!(
        "flatten([for i in range({}) : [for j in range(100) : format(\"{prefix}%03d%02d\", i, j)]])",
        size / 100
    )
}

fn graph(size: usize) -> String {
    (0..size).fold(String::new(), |mut text, at| {
        let input = match at {
            0 => "\"first\"".to_owned(),
            1 => "terraform_data.r0.output".to_owned(),
            _ => format!(
                "\"${{terraform_data.r{}.id}} ${{terraform_data.r{}.id}}\"",
                at - 1,
                at / 2
            ),
        };
        let _ = writeln!(
            text,
            "resource \"terraform_data\" \"r{at}\" {{\n  input = {input}\n}}"
        );
        text
    })
}

fn organizations(size: usize) -> String {
    format!(
        "provider \"giantswarm\" {{\n  endpoint = \"embedded\"\n}}\nresource \"giantswarm_org\" \"o\" {{\n  \
         for_each = toset({})\n  name = each.key\n}}\n",
        names("team_", size)
    )
}

/// What a tool takes for each operation, in their order; without `whole` only for the first, the plan.
fn run_all(program: &str, text: &str, whole: bool) -> Vec<(&'static str, Figure)> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("main.tf"), text).unwrap();
    measure(program, &["init"], dir.path());
    let operations: [(&str, &[&str]); 4] = [
        ("plan", &["plan"]),
        ("apply", &["apply", "-auto-approve"]),
        ("empty plan", &["plan"]),
        ("destroy", &["destroy", "-auto-approve"]),
    ];
    let operations = operations.into_iter().take(if whole { 4 } else { 1 });
    operations
        .map(|(name, args)| (name, measure(program, args, dir.path())))
        .collect()
}
