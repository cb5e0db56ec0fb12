//! Every example of the reference page by a real curl against a real `swarmform serve`: `reference.sh` runs the page's own
//! commands, and here each answer is held against the page's, value by value. What is the page's own by chance, an id, a
//! date, a token, a measure, has to have the same form; everything else has to be equal.

use std::path::Path;
use std::process::Command;

use regex::Regex;
use serde_json::Value;

use crate::full::served;

const BLOCKS: &str = include_str!("../fixtures/reference-examples.txt");

/// The form of a value that is the page's own by chance, by where it stands; none of one that has to be equal.
fn form(path: &str, page: &Value) -> Option<&'static str> {
    let (_, name) = path.rsplit_once('.').unwrap_or(("", path));
    match name {
        "Id" => Some("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
        "created" => Some(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"),
        "create_date" => Some(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"),
        "id" if path.contains("instances") => Some("^[0-9a-z]{12}$"),
        "image_hash" if page != "" => Some("^[0-9a-f]{64}$"),
        "MemoryUsageMb" | "MemoryUsagePercent" | "CpuUsagePercent" => Some(r"^\d+(\.\d+)?$"),
        _ => None,
    }
}

/// Notes where our answer is not the page's.
fn differences(path: &str, ours: &Value, page: &Value, found: &mut Vec<String>) {
    match (ours, page) {
        (Value::Object(ours), Value::Object(page)) => {
            for (key, value) in page {
                match ours.get(key) {
                    Some(our) => differences(&format!("{path}.{key}"), our, value, found),
                    None => found.push(format!("{path}.{key} is missing")),
                }
            }
            // A component's status has its instances at the top too, for clients that look there.
            let instances = |key: &String| key == "instances" && page.contains_key("components");
            let beyond = |key: &&String| !page.contains_key(*key) && !instances(key);
            found.extend(
                ours.keys()
                    .filter(beyond)
                    .map(|key| format!("{path}.{key} is not on the page")),
            );
        }
        (Value::Array(ours), Value::Array(page)) if ours.len() == page.len() => {
            for (at, (our, value)) in ours.iter().zip(page).enumerate() {
                differences(&format!("{path}[{at}]"), our, value, found);
            }
        }
        _ => {
            let same = match form(path, page) {
                Some(form) => {
                    let text = ours.as_str().map_or_else(|| ours.to_string(), str::to_owned);
                    ours.is_string() == page.is_string() && Regex::new(form).unwrap().is_match(&text)
                }
                None => ours == page,
            };
            if !same {
                found.push(format!("{path} is {ours}, and {page} on the page"));
            }
        }
    }
}

/// Lines of text, of which each has the form, and the first is the page's but for the time.
fn lines(ours: &str, page: &str, form: &str, found: &mut Vec<String>) {
    let form = Regex::new(form).unwrap();
    found.extend(
        ours.lines()
            .chain(page.lines())
            .filter(|line| !form.is_match(line))
            .map(|line| format!("no line of this form: {line:?}")),
    );
    let first = |text: &str| {
        form.captures(text.lines().next()?)
            .map(|found| found["text"].to_owned())
    };
    if first(ours) != first(page) {
        found.push(format!("the first line is not the page's: {ours:?}"));
    }
}

/// What of an answer is not as on the page.
fn check(section: &str, block: &str, body: &str) -> Vec<String> {
    let (command, page) = block.trim_end().split_once("\n\n").unwrap_or((block, ""));
    let mut found = Vec::new();
    match section {
        "Ping" if body != page.trim() => found.push(format!("{body:?} and {page:?}")),
        "Ping" => {}
        "LogInstance" => {
            let time = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \+0000 UTC    - docker  - (?<text>\S.*)$";
            lines(body, page, time, &mut found);
        }
        "ExecInstance" => {
            let row = r"^ *(\d+|PID) (?<text>(\?|pts/\d+|TTY) +[A-Z][A-Za-z+<]* +(\d+:\d\d|TIME) \S.*)$";
            lines(body, page, row, &mut found);
            if !body.trim_end().ends_with("ps -ax") {
                found.push(format!("the last process is not the command: {body:?}"));
            }
        }
        _ => {
            let ours: Value =
                serde_json::from_str(body).unwrap_or_else(|error| panic!("{section}: {error}: {body:?}"));
            // The page has a comma too many in its login answer.
            let page = Regex::new(r",\s*\}").unwrap().replace_all(page, "}");
            let filter = Regex::new(r"\| jq '?([^'\s]+)").unwrap();
            match filter.captures(command) {
                // What jq finds: dots, and numbers in brackets.
                Some(filter) => {
                    let pointer = filter[1].replace(['.', '['], "/").replace(']', "");
                    let page = serde_json::from_str(&page).unwrap();
                    let ours = ours.pointer(&pointer).unwrap_or(&Value::Null);
                    differences(&filter[1], ours, &page, &mut found);
                }
                // "Get a Service's Status" shows no answer; it is that of a component but for the name of the image.
                None if page.is_empty() => {
                    let (_, of_component) = BLOCKS.split_once("### StatusComponent\n").unwrap();
                    let (_, page) = of_component.split_once("\n\n").unwrap();
                    let (page, _) = page.split_once("\n\n").unwrap();
                    let page = page.replace("io/startup/", "io/bantic/");
                    differences("", &ours, &serde_json::from_str(&page).unwrap(), &mut found);
                }
                None => differences("", &ours, &serde_json::from_str(&page).unwrap(), &mut found),
            }
        }
    }
    found
}

#[test]
fn every_example_of_the_page_by_curl_gets_the_answer_of_the_page() {
    let curl = Command::new("curl").arg("--version").output();
    if !curl.is_ok_and(|output| output.status.success()) {
        println!("there is no curl here, so this shows nothing");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (mut child, addr) = served(&dir.path().join("platform"), "unlimited", &["terminal", "kord"]);
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let ran = Command::new("bash")
        .arg(tests.join("platform_reference/reference.sh"))
        .arg(tests.join("fixtures/reference-examples.txt"))
        .arg(dir.path())
        .env("API", format!("http://{addr}"))
        .env("HOME", dir.path())
        .output()
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    let read = |name: String| {
        std::fs::read_to_string(dir.path().join(&name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let mut found = Vec::new();
    for (number, block) in (1..).zip(BLOCKS.split("### ").skip(1)) {
        let (section, block) = block.split_once('\n').unwrap();
        let status = if section == "ExecInstance" {
            "HTTP/1.1 101 "
        } else {
            "HTTP/1.1 200 "
        };
        let head = read(format!("{number}.head"));
        if !head.starts_with(status) {
            found.push(format!("{section}: {head}"));
        }
        let differing = check(section, block, &read(format!("{number}.body")));
        found.extend(
            differing
                .into_iter()
                .map(|what| format!("{section} ({number}): {what}")),
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
