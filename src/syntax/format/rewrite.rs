//! Spellings from before Terraform 0.12 become those of today: a quoted string that is one interpolation
//! (`"${a}"` is `a`), type constraints in quotes or without their element type, labels without quotes. It changes
//! no meaning; white space is not set here.

use std::ops::Range;
use std::sync::Arc;

use crate::addr::Quoted;

use super::super::ast::{Body, Item};
use super::super::token::Kind;
use super::pieces::Piece;

/// A part of the text that may be spelled anew.
struct Part {
    range: Range<u32>,
    kind: PartKind,
}

enum PartKind {
    /// The labels of a block.
    Labels(Vec<Arc<str>>),
    /// The value of an argument.
    Value,
    /// The type constraint of a variable.
    Type,
}

/// The pieces in today's spelling.
pub(super) fn canonical<'a>(pieces: Vec<Piece<'a>>, body: &Body) -> Vec<Piece<'a>> {
    let mut parts = Vec::new();
    find(body, &[], &mut parts);
    let mut out = Vec::with_capacity(pieces.len());
    let mut pieces = pieces.into_iter().peekable();
    for part in parts {
        while let Some(piece) = pieces.next_if(|piece| piece.at < part.range.start) {
            out.push(piece);
        }
        let mut inside = Vec::new();
        while let Some(piece) = pieces.next_if(|piece| piece.at < part.range.end) {
            inside.push(piece);
        }
        match part.kind {
            PartKind::Labels(names) => out.extend(names.iter().map(|name| label(name, part.range.start))),
            PartKind::Type => out.extend(type_constraint(inside)),
            PartKind::Value => out.extend(value(inside, pieces.peek().map(|next| next.kind))),
        }
    }
    out.extend(pieces);
    out
}

/// The parts of a body, by rising place. `around` are the types of the blocks that it stands in.
fn find<'b>(body: &'b Body, around: &[&'b str], parts: &mut Vec<Part>) {
    for item in &body.items {
        match item {
            Item::Attribute(attribute) => {
                let kind = match (around, &*attribute.name.name) {
                    (["variable"], "type") => PartKind::Type,
                    _ => PartKind::Value,
                };
                let span = attribute.expr.span;
                parts.push(Part {
                    range: span.start..span.end,
                    kind,
                });
            }
            Item::Block(block) => {
                if let Some(last) = block.labels.last() {
                    // Comments between labels have no place in the canonical spelling.
                    parts.push(Part {
                        range: block.kind.span.end..last.span.end,
                        kind: PartKind::Labels(block.labels.iter().map(|label| label.name.clone()).collect()),
                    });
                }
                let inside: Vec<&str> = around.iter().copied().chain([&*block.kind.name]).collect();
                find(&block.body, &inside, parts);
            }
        }
    }
}

/// A label in quotes: one piece, which takes part in spacing as a word does. Characters that cannot be seen are
/// written as escapes.
fn label<'a>(name: &str, at: u32) -> Piece<'a> {
    let visible = |letter: char| match u32::from(letter) {
        _ if letter.is_ascii() || format!("a{letter}").escape_debug().count() == 2 => letter.to_string(),
        code @ 0x10000.. => format!("\\U{code:08x}"),
        code => format!("\\u{code:04x}"),
    };
    let text: String = Quoted(name).to_string().chars().map(visible).collect();
    Piece::new(Kind::Ident, text, at)
}

fn type_constraint(found: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let (name, element, at) = match found.as_slice() {
        [word] if word.kind == Kind::Ident => match &*word.text {
            name @ ("list" | "map" | "set") => (name.to_owned(), Some("any"), word.at),
            _ => return found,
        },
        [open, text, _] if open.kind == Kind::OQuote => match &*text.text {
            "string" => ("string".to_owned(), None, open.at),
            name @ ("list" | "map") => (name.to_owned(), Some("string"), open.at),
            _ => return found,
        },
        _ => return found,
    };
    let mut pieces = vec![Piece::new(Kind::Ident, name, at)];
    if let Some(element) = element {
        pieces.push(Piece::new(Kind::OParen, "(", at));
        pieces.push(Piece::new(Kind::Ident, element, at));
        pieces.push(Piece::new(Kind::CParen, ")", at));
    }
    pieces
}

/// A value without the quotes around a single interpolation. `next` is what comes behind it.
fn value(pieces: Vec<Piece<'_>>, next: Option<Kind>) -> Vec<Piece<'_>> {
    let mut value = pieces.as_slice();
    // What stands around the value in the end; the nearest comes last.
    let (mut before, mut after) = (Vec::new(), Vec::new());
    while let Some(inside) = single_interpolation(value) {
        let next = after.last().map(|piece: &Piece<'_>| piece.kind).or(next);
        let ends_line = matches!(next, None | Some(Kind::Newline | Kind::Comment));
        let lines = needs_parentheses(inside, ends_line);
        let ends_with_heredoc = inside.last().is_some_and(|last| last.kind == Kind::CHeredoc);
        if ends_with_heredoc && (lines || next != Some(Kind::Newline)) {
            // Nothing may follow the mark of a heredoc on its line.
            break;
        }
        value = inside;
        if lines {
            before.push(Piece::new(Kind::OParen, "(", 0));
            after.push(Piece::new(Kind::CParen, ")", 0));
            break;
        }
        while let [first, rest @ ..] = value
            && first.kind == Kind::Comment
        {
            before.push(first.clone());
            value = rest;
        }
        while let [rest @ .., last] = value
            && last.kind == Kind::Comment
        {
            after.push(last.clone());
            value = rest;
        }
    }
    before.extend_from_slice(value);
    before.extend(after.into_iter().rev());
    before
}

/// What stands in `"${...}"`, without line breaks at its ends, if a value is that and nothing else.
fn single_interpolation<'p, 'a>(pieces: &'p [Piece<'a>]) -> Option<&'p [Piece<'a>]> {
    let [open, begin, inside @ .., end, close] = pieces else {
        return None;
    };
    let kinds = [open.kind, begin.kind, end.kind, close.kind];
    if kinds != [Kind::OQuote, Kind::Interp, Kind::SeqEnd, Kind::CQuote] {
        return None;
    }
    let mut quotes = 0;
    for piece in inside {
        match piece.kind {
            Kind::OQuote => quotes += 1,
            Kind::CQuote => quotes -= 1,
            // Another interpolation: of this string, or of a heredoc in it.
            Kind::Interp | Kind::SeqEnd if quotes == 0 => return None,
            _ => {}
        }
    }
    let mut inside = inside;
    while let [
        Piece {
            kind: Kind::Newline, ..
        },
        rest @ ..,
    ]
    | [
        rest @ ..,
        Piece {
            kind: Kind::Newline, ..
        },
    ] = inside
    {
        inside = rest;
    }
    Some(inside)
}

/// Whether an expression over several lines would end with its first line, were it not for parentheses.
fn needs_parentheses(pieces: &[Piece<'_>], ends_line: bool) -> bool {
    let Some((last, before)) = pieces.split_last() else {
        return false;
    };
    let mut depth = 0;
    let mut breaks = last.is_line_comment() && !ends_line;
    let mut in_parentheses = pieces.first().is_some_and(|first| first.kind == Kind::OParen);
    for piece in before {
        depth += piece.bracket();
        breaks |= piece.kind == Kind::Newline || (piece.is_line_comment() && depth == 0);
        in_parentheses &= depth > 0;
    }
    breaks && !in_parentheses
}
