//! Commands of this machine, run to their end with their output read line by line.
//!
//! A command inherits the environment and no input. Standard output and error come as one. It decides nothing about
//! what is run. A command has a process group of its own: the first interrupt of the terminal, which lets it end, does not
//! reach it, and when nobody waits for it any more, it is killed with all that it started.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::spawn_blocking;

use crate::plan::provision::{Exec, Failure};
use crate::ports::Runner;

/// How much of the end of an output is kept for a message.
const TAIL: usize = 8 * 1024;

/// Runs commands of this machine.
pub struct Commands;

#[async_trait]
impl Runner for Commands {
    async fn run(&self, exec: &Exec, line: &(dyn for<'l> Fn(&'l str) + Send + Sync)) -> Result<(), Failure> {
        let (send, mut lines) = unbounded_channel::<String>();
        let exec = exec.clone();
        let waited = Waited(Arc::default());
        let group = Arc::clone(&waited.0);
        let running = spawn_blocking(move || {
            run(&exec, &group, &|line| {
                let _ = send.send(line.to_owned());
            })
        });
        while let Some(text) = lines.recv().await {
            line(&text);
        }
        let stopped = |_| {
            Err(Failure {
                reason: "it was stopped".to_owned(),
                output: String::new(),
            })
        };
        running.await.unwrap_or_else(stopped)
    }
}

/// The process group of a command.
#[derive(Default)]
enum Group {
    #[default]
    None,
    Runs(Pid),
    /// Nobody waits for it any more; it must not begin.
    Left,
}

/// Somebody waits for a command. When that ends before the command does, its group is killed.
struct Waited(Arc<Mutex<Group>>);

impl Drop for Waited {
    fn drop(&mut self) {
        let mut group = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Group::Runs(id) = *group {
            let _ = killpg(id, Signal::SIGKILL);
        }
        *group = Group::Left;
    }
}

/// Begins a command, unless nobody waits for it any more.
fn begin(command: &mut Command, group: &Mutex<Group>) -> std::io::Result<Child> {
    let mut group = group.lock().unwrap_or_else(PoisonError::into_inner);
    if matches!(*group, Group::Left) {
        return Err(std::io::ErrorKind::Interrupted.into());
    }
    let child = command.process_group(0).spawn()?;
    *group = i32::try_from(child.id()).map_or(Group::None, |id| Group::Runs(Pid::from_raw(id)));
    Ok(child)
}

fn run(exec: &Exec, group: &Mutex<Group>, line: &dyn Fn(&str)) -> Result<(), Failure> {
    let mut output = String::new();
    let reason = match follow(exec, group, line, &mut output) {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => match status.code() {
            Some(code) => format!("exit status {code}"),
            None => status.to_string(),
        },
        Err(error) => super::files::reason(&error).to_string(),
    };
    Err(Failure { reason, output })
}

fn follow(
    exec: &Exec,
    group: &Mutex<Group>,
    line: &dyn Fn(&str),
    output: &mut String,
) -> std::io::Result<std::process::ExitStatus> {
    let (reader, writer) = std::io::pipe()?;
    let (program, arguments) = exec.argv.split_first().ok_or(std::io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .envs(&exec.environment)
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    if let Some(dir) = exec.working_dir.as_ref().filter(|dir| !dir.is_empty()) {
        command.current_dir(dir);
    }
    let mut child = begin(&mut command, group)?;
    // Our own ends of the pipe go, so that reading ends with the command.
    drop(command);
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        let text = String::from_utf8_lossy(&bytes);
        line(text.trim_end_matches(['\n', '\r']));
        output.push_str(&text);
        keep_tail(output);
        bytes.clear();
    }
    let status = child.wait();
    // From now on its number may be another's.
    *group.lock().unwrap_or_else(PoisonError::into_inner) = Group::None;
    status
}

fn keep_tail(output: &mut String) {
    if output.len() > 2 * TAIL {
        let mut at = output.len() - TAIL;
        while !output.is_char_boundary(at) {
            at += 1;
        }
        output.drain(..at);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::source::SourceMap;

    fn check(command: &str, lines: &[&str], reason: Option<&str>) {
        let mut sources = SourceMap::new();
        let file = sources.add("main.tf".to_owned(), String::new());
        let exec = Exec {
            argv: ["/bin/sh", "-c", command].map(str::to_owned).to_vec(),
            working_dir: Some("/".to_owned()),
            environment: BTreeMap::from([("GREETING".to_owned(), "hello".to_owned())]),
            quiet: false,
            hidden: false,
            may_fail: false,
            span: crate::source::Span {
                file,
                start: 0,
                end: 0,
            },
        };
        let told = Mutex::new(Vec::new());
        let result = run(&exec, &Mutex::default(), &|line| {
            told.lock().unwrap().push(line.to_owned())
        });
        assert_eq!(*told.lock().unwrap(), lines);
        assert_eq!(result.err().map(|failure| failure.reason).as_deref(), reason);
    }

    #[test]
    fn output_of_both_kinds_comes_line_by_line() {
        check(
            "echo one; echo two >&2; printf three",
            &["one", "two", "three"],
            None,
        );
        check("echo $GREETING from $(pwd)", &["hello from /"], None);
    }

    #[test]
    fn a_command_that_fails_says_how() {
        check("echo so far; exit 3", &["so far"], Some("exit status 3"));
    }
}
