//! Printing lists and sets: what changes, where it stands, and how much stays.
//!
//! Elements that are known by a key are named where they stay or move, and are not shown again. Everything else about
//! printing is in `print`.

use crate::value::Value;

use super::diff::{Diff, Moved, Nested, Sign};
use super::escape;
use super::print::{Printer, scalar};

/// Of more elements that only move, the rest is counted.
const MOVES: usize = 5;

impl Printer {
    /// The elements, from `[` to `]`.
    pub(super) fn items(self, out: &mut String, indent: usize, diff: &Diff, ordered: bool, items: &[Diff]) {
        if items.is_empty() {
            out.push_str("[]");
            self.gone(out, diff.sign);
            return self.forces(out, diff);
        }
        out.push('[');
        self.forces(out, diff);
        out.push('\n');
        let only_moves = |item: &Diff| item.moved.is_some_and(|moved| moved.only);
        let changes = |item: &Diff| item.sign != Sign::Keep && !only_moves(item);
        let changed = |at: usize| items.get(at).is_some_and(changes);
        let mut hidden: Vec<&Diff> = Vec::new();
        let mut moves = 0;
        for (at, item) in items.iter().enumerate() {
            // Where the order matters, the neighbours of a change show where it is.
            let beside = ordered && (changed(at + 1) || at.checked_sub(1).is_some_and(changed));
            let keep = item.sign == Sign::Keep;
            if keep && !self.all && (!beside || item.label.is_some()) {
                hidden.push(item);
                continue;
            }
            if only_moves(item) {
                moves += 1;
                if moves > MOVES {
                    continue;
                }
            }
            if ordered {
                self.run(out, indent + 1, &std::mem::take(&mut hidden), true);
            }
            if let Some(moved) = &item.moved {
                self.moved(out, indent + 1, *moved, "element", item.label_value());
                if moved.only {
                    continue;
                }
            }
            let printer = if keep {
                self.everything().bare()
            } else {
                self.bare()
            };
            printer.mark_change(out, indent + 1, item);
            printer.margin(out, indent + 1, item.sign);
            printer.known_by(item.label_name()).value(out, indent + 1, item);
            out.push_str(",\n");
        }
        self.run(out, indent + 1, &hidden, ordered);
        self.more_moves(out, indent + 1, moves, "element");
        self.margin(out, indent, Sign::Keep);
        out.push(']');
        self.gone(out, diff.sign);
    }

    /// How many elements stay, and from which to which.
    fn run(self, out: &mut String, indent: usize, run: &[&Diff], ordered: bool) {
        let label = |item: Option<&&Diff>| item.and_then(|item| item.label_value()).map(scalar);
        let named = match (label(run.first()), label(run.last())) {
            (Some(only), _) if ordered && run.len() == 1 => format!(": {only}"),
            (Some(first), Some(last)) if ordered => format!(": {first} to {last}"),
            _ => String::new(),
        };
        self.hidden(out, indent, "element", run.len(), &named);
    }

    /// A line of a move; of one that changes besides, it stands above the change.
    pub(super) fn moved(
        self,
        out: &mut String,
        indent: usize,
        moved: Moved,
        noun: &str,
        label: Option<&Value>,
    ) {
        let sign = if moved.only { Sign::Change } else { Sign::Keep };
        self.margin(out, indent, sign);
        let what = match label {
            Some(label) => format!("{noun} {} moves", scalar(label)),
            None => format!("{noun} moves"),
        };
        self.remark(out, &format!("# {what} from [{}] to [{}]", moved.from, moved.to));
        out.push('\n');
    }

    fn more_moves(self, out: &mut String, indent: usize, moves: usize, noun: &str) {
        let more = moves.saturating_sub(MOVES);
        if more > 0 {
            self.margin(out, indent, Sign::Change);
            let (plural, verb) = if more == 1 { ("", "moves") } else { ("s", "move") };
            self.remark(out, &format!("# {more} more {noun}{plural} {verb}"));
            out.push('\n');
        }
    }

    /// Nested blocks, block type by block type.
    pub(super) fn nested(self, out: &mut String, indent: usize, blocks: &[Nested], mut any: bool) {
        let mut hidden = 0;
        for group in blocks.chunk_by(|one, next| one.name == next.name) {
            let stays = |nested: &&Nested| nested.sign() == Sign::Keep && !self.all;
            let count = group.iter().filter(stays).count();
            hidden += count;
            if count == group.len() {
                continue;
            }
            if any {
                out.push('\n');
            }
            any = true;
            let mut moves = 0;
            for nested in group.iter().filter(|nested| !stays(nested)) {
                let name = escape::name(&nested.name);
                if let Some(moved) = nested.moved {
                    moves += usize::from(moved.only);
                    if !moved.only || moves <= MOVES {
                        let key = nested.key.as_ref().map(|(_, key)| key);
                        self.moved(out, indent, moved, &name, key);
                    }
                    if moved.only {
                        continue;
                    }
                }
                self.one_nested(out, indent, nested);
            }
            self.more_moves(out, indent, moves, "block");
        }
        if hidden > 0 {
            if any {
                out.push('\n');
            }
            self.hidden(out, indent, "block", hidden, "");
        }
    }
}
