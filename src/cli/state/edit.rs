//! A state that a command changes: locked, read once, saved where a backup is asked for, and written once.

use std::path::Path;

use crate::diag::{Diagnostic, Diagnostics};
use crate::engine::codes::STATE_DAMAGED;
use crate::engine::plan::store_fault;
use crate::ports::{Lock, StateStore};
use crate::state::{Event, State, v4};

use super::super::locking::Locking;
use super::super::session::{Place, Store};
use super::super::ui::Ui;
use super::super::{codes, flow};

/// An open state.
pub struct Edit {
    /// Its store.
    pub store: Store,
    /// As it is.
    pub state: State,
    lock: Option<Box<dyn Lock>>,
}

impl Edit {
    /// Opens the state of a place, which must be there.
    pub async fn of_existing(
        ui: &mut Ui,
        place: &Place,
        locking: Locking,
        operation: &str,
    ) -> Result<Edit, Diagnostic> {
        super::expect_state(&place.store())?;
        Edit::of(ui, place, locking, operation).await
    }

    /// Opens the state of a place, which is empty if it is not there.
    pub async fn of(
        ui: &mut Ui,
        place: &Place,
        locking: Locking,
        operation: &str,
    ) -> Result<Edit, Diagnostic> {
        let store = place.store();
        let lock = locking.take(&store, operation).await?;
        let read = store.read().await;
        flow::notices(ui, &store);
        let state = read.map_err(|error| store_fault(&error))?;
        Ok(Edit { store, state, lock })
    }

    /// Saves the state as it is in a file for its owner alone, if one is named.
    pub fn back_up(&self, path: Option<&Path>) -> Result<(), Diagnostic> {
        let Some(path) = path else { return Ok(()) };
        let text =
            v4::to_v4(&self.state).map_err(|damage| Diagnostic::error(&STATE_DAMAGED, damage.to_string()))?;
        crate::host::files::write_private(path, text.as_bytes()).map_err(|reason| {
            let detail = format!(
                "The backup \"{}\" could not be written: {reason}. Nothing was changed.",
                path.display()
            );
            Diagnostic::error(&codes::FILE, detail)
        })
    }

    /// Carries out the events as one commit, with the next serial, and lets the state go.
    pub async fn commit(self, lineage: &str, events: &[Event]) -> Result<(), Diagnostics> {
        let written = self.store.commit(lineage, self.state.serial + 1, events).await;
        written.map_err(|error| store_fault(&error))?;
        self.finish().await
    }

    /// Ends the run of a state that has been written.
    pub async fn finish(self) -> Result<(), Diagnostics> {
        let finished = self.store.finish().await;
        drop(self.lock);
        finished.map_err(|error| store_fault(&error).into())
    }
}
