//! The OpenAPI document: it is served, checked in, and names the methods of the table and no others.

use std::collections::BTreeSet;

use serde_json::Value;
use swarmform::platform::openapi;
use swarmform::platform::routes::METHODS;

use crate::world::World;

#[test]
fn the_checked_in_document_is_what_the_code_says() {
    let text = serde_json::to_string_pretty(&openapi::document()).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
    if std::env::var_os("SWARMFORM_WRITE_DOCS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == text,
        "docs/openapi.json is old; write it again with SWARMFORM_WRITE_DOCS=1"
    );
}

#[test]
fn the_document_names_every_method_once_and_no_other() {
    let document = openapi::document();
    let mut named = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            named.insert((method.to_uppercase(), path.clone()));
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()));
        }
    }
    let table: BTreeSet<(String, String)> = METHODS
        .iter()
        .flat_map(|entry| {
            entry
                .paths
                .iter()
                .map(|path| (entry.method.to_string(), (*path).to_owned()))
        })
        .collect();
    assert_eq!(named, table);
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    fn walk(document: &Value, at: &Value, seen: &mut usize) {
        if let Some(link) = at.get("$ref").and_then(Value::as_str) {
            *seen += 1;
            let target = document.pointer(link.strip_prefix('#').unwrap());
            assert!(target.is_some(), "{link}");
        }
        match at {
            Value::Object(members) => members.values().for_each(|member| walk(document, member, seen)),
            Value::Array(items) => items.iter().for_each(|item| walk(document, item, seen)),
            _ => {}
        }
    }
    let document = openapi::document();
    let mut seen = 0;
    walk(&document, &document, &mut seen);
    assert!(seen > 100, "{seen}");
}

#[tokio::test]
async fn the_document_is_served_to_everybody_beside_the_api() {
    let world = World::new().await;
    let answer = world.call("GET", "/openapi.json", "", "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json(), openapi::document());
    world.stop().await;
}
