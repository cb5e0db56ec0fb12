//! The HCL crate's spanned tree (`hcl::edit`) turned into ours.
//!
//! The crate reads most of what people write, fast and well, and it is asked first. It refuses some valid
//! texts and takes some invalid ones; `may_read` keeps those from it that it is known to misread, and
//! wherever its tree leaves a doubt the answer here is "no", upon which our own reader decides, which also
//! words all errors. Strings are always decoded by our own reader. Both must give equal trees: a property
//! test holds them to it.

use hcl::edit::expr::{
    BinaryOperator, Expression, ForExpr as CrateFor, FuncCall, ObjectKey as CrateKey, Traversal,
    TraversalOperator, UnaryOperator,
};
use hcl::edit::parser::{parse_body, parse_expr};
use hcl::edit::structure::{Block as CrateBlock, BlockLabel, Structure};

use super::ast::{
    Attribute, BinaryOp, Block, Body, Call, Conditional, Expr, ExprKind, ForExpr, Ident, Item, ObjectItem,
    Splat, SplatStep, UnaryOp,
};
use super::parser::Parser;
use super::token::{Kind, Source, Token};

/// Whether the crate is asked at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Through {
    Crate,
    Never,
}

/// Bounds well inside those of the crate, and inside what it does in linear time.
const MAX_BYTES: u32 = 64 * 1024;
const MAX_OPEN: usize = 24;
const MAX_HEIGHT: usize = 100;
const MAX_KEYS: usize = 400;

/// The item of a body that stands in the tokens `from..to`.
pub(super) fn item(source: &Source<'_>, tokens: &[Token], from: usize, to: usize) -> Option<Item> {
    let range = tokens.get(from..to)?;
    let text = may_read(source, range)?;
    let body = parse_body(text).ok()?;
    if body.len() != 1 {
        return None;
    }
    let reader = Reader {
        source,
        tokens,
        base: range.first()?.start,
    };
    reader.structure(body.get(0)?)
}

/// The expression that all tokens together make.
pub(super) fn expression(source: &Source<'_>, tokens: &[Token]) -> Option<Expr> {
    let (end, range) = tokens.split_last()?;
    let text = may_read(source, range)?;
    let base = range.first()?.start;
    let parsed = parse_expr(text).ok()?;
    let reader = Reader { source, tokens, base };
    let expr = reader.expr(&parsed)?;
    let last = range.iter().rfind(|token| token.kind != Kind::Newline)?;
    (expr.span == source.span(base, last.end) && end.kind == Kind::Eof).then_some(expr)
}

/// The text of tokens, if nothing in them is known to be misread.
fn may_read<'a>(source: &Source<'a>, tokens: &[Token]) -> Option<&'a str> {
    let first = tokens.first()?;
    let last = tokens.last()?;
    if last.end - first.start > MAX_BYTES || source.is_mapped() {
        return None;
    }
    let mut keys = 0;
    let mut height = Height::default();
    let (mut before, mut word_before) = (Kind::Newline, Kind::Newline);
    for token in tokens {
        match token.kind {
            // Built wrongly.
            Kind::OHeredoc | Kind::Control | Kind::Bad => return None,
            // A line break behind a point is taken there.
            Kind::Newline if before == Kind::Dot => return None,
            Kind::Assign | Kind::Colon => keys += 1,
            // Fractions in place of indexes, and numbers of several points.
            Kind::Number => {
                let text = source.slice(*token);
                let points = text.bytes().filter(|byte| *byte == b'.').count();
                if points > 1 || (before == Kind::Dot && !text.bytes().all(|byte| byte.is_ascii_digit())) {
                    return None;
                }
            }
            Kind::Ident if word_before == Kind::OBrace && source.slice(*token) == "for" => height.for_expr(),
            _ => {}
        }
        height.pass(token.kind);
        if height.open.len() > MAX_OPEN || height.now > MAX_HEIGHT || keys > MAX_KEYS {
            return None;
        }
        before = token.kind;
        if before != Kind::Newline {
            word_before = before;
        }
    }
    source.text.get(first.start as usize..last.end as usize)
}

/// An upper bound of a tree's height, taken from its tokens: the crate bounds nesting and operators, but not
/// chains of attributes, and a tree too high must not even be built.
#[derive(Default)]
struct Height {
    now: usize,
    open: Vec<Open>,
}

/// An open bracket: what was counted before it, the most that was counted since, and whether a line break
/// separates what stands in it.
struct Open {
    before: usize,
    most: usize,
    lines: bool,
}

