//! `state diff`: what differs between two states, each an earlier one or the one now. Sensitive values are hidden.

use crate::diag::Diagnostic;
use crate::engine::plan::store_fault;
use crate::render::state_diff;
use crate::state::State;

use super::super::session::Place;
use super::super::ui::Ui;
use super::super::{Answer, codes};
use super::expect_state;
use super::history::find;
use super::options::StateDiff;

/// What stands for the state as it is.
const NOW: &str = "now";

/// Runs it.
pub async fn run(ui: &mut Ui, options: &StateDiff) -> Answer {
    let place = Place::new(options.state.as_deref())?;
    expect_state(&place.store())?;
    let from = match &options.from {
        Some(name) => name.clone(),
        None => before_now(&place).await?,
    };
    let to = options.to.as_deref().unwrap_or(NOW);
    let (before, after) = (load(ui, &place, &from).await?, load(ui, &place, to).await?);
    let text = state_diff::text(&before, &after, &place.schemas(), ui.style());
    ui.print(&text.unwrap_or_else(|| format!("No differences between {from} and {to}.\n")));
    Ok(0)
}

async fn load(ui: &Ui, place: &Place, name: &str) -> Result<State, Diagnostic> {
    if name == NOW {
        place.state(ui).await
    } else {
        find(place, name).await
    }
}

/// The name of the last state but the one now.
async fn before_now(place: &Place) -> Result<String, Diagnostic> {
    let kept = place
        .store()
        .history()
        .await
        .map_err(|error| store_fault(&error))?;
    match kept.iter().rev().nth(1) {
        Some(one) => Ok(format!("{}@{}", one.serial, one.commit)),
        None => {
            let detail =
                "There is no earlier state to compare with. Each run that changes something keeps one.";
            Err(Diagnostic::error(&codes::HISTORY, detail))
        }
    }
}
