//! How a command gets at a platform: which one, and as whom.
//!
//! `-endpoint` wins, then the provider block of the configuration, then the environment, and at last the only platform
//! that the user is logged in to. Credentials that were written for one endpoint are never sent to another.

use std::sync::Arc;

use crate::addr::ModuleAddr;
use crate::api::{CallLog, Client, Config, Credentials};
use crate::cli::args::Assignment;
use crate::cli::session::Place;
use crate::cli::ui::Ui;
use crate::cli::{Stop, codes, variables};
use crate::config::ProviderRef;
use crate::diag::{Diagnostic, Diagnostics};
use crate::engine::plan::store_fault;
use crate::host::{ConfigFiles, Environment as HostEnvironment, HostFiles, Logins};
use crate::plan::providers::ProviderKey;
use crate::plan::semantics::Fault;
use crate::provider::giantswarm::connect::connect;
use crate::provider::giantswarm::settings::{self, EMBEDDED};
use crate::provider::giantswarm::{NAME, counter};
use crate::provider::{EmbeddedPlatforms, Environment};
use crate::source::SourceMap;
use crate::state::State;
use crate::value::Value;

use super::options::Where;
use super::spot::{Spot, is_of_state};

/// A platform that a command works on.
pub struct Reach {
    pub client: Client,
    /// Where it is.
    pub endpoint: String,
    embedded: Arc<dyn EmbeddedPlatforms>,
}

impl Reach {
    /// Ends what was started for this command. The data of an embedded platform is durable when this returns.
    pub async fn close(self) {
        self.embedded.stop().await;
    }
}

/// What says where the platform is, before anything is connected.
pub struct Target {
    place: Place,
    config: Value,
    environment: Environment,
}

/// The same for a command that needs no more than the platform itself.
pub fn target(
    ui: &mut Ui,
    options: &Where,
    assignments: &[Assignment],
    provider: Option<&ProviderKey>,
) -> Result<Target, Stop> {
    let place = Place::new(options.state.as_deref())?;
    let mut environment = Place::environment_of_providers();
    let providers = place.providers();
    let semantics = providers.semantics(NAME);
    let empty = semantics.map(|semantics| semantics.schema().config.empty_value());
    let mut config = empty.unwrap_or_else(Value::dynamic_null);
    if let Some(endpoint) = &options.endpoint {
        let same = |other: &String| other.trim_end_matches('/') == endpoint.trim_end_matches('/');
        if !environment.endpoint.as_ref().is_none_or(same) {
            (environment.token, environment.username, environment.password) = (None, None, None);
        }
        environment.endpoint = Some(endpoint.clone());
    } else {
        if let Some(block) = of_configuration(ui, &place, assignments, provider)? {
            config = block;
        }
        if settings::endpoint(&config, &environment).is_none() {
            let logins = environment.logins.as_ref().ok();
            let only = logins
                .filter(|logins| logins.len() == 1)
                .and_then(|logins| logins.keys().next());
            environment.endpoint = only.cloned();
        }
    }
    Ok(Target {
        place,
        config,
        environment,
    })
}

