//! What there is on the platform: the organizations of the user, their members and their apps.
//!
//! The user's own membership comes with each organization, and the organization that is named like the user comes with
//! the account: neither can be managed, so neither is listed. The scale of a component is no object of its own.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt};

use crate::api::ApiError;
use crate::plan::semantics::Fault;
use crate::ports::Listed;
use crate::provider::giantswarm::faults::failed;
use crate::provider::giantswarm::session::{AppKey, Session};
use crate::provider::object::{plain, text};
use crate::value::{Path, Value};

/// How many organizations are looked into at the same time; the client has limits of its own.
const AT_ONCE: usize = 8;

/// Everything, in order.
pub(crate) async fn all(session: &Session) -> Result<Vec<Listed>, Fault> {
    let fault = |error| failed(Path::root(), "to list what there is on the platform", &error);
    let me = session.username().await.map_err(fault)?;
    let organizations = session.client.memberships().await.map_err(fault)?;
    let each = organizations.into_iter().map(|org| one(session, me, org));
    let found: Vec<Vec<Listed>> = futures::stream::iter(each)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
        .map_err(fault)?;
    let mut all = found.concat();
    all.sort();
    all.dedup();
    Ok(all)
}

/// One organization with what is in it; nothing when it is gone meanwhile.
async fn one(session: &Session, me: &str, org: String) -> Result<Vec<Listed>, ApiError> {
    let Some(organization) = session.organization(&org).await? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    if org != me {
        found.push(listed("giantswarm_org", org.clone()));
    }
    let others = organization.members.iter().filter(|member| *member != me);
    found.extend(others.map(|member| listed("giantswarm_member", format!("{org}/{member}"))));
    for env in session.client.environments(&org).await? {
        for app in session.list(&org, &env).await?.iter() {
            let key = AppKey {
                org: org.clone(),
                env: env.clone(),
                app: app.app.clone(),
            };
            found.push(listed("giantswarm_app", key.id()));
        }
    }
    Ok(found)
}

fn listed(type_name: &str, id: String) -> Listed {
    Listed {
        type_name: Arc::from(type_name),
        id: Arc::from(id),
    }
}

/// The id of an object, from the attributes that make it up.
pub(crate) fn import_id(type_name: &str, object: &Value) -> Option<String> {
    let object = plain(object);
    let parts: &[&str] = match type_name {
        "giantswarm_org" => &["name"],
        "giantswarm_member" => &["org", "username"],
        "giantswarm_app" => &["org", "env", "name"],
        "giantswarm_component_scale" | "giantswarm_component_version" => &["app", "service", "component"],
        "giantswarm_service_state" => &["app", "service"],
        "giantswarm_user_email" | "giantswarm_user_password" => &["id"],
        _ => return None,
    };
    let known: Option<Vec<&str>> = parts.iter().map(|name| text(&object, name).known()).collect();
    Some(known?.join("/"))
}
