//! Who may call what: all thirty methods by nobody, by an expired token, by a stranger and by a member; and the
//! paths exactly as the page writes them.

use std::time::Duration;

use swarmform::platform::routes::{Access, Hidden, METHODS};

use crate::world::World;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A path of the table with its names filled in.
fn filled(path: &str, org: &str, instance: &str) -> String {
    let pairs = [
        ("{org}", org),
        ("{env}", "dev"),
        ("{app}", "helloworld"),
        ("{service}", "webserver"),
        ("{component}", "flask"),
        ("{version}", "3.3.6"),
        ("{scale}", "1"),
        ("{instance}", instance),
        ("{user}", "terminal"),
    ];
    pairs
        .iter()
        .fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
}

fn body(section: &str) -> &'static str {
    match section {
        "CreateOrganization" => r#"{"org_id":"another"}"#,
        "AddOrganizationMember" => r#"{"username":"kord"}"#,
        "RemoveOrganizationMember" => r#"{"username":"terminal"}"#,
        "CreateApp" => {
            r#"{"app_name":"b","services":[{"service_name":"s","components":[{"component_name":"c","image":"redis"}]}]}"#
        }
        "ExecInstance" => r#"{"cmd":["true"]}"#,
        "LoginUser" => r#"{"password":"ZjAwYmFy"}"#,
        "UpdateEmail" => r#"{"old_email":"terminal@giantswarm.io","new_email":"aee@giantswarm.io"}"#,
        "UpdatePassword" => r#"{"old_password":"ZjAwYmFy","new_password":"YmF6ZjAw"}"#,
        _ => "",
    }
}

#[tokio::test]
async fn without_a_good_token_every_method_but_ping_and_login_answers_401() {
    let world = World::new().await;
    let token = world.hello().await;
    let instance = world.instance(&token).await;
    let answer = world.login("terminal", "f00bar").await.ok(10000);
    let expiring = answer.json()["data"]["Id"].as_str().unwrap().to_owned();
    world.clock.forward(29 * DAY);
    world.call("GET", "/v1/user/me", &expiring, "").await.ok(10000);
    world.clock.forward(DAY);
    for entry in METHODS {
        let path = filled(entry.paths[0], "bantic", &instance);
        for bad in ["", "e5239484-2299-41df-b901-d0568db7e3f9", expiring.as_str()] {
            let answer = world
                .call(entry.method.as_str(), &path, bad, body(entry.section))
                .await;
            if entry.access == Access::Open {
                assert_eq!(answer.status, 200, "{}: {answer:?}", entry.section);
                continue;
            }
            assert_eq!(answer.status, 401, "{}: {answer:?}", entry.section);
            assert!(
                answer
                    .header("www-authenticate")
                    .unwrap()
                    .starts_with("giantswarm"),
                "{answer:?}"
            );
        }
    }
    world
        .call("GET", &format!("{}/status", crate::world::APP), &token, "")
        .await
        .ok(10000);
    let wrong = [("Authorization", format!("Bearer {token}"))];
    let wrong: Vec<(&str, &str)> = wrong
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(world.send("GET", "/v1/user/me", &wrong, b"").await.status, 401);
    world.stop().await;
}

