//! A plan as text: what drifted, what will be done and why (in short, then in detail), how much of it, by which calls,
//! to which outputs, and what seems to be renamed.
//!
//! The words are ours, the shape is the one that users of Terraform read fluently. The cost is linear in the plan.
//! How to go on from here (save, apply, approve) is for the command to say.

use crate::plan::change::{Action, Drift, OutputChange, Plan, PlanMode, ResourceChange};

use super::diff::{self, Forces, Sign};
use super::print::Printer;
use super::resource;
use super::schemas::Schemas;
use super::style::{Ink, Style};
use super::{brief, calls, drift as table, escape, renames};

/// How a plan is shown.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Colours and width.
    pub style: Style,
    /// The schemas of the types in it.
    pub schemas: &'a Schemas,
    /// Whether every API call is listed.
    pub calls: bool,
    /// Whether changes are told on one line each, without values.
    pub brief: bool,
}

/// The whole text, ending with a line break.
pub fn text(plan: &Plan, view: View<'_>) -> String {
    let mut out = String::new();
    let drifted = relevant_drift(plan);
    drift(&mut out, &drifted, plan, view);
    let shown: Vec<&ResourceChange> = plan
        .changes
        .iter()
        .filter(|change| resource::is_shown(change))
        .collect();
    let outputs: Vec<&OutputChange> = plan
        .outputs
        .iter()
        .filter(|output| output.action != Action::NoOp)
        .collect();
    if shown.is_empty() && outputs.is_empty() && plan.errored {
        let text = "Planning failed. swarmform met an error before it had anything to plan.";
        out.push_str(&format!("\n{}\n", view.style.wrap(text)));
        return out;
    }
    if shown.is_empty() && outputs.is_empty() {
        if plan.mode != PlanMode::RefreshOnly || plan.drift.is_empty() {
            nothing(&mut out, plan, view.style);
        }
        quiet_drift(&mut out, plan, view.style);
        return out;
    }
    if !drifted.is_empty() {
        out.push_str(&format!("\n{}\n\n", view.style.rule()));
        view.style.paint_into(&mut out, Ink::Cyan, "Changes:");
        view.style
            .paint_into(&mut out, Ink::Bold, " What applying this plan does");
        out.push('\n');
    }
    quiet_drift(&mut out, plan, view.style);
    if !shown.is_empty() {
        actions(&mut out, &shown, plan, view);
        summary(&mut out, plan, view);
    }
    if !outputs.is_empty() {
        out.push('\n');
        out.push_str("Changes to Outputs:\n");
        output_changes(&mut out, &outputs, view.style);
        if shown.is_empty() && !plan.errored {
            let note = "Applying this plan saves these output values in the state and changes nothing on the platform.";
            out.push_str(&format!("\n{}\n", view.style.wrap(note)));
        }
    }
    renames::note(&mut out, view.style, &plan.renames);
    out
}

/// `Plan: 1 to add, 0 to change, 0 to destroy.`
pub fn summary_line(plan: &Plan) -> String {
    let counts = plan.counts();
    let import = if counts.import > 0 {
        format!("{} to import, ", counts.import)
    } else {
        String::new()
    };
    format!(
        "Plan: {import}{} to add, {} to change, {} to destroy.",
        counts.add, counts.change, counts.destroy
    )
}

/// The drift that is worth telling. A plan that only refreshes tells all of it, since it writes all of it. Other
/// plans leave out objects of which only such attributes differ as the platform alone sets, such as the list of running
/// instances, for they differ after most runs and ask for nothing; and a plan that takes everything down tells only
/// what is gone already.
pub fn relevant_drift(plan: &Plan) -> Vec<&Drift> {
    let matters = |drift: &&Drift| match plan.mode {
        PlanMode::RefreshOnly => true,
        PlanMode::Destroy => drift.after.is_null(),
        PlanMode::Normal => drift.matters(),
    };
    plan.drift.iter().filter(matters).collect()
}

/// What changed on the platform since the last run.
fn drift(out: &mut String, drifted: &[&Drift], plan: &Plan, view: View<'_>) {
    if drifted.is_empty() {
        return;
    }
    let style = view.style;
    let alone = plan.mode == PlanMode::RefreshOnly && plan.is_empty();
    let (title, intro) = if alone {
        (
            " Only attributes that the platform alone sets have new values",
            "Since the last apply, these attributes have got other values. No configuration can set them:",
        )
    } else {
        (
            " Objects have changed outside of swarmform",
            "Since the last apply, something other than swarmform has made these changes on the platform:",
        )
    };
    out.push('\n');
    style.paint_into(out, Ink::Cyan, "Drift:");
    style.paint_into(out, Ink::Bold, title);
    out.push_str(&format!("\n\n{}\n\n", style.wrap(intro)));
    for one in drifted {
        table::object(out, style, one, plan.mode == PlanMode::RefreshOnly);
    }
    let outro = match plan.mode {
        PlanMode::RefreshOnly if alone => {
            "Nothing needs an approval. Applying this plan takes these values over into the state."
        }
        PlanMode::RefreshOnly => {
            "This plan only refreshes: it undoes none of this. Apply it to take these values over into the state."
        }
        _ => {
            "Where the configuration says otherwise, the plan changes them back. What it does not speak of is taken over into the state."
        }
    };
    out.push_str(&format!("{}\n", style.wrap(outro)));
}

