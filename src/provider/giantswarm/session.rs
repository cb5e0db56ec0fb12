//! What a configured provider works with: the client, the counts of its calls, and the cache of reads.
//!
//! Reads are single-flight: all members of one organization cost one GET, all components of one app one pair
//! of GETs, even when they are read at the same time. A mutation forgets what it touches. Errors are not
//! cached.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OnceCell, OwnedMutexGuard};

use crate::api::definition::{Definition, parse_answer};
use crate::api::wire::{AppStatus, AppSummary, Organization, Status};
use crate::api::{ApiError, CallLog, CallRecord, Client, ErrorKind};

/// Counts calls and lets them be traced.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    reads: AtomicU64,
    mutations: AtomicU64,
}

impl Counter {
    /// Reads and mutations so far.
    pub fn counts(&self) -> (u64, u64) {
        (
            self.reads.load(Ordering::Relaxed),
            self.mutations.load(Ordering::Relaxed),
        )
    }
}

impl CallLog for Counter {
    fn called(&self, record: &CallRecord) {
        // A login changes nothing that a plan speaks of.
        let reads = record.method == "GET" || record.path.ends_with("/login");
        let count = if reads { &self.reads } else { &self.mutations };
        count.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(
            method = record.method,
            path = %record.path.escape_debug(),
            status = record.status,
            code = record.code,
            request = record.id.as_deref(),
            millis = record.millis,
            "call"
        );
    }
}

/// An app as the platform shows it.
#[derive(Debug)]
pub(crate) struct AppReading {
    pub status: AppStatus,
    pub definition: Definition,
}

/// One read that may be under way; none means that the object is not there.
type Cell<T> = Arc<OnceCell<Option<Arc<T>>>>;
type Cells<T> = Mutex<BTreeMap<String, Cell<T>>>;

pub(crate) struct Session {
    pub client: Client,
    /// Who we are, if it is known without asking.
    known_name: Option<String>,
    name: OnceCell<String>,
    organizations: Cells<Organization>,
    apps: Cells<AppReading>,
    lists: Cells<Vec<AppSummary>>,
    turns: Mutex<BTreeMap<String, Arc<Turn>>>,
}

/// Held by whoever looks at the instances of a service and changes them.
type Turn = tokio::sync::Mutex<()>;

fn cell<T>(cells: &Cells<T>, key: &str) -> Cell<T> {
    let mut cells = cells.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(cell) = cells.get(key) {
        return Arc::clone(cell);
    }
    Arc::clone(cells.entry(key.to_owned()).or_default())
}

fn forget<T>(cells: &Cells<T>, key: Option<&str>) {
    let mut cells = cells.lock().unwrap_or_else(PoisonError::into_inner);
    match key {
        Some(key) => {
            cells.remove(key);
        }
        None => cells.clear(),
    }
}

