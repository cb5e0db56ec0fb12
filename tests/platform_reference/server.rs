//! The server around the methods: ping, limits, panics, the log.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use swarmform::platform::clock::Millis;
use swarmform::platform::model::{Component, Instance};
use swarmform::platform::runtime::{Command, Launch, Line, Runtime, Streams, Usage, Workload};
use swarmform::platform::simulated::Simulated;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::world::{Answer, World, base64, logged};

#[tokio::test]
pub async fn ping_says_failed_when_nothing_can_be_kept() {
    let world = World::new().await;
    let answer = world.call("GET", "/v1/ping", "", "").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "\"OK\""));
    let token = world.token("terminal");
    world.platform.close();
    let answer = world.call("GET", "/v1/ping", "", "").await;
    assert_eq!((answer.status, answer.body.as_str()), (500, "\"FAILED\""));
    let refused = world
        .call("POST", "/v1/org/", &token, r#"{"org_id":"bantic"}"#)
        .await
        .is(500, 10015);
    assert_eq!(refused.text(), "server error");
    world
        .call("GET", "/v1/org/bantic", &token, "")
        .await
        .is(404, 10008);
    world.stop().await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_413_and_a_slow_one_408() {
    let world = World::with(|config| config.limits.request = Duration::from_millis(200)).await;
    let token = world.token("terminal");
    let large = format!(r#"{{"org_id":"{}"}}"#, "a".repeat(3 * 1024 * 1024));
    world
        .call("POST", "/v1/org/", &token, &large)
        .await
        .is(413, 10013);
    let mut stream = tokio::net::TcpStream::connect(world.addr).await.unwrap();
    let head = format!(
        "POST /v1/org/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: giantswarm {token}\r\nContent-Length: 20\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    Answer::parse(&bytes).is(408, 10015);
    world.stop().await;
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let world = World::with(|config| config.limits.head = Duration::from_millis(100)).await;
    let mut stream = tokio::net::TcpStream::connect(world.addr).await.unwrap();
    stream.write_all(b"GET /v1/ping HTTP/1.1\r\nHost").await.unwrap();
    let begun = Instant::now();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    world.stop().await;
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_their_turn() {
    let world = World::with(|config| config.limits.connections = 1).await;
    let first = tokio::net::TcpStream::connect(world.addr).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let waiting =
        tokio::time::timeout(Duration::from_millis(100), world.call("GET", "/v1/ping", "", "")).await;
    assert!(waiting.is_err());
    drop(first);
    assert_eq!(world.call("GET", "/v1/ping", "", "").await.status, 200);
    world.stop().await;
}

/// A runtime whose statistics fail.
struct Broken(Simulated);

impl Runtime for Broken {
    fn launch(&self, component: &Component, instance: &Instance, at: Millis) -> Launch {
        self.0.launch(component, instance, at)
    }
    fn halt(&self, component: &Component, instance: &Instance, at: Millis) -> Millis {
        self.0.halt(component, instance, at)
    }
    fn image_hash(&self, image: &str) -> String {
        self.0.image_hash(image)
    }
    fn logs(&self, workload: &Workload, now: Millis, count: usize) -> Vec<Line> {
        self.0.logs(workload, now, count)
    }
    fn usage(&self, _: &Workload, _: Millis) -> Usage {
        panic!("a secret detail")
    }
    fn exec(&self, workload: Workload, command: Command, streams: Streams) -> BoxFuture<'static, i32> {
        self.0.exec(workload, command, streams)
    }
}

#[tokio::test]
async fn a_panic_is_a_500_without_details_and_the_server_goes_on() {
    let world = World::with(|config| config.runtime = Some(Arc::new(Broken(Simulated::default())))).await;
    let token = world.hello().await;
    let id = world.instance(&token).await;
    let answer = world
        .call("GET", &format!("/v1/org/bantic/instance/{id}/stats"), &token, "")
        .await
        .is(500, 10015);
    assert!(!answer.body.contains("secret"), "{answer:?}");
    world
        .call("GET", &format!("/v1/org/bantic/instance/{id}/logs"), &token, "")
        .await;
    world.call("GET", "/v1/user/me", &token, "").await.ok(10000);
    world.stop().await;
}

#[tokio::test]
async fn the_log_has_a_line_for_each_request_and_no_secret() {
    let world = World::new().await;
    let login = world.login("terminal", "f00bar").await;
    let token = login.json()["data"]["Id"].as_str().unwrap().to_owned();
    let answers = [
        login,
        world
            .call("GET", "/v1/user/me?token=query-secret", &token, "")
            .await
            .ok(10000),
        world
            .call("POST", "/v1/org/", &token, r#"{"org_id":"BODY-SECRET"}"#)
            .await
            .is(400, 10013),
        world
            .call("GET", "/v1/user/me", "bad-token-secret", "")
            .await
            .is(401, 10010),
    ];
    world.stop().await;
    let log = logged();
    let line_of = |answer: &Answer| {
        let id = answer.header("x-request-id").unwrap();
        let line = log
            .lines()
            .find(|line| line.contains(id))
            .unwrap_or_else(|| panic!("{id} is not in {log}"));
        serde_json::from_str::<serde_json::Value>(line).unwrap()["fields"].clone()
    };
    let lines: Vec<serde_json::Value> = answers.iter().map(line_of).collect();
    let line = &lines[2];
    assert_eq!(
        (&line["method"], &line["path"], &line["status"]),
        (&"POST".into(), &"/v1/org/".into(), &400.into())
    );
    assert_eq!(
        (&line["user"], &line["why"]),
        (&"terminal".into(), &"wrong input".into())
    );
    assert!(line["ms"].is_u64() && line["message"] == "request");
    assert_eq!(lines[3]["user"], "-");
    for secret in [
        "f00bar",
        &base64("f00bar"),
        &token,
        "query-secret",
        "BODY-SECRET",
        "bad-token-secret",
        "argon2id$",
    ] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
