//! An explanation for people: what happens, then trees of why, of what follows, and of the order.

use crate::plan::explain::{Cause, Effect, Fact, Line, Remark, Still, Wait, Waiting};
use crate::plan::steps::{StepKind, label};
use crate::render::style::{Ink, Style};
use crate::render::{escape, tree};

use super::{Seen, words};

/// More of one kind are counted and not named.
const MOST: usize = 20;

/// How much of a line is shown.
#[derive(Clone, Copy)]
enum Shown {
    /// It is all that is shown.
    Alone,
    /// It stands behind the sentence.
    Behind,
    /// Its place stands behind the sentence.
    Place,
}

fn shown(fact: &Fact) -> Shown {
    match fact {
        Fact::Argument(_) | Fact::Count | Fact::ForEach | Fact::Triggered | Fact::Needs => Shown::Alone,
        Fact::Variable(..) | Fact::Local(..) | Fact::Output(..) => Shown::Behind,
        _ => Shown::Place,
    }
}

/// What lies deeper is not set in further.
const DEEP: usize = 40;

/// The whole text.
pub fn text(seen: Seen<'_>, style: Style) -> String {
    let mut out = String::new();
    let section = |out: &mut String, title: &str, entries: Vec<(usize, String)>| {
        if !entries.is_empty() {
            out.push_str(&format!(
                "\n{}\n{}",
                style.paint(Ink::Bold, title),
                tree::branches(entries)
            ));
        }
    };
    for told in &seen.explanation.objects {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&style.paint(Ink::Bold, &words::head(&seen.explanation.question, told)));
        out.push('\n');
        let mut entries = Vec::new();
        seen.causes(&told.causes, 1, &mut entries);
        section(&mut out, "Why:", entries);
        let still = told.still.iter().map(|remark| (1, seen.remark(remark)));
        section(&mut out, "Why nothing happens:", still.collect());
    }
    let mut entries = Vec::new();
    seen.effects(&seen.explanation.effects, 1, &mut entries);
    section(&mut out, "What changes because of it:", entries);
    let mut entries = Vec::new();
    for waiting in &seen.explanation.steps {
        seen.waiting(waiting, &mut entries);
    }
    section(&mut out, "Its steps, and what each waits for:", entries);
    out
}

impl Seen<'_> {
    /// A sentence, and the line that belongs to it: a line that says the same does so alone, and of a block there is
    /// nothing to show but its place.
    fn at(&self, what: &str, line: Option<Line>, shown: Shown) -> String {
        let Some(written) = line.and_then(|line| self.written(line)) else {
            return what.to_owned();
        };
        let place = format!("{}:{}", escape::line(&written.file), written.line);
        match (shown, &written.excerpt) {
            (Shown::Place, _) => format!("{what}, {place}"),
            (Shown::Alone, Some(excerpt)) => format!("{place}: {excerpt}"),
            (_, Some(excerpt)) => format!("{what}, {place}: {excerpt}"),
            (_, None) => format!("{what}, {place} (sensitive)"),
        }
    }

    fn remark(&self, remark: &Remark) -> String {
        let shown = match remark.still {
            Still::Equal => Shown::Place,
            _ => Shown::Behind,
        };
        self.at(&words::still(&remark.still), remark.line, shown)
    }

    fn causes(&self, causes: &[Cause], depth: usize, entries: &mut Vec<(usize, String)>) {
        for cause in causes.iter().take(MOST) {
            let what = words::fact(&cause.fact);
            let mut text = self.at(&escape::line(&what), cause.line, shown(&cause.fact));
            if cause.above {
                text.push_str(" (see above)");
            }
            entries.push((depth.min(DEEP), text));
            self.causes(&cause.because, depth + 1, entries);
        }
        more(causes.len(), depth, entries);
    }

    fn effects(&self, effects: &[Effect], depth: usize, entries: &mut Vec<(usize, String)>) {
        for effect in effects.iter().take(MOST) {
            entries.push((
                depth,
                escape::line(&words::effect(effect, self.plan)).into_owned(),
            ));
            self.effects(&effect.effects, depth + 1, entries);
        }
        more(effects.len(), depth, entries);
    }

    fn waiting(&self, waiting: &Waiting, entries: &mut Vec<(usize, String)>) {
        let step = self.step(&waiting.step);
        if waiting.waits.is_empty() {
            entries.push((1, format!("{step}: waits for nothing")));
            return;
        }
        entries.push((1, step));
        for wait in waiting.waits.iter().take(MOST) {
            entries.push((2, self.wait(wait)));
        }
        more(waiting.waits.len(), 2, entries);
    }

    fn wait(&self, wait: &Wait) -> String {
        let through: Vec<String> = wait.through.iter().map(|step| self.step(step)).collect();
        let through = match through.is_empty() {
            true => String::new(),
            false => format!(" (through {})", through.join(", ")),
        };
        format!(
            "after {}: {}{through}",
            self.step(&wait.step),
            words::why(wait.why)
        )
    }

    fn step(&self, step: &StepKind) -> String {
        escape::line(&label(step, &self.plan.changes)).into_owned()
    }
}

fn more(all: usize, depth: usize, entries: &mut Vec<(usize, String)>) {
    if let Some(more) = all.checked_sub(MOST).filter(|more| *more > 0) {
        entries.push((depth, format!("and {more} more")));
    }
}
