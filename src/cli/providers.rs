//! `providers`: the names of the providers there are, and their schemas for programs.

use crate::render::json_schema;

use super::Answer;
use super::options::{Providers, ProvidersCommand};
use super::session::Place;
use super::ui::Ui;

/// Runs it.
pub fn run(ui: &mut Ui, options: &Providers) -> Answer {
    let providers = Place::new(None).providers();
    let all: Vec<_> = providers
        .names()
        .into_iter()
        .filter_map(|name| providers.semantics(name))
        .collect();
    let text = match &options.command {
        Some(ProvidersCommand::Schema(_)) => {
            json_schema::document(all.iter().map(|semantics| semantics.schema())).compact() + "\n"
        }
        None => providers.names().iter().map(|name| format!("{name}\n")).collect(),
    };
    ui.print(&text);
    Ok(0)
}
