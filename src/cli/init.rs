//! `init`: check that a directory is ready to work in. Providers are part of the program and modules are local, so
//! there is nothing to fetch and nothing is written.

use std::sync::Arc;

use crate::addr::ModuleAddr;
use crate::host::ConfigFiles;
use crate::render::Ink;
use crate::source::SourceMap;

use super::Answer;
use super::options::Init;
use super::session::Place;
use super::ui::Ui;

/// Runs it.
pub fn run(ui: &mut Ui, options: &Init) -> Answer {
    ui.emit(|stream| stream.version());
    let place = Place::new(None)?;
    let mut sources = SourceMap::new();
    let read = place.load_config(&ConfigFiles, &mut sources, true);
    ui.sources = Arc::new(sources);
    let (config, warnings) = read?;
    ui.diagnostics(&warnings);
    let names = place.providers().names();
    let version = env!("CARGO_PKG_VERSION");
    let root = config.modules.get(&ModuleAddr::root());
    let used = root
        .into_iter()
        .flat_map(|module| module.resources.values())
        .map(|resource| &*resource.provider.name);
    let mut used: Vec<&str> = used.filter(|name| names.contains(name)).collect();
    used.sort_unstable();
    used.dedup();
    let mut text = String::new();
    for name in used {
        text.push_str(&format!("- {name} v{version}, part of swarmform\n"));
    }
    if !text.is_empty() {
        ui.say(&format!("\nProviders:\n{text}"));
    }
    let done = "swarmform has been successfully initialized!";
    ui.say(&format!("\n{}\n", ui.style().paint(Ink::Green, done)));
    ui.emit(|stream| stream.log(done));
    // `-input`, `-upgrade` and `-reconfigure` have nothing to act on.
    let scripted = !options.input || options.upgrade || options.reconfigure;
    if !ui.automation && !scripted {
        let hint = "\nTry \"swarmform plan\" to see what has to change. Every command checks the configuration by \
                    itself, so this one need not be run again.";
        ui.say(&format!("{}\n", ui.style().wrap(hint)));
    }
    Ok(0)
}