impl Height {
    fn pass(&mut self, kind: Kind) {
        match kind {
            Kind::OBrace | Kind::OBrack | Kind::OParen | Kind::Interp => {
                self.now += 1;
                self.open.push(Open {
                    before: self.now,
                    most: self.now,
                    lines: kind == Kind::OBrace,
                });
            }
            Kind::CBrace | Kind::CBrack | Kind::CParen | Kind::SeqEnd => {
                if let Some(open) = self.open.pop() {
                    self.now = self.now.max(open.most);
                }
            }
            Kind::Comma | Kind::Newline => match self.open.last_mut() {
                Some(open) if open.lines || kind == Kind::Comma => {
                    open.most = open.most.max(self.now);
                    self.now = open.before;
                }
                _ => {}
            },
            Kind::Or | Kind::And | Kind::Eq | Kind::NotEq | Kind::Greater | Kind::GreaterEq | Kind::Less => {
                self.now += 1;
            }
            Kind::LessEq | Kind::Plus | Kind::Minus | Kind::Star | Kind::Slash | Kind::Percent => {
                self.now += 1
            }
            Kind::Bang | Kind::Question | Kind::Dot | Kind::OQuote => self.now += 1,
            _ => {}
        }
    }

    /// The brace just opened begins a `for`, in which line breaks separate nothing.
    fn for_expr(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.lines = false;
        }
    }
}

struct Reader<'a, 's> {
    source: &'s Source<'a>,
    tokens: &'s [Token],
    /// Where the text given to the crate begins.
    base: u32,
}

impl Reader<'_, '_> {
    /// Start and end of a node in the whole text.
    fn place(&self, node: &impl hcl::edit::Span) -> Option<(u32, u32)> {
        let range = node.span()?;
        let at = |offset: usize| {
            u32::try_from(offset)
                .ok()
                .and_then(|offset| self.base.checked_add(offset))
        };
        Some((at(range.start)?, at(range.end)?))
    }

    /// The index of the token that begins exactly at `start`.
    fn index_at(&self, start: u32) -> Option<usize> {
        let index = self.tokens.partition_point(|token| token.start < start);
        (self.tokens.get(index)?.start == start).then_some(index)
    }

    /// The index of the first token from `end` on that is not a line break.
    fn index_behind(&self, end: u32) -> usize {
        let mut index = self.tokens.partition_point(|token| token.start < end);
        while self
            .tokens
            .get(index)
            .is_some_and(|token| token.kind == Kind::Newline)
        {
            index += 1;
        }
        index
    }

    /// The token at an index, if it is of this kind.
    fn token(&self, index: usize, kind: Kind) -> Option<Token> {
        self.tokens.get(index).copied().filter(|token| token.kind == kind)
    }

    /// The token of this kind behind `end`, line breaks apart.
    fn next(&self, end: u32, kind: Kind) -> Option<Token> {
        self.token(self.index_behind(end), kind)
    }

    /// The token of this kind that ends exactly at `end`.
    fn last(&self, end: u32, kind: Kind) -> Option<Token> {
        self.token(self.index_at(end.checked_sub(1)?)?, kind)
    }

    fn ident(&self, token: Token) -> Ident {
        Ident {
            name: self.source.slice(token).into(),
            span: self.source.of(token),
        }
    }

    fn structure(&self, structure: &Structure) -> Option<Item> {
        match structure {
            Structure::Attribute(attribute) => {
                let name = self.next(self.place(attribute)?.0, Kind::Ident)?;
                let expr = self.expr(&attribute.value)?;
                Some(Item::Attribute(Attribute {
                    name: self.ident(name),
                    span: self.source.of(name).to(expr.span),
                    expr,
                }))
            }
            Structure::Block(block) => self.block(block).map(Item::Block),
        }
    }

    fn block(&self, block: &CrateBlock) -> Option<Block> {
        let (start, end) = self.place(block)?;
        let kind = self.next(start, Kind::Ident)?;
        let mut header = self.source.of(kind);
        let mut behind = kind.end;
        let mut labels = Vec::with_capacity(block.labels.len());
        for label in &block.labels {
            let index = self.index_behind(behind);
            let label = match label {
                BlockLabel::Ident(_) => self.ident(self.token(index, Kind::Ident)?),
                BlockLabel::String(_) => match self.string(index)? {
                    Expr {
                        kind: ExprKind::String(ref name),
                        span,
                    } => Ident {
                        name: name.clone(),
                        span,
                    },
                    _ => return None,
                },
            };
            behind = label.span.end - self.source.span(0, 0).start;
            header = header.to(label.span);
            labels.push(label);
        }
        let open = self.next(behind, Kind::OBrace)?;
        let close = self.last(end, Kind::CBrace)?;
        let items: Option<Vec<Item>> = block.body.iter().map(|item| self.structure(item)).collect();
        Some(Block {
            kind: self.ident(kind),
            labels,
            body: Body {
                items: items?,
                span: self.source.span(open.end, close.start),
                json: false,
            },
            header,
            span: header.to(self.source.of(close)),
        })
    }

