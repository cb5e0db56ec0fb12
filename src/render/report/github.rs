//! GitHub: annotations as the runner reads them from standard output, one a finding. The step summary is Markdown.

use super::{Kind, Report};

/// The runner shows ten annotations of a kind in a step; more are lost in silence.
const MOST: usize = 10;

/// One line for each annotation.
pub fn annotations(report: &Report) -> String {
    let mut out = String::new();
    let (mut warnings, mut notices) = (0_usize, 0_usize);
    for finding in &report.findings {
        let (command, count) = match finding.kind {
            Kind::Changed | Kind::Deleted => ("warning", &mut warnings),
            _ => ("notice", &mut notices),
        };
        *count += 1;
        if *count > MOST - 1 {
            continue;
        }
        let title = format!("title={}", property(finding.kind.rule()));
        let place = match &finding.place {
            Some(place) => format!(
                "file={},line={},endLine={},",
                property(&place.file),
                place.line,
                place.end
            ),
            None => String::new(),
        };
        out.push_str(&format!(
            "::{command} {place}{title}::{}\n",
            message(&finding.sentence())
        ));
    }
    for (command, count) in [("warning", warnings), ("notice", notices)] {
        if let Some(more) = count.checked_sub(MOST - 1).filter(|more| *more > 0) {
            out.push_str(&format!(
                "::{command} title=swarmform drift::{more} more findings; the step summary has all of them.\n"
            ));
        }
    }
    out
}

fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
