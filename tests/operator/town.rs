//! A configuration with its state and the platform it is about. The password is known from the environment alone.

use std::process::{Command, Stdio};

use swarmform::platform::Embedded;
use tokio::runtime::Runtime;

use crate::elsewhere::Elsewhere;
use crate::support::{Place, Ran};

const MAIN: &str = r#"
variable "platform" {
  type = string
}

provider "giantswarm" {
  endpoint = var.platform
}

resource "giantswarm_org" "lab" {
  name = "op_lab"
}

resource "giantswarm_app" "hello" {
  org  = giantswarm_org.lab.name
  env  = "dev"
  name = "hello"

  service "web" {
    component "flask" {
      image = "registry.giantswarm.io/op_lab/hello:1.0"
      ports = ["5000"]
      env   = { GREETING = "good day" }
    }
  }
  service "store" {
    component "redis" {
      image = "redis:3"
      ports = ["6379"]
      scaling_policy { min = 2 }
    }
  }
}
"#;

pub struct Town {
    pub place: Place,
    pub password: String,
    pub username: String,
    pub endpoint: String,
    /// Dropped last, and before the runtime it runs on.
    _platform: Embedded,
    _runtime: Runtime,
}

impl Town {
    /// A town in which nothing was applied yet.
    pub fn new() -> Town {
        let place = Place::new();
        let Elsewhere { platform, runtime } = Elsewhere::start(&place);
        place.write("main.tf", MAIN);
        place.write(
            "terraform.tfvars",
            &format!("platform = \"{}\"\n", platform.endpoint()),
        );
        Town {
            place,
            password: platform.password.clone(),
            username: platform.username.clone(),
            endpoint: platform.endpoint(),
            _platform: platform,
            _runtime: runtime,
        }
    }

    /// A town in which everything is as configured, and the user is logged in.
    pub fn applied() -> Town {
        let town = Town::new();
        town.login();
        town.run(&["apply", "-auto-approve"]).expect(0).says("2 added");
        town
    }

    /// Logs in with the password on standard input.
    pub fn login(&self) -> Ran {
        let args = ["login", "-username", &self.username, "-password-stdin"];
        self.answer(&args, &format!("{}\n", self.password)).expect(0)
    }

    pub fn command(&self, args: &[&str]) -> Command {
        self.place.command(args)
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::from(self.command(args).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs a command with this text on its standard input.
    pub fn answer(&self, args: &[&str], text: &str) -> Ran {
        self.place.answer(args, text)
    }

    /// The text of the file with the logins.
    pub fn kept(&self) -> String {
        let path = self.place.path().join(".config/swarmform/logins.json");
        std::fs::read_to_string(path).unwrap_or_default()
    }

    /// The id of the only instance of the component `flask`.
    pub fn instance(&self) -> String {
        let ran = self
            .run(&["status", "-json", "op_lab/dev/hello/web/flask"])
            .expect(0);
        let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        json["instances"][0]["id"].as_str().unwrap().to_owned()
    }
}
