//! The tokens that the user logged in with: one file for its owner alone, in the user's configuration directory.
//!
//! It keeps tokens and never passwords. A file that others may read is refused, not used: whoever could read it has the
//! tokens already, and the user should know.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::env::Environment;
use super::files::reason;

/// One login.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// As whom.
    pub username: String,
    /// The token.
    pub token: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Login({:?}, ..)", self.username)
    }
}

/// Where logins are kept.
#[derive(Clone, Debug)]
pub struct Logins {
    path: Option<PathBuf>,
}

impl Logins {
    /// Those of the user: `$XDG_CONFIG_HOME/swarmform/logins.json`, or below `~/.config`.
    pub fn of(environment: &Environment) -> Logins {
        let absolute = |name: &str| {
            let path = PathBuf::from(environment.get_set(name)?);
            path.is_absolute().then_some(path)
        };
        let base = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")));
        Logins {
            path: base.map(|base| base.join("swarmform").join("logins.json")),
        }
    }

    /// The file, if there is a place for one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// All logins, by endpoint.
    ///
    /// # Errors
    /// A sentence, if the file cannot be used.
    pub fn all(&self) -> Result<BTreeMap<String, Login>, String> {
        let Some(path) = &self.path else {
            return Ok(BTreeMap::new());
        };
        let fault = |why: String| format!("The file {} with your logins {why}.", path.display());
        let data = match fs::metadata(path) {
            Ok(data) => data,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(BTreeMap::new());
            }
            Err(error) => return Err(fault(format!("cannot be read: {}", reason(&error)))),
        };
        if data.permissions().mode() & 0o077 != 0 {
            return Err(fault(format!(
                "may be read by others. Take that away with \"chmod 600 {}\"",
                path.display()
            )));
        }
        let text =
            fs::read_to_string(path).map_err(|error| fault(format!("cannot be read: {}", reason(&error))))?;
        serde_json::from_str(&text).map_err(|_| {
            fault("is not what \"swarmform login\" writes. Delete it and log in again".to_owned())
        })
    }

    /// The tokens alone.
    ///
    /// # Errors
    /// As [`Logins::all`].
    pub fn tokens(&self) -> Result<BTreeMap<String, String>, String> {
        let all = self.all()?.into_iter();
        Ok(all.map(|(endpoint, login)| (endpoint, login.token)).collect())
    }

    /// Keeps a login, or forgets the one that is there.
    ///
    /// # Errors
    /// A sentence, if the file cannot be used or written.
    pub fn set(&self, endpoint: &str, login: Option<Login>) -> Result<(), String> {
        let Some(path) = &self.path else {
            return Err("There is no place for logins: neither HOME nor XDG_CONFIG_HOME is set.".to_owned());
        };
        let mut all = self.all()?;
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        match login {
            Some(login) => drop(all.insert(endpoint, login)),
            None => drop(all.remove(&endpoint)),
        }
        let write = || -> std::io::Result<()> {
            let dir = path.parent().unwrap_or(Path::new("."));
            fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
            let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
            let mut options = fs::OpenOptions::new();
            let mut file = options
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&temporary)?;
            let text = serde_json::to_string_pretty(&all)? + "\n";
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
                .and_then(|()| fs::rename(&temporary, path))
                .inspect_err(|_| drop(fs::remove_file(&temporary)))
        };
        write().map_err(|error| {
            format!(
                "The file {} with your logins cannot be written: {}.",
                path.display(),
                reason(&error)
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(name: &str) -> Login {
        Login {
            username: name.to_owned(),
            token: format!("token of {name}"),
        }
    }

    #[test]
    fn logins_are_kept_by_endpoint_for_their_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().to_str().unwrap();
        let logins = Logins::of(&Environment::of([("HOME", home)]));
        assert!(logins.all().unwrap().is_empty());
        logins.set("https://a.example/", Some(login("ada"))).unwrap();
        logins.set("https://b.example", Some(login("grace"))).unwrap();
        let path = dir.path().join(".config/swarmform/logins.json");
        assert_eq!(logins.path(), Some(path.as_path()));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(logins.tokens().unwrap()["https://a.example"], "token of ada");
        logins.set("https://a.example", None).unwrap();
        assert_eq!(
            logins.all().unwrap().into_keys().collect::<Vec<_>>(),
            ["https://b.example"]
        );
    }

    #[test]
    fn a_file_that_others_may_read_is_refused_and_so_is_another_text() {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().to_str().unwrap();
        let logins = Logins::of(&Environment::of([("XDG_CONFIG_HOME", config), ("HOME", "/")]));
        logins.set("https://a.example", Some(login("ada"))).unwrap();
        let path = logins.path().unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(logins.all().unwrap_err().contains("chmod 600"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(path, "not JSON").unwrap();
        assert!(logins.tokens().unwrap_err().contains("log in again"));
    }

    #[test]
    fn without_a_home_there_are_no_logins_and_none_can_be_kept() {
        let logins = Logins::of(&Environment::of([("HOME", "relative")]));
        assert!(logins.all().unwrap().is_empty());
        assert!(
            logins
                .set("https://a.example", None)
                .unwrap_err()
                .contains("HOME")
        );
        assert!(!format!("{:?}", login("ada")).contains("token"));
    }
}
