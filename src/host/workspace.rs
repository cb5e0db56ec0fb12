//! Which workspace is selected: `TF_WORKSPACE`, or else the file `environment` in the data directory, which is
//! `.terraform` or what `TF_DATA_DIR` names. What a workspace holds is not known here.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use crate::state::workspace::{DEFAULT, is_name};

use super::env::Environment;
use super::files::reason;

/// The workspace of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Its name.
    pub name: String,
    /// Whether `TF_WORKSPACE` says so, whatever is selected.
    pub forced: bool,
}

/// The selection of the current directory.
///
/// # Errors
/// A sentence, if a name is none or the file cannot be read.
pub fn selected(environment: &Environment) -> Result<Selection, String> {
    if let Some(name) = environment.get_set("TF_WORKSPACE") {
        return if is_name(name) {
            Ok(Selection {
                name: name.to_owned(),
                forced: true,
            })
        } else {
            Err(format!(
                "TF_WORKSPACE says {name:?}, which is not the name of a workspace."
            ))
        };
    }
    let path = file(environment);
    let name = match fs::read_to_string(&path) {
        Ok(text) => text.trim().to_owned(),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => String::new(),
        Err(error) => {
            return Err(format!(
                "The file {} says which workspace is selected, and it cannot be read: {}.",
                path.display(),
                reason(&error)
            ));
        }
    };
    if !name.is_empty() && !is_name(&name) {
        return Err(format!(
            "The file {} says that the workspace {name:?} is selected, which is not the name of one. Write a name \
             into it, or delete it.",
            path.display()
        ));
    }
    Ok(Selection {
        name: if name.is_empty() { DEFAULT.to_owned() } else { name },
        forced: false,
    })
}

/// Selects a workspace for later commands.
///
/// # Errors
/// A sentence, if the file cannot be written.
pub fn select(environment: &Environment, name: &str) -> Result<(), String> {
    let path = file(environment);
    let dir = path.parent().map_or_else(PathBuf::new, PathBuf::from);
    fs::create_dir_all(&dir)
        .map_err(|error| reason(&error))
        .and_then(|()| super::files::write_private(&path, name.as_bytes()))
        .map_err(|reason| {
            format!(
                "The selection of the workspace could not be written to {}: {reason}.",
                path.display()
            )
        })
}

fn file(environment: &Environment) -> PathBuf {
    PathBuf::from(environment.get_set("TF_DATA_DIR").unwrap_or(".terraform")).join("environment")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_read_again_and_the_environment_overrides_it() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let environment = Environment::of([("TF_DATA_DIR", data.to_str().unwrap())]);
        let name = |environment: &Environment| {
            selected(environment).map(|selection| (selection.name, selection.forced))
        };
        assert_eq!(name(&environment), Ok(("default".to_owned(), false)));
        select(&environment, "dev").unwrap();
        assert_eq!(fs::read_to_string(data.join("environment")).unwrap(), "dev");
        assert_eq!(name(&environment), Ok(("dev".to_owned(), false)));
        let forced = Environment::of([("TF_DATA_DIR", data.to_str().unwrap()), ("TF_WORKSPACE", "other")]);
        assert_eq!(name(&forced), Ok(("other".to_owned(), true)));

        fs::write(data.join("environment"), "\n").unwrap();
        assert_eq!(name(&environment), Ok(("default".to_owned(), false)));
        fs::write(data.join("environment"), "../x").unwrap();
        assert!(name(&environment).unwrap_err().contains("\"../x\""));
        let wrong = Environment::of([("TF_WORKSPACE", "a/b")]);
        assert!(name(&wrong).unwrap_err().contains("TF_WORKSPACE"));
    }
}
