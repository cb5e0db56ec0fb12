//! Where boxes and lines of a picture go. The only file that names graphlay.
//!
//! graphlay was taken of five libraries that were tried in 2026-11 on chains, stars, hubs, random and dense graphs of
//! 200 and 1,000 nodes. It promises not to panic on any input and to give the same result on every machine, it keeps to
//! sizes of boxes and routes lines around them, and it needs two small crates; MIT or Apache-2.0. With the repairs of
//! its router off (which a border with a thousand lines would keep busy for seconds) every one of these graphs takes it
//! less than half a second. rust-sugiyama is faster, but lets boxes overlap and routes no lines; layout-rs has open
//! reports of graphs of 700 nodes that take it more than ten minutes; dagre took 7 s for a star and 27 s for a random
//! graph of 1,000 nodes; dugong is not out of alpha.
//!
//! Boxes without lines are put into a grid below the others here, for there is nothing to lay out.

use std::collections::{BTreeMap, BTreeSet};

use graphlay::{Edge, GraphBuilder, LayoutError, LayoutOptions, MergeEdges, PortSides, Shape, Size};
use unicode_width::UnicodeWidthStr;

use super::{Node, Picture};

/// Height of a box.
pub const HEIGHT: f64 = 46.0;

/// Room left of the texts in a box, for the mark.
pub const LEFT: f64 = 44.0;

/// How wide a column of the large line of text is, and of the small one.
pub const LARGE: f64 = 7.9;
pub const SMALL: f64 = 6.7;

/// Across a dot.
const DOT: f64 = 8.0;

/// Longer texts are cut in the middle.
pub const LONGEST: usize = 40;

/// Between boxes of the same column, and in the grid.
const GAP: f64 = 16.0;

/// Between columns.
const LAYER: f64 = 64.0;

/// Up to this many lines there is room for each beside the others.
const FEW: usize = 60;

/// A grid is at least this wide, if it has enough boxes.
const PAGE: f64 = 1100.0;

/// Where everything is, from 0,0 to the right and down.
pub struct Placed {
    /// Middle and width of each node.
    pub nodes: Vec<(f64, f64, f64)>,
    /// The corners of each line.
    pub edges: Vec<Vec<(f64, f64)>>,
    /// Width and height of the whole.
    pub size: (f64, f64),
}

/// How wide the texts of a node make it.
fn width(node: &Node) -> f64 {
    let columns =
        |text: &str, most: usize| f64::from(u16::try_from(text.width().min(most)).unwrap_or(u16::MAX));
    match node {
        Node::Dot(_) => DOT,
        Node::Box { head, name, .. } => {
            let text = (columns(name, LONGEST) * LARGE).max(columns(head, LONGEST) * SMALL);
            (LEFT + text + 14.0).ceil()
        }
    }
}

/// Lays a picture out.
pub fn place(picture: &Picture) -> Result<Placed, LayoutError> {
    // Boxes of one width stand in columns.
    let widest = picture.nodes.iter().map(width).fold(0.0, f64::max);
    let is_dot = |node: &Node| matches!(node, Node::Dot(_));
    let widths: Vec<f64> = picture
        .nodes
        .iter()
        .map(|node| if is_dot(node) { DOT } else { widest })
        .collect();
    let joined: BTreeSet<usize> = picture.edges.iter().flat_map(|(from, to)| [*from, *to]).collect();
    let mut builder = GraphBuilder::new();
    let ids: Vec<_> = widths
        .iter()
        .enumerate()
        .map(|(at, width)| {
            let is_dot = picture.nodes.get(at).is_some_and(is_dot);
            let node = graphlay::Node {
                size: Size::new(*width, if is_dot { DOT } else { HEIGHT }),
                shape: if is_dot { Shape::Ellipse } else { Shape::default() },
                ..graphlay::Node::default()
            };
            joined.contains(&at).then(|| builder.add_node(node))
        })
        .collect();
    let id = |at: &usize| ids.get(*at).copied().flatten();
    for (from, to) in &picture.edges {
        if let Some((from, to)) = id(from).zip(id(to)) {
            builder.add_edge(Edge::new(from, to));
        }
    }
    let layout = graphlay::layout(&builder.build(), &options(picture.edges.len()))?;
    let mut placements = layout.nodes.iter();
    let (left, top) = (layout.bounds.min.x, layout.bounds.min.y);
    let mut nodes: Vec<(f64, f64, f64)> = Vec::with_capacity(widths.len());
    let mut columns = Columns::default();
    for (at, width) in widths.iter().enumerate() {
        let placed = joined.contains(&at).then(|| placements.next()).flatten();
        let (x, y) = placed.map_or((0.0, 0.0), |placed| {
            (placed.center.x - left, placed.center.y - top)
        });
        nodes.push((x, y, *width));
        if let Some(rank) = placed.and_then(|placed| placed.rank) {
            columns.add(at, rank, (x - width / 2.0, x + width / 2.0));
        }
    }
    let line = |route: &graphlay::EdgeRoute| -> Vec<(f64, f64)> {
        route
            .points
            .iter()
            .map(|point| (point.x - left, point.y - top))
            .collect()
    };
    let mut size = if joined.is_empty() {
        (0.0, 0.0)
    } else {
        (layout.bounds.width(), layout.bounds.height())
    };
    let alone: Vec<usize> = (0..nodes.len()).filter(|at| !joined.contains(at)).collect();
    grid(&mut nodes, &alone, &mut size);
    let mut edges: Vec<Vec<(f64, f64)>> = layout.edges.iter().map(line).collect();
    if edges.len() > FEW {
        bundle(&mut edges, &picture.edges, &nodes, &columns);
    }
    Ok(Placed { nodes, edges, size })
}

