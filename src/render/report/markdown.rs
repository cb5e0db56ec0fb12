//! Markdown: a table of findings. Where there are too many for a comment, those in the middle are left out and counted,
//! so that the beginning and the end can be read.

use super::{Finding, Report};

/// How many bytes there are at most: GitHub takes 65,536 in a comment.
pub const MOST: usize = 60_000;

/// The whole text, of at most so many bytes unless one row alone is longer.
pub fn text(report: &Report, most: usize) -> String {
    let mut head = format!("## swarmform drift\n\n{}\n", cell(&report.summary()));
    let mut tail = String::new();
    for note in &report.notes {
        tail.push_str(&format!("\n> {}\n", cell(note)));
    }
    let mut rows: Vec<String> = report.findings.iter().map(|finding| row(finding, None)).collect();
    rows.extend(
        report
            .ignored
            .iter()
            .map(|(finding, reason)| row(finding, Some(reason))),
    );
    if !rows.is_empty() {
        head.push_str(
            "\n| | Address | Attribute | Configuration | Last applied | Platform now | Source |\n|---|---|---|---|---|---|---|\n",
        );
    }
    let unmanaged = report.unmanaged.iter().flatten();
    let unmanaged: Vec<String> = unmanaged
        .map(|one| format!("- `{}` {}\n", one.type_name, code(&one.id)))
        .collect();
    let room = most.saturating_sub(head.len() + tail.len() + 200);
    let for_rows = if unmanaged.is_empty() { room } else { room * 2 / 3 };
    let mut out = head;
    let before = out.len();
    out.push_str(&capped(&rows, for_rows, |count| {
        format!("| | *{count} more* | | | | | |\n")
    }));
    if !unmanaged.is_empty() {
        let left = room.saturating_sub(out.len() - before);
        out.push_str("\n### Not managed\n\n");
        out.push_str(&capped(&unmanaged, left, |count| format!("- *{count} more*\n")));
    }
    out.push_str(&tail);
    out
}

/// The lines, or as many from both ends as there is room for.
fn capped(lines: &[String], room: usize, left_out: impl Fn(usize) -> String) -> String {
    let all: usize = lines.iter().map(String::len).sum();
    if all <= room {
        return lines.concat();
    }
    let (mut front, mut back) = (0, lines.len());
    let mut used = left_out(lines.len()).len();
    // From both ends in turn, the beginning first.
    while front < back {
        let from_front = front <= lines.len() - back;
        let next = if from_front {
            lines.get(front)
        } else {
            lines.get(back - 1)
        };
        let size = next.map_or(0, String::len);
        if used + size > room {
            break;
        }
        used += size;
        if from_front {
            front += 1;
        } else {
            back -= 1;
        }
    }
    let part = |from: usize, to: usize| lines.get(from..to).unwrap_or_default().concat();
    format!(
        "{}{}{}",
        part(0, front),
        left_out(back - front),
        part(back, lines.len())
    )
}

fn row(finding: &Finding, ignored: Option<&str>) -> String {
    let [config, last, now] = finding
        .values()
        .map(|values| values.map(|value| code(&value)))
        .unwrap_or_default();
    let what = match ignored {
        Some(reason) => format!("{} (ignored: {})", finding.kind.rule(), cell(reason)),
        None => finding.kind.rule().to_owned(),
    };
    let place = finding.place.as_ref();
    let place = place.map_or_else(String::new, |place| {
        code(&format!("{}:{}", place.file, place.line))
    });
    let attribute = finding.attribute();
    let attribute = if attribute.is_empty() {
        String::new()
    } else {
        code(&attribute)
    };
    format!(
        "| {what} | {} | {attribute} | {config} | {last} | {now} | {place} |\n",
        code(&finding.address)
    )
}

/// Prose in a cell: nothing in it is markup.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' => out.push(' '),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '@' | '#' | '~' => {
                out.push('\\');
                out.push(letter);
            }
            letter if letter.is_control() => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

/// A value as code. A long one keeps its two ends.
fn code(text: &str) -> String {
    const LONG: usize = 400;
    let letters: Vec<char> = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let text: String = if letters.len() > LONG {
        let (front, back) = (
            letters.iter().take(LONG / 2),
            letters.iter().skip(letters.len() - LONG / 2),
        );
        front.chain(&['.', '.', '.']).chain(back).collect()
    } else {
        letters.iter().collect()
    };
    let text = text.replace('|', "\\|");
    // A fence is longer than any run of backquotes inside.
    let longest = text
        .split(|letter| letter != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}
