//! What the same commands say where there is no terminal, and how much of it can be left out.

use crate::support::Place;

/// The first object's command fails, and the second object waits for it.
const FAILING: &str = r#"
variable "token" {
  type      = string
  default   = "none"
  sensitive = true
}

resource "terraform_data" "first" {
  input = var.token

  provisioner "local-exec" {
    command = "exit 3"
  }
}

resource "terraform_data" "second" {
  input = terraform_data.first.id
}
"#;

#[test]
fn a_concise_run_tells_results_errors_and_the_summary_alone() {
    let place = Place::new();
    place.write("main.tf", "resource \"terraform_data\" \"a\" {}\n");
    let chatter = ["Creating...", "Refreshing", "Destroying...", "Still"];
    let run = |args: &[&str], says: &[&str]| {
        let mut ran = place.run(args).expect(0);
        for text in says {
            ran = ran.says(text);
        }
        for text in chatter {
            ran = ran.never_says(text);
        }
    };
    run(
        &["apply", "-auto-approve", "-concise"],
        &[
            "terraform_data.a: Creation complete after 0s",
            "Apply complete! Resources: 1 added",
        ],
    );
    run(&["plan", "-concise"], &["No changes"]);
    run(&["refresh", "-concise"], &["Apply complete!"]);
    run(
        &["destroy", "-auto-approve", "-concise"],
        &[
            "terraform_data.a: Destruction complete after 0s",
            "Destroy complete!",
        ],
    );
    // Programs are told everything.
    place
        .run(&["apply", "-auto-approve", "-concise", "-json"])
        .expect(0)
        .says("apply_start");
}

#[test]
fn a_failure_ends_with_what_failed_what_waits_for_it_and_the_command_to_go_on() {
    let place = Place::new();
    place.write("main.tf", FAILING);
    let args = [
        "apply",
        "-auto-approve",
        "-var",
        "token=open sesame",
        "-target=terraform_data.second",
    ];
    place
        .run(&args)
        .expect(1)
        .says("Apply not complete")
        .says("Failed, 1 in all:\n  - provision terraform_data.first (apply/")
        .says("Not tried because provision terraform_data.first failed, 1 in all:\n  - create terraform_data.second\n")
        .says("\n    swarmform apply -auto-approve -target=terraform_data.second\n")
        .says("whose values are not shown: token.")
        .never_says("sesame");
    // Whoever reads the output of a pipeline gets no hint.
    let mut command = place.command(&args);
    command.env("TF_IN_AUTOMATION", "1");
    let ran = crate::support::Ran::from(command.output().unwrap()).expect(1);
    ran.says("Not tried because").never_says("To go on");
}

#[test]
fn what_a_saved_plan_left_is_gone_on_with_by_its_own_options() {
    let place = Place::new();
    place.write("main.tf", FAILING);
    place
        .run(&[
            "plan",
            "-out=next",
            "-refresh=false",
            "-target=terraform_data.second",
        ])
        .expect(0);
    place
        .run(&["apply", "-parallelism=3", "next"])
        .expect(1)
        .says("\n    swarmform apply -parallelism=3 -refresh=false -target=terraform_data.second\n");
}

#[test]
fn what_was_replaced_is_not_replaced_again() {
    let place = Place::new();
    place.write("main.tf", &FAILING.replace("exit 3", "true"));
    place.run(&["apply", "-auto-approve"]).expect(0);
    place.write("main.tf", FAILING);
    place
        .run(&[
            "apply",
            "-auto-approve",
            "-replace=terraform_data.first",
            "-replace=terraform_data.second",
        ])
        .expect(1)
        .never_says("-replace=terraform_data.first")
        .says("swarmform apply -auto-approve");
}

#[test]
fn warnings_are_short_with_every_command_that_has_any_and_every_command_takes_no_colour() {
    let place = Place::new();
    place.write(
        "main.tf",
        "resource \"terraform_data\" \"a\" {}\ncheck \"odd\" {\n  assert {\n    condition = terraform_data.a.id == \"x\"\n    \
         error_message = \"It is odd.\"\n  }\n}\n",
    );
    place.run(&["apply", "-auto-approve"]).expect(0);
    for args in [
        &["plan", "-compact-warnings"][..],
        &["apply", "-auto-approve", "-compact-warnings"],
        &["refresh", "-compact-warnings"],
        &["drift", "-compact-warnings"],
    ] {
        place.run(args).says("Warnings:\n\n- ").never_says("It is odd.");
    }
    place.run(&["validate", "-compact-warnings"]).expect(0);
    let help = place.run(&["-help"]).expect(0).out;
    let commands = help.split("Commands:").nth(1).unwrap().lines().skip(1);
    let commands: Vec<&str> = commands
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty())
        .collect();
    assert!(commands.len() > 30, "{commands:?}");
    for command in commands {
        let ran = place.run(&[command, "-help"]).expect(0);
        // Those with commands of their own have it behind these.
        let groups = ["state", "workspace", "metadata", "providers"];
        assert!(
            groups.contains(&command) || ran.out.contains("-no-color"),
            "{command}"
        );
    }
}