#[tokio::test]
async fn a_stranger_hears_the_same_of_what_exists_and_what_does_not() {
    let world = World::new().await;
    let token = world.hello().await;
    let instance = world.instance(&token).await;
    let stranger = world.token("kord");
    for entry in METHODS {
        let Access::Member(hidden) = entry.access else {
            continue;
        };
        let call = async |org: &str| {
            let path = filled(entry.paths[0], org, &instance);
            let answer = world
                .call(entry.method.as_str(), &path, &stranger, body(entry.section))
                .await;
            (answer.codes(), answer.body)
        };
        let (there, absent) = (call("bantic").await, call("nowhere").await);
        let expected = match hidden {
            Hidden::Forbidden => ((403, 10014), (403, 10014)),
            Hidden::NotFound404 => ((404, 10008), (404, 10008)),
            Hidden::NotFoundOrForbidden => ((403, 10014), (400, 10008)),
        };
        assert_eq!((there.0, absent.0), expected, "{}", entry.section);
        if hidden != Hidden::NotFoundOrForbidden {
            assert_eq!(there.1, absent.1, "{}", entry.section);
        }
    }
    // Nothing of it has had an effect.
    let data = world
        .until(&format!("{}/status", crate::world::APP), &token, "up")
        .await;
    assert_eq!(
        data["services"][0]["components"][0]["instances"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let org = world.call("GET", "/v1/org/bantic", &token, "").await.ok(10000);
    assert_eq!(org.json()["data"]["members"], serde_json::json!(["terminal"]));
    world.stop().await;
}

#[tokio::test]
async fn a_member_may_call_every_method() {
    for entry in METHODS {
        let world = World::new().await;
        let token = world.hello().await;
        let instance = world.instance(&token).await;
        let mut org = "bantic";
        match entry.section {
            "DeleteOrganization" => {
                world
                    .call("POST", "/v1/org/", &token, r#"{"org_id":"spare"}"#)
                    .await
                    .ok(10003);
                org = "spare";
            }
            "RemoveOrganizationMember" => {
                world
                    .call(
                        "POST",
                        "/v1/org/bantic/members/add",
                        &token,
                        r#"{"username":"kord"}"#,
                    )
                    .await
                    .ok(10006);
            }
            "ScaleDownComponent" => {
                world
                    .call("POST", &format!("{}/scaleup/1", crate::world::FLASK), &token, "")
                    .await
                    .ok(10006);
            }
            _ => {}
        }
        let path = filled(entry.paths[0], org, &instance);
        let answer = world
            .call(entry.method.as_str(), &path, &token, body(entry.section))
            .await;
        assert_eq!(answer.status, 200, "{}: {answer:?}", entry.section);
        world.stop().await;
    }
}

#[tokio::test]
async fn a_member_added_by_a_member_may_act_and_one_removed_may_not() {
    let world = World::new().await;
    let token = world.hello().await;
    let kord = world.token("kord");
    let status = format!("{}/status", crate::world::APP);
    world.call("GET", &status, &kord, "").await.is(403, 10014);
    world
        .call(
            "POST",
            "/v1/org/bantic/members/add",
            &token,
            r#"{"username":"kord"}"#,
        )
        .await
        .ok(10006);
    world.call("GET", &status, &kord, "").await.ok(10000);
    world
        .call(
            "POST",
            "/v1/org/bantic/members/remove",
            &kord,
            r#"{"username":"terminal"}"#,
        )
        .await
        .ok(10006);
    world.call("GET", &status, &token, "").await.is(403, 10014);
    world.call("GET", &status, &kord, "").await.ok(10000);
    world.stop().await;
}

#[tokio::test]
async fn paths_have_their_trailing_slash_exactly_where_the_page_has_it() {
    let world = World::new().await;
    let token = world.hello().await;
    let instance = world.instance(&token).await;
    for entry in METHODS {
        for path in entry.paths {
            let other = match path.strip_suffix('/') {
                Some(bare) => bare.to_owned(),
                None => format!("{path}/"),
            };
            if entry.paths.contains(&other.as_str()) {
                continue;
            }
            let path = filled(&other, "bantic", &instance);
            let answer = world
                .call(entry.method.as_str(), &path, &token, body(entry.section))
                .await;
            assert!(
                matches!(answer.status, 404 | 405),
                "{} {path}: {answer:?}",
                entry.method
            );
        }
    }
    // The two that the page warns of: each path has the other's method, and neither is taken for the other.
    assert_eq!(
        world.call("DELETE", "/v1/org/bantic", &token, "").await.status,
        405
    );
    let get = world.call("GET", "/v1/org/bantic/", &token, "").await;
    assert_eq!((get.status, get.header("allow")), (405, Some("DELETE")));
    for path in ["/v1/user/me", "/v1/user/me/"] {
        world.call("GET", path, &token, "").await.ok(10000);
    }
    let body = r#"{"old_email":"terminal@giantswarm.io","new_email":"terminal@giantswarm.io"}"#;
    for path in ["/v1/user/me/email/update", "/v1/user/me/email/update/"] {
        world.call("POST", path, &token, body).await.ok(10006);
    }
    world
        .call("GET", "/v1/nothing/here", &token, "")
        .await
        .is(404, 10008);
    world.call("GET", "/", "", "").await.is(404, 10008);
    world.stop().await;
}
