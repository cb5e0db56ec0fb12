//! What uses each of the thirty methods of the API: one test for each resource type, the data sources, and the commands.
//! The spy of the town must have seen the methods; the page `docs/api-coverage.md` is written from what it saw.

use crate::support::Place;
use crate::town::Town;

const ORG: &str = "resource \"giantswarm_org\" \"town\" {\n  name = \"town\"\n}\n";

fn member(name: &str) -> String {
    format!(
        "resource \"giantswarm_member\" \"friend\" {{\n  org      = giantswarm_org.town.name\n  username = \"{name}\"\n}}\n"
    )
}

/// An app of one component; whoever manages a part of it has `running` left to itself.
fn app(running: bool, ignored: bool) -> String {
    let lifecycle = match ignored {
        true => "lifecycle {\n    ignore_changes = [running]\n  }",
        false => "",
    };
    format!(
        "{ORG}resource \"giantswarm_app\" \"shop\" {{\n  org     = giantswarm_org.town.name\n  env     = \"dev\"\n  \
         name    = \"shop\"\n  running = {running}\n  service \"front\" {{\n    component \"web\" {{\n      \
         image = \"shop/web\"\n      scaling_policy {{\n        min = 1\n        max = 3\n      }}\n    }}\n  }}\n  \
         {lifecycle}\n}}\n"
    )
}

fn with_component(ty: &str, more: &str) -> String {
    format!(
        "{}resource \"{ty}\" \"it\" {{\n  app       = giantswarm_app.shop.id\n  service   = \"front\"\n  \
         component = \"web\"\n  {more}\n}}\n",
        app(true, true)
    )
}

#[test]
pub fn an_organization_is_made_read_and_removed() {
    let town = Town::new();
    let name = "resource `giantswarm_org`";
    town.apply(ORG);
    town.shows(name, &["CreateOrganization", "GetOrganization"]);
    town.run(&["destroy", "-auto-approve"]).expect(0);
    town.shows(name, &["DeleteOrganization"]);
}

#[test]
pub fn a_member_is_added_read_and_removed() {
    let town = Town::new();
    let name = "resource `giantswarm_member`";
    town.apply(&format!("{ORG}{}", member("friend")));
    town.shows(name, &["AddOrganizationMember"]);
    town.apply(ORG);
    town.shows(name, &["GetOrganization", "RemoveOrganizationMember"]);
}

#[test]
pub fn an_app_is_made_read_stopped_started_and_deleted() {
    let town = Town::new();
    let name = "resource `giantswarm_app`";
    town.apply(&app(true, false));
    town.shows(name, &["CreateApp", "StartApp", "StatusApp", "ListApps"]);
    town.apply(&app(false, false));
    town.shows(name, &["ConfigApp", "StopApp"]);
    town.apply(&app(true, false));
    town.shows(name, &["StartApp"]);
    town.run(&["destroy", "-auto-approve"]).expect(0);
    town.shows(name, &["DeleteApp"]);
}

#[test]
pub fn a_component_is_scaled_up_and_down() {
    let town = Town::new();
    let name = "resource `giantswarm_component_scale`";
    town.apply(&with_component("giantswarm_component_scale", "instances = 3"));
    town.shows(name, &["StatusComponent", "ScaleUpComponent"]);
    town.apply(&with_component("giantswarm_component_scale", "instances = 1"));
    town.shows(name, &["StatusComponent", "ScaleDownComponent"]);
}

#[test]
pub fn a_component_is_moved_to_another_version() {
    let town = Town::new();
    town.apply(&with_component("giantswarm_component_version", "version = \"2\""));
    town.shows(
        "resource `giantswarm_component_version`",
        &["UpdateComponent", "StatusApp", "ConfigApp"],
    );
}

#[test]
pub fn a_service_is_stopped_and_started() {
    let town = Town::new();
    let name = "resource `giantswarm_service_state`";
    let state = |running: bool| {
        format!(
            "{}resource \"giantswarm_service_state\" \"it\" {{\n  app     = giantswarm_app.shop.id\n  \
             service = \"front\"\n  running = {running}\n}}\n",
            app(true, true)
        )
    };
    town.apply(&state(false));
    town.shows(name, &["StatusService", "StopService"]);
    town.apply(&state(true));
    town.shows(name, &["StartService"]);
}

