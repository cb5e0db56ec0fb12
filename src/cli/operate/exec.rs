//! `exec`: a command inside of an instance.
//!
//! With a terminal it is ours: raw, its size told at the start, and left with the detach keys. Without one standard
//! input, output and error are the command's. Its exit code is ours where the platform tells it; the API's page has no
//! place for it, so a platform of others may not.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use crate::api::exec::Connection;
use crate::api::frames::{Decoder, Stream};
use crate::api::wire::{ExecRequest, Status};
use crate::api::{Client, Exec as Led};
use crate::cli::args::Assignment;
use crate::cli::ui::Ui;
use crate::cli::{Answer, codes};
use crate::diag::Diagnostic;
use crate::host::{Terminal, tty};

use super::keys::Keys;
use super::options::Exec;
use super::outlet::Outlet;
use super::reach::at;
use super::refused;
use super::spot::{Found, Spot};

/// What a command came to.
enum End {
    /// With this code.
    Code(i32),
    /// With one that nobody tells.
    Untold,
    /// It may go on; we left.
    Left,
}

/// Runs it.
pub async fn run(ui: &mut Ui, options: &Exec, assignments: &[Assignment]) -> Answer {
    let keys = Keys::parse(&options.detach_keys).map_err(|reason| {
        Diagnostic::error(&codes::USAGE, format!("-detach-keys cannot be read: {reason}."))
    })?;
    let (reach, spot) = at(ui, &options.place, assignments, &options.address).await?;
    let end = carry_out(ui, &reach.client, &spot, options, keys).await;
    reach.close().await;
    match end? {
        End::Code(code) => Ok(u8::try_from(code).unwrap_or(255)),
        End::Untold => {
            ui.note("The platform does not tell how the command ended.");
            Ok(0)
        }
        End::Left => Ok(0),
    }
}

/// The instance: the one that is named, or the first that is up.
fn choose(ui: &Ui, spot: &Spot, found: Vec<Found>) -> Result<Found, Diagnostic> {
    let many = found.len() > 1;
    let up = |found: &Found| found.instance.status == Status::Up;
    let one = found.iter().find(|found| up(found)).or(found.first()).cloned();
    let one = one.ok_or_else(|| {
        let detail = format!(
            "The {} has no instance now, so nothing can run in it.",
            spot.named()
        );
        Diagnostic::error(&codes::BAD_SPOT, detail)
    })?;
    if many {
        ui.note(&format!("Running in {}, one of {}.", one.label(), found.len()));
    }
    Ok(one)
}

async fn carry_out(
    ui: &Ui,
    client: &Client,
    spot: &Spot,
    options: &Exec,
    keys: Keys,
) -> Result<End, Diagnostic> {
    let instance = choose(ui, spot, spot.instances(client).await?)?.instance.id;
    let terminal = Terminal::of_process();
    let with_tty = !options.detach && options.tty.unwrap_or(terminal.stdin && terminal.stdout);
    let size = if with_tty { tty::size() } else { None };
    let request = ExecRequest {
        cmd: options.command.clone(),
        detach: options.detach,
        attach_stdin: !options.detach,
        attach_stdout: !options.detach,
        attach_stderr: !options.detach,
        raw: with_tty,
        tty: with_tty,
        exit_code: !options.detach,
        rows: size.map(|(rows, _)| rows),
        columns: size.map(|(_, columns)| columns),
    };
    let led = client
        .exec(spot.org(), &instance, &request)
        .await
        .map_err(|error| refused(&format!("to run a command in the {}", spot.named()), &error))?;
    match led {
        Led::Detached => {
            ui.print("The command has been started.\n");
            Ok(End::Left)
        }
        Led::Output(bytes, code) => {
            Outlet::out().write(&bytes);
            Ok(code.map_or(End::Untold, End::Code))
        }
        Led::Upgraded { connection, framed } => {
            let raw = if with_tty { tty::Raw::enter() } else { Ok(None) };
            let raw = raw.map_err(|reason| {
                Diagnostic::error(
                    &codes::FILE,
                    format!("The terminal cannot be made raw: {reason}."),
                )
            })?;
            let end = Session::new(framed, with_tty, keys).run(*connection).await;
            drop(raw);
            if matches!(end, Ok(End::Left)) {
                ui.note("\nLeft the session.");
            }
            end
        }
    }
}

