//! `export` of an app as the platform has it, without any state.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::Settlement;

#[test]
fn an_app_of_the_platform_is_exported_as_the_platform_has_it() {
    let settlement = Settlement::new();
    let component = json!({
        "component_name": "web", "image": "acme/web:1", "ports": ["80"], "domains": { "acme.example.com": "80" },
        "env": ["WHERE=here", "BARE"], "args": ["-v"], "scaling_policy": { "min": 2, "max": 4 }
    });
    settlement.app("live", "shop", component);
    let exported = settlement.run(&["export", "acme/live/shop"]).expect(0);
    let exported: Value = serde_json::from_str(&exported.out).unwrap();
    let held = settlement.wait(settlement.client.app_config("acme", "live", "shop"));
    assert_eq!(exported, serde_json::from_str::<Value>(&held).unwrap());
    // A file of it converts to an app that is as it was.
    settlement
        .run(&["export", "acme/live/shop", "-out=swarm.json"])
        .expect(0);
    let convert = ["convert", "swarm.json", "-org=acme", "-env=live", "-out=shop.tf"];
    settlement.run(&convert).expect(0);
    settlement
        .run(&["import", "giantswarm_app.shop", "acme/live/shop"])
        .expect(0);
    settlement
        .run(&["plan", "-detailed-exitcode"])
        .expect(2)
        .says("running");
}

#[test]
fn what_looks_like_a_secret_on_the_platform_is_exported_as_a_variable() {
    let settlement = Settlement::new();
    let component = json!({
        "component_name": "db", "image": "mysql", "env": ["MYSQL_PASSWORD=hush \"$\" hush", "TZ=UTC"],
        "args": ["--token", "hush-2"]
    });
    settlement.app("live", "shop", component);
    let ran = settlement
        .run(&[
            "export",
            "acme/live/shop",
            "-out=swarm.json",
            "-vars-out=swarmvars.json",
        ])
        .expect(0)
        .never_says("hush");
    assert_eq!(ran.out, "");
    let text = settlement.text("swarm.json");
    assert!(!text.contains("hush") && text.contains("TZ=UTC"), "{text}");
    let values = settlement.place.path().join("swarmvars.json");
    assert_eq!(fs::metadata(&values).unwrap().permissions().mode() & 0o777, 0o600);
    settlement
        .run(&["convert", "swarm.json", "-secrets-out=again.tfvars"])
        .expect(0)
        .says("MYSQL_PASSWORD = var.shop_db_mysql_password");
    let again = settlement.text("again.tfvars");
    assert!(
        again.contains("= \"hush \\\"$\\\" hush\"") && again.contains("= \"hush-2\""),
        "{again}"
    );
    settlement
        .run(&["export", "acme/live/shop"])
        .expect(0)
        .says("-vars-out=FILE")
        .never_says("hush");
}

#[test]
fn what_is_no_app_or_not_there_is_told() {
    let settlement = Settlement::new();
    settlement
        .run(&["export", "acme/live"])
        .expect(1)
        .says("cli/bad-spot")
        .says("is no app");
    settlement
        .run(&["export", "acme/live/shop/front"])
        .expect(1)
        .says("cli/bad-spot");
    settlement
        .run(&["export", "acme/live/shop"])
        .expect(1)
        .says("cli/platform")
        .says("acme/live/shop");
    settlement
        .run(&["export", "giantswarm_app.shop"])
        .expect(1)
        .says("cli/no-instance");
}
