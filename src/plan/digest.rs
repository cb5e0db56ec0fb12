//! The digest of a plan: one word that stands for what would be done, so that what was looked at here can be held
//! against what is about to be done there.
//!
//! It covers actions, addresses, values as planned (and what an update changes them from), the ids of objects that
//! go, outputs, commands of provisioners, provider configurations and the workspace. It covers neither the time nor
//! the order of files and blocks. Of a sensitive value it holds only whether there is one, whether it is known and
//! whether it changes: a hash of a short secret could be guessed at, by trying.

use std::fmt::Write;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::config::Provisioner;
use crate::source::SourceMap;
use crate::value::{Kind, Value};

use super::change::{Action, PlanMode, ResourceChange};
use super::planner::Planned;
use super::provision;
use super::removed;
use super::scope::Here;
use super::steps::{StepKind, label};

/// `sha256:` and 64 digits.
pub fn of(planned: &Planned, sources: &SourceMap) -> String {
    let hash = Sha256::digest(text(planned, sources).as_bytes());
    format!("sha256:{}", HEXLOWER.encode(&hash))
}

/// Whether a text has the form of a digest.
pub fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|digits| {
        digits.len() == 64 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// What the digest is of, a line for each thing. Texts are quoted, so that none can look like two.
fn text(planned: &Planned, sources: &SourceMap) -> String {
    let plan = &planned.plan;
    let mut out = format!("digest 1\nmode {:?}\n", plan.mode);
    let _ = writeln!(out, "workspace {:?}", planned.evaluator.environment.workspace);
    for (key, (name, config)) in &planned.providers {
        let _ = write!(out, "provider {key} {name} ");
        plain(&mut out, config);
        out.push('\n');
    }
    for change in &plan.changes {
        if change.action != Action::NoOp || change.previous.is_some() || change.importing.is_some() {
            write_change(&mut out, change);
        }
    }
    // What is done beside: that there are two steps for one change, such as setting aside and deleting.
    let effects = plan.steps.steps.iter().filter(|step| {
        step.kind.is_effect() || matches!(step.kind, StepKind::Depose(..) | StepKind::Forget(_))
    });
    let mut steps: Vec<String> = effects.map(|step| label(&step.kind, &plan.changes)).collect();
    steps.sort();
    for step in steps {
        let _ = writeln!(out, "step {step:?}");
    }
    for change in &plan.changes {
        commands(&mut out, planned, sources, change);
    }
    if plan.mode == PlanMode::RefreshOnly {
        for drift in &plan.drift {
            let _ = write!(out, "drift {:?} ", drift.addr.to_string());
            planned_value(&mut out, &drift.after, Some(&drift.before));
            out.push('\n');
        }
    }
    for output in plan.outputs.iter().filter(|output| output.action != Action::NoOp) {
        let _ = write!(out, "output {:?} {:?} ", &*output.name, output.action);
        if output.sensitive {
            hidden(&mut out, &output.after, Some(&output.before));
        } else {
            planned_value(&mut out, &output.after, Some(&output.before));
        }
        out.push('\n');
    }
    out
}

fn write_change(out: &mut String, change: &ResourceChange) {
    let _ = write!(out, "change {:?} {:?}", change.addr.to_string(), change.action);
    for (name, text) in [
        ("from", change.previous.as_ref().map(ToString::to_string)),
        ("deposed", change.deposed.as_ref().map(ToString::to_string)),
        ("import", change.importing.as_ref().map(ToString::to_string)),
    ] {
        if let Some(text) = text {
            let _ = write!(out, " {name} {text:?}");
        }
    }
    let goes = matches!(change.action, Action::Delete | Action::Forget) || change.action.is_replace();
    let id = change.before.members().and_then(|members| members.get("id"));
    if let (true, Some(id)) = (goes, id) {
        out.push_str(" id ");
        plain(out, id);
    }
    out.push(' ');
    planned_value(out, &change.after, Some(&change.before));
    out.push('\n');
}

/// The commands that are run for a change: as they are written, and with what is known of their values.
fn commands(out: &mut String, planned: &Planned, sources: &SourceMap, change: &ResourceChange) {
    let (made, goes) = match change.action {
        Action::Create => (true, false),
        Action::Delete => (false, change.deposed.is_none()),
        action if action.is_replace() => (true, true),
        _ => return,
    };
    let config = &planned.evaluator.config;
    let declared = config
        .modules
        .get(&change.addr.module.config())
        .and_then(|module| module.resources.get(&change.addr.resource));
    let provisioners = match declared {
        Some(declared) => &declared.provisioners[..],
        None => removed::of(config, &change.addr).map_or(&[][..], |removed| &removed.provisioners),
    };
    for provisioner in provisioners {
        let wanted = if provisioner.at_destroy { goes } else { made };
        if !wanted {
            continue;
        }
        let written = sources.text(provisioner.body.span).unwrap_or_default();
        let words: Vec<&str> = written.split_whitespace().collect();
        let _ = write!(
            out,
            "command {:?} {} {} {:?} ",
            change.addr.to_string(),
            provisioner.at_destroy,
            provisioner.may_fail,
            words.join(" ")
        );
        if let Some(value) = arguments(planned, change, provisioner) {
            plain(out, &value);
        }
        out.push('\n');
    }
}

/// The arguments of a command as far as they are known. What cannot be evaluated is told by apply.
fn arguments(planned: &Planned, change: &ResourceChange, provisioner: &Provisioner) -> Option<Value> {
    let addr = &change.addr;
    let expansion = planned.world.resource(&addr.module, &addr.resource);
    let here = match expansion {
        Some(resource) => Here::of(&resource.expansion, &addr.key),
        None => Here {
            key: addr.key.clone(),
            ..Here::default()
        },
    };
    let own = if provisioner.at_destroy {
        &change.before
    } else {
        &change.after
    };
    let here = Here {
        own: Some(own.clone()),
        ..here
    };
    let scope = planned.evaluator.scope(&planned.world, &addr.module).ok()?;
    Some(provision::arguments(provisioner, &scope.with(here)))
}

fn is_hidden(value: &Value) -> bool {
    !value.marks().is_empty()
}

/// A value that is not told: whether it is there, known, and another than before.
fn hidden(out: &mut String, value: &Value, before: Option<&Value>) {
    let bare = |value: &Value| value.clone().unmark_deep().0;
    let state = match () {
        () if value.is_null() => "null",
        () if !value.is_wholly_known() => "unknown",
        () => "set",
    };
    let changed = before.is_some_and(|before| bare(before) != bare(value));
    let _ = write!(out, "hidden({state}{})", if changed { ", changed" } else { "" });
}

/// A planned value, with what it is changed from where both are known.
fn planned_value(out: &mut String, value: &Value, before: Option<&Value>) {
    let before = before.filter(|before| !before.is_null() || is_hidden(before));
    if is_hidden(value) || before.is_some_and(is_hidden) {
        return hidden(out, value, before);
    }
    if let (Kind::Map(_, members) | Kind::Object(members), Some(was)) =
        (value.kind(), before.and_then(Value::members))
    {
        out.push('{');
        for (name, member) in &**members {
            let _ = write!(out, "{name:?}=");
            planned_value(out, member, was.get(name));
            out.push(',');
        }
        for (name, member) in was.iter().filter(|(name, _)| !members.contains_key(*name)) {
            let _ = write!(out, "-{name:?}=");
            plain(out, member);
            out.push(',');
        }
        return out.push('}');
    }
    plain(out, value);
    if let Some(before) = before
        && value.is_wholly_known()
        && before != value
        && !value.is_null()
    {
        out.push_str(" was ");
        plain(out, before);
    }
}

/// A value by itself.
fn plain(out: &mut String, value: &Value) {
    if is_hidden(value) {
        return hidden(out, value, None);
    }
    match value.kind() {
        Kind::Null(_) => out.push_str("null"),
        Kind::Unknown(..) => out.push_str("unknown"),
        Kind::Bool(value) => {
            let _ = write!(out, "{value}");
        }
        Kind::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Kind::String(text) => {
            let _ = write!(out, "{text:?}");
        }
        Kind::TypeValue(ty) => {
            let _ = write!(out, "type {ty}");
        }
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            out.push('[');
            for item in &**items {
                plain(out, item);
                out.push(',');
            }
            out.push(']');
        }
        Kind::Map(_, members) | Kind::Object(members) => {
            out.push('{');
            for (name, member) in &**members {
                let _ = write!(out, "{name:?}=");
                plain(out, member);
                out.push(',');
            }
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Marks;

    fn told(after: &Value, before: &Value) -> String {
        let mut out = String::new();
        planned_value(&mut out, after, Some(before));
        out
    }

    fn object(members: &[(&str, Value)]) -> Value {
        Value::object(members.iter().map(|(name, value)| (*name, value.clone())))
    }

    #[test]
    fn a_sensitive_value_is_told_by_its_being_set_and_changed_alone() {
        let secret = |text: &str| Value::string(text).mark(Marks::SENSITIVE);
        let (one, two) = (
            object(&[("pin", secret("1234"))]),
            object(&[("pin", secret("9999"))]),
        );
        let three = object(&[("pin", secret("0000"))]);
        assert_eq!(told(&two, &one), told(&three, &one));
        assert_ne!(told(&two, &one), told(&one, &one));
        assert!(!told(&two, &one).contains("9999") && !told(&two, &one).contains("1234"));
        let open = object(&[("pin", Value::string("1234"))]);
        assert!(!told(&open, &one).contains("1234"), "it was sensitive before");
        assert!(!told(&one, &open).contains("1234"), "it is sensitive now");
    }

    #[test]
    fn texts_cannot_look_like_structure() {
        let one = object(&[("a", Value::string("x\",\"b\"=\"y"))]);
        let two = object(&[("a", Value::string("x")), ("b", Value::string("y"))]);
        let none = object(&[]);
        assert_ne!(told(&one, &none), told(&two, &none));
    }

    #[test]
    fn what_an_update_starts_from_counts() {
        let of = |text: &str| object(&[("a", Value::string(text))]);
        assert_ne!(told(&of("c"), &of("a")), told(&of("c"), &of("b")));
    }

    #[test]
    fn a_digest_is_known_by_its_form() {
        assert!(is_digest(&format!("sha256:{}", "0a".repeat(32))));
        for wrong in ["", "sha256:", "0a", "sha256:xyz"] {
            assert!(!is_digest(wrong), "{wrong}");
        }
    }
}
