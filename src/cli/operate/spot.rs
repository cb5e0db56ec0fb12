//! Where on a platform an address of the command line leads: to an organization, an environment, an app, a service, a
//! component or an instance.
//!
//! An address is one of the state, with more parts behind it if wanted (`giantswarm_app.web/webserver/flask`), or all
//! parts with slashes between. Organizations have no dots and brackets in their names, so the two cannot be mixed up.

use crate::addr::{InstanceAddr, parse_instance};
use crate::api::wire::{ComponentStatus, InstanceStatus, ServiceStatus};
use crate::api::{Client, ComponentRef};
use crate::cli::codes;
use crate::cli::operate::refused;
use crate::diag::{Diagnostic, did_you_mean};
use crate::plan::providers::ProviderKey;
use crate::render::escape;
use crate::state::State;

/// What the parts are called, in order.
const LEVELS: [&str; 6] = [
    "organization",
    "environment",
    "app",
    "service",
    "component",
    "instance",
];

/// A place on a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    parts: Vec<String>,
    /// The provider that made it, if a state says so.
    pub provider: Option<ProviderKey>,
}

/// An instance and where it belongs.
#[derive(Clone, Debug)]
pub struct Found {
    pub service: String,
    pub component: String,
    pub instance: InstanceStatus,
}

impl Found {
    /// `service/component/id`, fit for a terminal.
    pub fn label(&self) -> String {
        let text = format!("{}/{}/{}", self.service, self.component, self.instance.id);
        escape::line(&text).into_owned()
    }
}

/// Whether an address is one of the state.
pub fn is_of_state(text: &str) -> bool {
    split(text).0.contains(['.', '['])
}

/// The part before the first slash that is in no quotes, and the rest behind it.
fn split(text: &str) -> (&str, Option<&str>) {
    let (mut quoted, mut escaped) = (false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '/' if !quoted => {
                let (head, tail) = text.split_at_checked(at).unwrap_or((text, ""));
                return (head, tail.get(1..));
            }
            _ => {}
        }
    }
    (text, None)
}

fn bad(text: &str, why: &str) -> Diagnostic {
    let detail = format!(
        "\"{}\" leads to nothing on a platform: {why}.",
        escape::line(text)
    );
    Diagnostic::error(&codes::BAD_SPOT, detail)
}

impl Spot {
    /// The place that an address leads to.
    pub fn find(text: &str, state: Option<&State>) -> Result<Spot, Diagnostic> {
        let (head, tail) = split(text);
        let (mut parts, provider) = match state {
            Some(state) if is_of_state(text) => of_state(text, head, state)?,
            _ => (vec![head.to_owned()], None),
        };
        parts.extend(
            tail.into_iter()
                .flat_map(|tail| tail.split('/'))
                .map(str::to_owned),
        );
        if parts.iter().any(String::is_empty) {
            return Err(bad(text, "a part of it is empty"));
        }
        if parts.len() > LEVELS.len() {
            let most = format!(
                "it has {} parts, and the last that there can be is an instance, the sixth",
                parts.len()
            );
            return Err(bad(text, &most));
        }
        Ok(Spot { parts, provider })
    }

    /// What it is.
    pub fn level(&self) -> &'static str {
        LEVELS
            .get(self.parts.len().saturating_sub(1))
            .copied()
            .unwrap_or("place")
    }

    fn part(&self, at: usize) -> Option<&str> {
        self.parts.get(at).map(String::as_str)
    }

    /// The organization.
    pub fn org(&self) -> &str {
        self.part(0).unwrap_or_default()
    }

    /// The environment.
    pub fn env(&self) -> Option<&str> {
        self.part(1)
    }

    /// Organization, environment and app, if it is in an app.
    pub fn app(&self) -> Option<(&str, &str, &str)> {
        Some((self.org(), self.part(1)?, self.part(2)?))
    }

    /// The service.
    pub fn service(&self) -> Option<&str> {
        self.part(3)
    }

    /// The component.
    pub fn component(&self) -> Option<ComponentRef<'_>> {
        let (org, env, app) = self.app()?;
        Some(ComponentRef {
            org,
            env,
            app,
            service: self.part(3)?,
            component: self.part(4)?,
        })
    }

    /// The instance.
    pub fn instance(&self) -> Option<&str> {
        self.part(5)
    }

    /// What it is and its name, fit for a terminal.
    pub fn named(&self) -> String {
        format!("{} {}", self.level(), escape::line(&self.parts.join("/")))
    }

    /// All instances in it, as the platform tells them now.
    pub async fn instances(&self, client: &Client) -> Result<Vec<Found>, Diagnostic> {
        let Some((org, env, app)) = self.app() else {
            let why = format!(
                "the {} has no instances of its own; name an app, or a part of one",
                self.level()
            );
            return Err(bad(&self.parts.join("/"), &why));
        };
        let fault = |error| refused(&format!("to find the instances of the {}", self.named()), &error);
        let found = if let Some(component) = self.component() {
            let status = client.component_status(component).await.map_err(fault)?;
            of_component(component.service, component.component, &status)
        } else if let Some(service) = self.service() {
            let status = client
                .service_status(org, env, app, service)
                .await
                .map_err(fault)?;
            of_service(service, &status)
        } else {
            let status = client.app_status(org, env, app).await.map_err(fault)?;
            let services = status.services.iter();
            services
                .flat_map(|service| of_service(&service.name, service))
                .collect()
        };
        let Some(wanted) = self.instance() else {
            return Ok(found);
        };
        let hint = did_you_mean(wanted, found.iter().map(|found| &*found.instance.id));
        let one: Vec<Found> = found
            .iter()
            .filter(|found| found.instance.id == wanted)
            .cloned()
            .collect();
        if one.is_empty() {
            let why = format!(
                "the component has no instance \"{}\" now.{hint}",
                escape::line(wanted)
            );
            return Err(bad(&self.parts.join("/"), why.trim_end_matches(['.', '?'])));
        }
        Ok(one)
    }
}

