//! Trees as text, with lines that join each entry to the one it stands in.

/// A tree below a dot.
pub fn text(entries: impl IntoIterator<Item = (usize, String)>) -> String {
    format!(".\n{}", branches(entries))
}

/// The branches of a tree. Each entry comes with its depth, from 1, right behind the entry that it stands in or behind what
/// stands in its elder siblings.
pub fn branches(entries: impl IntoIterator<Item = (usize, String)>) -> String {
    let entries: Vec<(usize, String)> = entries.into_iter().collect();
    // From the end: at which depths an entry follows before one that is less deep.
    let mut follows: Vec<bool> = Vec::new();
    let mut lines = Vec::with_capacity(entries.len());
    for (depth, entry) in entries.iter().rev() {
        follows.resize(depth + 1, false);
        let mut line = String::new();
        for at in 1..*depth {
            line.push_str(if follows.get(at) == Some(&true) {
                "│   "
            } else {
                "    "
            });
        }
        let last = follows.get(*depth) != Some(&true);
        line.push_str(if last { "└── " } else { "├── " });
        line.push_str(entry);
        line.push('\n');
        lines.push(line);
        if let Some(here) = follows.get_mut(*depth) {
            *here = true;
        }
    }
    lines.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_joined_to_what_they_stand_in() {
        let entries = [(1, "a"), (2, "b"), (3, "c"), (2, "d"), (1, "e"), (2, "f")];
        let text = text(entries.map(|(depth, entry)| (depth, entry.to_owned())));
        assert_eq!(
            text,
            ".\n├── a\n│   ├── b\n│   │   └── c\n│   └── d\n└── e\n    └── f\n"
        );
    }
}
