//! Scenes: what no configuration can cause. Each is a fault of a disk, a provider or another process, played with
//! the library's own parts, and told as the program tells it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;

use swarmform::addr::{ModuleAddr, ModuleInstance, parse_instance};
use swarmform::config::load::{Reader, load};
use swarmform::diag::Diagnostics;
use swarmform::engine::{Cancel, Engine, Inputs, Progress};
use swarmform::host::{Commands, HostFiles, SystemEffects};
use swarmform::plan::planner::PlanOptions;
use swarmform::plan::scope::{Environment, ModuleScope};
use swarmform::plan::semantics::{Decision, Fault, PlannedCall, Proposal, Semantics};
use swarmform::plan::world::World;
use swarmform::ports::{Applied, Clock, Ids, Order, Provider, Providers, StateStore};
use swarmform::provider::builtin::Builtin;
use swarmform::render::{Style, diag};
use swarmform::schema::ProviderSchema;
use swarmform::source::SourceMap;
use swarmform::state::record::seal;
use swarmform::state::{Deed, Event, Instance, Object, Pending, Status, Subject};
use swarmform::store::{self, MemoryStore, Operation, Owner, When};
use swarmform::value::Value;

/// What a scene told, and what it holds until the case ends.
pub struct Scene {
    /// Diagnostics, as a person sees them.
    pub told: String,
    _held: Option<Box<dyn std::any::Any>>,
}

/// Plays a scene in a directory.
pub fn run(name: &str, dir: &Path) -> Scene {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let told = |told: String| Scene { told, _held: None };
    runtime.block_on(async {
        match name {
            "large-file" => told(large_file()),
            "expression" => told(expression(dir)),
            "locked-by-another" => locked(dir).await,
            "flipped-bit" => told(tamper(dir, |line| line.replace("\"ready\"", "\"Ready\""))),
            "newer-format" => told(newer_format(dir)),
            "cut-off-run" => told(cut_off_run(dir).await),
            "foreign-object" => told(foreign_object(dir).await),
            "provider-that-lies" => told(apply(dir, Lie::InThePlan, MemoryStore::new()).await),
            "provider-that-wavers" => told(apply(dir, Lie::AfterThePlan, MemoryStore::new()).await),
            "full-disk" => {
                let store = MemoryStore::new();
                store.fail(Operation::Commit, 0, When::Before, "No space left on device");
                told(apply(dir, Lie::None, store).await)
            }
            "interrupt" => told(apply(dir, Lie::Interrupted, MemoryStore::new()).await),
            other => panic!("there is no scene {other:?}"),
        }
    })
}

fn show(faults: &Diagnostics, sources: &SourceMap) -> String {
    diag::all(faults.iter(), sources, Style::PLAIN, false)
        .trim_start()
        .to_owned()
}

/// A text that begins behind all that is ever read.
fn large_file() -> String {
    let mut sources = SourceMap::new();
    let file = sources.add("main.tf", "");
    let faults = swarmform::syntax::parse_expression("1", file, 1 << 30).unwrap_err();
    show(&faults, &sources)
}

/// The file `expression`, evaluated in the module of `main.tf` outside of any block.
fn expression(dir: &Path) -> String {
    let mut sources = SourceMap::new();
    let (config, _) = load(&Text::of(dir), &mut sources);
    let text = std::fs::read_to_string(dir.join("expression")).unwrap();
    let file = sources.add("expression", text.as_str());
    let environment = Environment {
        files: Arc::new(HostFiles),
        effects: None,
        plan_timestamp: "2020-01-01T00:00:00Z".to_owned(),
        workspace: "default".to_owned(),
        root_dir: ".".to_owned(),
    };
    let (world, root) = (World::new(), ModuleInstance::root());
    let scope = ModuleScope::new(&world, &config.modules[&ModuleAddr::root()], &root, &environment);
    let expression = swarmform::syntax::parse_expression(&text, file, 0).unwrap();
    show(
        &swarmform::lang::evaluate(&expression, &scope).unwrap_err(),
        &sources,
    )
}

/// A configuration of one file.
struct Text(String);

impl Text {
    fn of(dir: &Path) -> Text {
        Text(std::fs::read_to_string(dir.join("main.tf")).unwrap())
    }
}

