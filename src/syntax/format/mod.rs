//! The canonical layout of a configuration: `terraform fmt`'s, byte for byte.
//!
//! A text becomes pieces (`pieces`: tokens and comments), some of which are spelled anew (`rewrite`), and the
//! white space between them is set by rule (`spaces` within a line, `layout` for indent and columns). Line
//! breaks, blank lines, comments and the inside of strings and heredocs stay as they are. What a text means never
//! changes, and a text in this layout stays as it is.
//!
//! It reads and writes no file, and a text that cannot be parsed is not touched.

mod layout;
mod pieces;
mod rewrite;
mod spaces;

use crate::diag::Diagnostics;
use crate::source::FileId;

use super::lexer::{self, Start};
use super::native::Through;
use super::token::Source;
use super::{body, too_large};

/// The text in the canonical layout. Its cost is linear in the length of the text.
///
/// # Errors
/// What is wrong with a text that is not of the native syntax.
pub fn format(text: &str, file: FileId) -> Result<String, Diagnostics> {
    if let Some(fault) = too_large(text, file, 0) {
        return Err(fault);
    }
    let source = Source::new(text, file, 0);
    let lexed = lexer::lex(&source, Start::Code);
    let pieces = pieces::of(text, &lexed);
    // White space at the end stays, as spaces, where no line break ends the last line.
    let end = pieces.last().map_or(0, |last| last.at as usize + last.text.len());
    let rest = text.len().saturating_sub(end);
    let (body, faults) = body::read(&source, lexed, Through::Never);
    if faults.has_errors() {
        return Err(faults);
    }
    let mut pieces = rewrite::canonical(pieces, &body);
    layout::arrange(&mut pieces);
    Ok(pieces::text(&pieces, rest, text.len()))
}
