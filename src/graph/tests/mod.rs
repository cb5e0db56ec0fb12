//! Orders, cycles, reach and drawings of small graphs, and one large one.

mod config;

use super::Graph;

/// A graph from lines such as `a -> b c`.
fn graph(lines: &str) -> Graph<String> {
    let mut graph = Graph::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (from, needs) = line.split_once("->").unwrap_or((line, ""));
        let from = graph.add_node(from.trim().to_owned());
        for need in needs.split_whitespace() {
            let need = graph.add_node(need.to_owned());
            graph.depend(from, need);
        }
    }
    graph
}

fn names(graph: &Graph<String>, ids: impl IntoIterator<Item = super::NodeId>) -> String {
    let names: Vec<&str> = ids
        .into_iter()
        .map(|id| graph.node(id).unwrap().as_str())
        .collect();
    names.join(" ")
}

/// The order, or `cycle:` and the cycles.
fn check(lines: &str, expected: &str) {
    let graph = graph(lines);
    let found = match graph.topological_order() {
        Ok(order) => names(&graph, order),
        Err(first) => {
            let cycles = graph.cycles();
            assert_eq!(cycles.first(), Some(&first));
            let cycles: Vec<String> = cycles.iter().map(|cycle| cycle.path.join(" ")).collect();
            format!("cycle: {}", cycles.join(" | "))
        }
    };
    assert_eq!(found, expected, "{lines}");
}

#[test]
fn what_is_needed_comes_first() {
    check("a -> b c\nb -> d\nc -> d", "d b c a");
    check("", "");
    check("a", "a");
}

#[test]
fn nodes_that_are_free_stand_in_order_of_insertion() {
    check("c\na\nb", "c a b");
    check("z -> b a\ny -> a", "b a z y");
}

#[test]
fn saying_a_need_again_changes_nothing() {
    let mut twice = graph("a -> b");
    let (a, b) = (
        twice.id(&"a".to_owned()).unwrap(),
        twice.id(&"b".to_owned()).unwrap(),
    );
    twice.depend(a, b);
    assert_eq!(twice.edge_count(), 1);
    assert_eq!(twice.needs(a), [b]);
    assert_eq!(twice.dependents(b), [a]);
}

#[test]
fn an_id_of_another_graph_is_ignored() {
    let other = graph("a -> b c");
    let mut small = graph("a");
    let a = small.id(&"a".to_owned()).unwrap();
    small.depend(a, other.id(&"c".to_owned()).unwrap());
    assert_eq!(small.edge_count(), 0);
}

#[test]
fn a_cycle_is_told_by_a_shortest_path() {
    check("a -> b\nb -> c\nc -> a", "cycle: a b c");
    check("a -> b c\nb -> c\nc -> a", "cycle: a c");
    check("x -> a\na -> a", "cycle: a");
    check("a -> b\nb -> d\nd -> b e\ne -> b", "cycle: b d");
}

#[test]
fn each_knot_tells_one_cycle() {
    check("a -> b\nb -> a\nc -> d\nd -> c a\ne -> e", "cycle: a b | c d | e");
}

#[test]
fn the_same_input_gives_the_same_order() {
    let lines = "f -> e b\ne -> a d\nb -> d\nc -> f a\ng";
    let first = names(&graph(lines), graph(lines).topological_order().unwrap());
    for _ in 0..20 {
        assert_eq!(
            names(&graph(lines), graph(lines).topological_order().unwrap()),
            first
        );
    }
}

#[test]
fn the_closure_of_a_node_is_all_that_it_needs() {
    let graph = graph("a -> b\nb -> c\nd -> b\ne");
    let closure = |of: &[&str]| {
        let of: Vec<String> = of.iter().map(|name| (*name).to_owned()).collect();
        (
            names(&graph, graph.closure(&of)),
            names(&graph, graph.closure_of_dependents(&of)),
        )
    };
    assert_eq!(closure(&["b"]), ("b c".to_owned(), "a b d".to_owned()));
    assert_eq!(closure(&["a", "e"]), ("a b c e".to_owned(), "a e".to_owned()));
    assert_eq!(closure(&["nope"]), (String::new(), String::new()));
}

fn edges(graph: &Graph<String>) -> String {
    let edges: Vec<String> = graph
        .edges()
        .map(|(from, to)| names(graph, [from, to]).replace(' ', ">"))
        .collect();
    edges.join(" ")
}

#[test]
fn a_reduction_keeps_only_the_edges_that_do_not_follow_from_others() {
    assert_eq!(
        edges(&graph("a -> b c d\nb -> c\nc -> d").reduction().unwrap()),
        "a>b b>c c>d"
    );
    assert_eq!(
        edges(&graph("a -> b c\nb -> d\nc -> d").reduction().unwrap()),
        "a>b a>c b>d c>d"
    );
    assert_eq!(
        edges(&graph("a -> e b\nb -> c\nc -> d\nd -> e").reduction().unwrap()),
        "a>b b>c c>d d>e"
    );
    assert!(graph("a -> b\nb -> a").reduction().is_err());
}

#[test]
fn what_is_left_out_still_joins_what_is_kept() {
    let graph = graph("a -> x\nx -> y b\ny -> c\nb -> c");
    let kept = graph.only(|name| !["x", "y"].contains(&name.as_str()));
    assert_eq!(edges(&kept), "a>b a>c b>c");
    assert_eq!(kept.len(), 3);
}

#[test]
fn a_drawing_is_sorted_and_escaped() {
    let graph = graph("b -> a\na[\"x\"] -> b\nhidden -> a");
    let drawing = graph.to_dot(|name| (name != "hidden").then(|| name.clone()));
    assert_eq!(
        drawing,
        r#"digraph G {
  rankdir = "RL";
  node [shape = rect, fontname = "sans-serif"];
  "a" [label="a"];
  "a[\"x\"]" [label="a[\"x\"]"];
  "b" [label="b"];
  "a[\"x\"]" -> "b";
  "b" -> "a";
}
"#
    );
}

#[test]
fn a_chain_of_100_000_nodes_is_walked_without_overflow() {
    const LENGTH: u32 = 100_000;
    let mut chain = Graph::new();
    let ids: Vec<_> = (0..LENGTH).map(|at| chain.add_node(at)).collect();
    for pair in ids.windows(2) {
        chain.depend(pair[0], pair[1]);
    }
    let order = chain.topological_order().unwrap();
    assert_eq!(order.first(), ids.last());
    assert_eq!(chain.closure([&0]).len(), LENGTH as usize);
    assert_eq!(chain.reduction().unwrap().edge_count(), LENGTH as usize - 1);
    chain.depend(ids[LENGTH as usize - 1], ids[0]);
    assert_eq!(chain.topological_order().unwrap_err().path.len(), LENGTH as usize);
}
