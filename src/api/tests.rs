//! The client against a small server that behaves, and misbehaves, as platforms do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;

use super::*;
use crate::ports::Clock;

mod faults;

/// The time passes, and on the calendar it is always Sun, 06 Nov 1994 08:49:37 GMT.
struct Watch(std::time::Instant);

impl Clock for Watch {
    fn now_unix_nanos(&self) -> i128 {
        784_111_777_000_000_000
    }

    fn uptime(&self) -> Duration {
        self.0.elapsed()
    }
}

fn watch() -> Arc<dyn Clock> {
    Arc::new(Watch(std::time::Instant::now()))
}

/// A configuration for tests, which do not wait.
fn config(endpoint: &str, credentials: Credentials) -> Config {
    let mut config = Config::new(endpoint, credentials, watch());
    config.limits.first = Duration::from_millis(1);
    config
}

/// What the server saw: method, path with query, authorization, content type, body.
type Seen = Arc<Mutex<Vec<[String; 5]>>>;
type Reply = Arc<dyn Fn(usize, &[String; 5]) -> (u16, String) + Send + Sync>;

/// A server that answers the n-th request by a function.
async fn server(
    reply: impl Fn(usize, &[String; 5]) -> (u16, String) + Send + Sync + 'static,
) -> (String, Seen) {
    async fn handle(
        State((reply, seen, count)): State<(Reply, Seen, Arc<AtomicUsize>)>,
        request: Request,
    ) -> Response {
        let (parts, body) = request.into_parts();
        let header = |name: &str| {
            let value = parts.headers.get(name);
            value.map_or(String::new(), |value| value.to_str().unwrap().to_owned())
        };
        let (authorization, kind) = (header("authorization"), header("content-type"));
        let (method, uri) = (parts.method.to_string(), parts.uri.to_string());
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        let entry = [method, uri, authorization, kind, body];
        seen.lock().unwrap().push(entry.clone());
        let (status, text) = reply(count.fetch_add(1, Ordering::SeqCst), &entry);
        let status = StatusCode::from_u16(status).unwrap();
        let retry = (status == 429 || status == 503).then_some([("retry-after", "0")]);
        (status, retry.unwrap_or([("x-none", "0")]), text).into_response()
    }
    let seen = Seen::default();
    let state: (Reply, Seen, Arc<AtomicUsize>) = (Arc::new(reply), seen.clone(), Arc::default());
    let app = Router::new().fallback(handle).with_state(state);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (format!("http://{address}"), seen)
}

fn with_token(endpoint: &str) -> Client {
    Client::new(
        config(endpoint, Credentials::Token("tok-123456".to_owned())),
        Arc::new(NoLog),
    )
    .unwrap()
}

fn with_password(endpoint: &str) -> Client {
    let credentials = Credentials::Password {
        username: "terminal".to_owned(),
        password: "f00bar".to_owned(),
    };
    Client::new(config(endpoint, credentials), Arc::new(NoLog)).unwrap()
}

