//! Names for what is written: identifiers made of any text, no two the same.

use std::collections::BTreeSet;

/// Whether a text is an identifier of the language. Only plain ASCII ones are: they need no quotes anywhere.
pub fn is_identifier(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
}

/// The names that are taken.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeSet<String>);

impl Names {
    /// None yet.
    pub fn new() -> Names {
        Names::default()
    }

    /// Takes a name out of what can be given.
    pub fn take(&mut self, name: &str) {
        self.0.insert(name.to_owned());
    }

    /// An identifier that is like the text and that was not given before.
    pub fn give(&mut self, text: &str) -> String {
        let plain = |letter: char| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        };
        let mut name: String = text.chars().map(plain).collect();
        if !is_identifier(&name) {
            name.insert(0, '_');
        }
        let mut free = name.clone();
        let mut number = 2;
        while !self.0.insert(free.clone()) {
            free = format!("{name}_{number}");
            number += 1;
        }
        free
    }
}
