//! `docs/api-coverage.md`: what uses each of the thirty methods of the API. Every resource and data source that the page names is
//! used here, against a platform with a spy in front of it, and the spy must have seen the method. So the page cannot say what is not
//! so. `SWARMFORM_WRITE_DOCS=1 cargo test --test giantswarm` writes it again.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use swarmform::platform::routes;

use crate::support::Place;
use crate::town::Town;

const EXAMPLES: &str = include_str!("../fixtures/reference-examples.txt");

/// What uses a method, in the order in which it was seen.
#[derive(Default)]
struct Uses(BTreeMap<&'static str, Vec<String>>);

impl Uses {
    /// What was just done is `name`, and it must have called all of these.
    fn note(&mut self, town: &Town, name: &str, wanted: &[&'static str]) {
        let called = town.called();
        for section in wanted {
            assert!(
                called.contains(section),
                "{name} did not call {section}: {called:?}"
            );
            let uses = self.0.entry(section).or_default();
            if !uses.iter().any(|known| known == name) {
                uses.push(name.to_owned());
            }
        }
    }
}

const ORG: &str = "resource \"giantswarm_org\" \"town\" {\n  name = \"town\"\n}\n";

fn member(name: &str) -> String {
    format!(
        "resource \"giantswarm_member\" \"friend\" {{\n  org      = giantswarm_org.town.name\n  username = \"{name}\"\n}}\n"
    )
}

fn app(running: bool) -> String {
    format!(
        "resource \"giantswarm_app\" \"shop\" {{\n  org     = giantswarm_org.town.name\n  env     = \"dev\"\n  \
         name    = \"shop\"\n  running = {running}\n  service \"front\" {{\n    component \"web\" {{\n      \
         image = \"shop/web\"\n      scaling_policy {{\n        min = 1\n        max = 3\n      }}\n    }}\n  }}\n  \
         lifecycle {{\n    ignore_changes = [running]\n  }}\n}}\n"
    )
}

fn of_component(ty: &str, more: &str) -> String {
    format!(
        "resource \"{ty}\" \"it\" {{\n  app       = giantswarm_app.shop.id\n  service   = \"front\"\n  \
         component = \"web\"\n  {more}\n}}\n"
    )
}

fn state(running: bool) -> String {
    format!(
        "resource \"giantswarm_service_state\" \"it\" {{\n  app     = giantswarm_app.shop.id\n  \
         service = \"front\"\n  running = {running}\n}}\n"
    )
}

/// Makes, changes and takes away one object of each type.
fn resources(town: &mut Town, uses: &mut Uses) {
    let mut step = |town: &Town, name: &str, text: &str, wanted: &[&'static str]| {
        town.apply(text);
        uses.note(town, name, wanted);
    };
    step(
        town,
        "resource `giantswarm_org`",
        ORG,
        &["CreateOrganization", "GetOrganization"],
    );
    let friend = format!("{ORG}{}", member("friend"));
    step(
        town,
        "resource `giantswarm_member`",
        &friend,
        &["AddOrganizationMember"],
    );
    step(
        town,
        "resource `giantswarm_member`",
        ORG,
        &["GetOrganization", "RemoveOrganizationMember"],
    );
    let made = ["CreateApp", "StartApp", "StatusApp", "ListApps"];
    step(
        town,
        "resource `giantswarm_app`",
        &format!("{ORG}{}", app(true)),
        &made,
    );
    let stopped = format!("{ORG}{}", app(false).replace("ignore_changes = [running]", ""));
    step(
        town,
        "resource `giantswarm_app`",
        &stopped,
        &["ConfigApp", "StopApp"],
    );
    let base = format!("{ORG}{}", app(true));
    step(
        town,
        "resource `giantswarm_app`",
        &base.replace("ignore_changes = [running]", ""),
        &["StartApp"],
    );
    let scale = |count: u32| {
        let ty = "giantswarm_component_scale";
        format!("{base}{}", of_component(ty, &format!("instances = {count}")))
    };
    let name = "resource `giantswarm_component_scale`";
    step(town, name, &scale(3), &["StatusComponent", "ScaleUpComponent"]);
    step(town, name, &scale(1), &["ScaleDownComponent"]);
    let version = format!(
        "{base}{}",
        of_component("giantswarm_component_version", "version = \"2\"")
    );
    let name = "resource `giantswarm_component_version`";
    step(
        town,
        name,
        &version,
        &["UpdateComponent", "StatusApp", "ConfigApp"],
    );
    let name = "resource `giantswarm_service_state`";
    step(
        town,
        name,
        &format!("{base}{}", state(false)),
        &["StatusService", "StopService"],
    );
    step(town, name, &format!("{base}{}", state(true)), &["StartService"]);
}

/// Takes away what was made, and changes the user.
fn ends(town: &mut Town, uses: &mut Uses) {
    town.run(&["destroy", "-auto-approve"]).expect(0);
    let called = town.called();
    for (name, section) in [
        ("resource `giantswarm_app`", "DeleteApp"),
        ("resource `giantswarm_org`", "DeleteOrganization"),
    ] {
        assert!(called.contains(section), "{called:?}");
        uses.0.entry(section).or_default().push(name.to_owned());
    }
    town.apply("resource \"giantswarm_user_email\" \"me\" {\n  email = \"me@example.com\"\n}\n");
    uses.note(
        town,
        "resource `giantswarm_user_email`",
        &["GetMe", "UpdateEmail"],
    );
    let text =
        "resource \"giantswarm_user_password\" \"me\" {\n  password_wo = \"an altogether new one\"\n}\n";
    town.apply(text);
    let wanted = ["LoginUser", "GetMe", "UpdatePassword"];
    uses.note(town, "resource `giantswarm_user_password`", &wanted);
    town.password = "an altogether new one".to_owned();
}

/// Reads each data source by itself, with nothing else to read.
fn data(town: &Town, uses: &mut Uses) {
    let component = "app = \"town/dev/shop\"\nservice = \"front\"\ncomponent = \"web\"";
    let instance = "org = \"town\"\ninstance = data.giantswarm_component_status.web.instances[0].id";
    let sources = [
        ("giantswarm_ping", "", "Ping"),
        ("giantswarm_user", "", "GetMe"),
        ("giantswarm_memberships", "", "GetMemberships"),
        ("giantswarm_org", "name = \"town\"", "GetOrganization"),
        ("giantswarm_environments", "org = \"town\"", "ListEnvironments"),
        ("giantswarm_apps", "org = \"town\"\nenv = \"dev\"", "ListApps"),
        ("giantswarm_app_config", "app = \"town/dev/shop\"", "ConfigApp"),
        ("giantswarm_app_status", "app = \"town/dev/shop\"", "StatusApp"),
        (
            "giantswarm_service_status",
            "app = \"town/dev/shop\"\nservice = \"front\"",
            "StatusService",
        ),
        ("giantswarm_component_status", component, "StatusComponent"),
        ("giantswarm_instance_logs", instance, "LogInstance"),
        ("giantswarm_instance_stats", instance, "StatInstance"),
    ];
    for (ty, arguments, section) in sources {
        let place = Place::new();
        let mut text = format!("data \"{ty}\" \"it\" {{\n{arguments}\n}}\n");
        if arguments == instance {
            text.push_str(&format!(
                "data \"giantswarm_component_status\" \"web\" {{\n{component}\n}}\n"
            ));
        }
        place.write("main.tf", &text);
        town.run_in(&place, &["plan"]).expect(0);
        uses.note(town, &format!("data `{ty}`"), &[section]);
    }
}

fn page(uses: &Uses) -> String {
    let mut page = String::from(
        "# Coverage of the API\n\nThe thirty methods of the Giant Swarm API V1: what of swarmform uses each, and what of the \
         platform answers it. This page is written by `tests/giantswarm/coverage.rs`, which does everything in the column \
         \"used by\" against a platform and sees the calls arrive; the commands are shown by `tests/operator`. The platform's answers are held to the examples of the \
         reference page by `tests/platform_reference/examples.rs`.\n\n\
         | method | path | used by | the platform's handler |\n|---|---|---|---|\n",
    );
    for entry in routes::METHODS {
        let used = uses.0.get(entry.section).map(|uses| uses.join(", "));
        let _ = writeln!(
            page,
            "| {} ({}) | `{}` | {} | `{}` |",
            entry.section,
            entry.method,
            entry.paths[0],
            used.unwrap_or_default(),
            entry.handler
        );
    }
    page
}

#[test]
fn what_the_page_says_of_each_method_is_so() {
    let mut town = Town::new();
    let mut uses = Uses::default();
    resources(&mut town, &mut uses);
    data(&town, &mut uses);
    ends(&mut town, &mut uses);
    // These two are no state and no reading: commands use them, and `tests/operator` shows it.
    for (section, command) in [("LogoutUser", "logout"), ("ExecInstance", "exec")] {
        town.run(&[command, "-help"]).expect(0);
        uses.0
            .entry(section)
            .or_default()
            .push(format!("command `{command}`"));
    }
    for entry in routes::METHODS {
        assert!(
            uses.0.contains_key(entry.section),
            "nothing uses {}",
            entry.section
        );
        let example = format!("### {}\n", entry.section);
        assert!(EXAMPLES.contains(&example), "no example of {}", entry.section);
    }
    let text = page(&uses);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api-coverage.md");
    if std::env::var_os("SWARMFORM_WRITE_DOCS").is_some() {
        return std::fs::write(&path, text).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, text, "docs/api-coverage.md is not what the code does");
}
