//! Colour and width: what the other files of this room may assume of the terminal.
//!
//! Without colour nothing but the text itself is written. It does not find out what the terminal can do; that
//! is for the command line.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

/// How to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to use ANSI colours.
    pub colour: bool,
    /// Columns to wrap prose at; 0 to leave it alone.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Style {
        Style::PLAIN
    }
}

/// A colour or weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// For titles.
    Bold,
    /// For remarks.
    Dim,
    /// For errors and removals.
    Red,
    /// For creations.
    Green,
    /// For warnings and changes.
    Yellow,
    /// For reads.
    Cyan,
    /// For the subject of a source excerpt.
    Underline,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Ink::Bold => "1",
            Ink::Dim => "90",
            Ink::Red => "31",
            Ink::Green => "32",
            Ink::Yellow => "33",
            Ink::Cyan => "36",
            Ink::Underline => "4",
        }
    }
}

impl Style {
    /// No colour, prose wrapped at 78 columns: for files and pipes.
    pub const PLAIN: Style = Style {
        colour: false,
        width: 78,
    };

    /// The text in a colour.
    pub fn paint(self, ink: Ink, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 8);
        self.paint_into(&mut out, ink, text);
        out
    }

    /// Adds the text in a colour.
    pub fn paint_into(self, out: &mut String, ink: Ink, text: &str) {
        if self.colour {
            let _ = write!(out, "\u{1b}[{}m{text}\u{1b}[0m", ink.code());
        } else {
            out.push_str(text);
        }
    }

    /// Prose with its lines broken at the width. Lines that begin with a space are left as they are.
    pub fn wrap(self, text: &str) -> String {
        self.wrap_to(text, self.width)
    }

    /// [`Style::wrap`] with a width of its own, for prose that stands indented.
    pub fn wrap_to(self, text: &str, width: usize) -> String {
        if self.width == 0 || width == 0 {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len() + text.len() / 60);
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                out.push('\n');
            }
            if line.starts_with([' ', '\t']) || line.width() <= width {
                out.push_str(line);
            } else {
                wrap_line(&mut out, line, width);
            }
        }
        out
    }

    /// A line across the page.
    pub fn rule(self) -> String {
        let width = if self.width == 0 { 80 } else { self.width };
        self.paint(Ink::Dim, &"─".repeat(width.saturating_sub(1)))
    }
}

fn wrap_line(out: &mut String, line: &str, width: usize) {
    let mut used = 0;
    for word in line.split(' ') {
        let size = word.width();
        if used > 0 && used + 1 + size > width {
            out.push('\n');
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += size;
    }
}

/// Spaces that bring `text` to `width` columns.
pub fn padding(text: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(text.width()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_broken_between_words_and_indented_lines_are_left_alone() {
        let style = Style {
            colour: false,
            width: 11,
        };
        assert_eq!(
            style.wrap("one two three\n  four five six"),
            "one two\nthree\n  four five six"
        );
        assert_eq!(
            Style {
                colour: false,
                width: 0
            }
            .wrap("one two three"),
            "one two three"
        );
    }

    #[test]
    fn paint_is_plain_without_colour() {
        assert_eq!(Style::PLAIN.paint(Ink::Red, "x"), "x");
        assert_eq!(
            Style {
                colour: true,
                width: 0
            }
            .paint(Ink::Red, "x"),
            "\u{1b}[31mx\u{1b}[0m"
        );
    }
}
