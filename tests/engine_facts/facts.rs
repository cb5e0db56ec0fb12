//! What there is to say of a plan and of a state, given as JSON: one line each, without ids.

use std::collections::BTreeSet;

use serde_json::Value as Json;

/// What there is to say of a plan.
pub fn plan_facts(plan: &Json) -> BTreeSet<String> {
    let mut facts = BTreeSet::new();
    for (kind, key) in [("change", "resource_changes"), ("drift", "resource_drift")] {
        facts.extend(list(&plan[key]).map(|change| without_ids(&change_fact(kind, change))));
    }
    for (name, change) in plan["output_changes"].as_object().into_iter().flatten() {
        facts.insert(format!("output {name} {}", compact(change)));
    }
    for check in list(&plan["checks"]) {
        let instances: Vec<String> = list(&check["instances"])
            .map(|instance| {
                let problems = list(&instance["problems"]).map(|problem| problem["message"].clone());
                let problems = compact(&Json::Array(problems.collect()));
                format!(
                    "{} {} {problems}",
                    text(&instance["address"]["to_display"]),
                    text(&instance["status"])
                )
            })
            .collect();
        let (of, status) = (text(&check["address"]["to_display"]), text(&check["status"]));
        facts.insert(format!("check {of} {status} {}", instances.join(" | ")));
    }
    let flag = |name: &str| {
        if plan[name] == Json::Bool(true) {
            "True"
        } else {
            "False"
        }
    };
    facts.insert(format!(
        "plan applyable={} complete={} errored={}",
        flag("applyable"),
        flag("complete"),
        flag("errored")
    ));
    facts
}

fn change_fact(kind: &str, change: &Json) -> String {
    let inner = &change["change"];
    let actions: Vec<&str> = list(&inner["actions"]).map(text).collect();
    let mut fact = format!("{kind} {} {}", text(&change["address"]), actions.join("+"));
    if change["deposed"].is_string() {
        fact.push_str(" deposed=<key>");
    }
    for key in ["action_reason", "previous_address"] {
        if let Some(value) = change[key].as_str() {
            fact.push_str(&format!(" {key}={value}"));
        }
    }
    if !inner["importing"].is_null() {
        fact.push_str(&format!(" importing={}", compact(&inner["importing"])));
    }
    if list(&inner["replace_paths"]).next().is_some() {
        fact.push_str(&format!(" replace_paths={}", compact(&inner["replace_paths"])));
    }
    for key in [
        "before",
        "after",
        "after_unknown",
        "before_sensitive",
        "after_sensitive",
    ] {
        let value = &inner[key];
        let empty = value.as_object().is_some_and(serde_json::Map::is_empty);
        if !empty && !value.is_null() && *value != Json::Bool(false) {
            fact.push_str(&format!(" {key}={}", compact(value)));
        }
    }
    fact
}

/// What there is to say of a state.
pub fn state_facts(state: &Json) -> Vec<String> {
    let mut facts = Vec::new();
    for resource in list(&state["resources"]) {
        let module = resource["module"]
            .as_str()
            .map_or(String::new(), |module| format!("{module}."));
        let data = if resource["mode"] == "data" { "data." } else { "" };
        let base = format!(
            "{module}{data}{}.{}",
            text(&resource["type"]),
            text(&resource["name"])
        );
        for instance in list(&resource["instances"]) {
            let key = match &instance["index_key"] {
                Json::Null => String::new(),
                key => format!("[{key}]"),
            };
            let mut fact = format!("state {base}{key}");
            if let Some(status) = instance["status"].as_str() {
                fact.push_str(&format!(" {status}"));
            }
            if instance["deposed"].is_string() {
                fact.push_str(" deposed");
            }
            if instance["create_before_destroy"] == Json::Bool(true) {
                fact.push_str(" cbd");
            }
            fact.push_str(&format!(" {}", compact(&instance["attributes"])));
            if list(&instance["sensitive_attributes"]).next().is_some() {
                fact.push_str(&format!(
                    " sensitive={}",
                    compact(&instance["sensitive_attributes"])
                ));
            }
            facts.push(without_ids(&fact));
        }
    }
    for (name, output) in state["outputs"].as_object().into_iter().flatten() {
        facts.push(format!("stateoutput {name} {}", compact(output)));
    }
    facts.sort();
    facts
}

/// A text, or none.
pub fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_default()
}

/// The items of a list, or none.
pub fn list(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_array().into_iter().flatten()
}

/// JSON without spaces, members by name.
pub fn compact(json: &Json) -> String {
    match json {
        Json::Object(members) => {
            let sorted: std::collections::BTreeMap<&String, &Json> = members.iter().collect();
            let members = sorted
                .iter()
                .map(|(name, member)| format!("{}:{}", Json::from(name.as_str()), compact(member)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(compact).collect::<Vec<_>>().join(",")),
        plain => plain.to_string(),
    }
}

/// `<uuid>` in place of ids.
pub fn without_ids(fact: &str) -> String {
    const PARTS: [usize; 5] = [8, 4, 4, 4, 12];
    let is_id = |text: &str| {
        let parts: Vec<&str> = text.split('-').collect();
        parts.len() == PARTS.len()
            && parts.iter().zip(PARTS).all(|(part, length)| {
                part.len() == length && part.bytes().all(|letter| letter.is_ascii_hexdigit())
            })
    };
    let mut clean = String::new();
    let mut rest = fact;
    while let Some(letter) = rest.chars().next() {
        match rest.get(..36).filter(|text| is_id(text)) {
            Some(_) => {
                clean.push_str("<uuid>");
                rest = &rest[36..];
            }
            None => {
                clean.push(letter);
                rest = &rest[letter.len_utf8()..];
            }
        }
    }
    clean
}