impl Reader for Text {
    fn files(&self, _: &str) -> Result<Vec<(String, String)>, String> {
        Ok(vec![("main.tf".to_owned(), self.0.clone())])
    }
}

/// Time and ids that are always the same.
struct Still(AtomicU64);

impl Clock for Still {
    fn now_unix_nanos(&self) -> i128 {
        0
    }
}

impl Ids for Still {
    fn uuid(&self) -> String {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        format!("00000000-0000-4000-8000-{number:012}")
    }
}

fn still() -> Arc<Still> {
    Arc::new(Still(AtomicU64::new(1)))
}

fn state(dir: &Path) -> store::SledStore {
    let owner = Owner {
        who: "grace@lab".to_owned(),
        clock: still(),
        ids: still(),
    };
    store::open(&dir.join("state"), owner)
}

async fn locked(dir: &Path) -> Scene {
    let lock = state(dir).lock("apply", Duration::ZERO).await.unwrap();
    Scene {
        told: String::new(),
        _held: Some(Box::new(lock)),
    }
}

/// Changes the records of instances behind the store's back.
fn tamper(dir: &Path, change: impl Fn(&str) -> String) -> String {
    let db = sled::open(dir.join("state/db")).unwrap();
    for item in db.iter() {
        let (key, line) = item.unwrap();
        if key.starts_with(b"instance ") {
            let line = change(std::str::from_utf8(&line).unwrap());
            db.insert(key, line.into_bytes()).unwrap();
        }
    }
    db.flush().unwrap();
    String::new()
}

fn newer_format(dir: &Path) -> String {
    let db = sled::open(dir.join("state/db")).unwrap();
    let body = "{\"format\":99,\"lineage\":\"a\",\"serial\":1,\"commit\":1,\"count\":0}";
    db.insert("meta", seal("meta", body).into_bytes()).unwrap();
    db.flush().unwrap();
    String::new()
}

/// An object in the state that no version of the resource type has written.
async fn foreign_object(dir: &Path) -> String {
    let object = Object {
        status: Status::Ready,
        schema_version: 0,
        attributes: Arc::from("{\"id\":[1,2]}"),
        sensitive: Vec::new(),
        private: None,
        dependencies: Vec::new(),
        create_before_destroy: false,
    };
    let instance = Instance {
        provider: Arc::from("terraform"),
        current: Some(object),
        deposed: BTreeMap::new(),
    };
    let event = Event::Put(parse_instance("terraform_data.a").unwrap(), instance);
    let store = state(dir);
    let _lock = store.lock("apply", Duration::ZERO).await.unwrap();
    store.commit("a", 1, &[event]).await.unwrap();
    String::new()
}

/// A run that ended between the intent to delete an organization and its outcome.
async fn cut_off_run(dir: &Path) -> String {
    let addr = parse_instance("giantswarm_org.weather").unwrap();
    let object = Object {
        status: Status::Ready,
        schema_version: 0,
        attributes: Arc::from(
            "{\"default_cluster\":null,\"id\":\"weather\",\"members\":[],\"name\":\"weather\"}",
        ),
        sensitive: Vec::new(),
        private: None,
        dependencies: Vec::new(),
        create_before_destroy: false,
    };
    let instance = Instance {
        provider: Arc::from("giantswarm"),
        current: Some(object),
        deposed: BTreeMap::new(),
    };
    let subject = Subject {
        addr: addr.clone(),
        deposed: None,
    };
    let pending = Pending {
        deed: Deed::Delete,
        provider: Arc::from("giantswarm"),
        calls: vec!["DELETE /v1/org/weather".to_owned()],
        digest: Arc::from("0123456789abcdef"),
        wish: None,
    };
    let store = state(dir);
    let _lock = store.lock("apply", Duration::ZERO).await.unwrap();
    store.commit("a", 1, &[Event::Put(addr, instance)]).await.unwrap();
    store
        .commit("a", 1, &[Event::Begin(subject, pending)])
        .await
        .unwrap();
    String::new()
}

/// In which way the provider of `terraform_data` misbehaves.
#[derive(Clone, Copy, PartialEq)]
enum Lie {
    /// It does not.
    None,
    /// It plans another value than the configured one.
    InThePlan,
    /// It plans one thing, and another when it comes to apply.
    AfterThePlan,
    /// It does not, but the run is interrupted between plan and apply.
    Interrupted,
}

