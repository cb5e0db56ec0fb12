//! `state mv`: a module, a resource or an instance gets another address, here or in another state.
//!
//! Into another state it is written first, and removed here afterwards: a kill between the two leaves it in both, never
//! in none.

use std::path::Path;

use crate::diag::Diagnostic;
use crate::render::escape;
use crate::state::moving;

use super::super::session::Place;
use super::super::ui::Ui;
use super::super::{Answer, codes};
use super::edit::Edit;
use super::options::StateMv;
use super::target;

/// Runs it.
pub async fn run(ui: &mut Ui, options: &StateMv) -> Answer {
    let (from, to) = (target(&options.source)?, target(&options.destination)?);
    let changing = &options.changing;
    let place = Place::new(changing.state.as_deref())?;
    let here = Edit::of_existing(ui, &place, changing.locking, "state mv").await?;
    let there = match &options.state_out {
        Some(dir) if !is_same(&place, dir) => {
            Some(Edit::of(ui, &Place::new(Some(dir))?, changing.locking, "state mv").await?)
        }
        _ => None,
    };
    let into = there.as_ref().map_or(&here.state, |there| &there.state);
    let moving = moving::plan(&here.state, into, &from, &to).map_err(|refusal| {
        let detail = format!(
            "{} cannot be moved to {}: {refusal}. Nothing was changed.",
            escape::line(&options.source),
            escape::line(&options.destination)
        );
        Diagnostic::error(&codes::STATE_MOVE, detail)
    })?;
    let verb = if options.dry_run { "Would move" } else { "Move" };
    let pairs = moving.pairs(&here.state);
    for (from, to) in &pairs {
        ui.print(&format!(
            "{verb} {} to {}\n",
            escape::quoted(from),
            escape::quoted(to)
        ));
    }
    if options.dry_run {
        return Ok(0);
    }
    here.back_up(changing.backup.as_deref())?;
    let lineage = here.state.lineage.clone();
    match there {
        None => {
            let events = moving::events(&here.state, &moving);
            here.commit(&lineage, &events).await?;
        }
        Some(there) => {
            there.back_up(options.backup_out.as_deref())?;
            let (gone, put) = moving::events_into(&here.state, &moving);
            let their_lineage = match &there.state.lineage {
                none if none.is_empty() => place.uuid(),
                lineage => lineage.clone(),
            };
            there.commit(&their_lineage, &put).await?;
            here.commit(&lineage, &gone).await?;
        }
    }
    ui.print(&format!("Successfully moved {} object(s).\n", pairs.len()));
    Ok(0)
}

fn is_same(place: &Place, dir: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(place.state_dir()).is_some_and(|here| real(dir) == Some(here))
}
