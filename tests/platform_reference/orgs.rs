//! Organizations, members and environments beyond the page's examples.

use serde_json::json;

use crate::world::{HELLO, World};

#[tokio::test]
async fn the_first_organization_of_an_account_is_named_like_the_user_and_stays() {
    let world = World::new().await;
    let token = world.token("terminal");
    let mine = world
        .call("GET", "/v1/user/me/memberships", &token, "")
        .await
        .ok(10000);
    assert_eq!(mine.json()["data"], json!(["terminal"]));
    let refused = world
        .call("DELETE", "/v1/org/terminal/", &token, "")
        .await
        .is(403, 10014);
    assert!(refused.text().contains("named like its user"), "{refused:?}");
    world
        .call(
            "POST",
            "/v1/org/terminal/members/add",
            &token,
            r#"{"username":"kord"}"#,
        )
        .await
        .ok(10006);
    let kord = world.token("kord");
    world
        .call("DELETE", "/v1/org/terminal/", &kord, "")
        .await
        .is(403, 10014);
    world
        .call(
            "POST",
            "/v1/org/terminal/members/remove",
            &kord,
            r#"{"username":"terminal"}"#,
        )
        .await
        .is(400, 10013);
    world.stop().await;
}

#[tokio::test]
pub async fn an_organization_is_created_once_shown_and_removed() {
    let world = World::new().await;
    let (token, kord) = (world.token("terminal"), world.token("kord"));
    let create = r#"{"org_id":"bantic"}"#;
    world
        .call("GET", "/v1/org/bantic", &token, "")
        .await
        .is(404, 10008);
    world
        .call("DELETE", "/v1/org/bantic/", &token, "")
        .await
        .is(403, 10014);
    world.call("POST", "/v1/org/", &token, create).await.ok(10003);
    world
        .call("POST", "/v1/org/", &token, create)
        .await
        .is(400, 10015);
    world.call("POST", "/v1/org/", &kord, create).await.is(400, 10015);
    let shown = world
        .call("GET", "/v1/org/bantic", &token, "")
        .await
        .ok(10000)
        .json();
    let cluster = "alpha.private.giantswarm.io";
    assert_eq!(
        shown["data"],
        json!({"default_cluster": cluster, "id": "bantic", "members": ["terminal"]})
    );
    world
        .call("DELETE", "/v1/org/bantic/", &token, "")
        .await
        .ok(10007);
    world
        .call("GET", "/v1/org/bantic", &token, "")
        .await
        .is(404, 10008);
    world.call("POST", "/v1/org/", &kord, create).await.ok(10003);
    world.stop().await;
}

#[tokio::test]
async fn an_organization_with_applications_is_not_removed_and_the_answer_says_why() {
    let world = World::new().await;
    let token = world.hello().await;
    let refused = world
        .call("DELETE", "/v1/org/bantic/", &token, "")
        .await
        .is(403, 10014);
    assert!(
        refused.text().contains("still has applications (1)"),
        "{refused:?}"
    );
    world
        .call("DELETE", crate::world::APP, &token, "")
        .await
        .ok(10007);
    world
        .call("DELETE", "/v1/org/bantic/", &token, "")
        .await
        .ok(10007);
    world.stop().await;
}

#[tokio::test]
async fn names_and_bodies_that_are_wrong_are_refused_with_a_reason() {
    let world = World::new().await;
    let token = world.token("terminal");
    for name in [
        "abc",
        "Bantic",
        "ban-tic",
        "bantic ",
        "a234567890123456789012345678901",
        "",
    ] {
        let body = json!({ "org_id": name }).to_string();
        let refused = world.call("POST", "/v1/org/", &token, &body).await.is(400, 10013);
        assert!(refused.text().starts_with("wrong input: org_id"), "{refused:?}");
    }
    for body in [
        "",
        "{",
        "[]",
        "{}",
        r#"{"org_id":5}"#,
        r#"{"org_id":null}"#,
        "\u{feff}{}",
    ] {
        let refused = world.call("POST", "/v1/org/", &token, body).await.is(400, 10013);
        assert!(refused.text().starts_with("wrong input: "), "{refused:?}");
    }
    // Unknown keys, odd content types and the headers of clients of the time are ignored.
    let authorization = format!("giantswarm {token}");
    let headers = [
        ("Authorization", authorization.as_str()),
        ("Content-Type", "text/plain"),
        ("X-Giant-Swarm-ClusterID", "x"),
        ("X-Request-ID", "y"),
        ("X-Giant-Swarm-Activity", "z"),
    ];
    let body = br#"{"org_id":"bantic","more":[1]}"#;
    let answer = world.send("POST", "/v1/org/", &headers, body).await.ok(10003);
    assert_ne!(answer.header("x-request-id").unwrap(), "y");
    world.stop().await;
}

