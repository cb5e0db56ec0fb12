//! The spanned tree of a configuration: bodies, blocks, attributes, expressions, templates.
//!
//! Nodes keep what was written, not what it means: a number keeps its text, a string template its parts after
//! escapes were decoded and heredoc indent was removed. `.tf.json` files make the same tree.

use std::fmt;
use std::sync::Arc;

use crate::source::Span;
use crate::value::Number;

/// A name with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Ident {
    /// The name.
    pub name: Arc<str>,
    /// Its place.
    pub span: Span,
}

/// The content of a file or block.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// Attributes and blocks in source order.
    pub items: Vec<Item>,
    /// Everything between the braces, or the whole file.
    pub span: Span,
    /// Whether it came from JSON, where a nested block is written as an object or an array of objects: then
    /// `items` has attributes alone, and a schema tells which of them are blocks (see [`Body::json_blocks`]).
    pub json: bool,
}

/// One item of a body.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// `name = expr`
    Attribute(Attribute),
    /// `kind "label" { ... }`
    Block(Block),
}

/// `name = expr`
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The name.
    pub name: Ident,
    /// The value.
    pub expr: Expr,
    /// From name to value.
    pub span: Span,
}

/// `kind "label" { ... }`
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The block type.
    pub kind: Ident,
    /// Labels, quoted or bare.
    pub labels: Vec<Ident>,
    /// The content.
    pub body: Body,
    /// Kind and labels: the part that messages underline.
    pub header: Span,
    /// From kind to closing brace.
    pub span: Span,
}

/// An expression. It takes care of itself when it is a long chain of operators; see [`Expr::chain`].
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number without sign: `5`, `1.50`, `1e3`.
    Number(Arc<Literal>),
    /// A quoted string or heredoc without any interpolation or directive; escapes decoded.
    String(Arc<str>),
    /// A quoted string or heredoc with interpolations or directives.
    Template(Box<Template>),
    /// `[a, b]`
    Tuple(Vec<Expr>),
    /// `{ a = 1, (b) = 2 }`; later duplicates win.
    Object(Vec<ObjectItem>),
    /// The first name of a traversal: `var`, `each`, `giantswarm_org`.
    Variable(Arc<str>),
    /// `expr.name`; the legacy `expr.0` is an `Index` with a number.
    GetAttr(Box<Expr>, Ident),
    /// `expr[index]`
    Index(Box<Expr>, Box<Expr>),
    /// `expr.*.a.b` (attribute-only) or `expr[*].a[0]` (full): what follows applies to each element.
    Splat(Box<Splat>),
    /// `name(args...)`
    Call(Box<Call>),
    /// `!a`, `-a`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `c ? a : b`
    Conditional(Box<Conditional>),
    /// `[for ...]`, `{for ...}`
    For(Box<ForExpr>),
    /// `(a)`
    Parens(Box<Expr>),
}

impl ExprKind {
    /// A number, read once for all evaluations.
    pub fn number(text: impl Into<Arc<str>>) -> ExprKind {
        let text = text.into();
        let value = Number::parse(&text);
        ExprKind::Number(Arc::new(Literal { text, value }))
    }
}

/// A number as written, and what it is; an exponent may be beyond any number.
#[derive(Clone, PartialEq)]
pub struct Literal {
    /// As written.
    pub text: Arc<str>,
    /// The number.
    pub value: Option<Number>,
}

/// As written.
impl fmt::Debug for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)
    }
}

/// One `key = value` of an object expression.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectItem {
    /// The key.
    pub key: ObjectKey,
    /// The value.
    pub value: Expr,
}

/// The key of an object item.
#[derive(Clone, Debug, PartialEq)]
pub enum ObjectKey {
    /// A bare name, taken literally.
    Ident(Ident),
    /// Anything else: a quoted string, `(expr)`, or a number.
    Expr(Expr),
    /// A reference without parentheses, `a.b`. It has no value, for it could mean the text as well; the names of
    /// providers that a module call passes are written so.
    Ambiguous(Expr),
}

