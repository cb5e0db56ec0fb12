//! The provider on the embedded platform, used as planner and engine would use it.

use std::sync::Arc;

use async_trait::async_trait;
use swarmform::host::{SystemClock, SystemIds};
use swarmform::plan::semantics::{Decision, Fault, Proposal, Semantics};
use swarmform::platform::embedded;
use swarmform::ports::{Applied, Order, Provider};
use swarmform::provider::giantswarm::GiantSwarm;
use swarmform::provider::{EmbeddedPlatform, EmbeddedPlatforms, Environment};
use swarmform::schema::{Block, Nesting};
use swarmform::value::{Key, Members, PathStep, Type, Value, convert, json};
use tokio::sync::Mutex;

/// The embedded platform as the provider wants it.
pub struct Embedded {
    pub dir: tempfile::TempDir,
    pub running: Mutex<Option<embedded::Embedded>>,
}

#[async_trait]
impl EmbeddedPlatforms for Embedded {
    async fn start(&self) -> Result<EmbeddedPlatform, String> {
        let mut running = self.running.lock().await;
        if running.is_none() {
            let started = embedded::start(self.dir.path()).await;
            *running = Some(started.map_err(|error| error.to_string())?);
        }
        let platform = running.as_ref().unwrap();
        Ok(EmbeddedPlatform {
            endpoint: platform.endpoint(),
            token: platform.token.clone(),
            username: platform.username.clone(),
        })
    }

    async fn stop(&self) {
        if let Some(platform) = self.running.lock().await.take() {
            platform.stop().await.unwrap();
        }
    }
}

/// A configured provider and a way to use it as a planner and engine would.
pub struct Bench {
    pub provider: GiantSwarm,
    pub embedded: Arc<Embedded>,
}

/// What a plan and its application came to.
pub struct Outcome {
    pub decision: Decision,
    pub applied: Applied,
}

/// A provider that waits by the clock of this machine.
pub fn giantswarm(environment: Environment, embedded: Arc<Embedded>) -> GiantSwarm {
    GiantSwarm::new(environment, embedded, Arc::new(SystemClock), Arc::new(SystemIds))
}

impl Bench {
    pub async fn new() -> Bench {
        let embedded = Arc::new(Embedded {
            dir: tempfile::tempdir().unwrap(),
            running: Mutex::new(None),
        });
        let provider = giantswarm(Environment::default(), embedded.clone());
        let config = value(&provider.schema().config, r#"{"endpoint":"embedded"}"#);
        provider.configure(&config).await.unwrap();
        Bench { provider, embedded }
    }

    pub fn block(&self, ty: &str) -> Block {
        self.provider.schema().resources[ty].block.clone()
    }

    pub fn config(&self, ty: &str, text: &str) -> Value {
        value(&self.block(ty), text)
    }

    /// The decision for a configuration, faults as an error.
    pub fn plan(&self, ty: &str, prior: &Value, config: &Value) -> Result<Decision, Vec<Fault>> {
        let faults = self.provider.validate_resource(ty, config);
        if faults.iter().any(|fault| !fault.warning) {
            return Err(faults);
        }
        let proposed = proposed(&self.block(ty), prior, config);
        self.provider.plan(Proposal {
            type_name: ty,
            prior,
            config,
            proposed: &proposed,
        })
    }

    pub async fn order(&self, ty: &str, prior: &Value, planned: &Value, config: &Value) -> Applied {
        self.provider
            .apply(Order {
                type_name: ty.into(),
                prior: prior.clone(),
                planned: planned.clone(),
                config: config.clone(),
                private: None,
            })
            .await
    }

    /// Plans and applies, a replacement as deletion and creation.
    pub async fn apply(&self, ty: &str, prior: &Value, text: &str) -> Outcome {
        let config = self.config(ty, text);
        let decision = self
            .plan(ty, prior, &config)
            .unwrap_or_else(|faults| panic!("{faults:?}"));
        let mut from = prior.clone();
        let mut planned = decision.planned.clone();
        if !decision.replace.is_empty() {
            let gone = self.order(ty, prior, &null(), &null()).await;
            assert!(gone.error.is_none(), "{:?}", gone.error);
            from = null();
            planned = self.plan(ty, &from, &config).unwrap().planned;
        }
        let applied = self.order(ty, &from, &planned, &config).await;
        if applied.error.is_none() {
            assert!(applied.state.is_wholly_known(), "{:?}", applied.state);
            assert_eq!(applied.state.ty(), self.block(ty).implied_type());
        }
        Outcome { decision, applied }
    }

    /// Applies and gives the new object.
    pub async fn make(&self, ty: &str, prior: &Value, text: &str) -> Value {
        let outcome = self.apply(ty, prior, text).await;
        assert!(outcome.applied.error.is_none(), "{:?}", outcome.applied.error);
        outcome.applied.state
    }

    /// Reads again and plans again: nothing may come of it.
    pub async fn assert_settled(&self, ty: &str, state: &Value, text: &str) {
        self.provider.invalidate();
        let read = self.provider.read(ty, state).await.unwrap().expect("gone");
        let decision = self.plan(ty, &read, &self.config(ty, text)).unwrap();
        assert_eq!(decision.calls, []);
        assert!(same(&read, &decision.planned), "{read:?}\n{:?}", decision.planned);
    }

    pub async fn drop_object(&self, ty: &str, state: &Value) {
        let applied = self.order(ty, state, &null(), &null()).await;
        assert!(applied.error.is_none(), "{:?}", applied.error);
        self.provider.invalidate();
        assert!(self.provider.read(ty, state).await.unwrap().is_none());
    }

    /// Calls since a moment before.
    pub fn since(&self, before: (u64, u64)) -> (u64, u64) {
        let now = self.provider.calls_made();
        (now.0 - before.0, now.1 - before.1)
    }
}

pub fn null() -> Value {
    Value::dynamic_null()
}

pub fn same(one: &Value, other: &Value) -> bool {
    one.equals(other).as_bool() == Some(true)
}

/// A block's value from JSON: nested blocks as objects and arrays, `"?"` for unknown.
pub fn value(block: &Block, text: &str) -> Value {
    build(block, &serde_json::from_str(text).unwrap())
}

pub fn build(block: &Block, given: &serde_json::Value) -> Value {
    let mut members = Members::new();
    for (name, attribute) in &block.attributes {
        let ty = attribute.ty.without_optional();
        let value = match given.get(&**name) {
            None => Value::null(ty),
            Some(serde_json::Value::String(text)) if text == "?" => Value::unknown(ty),
            Some(given) => {
                let given = convert(&json::from_serde(given).unwrap(), &ty).unwrap();
                let unknown = |_: &swarmform::value::Path, value: Value| {
                    Ok::<_, ()>(match value.as_str() {
                        Some("?") => Value::unknown(Type::String),
                        _ => value,
                    })
                };
                given.transform(&mut { unknown }).unwrap()
            }
        };
        members.insert(name.clone(), value);
    }
    for (name, nested) in &block.blocks {
        let ty = nested.block.implied_type();
        let value = match (given.get(&**name), nested.nesting) {
            (None, _) => nested.absent(),
            (Some(given), Nesting::Single) => build(&nested.block, given),
            (Some(given), Nesting::Map) => Value::map_from(
                ty,
                given
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(|(label, given)| (label.as_str(), build(&nested.block, given))),
            ),
            (Some(given), _) => Value::list(
                ty,
                given
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|given| build(&nested.block, given))
                    .collect(),
            ),
        };
        members.insert(name.clone(), value);
    }
    Value::object_members(members)
}

