//! What clients of the time put on the wire, byte by byte: curl and its defaults, programs in Go, node and Python, old
//! proxies. None of it may matter.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{APP, Answer, World, base64};

/// Sends these bytes and gives all that comes back until the server hangs up.
async fn sent(addr: SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    String::from_utf8(bytes).unwrap()
}

fn answer(text: &str) -> Answer {
    Answer::parse(text.as_bytes())
}

#[tokio::test]
async fn old_protocols_and_proxies_are_understood() {
    let world = World::new().await;
    for request in [
        // HTTP/1.0 has no Host and ends with the answer.
        "GET /v1/ping HTTP/1.0\r\n\r\n",
        "GET /v1/ping HTTP/1.0\r\nHost: api.giantswarm.io\r\nConnection: close\r\nVia: 1.0 cache\r\n\r\n",
        // A proxy is asked for the whole URL, and some pass it on so.
        "GET http://api.giantswarm.io/v1/ping HTTP/1.1\r\nHost: api.giantswarm.io\r\nConnection: close\r\n\r\n",
        // Names of headers in any case, values between blanks, an unknown query.
        "GET /v1/ping?_=1433116800 HTTP/1.1\r\nhOST:   api.giantswarm.io  \r\nCONNECTION:close\r\n\r\n",
        // What browsers, node and Go ask for; the answer is plain all the same.
        "GET /v1/ping HTTP/1.1\r\nHost: x\r\nUser-Agent: node-superagent/1.2.0\r\nAccept-Encoding: gzip, deflate\r\n\
         Cookie: a=b\r\nIf-None-Match: \"x\"\r\nConnection: close\r\n\r\n",
    ] {
        let text = sent(world.addr, request).await;
        let found = answer(&text);
        assert_eq!(
            (found.status, found.body.as_str()),
            (200, "\"OK\""),
            "{request}: {text}"
        );
        assert_eq!(found.header("content-encoding"), None, "{text}");
        assert_eq!(found.header("transfer-encoding"), None, "{text}");
    }
    // Two requests at once on one connection, as some libraries do.
    let twice = "GET /v1/ping HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert_eq!(sent(world.addr, twice).await.matches("\"OK\"").count(), 2);
    // And HEAD, as load balancers do: the head of the answer alone.
    let head = answer(
        &sent(
            world.addr,
            "HEAD /v1/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        )
        .await,
    );
    assert_eq!(
        (head.status, head.body.as_str(), head.header("content-length")),
        (200, "", Some("4"))
    );
    world.stop().await;
}

#[tokio::test]
async fn a_body_may_come_in_any_way_and_under_any_name() {
    let world = World::new().await;
    let token = world.token("terminal");
    let ways = [
        // curl without -H sends JSON as if it were a form.
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: application/json; charset=utf-8\r\n",
        "Content-Type: text/plain\r\nAccept: */*\r\n",
        "Content-Type: \r\n",
        "",
    ];
    for (number, way) in ways.iter().enumerate() {
        let body = format!("{{\"org_id\":\"way_{number}\"}}");
        let request = format!(
            "POST /v1/org/ HTTP/1.1\r\nHost: x\r\nauthorization: giantswarm {token}\r\n{way}Connection: close\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        answer(&sent(world.addr, &request).await).ok(10003);
    }
    // In pieces, with an extension and a trailer.
    let pieces = "8;x=y\r\n{\"org_id\r\n9\r\n\":\"pieces\r\n2\r\n\"}\r\n0\r\nX-Sum: 1\r\n\r\n";
    let request = format!(
        "POST /v1/org/ HTTP/1.1\r\nHost: x\r\nAuthorization: giantswarm {token}\r\nTransfer-Encoding: chunked\r\n\
         Trailer: X-Sum\r\nConnection: close\r\n\r\n{pieces}"
    );
    answer(&sent(world.addr, &request).await).ok(10003);
    // By HTTP/1.0.
    let body = "{\"org_id\":\"old_way\"}";
    let request = format!(
        "POST /v1/org/ HTTP/1.0\r\nAuthorization: giantswarm {token}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    answer(&sent(world.addr, &request).await).ok(10003);
    world.stop().await;
}

#[tokio::test]
async fn who_waits_to_be_asked_for_the_body_is_asked() {
    let world = World::new().await;
    let token = world.token("terminal");
    let mut stream = TcpStream::connect(world.addr).await.unwrap();
    let body = "{\"org_id\":\"waiting\"}";
    let head = |token: &str| {
        format!(
            "POST /v1/org/ HTTP/1.1\r\nHost: x\r\nAuthorization: giantswarm {token}\r\nExpect: 100-continue\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        )
    };
    stream.write_all(head(&token).as_bytes()).await.unwrap();
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).await.unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    answer(&rest).ok(10003);
    // And whoever may not is told so at once, and not asked.
    let refused = sent(world.addr, &head("00000000-0000-4000-8000-000000000000")).await;
    answer(&refused).is(401, 10010);
    world.stop().await;
}

#[tokio::test]
async fn the_headers_of_the_tools_of_the_time_do_not_matter() {
    let world = World::new().await;
    let token = world.hello().await;
    let authorization = format!("giantswarm {token}");
    let headers = [
        ("Authorization", authorization.as_str()),
        ("X-Giant-Swarm-ClusterID", "alpha.private.giantswarm.io"),
        ("X-Giant-Swarm-Activity", "user-action"),
        ("X-Giant-Swarm-CmdLine", "swarm stop helloworld"),
        ("X-Request-ID", "not one of ours \"';"),
        ("User-Agent", "Go 1.1 package http"),
        ("Accept-Encoding", "gzip"),
    ];
    for (verb, code) in [("stop", 10005), ("start", 10004)] {
        let path = format!("{APP}/{verb}");
        // A POST without a body: with its length, without, and with one that nobody asked for.
        let empty = [&headers[..], &[("Content-Length", "0")]].concat();
        world.send("POST", &path, &empty, b"").await.ok(code);
        world.send("POST", &path, &headers, b"").await.ok(code);
        world.send("POST", &path, &headers, b"{}").await.ok(code);
        world
            .send("POST", &path, &headers, b"null and void")
            .await
            .ok(code);
    }
    // A request's own id is no id of ours.
    let answer = world.send("GET", "/v1/user/me", &headers, b"").await.ok(10000);
    assert!(!answer.header("x-request-id").unwrap().contains("not one of ours"));
    // The tokens of one who is not logged in yet, as a client in JavaScript sent them with its login.
    let login = format!(
        "{{\"password\":\"{}\",\"username\":\"terminal\"}}",
        base64("f00bar")
    );
    let nobody = [
        ("Authorization", "giantswarm null"),
        ("Content-Type", "application/json"),
    ];
    let path = "/v1/user/terminal/login";
    world
        .send("POST", path, &nobody, login.as_bytes())
        .await
        .ok(10000);
    // With the end of a line that `echo | base64` brings at the end of the JSON, not of the password.
    world
        .send("POST", path, &nobody, format!("{login}\r\n").as_bytes())
        .await
        .ok(10000);
    world.stop().await;
}
