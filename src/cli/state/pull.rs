//! `state pull`: the whole state in Terraform's format. It prints secrets, for that is what the format holds.

use crate::diag::{Diagnostic, Diagnostics};
use crate::engine::codes::STATE_DAMAGED;
use crate::engine::plan::store_fault;
use crate::ports::StateStore;
use crate::state::v4;

use super::super::session::Place;
use super::super::ui::Ui;
use super::super::{Answer, report};
use super::options::StatePull;

/// Prints what can be read. What cannot is told, and the exit code says that the export is not whole.
pub async fn run(ui: &mut Ui, options: &StatePull) -> Answer {
    let store = Place::new(options.state.as_deref())?.store();
    let (state, damages) = store.read_lenient().await.map_err(|error| store_fault(&error))?;
    report::pending(ui, &state, store.is_in_use().await);
    let mut faults = Diagnostics::new();
    for damage in &damages {
        let detail = format!(
            "The record {} is left out of the export: {}.",
            damage.record, damage.reason
        );
        faults.push(Diagnostic::error(&STATE_DAMAGED, detail));
    }
    if !state.is_empty() || !state.lineage.is_empty() {
        match v4::to_v4(&state) {
            Ok(json) => ui.print(&(json.trim_end().to_owned() + "\n")),
            Err(damage) => {
                let detail = format!(
                    "The record {} cannot be exported: {}.",
                    damage.record, damage.reason
                );
                faults.push(Diagnostic::error(&STATE_DAMAGED, detail));
            }
        }
    }
    if faults.has_errors() {
        Err(faults.into())
    } else {
        Ok(0)
    }
}
