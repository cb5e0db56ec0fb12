//! `exec`: the streams and the exit code of a command, and a session at a terminal.

use crate::pty::Pty;
use crate::town::Town;

const FLASK: &str = "giantswarm_app.hello/web/flask";

#[test]
fn without_a_terminal_the_streams_and_the_exit_code_are_the_commands() {
    let town = Town::applied();
    let ran = town.run(&["exec", FLASK, "--", "sh", "-c", "echo $GREETING; nope; exit 7"]);
    assert_eq!(
        (ran.code, ran.out.as_str(), ran.err.as_str()),
        (7, "good day\n", "nope: command not found\n")
    );
    let ran = town.answer(&["exec", FLASK, "--", "cat"], "one\ntwo").expect(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("one\ntwo", ""));
    let id = town.instance();
    let ran = town.run(&[
        "exec",
        &format!("op_lab/dev/hello/web/flask/{id}"),
        "--",
        "hostname",
    ]);
    assert_eq!((ran.code, ran.out), (0, format!("{id}\n")));
}

#[test]
fn of_several_instances_one_that_is_up_is_taken_and_told() {
    let town = Town::applied();
    let ran = town
        .run(&["exec", "giantswarm_app.hello/store", "--", "true"])
        .expect(0);
    assert_eq!(ran.out, "");
    ran.says("Running in store/redis/").says("one of 2");
}

#[test]
fn a_detached_command_is_not_waited_for() {
    let town = Town::applied();
    town.run(&["exec", "-detach", FLASK, "--", "sleep", "600"])
        .expect(0)
        .says("has been started");
}

#[test]
fn a_session_at_a_terminal_is_raw_knows_the_size_and_ends_with_the_shells_code() {
    let town = Town::applied();
    let mut pty = Pty::start(town.command(&["exec", FLASK, "--", "/bin/sh"]));
    pty.wait_for("# ");
    assert!(!pty.echoes());
    pty.type_in("echo $LINES by $COLUMNS\r");
    // The terminal is raw, so the one echo is the shell's.
    assert_eq!(
        pty.wait_for("31 by 97\r\n"),
        "echo $LINES by $COLUMNS\r\n31 by 97\r\n"
    );
    pty.wait_for("# ");
    pty.type_in("no\x03exit 5\r");
    let (shown, code) = pty.end();
    assert_eq!(code, 5, "{shown}");
}

#[test]
fn the_detach_keys_leave_a_session_and_the_terminal_is_as_it_was() {
    let town = Town::applied();
    let mut pty = Pty::start(town.command(&["exec", "-detach-keys=ctrl-x,q", FLASK, "--", "sh"]));
    pty.wait_for("# ");
    pty.type_in("echo \x18\r");
    pty.wait_for("# ");
    pty.type_in("\x18q");
    pty.wait_for("Left the session.");
    assert!(pty.echoes());
    assert_eq!(pty.end().1, 0);
    town.run(&["exec", "-detach-keys=ctrl-1", FLASK, "--", "sh"])
        .expect(1)
        .says("cli/usage")
        .says("is not a key");
}

#[test]
fn a_command_is_needed_behind_two_dashes() {
    let town = Town::new();
    town.run(&["exec", FLASK]).expect(1).says("cli/usage");
    town.run(&["exec", FLASK, "sh"]).expect(1).says("cli/usage");
}
