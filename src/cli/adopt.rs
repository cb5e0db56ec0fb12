//! `adopt`: write configuration for organizations that exist already, with `import` blocks for all of it.
//!
//! It only reads: no state is touched and nothing on the platform changes. Values that look like secrets become
//! variables without a value, and are written down only where `-secrets-out` says so.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use crate::addr::ModuleAddr;
use crate::diag::{Diagnostic, Diagnostics};
use crate::host::{ConfigFiles, HostFiles, files};
use crate::plan::codes::{PROVIDER_FAILED, READ_FAILED};
use crate::plan::semantics::Fault;
use crate::ports::Provider;
use crate::provider::giantswarm::written::{AdoptedOrganization, Secret, Written, adopt};
use crate::provider::giantswarm::{self, GiantSwarm};
use crate::render::escape;
use crate::source::SourceMap;
use crate::state::State;

use super::args::Assignment;
use super::session::Place;
use super::ui::Ui;
use super::{Answer, Stop, codes, variables};

/// Options of `adopt`.
#[derive(Args, Debug)]
#[command(after_help = "The platform is that of the provider block here, or of GIANTSWARM_ENDPOINT.")]
pub struct Adopt {
    /// Take only the apps of this environment; may be repeated
    #[arg(long, value_name = "ENV")]
    pub env: Vec<String>,
    /// The new file for the configuration
    #[arg(long, value_name = "FILE", default_value = "adopted.tf")]
    pub out: PathBuf,
    /// Write the values that look like secrets into this new file, in clear, for the owner alone
    #[arg(long, value_name = "FILE")]
    pub secrets_out: Option<PathBuf>,
    /// Give a variable of the root module a value; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub var: Vec<String>,
    /// Read values of variables from this file; may be repeated
    #[arg(long, value_name = "FILE")]
    pub var_file: Vec<String>,
    /// Print no colour
    #[arg(long)]
    pub no_color: bool,
    /// The organizations
    #[arg(value_name = "ORG", required = true)]
    pub orgs: Vec<String>,
}

/// Runs it.
pub async fn run(ui: &mut Ui, options: &Adopt, assignments: &[Assignment]) -> Answer {
    let outputs = [Some(options.out.as_path()), options.secrets_out.as_deref()];
    for path in outputs.into_iter().flatten() {
        is_free(path)?;
    }
    let place = Place::new(None)?;
    let provider = configured(ui, &place, assignments).await?;
    let mut orgs = options.orgs.clone();
    orgs.sort();
    orgs.dedup();
    let found = provider.survey(&orgs, &options.env).await;
    provider.close().await;
    let found = found.map_err(|fault| told(&READ_FAILED, fault))?;
    let written = adopt(&found);
    deliver(&written, Some(&options.out), options.secrets_out.as_deref())?;
    ui.say(&summary(&found, &options.out));
    ui.say(&secrets(ui, &written.secrets, options.secrets_out.as_deref()));
    Ok(0)
}

fn told(code: &'static crate::diag::Code, fault: Fault) -> Diagnostic {
    Diagnostic::error(code, fault.detail).summary(fault.summary)
}

/// The provider of this directory, ready to be asked.
async fn configured(ui: &mut Ui, place: &Place, assignments: &[Assignment]) -> Result<GiantSwarm, Stop> {
    let mut sources = SourceMap::new();
    let read = place.load_config(&ConfigFiles, &mut sources, false);
    let given = read.and_then(|(config, _)| {
        let none = variables::Declared::new();
        let root = config.modules.get(&ModuleAddr::root());
        let declared = root.map_or(&none, |root| &root.variables);
        let (given, faults) = variables::collect(declared, assignments, &variables::Here, &mut sources);
        if faults.has_errors() {
            return Err(faults);
        }
        Ok((Arc::clone(&config), given))
    });
    ui.sources = Arc::new(sources);
    let (config, given) = given?;
    let timestamp = place.timestamp();
    let inputs = place.inputs(
        (config, Arc::clone(&ui.sources)),
        given,
        Arc::new(HostFiles),
        (&place.workspace.name, &timestamp),
    );
    // What depends on resources is no matter here, and the provider's own arguments tell if they lack something.
    let (look, _) = place.look(&inputs, &State::default())?;
    let config = look.provider(giantswarm::NAME)?;
    if !config.is_wholly_known() {
        let detail = "An argument of the provider \"giantswarm\" has no value that is known here. Give its variables \
                      values with -var or -var-file.";
        return Err(Diagnostics::from(Diagnostic::error(&PROVIDER_FAILED, detail)).into());
    }
    let provider = place.giantswarm();
    provider
        .configure(&config)
        .await
        .map_err(|fault| told(&PROVIDER_FAILED, fault))?;
    Ok(provider)
}

