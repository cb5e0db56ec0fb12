//! The change of one resource instance as text: a header that says what happens and why, then its difference.

use crate::addr::{InstanceKey, Mode};
use crate::plan::change::{Action, Drift, Reason, ResourceChange};
use crate::plan::drift::Answered;
use crate::value::Value;

use super::diff::{self, Forces, Sign};
use super::escape;
use super::print::Printer;
use super::schemas::Schemas;
use super::style::{Ink, Style};

/// The sign of an action, two to three columns wide.
pub fn sign(style: Style, action: Action) -> String {
    let one = |ink, text: &str| style.paint(ink, text);
    match action {
        Action::NoOp => "   ".to_owned(),
        Action::Create => format!("  {}", one(Ink::Green, "+")),
        Action::Update => format!("  {}", one(Ink::Yellow, "~")),
        Action::Delete => format!("  {}", one(Ink::Red, "-")),
        Action::DeleteThenCreate => format!("{}/{}", one(Ink::Red, "-"), one(Ink::Green, "+")),
        Action::CreateThenDelete => format!("{}/{}", one(Ink::Green, "+"), one(Ink::Red, "-")),
        Action::Read => format!(" {}", one(Ink::Cyan, "<=")),
        Action::Forget => format!(" {}", one(Ink::Yellow, ".")),
    }
}

/// Whether a change is worth showing.
pub fn is_shown(change: &ResourceChange) -> bool {
    change.action != Action::NoOp || change.previous.is_some() || change.importing.is_some()
}

/// Adds one change, with what was found of its object outside.
pub fn change(
    out: &mut String,
    style: Style,
    schemas: &Schemas,
    change: &ResourceChange,
    outside: Option<&Drift>,
) {
    let forget = change.action == Action::Forget;
    let lead = if forget { " # " } else { "  # " };
    let moved = change
        .previous
        .as_ref()
        .filter(|_| change.action == Action::NoOp && change.importing.is_none());
    let mut title = moved.unwrap_or(&change.addr).to_string();
    if let Some(key) = &change.deposed {
        title.push_str(&format!(" (deposed object {})", escape::line(key)));
    }
    header(out, style, lead, &title, headline(change).as_str());
    for remark in answer(outside).into_iter().chain(remarks(change)) {
        out.push_str(lead);
        out.push_str(&remark);
        out.push('\n');
    }
    let (before, after) = match change.action {
        Action::Forget => (Some(&change.before), Some(&change.before)),
        Action::NoOp => (Some(&change.after), Some(&change.after)),
        _ => (Some(&change.before), Some(&change.after)),
    };
    let importing = change.action == Action::NoOp && change.importing.is_some();
    let printer = Printer {
        all: importing,
        ..Printer::plan(style)
    };
    let forces = Forces::new(&change.replace_paths);
    let sides = Sides {
        before,
        after,
        forces: &forces,
    };
    body(out, printer, schemas, change, &sign(style, change.action), sides);
}

struct Sides<'a> {
    before: Option<&'a Value>,
    after: Option<&'a Value>,
    forces: &'a Forces,
}

fn body(
    out: &mut String,
    printer: Printer,
    schemas: &Schemas,
    change: &ResourceChange,
    sign: &str,
    sides: Sides<'_>,
) {
    let resource = &change.addr.resource;
    let schema = schemas.of(resource).map(|schema| &schema.block);
    let diff = diff::block(schema, sides.before, sides.after, sides.forces);
    opening(out, sign, resource.mode, &resource.type_name, &resource.name);
    printer.block(out, 0, &diff);
    out.push_str("\n\n");
}

pub(super) fn header(out: &mut String, style: Style, lead: &str, title: &str, what: &str) {
    style.paint_into(out, Ink::Bold, &format!("{lead}{}", escape::line(title)));
    out.push(' ');
    out.push_str(what);
    out.push('\n');
}

pub(super) fn opening(out: &mut String, sign: &str, mode: Mode, type_name: &str, name: &str) {
    let block = if mode == Mode::Data { "data" } else { "resource" };
    out.push_str(sign);
    // A sign of two columns is followed by one space as well; what comes behind stays aligned to four.
    out.push_str(&format!(
        " {block} {} {} ",
        escape::quoted(type_name),
        escape::quoted(name)
    ));
}

