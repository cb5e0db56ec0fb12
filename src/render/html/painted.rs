//! What is painted for a terminal, as HTML: colours become spans, signs at the begin of a line give the line a ground, and
//! everything else is escaped.
//!
//! So a page shows the very text that a terminal does, and nothing is compared or printed twice. It is safe to read the
//! colours from the text, for nobody but `style` can have written them: everything that comes from users or platforms has
//! its control characters replaced before.

use crate::render::Style;
use crate::render::markup::escape_into;

/// Text is printed for a page like this: in colours, with no line broken.
pub const STYLE: Style = Style {
    colour: true,
    width: 0,
};

/// The lines of a text, one block for each.
pub fn lines(out: &mut String, text: &str) {
    for line in text.trim_end().split('\n') {
        let class = match sign(line) {
            Some("+") => " class=\"add\"",
            Some("-") => " class=\"gone\"",
            Some("~") => " class=\"change\"",
            _ => "",
        };
        out.push_str(&format!("<span{class}>"));
        spans(out, line);
        out.push_str("</span>");
    }
}

/// The sign that a line begins with, behind its indentation.
fn sign(line: &str) -> Option<&str> {
    let (_, painted) = line.trim_start().strip_prefix(BEGIN)?.split_once('m')?;
    let (sign, behind) = painted.split_once(BEGIN)?;
    // Both signs of a replacement stand for one change.
    Some(if behind.starts_with("0m/") { "~" } else { sign })
}

/// What begins a colour.
const BEGIN: &str = "\u{1b}[";

/// One line, with its colours.
fn spans(out: &mut String, line: &str) {
    let mut parts = line.split(BEGIN);
    escape_into(out, parts.next().unwrap_or_default());
    let mut open = false;
    for part in parts {
        let (code, text) = part.split_once('m').unwrap_or(("0", part));
        if open {
            out.push_str("</span>");
        }
        open = code != "0" && code.bytes().all(|byte| byte.is_ascii_digit());
        if open {
            out.push_str(&format!("<span class=\"i{code}\">"));
        }
        escape_into(out, text);
    }
    if open {
        out.push_str("</span>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Ink;

    #[test]
    fn colours_become_spans_and_signs_give_a_line_its_ground() {
        let text = format!(
            "  {} <b>\n  ok {}\n",
            STYLE.paint(Ink::Green, "+"),
            STYLE.paint(Ink::Dim, "# & so")
        );
        let mut out = String::new();
        lines(&mut out, &text);
        assert_eq!(
            out,
            "<span class=\"add\">  <span class=\"i32\">+</span> &lt;b&gt;</span>\
             <span>  ok <span class=\"i90\"># &amp; so</span></span>"
        );
    }

    #[test]
    fn a_colour_that_is_never_ended_ends_with_its_line() {
        let mut out = String::new();
        lines(&mut out, "\u{1b}[31mred\n\u{1b}[\"><x>plain");
        assert_eq!(
            out,
            "<span><span class=\"i31\">red</span></span><span>&quot;&gt;&lt;x&gt;plain</span>"
        );
    }
}
