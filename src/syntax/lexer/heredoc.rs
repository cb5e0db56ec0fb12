//! Heredocs and bare templates, and the places where the lexer goes back to look again.
//!
//! A part of the lexer of its own, for it reads line by line. It knows nothing of the grammar.

use super::*;

impl Lexer<'_, '_> {
    pub(super) fn heredoc_start(&mut self) {
        let flush = usize::from(self.byte(self.at + 2) == b'-');
        let mark = self.at + 2 + flush;
        let begins = self.char(mark).is_some_and(stray::starts_ident);
        let end = if begins { self.ident_end(mark) } else { mark };
        let newline = match (self.byte(end), self.byte(end + 1)) {
            (b'\n', _) => 1,
            (b'\r', b'\n') => 2,
            _ => 0,
        };
        if !begins || newline == 0 {
            let line = self.line_end(self.at);
            let stop = self.trimmed_end(self.at, line);
            self.fault(
                &codes::INVALID_HEREDOC_START,
                self.at,
                stop,
                "A heredoc begins with \"<<\" (or \"<<-\"), directly followed by a name such as EOT and the end of the \
                 line. Nothing may stand between or behind them, not even a space or a comment.",
            );
            let stop = self.meant_end(mark, line).unwrap_or(stop);
            self.push(Kind::Bad, self.at, stop);
            self.at = stop.max(self.at + 2);
            return;
        }
        let open = self.tokens.len();
        self.emit(Kind::OHeredoc, end + newline - self.at);
        self.enter(Mode::Heredoc {
            open,
            mark: (mark, end),
            fresh: true,
        });
    }