/// Plans and applies `main.tf`.
async fn apply(dir: &Path, lie: Lie, store: MemoryStore) -> String {
    let mut sources = SourceMap::new();
    let (config, _) = load(&Text::of(dir), &mut sources);
    let sources = Arc::new(sources);
    let engine = Engine {
        providers: Arc::new(Liars(lie)),
        store: Arc::new(store),
        clock: still(),
        ids: still(),
        progress: Arc::new(|_: &Progress| {}),
        cancel: Cancel::new(),
        parallelism: 1,
        runner: Arc::new(Commands),
    };
    let inputs = Inputs {
        config: Arc::new(config),
        sources: Arc::clone(&sources),
        variables: BTreeMap::new(),
        places: std::collections::BTreeMap::new(),
        files: Arc::new(HostFiles),
        effects: Arc::new(SystemEffects {
            clock: still(),
            ids: still(),
        }),
        workspace: "default".to_owned(),
        timestamp: "2020-01-01T00:00:00Z".to_owned(),
        graph: None,
    };
    let faults = match engine.plan(&inputs, PlanOptions::default()).await {
        Ok(session) => {
            if lie == Lie::Interrupted {
                engine.cancel.interrupt();
            }
            engine.apply(session).await.0.diagnostics
        }
        Err(refused) => refused.faults,
    };
    show(&faults, &sources)
}

struct Liars(Lie);

impl Liars {
    fn liar(&self) -> Arc<Liar> {
        Arc::new(Liar {
            honest: Builtin::new(still()),
            lie: self.0,
            asked: AtomicU64::new(0),
        })
    }
}

impl Providers for Liars {
    fn names(&self) -> Vec<&'static str> {
        vec!["terraform"]
    }
    fn semantics(&self, _: &str) -> Option<Arc<dyn Semantics>> {
        Some(self.liar())
    }
    fn create(&self, _: &str) -> Option<Arc<dyn Provider>> {
        Some(self.liar())
    }
}

/// The provider of `terraform_data`, with a fault.
struct Liar {
    honest: Builtin,
    lie: Lie,
    asked: AtomicU64,
}

impl Semantics for Liar {
    fn schema(&self) -> &ProviderSchema {
        self.honest.schema()
    }
    fn validate_config(&self, config: &Value) -> Vec<Fault> {
        self.honest.validate_config(config)
    }
    fn validate_resource(&self, type_name: &str, config: &Value) -> Vec<Fault> {
        self.honest.validate_resource(type_name, config)
    }
    fn validate_data(&self, type_name: &str, config: &Value) -> Vec<Fault> {
        self.honest.validate_data(type_name, config)
    }
    fn plan(&self, proposal: Proposal<'_>) -> Result<Decision, Vec<Fault>> {
        let mut decision = self.honest.plan(proposal)?;
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        let lies = self.lie == Lie::InThePlan || self.lie == Lie::AfterThePlan && asked > 0;
        if lies {
            let mut members = decision.planned.members().cloned().unwrap_or_default();
            members.insert(Arc::from("input"), Value::string("something else"));
            decision.planned = Value::object_members(members);
        }
        Ok(decision)
    }
    fn plan_delete(&self, type_name: &str, prior: &Value) -> (Vec<PlannedCall>, Vec<Fault>) {
        self.honest.plan_delete(type_name, prior)
    }
}

#[async_trait]
impl Provider for Liar {
    async fn configure(&self, config: &Value) -> Result<(), Fault> {
        self.honest.configure(config).await
    }
    async fn read(&self, type_name: &str, prior: &Value) -> Result<Option<Value>, Fault> {
        self.honest.read(type_name, prior).await
    }
    async fn read_data(&self, type_name: &str, config: &Value) -> Result<Value, Fault> {
        self.honest.read_data(type_name, config).await
    }
    async fn apply(&self, order: Order) -> Applied {
        self.honest.apply(order).await
    }
    async fn import(&self, type_name: &str, id: &str) -> Result<Option<Value>, Fault> {
        self.honest.import(type_name, id).await
    }
    fn invalidate(&self) {
        self.honest.invalidate();
    }
    fn calls_made(&self) -> (u64, u64) {
        self.honest.calls_made()
    }
    async fn close(&self) {
        self.honest.close().await;
    }
}
