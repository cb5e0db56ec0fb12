//! A disk that is full, played by a limit on the size of files: the write is answered with an error, and what was
//! acknowledged before is there, after the next start as well as when there is room again.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::{Answer, base64, raw};

/// The program itself, with `limit` blocks of 512 bytes as the largest file it may write. All users have the password
/// `f00bar`.
pub fn served(data: &Path, limit: &str, users: &[&str]) -> (Child, SocketAddr) {
    let users = users.iter().map(|user| format!("-user={user}"));
    let script = format!("trap '' XFSZ; ulimit -S -f {limit}; exec \"$0\" \"$@\"");
    let mut child = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_swarmform")])
        .args(["serve", "-listen", "127.0.0.1:0", "-data"])
        .arg(data)
        .args(users)
        .env("SWARMFORM_PASSWORD", "f00bar")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let addr = line
        .split("http://")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .unwrap_or_else(|| panic!("{line:?}"));
    let addr = addr.parse().unwrap();
    (child, addr)
}

async fn token(addr: SocketAddr) -> String {
    let body = json!({ "password": base64("f00bar") }).to_string();
    let answer = Answer::parse(&raw(addr, "POST", "/v1/user/terminal/login", &[], body.as_bytes()).await);
    format!("giantswarm {}", answer.json()["data"]["Id"].as_str().unwrap())
}

const APPS: &str = "/v1/org/terminal/env/dev/app/";

/// Makes large apps until one is refused; the names of the others.
async fn fill(addr: SocketAddr, asks: &str) -> Vec<String> {
    let mut kept = Vec::new();
    let mut refused = None;
    for number in 0..400 {
        let name = format!("app{number}");
        let definition = json!({ "app_name": name, "services": [{ "service_name": "s", "components": [
            { "component_name": "c", "image": "redis:1", "env": { "LARGE": "x".repeat(60_000) } }] }] });
        let body = definition.to_string();
        let answer =
            Answer::parse(&raw(addr, "POST", APPS, &[("Authorization", asks)], body.as_bytes()).await);
        if answer.status != 200 {
            refused = Some(answer);
            break;
        }
        kept.push(name);
    }
    refused.expect("the disk is never full").is(500, 10015);
    assert!(kept.len() > 5, "{}", kept.len());
    let ping = Answer::parse(&raw(addr, "GET", "/v1/ping", &[], b"").await);
    assert_eq!((ping.status, ping.body.as_str()), (500, "\"FAILED\""));
    kept
}

/// All that were made are there, and more can be.
async fn has_all(addr: SocketAddr, asks: &str, kept: &[String], more: &str) {
    let headers = [("Authorization", asks)];
    let list = Answer::parse(&raw(addr, "GET", APPS, &headers, b"").await).json();
    let found = list["data"].as_array().unwrap().iter();
    let found: Vec<&str> = found.map(|app| app["app"].as_str().unwrap()).collect();
    let lost: Vec<&String> = kept
        .iter()
        .filter(|name| !found.contains(&name.as_str()))
        .collect();
    assert!(lost.is_empty(), "{lost:?} of {}", kept.len());
    let body = json!({ "org_id": more }).to_string();
    let made = Answer::parse(&raw(addr, "POST", "/v1/org/", &headers, body.as_bytes()).await);
    made.is(200, 10003);
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_loses_nothing_that_was_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let (mut child, addr) = served(dir.path(), "8192", &["terminal"]);
    let asks = token(addr).await;
    let kept = fill(addr, &asks).await;
    child.kill().unwrap();
    child.wait().unwrap();

    let (mut child, addr) = served(dir.path(), "unlimited", &["terminal"]);
    let asks = token(addr).await;
    has_all(addr, &asks, &kept, "after").await;
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn when_there_is_room_again_the_same_process_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (mut child, addr) = served(dir.path(), "8192", &["terminal"]);
    let asks = token(addr).await;
    let kept = fill(addr, &asks).await;
    let freed = Command::new("prlimit")
        .args(["--fsize=unlimited:unlimited", &format!("--pid={}", child.id())])
        .status();
    if !freed.is_ok_and(|status| status.success()) {
        println!("there is no prlimit here, so this shows nothing");
        child.kill().unwrap();
        child.wait().unwrap();
        return;
    }
    let begun = Instant::now();
    while Answer::parse(&raw(addr, "GET", "/v1/ping", &[], b"").await).status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never goes on");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // The login is as good as before, and so is all that was made; and what is made now is there for good.
    has_all(addr, &asks, &kept, "after").await;
    child.kill().unwrap();
    child.wait().unwrap();
    let (mut child, addr) = served(dir.path(), "unlimited", &["terminal"]);
    has_all(addr, &asks, &kept, "later").await;
    let after = Answer::parse(&raw(addr, "GET", "/v1/org/after", &[("Authorization", &asks)], b"").await);
    after.is(200, 10000);
    child.kill().unwrap();
    child.wait().unwrap();
}
