//! One request of the API: connection, authorization, limits, retries, and the record of it.
//!
//! Which failures are tried again is decided in `retry`, and how many requests may be under way in `pace`; this file
//! carries it out. A 401 says that nothing was done, so a request goes once more with a new token. What an answer
//! means is not decided here but in `error` and by the methods.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base64::Engine;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use serde_json::json;
use tokio::sync::{Mutex, Notify};
use tracing::Instrument;

use crate::api::backoff::LONGEST;
use crate::api::config::{Config, ConfigError, Credentials};
use crate::api::error::{ApiError, ErrorKind, classify, presentable};
use crate::api::http::{broken, is_sound, read_body};
use crate::api::log::{self, CallLog, CallRecord};
use crate::api::pace::{Pace, Turn};
use crate::api::paths;
use crate::api::retry::{Came, Failure, Limits, Retry, retry_after};
use crate::api::wire::Envelope;
use crate::ports::Clock;

/// The time limit of an answer that goes on.
const ENDLESS: Duration = Duration::from_secs(365 * 24 * 3600);

/// What to send.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub method: &'static str,
    pub path: String,
    /// `?t=10` and the like, without the question mark; empty for none.
    pub query: String,
    /// A JSON body.
    pub body: Option<serde_json::Value>,
    /// Whether it needs a token.
    pub authorized: bool,
    /// Whether it changes nothing that it matters to change twice.
    pub safe: bool,
    /// Whether its answer goes on for as long as somebody listens.
    pub endless: bool,
}

impl Request {
    pub fn new(method: &'static str, path: String) -> Request {
        Request {
            method,
            path,
            query: String::new(),
            body: None,
            authorized: true,
            safe: method == "GET",
            endless: false,
        }
    }

    pub fn get(path: String) -> Request {
        Request::new("GET", path)
    }

    pub fn post(path: String) -> Request {
        Request::new("POST", path)
    }

    pub fn body(mut self, body: serde_json::Value) -> Request {
        self.body = Some(body);
        self
    }

    /// The passwords in the body, encoded and in the clear.
    fn passwords(&self) -> Vec<String> {
        let mut found = Vec::new();
        for name in ["password", "old_password", "new_password"] {
            let encoded = self.body.as_ref().and_then(|body| body.get(name)?.as_str());
            let Some(encoded) = encoded.filter(|encoded| !encoded.is_empty()) else {
                continue;
            };
            let decoded = base64::engine::general_purpose::STANDARD.decode(encoded).ok();
            found.extend(decoded.and_then(|bytes| String::from_utf8(bytes).ok()));
            found.push(encoded.to_owned());
        }
        found
    }

    /// A login, which changes nothing.
    pub fn login(username: &str, password: &str) -> Request {
        let encoded = base64::engine::general_purpose::STANDARD.encode(password);
        Request {
            authorized: false,
            safe: true,
            ..Request::post(paths::login(username)).body(json!({ "password": encoded }))
        }
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub text: String,
    pub envelope: Option<Envelope>,
}

struct Session {
    /// Counts the logins, so that one expired token leads to one new login.
    generation: u64,
    token: Option<Arc<str>>,
}

pub(crate) struct Transport {
    http: reqwest::Client,
    endpoint: String,
    credentials: RwLock<Credentials>,
    session: Mutex<Session>,
    pace: std::sync::Mutex<Pace>,
    freed: Notify,
    limits: Limits,
    seed: AtomicU64,
    clock: Arc<dyn Clock>,
    log: Arc<dyn CallLog>,
}

/// A request that did not succeed: the error for whoever sent it, and what it says about trying again.
pub(crate) struct Failed {
    pub error: ApiError,
    failure: Failure,
}

impl Failed {
    fn new(error: ApiError, came: Came, asked: Option<Duration>) -> Failed {
        let failure = Failure { came, asked };
        Failed { error, failure }
    }

    /// One that never will succeed.
    fn hopeless(error: ApiError) -> Failed {
        Failed::new(error, Came::Answered(400), None)
    }
}

/// What an answer tells the log: status, response code, and the server's name for the request.
pub(crate) type Told = (Option<u16>, Option<u32>, Option<String>);

/// What the server calls a request.
pub(crate) fn request_id(response: &reqwest::Response) -> Option<String> {
    let id = response.headers().get("x-request-id")?.to_str().ok()?;
    Some(presentable(id, &[]))
}

/// The right to have a request under way.
pub(crate) struct Permit<'a>(&'a Transport);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.pace().ended();
        self.0.freed.notify_waiters();
    }
}

