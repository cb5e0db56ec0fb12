//! Graphs as DOT: the resources of a configuration, or the steps of a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::graph::{ConfigGraph, ConfigNode, Graph};
use crate::plan::change::Plan;
use crate::plan::steps::label;

/// Which resources depend on which, whatever variables, locals, outputs or modules stand between them.
pub fn resources(graph: &ConfigGraph) -> String {
    let mut near: BTreeMap<&ConfigNode, BTreeSet<&ConfigNode>> = BTreeMap::new();
    let mut drawn: Graph<ConfigNode> = Graph::new();
    // Every node comes after what it needs.
    for node in &graph.order {
        let mut found = BTreeSet::new();
        for need in graph.needs(node) {
            match need {
                ConfigNode::Resource(_) => {
                    found.insert(need);
                }
                _ => found.extend(near.get(need).into_iter().flatten().copied()),
            }
        }
        if let ConfigNode::Resource(_) = node {
            let from = drawn.add_node(node.clone());
            for need in &found {
                let to = drawn.add_node((*need).clone());
                drawn.depend(from, to);
            }
        }
        near.insert(node, found);
    }
    drawn.to_dot(|node| match node {
        ConfigNode::Resource(resource) => Some(resource.to_string()),
        _ => None,
    })
}

/// The steps of a plan, each with an arrow to what it waits for.
pub fn steps(plan: &Plan) -> String {
    let mut out =
        String::from("digraph G {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n");
    for (at, step) in plan.steps.steps.iter().enumerate() {
        let _ = writeln!(
            out,
            "  {at} [label={}];",
            quote(&label(&step.kind, &plan.changes))
        );
        for need in &step.needs {
            let _ = writeln!(out, "  {at} -> {need};");
        }
    }
    out.push_str("}\n");
    out
}

fn quote(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", super::escape::line(&text))
}