/// Objects of which only such attributes differ as the platform alone sets, in one sentence.
fn quiet_drift(out: &mut String, plan: &Plan, style: Style) {
    if plan.mode == PlanMode::Normal {
        let quiet: Vec<&Drift> = plan.drift.iter().filter(|drift| !drift.matters()).collect();
        out.push_str(&table::only_computed(style, &quiet).unwrap_or_default());
    }
}

fn nothing(out: &mut String, plan: &Plan, style: Style) {
    let (title, detail) = match plan.mode {
        PlanMode::Normal => (
            "Your infrastructure matches the configuration.",
            "swarmform has compared what is on the platform with the configuration and found no difference that needs an action.",
        ),
        PlanMode::Destroy => (
            "No objects need to be destroyed.",
            "Nothing has been created yet, or all of it has been deleted already.",
        ),
        PlanMode::RefreshOnly => (
            "Your infrastructure still matches the configuration.",
            "swarmform has read every object again and found each one as it was left by the last apply.",
        ),
    };
    out.push('\n');
    style.paint_into(out, Ink::Green, "No changes.");
    out.push(' ');
    style.paint_into(out, Ink::Bold, title);
    out.push_str(&format!("\n\n{}\n", style.wrap(detail)));
}

/// Actions in the order of the legend, with their meaning.
const LEGEND: [(Action, &str); 7] = [
    (Action::Create, "create"),
    (Action::Update, "update in-place"),
    (Action::Delete, "destroy"),
    (Action::DeleteThenCreate, "destroy and then create replacement"),
    (Action::CreateThenDelete, "create replacement and then destroy"),
    (Action::Read, "read (data resources)"),
    (Action::Forget, "forget, without destroying"),
];

/// From so many changes on, each is told on one line first. Fewer are seen at a glance as they are.
const OVERVIEW: usize = 3;

fn actions(out: &mut String, shown: &[&ResourceChange], plan: &Plan, view: View<'_>) {
    let style = view.style;
    let used = |action: Action| shown.iter().any(|change| change.action == action);
    if LEGEND.iter().any(|(action, _)| used(*action)) {
        out.push_str("\nswarmform has made this plan. Its actions are marked with these symbols:\n");
        for (action, meaning) in LEGEND.iter().filter(|(action, _)| used(*action)) {
            out.push_str(&format!("{} {meaning}\n", resource::sign(style, *action)));
        }
    }
    out.push_str(if plan.errored {
        "\nswarmform planned the following actions, but then met a problem:\n\n"
    } else {
        "\nswarmform will perform the following actions:\n\n"
    });
    if view.brief || shown.len() >= OVERVIEW {
        brief::lines(out, style, shown);
        out.push('\n');
    }
    if view.brief {
        return;
    }
    if shown.len() >= OVERVIEW {
        style.paint_into(out, Ink::Bold, "In detail:");
        out.push_str("\n\n");
    }
    for change in shown {
        resource::change(out, style, view.schemas, change, outside(plan, change));
    }
}

/// What was found outside of the object of a change.
pub(super) fn outside<'a>(plan: &'a Plan, change: &ResourceChange) -> Option<&'a Drift> {
    // Drift is in address order.
    let found = plan.drift.binary_search_by(|drift| drift.addr.cmp(&change.addr));
    let drift = found.ok().and_then(|at| plan.drift.get(at));
    drift.filter(|_| change.deposed.is_none())
}

fn summary(out: &mut String, plan: &Plan, view: View<'_>) {
    let line = summary_line(plan);
    let (title, rest) = line.split_once(' ').unwrap_or((&line, ""));
    view.style.paint_into(out, Ink::Bold, title);
    out.push_str(&format!(" {rest}\n"));
    out.push_str(&calls::summary(view.style, plan.calls().map(|(_, call)| call)));
    if view.calls {
        let list = calls::list(view.style, plan.calls());
        if !list.is_empty() {
            out.push_str(&format!("\nThe calls, in the order of the plan:\n{list}"));
        }
    }
}

/// The changes of outputs.
pub(super) fn output_changes(out: &mut String, outputs: &[&OutputChange], style: Style) {
    let names: Vec<String> = outputs.iter().map(|output| escape::name(&output.name)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    for (name, output) in names.iter().zip(outputs) {
        let hide = |value: &crate::value::Value| {
            let marks = if output.sensitive {
                crate::value::Marks::SENSITIVE
            } else {
                crate::value::Marks::NONE
            };
            value.clone().mark(marks)
        };
        let (before, after) = (hide(&output.before), hide(&output.after));
        let mut diff = diff::dynamic(Some(&before), Some(&after), Forces::none());
        diff.sign = match output.action {
            Action::Create => Sign::Add,
            Action::Delete => Sign::Remove,
            _ if after.is_null() => Sign::Remove,
            _ => Sign::Change,
        };
        Printer::plan(style).pair(out, 0, name, width, &diff);
    }
}
