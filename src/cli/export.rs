//! `export`: an app of the state, or one on the platform by `ORG/ENV/APP`, as a `swarm.json`.
//!
//! What the configuration calls sensitive, or what looks like a secret on the platform, becomes a variable of the file,
//! and its value is written only where `-vars-out` says so. For an app of the state it asks no platform, and it changes
//! nothing.

use std::path::PathBuf;

use clap::Args;

use crate::addr::{InstanceAddr, parse_instance};
use crate::diag::Diagnostic;
use crate::host::files;
use crate::plan::refresh::marked;
use crate::provider::giantswarm::written::{Exported, export, export_held};
use crate::render::escape;
use crate::value::{Value, json};

use super::adopt::is_free;
use super::args::Assignment;
use super::operate::options::Where;
use super::session::Place;
use super::ui::Ui;
use super::{Answer, Stop, codes, operate};

/// Options of `export`.
#[derive(Args, Debug)]
pub struct Export {
    /// The new file for the definition; standard output if none is named
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write sensitive values into this new file of variables, in clear, for the owner alone
    #[arg(long, value_name = "FILE")]
    pub vars_out: Option<PathBuf>,
    /// About the platform, for an app that is looked at there
    #[command(flatten)]
    pub place: Where,
    /// Print no colour
    #[arg(long)]
    pub no_color: bool,
    /// The app: an address of the state, or ORG/ENV/APP for the app as the platform has it
    #[arg(value_name = "ADDRESS")]
    pub address: String,
}

/// Runs it.
pub async fn run(ui: &mut Ui, options: &Export, assignments: &[Assignment]) -> Answer {
    for path in [options.out.as_deref(), options.vars_out.as_deref()]
        .into_iter()
        .flatten()
    {
        is_free(path)?;
    }
    let exported = match operate::is_of_state(&options.address) {
        true => of_state(ui, options).await?,
        false => held(ui, options, assignments).await?,
    };
    let fault = |path: &std::path::Path, reason: String| {
        let detail = format!("The file \"{}\" cannot be written: {reason}.", path.display());
        Diagnostic::error(&codes::FILE, detail)
    };
    if let Some(path) = &options.vars_out {
        files::create_private(path, &exported.values()).map_err(|reason| fault(path, reason))?;
    }
    match &options.out {
        Some(path) => files::create(path, &exported.text).map_err(|reason| fault(path, reason))?,
        None => ui.print(&exported.text),
    }
    if !exported.variables.is_empty() && options.vars_out.is_none() {
        let names: Vec<String> = exported
            .variables
            .keys()
            .map(|name| format!("${}", escape::line(name)))
            .collect();
        let text = format!(
            "Values that are sensitive, or look like secrets, are left to variables: {}. -vars-out=FILE writes them down.",
            names.join(", ")
        );
        ui.note(&text);
    }
    Ok(0)
}

/// An app of the state.
async fn of_state(ui: &Ui, options: &Export) -> Result<Exported, Diagnostic> {
    let wanted = &options.address;
    let addr: InstanceAddr = parse_instance(wanted).map_err(|error| {
        let detail = format!("\"{wanted}\" is not an address. {}", error.behind(wanted));
        Diagnostic::error(&codes::BAD_ADDRESS, detail)
    })?;
    if &*addr.resource.type_name != "giantswarm_app" {
        let detail = format!("{addr} is no giantswarm_app, and only an app has a definition.");
        return Err(Diagnostic::error(&codes::BAD_ADDRESS, detail));
    }
    let place = Place::new(options.place.state.as_deref())?;
    let object = object(ui, &place, &addr).await?;
    export(&object)
        .map_err(|reason| Diagnostic::error(&codes::EXPORT, format!("{addr} cannot be exported. {reason}")))
}

/// An app as the platform has it.
async fn held(ui: &mut Ui, options: &Export, assignments: &[Assignment]) -> Result<Exported, Stop> {
    let (reach, spot) = operate::at(ui, &options.place, assignments, &options.address).await?;
    let found = operate::definition(&reach, &spot).await;
    reach.close().await;
    let (definition, org, env) = found?;
    Ok(export_held(definition, &org, &env))
}

/// The object of the state, marked.
async fn object(ui: &Ui, place: &Place, addr: &InstanceAddr) -> Result<Value, Diagnostic> {
    let state = place.state(ui).await?;
    let found = state
        .instances
        .get(addr)
        .and_then(|instance| instance.current.as_ref());
    let Some(record) = found else {
        let known: Vec<String> = state
            .instances
            .keys()
            .filter(|known| &*known.resource.type_name == "giantswarm_app")
            .map(ToString::to_string)
            .collect();
        let wanted = addr.to_string();
        let hint = crate::diag::did_you_mean(&wanted, known.iter().map(String::as_str));
        let detail =
            format!("The state holds no {wanted}.{hint} \"swarmform state list\" shows what it holds.");
        return Err(Diagnostic::error(&codes::NO_INSTANCE, detail));
    };
    let schemas = place.schemas();
    let schema = schemas.of(&addr.resource);
    let read = schema.and_then(|schema| {
        let value = json::decode(&record.attributes, &schema.block.implied_type()).ok()?;
        Some(marked(value, &record.sensitive, schema))
    });
    read.ok_or_else(|| {
        let detail = format!("The stored attributes of {addr} cannot be read by the schema of its type.");
        Diagnostic::error(&codes::EXPORT, detail)
    })
}
