//! Files that are not what they seem: links that lead nowhere, pipes, devices, names that are taken, a full disk.
//!
//! Devices are reached through links in a directory of the test, never by their own name.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

mod support;

use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::Stdio;

use support::{Place, Ran};

const MAIN: &str = r#"
resource "terraform_data" "a" {
  input = var.size
}

variable "size" {
  type    = number
  default = 1
}

output "size" {
  value = var.size
}
"#;

fn place() -> Place {
    let place = Place::new();
    place.write("main.tf", MAIN);
    place
}

/// What a command came to, with the lines of its complaints joined.
fn joined(mut ran: Ran) -> Ran {
    ran.err = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
    ran
}

fn link(place: &Place, name: &str, target: &str) {
    symlink(target, place.path().join(name)).unwrap();
}

fn pipe(place: &Place, name: &str) {
    nix::unistd::mkfifo(&place.path().join(name), nix::sys::stat::Mode::S_IRWXU).unwrap();
}

#[test]
fn a_configuration_file_that_cannot_be_read_is_never_passed_over() {
    let place = place();
    place.write("b.tf", "resource \"terraform_data\" \"b\" {}");
    place.run(&["apply", "-auto-approve"]).expect(0);
    let refused = |name: &str, why: &str| {
        joined(place.run(&["plan"]))
            .expect(1)
            .says("config/unreadable-module")
            .says(&format!("\"{name}\""))
            .says(why)
            .never_says("to destroy");
        fs::remove_file(place.path().join(name)).unwrap();
    };
    fs::remove_file(place.path().join("b.tf")).unwrap();
    link(&place, "b.tf", "gone.tf");
    refused("b.tf", "no such file or directory");
    link(&place, "b.tf", "b.tf");
    refused("b.tf", "symbolic link");
    pipe(&place, "b.tf");
    refused("b.tf", "it is not a regular file");
    link(&place, "b.tf.json", "/dev/zero");
    refused("b.tf.json", "it is not a regular file");
    let strange = place.path().join(std::ffi::OsStr::from_bytes(b"b\xff.tf"));
    fs::write(&strange, "").unwrap();
    joined(place.run(&["plan"]))
        .expect(1)
        .says("its name is not UTF-8 text");
    fs::remove_file(strange).unwrap();
    place.write("m/a.tf", "");
    link(&place, "m/b.tf", "gone.tf");
    place.write("m.tf", "module \"m\" {\n  source = \"./m\"\n}\n");
    place.run(&["plan"]).expect(1).says("m/b.tf");
    fs::remove_file(place.path().join("m.tf")).unwrap();
    // A directory is none of its files, whatever its name.
    fs::create_dir(place.path().join("b.tf")).unwrap();
    place.run(&["plan"]).expect(0).says("1 to destroy");
}

#[test]
fn a_variables_file_that_cannot_be_read_is_never_passed_over() {
    let place = place();
    let refused = |name: &str, why: &str| {
        joined(place.run(&["plan"]))
            .expect(1)
            .says("cli/file")
            .says(name)
            .says(why);
    };
    fs::create_dir(place.path().join("terraform.tfvars")).unwrap();
    refused("terraform.tfvars", "it is a directory");
    fs::remove_dir(place.path().join("terraform.tfvars")).unwrap();
    link(&place, "a.auto.tfvars", "gone");
    refused("a.auto.tfvars", "no such file or directory");
    fs::remove_file(place.path().join("a.auto.tfvars")).unwrap();
    pipe(&place, "a.auto.tfvars.json");
    refused("a.auto.tfvars.json", "it is not a regular file");
}

#[test]
fn a_device_is_not_read_and_a_pipe_is() {
    let place = place();
    link(&place, "zero", "/dev/zero");
    for args in [
        &["convert", "zero"][..],
        &["plan", "-var-file=zero"],
        &["show", "zero"],
        &["apply", "zero"],
        &["graph", "-svg", "-plan=zero"],
        &["state", "push", "zero"],
    ] {
        joined(place.run(args)).expect(1).says("it is not a regular file");
    }
    let mut command = place.command(&["plan", "-var-file=/dev/stdin"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"size = 31\n").unwrap();
    Ran::from(child.wait_with_output().unwrap()).expect(0).says("31");
}

#[test]
fn a_plan_is_never_written_over_the_configuration_or_over_another_file_of_the_command() {
    let place = place();
    link(&place, "to-main", "main.tf");
    for args in [
        &["plan", "-html=main.tf"][..],
        &["plan", "-out=new.tf.json"],
        &["plan", "-out=to-main"],
        &["plan", "-html=x.tfvars"],
    ] {
        place
            .run(args)
            .expect(1)
            .says("cli/usage")
            .says("would be a file of the configuration");
    }
    place
        .run(&["plan", "-out=same", "-html=./same"])
        .expect(1)
        .says("is the file of -out, too");
    place.run(&["plan", "-out=p"]).expect(0);
    place
        .run(&["show", "-html=p", "p"])
        .expect(1)
        .says("is the file of the saved plan, too");
    assert_eq!(fs::read_to_string(place.path().join("main.tf")).unwrap(), MAIN);
    // What a link leads to is written; the link stays.
    link(&place, "to-next", "next");
    place.run(&["plan", "-out=to-next"]).expect(0);
    assert!(place.path().join("to-next").is_symlink());
    place.run(&["apply", "next"]).expect(0).says("1 added");
}

/// Runs a command whose standard output takes nothing.
fn without_room(place: &Place, args: &[&str]) -> Ran {
    let full = fs::File::options().write(true).open(place.path().join("full"));
    let mut command = place.command(args);
    command
        .stdin(fs::File::open(place.path().join("main.tf")).unwrap())
        .stdout(full.unwrap())
        .stderr(Stdio::piped());
    Ran::from(command.spawn().unwrap().wait_with_output().unwrap())
}

#[test]
fn output_that_cannot_be_written_is_an_error() {
    let place = place();
    link(&place, "full", "/dev/full");
    let why = "Error: output was lost: no space left on device.";
    without_room(&place, &["plan", "-detailed-exitcode"])
        .expect(1)
        .says(why);
    // What an apply has to do is done for all that.
    without_room(&place, &["apply", "-auto-approve"])
        .expect(1)
        .says(why);
    place.run(&["state", "list"]).expect(0).says("terraform_data.a");
    for args in [
        &["state", "pull"][..],
        &["output", "-json"],
        &["graph", "-svg"],
        &["show", "-json"],
        &["fmt", "-"],
        &["version"],
    ] {
        without_room(&place, args).expect(1).says(why);
    }
    // Nobody reads on: that is no error.
    let mut command = place.command(&["state", "pull"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ran = Ran::from(child.wait_with_output().unwrap()).expect(0);
    assert_eq!(ran.err, "");
}

#[test]
fn a_state_that_cannot_be_looked_at_is_not_taken_for_none() {
    let place = place();
    link(&place, "state", "state");
    for args in [&["state", "list"][..], &["state", "show", "terraform_data.a"]] {
        place
            .run(args)
            .expect(1)
            .never_says("There is no state here")
            .says("symbolic link");
    }
}

#[test]
fn a_missing_key_of_a_saved_plan_is_told_as_missing() {
    let place = place();
    place.run(&["plan", "-out=p"]).expect(0);
    fs::remove_file(place.path().join("state/plan.key")).unwrap();
    place
        .run(&["apply", "p"])
        .expect(1)
        .says("plan/key")
        .says("\"state/plan.key\" is missing");
}
