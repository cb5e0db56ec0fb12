//! Expressions of the native syntax: operators by precedence, traversals, splats and calls.
//!
//! What stands in brackets and braces is read by `collection`, strings and heredocs by `template`.

use std::sync::Arc;

use super::ast::{BinaryOp, Call, Conditional, Expr, ExprKind, Splat, SplatStep, UnaryOp};
use super::codes;
use super::parser::{Parsed, Parser, Stop};
use super::token::{Kind, Token};

/// A binary operator and how strongly it binds.
fn binary_op(kind: Kind) -> Option<(BinaryOp, u8)> {
    Some(match kind {
        Kind::Or => (BinaryOp::Or, 1),
        Kind::And => (BinaryOp::And, 2),
        Kind::Eq => (BinaryOp::Eq, 3),
        Kind::NotEq => (BinaryOp::NotEq, 3),
        Kind::Greater => (BinaryOp::Greater, 4),
        Kind::GreaterEq => (BinaryOp::GreaterEq, 4),
        Kind::Less => (BinaryOp::Less, 4),
        Kind::LessEq => (BinaryOp::LessEq, 4),
        Kind::Plus => (BinaryOp::Add, 5),
        Kind::Minus => (BinaryOp::Sub, 5),
        Kind::Star => (BinaryOp::Mul, 6),
        Kind::Slash => (BinaryOp::Div, 6),
        Kind::Percent => (BinaryOp::Mod, 6),
        _ => return None,
    })
}

impl Parser<'_, '_> {
    /// A whole expression.
    pub fn expression(&mut self) -> Parsed<Expr> {
        self.enter()?;
        let mut expr = self.binary(1);
        if let Ok(condition) = expr {
            expr = match self.peek().kind {
                Kind::Question => self.conditional(condition),
                _ => Ok(condition),
            };
        }
        self.leave();
        expr
    }

    fn conditional(&mut self, condition: Expr) -> Parsed<Expr> {
        let mut height = self.height;
        let question = self.next();
        let yes = self.expression()?;
        height = height.max(self.height);
        let found = self.peek();
        if found.kind != Kind::Colon {
            if found.kind == Kind::Bad {
                return Err(Stop::Silent);
            }
            let context = condition.span.to(yes.span);
            let at = self.span(question);
            let detail = format!(
                "A conditional needs a value for both cases, as in CONDITION ? VALUE : VALUE. A \":\" is expected behind \
                 the first value, but {} was found.",
                self.describe(found)
            );
            return self.fail_within(&codes::INVALID_CONDITIONAL, at, context, detail);
        }
        self.next();
        let no = self.expression()?;
        height = height.max(self.height);
        let span = condition.span.to(no.span);
        self.grow(height, span)?;
        let choice = Conditional { condition, yes, no };
        Ok(Expr {
            kind: ExprKind::Conditional(Box::new(choice)),
            span,
        })
    }

