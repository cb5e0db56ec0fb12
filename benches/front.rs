//! Reading and evaluating large texts: whole processes of `validate` (which reads, checks and evaluates) at a
//! quarter, half and all of each size, so that a cost that is more than linear shows, and Terraform on the full
//! size where it is on the PATH. `cargo bench --bench front -- [SHAPE ...]`; all shapes unless some are named.
//!
//! A figure is wall seconds / CPU seconds / peak MB. Terraform needs minutes for some of these.
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

use std::fmt::Display;

use support::{has_terraform, measure};

/// A name, the full size, what is of that size, and the text of a size.
type Shape = (&'static str, usize, &'static str, fn(usize) -> String);

const SHAPES: &[Shape] = &[
    ("blocks", 50_000, "blocks of 233 bytes", blocks),
    ("list", 100_000, "elements of a list", list),
    ("join", 10_000, "interpolations in a string", join),
    ("chain", 10_000, "terms of one operator", chain),
    ("terms", 5_000, "terms of two operators", terms),
    ("locals", 5_000, "steps of a chain of locals", locals),
    ("keys", 40_000, "keys of an object", keys),
    ("heredoc", 160_000, "lines of a heredoc, 10 MB", heredoc),
    (
        "indent",
        160_000,
        "lines of an indented heredoc with a name each",
        indent,
    ),
    ("outputs", 40_000, "outputs", outputs),
    ("index", 20_000, "indexes into a list as long", index),
    ("brackets", 480, "brackets in each other", brackets),
    ("conditions", 480, "conditionals in each other", conditions),
];

fn main() {
    let Some(wanted) = support::arguments() else {
        return;
    };
    let terraform = has_terraform();
    println!("\n| shape | of | a quarter | half | all | terraform, all |\n|---|---|---|---|---|---|");
    for (name, size, of, text) in SHAPES {
        if !wanted.is_empty() && !wanted.iter().any(|wanted| wanted == name) {
            continue;
        }
        print!("| {name} | {size} {of}");
        for size in [size / 4, size / 2, *size] {
            print!(" | {}", validate(env!("CARGO_BIN_EXE_swarmform"), &text(size)));
        }
        match terraform {
            true => println!(" | {} |", validate("terraform", &text(*size))),
            false => println!(" | |"),
        }
    }
}

fn validate(program: &str, text: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("main.tf"), text).unwrap();
    measure(program, &["init"], dir.path());
    let figure = measure(program, &["validate"], dir.path());
    format!("{:.2} / {:.2} / {:.0}", figure.wall, figure.cpu, figure.peak_mb)
}

fn lines<T: Display>(size: usize, line: impl Fn(usize) -> T) -> String {
    (0..size).map(|at| format!("{}\n", line(at))).collect()
}

fn joined(size: usize, separator: &str, part: impl Fn(usize) -> String) -> String {
    (0..size).map(part).collect::<Vec<_>>().join(separator)
}

/// A local value `a`, and an output of it.
fn local(value: &str, output: &str) -> String {
    format!("locals {{\n  x = 1\n  a = {value}\n}}\noutput \"o\" {{\n  value = {output}\n}}\n")
}

fn blocks(size: usize) -> String {
    lines(size, |at| {
        format!(
            "resource \"terraform_data\" \"resource_number_{at:05}\" {{\n  input = {{\n    name  = \"value number \
             {at:05}\"\n    index = {at}\n    tags  = [\"one\", \"two\", \"${{upper(\"three\")}}-{at}\"]\n    size  = \
             1 + 2 * {at}\n  }}\n  triggers_replace = [\"a\", \"b\"]\n}}\n"
        )
    })
}

fn list(size: usize) -> String {
    let elements = joined(size, ", ", |at| format!("\"element {at}\""));
    local(&format!("[{elements}]"), "length(local.a)")
}

fn join(size: usize) -> String {
    local(&format!("\"{}\"", "${local.x}-".repeat(size)), "length(local.a)")
}

fn chain(size: usize) -> String {
    local(&joined(size, " + ", |_| "local.x".to_owned()), "local.a")
}

fn terms(size: usize) -> String {
    local(&joined(size, " + ", |at| format!("{at} * 2")), "local.a")
}

fn locals(size: usize) -> String {
    let steps = lines(size - 1, |at| format!("  a{} = local.a{at} + 1", at + 1));
    format!(
        "locals {{\n  a0 = 1\n{steps}}}\noutput \"o\" {{\n  value = local.a{}\n}}\n",
        size - 1
    )
}

fn keys(size: usize) -> String {
    let keys = lines(size, |at| format!("    key_{at} = {at}"));
    local(&format!("{{\n{keys}  }}"), "length(local.a)")
}

fn heredoc(size: usize) -> String {
    let text = "a line of text of a heredoc, some 64 bytes long, with $ and % in\n".repeat(size);
    local(&format!("<<EOT\n{text}EOT"), "length(local.a)")
}

fn indent(size: usize) -> String {
    let text = "    a line of text of a heredoc, some 64 bytes long, ${local.x}\n".repeat(size);
    local(&format!("<<-EOT\n{text}  EOT"), "length(local.a)")
}

fn outputs(size: usize) -> String {
    lines(size, |at| format!("output \"o{at}\" {{\n  value = \"v{at}\"\n}}"))
}

fn index(size: usize) -> String {
    let numbers = joined(size, ", ", |at| at.to_string());
    let outputs = lines(size, |at| {
        format!("output \"o{at}\" {{\n  value = local.a[{at}]\n}}")
    });
    local(&format!("[{numbers}]"), "length(local.a)") + &outputs
}

fn brackets(size: usize) -> String {
    local(
        &format!("{}{}", "[".repeat(size), "]".repeat(size)),
        "length(local.a)",
    )
}

fn conditions(size: usize) -> String {
    let conditions = joined(size, " : ", |at| format!("local.x == {at} + 2 ? {at}"));
    local(&format!("{conditions} : -1"), "local.a")
}
