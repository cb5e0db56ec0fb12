//! Applications, services and components: life, scale, updates, and the three shapes of "not found".

use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{APP, FLASK, HELLO, START, STOP, World};

const APPS: &str = "/v1/org/bantic/env/dev/app/";

fn instances(data: &Value) -> Vec<String> {
    let list = data["instances"].as_array().unwrap();
    list.iter()
        .map(|instance| instance["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn org(world: &World) -> String {
    let token = world.token("terminal");
    world
        .call("POST", "/v1/org/", &token, r#"{"org_id":"bantic"}"#)
        .await
        .ok(10003);
    token
}

#[tokio::test]
pub async fn an_application_is_down_until_it_is_started_and_keeps_its_instances_over_a_stop() {
    let world = World::new().await;
    let token = org(&world).await;
    world.clock.hold();
    world.call("POST", APPS, &token, HELLO).await.ok(10003);
    world.call("POST", APPS, &token, HELLO).await.is(400, 10009);
    let status = format!("{APP}/status");
    let created = world.until(&status, &token, "down").await;
    let instance = &created["services"][0]["components"][0]["instances"][0];
    assert_eq!(
        (&instance["status"], &instance["image_hash"]),
        (&json!("down"), &json!(""))
    );
    world
        .call("POST", &format!("{APP}/start"), &token, "")
        .await
        .ok(10004);
    world.until(&status, &token, "starting").await;
    world.clock.forward(START);
    let up = world.until(&status, &token, "up").await;
    let after = &up["services"][0]["components"][0]["instances"][0];
    assert_eq!(after["id"], instance["id"]);
    assert_eq!(after["image_hash"].as_str().unwrap().len(), 64);
    let stopped = world
        .call("POST", &format!("{APP}/stop"), &token, "")
        .await
        .ok(10005);
    assert_eq!(stopped.text(), "resource stopped");
    world.until(&status, &token, "stopping").await;
    world.clock.forward(STOP);
    world.until(&status, &token, "down").await;
    let list = world.call("GET", APPS, &token, "").await.ok(10000).json();
    let entry = &list["data"][0];
    assert_eq!(
        (&entry["app"], &entry["company"], &entry["org"]),
        (&json!("helloworld"), &json!("bantic"), &json!("bantic"))
    );
    let form = regex::Regex::new(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$").unwrap();
    assert!(form.is_match(entry["created"].as_str().unwrap()), "{entry}");
    world.stop().await;
}

#[tokio::test]
async fn not_found_has_three_shapes_by_method() {
    let world = World::new().await;
    let token = world.hello().await;
    for (method, path) in [
        ("POST", "/app/nope/start"),
        ("POST", "/app/nope/stop"),
        ("GET", "/app/nope/status"),
        ("GET", "/app/nope/config"),
        ("POST", "/app/helloworld/service/nope/start"),
        ("POST", "/app/helloworld/service/nope/stop"),
        ("GET", "/app/helloworld/service/nope/status"),
        ("GET", "/app/helloworld/service/webserver/component/nope/status"),
        (
            "POST",
            "/app/helloworld/service/webserver/component/nope/version/1/update",
        ),
        (
            "POST",
            "/app/helloworld/service/webserver/component/nope/scaleup/1",
        ),
        (
            "POST",
            "/app/helloworld/service/webserver/component/nope/scaledown/1",
        ),
    ] {
        world
            .call(method, &format!("/v1/org/bantic/env/dev{path}"), &token, "")
            .await
            .is(400, 10008);
    }
    world
        .call("GET", "/v1/org/bantic/env/nope/app/", &token, "")
        .await
        .is(400, 10008);
    world
        .call("DELETE", &format!("{APPS}nope"), &token, "")
        .await
        .is(404, 10008);
    for path in ["logs", "stats"] {
        world
            .call("GET", &format!("/v1/org/bantic/instance/nope/{path}"), &token, "")
            .await
            .is(400, 10008);
    }
    world.stop().await;
}

#[tokio::test]
async fn an_instance_is_found_in_its_own_organization_alone() {
    let world = World::new().await;
    let token = world.hello().await;
    let id = world.instance(&token).await;
    world
        .call("GET", &format!("/v1/org/bantic/instance/{id}/stats"), &token, "")
        .await
        .ok(10000);
    world
        .call(
            "GET",
            &format!("/v1/org/terminal/instance/{id}/stats"),
            &token,
            "",
        )
        .await
        .is(400, 10008);
    world.stop().await;
}

#[tokio::test]
pub async fn a_service_stop_answers_10004_and_says_stopped() {
    let world = World::new().await;
    let token = world.hello().await;
    let service = format!("{APP}/service/webserver");
    let answer = world
        .call("POST", &format!("{service}/stop"), &token, "")
        .await
        .ok(10004);
    assert_eq!(answer.text(), "resource stopped");
    let data = world.until(&format!("{service}/status"), &token, "down").await;
    assert_eq!(
        (&data["name"], &data["min"], &data["max"]),
        (&json!("webserver"), &json!(1), &json!(10))
    );
    world
        .call("POST", &format!("{service}/start"), &token, "")
        .await
        .ok(10004);
    world.until(&format!("{service}/status"), &token, "up").await;
    world.stop().await;
}

#[tokio::test]
pub async fn a_component_status_can_be_read_in_both_documented_shapes() {
    let world = World::new().await;
    let token = world.hello().await;
    let data = world.until(&format!("{FLASK}/status"), &token, "up").await;
    assert_eq!(data["instances"], data["components"][0]["instances"]);
    assert_eq!(
        (&data["name"], &data["components"][0]["name"]),
        (&json!("webserver"), &json!("flask"))
    );
    let id = data["instances"][0]["id"].as_str().unwrap();
    assert!(regex::Regex::new("^[a-z0-9]{12}$").unwrap().is_match(id), "{id}");
    world.stop().await;
}

#[tokio::test]
pub async fn scale_is_relative_and_bounded() {
    let world = World::new().await;
    let token = world.hello().await;
    let scale = async |what: &str| world.call("POST", &format!("{FLASK}/{what}"), &token, "").await;
    scale("scaledown/1").await.ok(10006);
    scale("scaleup/3").await.ok(10006);
    let data = world.until(&format!("{FLASK}/status"), &token, "up").await;
    assert_eq!(instances(&data).len(), 4);
    let refused = scale("scaleup/7").await.is(400, 10013);
    assert!(refused.text().contains("at most 10"), "{refused:?}");
    scale("scaledown/4").await.is(400, 10013);
    for wrong in [
        "scaleup/0",
        "scaleup/-1",
        "scaleup/x",
        "scaleup/1.5",
        "scaledown/99999999999999999999",
    ] {
        scale(wrong).await.is(400, 10013);
    }
    scale("scaledown/3").await.ok(10006);
    let left = world.until(&format!("{FLASK}/status"), &token, "up").await;
    assert_eq!(instances(&left), instances(&data)[..1]);
    scale("scaleup/9").await.ok(10006);
    scale("scaleup/1").await.is(400, 10013);
    world.stop().await;
}

#[tokio::test]
async fn a_scaling_policy_sets_the_first_number_and_the_bounds() {
    let world = World::new().await;
    let token = org(&world).await;
    let body = HELLO.replace(r#""ports""#, r#""scaling_policy":{"min":2,"max":3},"ports""#);
    world.call("POST", APPS, &token, &body).await.ok(10003);
    let data = world.until(&format!("{FLASK}/status"), &token, "down").await;
    assert_eq!(
        (instances(&data).len(), &data["min"], &data["max"]),
        (2, &json!(2), &json!(3))
    );
    world
        .call("POST", &format!("{FLASK}/scaledown/1"), &token, "")
        .await
        .is(400, 10013);
    world
        .call("POST", &format!("{FLASK}/scaleup/2"), &token, "")
        .await
        .is(400, 10013);
    world
        .call("POST", &format!("{FLASK}/scaleup/1"), &token, "")
        .await
        .ok(10006);
    assert_eq!(
        instances(&world.until(&format!("{FLASK}/status"), &token, "down").await).len(),
        3
    );
    world.stop().await;
}

#[tokio::test]
async fn scaling_one_member_of_a_pod_scales_the_pod_or_nothing() {
    let world = World::new().await;
    let token = org(&world).await;
    let body = json!({"app_name": "podded", "services": [{"service_name": "s", "components": [
        {"component_name": "a", "image": "redis", "pod": "p"},
        {"component_name": "b", "image": "redis", "pod": "p"},
        {"component_name": "c", "image": "redis"}]}]});
    world
        .call("POST", APPS, &token, &body.to_string())
        .await
        .ok(10003);
    let path = |name: &str, rest: &str| format!("{APPS}podded/service/s/component/{name}/{rest}");
    world
        .call("POST", &path("a", "scaleup/2"), &token, "")
        .await
        .ok(10006);
    world
        .call("POST", &path("b", "scaleup/8"), &token, "")
        .await
        .is(400, 10013);
    let mut counts = Vec::new();
    for name in ["a", "b", "c"] {
        counts.push(instances(&world.until(&path(name, "status"), &token, "down").await).len());
    }
    assert_eq!(counts, [3, 3, 1]);
    world.stop().await;
}

#[tokio::test]
pub async fn an_update_changes_the_tag_alone_and_starts_what_was_stopped() {
    let world = World::new().await;
    let token = world.hello().await;
    let old = world.instance(&token).await;
    world
        .call("POST", &format!("{APP}/stop"), &token, "")
        .await
        .ok(10005);
    world.until(&format!("{FLASK}/status"), &token, "down").await;
    world
        .call("POST", &format!("{FLASK}/version/3.3.6/update"), &token, "")
        .await
        .ok(10006);
    let data = world.until(&format!("{FLASK}/status"), &token, "up").await;
    assert_eq!(
        data["instances"][0]["image"],
        "registry.giantswarm.io/bantic/helloworld:3.3.6"
    );
    assert_ne!(instances(&data), [old]);
    let config = world
        .call("GET", &format!("{APP}/config"), &token, "")
        .await
        .ok(10000)
        .json();
    let component = &config["data"]["services"][0]["components"][0];
    assert_eq!(
        component["image"],
        "registry.giantswarm.io/bantic/helloworld:3.3.6"
    );
    world
        .call("POST", &format!("{FLASK}/version/a%2Fb/update"), &token, "")
        .await
        .is(400, 10016);
    world
        .call("POST", &format!("{FLASK}/version/a:b/update"), &token, "")
        .await
        .is(400, 10016);
    world
        .call(
            "POST",
            &format!("{FLASK}/version/4/update"),
            &token,
            r#"{"strategy":"slowly"}"#,
        )
        .await
        .is(400, 10013);
    world
        .call("POST", &format!("{FLASK}/version/4/update"), &token, "nonsense")
        .await
        .is(400, 10013);
    world.stop().await;
}

/// The statuses of all instances, each time they change, until all of them are of `version` and up.
async fn watched(world: &World, token: &str, version: &str) -> Vec<Vec<String>> {
    let mut seen: Vec<Vec<String>> = Vec::new();
    for _ in 0..100 {
        let data = world
            .call("GET", &format!("{FLASK}/status"), token, "")
            .await
            .ok(10000)
            .json()["data"]
            .clone();
        let mut now: Vec<String> = Vec::new();
        for instance in data["instances"].as_array().unwrap() {
            let image = instance["image"].as_str().unwrap();
            let old = if image.ends_with(version) { "new" } else { "old" };
            now.push(format!("{old} {}", instance["status"].as_str().unwrap()));
        }
        let done = now.iter().all(|one| one == "new up");
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        if done {
            return seen;
        }
        world.clock.forward(Duration::from_millis(20));
    }
    panic!("{version} never came: {seen:?}")
}

#[tokio::test]
async fn the_three_strategies_differ_in_what_is_up_meanwhile() {
    let world = World::new().await;
    let token = world.hello().await;
    world.clock.hold();
    world
        .call("POST", &format!("{FLASK}/scaleup/1"), &token, "")
        .await
        .ok(10006);
    world.clock.forward(START);
    let update = async |version: &str, body: &str| {
        world
            .call("POST", &format!("{FLASK}/version/{version}/update"), &token, body)
            .await
            .ok(10006);
        let steps = watched(&world, &token, version).await;
        steps
            .iter()
            .map(|states| states.join(", "))
            .collect::<Vec<String>>()
    };
    let one_by_one = [
        "old stopping, old up",
        "new starting, old up",
        "new up, old stopping",
        "new up, new starting",
        "new up, new up",
    ];
    assert_eq!(update("1-one", "").await, one_by_one);
    assert_eq!(update("2-one", r#"{"strategy":"one-by-one"}"#).await, one_by_one);
    assert_eq!(
        update("3-all", r#"{"strategy":"all-at-once"}"#).await,
        [
            "old stopping, old stopping",
            "new starting, new starting",
            "new up, new up"
        ]
    );
    assert_eq!(
        update("4-hot", r#"{"strategy":"hot-swap"}"#).await,
        [
            "old up, new starting, old up, new starting",
            "old stopping, new up, old stopping, new up",
            "new up, new up"
        ]
    );
    world.stop().await;
}

#[tokio::test]
pub async fn a_config_answers_the_definition_in_one_form() {
    let world = World::new().await;
    let token = org(&world).await;
    let body = json!({"appName": "helloworld", "services": [{"serviceName": "webserver", "components": [
        {"componentName": "flask", "image": "redis", "env": {"B": "2", "A": "x=y"}, "ports": ["6379/tcp"]}]}]});
    world
        .call("POST", APPS, &token, &body.to_string())
        .await
        .ok(10003);
    let config = world
        .call("GET", &format!("{APP}/config"), &token, "")
        .await
        .ok(10000)
        .json();
    assert_eq!(
        config["data"],
        json!({"app_name": "helloworld", "services": [{"service_name": "webserver", "components": [
            {"component_name": "flask", "image": "redis", "env": ["A=x=y", "B=2"], "ports": ["6379/tcp"]}]}]})
    );
    world.stop().await;
}

#[tokio::test]
async fn a_faulty_definition_is_refused_with_its_faults_and_makes_nothing() {
    let world = World::new().await;
    let token = org(&world).await;
    for (from, to, said) in [
        (r#""image""#, r#""imagine""#, "imagine"),
        ("[5000]", "[0]", "65535"),
        (r#""ports""#, r#""scaling_policy":{"min":11},"ports""#, "1 to 10"),
        (
            "registry.giantswarm.io/bantic/helloworld",
            "a/b/c/d",
            "too many path parts",
        ),
        ("\"services\"", "services", ""),
    ] {
        let refused = world
            .call("POST", APPS, &token, &HELLO.replace(from, to))
            .await
            .is(400, 10013);
        assert!(
            refused.text().starts_with("wrong input: ") && refused.text().contains(said),
            "{refused:?}"
        );
    }
    world.call("GET", APPS, &token, "").await.is(400, 10008);
    world.stop().await;
}

#[tokio::test]
pub async fn a_deleted_application_frees_its_name_at_once() {
    let world = World::new().await;
    let token = world.hello().await;
    let old = world.instance(&token).await;
    world.call("DELETE", APP, &token, "").await.ok(10007);
    world.call("DELETE", APP, &token, "").await.is(404, 10008);
    world
        .call("GET", &format!("/v1/org/bantic/instance/{old}/logs"), &token, "")
        .await
        .is(400, 10008);
    world.call("POST", APPS, &token, HELLO).await.ok(10003);
    assert_ne!(world.instance(&token).await, old);
    world.stop().await;
}

#[tokio::test]
async fn an_image_that_fails_shows_as_failed_where_that_is_switched_on() {
    let world = World::with(|config| config.failing_tag = Some("fail".into())).await;
    let token = org(&world).await;
    world
        .call(
            "POST",
            APPS,
            &token,
            &HELLO.replace("bantic/helloworld", "bantic/helloworld:fail"),
        )
        .await
        .ok(10003);
    world
        .call("POST", &format!("{APP}/start"), &token, "")
        .await
        .ok(10004);
    world.until(&format!("{APP}/status"), &token, "failed").await;
    world.stop().await;
}

#[tokio::test]
pub async fn logs_are_the_last_lines_and_statistics_have_the_documented_keys() {
    let world = World::new().await;
    let token = world.hello().await;
    let id = world.instance(&token).await;
    world.clock.forward(Duration::from_secs(300));
    let logs = async |query: &str| {
        world
            .call(
                "GET",
                &format!("/v1/org/bantic/instance/{id}/logs{query}"),
                &token,
                "",
            )
            .await
    };
    let ten = logs("").await;
    assert_eq!((ten.status, ten.body.lines().count()), (200, 10));
    assert!(ten.header("content-type").unwrap().starts_with("text/plain"));
    let more = logs("?t=25").await;
    assert_eq!(more.body.lines().count(), 25);
    assert!(more.body.ends_with(&ten.body));
    assert_eq!(logs("?t=0").await.body, "");
    logs("?t=x").await.is(400, 10013);
    let stats = world
        .call("GET", &format!("/v1/org/bantic/instance/{id}/stats"), &token, "")
        .await
        .ok(10000)
        .json();
    let data = stats["data"].as_object().unwrap();
    let keys: Vec<&str> = data.keys().map(String::as_str).collect();
    let named = [
        "ComponentName",
        "MemoryUsageMb",
        "MemoryCapacityMb",
        "MemoryUsagePercent",
        "CpuUsagePercent",
    ];
    assert_eq!(keys, named);
    assert_eq!(data["ComponentName"], "helloworld/webserver/flask");
    let (usage, percent) = (
        data["MemoryUsageMb"].as_f64().unwrap(),
        data["MemoryUsagePercent"].as_f64().unwrap(),
    );
    assert!((usage / 512.0 * 100.0 - percent).abs() < 1e-9 && usage > 0.0);
    world.stop().await;
}
