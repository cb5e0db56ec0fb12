//! Tuples, objects and `for` expressions, and what all bracketed things share: finding out that one is
//! never closed.

use crate::source::Span;

use super::ast::{Expr, ExprKind, ForExpr, Ident, ObjectItem, ObjectKey};
use super::codes;
use super::parser::{Parsed, Parser, Stop};
use super::token::{Kind, Token};

impl Parser<'_, '_> {
    /// Takes the closing bracket that `open` waits for.
    pub fn close(&mut self, open: Token, kind: Kind, hint: &str) -> Parsed<Token> {
        let found = self.peek();
        if found.kind == kind {
            return Ok(self.next());
        }
        self.check_open(open)?;
        let end = closer(open.kind);
        let at = self.span(found);
        let context = self.span(open);
        let space = if hint.is_empty() { "" } else { " " };
        let detail = format!(
            "A closing \"{end}\" is expected here, but {} was found.{space}{hint}",
            self.describe(found)
        );
        self.fail_within(&codes::UNCLOSED_BRACKET, at, context, detail)
    }

    /// Stops if the next token shows that the bracket `open` lacks its end: the text ends, another bracket is
    /// closed, or an argument or block begins on a new line.
    pub fn check_open(&mut self, open: Token) -> Parsed<()> {
        let found = self.peek();
        if self.source.slice(found) == closer(open.kind) {
            return Ok(());
        }
        let because = match found.kind {
            Kind::Bad => return Err(Stop::Silent),
            Kind::Eof => "before the end of the text".to_owned(),
            Kind::CBrace | Kind::CBrack | Kind::CParen | Kind::SeqEnd => {
                format!("before the \"{}\" that follows", self.source.slice(found))
            }
            Kind::Ident if open.kind != Kind::OBrace && self.begins_item(self.at) => {
                format!("before \"{}\" begins on a new line", self.source.slice(found))
            }
            _ => return Ok(()),
        };
        let end = closer(open.kind);
        let begin = self.source.slice(open);
        let (at, context) = (self.span(open), self.span(found));
        let detail =
            format!("This \"{begin}\" is not closed {because}. Add a \"{end}\" where it should end.");
        self.fail_within(&codes::UNCLOSED_BRACKET, at, context, detail)
    }

    /// Something other than a separator or the closing bracket stands behind an element.
    pub fn bad_separator<T>(&mut self, open: Token, found: Token, what: &str) -> Parsed<T> {
        self.check_open(open)?;
        let hint = match found.kind {
            Kind::Assign => " An object, with keys and values, is written in braces.",
            Kind::Ellipsis => " \"...\" belongs behind the last argument of a function.",
            _ => "",
        };
        let at = self.span(found);
        let context = self.span(open);
        let detail = format!(
            "A comma must separate {what}, but {} was found.{hint}",
            self.describe(found)
        );
        self.fail_within(&codes::MISSING_SEPARATOR, at, context, detail)
    }

    /// `[a, b]` or `[for ...]`
    pub fn tuple(&mut self) -> Parsed<Expr> {
        let open = self.next();
        let before = std::mem::replace(&mut self.newlines, false);
        let read = match self.at_word("for") {
            true => self.deeper(|parser| parser.for_expr(open, Kind::CBrack)),
            false => self.elements(open),
        };
        self.newlines = before;
        read
    }

    fn elements(&mut self, open: Token) -> Parsed<Expr> {
        let mut items = Vec::new();
        let mut height = 0;
        let close = loop {
            if let Some(close) = self.eat(Kind::CBrack) {
                break close;
            }
            self.check_open(open)?;
            items.push(self.expression()?);
            height = height.max(self.height);
            let found = self.peek();
            match found.kind {
                Kind::Comma => {
                    self.next();
                }
                Kind::CBrack => {}
                _ => return self.bad_separator(open, found, "the elements of a list"),
            }
        };
        let span = self.span(open).to(self.span(close));
        self.grow(height, span)?;
        Ok(Expr {
            kind: ExprKind::Tuple(items),
            span,
        })
    }

