//! `graph`: what depends on what, in the DOT language or as a picture.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use crate::diag::Diagnostic;
use crate::graph::config_graph;
use crate::host::ConfigFiles;
use crate::render::graph;
use crate::render::picture::{self, Frame, MOST_EDGES, MOST_NODES, Picture, TooLarge};
use crate::source::SourceMap;

use super::session::Place;
use super::ui::Ui;
use super::{Answer, codes, plan_file};

/// Options of `graph`.
#[derive(Args, Debug)]
pub struct Graph {
    /// The graph of the steps of this saved plan
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Draw it, as an SVG image
    #[arg(long)]
    pub svg: bool,
}

/// Runs it.
pub fn run(ui: &mut Ui, options: &Graph) -> Answer {
    let place = Place::new(None)?;
    if let Some(path) = &options.plan {
        return steps(ui, &place, path, options.svg);
    }
    let mut sources = SourceMap::new();
    let read = place.read_config(&ConfigFiles, &mut sources, true);
    ui.sources = Arc::new(sources);
    let (config, warnings) = read?;
    // A picture goes where only it may go.
    if options.svg {
        let built = config_graph::build(&config, &ui.sources)?;
        let text = drawn(&picture::resources(&built), "swarmform graph")?;
        ui.print(&text);
        return Ok(0);
    }
    ui.diagnostics(&warnings);
    let built = config_graph::build(&config, &ui.sources)?;
    ui.print(&graph::resources(&built));
    Ok(0)
}

fn steps(ui: &mut Ui, place: &Place, path: &Path, svg: bool) -> Answer {
    let recording = plan_file::open(place, path)?;
    match place.replay(&recording) {
        Ok((planned, _)) => {
            let plan = &planned.plan;
            ui.print(&if svg {
                drawn(&picture::steps(plan), "swarmform graph -plan=FILE")?
            } else {
                graph::steps(plan)
            });
            Ok(0)
        }
        Err(stopped) => {
            ui.sources = stopped.sources;
            Err(stopped.diagnostics.into())
        }
    }
}

fn drawn(picture: &Picture, command: &str) -> Result<String, Diagnostic> {
    picture.svg(Frame::Alone).map_err(|TooLarge { nodes, edges }| {
        let detail = format!(
            "The picture would have {nodes} boxes and {edges} lines between them, and {MOST_NODES} and {MOST_EDGES} \
             are drawn at most: nobody could find anything in it. Plan a part with -target and draw that plan, or \
             give what \"{command}\" prints without -svg to a tool that takes the DOT language."
        );
        Diagnostic::error(&codes::LARGE_PICTURE, detail)
    })
}
