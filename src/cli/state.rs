//! `state list`, `state show`, `state pull`: looking at the state. They take no lock and change nothing.

use crate::addr::{InstanceAddr, Target, parse_instance, parse_target};
use crate::diag::{Diagnostic, Diagnostics};
use crate::engine::codes::STATE_DAMAGED;
use crate::engine::plan::store_fault;
use crate::ports::StateStore;
use crate::render::{escape, state as text};
use crate::state::{Instance, v4};
use crate::value::Value;

use super::options::{State, StateCommand, StateList, StatePull, StateShow};
use super::session::Place;
use super::ui::Ui;
use super::{Answer, codes, report};

/// Runs one of them.
pub async fn run(ui: &mut Ui, options: &State) -> Answer {
    match &options.command {
        StateCommand::List(options) => list(ui, options).await,
        StateCommand::Show(options) => show(ui, options).await,
        StateCommand::Pull(options) => pull(ui, options).await,
    }
}

fn bad_address(text: &str, error: &crate::addr::ParseError) -> Diagnostic {
    Diagnostic::error(
        &codes::BAD_ADDRESS,
        format!("\"{text}\" is not an address: {error}"),
    )
}

async fn list(ui: &mut Ui, options: &StateList) -> Answer {
    let place = Place::new(options.state.as_deref());
    let mut faults = Diagnostics::new();
    let mut targets = Vec::new();
    for text in &options.addresses {
        targets.extend(faults.take(parse_target(text).map_err(|error| bad_address(text, &error))));
    }
    if faults.has_errors() {
        return Err(faults.into());
    }
    let state = place.state(ui).await?;
    let schemas = place.schemas();
    let has_id = |addr: &InstanceAddr, instance: &Instance| {
        let Some(wanted) = &options.id else { return true };
        let object = instance
            .current
            .as_ref()
            .map(|object| schemas.decode(&addr.resource, object));
        let id = object
            .as_ref()
            .and_then(|object| object.members()?.get("id").and_then(Value::as_str));
        id == Some(wanted)
    };
    let shown = state.instances.iter().filter(|(addr, instance)| {
        (targets.is_empty() || targets.iter().any(|target| covers(target, addr))) && has_id(addr, instance)
    });
    ui.print(&text::list(shown.map(|(addr, _)| addr)));
    Ok(0)
}

/// Whether an instance is meant by an address of a module, a resource or an instance.
fn covers(target: &Target, addr: &InstanceAddr) -> bool {
    match target {
        Target::Module(module) => addr.module.0.starts_with(&module.0),
        Target::Resource(wanted) => {
            wanted == addr
                || (wanted.key == crate::addr::InstanceKey::None
                    && wanted.module == addr.module
                    && wanted.resource == addr.resource)
        }
    }
}

async fn show(ui: &mut Ui, options: &StateShow) -> Answer {
    let wanted = &options.address;
    let addr = parse_instance(wanted).map_err(|error| bad_address(wanted, &error))?;
    let place = Place::new(options.state.as_deref());
    let state = place.state(ui).await?;
    let Some(instance) = state.instances.get(&addr) else {
        let known: Vec<String> = state.instances.keys().map(ToString::to_string).collect();
        let hint = crate::diag::did_you_mean(wanted, known.iter().map(String::as_str));
        let detail = format!(
            "No instance found for the given address: the state holds no {}.{hint} \"swarmform state list\" shows \
             what it holds.",
            escape::line(wanted)
        );
        return Err(Diagnostic::error(&codes::NO_INSTANCE, detail).into());
    };
    ui.print(&text::show_instance(
        &addr,
        instance,
        &place.schemas(),
        ui.style(),
    ));
    Ok(0)
}

/// Prints what can be read. What cannot is told, and the exit code says that the export is not whole.
async fn pull(ui: &mut Ui, options: &StatePull) -> Answer {
    let store = Place::new(options.state.as_deref()).store();
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
