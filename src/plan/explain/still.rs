//! Why nothing happens to an object, or to a part of it.

use std::sync::Arc;

use crate::plan::change::Action;
use crate::plan::drift::{Answered, differences, look, place, same};
use crate::plan::ignore::keep_ignored;
use crate::value::{Path, Value};

use super::causes::masked;
use super::find::written;
use super::trace::{Object, Tracer, open, overlap};
use super::{Line, Remark, Still};

impl<'a> Tracer<'a> {
    /// What is to be said of an object, or of the part at a path, that stays as it is.
    pub fn still(&self, object: &Object<'a>, path: &Path) -> Vec<Remark> {
        let mut found = self.differing(object, path);
        found.extend(self.taken_over(object, path));
        if object.change.action != Action::NoOp {
            let now = look(&object.change.after, path);
            found.insert(0, remark(Still::Unchanged(now), None));
        } else if found.is_empty() {
            let line = object.change.span.and_then(open);
            found.push(remark(Still::Equal, line));
        }
        found
    }

    /// What is written otherwise than it is, and is left so.
    fn differing(&self, object: &Object<'a>, path: &Path) -> Vec<Remark> {
        let (Some(declared), Some(decoded), Some(schema)) = (
            object.declared,
            object.decoded.as_ref(),
            self.schema(&object.change.addr.resource),
        ) else {
            return Vec::new();
        };
        let there = &object.change.before;
        let (config, _) = decoded.value.clone().unmark_deep();
        let (plain, _) = there.clone().unmark_deep();
        let kept = keep_ignored(&declared.lifecycle.ignore_changes, schema, &plain, &config);
        let ignored: Vec<Path> = differences(&kept, &config)
            .into_iter()
            .map(|(path, ..)| path)
            .collect();
        let line = |at: &Path, hidden| {
            let span = place(&decoded.spans, at).and_then(|span| Some(written(&declared.body, span)?.span));
            span.map(|span| Line { span, hidden })
        };
        let mut found = Vec::new();
        let parts = differences(&plain, &config).into_iter().map(|(at, ..)| at);
        for at in parts.chain(respelled(&plain, &config)) {
            if !overlap(&at, path) || schema.attribute_at(&at).is_none_or(|one| !one.is_argument()) {
                continue;
            }
            let (said, is) = (look(&decoded.value, &at), look(there, &at));
            let ignores = ignored.iter().any(|one| overlap(one, &at));
            // What is not written is the platform's to say.
            if !ignores && (said.is_null() || !said.is_wholly_known()) {
                continue;
            }
            let hidden = said.has_marks_deep() || is.has_marks_deep() || schema.is_write_only(&at);
            let line = line(&at, hidden);
            let (written, there) = (masked(&said, hidden), masked(&is, hidden));
            let still = match ignores {
                true => Still::Ignored {
                    path: at,
                    written,
                    there,
                },
                false => Still::SameMeaning {
                    path: at,
                    written,
                    there,
                },
            };
            found.push(remark(still, line));
        }
        found
    }

    /// What has changed outside and asks for nothing.
    fn taken_over(&self, object: &Object<'a>, path: &Path) -> Vec<Remark> {
        let drift = self.drift(&object.change.addr);
        let Some(drift) =
            drift.filter(|drift| object.change.deposed.is_none() && drift.answered == Answered::No)
        else {
            return Vec::new();
        };
        let parts = drift.parts.iter().filter(|part| overlap(&part.path, path));
        parts
            .map(|part| {
                let mask = |value: &Value| masked(value, part.is_hidden());
                let still = Still::TakenOver {
                    path: part.path.clone(),
                    last: mask(&part.last),
                    now: mask(&part.now),
                    argument: part.argument,
                };
                remark(still, None)
            })
            .collect()
    }
}

/// Attributes whose texts differ although they mean the same.
fn respelled(there: &Value, config: &Value) -> Vec<Path> {
    let members = config.members().into_iter().flatten();
    let found = members.filter(|(name, said)| {
        let is = look(there, &Path::root().attr(Arc::clone(name)));
        said.as_str().is_some() && is.as_str() != said.as_str() && same(&is, said)
    });
    found
        .map(|(name, _)| Path::root().attr(Arc::clone(name)))
        .collect()
}

fn remark(still: Still, line: Option<Line>) -> Remark {
    Remark { still, line }
}
