//! The provider's own arguments. What it does with a platform is tested against one in `tests/provider/`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::settings::{Environment, Settings, Target, duration, resolve};
use crate::api::Credentials;
use crate::provider::object::with;
use crate::value::Value;

#[test]
fn durations_are_numbers_with_units() {
    for (text, millis) in [
        ("30", 30_000),
        ("30s", 30_000),
        ("500ms", 500),
        ("1h30m", 5_400_000),
        (" 2m ", 120_000),
    ] {
        assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
    }
    for text in [
        "",
        "x",
        "0",
        "0s",
        "1d",
        "-1s",
        "1 s",
        "s",
        "1.5s",
        "99999999999999999999s",
        "9999h",
    ] {
        assert!(duration(text).is_err(), "{text}");
    }
}

fn block<const N: usize>(arguments: [(&str, &str); N]) -> Value {
    let empty = super::schema::schema().config.empty_value();
    with(&empty, arguments.map(|(name, text)| (name, Value::string(text))))
}

fn settle<const N: usize>(arguments: [(&str, &str); N], environment: &Environment) -> Settings {
    resolve(&block(arguments), environment).unwrap_or_else(|fault| panic!("{fault:?}"))
}

/// `token T` or `user U P` with the endpoint.
fn shown(settings: &Settings) -> String {
    match &settings.target {
        Target::Embedded => "embedded".to_owned(),
        Target::Remote(endpoint, Credentials::Token(token)) => format!("{endpoint} token {token}"),
        Target::Remote(endpoint, Credentials::Password { username, password }) => {
            format!("{endpoint} user {username} {password}")
        }
    }
}

#[test]
fn the_block_wins_over_the_environment() {
    let environment = Environment {
        endpoint: Some("http://env".to_owned()),
        token: Some("env-token".to_owned()),
        username: Some("env-user".to_owned()),
        password: Some("env-password".to_owned()),
        logins: Ok(BTreeMap::from([(
            "http://env".to_owned(),
            "kept-token".to_owned(),
        )])),
    };
    let check = |settings: Settings, expected: &str| assert_eq!(shown(&settings), expected);
    check(settle([], &environment), "http://env token env-token");
    check(settle([("endpoint", "embedded")], &environment), "embedded");
    check(settle([("token", "t")], &environment), "http://env token t");
    check(
        settle([("username", "u"), ("password", "p")], &environment),
        "http://env user u p",
    );
    check(
        settle([("username", "u")], &environment),
        "http://env user u env-password",
    );
    let no_token = Environment {
        token: None,
        ..environment
    };
    check(settle([], &no_token), "http://env user env-user env-password");
    let only_a_login = Environment {
        username: None,
        ..no_token
    };
    check(settle([], &only_a_login), "http://env token kept-token");
    check(
        settle([("endpoint", "http://env/")], &only_a_login),
        "http://env/ token kept-token",
    );
    let elsewhere = resolve(&block([("endpoint", "http://other")]), &only_a_login);
    assert_eq!(elsewhere.err().unwrap().summary, "No platform credentials");
}

#[test]
fn an_environment_shows_no_secret() {
    let environment = Environment {
        token: Some("env-token".to_owned()),
        password: Some("env-password".to_owned()),
        ..Environment::default()
    };
    let shown = format!("{environment:?}");
    assert!(!shown.contains("env-token") && !shown.contains("env-password"));
}
