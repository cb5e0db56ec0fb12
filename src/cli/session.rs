//! Wiring: the one file that puts providers, store, host and engine together for a command.
//!
//! Everything that a command works with comes from a [`Place`]. What is only looked at (validation, a saved plan) is
//! planned here without an engine, so that no platform is asked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::config::load::{Reader, load};
use crate::config::{Config, check};
use crate::diag::{Diagnostic, Diagnostics};
use crate::engine::plan::{semantics, store_fault};
use crate::engine::saved::RecordedFiles;
use crate::engine::{Cancel, Engine, Inputs, Progress, Recording};
use crate::graph::{ConfigGraph, config_graph};
use crate::host::workspace::{self, Selection};
use crate::host::{
    Commands, Environment as HostEnvironment, HostFiles, Logins, SystemClock, SystemEffects, SystemIds,
    clock, user,
};
use crate::lang::{Effects, Files};
use crate::plan::evaluate::Evaluator;
use crate::plan::look::Look;
use crate::plan::offline::{self, drive, silent};
use crate::plan::planner::{PlanOptions, Planned, Planner, Request};
use crate::plan::providers::ProviderKey;
use crate::plan::scope::Environment as PlanEnvironment;
use crate::platform::{Embedded, embedded};
use crate::ports::{Clock, Ids, Lock, Providers, StateStore};
use crate::provider::giantswarm::GiantSwarm;
use crate::provider::{EmbeddedPlatform, EmbeddedPlatforms, Environment, Registry};
use crate::render::Schemas;
use crate::source::SourceMap;
use crate::state::State;
use crate::store::{self, Owner, SledStore, Workspaces};
use crate::value::Value;

use super::locking::Locking;
use super::ui::Ui;
use super::variables::Given;
use super::{codes, report};

/// The directory of the state, if none is named.
const STATE: &str = "state";

/// The variable that says how many earlier states are kept.
const HISTORY: &str = "SWARMFORM_STATE_HISTORY";

/// The state store of a place.
pub type Store = SledStore;

