//! Tokens of the native syntax, and the text they point into. It reads nothing by itself.

use crate::source::{FileId, Span};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ident,
    Number,
    /// `"` that opens or closes a quoted template.
    OQuote,
    CQuote,
    /// `<<MARK` with its line break, and the closing mark without.
    OHeredoc,
    CHeredoc,
    /// Literal text of a template. In heredocs and template files one token per line.
    Text,
    /// `${`, `${~`
    Interp,
    /// `%{`, `%{~`
    Control,
    /// `}`, `~}` of an interpolation or directive.
    SeqEnd,
    OBrace,
    CBrace,
    OBrack,
    CBrack,
    OParen,
    CParen,
    Assign,
    Eq,
    NotEq,
    Less,
    LessEq,
    Greater,
    GreaterEq,
    And,
    Or,
    Bang,
    Question,
    Colon,
    ColonColon,
    Comma,
    Dot,
    Ellipsis,
    FatArrow,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Newline,
    /// `# ...`, `// ...` or `/* ... */`; never among the tokens, see [`super::lexer::Lexed::comments`].
    Comment,
    /// Something that the lexer has already reported.
    Bad,
    Eof,
}

/// A token: its kind and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: u32,
    pub end: u32,
}

impl Token {
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A text to be read, and how its offsets map to those of the file.
pub(super) struct Source<'a> {
    pub text: &'a str,
    file: FileId,
    offset: usize,
    /// Where the text is a JSON string after its escapes were decoded: pairs of a decoded offset and the file
    /// offset that it came from, rising. Offsets between two pairs count on from the earlier one.
    map: Vec<(u32, u32)>,
}

impl<'a> Source<'a> {
    /// A text that stands in the file as it is, from `offset`.
    pub fn new(text: &'a str, file: FileId, offset: usize) -> Source<'a> {
        Source {
            text,
            file,
            offset,
            map: Vec::new(),
        }
    }

    /// A decoded text with a map to where its bytes came from.
    pub fn mapped(text: &'a str, file: FileId, offset: usize, map: Vec<(u32, u32)>) -> Source<'a> {
        Source {
            text,
            file,
            offset,
            map,
        }
    }

    /// The span of the bytes `start..end` of this text.
    pub fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.file, self.place(start), self.place(end))
    }

    /// Whether offsets are mapped, so that the text differs from the file's.
    pub fn is_mapped(&self) -> bool {
        !self.map.is_empty()
    }

    /// The span of a token.
    pub fn of(&self, token: Token) -> Span {
        self.span(token.start, token.end)
    }

    /// The bytes of a token.
    pub fn slice(&self, token: Token) -> &'a str {
        self.text.get(token.range()).unwrap_or_default()
    }

    fn place(&self, at: u32) -> usize {
        let before = self.map.partition_point(|(decoded, _)| *decoded <= at);
        match before.checked_sub(1).and_then(|last| self.map.get(last)) {
            Some((decoded, file)) => (file + (at - decoded)) as usize,
            None => self.offset + at as usize,
        }
    }
}

/// A token or character as messages name it.
pub(super) fn describe(source: &Source<'_>, token: Token) -> String {
    match token.kind {
        Kind::Newline => "the end of the line".to_owned(),
        Kind::Eof => "the end of the text".to_owned(),
        Kind::OQuote | Kind::CQuote => "a quote mark".to_owned(),
        Kind::OHeredoc => "a heredoc".to_owned(),
        Kind::CHeredoc => "the end of a heredoc".to_owned(),
        Kind::Text => "text".to_owned(),
        _ => format!("\"{}\"", source.slice(token).escape_debug()),
    }
}
