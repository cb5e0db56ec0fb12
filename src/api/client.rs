//! The client: one method for each of the thirty methods of the API V1.
//!
//! It turns answers into types and errors into [`ApiError`]s, and takes the differences between servers (a
//! service's stop answers "started", a component's status has two shapes, lists may be null). It polls
//! nothing and decides nothing.

use std::sync::Arc;

use base64::Engine;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::api::codes;
use crate::api::config::{Config, ConfigError};
use crate::api::error::{ApiError, ErrorKind};
use crate::api::log::CallLog;
use crate::api::paths::{self, ComponentRef};
use crate::api::transport::{Answer, Request, Transport};
use crate::api::wire::{
    AppStatus, AppSummary, ComponentStatus, InstanceStats, Me, Organization, ServiceStatus, Strategy,
};

/// A client of one platform, cheap to clone.
#[derive(Clone)]
pub struct Client {
    pub(crate) transport: Arc<Transport>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client(..)")
    }
}

fn protocol(request: &Request, answer: &Answer, text: &str) -> ApiError {
    ApiError {
        method: request.method,
        path: request.path.clone(),
        status: Some(answer.status),
        code: answer.envelope.as_ref().and_then(|envelope| envelope.code),
        text: text.to_owned(),
        kind: ErrorKind::Protocol,
    }
}

impl Client {
    /// A client; nothing is sent yet.
    pub fn new(config: Config, log: Arc<dyn CallLog>) -> Result<Client, ConfigError> {
        Ok(Client {
            transport: Arc::new(Transport::new(config, log)?),
        })
    }

    /// The password that the client logs in with; none when it was given a token.
    pub fn password(&self) -> Option<String> {
        self.transport.password()
    }

    /// Goes on as this user with this password.
    pub async fn log_in_as(&self, username: &str, password: &str) {
        self.transport.log_in_as(username, password).await;
    }

    /// Sends a request whose answer carries data.
    async fn data(&self, request: Request) -> Result<Value, ApiError> {
        let answer = self.transport.send(&request).await?;
        match &answer.envelope {
            None => Err(protocol(
                &request,
                &answer,
                "the answer is not the JSON that the API promises",
            )),
            Some(envelope) => Ok(envelope.data.clone().unwrap_or_default()),
        }
    }

    /// Sends a request whose data has this type; null is its default.
    async fn typed<T: DeserializeOwned + Default>(&self, request: Request) -> Result<T, ApiError> {
        let shown = request.clone();
        let data = self.data(request).await?;
        if data.is_null() {
            return Ok(T::default());
        }
        serde_json::from_value(data).map_err(|error| ApiError {
            method: shown.method,
            path: shown.path,
            status: Some(200),
            code: None,
            text: format!(
                "the data of the answer is not what the API promises: {}",
                crate::api::error::presentable(&error.to_string(), &[])
            ),
            kind: ErrorKind::Protocol,
        })
    }

    /// Sends a mutation whose answer must have one of these codes, or none (servers differ).
    async fn mutate(&self, request: Request, expected: &[u32]) -> Result<(), ApiError> {
        let answer = self.transport.send(&request).await?;
        let code = answer.envelope.as_ref().and_then(|envelope| envelope.code);
        match code {
            None => Ok(()),
            Some(code) if expected.contains(&code) || code == codes::DATA => Ok(()),
            Some(code) => {
                let text = format!("the response code {code} is not one of those that the API promises here");
                Err(protocol(&request, &answer, &text))
            }
        }
    }

    // Organizations.

    /// The names of the environments of an organization that have apps.
    pub async fn environments(&self, org: &str) -> Result<Vec<String>, ApiError> {
        let data = self.data(Request::get(paths::environments(org))).await?;
        let list = data.get("environments").and_then(Value::as_array);
        Ok(list
            .into_iter()
            .flatten()
            .filter_map(|environment| environment.get("name")?.as_str().map(str::to_owned))
            .collect())
    }

    /// Creates an organization.
    pub async fn create_organization(&self, org: &str) -> Result<(), ApiError> {
        let request = Request::post(paths::organizations()).body(json!({ "org_id": org }));
        self.mutate(request, &[codes::CREATED]).await
    }

    /// Removes an organization.
    pub async fn delete_organization(&self, org: &str) -> Result<(), ApiError> {
        let request = Request::new("DELETE", paths::organization_delete(org));
        self.mutate(request, &[codes::DELETED]).await
    }

