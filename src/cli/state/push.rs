//! `state push`: the state is replaced by one in Terraform's format. It must not be of another lineage or older than what
//! it replaces, unless that is forced.

use std::io::Read;
use std::path::Path;

use crate::diag::Diagnostic;
use crate::engine::plan::store_fault;
use crate::state::{State, v4};

use super::super::session::Place;
use super::super::ui::Ui;
use super::super::{Answer, codes};
use super::edit::Edit;
use super::options::StatePush;

/// Runs it.
pub async fn run(ui: &mut Ui, options: &StatePush) -> Answer {
    let text = read(&options.path)?;
    let mut pushed = v4::from_v4(&text).map_err(|error| {
        let detail = format!(
            "\"{}\" is not a state that can be taken over. At {}: {} Nothing was changed.",
            options.path.display(),
            error.place,
            error.message
        );
        Diagnostic::error(&codes::BAD_STATE_FILE, detail)
    })?;
    let changing = &options.changing;
    let place = Place::new(changing.state.as_deref())?;
    let edit = Edit::of(ui, &place, changing.locking, "state push").await?;
    if !options.force
        && let Some(reason) = conflict(&edit.state, &pushed)
    {
        let detail =
            format!("{reason} Nothing was changed. With -force the file replaces the state all the same.");
        return Err(Diagnostic::error(&codes::STATE_CONFLICT, detail).into());
    }
    if pushed.lineage.is_empty() {
        pushed.lineage = match &edit.state.lineage {
            none if none.is_empty() => place.uuid(),
            lineage => lineage.clone(),
        };
    }
    if pushed == edit.state {
        return Ok(0);
    }
    edit.back_up(changing.backup.as_deref())?;
    edit.store
        .replace(&pushed)
        .await
        .map_err(|error| store_fault(&error))?;
    edit.finish().await?;
    Ok(0)
}

fn read(path: &Path) -> Result<String, Diagnostic> {
    let read = if path == Path::new("-") {
        let mut text = String::new();
        let read = std::io::stdin().read_to_string(&mut text);
        read.map(|_| text)
            .map_err(|error| crate::host::files::reason(&error))
    } else {
        crate::host::files::text(path)
    };
    read.map_err(|reason| {
        let detail = format!("The state \"{}\" cannot be read: {reason}.", path.display());
        Diagnostic::error(&codes::FILE, detail)
    })
}

/// Why a state must not be replaced by another, as sentences. One that holds nothing may be replaced by any.
fn conflict(now: &State, pushed: &State) -> Option<String> {
    if now.is_empty() {
        return None;
    }
    if pushed.lineage.is_empty() {
        return Some("The file says no lineage, so it may be of any other state.".to_owned());
    }
    if pushed.lineage != now.lineage {
        return Some(format!(
            "The file is of another state: its lineage is {}, and the one here is {}.",
            pushed.lineage.escape_debug(),
            now.lineage
        ));
    }
    if pushed.serial < now.serial {
        return Some(format!(
            "The file is older than the state: its serial is {}, and the one here is {}.",
            pushed.serial, now.serial
        ));
    }
    if pushed.serial == now.serial && pushed != now {
        return Some(format!(
            "The file and the state both have the serial {} and yet differ, so one of them was changed by hand. Give \
             the file a higher serial if it is the one that counts.",
            now.serial
        ));
    }
    None
}
