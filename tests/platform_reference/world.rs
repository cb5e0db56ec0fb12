//! A platform on a free port with a clock that can be moved and identifiers that can be foreseen, and an HTTP
//! client that sends exactly what it is told.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

use base64::Engine;
use serde_json::{Value, json};
use swarmform::platform::clock::{Clock, Millis, SystemClock};
use swarmform::platform::ids::{Ids, RandomIds};
use swarmform::platform::{Config, Hashing, Platform, PlatformError, Speed, open, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The system's time with a shift, or a moment that only moves when it is told to.
#[derive(Default)]
pub struct TestClock {
    shift: AtomicI64,
    held: AtomicI64,
}

impl TestClock {
    pub fn forward(&self, by: Duration) {
        let by = by.as_millis() as i64;
        self.shift.fetch_add(by, Ordering::SeqCst);
        if self.held.load(Ordering::SeqCst) != 0 {
            self.held.fetch_add(by, Ordering::SeqCst);
        }
    }

    pub fn hold(&self) {
        self.held.store(self.now(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Millis {
        match self.held.load(Ordering::SeqCst) {
            0 => SystemClock.now() + self.shift.load(Ordering::SeqCst),
            held => held,
        }
    }
}

/// Gives what is queued first, then random ones.
#[derive(Default)]
pub struct TestIds {
    pub tokens: Mutex<VecDeque<String>>,
    pub instances: Mutex<VecDeque<String>>,
}

impl Ids for TestIds {
    fn secret(&self) -> [u8; 16] {
        RandomIds.secret()
    }

    fn instance(&self) -> String {
        self.instances
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or_else(|| RandomIds.instance())
    }

    fn token(&self) -> String {
        self.tokens
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or_else(|| RandomIds.token())
    }
}

thread_local! {
    static ANSWERED: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

/// The requests of this thread that were answered with 200 since the last time, by method and path.
pub fn answered_well() -> Vec<(String, String)> {
    ANSWERED.take()
}

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Everything that all tests of this process have logged so far, in JSON lines.
pub fn logged() -> String {
    String::from_utf8(LOG.lock().unwrap().clone()).unwrap()
}

struct Sink;

impl std::io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn log_everything() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::DEBUG)
            .with_writer(|| Sink)
            .init();
    });
}

pub struct World {
    pub dir: tempfile::TempDir,
    pub platform: Arc<Platform>,
    pub addr: SocketAddr,
    pub clock: Arc<TestClock>,
    pub ids: Arc<TestIds>,
    stop: CancellationToken,
    task: JoinHandle<Result<(), PlatformError>>,
}

pub fn config(dir: &Path) -> Config {
    Config {
        first_user: Some((
            "terminal".into(),
            "f00bar".into(),
            Some("terminal@giantswarm.io".into()),
        )),
        hashing: Hashing::CHEAP,
        speed: Speed {
            start: START,
            stop: STOP,
        },
        ..Config::new(dir)
    }
}

async fn run(
    platform: &Arc<Platform>,
) -> (
    SocketAddr,
    CancellationToken,
    JoinHandle<Result<(), PlatformError>>,
) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let task = tokio::spawn(serve(listener, Arc::clone(platform), async move {
        stopped.cancelled().await
    }));
    (addr, stop, task)
}

