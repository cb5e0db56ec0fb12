//! `graph`: what depends on what, in the DOT language.

use std::path::Path;
use std::sync::Arc;

use crate::graph::config_graph;
use crate::host::ConfigFiles;
use crate::render::graph;
use crate::source::SourceMap;

use super::options::Graph;
use super::session::Place;
use super::ui::Ui;
use super::{Answer, plan_file};

/// Runs it.
pub fn run(ui: &mut Ui, options: &Graph) -> Answer {
    let place = Place::new(None)?;
    if let Some(path) = &options.plan {
        return steps(ui, &place, path);
    }
    let mut sources = SourceMap::new();
    let read = place.read_config(&ConfigFiles, &mut sources, true);
    ui.sources = Arc::new(sources);
    let (config, warnings) = read?;
    ui.diagnostics(&warnings);
    let built = config_graph::build(&config, &ui.sources)?;
    ui.print(&graph::resources(&built));
    Ok(0)
}

fn steps(ui: &mut Ui, place: &Place, path: &Path) -> Answer {
    let recording = plan_file::open(place, path)?;
    match place.replay(&recording) {
        Ok((planned, _)) => {
            ui.print(&graph::steps(&planned.plan));
            Ok(0)
        }
        Err(stopped) => {
            ui.sources = stopped.sources;
            Err(stopped.diagnostics.into())
        }
    }
}
