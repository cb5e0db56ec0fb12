//! What a command prints has no secret in it.

use super::*;

#[test]
fn no_command_prints_a_secret() {
    const SECRET: &str = "planted-51ab";
    let place = Place::new();
    place.write(
        "m/main.tf",
        r#"
        variable "in" {}
        output "out" {
          value     = "${var.in}!"
          sensitive = true
        }
        "#,
    );
    let text = r#"
        variable "secret" {
          sensitive = true
        }
        module "m" {
          source = "./m"
          in     = var.secret
        }
        resource "terraform_data" "a" {
          input            = { secret = var.secret, size = 1 }
          triggers_replace = module.m.out
        }
        resource "terraform_data" "b" {
          input = [terraform_data.a.output.secret, upper(base64encode(var.secret))]
        }
        output "o" {
          value     = [terraform_data.a.output, module.m.out]
          sensitive = true
        }
    "#;
    place.write("main.tf", text);
    let quiet = |args: &[&str], secret: &str| {
        let mut command = place.command(args);
        command.env("TF_VAR_secret", secret);
        let ran = support::Ran::from(command.output().unwrap());
        ran.never_says(SECRET).never_says("CGXHBNRLZC01MWFI")
    };
    quiet(&["plan"], SECRET).expect(0);
    quiet(&["plan", "-json"], SECRET).expect(0);
    quiet(&["apply", "-auto-approve"], SECRET).expect(0);
    // Update, replacement and removal show the old values too.
    let other = format!("{SECRET}-2");
    quiet(&["plan"], &other).expect(0);
    quiet(&["plan", "-json"], &other).expect(0);
    quiet(&["plan", "-destroy"], &other).expect(0);
    for args in [
        &["show"][..],
        &["output"],
        &["state", "list"],
        &["state", "show", "terraform_data.a"],
        &["state", "show", "terraform_data.b"],
        &["state", "history"],
        &["graph"],
    ] {
        quiet(args, SECRET).expect(0);
    }
    // Errors show the values in scope.
    place.edit("main.tf", "size = 1", "size = var.secret + 1");
    quiet(&["plan"], SECRET).expect(1);
    quiet(&["validate", "-json"], SECRET).expect(0);
    place.write("main.tf", text);
    quiet(&["destroy", "-auto-approve"], &other).expect(0);
}

#[test]
fn no_call_and_no_fault_of_a_provider_has_a_secret() {
    let place = Place::new();
    let text = r#"
        variable "org" {
          sensitive = true
          default   = "planted_org"
        }
        variable "word" {
          sensitive = true
          default   = "planted-\"word"
        }
        variable "definition" {
          sensitive = true
          default   = "{\"app_name\":\"whole\",\"services\":[{\"service_name\":\"web\",\"components\":[{\"component_name\":\"c\",\"image\":\"planted-image:1\"}]}]}"
        }
        provider "giantswarm" {
          endpoint = "embedded"
        }
        resource "giantswarm_org" "lab" {
          name = var.org
        }
        resource "giantswarm_app" "blocks" {
          org  = var.org
          env  = "dev"
          name = "blocks"
          service "web" {
            component "c" {
              image = "nginx:1"
              env   = { PW = var.word, SHORT = sensitive("q7"), OPEN = "shown" }
              args  = ["--word=${var.word}", sensitive("q7")]
            }
          }
        }
        resource "giantswarm_app" "whole" {
          org        = var.org
          env        = "prod"
          definition = var.definition
        }
    "#;
    place.write("main.tf", text);
    let quiet = |args: &[&str], code: i32| {
        let ran = place.run(args).expect(code);
        for secret in [
            "planted_org",
            "planted-image",
            "planted-\"word",
            "planted-\\",
            "=q7",
            "\"q7",
        ] {
            assert!(
                !ran.all().contains(secret),
                "{args:?} says {secret}:\n{}",
                ran.all()
            );
        }
        ran
    };
    let plan = quiet(&["plan", "-calls", "-out=p", "-html=p.html"], 0);
    let plan = plan.says("POST /v1/org/(sensitive value)/env/dev/app/");
    let plan = plan.says(r#""OPEN=shown","PW=(sensitive value)","SHORT=(sensitive value)""#);
    plan.says(r#""args":["(sensitive value)","(sensitive value)"]"#);
    quiet(&["show", "-calls", "p"], 0).says("PW=(sensitive value)");
    // This format has the values of sensitive arguments, marked; the calls have none.
    let shown: Value = serde_json::from_str(&place.run(&["show", "-json", "p"]).expect(0).out).unwrap();
    let calls = shown["swarmform"]["api_calls"].to_string();
    assert!(
        calls.contains("PW=(sensitive value)") && !calls.contains("planted"),
        "{calls}"
    );
    quiet(&["plan", "-json"], 0);
    let page = std::fs::read_to_string(place.path().join("p.html")).unwrap();
    assert!(page.contains("PW=(sensitive value)") && !page.contains("planted-"));

    // What is wrong with a value is told without it.
    for (argument, value) in [
        ("name = var.org\n        }", "name = \"/${var.org}\"\n        }"),
        ("env  = \"dev\"", "env  = \"/${var.word}\""),
        (
            "OPEN = \"shown\" }",
            "OPEN = \"shown\" }\n ports = [\"${var.org}:x:y\"]",
        ),
        (
            "OPEN = \"shown\" }",
            "OPEN = \"shown\" }\n domains = { \"x_${var.org}\" = 80 }",
        ),
    ] {
        place.write("main.tf", text);
        place.edit("main.tf", argument, value);
        quiet(&["plan"], 1).says("(sensitive value)");
        quiet(&["plan", "-json"], 1);
    }
}

#[test]
fn the_line_that_gives_a_sensitive_variable_its_value_is_named_and_not_shown() {
    let place = Place::new();
    for secret in ["sensitive", "ephemeral"] {
        let text = format!("variable \"box\" {{\n  type = object({{ a = string }})\n  {secret} = true\n}}\n");
        place.write("main.tf", &text);
        place.write("terraform.tfvars", "box = [\"planted-77\"]\n");
        for args in [&["plan"][..], &["plan", "-json"]] {
            let ran = place.run(args).expect(1).never_says("planted-77");
            ran.says("does not fit its type").says("terraform.tfvars");
        }
    }
}

#[test]
fn the_command_that_goes_on_has_no_ephemeral_value() {
    let place = Place::new();
    place.write(
        "main.tf",
        r#"
        variable "word" {
          ephemeral = true
        }
        resource "terraform_data" "a" {
          provisioner "local-exec" {
            command = "exit 1"
          }
        }
        "#,
    );
    place
        .run(&["apply", "-auto-approve", "-var", "word=planted-88"])
        .expect(1)
        .says("To go on")
        .never_says("planted-88");
}
