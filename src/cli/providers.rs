//! `providers`: which providers the configuration and the state need, module by module, and the schemas of all that
//! there are, for programs.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::Module;
use crate::host::ConfigFiles;
use crate::render::{escape, json_schema, tree};
use crate::source::SourceMap;
use crate::state::parse_provider;

use super::Answer;
use super::options::{Providers, ProvidersCommand};
use super::session::Place;
use super::ui::Ui;

/// Runs it.
pub async fn run(ui: &mut Ui, options: &Providers) -> Answer {
    let place = Place::new(None)?;
    match &options.command {
        Some(ProvidersCommand::Schema(_)) => {
            let providers = place.providers();
            let all: Vec<_> = providers
                .names()
                .into_iter()
                .filter_map(|name| providers.semantics(name))
                .collect();
            let document = json_schema::document(all.iter().map(|semantics| semantics.schema()));
            ui.print(&(document.compact() + "\n"));
            Ok(0)
        }
        None => needed(ui, &place).await,
    }
}

async fn needed(ui: &mut Ui, place: &Place) -> Answer {
    let mut sources = SourceMap::new();
    let read = place.read_config(&ConfigFiles, &mut sources, true);
    ui.sources = Arc::new(sources);
    let (config, warnings) = read?;
    ui.diagnostics(&warnings);
    let mut lines = Vec::new();
    for (addr, module) in &config.modules {
        if let Some(name) = addr.0.last() {
            lines.push((addr.0.len(), format!("module.{}", escape::line(name))));
        }
        let names = named(module).into_iter();
        lines.extend(names.map(|name| (addr.0.len() + 1, provider(name))));
    }
    ui.print(&format!(
        "\nProviders required by configuration:\n{}",
        tree::text(lines)
    ));
    let state = place.state(ui).await?;
    let providers = state.instances.values().map(|instance| &*instance.provider);
    let names: BTreeSet<Arc<str>> = providers
        .filter_map(|text| parse_provider(text).map(|(_, name, _)| name))
        .collect();
    if !names.is_empty() {
        let list: String = names
            .iter()
            .map(|name| format!("    {}\n", provider(name)))
            .collect();
        ui.print(&format!("\nProviders required by state:\n\n{list}"));
    }
    ui.print("\n");
    Ok(0)
}

/// The providers that a module names: by resources, by provider blocks, and by requirements.
fn named(module: &Module) -> BTreeSet<&str> {
    let resources = module.resources.values().map(|resource| &*resource.provider.name);
    let blocks = module.providers.keys().map(|provider| &*provider.name);
    let required = module.settings.required_providers.keys().map(|name| &**name);
    resources.chain(blocks).chain(required).collect()
}

/// A provider as the state format has it; all are part of the program.
fn provider(name: &str) -> String {
    format!("provider[terraform.io/builtin/{}]", escape::line(name))
}
