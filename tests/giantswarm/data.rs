//! Each data source shows what its GET answers, and reading changes nothing.

use serde_json::{Value, json};

use crate::TOWN;
use crate::support::Place;

const ALL: &str = r#"
data "giantswarm_ping" "it" {}
data "giantswarm_user" "me" {}
data "giantswarm_memberships" "mine" {
  depends_on = [giantswarm_org.town]
}
data "giantswarm_org" "town" {
  name = giantswarm_org.town.id
}
data "giantswarm_environments" "town" {
  org        = giantswarm_org.town.id
  depends_on = [giantswarm_app.shop]
}
data "giantswarm_apps" "dev" {
  org = giantswarm_org.town.id
  env = giantswarm_app.shop.env
}
data "giantswarm_app_config" "shop" {
  app = giantswarm_app.shop.id
}
data "giantswarm_app_status" "shop" {
  app = giantswarm_app.shop.id
}
data "giantswarm_service_status" "front" {
  app     = giantswarm_app.shop.id
  service = "front"
}
data "giantswarm_component_status" "web" {
  app       = giantswarm_app.shop.id
  service   = "front"
  component = "web"
}
data "giantswarm_instance_logs" "web" {
  org      = giantswarm_org.town.id
  instance = data.giantswarm_component_status.web.instances[0].id
  lines    = 1
}
data "giantswarm_instance_stats" "web" {
  org      = giantswarm_org.town.id
  instance = data.giantswarm_component_status.web.instances[0].id
}

output "ping" {
  value = [data.giantswarm_ping.it.ok, data.giantswarm_ping.it.status]
}
output "is_member" {
  value = contains(data.giantswarm_org.town.members, data.giantswarm_user.me.username)
}
output "address" {
  value = data.giantswarm_user.me.email
}
output "memberships" {
  value = contains(data.giantswarm_memberships.mine.organizations, "town")
}
output "environments" {
  value = data.giantswarm_environments.town.names
}
output "apps" {
  value = [data.giantswarm_apps.dev.names, data.giantswarm_apps.dev.apps[0].id]
}
output "image" {
  value = nonsensitive(jsondecode(data.giantswarm_app_config.shop.definition).services[0].components[1].image)
}
output "app" {
  value = [
    data.giantswarm_app_status.shop.status,
    [for service in data.giantswarm_app_status.shop.services : [for one in service.components : one.name]],
  ]
}
output "service" {
  value = [data.giantswarm_service_status.front.status, data.giantswarm_service_status.front.components[1].name]
}
output "component" {
  value = [
    data.giantswarm_component_status.web.status,
    data.giantswarm_component_status.web.id,
    data.giantswarm_component_status.web.instances[0].image,
    data.giantswarm_component_status.web.instances[0].id == giantswarm_app.shop.instances[1].id,
  ]
}
output "log_lines" {
  value = length(split("\n", trimspace(data.giantswarm_instance_logs.web.text)))
}
output "stats" {
  value = [
    data.giantswarm_instance_stats.web.component_name,
    data.giantswarm_instance_stats.web.memory_capacity_mb >= data.giantswarm_instance_stats.web.memory_usage_mb,
    data.giantswarm_instance_stats.web.memory_usage_percent > 0,
    data.giantswarm_instance_stats.web.cpu_usage_percent >= 0,
  ]
}
"#;

fn outputs(place: &Place) -> Value {
    let text = place.run(&["output", "-json"]).expect(0).out;
    let all: Value = serde_json::from_str(&text).unwrap();
    let named = all.as_object().unwrap().iter();
    named
        .map(|(name, output)| (name.clone(), output["value"].clone()))
        .collect()
}

#[test]
fn every_get_of_the_api_has_a_data_source_that_shows_its_answer() {
    let place = Place::new();
    place.write("main.tf", &format!("{TOWN}{ALL}"));
    place.run(&["apply", "-auto-approve"]).expect(0).says("2 added");
    let expected = json!({
        "ping": [true, "OK"],
        "is_member": true,
        "address": "",
        "memberships": true,
        "environments": ["dev"],
        "apps": [["shop"], "town/dev/shop"],
        "image": "shop/web:1.0.0",
        "app": ["up", [["cache", "web"]]],
        "service": ["up", "web"],
        "component": ["up", "town/dev/shop/front/web", "shop/web:1.0.0", true],
        "log_lines": 1,
        "stats": ["shop/front/web", true, true, true],
    });
    let found = outputs(&place);
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&found[name], value, "{name}");
    }
    place
        .run(&["plan", "-detailed-exitcode"])
        .expect(0)
        .says("No changes");
}

#[test]
fn the_definition_of_an_app_is_never_shown() {
    let place = Place::new();
    let config = "data \"giantswarm_app_config\" \"shop\" {\n  app = giantswarm_app.shop.id\n}\n\
                  output \"definition\" {\n  value = data.giantswarm_app_config.shop.definition\n}\n";
    place.write("main.tf", &format!("{TOWN}{config}"));
    place.run(&["plan"]).expect(1).says("sensitive");
}

#[test]
fn what_is_not_there_is_an_error_that_names_it() {
    let provider = "provider \"giantswarm\" {\n  endpoint = \"embedded\"\n}\n";
    for data in [
        "\"giantswarm_org\" \"it\" {\n  name = \"nowhere\"\n}\n",
        "\"giantswarm_apps\" \"it\" {\n  org = \"nowhere\"\n  env = \"dev\"\n}\n",
    ] {
        let place = Place::new();
        place.write("main.tf", &format!("{provider}data {data}"));
        place
            .run(&["plan"])
            .expect(1)
            .says("Not found")
            .says("The platform does not know");
    }
}

#[test]
fn arguments_are_checked_before_anything_is_asked() {
    for (data, said) in [
        ("\"giantswarm_org\" \"it\" {\n  name = \"No\"\n}\n", "name"),
        (
            "\"giantswarm_app_status\" \"it\" {\n  app = \"shop\"\n}\n",
            "Invalid app id",
        ),
        (
            "\"giantswarm_service_status\" \"it\" {\n  app = \"a/b/c\"\n  service = \"\"\n}\n",
            "Empty name",
        ),
        (
            "\"giantswarm_instance_logs\" \"it\" {\n  org = \"town\"\n  instance = \"i\"\n  lines = 0\n}\n",
            "Invalid number of lines",
        ),
    ] {
        let place = Place::new();
        place.write("main.tf", &format!("data {data}"));
        place.run(&["validate"]).expect(1).says(said);
    }
}
