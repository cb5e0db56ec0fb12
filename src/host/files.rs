//! Files: those of a configuration, those that functions read, and those that commands write.
//!
//! Relative paths are relative to the working directory, which `-chdir` sets once at the start. An error is the
//! reason alone, in lower case and without a full stop, unless it says otherwise.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use crate::lang::{FileKind, Files};

/// Why a file operation failed: in words, without numbers.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or directory".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "it is a directory".to_owned(),
        ErrorKind::NotADirectory => "it is not a directory".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_lowercase()
        }
    }
}

/// The text of a file.
pub fn text(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| reason(&error))?;
    String::from_utf8(bytes).map_err(|error| {
        let before = error
            .as_bytes()
            .get(..error.utf8_error().valid_up_to())
            .unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("it is not UTF-8 text: line {line} has a byte that does not belong there")
    })
}

/// The names of a directory's files, sorted. Links to files count; names that are not Unicode are left out, for
/// nothing can name them.
pub fn names(dir: &Path) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| reason(&error))? {
        let entry = entry.map_err(|error| reason(&error))?;
        let is_file = fs::metadata(entry.path()).is_ok_and(|data| data.is_file());
        if let (true, Ok(name)) = (is_file, entry.file_name().into_string()) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// What a directory holds, by name, and whether each is a directory. Links to files count as files; links to
/// directories are left out, for they may lead back, and so is what is neither.
pub fn entries(dir: &Path) -> Result<Vec<(String, bool)>, String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| reason(&error))? {
        let entry = entry.map_err(|error| reason(&error))?;
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let is_file = fs::metadata(entry.path()).is_ok_and(|data| data.is_file());
        if let (true, Ok(name)) = (is_directory || is_file, entry.file_name().into_string()) {
            found.push((name, is_directory));
        }
    }
    found.sort();
    Ok(found)
}

/// The text of standard input.
pub fn stdin() -> Result<String, String> {
    io::read_to_string(io::stdin()).map_err(|error| reason(&error))
}

/// Gives a file a new text in its place, so that owner, mode and links stay.
pub fn rewrite(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| reason(&error))
}

/// Adds a text to the end of a file, which is made if need be.
pub fn append(path: &Path, text: &str) -> Result<(), String> {
    let file = fs::OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| reason(&error))
}

/// Writes a new file; one that is there already is an error.
pub fn create(path: &Path, text: &str) -> Result<(), String> {
    let file = fs::OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| reason(&error))
}

/// Writes a new file for the owner alone; one that is there already is an error.
pub fn create_private(path: &Path, text: &str) -> Result<(), String> {
    let mut options = fs::OpenOptions::new();
    let options = options.write(true).create_new(true).mode(0o600);
    let file = options.open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| reason(&error))
}

/// Writes a file for the owner alone, the whole or nothing: for saved plans, which may hold secrets.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let placed = private(&temporary, bytes)
        .and_then(|()| fs::rename(&temporary, path))
        .inspect_err(|_| drop(fs::remove_file(&temporary)));
    placed.map_err(|error| reason(&error))
}

/// Writes a file for the owner alone and sees it to the disk. What is there of it after an error is to be removed.
pub(super) fn private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes).and_then(|()| file.sync_all())
}

/// Files, as functions see them.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostFiles;

impl Files for HostFiles {
    fn kind(&self, path: &str) -> Result<Option<FileKind>, String> {
        match fs::metadata(path) {
            Ok(data) if data.is_file() => Ok(Some(FileKind::File)),
            Ok(data) if data.is_dir() => Ok(Some(FileKind::Directory)),
            Ok(_) => Ok(Some(FileKind::Other)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(reason(&error)),
        }
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        fs::read(path).map(Arc::from).map_err(|error| reason(&error))
    }

    fn walk(&self, directory: &str) -> Result<Vec<String>, String> {
        let root = Path::new(directory);
        let mut found = Vec::new();
        let mut open = vec![String::new()];
        while let Some(below) = open.pop() {
            let listed = match fs::read_dir(root.join(&below)) {
                Ok(listed) => listed,
                Err(error) if below.is_empty() && error.kind() == ErrorKind::NotFound => {
                    return Ok(Vec::new());
                }
                Err(error) => return Err(reason(&error)),
            };
            for entry in listed {
                let entry = entry.map_err(|error| reason(&error))?;
                let Ok(name) = entry.file_name().into_string() else {
                    continue;
                };
                let path = if below.is_empty() {
                    name
                } else {
                    format!("{below}/{name}")
                };
                // A link to a file counts as a file; a link to a directory is not followed, for it may lead back.
                let kind = entry.file_type().map_err(|error| reason(&error))?;
                if kind.is_dir() {
                    open.push(path);
                } else if fs::metadata(entry.path()).is_ok_and(|data| data.is_file()) {
                    found.push(path);
                }
            }
        }
        found.sort();
        Ok(found)
    }

    fn working_directory(&self) -> String {
        std::env::current_dir()
            .map(|dir| dir.display().to_string())
            .unwrap_or_default()
    }

    fn home(&self) -> Option<String> {
        std::env::var("HOME").ok().filter(|home| !home.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with these files.
    fn home(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        dir
    }

    #[test]
    fn a_file_that_is_not_text_is_refused_at_its_line() {
        let dir = home(&[("a.tf", b"# one\n# two \xff\n")]);
        let error = text(&dir.path().join("a.tf")).unwrap_err();
        assert_eq!(
            error,
            "it is not UTF-8 text: line 2 has a byte that does not belong there"
        );
        assert_eq!(
            text(&dir.path().join("b")).unwrap_err(),
            "no such file or directory"
        );
    }

    #[test]
    fn names_are_those_of_files_in_order() {
        let dir = home(&[("b", b""), ("a", b""), ("d/x", b"")]);
        assert_eq!(names(dir.path()).unwrap(), ["a", "b"]);
        assert_eq!(names(&dir.path().join("a")).unwrap_err(), "it is not a directory");
    }

    #[test]
    fn functions_read_files_and_walk_directories() {
        let dir = home(&[("a.txt", b"A"), ("d/e/f.txt", b"F"), ("d/.g", b"G")]);
        std::os::unix::fs::symlink(dir.path().join("d"), dir.path().join("d/loop")).unwrap();
        let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
        assert_eq!(HostFiles.kind(&at("a.txt")), Ok(Some(FileKind::File)));
        assert_eq!(HostFiles.kind(&at("d")), Ok(Some(FileKind::Directory)));
        assert_eq!(HostFiles.kind(&at("a.txt/x")), Ok(None));
        assert_eq!(HostFiles.kind("/dev/null"), Ok(Some(FileKind::Other)));
        assert_eq!(HostFiles.read(&at("d/e/f.txt")).as_deref(), Ok(&b"F"[..]));
        assert_eq!(HostFiles.read(&at("d")), Err("it is a directory".to_owned()));
        assert_eq!(HostFiles.walk(&at("d")).unwrap(), [".g", "e/f.txt"]);
        assert_eq!(HostFiles.walk(&at("gone")).unwrap(), Vec::<String>::new());
        assert!(HostFiles.working_directory().starts_with('/'));
    }

    #[test]
    fn a_private_file_is_the_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = home(&[]);
        let path = dir.path().join("plan");
        write_private(&path, b"one").unwrap();
        write_private(&path, b"two").unwrap();
        assert_eq!(text(&path).unwrap(), "two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert_eq!(
            write_private(&dir.path().join("gone/plan"), b"").unwrap_err(),
            "no such file or directory"
        );
    }
}
