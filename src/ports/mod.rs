//! Ports: the traits through which the engine touches the world. Traits alone; each method says what it
//! guarantees when it returns.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::plan::provision::{Exec, Failure};
pub use crate::plan::semantics::{Applied, Found, Listed, Order};
use crate::plan::semantics::{Fault, Semantics};
use crate::state::{Event, State};
use crate::value::Value;

/// A provider, configured or not.
#[async_trait]
pub trait Provider: Semantics {
    /// Takes the configuration block's value. After `Ok` all other methods may be called. It may wait for the
    /// platform, and it makes no change there.
    async fn configure(&self, config: &Value) -> Result<(), Fault>;

    /// Reads one object again. `None` when it is gone. Changes nothing.
    async fn read(&self, type_name: &str, prior: &Value) -> Result<Option<Value>, Fault>;

    /// Reads a data source. Changes nothing.
    async fn read_data(&self, type_name: &str, config: &Value) -> Result<Value, Fault>;

    /// Changes one object. When it returns, the answer tells all that is known of the object; nothing goes on
    /// in the background.
    async fn apply(&self, order: Order) -> Applied;

    /// Reads what has become of an order whose outcome nobody knows, because the run that gave it died or had no
    /// answer. It asks the platform and not a cache, and changes nothing.
    async fn settle(&self, order: &Order) -> Result<Found, Fault> {
        let known = if order.prior.is_null() {
            &order.planned
        } else {
            &order.prior
        };
        let found = self.read(&order.type_name, known).await?;
        Ok(found.map_or(Found::Nothing, Found::Object))
    }

    /// Reads an existing object by its import id. `None` when there is none. Changes nothing.
    async fn import(&self, type_name: &str, id: &str) -> Result<Option<Value>, Fault>;

    /// Lists the objects on the platform that could be imported, whether or not a state or a configuration names them.
    /// Each stands once, in the order of types and ids. What can be managed only through another object, and what
    /// comes with the account and cannot be given up, is left out. It may answer from reads that were made before, and
    /// changes nothing.
    async fn list(&self) -> Result<Vec<Listed>, Fault> {
        Ok(Vec::new())
    }

    /// Forgets what was cached from reads, so that the next read asks the platform.
    fn invalidate(&self);

    /// How many HTTP requests were made so far: reads and mutating ones.
    fn calls_made(&self) -> (u64, u64);

    /// Ends what the provider runs (such as an embedded platform). Data is durable when it returns.
    async fn close(&self);
}

/// Makes providers by name.
pub trait Providers: Send + Sync {
    /// The names there are.
    fn names(&self) -> Vec<&'static str>;

    /// The pure half of a provider, for schemas and validation.
    fn semantics(&self, name: &str) -> Option<Arc<dyn Semantics>>;

    /// A new, unconfigured provider; one for each provider block.
    fn create(&self, name: &str) -> Option<Arc<dyn Provider>>;

    /// How many HTTP requests all that were made here have made so far.
    fn calls_made(&self) -> u64 {
        0
    }
}

/// Who holds or wants the lock.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LockInfo {
    /// Random id, for `force-unlock`.
    pub id: String,
    /// The command, such as `apply`.
    pub operation: String,
    /// `user@host`.
    pub who: String,
    /// Process id on that host.
    pub pid: u32,
    /// RFC 3339.
    pub created: String,
    /// Where the state lies.
    pub path: String,
}

/// Why a store did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else holds the lock.
    #[error("the state is locked by {} ({}) since {}", .0.who, .0.operation, .0.created)]
    Locked(Box<LockInfo>),
    /// A record is damaged; the others can still be exported.
    #[error("the record {record} is damaged: {reason}")]
    Damaged {
        /// Which record: an address, an output or `meta`.
        record: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The state was written by a newer swarmform.
    #[error("the state has format {found}, and this version knows formats up to {known}")]
    TooNew {
        /// The format found.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// Anything else, such as a full disk.
    #[error("{0}")]
    Io(String),
}

/// A held lock; released when dropped.
pub trait Lock: Send + Sync {
    /// Who holds it: we.
    fn info(&self) -> &LockInfo;
}

/// Where the state lies.
#[async_trait]
pub trait StateStore: Send + Sync {
    /// Takes the exclusive lock, waiting at most `timeout`. Until the lock is dropped no other process commits.
    async fn lock(&self, operation: &str, timeout: Duration) -> Result<Box<dyn Lock>, StoreError>;

    /// Reads the whole state, checked record by record. An absent store is an empty state.
    async fn read(&self) -> Result<State, StoreError>;

    /// Carries out the events and sets the serial, all or nothing. Durable when it returns. `lineage` is set
    /// when the stored one is empty. What `state::pending` does not allow is refused.
    async fn commit(&self, lineage: &str, serial: u64, events: &[Event]) -> Result<(), StoreError>;

    /// Ends a run: writes the export beside the store, so that a damaged store can be restored.
    async fn finish(&self) -> Result<(), StoreError>;

    /// Whether another run is at work on the state right now, so that operations without an outcome are its own.
    async fn is_in_use(&self) -> bool {
        false
    }

    /// What there is to tell the user since the last call, as full sentences: that a damaged store was
    /// restored, and from what. Empty nearly always.
    fn notices(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Runs commands on this machine.
#[async_trait]
pub trait Runner: Send + Sync {
    /// Runs one command to its end and tells each line of its output as it comes. `Ok` when it ended with 0.
    async fn run(&self, exec: &Exec, line: &(dyn for<'l> Fn(&'l str) + Send + Sync)) -> Result<(), Failure>;
}

/// The time.
pub trait Clock: Send + Sync {
    /// Nanoseconds since the Unix epoch.
    fn now_unix_nanos(&self) -> i128;

    /// How much time has passed since some moment. It never goes back, so that durations can be measured with it.
    fn uptime(&self) -> Duration {
        Duration::from_nanos(u64::try_from(self.now_unix_nanos().max(0)).unwrap_or(u64::MAX))
    }
}

/// Random ids.
pub trait Ids: Send + Sync {
    /// A version 4 UUID.
    fn uuid(&self) -> String;
}
