//! Lines: indent by brackets, spaces between pieces, and the columns of `=` and of comments behind code in lines
//! that follow each other. It adds and removes no line.

use super::super::token::Kind;
use super::pieces::Piece;
use super::spaces;

/// How far one level of brackets is indented.
const INDENT: usize = 2;

/// A line in up to three cells: a lead, `= value` if the value ends on this line, and a comment behind code.
struct Line<'p, 'a> {
    lead: &'p mut [Piece<'a>],
    assign: &'p mut [Piece<'a>],
    comment: &'p mut [Piece<'a>],
}

/// Sets the spaces before every piece.
pub(super) fn arrange(pieces: &mut [Piece<'_>]) {
    let mut lines: Vec<Line<'_, '_>> = pieces
        .split_inclusive_mut(Piece::ends_line)
        .map(Line::new)
        .collect();
    indent(&mut lines);
    for line in &mut lines {
        space(line.lead);
        space(line.assign);
    }
    for run in lines.chunk_by_mut(|one, next| one.assign.is_empty() == next.assign.is_empty()) {
        align(run, |line| (width(line.lead), line.assign.first_mut()));
    }
    for run in lines.chunk_by_mut(|one, next| one.comment.is_empty() == next.comment.is_empty()) {
        align(run, |line| {
            (width(line.lead) + width(line.assign), line.comment.first_mut())
        });
    }
}

impl<'p, 'a> Line<'p, 'a> {
    fn new(pieces: &'p mut [Piece<'a>]) -> Line<'p, 'a> {
        let ends_with_comment =
            pieces.len() > 1 && pieces.last().is_some_and(|last| last.kind == Kind::Comment);
        let (code, comment) = pieces.split_at_mut(pieces.len() - usize::from(ends_with_comment));
        let equals = code.iter().position(|piece| piece.kind == Kind::Assign);
        let assigns = |at: &usize| {
            let value = code.get(*at..).unwrap_or_default();
            *at > 0 && value.iter().map(Piece::bracket).sum::<isize>() == 0
        };
        let at = equals.filter(assigns).unwrap_or(code.len());
        let (lead, assign) = code.split_at_mut(at);
        Line {
            lead,
            assign,
            comment,
        }
    }

    /// How many more brackets the line opens than it closes; an assigned value opens none. Those in a heredoc that
    /// begins on the line do not count.
    fn opens(&self) -> isize {
        self.lead
            .iter()
            .take_while(|piece| piece.kind != Kind::OHeredoc)
            .map(Piece::bracket)
            .sum()
    }
}

/// A line that opens brackets makes one level, however many it opens; the level ends with the line that closes the
/// last of them.
fn indent(lines: &mut [Line<'_, '_>]) {
    let mut levels: Vec<isize> = Vec::new();
    for line in lines {
        let opens = line.opens();
        let mut closes = -opens;
        while closes > 0
            && let Some(level) = levels.last_mut()
        {
            if *level > closes {
                *level -= closes;
                break;
            }
            closes -= *level;
            levels.pop();
        }
        if let Some(first) = line.lead.first_mut()
            && first.kind != Kind::Newline
        {
            first.spaces = INDENT * levels.len();
        }
        if opens > 0 {
            levels.push(opens);
        }
    }
}

fn space(cell: &mut [Piece<'_>]) {
    let mut before: Option<&Piece<'_>> = None;
    let mut rest = cell;
    while let Some((here, behind)) = rest.split_first_mut() {
        if let Some(after) = behind.first_mut() {
            after.spaces = usize::from(spaces::between(before, here, after));
        }
        before = Some(here);
        rest = behind;
    }
}

fn width(cell: &[Piece<'_>]) -> usize {
    cell.iter().map(Piece::width).sum()
}

/// Puts a cell of each line into one column, a space behind the widest of what comes before it.
fn align<'p, 'a>(
    run: &mut [Line<'p, 'a>],
    cell: impl for<'l> Fn(&'l mut Line<'p, 'a>) -> (usize, Option<&'l mut Piece<'a>>),
) {
    let widest = run.iter_mut().map(|line| cell(line).0).max().unwrap_or(0);
    for line in run {
        if let (width, Some(first)) = cell(line) {
            first.spaces = widest - width + 1;
        }
    }
}
