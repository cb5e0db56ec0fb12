//! The live view: a few lines at the bottom of a terminal that say how far a run is.
//!
//! A pure function of the board, the time and the size of the terminal. Every line is narrower than the terminal, so
//! that none is broken. Drawing it is for `live`.

use std::time::Duration;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::board::{Board, Phase};
use super::escape;
use super::estimate::Left;
use super::progress::elapsed;
use super::style::{Ink, Style};

/// Steps that are named; the others are counted.
const NAMED: usize = 5;

/// Columns of the bar.
const BAR: usize = 30;

/// Terminals that are narrower have no bar.
const ROOM_FOR_BAR: usize = 60;

/// Columns and rows of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
}

/// The lines to show now, none when there is nothing to tell. There are fewer than the terminal has rows.
pub fn lines(board: &Board, now: Duration, size: Size, style: Style) -> Vec<String> {
    // What reaches the last column would leave it to the terminal where the next line begins.
    let columns = size.columns.saturating_sub(1);
    let mut lines = match board.phase() {
        Phase::Rest | Phase::Reading { total: 0, .. } => return Vec::new(),
        Phase::Reading { done, total } => {
            let mut text = format!("Reading {} of {}", grouped(done), grouped(total));
            text.extend(board.rate().map(|rate| format!(", {}", calls(rate))));
            vec![headline(done, total, &text, columns, style)]
        }
        Phase::Steps { done, total, failed } => {
            let failed = match failed {
                0 => String::new(),
                failed => format!(", {} failed", grouped(failed)),
            };
            let text = format!("{} of {} steps done{failed}", grouped(done), grouped(total));
            let mut lines = vec![headline(done, total, &text, columns, style)];
            lines.push(style.paint(Ink::Dim, &cut(&pace(board, now), columns)));
            // A terminal that becomes narrower breaks lines, and they must not leave it at its top.
            let room = (size.rows / 2).saturating_sub(lines.len() + 1).min(NAMED);
            lines.extend(running(board, now, room, columns, style));
            lines
        }
    };
    lines.truncate(size.rows.saturating_sub(1));
    lines
}

/// The bar with a text behind it.
fn headline(done: usize, total: usize, text: &str, columns: usize, style: Style) -> String {
    if columns < ROOM_FOR_BAR {
        return cut(text, columns);
    }
    let halves = (2 * BAR * done.min(total)).checked_div(total).unwrap_or(0);
    let (full, half) = (halves / 2, halves % 2);
    let filled = "━".repeat(full) + if half == 1 { "╸" } else { "" };
    let rest = "─".repeat(BAR - full - half);
    format!(
        "{}{} {}",
        style.paint(Ink::Green, &filled),
        style.paint(Ink::Dim, &rest),
        cut(text, columns - BAR - 1)
    )
}

/// How long it has run, how fast it is, and how long it may still take.
fn pace(board: &Board, now: Duration) -> String {
    let mut parts = vec![format!("{} so far", elapsed(board.passed(now)))];
    parts.extend(board.rate().map(calls));
    if board.is_stopping() {
        parts.push("stopping: nothing new is started".to_owned());
    }
    parts.extend(board.left(now).map(left));
    parts.join(", ")
}

fn calls(rate: f64) -> String {
    let shown = if rate < 9.95 {
        format!("{rate:.1}")
    } else {
        format!("{rate:.0}")
    };
    format!("{shown} calls per second")
}

fn left(left: Left) -> String {
    let least = rounded(left.least, false);
    let Some(most) = left.most.map(|most| rounded(most, true)) else {
        return format!("at least {} left", elapsed(least.max(Duration::from_secs(1))));
    };
    if least == most {
        return format!("about {} left", elapsed(most));
    }
    if least.is_zero() {
        return format!("up to {} left", elapsed(most));
    }
    format!("{} to {} left", elapsed(least), elapsed(most))
}

/// To a measure that is no finer than what can be known: down, or up and to a second at least.
fn rounded(time: Duration, up: bool) -> Duration {
    let seconds = time.as_secs() + u64::from(up && time.subsec_nanos() > 0);
    let step = match seconds {
        0..20 => 1,
        20..120 => 5,
        120..1200 => 30,
        _ => 300,
    };
    Duration::from_secs(if up {
        seconds.div_ceil(step).max(1).saturating_mul(step)
    } else {
        seconds / step * step
    })
}

/// What runs, the longest first, in at most `room` lines and one that counts the others.
fn running(board: &Board, now: Duration, room: usize, columns: usize, style: Style) -> Vec<String> {
    let running = board.running(now);
    let named: Vec<(String, String)> = running
        .iter()
        .take(room)
        .map(|run| {
            let what = format!("{} {}", run.doing, escape::line(&run.addr.to_string()));
            (elapsed(run.ran), what)
        })
        .collect();
    let widest = named.iter().map(|(ran, _)| ran.len()).max().unwrap_or(0).max(4);
    let mut lines: Vec<String> = named
        .iter()
        .map(|(ran, what)| cut(&format!("{ran:>widest$} {what}"), columns))
        .collect();
    let more = running.len().saturating_sub(named.len());
    if more > 0 {
        let text = format!("{:>widest$} and {} more", "", grouped(more));
        lines.push(style.paint(Ink::Dim, &cut(&text, columns)));
    }
    lines
}

