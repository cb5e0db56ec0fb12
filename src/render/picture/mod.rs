//! Pictures of graphs as SVG: the resources of a configuration, or the steps of a plan.
//!
//! A picture is data first ([`Picture`]: boxes, and lines that lead from what comes first to what waits for it), is
//! laid out by `layout`, and drawn by `draw`. What happens is told by colour, by the shape of a mark, by the sign in it
//! and by a word, so that nobody needs the colour. The same graph gives the same bytes. Nothing here shows a value; a
//! picture holds actions and addresses alone.

mod draw;
mod layout;
mod mark;
mod meet;
mod resources;
mod steps;

#[cfg(test)]
mod tests;

pub use mark::Mark;
pub use resources::resources;
pub use steps::steps;

/// More boxes than these nobody can look through, and the time for the lines between them grows faster than they do.
pub const MOST_NODES: usize = 1000;

/// The same for lines.
pub const MOST_EDGES: usize = 4000;

/// What is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// What it shows.
    pub title: String,
    /// The same in a sentence, with figures.
    pub note: String,
    /// Boxes and dots.
    pub nodes: Vec<Node>,
    /// From what comes first to what waits for it, by their places in `nodes`; sorted, distinct, without a cycle.
    pub edges: Vec<(usize, usize)>,
}

/// What a line begins or ends at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A box with a mark and two lines of text.
    Box {
        /// What happens to it, or what it is.
        mark: Mark,
        /// The small line above: the action and the type.
        head: String,
        /// The large line: the name, with its module and its key.
        name: String,
        /// What is told of it where there is more room.
        full: String,
    },
    /// A dot where many lines meet.
    Dot(String),
}

/// Why a picture was not drawn: it would be too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// How many boxes it would have.
    pub nodes: usize,
    /// How many lines.
    pub edges: usize,
}

/// Where a picture stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// In a file of its own, with its colours.
    Alone,
    /// In a page, which brings the colours ([`CSS`]).
    Inside,
}

/// The colours of pictures, for light and for dark surroundings.
pub const CSS: &str = include_str!("picture.css");

impl Picture {
    /// The picture as SVG.
    ///
    /// # Errors
    /// If it has more than [`MOST_NODES`] boxes or [`MOST_EDGES`] lines.
    pub fn svg(&self, frame: Frame) -> Result<String, TooLarge> {
        let (nodes, edges) = (self.nodes.len(), self.edges.len());
        let too_large = TooLarge { nodes, edges };
        if nodes > MOST_NODES || edges > MOST_EDGES {
            return Err(too_large);
        }
        // The library refuses nothing but what is too large, for sizes and ends of lines are ours.
        let placed = layout::place(self).map_err(|_| too_large)?;
        Ok(draw::svg(self, &placed, frame))
    }
}
