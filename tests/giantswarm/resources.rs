//! The resources beyond organizations, members, apps and scale: made, changed, moved by strangers, contradicted, given up.

use crate::support::Ran;
use crate::town::Town;

const SHOP: &str = r#"
resource "giantswarm_org" "town" {
  name = "town"
}

resource "giantswarm_app" "shop" {
  org  = giantswarm_org.town.name
  env  = "dev"
  name = "shop"

  service "front" {
    component "web" {
      image = "IMAGE"
    }
  }
  service "back" {
    component "store" {
      image = "redis:3"
    }
  }
  LIFECYCLE
}
"#;

fn shop(image: &str, lifecycle: &str) -> String {
    let lifecycle = match lifecycle {
        "" => String::new(),
        ignored => format!("lifecycle {{\n    ignore_changes = [{ignored}]\n  }}"),
    };
    SHOP.replace("IMAGE", image).replace("LIFECYCLE", &lifecycle)
}

fn version(version: &str) -> String {
    format!(
        "resource \"giantswarm_component_version\" \"web\" {{\n  app       = giantswarm_app.shop.id\n  \
         service   = \"front\"\n  component = \"web\"\n  version   = \"{version}\"\n  strategy  = \"all-at-once\"\n}}\n"
    )
}

fn state(running: bool) -> String {
    format!(
        "resource \"giantswarm_service_state\" \"front\" {{\n  app     = giantswarm_app.shop.id\n  \
         service = \"front\"\n  running = {running}\n}}\n"
    )
}

fn images(town: &Town) -> String {
    town.run(&["state", "show", "giantswarm_app.shop"])
        .expect(0)
        .all()
}

#[test]
fn a_version_moves_one_component_of_an_app_that_leaves_it_the_tag() {
    let town = Town::new();
    town.apply(&format!("{}{}", shop("shop/web", ""), version("1.0.0")))
        .says("3 added");
    town.assert_settled();
    town.called();
    town.apply(&format!("{}{}", shop("shop/web", ""), version("2.0.0")))
        .says("1 changed");
    assert!(town.called().contains("UpdateComponent"));
    town.assert_settled();
    town.run(&["refresh"]).expect(0);
    let images = images(&town);
    assert!(images.contains("shop/web:2.0.0"), "{images}");
    // Given up, it stays as it is.
    town.called();
    town.apply(&shop("shop/web", ""))
        .says("makes no call")
        .says("1 destroyed");
    assert!(!town.called().contains("UpdateComponent"));
    town.assert_settled();
}

#[test]
fn a_version_that_contradicts_the_tag_of_the_app_is_found_before_anything_is_made() {
    let town = Town::new();
    town.place.write(
        "main.tf",
        &format!("{}{}", shop("shop/web:1.0.0", ""), version("2.0.0")),
    );
    town.run(&["plan"])
        .expect(1)
        .says("Version conflicts with the app")
        .says("version   = \"2.0.0\"");
    // The same version is no contradiction, nor is a tag that the app ignores.
    town.apply(&format!("{}{}", shop("shop/web:1.0.0", ""), version("1.0.0")));
    town.assert_settled();
    let ignored = "service[\"front\"].component[\"web\"].image";
    town.apply(&format!(
        "{}{}",
        shop("shop/web:1.0.0", ignored),
        version("2.0.0")
    ))
    .says("1 changed");
    town.assert_settled();
}

#[test]
fn an_update_of_a_stopped_service_leaves_it_stopped() {
    let town = Town::new();
    let shop = shop("shop/web", "running");
    town.apply(&format!("{shop}{}{}", version("1.0.0"), state(true)));
    town.apply(&format!("{shop}{}{}", version("1.0.0"), state(false)));
    town.assert_settled();
    town.apply(&format!("{shop}{}{}", version("2.0.0"), state(false)))
        .says("1 changed");
    town.assert_settled();
}

