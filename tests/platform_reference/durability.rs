//! What was acknowledged is there after a stop, after a copy of the files at any moment, and under many requests at
//! once; instances go on by the clock.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use swarmform::platform::{embedded, open};

use crate::world::{APP, Answer, FLASK, World, config};

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn everything_survives_a_restart_and_running_instances_go_on() {
    let world = World::new().await;
    let token = world.hello().await;
    world
        .call("POST", &format!("{FLASK}/scaleup/2"), &token, "")
        .await
        .ok(10006);
    let before = world.until(&format!("{APP}/status"), &token, "up").await;
    let login = world.login("terminal", "f00bar").await.json()["data"]["Id"]
        .as_str()
        .unwrap()
        .to_owned();
    let world = world.restart().await;
    // A login outlives the process, a session token does not.
    world.call("GET", "/v1/user/me", &token, "").await.is(401, 10010);
    let after = world
        .call("GET", &format!("{APP}/status"), &login, "")
        .await
        .ok(10000)
        .json();
    assert_eq!(after["data"], before);
    let config = world
        .call("GET", &format!("{APP}/config"), &login, "")
        .await
        .ok(10000);
    assert_eq!(config.json()["data"]["app_name"], "helloworld");
    world
        .call("POST", &format!("{APP}/stop"), &login, "")
        .await
        .ok(10005);
    let world = world.restart().await;
    world.until(&format!("{APP}/status"), &login, "down").await;
    world.stop().await;
}

