//! The commands that simulated instances know: a handful of programs and a small shell with quotes, variables, `;`,
//! `&&` and `||`. It runs nothing on the machine; pipes, redirections and everything else are refused with a text
//! on standard error, as a shell would.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;

use crate::platform::runtime::{Command, Output, Streams, Workload};

/// How deep one shell may start another.
const DEPTH: u32 = 8;
/// The longest line a shell takes.
const LINE: usize = 64 * 1024;

/// Nobody listens any more: the command ends, as by SIGPIPE.
struct HungUp;

type Ran = Result<i32, HungUp>;

/// Runs a command and answers its exit code.
pub async fn run(workload: Workload, command: Command, streams: Streams) -> i32 {
    let mut variables = variables(&workload);
    if let Some((lines, columns)) = command.size {
        variables.insert("LINES".to_owned(), lines.to_string());
        variables.insert("COLUMNS".to_owned(), columns.to_string());
    }
    let mut shell = Shell {
        workload,
        variables,
        streams,
        tty: command.tty,
        last: 0,
        ended: false,
        depth: 0,
    };
    shell.program(command.argv).await.unwrap_or(141)
}

fn variables(workload: &Workload) -> BTreeMap<String, String> {
    let mut out = BTreeMap::from([
        ("HOME".to_owned(), "/root".to_owned()),
        ("HOSTNAME".to_owned(), workload.instance.id.clone()),
        (
            "PATH".to_owned(),
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
        ),
    ]);
    for pair in &workload.component.env {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        out.insert(name.to_owned(), value.to_owned());
    }
    out
}

struct Shell {
    workload: Workload,
    variables: BTreeMap<String, String>,
    streams: Streams,
    tty: bool,
    last: i32,
    ended: bool,
    depth: u32,
}

impl Shell {
    async fn write(&mut self, to: Output, text: &str) -> Result<(), HungUp> {
        if text.is_empty() {
            return Ok(());
        }
        let (to, text) = if self.tty {
            (Output::Out, text.replace('\n', "\r\n"))
        } else {
            (to, text.to_owned())
        };
        self.streams
            .output
            .send((to, Bytes::from(text)))
            .await
            .map_err(|_| HungUp)
    }

    async fn say(&mut self, text: &str, code: i32) -> Ran {
        self.write(Output::Out, text).await?;
        Ok(code)
    }

    async fn complain(&mut self, text: &str, code: i32) -> Ran {
        self.write(Output::Err, text).await?;
        Ok(code)
    }