/// Where a command works: the current directory, its workspace, its state, this machine.
pub struct Place {
    state_dir: PathBuf,
    platform_dir: PathBuf,
    kept: usize,
    /// The workspace of the command.
    pub workspace: Selection,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl Place {
    /// The current directory with the state of the selected workspace, or with the state in this directory,
    /// whichever workspace is selected.
    pub fn new(state: Option<&Path>) -> Result<Place, Diagnostic> {
        let environment = HostEnvironment::of_process();
        let selected = workspace::selected(&environment);
        let workspace = selected.map_err(|message| Diagnostic::error(&codes::WORKSPACE, message))?;
        let state_dir = state.map_or_else(|| Place::workspaces().dir(&workspace.name), Path::to_owned);
        Ok(Place {
            state_dir,
            platform_dir: state.unwrap_or(Path::new(STATE)).join("platform"),
            kept: kept(&environment)?,
            workspace,
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
        })
    }

    /// All workspaces of the current directory.
    pub fn workspaces() -> Workspaces {
        Workspaces::of(Path::new(STATE))
    }

    /// The same place with the state of another workspace.
    pub fn in_workspace(&self, name: &str) -> Place {
        Place {
            state_dir: Place::workspaces().dir(name),
            platform_dir: self.platform_dir.clone(),
            kept: self.kept,
            workspace: Selection {
                name: name.to_owned(),
                forced: self.workspace.forced,
            },
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
        }
    }

    /// Where the state lies.
    pub fn state_dir(&self) -> &Path {
        &self.state_dir
    }

    /// A random id.
    pub fn uuid(&self) -> String {
        self.ids.uuid()
    }

    /// The state store.
    pub fn store(&self) -> SledStore {
        let owner = Owner {
            who: user::who(),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
        };
        store::open(&self.state_dir, owner).keeping(self.kept)
    }

    /// The state, read without a lock. Operations that have no outcome are told, for nothing is settled here.
    pub async fn state(&self, ui: &Ui) -> Result<State, Diagnostic> {
        let store = self.store();
        let state = store.read().await.map_err(|error| store_fault(&error))?;
        report::pending(ui, &state, store.is_in_use().await);
        Ok(state)
    }

    /// All providers.
    pub fn providers(&self) -> Arc<dyn Providers> {
        Arc::new(self.registry())
    }

    /// The provider for platforms alone, not configured.
    pub fn giantswarm(&self) -> GiantSwarm {
        self.registry().giantswarm()
    }

    fn registry(&self) -> Registry {
        Registry::new(
            Place::environment_of_providers(),
            self.embedded(),
            Arc::clone(&self.ids),
            Arc::clone(&self.clock),
        )
    }

    /// What the environment tells providers, with the tokens that the user logged in with.
    pub fn environment_of_providers() -> Environment {
        let logins = Logins::of(&HostEnvironment::of_process()).tokens();
        logins
            .iter()
            .flat_map(BTreeMap::values)
            .for_each(|token| super::log::hide(token));
        Environment {
            logins,
            ..Environment::of_process()
        }
    }

    /// The platform inside swarmform that belongs to this place. It runs from the first time that it is needed.
    pub fn embedded(&self) -> Arc<dyn EmbeddedPlatforms> {
        Arc::new(OwnPlatform {
            dir: self.platform_dir.clone(),
            running: Mutex::default(),
        })
    }

    /// Time and ids.
    pub fn effects_of_calls(&self) -> (Arc<dyn Clock>, &dyn Ids) {
        (Arc::clone(&self.clock), &*self.ids)
    }

    /// What the providers that a configuration uses would be configured with. No platform is asked.
    pub fn provider_configs(&self, inputs: &Inputs) -> Result<Vec<(ProviderKey, Value)>, Diagnostics> {
        let graph = inputs.graph()?;
        let evaluator = Evaluator {
            config: Arc::clone(&inputs.config),
            environment: environment(
                Arc::clone(&inputs.files),
                inputs.timestamp.clone(),
                inputs.workspace.clone(),
            ),
            variables: inputs.variables.clone(),
            places: inputs.places.clone(),
            validating: false,
        };
        let options = PlanOptions::default();
        let semantics = semantics(&*self.providers());
        let mut planner = Planner::new(evaluator, graph, State::default(), options, semantics);
        let mut found = Vec::new();
        drive(&mut planner, |request| {
            if let Request::Configure { provider, config, .. } = request {
                found.push((provider.clone(), config.clone()));
            }
            silent(request)
        });
        match planner.finish() {
            Err(refused) if found.is_empty() => Err(refused.faults),
            _ => Ok(found),
        }
    }

    /// The schemas of all providers.
    pub fn schemas(&self) -> Schemas {
        let providers = self.providers();
        let all: Vec<_> = providers
            .names()
            .into_iter()
            .filter_map(|name| providers.semantics(name))
            .collect();
        Schemas::new(all.iter().map(|semantics| semantics.schema()))
    }

    /// Now, RFC 3339 with whole seconds.
    pub fn timestamp(&self) -> String {
        clock::timestamp(&*self.clock)
    }

    /// How long the program has been running.
    pub fn uptime(&self) -> Duration {
        self.clock.uptime()
    }

    /// Time and randomness for functions.
    pub fn effects(&self) -> Arc<dyn Effects> {
        Arc::new(SystemEffects {
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
        })
    }

    /// An engine on this place's state.
    pub fn engine(
        &self,
        store: &SledStore,
        progress: Arc<dyn Fn(&Progress) + Send + Sync>,
        parallelism: u16,
    ) -> Engine {
        let cancel = Cancel::new();
        interrupts(cancel.clone());
        Engine {
            providers: self.providers(),
            store: Arc::new(store.clone()),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            runner: Arc::new(Commands),
            progress: super::log::beside(progress),
            cancel,
            parallelism: usize::from(parallelism),
        }
    }

    /// What is planned: a configuration with values for its variables.
    pub fn inputs(
        &self,
        (config, sources): (Arc<Config>, Arc<SourceMap>),
        given: Given,
        files: Arc<dyn Files>,
        (workspace, timestamp): (&str, &str),
    ) -> Inputs {
        Inputs {
            config,
            sources,
            variables: given.values,
            places: given.places,
            files,
            effects: self.effects(),
            workspace: workspace.to_owned(),
            timestamp: timestamp.to_owned(),
            graph: None,
        }
    }

    /// What is wrong with a configuration, as far as that can be told without values and without a platform.
    pub fn validate(&self, config: Arc<Config>, sources: &SourceMap) -> Result<Valid, Diagnostics> {
        let graph = Arc::new(config_graph::build(&config, sources)?);
        let environment = environment(Arc::new(HostFiles), self.timestamp(), self.workspace.name.clone());
        let semantics = semantics(&*self.providers());
        let warnings = offline::validate(config, Arc::clone(&graph), environment, &semantics)?;
        Ok(Valid { graph, warnings })
    }

    /// The values of a configuration over a state, as far as they can be told without a platform.
    pub fn look(&self, inputs: &Inputs, state: &State) -> Result<(Look, Diagnostics), Diagnostics> {
        let graph = inputs.graph()?;
        let mut environment = environment(
            Arc::clone(&inputs.files),
            inputs.timestamp.clone(),
            inputs.workspace.clone(),
        );
        environment.effects = Some(Arc::clone(&inputs.effects));
        let evaluator = Evaluator {
            config: Arc::clone(&inputs.config),
            environment,
            variables: inputs.variables.clone(),
            places: inputs.places.clone(),
            validating: true,
        };
        Ok(Look::at(evaluator, &graph, state, semantics(&*self.providers())))
    }

    /// Where the console keeps its history.
    pub fn history(&self) -> PathBuf {
        self.state_dir.join("console-history")
    }

    /// A saved plan, planned again from what it holds and nothing else.
    pub fn replay(&self, recording: &Recording) -> Result<(Planned, Arc<SourceMap>), Stopped> {
        let mut sources = SourceMap::new();
        let loaded = self.read_config(&recording.reader(), &mut sources, false);
        let sources = Arc::new(sources);
        let stopped = |diagnostics| Stopped {
            diagnostics,
            sources: Arc::clone(&sources),
        };
        let (config, _) = loaded.map_err(&stopped)?;
        let graph = Arc::new(config_graph::build(&config, &sources).map_err(&stopped)?);
        let semantics = semantics(&*self.providers());
        let (workspace, timestamp) = recording.moment();
        let environment = environment(
            shared(recording.files()),
            timestamp.to_owned(),
            workspace.to_owned(),
        );
        let variables = recording.variables();
        let evaluator = Evaluator {
            config,
            environment,
            variables,
            places: BTreeMap::new(),
            validating: false,
        };
        let once = |fault: Diagnostic| stopped(fault.into());
        let (options, state) = (
            recording.options().map_err(once)?,
            recording.state().map_err(once)?,
        );
        let mut planner = Planner::new(evaluator, graph, state, options, semantics.clone());
        drive(&mut planner, |request| {
            recording
                .answer(request, &semantics)
                .unwrap_or_else(|| silent(request))
        });
        let planned = planner.finish().map_err(|refused| stopped(refused.faults))?;
        Ok((planned, sources))
    }

    /// The configuration as it is written, and its warnings; what its references lead to is not looked at. Without any
    /// file of it there is nothing to work on, if one is `needed`.
    pub fn load_config(
        &self,
        reader: &dyn Reader,
        sources: &mut SourceMap,
        needed: bool,
    ) -> Result<(Arc<Config>, Diagnostics), Diagnostics> {
        let (config, faults) = load(reader, sources);
        if needed && sources.files().next().is_none() && !faults.has_errors() {
            let detail = "This directory has no file that ends in .tf or .tf.json. Change to the directory of the \
                          configuration, or name it with -chdir=DIR before the command.";
            return Err(Diagnostic::error(&codes::NO_CONFIGURATION, detail).into());
        }
        if faults.has_errors() {
            Err(faults)
        } else {
            Ok((Arc::new(config), faults))
        }
    }

    /// The same, with all references held against what is declared.
    pub fn read_config(
        &self,
        reader: &dyn Reader,
        sources: &mut SourceMap,
        needed: bool,
    ) -> Result<(Arc<Config>, Diagnostics), Diagnostics> {
        let (config, mut faults) = self.load_config(reader, sources, needed)?;
        let schemas = self.schemas();
        faults.extend(check::references(&config, &|resource| {
            schemas.of(resource).map(|schema| &schema.block)
        }));
        if faults.has_errors() {
            Err(faults)
        } else {
            Ok((config, faults))
        }
    }
}

fn environment(files: Arc<dyn Files>, plan_timestamp: String, workspace: String) -> PlanEnvironment {
    PlanEnvironment {
        files,
        effects: None,
        plan_timestamp,
        workspace,
        root_dir: ".".to_owned(),
    }
}

/// A configuration in which nothing is wrong.
pub struct Valid {
    /// What depends on what.
    pub graph: Arc<ConfigGraph>,
    /// What there is to say of it.
    pub warnings: Diagnostics,
}

/// How many earlier states are kept.
fn kept(environment: &HostEnvironment) -> Result<usize, Diagnostic> {
    let Some(text) = environment.get_set(HISTORY) else {
        return Ok(store::KEPT);
    };
    text.parse().map_err(|_| {
        let detail =
            format!("{HISTORY} says how many earlier states are kept, and {text:?} is not a number.");
        Diagnostic::error(&codes::USAGE, detail)
    })
}

/// Files as the engine takes them. One task uses them, so they need not go to other threads.
#[allow(clippy::arc_with_non_send_sync)]
pub fn shared(files: RecordedFiles) -> Arc<RecordedFiles> {
    Arc::new(files)
}

/// Errors of a configuration that is not the one of this directory, with its text.
pub struct Stopped {
    /// The errors.
    pub diagnostics: Diagnostics,
    /// The text that they speak of.
    pub sources: Arc<SourceMap>,
}

/// Begins to take the lock, and then to read the state, while something else is done.
pub fn lock_and_read(store: &SledStore, operation: &str, locking: Locking) -> Reading {
    let (store, operation) = (store.clone(), operation.to_owned());
    Reading(tokio::spawn(async move {
        let lock = locking.take(&store, &operation).await?;
        let state = store.read().await.map_err(|error| store_fault(&error))?;
        Ok((lock, state))
    }))
}

/// A state, and its lock if it is wanted.
type Held = (Option<Box<dyn Lock>>, State);

/// A state that is being read under its lock.
pub struct Reading(JoinHandle<Result<Held, Diagnostic>>);

impl Reading {
    /// Waits for it.
    ///
    /// # Errors
    /// Another run has the lock, or the state cannot be read.
    pub async fn done(self) -> Result<Held, Diagnostic> {
        match self.0.await {
            Ok(read) => read,
            Err(failed) => std::panic::resume_unwind(failed.into_panic()),
        }
    }

    /// Gives it up, and the lock with it.
    pub fn give_up(self) {
        self.0.abort();
    }
}

/// Passes interrupts of this process on.
fn interrupts(cancel: Cancel) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return;
    };
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            cancel.interrupt();
        }
    });
}

/// The embedded platform of a place: started when a provider asks for it, once.
struct OwnPlatform {
    dir: PathBuf,
    running: Mutex<Option<Embedded>>,
}

#[async_trait]
impl EmbeddedPlatforms for OwnPlatform {
    async fn start(&self) -> Result<EmbeddedPlatform, String> {
        let mut running = self.running.lock().await;
        let platform = match running.take() {
            Some(platform) => platform,
            None => embedded::start(&self.dir)
                .await
                .map_err(|error| error.to_string())?,
        };
        let told = EmbeddedPlatform {
            endpoint: platform.endpoint(),
            token: platform.token.clone(),
            username: platform.username.clone(),
        };
        *running = Some(platform);
        Ok(told)
    }

    async fn stop(&self) {
        if let Some(platform) = self.running.lock().await.take() {
            let _ = platform.stop().await;
        }
    }
}
