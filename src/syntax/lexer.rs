//! Text to tokens, with the faults that show at this level: strings, heredocs and interpolations that never
//! end, and characters that mean nothing here.
//!
//! The whole text always becomes tokens, whatever is in it. After a string or interpolation that never ends
//! the lexer goes on where its author most likely meant it to end, so that one slip is one message. It knows
//! nothing of the grammar. Its cost is linear: the number of times it goes back is bounded.

mod heredoc;

use crate::diag::{Code, Diagnostic, Diagnostics};

use super::codes;
use super::stray;
use super::token::{Kind, Source, Token};

/// Deepest nesting of templates inside templates.
const MAX_NESTING: usize = 128;

/// How often the lexer goes back to look again, before it gives a text up.
const MAX_RETRIES: usize = 24;

/// More faults than anybody reads.
pub(super) const MAX_FAULTS: usize = 64;

/// The tokens of a text, always closed by [`Kind::Eof`], its comments, and its faults by rising place.
pub(super) struct Lexed {
    pub tokens: Vec<Token>,
    /// The comments, apart from the tokens, for only the layout of a text cares for them. A line comment ends
    /// before its line break.
    pub comments: Vec<Token>,
    pub faults: Vec<Fault>,
}

/// A fault of the lexer: where in the text it stands, and the message.
pub(super) struct Fault {
    pub at: u32,
    pub diagnostic: Diagnostic,
}

impl Lexed {
    /// Joins what the reader of the tokens found with what the lexer found, by rising place.
    pub fn merge(self, mut found: Vec<Diagnostic>) -> Diagnostics {
        // What never ends swallows the braces behind it.
        let endless = |code| [&codes::UNCLOSED_HEREDOC, &codes::UNCLOSED_COMMENT].contains(&code);
        let swallowed = self.faults.iter().any(|fault| endless(fault.diagnostic.code));
        found.retain(|diagnostic| {
            if swallowed && [&codes::UNCLOSED_BLOCK, &codes::UNCLOSED_BRACKET].contains(&diagnostic.code) {
                return false;
            }
            let inside = |fault: &Fault| match (fault.diagnostic.subject, diagnostic.subject) {
                (Some(outer), Some(inner)) => outer.contains(inner),
                _ => false,
            };
            diagnostic.code != &codes::INVALID_ESCAPE || !self.faults.iter().any(inside)
        });
        found.extend(self.faults.into_iter().map(|fault| fault.diagnostic));
        found.sort_by_key(|diagnostic| diagnostic.subject.map(|span| (span.start, span.end)));
        found.dedup_by(|a, b| a.subject == b.subject && a.code == b.code);
        Diagnostics(found)
    }
}

/// Whether the text begins in the language or in a template.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    Code,
    Template,
}

/// Reads all tokens.
pub(super) fn lex(source: &Source<'_>, start: Start) -> Lexed {
    let mut lexer = Lexer {
        source,
        bytes: source.text.as_bytes(),
        at: 0,
        tokens: Vec::with_capacity(source.text.len() / 4),
        comments: Vec::new(),
        faults: Vec::new(),
        modes: vec![match start {
            Start::Code => Mode::Code,
            Start::Template => Mode::Bare,
        }],
        retries: 0,
    };
    lexer.run();
    let end = lexer.bytes.len();
    lexer.push(Kind::Eof, end, end);
    lexer.faults.sort_by_key(|fault| fault.at);
    Lexed {
        tokens: lexer.tokens,
        comments: lexer.comments,
        faults: lexer.faults,
    }
}

/// What the lexer is in the middle of.
#[derive(Clone, Debug)]
enum Mode {
    /// The language itself.
    Code,
    /// An interpolation or directive: the index of its opening token, and how many braces are open in it.
    Seq { open: usize, braces: u32 },
    /// A quoted template: the index of its opening token; `lines` once it was found to span lines.
    Quoted { open: usize, lines: bool },
    /// A heredoc: the index of its opening token, its mark, and whether a line begins here.
    Heredoc {
        open: usize,
        mark: (usize, usize),
        fresh: bool,
    },
    /// A template file.
    Bare,
}

