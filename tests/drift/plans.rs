//! Plans: drift and what the configuration changes, told apart.

use serde_json::{Value, json};

use crate::town::Town;

const IMAGE: &str = "service[\"web\"].component[\"flask\"].image";

#[test]
fn what_only_the_platform_sets_is_no_drift_that_matters() {
    let town = Town::applied();
    // The organization has got its member since it was made.
    town.run(&["plan", "-refresh-only", "-detailed-exitcode"])
        .expect(0)
        .says("Only attributes that the platform alone sets have new values")
        .says("members");
    town.run(&["plan", "-detailed-exitcode"])
        .expect(0)
        .says("No changes.")
        .says("Attributes that only the platform sets have new values: giantswarm_org.lab");
    town.run(&["apply", "-refresh-only"]).expect(0);
    town.run(&["plan", "-detailed-exitcode"])
        .expect(0)
        .never_says("Attributes that only the platform sets");
}

#[test]
fn an_image_that_was_moved_is_told_in_three_columns_and_moved_back() {
    let town = Town::applied();
    town.run(&["apply", "-refresh-only", "-auto-approve"]).expect(0);
    town.move_image("2.0");
    let plan = town.run(&["plan", "-detailed-exitcode", "-out=p"]).expect(2);
    let (drift, _) = plan.out.split_once("Changes:").unwrap();
    assert!(drift.lines().all(|line| line.chars().count() <= 80), "{drift}");
    plan.says("Drift: Objects have changed outside of swarmform")
        .says("# giantswarm_app.hello has changed outside")
        .says("# (the plan below changes it back)")
        .says("attribute  configuration       last applied        platform now")
        .says(IMAGE)
        .says("Changes: What applying this plan does")
        .says("# (only undoes what has changed outside)")
        .says("Plan: 0 to add, 1 to change, 0 to destroy.");

    let shown = town.run(&["show", "-json", "p"]).expect(0);
    let shown: Value = serde_json::from_str(&shown.out).unwrap();
    let drift = &shown["resource_drift"][0];
    assert_eq!(drift["address"], "giantswarm_app.hello");
    assert_eq!(drift["swarmform"]["answered_by_plan"], "only_this");
    let image = |tag: &str| json!(format!("registry.giantswarm.io/drift_lab/hello:{tag}"));
    let attributes = drift["swarmform"]["attributes"].as_array().unwrap();
    let found = attributes
        .iter()
        .find(|one| one["path"] == json!(["service", "web", "component", "flask", "image"]))
        .unwrap();
    assert_eq!(found["configuration"], image("1.0"));
    assert_eq!(found["last_applied"], image("1.0"));
    assert_eq!(found["platform_now"], image("2.0"));

    // A change of the configuration comes on top.
    town.place.edit(
        "main.tf",
        "name = \"hello\"\n",
        "name = \"hello\"\n  running = false\n",
    );
    town.run(&["plan"])
        .expect(0)
        .says("# (undoes what has changed outside, and does what the configuration changes)");
    town.place.edit("main.tf", "  running = false\n", "");

    // Only refreshing asks, for this matters; then it is what was last applied, and the configuration changes it.
    town.run(&["plan", "-refresh-only", "-detailed-exitcode"])
        .expect(2)
        .says("it undoes none of this");
    town.run(&["apply", "-refresh-only", "-auto-approve"]).expect(0);
    town.run(&["plan", "-detailed-exitcode"])
        .expect(2)
        .never_says("Drift:")
        .never_says("only undoes");
}

#[test]
fn an_app_that_was_deleted_outside_is_told_so_where_it_is_created_again() {
    let town = Town::applied();
    town.delete_app();
    town.run(&["plan", "-detailed-exitcode", "-out=p"])
        .expect(2)
        .says("# giantswarm_app.hello has been deleted outside")
        .says("# (the plan below creates it again)")
        .says("# giantswarm_app.hello will be created")
        .says("# (again, because it was deleted outside of swarmform)");
    let shown = town.run(&["show", "-json", "p"]).expect(0);
    let shown: Value = serde_json::from_str(&shown.out).unwrap();
    let changes = shown["resource_changes"].as_array().unwrap();
    let app = changes
        .iter()
        .find(|change| change["address"] == "giantswarm_app.hello")
        .unwrap();
    assert_eq!(app["action_reason"], Value::Null, "the format has no such reason");
    assert_eq!(
        app["swarmform"]["action_reason"],
        "create_because_deleted_outside"
    );
    let events = town.run(&["plan", "-json"]).expect(0);
    assert!(
        events.out.contains("create_because_deleted_outside"),
        "{}",
        events.out
    );

    // Once the state has taken it over, it is like any other that is not there yet.
    town.run(&["plan", "-refresh-only", "-detailed-exitcode"])
        .expect(2);
    town.run(&["apply", "-refresh-only", "-auto-approve"]).expect(0);
    town.run(&["plan"])
        .expect(0)
        .says("# giantswarm_app.hello will be created")
        .never_says("deleted outside");
}
