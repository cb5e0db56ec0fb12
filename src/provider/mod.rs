//! The providers: `giantswarm` for platforms, `terraform` for what needs none.
//!
//! A provider answers the planner's questions from its arguments alone (`Semantics`), and touches the platform
//! through `api` when it reads or applies. It never decides what is to be done. The embedded platform is not
//! named here; whoever makes the [`Registry`] says how to start one.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros
)]

use std::sync::{Arc, Mutex, PoisonError};

use crate::plan::semantics::Semantics;
use crate::ports::{Clock, Ids, Provider, Providers};
use crate::provider::builtin::Builtin;
use crate::provider::giantswarm::GiantSwarm;

pub mod builtin;
pub mod giantswarm;
mod object;

pub use giantswarm::embedded::{EmbeddedPlatform, EmbeddedPlatforms};
pub use giantswarm::settings::Environment;

/// All providers that are part of the program.
pub struct Registry {
    environment: Environment,
    embedded: Arc<dyn EmbeddedPlatforms>,
    ids: Arc<dyn Ids>,
    clock: Arc<dyn Clock>,
    /// The counts of all that were created.
    counters: Mutex<Vec<Arc<giantswarm::session::Counter>>>,
}

impl Registry {
    /// The providers with these settings of the environment, this way to embedded platforms, and these ids, and
    /// this clock.
    pub fn new(
        environment: Environment,
        embedded: Arc<dyn EmbeddedPlatforms>,
        ids: Arc<dyn Ids>,
        clock: Arc<dyn Clock>,
    ) -> Registry {
        Registry {
            environment,
            embedded,
            ids,
            clock,
            counters: Mutex::default(),
        }
    }

    /// The provider for platforms, for what it offers beside the port.
    pub fn giantswarm(&self) -> GiantSwarm {
        GiantSwarm::new(
            self.environment.clone(),
            Arc::clone(&self.embedded),
            Arc::clone(&self.clock),
            Arc::clone(&self.ids),
        )
    }
}

impl Providers for Registry {
    fn names(&self) -> Vec<&'static str> {
        vec![giantswarm::NAME, builtin::NAME]
    }

    fn semantics(&self, name: &str) -> Option<Arc<dyn Semantics>> {
        match name {
            giantswarm::NAME => Some(Arc::new(self.giantswarm())),
            builtin::NAME => Some(Arc::new(Builtin::new(Arc::clone(&self.ids)))),
            _ => None,
        }
    }

    fn create(&self, name: &str) -> Option<Arc<dyn Provider>> {
        match name {
            giantswarm::NAME => {
                let made = self.giantswarm();
                let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
                counters.push(made.counter());
                Some(Arc::new(made))
            }
            builtin::NAME => Some(Arc::new(Builtin::new(Arc::clone(&self.ids)))),
            _ => None,
        }
    }

    fn calls_made(&self) -> u64 {
        let counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = counters.iter().map(|counter| counter.counts());
        counts.map(|(reads, mutations)| reads + mutations).sum()
    }
}
