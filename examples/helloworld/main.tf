# The application of the API reference page: one organization, one app with one component.
# `endpoint = "embedded"` runs a real API server inside swarmform, with its data beside the state.

terraform {
  required_providers {
    giantswarm = {}
  }
}

provider "giantswarm" {
  endpoint = "embedded"
}

resource "giantswarm_org" "bantic" {
  name = "bantic"
}

resource "giantswarm_member" "kord" {
  org      = giantswarm_org.bantic.name
  username = "kord"
}

resource "giantswarm_app" "helloworld" {
  org  = giantswarm_org.bantic.name
  env  = "dev"
  name = "helloworld"

  service "webserver" {
    component "flask" {
      image   = "registry.giantswarm.io/bantic/helloworld"
      ports   = ["5000"]
      domains = { "apidocsdemo.gigantic.io" = 5000 }

      scaling_policy {
        min = 1
        max = 10
      }
    }
  }
}

resource "giantswarm_component_scale" "flask" {
  app       = giantswarm_app.helloworld.id
  service   = "webserver"
  component = "flask"
  instances = 2
}

output "app" {
  description = "The app's id and status."
  value = {
    id     = giantswarm_app.helloworld.id
    status = giantswarm_app.helloworld.status
  }
}
