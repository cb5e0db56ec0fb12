//! Exec over the hijacked connection: raw bytes, docker's frames, standard input, early bytes, and the answers
//! without an upgrade.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{Answer, World, head};

/// A hijacked stream and what came with its head.
async fn hijacked(world: &World, token: &str, body: &Value, early: &[u8]) -> (Answer, Vec<u8>, TcpStream) {
    let id = world.instance(token).await;
    let authorization = format!("giantswarm {token}");
    let headers = [
        ("Authorization", authorization.as_str()),
        ("Content-Type", "text/plain"),
        ("Connection", "Upgrade"),
        ("Upgrade", "tcp"),
    ];
    let body = body.to_string();
    let head = head(
        "POST",
        &format!("/v1/org/bantic/instance/{id}/exec"),
        &headers,
        body.as_bytes(),
    );
    let mut stream = TcpStream::connect(world.addr).await.unwrap();
    let sent = [head.as_bytes(), body.as_bytes(), early].concat();
    stream.write_all(&sent).await.unwrap();
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        assert_ne!(
            stream.read_buf(&mut bytes).await.unwrap(),
            0,
            "{:?}",
            String::from_utf8_lossy(&bytes)
        );
    };
    let rest = bytes.split_off(end);
    (Answer::parse(&bytes), rest, stream)
}

async fn rest(mut begun: Vec<u8>, mut stream: TcpStream) -> Vec<u8> {
    stream.read_to_end(&mut begun).await.unwrap();
    begun
}

/// Docker's frames, taken apart.
fn frames(mut bytes: &[u8]) -> Vec<(u8, String)> {
    let mut out: Vec<(u8, String)> = Vec::new();
    while let [stream, 0, 0, 0, a, b, c, d, tail @ ..] = bytes {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        out.push((*stream, String::from_utf8(tail[..length].to_vec()).unwrap()));
        bytes = &tail[length..];
    }
    assert!(bytes.is_empty(), "{bytes:?}");
    out
}

#[tokio::test]
async fn raw_output_is_plain_bytes() {
    let world = World::new().await;
    let token = world.hello().await;
    let body = json!({"cmd": ["echo", "hi"], "detach": false, "attach-stdout": true, "raw": true});
    let (answer, begun, stream) = hijacked(&world, &token, &body, b"").await;
    assert_eq!((answer.status, answer.header("upgrade")), (101, Some("tcp")));
    assert_eq!(rest(begun, stream).await, b"hi\n");
    world.stop().await;
}

#[tokio::test]
async fn without_raw_both_outputs_come_in_dockers_frames() {
    let world = World::new().await;
    let token = world.hello().await;
    let script = "echo out; nope; echo again";
    let mut body = json!({"cmd": ["sh", "-c", script], "attach-stdout": true, "attach-stderr": true});
    let (_, begun, stream) = hijacked(&world, &token, &body, b"").await;
    let both = frames(&rest(begun, stream).await);
    let expected = [(1, "out\n"), (2, "nope: command not found\n"), (1, "again\n")];
    assert_eq!(both, expected.map(|(stream, text)| (stream, text.to_owned())));
    body["attach-stdout"] = false.into();
    let (_, begun, stream) = hijacked(&world, &token, &body, b"").await;
    assert_eq!(frames(&rest(begun, stream).await).len(), 1);
    world.stop().await;
}

#[tokio::test]
async fn standard_input_reaches_the_command_even_when_it_comes_early() {
    let world = World::new().await;
    let token = world.hello().await;
    let body = json!({"cmd": ["cat"], "attach-stdin": true, "attach-stdout": true, "raw": true});
    let (_, begun, mut stream) = hijacked(&world, &token, &body, b"early ").await;
    stream.write_all(b"and late").await.unwrap();
    stream.shutdown().await.unwrap();
    assert_eq!(rest(begun, stream).await, b"early and late");
    // A command that reads gets nothing when its input is not attached.
    let body = json!({"cmd": ["cat"], "attach-stdout": true, "raw": true});
    let (_, begun, stream) = hijacked(&world, &token, &body, b"unheard").await;
    assert_eq!(rest(begun, stream).await, b"");
    world.stop().await;
}

