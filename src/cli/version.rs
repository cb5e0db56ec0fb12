//! `version`: the version of the program and of what is part of it.

use crate::provider::{builtin, giantswarm};
use crate::render::json::Json;

use super::Answer;
use super::options::Version;
use super::ui::Ui;

/// Runs it.
pub fn run(ui: &mut Ui, options: &Version) -> Answer {
    let version = env!("CARGO_PKG_VERSION");
    let machine = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let platform = format!("{}_{machine}", std::env::consts::OS);
    let providers = [giantswarm::NAME, builtin::NAME];
    if options.json {
        let selections = providers
            .iter()
            .map(|name| (std::sync::Arc::from(*name), Json::text(version)));
        let json = Json::object([
            ("swarmform_version", Json::text(version)),
            ("platform", Json::text(platform)),
            ("provider_selections", Json::Object(selections.collect())),
        ]);
        ui.print(&(json.pretty() + "\n"));
        return Ok(0);
    }
    let mut text = format!("swarmform v{version}\non {platform}\n");
    for name in providers {
        text.push_str(&format!("+ provider {name} v{version}\n"));
    }
    ui.print(&text);
    Ok(0)
}