fn code(code: u32) -> String {
    format!(r#"{{"status_code":{code},"status_text":"some text"}}"#)
}

fn data(data: &str) -> String {
    format!(r#"{{"status_code":10000,"status_text":"success","data":{data}}}"#)
}

#[tokio::test]
async fn requests_have_the_paths_headers_and_bodies_of_the_reference() {
    let (endpoint, seen) = server(|_, _| (200, code(10006))).await;
    let client = with_token(&endpoint);
    client.add_member("bantic", "terminal").await.unwrap();
    let component = ComponentRef {
        org: "bantic",
        env: "a b",
        app: "x/y",
        service: "s",
        component: "redis:latest",
    };
    client.scale_up(component, 3).await.unwrap();
    client
        .update_component(component, "1.0", wire::Strategy::HotSwap)
        .await
        .unwrap();
    client.logs("bantic", "abc", Some(5)).await.unwrap();
    let seen = seen.lock().unwrap().clone();
    let token = "giantswarm tok-123456";
    assert_eq!(
        seen,
        [
            [
                "POST",
                "/v1/org/bantic/members/add",
                token,
                "application/json",
                r#"{"username":"terminal"}"#
            ],
            [
                "POST",
                "/v1/org/bantic/env/a%20b/app/x%2Fy/service/s/component/redis%3Alatest/scaleup/3",
                token,
                "",
                ""
            ],
            [
                "POST",
                "/v1/org/bantic/env/a%20b/app/x%2Fy/service/s/component/redis%3Alatest/version/1.0/update",
                token,
                "application/json",
                r#"{"strategy":"hot-swap"}"#
            ],
            ["GET", "/v1/org/bantic/instance/abc/logs?t=5", token, "", ""],
        ]
        .map(|row| row.map(str::to_owned))
    );
}

#[tokio::test]
async fn login_happens_when_first_needed_and_again_after_the_token_expired() {
    let (endpoint, seen) = server(|at, request| match request[1].as_str() {
        "/v1/user/terminal/login" => (200, data(&format!(r#"{{"Id":"token-{at}"}}"#))),
        _ if request[2] == "giantswarm token-0" && at > 1 => (401, "not json".to_owned()),
        _ => (200, code(10003)),
    })
    .await;
    let client = with_password(&endpoint);
    client.create_organization("bantic").await.unwrap();
    client.create_organization("other").await.unwrap();
    let rows: Vec<String> = seen
        .lock()
        .unwrap()
        .iter()
        .map(|row| format!("{} {}", row[1], row[2]))
        .collect();
    assert_eq!(
        rows,
        [
            "/v1/user/terminal/login ",
            "/v1/org/ giantswarm token-0",
            "/v1/org/ giantswarm token-0",
            "/v1/user/terminal/login ",
            "/v1/org/ giantswarm token-3",
        ]
    );
    let password = base64::engine::general_purpose::STANDARD.encode("f00bar");
    assert!(seen.lock().unwrap()[0][4].contains(&password));
}

#[tokio::test]
async fn many_calls_at_once_log_in_once_and_keep_to_the_limit() {
    let (endpoint, seen) = server(|_, request| match request[1].as_str() {
        "/v1/user/terminal/login" => (200, data(r#"{"Id":"token"}"#)),
        _ => (200, data(r#"{"id":"x","members":null,"default_cluster":null}"#)),
    })
    .await;
    let client = with_password(&endpoint);
    futures::future::join_all((0..50).map(|_| client.organization("abcd")))
        .await
        .into_iter()
        .for_each(|result| {
            assert_eq!(result.unwrap().members, [""; 0]);
        });
    let logins = seen.lock().unwrap().iter().filter(|row| row[0] == "POST").count();
    assert_eq!(logins, 1);
}

/// The kind of the error of a call against a server with one answer, and how many requests it took.
async fn failure(
    status: u16,
    body: &str,
    call: impl AsyncFnOnce(Client) -> Result<(), ApiError>,
) -> (ErrorKind, usize, String) {
    let body = body.to_owned();
    let (endpoint, seen) = server(move |_, _| (status, body.clone())).await;
    let error = call(with_token(&endpoint)).await.unwrap_err();
    let count = seen.lock().unwrap().len();
    (error.kind, count, error.to_string())
}

#[tokio::test]
async fn errors_are_sorted_by_code_and_status_in_all_their_shapes() {
    use ErrorKind::*;
    let get = async |client: Client| client.organization("abcd").await.map(drop);
    let create = async |client: Client| client.create_organization("abcd").await;
    let add = async |client: Client| client.add_member("abcd", "x").await;
    let kind = |result: (ErrorKind, usize, String)| result.0;
    assert_eq!(kind(failure(400, &code(10008), get).await), NotFound);
    assert_eq!(kind(failure(404, "<html>", get).await), NotFound);
    assert_eq!(kind(failure(403, "", get).await), Forbidden);
    assert_eq!(kind(failure(400, &code(10015), create).await), AlreadyExists);
    assert_eq!(kind(failure(400, &code(10015), add).await), Server);
    assert_eq!(kind(failure(400, &code(10009), add).await), AlreadyExists);
    assert_eq!(kind(failure(400, &code(10013), add).await), WrongInput);
    assert_eq!(kind(failure(400, &code(10010), add).await), Unauthorized);
    assert_eq!(kind(failure(400, &code(10016), add).await), InvalidVersion);
    assert_eq!(kind(failure(400, "resource not found", add).await), NotFound);
    assert_eq!(kind(failure(200, &code(10008), get).await), NotFound);
    assert_eq!(kind(failure(200, "hello", get).await), Protocol);
    assert_eq!(kind(failure(302, "", get).await), Protocol);
    assert_eq!(kind(failure(401, "", get).await), Unauthorized);
}

#[tokio::test]
async fn reads_are_tried_again_and_mutations_only_if_they_were_turned_away() {
    let get = async |client: Client| client.organization("abcd").await.map(drop);
    let create = async |client: Client| client.create_organization("abcd").await;
    for status in [429, 500, 502, 503, 504] {
        assert_eq!(failure(status, "", get).await.1, 9, "{status}");
    }
    for status in [400, 401, 403, 404, 501] {
        assert_eq!(failure(status, "", get).await.1, 1, "{status}");
    }
    // The server says when to come back with its 429 and its 503.
    for (status, count) in [(429, 9), (503, 9), (500, 1), (502, 1), (504, 1)] {
        assert_eq!(failure(status, "", create).await.1, count, "{status}");
    }
    let ping = async |client: Client| client.ping().await.map(drop);
    assert_eq!(failure(503, "", ping).await.1, 9, "it was turned away");
    assert_eq!(failure(502, "", ping).await.1, 1);
}

#[tokio::test]
async fn what_a_platform_turns_away_is_made_once_when_it_takes_it() {
    let (endpoint, requests) = server(|number, _| {
        if number < 10 {
            (429, String::new())
        } else {
            (200, code(10003))
        }
    })
    .await;
    let client = with_token(&endpoint);
    let creates = (0..40).map(|number| {
        let client = client.clone();
        async move { client.create_organization(&format!("org_{number}")).await }
    });
    for result in futures::future::join_all(creates).await {
        result.unwrap();
    }
    // Ten were turned away, and each was made once in the end.
    assert_eq!(requests.lock().unwrap().len(), 50);
}

#[tokio::test]
async fn an_error_shows_no_secret_and_no_control_character() {
    let get = async |client: Client| client.organization("abcd").await.map(drop);
    let body = r#"{"status_code":10013,"status_text":"no \u001b[31m for tok-123456"}"#;
    let (_, _, text) = failure(400, body, get).await;
    assert_eq!(
        text,
        r"GET /v1/org/abcd: the platform answered 400 (10013): no \u{1b}[31m for (hidden)"
    );
    let config = config("http://x", Credentials::Token("tok-123456".to_owned()));
    assert!(!format!("{config:?}").contains("tok-"));
}

#[tokio::test]
async fn differences_between_servers_are_taken() {
    let (endpoint, _) = server(|_, request| match request[1].as_str() {
        "/v1/org/abcd/env/" => (200, data(r#"{"environments":null}"#)),
        "/v1/ping" => (200, "\"OK\"".to_owned()),
        "/v1/org/a/env/e/app/x/service/s/stop" => (200, code(10004)),
        "/v1/org/a/env/e/app/x/service/s/component/one/status" => (
            200,
            data(r#"{"name":"one","min":1,"max":10,"status":"up","instances":[{"id":"i1","status":"up","create_date":"0001-01-01T00:00:00Z"}]}"#),
        ),
        "/v1/org/a/env/e/app/x/service/s/component/two/status" => (
            200,
            data(r#"{"name":"s","status":"down","components":[{"name":"one","status":"up","instances":[]},{"name":"two","status":"failed","instances":[{"id":"i2"}]}]}"#),
        ),
        _ => (200, data("null")),
    })
    .await;
    let client = with_token(&endpoint);
    assert_eq!(client.environments("abcd").await.unwrap(), [""; 0]);
    assert!(client.ping().await.unwrap());
    client.stop_service("a", "e", "x", "s").await.unwrap();
    let component = |component| ComponentRef {
        org: "a",
        env: "e",
        app: "x",
        service: "s",
        component,
    };
    assert_eq!(
        client.component_status(component("one")).await.unwrap().instances[0].id,
        "i1"
    );
    let two = client.component_status(component("two")).await.unwrap();
    assert_eq!(
        (two.status, two.instances[0].id.as_str()),
        (wire::Status::Failed, "i2")
    );
    assert_eq!(client.apps("a", "e").await.unwrap(), []);
}

#[tokio::test]
async fn a_dead_platform_is_a_connect_error_and_a_slow_one_a_timeout() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let credentials = Credentials::Token("t".to_owned());
    let mut config = config(&endpoint, credentials);
    config.request_timeout = Duration::from_millis(100);
    config.limits.most = 1;
    let slow = Client::new(config.clone(), Arc::new(NoLog)).unwrap();
    let error = slow.create_organization("abcd").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Timeout);
    drop(listener);
    let dead = Client::new(config, Arc::new(NoLog)).unwrap();
    let error = dead.organization("abcd").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Connect, "{error}");
}

#[tokio::test]
async fn names_that_would_change_the_path_are_refused() {
    let client = with_token("http://127.0.0.1:9");
    for name in ["", ".", ".."] {
        let error = client.delete_organization(name).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::WrongInput);
    }
    for endpoint in ["x", "ftp://h", "http://u:p@h", "http://h/?q", ""] {
        let config = config(endpoint, Credentials::Token("t".to_owned()));
        assert!(
            matches!(
                Client::new(config, Arc::new(NoLog)),
                Err(ConfigError::Endpoint(_))
            ),
            "{endpoint}"
        );
    }
}

#[tokio::test]
async fn every_call_is_recorded() {
    #[derive(Default)]
    struct Counting(Mutex<Vec<CallRecord>>);
    impl CallLog for Counting {
        fn called(&self, record: &CallRecord) {
            self.0.lock().unwrap().push(record.clone());
        }
    }
    let (endpoint, _) = server(|at, _| {
        if at == 0 {
            (503, String::new())
        } else {
            (200, data("[]"))
        }
    })
    .await;
    let log = Arc::new(Counting::default());
    let config = config(&endpoint, Credentials::Token("t".to_owned()));
    let client = Client::new(config, log.clone()).unwrap();
    client.memberships().await.unwrap();
    let records = log.0.lock().unwrap();
    let rows: Vec<(&str, &str, Option<u16>)> = records
        .iter()
        .map(|record| (record.method, record.path.as_str(), record.status))
        .collect();
    assert_eq!(
        rows,
        [
            ("GET", "/v1/user/me/memberships", Some(503)),
            ("GET", "/v1/user/me/memberships", Some(200))
        ]
    );
}

#[tokio::test]
async fn exec_takes_over_the_connection() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"}") {
            let mut byte = [0];
            socket.read_exact(&mut byte).await.unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        assert!(
            head.contains("upgrade: tcp") && head.contains("content-type: text/plain"),
            "{head}"
        );
        socket
            .write_all(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
            .await
            .unwrap();
        let mut line = [0; 3];
        socket.read_exact(&mut line).await.unwrap();
        socket
            .write_all(&frames::encode(frames::Stream::Stdout, &line))
            .await
            .unwrap();
    });
    let request = wire::ExecRequest {
        cmd: vec!["cat".to_owned()],
        ..Default::default()
    };
    let Exec::Upgraded { mut connection, .. } = with_token(&endpoint).exec("a", "i", &request).await.unwrap()
    else {
        panic!("not upgraded");
    };
    connection.write_all(b"hi\n").await.unwrap();
    let mut bytes = Vec::new();
    connection.read_to_end(&mut bytes).await.unwrap();
    let frames = frames::Decoder::default().push(&bytes).unwrap();
    assert_eq!(frames[0].bytes, b"hi\n");
}
