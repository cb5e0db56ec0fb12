//! What is on the platform and nobody manages.

use std::sync::Arc;

use swarmform::host::{SystemClock, SystemIds};
use swarmform::plan::semantics::Semantics;
use swarmform::ports::{Listed, Provider};
use swarmform::provider::giantswarm::GiantSwarm;
use swarmform::provider::{EmbeddedPlatform, EmbeddedPlatforms, Environment};
use swarmform::value::json;

use crate::town::Town;

/// No platform of our own is wanted.
struct None;

#[async_trait::async_trait]
impl EmbeddedPlatforms for None {
    async fn start(&self) -> Result<EmbeddedPlatform, String> {
        Err("there is none".to_owned())
    }

    async fn stop(&self) {}
}

#[test]
fn a_provider_lists_what_there_is_whoever_made_it() {
    let town = Town::applied();
    town.add_member("stranger");
    let provider = GiantSwarm::new(
        Environment::default(),
        Arc::new(None),
        Arc::new(SystemClock),
        Arc::new(SystemIds),
    );
    let config = json::decode(
        &format!(
            r#"{{"endpoint":"{}","username":"{}","password":"{}"}}"#,
            town.endpoint(),
            town.username(),
            town.password
        ),
        &provider.schema().config.implied_type(),
    );
    let listed = town.runtime.block_on(async {
        provider.configure(&config.unwrap()).await.unwrap();
        provider.list().await.unwrap()
    });
    let one = |type_name: &str, id: &str| Listed {
        type_name: Arc::from(type_name),
        id: Arc::from(id),
    };
    // Neither the organization that comes with the account, nor the membership of its user.
    assert_eq!(
        listed,
        [
            one("giantswarm_app", "drift_lab/dev/hello"),
            one("giantswarm_member", "drift_lab/grace"),
            one("giantswarm_member", "drift_lab/stranger"),
            one("giantswarm_org", "drift_lab"),
        ]
    );
    assert_eq!(provider.calls_made().1, 0, "it only reads");
}
