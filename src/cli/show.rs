//! `show`: the state or a saved plan, for people or for programs. It asks no platform.

use std::path::Path;

use crate::addr::ModuleInstance;
use crate::plan::digest;
use crate::render::json_plan::{self, Source};
use crate::render::plan::{View, text};
use crate::render::{json_state, state};

use super::options::Show;
use super::session::Place;
use super::ui::Ui;
use super::{Answer, plan_file};

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