    /// A quoted string, decoded by our own reader.
    fn string(&self, index: usize) -> Option<Expr> {
        self.token(index, Kind::OQuote)?;
        self.own(index, |parser| parser.quoted())
    }

    fn own(
        &self,
        index: usize,
        read: impl FnOnce(&mut Parser<'_, '_>) -> super::parser::Parsed<Expr>,
    ) -> Option<Expr> {
        let mut parser = Parser::new(self.source, self.tokens);
        parser.at = index;
        parser.newlines = true;
        let expr = read(&mut parser).ok()?;
        parser.diagnostics.is_empty().then_some(expr)
    }

    /// Where an expression of ours ends, as an offset of the text.
    fn end(&self, expr: &Expr) -> u32 {
        expr.span.end - self.source.span(0, 0).start
    }

    fn expr(&self, expr: &Expression) -> Option<Expr> {
        let kind = match expr {
            Expression::Null(_) | Expression::Bool(_) | Expression::Variable(_) => return self.word(expr),
            Expression::Number(_) => return self.number(self.index_at(self.place(expr)?.0)?),
            Expression::String(_) | Expression::StringTemplate(_) => {
                return self.string(self.index_at(self.place(expr)?.0)?);
            }
            Expression::HeredocTemplate(_) => return None,
            Expression::Array(array) => {
                self.bracketed(expr, Kind::OBrack, Kind::CBrack)?;
                let items: Option<Vec<Expr>> = array.iter().map(|item| self.expr(item)).collect();
                ExprKind::Tuple(items?)
            }
            Expression::Object(object) => {
                self.bracketed(expr, Kind::OBrace, Kind::CBrace)?;
                let mut items = Vec::with_capacity(object.len());
                for (key, value) in object.iter() {
                    items.push(self.object_item(key, value.expr())?);
                }
                ExprKind::Object(items)
            }
            Expression::Parenthesis(parens) => {
                self.bracketed(expr, Kind::OParen, Kind::CParen)?;
                ExprKind::Parens(Box::new(self.expr(parens.inner())?))
            }
            Expression::Conditional(choice) => {
                let condition = self.expr(&choice.cond_expr)?;
                let yes = self.expr(&choice.true_expr)?;
                let no = self.expr(&choice.false_expr)?;
                let span = condition.span.to(no.span);
                let kind = ExprKind::Conditional(Box::new(Conditional { condition, yes, no }));
                return Some(Expr { kind, span });
            }
            Expression::FuncCall(call) => return self.call(call),
            Expression::Traversal(traversal) => return self.traversal(traversal),
            Expression::UnaryOp(unary) => {
                let inner = self.expr(&unary.expr)?;
                let (op, kind) = match unary.operator.value() {
                    UnaryOperator::Neg => (UnaryOp::Neg, Kind::Minus),
                    UnaryOperator::Not => (UnaryOp::Not, Kind::Bang),
                };
                let sign = self.token(self.index_at(self.place(expr)?.0)?, kind)?;
                let span = self.source.of(sign).to(inner.span);
                let kind = ExprKind::Unary(op, Box::new(inner));
                return Some(Expr { kind, span });
            }
            Expression::BinaryOp(binary) => {
                let left = self.expr(&binary.lhs_expr)?;
                let right = self.expr(&binary.rhs_expr)?;
                let span = left.span.to(right.span);
                let op = binary_op(*binary.operator.value());
                let kind = ExprKind::Binary(op, Box::new(left), Box::new(right));
                return Some(Expr { kind, span });
            }
            Expression::ForExpr(each) => self.for_expr(expr, each)?,
        };
        let (start, end) = self.place(expr)?;
        Some(Expr {
            kind,
            span: self.source.span(start, end),
        })
    }

