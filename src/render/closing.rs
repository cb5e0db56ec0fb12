//! The last words of a run: what it came to, and when it did not come to its end, what failed, what was not tried and
//! why, what has no known outcome, and how to go on.
//!
//! It names and counts; what each error means was told before, by its diagnostic.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use crate::apply::{Because, Report};
use crate::diag;
use crate::plan::change::Counts;

use super::escape;
use super::progress::elapsed;
use super::style::{Ink, Style};
use super::view::grouped;

/// Steps that are named in one list.
const NAMED: usize = 10;

/// Causes that have a list of their own.
const CAUSES: usize = 5;

/// What a run took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Effort {
    /// How long.
    pub took: Duration,
    /// How many calls to platforms.
    pub calls: u64,
}

/// How to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoOn {
    /// A command for a shell, in one line.
    pub command: String,
    /// What there is to say about it, in full sentences.
    pub note: Option<String>,
}

impl Effort {
    /// `14 calls in 1m10s`, or the time alone; nothing of a run that was over at once and made no call.
    fn told(self) -> Option<String> {
        let took = match elapsed(self.took) {
            took if self.took >= Duration::from_secs(1) => took,
            _ if self.calls == 0 => return None,
            _ => "under a second".to_owned(),
        };
        Some(match self.calls {
            0 => took,
            1 => format!("one call in {took}"),
            calls => {
                let calls = grouped(usize::try_from(calls).unwrap_or(usize::MAX));
                format!("{calls} calls in {took}")
            }
        })
    }
}

/// `Apply complete! Resources: 1 added, 0 changed, 0 destroyed.`, for the counts of what was done.
pub fn complete(destroy: bool, counts: Counts) -> String {
    if destroy {
        return format!("Destroy complete! Resources: {} destroyed.", counts.destroy);
    }
    let import = match counts.import {
        0 => String::new(),
        imported => format!("{imported} imported, "),
    };
    format!("Apply complete! Resources: {import}{}.", done(counts))
}

fn done(counts: Counts) -> String {
    format!(
        "{} added, {} changed, {} destroyed",
        counts.add, counts.change, counts.destroy
    )
}

/// The line that ends a run which did all that was planned.
pub fn success(style: Style, destroy: bool, counts: Counts, effort: Effort) -> String {
    let mut text = style.paint(Ink::Green, &complete(destroy, counts));
    if let Some(told) = effort.told() {
        let _ = write!(text, " It took {told}.");
    }
    text
}

/// The paragraphs that end a run which did not. `pending` are the operations whose outcome nobody knows.
pub fn failure(
    style: Style,
    destroy: bool,
    report: &Report,
    pending: &[String],
    effort: Effort,
    go_on: Option<&GoOn>,
) -> String {
    let what = if destroy { "Destroy" } else { "Apply" };
    let how = if report.interrupted {
        "interrupted"
    } else {
        "not complete"
    };
    let effort = effort
        .told()
        .map(|told| format!(" after {told}"))
        .unwrap_or_default();
    let title = style.paint(Ink::Bold, &format!("{what} {how}{effort}."));
    let mut out = style.wrap(&format!(
        "{title} The state has all that was done: {}.",
        done(report.counts)
    ));
    out.push('\n');
    let mut paragraph = |title: &str, list: &str| {
        let _ = writeln!(out, "\n{}{list}", style.wrap(title));
    };
    if !report.failed.is_empty() {
        let named = report.failed.iter().map(|failed| {
            escape::line(&format!("{} ({}: {})", failed.step, failed.code, failed.summary)).into_owned()
        });
        let title = format!("Failed, {} in all:", grouped(report.failed.len()));
        paragraph(&style.paint(Ink::Red, &title), &diag::list(named, NAMED));
    }
    for (title, steps) in causes(report) {
        let named = steps.iter().map(|step| escape::line(step));
        paragraph(
            &format!("{title}, {} in all:", grouped(steps.len())),
            &diag::list(named, NAMED),
        );
    }
    if !pending.is_empty() {
        let named = pending.iter().map(|pending| escape::line(pending));
        let title = format!(
            "Nobody knows how these ended, {} in all. The next plan, apply or destroy asks the platform about them before \
             it does anything:",
            grouped(pending.len())
        );
        paragraph(&style.paint(Ink::Yellow, &title), &diag::list(named, NAMED));
    }
    if !report.cut.is_empty() {
        let named = report.cut.iter().map(|step| escape::line(step));
        let title = format!(
            "Cut off, {} in all. Nobody knows what their commands did; an object that was just made is replaced by the next \
             apply:",
            grouped(report.cut.len())
        );
        paragraph(&style.paint(Ink::Yellow, &title), &diag::list(named, NAMED));
    }
    if let Some(go_on) = go_on {
        let title = match report.failed.is_empty() && report.interrupted {
            true => "To go on, run:",
            false => "To go on, mend what is wrong and run:",
        };
        paragraph(title, &format!("\n\n    {}", go_on.command));
        if let Some(note) = &go_on.note {
            paragraph(note, "");
        }
    }
    out
}

