//! `login`, `logout` and `whoami`: where the token goes, where it is taken from, and when it ends.

use std::os::unix::fs::PermissionsExt;

use crate::pty::Pty;
use crate::town::Town;

#[test]
fn a_login_at_a_terminal_asks_without_echo_and_keeps_the_token_for_its_owner() {
    let town = Town::new();
    let mut pty = Pty::start(town.command(&["login"]));
    pty.wait_for("User name or email address: ");
    pty.type_in(&format!("{}\n", town.username));
    pty.wait_for("Password of swarmform: ");
    while pty.echoes() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    pty.type_in(&format!("{}\n", town.password));
    let (shown, code) = pty.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("as swarmform."), "{shown}");
    assert!(!shown.contains(&town.password), "{shown}");

    let path = town.place.path().join(".config/swarmform/logins.json");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    assert!(!town.kept().contains(&town.password));
    town.run(&["whoami"])
        .expect(0)
        .says("swarmform")
        .says(&town.endpoint);
    town.run(&["plan", "-detailed-exitcode"])
        .expect(2)
        .says("2 to add");
}

#[test]
fn a_logout_ends_the_token_on_the_platform_and_forgets_it() {
    let town = Town::new();
    let ran = town.login();
    let kept: serde_json::Value = serde_json::from_str(&town.kept()).unwrap();
    let token = kept[&town.endpoint]["token"].as_str().unwrap().to_owned();
    ran.never_says(&token).never_says(&town.password);
    let with_token = |args: &[&str]| {
        let mut command = town.command(args);
        command.env("GIANTSWARM_TOKEN", &token);
        crate::support::Ran::from(command.output().unwrap())
    };
    with_token(&["whoami", "-json"])
        .expect(0)
        .says("\"username\": \"swarmform\"");

    town.run(&["logout"])
        .expect(0)
        .says("The token has ended.")
        .never_says(&token);
    assert!(!town.kept().contains(&token));
    with_token(&["whoami"])
        .expect(1)
        .says("cli/platform")
        .says("swarmform login")
        .never_says(&token);
    town.run(&["whoami"]).expect(1).says("cli/no-login");
    town.run(&["logout"]).expect(0).says("Nobody is logged in");
}

#[test]
fn a_token_of_the_environment_is_ended_too_and_one_for_another_endpoint_is_not_sent() {
    let town = Town::new();
    town.login();
    let kept: serde_json::Value = serde_json::from_str(&town.kept()).unwrap();
    let token = kept[&town.endpoint]["token"].as_str().unwrap().to_owned();
    std::fs::remove_dir_all(town.place.path().join(".config")).unwrap();
    let run = |args: &[&str], endpoint: &str| {
        let mut command = town.command(args);
        command
            .env("GIANTSWARM_TOKEN", &token)
            .env("GIANTSWARM_ENDPOINT", endpoint);
        crate::support::Ran::from(command.output().unwrap())
    };
    let here = format!("-endpoint={}/", town.endpoint);
    run(&["whoami", &here], "https://elsewhere.example")
        .expect(1)
        .says("No platform credentials");
    run(&["whoami", &here], &town.endpoint).expect(0);
    run(&["logout", &here], &town.endpoint)
        .expect(0)
        .says("The token has ended.")
        .says("GIANTSWARM_TOKEN");
    run(&["logout", &here], &town.endpoint)
        .expect(0)
        .says("had ended before");
}

#[test]
fn a_wrong_password_keeps_nothing_and_nobody_at_a_terminal_is_told_what_to_do() {
    let town = Town::new();
    town.answer(&["login", "-username=swarmform", "-password-stdin"], "hunter2\n")
        .expect(1)
        .says("cli/no-login")
        .says("is not right")
        .never_says("hunter2");
    assert_eq!(town.kept(), "");
    town.run(&["login"]).expect(1).says("-username=NAME");
    town.run(&["login", "-username=ada"])
        .expect(1)
        .says("-password-stdin");
    town.run(&["login", "-endpoint=embedded"])
        .expect(1)
        .says("needs no login");
    town.login();
    let path = town.place.path().join(".config/swarmform/logins.json");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    town.run(&["whoami"]).expect(1).says("chmod 600");
}

#[test]
fn the_only_login_stands_for_the_platform_where_nothing_else_names_one() {
    let town = Town::new();
    town.login();
    std::fs::remove_file(town.place.path().join("main.tf")).unwrap();
    town.run(&["whoami"]).expect(0).says("Organizations: swarmform");
    town.run(&["ping"]).expect(0).says("is up");
    town.run(&["logout"]).expect(0);
    town.run(&["ping"])
        .expect(1)
        .says("cli/no-login")
        .says("-endpoint=URL");
}
