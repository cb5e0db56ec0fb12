//! The kinds of fault that a graph can have. It holds prose alone.

use crate::diag::Code;

/// Things that need each other.
pub static CYCLE: Code = Code::new(
    "graph/cycle",
    "Cycle",
    "Each of these things needs the next one before it can be evaluated or created, and the last needs the first, \
     so there is no place to begin. A thing needs what its expressions refer to, what `depends_on` names, its \
     provider, and the module call that it stands in. Remove one of the references: often a value can come from \
     a variable or a local value that both sides use, or one resource can be split in two.",
);

/// All codes of this room.
pub static CODES: &[&Code] = &[&CYCLE];
