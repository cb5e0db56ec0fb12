//! `state rm`: instances are forgotten. Their objects stay as they are and belong to nobody.

use std::collections::BTreeSet;

use crate::addr::InstanceAddr;
use crate::diag::{Diagnostic, Diagnostics};
use crate::render::escape;
use crate::state::Event;
use crate::state::select::select;

use super::super::session::Place;
use super::super::ui::Ui;
use super::super::{Answer, codes};
use super::edit::Edit;
use super::options::StateRm;
use super::target;

/// Runs it.
pub async fn run(ui: &mut Ui, options: &StateRm) -> Answer {
    let mut faults = Diagnostics::new();
    let mut targets = Vec::new();
    for address in &options.addresses {
        targets.extend(faults.take(target(address)));
    }
    if faults.has_errors() {
        return Err(faults.into());
    }
    let changing = &options.changing;
    let place = Place::new(changing.state.as_deref())?;
    let edit = Edit::of_existing(ui, &place, changing.locking, "state rm").await?;
    let mut seen = BTreeSet::new();
    let found: Vec<&InstanceAddr> = targets
        .iter()
        .flat_map(|target| select(&edit.state, target))
        .filter(|addr| seen.insert(*addr))
        .collect();
    let verb = if options.dry_run {
        "Would remove"
    } else {
        "Removed"
    };
    let told: String = found
        .iter()
        .map(|addr| format!("{verb} {}\n", escape::line(&addr.to_string())))
        .collect();
    if options.dry_run {
        ui.print(if found.is_empty() {
            "Would have removed nothing.\n"
        } else {
            &told
        });
        return Ok(0);
    }
    if found.is_empty() {
        let detail = "The state holds nothing at the given addresses, so nothing was removed. `swarmform state list` \
                      shows what it holds.";
        return Err(Diagnostic::error(&codes::NO_INSTANCE, detail).into());
    }
    edit.back_up(changing.backup.as_deref())?;
    let events: Vec<Event> = found.iter().map(|addr| Event::Remove((*addr).clone())).collect();
    let lineage = edit.state.lineage.clone();
    edit.commit(&lineage, &events).await?;
    ui.print(&format!(
        "{told}Successfully removed {} resource instance(s).\n",
        events.len()
    ));
    Ok(0)
}
