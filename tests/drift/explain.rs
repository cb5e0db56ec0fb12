//! The command `explain`, where something was changed outside: what is drift, what follows from it, what is taken over,
//! and that it changes nothing.

use crate::command::{json_of, state};
use crate::town::Town;

#[test]
fn drift_is_the_cause_of_the_change_that_undoes_it() {
    let town = Town::applied();
    town.run(&["apply", "-refresh-only", "-auto-approve"]).expect(0);
    town.move_image("2.0");
    let before = state(&town);
    let app = town.run(&["explain", "giantswarm_app.hello"]).expect(0);
    assert_eq!(before, state(&town));
    app.says("giantswarm_app.hello is updated in place.")
        .says("drift: the platform has \"registry.giantswarm.io/drift_lab/hello:2.0\", last applied was \"registry.giantswarm.io/drift_lab/hello:1.0\"")
        .says("main.tf:23: image = \"registry.giantswarm.io/drift_lab/hello:1.0\"");

    // A change of the configuration comes on top, with its own line.
    town.place.edit("main.tf", "hello:1.0", "hello:3.0");
    let both = town.run(&["explain", "giantswarm_app.hello", "-json"]).expect(0);
    let both = json_of(&both.out);
    let image = &both["objects"][0]["causes"][0];
    assert_eq!(image["causes"][0]["kind"], "drift");
    assert_eq!(image["causes"][1]["kind"], "argument");
    assert_eq!(image["after"], "registry.giantswarm.io/drift_lab/hello:3.0");

    town.place.edit(
        "main.tf",
        "name = \"hello\"\n",
        "name = \"hello\"\n  lifecycle {\n    ignore_changes = [service]\n  }\n",
    );
    town.run(&["explain", "giantswarm_app.hello"])
        .expect(0)
        .says("stays as it is")
        .says("ignore_changes says that this does not count")
        .says("outside; the configuration has nothing against it");
}

#[test]
fn an_object_that_was_deleted_outside_is_the_cause_of_its_creation() {
    let town = Town::applied();
    town.delete_app();
    town.run(&["explain", "giantswarm_app.hello"])
        .expect(0)
        .says("giantswarm_app.hello is created.")
        .says("the object was deleted, and not by swarmform, main.tf:");
    // What only the platform sets asks for nothing.
    town.run(&["explain", "giantswarm_org.lab"])
        .expect(0)
        .says("stays as it is")
        .says("members: ")
        .says("outside; only the platform sets it");
}
