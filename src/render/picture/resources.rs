//! The resources of a configuration as a picture: which of them depend on which, whatever variables, locals, outputs or
//! modules stand between them.

use std::collections::BTreeMap;

use crate::addr::{ConfigResource, Mode};
use crate::graph::{ConfigGraph, ConfigNode};

use super::meet::Part;
use super::{Mark, Node, Picture};

/// The picture of a configuration.
pub fn resources(graph: &ConfigGraph) -> Picture {
    // Every node comes after what it needs.
    let places: BTreeMap<&ConfigNode, usize> = graph
        .order
        .iter()
        .enumerate()
        .map(|(at, node)| (node, at))
        .collect();
    let part = |node: &ConfigNode| Part {
        node: match node {
            ConfigNode::Resource(resource) => Some(drawn(resource)),
            _ => None,
        },
        called: node.to_string(),
        needs: graph
            .needs(node)
            .into_iter()
            .filter_map(|need| places.get(need).copied())
            .collect(),
    };
    let mut picture = Picture::of(
        "Dependencies of the configuration",
        graph.order.iter().map(part).collect(),
    );
    let count = |wanted: Mark| {
        let is = |node: &&Node| matches!(node, Node::Box { mark, .. } if *mark == wanted);
        picture.nodes.iter().filter(is).count()
    };
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    picture.note = match (count(Mark::Resource), count(Mark::Data)) {
        (0, 0) => "There are no resources.".to_owned(),
        (resources, 0) => format!("{}.", plural(resources, "resource")),
        (resources, data) => format!(
            "{}, {}.",
            plural(resources, "resource"),
            plural(data, "data source")
        ),
    };
    picture
}

fn drawn(resource: &ConfigResource) -> Node {
    let inner = &resource.resource;
    let (mark, head) = match inner.mode {
        Mode::Data => (Mark::Data, format!("data {}", inner.type_name)),
        Mode::Managed => (Mark::Resource, inner.type_name.to_string()),
    };
    let module = if resource.module.is_root() {
        String::new()
    } else {
        format!("{}.", resource.module)
    };
    Node::Box {
        mark,
        head,
        name: format!("{module}{}", inner.name),
        full: resource.to_string(),
    }
}
