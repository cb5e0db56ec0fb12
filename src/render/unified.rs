//! Two versions of a text as a unified diff, such as `patch` reads. What the lines mean is nothing to it.

use similar::TextDiff;

use super::escape;

/// The diff of a file's old and new text; empty if they are the same.
pub fn unified(name: &str, old: &str, new: &str) -> String {
    let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<&str>>();
    let (old, new) = (lines(old), lines(new));
    let name = escape::line(name);
    TextDiff::configure()
        .newline_terminated(true)
        .diff_slices(&old, &new)
        .unified_diff()
        .header(&format!("old/{name}"), &format!("new/{name}"))
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_stand_between_three_lines_that_stay() {
        let old = "1\n2\n3\n4\na\n5\n6\n7\n8\nb";
        let new = "1\n2\n3\n4\nA\n5\n6\n7\n8\nB\n";
        assert_eq!(
            unified("x.tf", old, new),
            "--- old/x.tf\n+++ new/x.tf\n@@ -2,9 +2,9 @@\n 2\n 3\n 4\n-a\n+A\n 5\n 6\n 7\n 8\n-b\n\\ No newline at end of file\n+B\n"
        );
        assert_eq!(unified("x.tf", old, old), "");
    }
}
