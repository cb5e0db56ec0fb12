//! The shape of answers: the response codes of the reference page's section "Response Codes", and the envelope
//! `{status_code, status_text, data}`. It decides nothing; it only prints.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::platform::error::Refusal;

/// The response codes of the section "Response Codes".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Code {
    Data,
    Up,
    Down,
    Created,
    Started,
    Stopped,
    Updated,
    Deleted,
    NotFound,
    AlreadyExists,
    InvalidCredentials,
    ConditionTrue,
    ConditionFalse,
    WrongInput,
    UserError,
    ServerError,
    InvalidVersion,
}

impl Code {
    /// Every code, its number and its text. The texts of 10000, 10003-10007 are the page's; the others are those
    /// that clients of the time compared with.
    pub const TABLE: &'static [(Code, u32, &'static str)] = &[
        (Code::Data, 10000, "success"),
        (Code::Up, 10001, "resource up"),
        (Code::Down, 10002, "resource down"),
        (Code::Created, 10003, "resource created"),
        (Code::Started, 10004, "resource started"),
        (Code::Stopped, 10005, "resource stopped"),
        (Code::Updated, 10006, "resource updated"),
        (Code::Deleted, 10007, "resource deleted"),
        (Code::NotFound, 10008, "resource not found"),
        (Code::AlreadyExists, 10009, "resource already exists"),
        (Code::InvalidCredentials, 10010, "resource invalid credentials"),
        (Code::ConditionTrue, 10011, "condition true"),
        (Code::ConditionFalse, 10012, "condition false"),
        (Code::WrongInput, 10013, "wrong input"),
        (Code::UserError, 10014, "user error"),
        (Code::ServerError, 10015, "server error"),
        (Code::InvalidVersion, 10016, "invalid version"),
    ];

    fn row(self) -> (u32, &'static str) {
        Code::TABLE
            .iter()
            .find(|(code, _, _)| *code == self)
            .map_or((10015, "server error"), |(_, number, text)| (*number, *text))
    }

    /// The number, 10000 to 10016.
    pub fn number(self) -> u32 {
        self.row().0
    }

    /// The usual text.
    pub fn text(self) -> &'static str {
        self.row().1
    }
}

/// What a method answers when it is done.
#[derive(Debug)]
pub enum Reply {
    /// A code with its usual text.
    Done(Code),
    /// A code with another text: "Stop a Service" answers 10004 and says "resource stopped".
    Said(Code, &'static str),
    /// 10000 with data.
    Data(Value),
    /// Lines of text, as the logs are.
    Text(String),
    /// Anything else, whole.
    Whole(Box<Response>),
}

fn envelope(http: StatusCode, code: Code, text: &str, data: Option<Value>) -> Response {
    let mut body = Map::new();
    body.insert("status_code".to_owned(), code.number().into());
    body.insert("status_text".to_owned(), text.into());
    if let Some(data) = data {
        body.insert("data".to_owned(), data);
    }
    (http, Json(Value::Object(body))).into_response()
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self {
            Reply::Done(code) => envelope(StatusCode::OK, code, code.text(), None),
            Reply::Said(code, text) => envelope(StatusCode::OK, code, text, None),
            Reply::Data(data) => envelope(StatusCode::OK, Code::Data, Code::Data.text(), Some(data)),
            Reply::Text(text) => text.into_response(),
            Reply::Whole(response) => *response,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (http, code, text) = self.answer();
        let mut response = envelope(http, code, &text, None);
        if let Refusal::Throttled(seconds) = self {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if http == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("giantswarm realm=\"Giant Swarm API V1\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_numbered_without_a_gap() {
        let numbers: Vec<u32> = Code::TABLE.iter().map(|(_, number, _)| *number).collect();
        assert_eq!(numbers, (10000..=10016).collect::<Vec<u32>>());
    }
}
