//! A disk that is full, played by a limit on the size of files: the write is answered with an error, and what was
//! acknowledged before is there after the next start.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::world::{Answer, base64, raw};

/// The program itself, with `limit` blocks of 512 bytes as the largest file it may write. All users have the password
/// `f00bar`.
pub fn served(data: &Path, limit: &str, users: &[&str]) -> (Child, SocketAddr) {
    let users = users.iter().map(|user| format!("-user={user}"));
    let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" \"$@\"");
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

#[tokio::test]
async fn a_full_disk_is_an_error_and_loses_nothing_that_was_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let apps = "/v1/org/terminal/env/dev/app/";
    let (mut child, addr) = served(dir.path(), "8192", &["terminal"]);
    let asks = token(addr).await;
    let mut kept = Vec::new();
    let mut refused = None;
    for number in 0..400 {
        let name = format!("app{number}");
        let definition = json!({ "app_name": name, "services": [{ "service_name": "s", "components": [
            { "component_name": "c", "image": "redis:1", "env": { "LARGE": "x".repeat(60_000) } }] }] });
        let body = definition.to_string();
        let answer =
            Answer::parse(&raw(addr, "POST", apps, &[("Authorization", &asks)], body.as_bytes()).await);
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
    child.kill().unwrap();
    child.wait().unwrap();

    let (mut child, addr) = served(dir.path(), "unlimited", &["terminal"]);
    let asks = token(addr).await;
    let list = Answer::parse(&raw(addr, "GET", apps, &[("Authorization", &asks)], b"").await);
    let found: Vec<String> = list.json()["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|app| app["app"].as_str().unwrap().to_owned())
        .collect();
    let lost: Vec<&String> = kept.iter().filter(|name| !found.contains(name)).collect();
    assert!(lost.is_empty(), "{lost:?} of {}", kept.len());
    let again = Answer::parse(
        &raw(
            addr,
            "POST",
            "/v1/org/",
            &[("Authorization", &asks)],
            br#"{"org_id":"after"}"#,
        )
        .await,
    );
    again.is(200, 10003);
    child.kill().unwrap();
    child.wait().unwrap();
}