/// What the provider block of the configuration here comes to; none without a configuration or a block that counts.
fn of_configuration(
    ui: &mut Ui,
    place: &Place,
    assignments: &[Assignment],
    wanted: Option<&ProviderKey>,
) -> Result<Option<Value>, Stop> {
    let mut sources = SourceMap::new();
    let read = place.read_config(&ConfigFiles, &mut sources, false);
    let given = read.and_then(|(config, _)| {
        let (given, _) = variables::given(&config, assignments, &mut sources)?;
        Ok((config, given))
    });
    ui.sources = Arc::new(sources);
    let (config, given) = given?;
    if config
        .modules
        .values()
        .all(|module| module.resources.is_empty() && module.providers.is_empty())
    {
        return Ok(None);
    }
    let writes_it = |module: &crate::config::Module| module.providers.keys().any(|key| &*key.name == NAME);
    let written = config.modules.values().any(writes_it);
    let moment = place.timestamp();
    let read = (Arc::clone(&config), Arc::clone(&ui.sources));
    let inputs = place.inputs(read, given, Arc::new(HostFiles), (&place.workspace.name, &moment));
    let found = place.provider_configs(&inputs)?;
    let root = ProviderKey {
        module: ModuleAddr::root(),
        provider: ProviderRef {
            name: Arc::from(NAME),
            alias: None,
        },
    };
    let ours: Vec<&(ProviderKey, Value)> = found
        .iter()
        .filter(|(key, _)| &*key.provider.name == NAME)
        .collect();
    let wanted = wanted.unwrap_or(&root);
    if ours.is_empty() && written {
        // A block that no resource uses is configured by no plan.
        let blocks = config.modules.get(&ModuleAddr::root()).into_iter();
        let aliases: Vec<_> = blocks
            .flat_map(|module| module.providers.keys())
            .filter(|key| &*key.name == NAME)
            .map(|key| key.alias.clone())
            .collect();
        let only = aliases.first().filter(|_| aliases.len() == 1);
        let named = aliases.iter().find(|alias| **alias == wanted.provider.alias);
        if let Some(alias) = named.or(only) {
            let (look, _) = place.look(&inputs, &State::default())?;
            let found = look.provider(NAME, alias.as_deref())?;
            if let Some(config) = found.filter(Value::is_wholly_known) {
                return Ok(Some(config));
            }
        }
        let detail = "The provider block of this configuration depends on what is known only after apply. -endpoint=URL \
                      names the platform without it.";
        return Err(Diagnostic::error(&codes::NO_LOGIN, detail).into());
    }
    let chosen = ours.iter().find(|(key, _)| key == wanted);
    let only = ours.first().filter(|_| ours.len() == 1);
    Ok(chosen.or(only).map(|(_, config)| config.clone()))
}

fn fault(fault: Fault) -> Diagnostic {
    Diagnostic::error(&codes::NO_LOGIN, fault.detail).summary(fault.summary)
}

impl Target {
    /// The endpoint as it is written, without the platform inside swarmform.
    pub fn endpoint(&self) -> Result<Option<String>, Diagnostic> {
        match settings::endpoint(&self.config, &self.environment) {
            None => {
                let detail = "Nothing says which platform is meant. Give -endpoint=URL, set GIANTSWARM_ENDPOINT, or \
                              change to the directory of a configuration whose provider \"giantswarm\" names it.";
                Err(Diagnostic::error(&codes::NO_LOGIN, detail))
            }
            Some(endpoint) if endpoint == EMBEDDED => Ok(None),
            Some(endpoint) => Ok(Some(endpoint)),
        }
    }

    /// The token that the environment gives, if the platform is the one that it speaks of.
    pub fn token(&self) -> Option<&str> {
        self.environment.token.as_deref()
    }

    /// Name and password that the environment gives.
    pub fn user(&self) -> (Option<&str>, Option<&str>) {
        (
            self.environment.username.as_deref(),
            self.environment.password.as_deref(),
        )
    }

    /// A client for a platform elsewhere with these credentials.
    pub fn client(&self, endpoint: &str, credentials: Credentials) -> Result<Client, Diagnostic> {
        let (clock, _) = self.place.effects_of_calls();
        let config = Config::new(endpoint, credentials, clock);
        Client::new(config, log()).map_err(|error| {
            Diagnostic::error(
                &codes::NO_LOGIN,
                format!("The platform cannot be talked to: {error}."),
            )
        })
    }

    /// The platform, as whoever the configuration, the environment or a login says.
    pub async fn connect(&self) -> Result<Reach, Diagnostic> {
        self.endpoint()?;
        let embedded = self.place.embedded();
        let effects = self.place.effects_of_calls();
        let connected = connect(&self.config, &self.environment, &*embedded, effects, log()).await;
        let connection = connected.map_err(fault)?;
        Ok(Reach {
            client: connection.client,
            endpoint: connection.endpoint,
            embedded,
        })
    }
}

fn log() -> Arc<dyn CallLog> {
    counter()
}

/// Where logins are kept.
pub fn logins() -> Logins {
    Logins::of(&HostEnvironment::of_process())
}

/// The platform and the place there that an address leads to.
pub async fn at(
    ui: &mut Ui,
    options: &Where,
    assignments: &[Assignment],
    address: &str,
) -> Result<(Reach, Spot), Stop> {
    let state = if is_of_state(address) {
        let store = Place::new(options.state.as_deref())?.store();
        Some(store.peek().await.map_err(|error| store_fault(&error))?)
    } else {
        None
    };
    let spot = Spot::find(address, state.as_ref())?;
    let target = target(ui, options, assignments, spot.provider.as_ref())?;
    let reach = target.connect().await.map_err(Diagnostics::from)?;
    Ok((reach, spot))
}
