# Several organizations and their members, from one map.

provider "giantswarm" {
  endpoint = "embedded"
}

locals {
  teams = {
    frontend = ["ada", "grace"]
    backend  = ["linus", "ken", "dennis"]
    platform = ["ada", "ken"]
  }

  memberships = merge([
    for team, people in local.teams : {
      for person in people : "${team}/${person}" => { team = team, person = person }
    }
  ]...)
}

resource "giantswarm_org" "team" {
  for_each = local.teams

  name = "acme_${each.key}"
}

resource "giantswarm_member" "team" {
  for_each = local.memberships

  org      = giantswarm_org.team[each.value.team].name
  username = each.value.person
}

output "organizations" {
  value = { for team, org in giantswarm_org.team : team => org.id }
}

output "people" {
  value = sort(distinct(flatten(values(local.teams))))
}
