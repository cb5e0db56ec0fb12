//! `state list`: addresses of the instances in the state, outer modules first.

use crate::addr::InstanceAddr;
use crate::diag::{Diagnostic, Diagnostics};
use crate::render::{Schemas, escape, state as text};
use crate::state::State;
use crate::state::select::{in_order, select};
use crate::value::Value;

use super::super::session::Place;
use super::super::ui::Ui;
use super::super::{Answer, codes};
use super::options::StateList;
use super::{expect_state, target};

/// Runs it.
pub async fn run(ui: &mut Ui, options: &StateList) -> Answer {
    let place = Place::new(options.state.as_deref())?;
    let mut faults = Diagnostics::new();
    let mut targets = Vec::new();
    for address in &options.addresses {
        targets.extend(faults.take(target(address)));
    }
    if faults.has_errors() {
        return Err(faults.into());
    }
    expect_state(&place.store())?;
    let state = place.state(ui).await?;
    let mut found: Vec<&InstanceAddr> = Vec::new();
    for (target, address) in targets.iter().zip(&options.addresses) {
        let meant = select(&state, target);
        if meant.is_empty() {
            faults.push(unknown(&state, address));
        }
        found.extend(meant);
    }
    if faults.has_errors() {
        return Err(faults.into());
    }
    if targets.is_empty() {
        found = in_order(state.instances.keys());
    }
    if let Some(id) = &options.id {
        let schemas = place.schemas();
        found.retain(|addr| has_id(&state, addr, &schemas, id));
    }
    ui.print(&text::list(found));
    Ok(0)
}

fn unknown(state: &State, address: &str) -> Diagnostic {
    let known: Vec<String> = state.instances.keys().map(ToString::to_string).collect();
    let hint = crate::diag::did_you_mean(address, known.iter().map(String::as_str));
    let detail = format!(
        "The state holds nothing at {}.{hint} What is new in the configuration is there after `swarmform apply`.",
        escape::line(address)
    );
    Diagnostic::error(&codes::NO_INSTANCE, detail)
}

fn has_id(state: &State, addr: &InstanceAddr, schemas: &Schemas, wanted: &str) -> bool {
    let object = state
        .instances
        .get(addr)
        .and_then(|instance| instance.current.as_ref())
        .map(|object| schemas.decode(&addr.resource, object));
    let id = object
        .as_ref()
        .and_then(|object| object.members()?.get("id").and_then(Value::as_str));
    id == Some(wanted)
}