/// Prior and configuration merged, as a planner does.
pub fn proposed(block: &Block, prior: &Value, config: &Value) -> Value {
    let merged = config.members().unwrap().iter().map(|(name, set)| {
        let computed = block
            .attributes
            .get(name)
            .is_some_and(|attribute| attribute.is_computed());
        let value = match prior.members() {
            _ if !computed || !set.is_null() => set.clone(),
            Some(prior) => prior.get(name).unwrap().clone(),
            None => Value::unknown(set.ty()),
        };
        (name.clone(), value)
    });
    Value::object_members(merged.collect())
}

pub fn attribute(object: &Value, name: &str) -> String {
    let value = object.members().unwrap().get(name).unwrap();
    match (value.as_str(), value.as_bool(), value.as_number()) {
        (Some(text), _, _) => text.to_owned(),
        (_, Some(truth), _) => truth.to_string(),
        (_, _, Some(number)) => number.to_i64().unwrap().to_string(),
        _ => format!("{value:?}"),
    }
}

/// `service["s"].component["c"].ports[0]`
pub fn path(path: &swarmform::value::Path) -> String {
    let mut text = String::new();
    for step in path.steps() {
        match step {
            PathStep::Attr(name) if text.is_empty() => text.push_str(name),
            PathStep::Attr(name) => text.push_str(&format!(".{name}")),
            PathStep::Index(Key::Int(index)) => text.push_str(&format!("[{index}]")),
            PathStep::Index(Key::Str(key)) => text.push_str(&format!("[{key:?}]")),
            PathStep::Index(Key::Element(_)) => text.push_str("[*]"),
        }
    }
    text
}

/// The mutating calls of a decision.
pub fn calls(decision: &Decision) -> Vec<String> {
    let mutating = decision.calls.iter().filter(|call| call.mutating);
    mutating
        .map(|call| format!("{} {}", call.method, call.path))
        .collect()
}

pub fn fault(outcome: &Outcome) -> String {
    outcome.applied.error.as_ref().expect("no error").summary.clone()
}

/// An app in blocks.
pub const APP: &str = r#"{"org":"bantic","env":"dev","name":"hello","service":{
  "web":{"component":{
     "flask":{"image":"registry.giantswarm.io/bantic/helloworld:1.0","ports":[5000,"53/udp"],"domains":{"Hello.gigantic.io":"5000"},
              "env":{"B":"2","A":"1"},"dependency":[{"name":"redis","port":6379}]},
     "redis":{"image":"redis","ports":["6379/tcp"],"volume":[{"path":"/data/","size":"5g"}]}}}}}"#;
