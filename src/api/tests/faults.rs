//! Faults of a real socket: what a client does when the other end cuts, stalls, stops half way or turns it away.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// How the server takes a request.
#[derive(Clone, Debug)]
enum Take {
    /// An answer: its status line and headers, and its body.
    Answer(&'static str, String),
    /// Nothing at all, ever.
    Silence,
    /// The connection is cut.
    Cut,
    /// The connection is cut in the middle of the answer.
    Half,
}

fn well() -> Take {
    let body =
        r#"{"status_code":10000,"status_text":"x","data":{"id":"x","members":[],"default_cluster":""}}"#;
    Take::Answer("200 OK", body.to_owned())
}

fn status(head: &'static str) -> Take {
    Take::Answer(head, String::new())
}

/// Reads one request; false when the client has gone.
async fn read_request(socket: &mut TcpStream) -> bool {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        match socket.read(&mut byte).await {
            Ok(1) => text.push(byte[0]),
            _ => return false,
        }
    }
    let head = String::from_utf8(text).unwrap().to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    socket.read_exact(&mut body).await.is_ok()
}

async fn serve(listener: TcpListener, script: Vec<Take>, seen: Arc<AtomicUsize>) {
    loop {
        let (mut socket, _) = listener.accept().await.unwrap();
        let (script, seen) = (script.clone(), Arc::clone(&seen));
        tokio::spawn(async move {
            if !read_request(&mut socket).await {
                return;
            }
            let number = seen.fetch_add(1, Ordering::SeqCst);
            match script.get(number).cloned().unwrap_or_else(well) {
                Take::Answer(head, body) => {
                    let length = body.len();
                    let text = format!(
                        "HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                    );
                    socket.write_all(text.as_bytes()).await.unwrap();
                }
                Take::Half => {
                    let text = "HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n{\"status_code\":10000,";
                    socket.write_all(text.as_bytes()).await.unwrap();
                }
                Take::Silence => std::future::pending().await,
                Take::Cut => {}
            }
        });
    }
}

/// A client of a server that takes its requests so, one after the other, and then well.
async fn against(script: &[Take]) -> (Client, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = config(
        &format!("http://{}", listener.local_addr().unwrap()),
        Credentials::Token("t".to_owned()),
    );
    config.request_timeout =
        Duration::from_millis(if script.iter().any(|take| matches!(take, Take::Silence)) {
            100
        } else {
            20_000
        });
    let seen = Arc::new(AtomicUsize::new(0));
    tokio::spawn(serve(listener, script.to_vec(), Arc::clone(&seen)));
    (Client::new(config, Arc::new(NoLog)).unwrap(), seen)
}

fn passing() -> Vec<Take> {
    vec![
        Take::Silence,
        Take::Cut,
        Take::Half,
        status("500 Internal Server Error"),
        status("502 Bad Gateway"),
        status("503 Service Unavailable"),
        status("504 Gateway Timeout"),
        status("429 Too Many Requests"),
    ]
}

#[tokio::test]
async fn a_read_outlives_every_fault_that_passes() {
    for take in passing() {
        let (client, seen) = against(&[take.clone(), take.clone()]).await;
        client.organization("abcd").await.unwrap();
        assert_eq!(seen.load(Ordering::SeqCst), 3, "{take:?}");
    }
}

#[tokio::test]
async fn a_change_whose_answer_is_lost_is_never_sent_again() {
    let lost = passing().into_iter().take(7);
    for take in lost {
        let (client, seen) = against(std::slice::from_ref(&take)).await;
        let error = client.create_organization("abcd").await.unwrap_err();
        assert!(error.kind.is_ambiguous(), "{take:?}: {error}");
        assert_eq!(seen.load(Ordering::SeqCst), 1, "{take:?}");
    }
}

#[tokio::test]
async fn a_change_that_was_turned_away_is_sent_again_when_the_platform_says() {
    for head in [
        "429 Too Many Requests",
        "429 Too Many Requests\r\nretry-after: 0",
        "503 Service Unavailable\r\nretry-after: 0",
        "503 Service Unavailable\r\nretry-after: Sun, 06 Nov 1994 08:49:37 GMT",
    ] {
        let (client, seen) = against(&[status(head), status(head)]).await;
        client.create_organization("abcd").await.unwrap();
        assert_eq!(seen.load(Ordering::SeqCst), 3, "{head}");
    }
    // Later than anybody waits: it is not asked again before its time, but given up.
    for head in [
        "429 Too Many Requests\r\nretry-after: 3600",
        "503 Service Unavailable\r\nretry-after: Sun, 06 Nov 1994 09:49:37 GMT",
    ] {
        let (client, seen) = against(&[status(head)]).await;
        client.create_organization("abcd").await.unwrap_err();
        assert_eq!(seen.load(Ordering::SeqCst), 1, "{head}");
    }
}

/// Runs something at each call that ends, with its number.
struct AtCall<F>(AtomicUsize, F);

impl<F: Fn(usize) + Send + Sync> CallLog for AtCall<F> {
    fn called(&self, _: &CallRecord) {
        (self.1)(self.0.fetch_add(1, Ordering::SeqCst));
    }
}

/// An endpoint where nobody listens.
async fn nowhere() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

#[tokio::test]
async fn a_change_that_could_not_be_sent_is_sent_once_the_platform_is_there() {
    let address = nowhere().await;
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    // The platform comes up after the first attempt.
    let log = AtCall(AtomicUsize::new(0), move |number| {
        if number == 0 {
            let listener = std::net::TcpListener::bind(address).unwrap();
            listener.set_nonblocking(true).unwrap();
            let listener = TcpListener::from_std(listener).unwrap();
            tokio::spawn(serve(listener, Vec::new(), Arc::clone(&count)));
        }
    });
    let config = config(&format!("http://{address}"), Credentials::Token("t".to_owned()));
    let client = Client::new(config, Arc::new(log)).unwrap();
    client.create_organization("abcd").await.unwrap();
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn one_call_finds_out_for_all_that_nobody_is_there() {
    let log = Arc::new(AtCall(AtomicUsize::new(0), |_| ()));
    let endpoint = format!("http://{}", nowhere().await);
    let config = config(&endpoint, Credentials::Token("t".to_owned()));
    let client = Client::new(config, Arc::clone(&log) as Arc<dyn CallLog>).unwrap();
    let mut tries = Vec::new();
    for _ in 0..3 {
        let error = client.organization("abcd").await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Connect);
        tries.push(log.0.swap(0, Ordering::SeqCst));
    }
    assert_eq!(tries, [5, 1, 1]);
}

#[tokio::test]
async fn trying_again_stops_at_the_deadline_of_the_clock() {
    /// A minute passes each time that somebody looks.
    struct Hurry(std::sync::atomic::AtomicU64);
    impl Clock for Hurry {
        fn now_unix_nanos(&self) -> i128 {
            0
        }
        fn uptime(&self) -> Duration {
            Duration::from_secs(60 * self.0.fetch_add(1, Ordering::SeqCst))
        }
    }
    let (endpoint, requests) = server(|_, _| (502, String::new())).await;
    let mut config = config(&endpoint, Credentials::Token("t".to_owned()));
    config.clock = Arc::new(Hurry(std::sync::atomic::AtomicU64::new(0)));
    let client = Client::new(config, Arc::new(NoLog)).unwrap();
    client.organization("abcd").await.unwrap_err();
    let tries = requests.lock().unwrap().len();
    assert!(
        tries < 3,
        "{tries} tries in two minutes of which each look takes one"
    );
}

#[tokio::test]
async fn after_a_refusal_everybody_is_slower() {
    // The server turns the first ten away together, and counts how many it has at once from then on.
    type Counts = Arc<(AtomicUsize, AtomicUsize, AtomicUsize)>;
    let counts = Counts::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let barrier = Arc::new(tokio::sync::Barrier::new(10));
    let shared = Arc::clone(&counts);
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let (counts, barrier) = (Arc::clone(&shared), Arc::clone(&barrier));
            tokio::spawn(async move {
                if !read_request(&mut socket).await {
                    return;
                }
                let (number, now, most) = &*counts;
                let number = number.fetch_add(1, Ordering::SeqCst);
                let head = if number < 10 {
                    barrier.wait().await;
                    "429 Too Many Requests"
                } else {
                    let at_once = now.fetch_add(1, Ordering::SeqCst) + 1;
                    if number < 16 {
                        most.fetch_max(at_once, Ordering::SeqCst);
                    }
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    now.fetch_sub(1, Ordering::SeqCst);
                    "200 OK"
                };
                let body = r#"{"status_code":10003,"status_text":"x"}"#;
                let length = body.len();
                let text =
                    format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
                socket.write_all(text.as_bytes()).await.unwrap();
            });
        }
    });
    let mut config = config(&endpoint, Credentials::Token("t".to_owned()));
    config.limits.first = Duration::from_millis(200);
    let client = Client::new(config, Arc::new(NoLog)).unwrap();
    let creates = (0..10).map(|number| {
        let client = client.clone();
        async move { client.create_organization(&format!("org_{number}")).await }
    });
    for result in futures::future::join_all(creates).await {
        result.unwrap();
    }
    let (number, _, most) = &*counts;
    assert_eq!(number.load(Ordering::SeqCst), 20);
    assert!(most.load(Ordering::SeqCst) <= 6, "{most:?} at once");
}