#[test]
pub fn a_user_changes_its_address_and_its_password() {
    let town = Town::new();
    town.apply("resource \"giantswarm_user_email\" \"me\" {\n  email = \"me@example.com\"\n}\n");
    town.shows("resource `giantswarm_user_email`", &["GetMe", "UpdateEmail"]);
    town.place.write(
        "main.tf",
        "resource \"giantswarm_user_password\" \"me\" {\n  password_wo = \"an altogether new one\"\n}\n",
    );
    town.run(&["apply", "-auto-approve"]).expect(0);
    let wanted = ["LoginUser", "GetMe", "UpdatePassword"];
    town.shows("resource `giantswarm_user_password`", &wanted);
}

/// Reads each data source by itself, with nothing else to read.
#[test]
pub fn each_data_source_reads_by_its_method() {
    let town = Town::new();
    town.apply(&app(true, false));
    let component = "app = \"town/dev/shop\"\nservice = \"front\"\ncomponent = \"web\"";
    let instance = "org = \"town\"\ninstance = data.giantswarm_component_status.web.instances[0].id";
    let service = "app = \"town/dev/shop\"\nservice = \"front\"";
    let sources = [
        ("giantswarm_ping", "", "Ping"),
        ("giantswarm_user", "", "GetMe"),
        ("giantswarm_memberships", "", "GetMemberships"),
        ("giantswarm_org", "name = \"town\"", "GetOrganization"),
        ("giantswarm_environments", "org = \"town\"", "ListEnvironments"),
        ("giantswarm_apps", "org = \"town\"\nenv = \"dev\"", "ListApps"),
        ("giantswarm_app_config", "app = \"town/dev/shop\"", "ConfigApp"),
        ("giantswarm_app_status", "app = \"town/dev/shop\"", "StatusApp"),
        ("giantswarm_service_status", service, "StatusService"),
        ("giantswarm_component_status", component, "StatusComponent"),
        ("giantswarm_instance_logs", instance, "LogInstance"),
        ("giantswarm_instance_stats", instance, "StatInstance"),
    ];
    town.called();
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
        town.shows(&format!("data `{ty}`"), &[section]);
    }
}

#[test]
pub fn each_command_for_what_is_no_state_calls_its_method() {
    let town = Town::new();
    town.apply(&app(true, false));
    town.called();
    let app = "town/dev/shop";
    let (service, component) = (format!("{app}/front"), format!("{app}/front/web"));
    for (args, sections) in [
        (&["ping"][..], &["Ping"][..]),
        (&["whoami"], &["GetMe", "GetMemberships"]),
        (&["status", app], &["StatusApp"]),
        (&["status", &service], &["StatusService"]),
        (&["status", &component], &["StatusComponent"]),
        (&["stats", &component], &["StatInstance"]),
        (&["logs", &component], &["LogInstance"]),
        (&["exec", &component, "--", "true"], &["ExecInstance"]),
        (&["stop", &service], &["StopService"]),
        (&["start", &service], &["StartService"]),
        (&["stop", app], &["StopApp"]),
        (&["start", app], &["StartApp"]),
        (&["export", app], &["ConfigApp"]),
    ] {
        town.run(args).expect(0);
        town.shows(&format!("command `{}`", args[0]), sections);
    }
}

#[test]
pub fn a_login_gets_a_token_and_a_logout_ends_it() {
    let town = Town::new();
    let endpoint = format!("-endpoint={}", town.endpoint);
    let args = [
        "login",
        &endpoint,
        "-username",
        town.username(),
        "-password-stdin",
    ];
    town.answer(&args, &format!("{}\n", town.password)).expect(0);
    town.shows("command `login`", &["LoginUser"]);
    town.answer(&["logout", &endpoint], "")
        .expect(0)
        .says("The token has ended.");
    town.shows("command `logout`", &["LogoutUser"]);
}
