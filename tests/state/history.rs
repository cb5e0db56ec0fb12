//! The states that runs leave, and the way back to them.

use super::*;

/// Three runs: one instance, then another one and a changed secret, then the first is forgotten.
fn three_runs() -> Place {
    let place = Place::new();
    let text = |secret: &str, more: &str| {
        format!(
            "resource \"terraform_data\" \"vault\" {{\n  input = sensitive(\"{secret}\")\n}}\n{more}\noutput \"n\" {{\n  \
             value = {}\n}}\n",
            more.len()
        )
    };
    place.write("main.tf", &text("hunter1", ""));
    place.run(&["apply", "-auto-approve"]).expect(0);
    place.write(
        "main.tf",
        &text("hunter2", "resource \"terraform_data\" \"more\" {}"),
    );
    place.run(&["apply", "-auto-approve"]).expect(0);
    place.run(&["state", "rm", "terraform_data.vault"]).expect(0);
    place
}

#[test]
fn each_run_keeps_what_it_leaves_and_the_state_can_go_back() {
    let place = three_runs();
    let history = |place: &Place| -> Vec<String> {
        let told = place
            .run(&["state", "history"])
            .expect(0)
            .never_says("hunter")
            .out;
        let rows = told.lines().skip(1);
        rows.map(|row| {
            let words: Vec<&str> = row.split_whitespace().collect();
            format!("{} {}", words[0], words[3..].join(" "))
        })
        .collect()
    };
    assert_eq!(history(&place), ["3 state rm 1 1", "2 apply 2 1", "1 apply 1 1"]);
    place
        .run(&["state", "diff"])
        .expect(0)
        .says("# terraform_data.vault was removed")
        .says("Objects: 0 added, 0 changed, 1 removed.")
        .never_says("hunter");
    place
        .run(&["state", "diff", "1", "2"])
        .expect(0)
        .says("# terraform_data.more was added")
        .says("# terraform_data.vault has changed")
        .says("(sensitive value)")
        .says("~ n = 0 ->")
        .never_says("hunter");
    assert_eq!(
        place.run(&["state", "diff", "3", "now"]).expect(0).out,
        "No differences between 3 and now.\n"
    );
    for wrong in ["9", "x", "1@99"] {
        place
            .run(&["state", "restore", wrong])
            .expect(1)
            .says("cli/history");
    }

    place
        .answer(&["state", "restore", "2"], "no\n")
        .expect(1)
        .says("# terraform_data.vault was added")
        .never_says("hunter");
    place
        .answer(&["state", "restore", "2"], "yes\n")
        .expect(0)
        .says("its serial is 4 now");
    place.run(&["plan", "-detailed-exitcode"]).expect(0);
    place
        .run(&["state", "restore", "-auto-approve", "2"])
        .expect(0)
        .says("nothing was changed");
    assert_eq!(history(&place)[0], "4 state restore 2 1");
    let json: Value = serde_json::from_str(&place.run(&["state", "history", "-json"]).expect(0).out).unwrap();
    assert_eq!(json["history"][3]["operation"], "state restore");

    // Only as many are kept as is asked for.
    let keep = ("SWARMFORM_STATE_HISTORY", "2");
    with(&place, keep, &["state", "rm", "terraform_data.more"]).expect(0);
    assert_eq!(history(&place), ["5 state rm 1 1", "4 state restore 2 1"]);
    with(&place, ("SWARMFORM_STATE_HISTORY", "many"), &["state", "list"])
        .expect(1)
        .says("SWARMFORM_STATE_HISTORY");
}

#[test]
fn a_state_that_was_pushed_by_mistake_is_undone() {
    let place = three_runs();
    let before = pulled(&place);
    place.write(
        "wrong.json",
        "{\"version\":4,\"serial\":3,\"lineage\":\"another\",\"resources\":[]}",
    );
    place.run(&["state", "push", "-force", "wrong.json"]).expect(0);
    assert_eq!(listed(&place), "");
    let told = place.run(&["state", "history"]).expect(0).out;
    let names: Vec<&str> = told
        .lines()
        .filter_map(|row| row.split_whitespace().next())
        .filter(|name| name.starts_with("3@"))
        .collect();
    assert_eq!(names.len(), 2, "{told}");
    place
        .run(&["state", "restore", "-auto-approve", names[1]])
        .expect(0);
    let after = pulled(&place);
    assert_eq!(after["lineage"], before["lineage"]);
    assert_eq!(after["resources"], before["resources"]);
}
