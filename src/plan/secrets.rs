//! Secrets: the texts that must not be shown in what a provider says of the objects that hold them.
//!
//! A provider works with bare values, so its calls and faults may quote them. Here the marked texts of each object are
//! collected, and replaced wherever they stand. This is for showing alone: nothing that is sent or stored is made here.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value as Json;

use crate::addr::InstanceAddr;
use crate::value::{Kind, Value};

use super::semantics::{Fault, PlannedCall};

/// What stands for a secret.
pub const HIDDEN: &str = "(sensitive value)";

/// A secret with fewer characters is hidden where it stands alone, and not inside of other texts.
const FEWEST: usize = 4;

/// All but the unreserved characters of RFC 3986.
const PART: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// All marked texts and numbers of a value.
pub fn marked_texts(value: &Value) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    collect(value, false, &mut texts);
    texts
}

fn collect(value: &Value, marked: bool, texts: &mut BTreeSet<String>) {
    let marked = marked || !value.marks().is_empty();
    match value.kind() {
        Kind::String(text) if marked && !text.is_empty() => {
            texts.insert(text.to_string());
        }
        Kind::Number(number) if marked => {
            texts.insert(number.to_string());
        }
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            for item in items.iter() {
                collect(item, marked, texts);
            }
        }
        Kind::Map(_, members) | Kind::Object(members) => {
            for (key, member) in members.iter() {
                if marked && matches!(value.kind(), Kind::Map(..)) {
                    texts.insert(key.to_string());
                }
                collect(member, marked, texts);
            }
        }
        _ => {}
    }
}

/// What must not be shown of an object.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    texts: BTreeSet<String>,
    /// Whether one of them is a JSON document, which a provider may have taken apart.
    document: bool,
}

impl Secrets {
    /// Those of a value.
    pub fn of(value: &Value) -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add(value);
        secrets
    }

    /// Adds those of a value.
    pub fn add(&mut self, value: &Value) {
        for text in marked_texts(value) {
            if text.trim_start().starts_with(['{', '[']) {
                self.document = true;
                leaves(&serde_json::from_str(&text).unwrap_or_default(), &mut self.texts);
            }
            self.texts.insert(text);
        }
    }

    /// A fault that quotes none.
    #[must_use]
    pub fn fault(&self, fault: Fault) -> Fault {
        if self.texts.is_empty() {
            return fault;
        }
        let mut forms = self.forms();
        for text in &self.texts {
            if text.chars().count() < FEWEST {
                forms.push((format!("\"{text}\""), format!("\"{HIDDEN}\"")));
            } else {
                // What is wrong is often told of a part alone.
                let parts = text.split([':', '/', ',', '=', '@']);
                let parts = parts.filter(|part| part.chars().count() >= FEWEST);
                forms.extend(parts.map(|part| (part.to_owned(), HIDDEN.to_owned())));
            }
        }
        longest_first(&mut forms);
        Fault {
            summary: replaced(&fault.summary, &forms),
            detail: replaced(&fault.detail, &forms),
            ..fault
        }
    }

    /// Hides them in calls.
    pub fn hide(&self, calls: &mut [PlannedCall]) {
        if self.texts.is_empty() {
            return;
        }
        let forms = self.forms();
        for call in calls {
            let parts = call.path.split('/').map(|part| {
                let plain = percent_decode_str(part).decode_utf8_lossy();
                if self.texts.contains(&*plain) {
                    HIDDEN.to_owned()
                } else {
                    self.leaf(part, &forms)
                }
            });
            call.path = parts.collect::<Vec<_>>().join("/");
            call.body = call.body.as_deref().map(|body| self.body(body));
        }
    }

    /// The body of a call, fit to be shown. A secret document may be anywhere in it, so then nothing is shown.
    pub fn body(&self, body: &str) -> String {
        if self.texts.is_empty() {
            return body.to_owned();
        }
        if self.document {
            return HIDDEN.to_owned();
        }
        let forms = self.forms();
        match serde_json::from_str(body) {
            Ok(json) => self.json(json, &forms).to_string(),
            Err(_) => self.leaf(body, &forms),
        }
    }

    fn json(&self, json: Json, forms: &[(String, String)]) -> Json {
        match json {
            Json::String(text) => Json::String(self.leaf(&text, forms)),
            Json::Number(number) if self.texts.contains(&number.to_string()) => {
                Json::String(HIDDEN.to_owned())
            }
            Json::Array(items) => items.into_iter().map(|item| self.json(item, forms)).collect(),
            Json::Object(members) => {
                let members = members.into_iter();
                let hidden = members.map(|(key, member)| (self.leaf(&key, forms), self.json(member, forms)));
                Json::Object(hidden.collect())
            }
            other => other,
        }
    }

    /// A text that stands alone, or `NAME=VALUE` such as of an environment variable.
    fn leaf(&self, text: &str, forms: &[(String, String)]) -> String {
        if self.texts.contains(text) {
            return HIDDEN.to_owned();
        }
        match text.split_once('=') {
            Some((name, value)) if self.texts.contains(value) => {
                format!("{}={HIDDEN}", self.leaf(name, forms))
            }
            _ => replaced(text, forms),
        }
    }

    /// How they may be written inside of other texts, and what stands there instead.
    fn forms(&self) -> Vec<(String, String)> {
        let long = self.texts.iter().filter(|text| text.chars().count() >= FEWEST);
        let written = long.flat_map(|text| {
            let json = Json::String(text.clone()).to_string();
            [
                text.clone(),
                json.trim_matches('"').to_owned(),
                text.escape_debug().to_string(),
                utf8_percent_encode(text, PART).to_string(),
            ]
        });
        let mut forms: Vec<(String, String)> = written.map(|form| (form, HIDDEN.to_owned())).collect();
        longest_first(&mut forms);
        forms
    }
}

