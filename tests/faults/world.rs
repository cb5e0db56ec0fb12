//! One platform behind its proxy, one store, and programs that run one after another.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use swarmform::api::wire::Status;
use swarmform::api::{Client, ComponentRef, Config as ClientConfig, Credentials, NoLog};
use swarmform::config::load::{Reader, load};
use swarmform::engine::{Cancel, Engine, Inputs, Progress};
use swarmform::host::{Commands, SystemClock, SystemEffects, SystemIds};
use swarmform::lang::NoFiles;
use swarmform::plan::planner::PlanOptions;
use swarmform::platform::{Config, Hashing, Platform, Speed, app, open};
use swarmform::ports::{Lock, StateStore, StoreError};
use swarmform::provider::{EmbeddedPlatform, EmbeddedPlatforms, Environment, Registry};
use swarmform::source::SourceMap;
use swarmform::state::{Event, State};
use swarmform::store::MemoryStore;

use crate::PASSWORD;
use crate::proxy::{Fault, Proxy, Script};
use crate::scenario::{CommitCrash, Hand, Run, Stage, USERS, password};
use crate::single::Single;

/// What was played.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub runs: u64,
    pub died: u64,
    pub failed: u64,
    pub settled: u64,
    pub restarts: u64,
    pub injected: BTreeMap<Fault, u64>,
}

impl Tally {
    pub fn add(&mut self, other: &Tally) {
        self.runs += other.runs;
        self.died += other.died;
        self.failed += other.failed;
        self.settled += other.settled;
        self.restarts += other.restarts;
        for (fault, times) in &other.injected {
            *self.injected.entry(*fault).or_default() += times;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} runs, {} died, {} failed, {} operations settled, {} restarts of the platform, faults {:?}",
            self.runs, self.died, self.failed, self.settled, self.restarts, self.injected
        )
    }
}

/// A store at whose commits the program may die.
struct Disk {
    store: MemoryStore,
    crash: Option<CommitCrash>,
    commits: AtomicU64,
    proxy: Proxy,
}

#[async_trait]
impl StateStore for Disk {
    async fn lock(&self, operation: &str, timeout: Duration) -> Result<Box<dyn Lock>, StoreError> {
        self.store.lock(operation, timeout).await
    }

    async fn read(&self) -> Result<State, StoreError> {
        self.store.read().await
    }

