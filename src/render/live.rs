//! Drawing on a terminal: a few lines at the bottom that are drawn anew, while finished lines scroll above them.
//!
//! A frame is one write. Lines are written over the ones before, so nothing is ever blank between two frames, and the
//! screen is never cleared as a whole. The cursor is not hidden and no mode of the terminal is changed, so there is
//! nothing to restore, however the program ends. Where the output is not a terminal, lines are written as they are.

use std::fmt::Write as _;
use std::io::Write;
use std::time::Duration;

use unicode_width::UnicodeWidthStr;

use super::view::Size;

/// Between two frames.
pub const FRAME: Duration = Duration::from_millis(100);

/// What ends sooner is over before anybody has read what it shows.
const PATIENCE: Duration = Duration::from_millis(300);

/// See the module's documentation.
pub struct Live {
    terminal: bool,
    /// The widths of the lines that stand there now.
    drawn: Vec<usize>,
    /// The columns of the terminal when they were drawn.
    columns: usize,
    /// Finished lines that are not written yet.
    above: String,
    /// When the next frame may be drawn.
    due: Duration,
    /// Since when there is something to show.
    since: Option<Duration>,
}

impl Live {
    /// For standard output, which is a terminal or not.
    pub fn new(terminal: bool) -> Live {
        Live {
            terminal,
            drawn: Vec::new(),
            columns: 0,
            above: String::new(),
            due: Duration::ZERO,
            since: None,
        }
    }

    /// Whether there is a terminal to draw on.
    pub fn is_live(&self) -> bool {
        self.terminal
    }

    /// Writes a line: above what is drawn, with the next frame.
    pub fn print(&mut self, line: &str) {
        if self.terminal {
            self.above.push_str(line);
            self.above.push('\n');
        } else {
            write(&format!("{line}\n"));
        }
    }

    /// Draws a frame, if it is time for one.
    pub fn draw(&mut self, now: Duration, lines: impl FnOnce(Size) -> Vec<String>) {
        if !self.terminal || now < self.due {
            return;
        }
        self.due = now + FRAME;
        let size = size();
        let mut lines = lines(size);
        if lines.is_empty() {
            self.since = None;
        } else if now.saturating_sub(*self.since.get_or_insert(now)) < PATIENCE {
            lines.clear();
        }
        if !lines.is_empty() || !self.drawn.is_empty() || !self.above.is_empty() {
            self.put(size.columns, &lines);
        }
    }

    /// Takes away what is drawn, so that other text can follow.
    pub fn clear(&mut self) {
        self.since = None;
        if !self.drawn.is_empty() || !self.above.is_empty() {
            self.put(size().columns, &[]);
        }
    }

    fn put(&mut self, columns: usize, lines: &[String]) {
        let resized = columns != self.columns;
        write(&frame(&self.drawn, (columns, resized), &self.above, lines));
        self.columns = columns;
        self.above.clear();
        self.drawn = lines.iter().map(|line| width(line)).collect();
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A closed pipe must not stop an apply.
fn write(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// What makes a terminal of so many columns show finished lines, and new lines in place of those that were drawn. The
/// cursor is at the beginning of the line below them, before and after.
///
/// A terminal that became narrower has broken the lines that were drawn; the cursor goes up by what they take now. What it
/// has broken it would join again, so these lines are taken away before others stand in their place.
fn frame(drawn: &[usize], (columns, resized): (usize, bool), above: &str, lines: &[String]) -> String {
    let mut out = String::with_capacity(above.len() + 200);
    out.push('\r');
    let rows: usize = drawn
        .iter()
        .map(|width| width.div_ceil(columns.max(1)).max(1))
        .sum();
    if rows > 0 {
        let _ = write!(out, "\u{1b}[{rows}A");
        if resized {
            out.push_str("\u{1b}[J");
        }
    }
    for line in above.lines() {
        let line = line.trim_end_matches('\r');
        out.push_str(line);
        // Behind a full last column the cursor still stands on it.
        let width = width(line);
        if width == 0 || !width.is_multiple_of(columns.max(1)) {
            out.push_str("\u{1b}[K");
        }
        out.push('\n');
    }
    for line in lines {
        out.push_str(line);
        out.push_str("\u{1b}[K\n");
    }
    // Below is what is left of more lines, and what was typed meanwhile.
    out.push_str("\u{1b}[J");
    out
}

/// Columns of a text with colours in it.
fn width(text: &str) -> usize {
    let mut parts = text.split('\u{1b}');
    let plain = parts.next().unwrap_or_default().width();
    let painted = parts.map(|part| part.split_once('m').map_or(part, |(_, text)| text).width());
    plain + painted.sum::<usize>()
}

/// Columns of the terminal; 0 where it has none.
pub fn columns() -> usize {
    terminal_size::terminal_size().map_or(0, |(width, _)| usize::from(width.0))
}

/// The size of the terminal, or what terminals always had.
fn size() -> Size {
    let told = terminal_size::terminal_size().map(|(width, height)| (width.0.into(), height.0.into()));
    let (columns, rows) = told.filter(|told| *told != (0, 0)).unwrap_or((80, 24));
    Size { columns, rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    fn shown(frame: &str) -> String {
        frame.replace('\u{1b}', "^").replace('\n', "$").replace('\r', "<")
    }

    #[test]
    fn a_frame_writes_over_the_one_before_and_clears_no_screen() {
        let first = frame(&[], (80, true), "", &lines(&["one", "two"]));
        assert_eq!(shown(&first), "<one^[K$two^[K$^[J");
        let second = frame(&[3, 3], (80, false), "done\n", &lines(&["three"]));
        assert_eq!(shown(&second), "<^[2Adone^[K$three^[K$^[J");
        let last = frame(&[5], (80, false), "", &[]);
        assert_eq!(shown(&last), "<^[1A^[J");
    }

    #[test]
    fn a_terminal_that_became_narrower_has_broken_lines() {
        let after = frame(&[30, 9, 0], (10, true), "", &[]);
        assert_eq!(shown(&after), "<^[5A^[J^[J");
    }

    #[test]
    fn a_finished_line_that_fills_the_terminal_keeps_its_last_letter() {
        assert_eq!(
            shown(&frame(&[], (4, false), "abcd\nabc\n", &[])),
            "<abcd$abc^[K$^[J"
        );
        let painted = "\u{1b}[1mab\u{1b}[0mcd\n";
        assert_eq!(shown(&frame(&[], (4, false), painted, &[])), "<^[1mab^[0mcd$^[J");
    }
}
