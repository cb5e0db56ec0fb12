//! What the commands of simulated instances print, and their exit codes.

use tokio::sync::mpsc;

use super::*;
use crate::platform::model::{Component, Instance, Volume};

fn workload() -> Workload {
    let volumes = vec![Volume {
        id: "v1".into(),
        path: "/data/db".into(),
        size: "1 GB".into(),
    }];
    Workload {
        org: "o".into(),
        env: "e".into(),
        app: "a".into(),
        service: "s".into(),
        component: Component {
            name: "web".into(),
            image: "nginx:1".into(),
            pod: None,
            ports: Vec::new(),
            env: vec!["GREETING=hello world".into()],
            command: "python server.py".into(),
            volumes: Vec::new(),
            min: 1,
            max: 1,
            running: true,
            instances: Vec::new(),
        },
        instance: Instance {
            id: "by3we1wr77b7".into(),
            image: "nginx:1".into(),
            created: 0,
            runs: Vec::new(),
            leaves: None,
            replaces: None,
            volumes,
        },
    }
}

/// Runs a command with an input; gives its output, its error output and its exit code.
async fn ran(argv: &[&str], input: &str, tty: bool) -> (String, String, i32) {
    let (give, take) = mpsc::channel(4);
    let (send, mut receive) = mpsc::channel(4);
    give.send(Bytes::from(input.to_owned())).await.unwrap();
    drop(give);
    let command = Command {
        argv: argv.iter().map(|arg| arg.to_string()).collect(),
        tty,
        size: None,
    };
    let running = tokio::spawn(run(
        workload(),
        command,
        Streams {
            input: take,
            output: send,
        },
    ));
    let (mut out, mut err) = (String::new(), String::new());
    while let Some((to, bytes)) = receive.recv().await {
        let text = std::str::from_utf8(&bytes).unwrap().to_owned();
        match to {
            Output::Out => out.push_str(&text),
            Output::Err => err.push_str(&text),
        }
    }
    (out, err, running.await.unwrap())
}

async fn check(argv: &[&str], out: &str, err: &str, code: i32) {
    assert_eq!(
        ran(argv, "", false).await,
        (out.to_owned(), err.to_owned(), code),
        "{argv:?}"
    );
}

#[tokio::test]
async fn programs_print_what_they_should() {
    check(&["echo", "a", "b"], "a b\n", "", 0).await;
    check(&["/bin/echo", "-n", "a"], "a", "", 0).await;
    check(&["hostname"], "by3we1wr77b7\n", "", 0).await;
    check(&["true"], "", "", 0).await;
    check(&["false"], "", "", 1).await;
    check(&["printenv", "GREETING"], "hello world\n", "", 0).await;
    check(&["printenv", "NOTHING"], "", "", 1).await;
    check(&["nope"], "", "nope: command not found\n", 127).await;
    check(&["exit"], "", "exit: command not found\n", 127).await;
    check(
        &["cat", "/nope"],
        "",
        "cat: /nope: No such file or directory\n",
        1,
    )
    .await;
    check(&["sleep", "0.01"], "", "", 0).await;
    check(&["sleep", "-1"], "", "sleep: a number of seconds is wanted\n", 1).await;
    check(
        &["df"],
        "Filesystem Size Mounted on\n/dev/root 10G /\n/dev/volume/v1 1GB /data/db\n",
        "",
        0,
    )
    .await;
    let (out, _, _) = ran(&["ps", "-ax"], "", false).await;
    assert!(
        out.starts_with("  PID TTY      STAT   TIME COMMAND\n    1 ?        Ss     0:00 python server.py\n")
    );
    assert!(ran(&["ls"], "", false).await.0.contains("data\n"));
}

#[tokio::test]
async fn the_shell_knows_quotes_variables_and_conditions() {
    let check = async |script: &str, out: &str, code: i32| {
        let ran = ran(&["sh", "-c", script], "", false).await;
        assert_eq!((ran.0.as_str(), ran.2), (out, code), "{script}");
    };
    check(
        "echo 'a  b' \"$GREETING\" ${HOSTNAME}",
        "a  b hello world by3we1wr77b7\n",
        0,
    )
    .await;
    check("false; echo $?", "1\n", 0).await;
    check("false && echo no || echo yes", "yes\n", 0).await;
    check("X=5; echo $X # a remark", "5\n", 0).await;
    check("echo a\necho b; exit 3; echo c", "a\nb\n", 3).await;
    check("sh -c 'exit 4'; echo $?", "4\n", 0).await;
    check("echo 'open", "", 2).await;
    check("echo a | cat", "", 2).await;
    check("echo \\$X '$X'", "$X $X\n", 0).await;
}

#[tokio::test]
async fn input_goes_where_it_should() {
    assert_eq!(
        ran(&["cat"], "some\ninput", false).await,
        ("some\ninput".into(), String::new(), 0)
    );
    assert_eq!(ran(&["sh"], "echo a\nfalse\necho $?", false).await.0, "a\n1\n");
    let (out, err, code) = ran(&["/bin/sh"], "echo hi\rexit 7\r", true).await;
    assert_eq!(
        (out.as_str(), err.as_str(), code),
        ("# echo hi\r\nhi\r\n# exit 7\r\n", "", 7)
    );
}

#[tokio::test]
async fn shells_do_not_nest_without_end() {
    let mut script = "echo deep".to_owned();
    for _ in 0..12 {
        script = format!("sh -c {}", quoted(&script));
    }
    let argv = ["sh", "-c", script.as_str()];
    let (_, err, code) = ran(&argv, "", false).await;
    assert!(code == 2 && err.contains("too many shells"), "{code} {err}");
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for sign in text.chars() {
        if matches!(sign, '"' | '\\' | '$') {
            out.push('\\');
        }
        out.push(sign);
    }
    out.push('"');
    out
}