pub(super) fn headline(change: &ResourceChange) -> String {
    match (change.action, change.reason) {
        (Action::NoOp, _) => match (&change.previous, &change.importing) {
            (_, Some(_)) => "will be imported".to_owned(),
            (Some(_), None) => format!("has moved to {}", change.addr),
            (None, None) => "stays as it is".to_owned(),
        },
        (Action::Create, _) => "will be created".to_owned(),
        (Action::Read, _) => "will be read during apply".to_owned(),
        (Action::Update, _) => "will be updated in-place".to_owned(),
        (Action::Delete, _) => "will be destroyed".to_owned(),
        (Action::Forget, _) => "will no longer be managed by swarmform, but will not be destroyed".to_owned(),
        (_, Reason::Tainted) => "is tainted, so must be replaced".to_owned(),
        (_, Reason::ByRequest) => "will be replaced, as requested".to_owned(),
        (_, Reason::ByTriggers) => "will be replaced due to changes in replace_triggered_by".to_owned(),
        _ => "must be replaced".to_owned(),
    }
}

/// Whether a change is there for what was found outside.
fn answer(outside: Option<&Drift>) -> Option<String> {
    let outside = outside.filter(|drift| !drift.after.is_null())?;
    let text = match outside.answered {
        Answered::No => return None,
        Answered::Alone => "(only undoes what has changed outside)",
        Answered::WithMore => "(undoes what has changed outside, and does what the configuration changes)",
    };
    Some(text.to_owned())
}

pub(super) fn remarks(change: &ResourceChange) -> Vec<String> {
    let mut remarks = Vec::new();
    if let (Some(previous), true) = (
        &change.previous,
        change.action != Action::NoOp || change.importing.is_some(),
    ) {
        remarks.push(format!("(moved from {previous})"));
    }
    if let Some(id) = &change.importing
        && change.action != Action::NoOp
    {
        remarks.push(format!("(imported from {})", escape::quoted(id)));
        if change.action.is_replace() {
            remarks.push("Warning: this will destroy the imported resource".to_owned());
        }
    }
    if change.generated.is_some() {
        remarks.push("(config will be generated)".to_owned());
    }
    if change.deposed.is_some() {
        remarks.push("(left over from a replacement of this instance that did not finish)".to_owned());
    }
    if change.action == Action::Forget {
        remarks.push("(destroy = false is set in the configuration)".to_owned());
    }
    let config = change.addr.with_key(InstanceKey::None);
    let key = &change.addr.key;
    remarks.extend(match change.reason {
        Reason::NoResourceConfig if change.action != Action::Forget => {
            Some(format!("(because {config} is not in configuration)"))
        }
        Reason::NoMoveTarget => change.previous.as_ref().map(|previous| {
            format!(
                "(because {previous} was moved to {}, which is not in configuration)",
                change.addr
            )
        }),
        Reason::DeletedOutside => Some("(again, because it was deleted outside of swarmform)".to_owned()),
        Reason::NoModule => Some(format!(
            "(because {} is not in configuration)",
            change.addr.module
        )),
        Reason::WrongRepetition => Some(match key {
            InstanceKey::None => "(because resource uses count or for_each)".to_owned(),
            InstanceKey::Int(_) => "(because resource does not use count)".to_owned(),
            InstanceKey::Str(_) => "(because resource does not use for_each)".to_owned(),
        }),
        Reason::CountIndex => Some(format!("(because index {key} is out of range for count)")),
        Reason::EachKey => Some(format!("(because key {key} is not in for_each map)")),
        Reason::ConfigUnknown => Some("(config refers to values not yet known)".to_owned()),
        Reason::DependencyPending => {
            Some("(depends on a resource or a module with changes pending)".to_owned())
        }
        Reason::CheckNested => Some("(config will be read again for the check it stands in)".to_owned()),
        _ => None,
    });
    remarks
}

/// A state's object: all of it, without signs.
pub fn object(
    out: &mut String,
    style: Style,
    schemas: &Schemas,
    title: &str,
    resource: &crate::addr::ResourceAddr,
    value: &Value,
) {
    style.paint_into(out, Ink::Bold, &format!("# {}:", escape::line(title)));
    out.push('\n');
    let schema = schemas.of(resource).map(|schema| &schema.block);
    let diff = diff::block(schema, Some(value), Some(value), Forces::none());
    debug_assert_eq!(diff.sign, Sign::Keep);
    let block = if resource.mode == Mode::Data {
        "data"
    } else {
        "resource"
    };
    out.push_str(&format!(
        "{block} {} {} ",
        escape::quoted(&resource.type_name),
        escape::quoted(&resource.name)
    ));
    Printer::state(style).block(out, 0, &diff);
    out.push('\n');
}
