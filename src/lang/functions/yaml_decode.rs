//! `yamldecode`.
//!
//! It reads one document. Depth and the number of nodes that aliases unfold to are bounded, so that a small
//! text cannot become a huge value.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle, Tag};

use crate::value::convert::convert;
use crate::value::{Members, Type, Value};

use super::Answer;
use super::args::{Args, failed};
use super::yaml_scalar::plain;

const DEEPEST: usize = 256;
const MOST_NODES: usize = 1 << 20;

pub(super) fn yamldecode_type(args: &Args<'_>) -> Answer<Type> {
    Ok(if args.get(0)?.is_known() {
        decode(args)?.ty()
    } else {
        Type::Dynamic
    })
}

pub(super) fn yamldecode(args: &Args<'_>, _: &Type) -> Answer<Value> {
    decode(args)
}

fn decode(args: &Args<'_>) -> Answer<Value> {
    let text = args.text(0);
    if text.trim_start_matches(['\n', '\r', ' ']).starts_with('\t') {
        return failed("the string is not valid YAML: a tab cannot indent");
    }
    let mut builder = Builder::default();
    let mut line = 1;
    let outcome = (|| {
        for next in Parser::new_from_str(text) {
            let (event, span) = next.map_err(|fault| {
                line = fault.marker().line();
                fault.info().lines().next().unwrap_or_default().to_owned()
            })?;
            line = span.start.line();
            builder.take(unbroken(event, text))?;
        }
        builder
            .result
            .take()
            .ok_or_else(|| "there is no document".to_owned())
    })();
    match outcome {
        Ok(value) => Ok(value),
        Err(reason) => failed(format!("the string is not valid YAML: line {line}: {reason}")),
    }
}

/// A block scalar in whose last line the text ends without a line break has none either.
fn unbroken<'e>(event: Event<'e>, text: &str) -> Event<'e> {
    let Event::Scalar(scalar, style @ (ScalarStyle::Literal | ScalarStyle::Folded), anchor, tag) = event
    else {
        return event;
    };
    let last = text.rsplit('\n').next().unwrap_or_default();
    let own = match scalar.strip_suffix('\n') {
        Some(body) if !last.trim_start().is_empty() && body.ends_with(last.trim_start()) => body.to_owned(),
        _ => return Event::Scalar(scalar, style, anchor, tag),
    };
    Event::Scalar(own.into(), style, anchor, tag)
}

/// A sequence or mapping that is not closed yet.
enum Open {
    Sequence(Vec<Value>),
    Mapping {
        own: Members,
        merged: Members,
        key: Option<Value>,
    },
}

struct Frame {
    open: Open,
    anchor: usize,
    nodes: usize,
}

#[derive(Default)]
struct Builder {
    stack: Vec<Frame>,
    /// Values by anchor, and how many nodes each has; `None` inside its own definition.
    anchors: BTreeMap<usize, Option<(Value, usize)>>,
    nodes: usize,
    result: Option<Value>,
    documents: usize,
}

