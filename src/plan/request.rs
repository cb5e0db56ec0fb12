//! What a planner is asked, what it asks, and what it ends with.
//!
//! Plain data; the planner itself is in `planner`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceAddr, Target};
use crate::diag::Diagnostics;
use crate::graph::ConfigNode;
use crate::lang::Decoded;
use crate::value::Value;

use super::change::{Plan, PlanMode};
use super::evaluate::{Evaluator, Used};
use super::providers::{ProviderKey, Semantic};
use super::secrets::SecretsOf;
use super::semantics::Fault;
use super::world::World;

/// What was asked for beside the configuration.
#[derive(Clone, Debug, Default)]
pub struct PlanOptions {
    /// The mode.
    pub mode: PlanMode,
    /// `-refresh=false`: trust the state.
    pub skip_refresh: bool,
    /// `-target`.
    pub targets: Vec<Target>,
    /// `-exclude`; not together with targets.
    pub excludes: Vec<Target>,
    /// `-replace`.
    pub replace: Vec<InstanceAddr>,
    /// What the command `import` asks for: addresses and ids.
    pub imports: Vec<(InstanceAddr, Arc<str>)>,
    /// Only providers are wanted, to ask them what became of operations of a dead run.
    pub settling: bool,
    /// Resources of which only the objects to import are asked for: their configuration is yet to be written.
    pub unwritten: BTreeSet<ConfigResource>,
}

/// An object to import that has no configuration yet.
#[derive(Clone, Debug)]
pub struct Unwritten {
    /// Where it shall be.
    pub addr: InstanceAddr,
    /// The id it is imported by.
    pub id: Arc<str>,
    /// The object, with the marks of its schema.
    pub object: Value,
}

/// An effect that the planner asks for.
#[derive(Clone, Debug)]
pub enum Request {
    /// Make a provider and configure it.
    Configure {
        /// Under which key it is used.
        provider: ProviderKey,
        /// Which provider.
        name: Arc<str>,
        /// Its configuration.
        config: Value,
    },
    /// Read an object of the state again.
    Read {
        /// Whose object.
        addr: InstanceAddr,
        /// Which deposed object, if any.
        deposed: Option<Arc<str>>,
        /// By which provider.
        provider: ProviderKey,
        /// The object as stored.
        prior: Value,
        /// Its id, if that may be shown.
        shown: Option<Arc<str>>,
    },
    /// Read an object that is not in the state, by its id.
    Import {
        /// Whose object it shall be.
        addr: InstanceAddr,
        /// By which provider.
        provider: ProviderKey,
        /// The id.
        id: Arc<str>,
    },
    /// Read a data source.
    ReadData {
        /// Whose.
        addr: InstanceAddr,
        /// By which provider.
        provider: ProviderKey,
        /// Its configuration.
        config: Value,
    },
}

impl Request {
    /// Whether something is read that the plan speaks of.
    pub fn reads(&self) -> bool {
        !matches!(self, Request::Configure { .. })
    }
}

/// What came of a [`Request`].
#[derive(Clone, Debug)]
pub enum Answer {
    /// The provider is ready, or why not.
    Configured(Result<(), Fault>),
    /// The object, none when it is gone, or why it cannot be told.
    Read(Result<Option<Value>, Fault>),
    /// The object imported, none when there is none of this id, or why it cannot be told.
    Imported(Result<Option<Value>, Fault>),
    /// The data, or why it cannot be told.
    Data(Result<Value, Fault>),
}

/// Names a request.
pub type RequestId = usize;

/// Why there is no plan.
#[derive(Debug)]
pub struct Refused {
    /// What is wrong, and warnings.
    pub faults: Diagnostics,
    /// What was decided all the same, if planning came that far: to be shown, never to be applied.
    pub partial: Option<Box<Plan>>,
}

impl From<Diagnostics> for Refused {
    fn from(faults: Diagnostics) -> Refused {
        Refused {
            faults,
            partial: None,
        }
    }
}

/// A plan together with what applying it needs.
pub struct Planned {
    /// The decision.
    pub plan: Plan,
    /// How to evaluate again.
    pub evaluator: Evaluator,
    /// All values as planned.
    pub world: World,
    /// Pure halves of the providers, by provider name.
    pub semantics: Semantic,
    /// Configurations of the providers, by key: provider name and value, marked.
    pub providers: BTreeMap<ProviderKey, (Arc<str>, Value)>,
    /// What must not be shown in what providers say.
    pub secrets: SecretsOf,
    /// What is written of the objects that differ from what was last applied, and of those that change: values and
    /// places.
    pub written: BTreeMap<InstanceAddr, Decoded>,
    /// Providers that only apply can configure.
    pub late: BTreeSet<ProviderKey>,
    /// What each variable, local and output was made from.
    pub node_used: BTreeMap<ConfigNode, Used>,
    /// What each change was made from; beside the plan's changes.
    pub used: Vec<Used>,
    /// Instances whose old object must go before the new one can be made.
    pub delete_first: BTreeSet<InstanceAddr>,
    /// Events that bring the state up to the refreshed one.
    pub refreshed: Vec<crate::state::Event>,
    /// Resources whose replacements are made before the old object goes.
    pub create_first: BTreeSet<ConfigResource>,
    /// What each managed instance depends on, for its record.
    pub dependencies: BTreeMap<InstanceAddr, Vec<Arc<str>>>,
}
