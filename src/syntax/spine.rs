//! What an expression does without recursion along chains of binary operators: being dropped, copied,
//! compared and shown.
//!
//! Every other way down a tree is bounded by the readers, but `a + b + c + ...` may be of any length, and its
//! tree is as deep as it is long. Whoever walks trees should use [`super::walk`] or go down the left side of
//! [`ExprKind::Binary`] by a loop.

use std::fmt;

use super::ast::{BinaryOp, Expr, ExprKind, ObjectKey, SplatStep, TemplatePart, UnaryOp};

impl Drop for Expr {
    fn drop(&mut self) {
        let mut next = take_left(&mut self.kind);
        while let Some(mut kind) = next {
            next = take_left(&mut kind);
        }
    }
}

/// Takes out the left side of a binary operation whose left side is another one.
fn take_left(kind: &mut ExprKind) -> Option<ExprKind> {
    match kind {
        ExprKind::Binary(_, left, _) if matches!(left.kind, ExprKind::Binary(..)) => {
            Some(std::mem::replace(&mut left.kind, ExprKind::Null))
        }
        _ => None,
    }
}

impl Expr {
    /// The operations of a chain from the last to the first, each as operator, operation and right side; and
    /// the left side of the first. For anything but a binary operation: nothing, and itself.
    pub fn chain(&self) -> (Vec<(BinaryOp, &Expr, &Expr)>, &Expr) {
        let mut chain = Vec::new();
        let mut at = self;
        while let ExprKind::Binary(op, left, right) = &at.kind {
            chain.push((*op, at, right.as_ref()));
            at = left;
        }
        (chain, at)
    }
}

impl Clone for Expr {
    fn clone(&self) -> Expr {
        let (chain, first) = self.chain();
        let mut copy = Expr {
            kind: first.kind.clone(),
            span: first.span,
        };
        for (op, whole, right) in chain.into_iter().rev() {
            copy = Expr {
                kind: ExprKind::Binary(op, Box::new(copy), Box::new(right.clone())),
                span: whole.span,
            };
        }
        copy
    }
}

impl PartialEq for Expr {
    fn eq(&self, other: &Expr) -> bool {
        let (ours, first) = self.chain();
        let (theirs, other_first) = other.chain();
        ours.len() == theirs.len()
            && first.span == other_first.span
            && first.kind == other_first.kind
            && ours
                .iter()
                .zip(&theirs)
                .all(|(a, b)| a.0 == b.0 && a.1.span == b.1.span && a.2 == b.2)
    }
}

/// Shows the tree in parentheses, operators first: `(+ (get var a) 1)`.
impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (chain, first) = self.chain();
        for (op, _, _) in &chain {
            write!(f, "({} ", op.symbol())?;
        }
        show(&first.kind, f)?;
        for (_, _, right) in chain.iter().rev() {
            write!(f, " {right:?})")?;
        }
        Ok(())
    }
}

impl BinaryOp {
    /// How it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Or => "||",
            BinaryOp::And => "&&",
            BinaryOp::Eq => "==",
            BinaryOp::NotEq => "!=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterEq => ">=",
            BinaryOp::Less => "<",
            BinaryOp::LessEq => "<=",
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Mod => "%",
        }
    }
}

impl UnaryOp {
    /// How it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            UnaryOp::Not => "!",
            UnaryOp::Neg => "-",
        }
    }
}