/// The kinds of tags that say something here.
fn kind(tag: Option<&Tag>) -> Result<Option<String>, String> {
    let Some(tag) = tag else { return Ok(None) };
    match (tag.handle(), tag.suffix()) {
        ("tag:yaml.org,2002:" | "!!", suffix) => Ok(Some(suffix.to_owned())),
        ("" | "!", "") => Ok(Some("str".to_owned())),
        (handle, suffix) => Err(format!("the tag \"{handle}{suffix}\" is not known")),
    }
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::DocumentStart(_, version) => {
                if version.is_some_and(|version| (version.major, version.minor) != (1, 1)) {
                    return Err("only documents of YAML 1.1 are read".to_owned());
                }
                self.documents += 1;
                if self.documents > 1 {
                    return Err("there is more than one document".to_owned());
                }
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(&text, style, kind(tag.as_deref())?.as_deref())?;
                self.finish(value, anchor, 1)
            }
            Event::SequenceStart(_, anchor, tag) => {
                match kind(tag.as_deref())?.as_deref() {
                    None | Some("seq") => {}
                    Some(other) => return Err(format!("a sequence is not a \"{other}\"")),
                }
                self.open(Open::Sequence(Vec::new()), anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                match kind(tag.as_deref())?.as_deref() {
                    None | Some("map") => {}
                    Some(other) => return Err(format!("a mapping is not a \"{other}\"")),
                }
                let open = Open::Mapping {
                    own: Members::new(),
                    merged: Members::new(),
                    key: None,
                };
                self.open(open, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(frame) = self.stack.pop() else {
                    return Ok(());
                };
                let value = match frame.open {
                    Open::Sequence(items) => Value::tuple(items),
                    Open::Mapping { own, mut merged, .. } => {
                        merged.extend(own);
                        Value::object(merged)
                    }
                };
                self.finish(value, frame.anchor, frame.nodes)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(Some((value, nodes))) => {
                    let (value, nodes) = (value.clone(), *nodes);
                    self.finish(value, 0, nodes)
                }
                _ => Err("an alias cannot refer to an anchor from inside its own definition".to_owned()),
            },
            _ => Ok(()),
        }
    }

    fn open(&mut self, open: Open, anchor: usize) -> Result<(), String> {
        if self.stack.len() >= DEEPEST {
            return Err(format!("it is nested more than {DEEPEST} deep"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, None);
        }
        self.stack.push(Frame {
            open,
            anchor,
            nodes: 1,
        });
        Ok(())
    }

    /// Puts a finished value into what is around it.
    fn finish(&mut self, value: Value, anchor: usize, nodes: usize) -> Result<(), String> {
        self.nodes += nodes;
        if self.nodes > MOST_NODES {
            return Err(format!("its aliases unfold to more than {MOST_NODES} values"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, Some((value.clone(), nodes)));
        }
        let Some(frame) = self.stack.last_mut() else {
            self.result = Some(plain_again(value));
            return Ok(());
        };
        frame.nodes += nodes;
        match &mut frame.open {
            Open::Sequence(items) => items.push(plain_again(value)),
            Open::Mapping { own, merged, key } => match key.take() {
                None => *key = Some(value),
                Some(key) if key.as_str() == Some(MERGE) => merge(merged, &value)?,
                Some(key) => {
                    let name = convert(&key, &Type::String).map_err(|fault| fault.to_string())?;
                    let Some(name) = name.as_arc_str() else {
                        return Err("a key must not be null".to_owned());
                    };
                    own.insert(name.clone(), plain_again(value));
                }
            },
        }
        Ok(())
    }
}

/// Stands for the key `<<`, which no other key can be mistaken for.
const MERGE: &str = "\u{0}<<";

/// What would merge as a key is a text anywhere else.
fn plain_again(value: Value) -> Value {
    match value.as_str() {
        Some(MERGE) => Value::string("<<"),
        _ => value,
    }
}

fn scalar(text: &str, style: ScalarStyle, kind: Option<&str>) -> Result<Value, String> {
    match (kind, style) {
        (None | Some("merge"), ScalarStyle::Plain) if text == "<<" => Ok(Value::string(MERGE)),
        (None | Some("null" | "bool" | "int" | "float" | "timestamp"), ScalarStyle::Plain) => plain(text),
        (None | Some("str" | "binary" | "null" | "bool" | "int" | "float" | "timestamp"), _) => {
            Ok(Value::string(text))
        }
        (Some(other), _) => Err(format!("a scalar is not a \"{other}\"")),
    }
}

/// `<<: *other` or `<<: [*one, *two]`; the earlier wins.
fn merge(merged: &mut Members, value: &Value) -> Result<(), String> {
    let sources = match value.items() {
        Some(items) => items,
        None => std::slice::from_ref(value),
    };
    for source in sources {
        let Some(members) = source.members() else {
            return Err("only mappings can be merged by \"<<\"".to_owned());
        };
        for (key, value) in members {
            if !merged.contains_key(key) {
                merged.insert(key.clone(), value.clone());
            }
        }
    }
    Ok(())
}
