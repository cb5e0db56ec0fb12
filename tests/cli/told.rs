//! What commands tell people and programs.

use super::*;

#[test]
fn outputs_are_for_people_programs_and_scripts() {
    let place = place();
    place.run(&["output"]).expect(0).says("No outputs found");
    place
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("secret = <sensitive>")
        .never_says("hunter2");
    assert_eq!(
        place.run(&["output"]).expect(0).out,
        "list = [\n  1,\n  2,\n]\nname = \"lab\"\nsecret = <sensitive>\n"
    );
    assert_eq!(place.run(&["output", "-raw", "name"]).expect(0).out, "lab");
    assert_eq!(place.run(&["output", "-raw", "secret"]).expect(0).out, "hunter2");
    let json: Value = serde_json::from_str(&place.run(&["output", "-json"]).expect(0).out).unwrap();
    assert_eq!(
        json["secret"],
        serde_json::json!({"sensitive": true, "type": "string", "value": "hunter2"})
    );
    place
        .run(&["output", "-raw", "list"])
        .expect(1)
        .says("cli/not-raw");
    place
        .run(&["output", "nmae"])
        .expect(1)
        .says("Did you mean \"name\"?");
}

#[test]
fn the_state_can_be_looked_at() {
    let place = place();
    place.run(&["show"]).expect(0).says("The state is empty");
    place.run(&["apply", "-auto-approve"]).expect(0);
    assert_eq!(
        place.run(&["state", "list"]).expect(0).out,
        "terraform_data.first\nterraform_data.second\n"
    );
    assert_eq!(
        place
            .run(&["state", "list", "terraform_data.second"])
            .expect(0)
            .out,
        "terraform_data.second\n"
    );
    assert_eq!(place.run(&["state", "list", "-id=nope"]).expect(0).out, "");
    place
        .run(&["state", "show", "terraform_data.first"])
        .expect(0)
        .says("resource \"terraform_data\" \"first\" {")
        .never_says("hunter2");
    place
        .run(&["state", "show", "terraform_data.frist"])
        .expect(1)
        .says("No instance found for the given address");
    place
        .run(&["state", "show", "nonsense"])
        .expect(1)
        .says("cli/bad-address");
    let pulled: Value = serde_json::from_str(&place.run(&["state", "pull"]).expect(0).out).unwrap();
    assert_eq!(
        (&pulled["version"], &pulled["serial"]),
        (&Value::from(4), &Value::from(1))
    );
    let shown: Value = serde_json::from_str(&place.run(&["show", "-json"]).expect(0).out).unwrap();
    assert_eq!(
        shown["values"]["root_module"]["resources"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    place
        .run(&["show"])
        .expect(0)
        .says("# terraform_data.first:")
        .says("secret = (sensitive value)")
        .never_says("hunter2");
}

#[test]
fn events_are_one_json_object_a_line() {
    let place = place();
    let ran = place
        .run(&["apply", "-auto-approve", "-json"])
        .expect(0)
        .never_says("hunter2");
    let lines = lines(&ran);
    let types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(types.first(), Some(&"version"));
    for wanted in [
        "planned_change",
        "change_summary",
        "apply_start",
        "apply_complete",
        "outputs",
    ] {
        assert!(types.contains(&wanted), "{types:?}");
    }
    let done = lines
        .iter()
        .rfind(|line| line["type"] == "change_summary")
        .unwrap();
    assert_eq!(done["changes"]["operation"], "apply");
    assert_eq!(
        done["@message"],
        "Apply complete! Resources: 2 added, 0 changed, 0 destroyed."
    );
    let failed = place.run(&["plan", "-json", "-var", "nope=1"]).expect(1);
    assert_eq!(
        self::lines(&failed).last().unwrap()["diagnostic"]["severity"],
        "error"
    );
    place.run(&["destroy", "-json"]).expect(1).says("cli/no-approval");
}

#[test]
fn a_failed_step_is_told_with_what_was_done_and_what_was_not() {
    let place = Place::new();
    place.write(
        "main.tf",
        r#"
resource "terraform_data" "good" {
  input = "x"
}

resource "terraform_data" "bad" {
  input = terraform_data.good.id

  lifecycle {
    postcondition {
      condition     = self.output == "never"
      error_message = "It is not what it should be."
    }
  }
}

resource "terraform_data" "after" {
  input = terraform_data.bad.id
}
"#,
    );
    place
        .run(&["apply", "-auto-approve"])
        .expect(1)
        .says("It is not what it should be.")
        .says("The state has all that was done:")
        .says("- create terraform_data.after")
        .never_says("Apply complete");
}

#[test]
fn there_is_no_colour_without_a_terminal_and_help_is_no_error() {
    let place = place();
    for args in [
        &["plan"][..],
        &["plan", "-var", "nope=1"],
        &["-help"],
        &["plan", "-help"],
        &["version"],
    ] {
        let ran = place.run(args);
        assert!(!ran.all().contains('\u{1b}'), "{args:?}: {}", ran.all());
    }
    place.run(&["-help"]).expect(0).says("Usage: swarmform");
    place
        .run(&["plan", "--help"])
        .expect(0)
        .says("--detailed-exitcode");
    place.run(&["-version"]).expect(0).says("swarmform v");
    place.run(&["plann"]).expect(1).says("Did you mean \"plan\"");
    place.run(&["plan", "-nope"]).expect(1);
    for args in [&["-json", "plan"][..], &["plan", "--", "-json"]] {
        let ran = place.run(args).expect(1);
        ran.says("options stand behind").never_says("Did you mean");
    }
    place.run(&[]).expect(1).says("Usage: swarmform");
}

#[test]
fn the_graph_shows_resources_behind_what_stands_between_them() {
    let place = Place::new();
    let text = "locals { id = terraform_data.a.id }\nresource \"terraform_data\" \"a\" {}\nresource \"terraform_data\" \"b\" { input = local.id }\n";
    place.write("main.tf", text);
    place
        .run(&["graph"])
        .expect(0)
        .says("\"terraform_data.b\" -> \"terraform_data.a\"")
        .never_says("local");
}

#[test]
fn schemas_and_versions_are_there_for_programs() {
    let place = Place::new();
    let schema: Value =
        serde_json::from_str(&place.run(&["providers", "schema", "-json"]).expect(0).out).unwrap();
    let org = &schema["provider_schemas"]["giantswarm"]["resource_schemas"]["giantswarm_org"]["block"];
    assert_eq!(org["attributes"]["name"]["required"], true);
    let version: Value = serde_json::from_str(&place.run(&["version", "-json"]).expect(0).out).unwrap();
    assert_eq!(version["swarmform_version"], env!("CARGO_PKG_VERSION"));
}
