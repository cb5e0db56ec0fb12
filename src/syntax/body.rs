//! Bodies: arguments and blocks, and going on after a fault.
//!
//! A fault costs the item that it stands in, not those behind it. Where brackets do not balance, the lines
//! and their indent tell where the next item begins.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::source::Span;

use super::ast::{Attribute, Block, Body, Ident, Item};
use super::codes;
use super::lexer::{Lexed, MAX_FAULTS};
use super::native;
use super::parser::{Parsed, Parser, Stop};
use super::token::{Kind, Source, Token};
use crate::diag::{Diagnostic, Diagnostics};

/// Reads a whole file from its tokens.
pub(super) fn read(source: &Source<'_>, lexed: Lexed, through: native::Through) -> (Body, Diagnostics) {
    let mut reader = Reader::new(source, &lexed, through, false);
    let mut body = reader.file();
    if reader.unclosed {
        // Some block lacks its brace. Reading once more by the left margin tells which.
        let mut again = Reader::new(source, &lexed, native::Through::Never, true);
        let second = again.file();
        if again.unclosed_by_margin {
            body = second;
            reader = again;
        }
    }
    let found = std::mem::take(&mut reader.parser.diagnostics);
    (body, lexed.merge(found))
}

struct Reader<'a, 's> {
    parser: Parser<'a, 's>,
    /// Where the lexer found faults, rising.
    faults: Vec<u32>,
    through: native::Through,
    /// Whether a block header at the left margin closes all blocks.
    by_margin: bool,
    /// Whether brackets may be out of balance because of a fault already reported.
    unsure: bool,
    /// Whether a block was found to lack its brace, and whether the margin told so.
    unclosed: bool,
    unclosed_by_margin: bool,
}

impl<'a, 's> Reader<'a, 's> {
    fn new(
        source: &'s Source<'a>,
        lexed: &'s Lexed,
        through: native::Through,
        by_margin: bool,
    ) -> Reader<'a, 's> {
        let mut parser = Parser::new(source, &lexed.tokens);
        parser.newlines = true;
        Reader {
            parser,
            faults: lexed.faults.iter().map(|fault| fault.at).collect(),
            through,
            by_margin,
            unsure: false,
            unclosed: false,
            unclosed_by_margin: false,
        }
    }

    fn file(&mut self) -> Body {
        let mut items = Vec::new();
        let mut seen = BTreeMap::new();
        loop {
            let token = self.parser.peek();
            match token.kind {
                Kind::Eof => break,
                Kind::Newline => {
                    self.parser.next();
                }
                Kind::CBrace => {
                    self.parser.next();
                    let at = self.parser.span(token);
                    if !std::mem::replace(&mut self.unsure, true) {
                        self.parser.report(
                            &codes::STRAY_BRACE,
                            at,
                            "No block is open that this brace could close. Remove it, or look for a block above that \
                             is closed too early.",
                        );
                    }
                }
                _ if self.parser.diagnostics.len() >= MAX_FAULTS => break,
                _ => match self.whole_item() {
                    Some(item) => self.keep(item, &mut items, &mut seen),
                    None => self.item(&mut items, &mut seen),
                },
            }
        }
        let length = u32::try_from(self.parser.source.text.len()).unwrap_or(u32::MAX);
        Body {
            items,
            span: self.parser.source.span(0, length),
            json: false,
        }
    }

    /// Reads the item that begins here through the HCL crate, if it is one that the crate reads well.
    fn whole_item(&mut self) -> Option<Item> {
        if self.through == native::Through::Never {
            return None;
        }
        let from = self.parser.at;
        let to = self.item_end(from)?;
        let (start, end) = (self.parser.token(from).start, self.parser.token(to).start);
        if self.has_fault(start, end) {
            return None;
        }
        let item = native::item(self.parser.source, self.parser.tokens, from, to)?;
        self.parser.at = to;
        Some(item)
    }

