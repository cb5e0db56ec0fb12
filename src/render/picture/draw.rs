//! Boxes, lines, title and legend as SVG. Where they go was found out before; no colour is named here, only classes.

use std::collections::BTreeMap;
use std::fmt::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::render::markup::escaped;

use super::layout::{HEIGHT, LEFT, LONGEST, Placed};
use super::{CSS, Frame, Mark, Node, Picture};

/// Room around everything, for the title above, and for a row of the legend.
const MARGIN: f64 = 24.0;
const TITLE: f64 = 58.0;
const LEGEND: f64 = 34.0;

/// How round lines turn.
const BEND: f64 = 7.0;

/// A picture is never narrower, so that its legend has room.
const NARROWEST: f64 = 560.0;

/// The whole text, ending with a line break.
pub fn svg(picture: &Picture, placed: &Placed, frame: Frame) -> String {
    let (inner, height) = placed.size;
    let used = marks(picture);
    let note = picture.note.width();
    let width =
        (inner.max(f64::from(u16::try_from(note).unwrap_or(u16::MAX)) * 6.6) + 2.0 * MARGIN).max(NARROWEST);
    let rows = legend_rows(&used, width);
    let legend = TITLE + MARGIN + height + 16.0;
    let total = legend + LEGEND * (rows.len() as f64) + 2.0 * MARGIN;
    let mut out = String::with_capacity(1024 + picture.nodes.len() * 512 + picture.edges.len() * 160);
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"swarmform\" role=\"img\" \
         aria-labelledby=\"picture-title\" aria-describedby=\"picture-desc\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\">",
        w = Number(width),
        h = Number(total)
    );
    let _ = writeln!(
        out,
        "<title id=\"picture-title\">{}</title>",
        escaped(&picture.title)
    );
    let _ = writeln!(
        out,
        "<desc id=\"picture-desc\">{} {ARROWS}</desc>",
        escaped(&picture.note)
    );
    if frame == Frame::Alone {
        let _ = write!(out, "<style>\n{CSS}</style>\n");
    }
    out.push_str(
        "<defs><marker id=\"picture-tip\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"8\" \
         markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"tip\" d=\"M0 0 8 4 0 8z\"/>\
         </marker></defs>\n",
    );
    let _ = writeln!(
        out,
        "<rect class=\"paper\" width=\"{}\" height=\"{}\"/>",
        Number(width),
        Number(total)
    );
    let _ = writeln!(
        out,
        "<text class=\"title\" x=\"{m}\" y=\"38\">{}</text>\n<text class=\"note\" x=\"{m}\" y=\"59\">{}</text>",
        escaped(&picture.title),
        escaped(&picture.note),
        m = Number(MARGIN)
    );
    let _ = writeln!(
        out,
        "<g transform=\"translate({} {})\">",
        Number(MARGIN),
        Number(TITLE + MARGIN)
    );
    for (corners, (_, to)) in placed.edges.iter().zip(&picture.edges) {
        let tip = !matches!(picture.nodes.get(*to), Some(Node::Dot(_)));
        edge(&mut out, corners, tip);
    }
    for (node, place) in picture.nodes.iter().zip(&placed.nodes) {
        draw(&mut out, node, *place);
    }
    out.push_str("</g>\n");
    for (row, marks) in rows.iter().enumerate() {
        let y = legend + MARGIN + LEGEND * (row as f64);
        for (mark, x) in marks {
            entry(&mut out, *mark, *x, y);
        }
    }
    if !picture.edges.is_empty() {
        let y = legend + MARGIN + LEGEND * (rows.len() as f64);
        let _ = writeln!(
            out,
            "<text class=\"note\" x=\"{}\" y=\"{}\">{ARROWS}</text>",
            Number(MARGIN),
            Number(y)
        );
    }
    out.push_str("</svg>\n");
    out
}

/// What lines mean.
const ARROWS: &str = "An arrow leads from what comes first to what waits for it.";

/// A length, with one place behind the point at most.
struct Number(f64);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Adding zero takes the sign of a negative zero away.
        let tenths = (self.0 * 10.0).round() / 10.0 + 0.0;
        write!(f, "{tenths}")
    }
}

/// The marks in use.
fn marks(picture: &Picture) -> Vec<Mark> {
    let used: BTreeMap<Mark, ()> = picture
        .nodes
        .iter()
        .filter_map(|node| match node {
            Node::Box { mark, .. } => Some((*mark, ())),
            Node::Dot(_) => None,
        })
        .collect();
    used.into_keys().collect()
}

