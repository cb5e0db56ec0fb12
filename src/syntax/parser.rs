//! The cursor over tokens that all readers of the native syntax share: looking ahead, faults, and the bounds
//! on depth that keep every later walk of the tree within its stack.

use crate::diag::{Code, Diagnostic};
use crate::source::Span;

use super::ast::Ident;
use super::codes;
use super::token::{Kind, Source, Token, describe};

/// How deep a tree may be. Chains of binary operators do not count, for their left spine is walked by loops.
pub(super) const MAX_DEPTH: u32 = 500;

/// The reader cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The lexer has reported why.
    Silent,
    /// The last diagnostic tells why.
    Reported,
}

/// What a reader gives.
pub(super) type Parsed<T> = Result<T, Stop>;

/// Reads tokens.
pub(super) struct Parser<'a, 's> {
    pub source: &'s Source<'a>,
    pub tokens: &'s [Token],
    pub at: usize,
    /// Whether line breaks end things here. Inside parentheses and brackets they do not.
    pub newlines: bool,
    /// How many readers are inside each other now.
    depth: u32,
    /// The height of the tree that was read last.
    pub height: u32,
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a, 's> Parser<'a, 's> {
    pub fn new(source: &'s Source<'a>, tokens: &'s [Token]) -> Parser<'a, 's> {
        Parser {
            source,
            tokens,
            at: 0,
            newlines: false,
            depth: 0,
            height: 0,
            diagnostics: Vec::new(),
        }
    }

    /// The token at an index; the closing one for every index behind it.
    pub fn token(&self, index: usize) -> Token {
        match self.tokens.get(index).or(self.tokens.last()) {
            Some(token) => *token,
            None => Token {
                kind: Kind::Eof,
                start: 0,
                end: 0,
            },
        }
    }

    /// The next token that counts here, without taking it.
    pub fn peek(&mut self) -> Token {
        if !self.newlines {
            while self.token(self.at).kind == Kind::Newline {
                self.at += 1;
            }
        }
        self.token(self.at)
    }

    /// Takes the next token that counts here.
    pub fn next(&mut self) -> Token {
        let token = self.peek();
        if token.kind != Kind::Eof {
            self.at += 1;
        }
        token
    }

    /// Takes the next token if it is of this kind.
    pub fn eat(&mut self, kind: Kind) -> Option<Token> {
        (self.peek().kind == kind).then(|| self.next())
    }

    /// The kind of the token behind the next one.
    pub fn second(&mut self) -> Kind {
        self.peek();
        let mut at = self.at + 1;
        if !self.newlines {
            while self.token(at).kind == Kind::Newline {
                at += 1;
            }
        }
        self.token(at).kind
    }

    /// Whether the next token is this bare word.
    pub fn at_word(&mut self, word: &str) -> bool {
        let token = self.peek();
        token.kind == Kind::Ident && self.source.slice(token) == word
    }

    /// The token before the next one.
    pub fn previous(&self) -> Token {
        self.token(self.at.saturating_sub(1))
    }

    pub fn span(&self, token: Token) -> Span {
        self.source.of(token)
    }

    pub fn ident(&self, token: Token) -> Ident {
        Ident {
            name: self.source.slice(token).into(),
            span: self.span(token),
        }
    }

    pub fn describe(&self, token: Token) -> String {
        describe(self.source, token)
    }

    /// Runs a reader one level deeper, unless that is too deep.
    pub fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.enter()?;
        let result = read(self);
        self.leave();
        result
    }

    /// Goes one level deeper, unless that is too deep. [`Parser::leave`] goes back.
    pub fn enter(&mut self) -> Parsed<()> {
        if self.depth >= MAX_DEPTH {
            let here = self.peek();
            return self.too_deep(self.span(here));
        }
        self.depth += 1;
        Ok(())
    }

    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Notes the height of a tree that stands upon trees of height `below`.
    pub fn grow(&mut self, below: u32, span: Span) -> Parsed<()> {
        self.height = below + 1;
        if self.height > MAX_DEPTH {
            return self.too_deep(span);
        }
        Ok(())
    }

    fn too_deep<T>(&mut self, span: Span) -> Parsed<T> {
        self.fail(
            &codes::TOO_DEEP,
            span,
            format!("More than {MAX_DEPTH} levels are nested in each other here. Move inner parts to local values."),
        )
    }

    /// Reports a fault and stops.
    pub fn fail<T>(&mut self, code: &'static Code, at: Span, detail: impl Into<String>) -> Parsed<T> {
        self.report(code, at, detail);
        Err(Stop::Reported)
    }

    /// Reports a fault.
    pub fn report(&mut self, code: &'static Code, at: Span, detail: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(code, detail).at(at));
    }

    /// Reports a fault with the wider place around it, and stops.
    pub fn fail_within<T>(
        &mut self,
        code: &'static Code,
        at: Span,
        context: Span,
        detail: impl Into<String>,
    ) -> Parsed<T> {
        let diagnostic = Diagnostic::error(code, detail).at(at).within(at.to(context));
        self.diagnostics.push(diagnostic);
        Err(Stop::Reported)
    }

    /// The place of a token that should have been something else: the token itself, or the one before it when
    /// a line or the text ends there.
    pub fn blame(&self, found: Token) -> Span {
        match found.kind {
            Kind::Newline | Kind::Eof => self.span(self.before(found)),
            _ => self.span(found),
        }
    }

    /// The last token before `found` that is not a line break.
    fn before(&self, found: Token) -> Token {
        let mut index = self
            .tokens
            .partition_point(|token| (token.start, token.end) < (found.start, found.end));
        while index > 0 {
            index -= 1;
            let token = self.token(index);
            if token.kind != Kind::Newline {
                return token;
            }
        }
        found
    }

    /// Whether a token is the first of its line, by which a bracket before it is known to lack its end.
    pub fn begins_line(&self, index: usize) -> bool {
        index == 0 || self.token(index - 1).kind == Kind::Newline
    }

    /// Whether an argument (`name =`) or block header (`name "label" {`) begins at an index.
    pub fn begins_item(&self, index: usize) -> bool {
        if self.token(index).kind != Kind::Ident || !self.begins_line(index) {
            return false;
        }
        self.token(index + 1).kind == Kind::Assign || self.begins_block(index)
    }

    /// Whether a block header stands at an index.
    pub fn begins_block(&self, index: usize) -> bool {
        let mut at = index + 1;
        loop {
            match self.token(at).kind {
                Kind::Ident => at += 1,
                Kind::OQuote => {
                    let text = self.token(at + 1).kind == Kind::Text;
                    let close = at + 1 + usize::from(text);
                    if self.token(close).kind != Kind::CQuote {
                        return false;
                    }
                    at = close + 1;
                }
                Kind::OBrace => return true,
                _ => return false,
            }
        }
    }
}
