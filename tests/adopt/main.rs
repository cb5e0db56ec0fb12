//! Configuration written by swarmform: for organizations that exist, for `import` blocks, for a swarm.json, and back.
//! All of it against a real platform over HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods
)]

#[path = "../support/elsewhere.rs"]
mod elsewhere;
mod export;
mod generate;
mod providers;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use swarmform::api::{Client, ComponentRef};
use swarmform::platform::Embedded;
use tokio::runtime::Runtime;

use elsewhere::Elsewhere;
use support::{Place, Ran};

/// A platform that others have used for long, and a directory without any resource.
pub(crate) struct Settlement {
    pub place: Place,
    pub client: Client,
    runtime: Runtime,
    pub platform: Embedded,
}

impl Settlement {
    pub fn new() -> Settlement {
        let place = Place::new();
        let elsewhere = Elsewhere::start(&place);
        let client = elsewhere.client();
        let Elsewhere { platform, runtime } = elsewhere;
        place.write(
            "main.tf",
            &format!(
                "provider \"giantswarm\" {{\n  endpoint = \"{}\"\n  username = \"{}\"\n}}\n",
                platform.endpoint(),
                platform.username
            ),
        );
        let settlement = Settlement {
            place,
            client,
            runtime,
            platform,
        };
        settlement.wait(settlement.client.create_organization("acme"));
        settlement
    }

    pub fn wait<T, E: std::fmt::Debug>(&self, call: impl Future<Output = Result<T, E>>) -> T {
        self.runtime.block_on(call).unwrap()
    }

    pub fn app(&self, env: &str, name: &str, component: Value) {
        let definition =
            json!({ "app_name": name, "services": [{ "service_name": "web", "components": [component] }] });
        self.wait(self.client.create_app("acme", env, &definition));
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, &[])
    }

    pub fn run_with(&self, args: &[&str], more: &[(&str, &str)]) -> Ran {
        let mut command = self.place.command(args);
        command.env("GIANTSWARM_PASSWORD", &self.platform.password);
        command.envs(more.iter().copied());
        Ran::from(command.output().unwrap())
    }

    /// All that can be read of the apps: definitions, and every instance by its id.
    pub fn all(&self) -> String {
        let mut all = String::new();
        for env in self.wait(self.client.environments("acme")) {
            for app in self.wait(self.client.apps("acme", &env)) {
                let status = self.wait(self.client.app_status("acme", &env, &app.app));
                let config = self.wait(self.client.app_config("acme", &env, &app.app));
                let instances: Vec<&str> = status
                    .components()
                    .flat_map(|(_, component)| &component.instances)
                    .map(|instance| instance.id.as_str())
                    .collect();
                all.push_str(&format!("{env}/{} {instances:?} {config}\n", app.app));
            }
        }
        all
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.place.path().join(name)).unwrap()
    }
}

#[test]
fn an_organization_with_200_apps_is_adopted_and_nothing_changes() {
    let settlement = Settlement::new();
    for member in ["grace", "ada"] {
        settlement.wait(settlement.client.add_member("acme", member));
    }
    for number in 0..200 {
        let component = match number % 4 {
            0 => json!({ "component_name": "c", "image": format!("acme/image:{number}") }),
            1 => {
                json!({ "component_name": "c", "image": "redis", "ports": [6379, "53/udp"], "args": ["--x=${y}"] })
            }
            2 => json!({ "component_name": "c", "image": "redis", "env": ["B=1", "A"] }),
            _ => {
                json!({ "component_name": "c", "image": "redis", "volumes": [{ "path": "/data", "size": "5 GB" }],
                "scaling_policy": { "min": 2, "max": 4 } })
            }
        };
        settlement.app(["dev", "live"][number % 2], &format!("app{number}"), component);
    }
    settlement.wait(settlement.client.start_app("acme", "dev", "app0"));
    settlement.wait(settlement.client.scale_up(
        ComponentRef {
            org: "acme",
            env: "dev",
            app: "app0",
            service: "web",
            component: "c",
        },
        2,
    ));
    let before = settlement.all();

    settlement
        .run(&["adopt", "acme"])
        .expect(0)
        .says("Wrote 1 organization, 2 memberships, 200 apps and 1 scale to adopted.tf.");
    settlement.run(&["fmt", "-check"]).expect(0);
    settlement
        .run(&["plan", "-detailed-exitcode", "-calls"])
        .expect(2)
        .says("Plan: 204 to import, 0 to add, 0 to change, 0 to destroy.")
        .never_says("POST");
    settlement
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("204 imported, 0 added, 0 changed, 0 destroyed");
    settlement
        .run(&["plan", "-detailed-exitcode", "-unmanaged"])
        .expect(0)
        .says("No changes");
    assert_eq!(settlement.all(), before, "nothing on the platform has changed");
}

