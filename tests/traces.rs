//! The traces of real runs, as a collector of its own receives them. Only with the feature `otel`.
#![cfg(feature = "otel")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

#[path = "support/mod.rs"]
mod support;

use support::{Place, Ran};

/// Stands in every place where a secret can.
const SECRET: &str = "winter=Sesame-4711";

const MAIN: &str = r#"
variable "given" {
  type      = string
  sensitive = true
}

provider "giantswarm" {
  endpoint = "embedded"
}

resource "giantswarm_org" "lab" {
  name = "traced"
}

resource "giantswarm_app" "hello" {
  org  = giantswarm_org.lab.name
  env  = var.given
  name = "hello"

  service "web" {
    component "flask" {
      image = "redis:3"
      args  = ["--password", var.given]
      env   = { TOKEN = var.given }
    }
  }
}

resource "terraform_data" "note" {
  input = { of = var.given }

  provisioner "local-exec" {
    command     = "echo $SECRET; exit 3"
    environment = { SECRET = var.given }
  }
}
"#;

/// Takes whatever is sent to `/v1/traces`.
struct Collector {
    endpoint: String,
    bodies: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Collector {
    fn start() -> Collector {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let bodies: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let kept = Arc::clone(&bodies);
        std::thread::spawn(move || {
            while let Ok((socket, _)) = listener.accept() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || serve(socket, &kept));
            }
        });
        Collector { endpoint, bodies }
    }

    fn spans(&self) -> Vec<Span> {
        let bodies = self.bodies.lock().unwrap();
        bodies.iter().flat_map(|body| read(body)).collect()
    }
}

fn serve(mut socket: TcpStream, kept: &Mutex<Vec<Vec<u8>>>) {
    loop {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            match socket.read(&mut byte) {
                Ok(1) => head.push(byte[0]),
                _ => return,
            }
        }
        let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
        assert!(head.starts_with("post /v1/traces http/1.1\r\n"), "{head}");
        let length = head.split("content-length: ").nth(1).unwrap();
        let mut body = vec![0; length.split("\r\n").next().unwrap().parse().unwrap()];
        socket.read_exact(&mut body).unwrap();
        kept.lock().unwrap().push(body);
        if socket
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .is_err()
        {
            return;
        }
    }
}

#[derive(Clone, Debug)]
struct Span {
    id: Vec<u8>,
    parent: Vec<u8>,
    name: String,
    attributes: BTreeMap<String, String>,
    failed: bool,
}

/// A member of a message of Protocol Buffers.
enum Part<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

fn number(bytes: &mut &[u8]) -> u64 {
    let mut found = 0;
    for shift in (0..64).step_by(7) {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        found |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    found
}

fn parts(mut bytes: &[u8]) -> Vec<(u64, Part<'_>)> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let tag = number(&mut bytes);
        let mut take = |count: usize| {
            let (taken, rest) = bytes.split_at(count);
            bytes = rest;
            taken
        };
        let part = match tag & 7 {
            1 => Part::Bytes(take(8)),
            5 => Part::Bytes(take(4)),
            2 => {
                let length = number(&mut bytes) as usize;
                let (taken, rest) = bytes.split_at(length);
                bytes = rest;
                Part::Bytes(taken)
            }
            _ => Part::Number(number(&mut bytes)),
        };
        found.push((tag >> 3, part));
    }
    found
}

/// The members of a message that are messages or texts and have this number.
fn inside(bytes: &[u8], wanted: u64) -> Vec<&[u8]> {
    let all = parts(bytes).into_iter();
    all.filter_map(|(number, part)| match part {
        Part::Bytes(bytes) if number == wanted => Some(bytes),
        _ => None,
    })
    .collect()
}

fn text(bytes: &[u8], wanted: u64) -> String {
    String::from_utf8_lossy(inside(bytes, wanted).first().unwrap_or(&&[][..])).into_owned()
}

/// The spans of an export request.
fn read(body: &[u8]) -> Vec<Span> {
    let scopes = inside(body, 1)
        .into_iter()
        .flat_map(|resource| inside(resource, 2));
    let spans = scopes.flat_map(|scope| inside(scope, 2));
    spans
        .map(|span| Span {
            id: inside(span, 2).concat(),
            parent: inside(span, 4).concat(),
            name: text(span, 5),
            attributes: inside(span, 9)
                .into_iter()
                .map(|attribute| {
                    let value = inside(attribute, 2)[0];
                    let value = match parts(value).into_iter().next() {
                        Some((_, Part::Number(number))) => number.to_string(),
                        Some((_, Part::Bytes(bytes))) => String::from_utf8_lossy(bytes).into_owned(),
                        None => String::new(),
                    };
                    (text(attribute, 1), value)
                })
                .collect(),
            failed: inside(span, 15)
                .iter()
                .flat_map(|status| parts(status))
                .any(|(number, part)| number == 3 && matches!(part, Part::Number(2))),
        })
        .collect()
}

