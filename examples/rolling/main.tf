# One component moves from version to version by itself, and one service is stopped while the other runs.

terraform {
  required_providers {
    giantswarm = {}
  }
}

provider "giantswarm" {
  endpoint = "embedded"
}

resource "giantswarm_org" "shop" {
  name = "shop"
}

resource "giantswarm_app" "store" {
  org  = giantswarm_org.shop.name
  env  = "dev"
  name = "store"

  service "front" {
    component "web" {
      # Without a tag the app leaves the version to giantswarm_component_version.
      image = "shop/web"
      ports = ["8080"]
    }
  }

  service "reports" {
    component "nightly" {
      image = "shop/reports:4"
    }
  }

  lifecycle {
    # giantswarm_service_state rules what runs.
    ignore_changes = [running]
  }
}

resource "giantswarm_component_version" "web" {
  app       = giantswarm_app.store.id
  service   = "front"
  component = "web"
  version   = "1.4.0"
  strategy  = "one-by-one"
}

resource "giantswarm_service_state" "reports" {
  app     = giantswarm_app.store.id
  service = "reports"
  running = false
}

data "giantswarm_service_status" "front" {
  app     = giantswarm_app.store.id
  service = "front"

  depends_on = [giantswarm_component_version.web]
}

output "front" {
  value = data.giantswarm_service_status.front.status
}