/// `source.*` or `source[*]`, and the traversal that follows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Splat {
    /// What is splatted.
    pub source: Expr,
    /// `[*]` rather than `.*`.
    pub full: bool,
    /// Applied to each element, in order.
    pub each: Vec<SplatStep>,
    /// The marker itself.
    pub marker: Span,
}

/// One step behind a splat.
#[derive(Clone, Debug, PartialEq)]
pub enum SplatStep {
    /// `.name`
    Attr(Ident),
    /// `[index]`, or the legacy `.0`
    Index(Expr),
    /// A splat behind a full splat, as in `a[*].b[*].c`: it works on each element of the outer one.
    Splat {
        /// `[*]` rather than `.*`.
        full: bool,
        /// Applied to each element of the inner list.
        each: Vec<SplatStep>,
        /// The marker itself.
        marker: Span,
    },
}

/// A function call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The name, with its namespace as written: `length`, `core::length`, `provider::x::f`.
    pub name: Ident,
    /// Arguments.
    pub args: Vec<Expr>,
    /// Whether the last argument ends with `...`.
    pub expand_final: bool,
    /// From the opening to the closing parenthesis.
    pub parens: Span,
}

/// A unary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Neg,
}

/// A binary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Or,
    And,
    Eq,
    NotEq,
    Greater,
    GreaterEq,
    Less,
    LessEq,
    Add,
    Sub,
    Mul,
    Div,
    Mod,
}

/// `condition ? yes : no`
#[derive(Clone, Debug, PartialEq)]
pub struct Conditional {
    /// The condition.
    pub condition: Expr,
    /// Taken when true.
    pub yes: Expr,
    /// Taken when false.
    pub no: Expr,
}

/// `[for k, v in c : v if x]` or `{for k, v in c : k => v... if x}`
#[derive(Clone, Debug, PartialEq)]
pub struct ForExpr {
    /// Name for the key, if two names are given.
    pub key_name: Option<Ident>,
    /// Name for the element.
    pub value_name: Ident,
    /// What is iterated.
    pub collection: Expr,
    /// The key of an object result; `None` for a tuple result.
    pub key: Option<Expr>,
    /// The element of the result.
    pub value: Expr,
    /// `if`
    pub condition: Option<Expr>,
    /// `...`: group by key.
    pub group: bool,
}

/// A string with interpolations or directives.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Its parts, in order; strip markers are already applied to the neighbouring literals.
    pub parts: Vec<TemplatePart>,
    /// Whether it was a heredoc.
    pub heredoc: bool,
}

/// One part of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum TemplatePart {
    /// Text.
    Literal(Arc<str>, Span),
    /// `${expr}`. A template of one interpolation alone yields the expression's value, whatever its type.
    Interpolation(Expr),
    /// `%{if c}...%{else}...%{endif}`
    If {
        /// The condition.
        condition: Expr,
        /// Parts when true.
        yes: Vec<TemplatePart>,
        /// Parts when false.
        no: Vec<TemplatePart>,
        /// From `%{if` to `%{endif}`.
        span: Span,
    },
    /// `%{for k, v in c}...%{endfor}`
    For {
        /// Name for the key.
        key_name: Option<Ident>,
        /// Name for the element.
        value_name: Ident,
        /// What is iterated.
        collection: Expr,
        /// Parts for each element.
        body: Vec<TemplatePart>,
        /// From `%{for` to `%{endfor}`.
        span: Span,
    },
}

impl Body {
    /// An empty body.
    pub fn empty(span: Span) -> Body {
        Body {
            items: Vec::new(),
            span,
            json: false,
        }
    }

    /// The attributes, in source order.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.items.iter().filter_map(|item| match item {
            Item::Attribute(attribute) => Some(attribute),
            Item::Block(_) => None,
        })
    }

    /// The blocks, in source order.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.items.iter().filter_map(|item| match item {
            Item::Block(block) => Some(block),
            Item::Attribute(_) => None,
        })
    }
}
