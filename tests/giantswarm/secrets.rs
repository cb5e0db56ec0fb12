//! What a provider makes of sensitive arguments is as sensitive as they are, wherever it shows.

use serde_json::Value;

use crate::support::{Place, Ran};

const LAB: &str = r#"
variable "org" {
  sensitive = true
  default   = "planted_org"
}
variable "user" {
  sensitive = true
  default   = "planted-user"
}
provider "giantswarm" {
  endpoint = "embedded"
}
resource "giantswarm_org" "lab" {
  name = "open"
}
resource "giantswarm_org" "hidden" {
  name = var.org
}
resource "giantswarm_member" "friend" {
  org      = giantswarm_org.lab.name
  username = var.user
}
resource "giantswarm_app" "shop" {
  org  = giantswarm_org.hidden.id
  env  = "dev"
  name = "shop"
  service "front" {
    component "web" {
      image = sensitive("planted/image:1")
    }
  }
}
resource "giantswarm_component_scale" "web" {
  app       = giantswarm_app.shop.id
  service   = "front"
  component = "web"
  instances = 1
}
data "giantswarm_org" "read" {
  name = giantswarm_org.hidden.name
}
data "giantswarm_apps" "read" {
  org        = giantswarm_org.hidden.name
  env        = "dev"
  depends_on = [giantswarm_app.shop]
}
"#;

/// All but `giantswarm_org.lab`, whose members the platform tells by itself.
const ADDRESSES: [&str; 6] = [
    "giantswarm_org.hidden",
    "giantswarm_member.friend",
    "giantswarm_app.shop",
    "giantswarm_component_scale.web",
    "data.giantswarm_org.read",
    "data.giantswarm_apps.read",
];

fn quiet(ran: Ran) -> Ran {
    ran.never_says("planted")
}

#[test]
fn what_is_made_of_a_sensitive_argument_is_shown_nowhere() {
    let place = Place::new();
    place.write("main.tf", LAB);
    let run = |args: &[&str]| quiet(place.run(args));
    run(&["plan", "-calls", "-html=plan.html", "-out=p"])
        .expect(0)
        .says("id       = (sensitive value)");
    let page = std::fs::read_to_string(place.path().join("plan.html")).unwrap();
    assert!(!page.contains("planted"));
    run(&["plan", "-json"]).expect(0);
    run(&["explain", "giantswarm_member.friend.id"]).expect(0);
    let mut apply = place.command(&["apply", "-auto-approve"]);
    apply.env("TF_LOG", "trace");
    quiet(Ran::from(apply.output().unwrap()))
        .expect(0)
        .says("[id=open]");
    for address in ADDRESSES {
        run(&["explain", "-json", address]).expect(0);
        run(&["state", "show", address])
            .expect(0)
            .says("(sensitive value)");
    }
    run(&["apply", "-auto-approve"]).expect(0);
    run(&["plan", "-destroy", "-target=giantswarm_app.shop"]).expect(0);
    let other = "-var=user=planted-other";
    run(&["plan", "-target=giantswarm_member.friend", other])
        .expect(0)
        .says("(sensitive value) # forces replacement");
    let formats = ["text", "json", "sarif", "junit", "markdown", "github", "gitlab"];
    for format in formats {
        let target = "-target=giantswarm_member.friend";
        run(&["drift", target, &format!("-report={format}=report"), other]).expect(3);
        let report = std::fs::read_to_string(place.path().join("report")).unwrap();
        assert!(!report.contains("planted"), "{report}");
    }
}

#[test]
fn what_was_stored_before_this_was_known_is_hidden_too() {
    let place = Place::new();
    place.write("main.tf", LAB);
    place.run(&["apply", "-auto-approve"]).expect(0);
    let mut state: Value = serde_json::from_str(&place.run(&["state", "pull"]).expect(0).out).unwrap();
    let mut found = 0;
    for resource in state["resources"].as_array_mut().unwrap() {
        let marks = resource["instances"][0]["sensitive_attributes"].as_array_mut();
        let Some(marks) = marks else { continue };
        marks.retain(|path| path[0]["value"] != "id" || path.as_array().unwrap().len() > 1);
        found += marks.len();
    }
    assert!(found >= 6, "{state}");
    state["serial"] = Value::from(state["serial"].as_u64().unwrap() + 1);
    place.write("edited.tfstate", &state.to_string());
    place.run(&["state", "push", "edited.tfstate"]).expect(0);
    for address in ADDRESSES {
        quiet(place.run(&["state", "show", address])).expect(0);
    }
    place
        .run(&["plan", "-detailed-exitcode"])
        .expect(0)
        .says("No changes");
}

#[test]
fn an_output_of_what_is_made_of_a_sensitive_argument_has_to_say_so() {
    let place = Place::new();
    let output = "output \"friend\" {\n  value = giantswarm_member.friend.id\n}\n";
    place.write("main.tf", &format!("{LAB}{output}"));
    quiet(place.run(&["plan"]))
        .expect(1)
        .says("[plan/sensitive-output]");
}
