//! Failures on request, for those who test clients: a header of a request says what shall go wrong. Nothing of it
//! happens unless the platform was opened with [`crate::platform::Config::faults`].

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};

use crate::platform::error::Refusal;

/// The header that asks for a failure.
pub const HEADER: &str = "x-platform-fault";

/// What shall go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `answer=CODE`: nothing is done, and that HTTP code is answered.
    Answer(StatusCode),
    /// `refuse`: nothing is done, and the connection is closed without an answer.
    Refuse,
    /// `lose`: the call is done, and the connection is closed without an answer.
    Lose,
    /// `delay=MILLISECONDS`: the call is done later.
    Delay(Duration),
}

/// Put on an answer that shall never reach its client: the connection is closed instead.
#[derive(Debug, Clone, Copy)]
pub struct Unsent;

/// What the headers ask for.
///
/// # Errors
/// Wrong input if the header says nothing that is known.
pub fn asked(headers: &HeaderMap) -> Result<Option<Fault>, Refusal> {
    let Some(value) = headers.get(HEADER) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    let fault = match text.split_once('=') {
        None if text == "refuse" => Some(Fault::Refuse),
        None if text == "lose" => Some(Fault::Lose),
        Some(("answer", code)) => code
            .parse::<u16>()
            .ok()
            .filter(|code| (400..600).contains(code))
            .and_then(|code| StatusCode::from_u16(code).ok())
            .map(Fault::Answer),
        Some(("delay", ms)) => ms.parse().ok().map(Duration::from_millis).map(Fault::Delay),
        _ => None,
    };
    match fault {
        Some(fault) => Ok(Some(fault)),
        None => Err(Refusal::input(format!(
            "{HEADER} is one of answer=400..599, refuse, lose and delay=MILLISECONDS"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_has_four_forms() {
        let check = |text: &str| {
            asked(
                &[(HEADER.parse().unwrap(), text.parse().unwrap())]
                    .into_iter()
                    .collect(),
            )
        };
        assert_eq!(asked(&HeaderMap::new()), Ok(None));
        assert_eq!(
            check("answer=503"),
            Ok(Some(Fault::Answer(StatusCode::SERVICE_UNAVAILABLE)))
        );
        assert_eq!(check("refuse"), Ok(Some(Fault::Refuse)));
        assert_eq!(check("lose"), Ok(Some(Fault::Lose)));
        assert_eq!(
            check("delay=20"),
            Ok(Some(Fault::Delay(Duration::from_millis(20))))
        );
        for wrong in ["", "answer", "answer=200", "answer=x", "delay=-1", "explode"] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}
