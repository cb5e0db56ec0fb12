//! Workspaces: a state for each, and which one is selected.

use super::*;

#[test]
fn workspaces_have_states_of_their_own() {
    let place = Place::new();
    place.write(
        "main.tf",
        "output \"w\" {\n  value = terraform.workspace\n}\n\nresource \"terraform_data\" \"a\" {\n  count = \
         terraform.workspace == \"default\" ? 1 : 2\n}\n",
    );
    assert_eq!(place.run(&["workspace", "show"]).expect(0).out, "default\n");
    assert_eq!(place.run(&["workspace", "list"]).expect(0).out, "* default\n\n");
    place.run(&["apply", "-auto-approve"]).expect(0).says("1 added");
    place
        .run(&["workspace", "new", "dev"])
        .expect(0)
        .says("Created and switched to workspace \"dev\"!");
    place
        .run(&["workspace", "new", "dev"])
        .expect(1)
        .says("exists already");
    place.run(&["state", "list"]).expect(1).says("cli/no-state");
    // A run that changes nothing does not take the empty workspace away.
    place.run(&["plan"]).expect(0);
    assert_eq!(
        place.run(&["workspace", "list"]).expect(0).out,
        "  default\n* dev\n\n"
    );
    place.run(&["plan", "-out=p"]).expect(0);
    place
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("2 added")
        .says("w = \"dev\"");
    place
        .run(&["workspace", "delete", "dev"])
        .expect(1)
        .says("is selected");
    assert_eq!(
        place.run(&["workspace", "select", "default"]).expect(0).out,
        "Switched to workspace \"default\".\n"
    );
    assert_eq!(place.run(&["workspace", "select", "default"]).expect(0).out, "");
    place
        .run(&["apply", "p"])
        .expect(1)
        .says("made in the workspace \"dev\"");
    place.run(&["output", "-raw", "w"]).expect(0).says("default");
    place
        .run(&["workspace", "delete", "dev"])
        .expect(1)
        .says("  - terraform_data.a[1]");
    place.run(&["workspace", "delete", "default"]).expect(1);
    place
        .run(&["workspace", "select", "dex"])
        .expect(1)
        .says("Did you mean \"dev\"?");
    place
        .run(&["workspace", "delete", "-force", "dev"])
        .expect(0)
        .says("Deleted workspace \"dev\"!")
        .says("It was not empty");
    place
        .run(&["workspace", "delete", "dev"])
        .expect(1)
        .says("There is no workspace");
    place
        .run(&["workspace", "select", "-or-create", "next"])
        .expect(0)
        .says("Created and switched");
    for wrong in ["a/b", "", "..", "ä"] {
        place
            .run(&["workspace", "new", wrong])
            .expect(1)
            .says("cannot be the name");
    }
}

#[test]
fn a_run_in_a_workspace_that_changes_nothing_leaves_nothing() {
    let place = place();
    with(&place, ("TF_WORKSPACE", "env"), &["plan"]).expect(0);
    assert!(!place.path().join("state").exists());
}

#[test]
fn the_environment_overrides_which_workspace_is_selected() {
    let place = applied();
    let env = ("TF_WORKSPACE", "env");
    assert_eq!(with(&place, env, &["workspace", "show"]).expect(0).out, "env\n");
    with(&place, env, &["plan"]).expect(0).says("Plan: 6 to add");
    assert_eq!(place.run(&["workspace", "list"]).expect(0).out, "* default\n\n");
    with(&place, env, &["apply", "-auto-approve"]).expect(0);
    with(&place, env, &["workspace", "list"])
        .expect(0)
        .says("* env")
        .says("TF_WORKSPACE");
    assert_eq!(
        place.run(&["workspace", "list"]).expect(0).out,
        "* default\n  env\n\n"
    );
    for name in ["default", "env"] {
        with(&place, env, &["workspace", "select", name])
            .expect(1)
            .says("TF_WORKSPACE");
    }
    with(&place, ("TF_WORKSPACE", "a/b"), &["plan"])
        .expect(1)
        .says("cli/workspace");
    let data = ("TF_DATA_DIR", ".data");
    with(&place, data, &["workspace", "new", "other"]).expect(0);
    assert_eq!(
        std::fs::read_to_string(place.path().join(".data/environment")).unwrap(),
        "other"
    );
    assert_eq!(place.run(&["workspace", "show"]).expect(0).out, "default\n");
    let state = place.run(&["state", "pull"]).expect(0).out;
    place.write("state.json", &state);
    place
        .run(&["workspace", "new", "-state=state.json", "copy"])
        .expect(0);
    assert_eq!(listed(&place).lines().count(), 6);
}