impl World {
    /// The user `terminal`, a user `kord`, and nothing else.
    pub async fn new() -> World {
        World::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> World {
        log_everything();
        let dir = tempfile::tempdir().unwrap();
        let (clock, ids) = (Arc::new(TestClock::default()), Arc::new(TestIds::default()));
        let mut config = config(dir.path());
        config.clock = clock.clone();
        config.ids = ids.clone();
        change(&mut config);
        let platform = open(config).unwrap();
        platform.add_user("kord", "k0rd", None).unwrap();
        let (addr, stop, task) = run(&platform).await;
        World {
            dir,
            platform,
            addr,
            clock,
            ids,
            stop,
            task,
        }
    }

    /// Stops the server wholly.
    pub async fn stop(self) -> tempfile::TempDir {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
        self.dir
    }

    /// Stops the server and starts it again on the same data.
    pub async fn restart(self) -> World {
        let (clock, ids) = (self.clock.clone(), self.ids.clone());
        let mut config = self.platform.config().clone();
        config.clock = clock.clone();
        config.ids = ids.clone();
        let dir = self.stop().await;
        let platform = open(config).unwrap();
        let (addr, stop, task) = run(&platform).await;
        World {
            dir,
            platform,
            addr,
            clock,
            ids,
            stop,
            task,
        }
    }

    pub fn token(&self, user: &str) -> String {
        self.platform.session_token(user).unwrap()
    }

    /// Logs in over the wire.
    pub async fn login(&self, user: &str, password: &str) -> Answer {
        let body = json!({ "password": base64(password) });
        self.call("POST", &format!("/v1/user/{user}/login"), "", &body.to_string())
            .await
    }

    /// One request; without a token if it is empty, without a body if that is empty.
    pub async fn call(&self, method: &str, path: &str, token: &str, body: &str) -> Answer {
        let authorization = format!("giantswarm {token}");
        let mut headers = Vec::new();
        if !token.is_empty() {
            headers.push(("Authorization", authorization.as_str()));
        }
        self.send(method, path, &headers, body.as_bytes()).await
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let answer = Answer::parse(&raw(self.addr, method, path, headers, body).await);
        if answer.status == 200 {
            ANSWERED.with_borrow_mut(|calls| calls.push((method.to_owned(), path.to_owned())));
        }
        answer
    }

    /// Waits until the status object at `path` says `wanted`.
    pub async fn until(&self, path: &str, token: &str, wanted: &str) -> Value {
        let begun = Instant::now();
        loop {
            let answer = self.call("GET", path, token, "").await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let data = answer.json()["data"].clone();
            if data["status"] == wanted {
                return data;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "{path} is never {wanted}: {data}"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// An organization `bantic` of `terminal` with `helloworld` in `dev`, its first instance `by3we1wr77b7`, up.
    pub async fn hello(&self) -> String {
        let token = self.token("terminal");
        self.call("POST", "/v1/org/", &token, r#"{"org_id":"bantic"}"#)
            .await
            .ok(10003);
        self.call("POST", "/v1/org/bantic/env/dev/app/", &token, HELLO)
            .await
            .ok(10003);
        self.call("POST", &format!("{APP}/start"), &token, "")
            .await
            .ok(10004);
        self.clock.forward(START);
        self.until(&format!("{APP}/status"), &token, "up").await;
        token
    }

    /// The identifier of the first instance of `helloworld`.
    pub async fn instance(&self, token: &str) -> String {
        let answer = self.call("GET", &format!("{FLASK}/status"), token, "").await;
        answer.json()["data"]["instances"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

/// One request on a connection of its own; all that came back, which is nothing when the server hung up.
pub async fn raw(
    addr: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<u8> {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let mut head = head(method, path, headers, body);
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("connection"))
    {
        head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    }
    // The server may answer and hang up before it has read a large head or body.
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(body).await;
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    bytes
}

/// How long instances take to start.
pub const START: Duration = Duration::from_millis(60);
/// How long instances take to stop.
pub const STOP: Duration = Duration::from_millis(40);
pub const APP: &str = "/v1/org/bantic/env/dev/app/helloworld";
pub const FLASK: &str = "/v1/org/bantic/env/dev/app/helloworld/service/webserver/component/flask";
pub const HELLO: &str = r#"{"app_name":"helloworld","services":[{"service_name":"webserver","components":[
    {"component_name":"flask","image":"registry.giantswarm.io/bantic/helloworld","ports":[5000],
     "domains":{"apidocsdemo.gigantic.io":5000}}]}]}"#;

pub fn base64(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(text)
}

pub fn head(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> String {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: api.giantswarm.io\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head + "\r\n"
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn parse(bytes: &[u8]) -> Answer {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("no answer: {text:?}"));
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers: Vec<(String, String)> = headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Answer {
            status,
            headers,
            body: body.to_owned(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// HTTP code and response code; 0 without one.
    pub fn codes(&self) -> (u16, u64) {
        let code = serde_json::from_str::<Value>(&self.body)
            .ok()
            .and_then(|body| body["status_code"].as_u64());
        (self.status, code.unwrap_or(0))
    }

    pub fn text(&self) -> String {
        self.json()["status_text"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub fn ok(self, code: u64) -> Answer {
        self.is(200, code)
    }

    #[track_caller]
    pub fn is(self, http: u16, code: u64) -> Answer {
        assert_eq!(self.codes(), (http, code), "{self:?}");
        self
    }
}