/// `1,234`
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// As much of a line as fits into so many columns; what is cut off shows as an ellipsis.
fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let (mut out, mut used) = (String::new(), 1);
    for letter in text.graphemes(true) {
        used += letter.width();
        if used > columns {
            break;
        }
        out.push_str(letter);
    }
    if columns > 0 {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addr::parse_instance;
    use crate::plan::change::Action;
    use crate::render::progress::Event;
    use std::sync::Arc;

    const WIDE: Size = Size {
        columns: 80,
        rows: 24,
    };

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// An apply of a thousand that has done `done` of them, each in two seconds, and runs seven more.
    fn apply(done: usize) -> Board {
        let mut board = Board::new(Style::PLAIN);
        let kind = (Action::Create, Arc::from("giantswarm_org"));
        board.applying(Duration::ZERO, vec![kind; 1000]);
        let addr = |at: usize| parse_instance(&format!("giantswarm_org.many[{at}]")).unwrap();
        for at in 0..done {
            let second = 2 * at as u64;
            board.event(seconds(second), Event::Start(&addr(at), Action::Create, None));
            board.event(seconds(second + 2), Event::Done(&addr(at), Action::Create, None));
            board.steps(at + 1, 1000);
        }
        for at in 0..7 {
            let second = 2 * done as u64 + at as u64;
            board.event(
                seconds(second),
                Event::Start(&addr(990 + at), Action::Create, None),
            );
        }
        board
    }

    fn show(board: &Board, now: u64, size: Size) -> String {
        let lines = lines(board, seconds(now), size, Style::PLAIN);
        for line in &lines {
            assert!(line.width() < size.columns.max(1), "{line:?} is too wide");
        }
        assert!(lines.len() <= (size.rows / 2).max(3) && lines.len() < size.rows.max(1));
        lines.join("\n")
    }

    #[test]
    fn nothing_is_shown_of_a_run_that_rests() {
        let mut board = apply(3);
        board.rest();
        assert_eq!(show(&board, 20, WIDE), "");
    }

    #[test]
    fn an_apply_shows_how_much_is_done_what_runs_and_how_long_it_may_take() {
        let mut board = apply(412);
        board.calls(seconds(826), 1000);
        board.calls(seconds(830), 1050);
        insta::assert_snapshot!(show(&board, 831, WIDE), @r"
        ━━━━━━━━━━━━────────────────── 412 of 1,000 steps done
        13m51s so far, 12 calls per second, 2m30s to 20m0s left
          7s creating giantswarm_org.many[990]
          6s creating giantswarm_org.many[991]
          5s creating giantswarm_org.many[992]
          4s creating giantswarm_org.many[993]
          3s creating giantswarm_org.many[994]
             and 2 more
        ");
    }

    #[test]
    fn a_run_that_was_asked_to_stop_says_so_and_promises_no_time() {
        let mut board = apply(1);
        let addr = parse_instance("giantswarm_org.many[990]").unwrap();
        board.event(seconds(9), Event::Failed(&addr, Action::Create));
        board.stopping();
        let shown = show(&board, 9, WIDE);
        assert!(shown.contains("1 of 1,000 steps done, 1 failed"), "{shown}");
        assert!(
            shown.contains("9s so far, stopping: nothing new is started\n"),
            "{shown}"
        );
    }

    #[test]
    fn a_plan_shows_how_much_is_read() {
        let mut board = Board::new(Style::PLAIN);
        board.reading(seconds(0), 412, 1000);
        board.calls(seconds(0), 0);
        board.calls(seconds(2), 9);
        insta::assert_snapshot!(show(&board, 2, WIDE),
            @"━━━━━━━━━━━━────────────────── Reading 412 of 1,000, 4.5 calls per second");
        board.reading(seconds(2), 0, 0);
        assert_eq!(show(&board, 2, WIDE), "");
    }

    #[test]
    fn a_small_terminal_gets_what_fits() {
        let board = apply(10);
        insta::assert_snapshot!(show(&board, 30, Size { columns: 24, rows: 9 }), @r"
        10 of 1,000 steps done
        30s so far, 4m0s to 25…
         10s creating giantswa…
             and 6 more
        ");
        for columns in 0..90 {
            for rows in 0..12 {
                show(&board, 30, Size { columns, rows });
            }
        }
    }

    #[test]
    fn wide_letters_are_cut_by_columns_and_control_characters_are_shown() {
        assert_eq!(cut("日本語の名前", 7), "日本語…");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        let mut board = Board::new(Style::PLAIN);
        board.applying(seconds(0), vec![(Action::Create, Arc::from("a"))]);
        let addr = parse_instance("a.b[\"日本\\u001b[2J\"]").unwrap();
        board.event(seconds(0), Event::Start(&addr, Action::Create, None));
        let shown = show(&board, 1, WIDE);
        assert!(shown.contains("日本") && !shown.contains('\u{1b}'), "{shown}");
    }

    #[test]
    fn times_are_no_finer_than_what_is_known() {
        let told = |least: u64, most: u64| {
            left(Left {
                least: Duration::from_millis(least),
                most: Some(Duration::from_millis(most)),
            })
        };
        assert_eq!(told(200, 300), "up to 1s left");
        assert_eq!(told(7_000, 7_000), "about 7s left");
        assert_eq!(told(61_000, 101_000), "1m0s to 1m45s left");
        assert_eq!(
            left(Left {
                least: Duration::ZERO,
                most: None
            }),
            "at least 1s left"
        );
    }

    #[test]
    fn a_run_of_ten_thousand_steps_costs_as_much_per_event_as_a_short_one() {
        let mut board = apply(0);
        let kind = (Action::Create, Arc::from("giantswarm_org"));
        board.applying(Duration::ZERO, vec![kind; 10_000]);
        let begun = std::time::Instant::now();
        for at in 0..10_000 {
            let addr = parse_instance(&format!("giantswarm_org.many[{at}]")).unwrap();
            board.event(seconds(at), Event::Start(&addr, Action::Create, None));
            board.event(seconds(at + 1), Event::Done(&addr, Action::Create, None));
        }
        assert!(begun.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(grouped).join(" "),
            "0 999 1,000 1,234,567"
        );
    }
}
