//! The keys that leave a session, found in what is typed.
//!
//! What could be their beginning is held back until it is clear that it is not.

/// Watches what is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    keys: Vec<u8>,
    held: usize,
}

impl Keys {
    /// From `ctrl-p,ctrl-q`: keys with commas between, each a letter or `ctrl-` and one. Empty text means none.
    ///
    /// # Errors
    /// What is not a key.
    pub fn parse(text: &str) -> Result<Keys, String> {
        let key = |word: &str| {
            let lower = word.to_ascii_lowercase();
            let bytes = match lower.strip_prefix("ctrl-") {
                Some(rest) => rest.as_bytes(),
                None => word.as_bytes(),
            };
            match (bytes, lower.starts_with("ctrl-")) {
                ([letter @ (b'a'..=b'z' | b'@' | b'[' | b'\\' | b']' | b'^' | b'_')], true) => {
                    Ok(letter.to_ascii_uppercase() & 0x1f)
                }
                ([letter @ 0x21..=0x7e], false) => Ok(*letter),
                _ => Err(format!(
                    "\"{word}\" is not a key; write a letter, or ctrl- and a letter"
                )),
            }
        };
        let words = text.split(',').filter(|_| !text.is_empty());
        Ok(Keys {
            keys: words.map(key).collect::<Result<_, _>>()?,
            held: 0,
        })
    }

    /// What of these bytes goes to the command, and whether the keys were typed.
    pub fn pass(&mut self, bytes: &[u8]) -> (Vec<u8>, bool) {
        let mut out = Vec::with_capacity(bytes.len());
        for byte in bytes {
            if self.keys.get(self.held) == Some(byte) {
                self.held += 1;
                if self.held == self.keys.len() {
                    self.held = 0;
                    return (out, true);
                }
                continue;
            }
            out.extend_from_slice(self.keys.get(..self.held).unwrap_or_default());
            self.held = usize::from(self.keys.len() > 1 && self.keys.first() == Some(byte));
            if self.held == 0 {
                out.push(*byte);
            }
        }
        (out, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(keys: &str, typed: &[&[u8]], passed: &[u8], left: bool) {
        let mut keys = Keys::parse(keys).unwrap();
        let mut out = Vec::new();
        let mut end = false;
        for bytes in typed {
            let (more, leaves) = keys.pass(bytes);
            out.extend(more);
            end |= leaves;
        }
        assert_eq!((out.as_slice(), end), (passed, left));
    }

    #[test]
    fn the_keys_leave_wherever_they_are_cut_and_everything_else_passes() {
        check("ctrl-p,ctrl-q", &[b"ls\r\x10\x11"], b"ls\r", true);
        check("ctrl-p,ctrl-q", &[b"a\x10", b"\x11"], b"a", true);
        check("ctrl-p,ctrl-q", &[b"\x10b"], b"\x10b", false);
        check("ctrl-p,ctrl-q", &[b"\x10\x10\x11"], b"\x10", true);
        check("ctrl-]", &[b"x\x1d"], b"x", true);
        check("", &[b"\x10\x11"], b"\x10\x11", false);
    }

    #[test]
    fn what_is_no_key_is_told() {
        for wrong in ["ctrl-", "ctrl-1", "ab", "a,,b"] {
            assert!(
                Keys::parse(wrong).unwrap_err().contains("is not a key"),
                "{wrong}"
            );
        }
    }
}
