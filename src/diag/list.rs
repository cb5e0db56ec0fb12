//! Names one below the other, at the end of a message: the first of them, and how many more there are.
//!
//! It neither sorts nor escapes; a message that goes to a terminal is escaped where it is printed.

use std::fmt::{Display, Write};

/// How many names most messages show: a long list is elsewhere in full.
pub const NAMED: usize = 20;

/// `\n  - name` for each of the first `most` names, and `\n  - and N more` where there are more.
pub fn list(names: impl IntoIterator<Item = impl Display>, most: usize) -> String {
    let mut text = String::new();
    let mut names = names.into_iter();
    for name in names.by_ref().take(most) {
        let _ = write!(text, "\n  - {name}");
    }
    let more = names.count();
    if more > 0 {
        let _ = write!(text, "\n  - and {more} more");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_ends_with_how_many_more_there_are() {
        assert_eq!(list(["a", "b"], 2), "\n  - a\n  - b");
        assert_eq!(list(["a", "b", "c", "d"], 2), "\n  - a\n  - b\n  - and 2 more");
        assert_eq!(list(Vec::<String>::new(), 2), "");
    }
}