fn of_service(name: &str, status: &ServiceStatus) -> Vec<Found> {
    let components = status.components.iter();
    components
        .flat_map(|component| of_component(name, &component.name, component))
        .collect()
}

fn of_component(service: &str, component: &str, status: &ComponentStatus) -> Vec<Found> {
    let found = |instance: &InstanceStatus| Found {
        service: service.to_owned(),
        component: component.to_owned(),
        instance: instance.clone(),
    };
    status.instances.iter().map(found).collect()
}

/// Where an object of the state is, and who made it.
fn of_state(text: &str, head: &str, state: &State) -> Result<(Vec<String>, Option<ProviderKey>), Diagnostic> {
    let addr = parse_instance(head).map_err(|error| {
        let detail = format!(
            "\"{}\" is not an address. {}",
            escape::line(head),
            error.behind(head)
        );
        Diagnostic::error(&codes::BAD_ADDRESS, detail)
    })?;
    let current = |addr: &InstanceAddr| {
        let instance = state.instances.get(addr)?;
        Some((instance.current.as_ref()?, &instance.provider))
    };
    let Some((object, provider)) = current(&addr) else {
        return Err(absent(&addr, state));
    };
    let attributes: serde_json::Value = serde_json::from_str(&object.attributes).unwrap_or_default();
    let member = |name: &str| attributes.get(name)?.as_str().map(str::to_owned);
    let id = match &*addr.resource.type_name {
        "giantswarm_member" => member("org"),
        name if name.starts_with("giantswarm_") => member("id"),
        _ => None,
    };
    match id {
        Some(id) => Ok((
            id.split('/').map(str::to_owned).collect(),
            Some(ProviderKey::parse(provider)),
        )),
        None => Err(bad(text, "its type is not one of a platform")),
    }
}

fn absent(addr: &InstanceAddr, state: &State) -> Diagnostic {
    let mut siblings = state
        .instances
        .keys()
        .filter(|other| other.resource == addr.resource && other.module == addr.module);
    let (first, more) = (siblings.next(), siblings.next());
    let hint = match (first, more) {
        (Some(first), Some(_)) => {
            format!(" It has several of this resource; name one of them, such as {first}.")
        }
        (Some(first), None) => format!(" It has {first}."),
        (None, _) => {
            let names: Vec<String> = state.instances.keys().map(ToString::to_string).collect();
            did_you_mean(&addr.to_string(), names.iter().map(String::as_str))
        }
    };
    let detail =
        format!("The state has no instance {addr}.{hint} \"swarmform state list\" shows what it has.");
    Diagnostic::error(&codes::NO_INSTANCE, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, level: &str, parts: &[&str]) {
        let spot = Spot::find(text, None).unwrap();
        assert_eq!(
            (spot.level(), spot.parts),
            (level, parts.iter().map(|part| (*part).to_owned()).collect())
        );
    }

    #[test]
    fn slashes_lead_from_an_organization_to_an_instance() {
        check("lab", "organization", &["lab"]);
        check("lab/dev/web/front", "service", &["lab", "dev", "web", "front"]);
        check(
            "lab/dev/web/front/flask/i1",
            "instance",
            &["lab", "dev", "web", "front", "flask", "i1"],
        );
        for wrong in ["", "lab//web", "lab/", "/lab", "a/b/c/d/e/f/g"] {
            assert_eq!(
                Spot::find(wrong, None).unwrap_err().code.id,
                "cli/bad-spot",
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_slash_in_a_key_is_none_of_the_address() {
        let text = r#"module.a["x/y"].giantswarm_app.web["p/\"q/r"]/front"#;
        assert!(is_of_state(text));
        assert_eq!(split(text).1, Some("front"));
        assert!(!is_of_state("lab/my.env/web"));
    }
}
