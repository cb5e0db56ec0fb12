//! Requests that nobody in their right mind would send: whatever the path, the headers and the body hold, the
//! answer is one that the OpenAPI document names for that method, and never a 500.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use proptest::prelude::*;
use serde_json::Value;
use swarmform::platform::routes::METHODS;
use swarmform::platform::{Platform, app, open, openapi};
use tower::ServiceExt;

use crate::world::{HELLO, config};

async fn call(platform: &Arc<Platform>, request: Request<Body>) -> Response<Body> {
    app(Arc::clone(platform)).oneshot(request).await.unwrap()
}

async fn filled(platform: &Arc<Platform>) -> String {
    let token = platform.session_token("terminal").unwrap();
    for (path, body) in [
        ("/v1/org/", r#"{"org_id":"bantic"}"#),
        ("/v1/org/bantic/env/dev/app/", HELLO),
        ("/v1/org/bantic/env/dev/app/helloworld/start", ""),
    ] {
        let request = Request::post(path)
            .header("Authorization", format!("giantswarm {token}"))
            .body(Body::from(body))
            .unwrap();
        assert_eq!(call(platform, request).await.status(), 200, "{path}");
    }
    token
}

fn quoted(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A part of a path, already encoded: what exists, what does not, and what is none.
fn part() -> impl Strategy<Value = String> {
    let known = [
        "bantic",
        "dev",
        "helloworld",
        "webserver",
        "flask",
        "3",
        "me",
        "terminal",
    ];
    let odd = [
        "%2e%2e",
        "%00",
        "%ff",
        "%2F",
        "%",
        "a%",
        "%c0%af",
        "0",
        "-1",
        "1e9",
        "99999999999999999999",
        "+3",
        "%0d%0a",
        "*",
    ];
    prop_oneof![
        6 => prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        2 => prop::sample::select(odd.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{1,12}".prop_map(|text| quoted(&text)),
        1 => (1_usize..2000).prop_map(|length| "x".repeat(length)),
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(
            &[
                "redis:1", "a", "5000/tcp", "Zm9v", "hot-swap", "5 GB", "s/c", "ls"
            ][..]
        )
        .prop_map(Value::from),
    ];
    let keys = [
        "org_id",
        "username",
        "password",
        "old_password",
        "new_password",
        "old_email",
        "new_email",
        "strategy",
        "cmd",
        "detach",
        "tty",
        "app_name",
        "services",
        "service_name",
        "components",
        "component_name",
        "image",
        "ports",
        "env",
        "volumes",
        "path",
        "size",
        "domains",
        "dependencies",
        "scaling_policy",
        "min",
        "max",
        "pod",
        "args",
        "entrypoint",
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        let member = (prop::sample::select(keys.to_vec()), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::from),
            prop::collection::vec(member, 0..6).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect::<Value>()
            }),
        ]
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let cut = (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(place, byte)| {
        let mut bytes = HELLO.as_bytes().to_vec();
        let at = place.index(bytes.len());
        bytes[at] = byte;
        bytes
    });
    prop_oneof![
        4 => json().prop_map(|value| value.to_string().into_bytes()),
        2 => cut,
        1 => prop::collection::vec(any::<u8>(), 0..200),
        1 => (1_usize..3000).prop_map(|depth| "[".repeat(depth).into_bytes()),
        1 => Just(Vec::new()),
    ]
}

fn header() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    let names = [
        "content-type",
        "x-giant-swarm-clusterid",
        "x-request-id",
        "connection",
        "upgrade",
        "expect",
        "x-platform-fault",
    ];
    (
        prop::sample::select(names.to_vec()),
        prop::collection::vec(0x20_u8..0x7f, 0..20),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_sent_the_answer_is_a_documented_one(
        requests in prop::collection::vec(
            (0..METHODS.len(), prop::collection::vec(part(), 7), body(), 0..10_u8, prop::collection::vec(header(), 0..3), "[a-z=&0-9%]{0,12}"),
            1..30,
        )
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let outcome: Result<(), TestCaseError> = runtime.block_on(async {
            let mut config = config(dir.path());
            config.limits.request = Duration::from_secs(2);
            config.limits.login_failures = 2;
            let platform = open(config).unwrap();
            let mut token = filled(&platform).await;
            let document = openapi::document();
            for (number, parts, body, who, headers, query) in requests {
                let entry = &METHODS[number];
                let mut parts = parts.into_iter();
                let mut path = String::new();
                for (place, piece) in entry.paths[0].split('/').enumerate() {
                    if place > 0 {
                        path.push('/');
                    }
                    path.push_str(&match piece.starts_with('{') {
                        true => parts.next().unwrap(),
                        false => piece.to_owned(),
                    });
                }
                let mut request = Request::builder().method(entry.method.clone()).uri(format!("{path}?{query}"));
                if who > 0 {
                    request = request.header("Authorization", format!("giantswarm {token}"));
                }
                for (name, value) in headers {
                    request = request.header(name, value);
                }
                // What is no request at all never comes this far; the test of raw bytes sends that.
                let Ok(request) = request.body(Body::from(body)) else { continue };
                let response = call(&platform, request).await;
                let status = response.status().as_u16();
                let method = entry.method.as_str().to_ascii_lowercase();
                let answers = &document["paths"][entry.paths[0]][&method]["responses"];
                let named = answers.get(status.to_string()).is_some();
                // An encoded name may lead to another method's path, as `me` does.
                let elsewhere = matches!(status, 401 | 404 | 405);
                prop_assert!(status != 500 && (named || elsewhere), "{} {path}: {status}", entry.section);
                let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
                if kind.as_deref() == Some("application/json") && entry.section != "Ping" {
                    let bytes = axum::body::to_bytes(response.into_body(), 1 << 24).await.unwrap();
                    let answer: Value = serde_json::from_slice(&bytes).unwrap();
                    prop_assert!(answer["status_code"].is_u64() && answer["status_text"].is_string(), "{answer}");
                }
                if platform.session_token("terminal").is_ok() {
                    token = platform.session_token("terminal").unwrap();
                }
            }
            platform.close();
            Ok(())
        });
        outcome?;
    }
}
