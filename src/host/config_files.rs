//! The files of a configuration, by directory, as `config` asks for them. Paths are relative to the working directory.

use std::path::Path;

use crate::config::load::Reader;

use super::files::{entries, regular_text};

/// Configuration files of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConfigFiles;

impl Reader for ConfigFiles {
    fn files(&self, dir: &str) -> Result<Vec<(String, String)>, String> {
        let all = entries(Path::new(dir))
            .map_err(|reason| format!("The directory \"{dir}\" cannot be read: {reason}."))?;
        let mut found = Vec::new();
        for (name, is_directory) in all {
            let is_config = name.ends_with(".tf") || name.ends_with(".tf.json");
            // Files that editors leave behind are not meant.
            if !is_config || is_directory || name.starts_with(['.', '#']) || name.ends_with('~') {
                continue;
            }
            let shown = if dir == "." { name } else { format!("{dir}/{name}") };
            let text = regular_text(Path::new(&shown))
                .map_err(|reason| format!("The file \"{shown}\" cannot be read: {reason}."))?;
            found.push((shown, text));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_directory_gives_its_configuration_files_by_name() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.tf", "a.tf.json", ".hidden.tf", "c.tf~", "d.txt"] {
            fs::write(dir.path().join(name), name).unwrap();
        }
        let root = dir.path().to_str().unwrap();
        let files = ConfigFiles.files(root).unwrap();
        let expected = ["a.tf.json", "b.tf"].map(|name| (format!("{root}/{name}"), name.to_owned()));
        assert_eq!(files, expected);
        fs::create_dir(dir.path().join("d.tf")).unwrap();
        assert_eq!(ConfigFiles.files(root).unwrap(), expected);
        fs::write(dir.path().join("e.tf"), b"x = \"\xff\"").unwrap();
        assert!(
            ConfigFiles
                .files(root)
                .unwrap_err()
                .contains("e.tf\" cannot be read: it is not UTF-8")
        );
        assert!(ConfigFiles.files(&format!("{root}/none")).is_err());
    }
}
