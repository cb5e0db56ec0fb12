//! Commands for what is not state: who one is, how things are, what they write, a command inside of them, and an
//! operator's start and stop in an emergency.
//!
//! None of them reads or writes more of the state than where an address leads, and none takes its lock. What they
//! change on the platform the next plan shows as drift.

mod definition;
mod exec;
mod keys;
mod login;
mod logs;
pub mod options;
mod outlet;
mod power;
mod reach;
mod spot;
mod status;

use crate::api::{ApiError, ErrorKind};
use crate::diag::Diagnostic;

use super::codes;

pub(super) use definition::definition;
pub use exec::run as exec;
pub use login::{login, logout, whoami};
pub use logs::run as logs;
pub use power::{start, stop};
pub(super) use reach::at;
pub(super) use spot::is_of_state;
pub use status::{ping, stats, status};

/// A call that failed. `what` is the aim, as in "to log in".
fn refused(what: &str, error: &ApiError) -> Diagnostic {
    let advice = match error.kind {
        ErrorKind::Unauthorized => {
            "The platform does not accept who you say you are. A token lives for 30 days and ends when the password \
             changes; \"swarmform login\" gets a new one."
        }
        ErrorKind::Forbidden => {
            "You are not a member of the organization, or there is none of this name. \"swarmform whoami\" lists your \
             organizations."
        }
        ErrorKind::NotFound => {
            "There is no such thing on the platform. \"swarmform status ORG\" lists what an organization has."
        }
        ErrorKind::Connect => "Check the endpoint, and whether the platform runs.",
        ErrorKind::Broken => {
            "The connection was cut before the answer was whole. Look whether it was carried out, and try again."
        }
        ErrorKind::WrongInput => "The platform does not take this; it may not be up.",
        ErrorKind::Server | ErrorKind::Timeout | ErrorKind::TooManyRequests => "Try again later.",
        ErrorKind::AlreadyExists | ErrorKind::InvalidVersion | ErrorKind::Protocol => {
            "What answered does not keep to the API V1; check the endpoint."
        }
    };
    Diagnostic::error(&codes::PLATFORM, format!("It failed {what}. {error}. {advice}"))
}
