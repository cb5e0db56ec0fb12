//! Every curl example of the reference page, read from a copy of its blocks: the same request, the same codes, the
//! same shape of the answer.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::world::{Answer, World, base64, head};

const BLOCKS: &str = include_str!("../fixtures/reference-examples.txt");
const TOKEN: &str = "e5239484-2299-41df-b901-d0568db7e3f9";
const INSTANCE: &str = "by3we1wr77b7";

#[derive(Debug)]
struct Example {
    section: String,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
    filter: Option<String>,
    answer: String,
}

/// The words of the curl command, as a shell would part them, with the two password substitutions done.
fn words(command: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut signs = command.chars();
    while let Some(sign) = signs.next() {
        match (quote, sign) {
            (Some(mark), _) if mark == sign => quote = None,
            (Some('\''), _) => word.get_or_insert_default().push(sign),
            (_, '$') => {
                let inner: String = signs.by_ref().take_while(|c| *c != ')').collect();
                let plain = inner
                    .strip_prefix("(echo -n ")
                    .and_then(|rest| rest.strip_suffix(" | base64"));
                word.get_or_insert_default().push_str(&base64(plain.unwrap()));
            }
            (Some(_), _) => word.get_or_insert_default().push(sign),
            (None, '\'' | '"') => {
                quote = Some(sign);
                word.get_or_insert_default();
            }
            (None, _) if sign.is_whitespace() => out.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(sign),
        }
    }
    out.extend(word);
    out
}

fn parse(block: &str) -> Example {
    let (section, rest) = block.split_once('\n').unwrap();
    let (command, answer) = rest.trim().split_once("\n\n").unwrap_or((rest, ""));
    let command = command.replace("\\\n", " ");
    let (command, filter) = match command.rsplit_once(" | ") {
        Some((command, filter)) if !filter.contains("base64") => {
            (command.to_owned(), Some(filter.to_owned()))
        }
        _ => (command, None),
    };
    let mut example = Example {
        section: section.trim().to_owned(),
        method: "GET".to_owned(),
        path: String::new(),
        headers: Vec::new(),
        body: String::new(),
        filter,
        answer: answer.trim().to_owned(),
    };
    let mut words = words(&command).into_iter();
    assert_eq!(words.next().unwrap(), "curl");
    while let Some(word) = words.next() {
        match word.as_str() {
            "-sS" => {}
            "-X" => example.method = words.next().unwrap(),
            "-H" => {
                let header = words.next().unwrap();
                let (name, value) = header.split_once(": ").unwrap();
                example.headers.push((name.to_owned(), value.to_owned()));
            }
            "-d" | "--data" => example.body = words.next().unwrap(),
            // Two examples break their address into two lines.
            _ if word.starts_with("/service/") => example.path.push_str(&word),
            _ => example.path = word.strip_prefix("https://api.giantswarm.io").unwrap().to_owned(),
        }
    }
    if example.body == "@swarm.json" {
        example.body = crate::world::HELLO.to_owned();
    }
    example
}

