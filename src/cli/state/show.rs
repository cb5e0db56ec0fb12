//! `state show`: one instance with its attributes. Sensitive ones are hidden.

use crate::addr::parse_instance;
use crate::diag::Diagnostic;
use crate::render::{escape, state as text};

use super::super::session::Place;
use super::super::ui::Ui;
use super::super::{Answer, codes};
use super::options::StateShow;
use super::{bad_address, expect_state};

/// Runs it.
pub async fn run(ui: &mut Ui, options: &StateShow) -> Answer {
    let wanted = &options.address;
    let addr = parse_instance(wanted).map_err(|error| bad_address(wanted, &error))?;
    let place = Place::new(options.state.as_deref())?;
    expect_state(&place.store())?;
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
