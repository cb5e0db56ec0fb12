//! The way out for bytes that others wrote: a terminal gets them made harmless, everything else as they are.

use std::io::{IsTerminal, Write};

use crate::render::escape;

/// Standard output or standard error.
pub struct Outlet {
    error: bool,
    escape: bool,
    /// The beginning of a character whose end has not come.
    begun: Vec<u8>,
}

impl Outlet {
    /// Standard output.
    pub fn out() -> Outlet {
        Outlet {
            error: false,
            escape: std::io::stdout().is_terminal(),
            begun: Vec::new(),
        }
    }

    /// Standard error.
    pub fn err() -> Outlet {
        Outlet {
            error: true,
            escape: std::io::stderr().is_terminal(),
            begun: Vec::new(),
        }
    }

    /// For a session whose terminal is ours: what comes may steer it.
    pub fn raw(self) -> Outlet {
        Outlet {
            escape: false,
            ..self
        }
    }

    /// Writes bytes. False when nobody reads any more.
    pub fn write(&mut self, bytes: &[u8]) -> bool {
        let harmless = self.harmless(bytes);
        let bytes = harmless.as_deref().map_or(bytes, str::as_bytes);
        if self.error {
            let mut to = std::io::stderr().lock();
            to.write_all(bytes).and_then(|()| to.flush()).is_ok()
        } else {
            let mut to = std::io::stdout().lock();
            to.write_all(bytes).and_then(|()| to.flush()).is_ok()
        }
    }

    fn harmless(&mut self, bytes: &[u8]) -> Option<String> {
        if !self.escape {
            return None;
        }
        self.begun.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.begun) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.begun.len(),
        };
        let rest = self.begun.split_off(whole.min(self.begun.len()));
        let taken = std::mem::replace(&mut self.begun, rest);
        let text = String::from_utf8_lossy(&taken).replace("\r\n", "\n");
        Some(escape::lines(&text).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_no_control_characters_however_the_bytes_are_cut() {
        let text = "grün\u{1b}[2J über\r\nend\n";
        for size in 1..text.len() {
            let mut outlet = Outlet {
                error: false,
                escape: true,
                begun: Vec::new(),
            };
            let pieces = text.as_bytes().chunks(size);
            let shown: String = pieces.filter_map(|piece| outlet.harmless(piece)).collect();
            assert!(!shown.contains(['\u{1b}', '\r']), "{shown:?}");
            assert!(shown.starts_with("grün\\u001b[2J über"), "{shown:?}");
        }
    }
}
