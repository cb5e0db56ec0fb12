//! Characters: which of them make names, and what to say of one that means nothing where it stands.

use hcl::edit::Ident;

use crate::diag::Code;

use super::codes;

/// Whether a name may begin with it: a letter of any script, or `_`.
pub(super) fn starts_ident(start: char) -> bool {
    match start {
        'a'..='z' | 'A'..='Z' | '_' => true,
        '\0'..='\x7f' => false,
        _ => Ident::try_new(String::from(start)).is_ok(),
    }
}

/// Whether it may stand inside a name: also digits, `-` and combining characters.
pub(super) fn continues_ident(next: char) -> bool {
    match next {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' => true,
        '\0'..='\x7f' => false,
        _ => Ident::try_new(format!("a{next}")).is_ok(),
    }
}

/// What is wrong with the characters that a text begins with.
pub(super) struct Stray {
    pub code: &'static Code,
    /// How many bytes it covers.
    pub len: usize,
    pub detail: String,
}

/// Explains the character that `rest` begins with.
pub(super) fn explain(rest: &str) -> Stray {
    let Some(first) = rest.chars().next() else {
        return Stray {
            code: &codes::INVALID_CHARACTER,
            len: 0,
            detail: String::new(),
        };
    };
    let simple = |detail: &str| Stray {
        code: &codes::INVALID_CHARACTER,
        len: first.len_utf8(),
        detail: detail.to_owned(),
    };
    match first {
        '\'' => Stray {
            code: &codes::SINGLE_QUOTES,
            len: single_quoted(rest),
            detail: "Strings need double quotes (\"...\"). A single quote mark has no meaning here.".to_owned(),
        },
        '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' => Stray {
            code: &codes::SINGLE_QUOTES,
            len: first.len_utf8(),
            detail: format!(
                "\"{first}\" is a typographic quote mark, as word processors make them. Strings need the plain \" mark."
            ),
        },
        '`' => simple(
            "The backtick has no meaning here. Strings need double quotes (\"...\"); texts of several lines are \
             written as a heredoc (<<EOT).",
        ),
        ';' => simple("The semicolon has no meaning here. Put each argument on a line of its own, without one."),
        '&' => Stray {
            code: &codes::INVALID_OPERATOR,
            len: 1,
            detail: "There are no operators on bits. Did you mean the logical and, \"&&\"?".to_owned(),
        },
        '|' => Stray {
            code: &codes::INVALID_OPERATOR,
            len: 1,
            detail: "There are no operators on bits, and no pipes. Did you mean the logical or, \"||\"?".to_owned(),
        },
        '^' => Stray {
            code: &codes::INVALID_OPERATOR,
            len: 1,
            detail: "There are no operators on bits. Use the function pow for powers.".to_owned(),
        },
        '~' => Stray {
            code: &codes::INVALID_OPERATOR,
            len: 1,
            detail: "There are no operators on bits. In a template, \"~\" stands only directly behind \"${\" or \"%{\", \
                     or directly before the closing brace."
                .to_owned(),
        },
        '\\' => simple("A backslash has a meaning only inside a quoted string. A line needs no mark to be continued."),
        '\r' => simple(
            "A carriage return stands alone here, without a line feed behind it. Save the file with line endings of \
             one kind.",
        ),
        '\u{feff}' => simple("A byte-order mark stands inside the text. It may stand at the very beginning only."),
        '@' | '$' => simple(&format!(
            "\"{first}\" has no meaning here. Write a reference as it is, as in var.name; inside a string, as in \
             \"${{var.name}}\"."
        )),
        other if other.is_whitespace() || is_invisible(other) => simple(&format!(
            "The character U+{:04X} looks like a space or like nothing, but is neither a space nor a tab. Replace it \
             by a plain space, or remove it.",
            u32::from(other)
        )),
        other if other.is_control() => simple(&format!(
            "The control character U+{:04X} has no meaning here. Remove it; perhaps this is not a text file.",
            u32::from(other)
        )),
        other if other.is_ascii() => simple(&format!("The character \"{other}\" has no meaning here.")),
        other => simple(&format!(
            "The character \"{other}\" (U+{:04X}) has no meaning outside a quoted string.",
            u32::from(other)
        )),
    }
}

/// Characters of no width that word processors and web pages leave behind.
fn is_invisible(other: char) -> bool {
    matches!(other, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

/// The length of a text in single quotes up to its end on the same line, or of the quote mark alone.
fn single_quoted(rest: &str) -> usize {
    let inner = rest.get(1..).unwrap_or_default();
    match inner.find(['\'', '\n', '"']) {
        Some(length) if inner.get(length..).is_some_and(|end| end.starts_with('\'')) => length + 2,
        _ => 1,
    }
}
