//! Exec: a command inside an instance, over the upgraded connection. With `raw` or `tty` the stream is plain bytes,
//! otherwise docker's frames: one byte for the output, three zeros, the length in four bytes, the bytes. Who asks with
//! `exit-code` gets frames in any case, and the exit code as the last one. Without an upgrade the answer is text, once
//! the command has ended.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use bytes::{BufMut, Bytes, BytesMut};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use crate::api::exec::{EXIT_CODE, FRAMES};
use crate::platform::answer::{Code, Reply};
use crate::platform::core::Platform;
use crate::platform::error::Refusal;
use crate::platform::instances::workload;
use crate::platform::routes::Call;
use crate::platform::runtime::{Command, Output, Streams, Workload};
use crate::platform::timeline::{Phase, phase};

/// The most text a command may answer without an upgrade.
const MOST_TEXT: usize = 4 * 1024 * 1024;
/// The number of the frame that carries the exit code, for who asked for it.
const EXIT: u8 = 3;

/// The JSON of a request; names as in the section "Execute a Remote Command on an Instance".
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Asked {
    cmd: Vec<String>,
    #[serde(default)]
    detach: bool,
    #[serde(default)]
    attach_stdin: bool,
    attach_stdout: Option<bool>,
    attach_stderr: Option<bool>,
    #[serde(default)]
    raw: bool,
    #[serde(default)]
    tty: bool,
    /// Beyond the page: all output in frames, and the exit code as the last one.
    #[serde(default)]
    exit_code: bool,
    /// Beyond the page: the size of the terminal.
    #[serde(default)]
    rows: Option<u16>,
    #[serde(default)]
    columns: Option<u16>,
}

impl Asked {
    /// Whether an output is wanted. Who asks for neither nor against any gets both.
    fn wants(&self, output: Output) -> bool {
        let both = self.attach_stdout.is_none() && self.attach_stderr.is_none();
        let asked = match output {
            Output::Out => self.attach_stdout,
            Output::Err => self.attach_stderr,
        };
        asked.unwrap_or(both)
    }

    fn framed(&self) -> bool {
        self.exit_code || (!self.raw && !self.tty)
    }
}

/// One frame of docker's attach protocol.
pub fn frame(output: Output, bytes: &[u8]) -> Bytes {
    numbered(output as u8, bytes)
}

fn numbered(stream: u8, bytes: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(bytes.len().saturating_add(8));
    out.put_slice(&[stream, 0, 0, 0]);
    out.put_u32(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    out.put_slice(bytes);
    out.freeze()
}

fn wants_upgrade(headers: &HeaderMap) -> bool {
    let names = |name: header::HeaderName, token: &str| {
        headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| {
                value
                    .split(',')
                    .any(|part| part.trim().eq_ignore_ascii_case(token))
            })
    };
    names(header::CONNECTION, "upgrade") && names(header::UPGRADE, "tcp")
}

/// `POST /v1/org/{org}/instance/{instance}/exec`.
pub async fn exec(mut call: Call) -> Result<Reply, Refusal> {
    let upgrade = match wants_upgrade(call.request.headers()) {
        true => call.request.extensions_mut().remove::<OnUpgrade>(),
        false => None,
    };
    let asked: Asked = call.json().await?;
    if asked.cmd.is_empty() {
        return Err(Refusal::input("cmd is an empty list, a command is wanted"));
    }
    let now = call.platform.now();
    let workload = workload(&call, now)?;
    if phase(&workload.instance, now) != Phase::Up {
        return Err(Refusal::input("the instance is not up"));
    }
    let platform = call.platform;
    let turn = std::sync::Arc::clone(&platform.sessions)
        .try_acquire_owned()
        .map_err(|_| Refusal::Crowded)?;
    if asked.detach {
        let limit = platform.config().limits.session;
        let (process, output) = start(&platform, workload, &asked, None);
        let ending = platform.ending.clone();
        platform.tasks.spawn(async move {
            let _turn = turn;
            tokio::select! {
                _ = both(process, drain(output)) => {}
                () = ending.cancelled() => {}
                () = tokio::time::sleep(limit) => {}
            }
        });
        return Ok(Reply::Done(Code::Data));
    }
    match upgrade {
        Some(upgrade) => Ok(hijack(&platform, upgrade, workload, asked, turn)),
        None => text(&platform, workload, &asked).await,
    }
}

type Process = futures::future::BoxFuture<'static, i32>;
type Outputs = mpsc::Receiver<(Output, Bytes)>;

/// The running command and its outputs; `input` is what it reads, or nothing.
fn start(
    platform: &Platform,
    workload: Workload,
    asked: &Asked,
    input: Option<mpsc::Receiver<Bytes>>,
) -> (Process, Outputs) {
    let (send, output) = mpsc::channel(16);
    let input = input.unwrap_or_else(|| mpsc::channel(1).1);
    let command = Command {
        argv: asked.cmd.clone(),
        tty: asked.tty,
        size: asked.rows.zip(asked.columns),
    };
    let process = platform
        .runtime()
        .exec(workload, command, Streams { input, output: send });
    (process, output)
}

