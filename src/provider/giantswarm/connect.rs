//! From the settings of a provider to a client: the platform elsewhere, or the one inside this process.
//!
//! Nothing is asked here; a wrong password shows with the first call.

use std::sync::Arc;

use crate::api::{CallLog, Client, Config, Credentials};
use crate::plan::semantics::Fault;
use crate::ports::{Clock, Ids};
use crate::provider::giantswarm::embedded::EmbeddedPlatforms;
use crate::provider::giantswarm::settings::{self, Environment, Target};
use crate::provider::object::at;
use crate::value::{Path, Value};

/// A client, and what is known of it.
pub(crate) struct Connection {
    pub client: Client,
    /// Where the platform is.
    pub endpoint: String,
    /// Who we are, if it is known without asking.
    pub name: Option<String>,
}

/// The client of a provider block, whose values have no marks, with its environment.
pub(crate) async fn connect(
    config: &Value,
    environment: &Environment,
    embedded: &dyn EmbeddedPlatforms,
    (clock, ids): (Arc<dyn Clock>, &dyn Ids),
    log: Arc<dyn CallLog>,
) -> Result<Connection, Fault> {
    let settings = settings::resolve(config, environment)?;
    let (endpoint, credentials, name) = match settings.target {
        Target::Remote(endpoint, credentials) => {
            let name = match &credentials {
                Credentials::Password { username, .. } => Some(username.clone()),
                Credentials::Token(_) => None,
            };
            (endpoint, credentials, name)
        }
        Target::Embedded => {
            let platform = embedded.start().await.map_err(|reason| {
                Fault::error(
                    at("endpoint"),
                    "Embedded platform did not start",
                    format!("The platform inside swarmform could not be started: {reason}."),
                )
            })?;
            let credentials = Credentials::Token(platform.token);
            (platform.endpoint, credentials, Some(platform.username))
        }
    };
    let config = Config {
        request_timeout: settings.request_timeout,
        max_concurrent_requests: settings.max_concurrent_requests,
        seed: seed(&ids.uuid()),
        ..Config::new(endpoint.clone(), credentials, clock)
    };
    let client = Client::new(config, log).map_err(|error| {
        Fault::error(
            Path::root(),
            "Invalid provider configuration",
            format!("{error}."),
        )
    })?;
    Ok(Connection {
        client,
        endpoint,
        name,
    })
}

/// A number from a random id, so that no two programs wait in step.
fn seed(id: &str) -> u64 {
    let digits: String = id.chars().filter(char::is_ascii_hexdigit).collect();
    let end = digits.len().saturating_sub(15);
    u64::from_str_radix(digits.get(end..).unwrap_or_default(), 16).unwrap_or_default()
}