/// Steps that were not tried, by what was in their way, in the order in which each cause first shows.
fn causes(report: &Report) -> Vec<(String, Vec<&str>)> {
    let mut place: BTreeMap<&Because, usize> = BTreeMap::new();
    let mut causes: Vec<(String, Vec<&str>)> = Vec::new();
    for skipped in &report.skipped {
        let at = *place.entry(&skipped.because).or_insert_with(|| {
            if causes.len() < CAUSES {
                causes.push((title(&skipped.because, report.interrupted), Vec::new()));
            } else if causes.len() == CAUSES {
                causes.push(("Not tried because of other steps".to_owned(), Vec::new()));
            }
            causes.len() - 1
        });
        if let Some((_, steps)) = causes.get_mut(at) {
            steps.push(&skipped.step);
        }
    }
    causes
}

fn title(because: &Because, interrupted: bool) -> String {
    let why = match because {
        Because::Failed(step) => format!("{} failed", escape::line(step)),
        Because::Unknown(step) => format!("nobody knows how {} ended", escape::line(step)),
        Because::Ended if interrupted => "the run was interrupted".to_owned(),
        Because::Ended => "the run ended early".to_owned(),
    };
    format!("Not tried because {why}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::{Failed, Skipped};

    const EFFORT: Effort = Effort {
        took: Duration::from_secs(72),
        calls: 1234,
    };

    fn skipped(step: &str, because: Because) -> Skipped {
        Skipped {
            step: step.to_owned(),
            because,
        }
    }

    fn failed(step: &str) -> Failed {
        Failed {
            step: step.to_owned(),
            code: "apply/step-failed",
            summary: "The name is taken".to_owned(),
        }
    }

    fn go_on() -> GoOn {
        GoOn {
            command: "swarmform apply -var 'region=eu west'".to_owned(),
            note: None,
        }
    }

    #[test]
    fn success_is_one_line_with_what_it_took() {
        let counts = Counts {
            add: 2,
            ..Counts::default()
        };
        let told = |destroy, effort| success(Style::PLAIN, destroy, counts, effort);
        assert_eq!(
            told(false, EFFORT),
            "Apply complete! Resources: 2 added, 0 changed, 0 destroyed. It took 1,234 calls in 1m12s."
        );
        let quick = |millis, calls| Effort {
            took: Duration::from_millis(millis),
            calls,
        };
        assert_eq!(
            told(true, quick(300, 1)),
            "Destroy complete! Resources: 0 destroyed. It took one call in under a second."
        );
        assert!(told(true, quick(300, 0)).ends_with("destroyed."));
        assert!(told(true, quick(3000, 0)).ends_with("It took 3s."));
    }

    #[test]
    fn a_failure_tells_what_was_not_tried_because_of_it_and_how_to_go_on() {
        let because = || Because::Failed("create giantswarm_org.lab".to_owned());
        let mut report = Report {
            failed: vec![failed("create giantswarm_org.lab")],
            ..Report::default()
        };
        for at in 0..12 {
            report.skipped.push(skipped(
                &format!("create giantswarm_member.crew[{at}]"),
                because(),
            ));
        }
        insta::assert_snapshot!(failure(Style::PLAIN, false, &report, &[], EFFORT, Some(&go_on())), @r"
        Apply not complete after 1,234 calls in 1m12s. The state has all that was
        done: 0 added, 0 changed, 0 destroyed.

        Failed, 1 in all:
          - create giantswarm_org.lab (apply/step-failed: The name is taken)

        Not tried because create giantswarm_org.lab failed, 12 in all:
          - create giantswarm_member.crew[0]
          - create giantswarm_member.crew[1]
          - create giantswarm_member.crew[2]
          - create giantswarm_member.crew[3]
          - create giantswarm_member.crew[4]
          - create giantswarm_member.crew[5]
          - create giantswarm_member.crew[6]
          - create giantswarm_member.crew[7]
          - create giantswarm_member.crew[8]
          - create giantswarm_member.crew[9]
          - and 2 more

        To go on, mend what is wrong and run:

            swarmform apply -var 'region=eu west'
        ");
    }

    #[test]
    fn an_interruption_tells_what_nobody_knows() {
        let unknown = Because::Unknown("delete a.b".to_owned());
        let report = Report {
            skipped: vec![
                skipped("delete a.c", unknown),
                skipped("delete a.d", Because::Ended),
            ],
            interrupted: true,
            ..Report::default()
        };
        let pending = ["delete a.b".to_owned()];
        insta::assert_snapshot!(failure(Style::PLAIN, true, &report, &pending, Effort::default(), Some(&go_on())), @r"
        Destroy interrupted. The state has all that was done: 0 added, 0 changed, 0
        destroyed.

        Not tried because nobody knows how delete a.b ended, 1 in all:
          - delete a.c

        Not tried because the run was interrupted, 1 in all:
          - delete a.d

        Nobody knows how these ended, 1 in all. The next plan, apply or destroy asks
        the platform about them before it does anything:
          - delete a.b

        To go on, run:

            swarmform apply -var 'region=eu west'
        ");
    }

    #[test]
    fn a_thousand_causes_do_not_fill_the_screen() {
        let mut report = Report::default();
        for at in 0..1000 {
            report.failed.push(failed(&format!("create a.b[{at}]")));
            let because = Because::Failed(format!("create a.b[{at}]"));
            report
                .skipped
                .push(skipped(&format!("create c.d[\"{at}\u{1b}\"]"), because));
        }
        let text = failure(Style::PLAIN, false, &report, &[], EFFORT, None);
        assert!(text.lines().count() < 50, "{text}");
        assert!(
            text.contains("Not tried because of other steps, 995 in all:"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'));
    }
}