/// The columns that nodes stand in.
#[derive(Default)]
struct Columns {
    of: BTreeMap<usize, i32>,
    sides: BTreeMap<i32, (f64, f64)>,
}

impl Columns {
    fn add(&mut self, node: usize, column: i32, (left, right): (f64, f64)) {
        self.of.insert(node, column);
        let sides = self.sides.entry(column).or_insert((left, right));
        *sides = (sides.0.min(left), sides.1.max(right));
    }

    /// The left and the right side of the column of a node.
    fn sides(&self, node: usize) -> (f64, f64) {
        let sides = self.of.get(&node).and_then(|column| self.sides.get(column));
        sides.copied().unwrap_or_default()
    }
}

/// Lets lines that leave one node, or reach one, turn at one place instead of beside each other, where there would be no
/// room for that.
fn bundle(
    lines: &mut [Vec<(f64, f64)>],
    ends: &[(usize, usize)],
    nodes: &[(f64, f64, f64)],
    columns: &Columns,
) {
    let mut leaving: BTreeMap<usize, usize> = BTreeMap::new();
    let mut reaching: BTreeMap<usize, usize> = BTreeMap::new();
    for (from, to) in ends {
        *leaving.entry(*from).or_default() += 1;
        *reaching.entry(*to).or_default() += 1;
    }
    // Neighbours keep apart.
    let lane = |at: usize| 5.0 * (f64::from(u8::try_from(at % 5).unwrap_or(0)) - 2.0);
    let height = |at: usize| nodes.get(at).map_or(0.0, |node| node.1);
    for (line, (from, to)) in lines.iter_mut().zip(ends) {
        // A line with one turn can follow one of them.
        let is_short = line.len() <= 4;
        let into = reaching.get(to) > leaving.get(from);
        // A line that goes on straight past the next column turns where there is room for it alone.
        let side = columns.sides(*from).1;
        if (!is_short || !into)
            && let [first, second, third, _, ..] = line.as_mut_slice()
            && (side..=side + LAYER).contains(&second.0)
        {
            let x = side + LAYER / 2.0 + lane(*from);
            (first.1, second.1) = (height(*from), height(*from));
            (second.0, third.0) = (x, x);
        }
        let side = columns.sides(*to).0;
        if (!is_short || into)
            && let [.., _, third, second, last] = line.as_mut_slice()
            && (side - LAYER..=side).contains(&second.0)
        {
            let x = side - LAYER / 2.0 + lane(*to);
            (last.1, second.1) = (height(*to), height(*to));
            (second.0, third.0) = (x, x);
        }
    }
}

/// Puts nodes that nothing leads to or from in rows below the others.
fn grid(nodes: &mut [(f64, f64, f64)], alone: &[usize], size: &mut (f64, f64)) {
    let mut top = if size.1 > 0.0 { size.1 + 2.0 * GAP } else { 0.0 };
    let (mut column, mut wide): (f64, f64) = (0.0, size.0);
    for at in alone {
        let width = nodes.get(*at).map_or(0.0, |node| node.2);
        if column > 0.0 && column + width > wide.max(PAGE) {
            column = 0.0;
            top += HEIGHT + GAP;
        }
        if let Some(node) = nodes.get_mut(*at) {
            *node = (column + width / 2.0, top + HEIGHT / 2.0, width);
        }
        wide = wide.max(column + width);
        column += width + GAP;
        *size = (wide, top + HEIGHT);
    }
}

fn options(edges: usize) -> LayoutOptions {
    let mut options = LayoutOptions::layered_default();
    options.spacing.node_gap = GAP;
    options.spacing.dummy_gap = GAP;
    options.spacing.layer_gap = LAYER;
    options.routing.port_sides = PortSides::FacingOnly;
    options.routing.merge_edges = MergeEdges::Both;
    options.routing.lane_gap = if edges <= FEW { 6.0 } else { 0.0 };
    options.tuning.routing.port_relax_rounds = 0;
    options.tuning.routing.step_flatten = 0.0;
    options.tuning.routing.overlap_repair_rounds = 0;
    options
}
