# The email address and the password of the user that swarmform works as. After the password has changed, give the
# provider the new one.

variable "username" {
  type = string
}

variable "password" {
  type      = string
  sensitive = true
}

variable "new_password" {
  type      = string
  ephemeral = true
}

provider "giantswarm" {
  username = var.username
  password = var.password
}

resource "giantswarm_user_email" "me" {
  email = "ops@example.com"
}

resource "giantswarm_user_password" "me" {
  # Given to the platform and kept nowhere: only a new number sets it again.
  password_wo         = var.new_password
  password_wo_version = 1
}