    /// Operators that bind at least as strongly as `least`. Chains are read by this loop, not by recursion.
    fn binary(&mut self, least: u8) -> Parsed<Expr> {
        let mut left = match self.peek().kind {
            Kind::Bang | Kind::Minus => self.unary()?,
            _ => self.traversal()?,
        };
        let mut height = self.height;
        let mut chained = false;
        while let Some((op, strength)) = binary_op(self.peek().kind)
            && strength >= least
        {
            self.next();
            self.enter()?;
            let right = self.binary(strength + 1);
            self.leave();
            let right = right?;
            height = height.max(self.height);
            chained = true;
            let span = left.span.to(right.span);
            left = Expr {
                kind: ExprKind::Binary(op, Box::new(left), Box::new(right)),
                span,
            };
        }
        if chained {
            self.grow(height, left.span)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let mut signs = Vec::new();
        loop {
            let token = self.peek();
            let op = match token.kind {
                Kind::Bang => UnaryOp::Not,
                Kind::Minus => UnaryOp::Neg,
                _ => break,
            };
            self.next();
            signs.push((op, self.span(token)));
        }
        let mut expr = self.traversal()?;
        while let Some((op, at)) = signs.pop() {
            let span = at.to(expr.span);
            self.grow(self.height, span)?;
            expr = Expr {
                kind: ExprKind::Unary(op, Box::new(expr)),
                span,
            };
        }
        Ok(expr)
    }

    /// A term and the attributes, indexes and splats behind it.
    fn traversal(&mut self) -> Parsed<Expr> {
        let mut expr = self.term()?;
        if !matches!(self.peek().kind, Kind::Dot | Kind::OBrack) {
            return Ok(expr);
        }
        let mut height = self.height;
        while let Some((step, end)) = self.step()? {
            let span = expr.span.to(self.span(end));
            let source = Box::new(expr);
            let kind = match step {
                SplatStep::Attr(name) => ExprKind::GetAttr(source, name),
                SplatStep::Index(index) => {
                    height = height.max(self.height);
                    ExprKind::Index(source, Box::new(index))
                }
                SplatStep::Splat { full, each, marker } => {
                    height = height.max(self.height);
                    ExprKind::Splat(Box::new(Splat {
                        source: *source,
                        full,
                        each,
                        marker,
                    }))
                }
            };
            expr = Expr { kind, span };
            self.grow(height, span)?;
            height = self.height;
        }
        self.height = height;
        Ok(expr)
    }

    /// One step of a traversal, and its last token. Its height is left behind.
    fn step(&mut self) -> Parsed<Option<(SplatStep, Token)>> {
        self.height = 0;
        match self.peek().kind {
            Kind::Dot => {
                let dot = self.next();
                let token = self.peek();
                match token.kind {
                    Kind::Ident => {
                        self.next();
                        Ok(Some((SplatStep::Attr(self.ident(token)), token)))
                    }
                    Kind::Number => {
                        self.next();
                        Ok(Some((SplatStep::Index(self.legacy_index(token)?), token)))
                    }
                    Kind::Star => self.attribute_splat(dot).map(Some),
                    Kind::Bad => Err(Stop::Silent),
                    _ => self.missing_name(dot, token),
                }
            }
            Kind::OBrack if self.second() == Kind::Star => self.full_splat().map(Some),
            Kind::OBrack => {
                let before = std::mem::replace(&mut self.newlines, false);
                let index = self.index();
                self.newlines = before;
                index.map(Some)
            }
            _ => Ok(None),
        }
    }

    /// `[index]`
    fn index(&mut self) -> Parsed<(SplatStep, Token)> {
        let open = self.next();
        let index = self.expression()?;
        let hint = "An index is written as in list[0] or map[\"key\"].";
        let close = self.close(open, Kind::CBrack, hint)?;
        Ok((SplatStep::Index(index), close))
    }

    fn missing_name<T>(&mut self, dot: Token, found: Token) -> Parsed<T> {
        let at = match found.kind {
            Kind::Newline | Kind::Eof => self.span(dot),
            _ => self.span(dot).to(self.span(found)),
        };
        let detail = format!(
            "A point must be followed by the name of an attribute, but {} was found. A name with other characters \
             than letters, digits, \"_\" and \"-\" is written in brackets and quotes, as in x[\"a b\"].",
            self.describe(found)
        );
        self.fail(&codes::INVALID_ATTRIBUTE_NAME, at, detail)
    }

    fn legacy_index(&mut self, token: Token) -> Parsed<Expr> {
        let text = self.source.slice(token);
        let span = self.span(token);
        if let Some((first, second)) = text.split_once('.') {
            let detail = format!(
                "\".{text}\" reads like a fraction. Two indexes in a row are written in brackets: \
                 [{first}][{}].",
                second.replace('.', "][")
            );
            return self.fail(&codes::INVALID_LEGACY_INDEX, span, detail);
        }
        self.number(token)
    }

    /// `.*` and the attributes behind it.
    fn attribute_splat(&mut self, dot: Token) -> Parsed<(SplatStep, Token)> {
        let star = self.next();
        let marker = self.span(dot).to(self.span(star));
        let mut each = Vec::new();
        let mut end = star;
        while let Some(dot) = self.eat(Kind::Dot) {
            let token = self.peek();
            match token.kind {
                Kind::Ident => each.push(SplatStep::Attr(self.ident(token))),
                Kind::Number => {
                    let index = self.legacy_index(token)?;
                    each.push(SplatStep::Index(index));
                }
                Kind::Star => {
                    let at = self.span(dot).to(self.span(token));
                    return self.fail_within(
                        &codes::INVALID_SPLAT,
                        at,
                        marker,
                        "A splat of attributes (.*) cannot contain another one. Use the full form, as in a[*].b[*].",
                    );
                }
                Kind::Bad => return Err(Stop::Silent),
                _ => return self.missing_name(dot, token),
            }
            self.next();
            end = token;
        }
        self.grow(1, marker.to(self.span(end)))?;
        let full = false;
        Ok((SplatStep::Splat { full, each, marker }, end))
    }

    /// `[*]` and all that stands behind it.
    fn full_splat(&mut self) -> Parsed<(SplatStep, Token)> {
        let open = self.next();
        self.next();
        let found = self.peek();
        if found.kind != Kind::CBrack {
            if found.kind == Kind::Bad {
                return Err(Stop::Silent);
            }
            let at = self.span(open).to(self.blame(found));
            return self.fail(
                &codes::INVALID_SPLAT,
                at,
                "The star of a full splat must be followed by a closing bracket: [*].",
            );
        }
        let close = self.next();
        let marker = self.span(open).to(self.span(close));
        let mut each = Vec::new();
        let mut end = close;
        let mut height = 0;
        self.deeper(|parser| {
            while let Some((step, last)) = parser.step()? {
                height = height.max(parser.height);
                each.push(step);
                end = last;
            }
            Ok(())
        })?;
        self.grow(height, marker)?;
        let full = true;
        Ok((SplatStep::Splat { full, each, marker }, end))
    }

    fn term(&mut self) -> Parsed<Expr> {
        let token = self.peek();
        self.height = 1;
        match token.kind {
            Kind::Number => {
                self.next();
                self.number(token)
            }
            Kind::Ident => self.name(token),
            Kind::OQuote => self.quoted(),
            Kind::OHeredoc => self.heredoc(),
            Kind::OBrack => self.tuple(),
            Kind::OBrace => self.object(),
            Kind::OParen => self.parens(),
            Kind::Bad => Err(Stop::Silent),
            _ => self.missing(token),
        }
    }

    /// No expression begins here.
    fn missing(&mut self, found: Token) -> Parsed<Expr> {
        let before = self.previous_word(found);
        let ends = matches!(
            found.kind,
            Kind::Newline
                | Kind::Eof
                | Kind::CBrace
                | Kind::CBrack
                | Kind::CParen
                | Kind::SeqEnd
                | Kind::Comma
                | Kind::Colon
                | Kind::Assign
        );
        if ends {
            let behind = before.map_or(String::new(), |token| format!(" behind {}", self.describe(token)));
            let hint = match (before.map(|token| token.kind), found.kind) {
                (_, Kind::Newline) if before.is_some_and(|token| token.kind != Kind::Assign) => {
                    " An expression goes on to the next line only inside parentheses or brackets."
                }
                (Some(Kind::Assign), Kind::Newline | Kind::Eof) => {
                    " Write one, remove the argument, or write null for \"not set\"."
                }
                (Some(Kind::Interp), _) => " An interpolation cannot be empty.",
                (Some(Kind::Assign), Kind::Assign) => " Equality is tested with \"==\".",
                _ => "",
            };
            let detail = format!(
                "A value is expected{behind}, but {} was found.{hint}",
                self.describe(found)
            );
            let at = match before {
                Some(token) => self.span(token),
                None => self.span(found),
            };
            return self.fail(&codes::MISSING_VALUE, at, detail);
        }
        let detail = match found.kind {
            Kind::Dot => {
                "A value cannot begin with a point. A fraction needs a digit before it, as in 0.5.".to_owned()
            }
            Kind::Plus => "There is no sign \"+\". Write the number or value without it.".to_owned(),
            Kind::Star if before.is_some_and(|token| token.kind == Kind::Star) => {
                "There is no operator \"**\". Use the function pow for powers.".to_owned()
            }
            _ => format!(
                "A value is expected here, but {} was found.",
                self.describe(found)
            ),
        };
        let at = self.span(found);
        self.fail(&codes::INVALID_EXPRESSION, at, detail)
    }

    /// The token before `found`, to be named in a message.
    fn previous_word(&self, found: Token) -> Option<Token> {
        let mut index = self
            .tokens
            .partition_point(|token| (token.start, token.end) < (found.start, found.end));
        while index > 0 {
            index -= 1;
            let token = self.token(index);
            if token.kind != Kind::Newline {
                return Some(token);
            }
        }
        None
    }

    /// A number as written; `1.e5` is spelled `1e5`.
    pub fn number(&mut self, token: Token) -> Parsed<Expr> {
        let text = self.source.slice(token);
        let span = self.span(token);
        let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
        let points = text.bytes().filter(|byte| *byte == b'.').count();
        let exponents = text.bytes().filter(|byte| matches!(byte, b'e' | b'E')).count();
        if points > 1 || exponents > 1 || mantissa.bytes().filter(|byte| *byte == b'.').count() != points {
            let detail = format!(
                "\"{text}\" is no number: a number has at most one point and one exponent. If it is a version or an \
                 address, put it in quotes."
            );
            return self.fail(&codes::INVALID_NUMBER, span, detail);
        }
        let text: Arc<str> = match mantissa.ends_with('.') {
            true => text.replacen('.', "", 1).into(),
            false => text.into(),
        };
        self.height = 1;
        Ok(Expr {
            kind: ExprKind::number(text),
            span,
        })
    }

    /// A name: a literal word, a function call, or the root of a traversal.
    fn name(&mut self, token: Token) -> Parsed<Expr> {
        self.next();
        if matches!(self.peek().kind, Kind::OParen | Kind::ColonColon) {
            return self.call(token);
        }
        let kind = match self.source.slice(token) {
            "null" => ExprKind::Null,
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            name => ExprKind::Variable(name.into()),
        };
        Ok(Expr {
            kind,
            span: self.span(token),
        })
    }

    fn call(&mut self, first: Token) -> Parsed<Expr> {
        let mut name = self.ident(first);
        let mut full = String::new();
        while let Some(colons) = self.eat(Kind::ColonColon) {
            let part = self.peek();
            if part.kind != Kind::Ident {
                if part.kind == Kind::Bad {
                    return Err(Stop::Silent);
                }
                let at = self.span(colons);
                let context = name.span;
                let detail = format!(
                    "The name of a function is expected behind \"::\", but {} was found.",
                    self.describe(part)
                );
                return self.fail_within(&codes::INVALID_CALL, at, context, detail);
            }
            self.next();
            if full.is_empty() {
                full.push_str(&name.name);
            }
            full.push_str("::");
            full.push_str(self.source.slice(part));
            name.span = name.span.to(self.span(part));
        }
        if !full.is_empty() {
            name.name = full.into();
        }
        let open = self.peek();
        if open.kind != Kind::OParen {
            let at = name.span;
            let detail = format!(
                "The name of a function, \"{}\", must be followed by its arguments in parentheses.",
                name.name
            );
            return self.fail(&codes::INVALID_CALL, at, detail);
        }
        self.next();
        let before = std::mem::replace(&mut self.newlines, false);
        let read = self.arguments(open);
        self.newlines = before;
        let (args, expand_final, close) = read?;
        let span = name.span.to(self.span(close));
        let parens = self.span(open).to(self.span(close));
        self.grow(self.height, span)?;
        Ok(Expr {
            kind: ExprKind::Call(Box::new(Call {
                name,
                args,
                expand_final,
                parens,
            })),
            span,
        })
    }

    fn arguments(&mut self, open: Token) -> Parsed<(Vec<Expr>, bool, Token)> {
        let mut args = Vec::new();
        let mut height = 0;
        loop {
            if let Some(close) = self.eat(Kind::CParen) {
                self.height = height;
                return Ok((args, false, close));
            }
            self.check_open(open)?;
            args.push(self.expression()?);
            height = height.max(self.height);
            let found = self.peek();
            match found.kind {
                Kind::Comma => {
                    self.next();
                }
                Kind::CParen => {}
                Kind::Ellipsis => {
                    self.next();
                    let close = self.peek();
                    if close.kind != Kind::CParen {
                        let at = self.span(found);
                        return self.fail(
                            &codes::INVALID_CALL,
                            at,
                            "Only the last argument can be expanded: \"...\" must be followed by the closing \
                             parenthesis.",
                        );
                    }
                    self.next();
                    self.height = height;
                    return Ok((args, true, close));
                }
                _ => return self.bad_separator(open, found, "the arguments of a function"),
            }
        }
    }

    fn parens(&mut self) -> Parsed<Expr> {
        let open = self.next();
        let before = std::mem::replace(&mut self.newlines, false);
        let inner = self.check_open(open).and_then(|()| self.expression());
        let close = match inner {
            Ok(_) => self.close(open, Kind::CParen, ""),
            Err(stop) => Err(stop),
        };
        self.newlines = before;
        let (inner, close) = (inner?, close?);
        let span = self.span(open).to(self.span(close));
        self.grow(self.height, span)?;
        Ok(Expr {
            kind: ExprKind::Parens(Box::new(inner)),
            span,
        })
    }
}
