//! Quoted strings, heredocs and template files: pieces of text, interpolations and directives, and the tree
//! that the directives make of them.
//!
//! The pieces are cut as the lexer cuts them, one text per line in heredocs: strip markers and the removal
//! of indent work on these pieces. Directives are nested by a loop, not by recursion.

use std::borrow::Cow;

use crate::source::Span;

use super::ast::{Expr, ExprKind, Ident, Template, TemplatePart};
use super::codes;
use super::parser::{MAX_DEPTH, Parsed, Parser, Stop};
use super::text;
use super::token::{Kind, Token};

/// A piece of a template before directives are nested.
enum Piece<'a> {
    Text(Cow<'a, str>, Span),
    Interp(Expr),
    If(Expr, Span),
    Else(Span),
    EndIf(Span),
    For(Box<(Option<Ident>, Ident, Expr)>, Span),
    EndFor(Span),
}

/// A directive that is open.
struct Frame {
    opening: Opening,
    span: Span,
    parts: Vec<TemplatePart>,
}

enum Opening {
    If(Expr),
    /// Behind `%{else}`: the condition, and the parts before it.
    Else(Expr, Vec<TemplatePart>),
    For(Box<(Option<Ident>, Ident, Expr)>),
}

impl<'a> Parser<'a, '_> {
    /// A quoted string.
    pub fn quoted(&mut self) -> Parsed<Expr> {
        let open = self.next();
        // The most common case, without any piece: one plain text.
        let first = self.token(self.at);
        let second = self.token(self.at + 1);
        if first.kind == Kind::Text && second.kind == Kind::CQuote {
            self.at += 2;
            let decoded = self.decode(first, true);
            self.height = 1;
            return Ok(Expr {
                kind: ExprKind::String(decoded.into()),
                span: self.span(open).to(self.span(second)),
            });
        }
        self.template(open, Kind::CQuote)
    }

    /// A heredoc.
    pub fn heredoc(&mut self) -> Parsed<Expr> {
        let open = self.next();
        self.template(open, Kind::CHeredoc)
    }

    /// A whole template file.
    pub fn template_file(&mut self) -> Parsed<Expr> {
        let start = Token {
            kind: Kind::Text,
            start: 0,
            end: 0,
        };
        self.template(start, Kind::Eof)
    }

    fn template(&mut self, open: Token, end: Kind) -> Parsed<Expr> {
        let before = std::mem::replace(&mut self.newlines, true);
        let read = self.pieces(end);
        self.newlines = before;
        let (pieces, close) = read?;
        self.assemble(open, end, pieces, close)
    }

    /// The expression that pieces make.
    fn assemble(&mut self, open: Token, end: Kind, mut pieces: Vec<Piece<'a>>, close: Token) -> Parsed<Expr> {
        let height = self.height;
        if end == Kind::CHeredoc && self.source.slice(open).starts_with("<<-") {
            remove_indent(&mut pieces);
        }
        let pieces = meld(pieces);
        let span = self.span(open).to(self.span(close));
        let kind = match self.plain(pieces) {
            Ok(text) => ExprKind::String(text.into()),
            Err(pieces) => {
                self.height = height;
                let parts = self.nest(pieces, span)?;
                let heredoc = end == Kind::CHeredoc;
                ExprKind::Template(Box::new(Template { parts, heredoc }))
            }
        };
        self.grow(self.height, span)?;
        Ok(Expr { kind, span })
    }

    /// The text of a template that is nothing but text.
    fn plain(&mut self, mut pieces: Vec<Piece<'a>>) -> Result<String, Vec<Piece<'a>>> {
        if pieces.len() > 1 || matches!(pieces.first(), Some(piece) if !matches!(piece, Piece::Text(..))) {
            return Err(pieces);
        }
        self.height = 0;
        match pieces.pop() {
            Some(Piece::Text(text, _)) => Ok(text.into_owned()),
            _ => Ok(String::new()),
        }
    }

    fn decode(&mut self, token: Token, quoted: bool) -> Cow<'a, str> {
        let raw = self.source.slice(token);
        let (text, faults) = text::decode(raw, quoted);
        for fault in faults {
            let at = self
                .source
                .span(token.start + fault.start, token.start + fault.end);
            self.report(&codes::INVALID_ESCAPE, at, fault.detail);
        }
        text
    }

    /// All pieces up to the closing token. The greatest height among them is left behind.
    fn pieces(&mut self, end: Kind) -> Parsed<(Vec<Piece<'a>>, Token)> {
        let mut pieces = Vec::new();
        let mut height = 0;
        // Whether the last closing brace eats the space behind it, and whether a text stands directly before.
        let mut strip = false;
        let mut after_text = false;
        loop {
            let token = self.next();
            if token.kind == end {
                self.height = height;
                return Ok((pieces, token));
            }
            match token.kind {
                Kind::Text => {
                    let mut text = self.decode(token, end == Kind::CQuote);
                    if strip {
                        text = trim_start(text);
                    }
                    pieces.push(Piece::Text(text, self.span(token)));
                    strip = false;
                    after_text = true;
                }
                Kind::Interp | Kind::Control => {
                    if token.len() == 3
                        && after_text
                        && let Some(Piece::Text(text, _)) = pieces.last_mut()
                    {
                        *text = trim_end(std::mem::take(text));
                    }
                    self.newlines = false;
                    let piece = match token.kind {
                        Kind::Interp => self.interpolation(token)?,
                        _ => self.directive(token)?,
                    };
                    height = height.max(self.height);
                    pieces.push(piece);
                    strip = self.next().len() == 2;
                    self.newlines = true;
                    after_text = false;
                }
                // The lexer has reported what is wrong here.
                _ => return Err(Stop::Silent),
            }
        }
    }

    /// The inside of `${ }`; the closing brace stands next.
    fn interpolation(&mut self, open: Token) -> Parsed<Piece<'a>> {
        let expr = self.expression()?;
        let found = self.peek();
        match found.kind {
            Kind::SeqEnd => Ok(Piece::Interp(expr)),
            Kind::Bad | Kind::Eof => Err(Stop::Silent),
            _ => {
                let at = self.span(found);
                let context = self.span(open);
                let detail = format!(
                    "The interpolation should end here with \"}}\", but {} was found. If \"${{\" is meant for another \
                     language, such as a shell, write \"$${{\".",
                    self.describe(found)
                );
                self.fail_within(&codes::INVALID_EXPRESSION, at, context, detail)
            }
        }
    }

    /// The inside of `%{ }`; the closing brace stands next.
    fn directive(&mut self, open: Token) -> Parsed<Piece<'a>> {
        self.height = 0;
        let word = self.peek();
        if word.kind != Kind::Ident {
            if word.kind == Kind::Bad {
                return Err(Stop::Silent);
            }
            let at = self.span(open).to(self.span(word));
            let detail = format!(
                "A directive begins with one of the words if, else, endif, for and endfor, but {} was found. If \"%{{\" \
                 is meant as text, write \"%%{{\".",
                self.describe(word)
            );
            return self.fail(&codes::INVALID_DIRECTIVE, at, detail);
        }
        self.next();
        let name = self.source.slice(word);
        let start = self.span(open);
        let piece = match name {
            "if" => {
                let condition = self.expression()?;
                Piece::If(condition, start.to(self.closing_brace()))
            }
            "for" => {
                let (key, value) = self.for_names(open)?;
                let collection = self.expression()?;
                let names = Box::new((key, value, collection));
                Piece::For(names, start.to(self.closing_brace()))
            }
            "else" => Piece::Else(start.to(self.closing_brace())),
            "endif" => Piece::EndIf(start.to(self.closing_brace())),
            "endfor" => Piece::EndFor(start.to(self.closing_brace())),
            _ => {
                let at = self.span(word);
                let known = ["if", "else", "endif", "for", "endfor"];
                let detail = format!(
                    "\"{name}\" is no template directive.{} If \"%{{\" is meant as text, write \"%%{{\".",
                    crate::diag::did_you_mean(name, known)
                );
                return self.fail_within(&codes::INVALID_DIRECTIVE, at, start, detail);
            }
        };
        let found = self.peek();
        match found.kind {
            Kind::SeqEnd => Ok(piece),
            Kind::Bad | Kind::Eof => Err(Stop::Silent),
            _ => {
                let at = self.span(found);
                let detail = format!(
                    "The directive \"{name}\" should end here with \"}}\", but {} was found.",
                    self.describe(found)
                );
                self.fail_within(&codes::INVALID_DIRECTIVE, at, start, detail)
            }
        }
    }

    fn closing_brace(&mut self) -> Span {
        let token = self.peek();
        self.span(token)
    }

    /// Nests pieces by their directives.
    fn nest(&mut self, pieces: Vec<Piece<'a>>, whole: Span) -> Parsed<Vec<TemplatePart>> {
        let mut frames: Vec<Frame> = Vec::new();
        let mut parts = Vec::with_capacity(pieces.len());
        let mut deepest = 0;
        for piece in pieces {
            match piece {
                Piece::Text(text, span) => parts.push(TemplatePart::Literal(text.into(), span)),
                Piece::Interp(expr) => parts.push(TemplatePart::Interpolation(expr)),
                Piece::If(condition, span) => frames.push(Frame {
                    opening: Opening::If(condition),
                    span,
                    parts: std::mem::take(&mut parts),
                }),
                Piece::For(names, span) => frames.push(Frame {
                    opening: Opening::For(names),
                    span,
                    parts: std::mem::take(&mut parts),
                }),
                Piece::Else(span) => match frames.pop() {
                    Some(Frame {
                        opening: Opening::If(condition),
                        span,
                        parts: before,
                    }) => frames.push(Frame {
                        opening: Opening::Else(condition, std::mem::take(&mut parts)),
                        span,
                        parts: before,
                    }),
                    frame => return self.unbalanced("else", span, frame),
                },
                Piece::EndIf(end) => {
                    let (frame, condition, yes, no) = match frames.pop() {
                        Some(Frame {
                            opening: Opening::If(condition),
                            span,
                            parts: before,
                        }) => ((span, before), condition, std::mem::take(&mut parts), Vec::new()),
                        Some(Frame {
                            opening: Opening::Else(condition, yes),
                            span,
                            parts: before,
                        }) => ((span, before), condition, yes, std::mem::take(&mut parts)),
                        frame => return self.unbalanced("endif", end, frame),
                    };
                    parts = frame.1;
                    parts.push(TemplatePart::If {
                        condition,
                        yes,
                        no,
                        span: frame.0.to(end),
                    });
                }
                Piece::EndFor(end) => match frames.pop() {
                    Some(Frame {
                        opening: Opening::For(names),
                        span,
                        parts: before,
                    }) => {
                        let (key_name, value_name, collection) = *names;
                        let body = std::mem::replace(&mut parts, before);
                        parts.push(TemplatePart::For {
                            key_name,
                            value_name,
                            collection,
                            body,
                            span: span.to(end),
                        });
                    }
                    frame => return self.unbalanced("endfor", end, frame),
                },
            }
            deepest = deepest.max(frames.len());
            if deepest > MAX_DEPTH as usize {
                return self.fail(
                    &codes::TOO_DEEP,
                    whole,
                    format!("More than {MAX_DEPTH} template directives are nested in each other here."),
                );
            }
        }
        if let Some(frame) = frames.pop() {
            let (name, end) = match frame.opening {
                Opening::For(_) => ("for", "endfor"),
                _ => ("if", "endif"),
            };
            let detail = format!("This \"{name}\" has no \"%{{{end}}}\" in the same template.");
            return self.fail_within(&codes::UNBALANCED_DIRECTIVE, frame.span, whole, detail);
        }
        let below = self.height + u32::try_from(deepest).unwrap_or(MAX_DEPTH);
        self.height = below;
        Ok(parts)
    }

    fn unbalanced<T>(&mut self, name: &str, at: Span, open: Option<Frame>) -> Parsed<T> {
        let Some(frame) = open else {
            let opener = if name == "endfor" { "for" } else { "if" };
            let detail =
                format!("There is no \"%{{{opener} ...}}\" before this \"{name}\" in the same template.");
            return self.fail(&codes::UNBALANCED_DIRECTIVE, at, detail);
        };
        let detail = match frame.opening {
            Opening::For(_) => {
                format!("\"{name}\" does not belong to a \"for\": an \"%{{endfor}}\" must close it first.")
            }
            _ if name == "else" => {
                "This \"if\" has an \"else\" already: an \"%{endif}\" must close it first.".to_owned()
            }
            _ => format!("\"{name}\" does not belong to an \"if\": an \"%{{endif}}\" must close it first."),
        };
        self.fail_within(&codes::UNBALANCED_DIRECTIVE, at, frame.span, detail)
    }
}