    /// The end of the closing line of a heredoc that begins wrongly, so that its text is not read as items.
    fn meant_end(&self, mark: usize, line: usize) -> Option<usize> {
        let wrong = |letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '-'));
        let head = self.source.text.get(mark..line)?.trim_start_matches(wrong);
        let name = head.split(wrong).next().filter(|name| !name.is_empty())?;
        let mut at = line;
        for text in self.source.text.get(line..)?.split_inclusive('\n') {
            if text.trim() == name {
                return Some(at + text.trim_end().len());
            }
            at += text.len();
        }
        None
    }

    /// One line of a heredoc, or its part up to a sequence.
    pub(super) fn heredoc(&mut self) {
        let from = self.at;
        let line_end = self.line_of_template();
        let Some(Mode::Heredoc { mark, fresh, .. }) = self.modes.last().cloned() else {
            return;
        };
        match line_end {
            Some(end) => {
                let line = self.source.text.get(from..end).unwrap_or_default();
                let mark = self.source.text.get(mark.0..mark.1).unwrap_or_default();
                if fresh && self.byte(end.saturating_sub(1)) == b'\n' && line.trim() == mark {
                    let start = from + (line.len() - line.trim_start().len());
                    self.push(Kind::CHeredoc, start, start + mark.len());
                    self.at = end - (line.len() - line.trim_end_matches(['\r', '\n']).len());
                    self.modes.pop();
                    return;
                }
                self.text(from, end);
                if let Some(Mode::Heredoc { fresh, .. }) = self.modes.last_mut() {
                    *fresh = true;
                }
            }
            None => self.sequence(),
        }
    }

    pub(super) fn bare(&mut self) {
        let from = self.at;
        match self.line_of_template() {
            Some(end) => self.text(from, end),
            None => self.sequence(),
        }
    }

    /// Goes over the text from here. Gives the end of the line with its break, or pushes the text up to a
    /// sequence, stands there and gives nothing.
    pub(super) fn line_of_template(&mut self) -> Option<usize> {
        let from = self.at;
        let mut at = from;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'\n' => return Some(at + 1),
                b'$' | b'%' => match self.dollar(at) {
                    Ok(()) => {
                        self.text(from, at);
                        return None;
                    }
                    Err(skip) => {
                        if let Some(Mode::Heredoc { fresh, .. }) = self.modes.last_mut() {
                            *fresh = false;
                        }
                        at += skip;
                    }
                },
                _ => at += 1,
            }
        }
        Some(self.bytes.len())
    }

    /// The text is at its end. Reports what is still open, and says whether reading goes on further up.
    pub(super) fn end(&mut self) -> bool {
        let first_seq = self
            .modes
            .iter()
            .position(|mode| matches!(mode, Mode::Seq { .. }));
        if let Some(depth) = first_seq
            && let Some(Mode::Seq { open, .. }) = self.modes.get(depth)
        {
            let open = *open;
            self.unclosed_sequence(open);
            return self.retry(depth, open);
        }
        match self.modes.last().cloned() {
            Some(Mode::Quoted { .. }) => {
                self.broken_quote(self.bytes.len(), self.bytes.len());
                false
            }
            Some(Mode::Heredoc { open, mark, .. }) => self.unclosed_heredoc(open, mark),
            _ => false,
        }
    }

    /// Goes on behind a sequence that never ends: at the end of its line if it stands in a quoted string, else
    /// as if it were text.
    pub(super) fn retry(&mut self, depth: usize, open: usize) -> bool {
        let Some(token) = self.tokens.get(open).copied() else {
            return false;
        };
        self.retries += 1;
        let give_up = self.retries > MAX_RETRIES;
        let parent = depth.checked_sub(1).and_then(|parent| self.modes.get(parent));
        let line = self.line_end(token.start as usize);
        match parent {
            Some(Mode::Quoted { .. }) if !give_up => {
                self.forget(open, line);
                self.push(Kind::CQuote, token.start as usize, token.start as usize);
                self.modes.truncate(depth - 1);
                self.at = line;
                true
            }
            Some(Mode::Heredoc { .. }) if !give_up => {
                self.forget(open, token.end as usize);
                self.modes.truncate(depth);
                self.at = token.end as usize;
                true
            }
            _ => {
                self.tokens.truncate(open);
                self.push(Kind::Bad, token.start as usize, token.end as usize);
                self.modes.truncate(1);
                false
            }
        }
    }

    /// Takes back all tokens from `index`, and the faults found at `from` and later.
    pub(super) fn forget(&mut self, index: usize, from: usize) {
        self.tokens.truncate(index);
        self.faults.retain(|fault| (fault.at as usize) < from);
    }

    pub(super) fn unclosed_heredoc(&mut self, open: usize, mark: (usize, usize)) -> bool {
        let Some(token) = self.tokens.get(open).copied() else {
            return false;
        };
        let name = self.source.text.get(mark.0..mark.1).unwrap_or_default();
        let body = self.source.text.get(token.end as usize..).unwrap_or_default();
        let last = body.rsplit('\n').next().unwrap_or_default();
        let mut near = None;
        let mut from = token.end as usize;
        for line in body.split_inclusive('\n') {
            let rest = line.trim_start().strip_prefix(name);
            if let Some(rest) = rest
                && !rest.chars().next().is_some_and(stray::continues_ident)
            {
                near = Some(from + line.len() - rest.len());
                break;
            }
            from += line.len();
        }
        let advice = if last.trim() == name {
            format!("The closing \"{name}\" is the last thing in the file. End its line with a line break.")
        } else if near.is_some() {
            format!(
                "A line begins with \"{name}\", but something follows on it. The closing \"{name}\" must stand on a \
                 line of its own; put what follows on the next line."
            )
        } else {
            format!("It ends with a line that holds \"{name}\" and nothing else, and there is none.")
        };
        self.fault(
            &codes::UNCLOSED_HEREDOC,
            token.start as usize,
            mark.1,
            format!("This heredoc is never closed. {advice}"),
        );
        self.retries += 1;
        self.tokens.truncate(open + 1);
        let depth = self.modes.len().saturating_sub(1);
        self.modes.truncate(depth.max(1));
        match near {
            Some(at) if self.retries <= MAX_RETRIES => {
                self.push(Kind::CHeredoc, at - name.len(), at);
                self.at = at;
                true
            }
            _ => {
                let end = self.bytes.len();
                self.push(Kind::CHeredoc, end, end);
                false
            }
        }
    }
}
