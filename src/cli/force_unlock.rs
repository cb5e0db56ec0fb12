//! `force-unlock`: take the lock of the state away from a run that will never give it back.

use clap::Args;

use crate::diag::Diagnostic;
use crate::engine::plan::store_fault;
use crate::render::escape;

use super::session::Place;
use super::ui::Ui;
use super::{Answer, codes};

/// Options of `force-unlock`.
#[derive(Args, Debug)]
pub struct ForceUnlock {
    /// Do not ask
    #[arg(long)]
    pub force: bool,
    /// The directory of the state
    #[arg(long, value_name = "DIR")]
    pub state: Option<std::path::PathBuf>,
    /// The id of the lock, as the error of a locked state tells it
    #[arg(value_name = "LOCK_ID")]
    pub id: String,
}

/// Runs it.
pub async fn run(ui: &mut Ui, options: &ForceUnlock) -> Answer {
    let store = Place::new(options.state.as_deref())?.store();
    let fault = |detail: String| Diagnostic::error(&codes::UNLOCK, detail);
    let Some(holder) = store.holder() else {
        let detail = "Nobody holds the lock of this state, so there is nothing to unlock. The lock of a process that \
                      died is released by itself.";
        return Err(fault(detail.to_owned()).into());
    };
    let who = format!(
        "{} of {} (process {}) since {}",
        holder.operation, holder.who, holder.pid, holder.created
    );
    let who = escape::line(&who);
    if holder.id != options.id {
        let detail = format!(
            "The lock is held by {who}, and its id is {}, not {}. Nothing was changed.",
            escape::line(&holder.id),
            escape::line(&options.id)
        );
        return Err(fault(detail).into());
    }
    if !options.force {
        let question = format!(
            "Do you really want to take the lock away?\n  It is held by {who}.\n  If that run is still at work, two runs \
             may change the same objects.\n  Only 'yes' will be accepted to confirm.\n\n  Enter a value: "
        );
        if ui.ask(&question, false).await.as_deref().map(str::trim) != Some("yes") {
            ui.print("Cancelled. The lock is still held.\n");
            return Ok(1);
        }
    }
    store
        .force_unlock(&options.id)
        .await
        .map_err(|error| store_fault(&error))?;
    ui.print("The lock has been released.\n");
    Ok(0)
}
