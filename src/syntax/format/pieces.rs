//! What a text is made of when only the white space between it is open: tokens and comments. It decides nothing
//! about that white space.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

use super::super::lexer::Lexed;
use super::super::token::{Kind, Token};

/// A token or comment, and how many spaces stand before it.
#[derive(Clone, Debug)]
pub(super) struct Piece<'a> {
    pub kind: Kind,
    pub text: Cow<'a, str>,
    /// Where it stood in the text.
    pub at: u32,
    pub spaces: usize,
}

impl<'a> Piece<'a> {
    pub fn new(kind: Kind, text: impl Into<Cow<'a, str>>, at: u32) -> Piece<'a> {
        Piece {
            kind,
            text: text.into(),
            at,
            spaces: 0,
        }
    }

    /// Whether its line ends with it. A line comment holds its line break.
    pub fn ends_line(&self) -> bool {
        self.kind == Kind::Newline || self.is_line_comment()
    }

    pub fn is_line_comment(&self) -> bool {
        self.kind == Kind::Comment && self.text.ends_with('\n')
    }

    /// 1 for what opens a bracket, -1 for what closes one, otherwise 0.
    pub fn bracket(&self) -> isize {
        match self.kind {
            Kind::OBrace | Kind::OBrack | Kind::OParen | Kind::Interp | Kind::Control => 1,
            Kind::CBrace | Kind::CBrack | Kind::CParen | Kind::SeqEnd => -1,
            _ => 0,
        }
    }

    /// How many characters it and the spaces before it take up, as people count characters.
    pub fn width(&self) -> usize {
        let text = &*self.text;
        let plain = text.bytes().all(|byte| byte.is_ascii() && byte != b'\r');
        self.spaces
            + if plain {
                text.len()
            } else {
                text.graphemes(true).count()
            }
    }
}

/// All pieces of a text.
pub(super) fn of<'a>(text: &'a str, lexed: &Lexed) -> Vec<Piece<'a>> {
    let slice = |start: u32, end: u32| text.get(start as usize..end as usize).unwrap_or_default();
    let mut pieces: Vec<Piece<'a>> = Vec::with_capacity(lexed.tokens.len() + lexed.comments.len());
    let mut comments = lexed.comments.iter().peekable();
    let mut tokens = lexed.tokens.iter().peekable();
    // The end of the piece before.
    let mut end = 0;
    while let Some(token) = tokens.next() {
        while let Some(comment) = comments.next_if(|comment| comment.start < token.start) {
            pieces.push(Piece::new(
                Kind::Comment,
                slice(comment.start, comment.end),
                comment.start,
            ));
            end = comment.end;
        }
        let text = match token.kind {
            Kind::Eof => break,
            Kind::CHeredoc => {
                // The line of the mark is part of the heredoc, with the white space around it.
                let next = tokens.peek().map_or(token.end, |next: &&Token| next.start);
                slice(end, next)
            }
            _ => slice(token.start, token.end),
        };
        match pieces.last_mut() {
            Some(comment)
                if token.kind == Kind::Newline
                    && comment.kind == Kind::Comment
                    && !comment.text.starts_with("/*")
                    && !comment.ends_line() =>
            {
                comment.text = Cow::Borrowed(slice(comment.at, token.end));
            }
            _ => pieces.push(Piece::new(token.kind, text, token.start)),
        }
        end = token.end;
    }
    pieces
}

/// The text that pieces make, with spaces behind the last; it is about as long as `length`.
pub(super) fn text(pieces: &[Piece<'_>], spaces: usize, length: usize) -> String {
    let mut text = String::with_capacity(length + length / 8);
    for piece in pieces {
        text.extend(std::iter::repeat_n(' ', piece.spaces));
        text.push_str(&piece.text);
    }
    text.extend(std::iter::repeat_n(' ', spaces));
    text
}
