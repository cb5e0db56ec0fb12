//! `adopt` from a platform that a provider block with an alias names, or one whose arguments are variables.

use serde_json::json;

use crate::Settlement;

fn blocks(settlement: &Settlement, alias: &str, username: &str) {
    settlement.place.write(
        "main.tf",
        &format!(
            "variable \"user\" {{\n  type = string\n}}\n\nprovider \"giantswarm\" {{\n{alias}  endpoint = \"{}\"\n  \
             username = {username}\n}}\n",
            settlement.platform.endpoint()
        ),
    );
}

#[test]
fn an_aliased_provider_is_named_in_all_that_is_written() {
    let settlement = Settlement::new();
    settlement.wait(settlement.client.add_member("acme", "grace"));
    let component =
        json!({ "component_name": "c", "image": "redis", "scaling_policy": { "min": 1, "max": 3 } });
    settlement.app("live", "shop", component);
    settlement.wait(settlement.client.start_app("acme", "live", "shop"));
    let target = swarmform::api::ComponentRef {
        org: "acme",
        env: "live",
        app: "shop",
        service: "web",
        component: "c",
    };
    settlement.wait(settlement.client.scale_up(target, 1));
    let name = format!("\"{}\"", settlement.platform.username);
    blocks(&settlement, "  alias = \"east\"\n", &name);
    settlement
        .place
        .edit("main.tf", "  type = string", "  default = \"unused\"");
    settlement
        .run(&["adopt", "acme", "-provider=giantswarm.east"])
        .expect(0)
        .says("1 organization, 1 membership, 1 app and 1 scale");
    let text = settlement.text("adopted.tf");
    let blocks = text.matches("\nresource ").count() + text.matches("\nimport ").count();
    let named = text
        .lines()
        .filter(|line| line.trim_start().starts_with("provider"))
        .count();
    assert_eq!((blocks, named), (8, 8), "{text}");
    settlement.run(&["fmt", "-check", "adopted.tf"]).expect(0);
    settlement
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("4 imported, 0 added, 0 changed, 0 destroyed");
    settlement
        .run(&["plan", "-detailed-exitcode"])
        .expect(0)
        .says("No changes");
}

#[test]
fn a_provider_that_is_not_there_is_told_with_those_that_are() {
    let settlement = Settlement::new();
    blocks(&settlement, "  alias = \"east\"\n", "var.user");
    settlement
        .run(&["adopt", "acme", "-provider=giantswarm.eats", "-var=user=x"])
        .expect(1)
        .says("no provider block \"giantswarm.eats\"")
        .says("giantswarm.east");
    for wrong in ["east", "terraform.east", "giantswarm.", "giantswarm.a b"] {
        settlement
            .run(&["adopt", "acme", "-provider", wrong])
            .expect(1)
            .says("cli/usage");
    }
}

#[test]
fn a_variable_that_the_provider_needs_is_named_when_nobody_can_be_asked() {
    let settlement = Settlement::new();
    blocks(&settlement, "", "var.user");
    settlement
        .run(&["adopt", "acme"])
        .expect(1)
        .says("\"user\"")
        .says("-var");
    let given = format!("-var=user={}", settlement.platform.username);
    settlement.run(&["adopt", "acme", &given]).expect(0);
    // One that it does not need is no matter.
    let name = format!("\"{}\"", settlement.platform.username);
    blocks(&settlement, "", &name);
    settlement.run(&["adopt", "acme", "-out=again.tf"]).expect(0);
}
