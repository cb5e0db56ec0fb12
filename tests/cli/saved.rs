//! Saved plans: what they hold, for whom they are, and when they are refused.

use super::*;

#[test]
fn a_saved_plan_is_carried_out_as_it_was_shown_and_only_once() {
    let place = place();
    place
        .run(&["plan", "-out=p", "-var", "name=saved"])
        .expect(0)
        .says("Saved the plan to: p")
        .says("swarmform apply \"p\"");
    place.edit("main.tf", "[1, 2]", "[1, 2, 3]");
    place
        .run(&["show", "p"])
        .expect(0)
        .says("+ name   = \"saved\"")
        .never_says("hunter2");
    let json: Value = serde_json::from_str(&place.run(&["show", "-json", "p"]).expect(0).out).unwrap();
    assert_eq!(json["variables"]["name"]["value"], "saved");
    assert_eq!(json["resource_changes"].as_array().unwrap().len(), 2);
    place
        .run(&["graph", "-plan=p"])
        .expect(0)
        .says("create terraform_data.second");
    place
        .run(&["apply", "-var", "name=x", "p"])
        .expect(1)
        .says("-var cannot be given with it");
    place
        .run(&["apply", "p"])
        .expect(1)
        .says("plan/stale")
        .says("- main.tf (changed)");
    place.edit("main.tf", "[1, 2, 3]", "[1, 2]");
    place.write("more.tf", "");
    place.run(&["apply", "p"]).expect(1).says("- more.tf (added)");
    std::fs::remove_file(place.path().join("more.tf")).unwrap();
    place
        .run(&["apply", "p"])
        .expect(0)
        .says("2 added")
        .says("name = \"saved\"");
    assert_eq!(place.run(&["output", "-json", "list"]).expect(0).out, "[1,2]\n");
    place
        .run(&["apply", "p"])
        .expect(1)
        .says("plan/stale")
        .says("- terraform_data.first (added)")
        .says("- output.name (added)");
    place.run(&["apply", "main.tf"]).expect(1).says("plan/bad-file");
    place.run(&["apply", "none"]).expect(1).says("cli/file");
}

#[test]
fn a_saved_plan_holds_moves_imports_and_what_is_forgotten() {
    let place = Place::new();
    place.write(
        "main.tf",
        "resource \"terraform_data\" \"a\" {}\nresource \"terraform_data\" \"f\" {}\n",
    );
    place.run(&["apply", "-auto-approve"]).expect(0);
    place.write(
        "main.tf",
        r#"
resource "terraform_data" "b" {}
resource "terraform_data" "c" {}
moved {
  from = terraform_data.a
  to   = terraform_data.b
}
import {
  to = terraform_data.c
  id = "found"
}
removed {
  from = terraform_data.f
  lifecycle {
    destroy = false
  }
}
"#,
    );
    place
        .run(&["plan", "-out=p"])
        .expect(0)
        .says("terraform_data.a has moved to terraform_data.b")
        .says("terraform_data.f will no longer be managed");
    place
        .run(&["apply", "p"])
        .expect(0)
        .says("1 imported, 0 added, 0 changed, 0 destroyed");
    let listed = place.run(&["state", "list"]).expect(0).out;
    assert_eq!(listed, "terraform_data.b\nterraform_data.c\n");
}

#[test]
fn a_stale_plan_says_what_has_changed_since() {
    let place = place();
    place.run(&["apply", "-auto-approve"]).expect(0);
    place.run(&["plan", "-out=p", "-var", "name=saved"]).expect(0);
    place
        .run(&["apply", "-auto-approve", "-var", "name=other"])
        .expect(0);
    place
        .run(&["apply", "p"])
        .expect(1)
        .says("it was made from serial 1, the state is")
        .says("- terraform_data.first (changed)")
        .says("state diff 1 now")
        .never_says("terraform_data.second")
        .never_says("hunter2");
    place
        .run(&["state", "diff", "1", "now"])
        .expect(0)
        .says("terraform_data.first");
}

#[test]
fn a_file_that_functions_read_belongs_to_a_saved_plan() {
    let place = Place::new();
    place.write(
        "main.tf",
        "resource \"terraform_data\" \"a\" {\n  input = file(\"note.txt\")\n}\n",
    );
    place.write("note.txt", "one");
    place.run(&["plan", "-out=p"]).expect(0);
    place.write("note.txt", "two");
    place
        .run(&["apply", "p"])
        .expect(1)
        .says("plan/stale")
        .says("note.txt (changed, and a function reads it)");
    place.write("note.txt", "one");
    place.run(&["apply", "p"]).expect(0).says("1 added");
}