    fn word(&self, expr: &Expression) -> Option<Expr> {
        let (start, end) = self.place(expr)?;
        let token = self.token(self.index_at(start)?, Kind::Ident)?;
        let kind = match (expr, self.source.slice(token)) {
            (Expression::Null(_), "null") => ExprKind::Null,
            (Expression::Bool(_), "true") => ExprKind::Bool(true),
            (Expression::Bool(_), "false") => ExprKind::Bool(false),
            (Expression::Variable(_), name) => ExprKind::Variable(name.into()),
            _ => return None,
        };
        let span = self.source.of(token);
        (token.end == end).then_some(Expr { kind, span })
    }

    /// A number, whose sign the crate takes for a part of it.
    fn number(&self, index: usize) -> Option<Expr> {
        let token = self.tokens.get(index).copied()?;
        if token.kind == Kind::Minus {
            let inner = self.number(index + 1)?;
            let span = self.source.of(token).to(inner.span);
            let kind = ExprKind::Unary(UnaryOp::Neg, Box::new(inner));
            return Some(Expr { kind, span });
        }
        let token = self.token(index, Kind::Number)?;
        self.own(index, |parser| parser.number(token))
    }

    /// Sees that an expression stands in these brackets and is not a `for` in disguise.
    fn bracketed(&self, expr: &Expression, open: Kind, close: Kind) -> Option<()> {
        let (start, end) = self.place(expr)?;
        let index = self.index_at(start)?;
        let open = self.token(index, open)?;
        self.last(end, close)?;
        let first = self.next(open.end, Kind::Ident);
        match first {
            Some(word) if self.source.slice(word) == "for" && open.kind != Kind::OParen => None,
            _ => Some(()),
        }
    }

    fn object_item(&self, key: &CrateKey, value: &Expression) -> Option<ObjectItem> {
        let value = self.expr(value)?;
        let key = match key {
            CrateKey::Ident(name) => {
                let token = self.token(self.index_at(self.place(name)?.0)?, Kind::Ident)?;
                super::ast::ObjectKey::Ident(self.ident(token))
            }
            CrateKey::Expression(key) => {
                let key = self.expr(key)?;
                let start = key.span.start - self.source.span(0, 0).start;
                let in_parens = self.token(self.index_at(start)?, Kind::OParen).is_some();
                let mut parser = Parser::new(self.source, self.tokens);
                parser.object_key(key, in_parens).ok()?
            }
        };
        Some(ObjectItem { key, value })
    }

    fn call(&self, call: &FuncCall) -> Option<Expr> {
        let (start, end) = self.place(call)?;
        let first = self.token(self.index_at(start)?, Kind::Ident)?;
        let mut name = self.ident(first);
        let mut behind = first.end;
        for _ in &call.name.namespace {
            let colons = self.next(behind, Kind::ColonColon)?;
            let part = self.next(colons.end, Kind::Ident)?;
            name.name = format!("{}::{}", name.name, self.source.slice(part)).into();
            name.span = name.span.to(self.source.of(part));
            behind = part.end;
        }
        let open = self.next(behind, Kind::OParen)?;
        let close = self.last(end, Kind::CParen)?;
        let args: Option<Vec<Expr>> = call.args.iter().map(|argument| self.expr(argument)).collect();
        let parens = self.source.of(open).to(self.source.of(close));
        let span = name.span.to(parens);
        Some(Expr {
            kind: ExprKind::Call(Box::new(Call {
                name,
                args: args?,
                expand_final: call.args.expand_final(),
                parens,
            })),
            span,
        })
    }

    fn traversal(&self, traversal: &Traversal) -> Option<Expr> {
        let mut expr = self.expr(&traversal.expr)?;
        // The crate takes the sign of a number for a part of it; to us it comes last.
        if matches!(expr.kind, ExprKind::Unary(..)) {
            return None;
        }
        let mut operators = traversal.operators.as_slice();
        while let Some((step, end)) = self.step(&mut operators, self.end(&expr))? {
            let span = expr.span.to(self.source.span(end, end));
            let source = Box::new(expr);
            let kind = match step {
                SplatStep::Attr(name) => ExprKind::GetAttr(source, name),
                SplatStep::Index(index) => ExprKind::Index(source, Box::new(index)),
                SplatStep::Splat { full, each, marker } => ExprKind::Splat(Box::new(Splat {
                    source: *source,
                    full,
                    each,
                    marker,
                })),
            };
            expr = Expr { kind, span };
        }
        Some(expr)
    }

