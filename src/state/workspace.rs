//! What a workspace may be called. A workspace is a state of its own for the same configuration; where it lies is
//! for the store.

/// The workspace that is always there.
pub const DEFAULT: &str = "default";

/// The longest name, so that it is the name of a directory everywhere.
pub const LONGEST: usize = 200;

/// Whether a workspace may be called so: letters and digits of ASCII and those signs that a part of a URL's path may
/// have as they are. Names that mean another directory (`.` and `..`) are none.
pub fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~$&+=:@".contains(&byte);
    !matches!(text, "" | "." | "..") && text.len() <= LONGEST && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_a_part_of_a_path_may_be() {
        for good in ["default", "dev", "a:b@c+d=e&f$g~h", "-", "...", "2026.11_x"] {
            assert!(is_name(good), "{good}");
        }
        let long = "x".repeat(201);
        for bad in [
            "", ".", "..", "a/b", "a b", "ä", "a;b", "a,b", "a%20b", "a*b", "a!b", &long,
        ] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