async fn both<T>(process: Process, output: impl Future<Output = T>) -> (i32, T) {
    tokio::join!(process, output)
}

async fn drain(mut output: Outputs) {
    while output.recv().await.is_some() {}
}

/// Waits for the command and answers what it wrote.
async fn text(platform: &Platform, workload: Workload, asked: &Asked) -> Result<Reply, Refusal> {
    let limit = platform.config().limits.request.mul_f32(0.9);
    let (process, mut output) = start(platform, workload, asked, None);
    let collect = async {
        let mut text = BytesMut::new();
        while let Some((from, bytes)) = output.recv().await {
            if asked.wants(from) && text.len().saturating_add(bytes.len()) <= MOST_TEXT {
                text.extend_from_slice(&bytes);
            }
        }
        text.freeze()
    };
    let (code, text) = tokio::select! {
        done = both(process, collect) => done,
        () = platform.ending.cancelled() => return Err(Refusal::Broken("the platform is closing".to_owned())),
        () = tokio::time::sleep(limit) => return Err(Refusal::TooSlow),
    };
    let mut response = ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response();
    response.headers_mut().insert(EXIT_CODE, HeaderValue::from(code));
    Ok(Reply::Whole(Box::new(response)))
}

/// Answers 101 and gives the connection to the command.
fn hijack(
    platform: &std::sync::Arc<Platform>,
    upgrade: OnUpgrade,
    workload: Workload,
    asked: Asked,
    turn: OwnedSemaphorePermit,
) -> Reply {
    let owner = std::sync::Arc::clone(platform);
    let exit_code = asked.exit_code;
    platform.tasks.spawn(async move {
        let _turn = turn;
        let ending = owner.ending.clone();
        let limit = owner.config().limits.session;
        let opened = tokio::select! {
            opened = tokio::time::timeout(Duration::from_secs(10), upgrade) => opened,
            () = ending.cancelled() => return,
        };
        let Ok(Ok(stream)) = opened else { return };
        tokio::select! {
            () = converse(&owner, TokioIo::new(stream), workload, &asked) => {}
            () = ending.cancelled() => {}
            () = tokio::time::sleep(limit) => {}
        }
    });
    let kind = match exit_code {
        true => FRAMES,
        // What this API always said, with frames or without.
        false => "application/vnd.docker.raw-stream",
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("tcp"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    Reply::Whole(Box::new(response))
}

/// Carries bytes between the client and the command until the command ends or the client is gone.
async fn converse(
    platform: &Platform,
    stream: impl AsyncRead + AsyncWrite,
    workload: Workload,
    asked: &Asked,
) {
    let (mut from_client, mut to_client) = tokio::io::split(stream);
    let (give, input) = mpsc::channel::<Bytes>(16);
    let (process, mut output) = start(platform, workload, asked, Some(input));
    let attached = asked.attach_stdin;
    let feed = async move {
        let mut give = attached.then_some(give);
        let mut buffer = BytesMut::with_capacity(8 * 1024);
        // Read on even when nobody takes the bytes, so that the client is not held up.
        while let Ok(1..) = from_client.read_buf(&mut buffer).await {
            let bytes = buffer.split().freeze();
            if let Some(open) = &give
                && open.send(bytes).await.is_err()
            {
                give = None;
            }
            buffer.reserve(8 * 1024);
        }
        drop(give);
        std::future::pending::<()>().await;
    };
    let print = async move {
        while let Some((from, bytes)) = output.recv().await {
            if !asked.wants(from) && !asked.tty {
                continue;
            }
            let bytes = if asked.framed() {
                frame(from, &bytes)
            } else {
                bytes
            };
            if to_client.write_all(&bytes).await.is_err() || to_client.flush().await.is_err() {
                break;
            }
        }
        // What the command still writes is refused from here on, which ends it.
        drop(output);
        to_client
    };
    tokio::select! {
        (code, mut to_client) = both(process, print) => {
            if asked.exit_code {
                let _ = to_client.write_all(&numbered(EXIT, code.to_string().as_bytes())).await;
            }
            let _ = to_client.shutdown().await;
        }
        () = feed => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_dockers() {
        assert_eq!(
            frame(Output::Err, b"ab").as_ref(),
            &[2, 0, 0, 0, 0, 0, 0, 2, b'a', b'b']
        );
    }

    #[test]
    fn an_upgrade_needs_both_headers() {
        let check = |pairs: &[(&'static str, &'static str)]| {
            let headers = pairs.iter().map(|(name, value)| {
                (
                    header::HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            });
            wants_upgrade(&headers.collect())
        };
        assert!(check(&[("connection", "Upgrade"), ("upgrade", "tcp")]));
        assert!(check(&[
            ("connection", "keep-alive, upgrade"),
            ("upgrade", "TCP")
        ]));
        assert!(!check(&[("connection", "keep-alive"), ("upgrade", "tcp")]));
        assert!(!check(&[("connection", "upgrade"), ("upgrade", "websocket")]));
    }
}
