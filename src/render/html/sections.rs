//! The sections of a page beside its changes, each left out where it would be empty.

use std::fmt::Write;
use std::time::Duration;

use crate::diag::Diagnostics;
use crate::plan::change::{Action, Drift, OutputChange};
use crate::plan::drift::Deviation;
use crate::render::markup::escaped;
use crate::render::picture::{self, Frame, MOST_EDGES, MOST_NODES, TooLarge};
use crate::render::style::Style;
use crate::render::{calls, diag, drift, escape, plan as text, renames};

use super::{Page, changes, painted};

/// A part of the page with a title of its own.
pub struct Section {
    /// What links lead to.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What stands in it.
    pub body: String,
}

/// All sections, in the order in which they are read.
pub fn all(page: Page<'_>) -> Vec<Section> {
    let sections = [
        ("warnings", "Warnings", warnings(page)),
        ("drift", "Drift", drifted(page)),
        ("changes", "Changes", Some(changes::body(page))),
        ("outputs", "Outputs", outputs(page)),
        ("renames", "Renames", renamed(page)),
        ("order", "Order", order(page)),
        ("calls", "API calls", announced(page)),
        ("times", "Times", times(page)),
    ];
    let section = |(id, title, body): (&'static str, &'static str, Option<String>)| {
        Some(Section {
            id,
            title,
            body: body?,
        })
    };
    sections.into_iter().filter_map(section).collect()
}

/// What the plan is of.
pub fn about(page: Page<'_>) -> String {
    let row = |name: &str, value: &str| format!("<dt>{name}</dt><dd>{value}</dd>");
    let code = |text: &str| format!("<code>{}</code>", escaped(text));
    let mut rows = row("Workspace", &escaped(page.workspace));
    rows.push_str(&row("Made", &escaped(page.time)));
    rows.push_str(&row("Digest", &code(page.digest)));
    if !page.plan.is_empty() {
        let note = page
            .approve
            .note
            .as_deref()
            .map(|note| format!("<br/>{}", escaped(note)));
        let told = code(&page.approve.command) + &note.unwrap_or_default();
        rows.push_str(&row("To apply it", &told));
    }
    if page.plan.partial {
        rows.push_str(&row(
            "A part",
            "The plan was limited by -target or -exclude; there may be more to do.",
        ));
    }
    format!("<dl>{rows}</dl>\n")
}

fn warnings(page: Page<'_>) -> Option<String> {
    let told: Diagnostics = Diagnostics(
        page.plan
            .warnings
            .iter()
            .chain(page.plan.check_warnings.iter())
            .cloned()
            .collect(),
    );
    let style = Style {
        colour: false,
        width: 0,
    };
    let text = diag::all(told.merged().iter(), page.sources, style, false);
    let text = text.trim();
    (!text.is_empty()).then(|| {
        format!(
            "<pre class=\"plain told\" tabindex=\"0\">{}</pre>\n",
            escaped(text)
        )
    })
}

fn drifted(page: Page<'_>) -> Option<String> {
    let found = text::relevant_drift(page.plan);
    if found.is_empty() {
        return None;
    }
    let mut out = "<p>Since the last apply, something other than swarmform has made these changes on the \
                   platform.</p>\n"
        .to_owned();
    for one in found {
        object(&mut out, one);
    }
    Some(out)
}

fn object(out: &mut String, one: &Drift) {
    let what = match one.action() {
        Action::Delete => "has been deleted outside",
        Action::NoOp => "has moved",
        _ => "has changed outside",
    };
    let name = escaped(&escape::line(&one.addr.to_string()));
    let parts: Vec<&Deviation> = one.parts.iter().collect();
    if parts.is_empty() {
        let _ = writeln!(out, "<h3>{name} {what}</h3>");
        return;
    }
    let _ = write!(
        out,
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{name}\"><table><caption>{name} \
         {what}</caption><thead><tr><th scope=\"col\">attribute</th><th scope=\"col\">configuration</th><th \
         scope=\"col\">last applied</th><th scope=\"col\">platform now</th></tr></thead><tbody>"
    );
    for part in parts {
        let cell = |text: &str| format!("<td><code>{}</code></td>", escaped(text));
        let _ = write!(
            out,
            "<tr><th scope=\"row\"><code>{}</code></th>{}{}{}</tr>",
            escaped(&drift::attribute(&part.path)),
            cell(&drift::configured(part)),
            cell(&drift::there(part, &part.last)),
            cell(&drift::there(part, &part.now))
        );
    }
    out.push_str("</tbody></table></div>\n");
}

