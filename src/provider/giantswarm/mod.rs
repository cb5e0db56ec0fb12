//! The provider `giantswarm`: what a platform that speaks the API V1 has, as resources and data sources.
//!
//! One file a resource type; this one sends each question to its file. Values come with marks and are looked
//! at without them; what goes into a message or a planned call has its secrets taken out. A creation whose answer
//! was lost is in doubt unless reading shows it done: a request may still be under way when nothing is there yet.

pub mod app;
mod calls;
mod component;
mod conflicts;
pub(crate) mod connect;
mod data;
pub mod embedded;
mod faults;
mod list;
mod member;
mod org;
mod scale;
mod schema;
mod service;
pub(super) mod session;
pub mod settings;
mod survey;
mod user;
mod version;
pub mod written;

#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

use crate::api::CallLog;
use crate::plan::semantics::{Decision, Declared, Fault, PlannedCall, Proposal, Semantics};
use crate::ports::{Applied, Clock, Found, Ids, Listed, Order, Provider};
use crate::provider::giantswarm::connect::{Connection, connect};
use crate::provider::giantswarm::embedded::EmbeddedPlatforms;
use crate::provider::giantswarm::session::{Counter, Session};
use crate::provider::giantswarm::settings::Environment;
use crate::provider::object::{Arg, at, plain, text};
use crate::schema::ProviderSchema;
use crate::value::{Path, Value};

/// The provider's name.
pub const NAME: &str = "giantswarm";

/// The provider; see [`Provider`].
pub struct GiantSwarm {
    schema: ProviderSchema,
    environment: Environment,
    embedded: Arc<dyn EmbeddedPlatforms>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    session: RwLock<Option<Arc<Session>>>,
    counter: Arc<Counter>,
}

