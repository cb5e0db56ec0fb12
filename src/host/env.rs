//! The environment, taken once: a plain value that tests make up.

use std::collections::BTreeMap;

/// Environment variables by name. Taken when the program starts, and never changed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// That of this process. Variables that are not UTF-8 text are left out.
    pub fn of_process() -> Environment {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Environment(std::env::vars_os().filter_map(text).collect())
    }

    /// One of these variables.
    pub fn of<K: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (K, V)>) -> Environment {
        Environment(
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }

    /// The value of a variable, empty ones included.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value of a variable unless it is empty.
    pub fn get_set(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// The variables whose names begin so, without that beginning, in order: `TF_VAR_` gives input variables.
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }
}

/// Names alone: values may be secrets.
impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_by_name_and_by_prefix() {
        let environment = Environment::of([
            ("TF_VAR_b", "2"),
            ("TF_VAR_a", "1"),
            ("EMPTY", ""),
            ("TF_VARS", "x"),
        ]);
        assert_eq!(environment.get("EMPTY"), Some(""));
        assert_eq!(environment.get_set("EMPTY"), None);
        assert_eq!(
            environment.with_prefix("TF_VAR_").collect::<Vec<_>>(),
            [("a", "1"), ("b", "2")]
        );
        assert_eq!(
            format!("{environment:?}"),
            r#"{"EMPTY", "TF_VARS", "TF_VAR_a", "TF_VAR_b"}"#
        );
    }

    #[test]
    fn the_environment_of_this_process_has_a_path() {
        assert!(Environment::of_process().get_set("PATH").is_some());
    }
}