    /// The index of the line break (or end) behind the item that begins at `from`, if its brackets balance.
    fn item_end(&self, from: usize) -> Option<usize> {
        let mut open = Vec::new();
        for index in from..self.parser.tokens.len() {
            match self.parser.token(index).kind {
                Kind::Newline | Kind::Eof if open.is_empty() => return Some(index),
                Kind::Eof => return None,
                Kind::OBrace => open.push(Kind::CBrace),
                Kind::OBrack => open.push(Kind::CBrack),
                Kind::OParen => open.push(Kind::CParen),
                Kind::Interp | Kind::Control => open.push(Kind::SeqEnd),
                Kind::OHeredoc => open.push(Kind::CHeredoc),
                close @ (Kind::CBrace | Kind::CBrack | Kind::CParen | Kind::SeqEnd | Kind::CHeredoc)
                    if open.pop() != Some(close) =>
                {
                    return None;
                }
                _ => {}
            }
        }
        None
    }

    fn has_fault(&self, start: u32, end: u32) -> bool {
        let from = self.faults.partition_point(|at| *at < start);
        self.faults.get(from).is_some_and(|at| *at <= end)
    }

    /// Reads one item; a fault is reported, and the item left out.
    fn item(&mut self, items: &mut Vec<Item>, seen: &mut BTreeMap<Arc<str>, Span>) {
        let from = self.parser.at;
        let stop = match self.parse_item() {
            Ok(item) => return self.keep(item, items, seen),
            Err(stop) => stop,
        };
        self.parser.newlines = true;
        self.resume(from);
        let (start, end) = (
            self.parser.token(from).start,
            self.parser.token(self.parser.at).start,
        );
        if self.has_fault(start, end) {
            // The lexer has said what is wrong here, and said it better.
            self.unsure = true;
            if stop == Stop::Reported {
                self.parser.diagnostics.pop();
            }
        }
    }

    fn keep(&mut self, item: Item, items: &mut Vec<Item>, seen: &mut BTreeMap<Arc<str>, Span>) {
        if let Item::Attribute(attribute) = &item {
            let name = &attribute.name;
            if let Some(first) = seen.get(&name.name) {
                let detail = format!(
                    "The argument \"{}\" is already set in this body, on line {}. Each argument may be set only once.",
                    name.name,
                    self.line(*first)
                );
                let diagnostic = Diagnostic::error(&codes::DUPLICATE_ARGUMENT, detail).at(name.span);
                self.parser.diagnostics.push(diagnostic);
                return;
            }
            seen.insert(name.name.clone(), name.span);
        }
        items.push(item);
    }

    fn line(&self, span: Span) -> usize {
        let text = self.parser.source.text;
        let before = text.get(..span.start as usize).unwrap_or_default();
        1 + before.bytes().filter(|byte| *byte == b'\n').count()
    }

    fn parse_item(&mut self) -> Parsed<Item> {
        let parser = &mut self.parser;
        let name = parser.next();
        let here = parser.span(name);
        match name.kind {
            Kind::Ident => {}
            Kind::Bad => return Err(Stop::Silent),
            Kind::OQuote => {
                let ends = |kind| matches!(kind, Kind::CQuote | Kind::Newline | Kind::Eof);
                let close = (parser.at..)
                    .map(|at| parser.token(at))
                    .find(|token| ends(token.kind));
                let close = close.filter(|token| token.kind == Kind::CQuote).unwrap_or(name);
                return parser.fail(
                    &codes::QUOTED_NAME,
                    here.to(parser.span(close)),
                    "The name of an argument or block is written without quotes, as in name = \"value\".",
                );
            }
            _ => {
                let detail = format!(
                    "An argument (name = value) or a block (name \"label\" {{ ... }}) is expected here, but {} was found.",
                    parser.describe(name)
                );
                return parser.fail(&codes::INVALID_ITEM, here, detail);
            }
        }
        let found = parser.peek();
        match found.kind {
            Kind::Assign => self.attribute(name, true).map(Item::Attribute),
            Kind::OQuote | Kind::OBrace | Kind::Ident => self.block(name).map(Item::Block),
            Kind::Bad => Err(Stop::Silent),
            Kind::Colon => {
                let at = parser.span(found);
                parser.fail_within(
                    &codes::MISSING_EQUALS,
                    at,
                    here,
                    "An argument is set with an equals sign (name = value), not with a colon.",
                )
            }
            Kind::Newline | Kind::Eof | Kind::CBrace => {
                let detail = format!(
                    "\"{0}\" stands alone here. An argument is written {0} = value, and a block {0} {{ ... }} with its \
                     brace on the same line.",
                    parser.source.slice(name)
                );
                parser.fail(&codes::INVALID_ITEM, here, detail)
            }
            Kind::Number | Kind::OBrack | Kind::OHeredoc => {
                let at = parser.span(found);
                let detail = format!(
                    "An equals sign is expected between the name \"{}\" and its value.",
                    parser.source.slice(name)
                );
                parser.fail_within(&codes::MISSING_EQUALS, at, here, detail)
            }
            _ => {
                let at = parser.span(found);
                let detail = format!(
                    "Behind the name \"{}\" an equals sign and a value, or a block in braces, is expected, but {} was \
                     found.",
                    parser.source.slice(name),
                    parser.describe(found)
                );
                parser.fail_within(&codes::INVALID_ITEM, at, here, detail)
            }
        }
    }

