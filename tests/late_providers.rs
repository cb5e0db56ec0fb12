//! Providers whose configuration depends on objects, and providers fed by variables: real commands, a real platform.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

#[path = "support/elsewhere.rs"]
mod elsewhere;
#[path = "support/mod.rs"]
mod support;
#[path = "drift/town.rs"]
#[allow(dead_code)]
mod town;

use town::Town;

const ORG: &str = r#"
resource "giantswarm_org" "lab" {
  name = "late_lab"
}

resource "giantswarm_member" "grace" {
  org      = giantswarm_org.lab.name
  username = "grace"
}
"#;

/// A town whose provider learns its endpoint from an object of the same configuration.
fn late() -> Town {
    let town = Town::new();
    let provider = format!(
        r#"
resource "terraform_data" "place" {{
  input            = "{}"
  triggers_replace = 1
}}

locals {{
  endpoint = terraform_data.place.output
}}

provider "giantswarm" {{
  endpoint = local.endpoint
  username = "{}"
}}
"#,
        town.endpoint(),
        town.username(),
    );
    town.place.write("main.tf", &(provider + ORG));
    town
}

#[test]
fn a_provider_is_configured_by_what_is_made_in_the_same_run() {
    let town = late();
    town.run(&["validate"]).expect(0);
    town.run(&["plan", "-detailed-exitcode"])
        .expect(2)
        .says("Plan: 3 to add");
    town.run(&["apply", "-auto-approve"]).expect(0).says("3 added");
    // Its objects are looked at again.
    town.run(&["plan", "-detailed-exitcode"])
        .expect(0)
        .says("No changes.");
    let client = &town.client;
    town.runtime
        .block_on(client.remove_member("late_lab", "grace"))
        .unwrap();
    town.run(&["plan", "-detailed-exitcode"])
        .expect(2)
        .says("deleted outside")
        .says("Plan: 1 to add");
    town.run(&["apply", "-auto-approve"]).expect(0);
    let destroyed = town
        .run(&["destroy", "-auto-approve"])
        .expect(0)
        .says("3 destroyed");
    let at = |text: &str| {
        destroyed
            .out
            .find(text)
            .unwrap_or_else(|| panic!("{}", destroyed.out))
    };
    assert!(at("giantswarm_org.lab: Destruction complete") < at("terraform_data.place: Destroying"));
    assert!(town.runtime.block_on(client.organization("late_lab")).is_err());
}

#[test]
fn what_is_there_is_read_and_deleted_with_the_values_of_before() {
    let town = late();
    town.run(&["apply", "-auto-approve"]).expect(0);
    town.place
        .edit("main.tf", "triggers_replace = 1", "triggers_replace = 2");
    town.place
        .edit("main.tf", "username = \"grace\"", "username = \"ada\"");
    town.run(&["plan", "-detailed-exitcode"])
        .expect(2)
        .says("giantswarm_org.lab: Refreshing state")
        .says("Plan: 2 to add, 0 to change, 2 to destroy.");
    town.run(&["apply", "-auto-approve"])
        .expect(0)
        .says("2 added, 0 changed, 2 destroyed");
    town.run(&["plan", "-detailed-exitcode"]).expect(0);
}

#[test]
fn objects_that_nobody_can_look_at_are_taken_as_they_were() {
    let town = late();
    town.run(&["apply", "-auto-approve"]).expect(0);
    town.run(&["state", "rm", "terraform_data.place"]).expect(0);
    town.run(&["plan", "-detailed-exitcode"])
        .expect(2)
        .says("[plan/not-refreshed]")
        .says("Plan: 1 to add, 0 to change, 0 to destroy.");
}

#[test]
fn a_saved_plan_configures_late_providers_too() {
    let town = late();
    town.run(&["plan", "-out=p"]).expect(0);
    town.run(&["apply", "p"]).expect(0).says("3 added");
}

#[test]
fn what_a_late_provider_would_have_to_read_first_cannot_be_imported() {
    let town = late();
    let main = r#"
import {
  to = giantswarm_org.lab
  id = "late_lab"
}
"#;
    town.place.write("imports.tf", main);
    town.run(&["plan"])
        .expect(1)
        .says("giantswarm_org.lab is to be imported")
        .says("[plan/provider-unknown]");
}

#[test]
fn a_provider_may_be_fed_by_variables_without_defaults() {
    let town = Town::new();
    let main = format!(
        r#"
variable "endpoint" {{
  type = string
}}

provider "giantswarm" {{
  endpoint = var.endpoint
  username = "{}"
}}
"#,
        town.username()
    );
    town.place.write("main.tf", &(main + ORG));
    town.run(&["validate"]).expect(0);
    let endpoint = format!("-var=endpoint={}", town.endpoint());
    town.run(&["apply", "-auto-approve", &endpoint])
        .expect(0)
        .says("2 added");
    town.run(&["destroy", "-auto-approve", &endpoint])
        .expect(0)
        .says("2 destroyed");
}