    /// Shows an organization.
    pub async fn organization(&self, org: &str) -> Result<Organization, ApiError> {
        let request = Request::get(paths::organization(org));
        let mut organization: Organization = self.typed(request).await?;
        if organization.id.is_empty() {
            org.clone_into(&mut organization.id);
        }
        Ok(organization)
    }

    /// Adds a member.
    pub async fn add_member(&self, org: &str, username: &str) -> Result<(), ApiError> {
        let request = Request::post(paths::member_add(org)).body(json!({ "username": username }));
        self.mutate(request, &[codes::UPDATED]).await
    }

    /// Removes a member.
    pub async fn remove_member(&self, org: &str, username: &str) -> Result<(), ApiError> {
        let request = Request::post(paths::member_remove(org)).body(json!({ "username": username }));
        self.mutate(request, &[codes::UPDATED, codes::DELETED]).await
    }

    // Apps.

    /// The apps of an environment.
    pub async fn apps(&self, org: &str, env: &str) -> Result<Vec<AppSummary>, ApiError> {
        self.typed(Request::get(paths::apps(org, env))).await
    }

    /// Creates an app from the wire form of its definition. It is stopped afterwards.
    pub async fn create_app(&self, org: &str, env: &str, definition: &Value) -> Result<(), ApiError> {
        let request = Request::post(paths::apps(org, env)).body(definition.clone());
        self.mutate(request, &[codes::CREATED]).await
    }

    /// Removes an app with its volumes.
    pub async fn delete_app(&self, org: &str, env: &str, app: &str) -> Result<(), ApiError> {
        let request = Request::new("DELETE", paths::app(org, env, app));
        self.mutate(request, &[codes::DELETED]).await
    }

    /// Starts an app; it is starting when this returns.
    pub async fn start_app(&self, org: &str, env: &str, app: &str) -> Result<(), ApiError> {
        let request = Request::post(paths::app_verb(org, env, app, "start"));
        self.mutate(request, &[codes::STARTED]).await
    }

    /// Stops an app, keeping its volumes; it is stopping when this returns.
    pub async fn stop_app(&self, org: &str, env: &str, app: &str) -> Result<(), ApiError> {
        let request = Request::post(paths::app_verb(org, env, app, "stop"));
        self.mutate(request, &[codes::STOPPED, codes::STARTED]).await
    }

    /// The status of an app with all its services, components and instances.
    pub async fn app_status(&self, org: &str, env: &str, app: &str) -> Result<AppStatus, ApiError> {
        self.typed(Request::get(paths::app_verb(org, env, app, "status")))
            .await
    }

    /// The definition of an app as the platform holds it, as JSON text.
    pub async fn app_config(&self, org: &str, env: &str, app: &str) -> Result<String, ApiError> {
        let data = self
            .data(Request::get(paths::app_verb(org, env, app, "config")))
            .await?;
        Ok(data.to_string())
    }

    // Services.

    /// Starts a service.
    pub async fn start_service(
        &self,
        org: &str,
        env: &str,
        app: &str,
        service: &str,
    ) -> Result<(), ApiError> {
        let request = Request::post(paths::service_verb(org, env, app, service, "start"));
        self.mutate(request, &[codes::STARTED]).await
    }

    /// Stops a service; a server answers "started" or "stopped".
    pub async fn stop_service(&self, org: &str, env: &str, app: &str, service: &str) -> Result<(), ApiError> {
        let request = Request::post(paths::service_verb(org, env, app, service, "stop"));
        self.mutate(request, &[codes::STARTED, codes::STOPPED]).await
    }

    /// The status of a service.
    pub async fn service_status(
        &self,
        org: &str,
        env: &str,
        app: &str,
        service: &str,
    ) -> Result<ServiceStatus, ApiError> {
        self.typed(Request::get(paths::service_verb(
            org, env, app, service, "status",
        )))
        .await
    }

    // Components.

    /// The status of a component, in either shape.
    pub async fn component_status(&self, component: ComponentRef<'_>) -> Result<ComponentStatus, ApiError> {
        let request = Request::get(component.status());
        let answer = self.transport.send(&request).await?;
        answer
            .envelope
            .as_ref()
            .and_then(|envelope| envelope.data.as_ref())
            .and_then(|data| ComponentStatus::read(data, component.component))
            .ok_or_else(|| protocol(&request, &answer, "the answer holds no status of the component"))
    }

