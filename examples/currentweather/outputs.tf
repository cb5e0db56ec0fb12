output "address" {
  value = "http://currentweather-${var.env}.gigantic.io/"
}

output "instances" {
  value = giantswarm_component_scale.webserver.instances
}
