//! Where a cursor stands: in which blocks, in a value or before one, in a label, and on which word.
//!
//! A text that is being typed is seldom whole, so it is not parsed: what opens and closes is counted up to the cursor, with
//! strings and comments left out.

/// A place in a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The headers of the blocks around it, the outermost first, as words: `resource`, `giantswarm_app`, `web`.
    pub blocks: Vec<Vec<String>>,
    /// The line up to it.
    pub before: String,
    /// The name, with its dots, that it stands in or behind: `giantswarm_app.web.na`.
    pub path: String,
    /// The same up to the end of the word.
    pub whole: String,
    /// Whether a value is being written.
    pub in_value: bool,
    /// Whether it stands in a string, but not in an interpolation of one.
    pub in_string: bool,
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

/// What is open: a block with its header, or a bracket of a value.
enum Open {
    Block(Vec<String>),
    Bracket,
    Interpolation,
}

impl Cursor {
    /// The place of a line and a column in UTF-16 units, both from 0.
    pub fn of(text: &str, line: u32, character: u32) -> Cursor {
        let start: usize = text.split_inclusive('\n').take(line as usize).map(str::len).sum();
        let mut units = 0;
        let rest = text.get(start..).unwrap_or_default();
        let column = rest
            .char_indices()
            .find(|(_, letter)| {
                let here = units >= character || *letter == '\n';
                units += u32::try_from(letter.len_utf16()).unwrap_or(1);
                here
            })
            .map_or(rest.len(), |(at, _)| at);
        let (head, tail) = text.split_at_checked(start + column).unwrap_or((text, ""));
        let before = head.get(start..).unwrap_or_default().to_owned();
        let (blocks, bracketed, in_string) = around(head);
        let path: String = trailing(&before);
        let end: String = tail
            .chars()
            .take_while(|letter| is_name(*letter) && *letter != '.')
            .collect();
        let in_value = bracketed || equals(&before);
        Cursor {
            whole: format!("{path}{end}"),
            blocks,
            path,
            in_value,
            in_string,
            before,
        }
    }
}

fn trailing(before: &str) -> String {
    let reversed: Vec<char> = before
        .chars()
        .rev()
        .take_while(|letter| is_name(*letter))
        .collect();
    reversed.into_iter().rev().collect()
}

/// Whether the line has an assignment to the left of its end.
fn equals(before: &str) -> bool {
    let name: String = before
        .trim_start()
        .chars()
        .take_while(|letter| is_name(*letter))
        .collect();
    let behind = before
        .trim_start()
        .get(name.len()..)
        .unwrap_or_default()
        .trim_start();
    !name.is_empty() && behind.starts_with('=') && !behind.starts_with("==")
}

/// The blocks that are open at the end of a text, whether a bracket of a value or an interpolation is, and whether a
/// string is.
fn around(head: &str) -> (Vec<Vec<String>>, bool, bool) {
    let mut open: Vec<Open> = Vec::new();
    let mut letters = head.chars().peekable();
    let mut line = String::new();
    let mut string = false;
    let mut strings: Vec<bool> = Vec::new();
    while let Some(letter) = letters.next() {
        if string {
            match letter {
                '\\' => drop(letters.next()),
                '"' => string = false,
                '$' | '%' if letters.next_if_eq(&'{').is_some() => {
                    strings.push(string);
                    string = false;
                    open.push(Open::Interpolation);
                }
                '\n' => string = false,
                _ => {}
            }
            line.push(letter);
            continue;
        }
        match letter {
            '"' => string = true,
            '#' => while letters.next_if(|letter| *letter != '\n').is_some() {},
            '/' if letters.next_if_eq(&'/').is_some() => {
                while letters.next_if(|letter| *letter != '\n').is_some() {}
            }
            '/' if letters.next_if_eq(&'*').is_some() => {
                let mut last = ' ';
                for letter in letters.by_ref() {
                    if last == '*' && letter == '/' {
                        break;
                    }
                    last = letter;
                }
            }
            '{' => {
                let header = words(&line);
                let inside = open.iter().any(|open| !matches!(open, Open::Block(_)));
                match header.is_empty() || line.contains('=') || inside {
                    true => open.push(Open::Bracket),
                    false => open.push(Open::Block(header)),
                }
            }
            '[' | '(' => open.push(Open::Bracket),
            '}' | ']' | ')' => {
                if matches!(open.pop(), Some(Open::Interpolation)) {
                    string = strings.pop().unwrap_or_default();
                }
            }
            _ => {}
        }
        match letter {
            '\n' | '{' | '}' => line.clear(),
            other => line.push(other),
        }
    }
    let bracketed = open.iter().any(|open| !matches!(open, Open::Block(_)));
    let blocks = open.into_iter().filter_map(|open| match open {
        Open::Block(header) => Some(header),
        Open::Bracket | Open::Interpolation => None,
    });
    (blocks.collect(), bracketed, string)
}

/// A header as words without quotes.
fn words(line: &str) -> Vec<String> {
    line.split_whitespace()
        .map(|word| word.trim_matches('"').to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The place of the bar in a text.
    fn check(marked: &str, blocks: &[&str], path: &str, in_value: bool, in_string: bool) {
        let at = marked.find('|').unwrap();
        let text = marked.replace('|', "");
        let line = u32::try_from(text[..at].matches('\n').count()).unwrap();
        let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
        let character = u32::try_from(text[start..at].encode_utf16().count()).unwrap();
        let cursor = Cursor::of(&text, line, character);
        let found: Vec<String> = cursor.blocks.iter().map(|words| words.join(" ")).collect();
        assert_eq!(found, blocks, "{marked}");
        assert_eq!(
            (cursor.path.as_str(), cursor.in_value, cursor.in_string),
            (path, in_value, in_string),
            "{marked}"
        );
    }

    #[test]
    fn a_cursor_knows_the_blocks_around_it() {
        check("res|", &[], "res", false, false);
        check(
            "a \"b\" \"c\" {\n  na|me = 1\n}\n",
            &["a b c"],
            "na",
            false,
            false,
        );
        check("a {\n  b \"x\" {\n    i|\n", &["a", "b x"], "i", false, false);
        check("a {\n}\n# b {\n/* { */ c|", &[], "c", false, false);
    }

    #[test]
    fn a_cursor_knows_values_and_strings() {
        check("a {\n  x = var.na|", &["a"], "var.na", true, false);
        check("a {\n  x = [\n    local.|\n", &["a"], "local.", true, false);
        check("a {\n  x = { y = \"{\"\n    z = v|", &["a"], "v", true, false);
        check("a {\n  x = \"grün ${var.|}\"\n}", &["a"], "var.", true, false);
        check("a {\n  x = \"${var.b} t|", &["a"], "t", true, true);
        check("resource \"giant|", &[], "giant", false, true);
        check("a {\n  x = 1\n  y|", &["a"], "y", false, false);
    }
}
