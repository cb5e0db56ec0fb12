//! The files of the corpus: reading and writing them. What they cause is `play`'s.
//!
//! A file consists of sections. `-- beside CODE --` names another diagnostic that this one never comes without.
//! `-- NAME --` writes a file, `-- setup COMMAND --` runs a command that must end well
//! and shows nothing, `-- $ COMMAND --` runs one and holds what it tells. A command begins with `swarmform`, or with
//! `library` where only a fault of a disk, a provider or the like can cause the diagnostic (see `scenes`).

// Each test that reads the corpus uses a part of this.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};

use swarmform::diag::Code;

/// One part of a case.
#[derive(Clone, Debug)]
pub struct Section {
    /// What stands between the dashes.
    pub head: String,
    /// The lines below.
    pub body: String,
}

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// The code that it is a case of.
    pub code: String,
    /// Whether it is the first case of its code, which the page of errors shows.
    pub main: bool,
    /// Its parts.
    pub sections: Vec<Section>,
    path: PathBuf,
}

impl Case {
    /// Where it is.
    pub fn path(&self) -> String {
        self.path.display().to_string()
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let section = |part: &Section| format!("-- {} --\n{}", part.head, part.body);
        self.sections.iter().map(section).collect()
    }
}

/// All cases, by path.
pub fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    let mut cases = Vec::new();
    for room in fs::read_dir(&root).unwrap() {
        let room = room.unwrap().path();
        if !room.is_dir() {
            continue;
        }
        for file in fs::read_dir(&room).unwrap() {
            cases.push(read(&file.unwrap().path()));
        }
    }
    cases.sort_by(|a, b| a.path.cmp(&b.path));
    cases
}

fn read(path: &Path) -> Case {
    let (room, stem) = (
        path.parent().unwrap().file_name().unwrap(),
        path.file_stem().unwrap().to_str().unwrap(),
    );
    let (name, variant) = stem.split_once('.').unwrap_or((stem, ""));
    Case {
        code: format!("{}/{name}", room.to_str().unwrap()),
        main: variant.is_empty(),
        sections: sections(path),
        path: path.to_owned(),
    }
}

/// The sections of a file.
pub fn sections(path: &Path) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in fs::read_to_string(path).unwrap().split_inclusive('\n') {
        let head = line
            .trim_end()
            .strip_prefix("-- ")
            .and_then(|rest| rest.strip_suffix(" --"));
        match (head, sections.last_mut()) {
            (Some(head), _) => sections.push(Section {
                head: head.to_owned(),
                body: String::new(),
            }),
            (None, Some(section)) => section.body.push_str(line),
            (None, None) => panic!("{} does not begin with a section", path.display()),
        }
    }
    sections
}

/// All codes of all rooms, by name.
pub fn codes() -> Vec<&'static Code> {
    let rooms: [&[&'static Code]; 7] = [
        swarmform::syntax::codes::CODES,
        swarmform::lang::CODES,
        swarmform::config::CODES,
        swarmform::graph::CODES,
        swarmform::plan::CODES,
        swarmform::engine::codes::CODES,
        swarmform::cli::CODES,
    ];
    let mut all: Vec<&'static Code> = rooms.into_iter().flatten().copied().collect();
    all.sort_by_key(|code| code.id);
    all
}