/// The entries of the legend, in rows, with where each begins.
fn legend_rows(used: &[Mark], width: f64) -> Vec<Vec<(Mark, f64)>> {
    let mut rows: Vec<Vec<(Mark, f64)>> = Vec::new();
    let mut x = f64::INFINITY;
    for mark in used {
        let needs = 30.0 + 8.0 * f64::from(u16::try_from(mark.word().len()).unwrap_or(0)) + 18.0;
        if x + needs > width - MARGIN {
            rows.push(Vec::new());
            x = MARGIN;
        }
        if let Some(row) = rows.last_mut() {
            row.push((*mark, x));
        }
        x += needs;
    }
    rows
}

fn entry(out: &mut String, mark: Mark, x: f64, y: f64) {
    let _ = writeln!(
        out,
        "<g class=\"{}\" transform=\"translate({} {})\">{}<text class=\"word\" x=\"18\" y=\"5\">{}</text></g>",
        mark.class(),
        Number(x + 12.0),
        Number(y),
        mark.symbol(),
        mark.word()
    );
}

fn draw(out: &mut String, node: &Node, (x, y, width): (f64, f64, f64)) {
    match node {
        Node::Dot(called) => {
            let _ = writeln!(
                out,
                "<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"4\"><title>{}</title></circle>",
                Number(x),
                Number(y),
                escaped(called)
            );
        }
        Node::Box {
            mark,
            head,
            name,
            full,
        } => {
            let _ = writeln!(
                out,
                "<g class=\"{}\" transform=\"translate({} {})\"><title>{}</title><rect class=\"box\" width=\"{}\" \
                 height=\"{}\" rx=\"8\"/><g transform=\"translate(23 {})\">{}</g><text class=\"head\" x=\"{l}\" \
                 y=\"18\">{}</text><text class=\"name\" x=\"{l}\" y=\"35\">{}</text></g>",
                mark.class(),
                Number(x - width / 2.0),
                Number(y - HEIGHT / 2.0),
                escaped(full),
                Number(width),
                Number(HEIGHT),
                Number(HEIGHT / 2.0),
                mark.symbol(),
                escaped(&short(head)),
                escaped(&short(name)),
                l = Number(LEFT)
            );
        }
    }
}

/// A text of bounded width, cut in the middle, for both ends of an address tell it from others.
fn short(text: &str) -> String {
    if text.width() <= LONGEST {
        return text.to_owned();
    }
    let half = (LONGEST - 1) / 2;
    let take = |letters: &mut dyn Iterator<Item = char>| {
        let mut used = 0;
        let fits = |letter: &char| {
            used += letter.width().unwrap_or(0);
            used <= half
        };
        letters.take_while(fits).collect::<Vec<char>>()
    };
    let begin = take(&mut text.chars());
    let mut end = take(&mut text.chars().rev());
    end.reverse();
    begin.into_iter().chain(['\u{2026}']).chain(end).collect()
}

/// A line through these corners, bent where it turns.
fn edge(out: &mut String, corners: &[(f64, f64)], tip: bool) {
    let Some(((x, y), rest)) = corners.split_first() else {
        return;
    };
    let _ = write!(out, "<path class=\"edge\" d=\"M{} {}", Number(*x), Number(*y));
    let mut before = (*x, *y);
    for (at, corner) in rest.iter().enumerate() {
        match rest.get(at + 1) {
            None => {
                let _ = write!(out, "L{} {}", Number(corner.0), Number(corner.1));
            }
            Some(after) => {
                let (begin, end) = (toward(*corner, before), toward(*corner, *after));
                let _ = write!(
                    out,
                    "L{} {}Q{} {} {} {}",
                    Number(begin.0),
                    Number(begin.1),
                    Number(corner.0),
                    Number(corner.1),
                    Number(end.0),
                    Number(end.1)
                );
            }
        }
        before = *corner;
    }
    out.push('"');
    if tip {
        out.push_str(" marker-end=\"url(#picture-tip)\"");
    }
    out.push_str("/>\n");
}

/// The point of a line from a corner where its bend ends: not further than half way.
fn toward(corner: (f64, f64), other: (f64, f64)) -> (f64, f64) {
    let (x, y) = (other.0 - corner.0, other.1 - corner.1);
    let length = x.hypot(y);
    if length == 0.0 {
        return corner;
    }
    let part = BEND.min(length / 2.0) / length;
    (corner.0 + x * part, corner.1 + y * part)
}
