//! `modules` and `get`: the modules that the configuration calls. They are directories beside it, so there is nothing to
//! fetch; `get` says where each is.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use crate::addr::ModuleAddr;
use crate::config::{Config, Module};
use crate::host::ConfigFiles;
use crate::render::json::Json;
use crate::render::{escape, tree};
use crate::source::SourceMap;

use super::session::Place;
use super::ui::Ui;
use super::{Answer, Stop};

/// Options of `modules`.
#[derive(Args, Debug)]
pub struct Modules {
    /// Print for programs
    #[arg(long)]
    pub json: bool,
}

/// Options of `get`.
#[derive(Args, Debug)]
pub struct Get {
    /// Accepted for scripts; modules are local
    #[arg(long)]
    pub update: bool,
    /// Print no colour
    #[arg(long)]
    pub no_color: bool,
    /// Accepted for scripts
    #[arg(long, value_name = "DIR")]
    pub test_directory: Option<PathBuf>,
}

/// Runs `modules`.
pub fn run(ui: &mut Ui, options: &Modules) -> Answer {
    let config = read(ui)?;
    let calls: Vec<(ModuleAddr, &str)> = called(&config);
    if options.json {
        let one = |(addr, source): &(ModuleAddr, &str)| {
            Json::object([
                ("key", Json::text(addr.0.last().map_or("", |name| name))),
                ("source", Json::text(source)),
                ("version", Json::text("")),
            ])
        };
        let list = match calls.is_empty() {
            true => Json::Null,
            false => Json::Array(calls.iter().map(one).collect()),
        };
        let document = Json::object([("format_version", Json::text("1.0")), ("modules", list)]);
        ui.print(&(document.compact() + "\n"));
    } else if calls.is_empty() {
        ui.print("The configuration calls no modules.\n");
    } else {
        let lines = calls.iter().map(|(addr, source)| {
            let name = addr.0.last().map_or("", |name| name);
            let text = format!("{}[{}]", escape::quoted(name), escape::line(source));
            (addr.0.len(), text)
        });
        ui.print(&format!("\nModules of the configuration:\n{}", tree::text(lines)));
    }
    Ok(0)
}

/// Runs `get`.
pub fn get(ui: &mut Ui, _: &Get) -> Answer {
    let config = read(ui)?;
    for (addr, module) in &config.modules {
        if !addr.is_root() {
            let path = addr.0.join(".");
            ui.print(&format!(
                "- {} in {}\n",
                escape::line(&path),
                escape::line(&module.dir)
            ));
        }
    }
    Ok(0)
}

fn read(ui: &mut Ui) -> Result<Arc<Config>, Stop> {
    let mut sources = SourceMap::new();
    let read = Place::new(None)?.load_config(&ConfigFiles, &mut sources, false);
    ui.sources = Arc::new(sources);
    let (config, warnings) = read?;
    ui.diagnostics(&warnings);
    Ok(config)
}

/// All calls with their sources as written, each behind the module that it stands in.
fn called(config: &Config) -> Vec<(ModuleAddr, &str)> {
    let source = |addr: &ModuleAddr| {
        let (name, parent) = addr.0.split_last()?;
        let parent: &Module = config.modules.get(&ModuleAddr(parent.to_vec()))?;
        Some(&*parent.calls.get(name)?.source)
    };
    let modules = config.modules.keys();
    modules
        .filter_map(|addr| Some((addr.clone(), source(addr)?)))
        .collect()
}
