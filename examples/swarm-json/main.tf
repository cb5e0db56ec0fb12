# An app from a swarm.json file as the CLI of the time used it, and its variables.

provider "giantswarm" {
  endpoint = "embedded"
}

variable "redis_port" {
  description = "The port that redis listens on: replaced in swarm.json as raw text."
  type        = number
  default     = 6379
}

resource "giantswarm_org" "shop" {
  name = "cornershop"
}

resource "giantswarm_app" "shop" {
  org = giantswarm_org.shop.name
  env = "prod"

  definition = file("${path.module}/swarm.json")
  definition_variables = {
    redis_port = tostring(var.redis_port)
    tag        = "2.1"
  }
}

output "status" {
  value = giantswarm_app.shop.status
}
