//! HCL text to a spanned tree of our own.
//!
//! The only room that names `hcl::`. It turns `*.tf` text, `*.tf.json` text, templates and single expressions
//! into the tree of [`ast`], with a byte span on every node, and says well where and why a text is not HCL.
//! It mends what the parser beneath gets wrong (see `docs/language.md`), so that the rest of the code feels
//! none of it. It evaluates nothing and knows no block type by name.

pub mod ast;
pub mod codes;
pub mod format;
pub mod traverse;

mod body;
mod collection;
mod expr;
mod json;
mod json_body;
mod lexer;
mod native;
mod parser;
mod spine;
mod stray;
mod template;
mod text;
mod token;

#[cfg(test)]
mod tests;

pub use format::format;
pub use traverse::{Reference, Step, keyword, traversal, traversal_or_text, variables, walk};

use ast::{Body, Expr};

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{FileId, Span};

use lexer::{Lexed, Start};
use native::Through;
use parser::{Parser, Stop};
use token::{Kind, Source};

/// The largest text that is read. Spans count bytes in 32 bits.
const MAX_BYTES: usize = 1 << 30;

/// Reads a `*.tf` file. What could be read comes back even if there are faults, but the faulty items do not.
pub fn parse_file(text: &str, file: FileId) -> (Body, Diagnostics) {
    read_file(text, file, Through::Crate)
}

fn read_file(text: &str, file: FileId, through: Through) -> (Body, Diagnostics) {
    if let Some(fault) = too_large(text, file, 0) {
        return (Body::empty(Span::new(file, 0, 0)), fault);
    }
    let source = Source::new(text, file, 0);
    let lexed = lexer::lex(&source, Start::Code);
    body::read(&source, lexed, through)
}

/// Reads a `*.tf.json` file. The body has attributes alone; [`Body::json_blocks`] finds the blocks.
pub fn parse_json_file(text: &str, file: FileId) -> (Body, Diagnostics) {
    match too_large(text, file, 0) {
        Some(fault) => (Body::empty(Span::new(file, 0, 0)), fault),
        None => json::read(text, file),
    }
}

/// Reads one expression, in which line breaks end nothing. Spans count from `offset` in `file`.
pub fn parse_expression(text: &str, file: FileId, offset: usize) -> Result<Expr, Diagnostics> {
    read_expression(text, file, offset, Through::Crate)
}

fn read_expression(text: &str, file: FileId, offset: usize, through: Through) -> Result<Expr, Diagnostics> {
    if let Some(fault) = too_large(text, file, offset) {
        return Err(fault);
    }
    let source = Source::new(text, file, offset);
    let lexed = lexer::lex(&source, Start::Code);
    if through == Through::Crate
        && lexed.faults.is_empty()
        && let Some(expr) = native::expression(&source, &lexed.tokens)
    {
        return Ok(expr);
    }
    read_whole(&source, lexed, |parser| {
        let expr = parser.expression()?;
        let found = parser.peek();
        match found.kind {
            Kind::Eof => Ok(expr),
            Kind::Bad => Err(Stop::Silent),
            _ => {
                let at = parser.span(found);
                let detail = format!(
                    "The expression ends before {}, and nothing may follow it.",
                    parser.describe(found)
                );
                parser.fail_within(&codes::INVALID_EXPRESSION, at, expr.span, detail)
            }
        }
    })
}

/// Whether a text may become an expression by lines that follow: a bracket, an interpolation, a directive, a comment
/// or a heredoc is open. A quote that is open is not: strings end in the line where they begin.
pub fn is_open(text: &str) -> bool {
    // The line ends here: a heredoc begins with that.
    let text = format!("{text}\n");
    let lexed = lexer::lex(&Source::new(&text, FileId(0), 0), Start::Code);
    let unclosed = [
        &codes::UNCLOSED_COMMENT,
        &codes::UNCLOSED_HEREDOC,
        &codes::UNCLOSED_INTERPOLATION,
        &codes::UNCLOSED_DIRECTIVE,
    ];
    let mut faults = lexed.faults.iter().peekable();
    if faults.peek().is_some() {
        return faults.all(|fault| unclosed.contains(&fault.diagnostic.code));
    }
    let mut open = Vec::new();
    for token in &lexed.tokens {
        match token.kind {
            Kind::OBrace | Kind::OBrack | Kind::OParen => open.push(token.kind),
            Kind::CBrace if open.pop() != Some(Kind::OBrace) => return false,
            Kind::CBrack if open.pop() != Some(Kind::OBrack) => return false,
            Kind::CParen if open.pop() != Some(Kind::OParen) => return false,
            _ => {}
        }
    }
    !open.is_empty()
}

/// Reads a template file: the result is a string or a template. Spans count from `offset` in `file`.
pub fn parse_template(text: &str, file: FileId, offset: usize) -> Result<Expr, Diagnostics> {
    match too_large(text, file, offset) {
        Some(fault) => Err(fault),
        None => read_template(&Source::new(text, file, offset)),
    }
}

fn read_template(source: &Source<'_>) -> Result<Expr, Diagnostics> {
    read_whole(source, lexer::lex(source, Start::Template), |parser| {
        parser.template_file()
    })
}

/// Reads something from all tokens; any fault is the answer.
fn read_whole<'a, 's>(
    source: &'s Source<'a>,
    lexed: Lexed,
    read: impl FnOnce(&mut Parser<'a, '_>) -> Result<Expr, Stop>,
) -> Result<Expr, Diagnostics> {
    let mut parser = Parser::new(source, &lexed.tokens);
    let result = read(&mut parser);
    let mut found = parser.diagnostics;
    if !lexed.faults.is_empty() && result == Err(Stop::Reported) {
        found.pop();
    }
    match result {
        Ok(expr) if found.is_empty() && lexed.faults.is_empty() => Ok(expr),
        _ => Err(lexed.merge(found)),
    }
}

fn too_large(text: &str, file: FileId, offset: usize) -> Option<Diagnostics> {
    (text.len().saturating_add(offset) > MAX_BYTES).then(|| {
        Diagnostic::error(
            &codes::TOO_LARGE,
            format!("The text is larger than {MAX_BYTES} bytes, which is the most that is read."),
        )
        .at(Span::new(file, 0, 0))
        .into()
    })
}