#[tokio::test]
pub async fn members_are_users_added_once_and_the_last_one_stays() {
    let world = World::new().await;
    let token = world.token("terminal");
    world
        .call("POST", "/v1/org/", &token, r#"{"org_id":"bantic"}"#)
        .await
        .ok(10003);
    let change = async |what: &str, user: &str| {
        let body = json!({ "username": user }).to_string();
        world
            .call("POST", &format!("/v1/org/bantic/members/{what}"), &token, &body)
            .await
    };
    change("add", "nobody").await.is(400, 10013);
    change("add", "terminal").await.is(400, 10013);
    change("remove", "kord").await.is(400, 10013);
    change("remove", "terminal").await.is(400, 10013);
    change("add", "kord").await.ok(10006);
    change("add", "kord").await.is(400, 10013);
    change("remove", "kord").await.ok(10006);
    change("remove", "kord").await.is(400, 10013);
    world.stop().await;
}

#[tokio::test]
async fn an_open_membership_takes_any_well_formed_name_but_lets_nobody_in() {
    let world = World::with(|config| config.open_membership = true).await;
    let token = world.token("terminal");
    world
        .call("POST", "/v1/org/", &token, r#"{"org_id":"bantic"}"#)
        .await
        .ok(10003);
    world
        .call(
            "POST",
            "/v1/org/bantic/members/add",
            &token,
            r#"{"username":"ada"}"#,
        )
        .await
        .ok(10006);
    world
        .call(
            "POST",
            "/v1/org/bantic/members/add",
            &token,
            r#"{"username":"a/b"}"#,
        )
        .await
        .is(400, 10013);
    let shown = world
        .call("GET", "/v1/org/bantic", &token, "")
        .await
        .ok(10000)
        .json();
    assert_eq!(shown["data"]["members"], json!(["ada", "terminal"]));
    world.login("ada", "").await.is(400, 10010);
    world.stop().await;
}

#[tokio::test]
pub async fn environments_exist_through_their_applications() {
    let world = World::new().await;
    let token = world.token("terminal");
    world
        .call("POST", "/v1/org/", &token, r#"{"org_id":"bantic"}"#)
        .await
        .ok(10003);
    let environments = async || {
        world
            .call("GET", "/v1/org/bantic/env/", &token, "")
            .await
            .ok(10000)
            .json()["data"]
            .clone()
    };
    assert_eq!(environments().await, json!({"environments": null}));
    world
        .call("GET", "/v1/org/bantic/env/dev/app/", &token, "")
        .await
        .is(400, 10008);
    for path in ["/v1/org/bantic/env/prod/app/", "/v1/org/bantic/env/a%20b/app/"] {
        world.call("POST", path, &token, HELLO).await.ok(10003);
    }
    let body = HELLO.replace("helloworld", "second");
    world
        .call("POST", "/v1/org/bantic/env/prod/app/", &token, &body)
        .await
        .ok(10003);
    assert_eq!(
        environments().await,
        json!({"environments": [{"name": "a b"}, {"name": "prod"}]})
    );
    world
        .call("DELETE", "/v1/org/bantic/env/a%20b/app/helloworld", &token, "")
        .await
        .ok(10007);
    assert_eq!(environments().await, json!({"environments": [{"name": "prod"}]}));
    world.stop().await;
}