fn gone_is_none<T>(result: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Session {
    pub fn new(client: Client, known_name: Option<String>) -> Session {
        Session {
            client,
            known_name,
            name: OnceCell::new(),
            organizations: Mutex::default(),
            apps: Mutex::default(),
            lists: Mutex::default(),
            turns: Mutex::default(),
        }
    }

    /// One at a time changes what is of a service, its counts, versions and state: scale calls are relative, the members of a
    /// pod scale together, and an update starts what was stopped and stops it again. Whoever looked while another was about
    /// it would see wrong. The turn ends with the guard.
    pub async fn turn(&self, app: &AppKey, service: &str) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(format!("{}/{service}", app.id())).or_default())
        };
        turn.lock_owned().await
    }

    /// The name of the user, asked for at most once. A login name that is an email address is no name.
    pub async fn username(&self) -> Result<&str, ApiError> {
        if let Some(name) = self.known_name() {
            return Ok(name);
        }
        self.name
            .get_or_try_init(async || Ok(self.client.me().await?.username))
            .await
            .map(String::as_str)
    }

    /// The name of the user, if it is known without asking.
    pub fn known_name(&self) -> Option<&str> {
        self.known_name.as_deref().filter(|name| !name.contains('@'))
    }

    /// An organization; none when there is none.
    pub async fn organization(&self, org: &str) -> Result<Option<Arc<Organization>>, ApiError> {
        cell(&self.organizations, org)
            .get_or_try_init(async || {
                let found = gone_is_none(self.client.organization(org).await)?;
                Ok(found.map(|mut organization| {
                    organization.members.sort();
                    organization.members.dedup();
                    Arc::new(organization)
                }))
            })
            .await
            .cloned()
    }

    /// Status and definition of an app; none when there is none, or when it is on its way out.
    pub async fn app(&self, key: &AppKey) -> Result<Option<Arc<AppReading>>, ApiError> {
        cell(&self.apps, &key.id())
            .get_or_try_init(async || {
                let (status, config) = futures::future::join(
                    self.client.app_status(&key.org, &key.env, &key.app),
                    self.client.app_config(&key.org, &key.env, &key.app),
                )
                .await;
                let status = match self.app_or_gone(key, status).await? {
                    Some(status) if status.status != Status::Deleting => status,
                    _ => return Ok(None),
                };
                let Some(config) = self.app_or_gone(key, config).await? else {
                    return Ok(None);
                };
                let definition = parse_answer(&config).map_err(|faults| ApiError {
                    method: "GET",
                    path: crate::api::paths::app_verb(&key.org, &key.env, &key.app, "config"),
                    status: Some(200),
                    code: None,
                    text: faults
                        .first()
                        .map(|fault| fault.message.clone())
                        .unwrap_or_default(),
                    kind: ErrorKind::Protocol,
                })?;
                Ok(Some(Arc::new(AppReading { status, definition })))
            })
            .await
            .cloned()
    }

    /// Takes "not found" for gone, and "forbidden" too if the organization itself is gone.
    pub async fn app_or_gone<T>(
        &self,
        key: &AppKey,
        result: Result<T, ApiError>,
    ) -> Result<Option<T>, ApiError> {
        match gone_is_none(result) {
            Err(error) if error.kind == ErrorKind::Forbidden => match self.organization(&key.org).await? {
                None => Ok(None),
                Some(_) => Err(error),
            },
            result => result,
        }
    }

    /// The apps of an environment, for what only the list tells.
    pub async fn list(&self, org: &str, env: &str) -> Result<Arc<Vec<AppSummary>>, ApiError> {
        let cell = cell(&self.lists, &format!("{org}/{env}"));
        let found = cell
            .get_or_try_init(async || {
                let list = gone_is_none(self.client.apps(org, env).await)?;
                Ok(list.map(Arc::new))
            })
            .await?;
        Ok(found.clone().unwrap_or_default())
    }

    /// Forgets an organization.
    pub fn forget_organization(&self, org: &str) {
        forget(&self.organizations, Some(org));
    }

    /// Forgets an app and the list that it is in.
    pub fn forget_app(&self, key: &AppKey) {
        forget(&self.apps, Some(&key.id()));
        forget(&self.lists, Some(&format!("{}/{}", key.org, key.env)));
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        forget(&self.organizations, None);
        forget(&self.apps, None);
        forget(&self.lists, None);
    }
}

/// The name of an app in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AppKey {
    pub org: String,
    pub env: String,
    pub app: String,
}

impl AppKey {
    /// `org/env/app`
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.org, self.env, self.app)
    }

    /// The key of an id.
    pub fn parse(id: &str) -> Option<AppKey> {
        let parts: Vec<&str> = id.split('/').collect();
        let [org, env, app] = parts.as_slice() else {
            return None;
        };
        if [org, env, app].iter().any(|part| part.is_empty()) {
            return None;
        }
        Some(AppKey {
            org: (*org).to_owned(),
            env: (*env).to_owned(),
            app: (*app).to_owned(),
        })
    }
}