fn show(kind: &ExprKind, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match kind {
        ExprKind::Null => f.write_str("null"),
        ExprKind::Bool(value) => write!(f, "{value}"),
        ExprKind::Number(number) => f.write_str(&number.text),
        ExprKind::String(text) => write!(f, "{text:?}"),
        ExprKind::Variable(name) => f.write_str(name),
        ExprKind::Template(template) => {
            f.write_str(if template.heredoc { "(heredoc" } else { "(template" })?;
            parts(&template.parts, f)?;
            f.write_str(")")
        }
        ExprKind::Tuple(items) => {
            f.write_str("[")?;
            separated(items, f)?;
            f.write_str("]")
        }
        ExprKind::Object(items) => {
            f.write_str("{")?;
            for (index, item) in items.iter().enumerate() {
                let space = if index == 0 { "" } else { ", " };
                match &item.key {
                    ObjectKey::Ident(name) => write!(f, "{space}{} = {:?}", name.name, item.value)?,
                    ObjectKey::Expr(key) | ObjectKey::Ambiguous(key) => {
                        write!(f, "{space}{key:?} = {:?}", item.value)?
                    }
                }
            }
            f.write_str("}")
        }
        ExprKind::GetAttr(source, name) => write!(f, "(get {source:?} {})", name.name),
        ExprKind::Index(source, index) => write!(f, "(index {source:?} {index:?})"),
        ExprKind::Splat(splat) => {
            let marker = if splat.full { "[*]" } else { ".*" };
            write!(f, "(splat{marker} {:?}", splat.source)?;
            steps(&splat.each, f)?;
            f.write_str(")")
        }
        ExprKind::Call(call) => {
            write!(f, "({}(", call.name.name)?;
            separated(&call.args, f)?;
            f.write_str(if call.expand_final { "...))" } else { "))" })
        }
        ExprKind::Unary(op, inner) => write!(f, "({}{inner:?})", op.symbol()),
        ExprKind::Binary(op, left, right) => write!(f, "({} {left:?} {right:?})", op.symbol()),
        ExprKind::Conditional(choice) => {
            write!(f, "(? {:?} {:?} {:?})", choice.condition, choice.yes, choice.no)
        }
        ExprKind::For(each) => {
            f.write_str("(for")?;
            if let Some(key) = &each.key_name {
                write!(f, " {},", key.name)?;
            }
            write!(f, " {} in {:?} :", each.value_name.name, each.collection)?;
            if let Some(key) = &each.key {
                write!(f, " {key:?} =>")?;
            }
            let dots = if each.group { "..." } else { "" };
            write!(f, " {:?}{dots}", each.value)?;
            if let Some(condition) = &each.condition {
                write!(f, " if {condition:?}")?;
            }
            f.write_str(")")
        }
        ExprKind::Parens(inner) => write!(f, "({inner:?})"),
    }
}

fn separated(items: &[Expr], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        let space = if index == 0 { "" } else { ", " };
        write!(f, "{space}{item:?}")?;
    }
    Ok(())
}

fn steps(each: &[SplatStep], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for step in each {
        match step {
            SplatStep::Attr(name) => write!(f, " .{}", name.name)?,
            SplatStep::Index(index) => write!(f, " [{index:?}]")?,
            SplatStep::Splat { full, each, .. } => {
                f.write_str(if *full { " ([*]" } else { " (.*" })?;
                steps(each, f)?;
                f.write_str(")")?;
            }
        }
    }
    Ok(())
}

fn parts(parts_of: &[TemplatePart], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for part in parts_of {
        match part {
            TemplatePart::Literal(text, _) => write!(f, " {text:?}")?,
            TemplatePart::Interpolation(expr) => write!(f, " ${{{expr:?}}}")?,
            TemplatePart::If {
                condition, yes, no, ..
            } => {
                write!(f, " (if {condition:?} then")?;
                parts(yes, f)?;
                f.write_str(" else")?;
                parts(no, f)?;
                f.write_str(")")?;
            }
            TemplatePart::For {
                key_name,
                value_name,
                collection,
                body,
                ..
            } => {
                f.write_str(" (for")?;
                if let Some(key) = key_name {
                    write!(f, " {},", key.name)?;
                }
                write!(f, " {} in {collection:?} :", value_name.name)?;
                parts(body, f)?;
                f.write_str(")")?;
            }
        }
    }
    Ok(())
}