#[test]
fn an_app_of_which_one_service_is_stopped_is_adopted_as_it_is() {
    let settlement = Settlement::new();
    let service = |name: &str| {
        let component =
            json!({ "component_name": "c", "image": "redis", "scaling_policy": { "min": 1, "max": 5 } });
        json!({ "service_name": name, "components": [component] })
    };
    let definition = json!({ "app_name": "shop", "services": [service("front"), service("back")] });
    let client = &settlement.client;
    settlement.wait(client.create_app("acme", "live", &definition));
    settlement.wait(client.start_app("acme", "live", "shop"));
    let front = ComponentRef {
        org: "acme",
        env: "live",
        app: "shop",
        service: "front",
        component: "c",
    };
    settlement.wait(client.scale_up(front, 3));
    settlement.wait(client.stop_service("acme", "live", "shop", "back"));
    settlement
        .run(&["adopt", "acme"])
        .expect(0)
        .says("1 app and 1 scale");
    let text = settlement.text("adopted.tf");
    assert!(
        text.contains("instances = 4") && text.contains("ignore_changes = [running]"),
        "{text}"
    );
    settlement.run(&["fmt", "-check"]).expect(0);
    settlement
        .run(&["plan", "-detailed-exitcode", "-calls"])
        .expect(2)
        .says("Plan: 5 to import, 0 to add, 0 to change, 0 to destroy.")
        .never_says("POST");
    settlement
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("5 imported, 0 added, 0 changed, 0 destroyed");
    settlement
        .run(&["plan", "-detailed-exitcode"])
        .expect(0)
        .says("No changes");
    // Somebody else is scaling it down just now: what is on its way out is not counted, and not taken away twice.
    settlement
        .place
        .edit("adopted.tf", "instances = 4", "instances = 2");
    settlement.wait(client.scale_down(front, 2));
    settlement.run(&["apply", "-auto-approve"]).expect(0);
    let status = settlement.wait(client.component_status(front));
    assert_eq!(status.instances.len(), 2);
}

#[test]
fn adopt_takes_environments_and_never_writes_over_a_file() {
    let settlement = Settlement::new();
    let component = || json!({ "component_name": "c", "image": "redis" });
    settlement.app("dev", "one", component());
    settlement.app("live", "two", component());
    settlement
        .run(&["adopt", "acme", "-env", "live"])
        .expect(0)
        .says("1 app ");
    assert!(settlement.text("adopted.tf").contains("acme_live_two"));
    assert!(!settlement.text("adopted.tf").contains("acme_dev_one"));
    let before = settlement.text("adopted.tf");
    settlement
        .run(&["adopt", "acme"])
        .expect(1)
        .says("The file exists already");
    assert_eq!(settlement.text("adopted.tf"), before);
    settlement.run(&["apply", "-auto-approve"]).expect(0);
    // What is left is told as unmanaged.
    let left = settlement
        .run(&["plan", "-unmanaged"])
        .expect(0)
        .says("acme/dev/one");
    assert!(
        !left.all().contains("giantswarm_app  acme/live/two"),
        "{}",
        left.out
    );
    settlement
        .run(&["drift", "-unmanaged"])
        .expect(0)
        .says("acme/dev/one");
    settlement
        .run(&["adopt", "nobodys", "-out=x.tf"])
        .expect(1)
        .says("There is no organization \"nobodys\"");
}

#[test]
fn a_secret_is_adopted_as_a_variable() {
    let settlement = Settlement::new();
    let component = json!({ "component_name": "db", "image": "mysql", "env": { "MYSQL_PASSWORD": "hush \"$\" hush", "TZ": "UTC" } });
    settlement.app("live", "shop", component);
    // Entries without "=" keep the text of the definition.
    let component =
        json!({ "component_name": "db", "image": "mysql", "env": ["API_TOKEN=hush \"2\" hush", "BARE"] });
    settlement.app("live", "odd", component);
    settlement
        .run(&["adopt", "acme", "-secrets-out", "hidden.tfvars"])
        .expect(0)
        .says("acme_live_shop_db_mysql_password")
        .never_says("hush");
    assert!(!settlement.text("adopted.tf").contains("hush"));
    let values = settlement.place.path().join("hidden.tfvars");
    assert_eq!(fs::metadata(&values).unwrap().permissions().mode() & 0o777, 0o600);
    let var_file = "-var-file=hidden.tfvars";
    settlement
        .run(&["plan", "-detailed-exitcode", var_file])
        .expect(2)
        .says("Plan: 3 to import, 0 to add, 0 to change, 0 to destroy.")
        .never_says("hush");
    settlement
        .run(&["apply", "-auto-approve", var_file])
        .expect(0)
        .never_says("hush");
    settlement
        .run(&["plan", "-detailed-exitcode", var_file])
        .expect(0)
        .says("No changes");
    // And out again: the file names a variable.
    let exported = settlement
        .run(&[
            "export",
            "giantswarm_app.acme_live_shop",
            "-vars-out=swarmvars.json",
        ])
        .expect(0)
        .says("MYSQL_PASSWORD=$db_MYSQL_PASSWORD")
        .never_says("hush");
    settlement.place.write("swarm.json", &exported.out);
    settlement
        .run(&["convert", "swarm.json", "-secrets-out=again.tfvars"])
        .expect(0)
        .says("MYSQL_PASSWORD = var.shop_db_mysql_password");
    assert_eq!(
        settlement.text("again.tfvars"),
        "shop_db_mysql_password = \"hush \\\"$\\\" hush\"\n"
    );
}

