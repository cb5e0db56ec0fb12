//! Providers and a store that can only be read: what a command is given that must not change anything.
//!
//! The wrapped ones are private to this file, and nothing here calls what changes an object or the state. So whoever
//! has only these cannot do it by mistake.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::plan::semantics::{Decision, Declared, Fault, PlannedCall, Proposal, Semantics};
use crate::ports::{Applied, Found, Listed, Lock, Order, Provider, Providers, StateStore, StoreError};
use crate::schema::ProviderSchema;
use crate::state::{Event, State};
use crate::value::{Path, Value};

/// Providers that only read.
pub struct Readers(Arc<dyn Providers>);

impl Readers {
    /// The reading halves of these.
    pub fn of(providers: Arc<dyn Providers>) -> Readers {
        Readers(providers)
    }
}

impl Providers for Readers {
    fn names(&self) -> Vec<&'static str> {
        self.0.names()
    }

    fn semantics(&self, name: &str) -> Option<Arc<dyn Semantics>> {
        self.0.semantics(name)
    }

    fn create(&self, name: &str) -> Option<Arc<dyn Provider>> {
        let provider = self.0.create(name)?;
        Some(Arc::new(Reader(provider)))
    }

    fn calls_made(&self) -> u64 {
        self.0.calls_made()
    }
}

/// A provider that only reads.
struct Reader(Arc<dyn Provider>);

impl Semantics for Reader {
    fn schema(&self) -> &ProviderSchema {
        self.0.schema()
    }

    fn validate_config(&self, config: &Value) -> Vec<Fault> {
        self.0.validate_config(config)
    }

    fn validate_resource(&self, type_name: &str, config: &Value) -> Vec<Fault> {
        self.0.validate_resource(type_name, config)
    }

    fn validate_data(&self, type_name: &str, config: &Value) -> Vec<Fault> {
        self.0.validate_data(type_name, config)
    }

    fn plan(&self, proposal: Proposal<'_>) -> Result<Decision, Vec<Fault>> {
        self.0.plan(proposal)
    }

    fn is_remote(&self, type_name: &str) -> bool {
        self.0.is_remote(type_name)
    }

    fn import_id(&self, type_name: &str, object: &Value) -> Option<String> {
        self.0.import_id(type_name, object)
    }

    fn is_shared(&self, type_name: &str) -> bool {
        self.0.is_shared(type_name)
    }

    fn conflicts(&self, declared: &[Declared<'_>]) -> Vec<(usize, Fault)> {
        self.0.conflicts(declared)
    }

    fn plan_delete(&self, type_name: &str, prior: &Value) -> (Vec<PlannedCall>, Vec<Fault>) {
        self.0.plan_delete(type_name, prior)
    }
}

#[async_trait]
impl Provider for Reader {
    async fn configure(&self, config: &Value) -> Result<(), Fault> {
        self.0.configure(config).await
    }

    async fn read(&self, type_name: &str, prior: &Value) -> Result<Option<Value>, Fault> {
        self.0.read(type_name, prior).await
    }

    async fn read_data(&self, type_name: &str, config: &Value) -> Result<Value, Fault> {
        self.0.read_data(type_name, config).await
    }

    async fn apply(&self, order: Order) -> Applied {
        let fault = Fault::error(
            Path::root(),
            "Nothing may be changed",
            "The command only reads, so it has no provider that changes anything. Nothing was done.",
        );
        Applied {
            state: order.prior,
            private: order.private,
            error: Some(fault),
            in_doubt: false,
            notes: Vec::new(),
        }
    }

    async fn settle(&self, order: &Order) -> Result<Found, Fault> {
        self.0.settle(order).await
    }

    async fn import(&self, type_name: &str, id: &str) -> Result<Option<Value>, Fault> {
        self.0.import(type_name, id).await
    }

    async fn list(&self) -> Result<Vec<Listed>, Fault> {
        self.0.list().await
    }

    fn invalidate(&self) {
        self.0.invalidate();
    }

    fn calls_made(&self) -> (u64, u64) {
        self.0.calls_made()
    }

    async fn close(&self) {
        self.0.close().await;
    }
}

/// A state that was read, and that can neither be locked nor written.
pub struct Shelf(pub State);

impl Shelf {
    fn refused<T>() -> Result<T, StoreError> {
        Err(StoreError::Io(
            "the command only reads, so it writes no state".to_owned(),
        ))
    }
}

#[async_trait]
impl StateStore for Shelf {
    async fn lock(&self, _operation: &str, _timeout: Duration) -> Result<Box<dyn Lock>, StoreError> {
        Shelf::refused()
    }

    async fn read(&self) -> Result<State, StoreError> {
        Ok(self.0.clone())
    }

    async fn commit(&self, _lineage: &str, _serial: u64, _events: &[Event]) -> Result<(), StoreError> {
        Shelf::refused()
    }

    async fn finish(&self) -> Result<(), StoreError> {
        Shelf::refused()
    }
}
