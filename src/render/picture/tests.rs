//! Pictures: what is drawn of a graph, that it is well-formed XML, the same every time, and small enough.

use super::meet::{Part, meet};
use super::*;

fn a_box(name: &str) -> Node {
    Node::Box {
        mark: Mark::Create,
        head: "create thing".to_owned(),
        name: name.to_owned(),
        full: format!("create thing.{name}"),
    }
}

fn part(name: &str, drawn: bool, needs: &[usize]) -> Part {
    Part {
        node: drawn.then(|| a_box(name)),
        called: name.to_owned(),
        needs: needs.to_vec(),
    }
}

fn called(node: &Node) -> &str {
    match node {
        Node::Box { name, .. } => name,
        Node::Dot(called) => called,
    }
}

/// `a>b` for each line, and the nodes that are dots.
fn shown(parts: Vec<Part>) -> String {
    let (nodes, edges) = meet(parts);
    let lines: Vec<String> = edges
        .iter()
        .map(|(from, to)| format!("{}>{}", called(&nodes[*from]), called(&nodes[*to])))
        .collect();
    let dots: Vec<&str> = nodes
        .iter()
        .filter(|node| matches!(node, Node::Dot(_)))
        .map(called)
        .collect();
    format!("{} dots:{}", lines.join(" "), dots.join(","))
}

#[test]
fn what_does_nothing_passes_its_lines_on() {
    let parts = vec![
        part("a", true, &[]),
        part("local", false, &[0]),
        part("b", true, &[1]),
        part("output", false, &[2]),
    ];
    assert_eq!(shown(parts), "a>b dots:");
}

#[test]
fn a_line_that_follows_from_others_is_left_out() {
    let parts = vec![
        part("a", true, &[]),
        part("b", true, &[0]),
        part("c", true, &[0, 1]),
    ];
    assert_eq!(shown(parts), "a>b b>c dots:");
}

#[test]
fn many_lines_meet_in_a_dot_instead_of_becoming_more() {
    let mut parts: Vec<Part> = (0..40).map(|at| part(&format!("a{at}"), true, &[])).collect();
    parts.push(part("ready", false, &(0..40).collect::<Vec<_>>()));
    parts.extend((0..40).map(|at| part(&format!("b{at}"), true, &[40])));
    let (nodes, edges) = meet(parts);
    assert_eq!((nodes.len(), edges.len()), (81, 80));
}

#[test]
fn a_dot_that_leads_nowhere_goes() {
    let mut parts: Vec<Part> = (0..3).map(|at| part(&format!("a{at}"), true, &[])).collect();
    parts.push(part("ready", false, &[0, 1, 2]));
    parts.extend((0..3).map(|at| part(&format!("output{at}"), false, &[3])));
    assert_eq!(shown(parts), " dots:");
}

/// A chain, a star, a hub with lines past it, boxes without lines.
fn pictures() -> Vec<Picture> {
    let of = |count: usize, needs: &dyn Fn(usize) -> Vec<usize>| {
        Picture::of(
            "a & b",
            (0..count)
                .map(|at| part(&format!("n{at}"), true, &needs(at)))
                .collect(),
        )
    };
    vec![
        of(0, &|_| vec![]),
        of(1, &|_| vec![]),
        of(30, &|_| vec![]),
        of(20, &|at| at.checked_sub(1).into_iter().collect()),
        of(60, &|at| if at == 0 { vec![] } else { vec![0] }),
        of(60, &|at| {
            (0..at).filter(|need| (at * 7 + need * 5) % 11 == 0).collect()
        }),
    ]
}

#[test]
fn every_picture_is_well_formed_and_has_a_title_and_a_description() {
    for picture in pictures() {
        for frame in [Frame::Alone, Frame::Inside] {
            let text = picture.svg(frame).unwrap();
            let document = roxmltree::Document::parse(&text).unwrap();
            let root = document.root_element();
            assert_eq!(root.attribute("role"), Some("img"));
            let has = |name: &str| {
                root.children()
                    .any(|child| child.has_tag_name(("http://www.w3.org/2000/svg", name)))
            };
            assert!(has("title") && has("desc"));
            assert_eq!(has("style"), frame == Frame::Alone);
            assert_eq!(text, picture.svg(frame).unwrap());
        }
    }
}

#[test]
fn no_box_lies_on_another_and_no_line_goes_through_one() {
    for picture in pictures() {
        let placed = layout::place(&picture).unwrap();
        let inside = |(x, y): (f64, f64), at: usize, slack: f64| {
            let (middle, height, width) = placed.nodes[at];
            (x - middle).abs() < width / 2.0 - slack && (y - height).abs() < layout::HEIGHT / 2.0 - slack
        };
        for at in 0..placed.nodes.len() {
            let (x, y, width) = placed.nodes[at];
            for other in at + 1..placed.nodes.len() {
                let (u, v, wide) = placed.nodes[other];
                let apart = (x - u).abs() >= (width + wide) / 2.0 || (y - v).abs() >= layout::HEIGHT;
                assert!(apart, "{at} and {other} of {}", picture.nodes.len());
            }
        }
        for line in &placed.edges {
            for ends in line.windows(2) {
                for step in 0..=20 {
                    let part = f64::from(step) / 20.0;
                    let between = |from: f64, to: f64| from + (to - from) * part;
                    let point = (between(ends[0].0, ends[1].0), between(ends[0].1, ends[1].1));
                    assert!((0..placed.nodes.len()).all(|at| !inside(point, at, 1.0)));
                }
            }
        }
    }
}

#[test]
fn a_thousand_boxes_are_drawn_and_more_are_refused() {
    let star = |count: usize| {
        let parts = (0..count).map(|at| part(&format!("n{at}"), true, if at == 0 { &[] } else { &[0] }));
        Picture::of("star", parts.collect())
    };
    let text = star(MOST_NODES).svg(Frame::Alone).unwrap();
    assert_eq!(text.matches("class=\"box\"").count(), MOST_NODES);
    let too_large = star(MOST_NODES + 1).svg(Frame::Alone).unwrap_err();
    assert_eq!((too_large.nodes, too_large.edges), (MOST_NODES + 1, MOST_NODES));
}

#[test]
fn a_long_name_keeps_both_ends_and_is_whole_in_its_title() {
    let name = format!("module.first.{}[\"last & <least>\"]", "x".repeat(80));
    let picture = Picture::of("long", vec![part(&name, true, &[])]);
    let text = picture.svg(Frame::Alone).unwrap();
    let document = roxmltree::Document::parse(&text).unwrap();
    let texts: Vec<&str> = document.descendants().filter_map(|node| node.text()).collect();
    assert!(texts.iter().any(|text| text.starts_with("module.first.")
        && text.contains('\u{2026}')
        && text.ends_with("<least>\"]")));
    assert!(texts.contains(&&*format!("create thing.{name}")));
}

#[test]
fn every_mark_has_a_word_a_shape_and_a_sign_of_its_own() {
    use Mark::*;
    let steps = [Create, Update, Replace, Delete, Read, Import, Run, Forget, Keep];
    let count = |of: fn(Mark) -> &'static str| {
        let all: std::collections::BTreeSet<&str> = steps.iter().map(|mark| of(*mark)).collect();
        all.len()
    };
    for of in [Mark::word, Mark::shape, Mark::sign, Mark::class] {
        assert_eq!(count(of), steps.len());
    }
    for mark in steps {
        assert!(
            CSS.contains(&format!(".{} .mark", mark.class())) || mark == Forget,
            "{mark:?}"
        );
    }
}
