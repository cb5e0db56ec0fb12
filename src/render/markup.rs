//! Text in XML and HTML: what has a meaning there is escaped, so that no text of a user becomes markup.

/// Text that may stand in XML and HTML, in a quoted attribute as well. Characters that XML cannot hold are replaced.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_into(&mut out, text);
    out
}

/// Adds [`escaped`] text.
pub fn escape_into(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {
                out.push('\u{fffd}')
            }
            letter => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(
            escaped("</a b='\"'>&amp;\n\u{1b}\u{ffff}ä"),
            "&lt;/a b=&#39;&quot;&#39;&gt;&amp;amp;&#10;\u{fffd}\u{fffd}ä"
        );
    }
}
