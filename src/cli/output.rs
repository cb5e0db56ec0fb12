//! `output`: values of the root module's outputs, from the state.

use crate::diag::{Diagnostic, did_you_mean};
use crate::render::output as text;

use super::options::Output;
use super::session::Place;
use super::ui::Ui;
use super::{Answer, codes};

/// Runs it.
pub async fn run(ui: &mut Ui, options: &Output) -> Answer {
    let outputs = Place::new(options.state.as_deref())?.state(ui).await?.outputs;
    let Some(name) = &options.name else {
        if options.json {
            ui.print(&text::json(&outputs));
        } else if outputs.is_empty() {
            let detail = "The state holds no outputs: either the configuration has none, or it has not been applied \
                          since they were added.";
            ui.diagnostics(
                &Diagnostic::warning(&codes::NO_OUTPUT, detail)
                    .summary("No outputs found")
                    .into(),
            );
        } else {
            ui.print(&text::text(&outputs));
        }
        return Ok(0);
    };
    let Some(output) = outputs.get(name.as_str()) else {
        let hint = did_you_mean(name, outputs.keys().map(|name| &**name));
        let detail = format!(
            "The state holds no output \"{name}\".{hint} An output is there once it has been applied with \"swarmform \
             apply\"."
        );
        return Err(Diagnostic::error(&codes::NO_OUTPUT, detail).into());
    };
    if options.json {
        ui.print(&text::json_one(output));
    } else if options.raw {
        match text::raw(output) {
            Some(raw) => ui.print(&raw),
            None => {
                let detail = format!(
                    "The output \"{name}\" is of the type {}. -raw prints strings, numbers and bools; use -json for this one.",
                    output.value.ty().friendly_name()
                );
                return Err(Diagnostic::error(&codes::NOT_RAW, detail).into());
            }
        }
    } else {
        ui.print(&text::one(output));
    }
    Ok(0)
}
