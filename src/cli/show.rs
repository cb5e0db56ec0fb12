//! `show`: the state or a saved plan, for people or for programs. It asks no platform.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::addr::ModuleInstance;
use crate::plan::digest;
use crate::render::json_plan::{self, Source};
use crate::render::plan::{View, text};
use crate::render::{json_state, state};

use super::session::Place;
use super::ui::Ui;
use super::{Answer, again, page, plan_file};

/// Options of `show`.
#[derive(Args, Debug)]
pub struct Show {
    /// Print for programs
    #[arg(long)]
    pub json: bool,
    /// Print no colour
    #[arg(long)]
    pub no_color: bool,
    /// The directory of the state
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// List every API call of a saved plan
    #[arg(long)]
    pub calls: bool,
    /// Show each change of a saved plan on one line, without values
    #[arg(long)]
    pub summary: bool,
    /// Write a saved plan as a page for a browser into this file
    #[arg(long, value_name = "FILE", conflicts_with = "json", requires = "plan")]
    pub html: Option<PathBuf>,
    /// A saved plan; the state if none is given
    #[arg(value_name = "PLAN")]
    pub plan: Option<PathBuf>,
}

/// Runs it.
pub async fn run(ui: &mut Ui, options: &Show) -> Answer {
    let place = Place::new(options.state.as_deref())?;
    match &options.plan {
        Some(path) => saved(ui, options, &place, path),
        None => {
            let now = place.state(ui).await?;
            let schemas = place.schemas();
            ui.print(&if options.json {
                json_state::document(&now, &schemas).compact() + "\n"
            } else {
                state::show(&now, &schemas, ui.style())
            });
            Ok(0)
        }
    }
}

fn saved(ui: &mut Ui, options: &Show, place: &Place, path: &Path) -> Answer {
    plan_file::spares("-html", options.html.as_deref(), Some(("the saved plan", path)))?;
    let recording = plan_file::open(place, path)?;
    let (planned, sources) = match place.replay(&recording) {
        Ok(replayed) => replayed,
        Err(stopped) => {
            ui.sources = stopped.sources;
            return Err(stopped.diagnostics.into());
        }
    };
    let digest = digest::of(&planned, &sources);
    ui.sources = sources;
    let schemas = place.schemas();
    if let Some(path) = &options.html {
        let approve = again::approving(&ui.words, &BTreeSet::new(), &digest);
        page::write(path, &planned, &schemas, &ui.sources, (&digest, &approve), None)?;
        return Ok(0);
    }
    if options.json {
        let root = planned.world.module(&ModuleInstance::root());
        let variables = root.map(|root| root.variables.clone()).unwrap_or_default();
        let (_, timestamp) = recording.moment();
        let config = Some(&*planned.evaluator.config);
        let source = Source {
            plan: &planned.plan,
            schemas: &schemas,
            variables: &variables,
            config,
            timestamp,
            digest: &digest,
        };
        ui.print(&(json_plan::document(source).compact() + "\n"));
    } else {
        let view = View {
            style: ui.style(),
            schemas: &schemas,
            calls: options.calls,
            brief: options.summary,
        };
        ui.print(&text(&planned.plan, view));
        ui.diagnostics(&planned.plan.warnings);
        ui.diagnostics(&planned.plan.check_warnings);
    }
    Ok(0)
}
