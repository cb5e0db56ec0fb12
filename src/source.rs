//! Source text: files, byte spans and the map from spans to lines.
//!
//! A [`SourceMap`] owns the text of every file that a run has read, so that a diagnostic can show the line
//! it speaks of. It does not read files (that is `host`), and it does not parse them (that is `syntax`).

use std::fmt;
use std::sync::Arc;

/// Names one file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A half-open range of bytes `[start, end)` in one file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.file.0, self.start, self.end)
    }
}

impl Span {
    /// The span from `start` to `end`; an end before the start is taken as empty.
    pub fn new(file: FileId, start: usize, end: usize) -> Span {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        Span {
            file,
            start,
            end: end.max(start),
        }
    }

    /// The smallest span of this file that covers both; `other` is ignored when it lies in another file.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The empty span at the first byte.
    pub fn head(self) -> Span {
        Span {
            end: self.start,
            ..self
        }
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// The range as `usize`, for slicing.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A place in a file as people count it: line and column from 1, the column in grapheme-like characters
/// (Unicode scalar values), the byte from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// Byte offset, from 0.
    pub byte: usize,
}

/// One file: its name as the user would write it, its text, and where its lines start.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: String,
    text: Arc<str>,
    lines: Vec<u32>,
    /// Whether characters are bytes, so that a place in a long line need not be counted out.
    ascii: bool,
}

impl SourceFile {
    fn new(name: String, text: Arc<str>) -> SourceFile {
        let mut lines = vec![0];
        for (at, byte) in text.bytes().enumerate() {
            if byte == b'\n' {
                lines.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
        }
        let ascii = text.is_ascii();
        SourceFile {
            name,
            text,
            lines,
            ascii,
        }
    }

    /// The name, relative to the configuration directory where there is one.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The place of a byte offset; an offset behind the end is the end.
    pub fn position(&self, byte: u32) -> Position {
        let byte = byte.min(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        let line = self.lines.partition_point(|start| *start <= byte).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0) as usize;
        let before = match self.ascii {
            true => byte as usize - start,
            false => {
                let before = self.text.get(start..byte as usize);
                before.map_or(0, |before| before.chars().count())
            }
        };
        Position {
            line,
            column: before + 1,
            byte: byte as usize,
        }
    }

    /// The text of a line (from 1), without its line break.
    pub fn line(&self, line: usize) -> Option<&str> {
        let start = *self.lines.get(line.checked_sub(1)?)? as usize;
        let end = self
            .lines
            .get(line)
            .map_or(self.text.len(), |next| *next as usize);
        Some(self.text.get(start..end)?.trim_end_matches(['\n', '\r']))
    }
}

/// All files of a run.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// No files.
    pub fn new() -> SourceMap {
        SourceMap::default()
    }

    /// Adds a file and names it.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile::new(name.into(), text.into()));
        id
    }

    /// The file of an id that this map gave out.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// The text under a span.
    pub fn text(&self, span: Span) -> Option<&str> {
        self.file(span.file)?.text.get(span.range())
    }

    /// All files, in the order they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files
            .iter()
            .enumerate()
            .map(|(at, file)| (FileId(u32::try_from(at).unwrap_or(u32::MAX)), file))
    }

    /// `file.tf line 3`, as messages name a place.
    pub fn place(&self, span: Span) -> String {
        match self.file(span.file) {
            Some(file) => format!("{} line {}", file.name, file.position(span.start).line),
            None => "(no source)".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_lines_and_characters_from_one() {
        let mut map = SourceMap::new();
        let id = map.add("a.tf", "x = 1\nä = 2\n");
        let file = map.file(id).unwrap();
        let at = |byte| {
            let p = file.position(byte);
            (p.line, p.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(6), (2, 1));
        assert_eq!(at(8), (2, 2));
        assert_eq!(at(999), (3, 1));
        assert_eq!(file.line(2), Some("ä = 2"));
    }

    #[test]
    fn spans_join_within_a_file() {
        let a = Span::new(FileId(0), 2, 4);
        assert_eq!(a.to(Span::new(FileId(0), 7, 9)), Span::new(FileId(0), 2, 9));
        assert_eq!(a.to(Span::new(FileId(1), 7, 9)), a);
    }
}
