//! `plan -generate-config-out`: resource blocks for imports that lead to none, and no secret in them.

use serde_json::{Value, json};

use crate::Settlement;
use crate::support::Place;

#[test]
fn configuration_is_generated_for_imports_that_lead_to_none() {
    let settlement = Settlement::new();
    let component = json!({ "component_name": "c", "image": "redis" });
    settlement.app("dev", "hello", component);
    settlement.wait(settlement.client.add_member("acme", "grace"));
    settlement.place.write(
        "imports.tf",
        "locals {\n  org = \"acme\"\n}\n\nimport {\n  to = giantswarm_org.acme\n  id = local.org\n}\n\nimport {\n  to = \
         giantswarm_member.grace\n  id = \"${local.org}/grace\"\n}\n\nimport {\n  to = giantswarm_app.hello\n  id = \
         \"acme/dev/hello\"\n}\n\nimport {\n  to = terraform_data.x\n  id = \"any\"\n}\n",
    );
    settlement
        .run(&["plan"])
        .expect(1)
        .says("-generate-config-out=FILE");
    for wrong in ["-destroy", "-refresh-only"] {
        settlement
            .run(&["plan", wrong, "-generate-config-out=new.tf"])
            .expect(1)
            .says("Invalid generate-config-out flag");
    }
    settlement
        .run(&["plan", "-generate-config-out", "main.tf"])
        .expect(1)
        .says("Target generated file already exists");
    assert!(!settlement.place.path().join("new.tf").exists());
    settlement
        .run(&["plan", "-generate-config-out=new.tf"])
        .expect(0)
        .says("# giantswarm_member.grace will be imported\n  # (config will be generated)\n")
        .says("Plan: 4 to import, 0 to add, 0 to change, 0 to destroy.")
        .says("Configuration was written to new.tf.");
    assert!(
        settlement.text("new.tf").contains(
            "resource \"giantswarm_member\" \"grace\" {\n  org      = \"acme\"\n  username = \"grace\"\n}\n"
        ),
        "{}",
        settlement.text("new.tf")
    );
    settlement.run(&["fmt", "-check"]).expect(0);
    settlement
        .run(&["plan"])
        .expect(0)
        .says("Plan: 4 to import, 0 to add, 0 to change, 0 to destroy.")
        .never_says("config will be generated");
    settlement
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("4 imported");
    settlement
        .run(&["plan", "-detailed-exitcode"])
        .expect(0)
        .says("No changes");
}

#[test]
fn programs_are_told_of_generated_configuration_and_a_saved_plan_has_it() {
    let place = Place::new();
    place.write(
        "main.tf",
        "import {\n  to = terraform_data.x\n  id = \"any\"\n}\n",
    );
    let told = place
        .run(&["plan", "-json", "-generate-config-out=new.tf", "-out=plan"])
        .expect(0);
    let change = told
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|event| event["type"] == "planned_change")
        .unwrap();
    assert_eq!(
        change["change"]["generated_config"],
        "resource \"terraform_data\" \"x\" {}"
    );
    place.run(&["apply", "plan"]).expect(0).says("1 imported");
    place.run(&["plan", "-detailed-exitcode"]).expect(0);
}

#[test]
fn what_has_keys_or_is_in_a_module_is_not_generated() {
    let missing = "Configuration for import target does not exist";
    for (to, rest, reason) in [
        ("terraform_data.x[\"a\"]", "", missing),
        (
            "terraform_data.x[each.key]",
            "  for_each = toset([\"a\"])\n",
            missing,
        ),
        (
            "module.m.terraform_data.x",
            "",
            "There is no terraform_data.x in module.m",
        ),
    ] {
        let place = Place::new();
        place.write(
            "main.tf",
            &format!("import {{\n  to = {to}\n  id = \"any\"\n{rest}}}\n"),
        );
        place
            .run(&["plan", "-generate-config-out=new.tf"])
            .expect(1)
            .says(reason);
        assert!(!place.path().join("new.tf").exists());
    }
}

#[test]
fn a_secret_in_generated_configuration_is_a_variable_that_this_plan_knows() {
    let settlement = Settlement::new();
    let env = json!({ "DB_PASSWORD": "hush \"$\" hush", "TZ": "UTC" });
    let args = json!(["--token", "hush-2"]);
    let component = json!({ "component_name": "db", "image": "mysql", "env": env, "args": args });
    settlement.app("live", "shop", component);
    let component = json!({ "component_name": "db", "image": "mysql", "env": ["API_KEY=hush3", "BARE"] });
    settlement.app("live", "odd", component);
    settlement.place.write(
        "imports.tf",
        "variable \"shop_db_db_password\" {\n  default = \"taken\"\n}\n\nimport {\n  to = giantswarm_app.shop\n  id = \
         \"acme/live/shop\"\n}\n\nimport {\n  to = giantswarm_app.odd\n  id = \"acme/live/odd\"\n}\n",
    );
    settlement
        .run(&["plan", "-generate-config-out=new.tf", "-out=plan"])
        .expect(0)
        .says("Plan: 2 to import, 0 to add, 0 to change, 0 to destroy.")
        .says("look like secrets")
        .says("- shop_db_argument_2")
        .never_says("hush");
    let text = settlement.text("new.tf");
    assert!(!text.contains("hush"), "{text}");
    assert!(text.contains("DB_PASSWORD = var.shop_db_db_password_2"), "{text}");
    assert!(text.contains("variable \"odd_db_api_key\""), "{text}");
    // The plan that was saved goes on with what it knew; later ones need the values from somebody.
    settlement
        .run(&["apply", "plan"])
        .expect(0)
        .says("2 imported")
        .never_says("hush");
    settlement
        .run(&["plan", "-input=false"])
        .expect(1)
        .says("shop_db_argument_2");
    settlement.place.write(
        "terraform.tfvars",
        "shop_db_db_password_2 = \"hush \\\"$\\\" hush\"\nshop_db_argument_2 = \"hush-2\"\nodd_db_api_key = \"hush3\"\n",
    );
    settlement
        .run(&["plan", "-detailed-exitcode"])
        .expect(0)
        .says("No changes");
}
