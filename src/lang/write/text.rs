//! Texts as literals: quoted strings and heredocs, with what would begin a template escaped.

/// A text in quotes.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' => template_sign(&mut out, letter, text.get(at + 1..)),
            letter if is_hidden(letter) => {
                let number = u32::from(letter);
                out.push_str(&if number > 0xffff {
                    format!("\\U{number:08x}")
                } else {
                    format!("\\u{number:04x}")
                });
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A sign that begins a template is doubled where a brace follows.
fn template_sign(out: &mut String, sign: char, rest: Option<&str>) {
    out.push(sign);
    if rest.is_some_and(|rest| rest.starts_with('{')) {
        out.push(sign);
    }
}

/// Letters that cannot be seen, or that change how others are seen.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

/// Whether a text reads better as a heredoc: several whole lines without anything that needs a backslash.
pub(super) fn is_heredoc(text: &str) -> bool {
    text.ends_with('\n')
        && text.matches('\n').count() > 1
        && !text
            .chars()
            .any(|letter| is_hidden(letter) && !matches!(letter, '\n' | '\t'))
}

/// Appends the text as a heredoc, indented by so many steps where its own indent allows that.
pub(super) fn heredoc(out: &mut String, text: &str, depth: usize) {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut mark = "EOT".to_owned();
    while lines.iter().any(|line| line.trim() == mark) {
        mark.push('_');
    }
    // The indent that all lines have in common is taken away again; so there must be one line that has none.
    let margin = lines.iter().any(|line| !line.starts_with([' ', '\t']));
    let odd = |line: &&str| {
        line.trim().is_empty() || line.starts_with(|letter: char| letter != ' ' && letter.is_whitespace())
    };
    let flush = margin && !lines.iter().any(odd);
    let indent = if flush { "  ".repeat(depth) } else { String::new() };
    out.push_str(if flush { "<<-" } else { "<<" });
    out.push_str(&mark);
    out.push('\n');
    for line in lines {
        out.push_str(&indent);
        for (at, letter) in line.char_indices() {
            match letter {
                '$' | '%' => template_sign(out, letter, line.get(at + 1..)),
                letter => out.push(letter),
            }
        }
    }
    out.push_str(&indent);
    out.push_str(&mark);
}
