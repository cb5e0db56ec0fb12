//! A shell in a terminal multiplexer: what is typed, what its screen shows, and every byte that was written to it.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::Place;

/// How long something may take to appear.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Screen {
    socket: PathBuf,
    bytes: PathBuf,
}

impl Screen {
    /// A shell in the directory of a place, with these variables; none, with a word about it, where there is no tmux.
    pub fn start(place: &Place, variables: &[(&str, &str)]) -> Option<Screen> {
        if Command::new("tmux").arg("-V").output().is_err() {
            eprintln!("tmux is not installed, so nothing was tried in a terminal");
            return None;
        }
        let screen = Screen {
            socket: place.path().join("tmux"),
            bytes: place.path().join("bytes"),
        };
        let program = PathBuf::from(env!("CARGO_BIN_EXE_swarmform"));
        let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
        let mut shell = vec!["exec env -i PS1='$ ' TERM=screen LANG=C.UTF-8".to_owned()];
        shell.push(format!("PATH='{path}' HOME='{}'", place.path().display()));
        shell.extend(variables.iter().map(|(name, value)| format!("{name}='{value}'")));
        shell.push("sh -i".to_owned());
        let dir = place.path().display().to_string();
        screen.tmux(&[
            "-f",
            "/dev/null",
            "-u",
            "new-session",
            "-d",
            "-x",
            "80",
            "-y",
            "24",
            "-c",
            &dir,
            &shell.join(" "),
        ]);
        screen.tmux(&["set-option", "-g", "history-limit", "5000"]);
        screen.tmux(&["pipe-pane", "-o", &format!("cat > '{}'", screen.bytes.display())]);
        screen.until("the prompt", |shown| shown.contains('$'));
        Some(screen)
    }

    fn tmux(&self, args: &[&str]) -> String {
        let output = Command::new("tmux")
            .arg("-S")
            .arg(&self.socket)
            .args(args)
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Types a command and the key behind it.
    pub fn run(&self, command: &str) {
        self.tmux(&["send-keys", "-l", command]);
        self.press("Enter");
    }

    pub fn press(&self, key: &str) {
        self.tmux(&["send-keys", key]);
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        let (columns, rows) = (columns.to_string(), rows.to_string());
        self.tmux(&["resize-window", "-x", &columns, "-y", &rows]);
    }

    /// The rows of the screen as they are now.
    pub fn rows(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    /// Everything shown since the beginning, in lines as they were written, however the terminal has broken them.
    pub fn all(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-J", "-S", "-"])
    }

    /// Waits for something on the screen.
    #[track_caller]
    pub fn until(&self, what: &str, is_there: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let shown = self.rows();
            if is_there(&shown) {
                return shown;
            }
            assert!(begun.elapsed() < PATIENCE, "{what} never appeared:\n{shown}");
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Everything that was written to the terminal.
    pub fn bytes(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.bytes).unwrap()).into_owned()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}