    fn program(&mut self, argv: Vec<String>) -> BoxFuture<'_, Ran> {
        Box::pin(async move {
            let (name, args) = match argv.split_first() {
                Some((name, args)) => (name.as_str(), args),
                None => return Ok(0),
            };
            let bare = ["/bin/", "/usr/bin/"]
                .iter()
                .find_map(|dir| name.strip_prefix(dir))
                .unwrap_or(name);
            match bare {
                "true" | ":" => Ok(0),
                "false" => Ok(1),
                "echo" => self.echo(args).await,
                "env" | "printenv" => self.env(args).await,
                "hostname" => {
                    let text = format!("{}\n", self.workload.instance.id);
                    self.say(&text, 0).await
                }
                "whoami" => self.say("root\n", 0).await,
                "pwd" => self.say("/\n", 0).await,
                "ps" => self.ps(&argv).await,
                "ls" => self.ls(args).await,
                "df" => self.df().await,
                "cat" => self.cat(args).await,
                "sleep" => self.sleep(args).await,
                "exit" if self.depth > 0 => {
                    self.ended = true;
                    Ok(args
                        .first()
                        .and_then(|code| code.parse().ok())
                        .unwrap_or(self.last))
                }
                "sh" | "bash" => self.shell(args).await,
                _ => {
                    self.complain(&format!("{}: command not found\n", name.escape_debug()), 127)
                        .await
                }
            }
        })
    }

    async fn echo(&mut self, args: &[String]) -> Ran {
        let (end, words) = match args.split_first() {
            Some((flag, words)) if flag == "-n" => ("", words),
            _ => ("\n", args),
        };
        let text = format!("{}{end}", words.join(" "));
        self.say(&text, 0).await
    }

    async fn env(&mut self, args: &[String]) -> Ran {
        if args.is_empty() {
            let lines: String = self
                .variables
                .iter()
                .map(|(name, value)| format!("{name}={value}\n"))
                .collect();
            return self.say(&lines, 0).await;
        }
        let found: Vec<Option<String>> = args
            .iter()
            .map(|name| self.variables.get(name).cloned())
            .collect();
        let code = i32::from(found.iter().any(Option::is_none));
        let lines: String = found
            .into_iter()
            .flatten()
            .map(|value| format!("{value}\n"))
            .collect();
        self.say(&lines, code).await
    }

    async fn ps(&mut self, argv: &[String]) -> Ran {
        let component = &self.workload.component;
        let main = if component.command.is_empty() {
            &component.name
        } else {
            &component.command
        };
        let text = format!(
            "  PID TTY      STAT   TIME COMMAND\n    1 ?        Ss     0:00 {main}\n   92 ?        R+     0:00 {}\n",
            argv.join(" ")
        );
        self.say(&text, 0).await
    }

    async fn ls(&mut self, args: &[String]) -> Ran {
        const ROOT: [&str; 9] = ["bin", "dev", "etc", "home", "lib", "proc", "root", "tmp", "usr"];
        let path = args
            .iter()
            .find(|arg| !arg.starts_with('-'))
            .map_or("/", String::as_str);
        let bare = path.trim_end_matches('/');
        let mounts: Vec<&str> = self
            .workload
            .instance
            .volumes
            .iter()
            .map(|v| v.path.trim_matches('/'))
            .collect();
        let text = if bare.is_empty() {
            let tops = mounts.iter().filter_map(|mount| mount.split('/').next());
            let mut names: Vec<&str> = ROOT.iter().copied().chain(tops).collect();
            names.sort_unstable();
            names.dedup();
            names.iter().map(|name| format!("{name}\n")).collect()
        } else if mounts.contains(&bare.trim_start_matches('/'))
            || ROOT.contains(&bare.trim_start_matches('/'))
        {
            String::new()
        } else {
            let text = format!(
                "ls: cannot access {}: No such file or directory\n",
                path.escape_debug()
            );
            return self.complain(&text, 2).await;
        };
        self.say(&text, 0).await
    }

    async fn df(&mut self) -> Ran {
        let mut text = "Filesystem Size Mounted on\n/dev/root 10G /\n".to_owned();
        for volume in &self.workload.instance.volumes {
            text.push_str(&format!(
                "/dev/volume/{} {} {}\n",
                volume.id,
                volume.size.replace(' ', ""),
                volume.path
            ));
        }
        self.say(&text, 0).await
    }

    async fn cat(&mut self, args: &[String]) -> Ran {
        let mut code = 0;
        let names = if args.is_empty() {
            vec!["-".to_owned()]
        } else {
            args.to_vec()
        };
        for name in names {
            match name.as_str() {
                "-" => {
                    while let Some(bytes) = self.streams.input.recv().await {
                        self.streams
                            .output
                            .send((Output::Out, bytes))
                            .await
                            .map_err(|_| HungUp)?;
                    }
                }
                "/etc/hostname" => {
                    let text = format!("{}\n", self.workload.instance.id);
                    self.write(Output::Out, &text).await?;
                }
                other => {
                    let text = format!("cat: {}: No such file or directory\n", other.escape_debug());
                    code = self.complain(&text, 1).await?;
                }
            }
        }
        Ok(code)
    }

    async fn sleep(&mut self, args: &[String]) -> Ran {
        let seconds: Option<f64> = args.first().and_then(|arg| arg.parse().ok());
        match seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
            Some(time) => {
                tokio::select! {
                    () = tokio::time::sleep(time) => Ok(0),
                    () = self.streams.output.closed() => Err(HungUp),
                }
            }
            None => self.complain("sleep: a number of seconds is wanted\n", 1).await,
        }
    }

    async fn shell(&mut self, args: &[String]) -> Ran {
        if self.depth >= DEPTH {
            return self.complain("sh: too many shells\n", 2).await;
        }
        self.depth += 1;
        let code = match args {
            [flag, script, ..] if flag == "-c" => self.script(script).await,
            [] => self.interactive().await,
            [flag] if flag == "-i" || flag == "-l" => self.interactive().await,
            _ => {
                self.complain("sh: only -c SCRIPT and standard input are known\n", 2)
                    .await
            }
        };
        self.depth -= 1;
        self.ended = false;
        code
    }

    async fn script(&mut self, script: &str) -> Ran {
        let steps = match parse(script) {
            Ok(steps) => steps,
            Err(fault) => return self.complain(&format!("sh: {fault}\n"), 2).await,
        };
        for step in steps {
            let wanted = match step.when {
                When::Always => true,
                When::Success => self.last == 0,
                When::Failure => self.last != 0,
            };
            if !wanted {
                continue;
            }
            let argv: Vec<String> = step.words.iter().map(|word| self.expand(word)).collect();
            self.last = match argv.as_slice() {
                [one] if assignment(one).is_some() => {
                    if let Some((name, value)) = assignment(one) {
                        self.variables.insert(name.to_owned(), value.to_owned());
                    }
                    0
                }
                _ => self.program(argv).await?,
            };
            if self.ended {
                break;
            }
        }
        Ok(self.last)
    }

    fn expand(&self, word: &[Piece]) -> String {
        let value = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Variable(name) if name == "?" => self.last.to_string(),
            Piece::Variable(name) => self.variables.get(name).cloned().unwrap_or_default(),
        };
        word.iter().map(value).collect()
    }

    async fn interactive(&mut self) -> Ran {
        let mut line: Vec<u8> = Vec::new();
        if self.tty {
            self.write(Output::Out, "# ").await?;
        }
        while let Some(bytes) = self.streams.input.recv().await {
            for byte in bytes {
                match byte {
                    b'\n' | b'\r' => {
                        if self.tty {
                            self.write(Output::Out, "\n").await?;
                        }
                        let text = String::from_utf8_lossy(&line).into_owned();
                        line.clear();
                        self.last = self.script(&text).await?;
                        if self.ended {
                            return Ok(self.last);
                        }
                        if self.tty {
                            self.write(Output::Out, "# ").await?;
                        }
                    }
                    4 if self.tty && line.is_empty() => return Ok(self.last),
                    3 if self.tty => {
                        line.clear();
                        self.write(Output::Out, "^C\n# ").await?;
                    }
                    8 | 127 if self.tty => {
                        if line.pop().is_some() {
                            self.write(Output::Out, "\u{8} \u{8}").await?;
                        }
                    }
                    _ if line.len() >= LINE => return self.complain("sh: the line is too long\n", 2).await,
                    _ => {
                        line.push(byte);
                        if self.tty {
                            let echo = Bytes::copy_from_slice(&[byte]);
                            self.streams
                                .output
                                .send((Output::Out, echo))
                                .await
                                .map_err(|_| HungUp)?;
                        }
                    }
                }
            }
        }
        if line.is_empty() {
            return Ok(self.last);
        }
        let text = String::from_utf8_lossy(&line).into_owned();
        self.script(&text).await
    }
}

fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let good = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    good.then_some((name, value))
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Variable(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    Success,
    Failure,
}

#[derive(Debug)]
struct Step {
    when: When,
    words: Vec<Vec<Piece>>,
}

/// A script as steps, each a list of words.
fn parse(script: &str) -> Result<Vec<Step>, String> {
    let mut steps = vec![Step {
        when: When::Always,
        words: Vec::new(),
    }];
    let mut word: Option<Vec<Piece>> = None;
    let mut signs = script.chars().peekable();
    let mut quote: Option<char> = None;
    fn text(word: &mut Option<Vec<Piece>>, sign: char) {
        let word = word.get_or_insert_default();
        match word.last_mut() {
            Some(Piece::Text(text)) => text.push(sign),
            _ => word.push(Piece::Text(sign.to_string())),
        }
    }
    while let Some(sign) = signs.next() {
        match (quote, sign) {
            (Some(mark), _) if sign == mark => quote = None,
            (Some('\''), _) => text(&mut word, sign),
            (_, '\\') => match signs.next() {
                Some(next) => text(&mut word, next),
                None => text(&mut word, '\\'),
            },
            (_, '$') => {
                let braced = signs.next_if_eq(&'{').is_some();
                let mut name = String::new();
                if signs.next_if_eq(&'?').is_some() {
                    name.push('?');
                } else {
                    while let Some(sign) = signs.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
                        name.push(sign);
                    }
                }
                if braced && signs.next_if_eq(&'}').is_none() {
                    return Err("bad substitution".to_owned());
                }
                match name.is_empty() {
                    true => text(&mut word, '$'),
                    false => word.get_or_insert_default().push(Piece::Variable(name)),
                }
            }
            (Some(_), _) => text(&mut word, sign),
            (None, '\'' | '"') => {
                quote = Some(sign);
                word.get_or_insert_default();
            }
            (None, ' ' | '\t' | '\n' | '\r' | ';' | '&' | '|') => {
                if let (Some(word), Some(step)) = (word.take(), steps.last_mut()) {
                    step.words.push(word);
                }
                let when = match sign {
                    ';' | '\n' => When::Always,
                    '&' if signs.next_if_eq(&'&').is_some() => When::Success,
                    '|' if signs.next_if_eq(&'|').is_some() => When::Failure,
                    '&' | '|' => return Err(format!("{sign} is not known here")),
                    _ => continue,
                };
                steps.push(Step {
                    when,
                    words: Vec::new(),
                });
            }
            (None, '<' | '>' | '`' | '(' | ')') => return Err(format!("{sign} is not known here")),
            (None, '#') if word.is_none() => while signs.next_if(|c| *c != '\n').is_some() {},
            (None, _) => text(&mut word, sign),
        }
    }
    if quote.is_some() {
        return Err("a quote is not closed".to_owned());
    }
    if let (Some(word), Some(step)) = (word, steps.last_mut()) {
        step.words.push(word);
    }
    steps.retain(|step| !step.words.is_empty());
    Ok(steps)
}

#[cfg(test)]
#[path = "shell_tests.rs"]
mod tests;
