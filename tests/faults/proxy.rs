//! A proxy before the real platform that does to requests and answers what networks, gateways and overloaded servers
//! do. What happens to a request follows from the seed, the request, and how often it was made; it keeps no order
//! between requests, as no network does.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tower::ServiceExt;

use crate::chance::Chance;

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// 429, with or without a time to come back.
    TooMany,
    /// 500, and nothing was done.
    FailsBefore,
    /// 500, and it was done all the same.
    FailsAfter,
    /// 503 with the time to come back: nothing was done.
    Unavailable,
    /// The 503 of a gateway that lost the answer: it was done.
    GatewayLost,
    /// No answer; nothing was done.
    SilentBefore,
    /// No answer; it was done.
    SilentAfter,
    /// The connection is cut; nothing was done.
    CutBefore,
    /// The connection is cut; it was done.
    CutAfter,
    /// Half of the answer.
    Half,
    /// It takes its time.
    Slow,
    /// A read shows what was before. Only of what is still there, and only where nothing is pending: no client can be
    /// kept from making twice what the platform hides from it.
    Stale,
}

impl Fault {
    pub const ALL: [Fault; 12] = [
        Fault::TooMany,
        Fault::FailsBefore,
        Fault::FailsAfter,
        Fault::Unavailable,
        Fault::GatewayLost,
        Fault::SilentBefore,
        Fault::SilentAfter,
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::Half,
        Fault::Slow,
        Fault::Stale,
    ];

    /// Whether the platform gets the request.
    fn is_forwarded(self) -> bool {
        use Fault::*;
        !matches!(
            self,
            TooMany | FailsBefore | Unavailable | SilentBefore | CutBefore
        )
    }
}

/// Where the client dies, seen from the request at which it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It was sent and the platform never sees it.
    Sent,
    /// It was carried out and not answered.
    Done,
    /// It was answered.
    Answered,
}

/// What the proxy does in one run.
#[derive(Clone, Debug, Default)]
pub struct Script {
    pub seed: u64,
    /// One request in so many fails; none if it is 0.
    pub rate: u64,
    pub faults: Vec<Fault>,
    /// The request at which the client dies, and when.
    pub crash: Option<(u64, Moment)>,
    /// What happens to one of those requests that are no GET.
    pub mishap: Option<(u64, Mishap)>,
}

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    Fault(Fault),
    Death(Moment),
}

#[derive(Clone, Debug)]
struct Answer {
    status: u16,
    body: Vec<u8>,
}

#[derive(Default)]
struct Inside {
    script: Script,
    app: Option<Router>,
    stale: bool,
    requests: u64,
    /// Those that are no GET.
    posts: u64,
    /// How often each request was made in this run.
    times: BTreeMap<String, u64>,
    /// The last two answers of each read that went well.
    answers: BTreeMap<String, [Option<Answer>; 2]>,
    /// At the platform right now.
    under_way: usize,
    dead: bool,
    injected: BTreeMap<Fault, u64>,
}

/// See the module's documentation. Clones share it.
#[derive(Clone)]
pub struct Proxy {
    addr: SocketAddr,
    inside: Arc<Mutex<Inside>>,
    crash: Arc<Notify>,
}

