//! The report for people: per object a table of its attributes, with the place in the configuration.

use crate::ports::Listed;
use crate::render::drift::table;
use crate::render::escape;
use crate::render::style::{Ink, Style};

use super::{Finding, Kind, Report};

/// The whole text.
pub fn text(report: &Report, style: Style) -> String {
    let mut out = String::new();
    let (drift, pending): (Vec<&Finding>, Vec<&Finding>) = report
        .findings
        .iter()
        .partition(|finding| finding.kind.is_drift());
    section(&mut out, style, "Drift: changed outside of swarmform", &drift);
    section(
        &mut out,
        style,
        "Pending: changes of the configuration that are not applied",
        &pending,
    );
    if !report.ignored.is_empty() {
        title(&mut out, style, "Ignored");
        for (finding, reason) in &report.ignored {
            let text = format!("{} Ignored: {}", finding.sentence(), escape::line(reason));
            out.push_str(&bullet(style, &text));
        }
        out.push('\n');
    }
    if let Some(found) = report.unmanaged.as_ref().filter(|all| !all.is_empty()) {
        out.push_str(&unmanaged(found, style));
        out.push('\n');
    }
    for note in &report.notes {
        out.push_str(&style.wrap(&format!("Note: {}", escape::line(note))));
        out.push_str("\n\n");
    }
    out.push_str(&report.summary());
    out.push('\n');
    out
}

/// What nobody manages here, one object a line.
pub fn unmanaged(found: &[Listed], style: Style) -> String {
    if found.is_empty() {
        return "Everything on the platform is managed here.\n".to_owned();
    }
    let mut out = String::new();
    title(&mut out, style, "Not managed: no configuration here names these");
    for one in found {
        out.push_str(&format!("  {}  {}\n", one.type_name, escape::line(&one.id)));
    }
    out
}

fn title(out: &mut String, style: Style, text: &str) {
    style.paint_into(out, Ink::Bold, text);
    out.push_str("\n\n");
}

fn bullet(style: Style, text: &str) -> String {
    let wrapped = style.wrap_to(text, style.width.saturating_sub(4));
    format!("  - {}\n", wrapped.replace('\n', "\n    "))
}

fn section(out: &mut String, style: Style, name: &str, findings: &[&Finding]) {
    if findings.is_empty() {
        return;
    }
    title(out, style, name);
    for group in findings.chunk_by(|one, other| one.address == other.address) {
        let Some(first) = group.first() else { continue };
        let mut head = format!("  # {}", escape::line(&first.address));
        let place = group.iter().find_map(|finding| finding.place.as_ref());
        if let Some(place) = place {
            head.push_str(&format!(" ({}:{})", escape::line(&place.file), place.line));
        }
        style.paint_into(out, Ink::Bold, &head);
        out.push('\n');
        if let Some(since) = &first.since {
            out.push_str(&format!(
                "  # last known to be in order: {} (serial {})\n",
                escape::line(&since.ended),
                since.serial
            ));
        }
        for finding in group.iter().filter(|finding| finding.part.is_none()) {
            out.push_str(&format!("    {}\n", whole(finding.kind)));
        }
        let rows: Vec<[String; 4]> = group
            .iter()
            .filter_map(|finding| {
                let [config, last, now] = finding.values()?;
                Some([finding.attribute(), config, last, now])
            })
            .collect();
        if !rows.is_empty() {
            table(out, style, &rows);
        }
        out.push('\n');
    }
}

/// What is said of an object as a whole.
fn whole(kind: Kind) -> &'static str {
    match kind {
        Kind::Changed => "has been changed outside",
        Kind::Deleted => "has been deleted outside",
        Kind::Create => "will be created",
        Kind::Update => "will be updated",
        Kind::Replace => "will be replaced",
        Kind::Delete => "will be destroyed",
        Kind::Forget => "will be dropped from the state",
        Kind::Import => "will be imported",
        Kind::Move => "has got this address",
        Kind::Output => "will get another value",
    }
}
