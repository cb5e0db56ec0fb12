//! Graphs as DOT: the resources of a configuration, or the steps of a plan.

use std::fmt::Write;

use crate::graph::{ConfigNode, Graph};
use crate::plan::change::Plan;
use crate::plan::steps::label;

/// Which resources depend on which, over whatever stands between them.
pub fn resources(graph: &Graph<ConfigNode>) -> String {
    graph.to_dot(|node| match node {
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