    /// Moves a component to another version of its image, which starts it if it was stopped.
    pub async fn update_component(
        &self,
        component: ComponentRef<'_>,
        version: &str,
        strategy: Strategy,
    ) -> Result<(), ApiError> {
        let request = Request::post(component.update(version)).body(json!({ "strategy": strategy.as_str() }));
        self.mutate(request, &[codes::UPDATED]).await
    }

    /// Adds so many instances.
    pub async fn scale_up(&self, component: ComponentRef<'_>, count: u32) -> Result<(), ApiError> {
        self.mutate(Request::post(component.scale_up(count)), &[codes::UPDATED])
            .await
    }

    /// Removes so many instances.
    pub async fn scale_down(&self, component: ComponentRef<'_>, count: u32) -> Result<(), ApiError> {
        self.mutate(Request::post(component.scale_down(count)), &[codes::UPDATED])
            .await
    }

    // Instances.

    /// The last lines of an instance's log, as text; the server's own number of lines when none is given.
    pub async fn logs(&self, org: &str, instance: &str, lines: Option<u32>) -> Result<String, ApiError> {
        let mut request = Request::get(paths::instance_verb(org, instance, "logs"));
        if let Some(lines) = lines {
            request.query = format!("t={lines}");
        }
        Ok(self.transport.send(&request).await?.text)
    }

    /// What an instance uses.
    pub async fn stats(&self, org: &str, instance: &str) -> Result<InstanceStats, ApiError> {
        self.typed(Request::get(paths::instance_verb(org, instance, "stats")))
            .await
    }

    // Connection.

    /// Whether the platform and what it needs are up.
    pub async fn ping(&self) -> Result<bool, ApiError> {
        let mut request = Request::get(paths::ping());
        // A bad answer is what was asked for: it is not tried again.
        (request.authorized, request.safe) = (false, false);
        match self.transport.send(&request).await {
            Ok(answer) => Ok(answer.text.trim().trim_matches('"') == "OK"),
            Err(error) if error.status == Some(500) => Ok(false),
            Err(error) => Err(error),
        }
    }

    // Users.

    /// Logs in and gives the token. The client itself logs in when it must; this is for others.
    pub async fn login(&self, username: &str, password: &str) -> Result<String, ApiError> {
        let request = Request::login(username, password);
        let answer = self.transport.send(&request).await?;
        answer
            .envelope
            .as_ref()
            .and_then(|envelope| envelope.data.as_ref()?.get("Id")?.as_str().map(str::to_owned))
            .ok_or_else(|| protocol(&request, &answer, "the answer to the login has no token"))
    }

    /// Ends the token in use.
    pub async fn logout(&self) -> Result<(), ApiError> {
        let result = self
            .mutate(Request::post(paths::logout()), &[codes::DELETED])
            .await;
        self.transport.forget_token().await;
        result
    }

    /// The user of the token.
    pub async fn me(&self) -> Result<Me, ApiError> {
        self.typed(Request::get(paths::me())).await
    }

    /// The organizations that the user of the token is a member of.
    pub async fn memberships(&self) -> Result<Vec<String>, ApiError> {
        self.typed(Request::get(paths::memberships())).await
    }

    /// Changes the email address.
    pub async fn update_email(&self, old: &str, new: &str) -> Result<(), ApiError> {
        let request =
            Request::post(paths::email_update()).body(json!({ "old_email": old, "new_email": new }));
        self.mutate(request, &[codes::UPDATED]).await
    }

    /// Changes the password of the user, which ends all tokens. The client goes on with the new one.
    pub async fn update_password(&self, username: &str, old: &str, new: &str) -> Result<(), ApiError> {
        let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let request = Request::post(paths::password_update())
            .body(json!({ "old_password": encode(old), "new_password": encode(new) }));
        let answer = self.transport.change_password(&request, username, new).await?;
        let code = answer.envelope.as_ref().and_then(|envelope| envelope.code);
        match code {
            None | Some(codes::UPDATED | codes::DATA) => Ok(()),
            Some(code) => {
                let text = format!("the response code {code} is not one of those that the API promises here");
                Err(protocol(&request, &answer, &text))
            }
        }
    }
}