#[tokio::test]
async fn a_terminal_prompts_echoes_and_ends() {
    let world = World::new().await;
    let token = world.hello().await;
    let body = json!({"cmd": ["/bin/sh"], "attach-stdin": true, "attach-stdout": true, "attach-stderr": true,
        "detach": false, "raw": true, "tty": true});
    let (_, begun, mut stream) = hijacked(&world, &token, &body, b"").await;
    stream.write_all(b"echo $HOSTNAME\rexit\r").await.unwrap();
    let id = world.instance(&token).await;
    let text = String::from_utf8(rest(begun, stream).await).unwrap();
    assert_eq!(text, format!("# echo $HOSTNAME\r\n{id}\r\n# exit\r\n"));
    world.stop().await;
}

#[tokio::test]
pub async fn without_an_upgrade_the_answer_is_text_and_detached_it_is_a_status() {
    let world = World::new().await;
    let token = world.hello().await;
    let id = world.instance(&token).await;
    let exec = async |body: &str| {
        world
            .call(
                "POST",
                &format!("/v1/org/bantic/instance/{id}/exec"),
                &token,
                body,
            )
            .await
    };
    let answer = exec(r#"{"cmd":["sh","-c","echo a; nope"]}"#).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, "a\nnope: command not found\n")
    );
    assert_eq!(answer.header("x-exit-code"), Some("127"));
    assert!(answer.header("content-type").unwrap().starts_with("text/plain"));
    let begun = Instant::now();
    exec(r#"{"cmd":["sleep","600"],"detach":true}"#).await.ok(10000);
    assert!(begun.elapsed() < Duration::from_secs(2));
    for wrong in ["", "{}", r#"{"cmd":[]}"#, r#"{"cmd":"ls"}"#] {
        exec(wrong).await.is(400, 10013);
    }
    world
        .call("POST", &format!("{}/stop", crate::world::APP), &token, "")
        .await
        .ok(10005);
    exec(r#"{"cmd":["true"]}"#).await.is(400, 10013);
    world.stop().await;
}

#[tokio::test]
async fn a_shutdown_ends_hijacked_streams_and_detached_commands() {
    let world = World::new().await;
    let token = world.hello().await;
    let id = world.instance(&token).await;
    let path = format!("/v1/org/bantic/instance/{id}/exec");
    world
        .call("POST", &path, &token, r#"{"cmd":["sleep","600"],"detach":true}"#)
        .await
        .ok(10000);
    let body = json!({"cmd": ["sleep", "600"], "attach-stdin": true, "raw": true});
    let (_, begun, stream) = hijacked(&world, &token, &body, b"").await;
    let begin = Instant::now();
    world.stop().await;
    assert_eq!(rest(begun, stream).await, b"");
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn a_command_ends_when_its_client_goes_and_only_so_many_run_at_once() {
    let world = World::with(|config| config.limits.sessions = 1).await;
    let token = world.hello().await;
    // Only a write tells a client that is gone from one that has nothing more to say.
    let script = "sleep 0.2; echo a; sleep 0.1; echo b; sleep 0.1; echo c; sleep 600";
    let body = json!({"cmd": ["sh", "-c", script], "attach-stdout": true, "raw": true});
    let (_, _, stream) = hijacked(&world, &token, &body, b"").await;
    let id = world.instance(&token).await;
    let path = format!("/v1/org/bantic/instance/{id}/exec");
    world
        .call("POST", &path, &token, r#"{"cmd":["true"]}"#)
        .await
        .is(503, 10015);
    drop(stream);
    let begun = Instant::now();
    while world
        .call("POST", &path, &token, r#"{"cmd":["true"]}"#)
        .await
        .status
        != 200
    {
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "the command never ended"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    world.stop().await;
}