/// The names of a span and of those around it, the innermost first.
fn path(spans: &[Span], span: &Span) -> Vec<String> {
    let parent = spans.iter().find(|other| other.id == span.parent);
    let around = parent.map(|parent| path(spans, parent)).unwrap_or_default();
    [vec![span.name.clone()], around].concat()
}

fn run(place: &Place, collector: &Collector, args: &[&str], code: i32) -> String {
    let mut command = place.command(args);
    command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint)
        .env("TF_VAR_given", SECRET);
    Ran::from(command.output().unwrap()).expect(code).all()
}

#[test]
fn a_trace_has_the_command_the_plan_each_read_each_step_and_each_call() {
    let (place, collector) = (Place::new(), Collector::start());
    place.write("main.tf", MAIN);
    run(&place, &collector, &["apply", "-auto-approve"], 1);
    let spans = collector.spans();
    let of = |name: &str| {
        spans
            .iter()
            .filter(|span| span.name == name)
            .cloned()
            .collect::<Vec<Span>>()
    };
    let command = of("swarmform apply");
    assert_eq!(command.len(), 1);
    assert!(command[0].parent.is_empty() && command[0].failed);
    assert_eq!(command[0].attributes["code"], "1");
    assert_eq!(path(&spans, &of("plan")[0]), ["plan", "swarmform apply"]);
    let created = of("create giantswarm_org");
    assert_eq!(
        path(&spans, &created[0]),
        ["create giantswarm_org", "apply", "swarmform apply"]
    );
    assert_eq!(created[0].attributes["addr"], "giantswarm_org.lab");
    let calls: Vec<Span> = of("POST")
        .into_iter()
        .filter(|call| call.parent == created[0].id)
        .collect();
    assert_eq!(calls[0].attributes["url.path"], "/v1/org/");
    assert_eq!(calls[0].attributes["http.response.status_code"], "200");
    assert_eq!(calls[0].attributes["swarmform.code"], "10003");
    assert!(!calls[0].attributes["swarmform.request"].is_empty());
    assert!(calls[0].attributes.contains_key("swarmform.millis"));
    assert!(of("provision terraform_data")[0].failed);

    let collector = Collector::start();
    run(&place, &collector, &["plan"], 0);
    let spans = collector.spans();
    let refreshed = spans
        .iter()
        .find(|span| span.name == "refresh" && span.attributes["addr"] == "giantswarm_org.lab");
    assert_eq!(
        path(&spans, refreshed.unwrap()),
        ["refresh", "plan", "swarmform plan"]
    );
}

#[test]
fn no_secret_is_in_a_trace_whatever_is_done_and_wherever_it_stands() {
    let (place, collector) = (Place::new(), Collector::start());
    place.write("main.tf", MAIN);
    run(&place, &collector, &["plan", "-calls", "-out=saved"], 0);
    run(&place, &collector, &["apply", "-auto-approve"], 1);
    run(&place, &collector, &["drift"], 3);
    run(&place, &collector, &["destroy", "-auto-approve"], 0);
    let bodies = collector.bodies.lock().unwrap();
    assert!(!bodies.is_empty());
    let all: String = bodies.iter().map(|body| String::from_utf8_lossy(body)).collect();
    assert!(
        all.contains("/v1/org/traced/env/(hidden)/app/"),
        "the secret is in a path"
    );
    for secret in [SECRET, "winter%3DSesame", "Sesame"] {
        assert!(!all.contains(secret), "{secret}");
    }
}

#[test]
fn a_collector_that_is_not_there_stops_no_command() {
    let place = Place::new();
    place.write("main.tf", "resource \"terraform_data\" \"a\" {}\n");
    let mut command = place.command(&["apply", "-auto-approve"]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
    Ran::from(command.output().unwrap())
        .expect(0)
        .says("Apply complete!");
}

#[test]
fn without_a_collector_and_where_it_is_turned_off_nothing_is_sent() {
    let (place, collector) = (Place::new(), Collector::start());
    for (name, value) in [("OTEL_SDK_DISABLED", "true"), ("OTEL_TRACES_EXPORTER", "none")] {
        let mut command = place.command(&["version"]);
        command
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint)
            .env(name, value);
        Ran::from(command.output().unwrap()).expect(0);
    }
    place.run(&["version"]).expect(0);
    assert!(collector.spans().is_empty());
}
