//! The terminal of this process for a session elsewhere: raw, with its size, and as it was when the session ends.
//!
//! It reads and writes nothing.

use std::io::{IsTerminal, stdin};

use nix::sys::termios::{SetArg, Termios, cfmakeraw, tcgetattr, tcsetattr};

/// A terminal in raw mode. Dropping it brings back what was.
pub struct Raw {
    before: Termios,
}

impl Raw {
    /// Makes the terminal at standard input raw; none if there is no terminal.
    ///
    /// # Errors
    /// Why the terminal does not let itself be changed.
    pub fn enter() -> Result<Option<Raw>, String> {
        let input = stdin();
        if !input.is_terminal() {
            return Ok(None);
        }
        let change = || {
            let before = tcgetattr(&input)?;
            let mut raw = before.clone();
            cfmakeraw(&mut raw);
            tcsetattr(&input, SetArg::TCSADRAIN, &raw)?;
            Ok::<_, nix::Error>(Raw { before })
        };
        change()
            .map(Some)
            .map_err(|error| error.desc().to_ascii_lowercase())
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = tcsetattr(stdin(), SetArg::TCSADRAIN, &self.before);
    }
}

/// Lines and columns of the terminal, if it tells.
pub fn size() -> Option<(u16, u16)> {
    terminal_size::terminal_size().map(|(width, height)| (height.0, width.0))
}
