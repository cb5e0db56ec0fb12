//! The log of an instance that goes on: `follow=true`, beyond the API's page.
//!
//! A server that does not know the key answers with the last lines and ends; whoever follows looks again then. Nothing
//! here takes lines apart.

use bytes::Bytes;
use reqwest::header::HeaderMap;

use crate::api::client::Client;
use crate::api::error::{ApiError, ErrorKind};
use crate::api::http::{broken, read_body};
use crate::api::paths;
use crate::api::transport::{Request, request_id};

/// A log that goes on, piece by piece.
pub struct LogStream {
    response: reqwest::Response,
    path: String,
}

impl LogStream {
    /// The next piece, cut anywhere; none when the server has ended it.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        self.response.chunk().await.map_err(|error| {
            let (kind, text) = broken(&error);
            ApiError {
                method: "GET",
                path: self.path.clone(),
                status: None,
                code: None,
                text,
                kind,
            }
        })
    }
}

impl Client {
    /// The last lines of an instance's log and those to come.
    pub async fn follow(&self, org: &str, instance: &str, lines: Option<u32>) -> Result<LogStream, ApiError> {
        let mut request = Request::get(paths::instance_verb(org, instance, "logs"));
        request.endless = true;
        request.query = match lines {
            Some(lines) => format!("t={lines}&follow=true"),
            None => "follow=true".to_owned(),
        };
        let token = self.transport.current_token().await?;
        let begun = self
            .transport
            .start(&request, Some(&token), HeaderMap::new())
            .await;
        // The turn is given back with the head: a log that goes on must not keep others waiting.
        let (response, _, began) = begun.map_err(|failed| failed.error)?;
        let status = response.status().as_u16();
        self.transport
            .record(&request, (Some(status), None, request_id(&response)), began);
        let path = request.path.clone();
        if status == 200 {
            return Ok(LogStream { response, path });
        }
        let body = read_body(response).await;
        let fault = |kind, text| ApiError {
            method: "GET",
            path: path.clone(),
            status: Some(status),
            code: None,
            text,
            kind,
        };
        let text = body.map_err(|(kind, text)| fault(kind, text))?;
        self.transport.interpret(&request, Some(&token), status, text)?;
        Err(fault(ErrorKind::Protocol, "the answer is no log".to_owned()))
    }
}
