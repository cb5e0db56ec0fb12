//! The body of a planned call with its secrets taken out.
//!
//! Whatever text is marked as sensitive anywhere in the arguments is searched for in the body and replaced, so
//! that no way through variables or templates can let it slip.

use std::collections::BTreeSet;

use crate::api::definition::Definition;
use crate::provider::object::get;
use crate::value::{Kind, Marks, Value};

/// What stands for a secret.
pub(crate) const HIDDEN: &str = "(sensitive value)";

/// The JSON of a definition, fit to be shown.
pub(crate) fn body(arguments: &Value, definition: &Definition) -> String {
    let text = definition.to_json();
    if !arguments.has_mark_deep(Marks::SENSITIVE) {
        return text;
    }
    let whole = get(arguments, "definition").is_some_and(Value::is_sensitive);
    if whole || arguments.is_sensitive() {
        return HIDDEN.to_owned();
    }
    let mut secrets = BTreeSet::new();
    collect(arguments, false, &mut secrets);
    hide(&definition.to_value(), &secrets).to_string()
}

/// All sensitive texts and numbers of the arguments.
pub(crate) fn sensitive_texts(arguments: &Value) -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    collect(arguments, false, &mut secrets);
    secrets
}

/// All texts and numbers under a mark.
fn collect(value: &Value, marked: bool, secrets: &mut BTreeSet<String>) {
    let marked = marked || value.is_sensitive();
    match value.kind() {
        Kind::String(text) if marked && !text.is_empty() => {
            secrets.insert(text.to_string());
        }
        Kind::Number(number) if marked => {
            if let Some(whole) = number.to_i64() {
                secrets.insert(whole.to_string());
            }
        }
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            for item in items.iter() {
                collect(item, marked, secrets);
            }
        }
        Kind::Map(_, members) | Kind::Object(members) => {
            for (key, member) in members.iter() {
                if marked && matches!(value.kind(), Kind::Map(..)) {
                    secrets.insert(key.to_string());
                }
                collect(member, marked, secrets);
            }
        }
        _ => {}
    }
}

fn hide_text(text: &str, secrets: &BTreeSet<String>) -> String {
    // `KEY=VALUE` of an environment variable: the value alone is looked at as a whole.
    if let Some((key, value)) = text.split_once('=')
        && secrets.contains(value)
    {
        return format!("{key}={HIDDEN}");
    }
    if secrets.contains(text) {
        return HIDDEN.to_owned();
    }
    let mut longest: Vec<&String> = secrets.iter().filter(|secret| secret.len() > 2).collect();
    longest.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    let mut shown = text.to_owned();
    for secret in longest {
        shown = shown.replace(secret.as_str(), HIDDEN);
    }
    shown
}

fn hide(json: &serde_json::Value, secrets: &BTreeSet<String>) -> serde_json::Value {
    use serde_json::Value as Json;
    match json {
        Json::String(text) => Json::String(hide_text(text, secrets)),
        Json::Number(number) if secrets.contains(&number.to_string()) => Json::String(HIDDEN.to_owned()),
        Json::Array(items) => items.iter().map(|item| hide(item, secrets)).collect(),
        Json::Object(members) => {
            // The keys of the API itself are no secrets; those of maps may be.
            let known = |key: &str| {
                key.contains('_')
                    || matches!(
                        key,
                        "services" | "components" | "image" | "ports" | "env" | "domains"
                    )
            };
            let hidden = members.iter().map(|(key, member)| {
                let key = if known(key) {
                    key.clone()
                } else {
                    hide_text(key, secrets)
                };
                (key, hide(member, secrets))
            });
            Json::Object(hidden.collect())
        }
        other => other.clone(),
    }
}