impl Proxy {
    pub async fn start() -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Proxy {
            addr: listener.local_addr().unwrap(),
            inside: Arc::default(),
            crash: Arc::default(),
        };
        let shared = proxy.clone();
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let _ = socket.set_nodelay(true);
                let proxy = shared.clone();
                tokio::spawn(async move { proxy.serve(socket).await });
            }
        });
        proxy
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.addr)
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }

    /// The platform behind it.
    pub fn forward_to(&self, app: Option<Router>) {
        self.inside().app = app;
    }

    /// Begins a run. Reads may be stale in it or not.
    pub fn begin(&self, script: Script, stale: bool) {
        let mut inside = self.inside();
        inside.script = script;
        inside.stale = stale;
        (inside.requests, inside.posts) = (0, 0);
        inside.times.clear();
        inside.dead = false;
    }

    /// Returns when the client is to die.
    pub async fn crashed(&self) {
        self.crash.notified().await;
    }

    /// Whatever the dead client sent is carried out or lost when this returns.
    pub async fn settle(&self) {
        self.inside().dead = true;
        while self.inside().under_way > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// The client dies of something else.
    pub fn kill(&self) {
        self.crash.notify_one();
    }

    /// How many requests there were in this run.
    pub fn requests(&self) -> u64 {
        self.inside().requests
    }

    /// How often each fault was injected.
    pub fn injected(&self) -> BTreeMap<Fault, u64> {
        self.inside().injected.clone()
    }

    async fn serve(&self, mut socket: TcpStream) {
        while let Some((method, path, headers, body)) = read_request(&mut socket).await {
            if !self.take(&mut socket, &method, &path, headers, body).await {
                return;
            }
        }
    }

    /// Takes one request; whether the connection goes on.
    async fn take(
        &self,
        socket: &mut TcpStream,
        method: &str,
        path: &str,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    ) -> bool {
        let Some((fault, moment)) = self.fate(method, path) else {
            return false;
        };
        if moment == Some(Moment::Sent) {
            self.kill();
            return false;
        }
        if fault == Some(Fault::Slow) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut answer = match fault {
            Some(fault) if !fault.is_forwarded() => None,
            _ => self.forward(method, path, headers, body).await,
        };
        if moment == Some(Moment::Done) {
            self.kill();
            return false;
        }
        if method == "GET"
            && let Some(fresh) = answer.clone().filter(|answer| answer.status == 200)
        {
            let mut inside = self.inside();
            let kept = inside.answers.entry(path.to_owned()).or_default();
            let older = std::mem::replace(kept, [kept[1].clone(), Some(fresh)])[1].clone();
            if fault == Some(Fault::Stale) && older.is_some() {
                answer = older;
            }
        }
        let said = |head: &str| format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\n\r\n");
        match fault {
            Some(Fault::TooMany) => write(socket, &said("429 Too Many Requests\r\nretry-after: 0")).await,
            Some(Fault::FailsBefore | Fault::FailsAfter) => {
                write(socket, &said("500 Internal Server Error")).await
            }
            Some(Fault::Unavailable) => {
                write(socket, &said("503 Service Unavailable\r\nretry-after: 0")).await
            }
            Some(Fault::GatewayLost) => write(socket, &said("503 Service Unavailable")).await,
            Some(Fault::SilentBefore | Fault::SilentAfter) => {
                // Until the client hangs up.
                let _ = socket.read(&mut [0]).await;
                false
            }
            Some(Fault::CutBefore | Fault::CutAfter) => false,
            half => {
                let Some(Answer { status, body }) = answer else {
                    return false;
                };
                let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n", body.len());
                let sent = match half {
                    Some(Fault::Half) => body.len() / 2,
                    _ => body.len(),
                };
                let whole = write(socket, &head).await
                    && socket.write_all(&body[..sent]).await.is_ok()
                    && sent == body.len();
                if moment == Some(Moment::Answered) {
                    self.kill();
                }
                whole
            }
        }
    }

    /// What becomes of a request; none when its sender is dead.
    fn fate(&self, method: &str, path: &str) -> Option<(Option<Fault>, Option<Moment>)> {
        let mut inside = self.inside();
        if inside.dead {
            return None;
        }
        let key = format!("{method} {path}");
        let times = inside.times.entry(key.clone()).or_default();
        *times += 1;
        let mut hasher = DefaultHasher::new();
        (inside.script.seed, key, inside.times.len(), &inside.times).hash(&mut hasher);
        let mut chance = Chance(hasher.finish());
        let number = inside.requests;
        inside.requests += 1;
        let mut moment = inside
            .script
            .crash
            .filter(|(at, _)| *at == number)
            .map(|(_, moment)| moment);
        let mishap = inside
            .script
            .mishap
            .filter(|(at, _)| method != "GET" && *at == inside.posts);
        inside.posts += u64::from(method != "GET");
        let (rate, faults) = (inside.script.rate, inside.script.faults.clone());
        let mut fault = (rate > 0 && !faults.is_empty() && chance.one_in(rate))
            .then(|| faults[chance.below(faults.len() as u64) as usize]);
        // A token or an organization that is hidden cannot be told from one that is not there.
        let may_be_old = path.ends_with("/status") || path.ends_with("/config");
        if fault == Some(Fault::Stale) && !(method == "GET" && inside.stale && may_be_old) {
            fault = None;
        }
        match mishap {
            Some((_, Mishap::Fault(mishap))) => fault = Some(mishap),
            Some((_, Mishap::Death(mishap))) => moment = Some(mishap),
            None => {}
        }
        if let Some(fault) = fault {
            *inside.injected.entry(fault).or_default() += 1;
        }
        Some((fault, moment))
    }

    async fn forward(
        &self,
        method: &str,
        path: &str,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    ) -> Option<Answer> {
        let app = {
            let mut inside = self.inside();
            inside.under_way += 1;
            inside.app.clone()
        };
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(body)).unwrap();
        let answer = match app {
            Some(app) => {
                let response = app.oneshot(request).await.unwrap();
                let status = response.status().as_u16();
                let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
                Some(Answer {
                    status,
                    body: body.to_vec(),
                })
            }
            None => None,
        };
        self.inside().under_way -= 1;
        answer
    }
}

async fn write(socket: &mut TcpStream, text: &str) -> bool {
    socket.write_all(text.as_bytes()).await.is_ok()
}

type Received = (String, String, Vec<(String, String)>, Vec<u8>);

/// Reads one request; none when the client has hung up.
async fn read_request(socket: &mut TcpStream) -> Option<Received> {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        if socket.read(&mut byte).await.ok()? == 0 {
            return None;
        }
        text.push(byte[0]);
    }
    let text = String::from_utf8(text).unwrap();
    let mut lines = text.lines();
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    socket.read_exact(&mut body).await.ok()?;
    Some((method, path, headers, body))
}
