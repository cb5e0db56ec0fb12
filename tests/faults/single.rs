//! Providers that forget all they have read before they read again: no answer serves two reads.

use std::sync::Arc;

use async_trait::async_trait;
use swarmform::plan::semantics::{Decision, Fault, PlannedCall, Proposal, Semantics};
use swarmform::ports::{Applied, Found, Listed, Order, Provider, Providers};
use swarmform::schema::ProviderSchema;
use swarmform::value::Value;

/// Those of a registry, each reading for itself alone.
pub struct Single<P>(pub P);

impl<P: Providers> Providers for Single<P> {
    fn names(&self) -> Vec<&'static str> {
        self.0.names()
    }

    fn semantics(&self, name: &str) -> Option<Arc<dyn Semantics>> {
        self.0.semantics(name)
    }

    fn create(&self, name: &str) -> Option<Arc<dyn Provider>> {
        Some(Arc::new(Forgetful(self.0.create(name)?)))
    }
}

struct Forgetful(Arc<dyn Provider>);

impl Semantics for Forgetful {
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

    fn plan_delete(&self, type_name: &str, prior: &Value) -> (Vec<PlannedCall>, Vec<Fault>) {
        self.0.plan_delete(type_name, prior)
    }
}

#[async_trait]
impl Provider for Forgetful {
    async fn configure(&self, config: &Value) -> Result<(), Fault> {
        self.0.configure(config).await
    }

    async fn read(&self, type_name: &str, prior: &Value) -> Result<Option<Value>, Fault> {
        self.0.invalidate();
        self.0.read(type_name, prior).await
    }

    async fn read_data(&self, type_name: &str, config: &Value) -> Result<Value, Fault> {
        self.0.invalidate();
        self.0.read_data(type_name, config).await
    }

    async fn apply(&self, order: Order) -> Applied {
        self.0.apply(order).await
    }

    async fn settle(&self, order: &Order) -> Result<Found, Fault> {
        self.0.settle(order).await
    }

    async fn import(&self, type_name: &str, id: &str) -> Result<Option<Value>, Fault> {
        self.0.invalidate();
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
