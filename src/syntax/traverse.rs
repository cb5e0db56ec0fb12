//! Questions about an expression's shape: which names it refers to, whether it is a plain traversal or a
//! keyword. It evaluates nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::source::Span;

use super::ast::{Expr, ExprKind, Ident, ObjectKey, SplatStep, TemplatePart};

/// One step of a static traversal.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// `.name`
    Attr(Ident),
    /// `["key"]`
    Key(Arc<str>, Span),
    /// `[0]` or `.0`: the number as written.
    Index(Arc<str>, Span),
}

impl Step {
    /// The place of the step.
    pub fn span(&self) -> Span {
        match self {
            Step::Attr(ident) => ident.span,
            Step::Key(_, span) | Step::Index(_, span) => *span,
        }
    }
}

/// A name that an expression refers to, and the static steps behind it, up to the first one that only
/// evaluation can tell (a splat, or an index that is not a literal).
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The first name.
    pub root: Ident,
    /// The static steps.
    pub steps: Vec<Step>,
    /// From the name to the last static step.
    pub span: Span,
}

/// The static traversal that an expression is, if it is one: a name, then attributes and literal indexes alone.
pub fn traversal(expr: &Expr) -> Option<Reference> {
    let (base, links) = links(expr);
    let ExprKind::Variable(name) = &base.kind else {
        return None;
    };
    let mut steps = Vec::with_capacity(links.len());
    for link in links {
        steps.push(link.step()?);
    }
    Some(reference(name, base.span, steps))
}

/// Like [`traversal`], but also takes a string whose text is a traversal: in JSON, where there are no bare
/// references, `"depends_on": ["a.b"]` is written so. Spans point into the string, as far as it holds no escapes.
pub fn traversal_or_text(expr: &Expr) -> Option<Reference> {
    match &expr.kind {
        ExprKind::String(text) => {
            let offset = expr.span.start as usize + 1;
            let inner = super::parse_expression(text, expr.span.file, offset).ok()?;
            traversal(&inner)
        }
        _ => traversal(expr),
    }
}

/// A bare name (`string`, `create_before_destroy`), or a string where JSON has no bare names. It also takes
/// `true`, `false` and `null` as names.
pub fn keyword(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Variable(name) | ExprKind::String(name) => Some(name),
        ExprKind::Bool(true) => Some("true"),
        ExprKind::Bool(false) => Some("false"),
        ExprKind::Null => Some("null"),
        _ => None,
    }
}

/// Shows every expression inside `expr`, itself first, then its parts in source order. It does not recurse,
/// so depth costs no stack.
pub fn walk<'a>(expr: &'a Expr, visit: &mut impl FnMut(&'a Expr)) {
    let mut work = vec![Work::Expr(expr)];
    while let Some(next) = work.pop() {
        if let Work::Expr(expr) = next {
            visit(expr);
        }
        open(next, &mut work);
    }
}

/// The names that `expr` refers to, in source order, without those that a `for` around them binds. A name
/// that occurs twice is given twice.
pub fn variables(expr: &Expr) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut bound: BTreeMap<&str, usize> = BTreeMap::new();
    let mut work = vec![Work::Expr(expr)];
    while let Some(next) = work.pop() {
        match next {
            Work::Bind(name) => *bound.entry(name).or_default() += 1,
            Work::Unbind(name) => {
                if let Some(count) = bound.get_mut(name) {
                    *count = count.saturating_sub(1);
                }
            }
            Work::Expr(expr)
                if matches!(
                    expr.kind,
                    ExprKind::Variable(_) | ExprKind::GetAttr(..) | ExprKind::Index(..)
                ) =>
            {
                let (base, links) = links(expr);
                let indexes = links.iter().rev().filter_map(|link| match link {
                    Link::Index(index, _) => Some(Work::Expr(index)),
                    Link::Attr(_) => None,
                });
                work.extend(indexes);
                match &base.kind {
                    ExprKind::Variable(name) => {
                        if bound.get(name.as_ref()).copied().unwrap_or(0) == 0 {
                            let steps = links.iter().map_while(Link::step).collect();
                            found.push(reference(name, base.span, steps));
                        }
                    }
                    _ => work.push(Work::Expr(base)),
                }
            }
            other => open(other, &mut work),
        }
    }
    found
}

fn reference(name: &Arc<str>, at: Span, steps: Vec<Step>) -> Reference {
    let span = steps.last().map_or(at, |step| at.to(step.span()));
    Reference {
        root: Ident {
            name: name.clone(),
            span: at,
        },
        steps,
        span,
    }
}