    /// `{ a = 1 }` or `{for ...}`
    pub fn object(&mut self) -> Parsed<Expr> {
        let open = self.next();
        let before = std::mem::replace(&mut self.newlines, false);
        let read = if self.at_word("for") {
            self.deeper(|parser| parser.for_expr(open, Kind::CBrace))
        } else {
            self.newlines = true;
            self.items(open)
        };
        self.newlines = before;
        read
    }

    fn items(&mut self, open: Token) -> Parsed<Expr> {
        let mut items = Vec::new();
        let mut height = 0;
        let close = loop {
            while self.eat(Kind::Newline).is_some() {}
            if let Some(close) = self.eat(Kind::CBrace) {
                break close;
            }
            self.check_open(open)?;
            items.push(self.object_item(open)?);
            height = height.max(self.height);
            let found = self.peek();
            match found.kind {
                Kind::Comma | Kind::Newline => {
                    self.next();
                }
                Kind::CBrace => {}
                _ => return self.bad_item_end(open, found),
            }
        };
        let span = self.span(open).to(self.span(close));
        self.grow(height, span)?;
        Ok(Expr {
            kind: ExprKind::Object(items),
            span,
        })
    }

    fn bad_item_end<T>(&mut self, open: Token, found: Token) -> Parsed<T> {
        self.check_open(open)?;
        let at = self.span(found);
        let context = self.span(open);
        let detail = format!(
            "A comma or a line break must separate the items of an object, but {} was found.",
            self.describe(found)
        );
        self.fail_within(&codes::MISSING_SEPARATOR, at, context, detail)
    }

    fn object_item(&mut self, open: Token) -> Parsed<ObjectItem> {
        if self.begins_line(self.at) && self.second() != Kind::OBrace && self.begins_block(self.at) {
            return self.block_in_object(open);
        }
        let in_parens = self.peek().kind == Kind::OParen;
        let key = self.expression()?;
        let height = self.height;
        match self.peek().kind {
            Kind::Assign | Kind::Colon => {
                self.next();
            }
            _ => return self.bad_key(open, &key),
        }
        let key = self.object_key(key, in_parens)?;
        let value = self.expression()?;
        self.height = self.height.max(height);
        Ok(ObjectItem { key, value })
    }

    fn block_in_object<T>(&mut self, open: Token) -> Parsed<T> {
        let (at, block) = (self.span(open), self.peek());
        let context = self.span(block);
        let detail = format!(
            "This \"{{\" is not closed before the block \"{}\" begins. Add a \"}}\" where it should end.",
            self.source.slice(block)
        );
        self.fail_within(&codes::UNCLOSED_BRACKET, at, context, detail)
    }

    fn bad_key<T>(&mut self, open: Token, key: &Expr) -> Parsed<T> {
        self.check_open(open)?;
        let found = self.peek();
        let at = self.blame(found);
        let hint = match found.kind {
            Kind::FatArrow => " \"=>\" belongs to a for expression.",
            Kind::Ident | Kind::OQuote | Kind::Number => {
                " A key with spaces or other special characters is written in quotes."
            }
            Kind::OBrace => " In an object, write \"=\" before an inner object.",
            _ => "",
        };
        let detail = format!(
            "An item of an object is written key = value: a \"=\" is expected behind this key, but {} was found.{hint}",
            self.describe(found)
        );
        self.fail_within(&codes::INVALID_OBJECT_ITEM, at, key.span, detail)
    }

    /// What a key means: a bare name is itself, whatever it could refer to.
    pub fn object_key(&mut self, key: Expr, in_parens: bool) -> Parsed<ObjectKey> {
        let name = match &key.kind {
            ExprKind::Variable(name) => name.clone(),
            ExprKind::Null => "null".into(),
            ExprKind::Bool(true) => "true".into(),
            ExprKind::Bool(false) => "false".into(),
            ExprKind::GetAttr(..) | ExprKind::Index(..) if !in_parens && super::traversal(&key).is_some() => {
                return Ok(ObjectKey::Ambiguous(key));
            }
            _ => return Ok(ObjectKey::Expr(key)),
        };
        Ok(ObjectKey::Ident(Ident { name, span: key.span }))
    }

