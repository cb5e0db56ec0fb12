provider "giantswarm" {
  endpoint = "embedded"
}

locals {
  crew = ["ada", "grace", "linus"]
  tag  = "1.4.0"
  apps = {
    storefront = { port = "8080", instances = 3 }
    checkout   = { port = "8081", instances = 2 }
    search     = { port = "9200", instances = 1 }
  }
}

resource "giantswarm_org" "shop" {
  name = "shop"
}

resource "giantswarm_member" "crew" {
  for_each = toset(local.crew)
  org      = giantswarm_org.shop.name
  username = each.key
}

resource "giantswarm_app" "app" {
  for_each = local.apps
  org      = giantswarm_org.shop.name
  env      = "production"
  name     = each.key

  service "web" {
    component "server" {
      image = "registry.example.com/shop/${each.key}:${local.tag}"
      ports = [each.value.port]
      env   = { LOG_LEVEL = "info" }

      scaling_policy {
        min = 1
        max = 8
      }
    }
  }
}

resource "giantswarm_component_scale" "web" {
  for_each  = local.apps
  app       = giantswarm_app.app[each.key].id
  service   = "web"
  component = "server"
  instances = each.value.instances
}

data "giantswarm_app_status" "storefront" {
  app = giantswarm_app.app["storefront"].id
}

resource "terraform_data" "release" {
  input            = local.tag
  triggers_replace = [local.tag]
}

resource "terraform_data" "banner" {
  input = "old"
}
