//! `state restore`: the state becomes what it was after an earlier run. Nothing on the platform changes.
//!
//! It becomes so with a new serial, so that the one now is kept in the history too and can be restored as well. While an
//! operation has no outcome the store refuses it.

use crate::engine::plan::store_fault;
use crate::render::state_diff;

use super::super::Answer;
use super::super::session::Place;
use super::super::ui::Ui;
use super::edit::Edit;
use super::history::find;
use super::options::StateRestore;

/// Runs it.
pub async fn run(ui: &mut Ui, options: &StateRestore) -> Answer {
    let changing = &options.changing;
    let place = Place::new(changing.state.as_deref())?;
    let edit = Edit::of_existing(ui, &place, changing.locking, "state restore").await?;
    let mut restored = find(&place, &options.serial).await?;
    let Some(diff) = state_diff::text(&edit.state, &restored, &place.schemas(), ui.style()) else {
        ui.print("The state is as it was then, so nothing was changed.\n");
        return Ok(0);
    };
    ui.print(&diff);
    if !options.auto_approve {
        let question = "\nDo you want the state to become so?\n  Nothing on the platform is changed; the next plan shows \
                        what differs there.\n  Only 'yes' will be accepted to approve.\n\n  Enter a value: ";
        if ui.ask(question, false).await.as_deref().map(str::trim) != Some("yes") {
            ui.print("Cancelled. Nothing was changed.\n");
            return Ok(1);
        }
    }
    edit.back_up(changing.backup.as_deref())?;
    restored.serial = restored.serial.max(edit.state.serial) + 1;
    edit.store
        .replace(&restored)
        .await
        .map_err(|error| store_fault(&error))?;
    edit.finish().await?;
    ui.print(&format!(
        "The state is as it was with serial {}, and its serial is {} now. Nothing on the platform was changed.\n",
        options.serial, restored.serial
    ));
    Ok(0)
}
