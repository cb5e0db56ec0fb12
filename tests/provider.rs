//! The provider `giantswarm` against the embedded platform: plan, apply, read, plan again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::disallowed_macros
)]

use std::path::Path as FilePath;
use std::sync::Arc;

use async_trait::async_trait;
use swarmform::host::{SystemClock, SystemIds};
use swarmform::plan::semantics::{Decision, Fault, Proposal, Semantics};
use swarmform::platform::embedded;
use swarmform::ports::{Applied, Order, Provider};
use swarmform::provider::giantswarm::GiantSwarm;
use swarmform::provider::{EmbeddedPlatform, EmbeddedPlatforms, Environment};
use swarmform::schema::{Block, Nesting};
use swarmform::value::{Key, Marks, Members, PathStep, Type, Value, convert, json};
use tokio::sync::Mutex;

/// The embedded platform as the provider wants it.
struct Embedded {
    dir: tempfile::TempDir,
    running: Mutex<Option<embedded::Embedded>>,
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
struct Bench {
    provider: GiantSwarm,
    embedded: Arc<Embedded>,
}

/// What a plan and its application came to.
struct Outcome {
    decision: Decision,
    applied: Applied,
}

/// A provider that waits by the clock of this machine.
fn giantswarm(environment: Environment, embedded: Arc<Embedded>) -> GiantSwarm {
    GiantSwarm::new(environment, embedded, Arc::new(SystemClock), Arc::new(SystemIds))
}

impl Bench {
    async fn new() -> Bench {
        let embedded = Arc::new(Embedded {
            dir: tempfile::tempdir().unwrap(),
            running: Mutex::new(None),
        });
        let provider = giantswarm(Environment::default(), embedded.clone());
        let config = value(&provider.schema().config, r#"{"endpoint":"embedded"}"#);
        provider.configure(&config).await.unwrap();
        Bench { provider, embedded }
    }

    fn block(&self, ty: &str) -> Block {
        self.provider.schema().resources[ty].block.clone()
    }

    fn config(&self, ty: &str, text: &str) -> Value {
        value(&self.block(ty), text)
    }

    /// The decision for a configuration, faults as an error.
    fn plan(&self, ty: &str, prior: &Value, config: &Value) -> Result<Decision, Vec<Fault>> {
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

    async fn order(&self, ty: &str, prior: &Value, planned: &Value, config: &Value) -> Applied {
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
    async fn apply(&self, ty: &str, prior: &Value, text: &str) -> Outcome {
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
    async fn make(&self, ty: &str, prior: &Value, text: &str) -> Value {
        let outcome = self.apply(ty, prior, text).await;
        assert!(outcome.applied.error.is_none(), "{:?}", outcome.applied.error);
        outcome.applied.state
    }

    /// Reads again and plans again: nothing may come of it.
    async fn assert_settled(&self, ty: &str, state: &Value, text: &str) {
        self.provider.invalidate();
        let read = self.provider.read(ty, state).await.unwrap().expect("gone");
        let decision = self.plan(ty, &read, &self.config(ty, text)).unwrap();
        assert_eq!(decision.calls, []);
        assert!(same(&read, &decision.planned), "{read:?}\n{:?}", decision.planned);
    }

    async fn drop_object(&self, ty: &str, state: &Value) {
        let applied = self.order(ty, state, &null(), &null()).await;
        assert!(applied.error.is_none(), "{:?}", applied.error);
        self.provider.invalidate();
        assert!(self.provider.read(ty, state).await.unwrap().is_none());
    }

    /// Calls since a moment before.
    fn since(&self, before: (u64, u64)) -> (u64, u64) {
        let now = self.provider.calls_made();
        (now.0 - before.0, now.1 - before.1)
    }
}

fn null() -> Value {
    Value::dynamic_null()
}

fn same(one: &Value, other: &Value) -> bool {
    one.equals(other).as_bool() == Some(true)
}

/// A block's value from JSON: nested blocks as objects and arrays, `"?"` for unknown.
fn value(block: &Block, text: &str) -> Value {
    build(block, &serde_json::from_str(text).unwrap())
}

fn build(block: &Block, given: &serde_json::Value) -> Value {
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
fn proposed(block: &Block, prior: &Value, config: &Value) -> Value {
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

fn attribute(object: &Value, name: &str) -> String {
    let value = object.members().unwrap().get(name).unwrap();
    match (value.as_str(), value.as_bool(), value.as_number()) {
        (Some(text), _, _) => text.to_owned(),
        (_, Some(truth), _) => truth.to_string(),
        (_, _, Some(number)) => number.to_i64().unwrap().to_string(),
        _ => format!("{value:?}"),
    }
}

/// `service["s"].component["c"].ports[0]`
fn path(path: &swarmform::value::Path) -> String {
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
fn calls(decision: &Decision) -> Vec<String> {
    let mutating = decision.calls.iter().filter(|call| call.mutating);
    mutating
        .map(|call| format!("{} {}", call.method, call.path))
        .collect()
}

fn fault(outcome: &Outcome) -> String {
    outcome.applied.error.as_ref().expect("no error").summary.clone()
}

const ORG: &str = r#"{"name":"bantic"}"#;

#[tokio::test]
async fn organizations_and_members_come_and_go() {
    let bench = Bench::new().await;
    let org = bench.make("giantswarm_org", &null(), ORG).await;
    assert_eq!(attribute(&org, "id"), "bantic");
    assert_eq!(attribute(&org, "default_cluster"), "alpha.private.giantswarm.io");
    bench.assert_settled("giantswarm_org", &org, ORG).await;

    let again = bench.apply("giantswarm_org", &null(), ORG).await;
    assert_eq!(fault(&again), "Already exists");
    assert!(again.applied.state.is_null());

    let ann = r#"{"org":"bantic","username":"ann"}"#;
    let member = bench.make("giantswarm_member", &null(), ann).await;
    assert_eq!(attribute(&member, "id"), "bantic/ann");
    bench.assert_settled("giantswarm_member", &member, ann).await;
    let again = bench.apply("giantswarm_member", &null(), ann).await;
    assert_eq!(fault(&again), "Already exists");
    let nowhere = bench
        .apply(
            "giantswarm_member",
            &null(),
            r#"{"org":"nowhere","username":"ann"}"#,
        )
        .await;
    assert_eq!(fault(&nowhere), "Organization not found");

    let import = bench
        .provider
        .import("giantswarm_member", "bantic/ann")
        .await
        .unwrap()
        .unwrap();
    assert!(same(&import, &member));
    assert!(
        bench
            .provider
            .import("giantswarm_member", "bantic/bob")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        bench
            .provider
            .import("giantswarm_member", "bantic")
            .await
            .is_err()
    );

    bench.drop_object("giantswarm_member", &member).await;
    bench.drop_object("giantswarm_org", &org).await;
    // Gone already is gone.
    let applied = bench.order("giantswarm_member", &member, &null(), &null()).await;
    assert!(applied.error.is_none() && applied.state.is_null());
    let applied = bench.order("giantswarm_org", &org, &null(), &null()).await;
    assert!(applied.error.is_none() && applied.state.is_null());
    bench.provider.close().await;
}

#[tokio::test]
async fn the_user_shuts_nobody_out_but_others() {
    let bench = Bench::new().await;
    let org = bench.make("giantswarm_org", &null(), ORG).await;
    let me = bench.config("giantswarm_member", r#"{"org":"bantic","username":"swarmform"}"#);
    let faults = bench.plan("giantswarm_member", &null(), &me).unwrap_err();
    assert_eq!(faults[0].summary, "Already a member");
    let imported = bench
        .provider
        .import("giantswarm_member", "bantic/swarmform")
        .await
        .unwrap()
        .unwrap();
    let (_, faults) = bench.provider.plan_delete("giantswarm_member", &imported);
    assert!(!faults[0].warning);
    let kept = bench
        .order("giantswarm_member", &imported, &null(), &null())
        .await;
    assert_eq!(kept.error.unwrap().summary, "The user's own membership");
    assert!(same(&kept.state, &imported));
    let own = bench.config("giantswarm_org", r#"{"name":"swarmform"}"#);
    let (_, faults) = bench.provider.plan_delete("giantswarm_org", &own);
    assert!(!faults[0].warning);
    bench.drop_object("giantswarm_org", &org).await;
}

#[tokio::test]
async fn members_of_one_organization_cost_one_call_when_read_together() {
    let bench = Bench::new().await;
    bench.make("giantswarm_org", &null(), ORG).await;
    let mut members = Vec::new();
    for number in 0..8 {
        let text = format!(r#"{{"org":"bantic","username":"user{number}"}}"#);
        members.push(bench.make("giantswarm_member", &null(), &text).await);
    }
    bench.provider.invalidate();
    let before = bench.provider.calls_made();
    let reads = members
        .iter()
        .map(|member| bench.provider.read("giantswarm_member", member));
    for read in futures::future::join_all(reads).await {
        assert!(read.unwrap().is_some());
    }
    assert_eq!(bench.since(before), (1, 0));
}

const APP: &str = r#"{"org":"bantic","env":"dev","name":"hello","service":{
  "web":{"component":{
     "flask":{"image":"registry.giantswarm.io/bantic/helloworld:1.0","ports":[5000,"53/udp"],"domains":{"Hello.gigantic.io":"5000"},
              "env":{"B":"2","A":"1"},"dependency":[{"name":"redis","port":6379}]},
     "redis":{"image":"redis","ports":["6379/tcp"],"volume":[{"path":"/data/","size":"5g"}]}}}}}"#;

#[tokio::test]
async fn an_app_of_blocks_is_made_updated_stopped_replaced_and_deleted() {
    let bench = Bench::new().await;
    bench.make("giantswarm_org", &null(), ORG).await;
    let ty = "giantswarm_app";
    let app = bench.make(ty, &null(), APP).await;
    assert_eq!(attribute(&app, "id"), "bantic/dev/hello");
    assert_eq!(attribute(&app, "status"), "up");
    assert_ne!(attribute(&app, "created"), "");
    let instances = app.members().unwrap().get("instances");
    assert_eq!(instances.unwrap().items().unwrap().len(), 2);
    bench.assert_settled(ty, &app, APP).await;
    let other_spelling = APP
        .replace("\"6379/tcp\"", "6379")
        .replace("5g", "5 GB")
        .replace("Hello.g", "hello.G");
    bench.assert_settled(ty, &app, &other_spelling).await;

    // A tag alone is an update in place.
    let newer = APP.replace("helloworld:1.0", "helloworld:1.1");
    let config = bench.config(ty, &newer);
    let decision = bench.plan(ty, &app, &config).unwrap();
    assert_eq!(
        calls(&decision),
        ["POST /v1/org/bantic/env/dev/app/hello/service/web/component/flask/version/1.1/update"]
    );
    assert!(decision.replace.is_empty());
    let app = bench.make(ty, &app, &newer).await;
    bench.assert_settled(ty, &app, &newer).await;

    // Stopped, updated while stopped, and stopped again.
    let stopped = newer.replace("\"env\":\"dev\"", "\"env\":\"dev\",\"running\":false");
    let outcome = bench.apply(ty, &app, &stopped).await;
    assert_eq!(
        calls(&outcome.decision),
        ["POST /v1/org/bantic/env/dev/app/hello/stop"]
    );
    assert_eq!(attribute(&outcome.applied.state, "status"), "down");
    let stopped_newer = stopped.replace(":1.1", ":1.2");
    let outcome = bench.apply(ty, &outcome.applied.state, &stopped_newer).await;
    assert_eq!(calls(&outcome.decision).len(), 2);
    assert!(calls(&outcome.decision)[1].ends_with("/stop"));
    assert_eq!(attribute(&outcome.applied.state, "status"), "down");
    bench
        .assert_settled(ty, &outcome.applied.state, &stopped_newer)
        .await;
    let app = bench
        .make(ty, &outcome.applied.state, &newer.replace(":1.1", ":1.2"))
        .await;
    assert_eq!(attribute(&app, "status"), "up");

    // Anything else replaces, names the argument, and says what is lost.
    let replaced = newer
        .replace(":1.1", ":1.2")
        .replace("\"B\":\"2\"", "\"B\":\"3\"");
    let outcome = bench.apply(ty, &app, &replaced).await;
    let paths: Vec<String> = outcome.decision.replace.iter().map(path).collect();
    assert_eq!(paths, [r#"service["web"].component["flask"].env"#]);
    let warning = &outcome.decision.faults[0];
    assert!(
        warning.warning && warning.detail.contains("/data/ of web/redis"),
        "{warning:?}"
    );
    assert!(outcome.applied.error.is_none());
    bench.assert_settled(ty, &outcome.applied.state, &replaced).await;
    bench.drop_object(ty, &outcome.applied.state).await;
    bench.provider.close().await;
}

#[tokio::test]
async fn drift_of_an_app_is_read_into_the_arguments_that_it_is_about() {
    let bench = Bench::new().await;
    bench.make("giantswarm_org", &null(), ORG).await;
    let ty = "giantswarm_app";
    let app = bench.make(ty, &null(), APP).await;
    // Somebody else moves the image, stops the app, and later replaces it.
    let other = giantswarm(Environment::default(), bench.embedded.clone());
    other
        .configure(&value(&other.schema().config, r#"{"endpoint":"embedded"}"#))
        .await
        .unwrap();
    let elsewhere = Bench {
        provider: other,
        embedded: bench.embedded.clone(),
    };
    let moved = elsewhere.make(ty, &app, &APP.replace(":1.0", ":2.0")).await;
    bench.provider.invalidate();
    let read = bench.provider.read(ty, &app).await.unwrap().unwrap();
    let decision = bench.plan(ty, &read, &bench.config(ty, APP)).unwrap();
    assert!(
        calls(&decision)[0].ends_with("/version/1.0/update"),
        "{:?}",
        decision.calls
    );

    let stopped = APP
        .replace(":1.0", ":2.0")
        .replace("\"env\":\"dev\"", "\"env\":\"dev\",\"running\":false");
    let moved = elsewhere.make(ty, &moved, &stopped).await;
    bench.provider.invalidate();
    let read = bench.provider.read(ty, &app).await.unwrap().unwrap();
    assert_eq!(attribute(&read, "running"), "false");

    let ports = APP.replace("[5000,\"53/udp\"]", "[5000]");
    elsewhere.make(ty, &moved, &ports).await;
    bench.provider.invalidate();
    let read = bench.provider.read(ty, &app).await.unwrap().unwrap();
    let decision = bench.plan(ty, &read, &bench.config(ty, APP)).unwrap();
    let paths: Vec<String> = decision.replace.iter().map(path).collect();
    assert_eq!(paths, [r#"service["web"].component["flask"].ports"#]);
    let components = |object: &Value| {
        object
            .get_attr("service")
            .unwrap()
            .get_attr("web")
            .unwrap()
            .get_attr("component")
            .unwrap()
    };
    assert!(same(
        &components(&read).get_attr("redis").unwrap(),
        &components(&app).get_attr("redis").unwrap()
    ));

    elsewhere.drop_object(ty, &read).await;
    bench.provider.invalidate();
    assert!(bench.provider.read(ty, &app).await.unwrap().is_none());
}

#[tokio::test]
async fn scale_reads_before_it_calls_and_survives_destruction() {
    let bench = Bench::new().await;
    bench.make("giantswarm_org", &null(), ORG).await;
    let app = bench.make("giantswarm_app", &null(), APP).await;
    let ty = "giantswarm_component_scale";
    let scale = |count: u32| {
        format!(r#"{{"app":"bantic/dev/hello","service":"web","component":"flask","instances":{count}}}"#)
    };
    let three = bench.make(ty, &null(), &scale(3)).await;
    bench.assert_settled(ty, &three, &scale(3)).await;
    bench.assert_settled("giantswarm_app", &app, APP).await;
    let outcome = bench.apply(ty, &three, &scale(1)).await;
    assert!(
        calls(&outcome.decision)[0].ends_with("/scaledown/2"),
        "{:?}",
        outcome.decision.calls
    );
    bench.assert_settled(ty, &outcome.applied.state, &scale(1)).await;

    // The count was changed by somebody meanwhile: it is read, not assumed.
    let stale = three.clone();
    let before = bench.provider.calls_made();
    let again = bench.make(ty, &stale, &scale(1)).await;
    assert_eq!(bench.since(before), (1, 0));

    let missing = bench
        .apply(ty, &null(), &scale(2).replace("flask", "nothing"))
        .await;
    assert_eq!(fault(&missing), "No such component");
    let before = bench.provider.calls_made();
    let gone = bench.order(ty, &again, &null(), &null()).await;
    assert_eq!(bench.since(before), (0, 0));
    assert!(gone.error.is_none() && gone.state.is_null());
    assert!(gone.notes[0].detail.contains("keeps its 1 instance"));
    let id = "bantic/dev/hello/web/flask";
    assert!(bench.provider.import(ty, id).await.unwrap().is_some());
}

#[tokio::test]
async fn all_components_of_an_app_cost_one_pair_of_calls_when_read_together() {
    let bench = Bench::new().await;
    bench.make("giantswarm_org", &null(), ORG).await;
    let app = bench.make("giantswarm_app", &null(), APP).await;
    let mut scales = Vec::new();
    for component in ["flask", "redis"] {
        let text = format!(
            r#"{{"app":"bantic/dev/hello","service":"web","component":"{component}","instances":1}}"#
        );
        scales.push(bench.make("giantswarm_component_scale", &null(), &text).await);
    }
    bench.provider.invalidate();
    let before = bench.provider.calls_made();
    let reads = scales
        .iter()
        .map(|scale| ("giantswarm_component_scale", scale))
        .chain([("giantswarm_app", &app)])
        .map(|(ty, object)| bench.provider.read(ty, object));
    for read in futures::future::join_all(reads).await {
        assert!(read.unwrap().is_some());
    }
    assert_eq!(bench.since(before), (2, 0));
}

#[tokio::test]
async fn a_failed_start_leaves_an_object_with_its_fault() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = embedded::config(dir.path(), "a-long-password");
    config.failing_tag = Some("broken".to_owned());
    let platform = swarmform::platform::open(config).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(swarmform::platform::serve(
        listener,
        platform,
        std::future::pending(),
    ));
    let embedded = Arc::new(Embedded {
        dir: tempfile::tempdir().unwrap(),
        running: Mutex::new(None),
    });
    let environment = Environment {
        endpoint: Some(endpoint),
        username: Some(embedded::USER.to_owned()),
        password: Some("a-long-password".to_owned()),
        ..Environment::default()
    };
    let provider = giantswarm(environment, embedded.clone());
    provider
        .configure(&value(&provider.schema().config, "{}"))
        .await
        .unwrap();
    let bench = Bench { provider, embedded };
    bench.make("giantswarm_org", &null(), ORG).await;
    let text = APP.replace("helloworld:1.0", "helloworld:broken");
    let outcome = bench.apply("giantswarm_app", &null(), &text).await;
    assert_eq!(fault(&outcome), "App failed");
    let error = outcome.applied.error.as_ref().unwrap();
    assert!(error.detail.contains("web/flask"), "{error:?}");
    assert!(outcome.applied.state.is_wholly_known());
    assert_eq!(attribute(&outcome.applied.state, "status"), "failed");
    // And can be taken away.
    bench.drop_object("giantswarm_app", &outcome.applied.state).await;
}

#[tokio::test]
async fn every_accepted_definition_of_the_corpus_applies_and_settles() {
    let folder = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/swarm-json");
    let Ok(table) = std::fs::read_to_string(folder.join("verdicts.tsv")) else {
        return;
    };
    let bench = Bench::new().await;
    bench.make("giantswarm_org", &null(), ORG).await;
    let cases = table.lines().enumerate().filter_map(|(number, line)| {
        let columns: Vec<&str> = line.split('\t').collect();
        let text = std::fs::read_to_string(folder.join(columns[0])).ok()?;
        Some((number, columns[3].to_owned(), text))
    });
    let checks = cases.map(|(number, verdict, definition)| {
        let bench = &bench;
        async move {
            let arguments = serde_json::json!({ "org": "bantic", "env": format!("env{number}"), "definition": definition });
            let text = arguments.to_string();
            if verdict != "ok" {
                let config = bench.config("giantswarm_app", &text);
                let faults = bench.plan("giantswarm_app", &null(), &config).unwrap_err();
                assert_eq!(path(&faults[0].path), "definition");
                return;
            }
            let app = bench.make("giantswarm_app", &null(), &text).await;
            bench.assert_settled("giantswarm_app", &app, &text).await;
            let id = attribute(&app, "id");
            let imported = bench.provider.import("giantswarm_app", &id).await.unwrap().unwrap();
            let decision = bench.plan("giantswarm_app", &imported, &bench.config("giantswarm_app", &text)).unwrap();
            assert_eq!(decision.calls, []);
            bench.drop_object("giantswarm_app", &app).await;
        }
    });
    futures::future::join_all(checks).await;
}

#[tokio::test]
async fn a_definition_keeps_its_text_and_takes_over_a_moved_tag() {
    let bench = Bench::new().await;
    bench.make("giantswarm_org", &null(), ORG).await;
    let ty = "giantswarm_app";
    let text = |definition: &str| {
        serde_json::json!({
            "org": "bantic", "env": "dev", "definition": definition,
            "definition_variables": { "port": "80" },
        })
        .to_string()
    };
    let definition = "{ \"app_name\": \"x-$GIANTSWARM_ENVIRONMENT-$GIANTSWARM_LOGIN_NAME\",\n  \"services\": [{\"service_name\":\"s\",\"components\":[{\"component_name\":\"c\",\"image\":\"nginx:1.0\",\"ports\":[$port]}]}]}";
    let app = bench.make(ty, &null(), &text(definition)).await;
    assert_eq!(attribute(&app, "id"), "bantic/dev/x-dev-swarmform");
    assert_eq!(attribute(&app, "definition"), definition);
    bench.assert_settled(ty, &app, &text(definition)).await;
    // Only other spelling: nothing to do, and the old text is kept.
    bench
        .assert_settled(
            ty,
            &app,
            &text(&definition.replace("[$port]", "[ \"$port/tcp\" ]")),
        )
        .await;

    let newer = definition.replace("nginx:1.0", "nginx:1.1");
    let elsewhere = bench.make(ty, &app, &text(&newer)).await;
    bench.provider.invalidate();
    let read = bench.provider.read(ty, &app).await.unwrap().unwrap();
    assert_eq!(attribute(&read, "definition"), newer);
    assert!(same(&read, &elsewhere));

    let other = definition.replace("[$port]", "[81]");
    let decision = bench.plan(ty, &read, &bench.config(ty, &text(&other))).unwrap();
    assert_eq!(
        decision.replace.iter().map(path).collect::<Vec<_>>(),
        ["definition"]
    );
    assert!(
        decision.faults[0].detail.contains("ports"),
        "{}",
        decision.faults[0].detail
    );
}

/// The faults of a configuration, as `path: summary`.
async fn faults(ty: &str, text: &str) -> Vec<String> {
    let provider = giantswarm(
        Environment::default(),
        Arc::new(Embedded {
            dir: tempfile::tempdir().unwrap(),
            running: Mutex::new(None),
        }),
    );
    let config = value(&provider.schema().resources[ty].block, text);
    let faults = provider.validate_resource(ty, &config);
    faults
        .iter()
        .map(|fault| format!("{}: {}", path(&fault.path), fault.summary))
        .collect()
}

#[tokio::test]
async fn what_can_be_known_before_is_checked_before_at_its_argument() {
    assert_eq!(
        faults("giantswarm_org", r#"{"name":"ab"}"#).await,
        ["name: Invalid organization name"]
    );
    assert_eq!(faults("giantswarm_org", r#"{"name":"?"}"#).await, [""; 0]);
    assert_eq!(
        faults(
            "giantswarm_component_scale",
            r#"{"app":"x","service":"s","component":"c","instances":11}"#
        )
        .await,
        ["app: Invalid app id", "instances: Invalid number of instances"]
    );
    let app = |component: &str| {
        format!(
            r#"{{"org":"bantic","env":"dev","name":"x","service":{{"s":{{"component":{{"c":{component}}}}}}}}}"#
        )
    };
    let at = r#"service["s"].component["c"]"#;
    for (component, expected) in [
        (r#"{"image":"a b"}"#, format!("{at}.image: Invalid image")),
        (
            r#"{"image":"nginx","ports":[80,"80/icmp"]}"#,
            format!("{at}.ports[1]: Invalid port"),
        ),
        (
            r#"{"image":"nginx","ports":["?","0"]}"#,
            format!("{at}.ports[1]: Invalid port"),
        ),
        (
            r#"{"image":"?","domains":{"x.nosuchtldzz":"80"}}"#,
            format!(r#"{at}.domains["x.nosuchtldzz"]: Invalid domain"#),
        ),
        (
            r#"{"image":"nginx","volume":[{"path":"/a","size":"5 MB"}]}"#,
            format!("{at}.volume[0].size: Invalid volume size"),
        ),
        (
            r#"{"image":"nginx","volume":[{"volumes_from":"c"}]}"#,
            format!("{at}.volume[0]: Invalid reference to a volume"),
        ),
        (
            r#"{"image":"nginx","dependency":[{"name":"zz","port":80}]}"#,
            format!("{at}.dependency[0].name: Dependency does not exist"),
        ),
        (
            r#"{"image":"nginx","scaling_policy":{"min":3,"max":2}}"#,
            format!("{at}.scaling_policy.min: Invalid scaling policy"),
        ),
        (
            r#"{"image":"nginx","scaling_policy":{"max":11}}"#,
            format!("{at}.scaling_policy.max: Invalid scaling policy"),
        ),
        (r#"{"image":"nginx","pod":"p"}"#, format!("{at}.pod: Invalid pod")),
    ] {
        assert_eq!(
            faults("giantswarm_app", &app(component)).await,
            [expected],
            "{component}"
        );
    }
    assert_eq!(
        faults("giantswarm_app", r#"{"org":"bantic","env":"dev"}"#).await,
        [": App without a definition"]
    );
    assert_eq!(
        faults(
            "giantswarm_app",
            r#"{"org":"bantic","env":"dev","definition":"{}","definition_variables":"?"}"#
        )
        .await,
        [""; 0]
    );
    assert_eq!(
        faults("giantswarm_app", r#"{"org":"bantic","env":"dev","definition":"{","update_strategy":"x","timeouts":{"create":"0s"}}"#).await,
        [
            "update_strategy: Unknown update strategy",
            "timeouts.create: Invalid duration",
            "definition: Definition is not JSON"
        ]
    );
}

#[tokio::test]
async fn no_secret_is_in_a_planned_call() {
    let bench = Bench::new().await;
    let text = APP.replace("\"B\":\"2\"", "\"B\":\"s3cret\"");
    let mut config = bench.config("giantswarm_app", &text);
    config = config
        .transform(&mut |path, value: Value| {
            let secret = path
                .steps()
                .last()
                .is_some_and(|step| matches!(step, PathStep::Index(Key::Str(key)) if &**key == "B"));
            Ok::<_, ()>(if secret {
                value.mark(Marks::SENSITIVE)
            } else {
                value
            })
        })
        .unwrap();
    let decision = bench.plan("giantswarm_app", &null(), &config).unwrap();
    let body = decision.calls[0].body.clone().unwrap();
    assert!(
        body.contains(r#""A=1","B=(sensitive value)""#) && !body.contains("s3cret"),
        "{body}"
    );
    let env = decision.planned.get_attr("service").unwrap();
    assert!(env.has_marks_deep());
}

#[tokio::test]
async fn a_provider_without_endpoint_names_the_choices() {
    let provider = || {
        giantswarm(
            Environment::default(),
            Arc::new(Embedded {
                dir: tempfile::tempdir().unwrap(),
                running: Mutex::new(None),
            }),
        )
    };
    let configure = async |text: &str| {
        let provider = provider();
        let config = value(&provider.schema().config, text);
        let config = provider.schema().config.mark_sensitive(&config);
        provider.configure(&config).await.unwrap_err()
    };
    let fault = configure("{}").await;
    assert_eq!(fault.summary, "No platform endpoint");
    assert!(fault.detail.contains("GIANTSWARM_ENDPOINT") && fault.detail.contains("embedded"));
    assert_eq!(
        configure(r#"{"endpoint":"http://h"}"#).await.summary,
        "No platform credentials"
    );
    assert_eq!(configure(r#"{"endpoint":"x"}"#).await.summary, "Invalid endpoint");
    let both = configure(r#"{"endpoint":"http://h","token":"t","password":"p"}"#).await;
    assert_eq!(both.summary, "Conflicting credentials");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_organizations_cost_two_calls_each_and_one_when_read() {
    use futures::StreamExt;
    let bench = Bench::new().await;
    let numbers = |bench| futures::stream::iter((0..1000).map(move |number| (bench, number)));
    let before = bench.provider.calls_made();
    let start = std::time::Instant::now();
    let made: Vec<Value> = numbers(&bench)
        .map(async |(bench, number)| {
            let text = format!(r#"{{"name":"org_{number:04}"}}"#);
            bench.make("giantswarm_org", &null(), &text).await
        })
        .buffer_unordered(10)
        .collect()
        .await;
    println!("created in {:?}", start.elapsed());
    assert_eq!(bench.since(before), (1000, 1000));
    bench.provider.invalidate();
    let before = bench.provider.calls_made();
    let start = std::time::Instant::now();
    let read: Vec<bool> = futures::stream::iter(&made)
        .map(|org| async {
            bench
                .provider
                .read("giantswarm_org", org)
                .await
                .unwrap()
                .is_some()
        })
        .buffer_unordered(10)
        .collect()
        .await;
    println!("read in {:?}", start.elapsed());
    assert!(read.into_iter().all(|found| found));
    assert_eq!(bench.since(before), (1000, 0));
}
