//! A graph as DOT, the language of Graphviz. It draws nothing and chooses no colours.

use super::dag::{Graph, NodeId};

impl<N: Ord + Clone> Graph<N> {
    /// The graph as DOT. Nodes whose label is `None` are left out, and so are their edges. Nodes and edges are
    /// sorted by label.
    pub fn to_dot(&self, label: impl Fn(&N) -> Option<String>) -> String {
        let name = |id: NodeId| self.node(id).and_then(&label).map(|label| quote(&label));
        let mut nodes: Vec<String> = self.ids().filter_map(name).collect();
        nodes.sort();
        let mut edges: Vec<(String, String)> = self
            .edges()
            .filter_map(|(from, to)| Some((name(from)?, name(to)?)))
            .collect();
        edges.sort();
        let mut out = String::from(
            "digraph G {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n",
        );
        for node in nodes {
            out.push_str(&format!("  {node} [label={node}];\n"));
        }
        for (from, to) in edges {
            out.push_str(&format!("  {from} -> {to};\n"));
        }
        out.push_str("}\n");
        out
    }
}

/// A DOT string: only the quote and the backslash have a meaning in it; control characters become spaces.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            control if control.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
