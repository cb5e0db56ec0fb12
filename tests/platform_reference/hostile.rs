//! Hostile and unlucky clients: guessed passwords, broken requests, oversized heads, TLS, failures on request, and
//! logs that are followed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use swarmform::platform::tls;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{APP, Answer, World, head, raw};

#[tokio::test]
async fn who_guesses_passwords_has_to_wait_and_then_even_the_right_one_does_not_help() {
    let world = World::with(|config| config.limits.login_failures = 3).await;
    for _ in 0..3 {
        world.login("terminal", "guess").await.is(400, 10010);
    }
    let refused = world.login("terminal", "f00bar").await.is(429, 10014);
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.text(), "too many failed logins; try again in 1 seconds");
    world
        .login("terminal@giantswarm.io", "f00bar")
        .await
        .is(429, 10014);
    world.login("kord", "k0rd").await.ok(10000);
    world.clock.forward(Duration::from_secs(1));
    world.login("terminal", "f00bar").await.ok(10000);
    world.login("terminal", "guess").await.is(400, 10010);
    world.login("terminal", "f00bar").await.ok(10000);
    world.stop().await;
}

#[tokio::test]
async fn the_old_password_cannot_be_guessed_with_a_stolen_token_either() {
    let world = World::with(|config| config.limits.login_failures = 2).await;
    let token = world.token("terminal");
    let guess = r#"{"old_password":"Z3Vlc3M=","new_password":"bmV3"}"#;
    for _ in 0..2 {
        world
            .call("POST", "/v1/user/me/password/update", &token, guess)
            .await
            .is(400, 10010);
    }
    world
        .call("POST", "/v1/user/me/password/update", &token, guess)
        .await
        .is(429, 10014);
    world.stop().await;
}

#[tokio::test]
async fn a_head_with_too_much_in_it_is_431() {
    let world = World::new().await;
    let large = "x".repeat(300 * 1024);
    let answer = Answer::parse(&raw(world.addr, "GET", "/v1/ping", &[("X-Large", &large)], b"").await);
    assert_eq!(answer.status, 431);
    let many = vec![("X-Many", "1"); 200];
    let answer = Answer::parse(&raw(world.addr, "GET", "/v1/ping", &many, b"").await);
    assert_eq!(answer.status, 431);
    world.stop().await;
}

#[tokio::test]
async fn what_is_no_request_is_refused_or_hung_up_on_and_the_server_goes_on() {
    let world = World::new().await;
    for bytes in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET /v1/ping HTTP/9.9\r\n\r\n",
        b"GET /v1/\xff\xfe HTTP/1.1\r\n\r\n",
        b"GET v1/ping HTTP/1.1\r\n\r\n",
        b"POST /v1/org/ HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/org/ HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST /v1/org/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /v1/ping HTTP/1.1\r\nBad Header: 1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ] {
        let mut stream = TcpStream::connect(world.addr).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        if !answer.is_empty() {
            let status = Answer::parse(&answer).status;
            assert!(
                (400..500).contains(&status),
                "{:?}: {status}",
                String::from_utf8_lossy(bytes)
            );
        }
    }
    assert_eq!(world.call("GET", "/v1/ping", "", "").await.status, 200);
    world.stop().await;
}

#[tokio::test]
async fn with_a_certificate_the_api_is_spoken_over_tls_and_not_beside_it() {
    let dir = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls"));
    let config = tls::config(&dir.join("cert.pem"), &dir.join("key.pem")).unwrap();
    let world = World::with(|it| it.tls = Some(config)).await;
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(dir.join("cert.pem")).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(world.addr).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = tokio_rustls::TlsConnector::from(Arc::new(client))
        .connect(name, stream)
        .await
        .unwrap();
    let request = head("GET", "/v1/ping", &[("Connection", "close")], b"");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    let answer = Answer::parse(&bytes);
    assert_eq!((answer.status, answer.body.as_str()), (200, "\"OK\""));
    let plain = raw(world.addr, "GET", "/v1/ping", &[], b"").await;
    assert!(!String::from_utf8_lossy(&plain).contains("200"), "{plain:?}");
    world.stop().await;
}

#[tokio::test]
async fn a_request_may_ask_for_its_own_failure_where_that_is_switched_on() {
    let world = World::with(|config| config.faults = true).await;
    let token = world.token("terminal");
    let bearer = format!("giantswarm {token}");
    let make = async |fault: &str, org: &str| {
        let headers = [("Authorization", bearer.as_str()), ("X-Platform-Fault", fault)];
        let body = format!(r#"{{"org_id":"{org}"}}"#);
        raw(world.addr, "POST", "/v1/org/", &headers, body.as_bytes()).await
    };
    let exists = async |org: &str| {
        world
            .call("GET", &format!("/v1/org/{org}"), &token, "")
            .await
            .status
            == 200
    };
    Answer::parse(&make("answer=503", "never").await).is(503, 10015);
    assert!(!exists("never").await);
    assert!(make("refuse", "never").await.is_empty());
    assert!(!exists("never").await);
    assert!(make("lose", "lost").await.is_empty());
    assert!(
        exists("lost").await,
        "the call was done, only its answer was lost"
    );
    Answer::parse(&make("delay=20", "late").await).ok(10003);
    Answer::parse(&make("explode", "never").await).is(400, 10013);
    world.stop().await;
}

#[tokio::test]
async fn without_the_switch_the_header_is_ignored() {
    let world = World::new().await;
    let headers = [("X-Platform-Fault", "answer=503")];
    assert_eq!(world.send("GET", "/v1/ping", &headers, b"").await.status, 200);
    world.stop().await;
}

#[tokio::test]
async fn logs_that_are_followed_bring_each_new_line_and_end_with_the_instance() {
    let world = World::new().await;
    let token = world.hello().await;
    let id = world.instance(&token).await;
    let bearer = format!("giantswarm {token}");
    let headers = [("Authorization", bearer.as_str()), ("Connection", "close")];
    let request = head(
        "GET",
        &format!("/v1/org/bantic/instance/{id}/logs?t=2&follow=true"),
        &headers,
        b"",
    );
    let mut stream = TcpStream::connect(world.addr).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut seen = Vec::new();
    let mut until = async |stream: &mut TcpStream, wanted: &str| {
        while !String::from_utf8_lossy(&seen).contains(wanted) {
            let read = tokio::time::timeout(Duration::from_secs(10), stream.read_buf(&mut seen)).await;
            assert_ne!(read.unwrap().unwrap(), 0, "{wanted:?} never came");
        }
        String::from_utf8_lossy(&seen).into_owned()
    };
    until(&mut stream, "Running on").await;
    world
        .call("POST", &format!("{APP}/stop"), &token, "")
        .await
        .ok(10005);
    let text = until(&mut stream, "received SIGTERM").await;
    assert_eq!(text.matches("Running on").count(), 1, "{text}");
    world.call("DELETE", APP, &token, "").await.ok(10007);
    let mut rest = Vec::new();
    tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut rest))
        .await
        .unwrap()
        .unwrap();
    let path = format!("/v1/org/bantic/instance/{id}/logs?follow=perhaps");
    world.call("GET", &path, &token, "").await.is(400, 10008);
    world.stop().await;
}
