//! From a graph with everything in it to one that people can look at: what does nothing by itself is left out, and so
//! are lines that follow from others.
//!
//! A node that is left out passes on the lines that reach it, unless there would be more of them than before: then it
//! stays, as a dot. So the number of lines never grows, however many instances refer to one resource.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::Graph;

use super::{MOST_NODES, Node, Picture};

/// One node of the whole graph.
pub struct Part {
    /// How it is drawn; `None` where it does nothing by itself.
    pub node: Option<Node>,
    /// What it is called, should it stay as a dot.
    pub called: String,
    /// What comes before it, by place; each stands before it in the whole graph.
    pub needs: Vec<usize>,
}

/// The nodes to draw, and the lines between them.
pub fn meet(parts: Vec<Part>) -> (Vec<Node>, Vec<(usize, usize)>) {
    let mut waiting: Vec<usize> = vec![0; parts.len()];
    for need in parts.iter().flat_map(|part| &part.needs) {
        if let Some(count) = waiting.get_mut(*need) {
            *count += 1;
        }
    }
    let mut nodes: Vec<Node> = Vec::new();
    let mut graph: Graph<usize> = Graph::new();
    // What lines that leave a node of the whole graph begin at.
    let mut ends: Vec<BTreeSet<usize>> = Vec::with_capacity(parts.len());
    for (part, behind) in parts.into_iter().zip(waiting) {
        let before: BTreeSet<usize> = part
            .needs
            .iter()
            .filter_map(|need| ends.get(*need))
            .flatten()
            .copied()
            .collect();
        let more = before.len() * behind > before.len() + behind;
        let node = part.node.or_else(|| more.then_some(Node::Dot(part.called)));
        ends.push(match node {
            None => before,
            Some(node) => {
                let to = graph.add_node(nodes.len());
                for at in before {
                    let from = graph.add_node(at);
                    graph.depend(to, from);
                }
                nodes.push(node);
                BTreeSet::from([nodes.len() - 1])
            }
        });
    }
    // What is too large to be drawn needs no care. Every line leads forward, so there is no cycle.
    let fits = nodes.len() <= MOST_NODES;
    let graph = if fits {
        graph.reduction().unwrap_or(graph)
    } else {
        graph
    };
    let name = |id| graph.node(id).copied();
    let mut edges: Vec<(usize, usize)> = graph
        .edges()
        .filter_map(|(to, from)| Some((name(from)?, name(to)?)))
        .collect();
    edges.sort_unstable();
    if fits {
        pruned(nodes, edges)
    } else {
        (nodes, edges)
    }
}

/// Without dots that no line leaves any more or that none reaches.
fn pruned(nodes: Vec<Node>, mut edges: Vec<(usize, usize)>) -> (Vec<Node>, Vec<(usize, usize)>) {
    let is_dot = |at: usize| matches!(nodes.get(at), Some(Node::Dot(_)));
    loop {
        let from: BTreeSet<usize> = edges.iter().map(|(from, _)| *from).collect();
        let to: BTreeSet<usize> = edges.iter().map(|(_, to)| *to).collect();
        let all = edges.len();
        edges.retain(|(one, other)| {
            (!is_dot(*one) || to.contains(one)) && (!is_dot(*other) || from.contains(other))
        });
        if edges.len() == all {
            break;
        }
    }
    let used: BTreeSet<usize> = edges.iter().flat_map(|(from, to)| [*from, *to]).collect();
    let kept: BTreeMap<usize, usize> = (0..nodes.len())
        .filter(|at| !is_dot(*at) || used.contains(at))
        .enumerate()
        .map(|(new, old)| (old, new))
        .collect();
    let edges = edges
        .into_iter()
        .filter_map(|(from, to)| Some((*kept.get(&from)?, *kept.get(&to)?)))
        .collect();
    let nodes = nodes
        .into_iter()
        .enumerate()
        .filter(|(at, _)| kept.contains_key(at))
        .map(|(_, node)| node)
        .collect();
    (nodes, edges)
}

impl Picture {
    /// A picture of these parts.
    pub(super) fn of(title: &str, parts: Vec<Part>) -> Picture {
        let (nodes, edges) = meet(parts);
        Picture {
            title: title.to_owned(),
            note: String::new(),
            nodes,
            edges,
        }
    }
}
