//! `adopt`: write configuration for organizations that exist already, with `import` blocks for all of it.
//!
//! It only reads: no state is touched and nothing on the platform changes. Values that look like secrets become
//! variables without a value, and are written down only where `-secrets-out` says so.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use crate::addr::ModuleAddr;
use crate::diag::{self, Diagnostic, Diagnostics, did_you_mean};
use crate::host::{ConfigFiles, HostFiles, files};
use crate::lang::write::is_identifier;
use crate::plan::codes::{PROVIDER_FAILED, READ_FAILED};
use crate::plan::semantics::Fault;
use crate::ports::Provider;
use crate::provider::giantswarm::written::{AdoptedOrganization, Secret, Written, adopt};
use crate::provider::giantswarm::{self, GiantSwarm};
use crate::render::escape;
use crate::source::SourceMap;
use crate::state::State;
use crate::value::Value;

use super::args::Assignment;
use super::flow::ask;
use super::groups::Variables;
use super::session::Place;
use super::ui::Ui;
use super::variables::Given;
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
    /// The provider block that names the platform, where it has an alias
    #[arg(long, value_name = "giantswarm.ALIAS")]
    pub provider: Option<String>,
    /// The values of variables
    #[command(flatten)]
    pub variables: Variables,
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
    let alias = match options.provider.as_deref() {
        None => None,
        Some(named) => Some(alias(named)?),
    };
    let provider = configured(ui, &place, assignments, alias).await?;
    let mut orgs = options.orgs.clone();
    orgs.sort();
    orgs.dedup();
    let found = provider.survey(&orgs, &options.env).await;
    provider.close().await;
    let found = found.map_err(|fault| told(&READ_FAILED, fault))?;
    let written = adopt(&found, options.provider.as_deref());
    deliver(&written, Some(&options.out), options.secrets_out.as_deref())?;
    ui.say(&summary(&found, &options.out));
    let how = kept(options.secrets_out.as_deref());
    ui.say(&secrets(ui, &written.secrets, &how));
    Ok(0)
}

/// The alias in `giantswarm.ALIAS`.
fn alias(named: &str) -> Result<&str, Diagnostic> {
    let parts = named.split_once('.');
    let alias = parts.filter(|(name, alias)| *name == giantswarm::NAME && is_identifier(alias));
    alias.map(|(_, alias)| alias).ok_or_else(|| {
        let detail = format!(
            "-provider names a provider block with an alias, as in \"giantswarm.east\", and \"{}\" is none.",
            escape::line(named)
        );
        Diagnostic::error(&codes::USAGE, detail)
    })
}

fn told(code: &'static crate::diag::Code, fault: Fault) -> Diagnostic {
    Diagnostic::error(code, fault.detail).summary(fault.summary)
}

/// The provider of this directory, ready to be asked.
async fn configured(
    ui: &mut Ui,
    place: &Place,
    assignments: &[Assignment],
    alias: Option<&str>,
) -> Result<GiantSwarm, Stop> {
    let mut sources = SourceMap::new();
    let found = arguments(ui, place, assignments, alias, &mut sources).await;
    ui.sources = Arc::new(sources);
    let provider = place.giantswarm();
    provider
        .configure(&found?)
        .await
        .map_err(|fault| told(&PROVIDER_FAILED, fault))?;
    Ok(provider)
}

/// What the provider block says. If it needs variables that have no value, a person is asked for them.
async fn arguments(
    ui: &Ui,
    place: &Place,
    assignments: &[Assignment],
    alias: Option<&str>,
    sources: &mut SourceMap,
) -> Result<Value, Diagnostics> {
    let (config, _) = place.load_config(&ConfigFiles, sources, false)?;
    let declared = variables::of_root(&config);
    let (mut given, _) = variables::given(&config, assignments, sources)?;
    let timestamp = place.timestamp();
    let look = |given: &Given, sources: &SourceMap| {
        let read = (Arc::clone(&config), Arc::new(sources.clone()));
        let run = (&*place.workspace.name, timestamp.as_str());
        let inputs = place.inputs(read, given.clone(), Arc::new(HostFiles), run);
        // What depends on resources is no matter here, and the provider's own arguments tell if they lack something.
        let (look, _) = place.look(&inputs, &State::default())?;
        look.provider(giantswarm::NAME, alias)
    };
    let is_known = |found: &Option<Value>| found.as_ref().is_none_or(Value::is_wholly_known);
    let mut found = look(&given, sources)?;
    if !is_known(&found) {
        let faults = ask(ui, declared, &mut given, sources).await;
        if faults.has_errors() {
            return Err(faults);
        }
        found = look(&given, sources)?;
    }
    let missing = variables::missing(declared, &given.values);
    let fault = match (&found, missing.as_slice()) {
        (Some(value), _) if value.is_wholly_known() => return Ok(value.clone()),
        (None, _) => {
            let root = config.modules.get(&ModuleAddr::root());
            let blocks = root.into_iter().flat_map(|root| root.providers.keys());
            let known: Vec<String> = blocks.map(ToString::to_string).collect();
            let wanted = format!("{}.{}", giantswarm::NAME, alias.unwrap_or_default());
            let hint = did_you_mean(&wanted, known.iter().map(String::as_str));
            format!("There is no provider block \"{wanted}\" here.{hint}")
        }
        (Some(_), []) => {
            "An argument of the provider \"giantswarm\" depends on what is known only after apply. Set it to \
                          something that is known, or leave it to the environment."
                .to_owned()
        }
        (Some(_), missing) => {
            let names: Vec<String> = missing.iter().map(|one| format!("\"{}\"", one.name)).collect();
            format!(
                "An argument of the provider \"giantswarm\" needs a variable, and these have no value: {}. Give them \
                 values with -var, -var-file or TF_VAR_NAME.",
                names.join(", ")
            )
        }
    };
    Err(Diagnostic::error(&PROVIDER_FAILED, fault).into())
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

/// How the values of variables are come by that stand for secrets.
pub(super) fn kept(out: Option<&Path>) -> String {
    match out {
        Some(path) => format!(
            "Variables stand in the configuration, and their values in {}, in clear. Keep that file out of version \
             control.",
            escape::line(&path.display().to_string())
        ),
        None => "Variables stand in the configuration. Give them values with TF_VAR_NAME, -var-file or another way, or \
                 let -secrets-out=FILE write them down."
            .to_owned(),
    }
}

/// What is told of values that were not written.
pub(super) fn secrets(ui: &Ui, secrets: &[Secret], how: &str) -> String {
    if secrets.is_empty() {
        return String::new();
    }
    let what = match secrets.len() {
        1 => "1 value looks like a secret.",
        _ => "Some values look like secrets.",
    };
    let text = format!("{what} {how}");
    let named = secrets.iter().map(|secret| escape::line(&secret.variable));
    let named = diag::list(named, diag::NAMED);
    format!("\n{}{named}\n", ui.style().wrap(&text))
}
