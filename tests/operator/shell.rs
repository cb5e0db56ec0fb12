//! Completions with the addresses of a real state, and manual pages as a manual reader takes them.

use std::process::Command;

use crate::support::Place;

const MAIN: &str = r#"
resource "terraform_data" "crew" {
  for_each = toset(["ada", "grace"])
}

resource "terraform_data" "solo" {}
"#;

fn applied() -> Place {
    let place = Place::new();
    place.write("main.tf", MAIN);
    place.run(&["apply", "-auto-approve"]).expect(0);
    place
}

#[test]
fn addresses_of_the_state_complete_where_an_address_can_stand() {
    let place = applied();
    let complete = |words: &[&str]| {
        let args: Vec<&str> = ["complete", "--"]
            .into_iter()
            .chain(words.iter().copied())
            .collect();
        place.run(&args).expect(0).out
    };
    let crew = "terraform_data.crew[\"ada\"]\nterraform_data.crew[\"grace\"]\n";
    assert_eq!(complete(&["state", "show", "terraform_data.c"]), crew);
    assert_eq!(
        complete(&["plan", "-target", "terraform_data.s"]),
        "terraform_data.solo\n"
    );
    assert_eq!(
        complete(&["plan", "-replace=terraform_data.s"]),
        "-replace=terraform_data.solo\n"
    );
    assert_eq!(complete(&["-chdir=/nowhere", "taint", ""]), "");
    assert_eq!(complete(&["workspace", "select", ""]), "default\n");
    let described = place.run(&["complete", "-describe", "--", "vali"]).expect(0).out;
    assert!(described.starts_with("validate\tCheck that"), "{described}");
}

#[test]
fn bash_completes_with_the_script_and_quotes_what_it_must() {
    let place = applied();
    let script = place.run(&["completion", "bash"]).expect(0).out;
    let program = env!("CARGO_BIN_EXE_swarmform");
    let test = format!(
        "{script}\nswarmform() {{ {program} \"$@\"; }}\n\
         COMP_WORDS=(swarmform taint terraform_data.c); COMP_CWORD=2; _swarmform; printf '%s\\n' \"${{COMPREPLY[@]}}\"\n\
         COMP_WORDS=(swarmform plan -detailed); COMP_CWORD=2; _swarmform; printf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
    );
    let mut bash = Command::new("bash");
    let output = bash
        .args(["--norc", "-c", &test])
        .current_dir(place.path())
        .env("HOME", place.path())
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(
        lines,
        [
            r#"terraform_data.crew\[\"ada\"\]"#,
            r#"terraform_data.crew\[\"grace\"\]"#,
            "-detailed-exitcode"
        ],
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Runs a script with another shell; nothing where that shell is not installed.
fn with_shell(shell: &str, args: &[&str], script: &str, place: &Place) -> Option<String> {
    let bin = place.path().join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let _ = std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_swarmform"), bin.join("swarmform"));
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(shell);
    command.args(args).arg(script).current_dir(place.path());
    let output = command.env("HOME", place.path()).env("PATH", path).output();
    let Ok(output) = output else {
        println!("{shell} is not installed, so its completion is not tried");
        return None;
    };
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn fish_completes_with_the_script() {
    let place = applied();
    place.write(
        "swarmform.fish",
        &place.run(&["completion", "fish"]).expect(0).out,
    );
    let script = "source swarmform.fish; complete -C 'swarmform vali'; complete -C 'swarmform taint terraform_data.s'; \
                  complete -C 'swarmform convert swarmform.f'";
    let Some(shown) = with_shell("fish", &["--no-config", "-c"], script, &place) else {
        return;
    };
    let words: Vec<&str> = shown.lines().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(words, ["validate", "terraform_data.solo", "swarmform.fish"]);
}

#[test]
fn zsh_completes_with_the_script() {
    let place = applied();
    place.write("completion.zsh", &place.run(&["completion", "zsh"]).expect(0).out);
    // What would be offered is written down instead.
    let script = "compdef() { :; }; compadd() { print -r -- ${(P)@[-1]}; }; _files() { print files; }; source ./completion.zsh; \
                  CURRENT=3; words=(swarmform taint terraform_data.s); _swarmform; \
                  words=(swarmform plan -targ); _swarmform; words=(swarmform convert x); _swarmform";
    let Some(shown) = with_shell("zsh", &["-f", "-c"], script, &place) else {
        return;
    };
    assert_eq!(
        shown.lines().collect::<Vec<_>>(),
        ["terraform_data.solo", "-target=", "files"]
    );
}

#[test]
fn every_command_has_a_page_and_the_help_has_examples() {
    let place = Place::new();
    place.run(&["man", "-out=pages"]).expect(0).says("pages.");
    for name in [
        "swarmform",
        "swarmform-plan",
        "swarmform-state-mv",
        "swarmform-exec",
    ] {
        let page = std::fs::read_to_string(place.path().join(format!("pages/{name}.1"))).unwrap();
        assert!(
            page.starts_with(&format!(".TH {} 1", name.to_uppercase().replace('-', "\\-"))),
            "{page}"
        );
    }
    let one = place.run(&["man", "state", "mv"]).expect(0).out;
    assert!(
        one.contains("-dry\\-run") && one.contains(".SH EXAMPLES"),
        "{one}"
    );
    place.run(&["man", "stat"]).expect(1).says("cli/usage");
    place
        .run(&["exec", "-help"])
        .expect(0)
        .says("Examples:")
        .says("swarmform exec giantswarm_app.web/front -- bash");
    place
        .run(&["drift", "-help"])
        .expect(0)
        .says("Ends with 0")
        .says("Examples:");
}
