//! Logins, tokens, passwords and email addresses.

use serde_json::json;

use crate::world::{World, base64};

fn token_of(answer: &crate::world::Answer) -> String {
    answer.json()["data"]["Id"].as_str().unwrap().to_owned()
}

#[tokio::test]
pub async fn a_login_takes_the_name_or_the_address_and_the_password_in_base64() {
    let world = World::new().await;
    for user in ["terminal", "terminal@giantswarm.io", "terminal%40giantswarm.io"] {
        let token = token_of(&world.login(user, "f00bar").await.ok(10000));
        assert_eq!(uuid::Uuid::parse_str(&token).unwrap().get_version_num(), 4);
        let me = world
            .call("GET", "/v1/user/me", &token, "")
            .await
            .ok(10000)
            .json();
        assert_eq!(
            me["data"],
            json!({"username": "terminal", "email": "terminal@giantswarm.io"})
        );
    }
    let path = "/v1/user/terminal/login";
    // Unpadded is fine; what a client of the time sends besides is ignored.
    let extra = json!({"password": base64("f00bar"), "usernameOrEmail": "terminal"}).to_string();
    world.call("POST", path, "", &extra).await.ok(10000);
    for (user, password) in [
        ("terminal", "f00bar\n"),
        ("terminal", ""),
        ("kord", "f00bar"),
        ("nobody", "f00bar"),
    ] {
        world.login(user, password).await.is(400, 10010);
    }
    for body in ["", "{}", r#"{"password":"f00bar!"}"#, r#"{"password":["Zg"]}"#] {
        let refused = world.call("POST", path, "", body).await.is(400, 10013);
        assert!(!refused.body.contains("f00bar"), "{refused:?}");
    }
    world.stop().await;
}

#[tokio::test]
pub async fn a_logout_ends_one_token_and_no_other() {
    let world = World::new().await;
    let one = token_of(&world.login("terminal", "f00bar").await);
    let two = token_of(&world.login("terminal", "f00bar").await);
    world.call("POST", "/v1/token/logout", &one, "").await.ok(10007);
    world
        .call("POST", "/v1/token/logout", &one, "")
        .await
        .is(401, 10010);
    world.call("GET", "/v1/user/me", &two, "").await.ok(10000);
    world.stop().await;
}

#[tokio::test]
pub async fn a_new_password_ends_all_tokens_of_the_user() {
    let world = World::new().await;
    let one = token_of(&world.login("terminal", "f00bar").await);
    let two = token_of(&world.login("terminal", "f00bar").await);
    let other = token_of(&world.login("kord", "k0rd").await);
    let change = async |token: &str, old: &str, new: &str| {
        let body = json!({"old_password": base64(old), "new_password": base64(new)}).to_string();
        world
            .call("POST", "/v1/user/me/password/update", token, &body)
            .await
    };
    change(&one, "wrong", "bazf00").await.is(400, 10010);
    change(&one, "f00bar", "").await.is(400, 10013);
    change(&one, "f00bar", "bazf00").await.ok(10006);
    for token in [&one, &two] {
        world.call("GET", "/v1/user/me", token, "").await.is(401, 10010);
    }
    world.call("GET", "/v1/user/me", &other, "").await.ok(10000);
    world.login("terminal", "f00bar").await.is(400, 10010);
    world.login("terminal", "bazf00").await.ok(10000);
    world.stop().await;
}

#[tokio::test]
pub async fn an_address_changes_only_from_the_one_on_record_and_belongs_to_one_user() {
    let world = World::new().await;
    let (token, kord) = (world.token("terminal"), world.token("kord"));
    let change = async |token: &str, old: &str, new: &str| {
        let body = json!({"old_email": old, "new_email": new}).to_string();
        world.call("POST", "/v1/user/me/email/update", token, &body).await
    };
    change(&token, "wrong@giantswarm.io", "aee@giantswarm.io")
        .await
        .is(400, 10010);
    change(&token, "terminal@giantswarm.io", "no address")
        .await
        .is(400, 10013);
    change(&token, "terminal@giantswarm.io", "aee@giantswarm.io")
        .await
        .ok(10006);
    let me = world.call("GET", "/v1/user/me", &token, "").await.json();
    assert_eq!(me["data"]["email"], "aee@giantswarm.io");
    change(&kord, "", "aee@giantswarm.io").await.is(400, 10013);
    change(&kord, "", "terminal@giantswarm.io").await.ok(10006);
    world.login("terminal@giantswarm.io", "k0rd").await.ok(10000);
    world.stop().await;
}

#[tokio::test]
pub async fn memberships_begin_with_the_users_own_organization() {
    let world = World::new().await;
    let token = world.token("terminal");
    for org in ["zebra", "giantswarm"] {
        world
            .call("POST", "/v1/org/", &token, &json!({ "org_id": org }).to_string())
            .await
            .ok(10003);
        world.clock.forward(std::time::Duration::from_secs(1));
    }
    let mine = world
        .call("GET", "/v1/user/me/memberships", &token, "")
        .await
        .ok(10000)
        .json();
    assert_eq!(mine["data"], json!(["terminal", "zebra", "giantswarm"]));
    world.stop().await;
}

#[tokio::test]
async fn accounts_are_made_by_the_platforms_owner_and_only_well_formed() {
    let world = World::new().await;
    let add = |name: &str, password: &str, email: Option<&str>| {
        world
            .platform
            .add_user(name, password, email)
            .map_err(|e| e.to_string())
    };
    add("julie", "secret", Some("julie@example.com")).unwrap();
    assert!(add("julie", "secret", None).unwrap_err().contains("exists"));
    assert!(add("ab", "secret", None).is_err());
    assert!(add("Julie", "secret", None).is_err());
    assert!(add("hans", "", None).is_err());
    assert!(
        add("hans", "x", Some("julie@example.com"))
            .unwrap_err()
            .contains("another user's")
    );
    let token = world.token("terminal");
    world
        .call("POST", "/v1/org/", &token, r#"{"org_id":"taken"}"#)
        .await
        .ok(10003);
    assert!(add("taken", "x", None).unwrap_err().contains("belongs to others"));
    world.login("julie", "secret").await.ok(10000);
    world.stop().await;
}
