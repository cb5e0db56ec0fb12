variable "env" {
  description = "The environment that the app runs in."
  type        = string
  default     = "dev"
}

variable "image_tag" {
  description = "The version of the web server's image. A change updates the component in place."
  type        = string
  default     = "1.0.0"
}

variable "city" {
  description = "Whose weather is shown. A change replaces the app."
  type        = string
  default     = "Cologne"
}

variable "instances" {
  description = "How many web servers run."
  type        = number
  default     = 3

  validation {
    condition     = var.instances >= 1 && var.instances <= 5
    error_message = "The scaling policy of the web server allows 1 to 5 instances."
  }
}
