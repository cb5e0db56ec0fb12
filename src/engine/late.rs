//! Providers that are configured during apply, as their blocks depend on what is made there.
//!
//! Each is configured once, with the values as they are when its first step comes; the steps that need it wait for
//! that together. Which providers these are was decided when planning, and what their blocks say is the walker's.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::apply::Walker;
use crate::plan::providers::ProviderKey;
use crate::plan::semantics::Fault;
use crate::ports::{Provider, Providers};
use crate::value::{Path, Value};

use super::Configured;

type Cell = Arc<OnceCell<Result<(), Fault>>>;

/// The late providers of a run.
#[derive(Default)]
pub(super) struct Late(BTreeMap<ProviderKey, Served>);

/// A provider for one step.
#[derive(Clone)]
pub(super) enum Served {
    /// It is configured.
    Now(Arc<dyn Provider>),
    /// It is to be configured with this value by the first step that comes.
    Later(Arc<dyn Provider>, Arc<Value>, Cell),
    /// It cannot be.
    Never(Fault),
}

impl Served {
    /// The provider, configured.
    pub async fn ready(self) -> Result<Arc<dyn Provider>, Fault> {
        match self {
            Served::Now(provider) => Ok(provider),
            Served::Later(provider, value, cell) => {
                let configured = cell.get_or_init(|| provider.configure(&value)).await;
                configured.clone().map(|()| provider)
            }
            Served::Never(fault) => Err(fault),
        }
    }
}

impl Late {
    /// A provider that the plan left to apply; none if it is not one of these.
    pub fn provider(
        &mut self,
        providers: &dyn Providers,
        walker: &mut Walker,
        key: &ProviderKey,
    ) -> Option<Served> {
        if let Some(known) = self.0.get(key) {
            return Some(known.clone());
        }
        let value = walker.late_configuration(key)?;
        let served = match (value, providers.create(&key.provider.name)) {
            (Ok(value), Some(made)) => Served::Later(made, Arc::new(value), Cell::default()),
            // What it lacks may be there when the next step comes.
            (Err(fault), _) => return Some(Served::Never(fault)),
            (Ok(_), None) => {
                let detail = format!("There is no provider {key}.");
                Served::Never(Fault::error(Path::root(), "No such provider", detail))
            }
        };
        self.0.insert(key.clone(), served.clone());
        Some(served)
    }

    /// Those that were made, to be closed.
    pub fn configured(&self) -> Configured {
        let made = |(key, served): (&ProviderKey, &Served)| match served {
            Served::Later(provider, ..) => Some((key.clone(), Arc::clone(provider))),
            Served::Now(_) | Served::Never(_) => None,
        };
        self.0.iter().filter_map(made).collect()
    }
}
