//! `exec`: a command in an instance, over an upgraded connection.
//!
//! With `detach` the answer comes at once. Without it the server takes over the connection: what is written
//! to it is the command's standard input, what is read from it are frames (or bytes, with a terminal). The
//! request timeout holds until the connection is upgraded only as far as the HTTP client lets it; a caller
//! that waits for a command sets its own limit.

use reqwest::header::{CONNECTION, CONTENT_TYPE, HeaderMap, HeaderValue, UPGRADE};

use crate::api::client::Client;
use crate::api::error::{ApiError, ErrorKind};
use crate::api::paths;
use crate::api::transport::{Request, request_id};
use crate::api::wire::ExecRequest;

/// What `exec` led to.
pub enum Exec {
    /// The command was started and left alone.
    Detached,
    /// The connection now belongs to the command: write its input to it, and read its output.
    Upgraded {
        /// The connection.
        connection: Box<Connection>,
        /// Whether what is read comes in frames.
        framed: bool,
    },
    /// The server did not upgrade but answered with the output itself, and the exit code if it tells it.
    Output(Vec<u8>, Option<i32>),
}

/// The connection of a command.
pub type Connection = reqwest::Upgraded;

/// The content type of a stream of frames, as docker names it.
pub const FRAMES: &str = "application/vnd.docker.multiplexed-stream";

/// The header with the exit code of a command that has ended.
pub const EXIT_CODE: &str = "x-exit-code";

impl Client {
    /// Runs a command in an instance.
    pub async fn exec(&self, org: &str, instance: &str, exec: &ExecRequest) -> Result<Exec, ApiError> {
        let body = serde_json::to_value(exec).unwrap_or_default();
        let request = Request::post(paths::instance_verb(org, instance, "exec")).body(body);
        if exec.detach {
            self.transport.send(&request).await?;
            return Ok(Exec::Detached);
        }
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("tcp"));
        let token = self.transport.current_token().await?;
        let begun = self.transport.start(&request, Some(&token), headers).await;
        let (response, _permit, began) = begun.map_err(|failed| failed.error)?;
        let status = response.status().as_u16();
        self.transport
            .record(&request, (Some(status), None, request_id(&response)), began);
        let broken = |text: String| ApiError {
            method: request.method,
            path: request.path.clone(),
            status: Some(status),
            code: None,
            text,
            kind: ErrorKind::Broken,
        };
        let told = |name: &str| response.headers().get(name)?.to_str().ok().map(str::to_owned);
        if status == 101 {
            let framed = told("content-type").as_deref() == Some(FRAMES) || !(exec.raw || exec.tty);
            return match response.upgrade().await {
                Ok(connection) => Ok(Exec::Upgraded {
                    connection: Box::new(connection),
                    framed,
                }),
                Err(_) => Err(broken("the connection was not handed over".to_owned())),
            };
        }
        let code = told(EXIT_CODE).and_then(|code| code.parse().ok());
        let bytes = response
            .bytes()
            .await
            .map_err(|_| broken("the connection broke in the middle of the output".to_owned()))?;
        if (200..300).contains(&status) {
            return Ok(Exec::Output(bytes.to_vec(), code));
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        self.transport
            .interpret(&request, Some(&token), status, text)
            .map(|_| Exec::Detached)
    }
}
