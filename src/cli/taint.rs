//! `taint` and `untaint`: whether an instance counts as half made, to be replaced by the next apply.
//!
//! They change the state alone, and hold its lock while they do.

use crate::addr::{InstanceAddr, Mode, parse_instance};
use crate::diag::Diagnostic;
use crate::engine::plan::store_fault;
use crate::ports::StateStore;
use crate::state::{Event, Status};

use super::options::Taint;
use super::session::Place;
use super::ui::Ui;
use super::{Answer, codes};

/// Marks or unmarks an instance.
pub async fn run(ui: &mut Ui, options: &Taint, status: Status) -> Answer {
    let text = &options.address;
    let addr = parse_instance(text).map_err(|error| {
        Diagnostic::error(
            &codes::BAD_ADDRESS,
            format!("\"{text}\" is not an address: {error}"),
        )
    })?;
    if addr.resource.mode == Mode::Data {
        let detail = format!("{addr} is a data source; it is read each time and never replaced.");
        return Err(Diagnostic::error(&codes::BAD_ADDRESS, detail).into());
    }
    let store = Place::new(options.state.as_deref())?.store();
    let operation = if status == Status::Tainted {
        "taint"
    } else {
        "untaint"
    };
    let lock = options.locking.take(&store, operation).await?;
    let state = store.read().await.map_err(|error| store_fault(&error))?;
    let mut instance = state.instances.get(&addr).cloned();
    let Some(object) = instance.as_mut().and_then(|instance| instance.current.as_mut()) else {
        return absent(ui, options, &addr);
    };
    if object.status == status {
        if status == Status::Tainted {
            ui.say(&format!("Resource instance {addr} is tainted already.\n"));
            return Ok(0);
        }
        let detail = format!("{addr} is not tainted, so there is nothing to take back.");
        return Err(Diagnostic::error(&codes::NOT_TAINTED, detail).into());
    }
    object.status = status;
    let events: Vec<Event> = instance
        .map(|instance| Event::Put(addr.clone(), instance))
        .into_iter()
        .collect();
    let saved = store.commit(&state.lineage, state.serial + 1, &events).await;
    saved.map_err(|error| store_fault(&error))?;
    store.finish().await.map_err(|error| store_fault(&error))?;
    drop(lock);
    let done = if status == Status::Tainted {
        "marked as tainted: the next apply replaces it"
    } else {
        "untainted"
    };
    ui.say(&format!("Resource instance {addr} has been {done}.\n"));
    Ok(0)
}

fn absent(ui: &mut Ui, options: &Taint, addr: &InstanceAddr) -> Answer {
    let detail = format!("The state has no instance {addr}. \"swarmform state list\" shows what it has.");
    if !options.allow_missing {
        return Err(Diagnostic::error(&codes::NO_INSTANCE, detail).into());
    }
    ui.diagnostics(&Diagnostic::warning(&codes::NO_INSTANCE, detail).into());
    Ok(0)
}
