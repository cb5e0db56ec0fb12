//! What the standard streams are connected to.

use std::io::{IsTerminal, stderr, stdin, stdout};

/// Which streams are terminals, and how wide the terminal is. Taken once; a terminal may change its width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// Somebody can answer a question.
    pub stdin: bool,
    /// Output is read by a person.
    pub stdout: bool,
    /// Progress and errors are read by a person.
    pub stderr: bool,
    /// Columns, if one of the streams is a terminal that tells.
    pub width: Option<u16>,
}

impl Terminal {
    /// That of this process.
    pub fn of_process() -> Terminal {
        Terminal {
            stdin: stdin().is_terminal(),
            stdout: stdout().is_terminal(),
            stderr: stderr().is_terminal(),
            width: terminal_size::terminal_size().map(|(width, _)| width.0),
        }
    }
}
