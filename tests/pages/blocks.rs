//! The blocks of a page: fenced ones by their word, and indented ones.
//!
//! It tells which of them hold commands, and not what becomes of them.

use std::fs;
use std::path::Path;

/// One block of a page.
#[derive(Debug)]
pub struct Block {
    /// The line that it begins on, from 1.
    pub line: usize,
    /// What stands behind the fence; none where it is only indented.
    pub info: Option<String>,
    /// Its lines.
    pub lines: Vec<String>,
}

/// Words that a command begins with.
const PROGRAMS: [&str; 12] = [
    "swarmform",
    "cargo",
    "just",
    "eval",
    "docker",
    "systemctl",
    "schemathesis",
    "terraform",
    "curl",
    "export",
    "sudo",
    "apt-get",
];

impl Block {
    /// Whether somebody would type it: a shell's block, or one with a line that is a command.
    pub fn holds_commands(&self) -> bool {
        let shell = ["console", "sh", "bash", "shell", "crontab", "ini"];
        self.info.as_deref().is_some_and(|info| shell.contains(&info))
            || self.lines.iter().any(|line| is_command(line))
    }
}

/// Whether a line is a command, with or without a prompt and settings before it.
fn is_command(line: &str) -> bool {
    let line = line.trim_start();
    let is_setting = |word: &&str| {
        let name = word.split_once('=').map_or("", |(name, _)| name);
        !name.is_empty()
            && name
                .chars()
                .all(|letter| letter.is_ascii_uppercase() || letter == '_')
    };
    let mut words = line.split_whitespace().skip_while(is_setting);
    line.starts_with("$ ") || words.next().is_some_and(|word| PROGRAMS.contains(&word))
}

/// The blocks of a page, in their order.
pub fn blocks(page: &str) -> Vec<Block> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).unwrap();
    let mut found = Vec::new();
    let mut lines = text.lines().zip(1..).peekable();
    let mut blank = true;
    while let Some((line, at)) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let inside = lines
                .by_ref()
                .map(|(line, _)| line)
                .take_while(|line| *line != "```");
            found.push(Block {
                line: at,
                info: Some(info.to_owned()),
                lines: inside.map(str::to_owned).collect(),
            });
        } else if blank && line.starts_with("    ") {
            let mut inside = vec![line.to_owned()];
            while let Some((line, _)) = lines.next_if(|(line, _)| line.starts_with("    ") || line.is_empty())
            {
                inside.push(line.to_owned());
            }
            found.push(Block {
                line: at,
                info: None,
                lines: inside,
            });
        }
        blank = line.is_empty();
    }
    found
}

/// All pages: the README and what lies in `docs/`, by their paths.
pub fn pages() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec!["README.md".to_owned()];
    for dir in ["docs", "docs/ci", "docs/schemas"] {
        for entry in fs::read_dir(root.join(dir)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") {
                found.push(format!("{dir}/{name}"));
            }
        }
    }
    found.sort();
    found
}