    /// `= value`, and the end of the line if `line` says so.
    fn attribute(&mut self, name: Token, line: bool) -> Parsed<Attribute> {
        let parser = &mut self.parser;
        parser.next();
        let expr = parser.expression()?;
        let here = parser.span(name);
        let found = parser.peek();
        if line {
            match found.kind {
                Kind::Newline | Kind::Eof => {}
                Kind::Bad => return Err(Stop::Silent),
                _ => {
                    let hint = match found.kind {
                        Kind::Comma => " Arguments are not separated by commas.",
                        Kind::Assign => " Equality is tested with \"==\".",
                        Kind::CBrace => " Put the closing brace of a block on the next line.",
                        _ => "",
                    };
                    let detail = format!(
                        "The argument should end here with its line, but {} was found.{hint}",
                        parser.describe(found)
                    );
                    let at = parser.span(found);
                    return parser.fail_within(&codes::MISSING_NEWLINE, at, here, detail);
                }
            }
        }
        Ok(Attribute {
            name: parser.ident(name),
            span: here.to(expr.span),
            expr,
        })
    }

    fn block(&mut self, kind: Token) -> Parsed<Block> {
        let mut labels: Vec<Ident> = Vec::new();
        let here = self.parser.span(kind);
        let mut header = here;
        let open = loop {
            let token = self.parser.peek();
            match token.kind {
                Kind::OBrace => break self.parser.next(),
                Kind::Ident => {
                    self.parser.next();
                    labels.push(self.parser.ident(token));
                }
                Kind::OQuote => labels.push(self.label()?),
                Kind::Bad => return Err(Stop::Silent),
                Kind::Newline if self.lacks_brace(kind) => {
                    let at = header.to(labels.last().map_or(here, |label| label.span));
                    let head = kind.start as usize..self.parser.previous().end as usize;
                    let written = self.parser.source.text.get(head).unwrap_or_default();
                    // In an unclosed quote, which has been told of, the brace is there.
                    if !written.contains('{') {
                        let detail = format!(
                            "This block has no opening brace. It is written {written} {{ ... }}, with the brace on this \
                             line."
                        );
                        let fault = Diagnostic::error(&codes::INVALID_BLOCK, detail).at(at);
                        self.parser.diagnostics.push(fault);
                    }
                    break kind;
                }
                _ => return self.bad_header(kind, header, labels.len(), token),
            }
            header = header.to(labels.last().map_or(here, |label| label.span));
        };
        let (body, close) = match self.parser.peek().kind {
            Kind::Newline | Kind::Eof | Kind::CBrace => self.body(open, header)?,
            _ => self.one_line_body(open, header)?,
        };
        let found = self.parser.peek();
        let block = Block {
            kind: self.parser.ident(kind),
            labels,
            header,
            span: here.to(close),
            body,
        };
        match found.kind {
            Kind::Newline | Kind::Eof => Ok(block),
            // The body was ended by the left margin, and the next block begins here.
            Kind::Ident if self.unclosed_by_margin && self.parser.begins_line(self.parser.at) => Ok(block),
            Kind::Bad => Err(Stop::Silent),
            _ => {
                let detail = format!(
                    "The block ends here, and nothing may follow its closing brace on the same line, but {} was found.",
                    self.parser.describe(found)
                );
                let at = self.parser.span(found);
                self.parser
                    .fail_within(&codes::MISSING_NEWLINE, at, close, detail)
            }
        }
    }