/// Refuses to write over a file.
pub(super) fn is_free(path: &Path) -> Result<(), Diagnostic> {
    if !path.exists() {
        return Ok(());
    }
    let detail = format!(
        "\"{}\" exists, and configuration is only written into a new file. Name another one, or move it away.",
        path.display()
    );
    Err(Diagnostic::error(&codes::GENERATE, detail).summary("The file exists already"))
}

/// Writes what is to be written; without a file the caller prints the text.
pub(super) fn deliver(
    written: &Written,
    out: Option<&Path>,
    secrets: Option<&Path>,
) -> Result<(), Diagnostic> {
    let fault = |path: &Path, reason: String| {
        let detail = format!("The file \"{}\" cannot be written: {reason}.", path.display());
        Diagnostic::error(&codes::FILE, detail)
    };
    if let Some(path) = secrets {
        files::create_private(path, &written.values()).map_err(|reason| fault(path, reason))?;
    }
    if let Some(path) = out {
        files::create(path, &written.text).map_err(|reason| fault(path, reason))?;
    }
    Ok(())
}

fn count(many: usize, one: &str) -> String {
    let plural = if many == 1 { "" } else { "s" };
    format!("{many} {one}{plural}")
}

fn summary(found: &[AdoptedOrganization], out: &Path) -> String {
    let members = found.iter().map(|org| org.members.len()).sum();
    let apps = found.iter().map(|org| org.apps.len()).sum();
    let scales = found
        .iter()
        .flat_map(|org| &org.apps)
        .map(|app| app.scales.len())
        .sum();
    format!(
        "Wrote {}, {}, {} and {} to {}.\n\n\"swarmform plan\" shows that they will be imported and that nothing changes; \
         \"swarmform apply\" takes them into the state.\n",
        count(found.iter().filter(|org| org.managed).count(), "organization"),
        count(members, "membership"),
        count(apps, "app"),
        count(scales, "scale"),
        escape::line(&out.display().to_string())
    )
}

/// What is told of values that were not written.
pub(super) fn secrets(ui: &Ui, secrets: &[Secret], out: Option<&Path>) -> String {
    if secrets.is_empty() {
        return String::new();
    }
    let what = format!(
        "{} like a secret",
        if secrets.len() == 1 {
            "1 value looks"
        } else {
            "Values that look"
        }
    );
    let text = match out {
        Some(path) => format!(
            "{what}: variables stand in the configuration, and their values in {}, in clear. Keep that file out of \
             version control.",
            path.display()
        ),
        None => format!(
            "{what}: variables stand in the configuration. Give them values with TF_VAR_NAME, -var-file or another way, \
             or let -secrets-out=FILE write them down."
        ),
    };
    let named: Vec<String> = secrets
        .iter()
        .take(20)
        .map(|secret| format!("  - {}", escape::line(&secret.variable)))
        .collect();
    let more = secrets.len().saturating_sub(named.len());
    let more = if more > 0 {
        format!("\n  - and {more} more")
    } else {
        String::new()
    };
    format!("\n{}\n{}{more}\n", ui.style().wrap(&text), named.join("\n"))
}