struct Lexer<'a, 's> {
    source: &'s Source<'a>,
    bytes: &'a [u8],
    at: usize,
    tokens: Vec<Token>,
    comments: Vec<Token>,
    faults: Vec<Fault>,
    modes: Vec<Mode>,
    retries: usize,
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Lexer<'_, '_> {
    fn run(&mut self) {
        if self.source.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        loop {
            while self.at < self.bytes.len() {
                if self.faults.len() >= MAX_FAULTS {
                    self.at = self.bytes.len();
                    return;
                }
                match self.modes.last() {
                    Some(Mode::Quoted { .. }) => self.quoted(),
                    Some(Mode::Heredoc { .. }) => self.heredoc(),
                    Some(Mode::Bare) => self.bare(),
                    _ => self.code(),
                }
            }
            if !self.end() {
                return;
            }
        }
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn starts_with(&self, at: usize, what: &[u8]) -> bool {
        self.bytes.get(at..).is_some_and(|rest| rest.starts_with(what))
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.tokens.push(Token {
            kind,
            start: offset(start),
            end: offset(end),
        });
    }

    /// Pushes a token of the `len` bytes from here, and goes behind it.
    fn emit(&mut self, kind: Kind, len: usize) {
        self.push(kind, self.at, self.at + len);
        self.at += len;
    }

    fn fault(&mut self, code: &'static Code, start: usize, end: usize, detail: impl Into<String>) {
        let (start, end) = (offset(start), offset(end));
        let diagnostic = Diagnostic::error(code, detail).at(self.source.span(start, end));
        self.faults.push(Fault {
            at: start,
            diagnostic,
        });
    }

    /// Where the line of `from` ends: its line break, or the end of the text.
    fn line_end(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        rest.iter()
            .position(|byte| *byte == b'\n')
            .map_or(self.bytes.len(), |length| from + length)
    }

    fn code(&mut self) {
        let next = self.byte(self.at + 1);
        match self.byte(self.at) {
            b' ' | b'\t' => self.at += 1,
            b'\n' => self.emit(Kind::Newline, 1),
            b'\r' if next == b'\n' => self.emit(Kind::Newline, 2),
            b'#' => self.comment(self.comment_end()),
            b'/' if next == b'/' => self.comment(self.comment_end()),
            b'/' if next == b'*' => self.block_comment(),
            b'0'..=b'9' => self.number(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.ident(),
            b'"' => {
                let open = self.tokens.len();
                self.emit(Kind::OQuote, 1);
                self.enter(Mode::Quoted { open, lines: false });
            }
            b'<' if next == b'<' => self.heredoc_start(),
            b'{' => {
                if let Some(Mode::Seq { braces, .. }) = self.modes.last_mut() {
                    *braces += 1;
                }
                self.emit(Kind::OBrace, 1);
            }
            b'}' => self.close_brace(1),
            b'~' if next == b'}' && matches!(self.modes.last(), Some(Mode::Seq { braces: 0, .. })) => {
                self.close_brace(2);
            }
            b'=' if next == b'=' => self.emit(Kind::Eq, 2),
            b'=' if next == b'>' => self.emit(Kind::FatArrow, 2),
            b'=' => self.emit(Kind::Assign, 1),
            b'!' if next == b'=' => self.emit(Kind::NotEq, 2),
            b'!' => self.emit(Kind::Bang, 1),
            b'<' if next == b'=' => self.emit(Kind::LessEq, 2),
            b'<' => self.emit(Kind::Less, 1),
            b'>' if next == b'=' => self.emit(Kind::GreaterEq, 2),
            b'>' => self.emit(Kind::Greater, 1),
            b'&' if next == b'&' => self.emit(Kind::And, 2),
            b'|' if next == b'|' => self.emit(Kind::Or, 2),
            b':' if next == b':' => self.emit(Kind::ColonColon, 2),
            b':' => self.emit(Kind::Colon, 1),
            b'.' if self.starts_with(self.at, b"...") => self.emit(Kind::Ellipsis, 3),
            b'.' => self.emit(Kind::Dot, 1),
            b',' => self.emit(Kind::Comma, 1),
            b'?' => self.emit(Kind::Question, 1),
            b'+' => self.emit(Kind::Plus, 1),
            b'-' => self.emit(Kind::Minus, 1),
            b'*' => self.emit(Kind::Star, 1),
            b'/' => self.emit(Kind::Slash, 1),
            b'%' => self.emit(Kind::Percent, 1),
            b'[' => self.emit(Kind::OBrack, 1),
            b']' => self.emit(Kind::CBrack, 1),
            b'(' => self.emit(Kind::OParen, 1),
            b')' => self.emit(Kind::CParen, 1),
            _ => match self.char(self.at) {
                Some(start) if stray::starts_ident(start) => self.ident(),
                _ => self.stray(),
            },
        }
    }

    fn char(&self, at: usize) -> Option<char> {
        self.source.text.get(at..)?.chars().next()
    }

    /// Enters a template or sequence, unless too many are open.
    fn enter(&mut self, mode: Mode) {
        if self.modes.len() > MAX_NESTING {
            self.fault(
                &codes::TOO_DEEP,
                self.at.saturating_sub(1),
                self.at,
                format!(
                    "Templates are nested more than {} levels deep here. Move the inner ones to local values.",
                    MAX_NESTING / 2
                ),
            );
            self.push(Kind::Bad, self.at, self.at);
            self.modes.truncate(1);
            self.at = self.bytes.len();
        } else {
            self.modes.push(mode);
        }
    }

    fn comment(&mut self, end: usize) {
        self.comments.push(Token {
            kind: Kind::Comment,
            start: offset(self.at),
            end: offset(end),
        });
        self.at = end;
    }

    fn comment_end(&self) -> usize {
        let end = self.line_end(self.at);
        match end.checked_sub(1) {
            Some(before) if before > self.at && end < self.bytes.len() && self.byte(before) == b'\r' => {
                before
            }
            _ => end,
        }
    }

    fn block_comment(&mut self) {
        let from = self.at + 2;
        match self.source.text.get(from..).and_then(|rest| rest.find("*/")) {
            Some(length) => self.comment(from + length + 2),
            None => {
                self.fault(
                    &codes::UNCLOSED_COMMENT,
                    self.at,
                    from,
                    "This comment has no end. Close it with \"*/\", or begin each of its lines with \"#\".",
                );
                self.at = self.line_end(self.at);
            }
        }
    }

    /// As many digits, points and exponents as follow; whether they make a number is for the reader to say.
    fn number(&mut self) {
        let mut end = self.at + 1;
        let mut last = end;
        loop {
            match self.byte(end) {
                b'0'..=b'9' => {
                    end += 1;
                    last = end;
                }
                b'.' => end += 1,
                b'e' | b'E' => {
                    let sign = usize::from(matches!(self.byte(end + 1), b'+' | b'-'));
                    if !self.byte(end + 1 + sign).is_ascii_digit() {
                        break;
                    }
                    end += 2 + sign;
                    last = end;
                }
                _ => break,
            }
        }
        self.emit(Kind::Number, last - self.at);
    }

    fn ident(&mut self) {
        let end = self.ident_end(self.at);
        self.emit(Kind::Ident, end - self.at);
    }

    fn ident_end(&self, from: usize) -> usize {
        let mut end = from;
        loop {
            match self.byte(end) {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => end += 1,
                0x80.. => match self.char(end) {
                    Some(next) if stray::continues_ident(next) => end += next.len_utf8(),
                    _ => return end,
                },
                _ => return end,
            }
        }
    }

    fn stray(&mut self) {
        let rest = self.source.text.get(self.at..).unwrap_or_default();
        let found = stray::explain(rest);
        let end = self.at + found.len;
        self.fault(found.code, self.at, end, found.detail);
        self.emit(Kind::Bad, found.len.max(1));
    }

    fn close_brace(&mut self, len: usize) {
        match self.modes.last_mut() {
            Some(Mode::Seq { braces: 0, .. }) => {
                self.modes.pop();
                self.emit(Kind::SeqEnd, len);
            }
            Some(Mode::Seq { braces, .. }) => {
                *braces -= 1;
                self.emit(Kind::CBrace, len);
            }
            _ => self.emit(Kind::CBrace, len),
        }
    }

    /// Opens `${` or `%{`, which stands here.
    fn sequence(&mut self) {
        if let Some(Mode::Heredoc { fresh, .. }) = self.modes.last_mut() {
            *fresh = false;
        }
        let kind = match self.byte(self.at) {
            b'$' => Kind::Interp,
            _ => Kind::Control,
        };
        let open = self.tokens.len();
        let strip = usize::from(self.byte(self.at + 2) == b'~');
        self.emit(kind, 2 + strip);
        self.enter(Mode::Seq { open, braces: 0 });
    }

    /// Whether `${` or `%{` stands at `at`; `skip` is how many bytes are plain text otherwise.
    fn dollar(&self, at: usize) -> Result<(), usize> {
        let mark = self.byte(at);
        if self.byte(at + 1) == b'{' {
            Ok(())
        } else if self.byte(at + 1) == mark && self.byte(at + 2) == b'{' {
            Err(3)
        } else {
            Err(1)
        }
    }

    fn quoted(&mut self) {
        let from = self.at;
        let mut at = from;
        let lines = matches!(self.modes.last(), Some(Mode::Quoted { lines: true, .. }));
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'"' => {
                    self.text(from, at);
                    self.emit(Kind::CQuote, 1);
                    self.modes.pop();
                    return;
                }
                b'\\' if !matches!(self.byte(at + 1), b'\n' | b'\r' | 0) => at += 2,
                b'$' | b'%' => match self.dollar(at) {
                    Ok(()) => {
                        self.text(from, at);
                        self.sequence();
                        return;
                    }
                    Err(skip) => at += skip,
                },
                b'\n' if !lines => break,
                b'\r' if !lines && self.byte(at + 1) == b'\n' => break,
                _ => at += 1,
            }
        }
        self.broken_quote(from, at);
    }

    fn text(&mut self, from: usize, to: usize) {
        if from < to {
            self.push(Kind::Text, from, to);
        }
        self.at = to;
    }

    /// A quoted string meets the end of its line, or of the text.
    fn broken_quote(&mut self, from: usize, at: usize) {
        let (depth, open) = match self.modes.last() {
            Some(Mode::Quoted { open, .. }) => (self.modes.len() - 1, *open),
            _ => return,
        };
        let quote = self.token_start(open);
        // A quote inside an interpolation of a quoted string, and no other behind it: it was meant to close
        // that string, and the interpolation before it lacks its brace.
        let outer = depth.checked_sub(2).and_then(|outer| self.modes.get(outer));
        let seq = depth.checked_sub(1).and_then(|seq| self.modes.get(seq));
        if let (Some(Mode::Quoted { .. }), Some(Mode::Seq { open: seq, .. })) = (outer, seq) {
            let seq = *seq;
            self.unclosed_sequence(seq);
            self.tokens.truncate(open);
            self.push(Kind::Bad, quote, quote);
            self.push(Kind::SeqEnd, quote, quote);
            self.push(Kind::CQuote, quote, quote + 1);
            self.modes.truncate(depth - 2);
            self.at = quote + 1;
            return;
        }
        if at < self.bytes.len() && self.closes_later(at) {
            self.fault(
                &codes::MULTI_LINE_STRING,
                quote,
                at,
                "A quoted string must begin and end on the same line. Write \"\\n\" for a line break inside it, or \
                 use a heredoc (<<EOT) for a text of several lines.",
            );
            if let Some(Mode::Quoted { lines, .. }) = self.modes.last_mut() {
                *lines = true;
            }
            self.at = from;
            return;
        }
        let end = self.trimmed_end(quote, at);
        self.fault(
            &codes::UNCLOSED_QUOTE,
            quote,
            end,
            "This string has no closing quote mark on its line. Add a \" where it should end; a quote mark inside \
             a string is written \\\".",
        );
        self.text(from, at);
        self.push(Kind::CQuote, at, at);
        self.modes.pop();
    }

    fn trimmed_end(&self, from: usize, to: usize) -> usize {
        let text = self.source.text.get(from..to).unwrap_or_default();
        from + text.trim_end().len()
    }

    fn token_start(&self, index: usize) -> usize {
        self.tokens.get(index).map_or(0, |token| token.start as usize)
    }

    /// Whether the first later line with a quote mark has an odd number of them: then the string was meant to
    /// span lines.
    fn closes_later(&self, newline: usize) -> bool {
        let mut at = newline + 1;
        while at < self.bytes.len() {
            let end = self.line_end(at);
            let line = self.bytes.get(at..end).unwrap_or_default();
            let quotes = line.iter().filter(|byte| **byte == b'"').count();
            if quotes > 0 {
                return quotes % 2 == 1;
            }
            at = end + 1;
        }
        false
    }

    fn unclosed_sequence(&mut self, open: usize) {
        let Some(token) = self.tokens.get(open).copied() else {
            return;
        };
        let (code, what) = match token.kind {
            Kind::Interp => (&codes::UNCLOSED_INTERPOLATION, "interpolation"),
            _ => (&codes::UNCLOSED_DIRECTIVE, "template directive"),
        };
        let mark = if token.kind == Kind::Interp { "$" } else { "%" };
        self.fault(
            code,
            token.start as usize,
            token.end as usize,
            format!(
                "This {what} has no closing brace. Add a \"}}\" where it should end. To write the two characters \
                 themselves, double the first: \"{mark}{mark}{{\"."
            ),
        );
    }
}
