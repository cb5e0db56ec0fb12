//! `validate`: check the configuration without values of variables and without asking the platform.

use std::sync::Arc;

use crate::diag::Diagnostics;
use crate::host::ConfigFiles;
use crate::render::{Ink, diag_json};
use crate::source::SourceMap;

use super::Answer;
use super::options::Validate;
use super::session::Place;
use super::ui::Ui;

/// Runs it.
pub fn run(ui: &mut Ui, options: &Validate) -> Answer {
    let place = Place::new(None)?;
    let mut sources = SourceMap::new();
    let read = place.read_config(&ConfigFiles, &mut sources, false);
    ui.sources = Arc::new(sources);
    let found = match read {
        Ok((config, warnings)) => {
            let validated = place.validate(config, &ui.sources);
            let more = validated.map_or_else(|faults| faults, |valid| valid.warnings);
            Diagnostics(warnings.into_iter().chain(more).collect())
        }
        Err(faults) => faults,
    }
    .merged();
    if options.json {
        ui.print(&diag_json::validation(&found, &ui.sources));
    } else {
        ui.diagnostics(&found);
        if !found.has_errors() {
            let success = ui.style().paint(Ink::Green, "Success!");
            let but = if found.is_empty() {
                ""
            } else {
                ", but there are warnings as shown above"
            };
            ui.print(&format!("{success} The configuration is valid{but}.\n\n"));
        }
    }
    Ok(u8::from(found.has_errors()))
}
