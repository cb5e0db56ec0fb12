//! One line at the bottom of a terminal that says what runs now, while finished lines scroll above it.
//!
//! Where the output is not a terminal nothing is drawn, and lines are written as they are.

use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the sign turns that shows that the program lives.
const TICK: Duration = Duration::from_millis(120);

/// The live line.
pub struct Live {
    bar: Option<ProgressBar>,
    ticking: bool,
}

impl Live {
    /// A live line on standard output, if that is a terminal.
    pub fn new(terminal: bool) -> Live {
        let bar = terminal.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stdout_with_hz(10));
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        Live { bar, ticking: false }
    }

    /// Whether there is a terminal to draw on.
    pub fn is_live(&self) -> bool {
        self.bar.is_some()
    }

    /// Writes a line above it.
    pub fn print(&self, line: &str) {
        match &self.bar {
            Some(bar) if !bar.is_finished() => bar.println(line),
            _ => {
                let mut out = std::io::stdout().lock();
                // A closed pipe must not stop an apply.
                let _ = writeln!(out, "{line}");
                let _ = out.flush();
            }
        }
    }

    /// Says what runs now.
    pub fn status(&mut self, text: String) {
        if let Some(bar) = &self.bar {
            if bar.is_finished() {
                bar.reset();
            }
            bar.set_message(text);
            if !self.ticking {
                bar.enable_steady_tick(TICK);
                self.ticking = true;
            }
        }
    }

    /// Removes the line, until there is a new status.
    pub fn clear(&mut self) {
        if let Some(bar) = &self.bar {
            bar.disable_steady_tick();
            bar.finish_and_clear();
            self.ticking = false;
        }
    }
}

/// Columns of the terminal; 0 where it has none.
pub fn width() -> usize {
    terminal_size::terminal_size().map_or(0, |(width, _)| usize::from(width.0))
}