/// What is typed or comes from a pipe, until it ends.
fn typed() -> mpsc::Receiver<Vec<u8>> {
    let (send, bytes) = mpsc::channel(16);
    // It may wait for input for ever, so nobody waits for it.
    std::thread::spawn(move || {
        use std::io::Read;
        let mut buffer = vec![0; 8 * 1024];
        loop {
            match std::io::stdin().lock().read(&mut buffer) {
                Ok(0) | Err(_) => return,
                Ok(count) => {
                    let piece = buffer.get(..count).unwrap_or_default().to_vec();
                    if send.blocking_send(piece).is_err() {
                        return;
                    }
                }
            }
        }
    });
    bytes
}

struct Session {
    decoder: Option<Decoder>,
    tty: bool,
    keys: Keys,
    out: Outlet,
    err: Outlet,
    code: Option<i32>,
}

impl Session {
    fn new(framed: bool, tty: bool, keys: Keys) -> Session {
        let (out, err) = (Outlet::out(), Outlet::err());
        let (out, err) = if tty { (out.raw(), err.raw()) } else { (out, err) };
        Session {
            decoder: framed.then(Decoder::default),
            tty,
            keys,
            out,
            err,
            code: None,
        }
    }

    /// Carries bytes both ways until the command ends, nobody reads, the keys are typed, or we are told to end.
    async fn run(mut self, connection: Connection) -> Result<End, Diagnostic> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).ok();
        let mut hang_up = signal(SignalKind::hangup()).ok();
        let (mut from, mut to) = tokio::io::split(connection);
        let mut input = Some(typed());
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let told = async {
                match (&mut terminate, &mut hang_up) {
                    (Some(terminate), Some(hang_up)) => tokio::select! {
                        _ = terminate.recv() => {}
                        _ = hang_up.recv() => {}
                    },
                    _ => std::future::pending().await,
                }
            };
            let given = async {
                match &mut input {
                    Some(input) => input.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                read = from.read(&mut buffer) => match read {
                    Ok(count @ 1..) => {
                        if !self.show(buffer.get(..count).unwrap_or_default()) {
                            return Ok(End::Left);
                        }
                    }
                    // A connection that breaks after the last frame has told all there is.
                    Ok(_) | Err(_) => return Ok(self.code.map_or(End::Untold, End::Code)),
                },
                bytes = given => match bytes {
                    Some(bytes) => {
                        let (bytes, leaves) = match self.tty {
                            true => self.keys.pass(&bytes),
                            false => (bytes, false),
                        };
                        // The command may not read any more; it still may write.
                        let _ = to.write_all(&bytes).await;
                        let _ = to.flush().await;
                        if leaves {
                            return Ok(End::Left);
                        }
                    }
                    None => {
                        input = None;
                        let _ = to.shutdown().await;
                    }
                },
                () = told => return Ok(End::Code(143)),
            }
        }
    }

    /// Shows what has come. False when nobody reads any more.
    fn show(&mut self, bytes: &[u8]) -> bool {
        let Some(decoder) = &mut self.decoder else {
            return self.out.write(bytes);
        };
        let Ok(frames) = decoder.push(bytes) else {
            // Not every server keeps to frames where it should; then it is plain bytes from here on.
            self.decoder = None;
            return self.out.write(bytes);
        };
        frames.iter().all(|frame| match frame.stream {
            Stream::Stdin | Stream::Stdout => self.out.write(&frame.bytes),
            Stream::Stderr => self.err.write(&frame.bytes),
            Stream::Exit => {
                let text = String::from_utf8_lossy(&frame.bytes);
                self.code = text.trim().parse().ok();
                true
            }
        })
    }
}
