//! The generated reference pages: `docs/errors.md`, `docs/functions.md`, `docs/resources.md`. The code is their
//! source; `SWARMFORM_WRITE_DOCS=1 cargo test --test reference` writes them again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods
)]

#[path = "errors/corpus.rs"]
mod corpus;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use corpus::{Case, Section};
use swarmform::plan::semantics::Semantics;
use swarmform::schema::{Block, Nesting, ResourceSchema, Usage};

fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("SWARMFORM_WRITE_DOCS").is_some() {
        fs::write(&path, text).unwrap();
        return;
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == text,
        "docs/{name} is not what the code says; write it again with `just docs`"
    );
}

/// The example of a code from the corpus of diagnostics: what causes it, and what is then seen.
fn example(page: &mut String, case: &Case) {
    // A configuration that nobody would read is no example.
    let is_readable = |section: &Section| section.body.lines().all(|line| line.len() < 120);
    if !case.sections.iter().all(is_readable) {
        return;
    }
    for section in &case.sections {
        let body = section.body.trim_end();
        if let Some(command) = section.head.strip_prefix("setup swarmform ") {
            let _ = write!(page, "\nAfter `swarmform {command}`:\n");
        } else if let Some(command) = section.head.strip_prefix("$ ") {
            // What only a broken disk or provider can cause has no command.
            let command = match command.strip_prefix("library") {
                Some(_) => String::new(),
                None => format!("$ {command}\n"),
            };
            let _ = write!(page, "\n```text\n{command}{body}\n```\n");
        } else if !section.head.starts_with("setup ") && !section.head.starts_with("beside ") {
            let kind = match section.head.rsplit_once('.') {
                Some((_, "tf" | "tfvars")) => "hcl",
                Some((_, "json")) => "json",
                _ => "text",
            };
            if section.head != "main.tf" {
                let _ = write!(page, "\n`{}`:\n", section.head);
            }
            let _ = write!(page, "\n```{kind}\n{body}\n```\n");
        }
    }
}

#[test]
fn every_error_code_is_there_once_and_explained() {
    let all = corpus::codes();
    let cases = corpus::cases();
    let ids: BTreeSet<&str> = all.iter().map(|code| code.id).collect();
    assert_eq!(ids.len(), all.len(), "a code is declared twice");
    let mut page = String::from(
        "# Errors\n\nEvery diagnostic of swarmform has a code that stays the same: the last line of a message in the \
         terminal, the member `code` in JSON. This page lists them all, each with an example and what is then seen. It is \
         generated from the code and from `tests/errors/`.\n",
    );
    let mut room = "";
    for code in all {
        let (of, _) = code.id.split_once('/').expect("a code is room/name");
        if of != room {
            room = of;
            let _ = write!(page, "\n## {room}\n");
        }
        assert!(code.explanation.len() > 40, "{} is not explained", code.id);
        let _ = write!(
            page,
            "\n### {}\n\n*{}.* {}\n",
            code.id,
            code.title,
            code.explanation.trim()
        );
        if let Some(case) = cases.iter().find(|case| case.main && case.code == code.id) {
            example(&mut page, case);
        }
    }
    check("errors.md", &page);
}

#[test]
fn every_function_is_described() {
    let mut page = String::from(
        "# Functions\n\nAll functions of the language. They mean what they mean in Terraform 1.11; differences are \
         named in `differences.md`. This page is generated from the code.\n\n| function | what it does |\n|---|---|\n",
    );
    for function in swarmform::lang::functions::all() {
        assert!(!function.summary.is_empty(), "{} is not described", function.name);
        let signature = function.signature().replace('|', "\\|");
        let _ = writeln!(
            page,
            "| `{signature}` | {} |",
            function.summary.replace('|', "\\|")
        );
    }
    check("functions.md", &page);
}

fn describe_block(page: &mut String, block: &Block, indent: usize) {
    let pad = "  ".repeat(indent);
    for (name, attribute) in &block.attributes {
        let usage = match attribute.usage {
            Usage::Required => "required",
            Usage::Optional => "optional",
            Usage::OptionalComputed => "optional, computed if left out",
            Usage::Computed => "computed",
        };
        let mut notes = vec![attribute.ty.to_string(), usage.to_owned()];
        if attribute.forces_replacement {
            notes.push("a change replaces the object".to_owned());
        }
        if attribute.sensitive {
            notes.push("sensitive".to_owned());
        }
        if attribute.write_only {
            notes.push("write-only: never kept".to_owned());
        }
        let _ = writeln!(
            page,
            "{pad}- `{name}` ({}): {}",
            notes.join(", "),
            attribute.description
        );
    }
    for (name, nested) in &block.blocks {
        let form = match nested.nesting {
            Nesting::Single => format!("`{name} {{ }}` (at most one)"),
            Nesting::List | Nesting::Set => format!("`{name} {{ }}` (any number)"),
            Nesting::Map => format!("`{name} \"LABEL\" {{ }}` (any number, each with a label of its own)"),
        };
        let _ = writeln!(page, "{pad}- {form}: {}", nested.description);
        describe_block(page, &nested.block, indent + 1);
    }
}

fn describe(page: &mut String, kind: &str, name: &str, schema: &ResourceSchema) {
    let _ = write!(page, "\n## {name} ({kind})\n\n{}\n\n", schema.description);
    describe_block(page, &schema.block, 0);
    if !schema.import_id.is_empty() {
        let _ = write!(page, "\nImport id: `{}`\n", schema.import_id);
    }
}

#[test]
fn every_resource_type_is_described() {
    let registry = swarmform::cli::session::Place::new(None).unwrap().providers();
    let mut page = String::from(
        "# Resource types\n\nThe providers are built in; there is nothing to install. This page is generated from \
         their schemas.\n",
    );
    for name in registry.names() {
        let semantics: Arc<dyn Semantics> = registry.semantics(name).unwrap();
        let schema = semantics.schema();
        let _ = write!(page, "\n# Provider `{name}`\n");
        if !schema.config.attributes.is_empty() {
            page.push_str("\nArguments of the `provider` block:\n\n");
            describe_block(&mut page, &schema.config, 0);
        }
        for (ty, resource) in &schema.resources {
            describe(&mut page, "resource", ty, resource);
        }
        for (ty, data) in &schema.data_sources {
            describe(&mut page, "data source", ty, data);
        }
    }
    check("resources.md", &page);
}
