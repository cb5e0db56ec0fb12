//! What it takes for a plan to be applied: a yes, a digest, no more destroyed than is allowed.

use super::*;

#[test]
fn only_yes_approves() {
    let place = place();
    for refusal in ["no\n", "y\n", "YES\n", "\n"] {
        place
            .answer(&["apply"], refusal)
            .expect(1)
            .says("Only 'yes' will be accepted")
            .says("Apply cancelled.");
    }
    place.answer(&["apply"], "").expect(1).says("cli/no-approval");
    place
        .run(&["apply", "-input=false"])
        .expect(1)
        .says("cli/no-approval")
        .never_says("Enter a value");
    place.run(&["state", "list"]).expect(1).says("cli/no-state");
    place.answer(&["apply"], "yes\n").expect(0).says("2 added");
    place
        .answer(&["destroy"], "no\n")
        .expect(1)
        .says("Do you really want to destroy")
        .says("Destroy cancelled.");
    place
        .answer(&["destroy"], "yes\n")
        .expect(0)
        .says("Destroy complete! Resources: 2 destroyed.");
}

fn digest(ran: &Ran) -> String {
    let line = ran.out.lines().find_map(|line| line.strip_prefix("Digest: "));
    line.unwrap_or_else(|| panic!("no digest: {}", ran.out))
        .to_owned()
}

#[test]
fn a_plan_that_was_looked_at_is_applied_without_asking_and_another_one_is_not() {
    let place = place();
    let seen = digest(&place.run(&["plan", "-digest"]).expect(0));
    let shown = place.run(&["plan", "-json"]).expect(0);
    let summary = lines(&shown)
        .into_iter()
        .find(|line| line["type"] == "change_summary")
        .unwrap();
    assert_eq!(summary["changes"]["swarmform"]["digest"], *seen);
    place.run(&["plan", "-out=p"]).expect(0);
    let json: Value = serde_json::from_str(&place.run(&["show", "-json", "p"]).expect(0).out).unwrap();
    assert_eq!(json["swarmform"]["digest"], *seen);

    let other = digest(&place.run(&["plan", "-digest", "-var", "name=x"]).expect(0));
    assert_ne!(other, seen);
    place
        .run(&["apply", "-expect-digest", &other])
        .expect(1)
        .says("cli/other-digest")
        .says(&format!("expected: {other}"))
        .says(&format!("this one: {seen}"))
        .says("Plan: 2 to add, 0 to change, 0 to destroy.");
    place.run(&["state", "list"]).expect(1).says("cli/no-state");
    place
        .run(&["apply", "-expect-digest=sha256:12"])
        .expect(1)
        .says("cli/usage");
    place
        .run(&["apply", "-expect-digest", &seen])
        .expect(0)
        .says("2 added")
        .never_says("Enter a value");

    let down = digest(&place.run(&["plan", "-destroy", "-digest"]).expect(0));
    place
        .run(&["destroy", "-expect-digest", &seen])
        .expect(1)
        .says("cli/other-digest");
    place
        .run(&["destroy", "-expect-digest", &down])
        .expect(0)
        .says("2 destroyed");
}

#[test]
fn a_digest_tells_of_a_secret_only_that_it_changes() {
    let place = place();
    let of = |args: &[&str]| digest(&place.run(&[&["plan", "-digest"], args].concat()).expect(0));
    assert_eq!(of(&["-var", "secret=1"]), of(&["-var", "secret=2"]));
    place.run(&["apply", "-auto-approve"]).expect(0);
    assert_ne!(of(&[]), of(&["-var", "secret=2"]));
    assert_eq!(of(&["-var", "secret=3"]), of(&["-var", "secret=2"]));
}

#[test]
fn a_digest_covers_the_commands_that_are_run() {
    let place = Place::new();
    let text = |command: &str| {
        format!(
            "variable \"x\" {{\n  default = 1\n}}\nresource \"terraform_data\" \"a\" {{\n  provisioner \"local-exec\" {{\n    \
             command = \"{command}\"\n  }}\n}}\n"
        )
    };
    let of = |args: &[&str]| digest(&place.run(&[&["plan", "-digest"], args].concat()).expect(0));
    place.write("main.tf", &text("true ${var.x} ${self.id}"));
    let first = of(&[]);
    place.write("main.tf", &text("false ${var.x} ${self.id}"));
    assert_ne!(of(&[]), first);
    place.write("main.tf", &text("true ${var.x}"));
    assert_ne!(of(&[]), of(&["-var", "x=2"]));
}

#[test]
fn a_plan_that_would_destroy_too_much_is_refused_before_anybody_is_asked() {
    let place = place();
    place.run(&["apply", "-auto-approve"]).expect(0);
    place.run(&["plan", "-destroy", "-max-destroy=2"]).expect(0);
    for command in [
        &["destroy"][..],
        &["plan", "-destroy", "-out=p"],
        &["apply", "-destroy", "-auto-approve"],
    ] {
        place
            .run(&[command, &["-max-destroy", "1"]].concat())
            .expect(1)
            .says("cli/max-destroy")
            .says("would destroy 2 objects, and -max-destroy allows 1")
            .says("- terraform_data.first is deleted")
            .never_says("Enter a value");
    }
    assert!(!place.path().join("p").exists());
    place
        .run(&[
            "apply",
            "-auto-approve",
            "-replace=terraform_data.first",
            "-max-destroy=0",
        ])
        .expect(1)
        .says("would destroy one object, and -max-destroy allows 0")
        .says("- terraform_data.first is replaced");
    place.run(&["plan", "-destroy", "-out=p"]).expect(0);
    place
        .run(&["apply", "-max-destroy=1", "p"])
        .expect(1)
        .says("cli/max-destroy");
    place
        .run(&["state", "list"])
        .expect(0)
        .says("terraform_data.second");
    place
        .run(&["plan", "-max-destroy=some"])
        .expect(1)
        .says("which takes a number");
}
