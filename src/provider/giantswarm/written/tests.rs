//! What is written for a definition means the definition, and no secret stands in it.

use crate::api::definition::{Definition, difference, parse};
use crate::lang::write::{Writing, write_block};
use crate::lang::{NamesScope, decode_body};
use crate::provider::giantswarm::app::source::{Source, source};
use crate::source::FileId;
use crate::syntax::ast::{Block, Item};
use crate::syntax::parse_file;
use crate::value::{Marks, Path, Value};

use super::app::{arguments, block};
use super::secrets::is_secret_argument;
use super::{AdoptedApp, AdoptedOrganization, Scale, adopt, convert, export, is_secret};

const SHOP: &str = r#"{"app_name": "shop", "services": [{"service_name": "web", "public_ports": {"80": "http"}, "components": [
    {"component_name": "php", "image": "acme/php:1.2", "ports": [80, "53/udp"], "args": ["--host=${x}", "--password", "hush hush"],
     "env": {"DB_PASSWORD": "hush hush", "HELLO": "a \"b\" %{c}\nd\n"}, "domains": {"shop.example.com": 80},
     "volumes": [{"path": "/data", "size": "5 GB"}], "pod": "p", "scaling_policy": {"min": 2, "max": 3},
     "dependencies": [{"name": "redis", "port": "6379", "alias": "cache", "same_machine": true}]},
    {"component_name": "redis", "image": "redis", "ports": ["6379/tcp"], "pod": "p", "scaling_policy": {"min": 2, "max": 3},
     "volumes": [{"volumes-from": "php"}]}]}]}"#;

fn shop() -> Definition {
    parse(SHOP).unwrap()
}

/// The arguments of an app in text, as evaluation gives them.
fn read(text: &str) -> Value {
    let (body, faults) = parse_file(text, FileId(0));
    assert!(!faults.has_errors(), "{text}\n{faults:?}");
    let found: Vec<&Block> = body
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Block(block) if &*block.kind.name == "resource" => Some(block),
            _ => None,
        })
        .collect();
    let (decoded, faults) = decode_body(&found[0].body, &block(), &NamesScope::empty());
    assert!(!faults.has_errors(), "{text}\n{faults:?}");
    decoded.value
}

/// The definition in the clear as text, without variables.
fn plainly(definition: &Definition) -> String {
    let schema = block();
    let (object, _) = arguments(&schema, "dev", definition);
    let writing = Writing {
        schema: &schema,
        object: &object,
        codes: &[],
        first: &[],
    };
    write_block("resource \"giantswarm_app\" \"a\"", &writing)
}

fn known(object: &Value) -> Definition {
    match source(object, None) {
        Source::Known(definition, _) => *definition,
        Source::Unknown => panic!("it is not known"),
        Source::Faulty(faults) => panic!("{faults:?}"),
    }
}

/// Configuration to JSON to configuration, and JSON to configuration to JSON.
fn goes_round(definition: &Definition) {
    let text = plainly(definition);
    let again = known(&read(&text));
    assert_eq!(
        difference(&definition.normalized(), &again.normalized()),
        [],
        "{text}"
    );
    let exported = export(&read(&text)).unwrap();
    let parsed = parse(&exported.text).unwrap();
    assert_eq!(plainly(&parsed), text, "configuration to JSON to configuration");
}

#[test]
fn a_definition_goes_round() {
    goes_round(&shop());
    // Entries without "=" have no place in blocks; so the text of the definition is kept.
    let odd = r#"{"app_name": "odd", "services": [{"service_name": "s", "components": [
        {"component_name": "c", "image": "redis", "env": ["B=1", "A"]}]}]}"#;
    let odd = parse(odd).unwrap();
    assert!(plainly(&odd).contains("definition = <<-EOT"));
    goes_round(&odd);
}

#[test]
fn every_real_definition_goes_round() {
    let shared = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let mut seen = 0;
    for dir in ["corpus/swarm-json", "oracle/swarm-json-edge"] {
        // They are at hand on some machines alone; the others have the cases of this file.
        let Ok(entries) = std::fs::read_dir(shared.join(dir)) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            if path.extension().is_some_and(|ending| ending == "json")
                && let Ok(definition) = parse(&text)
                && crate::api::definition::check(&definition)
                    .iter()
                    .all(|fault| !fault.is_error())
            {
                goes_round(&definition);
                seen += 1;
            }
        }
    }
    assert!(seen == 0 || seen > 50, "{seen} definitions are at hand");
}

