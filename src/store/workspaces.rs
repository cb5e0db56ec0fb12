//! The workspaces beside each other in a state directory: which there are, making one, removing one.
//!
//! The state of the default workspace lies in the directory itself, that of another below `workspaces/NAME`. Which
//! one is selected is not known here.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::ports::StoreError;
use crate::state::workspace::{DEFAULT, is_name};

use super::files;

/// The workspaces of a state directory.
pub struct Workspaces {
    root: PathBuf,
}

impl Workspaces {
    /// Those of this directory.
    pub fn of(root: &Path) -> Workspaces {
        Workspaces {
            root: root.to_owned(),
        }
    }

    /// Where the state of a workspace lies.
    pub fn dir(&self, name: &str) -> PathBuf {
        if name == DEFAULT {
            self.root.clone()
        } else {
            self.others().join(name)
        }
    }

    fn others(&self) -> PathBuf {
        self.root.join("workspaces")
    }

    /// Whether there is such a workspace.
    pub fn has(&self, name: &str) -> bool {
        name == DEFAULT || self.dir(name).is_dir()
    }

    /// All of them: the default workspace first, then the others by name.
    pub fn list(&self) -> Result<Vec<String>, StoreError> {
        let path = self.others();
        let failed = |error| files::failed("read", &path, &error);
        let mut names = Vec::new();
        match fs::read_dir(&path) {
            Ok(entries) => {
                for entry in entries {
                    let entry = entry.map_err(failed)?;
                    let name = entry.file_name().into_string().unwrap_or_default();
                    if is_name(&name) && entry.path().is_dir() {
                        names.push(name);
                    }
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        names.sort();
        names.insert(0, DEFAULT.to_owned());
        Ok(names)
    }

    /// Makes an empty workspace. A file keeps its directory there while it holds no state.
    pub fn make(&self, name: &str) -> Result<(), StoreError> {
        let dir = self.dir(name);
        files::make_dir(&dir)?;
        files::replace(&dir.join("workspace"), format!("{name}\n").as_bytes())
    }

    /// Removes a workspace with all that it holds. The caller holds its lock.
    pub fn remove(&self, name: &str) -> Result<(), StoreError> {
        let dir = self.dir(name);
        // Under a name that no workspace has, so that a kill half way does not leave half a workspace.
        let doomed = self.others().join(format!("{name} (deleted)"));
        let there = |path: &Path| {
            if path.exists() {
                fs::remove_dir_all(path)
            } else {
                Ok(())
            }
        };
        there(&doomed)
            .and_then(|()| fs::rename(&dir, &doomed))
            .and_then(|()| fs::remove_dir_all(&doomed))
            .map_err(|error| files::failed("remove", &dir, &error))?;
        // The last one takes the directory of all with it; this fails unless it is empty.
        let _ = fs::remove_dir(self.others());
        let _ = fs::remove_dir(&self.root);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workspaces_are_directories_beside_each_other() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("state");
        let workspaces = Workspaces::of(&dir);
        let names = || workspaces.list().unwrap().join(" ");
        assert_eq!(names(), "default");
        assert!(!dir.exists(), "looking makes nothing");
        assert_eq!(workspaces.dir("default"), dir);
        workspaces.make("prod").unwrap();
        workspaces.make("dev").unwrap();
        fs::create_dir(dir.join("workspaces/half gone (deleted)")).unwrap();
        assert_eq!(names(), "default dev prod");
        assert!(workspaces.has("dev") && workspaces.has("default") && !workspaces.has("nope"));
        workspaces.remove("dev").unwrap();
        assert_eq!(names(), "default prod");
        fs::remove_dir(dir.join("workspaces/half gone (deleted)")).unwrap();
        workspaces.remove("prod").unwrap();
        assert!(!dir.exists(), "nothing is left behind");
    }
}
