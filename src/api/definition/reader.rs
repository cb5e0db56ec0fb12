//! The reader's hands: objects, strings, arrays and maps of a document, with a fault for what is wrong.
//!
//! It knows the manners of the format (keys are lowered, empties are refused) but no key by name.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::api::definition::fault::{Fault, FaultKind, JsonPath};
use crate::api::definition::json::{Json, Member, Node};
use crate::api::definition::words::lower_key;
use crate::diag::did_you_mean;

pub(crate) struct Reader {
    pub lenient: bool,
    pub places: BTreeMap<JsonPath, Range<usize>>,
    pub values: Vec<Fault>,
    pub keys: Vec<Fault>,
}

/// The members of one object, by lowered key.
pub(crate) struct Object<'a> {
    pub members: BTreeMap<String, &'a Member>,
    pub path: JsonPath,
}

impl Reader {
    pub fn value_fault(
        &mut self,
        kind: FaultKind,
        path: &JsonPath,
        span: &Range<usize>,
        message: String,
        text: &str,
    ) {
        self.values
            .push(Fault::error(kind, path, span, message).text(text));
    }

    pub fn wrong_type(&mut self, path: &JsonPath, node: &Node, wanted: &str) {
        let place = if path.0.is_empty() {
            "the document".to_owned()
        } else {
            path.to_string()
        };
        self.values.push(Fault::error(
            FaultKind::WrongType,
            path,
            &node.span,
            format!("{place} must be {wanted}, not {}", node.value.kind()),
        ));
    }

    pub fn empty(&mut self, path: &JsonPath, span: &Range<usize>, what: &str) {
        if !self.lenient {
            self.keys.push(Fault::error(
                FaultKind::Empty,
                path,
                span,
                format!(
                    "unknown JSON field: {path} is present but {what}, which the API rejects; leave it out"
                ),
            ));
        }
    }

    /// The object of a node, its keys checked against those that are known.
    pub fn object<'a>(
        &mut self,
        path: &JsonPath,
        node: &'a Node,
        known: &[&str],
        required: &[&str],
    ) -> Option<Object<'a>> {
        self.places.insert(path.clone(), node.span.clone());
        let Json::Object(list) = &node.value else {
            self.wrong_type(path, node, "an object");
            return None;
        };
        let mut members: BTreeMap<String, &Member> = BTreeMap::new();
        for member in list {
            let key = lower_key(&member.key);
            if let Some(earlier) = members.get(&key) {
                self.keys.push(
                    Fault::error(
                        FaultKind::RepeatedKey,
                        &path.key(&key),
                        &member.key_span,
                        format!("{} is set twice; only one of the two counts", path.key(&key)),
                    )
                    .warning(),
                );
                // A key that had to be lowered wins over one that was lower already; else the last one.
                if earlier.key != key && member.key == key {
                    continue;
                }
            }
            members.insert(key, member);
        }
        for (key, member) in &members {
            let here = path.key(key);
            if known.contains(&key.as_str()) {
                self.places.insert(here, member.node.span.clone());
            } else if !self.lenient {
                let hint = did_you_mean(key, known.iter().copied());
                self.keys.push(
                    Fault::error(
                        FaultKind::UnknownKey,
                        &here,
                        &member.key_span,
                        format!("unknown JSON field: {here}.{hint}")
                            .trim_end_matches('.')
                            .to_owned(),
                    )
                    .text(&member.key),
                );
            }
        }
        for key in required {
            if !members.contains_key(*key) {
                self.keys.push(Fault::error(
                    FaultKind::MissingKey,
                    &path.key(key),
                    &node.span,
                    format!("missing JSON field: {}", path.key(key)),
                ));
            }
        }
        Some(Object {
            members,
            path: path.clone(),
        })
    }

    /// A required string.
    pub fn string(&mut self, object: &Object<'_>, key: &str) -> String {
        let Some(member) = object.members.get(key) else {
            return String::new();
        };
        match &member.node.value {
            Json::String(text) => text.clone(),
            _ => {
                self.wrong_type(&object.path.key(key), &member.node, "a string");
                String::new()
            }
        }
    }

    /// An optional string, which must not be empty.
    pub fn optional_string(&mut self, object: &Object<'_>, key: &str) -> Option<String> {
        let member = object.members.get(key)?;
        let path = object.path.key(key);
        match &member.node.value {
            Json::String(text) if text.is_empty() => {
                self.empty(&path, &member.node.span, "empty");
                None
            }
            Json::Null => {
                self.empty(&path, &member.node.span, "null");
                None
            }
            Json::String(text) => Some(text.clone()),
            _ => {
                self.wrong_type(&path, &member.node, "a string");
                None
            }
        }
    }

    /// The elements of an optional array, which must not be empty.
    pub fn elements<'a>(&mut self, object: &Object<'a>, key: &str) -> &'a [Node] {
        let Some(member) = object.members.get(key) else {
            return &[];
        };
        let path = object.path.key(key);
        match &member.node.value {
            Json::Array(nodes) => {
                if nodes.is_empty() {
                    self.empty(&path, &member.node.span, "empty");
                }
                nodes
            }
            Json::Null => {
                self.empty(&path, &member.node.span, "null");
                &[]
            }
            _ => {
                self.wrong_type(&path, &member.node, "an array");
                &[]
            }
        }
    }

    /// The elements of a required array, which may be empty or null.
    pub fn required_elements<'a>(&mut self, object: &Object<'a>, key: &str) -> &'a [Node] {
        match object.members.get(key).map(|member| &member.node) {
            Some(Node {
                value: Json::Array(nodes),
                ..
            }) => nodes,
            None
            | Some(Node {
                value: Json::Null, ..
            }) => &[],
            Some(node) => {
                self.wrong_type(&object.path.key(key), node, "an array");
                &[]
            }
        }
    }

    /// The members of an optional object with free keys, which must not be empty. The last of equals counts.
    pub fn map<'a>(&mut self, object: &Object<'a>, key: &str) -> Vec<(&'a str, &'a Member, JsonPath)> {
        let Some(member) = object.members.get(key) else {
            return Vec::new();
        };
        let path = object.path.key(key);
        match &member.node.value {
            Json::Object(list) => {
                if list.is_empty() {
                    self.empty(&path, &member.node.span, "empty");
                }
                let last: BTreeMap<&str, &Member> =
                    list.iter().map(|member| (member.key.as_str(), member)).collect();
                last.into_iter()
                    .map(|(name, member)| {
                        let here = path.key(name);
                        self.places
                            .insert(here.clone(), member.key_span.start..member.node.span.end);
                        (name, member, here)
                    })
                    .collect()
            }
            Json::Null => {
                self.empty(&path, &member.node.span, "null");
                Vec::new()
            }
            _ => {
                self.wrong_type(&path, &member.node, "an object");
                Vec::new()
            }
        }
    }
}