#[test]
fn a_secret_is_a_variable() {
    let written = convert(&shop(), "acme", "live");
    assert!(!written.text.contains("hush"), "{}", written.text);
    assert!(
        written.text.contains("DB_PASSWORD = var.shop_php_db_password"),
        "{}",
        written.text
    );
    assert!(
        written
            .text
            .contains("[\"--host=$${x}\", \"--password\", var.shop_php_argument_3]"),
        "{}",
        written.text
    );
    let names: Vec<&str> = written
        .secrets
        .iter()
        .map(|secret| secret.variable.as_str())
        .collect();
    assert_eq!(names, ["shop_php_db_password", "shop_php_argument_3"]);
    assert!(written.text.contains("variable \"shop_php_argument_3\""));
    assert!(written.values().contains("shop_php_db_password = \"hush hush\""));
}

#[test]
fn a_secret_is_told_by_its_name_and_by_its_looks() {
    for (name, value) in [
        ("DB_PASSWORD", "x"),
        ("dbpassword", "x"),
        ("apiKey", "x"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
        ("DATABASE", "postgres://me:x@db/shop"),
        ("ID", "AKIAIOSFODNN7EXAMPLE"),
        ("SEED", "3f7a9c0b1d2e4f5a6b7c8d9e0f1a2b3c"),
    ] {
        assert!(is_secret(name, value), "{name}={value}");
    }
    for (name, value) in [
        ("HELLO", "world"),
        ("DB_PASSWORD", ""),
        ("MONKEY", "x"),
        ("HOME", "http://example.com:80/me@home"),
        ("DATABASE", "postgres://db/shop"),
    ] {
        assert!(!is_secret(name, value), "{name}={value}");
    }
    let args = ["--token=x", "--token", "x", "--quiet", "--password", "--x", "y"].map(str::to_owned);
    let found: Vec<usize> = (0..args.len())
        .filter(|at| is_secret_argument(&args, *at))
        .collect();
    assert_eq!(found, [0, 2]);
}

#[test]
fn an_export_leaves_what_is_sensitive_to_variables() {
    let object = read(&plainly(&shop()));
    let path = Path::root()
        .attr("service")
        .key("web")
        .attr("component")
        .key("php");
    let marked = object.mark_paths(&[(path.attr("env").key("DB_PASSWORD"), Marks::SENSITIVE)]);
    let exported = export(&marked).unwrap();
    // The same text as an argument is the same secret.
    assert!(!exported.text.contains("hush"), "{}", exported.text);
    assert!(
        exported.text.contains("DB_PASSWORD=$php_DB_PASSWORD"),
        "{}",
        exported.text
    );
    assert_eq!(exported.environment, "org/dev");
    assert!(exported.values().contains("\"php_DB_PASSWORD\": \"hush hush\""));
    let image = read(&plainly(&shop())).mark_paths(&[(path.attr("image"), Marks::SENSITIVE)]);
    assert!(
        export(&image)
            .err()
            .unwrap()
            .contains("no variable can stand for")
    );
}

#[test]
fn an_organization_is_written_with_its_imports() {
    let definition = r#"{"app_name": "api", "services": [{"service_name": "s", "components": [
        {"component_name": "c", "image": "redis"}]}]}"#;
    let app = AdoptedApp {
        env: "live".to_owned(),
        definition: parse(definition).unwrap(),
        running: false,
        states: Vec::new(),
        scales: vec![Scale {
            service: "s".to_owned(),
            component: "c".to_owned(),
            instances: 3,
        }],
    };
    let organization = AdoptedOrganization {
        name: "acme".to_owned(),
        managed: true,
        members: vec!["ada".to_owned(), "grace".to_owned()],
        apps: vec![app],
    };
    let written = adopt(&[organization], None);
    assert_eq!(
        written.text,
        r#"# What was there when swarmform looked. Once it is applied, the import blocks can go.

resource "giantswarm_org" "acme" {
  name = "acme"
}

import {
  to = giantswarm_org.acme
  id = "acme"
}

locals {
  acme_members = toset([
    "ada",
    "grace",
  ])
}

resource "giantswarm_member" "acme" {
  for_each = local.acme_members

  org      = giantswarm_org.acme.name
  username = each.key
}

import {
  for_each = local.acme_members
  to       = giantswarm_member.acme[each.key]
  id       = "acme/${each.key}"
}

resource "giantswarm_app" "acme_live_api" {
  env     = "live"
  org     = giantswarm_org.acme.name
  name    = "api"
  running = false

  service "s" {
    component "c" {
      image = "redis"
    }
  }
}

import {
  to = giantswarm_app.acme_live_api
  id = "acme/live/api"
}

resource "giantswarm_component_scale" "acme_live_api_s_c" {
  app       = giantswarm_app.acme_live_api.id
  service   = "s"
  component = "c"
  instances = 3
}

import {
  to = giantswarm_component_scale.acme_live_api_s_c
  id = "acme/live/api/s/c"
}
"#
    );
}