#[tokio::test]
async fn a_copy_of_the_files_at_any_moment_holds_all_that_was_acknowledged() {
    let world = World::new().await;
    let token = world.token("terminal");
    let other = tempfile::tempdir().unwrap();
    for round in 0..10 {
        for number in 0..10 {
            let body = json!({ "org_id": format!("org_{round}_{number}") }).to_string();
            world.call("POST", "/v1/org/", &token, &body).await.ok(10003);
        }
        // As a killed process leaves them: no flush, no goodbye.
        let place = other.path().join(round.to_string());
        copy(world.dir.path(), &place);
        let platform = open(config(&place)).unwrap();
        assert_eq!(names(&platform).await.len(), (round + 1) * 10 + 1);
        platform.close();
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_creates_at_once_all_succeed_and_one_of_a_hundred_equal_ones_does() {
    let world = Arc::new(World::new().await);
    let token = world.token("terminal");
    let create = |name: String| {
        let (world, token) = (Arc::clone(&world), token.clone());
        tokio::spawn(async move {
            world
                .call("POST", "/v1/org/", &token, &json!({ "org_id": name }).to_string())
                .await
                .codes()
        })
    };
    let different: Vec<_> = (0..100).map(|number| create(format!("many_{number}"))).collect();
    for task in different {
        assert_eq!(task.await.unwrap(), (200, 10003));
    }
    let equal: Vec<_> = (0..100).map(|_| create("the_same".to_owned())).collect();
    let mut codes = Vec::new();
    for task in equal {
        codes.push(task.await.unwrap());
    }
    assert_eq!(codes.iter().filter(|code| **code == (200, 10003)).count(), 1);
    assert_eq!(codes.iter().filter(|code| **code == (400, 10015)).count(), 99);
    let world = Arc::into_inner(world).unwrap().restart().await;
    let token = world.token("terminal");
    let mine = world
        .call("GET", "/v1/user/me/memberships", &token, "")
        .await
        .json();
    assert_eq!(mine["data"].as_array().unwrap().len(), 102);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn scaling_from_many_sides_at_once_never_passes_the_bound() {
    let world = Arc::new(World::new().await);
    let token = world.hello().await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (world, token) = (Arc::clone(&world), token.clone());
            tokio::spawn(async move {
                world
                    .call("POST", &format!("{FLASK}/scaleup/1"), &token, "")
                    .await
                    .codes()
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += usize::from(task.await.unwrap() == (200, 10006));
    }
    assert_eq!(done, 9);
    Arc::into_inner(world).unwrap().stop().await;
}

async fn get(platform: &embedded::Embedded, path: &str) -> Answer {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(platform.addr).await.unwrap();
    let text = format!(
        "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: giantswarm {}\r\n\r\n",
        platform.token
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    Answer::parse(&bytes)
}

#[tokio::test]
async fn an_embedded_platform_starts_on_a_loopback_port_with_a_user_and_stops_cleanly() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("platform");
    let first = embedded::start(&home).await.unwrap();
    assert!(first.addr.ip().is_loopback());
    assert_eq!(
        get(&first, "/v1/user/me").await.ok(10000).json()["data"]["username"],
        "swarmform"
    );
    let mode = std::fs::metadata(home.join("password"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let (password, token) = (first.password.clone(), first.token.clone());
    first.stop().await.unwrap();
    assert!(home.join("export.json").exists());
    let begun = Instant::now();
    let second = embedded::start(&home).await.unwrap();
    println!("second start took {:?}", begun.elapsed());
    assert_eq!(second.password, password);
    assert_ne!(second.token, token);
    get(&second, "/v1/org/swarmform").await.ok(10000);
    second.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_platform_on_the_same_data_is_refused_and_told_who_has_it() {
    let world = World::new().await;
    let mut second = config(world.dir.path());
    second.limits.lock_wait = Duration::from_millis(30);
    let error = open(second).unwrap_err().to_string();
    assert!(error.contains("in use by process"), "{error}");
    world.stop().await;
}

#[tokio::test]
async fn no_password_and_no_token_is_on_the_disk() {
    let world = World::new().await;
    let token = world.login("terminal", "f00bar").await.json()["data"]["Id"]
        .as_str()
        .unwrap()
        .to_owned();
    let dir = world.stop().await;
    let mut files = vec![dir.path().to_owned()];
    let mut read = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(
                std::fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        read += bytes.len();
        for secret in ["f00bar", token.as_str()] {
            assert!(
                !bytes.windows(secret.len()).any(|part| part == secret.as_bytes()),
                "{secret} in {path:?}"
            );
        }
    }
    assert!(read > 1000);
}

/// Sends the requests of `texts` one after the other over one kept-alive connection; all must answer 200.
async fn pipelined(addr: std::net::SocketAddr, texts: Vec<String>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(addr).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut bytes = vec![0; 16 * 1024];
    for text in texts {
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut filled = 0;
        loop {
            filled += stream.read(&mut bytes[filled..]).await.unwrap();
            if bytes[..filled].ends_with(b"}") {
                break;
            }
        }
        assert!(
            bytes.starts_with(b"HTTP/1.1 200"),
            "{}",
            String::from_utf8_lossy(&bytes[..filled])
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_creates_over_ten_connections_take_about_a_millisecond_each_or_less() {
    let dir = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let platform = embedded::start(dir.path()).await.unwrap();
    println!("first start: {:?}", begun.elapsed());
    let begun = Instant::now();
    let tasks: Vec<_> = (0..10)
        .map(|part| {
            let texts = (0..100).map(|number| {
                let body = json!({ "org_id": format!("org_{part}_{number}") }).to_string();
                let (token, length) = (&platform.token, body.len());
                format!(
                    "POST /v1/org/ HTTP/1.1\r\nHost: x\r\nAuthorization: giantswarm {token}\r\nContent-Length: {length}\r\n\r\n{body}"
                )
            });
            tokio::spawn(pipelined(platform.addr, texts.collect()))
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let took = begun.elapsed();
    println!("1000 creates: {took:?}");
    // Five times what it may take on a quiet machine, for tests share theirs.
    assert!(took < Duration::from_secs(5), "{took:?}");
    let begun = Instant::now();
    platform.stop().await.unwrap();
    println!("stop: {:?}", begun.elapsed());
    let begun = Instant::now();
    let platform = embedded::start(dir.path()).await.unwrap();
    println!("start with 1000 organizations: {:?}", begun.elapsed());
    platform.stop().await.unwrap();
}

/// The names of all organizations of `terminal`, without a socket.
async fn names(platform: &Arc<swarmform::platform::Platform>) -> Vec<String> {
    let session = platform.session_token("terminal").unwrap();
    let request = axum::http::Request::get("/v1/user/me/memberships")
        .header("Authorization", format!("giantswarm {session}"))
        .body(axum::body::Body::empty())
        .unwrap();
    let app = swarmform::platform::app(Arc::clone(platform));
    let response = tower::ServiceExt::oneshot(app, request).await.unwrap();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    serde_json::from_value(answer["data"].clone()).unwrap()
}

const KILLED_DIR: &str = "SWARMFORM_TEST_KILLED_DIR";

/// Creates organizations without end and prints each name once it is acknowledged. Only the next test runs it.
#[tokio::test]
#[ignore = "runs until it is killed, as the child of the test below"]
async fn child_that_is_killed() {
    let Ok(dir) = std::env::var(KILLED_DIR) else {
        return;
    };
    let platform = open(config(Path::new(&dir))).unwrap();
    let session = platform.session_token("terminal").unwrap();
    let begun = names(&platform).await.len();
    for number in begun.. {
        let request = axum::http::Request::post("/v1/org/")
            .header("Authorization", format!("giantswarm {session}"))
            .body(axum::body::Body::from(format!(
                r#"{{"org_id":"killed_{number}"}}"#
            )))
            .unwrap();
        let app = swarmform::platform::app(Arc::clone(&platform));
        let response = tower::ServiceExt::oneshot(app, request).await.unwrap();
        assert_eq!(response.status(), 200);
        println!("\nkept killed_{number}");
    }
}

#[tokio::test]
async fn a_platform_that_is_killed_has_lost_nothing_it_acknowledged() {
    use std::io::BufRead;
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..5 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "durability::child_that_is_killed",
                "--ignored",
                "--nocapture",
            ])
            .env(KILLED_DIR, dir.path())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
        let kept = |line: std::io::Result<String>| Some(line.ok()?.strip_prefix("kept ")?.to_owned());
        acknowledged.extend(lines.by_ref().filter_map(kept).take(20 + round * 7));
        child.kill().unwrap();
        acknowledged.extend(lines.filter_map(kept));
        child.wait().unwrap();
    }
    assert!(acknowledged.len() >= 170, "{}", acknowledged.len());
    let platform = open(config(dir.path())).unwrap();
    let found = names(&platform).await;
    let lost: Vec<&String> = acknowledged.iter().filter(|name| !found.contains(name)).collect();
    assert!(lost.is_empty(), "{lost:?}");
}
