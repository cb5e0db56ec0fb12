# Two components that depend on each other, a variable, and a scale of its own.

provider "giantswarm" {
  endpoint = "embedded"
}

resource "giantswarm_org" "weather" {
  name = "weather"
}

resource "giantswarm_app" "currentweather" {
  org  = giantswarm_org.weather.name
  env  = var.env
  name = "currentweather"

  service "currentweather_service" {
    component "webserver" {
      image   = "registry.giantswarm.io/weather/currentweather:${var.image_tag}"
      ports   = ["8080/tcp"]
      domains = { "currentweather-${var.env}.gigantic.io" = 8080 }

      env = {
        CITY  = var.city
        UNITS = "metric"
      }

      dependency {
        name = "redis"
        port = 6379
      }

      scaling_policy {
        min = 1
        max = 5
      }
    }

    component "redis" {
      image = "redis:3.0"
      ports = ["6379/tcp"]

      volume {
        path = "/data"
        size = "5 GB"
      }
    }
  }
}

resource "giantswarm_component_scale" "webserver" {
  app       = giantswarm_app.currentweather.id
  service   = "currentweather_service"
  component = "webserver"
  instances = var.instances
}