fn local_error(request: &Request, kind: ErrorKind, text: impl Into<String>) -> ApiError {
    ApiError {
        method: request.method,
        path: request.path.clone(),
        status: None,
        code: None,
        text: text.into(),
        kind,
    }
}

impl Transport {
    pub fn new(config: Config, log: Arc<dyn CallLog>) -> Result<Transport, ConfigError> {
        let endpoint = config.endpoint.trim_end_matches('/').to_owned();
        let url = reqwest::Url::parse(&endpoint).map_err(|_| ConfigError::Endpoint("not this text"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ConfigError::Endpoint("with http or https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ConfigError::Endpoint("without a user name or password in it"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(ConfigError::Endpoint("without a query or fragment"));
        }
        match &config.credentials {
            Credentials::Token(token) => {
                if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                    return Err(ConfigError::Credentials("token"));
                }
            }
            Credentials::Password { username, .. } => {
                if username.is_empty() || username.chars().any(char::is_control) {
                    return Err(ConfigError::Credentials("username"));
                }
            }
        }
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("swarmform/", env!("CARGO_PKG_VERSION")))
            .timeout(config.request_timeout)
            .connect_timeout(config.request_timeout.min(Duration::from_secs(10)))
            .tcp_nodelay(true)
            .http1_only()
            .pool_max_idle_per_host(config.max_concurrent_requests.max(1))
            .redirect(reqwest::redirect::Policy::none());
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let loopback = host == "localhost"
            || host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback());
        if loopback {
            builder = builder.no_proxy();
        }
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Another thread may have been faster, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        if url.scheme() == "http" {
            // No certificate is ever looked at, so none need be read from the system.
            builder = builder.tls_certs_only(std::iter::empty());
        }
        let http = builder
            .build()
            .map_err(|error| ConfigError::Http(error.to_string()))?;
        let token = match &config.credentials {
            Credentials::Token(token) => Some(Arc::from(token.as_str())),
            Credentials::Password { .. } => None,
        };
        Ok(Transport {
            http,
            endpoint,
            credentials: RwLock::new(config.credentials),
            session: Mutex::new(Session { generation: 0, token }),
            pace: std::sync::Mutex::new(Pace::new(config.max_concurrent_requests)),
            freed: Notify::new(),
            limits: config.limits,
            seed: AtomicU64::new(config.seed),
            clock: config.clock,
            log,
        })
    }

    fn credentials(&self) -> Credentials {
        self.credentials
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether there is a password to log in with.
    fn can_log_in(&self) -> bool {
        matches!(self.credentials(), Credentials::Password { .. })
    }

    /// The password in use, if it is one and not a token.
    pub fn password(&self) -> Option<String> {
        match self.credentials() {
            Credentials::Token(_) => None,
            Credentials::Password { password, .. } => Some(password),
        }
    }

    /// Goes on as this user with this password, from the next request on.
    pub async fn log_in_as(&self, username: &str, password: &str) {
        let mut session = self.session.lock().await;
        self.take(&mut session, username, password);
    }

    fn take(&self, session: &mut Session, username: &str, password: &str) {
        *self.credentials.write().unwrap_or_else(PoisonError::into_inner) = Credentials::Password {
            username: username.to_owned(),
            password: password.to_owned(),
        };
        session.generation += 1;
        session.token = None;
    }

    /// Sends a request that ends all tokens and makes this password the one of the user. Whoever needs a new token
    /// meanwhile waits, so that nobody logs in with the old password.
    pub async fn change_password(
        &self,
        request: &Request,
        username: &str,
        password: &str,
    ) -> Result<Answer, ApiError> {
        let (_, token) = self.token(None).await?;
        let mut session = self.session.lock().await;
        let mut retry = self.retry();
        loop {
            match self.once(request, Some(&token)).await {
                Ok(answer) => {
                    self.take(&mut session, username, password);
                    return Ok(self.succeeded(answer));
                }
                Err(failed) => self.wait_after(request, &mut retry, failed).await?,
            }
        }
    }

    /// Sends a request and gives the answer, if it is a success.
    pub async fn send(&self, request: &Request) -> Result<Answer, ApiError> {
        let mut retry = self.retry();
        loop {
            match self.authorized(request).await {
                Ok(answer) => return Ok(self.succeeded(answer)),
                Err(failed) => self.wait_after(request, &mut retry, failed).await?,
            }
        }
    }

    fn retry(&self) -> Retry {
        let seed = self.seed.fetch_add(1, Ordering::Relaxed);
        Retry::new(seed, self.limits, self.clock.uptime())
    }

    fn succeeded(&self, answer: Answer) -> Answer {
        self.pace().answered();
        self.freed.notify_waiters();
        answer
    }

    /// After a failure: waits until the request may be sent again, or gives the error where it may not.
    async fn wait_after(&self, request: &Request, retry: &mut Retry, failed: Failed) -> Result<(), ApiError> {
        let Failed { error, failure } = failed;
        let now = self.clock.uptime();
        let unsent = failure.came == Came::Unsent;
        let wait = match unsent && self.pace().is_given_up() {
            true => None,
            false => retry.next_wait(request.safe, failure, now),
        };
        if failure.is_overload() {
            let pause = wait.or(failure.asked).unwrap_or_default().min(LONGEST);
            self.pace().refused(now, pause);
        }
        if let Some(wait) = wait {
            let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            let path = request.path.escape_debug();
            tracing::warn!(method = request.method, %path, kind = ?error.kind, millis, "the call is sent again after a while");
            tokio::time::sleep(wait).await;
            return Ok(());
        }
        if unsent {
            self.pace().unreachable();
        }
        Err(error)
    }

    fn pace(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn.
    async fn permit(&self) -> Permit<'_> {
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            freed.as_mut().enable();
            let turn = self.pace().turn(self.clock.uptime());
            match turn {
                Turn::Now => return Permit(self),
                Turn::In(wait) => tokio::time::sleep(wait).await,
                Turn::AfterAnother => freed.await,
            }
        }
    }

    /// Sends a request with a token, and once more with a new one when the first is not accepted.
    async fn authorized(&self, request: &Request) -> Result<Answer, Failed> {
        if !request.authorized {
            return self.once(request, None).await;
        }
        // A login has had its own tries when it fails.
        let (generation, token) = self.token(None).await.map_err(Failed::hopeless)?;
        let result = self.once(request, Some(&token)).await;
        match result {
            Err(failed) if failed.error.status == Some(401) && self.can_log_in() => {
                let (_, token) = self.token(Some(generation)).await.map_err(Failed::hopeless)?;
                self.once(request, Some(&token)).await
            }
            result => result,
        }
    }

    /// The token, after a login where one is needed. A token of the `stale` generation is thrown away.
    async fn token(&self, stale: Option<u64>) -> Result<(u64, Arc<str>), ApiError> {
        let mut session = self.session.lock().await;
        if let Some(token) = &session.token
            && stale != Some(session.generation)
        {
            return Ok((session.generation, token.clone()));
        }
        let Credentials::Password { username, password } = self.credentials() else {
            let request = Request::get(paths::me());
            return Err(local_error(
                &request,
                ErrorKind::Unauthorized,
                "the token is no longer accepted",
            ));
        };
        let request = Request::login(&username, &password);
        let mut retry = self.retry();
        let answer = loop {
            match self.once(&request, None).await {
                Ok(answer) => break self.succeeded(answer),
                Err(failed) => self.wait_after(&request, &mut retry, failed).await?,
            }
        };
        let id = answer
            .envelope
            .and_then(|envelope| envelope.data)
            .and_then(|data| {
                data.get("Id")
                    .and_then(serde_json::Value::as_str)
                    .map(str::to_owned)
            })
            .filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic()));
        let Some(id) = id else {
            return Err(local_error(
                &request,
                ErrorKind::Protocol,
                "the answer to the login has no token",
            ));
        };
        session.generation += 1;
        let token: Arc<str> = Arc::from(id);
        session.token = Some(token.clone());
        Ok((session.generation, token))
    }

    /// Forgets the token of a user who can log in again.
    pub async fn forget_token(&self) {
        if self.can_log_in() {
            self.session.lock().await.token = None;
        }
    }

    /// Sends a request exactly once.
    async fn once(&self, request: &Request, token: Option<&str>) -> Result<Answer, Failed> {
        let span = log::span(request.method, &request.path);
        self.exchange(request, token).instrument(span).await
    }

    async fn exchange(&self, request: &Request, token: Option<&str>) -> Result<Answer, Failed> {
        let (response, _permit, began) = self.start(request, token, HeaderMap::new()).await?;
        let status = response.status().as_u16();
        let asked = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| retry_after(value.to_str().ok()?, self.clock.now_unix_nanos()));
        let id = request_id(&response);
        let text = read_body(response).await;
        let result = match text {
            Ok(text) => self
                .interpret(request, token, status, text)
                .map_err(|error| Failed::new(error, Came::Answered(status), asked)),
            Err((kind, text)) => {
                let mut error = local_error(request, kind, text);
                error.status = Some(status);
                Err(Failed::new(error, Came::Lost, None))
            }
        };
        let code = match &result {
            Ok(answer) => answer.envelope.as_ref().and_then(|envelope| envelope.code),
            Err(failed) => failed.error.code,
        };
        self.record(request, (Some(status), code, id), began);
        result
    }

    /// Begins a request; the answer's head is there when it returns. The permit must be kept until the body
    /// is read.
    pub(crate) async fn start(
        &self,
        request: &Request,
        token: Option<&str>,
        mut headers: HeaderMap,
    ) -> Result<(reqwest::Response, Permit<'_>, Duration), Failed> {
        let refuse = |kind, text| Err(Failed::hopeless(local_error(request, kind, text)));
        if !is_sound(&request.path) {
            return refuse(
                ErrorKind::WrongInput,
                "a name in the path is empty or made of dots, which no server can tell from another path",
            );
        }
        let method = match request.method {
            "POST" => reqwest::Method::POST,
            "DELETE" => reqwest::Method::DELETE,
            _ => reqwest::Method::GET,
        };
        let query = if request.query.is_empty() { "" } else { "?" };
        let url = format!("{}{}{query}{}", self.endpoint, request.path, request.query);
        if let Some(token) = token {
            match HeaderValue::from_str(&format!("giantswarm {token}")) {
                Ok(mut value) => {
                    value.set_sensitive(true);
                    headers.insert(AUTHORIZATION, value);
                }
                Err(_) => {
                    return refuse(
                        ErrorKind::Unauthorized,
                        "the token has characters that no header can carry",
                    );
                }
            }
        }
        let mut builder = self.http.request(method, url);
        if let Some(body) = &request.body {
            if !headers.contains_key(CONTENT_TYPE) {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            builder = builder.body(body.to_string());
        }
        if request.endless {
            builder = builder.timeout(ENDLESS);
        }
        let permit = self.permit().await;
        let began = self.clock.uptime();
        match builder.headers(headers).send().await {
            Ok(response) => {
                self.pace().reached();
                Ok((response, permit, began))
            }
            Err(error) => {
                self.record(request, (None, None, None), began);
                let (kind, text) = broken(&error);
                let came = match kind {
                    ErrorKind::Connect => Came::Unsent,
                    _ => Came::Lost,
                };
                Err(Failed::new(local_error(request, kind, text), came, None))
            }
        }
    }

    /// The token that a request of its own making needs (for `exec`).
    pub(crate) async fn current_token(&self) -> Result<Arc<str>, ApiError> {
        Ok(self.token(None).await?.1)
    }

    pub(crate) fn record(&self, request: &Request, answer: Told, began: Duration) {
        let (status, code, id) = answer;
        let took = self.clock.uptime().saturating_sub(began);
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let record = CallRecord {
            method: request.method,
            path: request.path.clone(),
            status,
            code,
            id,
            millis,
        };
        record.note();
        self.log.called(&record);
    }

    pub(crate) fn interpret(
        &self,
        request: &Request,
        token: Option<&str>,
        status: u16,
        text: String,
    ) -> Result<Answer, ApiError> {
        let envelope = Envelope::read(&text);
        let code = envelope.as_ref().and_then(|envelope| envelope.code);
        let said = envelope
            .as_ref()
            .and_then(|envelope| envelope.text.clone())
            .unwrap_or_else(|| text.clone());
        let Some(kind) = classify(request.method, &request.path, status, code, &said) else {
            return Ok(Answer {
                status,
                text,
                envelope,
            });
        };
        let mut secrets: Vec<String> = token.into_iter().map(str::to_owned).collect();
        match self.credentials() {
            Credentials::Token(token) => secrets.push(token),
            Credentials::Password { password, .. } => {
                secrets.push(base64::engine::general_purpose::STANDARD.encode(&password));
                secrets.push(password);
            }
        }
        secrets.extend(request.passwords());
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        Err(ApiError {
            method: request.method,
            path: request.path.clone(),
            status: Some(status),
            code,
            text: presentable(&said, &secrets),
            kind,
        })
    }
}
