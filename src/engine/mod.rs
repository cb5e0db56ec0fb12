//! The driver: runs what planner and walker ask for, many at a time, and keeps the state durable.
//!
//! It is the only place of the engine that waits. It decides nothing: the order comes from the planner and the
//! step graph, the effects from the ports. All waiting happens in one task, so no lock is ever held across an
//! await and a dropped future leaves nothing behind.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros
)]

mod apply;
mod cancel;
pub mod codes;
mod late;
mod notes;
pub mod plan;
mod progress;
mod provision;
mod queue;
mod reading;
pub mod saved;
pub mod sealed;
mod settle;
pub mod stale;
mod unmanaged;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::Config;
use crate::diag::Diagnostics;
use crate::graph::{ConfigGraph, config_graph};
use crate::lang::{Effects, Files};
use crate::plan::planner::Planned;
use crate::plan::providers::ProviderKey;
use crate::ports::{Clock, Ids, Provider, Providers, Runner, StateStore};
use crate::source::{SourceMap, Span};
use crate::value::Value;

pub use cancel::Cancel;
pub use notes::Notes;
pub use progress::{Outcome, Progress, Provision};
pub use reading::{Readers, Shelf};
pub use saved::Recording;

/// What runs a plan.
pub struct Engine {
    /// Makes providers.
    pub providers: Arc<dyn Providers>,
    /// Holds the state.
    pub store: Arc<dyn StateStore>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives random ids.
    pub ids: Arc<dyn Ids>,
    /// Runs commands.
    pub runner: Arc<dyn Runner>,
    /// Is told what happens.
    pub progress: Arc<dyn Fn(&Progress) + Send + Sync>,
    /// Stops a run.
    pub cancel: Cancel,
    /// How many effects run at the same time, at least one.
    pub parallelism: usize,
}

/// What is planned: a configuration and the values given for it.
#[derive(Clone)]
pub struct Inputs {
    /// The configuration.
    pub config: Arc<Config>,
    /// The text it was read from, for places in messages.
    pub sources: Arc<SourceMap>,
    /// Values of root variables, as given.
    pub variables: BTreeMap<Arc<str>, Value>,
    /// Where those of them stand that come from files.
    pub places: BTreeMap<Arc<str>, Span>,
    /// Files that functions read.
    pub files: Arc<dyn Files>,
    /// Time and randomness for functions, at apply.
    pub effects: Arc<dyn Effects>,
    /// The workspace.
    pub workspace: String,
    /// When planning began, RFC 3339.
    pub timestamp: String,
    /// The graph of the configuration, where it is known already.
    pub graph: Option<Arc<ConfigGraph>>,
}

impl Inputs {
    /// The graph of the configuration.
    ///
    /// # Errors
    /// Its cycles.
    pub fn graph(&self) -> Result<Arc<ConfigGraph>, Diagnostics> {
        match &self.graph {
            Some(graph) => Ok(Arc::clone(graph)),
            None => config_graph::build(&self.config, &self.sources).map(Arc::new),
        }
    }
}

/// Configured providers by key.
pub type Configured = BTreeMap<ProviderKey, Arc<dyn Provider>>;

/// A plan with the providers that made it.
pub struct Session {
    /// The plan.
    pub planned: Planned,
    /// The providers, configured.
    pub providers: Configured,
    /// What it was made from, for a saved plan.
    pub notes: Notes,
}

impl Session {
    /// Ends what the providers run.
    pub async fn close(&self) {
        close(&self.providers).await;
    }
}

async fn close(providers: &Configured) {
    for provider in providers.values() {
        provider.close().await;
    }
}
