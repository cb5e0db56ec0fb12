//! Organizations read whole, to write configuration for them. It only reads.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};

use crate::api::{ApiError, ErrorKind};
use crate::plan::semantics::Fault;
use crate::provider::giantswarm::GiantSwarm;
use crate::provider::giantswarm::app::{actual, is_running};
use crate::provider::giantswarm::faults::failed;
use crate::provider::giantswarm::scale::count;
use crate::provider::giantswarm::session::{AppKey, AppReading, Session};
use crate::provider::giantswarm::written::{AdoptedApp, AdoptedOrganization, Scale};
use crate::value::Path;

/// How many apps are read at the same time; the client has limits of its own.
const AT_ONCE: usize = 8;

impl GiantSwarm {
    /// These organizations with all that is in them, or with the apps of these environments alone.
    pub async fn survey(&self, orgs: &[String], envs: &[String]) -> Result<Vec<AdoptedOrganization>, Fault> {
        let session = self.session()?;
        let mut found = Vec::new();
        for org in orgs {
            let aim = format!("to read the organization \"{org}\"");
            let read = one(&session, org, envs).await;
            let read = read.map_err(|error| failed(Path::root(), &aim, &error))?;
            found.push(read.ok_or_else(|| {
                let detail = format!(
                    "There is no organization \"{org}\", or you are not a member of it. Check the name, and as whom you \
                     are logged in."
                );
                Fault::error(Path::root(), "No such organization", detail)
            })?);
        }
        Ok(found)
    }
}

async fn one(session: &Session, org: &str, envs: &[String]) -> Result<Option<AdoptedOrganization>, ApiError> {
    let me = session.username().await?;
    let organization = match session.organization(org).await {
        Err(error) if error.kind == ErrorKind::Forbidden => return Ok(None),
        found => found?,
    };
    let Some(organization) = organization else {
        return Ok(None);
    };
    let mut keys = Vec::new();
    for env in session.client.environments(org).await? {
        if !envs.is_empty() && !envs.contains(&env) {
            continue;
        }
        for app in session.list(org, &env).await?.iter() {
            keys.push(AppKey {
                org: org.to_owned(),
                env: env.clone(),
                app: app.app.clone(),
            });
        }
    }
    keys.sort_by_key(AppKey::id);
    let read = keys.into_iter().map(|key| async move {
        let reading = session.app(&key).await?;
        Ok::<_, ApiError>(reading.map(|reading| app(&key, &reading)))
    });
    let apps: Vec<Option<AdoptedApp>> = futures::stream::iter(read)
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let others = organization.members.iter().filter(|member| *member != me);
    Ok(Some(AdoptedOrganization {
        name: org.to_owned(),
        managed: org != me,
        members: others.cloned().collect(),
        apps: apps.into_iter().flatten().collect(),
    }))
}

fn app(key: &AppKey, reading: &Arc<AppReading>) -> AdoptedApp {
    let mut definition = actual(reading, None);
    definition.app_name.clone_from(&key.app);
    let mut scales = Vec::new();
    let mut pods: Vec<(&str, &str)> = Vec::new();
    for (service, component) in definition.components() {
        let status = reading
            .status
            .component(&service.service_name, &component.component_name);
        let Some(instances) = status.map(count).filter(|count| *count > 0) else {
            continue;
        };
        let policy = component
            .scaling_policy
            .as_ref()
            .or(service.scaling_policy.as_ref());
        let least = policy.and_then(|policy| policy.min).unwrap_or(1);
        if usize::try_from(least).is_ok_and(|least| least == instances) {
            continue;
        }
        // The members of a pod scale together, so one of them stands for all.
        if let Some(pod) = &component.pod {
            if pods.contains(&(service.service_name.as_str(), pod.as_str())) {
                continue;
            }
            pods.push((&service.service_name, pod));
        }
        scales.push(Scale {
            service: service.service_name.clone(),
            component: component.component_name.clone(),
            instances,
        });
    }
    let services = reading.status.services.iter();
    let states: Vec<(String, bool)> = services
        .filter_map(|service| {
            let running = is_running(&service.status, std::slice::from_ref(service))?;
            Some((service.name.clone(), running))
        })
        .collect();
    let one = |wanted: bool| states.iter().any(|(_, running)| *running == wanted);
    let mixed = one(true) && one(false);
    AdoptedApp {
        env: key.env.clone(),
        running: mixed || is_running(&reading.status.status, &reading.status.services).unwrap_or(true),
        states: if mixed { states } else { Vec::new() },
        scales,
        definition,
    }
}
