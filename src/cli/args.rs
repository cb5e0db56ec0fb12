//! Arguments before clap sees them: long options with one dash or two, `TF_CLI_ARGS`, and the order in which
//! variables were given.
//!
//! It reads no environment itself; the caller passes a function that does.

use std::ffi::OsString;

use clap::ArgMatches;

/// Options that take a value, which may follow as an argument of its own.
const WITH_VALUE: [&str; 36] = [
    "backend-config",
    "backup",
    "backup-out",
    "chdir",
    "data",
    "detach-keys",
    "endpoint",
    "exclude",
    "expect-digest",
    "from-module",
    "generate-config-out",
    "html",
    "id",
    "ignore",
    "listen",
    "lock-timeout",
    "lockfile",
    "log",
    "log-path",
    "max-destroy",
    "out",
    "parallelism",
    "password-file",
    "plan",
    "plugin-dir",
    "replace",
    "report",
    "state",
    "state-out",
    "target",
    "test-directory",
    "timeout",
    "type",
    "user",
    "username",
    "var",
];

/// Commands whose next word belongs to their name.
const GROUPS: [&str; 4] = ["state", "providers", "workspace", "metadata"];

/// The arguments as text.
///
/// # Errors
/// A sentence, if one is not Unicode.
pub fn readable(given: Vec<OsString>) -> Result<Vec<String>, String> {
    let text = |arg: OsString| {
        arg.into_string()
            .map_err(|arg| format!("The argument {} is not valid Unicode.", arg.display()))
    };
    given.into_iter().map(text).collect()
}

/// The arguments as clap wants them: `-name` as `--name`, a separate value joined with its option, and those of
/// `TF_CLI_ARGS` and `TF_CLI_ARGS_command` behind the command's name.
///
/// # Errors
/// A sentence, if one of these variables has an open quote.
pub fn normalize(
    given: Vec<String>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<String>, String> {
    let given = double(given);
    let Some(at) = given.iter().position(|arg| !arg.starts_with('-')) else {
        return Ok(given);
    };
    let mut name = given.get(at).cloned().unwrap_or_default();
    let mut behind = at + 1;
    if GROUPS.contains(&&*name)
        && let Some(second) = given.get(at + 1).filter(|arg| !arg.starts_with('-'))
    {
        name = format!("{name}_{second}");
        behind += 1;
    }
    let mut all: Vec<String> = given.iter().take(behind).cloned().collect();
    for variable in [
        format!("TF_CLI_ARGS_{}", name.replace('-', "_")),
        "TF_CLI_ARGS".to_owned(),
    ] {
        if let Some(text) = environment(&variable) {
            let words = words(&text).map_err(|reason| format!("The value of {variable} {reason}."))?;
            all.extend(double(words));
        }
    }
    all.extend(given.into_iter().skip(behind));
    Ok(all)
}

/// Whether an option takes a value.
pub fn takes_value(name: &str) -> bool {
    WITH_VALUE.contains(&name) || name == "var-file"
}

fn double(given: Vec<String>) -> Vec<String> {
    let mut out = Vec::with_capacity(given.len());
    // `console -plan` is a switch; elsewhere the option names a file.
    let console = given.iter().any(|arg| arg == "console");
    let mut given = given.into_iter();
    while let Some(arg) = given.next() {
        if arg == "--" {
            out.push(arg);
            out.extend(given);
            break;
        }
        let name = arg.trim_start_matches('-');
        let dashes = arg.len() - name.len();
        let is_option =
            (1..=2).contains(&dashes) && name.starts_with(|letter: char| letter.is_ascii_alphabetic());
        if !is_option || name.len() == 1 {
            out.push(arg);
        } else if takes_value(name) && !(console && name == "plan") {
            match given.next() {
                Some(value) => out.push(format!("--{name}={value}")),
                None => out.push(format!("--{name}")),
            }
        } else {
            out.push(format!("--{name}"));
        }
    }
    out
}

/// Splits a text into words as a shell does: quotes group, a backslash escapes.
pub fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some('"'), '\\') | (None, '\\') => {
                word.get_or_insert_default().extend(letters.next());
            }
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    if quote.is_some() {
        return Err("has a quote that is not closed".to_owned());
    }
    words.extend(word);
    Ok(words)
}

/// A value or a file of values for variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// `-var 'name=value'`
    Var(String),
    /// `-var-file=path`
    File(String),
}

/// Both kinds of assignment in the order in which they were given.
pub fn assignments(matches: &ArgMatches) -> Vec<Assignment> {
    let mut leaf = matches;
    while let Some((_, inner)) = leaf.subcommand() {
        leaf = inner;
    }
    let mut found: Vec<(usize, Assignment)> = Vec::new();
    type Kind = fn(String) -> Assignment;
    for (id, kind) in [("var", Assignment::Var as Kind), ("var_file", Assignment::File)] {
        let Ok(Some(values)) = leaf.try_get_many::<String>(id) else {
            continue;
        };
        let places = leaf.indices_of(id).into_iter().flatten();
        found.extend(
            places
                .zip(values)
                .map(|(place, value)| (place, kind(value.clone()))),
        );
    }
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, assignment)| assignment).collect()
}
