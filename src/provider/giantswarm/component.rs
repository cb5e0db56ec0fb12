//! The component, or the service, that a resource is about: how its arguments name it, and where it is.
//!
//! What is wanted of it, how it is changed and how it is read back are the resource's own.

use crate::api::ComponentRef;
use crate::plan::semantics::Fault;
use crate::ports::Applied;
use crate::provider::giantswarm::calls::Parts;
use crate::provider::giantswarm::data::{app_fault, empty_fault};
use crate::provider::giantswarm::session::AppKey;
use crate::provider::object::{at, plain, text, unknown_id};
use crate::value::Value;

/// The arguments that name a component.
const NAMES: [&str; 3] = ["app", "service", "component"];

/// A component of an app.
pub(crate) struct Component {
    pub key: AppKey,
    pub service: String,
    pub component: String,
}

impl Component {
    /// The one that an object names, if all of it is known.
    pub fn of(object: &Value) -> Option<Component> {
        Some(Component {
            key: AppKey::parse(text(object, "app").known()?)?,
            service: text(object, "service").known()?.to_owned(),
            component: text(object, "component").known()?.to_owned(),
        })
    }

    /// Where it is on the platform.
    pub fn path(&self) -> ComponentRef<'_> {
        ComponentRef {
            org: &self.key.org,
            env: &self.key.env,
            app: &self.key.app,
            service: &self.service,
            component: &self.component,
        }
    }

    /// `org/env/app/service/component`
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.key.id(), self.service, self.component)
    }

    /// The fault of an app without it.
    pub fn missing(&self) -> Fault {
        Fault::error(
            at("component"),
            "No such component",
            format!(
                "The app \"{}\" has no component \"{}\" in a service \"{}\".",
                self.key.id(),
                self.component,
                self.service
            ),
        )
    }
}

/// What is wrong with the names, as far as they are known.
pub(crate) fn validate(config: &Value) -> Vec<Fault> {
    let mut faults: Vec<Fault> = app_fault(config).into_iter().collect();
    for name in ["service", "component"] {
        faults.extend(empty_fault(config, name, &format!("name of the {name}")));
    }
    faults
}

/// The id that an object will have.
pub(crate) fn id(object: &Value) -> Value {
    let parts: Option<Vec<&str>> = NAMES.iter().map(|name| text(object, name).known()).collect();
    parts.map_or_else(unknown_id, |parts| Value::string(parts.join("/")))
}

/// Whether two objects name the same component.
pub(crate) fn is_same(one: &Value, other: &Value) -> bool {
    NAMES.iter().all(|name| text(one, name) == text(other, name))
}

/// The parts of the paths of calls that are announced, with placeholders for what is not known yet.
pub(crate) struct Announced {
    parts: Parts,
    pub org: String,
    pub env: String,
    pub app: String,
    pub service: String,
    component: String,
}

impl Announced {
    /// Of an object that names a component, or a service.
    pub fn of(object: &Value) -> Announced {
        let key = text(object, "app").known().and_then(AppKey::parse);
        let mut parts = Parts::new();
        Announced {
            org: parts.part("org", key.as_ref().map(|key| key.org.as_str())),
            env: parts.part("env", key.as_ref().map(|key| key.env.as_str())),
            app: parts.part("app", key.as_ref().map(|key| key.app.as_str())),
            service: parts.part("service", text(object, "service").known()),
            component: parts.part("component", text(object, "component").known()),
            parts,
        }
    }

    /// Where the component is.
    pub fn path(&self) -> ComponentRef<'_> {
        ComponentRef {
            org: &self.org,
            env: &self.env,
            app: &self.app,
            service: &self.service,
            component: &self.component,
        }
    }

    /// One part more.
    pub fn part(&mut self, name: &str, value: Option<&str>) -> String {
        self.parts.part(name, value)
    }

    /// The path with its placeholders as `{name}`.
    pub fn fill(&self, path: String) -> String {
        self.parts.fill(path)
    }
}

/// The outcome of an order whose object does not say which app it is about.
pub(crate) fn unnamed(prior: &Value) -> Applied {
    let fault = Fault::error(
        at("app"),
        "Invalid app id",
        "The argument \"app\" is not the id of an app, ORG/ENV/APP.",
    );
    super::unchanged(prior, fault)
}

/// The outcome of an order that failed under way. What was `reached` is recorded, so that the state says neither too
/// little nor too much; nothing is, where nothing was recorded before.
pub(crate) async fn failed(
    prior: &Value,
    fault: Fault,
    reached: impl Future<Output = Result<Option<Value>, Fault>>,
) -> Applied {
    if prior.is_null() {
        return super::refused(fault);
    }
    let found = reached.await.ok().flatten();
    Applied {
        error: Some(fault),
        ..super::done(found.unwrap_or_else(|| plain(prior)))
    }
}