impl GiantSwarm {
    /// An unconfigured provider. The clock and the ids are for waiting between tries.
    pub fn new(
        environment: Environment,
        embedded: Arc<dyn EmbeddedPlatforms>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> GiantSwarm {
        GiantSwarm {
            schema: schema::schema(),
            environment,
            embedded,
            clock,
            ids,
            session: RwLock::new(None),
            counter: Arc::new(Counter::default()),
        }
    }

    /// What counts its calls.
    pub(super) fn counter(&self) -> Arc<Counter> {
        Arc::clone(&self.counter)
    }

    fn current(&self) -> Option<Arc<Session>> {
        self.session
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The name of the user, if it is known without asking.
    fn name(&self) -> Option<String> {
        let session = self.current()?;
        session.known_name().map(str::to_owned)
    }

    /// An object of this type with nothing set.
    fn empty(&self, type_name: &str) -> Value {
        let resource = self.schema.resources.get(type_name);
        resource.map_or_else(Value::dynamic_null, |resource| resource.block.empty_value())
    }

    fn session(&self) -> Result<Arc<Session>, Fault> {
        self.current().ok_or_else(|| {
            Fault::error(
                Path::root(),
                "Provider not configured",
                "The provider \"giantswarm\" was used before it was configured.",
            )
        })
    }
}

/// Hears of calls that no provider makes.
pub(crate) fn counter() -> Arc<dyn CallLog> {
    Arc::new(Counter::default())
}

/// The object is as planned.
fn done(state: Value) -> Applied {
    Applied {
        state,
        private: None,
        error: None,
        in_doubt: false,
        notes: Vec::new(),
    }
}

/// Nobody knows what the platform did: a later run finds out.
fn in_doubt(fault: Fault) -> Applied {
    Applied {
        in_doubt: true,
        ..refused(fault)
    }
}

/// The object is gone.
fn gone() -> Applied {
    done(Value::dynamic_null())
}

/// Nothing was made.
fn refused(fault: Fault) -> Applied {
    Applied {
        error: Some(fault),
        ..gone()
    }
}

/// The object is as it was.
fn unchanged(prior: &Value, fault: Fault) -> Applied {
    Applied {
        error: Some(fault),
        ..done(plain(prior))
    }
}

fn bad_import(id: &str, form: &str) -> Fault {
    Fault::error(
        Path::root(),
        "Invalid import id",
        format!("{id:?} is not of the form {form}."),
    )
}

fn unknown_type(type_name: &str) -> Fault {
    Fault::error(
        Path::root(),
        "Unknown resource type",
        format!("The provider \"giantswarm\" has no type \"{type_name}\"."),
    )
}

impl Semantics for GiantSwarm {
    fn schema(&self) -> &ProviderSchema {
        &self.schema
    }

    fn validate_config(&self, config: &Value) -> Vec<Fault> {
        settings::validate(&plain(config))
    }

    fn validate_resource(&self, type_name: &str, config: &Value) -> Vec<Fault> {
        let config = plain(config);
        match type_name {
            "giantswarm_org" => org::validate(&config),
            "giantswarm_member" => member::validate(&config),
            "giantswarm_app" => {
                let session = self.current();
                app::validate(&config, session.as_deref().and_then(Session::known_name))
            }
            "giantswarm_component_scale" => scale::validate(&config),
            "giantswarm_component_version" => version::validate(&config),
            "giantswarm_service_state" => service::validate(&config),
            "giantswarm_user_email" => user::validate_email(&config),
            "giantswarm_user_password" => user::validate_password(&config),
            _ => vec![unknown_type(type_name)],
        }
    }

    fn validate_data(&self, type_name: &str, config: &Value) -> Vec<Fault> {
        if self.schema.data_sources.contains_key(type_name) {
            data::validate(type_name, config)
        } else {
            vec![unknown_type(type_name)]
        }
    }

    fn plan(&self, proposal: Proposal<'_>) -> Result<Decision, Vec<Fault>> {
        match proposal.type_name {
            "giantswarm_org" => Ok(org::plan(proposal)),
            "giantswarm_member" => {
                let me = self.current();
                let me = me.as_deref().and_then(Session::known_name);
                let username = plain(proposal.proposed);
                if proposal.prior.is_null()
                    && let (Some(me), Arg::Known(username)) = (me, text(&username, "username"))
                    && me == username
                {
                    return Err(vec![Fault::error(
                        at("username"),
                        "Already a member",
                        format!(
                            "\"{me}\" is the user that swarmform works as, and so a member already of every organization that it makes or changes. Leave this membership out, or import it."
                        ),
                    )]);
                }
                Ok(member::plan(proposal))
            }
            "giantswarm_app" => {
                let session = self.current();
                app::plan(proposal, session.as_deref().and_then(Session::known_name))
            }
            "giantswarm_component_scale" => Ok(scale::plan(proposal)),
            "giantswarm_component_version" => Ok(version::plan(proposal)),
            "giantswarm_service_state" => Ok(service::plan(proposal)),
            "giantswarm_user_email" => Ok(user::plan_email(proposal, self.name().as_deref())),
            "giantswarm_user_password" => Ok(user::plan_password(proposal, self.name().as_deref())),
            other => Err(vec![unknown_type(other)]),
        }
    }

    fn import_id(&self, type_name: &str, object: &Value) -> Option<String> {
        list::import_id(type_name, object)
    }

    fn respelled(&self, type_name: &str, object: &Value, config: &Value) -> Value {
        if type_name != "giantswarm_app" {
            return object.clone();
        }
        let session = self.current();
        app::respelled(object, config, session.as_deref().and_then(Session::known_name))
    }

    fn is_shared(&self, type_name: &str) -> bool {
        conflicts::is_shared(type_name)
    }

    fn conflicts(&self, declared: &[Declared<'_>]) -> Vec<(usize, Fault)> {
        conflicts::find(declared, self.name().as_deref())
    }

    fn plan_delete(&self, type_name: &str, prior: &Value) -> (Vec<PlannedCall>, Vec<Fault>) {
        let session = self.current();
        let me = session.as_deref().and_then(Session::known_name);
        match type_name {
            "giantswarm_org" => org::plan_delete(prior, me),
            "giantswarm_member" => member::plan_delete(prior, me),
            "giantswarm_app" => app::plan_delete(prior),
            "giantswarm_component_scale" => scale::plan_delete(prior),
            "giantswarm_component_version" => version::plan_delete(prior),
            "giantswarm_service_state" => service::plan_delete(prior),
            "giantswarm_user_email" | "giantswarm_user_password" => user::plan_delete(type_name, prior),
            _ => (Vec::new(), vec![unknown_type(type_name)]),
        }
    }
}

#[async_trait]
impl Provider for GiantSwarm {
    async fn configure(&self, config: &Value) -> Result<(), Fault> {
        let log: Arc<Counter> = Arc::clone(&self.counter);
        let Connection { client, name, .. } = connect(
            &plain(config),
            &self.environment,
            &*self.embedded,
            (Arc::clone(&self.clock), &*self.ids),
            log,
        )
        .await?;
        let session = Arc::new(Session::new(client, name));
        *self.session.write().unwrap_or_else(PoisonError::into_inner) = Some(session);
        Ok(())
    }

    async fn read(&self, type_name: &str, prior: &Value) -> Result<Option<Value>, Fault> {
        let session = self.session()?;
        match type_name {
            "giantswarm_org" => org::read(&session, prior).await,
            "giantswarm_member" => member::read(&session, prior).await,
            "giantswarm_app" => app::read(&session, prior).await,
            "giantswarm_component_scale" => scale::read(&session, prior).await,
            "giantswarm_component_version" => version::read(&session, prior).await,
            "giantswarm_service_state" => service::read(&session, prior).await,
            "giantswarm_user_email" => user::read_email(&session, prior).await,
            "giantswarm_user_password" => user::read_password(&session, prior).await,
            other => Err(unknown_type(other)),
        }
    }

    async fn read_data(&self, type_name: &str, config: &Value) -> Result<Value, Fault> {
        let session = self.session()?;
        data::read(&session, type_name, config).await
    }

    async fn apply(&self, order: Order) -> Applied {
        let session = match self.session() {
            Ok(session) => session,
            Err(fault) => return unchanged(&order.prior, fault),
        };
        let deletes = order.planned.is_null();
        match &*order.type_name {
            "giantswarm_org" if deletes => org::delete(&session, &order.prior).await,
            "giantswarm_member" if deletes => member::delete(&session, &order.prior).await,
            "giantswarm_app" if deletes => app::delete(&session, &order.prior).await,
            "giantswarm_component_scale" if deletes => scale::delete(&order.prior),
            "giantswarm_component_version" if deletes => version::delete(&order.prior),
            "giantswarm_service_state" if deletes => service::delete(&order.prior),
            "giantswarm_user_email" | "giantswarm_user_password" if deletes => {
                user::delete(&order.type_name, &order.prior)
            }
            "giantswarm_org" if order.prior.is_null() => org::create(&session, &order.planned).await,
            "giantswarm_member" if order.prior.is_null() => member::create(&session, &order.planned).await,
            "giantswarm_app" if order.prior.is_null() => app::create(&session, &order).await,
            // These have no change in place beyond what is computed.
            "giantswarm_org" | "giantswarm_member" => done(plain(&order.planned)),
            "giantswarm_app" => app::update(&session, &order).await,
            "giantswarm_component_scale" => scale::apply(&session, &order.prior, &order.planned).await,
            "giantswarm_component_version" => version::apply(&session, &order.prior, &order.planned).await,
            "giantswarm_service_state" => service::apply(&session, &order.prior, &order.planned).await,
            "giantswarm_user_email" => user::apply_email(&session, &order.prior, &order.planned).await,
            "giantswarm_user_password" => {
                user::apply_password(&session, &order.prior, &order.planned, &order.config).await
            }
            other => unchanged(&order.prior, unknown_type(other)),
        }
    }

    async fn settle(&self, order: &Order) -> Result<Found, Fault> {
        let session = self.session()?;
        let creates = order.prior.is_null();
        match &*order.type_name {
            "giantswarm_org" if creates => org::settle(&session, &order.planned).await,
            "giantswarm_app" if creates => app::settle(&session, order).await,
            "giantswarm_component_scale" if creates => scale::settle(&session, &order.planned).await,
            "giantswarm_component_version" if creates => version::settle(&session, &order.planned).await,
            "giantswarm_service_state" if creates => service::settle(&session, &order.planned).await,
            "giantswarm_user_email" if creates => user::settle_email(&session, &order.planned).await,
            // Nothing tells by reading; the next change logs in first.
            "giantswarm_user_password" if creates => Ok(Found::Nothing),
            type_name => {
                let known = if creates { &order.planned } else { &order.prior };
                let found = self.read(type_name, known).await?;
                Ok(found.map_or(Found::Nothing, Found::Object))
            }
        }
    }

    async fn import(&self, type_name: &str, id: &str) -> Result<Option<Value>, Fault> {
        let session = self.session()?;
        match type_name {
            "giantswarm_org" if id.contains('/') || id.is_empty() => Err(bad_import(id, "ORG")),
            "giantswarm_org" => org::import(&session, id).await,
            "giantswarm_member" => match id.split_once('/') {
                Some((org, user)) if !org.is_empty() && !user.is_empty() && !user.contains('/') => {
                    member::import(&session, org, user).await
                }
                _ => Err(bad_import(id, "ORG/USER")),
            },
            "giantswarm_app" => app::import(&session, id).await,
            "giantswarm_component_scale" => scale::import(&session, id).await,
            "giantswarm_component_version" => version::import(&session, id, &self.empty(type_name)).await,
            "giantswarm_service_state" => service::import(&session, id, &self.empty(type_name)).await,
            "giantswarm_user_email" | "giantswarm_user_password" => {
                user::import(&session, type_name, id, &self.empty(type_name)).await
            }
            other => Err(unknown_type(other)),
        }
    }

    async fn list(&self) -> Result<Vec<Listed>, Fault> {
        let session = self.session()?;
        list::all(&session).await
    }

    fn invalidate(&self) {
        if let Some(session) = self.current() {
            session.forget_all();
        }
    }

    fn calls_made(&self) -> (u64, u64) {
        self.counter.counts()
    }

    async fn close(&self) {
        self.embedded.stop().await;
    }
}