/// Whether these bytes hold a text, as it is or in base64 at any offset.
fn holds(bytes: &[u8], text: &str) -> bool {
    use base64::Engine as _;
    let encode = |text: &[u8]| base64::engine::general_purpose::STANDARD.encode(text);
    let mut forms = vec![text.as_bytes().to_vec()];
    for before in 0..3 {
        let encoded = encode(&[&vec![b'x'; before][..], text.as_bytes()].concat());
        // The ends hang together with what stands beside the text.
        forms.push(encoded.as_bytes()[(before * 4).div_ceil(3)..encoded.len() - 4].to_vec());
    }
    forms
        .iter()
        .any(|form| bytes.windows(form.len()).any(|window| window == &form[..]))
}

#[test]
fn a_saved_plan_holds_nothing_secret_in_clear() {
    let place = Place::new();
    let main = r#"
variable "token" {
  type      = string
  sensitive = true
}

resource "terraform_data" "made" {
  input = var.token
}

resource "terraform_data" "read" {
  input = sensitive(file("secret.txt"))
}

data "terraform_remote_state" "other" {
  backend = "local"
  config  = { path = "other.tfstate" }
}

output "told" {
  value     = data.terraform_remote_state.other.outputs.word
  sensitive = true
}
"#;
    place.write("main.tf", main);
    place.write("secret.txt", "planted-in-a-file");
    place.write(
        "other.tfstate",
        r#"{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"x","outputs":{"word":{"value":"planted-in-an-answer","type":"string"}},"resources":[]}"#,
    );
    place
        .run(&["apply", "-auto-approve", "-var", "token=planted-in-the-state"])
        .expect(0);
    let secrets = [
        "planted-in-a-variable",
        "planted-in-the-state",
        "planted-in-an-answer",
        "planted-in-a-file",
        "terraform_remote_state",
    ];
    assert!(holds(b"a planted-in-a-file b", "planted-in-a-file"));
    assert!(holds(b"YSBwbGFudGVkLWluLWEtZmlsZSBi", "planted-in-a-file"));
    for passphrase in [None, Some("a passphrase that is long")] {
        let run = |args: &[&str]| {
            let mut command = place.command(args);
            command.envs(passphrase.map(|text| ("SWARMFORM_PLAN_KEY", text)));
            Ran::from(command.output().unwrap())
        };
        run(&["plan", "-out=p", "-var", "token=planted-in-a-variable"]).expect(0);
        let bytes = std::fs::read(place.path().join("p")).unwrap();
        for secret in secrets {
            assert!(!holds(&bytes, secret), "{secret}");
        }
        assert!(!holds(&bytes, "a passphrase that is long"));
        // It is all there for who has the key.
        let shown = run(&["show", "-json", "p"]).expect(0).out;
        for secret in &secrets[..4] {
            assert!(shown.contains(secret), "{secret}");
        }
        run(&["apply", "p"]).expect(0);
        run(&["apply", "-auto-approve", "-var", "token=planted-in-the-state"]).expect(0);
    }
}

#[test]
fn a_saved_plan_opens_with_its_key_alone() {
    let place = place();
    let other = self::place();
    place.run(&["plan", "-out=p"]).expect(0);
    std::fs::copy(place.path().join("p"), other.path().join("p")).unwrap();
    other
        .run(&["show", "p"])
        .expect(1)
        .says("plan/key")
        .says("SWARMFORM_PLAN_KEY");
    // A key of its own is another one.
    other.run(&["plan", "-out=q"]).expect(0);
    other.run(&["apply", "p"]).expect(1).says("plan/key");

    let with = |place: &Place, passphrase: &str, args: &[&str]| {
        let mut command = place.command(args);
        command.env("SWARMFORM_PLAN_KEY", passphrase);
        Ran::from(command.output().unwrap())
    };
    with(&place, "too short", &["plan", "-out=p"])
        .expect(1)
        .says("plan/key");
    with(&place, "correct horse battery", &["plan", "-out=p"]).expect(0);
    std::fs::copy(place.path().join("p"), other.path().join("p")).unwrap();
    other.run(&["apply", "p"]).expect(1).says("plan/key");
    with(&other, "wrong horse battery", &["apply", "p"])
        .expect(1)
        .says("plan/key")
        .never_says("horse");
    let text = std::fs::read_to_string(other.path().join("p")).unwrap();
    let changed = text.replace("\"serial\":0", "\"serial\":1");
    assert_ne!(changed, text);
    other.write("changed", &changed);
    with(&other, "correct horse battery", &["apply", "changed"]).expect(1);
    with(&other, "correct horse battery", &["apply", "p"])
        .expect(0)
        .says("2 added");
    assert!(!place.path().join("state/db").exists());
}

#[cfg(unix)]
#[test]
fn a_saved_plan_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    place.run(&["plan", "-out=p"]).expect(0);
    let mode = std::fs::metadata(place.path().join("p"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o077, 0);
    let key = std::fs::metadata(place.path().join("state/plan.key")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
}
