//! From a failed call to a message that says what is wrong, why, and what to do.

use crate::api::{ApiError, ErrorKind};
use crate::plan::semantics::Fault;
use crate::value::Path;

/// The fault of a failed call. `what` is the aim, as in "to create the organization \"bantic\"".
pub(crate) fn failed(path: Path, what: &str, error: &ApiError) -> Fault {
    let (summary, advice) = match error.kind {
        ErrorKind::Unauthorized => (
            "Not authorized",
            "The platform does not accept the credentials. Check \"token\", or \"username\" and \"password\", of the provider; a token lives for 30 days and ends when the password changes.",
        ),
        ErrorKind::Forbidden => (
            "Not allowed",
            "The user is not a member of the organization, or the organization does not exist.",
        ),
        ErrorKind::NotFound => ("Not found", "The object is not there any more; plan again."),
        ErrorKind::AlreadyExists => (
            "Already exists",
            "An object of this name exists already, and it was not made by this configuration. Import it, or choose another name.",
        ),
        ErrorKind::WrongInput => (
            "Refused by the platform",
            "The platform does not take this input.",
        ),
        ErrorKind::InvalidVersion => (
            "No such version",
            "The platform does not find this version of the image.",
        ),
        ErrorKind::Server => (
            "The platform failed",
            "Try again later; if it goes on, the platform's log may tell more.",
        ),
        ErrorKind::Timeout => (
            "No answer in time",
            "The platform may have carried it out all the same; the next plan reads what is there. A longer \"request_timeout\" of the provider may help.",
        ),
        ErrorKind::Connect => (
            "No connection to the platform",
            "Check the provider's \"endpoint\" and whether the platform runs.",
        ),
        ErrorKind::TooManyRequests => (
            "Too many requests",
            "The platform limits the rate of requests. Lower \"max_concurrent_requests\" of the provider, or try again later.",
        ),
        ErrorKind::Broken => (
            "The connection was cut",
            "The platform may have carried it out all the same; the next plan reads what is there.",
        ),
        ErrorKind::Protocol => (
            "Unexpected answer",
            "What answered does not keep to the API V1; check the provider's \"endpoint\". The next plan reads what is there.",
        ),
    };
    Fault::error(path, summary, format!("It failed {what}. {error}. {advice}"))
}

/// "It exists; import it": never adopted silently.
pub(crate) fn exists(path: Path, what: &str, import_id: &str) -> Fault {
    Fault::error(
        path,
        "Already exists",
        format!(
            "{what} exists already, and it was not made by this configuration. Import it with the id \"{import_id}\", or choose another name."
        ),
    )
}

/// Something stands where a lost creation would have put its object, and it may be somebody else's. `what` says
/// so in a clause.
pub(crate) fn foreign(path: Path, what: &str, import_id: &str) -> Fault {
    Fault::error(
        path,
        "Not plainly ours",
        format!(
            "{what}, so it is not plainly the one that the last run was about to make. Import it with the id \"{import_id}\" if it is yours; delete it on the platform if nobody needs it; or choose another name"
        ),
    )
}
