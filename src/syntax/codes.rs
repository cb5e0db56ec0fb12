//! The kinds of fault that a text can have. It holds prose alone; the readers decide when each applies.

use crate::diag::Code;

/// A text that breaks the grammar in a way no other code names.
pub static INVALID_EXPRESSION: Code = Code::new("syntax/invalid-expression", "Invalid expression", "");

/// All codes of this room.
pub static CODES: &[&Code] = &[&INVALID_EXPRESSION];