    fn for_expr(&mut self, open: Token, end: Kind) -> Parsed<Expr> {
        self.next();
        let (key_name, value_name) = self.for_names(open)?;
        let collection = self.expression()?;
        let mut height = self.height;
        if self.eat(Kind::Colon).is_none() {
            return self.bad_for(open, "A \":\" is expected behind the collection");
        }
        let mut value = self.expression()?;
        height = height.max(self.height);
        let mut key = None;
        if self.eat(Kind::FatArrow).is_some() {
            key = Some(std::mem::replace(&mut value, self.expression()?));
            height = height.max(self.height);
        }
        let group = self.eat(Kind::Ellipsis);
        let mut condition = None;
        if self.at_word("if") {
            self.next();
            condition = Some(self.expression()?);
            height = height.max(self.height);
        }
        let Some(close) = self.eat(end) else {
            self.check_open(open)?;
            return self.bad_for(open, "The for expression should end here");
        };
        let span = self.span(open).to(self.span(close));
        self.check_for(end, span, key.as_ref(), &value, group)?;
        self.grow(height, span)?;
        Ok(Expr {
            kind: ExprKind::For(Box::new(ForExpr {
                key_name,
                value_name,
                collection,
                key,
                value,
                condition,
                group: group.is_some(),
            })),
            span,
        })
    }

    /// Keys belong to objects, and to them always.
    fn check_for(
        &mut self,
        end: Kind,
        span: Span,
        key: Option<&Expr>,
        value: &Expr,
        group: Option<Token>,
    ) -> Parsed<()> {
        let (at, detail) = match (end, key, group) {
            (Kind::CBrack, Some(key), _) => (
                key.span,
                "A for expression in brackets makes a list, whose elements have no keys. Use braces to make an object.",
            ),
            (Kind::CBrack, None, Some(dots)) => (
                self.span(dots),
                "\"...\" groups values by key, and a for expression in brackets has no keys.",
            ),
            (Kind::CBrace, None, _) => (
                value.span,
                "A for expression in braces makes an object and needs a key for each value: KEY => VALUE. Use brackets \
                 to make a list.",
            ),
            _ => return Ok(()),
        };
        self.fail_within(&codes::INVALID_FOR, at, span, detail)
    }

    /// `k, v in`, for a for expression and a for directive.
    pub fn for_names(&mut self, open: Token) -> Parsed<(Option<Ident>, Ident)> {
        let first = self.for_name(open, "A name is expected behind \"for\"")?;
        let names = match self.eat(Kind::Comma) {
            Some(_) => {
                let second = self.for_name(open, "The name for the value is expected behind the comma")?;
                (Some(first), second)
            }
            None => (None, first),
        };
        if !self.at_word("in") {
            return self.bad_for(open, "The word \"in\" is expected behind the names");
        }
        self.next();
        Ok(names)
    }

    fn for_name(&mut self, open: Token, expected: &str) -> Parsed<Ident> {
        match self.eat(Kind::Ident) {
            Some(token) => Ok(self.ident(token)),
            None => self.bad_for(open, expected),
        }
    }

    fn bad_for<T>(&mut self, open: Token, expected: &str) -> Parsed<T> {
        let found = self.peek();
        if found.kind == Kind::Bad {
            return Err(Stop::Silent);
        }
        let at = self.blame(found);
        let context = self.span(open);
        let form = match open.kind {
            Kind::OBrack => "[for NAME in COLLECTION : VALUE]",
            Kind::OBrace => "{for NAME in COLLECTION : KEY => VALUE}",
            _ => "%{ for NAME in COLLECTION }",
        };
        let detail = format!(
            "{expected}, but {} was found. The form is {form}.",
            self.describe(found)
        );
        self.fail_within(&codes::INVALID_FOR, at, context, detail)
    }
}

fn closer(open: Kind) -> &'static str {
    match open {
        Kind::OParen => ")",
        Kind::OBrack => "]",
        _ => "}",
    }
}