/// The world as each section of the page takes it for granted.
async fn prepared(section: &str, login: bool) -> World {
    let world = World::new().await;
    world.ids.instances.lock().unwrap().push_back(INSTANCE.to_owned());
    let terminal = world.token("terminal");
    let make = async |path: &str, body: &str| {
        world.call("POST", path, &terminal, body).await.ok(10003);
    };
    let add = r#"{"username":"kord"}"#;
    if section != "CreateOrganization" {
        make("/v1/org/", r#"{"org_id":"bantic"}"#).await;
        world
            .call("POST", "/v1/org/bantic/members/add", &terminal, add)
            .await
            .ok(10006);
    }
    if !matches!(section, "CreateOrganization" | "DeleteOrganization") {
        if section != "CreateApp" {
            let app = crate::world::APP.rsplit_once("helloworld").unwrap().0;
            let body = crate::world::HELLO;
            make(app, body).await;
            make(app, &body.replace("helloworld", "ghost-blog")).await;
            make("/v1/org/bantic/env/prod/app/", body).await;
            world
                .call("POST", &format!("{}/start", crate::world::APP), &terminal, "")
                .await
                .ok(10004);
            world.clock.forward(crate::world::START);
            world
                .until(&format!("{}/status", crate::world::APP), &terminal, "up")
                .await;
        }
        if section == "ScaleDownComponent" {
            let path = format!("{}/scaleup/3", crate::world::FLASK);
            world.call("POST", &path, &terminal, "").await.ok(10006);
        }
    }
    // The page adds and removes `terminal`: another member does it.
    let caller = match section {
        "AddOrganizationMember" => {
            let kord = world.token("kord");
            let path = "/v1/org/bantic/members/remove";
            world
                .call("POST", path, &kord, r#"{"username":"terminal"}"#)
                .await
                .ok(10006);
            "kord"
        }
        _ => "terminal",
    };
    // The token of the page; for logins it is the next one to be given.
    world.ids.tokens.lock().unwrap().push_back(TOKEN.to_owned());
    if !login {
        world.token(caller);
    }
    world
}

/// The same keys, the same types, and equal codes and texts; arrays by their first members.
fn same_shape(place: &str, ours: &Value, page: &Value) {
    match (ours, page) {
        (Value::Object(ours), Value::Object(page)) => {
            let keys = |map: &serde_json::Map<String, Value>| {
                let mut keys: Vec<String> = map.keys().cloned().collect();
                keys.sort();
                keys
            };
            let mut found = keys(ours);
            // Component status is a superset: the instances are at the top too.
            if page.contains_key("components") && !page.contains_key("instances") {
                found.retain(|key| key != "instances");
            }
            assert_eq!(found, keys(page), "{place}");
            for (key, page) in page {
                if key == "status_code" || key == "status_text" {
                    assert_eq!(&ours[key], page, "{place}.{key}");
                }
                same_shape(&format!("{place}.{key}"), &ours[key], page);
            }
        }
        (Value::Array(ours), Value::Array(page)) => {
            if let (Some(ours), Some(page)) = (ours.first(), page.first()) {
                same_shape(&format!("{place}[0]"), ours, page);
            }
            assert_eq!(ours.is_empty(), page.is_empty(), "{place}");
        }
        (ours, page) => {
            assert_eq!(
                std::mem::discriminant(ours),
                std::mem::discriminant(page),
                "{place}: {ours} and {page}"
            );
        }
    }
}

/// What `jq` would find: dots and numbers in brackets.
fn select(value: &Value, filter: &str) -> Value {
    let pointer = filter.replace(['.', '['], "/").replace(']', "");
    value
        .pointer(&pointer)
        .unwrap_or_else(|| panic!("{filter} is not in {value}"))
        .clone()
}

async fn run(world: &World, example: &Example) -> Answer {
    let headers: Vec<(&str, &str)> = example
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    if example.section != "ExecInstance" {
        return world
            .send(&example.method, &example.path, &headers, example.body.as_bytes())
            .await;
    }
    // A hijacked stream: the server ends it, so that reading to the end is right here too.
    let mut stream = tokio::net::TcpStream::connect(world.addr).await.unwrap();
    let head = head(&example.method, &example.path, &headers, example.body.as_bytes());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(example.body.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    Answer::parse(&bytes)
}

fn check(example: &Example, answer: &Answer) {
    let place = &example.section;
    match place.as_str() {
        "Ping" => assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, example.answer.as_str())
        ),
        "LogInstance" => {
            assert_eq!(answer.status, 200);
            let form =
                regex::Regex::new(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \+0000 UTC    - docker  - \S.*$");
            let form = form.unwrap();
            for line in answer.body.lines().chain(example.answer.lines()) {
                assert!(form.is_match(line), "{line:?}");
            }
            assert!(
                answer
                    .body
                    .contains("* Running on http://0.0.0.0:5000/ (Press CTRL+C to quit)"),
                "{answer:?}"
            );
        }
        "ExecInstance" => {
            assert_eq!(answer.status, 101);
            let first = example.answer.lines().next().unwrap().trim();
            assert_eq!(answer.body.lines().next().unwrap().trim(), first);
            assert!(
                answer.body.lines().last().unwrap().trim_end().ends_with("ps -ax"),
                "{answer:?}"
            );
        }
        _ => {
            assert_eq!(answer.status, 200, "{place}: {answer:?}");
            // The page has a comma too many in its login answer.
            let page = regex::Regex::new(r",\s*\}")
                .unwrap()
                .replace_all(&example.answer, "}")
                .into_owned();
            let ours = match example
                .filter
                .as_deref()
                .and_then(|filter| filter.strip_prefix("jq "))
            {
                Some(filter) => select(&answer.json(), filter.trim_matches('\'')),
                None => answer.json(),
            };
            if page.is_empty() {
                // "Get a Service's Status" shows no answer.
                assert_eq!(ours["data"]["name"], "webserver");
                return;
            }
            same_shape(place, &ours, &serde_json::from_str(&page).unwrap());
            if example
                .filter
                .as_deref()
                .is_some_and(|filter| filter.starts_with("jq "))
            {
                assert_eq!(ours.to_string(), page, "{place}");
            }
        }
    }
}

#[tokio::test]
async fn every_curl_example_of_the_reference_page_gets_the_codes_and_the_shape_of_the_page() {
    let examples: Vec<Example> = BLOCKS.split("### ").skip(1).map(parse).collect();
    assert_eq!(examples.len(), 34);
    for example in &examples {
        let world = prepared(&example.section, example.path.ends_with("/login")).await;
        let answer = run(&world, example).await;
        println!("{} {} -> {}", example.method, example.path, answer.status);
        check(example, &answer);
        world.stop().await;
    }
}

#[test]
fn the_copied_blocks_are_those_of_the_page() {
    let page = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/reference/giant-swarm-api-v1.md"
    );
    let Ok(page) = std::fs::read_to_string(page) else {
        return;
    };
    for block in BLOCKS.split("### ").skip(1) {
        let (_, text) = block.split_once('\n').unwrap();
        assert!(page.contains(text.trim()), "{text}");
    }
}
