//! Which resources are made anew before their old objects go, by what the configuration says.
//!
//! What else decides on the order of a replacement is `compile`'s.

use std::collections::BTreeSet;

use crate::addr::{ConfigResource, Mode};
use crate::config::Config;
use crate::graph::{ConfigGraph, ConfigNode};

/// The resources that say `create_before_destroy`, and all that they need: an old object can only outlive its
/// replacement while what it was made from lives, too.
pub(super) fn create_first(config: &Config, graph: &ConfigGraph) -> BTreeSet<ConfigResource> {
    let all = config.modules.iter().flat_map(|(module, declared)| {
        declared
            .resources
            .values()
            .filter(|resource| resource.lifecycle.create_before_destroy == Some(true))
            .map(|resource| {
                ConfigNode::Resource(ConfigResource {
                    module: module.clone(),
                    resource: resource.addr.clone(),
                })
            })
    });
    let say_so: Vec<ConfigNode> = all.collect();
    let needed = graph.closure(say_so.iter()).into_iter();
    needed
        .filter_map(|node| match node {
            ConfigNode::Resource(resource) if resource.resource.mode == Mode::Managed => Some(resource),
            _ => None,
        })
        .collect()
}
