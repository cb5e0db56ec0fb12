//! The key of saved plans that lies beside a state: 32 random bytes in a file for its owner alone.
//!
//! It is made once and never replaced: two runs that make it at the same time end with the same one. It decides
//! nothing about what is encrypted with it.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zeroize::Zeroizing;

use super::files::{reason, temporary};

/// The name of the file in the state's directory.
const NAME: &str = "plan.key";

/// A salt or a nonce.
pub fn random<const N: usize>() -> [u8; N] {
    rand::random()
}

/// Where the key lies.
pub fn path(state_dir: &Path) -> PathBuf {
    state_dir.join(NAME)
}

/// The key of a state; none if it has none yet.
pub fn find(state_dir: &Path) -> Result<Option<Zeroizing<[u8; 32]>>, String> {
    let text = match fs::read_to_string(path(state_dir)) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(reason(&error)),
    };
    let bytes = BASE64.decode(text.trim()).map(Zeroizing::new).unwrap_or_default();
    let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| "it holds no key".to_owned())?;
    Ok(Some(Zeroizing::new(key)))
}

/// The key of a state, made if it has none.
pub fn make(state_dir: &Path) -> Result<Zeroizing<[u8; 32]>, String> {
    if let Some(key) = find(state_dir)? {
        return Ok(key);
    }
    write_new(state_dir).map_err(|error| reason(&error))?;
    find(state_dir)?.ok_or_else(|| "it cannot be found again".to_owned())
}

/// Writes the whole beside it and links it in place, which does nothing if somebody else was first.
fn write_new(state_dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(state_dir)?;
    let key = Zeroizing::new(random::<32>());
    let text = Zeroizing::new(BASE64.encode(key.as_slice()) + "\n");
    let temporary = temporary(&path(state_dir), text.as_bytes())?;
    let linked = match fs::hard_link(&temporary, path(state_dir)) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    };
    fs::remove_file(&temporary).and(linked)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        assert!(find(&state).unwrap().is_none());
        let key = make(&state).unwrap();
        assert_eq!(make(&state).unwrap(), key);
        assert_eq!(find(&state).unwrap().unwrap(), key);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path(&state)), mode(&state)), (0o600, 0o700));
        assert_eq!(fs::read_dir(&state).unwrap().count(), 1);
        fs::write(path(&state), "short").unwrap();
        assert!(make(&state).is_err());
    }
}
