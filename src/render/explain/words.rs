//! The sentences of an explanation, without the lines of the configuration that belong to them.

use crate::addr::{InstanceAddr, ModuleInstance};
use crate::plan::change::{Action, Plan, Reason};
use crate::plan::explain::{Affected, Effect, Fact, Given, How, Question, Still, Told, Why};
use crate::render::{drift, escape};
use crate::value::{Path, Value};

use super::cut;

/// What happens to an object, behind its address.
pub(super) fn happens(action: Action) -> &'static str {
    match action {
        Action::NoOp => "stays as it is",
        Action::Create => "is created",
        Action::Read => "is read during apply",
        Action::Update => "is updated in place",
        Action::Delete => "is deleted",
        Action::DeleteThenCreate => "is replaced: the old object is deleted, then the new one is made",
        Action::CreateThenDelete => "is replaced: the new object is made, then the old one is deleted",
        Action::Forget => "is forgotten, and left on the platform",
    }
}

/// The same in short, for what is not asked about.
fn briefly(action: Action) -> &'static str {
    if action.is_replace() {
        "is replaced"
    } else {
        happens(action)
    }
}

/// What happens to an object that is asked about.
pub(super) fn head(question: &Question, told: &Told) -> String {
    let deposed = told
        .deposed
        .as_ref()
        .map_or_else(String::new, |key| format!(" (deposed object {key})"));
    let about = match question.path.is_root() || told.deposed.is_some() {
        true => String::new(),
        false => format!(" This is about {}.", drift::attribute(&question.path)),
    };
    let text = format!("{}{deposed} {}.{about}", question.addr, happens(told.action));
    escape::line(&text).into_owned()
}

/// A value on one line.
fn value(value: &Value) -> String {
    match value.is_null() && !value.has_marks_deep() {
        true => "(not set)".to_owned(),
        false => cut(&drift::brief(value)),
    }
}

fn inside(module: &ModuleInstance, what: &str, name: &str) -> String {
    match module.is_root() {
        true => format!("{what}.{name}"),
        false => format!("{module}.{what}.{name}"),
    }
}

/// What a cause says.
pub(super) fn fact(fact: &Fact) -> String {
    match fact {
        Fact::Change { addr, action } => format!("{addr} {}", briefly(*action)),
        Fact::Attribute {
            path,
            before,
            after,
            forces,
        } => {
            let forces = if *forces {
                ", which forces the replacement"
            } else {
                ""
            };
            format!(
                "{}: {} -> {}{forces}",
                drift::attribute(path),
                value(before),
                value(after)
            )
        }
        Fact::Drift { last, now } => {
            format!(
                "drift: the platform has {}, last applied was {}",
                value(now),
                value(last)
            )
        }
        Fact::DeletedOutside => "the object was deleted, and not by swarmform".to_owned(),
        Fact::Argument(path) => format!("argument {}", drift::attribute(path)),
        Fact::Unset(path) => format!("{} is not written", drift::attribute(path)),
        Fact::Computed => "the provider sets it anew".to_owned(),
        Fact::Variable(module, name, given) => {
            let given = match given {
                Given::Default => ", by default",
                Given::Outside => ", given outside of the configuration",
                Given::File | Given::Call => "",
            };
            format!("{}{given}", inside(module, "var", name))
        }
        Fact::Local(module, name) => inside(module, "local", name),
        Fact::Output(module, name) => inside(module, "output", name),
        Fact::Count => "count".to_owned(),
        Fact::ForEach => "for_each".to_owned(),
        Fact::All(resource) => format!("instances of {resource}"),
        Fact::Data(addr) => format!("{addr}, read just now"),
        Fact::New => "there is a block for it, and no object yet".to_owned(),
        Fact::Tainted => "it is tainted: its creation failed half way, or \"taint\" says so".to_owned(),
        Fact::Requested => "-replace asks for it".to_owned(),
        Fact::Triggered => "replace_triggered_by".to_owned(),
        Fact::Orphan(reason) => orphan(*reason).to_owned(),
        Fact::Removed => "a removed block says that it stays on the platform and leaves the state".to_owned(),
        Fact::Destroying => "everything is to be taken down".to_owned(),
        Fact::Deposed => "an earlier replacement set it aside and did not come to delete it".to_owned(),
        Fact::Moved(from) => format!("it was {from} before"),
        Fact::Imported(id) => format!("it is imported by the id {}", escape::quoted(id)),
        Fact::CreateFirst(by) => create_first(by.as_ref()),
        Fact::DeleteFirst(of) => delete_first(of.as_ref()),
        Fact::Needs => "depends_on".to_owned(),
        Fact::CheckNested => "the check that it stands in reads it again".to_owned(),
    }
}

