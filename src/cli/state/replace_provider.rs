//! `state replace-provider`: instances of one provider belong to another from now on.
//!
//! Providers are part of the program, so the state holds their names without host and namespace; of the addresses
//! given only the last part counts.

use std::sync::Arc;

use crate::addr::InstanceAddr;
use crate::diag::Diagnostic;
use crate::render::escape;
use crate::state::select::in_order;
use crate::state::{Event, parse_provider};

use super::super::session::Place;
use super::super::ui::Ui;
use super::super::{Answer, codes};
use super::edit::Edit;
use super::options::StateReplaceProvider;

/// Runs it.
pub async fn run(ui: &mut Ui, options: &StateReplaceProvider) -> Answer {
    let (from, to) = (name(&options.from)?, name(&options.to)?);
    let changing = &options.changing;
    let place = Place::new(changing.state.as_deref())?;
    let edit = Edit::of_existing(ui, &place, changing.locking, "state replace-provider").await?;
    let is_from = |addr: &&InstanceAddr| {
        let instance = edit.state.instances.get(addr);
        let provider = instance.and_then(|instance| parse_provider(&instance.provider));
        provider.is_some_and(|(_, name, _)| &*name == from && from != to)
    };
    let found = in_order(edit.state.instances.keys().filter(is_from));
    if found.is_empty() {
        ui.print("No matching resources found.\n");
        return Ok(0);
    }
    let list: String = found
        .iter()
        .map(|addr| format!("  {}\n", escape::line(&addr.to_string())))
        .collect();
    ui.print(&format!(
        "The provider changes:\n\n  - {from}\n  + {to}\n\nof {} resource instance(s):\n\n{list}\n",
        found.len()
    ));
    if !options.auto_approve {
        let question = "Do you want to make these changes in the state?\n  Only 'yes' will be accepted to approve.\n\n  \
                        Enter a value: ";
        if ui.ask(question, false).await.as_deref().map(str::trim) != Some("yes") {
            ui.print("Cancelled. Nothing was changed.\n");
            return Ok(0);
        }
    }
    edit.back_up(changing.backup.as_deref())?;
    let mut events = Vec::new();
    for addr in &found {
        let instance = edit.state.instances.get(*addr);
        if let Some(instance) = instance
            && let Some((module, _, alias)) = parse_provider(&instance.provider)
        {
            let module = if module.is_empty() { module } else { module + "." };
            let alias = alias.map_or_else(String::new, |alias| format!(".{alias}"));
            let mut instance = instance.clone();
            instance.provider = Arc::from(format!("{module}{to}{alias}"));
            events.push(Event::Put((*addr).clone(), instance));
        }
    }
    let lineage = edit.state.lineage.clone();
    edit.commit(&lineage, &events).await?;
    ui.print(&format!(
        "Successfully replaced provider for {} resources.\n",
        events.len()
    ));
    Ok(0)
}

/// The last part of `host/namespace/name`.
fn name(text: &str) -> Result<&str, Diagnostic> {
    let parts: Vec<&str> = text.split('/').collect();
    let is_part = |part: &&str| {
        let edge = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        edge(part.chars().next())
            && edge(part.chars().last())
            && part
                .chars()
                .all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | ':'))
    };
    match parts.last() {
        Some(name) if parts.len() <= 3 && parts.iter().all(is_part) && !name.contains(['.', ':']) => Ok(name),
        _ => {
            let detail = format!(
                "\"{}\" is not the address of a provider, which is written NAME, NAMESPACE/NAME or \
                 HOST/NAMESPACE/NAME.",
                escape::line(text)
            );
            Err(Diagnostic::error(&codes::USAGE, detail))
        }
    }
}