fn outputs(page: Page<'_>) -> Option<String> {
    let outputs: Vec<&OutputChange> = page
        .plan
        .outputs
        .iter()
        .filter(|output| output.action != Action::NoOp)
        .collect();
    if outputs.is_empty() {
        return None;
    }
    let mut printed = String::new();
    text::output_changes(&mut printed, &outputs, painted::STYLE);
    let mut out =
        "<div class=\"scroll\"><pre class=\"diff\" role=\"group\" tabindex=\"0\" aria-label=\"Changes of outputs\">"
            .to_owned();
    painted::lines(&mut out, &printed);
    out.push_str("</pre></div>\n");
    Some(out)
}

fn renamed(page: Page<'_>) -> Option<String> {
    let mut printed = String::new();
    renames::note(&mut printed, painted::STYLE, &page.plan.renames);
    if printed.is_empty() {
        return None;
    }
    let mut out =
        "<div class=\"scroll\"><pre class=\"diff\" role=\"group\" tabindex=\"0\" aria-label=\"Renames\">"
            .to_owned();
    painted::lines(&mut out, printed.trim_start_matches('\n'));
    out.push_str("</pre></div>\n");
    Some(out)
}

fn order(page: Page<'_>) -> Option<String> {
    let picture = picture::steps(page.plan);
    if picture.nodes.is_empty() {
        return None;
    }
    Some(match picture.svg(Frame::Inside) {
        Ok(svg) => format!(
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Picture of the steps\">\n{svg}</div>\n\
             <details><summary>The same as text: each step, and what it waits for</summary><pre class=\"plain\" \
             tabindex=\"0\">{}</pre></details>\n",
            escaped(&escape::lines(&page.plan.steps.print(&page.plan.changes)))
        ),
        Err(TooLarge { nodes, edges }) => format!(
            "<p>There is no picture, for it would have {nodes} boxes and {edges} lines, and {MOST_NODES} and {MOST_EDGES} \
             are drawn at most.</p>\n"
        ),
    })
}

fn announced(page: Page<'_>) -> Option<String> {
    let all: Vec<_> = page.plan.calls().collect();
    if all.is_empty() {
        return None;
    }
    let plain = Style {
        colour: false,
        width: 0,
    };
    let summary = calls::summary(plain, all.iter().map(|(_, call)| *call));
    let mut out = String::new();
    if let Some(told) = summary.trim().strip_prefix("API calls: ") {
        let _ = writeln!(out, "<p>{}</p>", escaped(told));
    }
    out.push_str(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table of the API calls\"><table><thead><tr><th scope=\"col\" \
         class=\"short\">no.</th><th scope=\"col\" class=\"short\">method</th><th scope=\"col\">path and body</th><th \
         scope=\"col\">for</th></tr></thead><tbody>",
    );
    for (at, (addr, call)) in all.iter().enumerate() {
        let shown = |text: &str| escaped(&escape::line(text));
        let body = call
            .body
            .as_ref()
            .map(|body| format!("<br/><code class=\"soft\">{}</code>", shown(body)));
        let _ = write!(
            out,
            "<tr><td class=\"short\">{}</td><td class=\"short\"><code>{}</code>{}</td><td><code>{}</code>{}</td>\
             <td><code>{}</code></td></tr>",
            at + 1,
            shown(&call.method),
            if call.mutating { "" } else { " (read)" },
            shown(&call.path),
            body.unwrap_or_default(),
            shown(&addr.to_string())
        );
    }
    out.push_str("</tbody></table></div>\n");
    Some(out)
}

fn times(page: Page<'_>) -> Option<String> {
    let times = page.times?;
    let row = |name: &str, time: Duration| format!("<dt>{name}</dt><dd>{:.2} s</dd>", time.as_secs_f64());
    Some(format!(
        "<dl>{}{}</dl>\n",
        row("Reading the configuration", times.configuration),
        row("Reading the objects, and planning", times.planning)
    ))
}
