//! Playing a page from top to bottom in one directory: its files are written, its commands are run by a shell, and what it
//! shows must be what is printed.
//!
//! A block ```` ```hcl NAME ```` is the whole content of a file. In a block ```` ```console ````, a line `$ COMMAND` is run,
//! and the lines below are what it prints on both streams. A line `...` stands for any lines, `...` inside of a line for any
//! text, and behind the beginning of a word of a command for the last such word that was printed. A command that serves
//! goes on until the end of the page, at an address and in directories that are free here.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use crate::blocks::{Block, blocks};
use crate::support::Place;

/// A page while it is played.
pub struct Play {
    pub place: Place,
    /// What the environment says besides.
    pub settings: Vec<(&'static str, String)>,
    printed: String,
    ports: (u16, u16),
    servers: Vec<Child>,
}

impl Drop for Play {
    fn drop(&mut self) {
        for server in &mut self.servers {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// A port that is free, below those that the system gives away by itself: a connection to one of these may end at its own
/// beginning.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = std::process::id() as u16 % 10_000;
    let ports = std::iter::repeat_with(|| 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000);
    let mut free = ports
        .take(1000)
        .filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    free.next().unwrap()
}

impl Play {
    /// An empty directory, with stand-ins for `cargo run` and `man`: programs that need not be here.
    pub fn new() -> Play {
        let play = Play {
            place: Place::new(),
            settings: Vec::new(),
            printed: String::new(),
            ports: (free_port(), free_port()),
            servers: Vec::new(),
        };
        play.stand_in(
            "cargo",
            "#!/bin/sh\n[ \"$1 $2 $3\" = 'run --release --' ] || exit 9\nshift 3\nexec swarmform \"$@\"\n",
        );
        play.stand_in(
            "man",
            "#!/bin/sh\n[ \"$*\" = '-l -' ] || exit 9\ngrep '^.TH swarmform'\n",
        );
        play
    }

    fn stand_in(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.place.write(&format!("bin/{name}"), text);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The address that stands in for `127.0.0.1:8080`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.ports.0)
    }

    /// A command as it can be run here.
    fn here(&self, command: &str) -> String {
        let root = self.place.path().display();
        let mut text = command
            .replace("127.0.0.1:8080", &self.address())
            .replace("0.0.0.0:443", &format!("127.0.0.1:{}", self.ports.1))
            .replace("/var/lib/", &format!("{root}/var/lib/"))
            .replace("/usr/local/", &format!("{root}/usr/local/"));
        while let Some(at) = text.find("...") {
            let begin = text[..at].rfind(|letter: char| letter.is_whitespace() || "='\"".contains(letter));
            let beginning = &text[begin.map_or(0, |at| at + 1)..at];
            let mut words = self.printed.split_whitespace().rev();
            let word = words
                .find(|word| !beginning.is_empty() && word.starts_with(beginning) && !word.ends_with("..."));
            let word = word.unwrap_or_else(|| panic!("nothing printed begins with {beginning:?}: {command}"));
            text = format!("{}{}{}", &text[..at - beginning.len()], word, &text[at + 3..]);
        }
        text
    }

    fn shell(&self, command: &str) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_swarmform"));
        let path = format!(
            "{}:{}:{}",
            self.place.path().join("bin").display(),
            program.parent().unwrap().display(),
            std::env::var("PATH").unwrap()
        );
        let mut shell = Command::new("bash");
        shell
            .args(["-c", command])
            .current_dir(self.place.path())
            .env_clear();
        shell
            .env("PATH", path)
            .env("HOME", self.place.path())
            .stdin(Stdio::null());
        shell.envs(self.settings.iter().map(|(name, value)| (name, value)));
        shell
    }

    /// Runs a command of the set-up.
    pub fn set_up(&mut self, command: &str) {
        let output = self.shell(&self.here(command)).output().unwrap();
        assert!(
            output.status.success(),
            "{command}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Starts a command that serves, and waits until it does.
    pub fn serve(&mut self, command: &str) {
        let command = self.here(command);
        let address = command
            .split_whitespace()
            .find(|word| word.starts_with("127.0.0.1:"));
        let address = address
            .unwrap_or_else(|| panic!("it serves nowhere: {command}"))
            .to_owned();
        let mut shell = self.shell(&format!("exec env {command}"));
        self.servers
            .push(shell.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let begin = Instant::now();
        while TcpStream::connect(&address).is_err() {
            let ended = self.servers.last_mut().unwrap().try_wait().unwrap();
            assert!(
                ended.is_none() && begin.elapsed() < Duration::from_secs(30),
                "it does not serve: {command}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Plays all files and commands of a page. How many commands there were.
    pub fn page(&mut self, page: &str) -> usize {
        let mut commands = 0;
        for Block { line, info, lines } in blocks(page) {
            let info = info.unwrap_or_default();
            if let Some(name) = info.strip_prefix("hcl ") {
                self.place.write(name, &(lines.join("\n") + "\n"));
            } else if info == "console" {
                let mut left = &lines[..];
                while let Some((command, behind)) = left.split_first() {
                    let command = command.strip_prefix("$ ");
                    let command =
                        command.unwrap_or_else(|| panic!("{page}:{line}: output without a command"));
                    let end = behind
                        .iter()
                        .position(|line| line.starts_with("$ "))
                        .unwrap_or(behind.len());
                    self.command(&format!("{page}:{line}"), command, &behind[..end]);
                    left = &behind[end..];
                    commands += 1;
                }
            }
        }
        commands
    }

    fn command(&mut self, place: &str, command: &str, shown: &[String]) {
        if command.split_whitespace().any(|word| word == "serve") {
            assert!(shown.is_empty(), "{place}: what serves shows nothing");
            return self.serve(command);
        }
        let output = self
            .shell(&format!("exec 2>&1\n{}", self.here(command)))
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = printed.lines().map(str::trim_end).collect();
        // What begins and ends with an empty line need not be shown so.
        assert!(fits(shown, trimmed(&lines)), "{place}: {command}\n{printed}");
        self.printed.push_str(&printed);
    }
}

/// Whether lines are as shown, with `...` for any lines.
pub fn fits(shown: &[String], lines: &[&str]) -> bool {
    match shown {
        [] => lines.is_empty(),
        [any, rest @ ..] if any == "..." => (0..=lines.len()).any(|skip| fits(rest, &lines[skip..])),
        [one, rest @ ..] => lines
            .split_first()
            .is_some_and(|(first, behind)| line_fits(one, first) && fits(rest, behind)),
    }
}

/// Whether a line is as shown, with `...` for any text.
fn line_fits(shown: &str, line: &str) -> bool {
    match shown.split_once("...") {
        None => shown == line,
        Some((before, after)) => line.strip_prefix(before).is_some_and(|rest| {
            let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            ends.into_iter().any(|at| line_fits(after, &rest[at..]))
        }),
    }
}

fn trimmed<'a>(lines: &'a [&'a str]) -> &'a [&'a str] {
    let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(0);
    let end = lines
        .iter()
        .rposition(|line| !line.is_empty())
        .map_or(0, |at| at + 1);
    lines.get(first..end).unwrap_or_default()
}
