//! `state recover`: a damaged state is made whole again from the export, the journal and the history beside it.

use crate::diag::Diagnostic;
use crate::engine::codes::STATE_DAMAGED;
use crate::engine::plan::store_fault;
use crate::ports::{StateStore, StoreError};
use crate::render::escape;

use super::super::session::Place;
use super::super::ui::Ui;
use super::super::{Answer, flow};
use super::expect_state;
use super::options::StateRecover;

/// Runs it. The exit code is 1 if something could not be restored.
pub async fn run(ui: &mut Ui, options: &StateRecover) -> Answer {
    let place = Place::new(options.state.as_deref())?;
    let store = place.store();
    expect_state(&store)?;
    let lock = options.locking.take_unopened(&store, "state recover").await?;
    // What can be mended without a doubt is mended by opening the store, and told by it.
    let mended = match store.mend().await {
        Ok(mended) => store.read().await.map(|_| mended),
        Err(error) => Err(error),
    };
    flow::notices(ui, &store);
    let damage = match mended {
        Ok(mended) => {
            drop(lock);
            if let Some(reason) = mended {
                let text = format!(
                    "The export and the journal beside the database were written again: {}.",
                    escape::line(&reason)
                );
                ui.print(&format!("{}\n", ui.style().wrap(&text)));
            }
            ui.print("The state is whole.\n");
            return Ok(0);
        }
        Err(damage @ StoreError::Damaged { .. }) => damage,
        Err(error) => return Err(store_fault(&error).into()),
    };
    ui.print(&format!("Found: {}.\n", escape::line(&damage.to_string())));
    let recovered = store.recover().await.map_err(|error| store_fault(&error))?;
    for sentence in recovered.restored.iter().chain(&recovered.lost) {
        let text = ui.style().wrap(&format!("- {}", escape::line(sentence)));
        ui.print(&format!("{text}\n"));
    }
    flow::notices(ui, &store);
    let state = store.read().await.map_err(|error| store_fault(&error))?;
    drop(lock);
    ui.print(&format!(
        "The state can be used again. It holds {} resource instance(s), and its serial is {}.\n",
        state.instances.len(),
        state.serial
    ));
    if recovered.lost.is_empty() {
        return Ok(0);
    }
    let detail = "Not everything could be restored, as told above. What is lost still exists on the platform: plan to see \
                  what would be made anew, and take it into the state before you apply, or restore an earlier state with \
                  `swarmform state restore`.";
    Err(Diagnostic::error(&STATE_DAMAGED, detail).into())
}