fn orphan(reason: Reason) -> &'static str {
    match reason {
        Reason::CountIndex => "its index is not below count",
        Reason::EachKey => "its key is not in for_each",
        Reason::NoModule => "the configuration has no such module instance",
        Reason::NoMoveTarget => "it moved to an address that the configuration has no block for",
        Reason::WrongRepetition => "the block makes no instances with such a key",
        _ => "the configuration has no block for it",
    }
}

fn create_first(by: Option<&InstanceAddr>) -> String {
    match by {
        None => "the new object comes first: create_before_destroy".to_owned(),
        Some(user) => {
            format!("the new object comes first: create_before_destroy of {user}, which depends on it")
        }
    }
}

fn delete_first(of: Option<&InstanceAddr>) -> String {
    match of {
        None => "the old object goes first: its name must be free before the new one can be made".to_owned(),
        Some(used) => format!("the old object goes first: the name of {used}, which it uses, must be free"),
    }
}

/// Why nothing happens.
pub(super) fn still(still: &Still) -> String {
    let both = |path: &Path, written: &Value, there: &Value| {
        let (written, there) = (value(written), value(there));
        format!(
            "{}: {written} is written, {there} is there",
            drift::attribute(path)
        )
    };
    match still {
        Still::Equal => "what is written and what is there agree".to_owned(),
        Still::Ignored { path, written, there } => {
            format!(
                "{}; ignore_changes says that this does not count",
                both(path, written, there)
            )
        }
        Still::SameMeaning { path, written, there } => {
            format!("{}; both mean the same", both(path, written, there))
        }
        Still::TakenOver {
            path,
            last,
            now,
            argument,
        } => {
            let why = match argument {
                true => "the configuration has nothing against it",
                false => "only the platform sets it",
            };
            let (last, now) = (value(last), value(now));
            format!(
                "{}: {last} has become {now} outside; {why}",
                drift::attribute(path)
            )
        }
        Still::LeftOut => "-target or -exclude leaves it out of this plan".to_owned(),
        Still::ReadNow => "it is a data source, and was read while planning".to_owned(),
        Still::Unchanged(now) => format!("this part stays {}", value(now)),
    }
}

/// What changes because of something, and how.
pub(super) fn effect(effect: &Effect, plan: &Plan) -> String {
    let what = match &effect.what {
        Affected::Output(name) => format!("output.{name} changes"),
        Affected::Change(at) => plan.changes.get(*at).map_or_else(String::new, |change| {
            format!("{} {}", change.addr, briefly(change.action))
        }),
    };
    let how = match &effect.how {
        How::Value => String::new(),
        How::Attributes(paths) => {
            let names: Vec<String> = paths.iter().map(drift::attribute).collect();
            format!(": {}", names.join(", "))
        }
        How::Repetition => ": count or for_each".to_owned(),
        How::Trigger => ": replace_triggered_by".to_owned(),
        How::ReadLater => String::new(),
    };
    match effect.through.is_empty() {
        true => format!("{what}{how}"),
        false => format!("{what}{how}, through {}", effect.through.join(", ")),
    }
}

/// Why a step waits for another.
pub(super) fn why(why: Why) -> &'static str {
    match why {
        Why::Uses => "it is used here",
        Why::ImportFirst => "what is imported comes into the state first",
        Why::OldFirst => "the old object goes before the new one is made",
        Why::NameFree => "the name must be free before the new object can be made",
        Why::SetAside => "the old object is set aside, so that both can be there",
        Why::NewFirst => "the old object goes only when the new one is there",
        Why::Commands => "the commands of a creation run once the object is there",
        Why::UsersGone => "what uses an object goes before it",
        Why::UsersChanged => "what used an object and stays is changed before it goes",
    }
}
