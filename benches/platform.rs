//! The platform under load: many organizations and applications, keep-alive clients on loopback, reads and durable
//! writes. It prints figures and judges none of them.
//!
//! `cargo bench --bench platform` fills the platform with 10,000 organizations and 50,000 applications. Three numbers
//! after `--` choose another size: organizations, applications of each, and seconds of each measurement.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    missing_docs
)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use swarmform::platform::{Config, Hashing, open, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// Clients at once, each with one connection that is kept.
const CLIENTS: usize = 64;

/// One kept connection.
struct Client {
    stream: TcpStream,
    token: Arc<str>,
    answer: Vec<u8>,
}

impl Client {
    async fn new(addr: SocketAddr, token: &Arc<str>) -> Client {
        let stream = TcpStream::connect(addr).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Client {
            stream,
            token: Arc::clone(token),
            answer: Vec::new(),
        }
    }

    /// One request and its whole answer, which must be good.
    async fn call(&mut self, method: &str, path: &str, body: &str) {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: giantswarm {}\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
        self.answer.clear();
        loop {
            assert_ne!(self.stream.read_buf(&mut self.answer).await.unwrap(), 0);
            let Some(head) = self.answer.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let text = std::str::from_utf8(&self.answer[..head]).unwrap();
            let length: usize = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .unwrap()
                .parse()
                .unwrap();
            if self.answer.len() >= head + 4 + length {
                assert!(text.starts_with("HTTP/1.1 200"), "{method} {path}: {text}");
                return;
            }
        }
    }
}

fn definition(app: usize) -> String {
    format!(
        r#"{{"app_name":"app{app}","services":[{{"service_name":"web","components":[{{"component_name":"front","image":"bantic/front:1.{app}","ports":[80],"env":{{"A":"1","B":"2"}}}}]}}]}}"#
    )
}

/// Requests by all clients: `make` gives the number-th request, until `count` are done or the time is over.
async fn run(
    addr: SocketAddr,
    token: &Arc<str>,
    count: usize,
    time: Duration,
    make: impl Fn(usize) -> (&'static str, String, String) + Send + Sync + 'static,
) -> (usize, Duration, Vec<Duration>) {
    let (make, next) = (Arc::new(make), Arc::new(AtomicUsize::new(0)));
    let begun = Instant::now();
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let (make, next, token) = (Arc::clone(&make), Arc::clone(&next), Arc::clone(token));
        clients.push(tokio::spawn(async move {
            let mut client = Client::new(addr, &token).await;
            let mut times = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count || begun.elapsed() >= time {
                    return times;
                }
                let (method, path, body) = make(number);
                let sent = Instant::now();
                client.call(method, &path, &body).await;
                times.push(sent.elapsed());
            }
        }));
    }
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await.unwrap());
    }
    let whole = begun.elapsed();
    times.sort_unstable();
    (times.len(), whole, times)
}

fn show(what: &str, (count, whole, times): (usize, Duration, Vec<Duration>)) {
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    println!(
        "{what}: {count} in {:.1} s, {:.0}/s; p50 {:.2} ms, p99 {:.2} ms, worst {:.2} ms; memory {} MB",
        whole.as_secs_f64(),
        count as f64 / whole.as_secs_f64(),
        at(0.5),
        at(0.99),
        at(1.0),
        memory()
    );
}

/// Resident memory of this process, server and clients together.
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    kib.unwrap_or(0) / 1024
}

/// A number that jumps about.
fn scattered(number: usize) -> usize {
    number.wrapping_mul(2_654_435_761) >> 7
}

#[tokio::main]
async fn main() {
    let args: Vec<usize> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    let pick = |place: usize, default: usize| args.get(place).copied().unwrap_or(default);
    let (orgs, apps, seconds) = (pick(0, 10_000), pick(1, 5), pick(2, 10));
    let time = Duration::from_secs(seconds as u64);
    let ever = Duration::from_secs(3600);
    println!(
        "machine: {} processors; {orgs} organizations, {} applications, {CLIENTS} clients in the same process",
        std::thread::available_parallelism().map_or(0, usize::from),
        orgs * apps
    );
    let dir = tempfile::tempdir().unwrap();
    let config = |dir: &std::path::Path| Config {
        first_user: Some(("terminal".into(), "f00bar".into(), None)),
        hashing: Hashing::CHEAP,
        ..Config::new(dir)
    };
    let platform = open(config(dir.path())).unwrap();
    let token: Arc<str> = platform.session_token("terminal").unwrap().into();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let server = tokio::spawn(serve(
        listener,
        platform,
        async move { stopped.cancelled().await },
    ));

    let make = |n: usize| {
        (
            "POST",
            "/v1/org/".to_owned(),
            format!(r#"{{"org_id":"org_{n}"}}"#),
        )
    };
    show(
        "write: organizations made",
        run(addr, &token, orgs, ever, make).await,
    );
    let make = move |n: usize| {
        let path = format!("/v1/org/org_{}/env/dev/app/", n / apps);
        ("POST", path, definition(n % apps))
    };
    show(
        "write: applications made",
        run(addr, &token, orgs * apps, ever, make).await,
    );
    let app = move |n: usize| {
        let n = scattered(n);
        format!("/v1/org/org_{}/env/dev/app/app{}", n % orgs, n / orgs % apps)
    };
    let start = move |n: usize| ("POST", format!("{}/start", app(n)), String::new());
    show(
        "write: applications started",
        run(addr, &token, usize::MAX, time, start).await,
    );
    let status = move |n: usize| ("GET", format!("{}/status", app(n)), String::new());
    show(
        "read: application status",
        run(addr, &token, usize::MAX, time, status).await,
    );
    let config_of = move |n: usize| ("GET", format!("{}/config", app(n)), String::new());
    show(
        "read: application config",
        run(addr, &token, usize::MAX, time, config_of).await,
    );
    let list = move |n: usize| {
        (
            "GET",
            format!("/v1/org/org_{}/env/dev/app/", scattered(n) % orgs),
            String::new(),
        )
    };
    show(
        "read: list of applications",
        run(addr, &token, usize::MAX, time, list).await,
    );
    let mixed = move |n: usize| match n % 10 {
        0 => ("POST", format!("{}/stop", app(n)), String::new()),
        _ => ("GET", format!("{}/status", app(n)), String::new()),
    };
    show(
        "mixed: nine reads to a write",
        run(addr, &token, usize::MAX, time, mixed).await,
    );

    let begun = Instant::now();
    stop.cancel();
    server.await.unwrap().unwrap();
    println!(
        "end, with the export written: {:.1} s",
        begun.elapsed().as_secs_f64()
    );
    let begun = Instant::now();
    let platform = open(config(dir.path())).unwrap();
    println!("opened again: {:.1} s", begun.elapsed().as_secs_f64());
    platform.close();
}
