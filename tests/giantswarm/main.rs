//! What the provider `giantswarm` offers, whole: configurations that are applied to a real platform by the command.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_macros
)]

mod coverage;
mod data;
mod resources;
mod secrets;
mod town;
mod uses;

#[path = "../support/elsewhere.rs"]
mod elsewhere;
#[path = "../support/methods.rs"]
mod methods;
#[path = "../support/mod.rs"]
mod support;

/// An organization with one app of a service of two components, the first with an environment variable.
pub const TOWN: &str = r#"
provider "giantswarm" {
  endpoint = "embedded"
}

resource "giantswarm_org" "town" {
  name = "town"
}

resource "giantswarm_app" "shop" {
  org  = giantswarm_org.town.name
  env  = "dev"
  name = "shop"

  service "front" {
    component "web" {
      image = "shop/web:1.0.0"
      ports = [80]
      env   = { GREETING = "hello" }
    }
    component "cache" {
      image = "redis:3"
      ports = [6379]
    }
  }
}
"#;
