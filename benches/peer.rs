//! swarmform beside Terraform on the same files, in the same run: wall time, CPU time and peak memory of whole
//! processes. `cargo bench --bench peer -- [N ...]`; sizes are 100 and 1000 unless given.
//!
//! The first part runs both tools on `terraform_data` blocks, which both have built in. Without `terraform` on
//! the PATH only swarmform is measured. The second part is the organizations of an embedded platform, which only
//! swarmform speaks to: every object there is one real HTTP call.
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

fn main() {
    let Some(args) = support::arguments() else {
        return;
    };
    let sizes: Vec<usize> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![100, 1000] } else { sizes };
    let terraform = has_terraform();
    let swarmform = env!("CARGO_BIN_EXE_swarmform");
    println!("\n| shape | tool | operation | wall s | CPU s | peak MB |\n|---|---|---|---|---|---|");
    for size in &sizes {
        for (shape, text) in [
            ("blocks", blocks(*size)),
            ("count", count(*size)),
            ("graph", graph(*size)),
        ] {
            let shape = format!("{shape} {size}");
            run_all(&shape, "swarmform", swarmform, &text);
            if terraform {
                run_all(&shape, "terraform", "terraform", &text);
            }
        }
        run_all(
            &format!("orgs {size}, HTTP"),
            "swarmform",
            swarmform,
            &organizations(*size),
        );
    }
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
         for_each = toset([for i in range({size}) : format(\"team_%05d\", i)])\n  name = each.key\n}}\n"
    )
}

fn run_all(shape: &str, tool: &str, program: &str, text: &str) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("main.tf"), text).unwrap();
    measure(program, &["init"], dir.path());
    let operations: [(&str, &[&str]); 4] = [
        ("plan", &["plan"]),
        ("apply", &["apply", "-auto-approve"]),
        ("empty plan", &["plan"]),
        ("destroy", &["destroy", "-auto-approve"]),
    ];
    for (name, args) in operations {
        let Figure { wall, cpu, peak_mb } = measure(program, args, dir.path());
        println!("| {shape} | {tool} | {name} | {wall:.2} | {cpu:.2} | {peak_mb:.0} |");
    }
}