    fn label(&mut self) -> Parsed<Ident> {
        let expr = self.parser.quoted()?;
        match expr.kind {
            super::ast::ExprKind::String(ref name) => Ok(Ident {
                name: name.clone(),
                span: expr.span,
            }),
            _ => self.parser.fail(
                &codes::INVALID_LABEL,
                expr.span,
                "A label must be plain text: it is needed before anything is evaluated, so interpolations and \
                 directives cannot stand in it. To write \"${\" or \"%{\" itself, double its first character.",
            ),
        }
    }

    /// Whether a block at the margin goes on as one on the next line, though no brace has opened it.
    fn lacks_brace(&self, kind: Token) -> bool {
        let parser = &self.parser;
        let next = parser.at + 1;
        let at_margin = parser
            .source
            .text
            .get(..kind.start as usize)
            .is_some_and(|before| before.is_empty() || before.ends_with('\n'));
        at_margin
            && parser.token(next).kind == Kind::Ident
            && self.column(next) > 0
            && matches!(parser.token(next + 1).kind, Kind::Assign | Kind::OBrace)
    }

    fn bad_header<T>(&mut self, kind: Token, header: Span, labels: usize, found: Token) -> Parsed<T> {
        let parser = &mut self.parser;
        let name = parser.source.slice(kind);
        let quoted = labels == 1 && parser.previous().kind == Kind::CQuote;
        if found.kind == Kind::Newline && quoted && parser.token(parser.at + 1).kind != Kind::OBrace {
            let detail = format!("An equals sign is expected between the name \"{name}\" and its value.");
            return parser.fail(&codes::MISSING_EQUALS, header, detail);
        }
        let (at, detail) = match found.kind {
            Kind::Assign if labels > 0 => (
                parser.span(found),
                format!(
                    "A block has no equals sign. Write {name} \"label\" {{ ... }} for a block, or {name} = value for an \
                     argument."
                ),
            ),
            Kind::Newline | Kind::Eof => (
                header,
                format!(
                    "The block \"{name}\" needs an opening brace on the same line as its name and labels."
                ),
            ),
            _ => (
                parser.span(found),
                format!(
                    "A label or the opening brace of the block \"{name}\" is expected here, but {} was found.",
                    parser.describe(found)
                ),
            ),
        };
        parser.fail_within(&codes::INVALID_BLOCK, at, header, detail)
    }

    /// The body of a block over several lines, and the place of its closing brace.
    fn body(&mut self, open: Token, header: Span) -> Parsed<(Body, Span)> {
        self.parser.enter()?;
        let read = self.nested(open, header);
        self.parser.leave();
        let (items, end, brace) = read?;
        let body = Body {
            items,
            span: self.parser.source.span(open.end, end),
            json: false,
        };
        let close = match brace {
            Some(brace) => self.parser.span(brace),
            None => self.parser.source.span(end, end),
        };
        Ok((body, close))
    }

    /// The items up to the closing brace, where they end, and the brace if there is one.
    fn nested(&mut self, open: Token, header: Span) -> Parsed<(Vec<Item>, u32, Option<Token>)> {
        let mut items = Vec::new();
        let mut seen = BTreeMap::new();
        loop {
            let token = self.parser.peek();
            match token.kind {
                Kind::CBrace => {
                    self.parser.next();
                    return Ok((items, token.start, Some(token)));
                }
                Kind::Newline => {
                    self.parser.next();
                }
                Kind::Eof => {
                    self.unclosed_block(open, header, "before the end of the file");
                    return Ok((items, token.start, None));
                }
                Kind::Ident
                    if self.by_margin && self.at_margin() && self.parser.begins_block(self.parser.at) =>
                {
                    let next = self.parser.source.slice(token);
                    self.unclosed_block(
                        open,
                        header,
                        &format!("before the block \"{next}\" begins at the margin"),
                    );
                    self.unclosed_by_margin = true;
                    return Ok((items, self.parser.previous().end, None));
                }
                _ if self.parser.diagnostics.len() >= MAX_FAULTS => return Err(Stop::Silent),
                _ => self.item(&mut items, &mut seen),
            }
        }
    }