fn longest_first(forms: &mut Vec<(String, String)>) {
    forms.retain(|(form, _)| !form.is_empty());
    forms.sort_by_cached_key(|(form, _)| (Reverse(form.len()), form.clone()));
    forms.dedup();
}

/// The text with each form replaced. What was put in is not looked at again.
fn replaced(text: &str, forms: &[(String, String)]) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut left = text;
    while let Some(first) = left.chars().next() {
        let found = forms
            .iter()
            .find_map(|(form, instead)| Some((left.strip_prefix(form.as_str())?, instead)));
        match found {
            Some((rest, instead)) => {
                shown.push_str(instead);
                left = rest;
            }
            None => {
                shown.push(first);
                left = left.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    shown
}

/// The texts and numbers of a document.
fn leaves(json: &Json, texts: &mut BTreeSet<String>) {
    match json {
        Json::String(text) => {
            let value = text.split_once('=').map(|(_, value)| value);
            let found = value.into_iter().chain([text.as_str()]);
            texts.extend(found.filter(|text| !text.is_empty()).map(str::to_owned));
        }
        Json::Number(number) => {
            texts.insert(number.to_string());
        }
        Json::Array(items) => items.iter().for_each(|item| leaves(item, texts)),
        Json::Object(members) => members.values().for_each(|member| leaves(member, texts)),
        Json::Null | Json::Bool(_) => {}
    }
}

/// The secrets of all objects, and those of the providers' own arguments, which may be quoted with any object.
#[derive(Clone, Debug, Default)]
pub struct SecretsOf {
    objects: BTreeMap<InstanceAddr, Secrets>,
    everywhere: Secrets,
}

impl SecretsOf {
    /// Adds those of a value that belongs to an object.
    pub fn add(&mut self, addr: &InstanceAddr, value: &Value) {
        if value.has_marks_deep() {
            self.objects.entry(addr.clone()).or_default().add(value);
        }
    }

    /// Adds those of a provider's arguments.
    pub fn add_everywhere(&mut self, value: &Value) {
        self.everywhere.add(value);
    }

    /// What a provider says of an object, without its secrets.
    #[must_use]
    pub fn fault(&self, addr: &InstanceAddr, fault: Fault) -> Fault {
        self.together(std::iter::once(addr)).fault(fault)
    }

    /// Hides an object's secrets in its calls.
    pub fn hide(&self, addr: &InstanceAddr, calls: &mut [PlannedCall]) {
        if !calls.is_empty() {
            self.together(std::iter::once(addr)).hide(calls);
        }
    }

    /// Those of several objects, for what is said of them together.
    pub fn together<'a>(&self, addrs: impl Iterator<Item = &'a InstanceAddr>) -> Secrets {
        let mut all = self.everywhere.clone();
        for secrets in addrs.filter_map(|addr| self.objects.get(addr)) {
            all.texts.extend(secrets.texts.iter().cloned());
            all.document |= secrets.document;
        }
        all
    }
}

/// The `id` of an object as it may be shown beside what is done to it: none if it is sensitive.
pub fn shown_id(object: &Value) -> Option<Arc<str>> {
    let id = object.members()?.get("id")?;
    id.as_arc_str().filter(|_| id.marks().is_empty()).cloned()
}