    async fn commit(&self, lineage: &str, serial: u64, events: &[Event]) -> Result<(), StoreError> {
        let kept = format!("{events:?}");
        assert!(
            !kept.contains(&password(1)) && !kept.contains(&password(2)),
            "{kept}"
        );
        let number = self.commits.fetch_add(1, Ordering::SeqCst);
        let dies = self.crash.filter(|(at, _)| *at == number);
        if dies.is_none_or(|(_, done)| done) {
            self.store.commit(lineage, serial, events).await?;
        }
        if dies.is_some() {
            self.proxy.kill();
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    async fn finish(&self) -> Result<(), StoreError> {
        self.store.finish().await
    }
}

struct NoPlatform;

#[async_trait]
impl EmbeddedPlatforms for NoPlatform {
    async fn start(&self) -> Result<EmbeddedPlatform, String> {
        Err("there is none here".to_owned())
    }

    async fn stop(&self) {}
}

struct Text(String);

impl Reader for Text {
    fn files(&self, _: &str) -> Result<Vec<(String, String)>, String> {
        Ok(vec![("main.tf".to_owned(), self.0.clone())])
    }
}

fn inputs(text: String) -> Inputs {
    let mut sources = SourceMap::new();
    let (config, faults) = load(&Text(text), &mut sources);
    assert!(!faults.has_errors(), "{faults:#?}");
    Inputs {
        config: Arc::new(config),
        sources: Arc::new(sources),
        variables: BTreeMap::new(),
        places: BTreeMap::new(),
        files: Arc::new(NoFiles),
        effects: Arc::new(SystemEffects {
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
        }),
        workspace: "default".to_owned(),
        timestamp: "2020-01-01T00:00:00Z".to_owned(),
        graph: None,
    }
}

fn registry() -> Registry {
    Registry::new(
        Environment::default(),
        Arc::new(NoPlatform),
        Arc::new(SystemIds),
        Arc::new(SystemClock),
    )
}

/// How a run ended.
enum End {
    Died,
    Failed(String),
    Well { steps: usize },
}

pub struct World {
    dir: tempfile::TempDir,
    platform: Option<Arc<Platform>>,
    proxy: Proxy,
    store: MemoryStore,
    parallelism: usize,
    /// The last one that was known to be good.
    password: String,
    tally: Tally,
    settled: Arc<AtomicU64>,
}

fn config(dir: &Path) -> Config {
    Config {
        first_user: Some(("admin".to_owned(), PASSWORD.to_owned(), None)),
        hashing: Hashing::CHEAP,
        speed: Speed {
            start: Duration::from_millis(1),
            stop: Duration::from_millis(1),
        },
        ..Config::new(dir)
    }
}

impl World {
    pub async fn new(parallelism: usize) -> World {
        swarmform::host::tls::install_crypto();
        let dir = tempfile::tempdir().unwrap();
        let mut world = World {
            platform: None,
            proxy: Proxy::start().await,
            store: MemoryStore::new(),
            parallelism,
            password: PASSWORD.to_owned(),
            tally: Tally::default(),
            settled: Arc::default(),
            dir,
        };
        world.restart();
        let platform = world.platform.as_ref().unwrap();
        for user in USERS {
            platform.add_user(user, PASSWORD, None).unwrap();
        }
        world
    }

    /// Stops the platform, if it runs, and starts it on its data.
    fn restart(&mut self) {
        self.proxy.forward_to(None);
        if let Some(platform) = self.platform.take() {
            platform.close();
        }
        let platform = open(config(self.dir.path())).unwrap();
        self.proxy.forward_to(Some(app(Arc::clone(&platform))));
        self.platform = Some(platform);
    }

    pub fn tally(&self) -> Tally {
        let mut tally = self.tally.clone();
        tally.settled = self.settled.load(Ordering::SeqCst);
        tally.injected = self.proxy.injected();
        tally
    }

    /// One program: plan and apply under the lock, in which it may die.
    async fn run(&mut self, stage: &Stage, run: &Run, timeout: &str, patience: Duration) -> End {
        self.find_password(stage).await;
        let stale = self.store.state().pending.is_empty();
        self.proxy.begin(run.script.clone(), stale);
        self.tally.runs += 1;
        let text = stage.text(&self.proxy.endpoint(), timeout, &self.password);
        let end = tokio::select! {
            biased;
            () = self.proxy.crashed() => End::Died,
            end = self.program(text, run.commit_crash) => end,
            // Somebody loses patience and kills it.
            () = tokio::time::sleep(patience) => End::Died,
        };
        self.proxy.settle().await;
        match end {
            End::Died => self.tally.died += 1,
            End::Failed(_) => self.tally.failed += 1,
            End::Well { .. } => {}
        }
        end
    }

    fn engine(&self, crash: Option<CommitCrash>) -> Engine {
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let settled = Arc::clone(&self.settled);
        Engine {
            providers: Arc::new(registry()),
            store: Arc::new(Disk {
                store: self.store.clone(),
                crash,
                commits: AtomicU64::new(0),
                proxy: self.proxy.clone(),
            }),
            clock,
            ids,
            progress: Arc::new(move |progress| {
                if matches!(progress, Progress::Settled(_)) {
                    settled.fetch_add(1, Ordering::SeqCst);
                }
            }),
            cancel: Cancel::new(),
            parallelism: self.parallelism,
            runner: Arc::new(Commands),
        }
    }

    /// What a plan would do, step by step with all values, and how many requests it took to know that. Reads are
    /// shared, or each is for itself.
    pub async fn plan(&self, stage: &Stage, shared: bool) -> (String, u64) {
        self.proxy.begin(Script::default(), false);
        let mut engine = self.engine(None);
        if !shared {
            (engine.providers, engine.parallelism) = (Arc::new(Single(registry())), 1);
        }
        let inputs = inputs(stage.text(&self.proxy.endpoint(), "60s", &self.password));
        let session = engine.plan(&inputs, PlanOptions::default()).await;
        let session = session.unwrap_or_else(|refused| panic!("{:#?}", refused.faults));
        let plan = &session.planned.plan;
        let text = format!("{}\n{:#?}", plan.steps.print(&plan.changes), plan.changes);
        (text, self.proxy.requests())
    }

    async fn program(&self, text: String, crash: Option<CommitCrash>) -> End {
        let engine = self.engine(crash);
        let _lock = match engine.store.lock("apply", Duration::ZERO).await {
            Ok(lock) => lock,
            Err(error) => return End::Failed(error.to_string()),
        };
        let session = match engine.plan(&inputs(text), PlanOptions::default()).await {
            Ok(session) => session,
            Err(refused) => return End::Failed(format!("{:#?}", refused.faults)),
        };
        let steps = session.planned.plan.steps.effects();
        let (report, _) = engine.apply(session).await;
        match report.diagnostics.has_errors() {
            true => End::Failed(format!("{:#?}", report.diagnostics)),
            false => End::Well { steps },
        }
    }

    /// Plays a stage with all that goes wrong in it, then a run without faults; what the platform holds then.
    pub async fn stage(&mut self, stage: &Stage) -> Result<String, String> {
        let mut serial = self.store.state().serial;
        for run in &stage.runs {
            self.proxy.begin(Script::default(), false);
            if run.restart {
                self.restart();
                self.tally.restarts += 1;
            }
            for hand in &run.hands {
                self.meddle(stage, *hand).await;
            }
            self.run(stage, run, "200ms", Duration::from_secs(20)).await;
            let now = self.store.state().serial;
            if std::mem::replace(&mut serial, now) > now {
                return Err("the serial went back".to_owned());
            }
            if self.store.is_locked() {
                return Err("a lock is left".to_owned());
            }
        }
        match self
            .run(stage, &Run::default(), "60s", Duration::from_secs(300))
            .await
        {
            End::Well { .. } => {}
            End::Failed(why) => return Err(format!("the run without faults fails: {why}")),
            End::Died => return Err("the run without faults dies".to_owned()),
        }
        let state = self.store.state();
        if !state.pending.is_empty() || !swarmform::state::verify(&state).is_empty() {
            return Err(format!("the state is not settled: {state:#?}"));
        }
        match self
            .run(stage, &Run::default(), "60s", Duration::from_secs(300))
            .await
        {
            End::Well { steps: 0 } => {}
            End::Well { steps } => return Err(format!("the next plan has {steps} steps")),
            End::Failed(why) => return Err(format!("the next plan fails: {why}")),
            End::Died => return Err("the next plan dies".to_owned()),
        }
        if let Some(parts) = &stage.parts {
            self.find_password(stage).await;
            if self.password != password(parts.password) {
                return Err(format!("the password is {}", self.password));
            }
        }
        Ok(self.holds().await)
    }

    /// What a person does who does not know whether the password was changed: tries the one, then the other.
    async fn find_password(&mut self, stage: &Stage) {
        let Some(parts) = &stage.parts else { return };
        self.proxy.begin(Script::default(), false);
        let client = self.client();
        if client.login("admin", &self.password).await.is_err() {
            let changed = password(parts.password);
            client.login("admin", &changed).await.unwrap();
            self.password = changed;
        }
    }

    fn client(&self) -> Client {
        let credentials = Credentials::Password {
            username: "admin".to_owned(),
            password: self.password.clone(),
        };
        let config = ClientConfig::new(self.proxy.endpoint(), credentials, Arc::new(SystemClock));
        Client::new(config, Arc::new(NoLog)).unwrap()
    }

    /// All that is on the platform, as text. It asks the platform and never looks at the state.
    async fn holds(&self) -> String {
        self.proxy.begin(Script::default(), false);
        let client = self.client();
        let mut lines = vec![format!("email: {}", client.me().await.unwrap().email)];
        for org in client.memberships().await.unwrap() {
            let mut found = client.organization(&org).await.unwrap();
            found.members.sort();
            lines.push(format!("{org}: {}", found.members.join(", ")));
            for (env, app) in apps(&client, &org).await {
                let definition = client.app_config(&org, &env, &app).await.unwrap();
                let status = client.app_status(&org, &env, &app).await.unwrap();
                lines.push(format!(
                    "{org}/{env}/{app}: {}: {definition}",
                    status.status.as_str()
                ));
                for (service, component) in status.components() {
                    let stay = component.instances.iter();
                    let mut images: Vec<&str> = stay
                        .filter(|instance| instance.status != Status::Deleting)
                        .map(|instance| instance.image.as_str())
                        .collect();
                    images.sort_unstable();
                    lines.push(format!(
                        "  {}/{}: {}",
                        service.name,
                        component.name,
                        images.join(", ")
                    ));
                }
            }
        }
        lines.sort();
        lines.join("\n")
    }

    /// Somebody changes the platform by hand. What is not there is not changed, and nobody scales what no
    /// configuration scales back.
    pub async fn meddle(&self, stage: &Stage, hand: Hand) {
        let client = self.client();
        let mut orgs = client.memberships().await.unwrap();
        orgs.retain(|org| org.starts_with("org_"));
        orgs.sort();
        let mut all_apps = Vec::new();
        let mut members = Vec::new();
        for org in &orgs {
            all_apps.extend(
                apps(&client, org)
                    .await
                    .into_iter()
                    .map(|(env, app)| (org.clone(), env, app)),
            );
            let found = client.organization(org).await.unwrap();
            let others = found.members.into_iter().filter(|member| member != "admin");
            members.extend(others.map(|member| (org.clone(), member)));
        }
        fn pick<T: Ord + Clone>(all: &mut [T], which: u64) -> Option<T> {
            all.sort();
            all.get(which as usize % all.len().max(1)).cloned()
        }
        // The platform may refuse some of it, as it would refuse anybody.
        match hand {
            Hand::DeleteOrg(which) => {
                if let Some(org) = pick(&mut orgs, which) {
                    let _ = client.delete_organization(&org).await;
                }
            }
            Hand::RemoveMember(which) => {
                if let Some((org, member)) = pick(&mut members, which) {
                    let _ = client.remove_member(&org, &member).await;
                }
            }
            Hand::DeleteApp(which) | Hand::Scale(which) | Hand::Stop(which) => {
                if matches!(hand, Hand::Scale(_)) {
                    all_apps.retain(|(_, _, app)| stage.scales(app));
                }
                let Some((org, env, app)) = pick(&mut all_apps, which) else {
                    return;
                };
                let component = ComponentRef {
                    org: &org,
                    env: &env,
                    app: &app,
                    service: "web",
                    component: "main",
                };
                let _ = match hand {
                    Hand::Scale(_) => client.scale_up(component, 2).await,
                    Hand::Stop(_) => client.stop_app(&org, &env, &app).await,
                    _ => client.delete_app(&org, &env, &app).await,
                };
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The apps of an organization with their environments.
async fn apps(client: &Client, org: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for env in client.environments(org).await.unwrap() {
        for app in client.apps(org, &env).await.unwrap() {
            found.push((env.clone(), app.app));
        }
    }
    found.sort();
    found
}
