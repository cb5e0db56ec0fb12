//! A configuration with its state, the platform it is about, and a stranger who changes things there.

use swarmform::api::wire::Strategy;
use swarmform::api::{Client, ComponentRef};
use swarmform::platform::Embedded;
use tokio::runtime::Runtime;

use crate::elsewhere::Elsewhere;
use crate::support::{Place, Ran};

/// An organization with a member and an app of one component.
const MAIN: &str = r#"
provider "giantswarm" {
  endpoint = "ENDPOINT"
  username = "USERNAME"
}

resource "giantswarm_org" "lab" {
  name = "drift_lab"
}

resource "giantswarm_member" "grace" {
  org      = giantswarm_org.lab.name
  username = "grace"
}

resource "giantswarm_app" "hello" {
  org  = giantswarm_org.lab.name
  env  = "dev"
  name = "hello"

  service "web" {
    component "flask" {
      image = "registry.giantswarm.io/drift_lab/hello:1.0"
      ports = ["5000"]
    }
  }
}
"#;

pub struct Town {
    pub place: Place,
    pub client: Client,
    pub runtime: Runtime,
    pub password: String,
    platform: Embedded,
}

impl Town {
    /// A town in which nothing was applied yet.
    pub fn new() -> Town {
        let place = Place::new();
        let elsewhere = Elsewhere::start(&place);
        let client = elsewhere.client();
        let Elsewhere { platform, runtime } = elsewhere;
        let main = MAIN
            .replace("ENDPOINT", &platform.endpoint())
            .replace("USERNAME", &platform.username);
        place.write("main.tf", &main);
        Town {
            password: platform.password.clone(),
            place,
            client,
            runtime,
            platform,
        }
    }

    /// A town in which everything is as configured, and the state knows it.
    pub fn applied() -> Town {
        let town = Town::new();
        town.run(&["apply", "-auto-approve"]).expect(0).says("3 added");
        town
    }

    pub fn endpoint(&self) -> String {
        self.platform.endpoint()
    }

    pub fn username(&self) -> &str {
        &self.platform.username
    }

    pub fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = self.place.command(args);
        command.env("GIANTSWARM_PASSWORD", &self.password);
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::from(self.command(args).output().unwrap())
    }

    /// The stranger moves the component to another version.
    pub fn move_image(&self, version: &str) {
        let component = ComponentRef {
            org: "drift_lab",
            env: "dev",
            app: "hello",
            service: "web",
            component: "flask",
        };
        let update = self
            .client
            .update_component(component, version, Strategy::HotSwap);
        self.runtime.block_on(update).unwrap();
    }

    /// The stranger takes the app down for good.
    pub fn delete_app(&self) {
        self.runtime
            .block_on(self.client.delete_app("drift_lab", "dev", "hello"))
            .unwrap();
    }

    /// The stranger lets somebody in.
    pub fn add_member(&self, name: &str) {
        self.runtime
            .block_on(self.client.add_member("drift_lab", name))
            .unwrap();
    }
}