#[test]
fn a_service_is_stopped_and_started_while_the_others_run() {
    let town = Town::new();
    let shop = shop("shop/web:1.0.0", "running");
    town.apply(&format!("{shop}{}", state(false))).says("3 added");
    assert!(town.called().contains("StopService"));
    town.assert_settled();
    town.apply(&format!("{shop}{}", state(true))).says("1 changed");
    let called = town.called();
    assert!(
        called.contains("StartService") && !called.contains("StartApp"),
        "{called:?}"
    );
    town.assert_settled();
}

#[test]
fn a_stopped_service_contradicts_an_app_that_runs() {
    let town = Town::new();
    town.place.write(
        "main.tf",
        &format!("{}{}", shop("shop/web:1.0.0", ""), state(false)),
    );
    town.run(&["plan"])
        .expect(1)
        .says("State conflicts with the app")
        .says("running = false");
}

const PODS: &str = r#"
resource "giantswarm_org" "town" {
  name = "town"
}

resource "giantswarm_app" "shop" {
  org  = giantswarm_org.town.name
  env  = "dev"
  name = "shop"

  service "front" {
    component "web" {
      image = "shop/web"
      pod   = "both"
      scaling_policy {
        min = 1
        max = 5
      }
    }
    component "log" {
      image = "shop/log"
      pod   = "both"
      scaling_policy {
        min = 1
        max = 5
      }
    }
  }
}
"#;

fn of_component(ty: &str, name: &str, component: &str, more: &str) -> String {
    format!(
        "resource \"{ty}\" \"{name}\" {{\n  app       = giantswarm_app.shop.id\n  service   = \"front\"\n  component = \
         \"{component}\"\n  {more}\n}}\n"
    )
}

#[test]
fn two_counts_for_one_pod_are_found_before_anything_is_made() {
    let town = Town::new();
    let scale = |name: &str, component: &str, count: u32| {
        of_component(
            "giantswarm_component_scale",
            name,
            component,
            &format!("instances = {count}"),
        )
    };
    town.place.write(
        "main.tf",
        &format!("{PODS}{}{}", scale("a", "web", 2), scale("b", "log", 3)),
    );
    town.run(&["plan"])
        .expect(1)
        .says("Conflicting resources")
        .says("the pod \"both\"")
        .says("instances = 3");
    assert!(!town.called().contains("CreateApp"));
    // One count for the pod, said twice, is none too many, and the pod is scaled once.
    town.apply(&format!("{PODS}{}{}", scale("a", "web", 2), scale("b", "log", 2)));
    let calls = town.calls();
    let scaled = calls.iter().filter(|section| **section == "ScaleUpComponent");
    assert_eq!(scaled.count(), 1, "{calls:?}");
    town.assert_settled();
    town.place.write(
        "main.tf",
        &format!("{PODS}{}{}", scale("a", "web", 2), scale("b", "web", 3)),
    );
    town.run(&["plan"]).expect(1).says("the pod \"both\"");
}

#[test]
fn a_version_and_a_start_of_one_service_in_one_run_do_not_undo_each_other() {
    let town = Town::new();
    let shop = shop("shop/web", "running");
    town.apply(&format!("{shop}{}{}", version("1.0.0"), state(false)));
    // An update starts what was stopped and stops it again; the start may come before it or behind, and not between.
    town.apply(&format!("{shop}{}{}", version("2.0.0"), state(true)))
        .says("2 changed");
    town.assert_settled();
}

#[test]
fn two_versions_and_two_states_of_one_thing_contradict_each_other() {
    let town = Town::new();
    let version = |name: &str, version: &str| {
        of_component(
            "giantswarm_component_version",
            name,
            "web",
            &format!("version = \"{version}\""),
        )
    };
    let state = |name: &str, running: bool| state(running).replace("\"front\" {", &format!("\"{name}\" {{"));
    for (text, said) in [
        (
            format!("{}{}", version("a", "1"), version("b", "2")),
            "wants 1 for the component",
        ),
        (
            format!("{}{}", state("a", true), state("b", false)),
            "wants true for the service",
        ),
    ] {
        town.place
            .write("main.tf", &format!("{}{text}", shop("shop/web", "running")));
        town.run(&["plan"])
            .expect(1)
            .says("Conflicting resources")
            .says(said);
    }
}