fn trim_start(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_start()),
        Cow::Owned(text) => Cow::Owned(text.trim_start().to_owned()),
    }
}

fn trim_end(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_end()),
        Cow::Owned(text) => Cow::Owned(text.trim_end().to_owned()),
    }
}

/// The rule of `<<-`: the smallest indent of all lines is taken from each. Lines of nothing but space do not
/// count and keep theirs; a line that begins with a sequence has none. It looks at the pieces alone, so no
/// interpolated value changes it.
fn remove_indent(pieces: &mut [Piece<'_>]) {
    let mut smallest = usize::MAX;
    let mut lines = Vec::new();
    let mut begins = true;
    for (index, piece) in pieces.iter().enumerate() {
        if begins {
            begins = false;
            let indent = match piece {
                Piece::Text(text, _) => {
                    let rest = text.trim_start();
                    if rest.is_empty() && text.ends_with('\n') {
                        usize::MAX
                    } else {
                        lines.push(index);
                        text.chars().count() - rest.chars().count()
                    }
                }
                _ => 0,
            };
            smallest = smallest.min(indent);
        }
        if let Piece::Text(text, _) = piece {
            begins = begins || text.ends_with('\n');
        }
    }
    for index in lines {
        if let Some(Piece::Text(text, span)) = pieces.get_mut(index) {
            let cut: usize = text.chars().take(smallest).map(char::len_utf8).sum();
            let start = span.start + u32::try_from(cut).unwrap_or(0);
            span.start = start.min(span.end);
            *text = match std::mem::take(text) {
                Cow::Borrowed(text) => Cow::Borrowed(text.get(cut..).unwrap_or_default()),
                Cow::Owned(text) => Cow::Owned(text.get(cut..).unwrap_or_default().to_owned()),
            };
        }
    }
}

/// Joins texts that stand side by side.
fn meld(pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let mut melded: Vec<Piece<'_>> = Vec::with_capacity(pieces.len().min(16));
    for piece in pieces {
        match (melded.last_mut(), piece) {
            (Some(Piece::Text(before, place)), Piece::Text(text, span)) => {
                before.to_mut().push_str(&text);
                *place = place.to(span);
            }
            (_, piece) => melded.push(piece),
        }
    }
    melded
}
