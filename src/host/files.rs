//! Files: those of a configuration, those that functions read, and those that commands write.
//!
//! Relative paths are relative to the working directory, which `-chdir` sets once at the start. An error is the
//! reason alone, in lower case and without a full stop, unless it says otherwise. What may have no end, such as a
//! device, is not read; what is no regular file is not replaced by one.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
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

/// The text of a file, or of a pipe such as a shell makes for `<(...)`.
pub fn text(path: &Path) -> Result<String, String> {
    read_text(path, true)
}

/// The text of a file that nobody named, but that was found: a pipe there would be waited for without end.
pub fn regular_text(path: &Path) -> Result<String, String> {
    read_text(path, false)
}

/// Where nothing is, by its name: some give it for "no file".
const NOTHING: &str = "/dev/null";

fn read_text(path: &Path, pipes: bool) -> Result<String, String> {
    if pipes && path == Path::new(NOTHING) {
        return Ok(String::new());
    }
    let kind = match fs::metadata(path) {
        Ok(data) => data.file_type(),
        // The name as `entries` gives it, which is not the one that it has.
        Err(error) if error.kind() == ErrorKind::NotFound && path.to_string_lossy().contains('\u{fffd}') => {
            return Err("its name is not UTF-8 text".to_owned());
        }
        Err(error) => return Err(reason(&error)),
    };
    if !(kind.is_file() || kind.is_dir() || (pipes && kind.is_fifo())) {
        return Err("it is not a regular file".to_owned());
    }
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

/// What a directory holds, by name, and whether each is a directory, which a link to one is not. Nothing is left out,
/// be it a link that leads nowhere or a name that is not Unicode, so that reading it tells what is wrong with it.
pub fn entries(dir: &Path) -> Result<Vec<(String, bool)>, String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| reason(&error))? {
        let entry = entry.map_err(|error| reason(&error))?;
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        found.push((entry.file_name().to_string_lossy().into_owned(), is_directory));
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

/// Writes a file for the owner alone, the whole or nothing: for saved plans, which may hold secrets. Links are
/// followed, and a device or a pipe gets the bytes.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let write = || {
        if fs::metadata(path).is_ok_and(|data| !data.is_file() && !data.is_dir()) {
            return fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
        }
        let path = followed(path)?;
        let temporary = temporary(&path, bytes)?;
        fs::rename(&temporary, path).inspect_err(|_| drop(fs::remove_file(&temporary)))
    };
    write().map_err(|error: io::Error| reason(&error))
}

/// The path behind the links that stand at a path; nothing needs to be there.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..40 {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::from(nix::errno::Errno::ELOOP))
}

/// The whole path of what is written to a path, with no link in it.
pub fn destination(path: &Path) -> Result<PathBuf, String> {
    let find = || {
        let path = followed(path)?;
        let parent = path.parent().filter(|parent| *parent != Path::new(""));
        let parent = fs::canonicalize(parent.unwrap_or(Path::new(".")))?;
        Ok(parent.join(path.file_name().unwrap_or_default()))
    };
    find().map_err(|error: io::Error| reason(&error))
}

/// Whether a name is one of those by which configurations and the values of their variables are found.
pub fn is_configuration(path: &Path) -> bool {
    let name = path.as_os_str().as_encoded_bytes();
    [".tf", ".tf.json", ".tfvars", ".tfvars.json"]
        .iter()
        .any(|ending| name.ends_with(ending.as_bytes()))
}

/// Writes a new file for the owner alone beside this path, sees it to the disk and gives its path.
pub(super) fn temporary(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    for number in 0..100 {
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{}-{number}.tmp", std::process::id()));
        let temporary = path.with_file_name(name);
        let mut options = fs::OpenOptions::new();
        let mut file = match options.write(true).create_new(true).mode(0o600).open(&temporary) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        };
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        return match written {
            Ok(()) => Ok(temporary),
            Err(error) => {
                drop(fs::remove_file(&temporary));
                Err(error)
            }
        };
    }
    Err(ErrorKind::AlreadyExists.into())
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
    use std::os::unix::fs::symlink;

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
    fn a_directory_tells_all_that_it_holds() {
        use std::os::unix::ffi::OsStrExt;
        let dir = home(&[("b", b""), ("d/x", b"")]);
        fs::write(dir.path().join(std::ffi::OsStr::from_bytes(b"c\xff")), "").unwrap();
        for (link, target) in [("gone", "nothing"), ("loop", "loop"), ("to", "d")] {
            symlink(target, dir.path().join(link)).unwrap();
        }
        let found = entries(dir.path()).unwrap();
        let expected = ["b", "c\u{fffd}", "d", "gone", "loop", "to"];
        assert_eq!(found, expected.map(|name| (name.to_owned(), name == "d")));
        let not = |name: &str| regular_text(&dir.path().join(name)).unwrap_err();
        assert_eq!(not("c\u{fffd}"), "its name is not UTF-8 text");
        assert_eq!(not("gone"), "no such file or directory");
        assert_eq!(not("to"), "it is a directory");
        assert!(not("loop").contains("symbolic link"), "{}", not("loop"));
        assert_eq!(
            entries(&dir.path().join("b")).unwrap_err(),
            "it is not a directory"
        );
    }

    #[test]
    fn what_may_have_no_end_is_not_read() {
        let dir = home(&[]);
        let pipe = dir.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(regular_text(&pipe).unwrap_err(), "it is not a regular file");
        symlink("/dev/zero", dir.path().join("zero")).unwrap();
        assert_eq!(
            text(&dir.path().join("zero")).unwrap_err(),
            "it is not a regular file"
        );
        // A pipe that somebody named is read.
        let from = pipe.clone();
        let writer = std::thread::spawn(move || fs::write(from, "text"));
        assert_eq!(text(&pipe).unwrap(), "text");
        writer.join().unwrap().unwrap();
    }

    #[test]
    fn what_is_written_goes_behind_links_and_into_pipes() {
        let dir = home(&[("old", b"old")]);
        let at = |name: &str| dir.path().join(name);
        for (link, target) in [("to-old", "old"), ("to-new", "new"), ("loop", "loop")] {
            symlink(target, at(link)).unwrap();
        }
        for (link, target) in [("to-old", "old"), ("to-new", "new")] {
            write_private(&at(link), b"text").unwrap();
            assert_eq!(fs::read_link(at(link)).unwrap(), Path::new(target));
            assert_eq!(text(&at(target)).unwrap(), "text");
            assert_eq!(destination(&at(link)), destination(&at(target)));
        }
        assert!(write_private(&at("loop"), b"").is_err());
        let pipe = at("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let to = pipe.clone();
        let reader = std::thread::spawn(move || fs::read(to));
        write_private(&pipe, b"through").unwrap();
        assert_eq!(reader.join().unwrap().unwrap(), b"through");
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    }

    #[test]
    fn a_temporary_file_takes_a_name_that_is_free() {
        let dir = home(&[("kept", b"kept")]);
        let path = dir.path().join("plan");
        let taken = dir.path().join(format!("plan.{}-0.tmp", std::process::id()));
        symlink("kept", &taken).unwrap();
        write_private(&path, b"plan").unwrap();
        assert_eq!(text(&path).unwrap(), "plan");
        assert_eq!(text(&taken).unwrap(), "kept");
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