#[test]
fn a_service_that_is_not_there_is_told_at_its_argument() {
    let town = Town::new();
    let text = format!(
        "{}{}",
        shop("shop/web:1.0.0", "running"),
        state(false).replace("= \"front\"", "= \"side\"")
    );
    town.place.write("main.tf", &text);
    town.run(&["apply", "-auto-approve"])
        .expect(1)
        .says("No such service");
}

#[test]
fn what_exists_is_imported_by_its_id() {
    let town = Town::new();
    let shop = shop("shop/web", "running");
    town.apply(&shop);
    let all = format!("{shop}{}{}", version("3"), state(true));
    let email = "resource \"giantswarm_user_email\" \"me\" {\n  email = \"x@example.com\"\n}\n";
    town.place.write("main.tf", &format!("{all}{email}"));
    for (address, id) in [
        ("giantswarm_component_version.web", "town/dev/shop/front/web"),
        ("giantswarm_service_state.front", "town/dev/shop/front"),
        ("giantswarm_user_email.me", town.username()),
    ] {
        town.run(&["import", address, id]).expect(0);
    }
    town.run(&["import", "giantswarm_user_email.me", "somebody_else"])
        .expect(1);
}

#[test]
fn the_email_address_of_the_user_is_changed_from_the_one_it_has() {
    let town = Town::new();
    let email = |address: &str| {
        format!("resource \"giantswarm_user_email\" \"me\" {{\n  email = \"{address}\"\n}}\n")
    };
    town.apply(&email("one@example.com")).says("1 added");
    town.assert_settled();
    town.apply(&email("two@example.com")).says("1 changed");
    town.assert_settled();
    town.place.write("main.tf", &email("no address"));
    town.run(&["plan"]).expect(1).says("Invalid email address");
}

#[test]
fn a_password_is_changed_and_the_same_run_goes_on_with_it() {
    let mut town = Town::new();
    let text = |version: u32| {
        format!(
            "variable \"new\" {{\n  type      = string\n  ephemeral = true\n}}\n\
             resource \"giantswarm_user_password\" \"me\" {{\n  password_wo         = var.new\n  \
             password_wo_version = {version}\n}}\n\
             resource \"giantswarm_org\" \"after\" {{\n  name       = \"after{version}\"\n  \
             depends_on = [giantswarm_user_password.me]\n}}\n"
        )
    };
    let secret = "correct horse battery";
    town.place.write("main.tf", &text(1));
    let new = format!("-var=new={secret}");
    town.run(&["apply", "-auto-approve", &new])
        .expect(0)
        .says("2 added")
        .never_says(secret);
    // Not even the log of everything has it.
    let mut traced = town.place.command(&["plan", &new]);
    traced
        .env("SWARMFORM_LOG", "trace")
        .envs(town.credentials(secret));
    Ran::from(traced.output().unwrap())
        .expect(0)
        .says("user/me")
        .never_says(secret);
    // The old one is no good any more, and the new one is.
    town.run(&["plan", &new]).expect(1).never_says(secret);
    town.password = secret.to_owned();
    town.run(&["plan", "-detailed-exitcode", &new])
        .expect(0)
        .says("No changes");
    // A new number sets it again: it is in place already, and nothing is sent.
    town.called();
    town.place.write(
        "main.tf",
        &text(1).replace("password_wo_version = 1", "password_wo_version = 2"),
    );
    town.run(&["apply", "-auto-approve", &new])
        .expect(0)
        .says("1 changed");
    assert!(!town.called().contains("UpdatePassword"));
    assert_no_file_has(town.place.path(), secret);
}

/// No file of the configuration's directory but the platform's own has the text.
fn assert_no_file_has(dir: &std::path::Path, text: &str) {
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("elsewhere") {
                assert_no_file_has(&path, text);
            }
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!found, "{}", path.display());
    }
}