#[test]
fn a_swarm_json_becomes_configuration_that_applies_to_it() {
    let settlement = Settlement::new();
    let place = &settlement.place;
    place.write(
        "swarm.json",
        r#"{
  "app_name": "$name",
  "services": [
    {
      "service_name": "web",
      "components": [
        {
          "component_name": "redis",
          "image": "redis:$version",
          "ports": [$redis_port],
          "env": ["WHERE=$GIANTSWARM_ORGANIZATION/$GIANTSWARM_ENV"]
        }
      ]
    }
  ]
}
"#,
    );
    place.write(
        "swarmvars.json",
        r#"{"acme/live": {"name": "beside", "redis": "no", "redis_port": 1, "version": "1"}}"#,
    );
    place.write(
        "more.json",
        r#"{"acme/live": {"name": "given", "redis_port": 6379}}"#,
    );
    settlement
        .run(&[
            "convert",
            "swarm.json",
            "-vars=more.json",
            "-var",
            "version=2",
            "-out=shop.tf",
            "-org=acme",
            "-env=live",
        ])
        .expect(0);
    assert_eq!(
        settlement.text("shop.tf"),
        r#"resource "giantswarm_app" "given" {
  env  = "live"
  org  = "acme"
  name = "given"

  service "web" {
    component "redis" {
      image = "redis:2"
      env = {
        WHERE = "acme/live"
      }
      ports = ["6379"]
    }
  }
}
"#
    );
    settlement
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("1 added");
    let config = settlement.wait(settlement.client.app_config("acme", "live", "given"));
    let config: Value = serde_json::from_str(&config).unwrap();
    let component = &config["services"][0]["components"][0];
    assert_eq!(component["image"], "redis:2");
    assert_eq!(component["env"], json!(["WHERE=acme/live"]));
    let exported = settlement.run(&["export", "giantswarm_app.given"]).expect(0);
    let exported: Value = serde_json::from_str(&exported.out).unwrap();
    assert_eq!(exported["services"][0]["components"][0], *component);
}

#[test]
fn a_fault_of_a_definition_stands_on_its_line() {
    let place = Place::new();
    place.write(
        "swarm.json",
        "{\n  \"app_name\": \"a\",\n  \"services\": [{\n    \"service_name\": \"s\",\n    \"components\": [{\n      \
         \"component_name\": \"c\",\n      \"image\": \"redis\",\n      \"ports\": [70000]\n    }]\n  }]\n}\n",
    );
    place
        .run(&["convert", "swarm.json", "-org=acme", "-env=dev"])
        .expect(1)
        .says("on swarm.json line 8")
        .says("70000");
    place.run(&["convert", "swarm.json"]).expect(1).says("-org");
}

#[test]
fn a_fault_of_a_real_definition_stands_on_its_line() {
    let shared = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/swarm-json");
    // They are at hand on some machines alone.
    let verdicts = fs::read_to_string(shared.join("verdicts.tsv")).unwrap_or_default();
    for row in verdicts.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let Some(reason) = columns[3].strip_prefix("REJECT: ") else {
            continue;
        };
        // The last key of a path, or the text behind the colon.
        let (_, what) = reason.split_once(": ").unwrap();
        let word = what.trim_end_matches("\"]").rsplit("[\"").next().unwrap();
        let place = Place::new();
        fs::copy(shared.join(columns[0]), place.path().join("swarm.json")).unwrap();
        let ran = place
            .run(&["convert", "swarm.json", "-org=acme", "-env=dev"])
            .expect(1);
        let excerpts: Vec<&str> = ran.err.lines().filter(|line| is_excerpt(line)).collect();
        assert!(
            excerpts.iter().any(|line| line.contains(word)),
            "{reason}\n{}",
            ran.err
        );
    }
}

/// `   5:   the text of line 5`
fn is_excerpt(line: &str) -> bool {
    let number = line.trim_start().split_once(':').map(|(number, _)| number);
    number.is_some_and(|number| !number.is_empty() && number.chars().all(|letter| letter.is_ascii_digit()))
}