    fn unclosed_block(&mut self, open: Token, header: Span, because: &str) {
        if self.unsure {
            return;
        }
        self.unclosed = true;
        let at = self.parser.span(open);
        let detail = format!("This block is not closed {because}. Add a \"}}\" where it should end.");
        let diagnostic = Diagnostic::error(&codes::UNCLOSED_BLOCK, detail)
            .at(at)
            .within(header.to(at));
        self.parser.diagnostics.push(diagnostic);
    }

    fn at_margin(&self) -> bool {
        self.parser.begins_line(self.parser.at) && self.column(self.parser.at) == 0
    }

    /// How many bytes stand before a token on its line.
    fn column(&self, index: usize) -> usize {
        let start = self.parser.token(index).start as usize;
        let before = self.parser.source.text.get(..start).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |newline| newline + 1);
        start - line
    }

    /// `{ name = value }`, all on one line.
    fn one_line_body(&mut self, open: Token, header: Span) -> Parsed<(Body, Span)> {
        let name = self.parser.next();
        let here = self.parser.span(name);
        let form = "On one line a block holds a single argument, as in name { key = value }";
        if name.kind != Kind::Ident || self.parser.peek().kind != Kind::Assign {
            if name.kind == Kind::Bad {
                return Err(Stop::Silent);
            }
            let detail = match name.kind {
                Kind::Ident => format!("{form}. Put other blocks on lines of their own."),
                _ => format!("{form}, but {} was found.", self.parser.describe(name)),
            };
            return self
                .parser
                .fail_within(&codes::INVALID_ONE_LINE_BLOCK, here, header, detail);
        }
        let attribute = self.attribute(name, false)?;
        let found = self.parser.peek();
        if found.kind != Kind::CBrace {
            let (code, at, detail) = match found.kind {
                Kind::Bad => return Err(Stop::Silent),
                Kind::Eof => (
                    &codes::UNCLOSED_BLOCK,
                    self.parser.span(open),
                    "This block is not closed before the end of the file.".to_owned(),
                ),
                Kind::Newline => (
                    &codes::INVALID_ONE_LINE_BLOCK,
                    attribute.span,
                    "A block whose first argument stands on the line of its opening brace must be closed on that line. \
                     Begin a new line behind the brace, or close the block here."
                        .to_owned(),
                ),
                Kind::Comma => (
                    &codes::INVALID_ONE_LINE_BLOCK,
                    self.parser.span(found),
                    format!("{form}. Put each of several arguments on a line of its own, without commas."),
                ),
                _ => (
                    &codes::INVALID_ONE_LINE_BLOCK,
                    self.parser.span(found),
                    format!("{form}, and must be closed behind it, but {} was found.", self.parser.describe(found)),
                ),
            };
            return self.parser.fail_within(code, at, header, detail);
        }
        let close = self.parser.next();
        let body = Body {
            items: vec![Item::Attribute(attribute)],
            span: self.parser.source.span(open.end, close.start),
            json: false,
        };
        Ok((body, self.parser.span(close)))
    }

    /// Goes to where the item behind the faulty one begins: behind its line if its brackets balance, else where
    /// the lines and their indent show a new item, or the end of the block around it.
    fn resume(&mut self, from: usize) {
        if let Some(end) = self.item_end(from) {
            self.parser.at = end;
            return;
        }
        self.unsure = true;
        let indent = self.column(from);
        let mut index = from + 1;
        loop {
            let token = self.parser.token(index);
            let found = match token.kind {
                Kind::Eof => true,
                Kind::CBrace => self.parser.begins_line(index) && self.column(index) < indent,
                Kind::Ident => self.parser.begins_item(index) && self.column(index) <= indent,
                _ => false,
            };
            if found {
                self.parser.at = index;
                return;
            }
            index += 1;
        }
    }
}
