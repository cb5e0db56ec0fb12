//! The `provider "giantswarm"` block and the environment variables that stand in for its arguments.
//!
//! The block wins over the environment. No endpoint at all is an error that names the choices.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::api::Credentials;
use crate::plan::semantics::Fault;
use crate::provider::object::{Arg, at, get, text, whole};
use crate::value::{Path, Value};

/// What the environment says; taken once, at start.
#[derive(Clone)]
pub struct Environment {
    /// `GIANTSWARM_ENDPOINT`
    pub endpoint: Option<String>,
    /// `GIANTSWARM_TOKEN`
    pub token: Option<String>,
    /// `GIANTSWARM_USERNAME`
    pub username: Option<String>,
    /// `GIANTSWARM_PASSWORD`
    pub password: Option<String>,
    /// Tokens that the user logged in with, by endpoint; or why they cannot be read.
    pub logins: Result<BTreeMap<String, String>, String>,
}

impl Default for Environment {
    fn default() -> Environment {
        Environment {
            endpoint: None,
            token: None,
            username: None,
            password: None,
            logins: Ok(BTreeMap::new()),
        }
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment")
            .field("endpoint", &self.endpoint)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl Environment {
    /// The environment of this process. An empty variable is as good as none.
    pub fn of_process() -> Environment {
        let read = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
        Environment {
            endpoint: read("GIANTSWARM_ENDPOINT"),
            token: read("GIANTSWARM_TOKEN"),
            username: read("GIANTSWARM_USERNAME"),
            password: read("GIANTSWARM_PASSWORD"),
            ..Environment::default()
        }
    }

    /// The token that the user logged in with there.
    fn login(&self, endpoint: &str) -> Result<Option<String>, Fault> {
        match &self.logins {
            Ok(logins) => Ok(logins.get(endpoint.trim_end_matches('/')).cloned()),
            Err(reason) => Err(Fault::error(
                Path::root(),
                "No platform credentials",
                format!("{reason} Nothing else says who you are."),
            )),
        }
    }
}

/// The word that means the platform in this process.
pub const EMBEDDED: &str = "embedded";

/// Where and as whom.
pub(crate) enum Target {
    /// The platform in this process.
    Embedded,
    /// A platform elsewhere.
    Remote(String, Credentials),
}

/// The settings of a provider block.
pub(crate) struct Settings {
    pub target: Target,
    pub request_timeout: Duration,
    pub max_concurrent_requests: usize,
}

/// What is wrong with a provider block, as far as it is known.
pub(crate) fn validate(config: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Arg::Known(endpoint) = text(config, "endpoint")
        && endpoint != EMBEDDED
    {
        let sound = ["http://", "https://"]
            .iter()
            .any(|scheme| endpoint.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
        if !sound {
            faults.push(Fault::error(
                at("endpoint"),
                "Invalid endpoint",
                "The endpoint must be the URL of a platform, such as \"https://api.example.com\", or \"embedded\" for the platform inside swarmform.",
            ));
        }
    }
    let set = |name| get(config, name).is_some_and(|value| !value.is_null());
    if set("token") && (set("username") || set("password")) {
        faults.push(Fault::error(
            at("token"),
            "Conflicting credentials",
            "Set either \"token\", or \"username\" and \"password\", but not both.",
        ));
    }
    if let (Arg::Known(duration), Err(reason)) = (
        text(config, "request_timeout"),
        duration_argument(config, "request_timeout"),
    ) {
        faults.push(Fault::error(
            at("request_timeout"),
            "Invalid duration",
            format!("{duration:?} is not a duration: {reason}."),
        ));
    }
    if let Some(value) =
        get(config, "max_concurrent_requests").filter(|value| value.is_known() && !value.is_null())
    {
        let sound = matches!(whole(config, "max_concurrent_requests"), Arg::Known(1..=1000));
        if !sound && value.as_number().is_some() {
            faults.push(Fault::error(
                at("max_concurrent_requests"),
                "Invalid number of requests",
                "The number of concurrent requests must be a whole number from 1 to 1000.",
            ));
        }
    }
    faults
}

/// The endpoint of a block with its environment, if there is one and it is known.
pub(crate) fn endpoint(config: &Value, environment: &Environment) -> Option<String> {
    let own = text(config, "endpoint").known().map(str::to_owned);
    own.or_else(|| environment.endpoint.clone())
        .filter(|endpoint| !endpoint.is_empty())
}

/// The settings of a block with its environment. An argument that is unknown is a fault here.
pub(crate) fn resolve(config: &Value, environment: &Environment) -> Result<Settings, Fault> {
    if let Some(fault) = validate(config).into_iter().find(|fault| !fault.warning) {
        return Err(fault);
    }
    let argument = |name: &str, fallback: &Option<String>| match text(config, name) {
        Arg::Known(text) => Ok(Some(text.to_owned())),
        Arg::Null => Ok(fallback.clone()),
        Arg::Unknown => Err(Fault::error(
            at(name),
            "Provider argument not known yet",
            format!(
                "The argument \"{name}\" of the provider depends on something that is known only after apply. Apply that first with -target, or use a value that is known."
            ),
        )),
    };
    let endpoint = argument("endpoint", &environment.endpoint)?;
    let token = argument("token", &None)?;
    let username = argument("username", &None)?;
    let password = argument("password", &None)?;
    // The block's own credentials go before any of the environment; halves may be joined.
    let (token, username, password) = if token.is_some() {
        (token, None, None)
    } else if username.is_some() || password.is_some() {
        (
            None,
            username.or_else(|| environment.username.clone()),
            password.or_else(|| environment.password.clone()),
        )
    } else if environment.token.is_some() {
        (environment.token.clone(), None, None)
    } else {
        (None, environment.username.clone(), environment.password.clone())
    };
    let target = match endpoint.as_deref() {
        None | Some("") => {
            return Err(Fault::error(
                Path::root(),
                "No platform endpoint",
                "The provider does not know which platform to talk to. Set \"endpoint\" in the provider \"giantswarm\" block, or the environment variable GIANTSWARM_ENDPOINT, to the URL of a platform, or to \"embedded\" for the platform inside swarmform.",
            ));
        }
        Some(EMBEDDED) => Target::Embedded,
        Some(endpoint) => {
            let credentials = match (token, username, password) {
                (Some(token), _, _) if !token.is_empty() => Credentials::Token(token),
                (_, Some(username), Some(password)) if !username.is_empty() => {
                    Credentials::Password { username, password }
                }
                _ => Credentials::Token(environment.login(endpoint)?.ok_or_else(|| {
                    Fault::error(
                        Path::root(),
                        "No platform credentials",
                        "Log in with \"swarmform login\", or set \"token\", or \"username\" and \"password\", in the provider \"giantswarm\" block, or the environment variables GIANTSWARM_TOKEN, or GIANTSWARM_USERNAME and GIANTSWARM_PASSWORD.",
                    )
                })?),
            };
            Target::Remote(endpoint.to_owned(), credentials)
        }
    };
    let request_timeout = duration_argument(config, "request_timeout")
        .ok()
        .flatten()
        .unwrap_or(Duration::from_secs(30));
    let max_concurrent_requests = whole(config, "max_concurrent_requests")
        .known()
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(10);
    Ok(Settings {
        target,
        request_timeout,
        max_concurrent_requests,
    })
}

/// A duration argument: none when it is not set or not known.
pub(crate) fn duration_argument(object: &Value, name: &str) -> Result<Option<Duration>, &'static str> {
    match text(object, name) {
        Arg::Known(text) => duration(text).map(Some),
        Arg::Null | Arg::Unknown => Ok(None),
    }
}

/// A duration: `90s`, `1h30m`, `500ms`, or a bare number of seconds. Never zero.
pub(crate) fn duration(text: &str) -> Result<Duration, &'static str> {
    const WANTED: &str =
        "write it as a number with a unit, such as \"30s\", \"10m\" or \"1h30m\" (units are ms, s, m and h)";
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return Err(WANTED);
    }
    if rest.bytes().all(|byte| byte.is_ascii_digit()) {
        total = Duration::from_secs(rest.parse().map_err(|_| WANTED)?);
        rest = "";
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at_checked(digits).ok_or(WANTED)?;
        let number: u64 = number.parse().map_err(|_| WANTED)?;
        let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, tail) = tail.split_at_checked(letters).ok_or(WANTED)?;
        let millis = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(WANTED),
        };
        let part = Duration::from_millis(number.checked_mul(millis).ok_or(WANTED)?);
        total = total.checked_add(part).ok_or(WANTED)?;
        rest = tail;
    }
    if total.is_zero() {
        return Err("it must be longer than zero");
    }
    if total > Duration::from_secs(7 * 24 * 3600) {
        return Err("it must not be longer than a week");
    }
    Ok(total)
}
