//! `lsp`: a language server for editors, over standard input and output.
//!
//! It tells what `validate` tells while one types, completes blocks, arguments and references, says what a word means,
//! finds where a name is declared, and formats. It asks no platform and writes no file.

mod complete;
mod cursor;
mod find;
mod texts;

use std::path::PathBuf;

use clap::Args;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};
use serde_json::{Value, json};

use crate::diag::Diagnostic;

use super::ui::Ui;
use super::{Answer, codes};
use texts::{Analysis, Texts};

/// Options of `lsp`.
#[derive(Args, Debug)]
pub struct Lsp {
    /// Accepted for editors; there is no other way
    #[arg(long, hide = true)]
    pub stdio: bool,
}

/// Runs it until the editor says goodbye.
pub fn run(_: &mut Ui, _: &Lsp) -> Answer {
    let (connection, threads) = Connection::stdio();
    let fault =
        |what: &str| Diagnostic::error(&codes::LSP, format!("The session with the editor broke: {what}."));
    let abilities = json!({
        "textDocumentSync": 1,
        "completionProvider": { "triggerCharacters": [".", "\""] },
        "hoverProvider": true,
        "definitionProvider": true,
        "documentFormattingProvider": true,
    });
    connection
        .initialize(abilities)
        .map_err(|error| fault(&error.to_string()))?;
    let mut server = Server {
        texts: Texts::default(),
        told: Vec::new(),
    };
    for message in &connection.receiver {
        match message {
            Message::Request(request) => {
                if connection
                    .handle_shutdown(&request)
                    .map_err(|error| fault(&error.to_string()))?
                {
                    break;
                }
                let answer = server.answer(request);
                connection
                    .sender
                    .send(answer.into())
                    .map_err(|error| fault(&error.to_string()))?;
            }
            Message::Notification(notification) => {
                for told in server.hear(&notification) {
                    connection
                        .sender
                        .send(told.into())
                        .map_err(|error| fault(&error.to_string()))?;
                }
            }
            Message::Response(_) => {}
        }
    }
    drop(connection);
    threads.join().map_err(|error| fault(&error.to_string()))?;
    Ok(0)
}

struct Server {
    texts: Texts,
    /// The files that diagnostics were told of, to take them back.
    told: Vec<PathBuf>,
}

/// The document and the place that a request speaks of.
fn place(params: &Value) -> Option<(PathBuf, u32, u32)> {
    let path = document(params)?;
    let number = |name: &str| u32::try_from(params.pointer(&format!("/position/{name}"))?.as_u64()?).ok();
    Some((path, number("line")?, number("character")?))
}

fn document(params: &Value) -> Option<PathBuf> {
    texts::path(params.pointer("/textDocument/uri")?.as_str()?)
}

impl Server {
    fn answer(&mut self, request: Request) -> Response {
        let params = &request.params;
        let result = match request.method.as_str() {
            "textDocument/completion" => self.at(params, complete::at),
            "textDocument/hover" => self.at(params, find::hover),
            "textDocument/definition" => self.at(params, find::definition),
            "textDocument/formatting" => document(params).map(|path| self.texts.formatted(&path)),
            other => {
                let text = format!("{other} is not known here");
                return Response::new_err(request.id, ErrorCode::MethodNotFound as i32, text);
            }
        };
        Response::new_ok(request.id, result.unwrap_or_default())
    }

    fn at(&self, params: &Value, answer: impl Fn(&Analysis, &cursor::Cursor) -> Value) -> Option<Value> {
        let (path, line, character) = place(params)?;
        let text = self.texts.text(&path)?;
        let cursor = cursor::Cursor::of(&text, line, character);
        let analysis = Analysis::of(&self.texts, path.parent()?);
        Some(answer(&analysis, &cursor))
    }

    /// Takes over what the editor tells, and gives what is to be told.
    fn hear(&mut self, notification: &Notification) -> Vec<Notification> {
        let params = &notification.params;
        let Some(path) = document(params) else {
            return Vec::new();
        };
        let text = |pointer: &str| params.pointer(pointer)?.as_str().map(str::to_owned);
        match notification.method.as_str() {
            "textDocument/didOpen" => self.texts.open(&path, text("/textDocument/text")),
            "textDocument/didChange" => {
                let changes = params.get("contentChanges").and_then(Value::as_array);
                let last = changes.and_then(|changes| changes.last()?.get("text")?.as_str());
                self.texts.open(&path, last.map(str::to_owned));
            }
            "textDocument/didClose" => self.texts.open(&path, None),
            "textDocument/didSave" => {}
            _ => return Vec::new(),
        }
        let Some(dir) = path.parent() else {
            return Vec::new();
        };
        let found = Analysis::of(&self.texts, dir).diagnostics();
        let mut all: Vec<(PathBuf, Vec<Value>)> = found.into_iter().collect();
        let gone = self
            .told
            .iter()
            .filter(|path| !all.iter().any(|(other, _)| other == *path));
        let gone: Vec<(PathBuf, Vec<Value>)> = gone.map(|path| (path.clone(), Vec::new())).collect();
        all.extend(gone);
        self.told = all
            .iter()
            .filter(|(_, list)| !list.is_empty())
            .map(|(path, _)| path.clone())
            .collect();
        all.into_iter()
            .map(|(path, diagnostics)| {
                let params = json!({ "uri": texts::uri(&path), "diagnostics": diagnostics });
                Notification::new("textDocument/publishDiagnostics".to_owned(), params)
            })
            .collect()
    }
}
