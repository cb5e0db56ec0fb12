//! What differs between two states, as text: objects that came, went or changed, and outputs. Sensitive values are
//! hidden.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::addr::InstanceAddr;
use crate::state::select::in_order;
use crate::state::{Instance, Object, OutputRecord, State, Status};
use crate::value::{Marks, Value};

use super::diff::{self, Forces, Sign};
use super::escape;
use super::print::Printer;
use super::resource::{header, opening};
use super::schemas::Schemas;
use super::style::{Ink, Style};

/// The differences; none if the two hold the same.
pub fn text(before: &State, after: &State, schemas: &Schemas, style: Style) -> Option<String> {
    let mut out = String::new();
    let mut counts = [0usize; 3];
    let all: BTreeSet<&InstanceAddr> = before.instances.keys().chain(after.instances.keys()).collect();
    for addr in in_order(all) {
        let (was, will) = (before.instances.get(addr), after.instances.get(addr));
        if was == will {
            continue;
        }
        let keys: BTreeSet<Option<&Arc<str>>> = [was, will].into_iter().flatten().flat_map(keys).collect();
        for key in keys {
            let view = View {
                addr,
                deposed: key,
                was: was.and_then(|instance| object(instance, key)),
                will: will.and_then(|instance| object(instance, key)),
            };
            let moved = match (was, will) {
                (Some(was), Some(will)) if was.provider != will.provider => {
                    Some((&*was.provider, &*will.provider))
                }
                _ => None,
            };
            if view.was != view.will || moved.is_some() {
                view.write(&mut out, moved, schemas, style);
                if let Some(count) = counts.get_mut(view.verdict()) {
                    *count += 1;
                }
            }
        }
    }
    outputs(&mut out, before, after, style);
    if out.is_empty() {
        return None;
    }
    let [added, changed, removed] = counts;
    out.push_str(&format!(
        "{} {added} added, {changed} changed, {removed} removed.\n",
        style.paint(Ink::Bold, "Objects:")
    ));
    Some(out)
}

/// The objects of an instance: the current one, and deposed ones by key.
fn keys(instance: &Instance) -> impl Iterator<Item = Option<&Arc<str>>> {
    let current = instance.current.iter().map(|_| None);
    current.chain(instance.deposed.keys().map(Some))
}

fn object<'a>(instance: &'a Instance, key: Option<&Arc<str>>) -> Option<&'a Object> {
    match key {
        None => instance.current.as_ref(),
        Some(key) => instance.deposed.get(key),
    }
}

/// One object that is not the same on both sides.
struct View<'a> {
    addr: &'a InstanceAddr,
    deposed: Option<&'a Arc<str>>,
    was: Option<&'a Object>,
    will: Option<&'a Object>,
}

impl View<'_> {
    /// 0 added, 1 changed, 2 removed.
    fn verdict(&self) -> usize {
        match (self.was, self.will) {
            (None, _) => 0,
            (Some(_), Some(_)) => 1,
            (Some(_), None) => 2,
        }
    }

    fn write(&self, out: &mut String, moved: Option<(&str, &str)>, schemas: &Schemas, style: Style) {
        let mut title = self.addr.to_string();
        if let Some(key) = self.deposed {
            title.push_str(&format!(" (deposed object {})", escape::line(key)));
        }
        let (what, ink, sign) = match self.verdict() {
            0 => ("was added", Ink::Green, "+"),
            2 => ("was removed", Ink::Red, "-"),
            _ => ("has changed", Ink::Yellow, "~"),
        };
        header(out, style, "  # ", &title, what);
        let remarks = [
            moved.map(|(was, will)| format!("its provider was {was} and is {will}")),
            self.differs(|object| object.status).then(|| match self.will {
                Some(object) if object.status == Status::Tainted => "it is tainted now".to_owned(),
                _ => "it is not tainted any more".to_owned(),
            }),
            self.differs(|object| object.dependencies.clone())
                .then(|| "what it depends on has changed".to_owned()),
            self.differs(|object| {
                (
                    object.private.clone(),
                    object.schema_version,
                    object.create_before_destroy,
                )
            })
            .then(|| "what is kept beside its attributes has changed".to_owned()),
        ];
        for remark in remarks.into_iter().flatten() {
            out.push_str(&format!("  # ({})\n", escape::line(&remark)));
        }
        let resource = &self.addr.resource;
        let value = |object: Option<&Object>| object.map(|object| schemas.decode(resource, object));
        let (was, will) = (value(self.was), value(self.will));
        let schema = schemas.of(resource).map(|schema| &schema.block);
        let diff = diff::block(schema, was.as_ref(), will.as_ref(), Forces::none());
        let sign = format!("  {}", style.paint(ink, sign));
        opening(out, &sign, resource.mode, &resource.type_name, &resource.name);
        Printer::plan(style).block(out, 0, &diff);
        out.push_str("\n\n");
    }

    /// Whether both are there and differ in something.
    fn differs<T: PartialEq>(&self, of: impl Fn(&Object) -> T) -> bool {
        matches!((self.was, self.will), (Some(was), Some(will)) if of(was) != of(will))
    }
}

fn outputs(out: &mut String, before: &State, after: &State, style: Style) {
    let all: BTreeSet<&Arc<str>> = before.outputs.keys().chain(after.outputs.keys()).collect();
    let changed: Vec<(String, Option<&OutputRecord>, Option<&OutputRecord>)> = all
        .into_iter()
        .map(|name| {
            (
                escape::name(name),
                before.outputs.get(name),
                after.outputs.get(name),
            )
        })
        .filter(|(_, was, will)| was != will)
        .collect();
    if changed.is_empty() {
        return;
    }
    out.push_str("Outputs:\n");
    let width = changed
        .iter()
        .map(|(name, ..)| name.chars().count())
        .max()
        .unwrap_or(0);
    for (name, was, will) in &changed {
        // A value that is sensitive on one side is not shown on the other either.
        let hidden = [was, will].into_iter().flatten().any(|output| output.sensitive);
        let marks = if hidden { Marks::SENSITIVE } else { Marks::NONE };
        let value = |output: &Option<&OutputRecord>| -> Option<Value> {
            output.map(|output| output.value.clone().mark(marks))
        };
        let (old, new) = (value(was), value(will));
        let mut diff = diff::value(old.as_ref(), new.as_ref(), Forces::none());
        diff.sign = match (was, will) {
            (None, _) => Sign::Add,
            (_, None) => Sign::Remove,
            _ => Sign::Change,
        };
        Printer::plan(style).pair(out, 0, name, width, &diff);
    }
    out.push('\n');
}