    /// The next step of a traversal that has come to `behind`, and where the step ends.
    #[allow(clippy::type_complexity)]
    fn step(
        &self,
        operators: &mut &[hcl::edit::Decorated<TraversalOperator>],
        behind: u32,
    ) -> Option<Option<(SplatStep, u32)>> {
        let Some((first, rest)) = operators.split_first() else {
            return Some(None);
        };
        *operators = rest;
        let step = match first.value() {
            TraversalOperator::GetAttr(_) => {
                let dot = self.next(behind, Kind::Dot)?;
                let name = self.next(dot.end, Kind::Ident)?;
                (SplatStep::Attr(self.ident(name)), name.end)
            }
            TraversalOperator::LegacyIndex(_) => {
                let dot = self.next(behind, Kind::Dot)?;
                let number = self.next(dot.end, Kind::Number)?;
                let index = self.number(self.index_at(number.start)?)?;
                (SplatStep::Index(index), number.end)
            }
            TraversalOperator::Index(index) => {
                let index = self.expr(index)?;
                let close = self.next(self.end(&index), Kind::CBrack)?;
                (SplatStep::Index(index), close.end)
            }
            TraversalOperator::AttrSplat(_) => {
                let dot = self.next(behind, Kind::Dot)?;
                let star = self.next(dot.end, Kind::Star)?;
                let marker = self.source.of(dot).to(self.source.of(star));
                let mut each = Vec::new();
                let mut end = star.end;
                while let Some(next) = operators.first() {
                    match next.value() {
                        TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_) => {}
                        TraversalOperator::AttrSplat(_) => return None,
                        _ => break,
                    }
                    let (step, last) = self.step(operators, end)??;
                    each.push(step);
                    end = last;
                }
                let full = false;
                (SplatStep::Splat { full, each, marker }, end)
            }
            TraversalOperator::FullSplat(_) => {
                let open = self.next(behind, Kind::OBrack)?;
                let star = self.next(open.end, Kind::Star)?;
                let close = self.next(star.end, Kind::CBrack)?;
                let marker = self.source.of(open).to(self.source.of(close));
                let mut each = Vec::new();
                let mut end = close.end;
                while let Some((step, last)) = self.step(operators, end)? {
                    each.push(step);
                    end = last;
                }
                let full = true;
                (SplatStep::Splat { full, each, marker }, end)
            }
        };
        Some(Some(step))
    }

    fn for_expr(&self, expr: &Expression, each: &CrateFor) -> Option<ExprKind> {
        let (start, end) = self.place(expr)?;
        let open = *self.tokens.get(self.index_at(start)?)?;
        let makes_object = match open.kind {
            Kind::OBrack => self.last(end, Kind::CBrack).map(|_| false),
            Kind::OBrace => self.last(end, Kind::CBrace).map(|_| true),
            _ => None,
        }?;
        if makes_object != each.key_expr.is_some() || (!makes_object && each.grouping) {
            return None;
        }
        let word = self.next(open.end, Kind::Ident)?;
        let first = self.next(word.end, Kind::Ident)?;
        let (key_name, value_name) = match each.intro.key_var {
            Some(_) => {
                let comma = self.next(first.end, Kind::Comma)?;
                (Some(self.ident(first)), self.next(comma.end, Kind::Ident)?)
            }
            None => (None, first),
        };
        let collection = self.expr(&each.intro.collection_expr)?;
        let key = match &each.key_expr {
            Some(key) => Some(self.expr(key)?),
            None => None,
        };
        let value = self.expr(&each.value_expr)?;
        let condition = match &each.cond {
            Some(condition) => Some(self.expr(&condition.expr)?),
            None => None,
        };
        Some(ExprKind::For(Box::new(ForExpr {
            key_name,
            value_name: self.ident(value_name),
            collection,
            key,
            value,
            condition,
            group: each.grouping,
        })))
    }
}

fn binary_op(operator: BinaryOperator) -> BinaryOp {
    match operator {
        BinaryOperator::Or => BinaryOp::Or,
        BinaryOperator::And => BinaryOp::And,
        BinaryOperator::Eq => BinaryOp::Eq,
        BinaryOperator::NotEq => BinaryOp::NotEq,
        BinaryOperator::Greater => BinaryOp::Greater,
        BinaryOperator::GreaterEq => BinaryOp::GreaterEq,
        BinaryOperator::Less => BinaryOp::Less,
        BinaryOperator::LessEq => BinaryOp::LessEq,
        BinaryOperator::Plus => BinaryOp::Add,
        BinaryOperator::Minus => BinaryOp::Sub,
        BinaryOperator::Mul => BinaryOp::Mul,
        BinaryOperator::Div => BinaryOp::Div,
        BinaryOperator::Mod => BinaryOp::Mod,
    }
}