/// One link of a chain of attributes and indexes.
enum Link<'a> {
    Attr(&'a Ident),
    /// The index, and the place up to which the link goes.
    Index(&'a Expr, Span),
}

impl Link<'_> {
    fn step(&self) -> Option<Step> {
        match self {
            Link::Attr(ident) => Some(Step::Attr((*ident).clone())),
            Link::Index(index, place) => match &index.kind {
                ExprKind::String(key) => Some(Step::Key(key.clone(), *place)),
                ExprKind::Number(number) => Some(Step::Index(number.text.clone(), *place)),
                _ => None,
            },
        }
    }
}

/// What a chain begins with, and its links in source order.
fn links(expr: &Expr) -> (&Expr, Vec<Link<'_>>) {
    let mut links = Vec::new();
    let mut at = expr;
    loop {
        match &at.kind {
            ExprKind::GetAttr(source, name) => {
                links.push(Link::Attr(name));
                at = source;
            }
            ExprKind::Index(source, index) => {
                let place = Span {
                    start: source.span.end,
                    ..at.span
                };
                links.push(Link::Index(index, place));
                at = source;
            }
            _ => break,
        }
    }
    links.reverse();
    (at, links)
}

/// What is still to be visited. The stack is popped from its end, so parts are pushed last to first.
enum Work<'a> {
    Expr(&'a Expr),
    Steps(&'a [SplatStep]),
    Parts(&'a [TemplatePart]),
    Bind(&'a str),
    Unbind(&'a str),
}

/// Pushes the parts of a piece of work, the first part on top.
fn open<'a>(next: Work<'a>, work: &mut Vec<Work<'a>>) {
    let from = work.len();
    match next {
        Work::Expr(expr) => open_expr(expr, work),
        Work::Steps(steps) => {
            for step in steps {
                match step {
                    SplatStep::Attr(_) => {}
                    SplatStep::Index(index) => work.push(Work::Expr(index)),
                    SplatStep::Splat { each, .. } => work.push(Work::Steps(each)),
                }
            }
        }
        Work::Parts(parts) => {
            for part in parts {
                match part {
                    TemplatePart::Literal(..) => {}
                    TemplatePart::Interpolation(expr) => work.push(Work::Expr(expr)),
                    TemplatePart::If {
                        condition, yes, no, ..
                    } => work.extend([Work::Expr(condition), Work::Parts(yes), Work::Parts(no)]),
                    TemplatePart::For {
                        key_name,
                        value_name,
                        collection,
                        body,
                        ..
                    } => {
                        work.push(Work::Expr(collection));
                        bind(work, key_name.as_ref(), value_name, |work| {
                            work.push(Work::Parts(body));
                        });
                    }
                }
            }
        }
        Work::Bind(_) | Work::Unbind(_) => {}
    }
    if let Some(pushed) = work.get_mut(from..) {
        pushed.reverse();
    }
}

fn open_expr<'a>(expr: &'a Expr, work: &mut Vec<Work<'a>>) {
    match &expr.kind {
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::String(_)
        | ExprKind::Variable(_) => {}
        ExprKind::Template(template) => work.push(Work::Parts(&template.parts)),
        ExprKind::Tuple(items) => work.extend(items.iter().map(Work::Expr)),
        ExprKind::Object(items) => {
            for item in items {
                if let ObjectKey::Expr(key) = &item.key {
                    work.push(Work::Expr(key));
                }
                work.push(Work::Expr(&item.value));
            }
        }
        ExprKind::GetAttr(inner, _) | ExprKind::Unary(_, inner) | ExprKind::Parens(inner) => {
            work.push(Work::Expr(inner));
        }
        ExprKind::Index(left, right) | ExprKind::Binary(_, left, right) => {
            work.extend([Work::Expr(left), Work::Expr(right)]);
        }
        ExprKind::Splat(splat) => {
            work.extend([Work::Expr(&splat.source), Work::Steps(&splat.each)]);
        }
        ExprKind::Call(call) => work.extend(call.args.iter().map(Work::Expr)),
        ExprKind::Conditional(choice) => {
            work.extend([&choice.condition, &choice.yes, &choice.no].map(Work::Expr));
        }
        ExprKind::For(each) => {
            work.push(Work::Expr(&each.collection));
            bind(work, each.key_name.as_ref(), &each.value_name, |work| {
                work.extend(each.key.iter().map(Work::Expr));
                work.push(Work::Expr(&each.value));
                work.extend(each.condition.iter().map(Work::Expr));
            });
        }
    }
}

fn bind<'a>(
    work: &mut Vec<Work<'a>>,
    key: Option<&'a Ident>,
    value: &'a Ident,
    inside: impl FnOnce(&mut Vec<Work<'a>>),
) {
    let names = || key.into_iter().chain([value]).map(|ident| ident.name.as_ref());
    work.extend(names().map(Work::Bind));
    inside(work);
    work.extend(names().map(Work::Unbind));
}
