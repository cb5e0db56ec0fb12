//! `convert`: a `swarm.json` as configuration, with its variables filled in as the tool of the time did.
//!
//! It asks no platform and reads no state. Faults are told on their line, by the rules of the original parser. Values
//! that look like secrets become variables, as with `adopt`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use crate::api::definition::{self, Fault, VariableFile, Variables};
use crate::diag::{Diagnostic, Diagnostics};
use crate::host::files;
use crate::provider::giantswarm::app::source::summary;
use crate::provider::giantswarm::written::convert;
use crate::source::{FileId, SourceMap, Span};

use super::adopt::{deliver, is_free, kept, secrets};
use super::ui::Ui;
use super::{Answer, codes};

/// The variables file that is read by itself.
const VARIABLES: &str = "swarmvars.json";

/// Options of `convert`.
#[derive(Args, Debug)]
#[command(
    after_help = "Variables come from -var, then from the file of -vars, then from swarmvars.json here, each by \
organization and environment. GIANTSWARM_ORGANIZATION, GIANTSWARM_ENVIRONMENT and GIANTSWARM_ENV are set; \
GIANTSWARM_LOGIN_NAME is set with -var."
)]
pub struct Convert {
    /// A file of variables, keyed by ORG/ENV
    #[arg(long, value_name = "FILE")]
    pub vars: Option<PathBuf>,
    /// Give a variable a value; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub var: Vec<String>,
    /// The organization; the one of the variables file if it has only one
    #[arg(long, value_name = "ORG")]
    pub org: Option<String>,
    /// The environment; the one of the variables file if it has only one
    #[arg(long, value_name = "ENV")]
    pub env: Option<String>,
    /// The new file for the configuration; standard output if none is named
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write the values that look like secrets into this new file, in clear, for the owner alone
    #[arg(long, value_name = "FILE")]
    pub secrets_out: Option<PathBuf>,
    /// Print no colour
    #[arg(long)]
    pub no_color: bool,
    /// The definition
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Runs it.
pub fn run(ui: &mut Ui, options: &Convert) -> Answer {
    for path in [options.out.as_deref(), options.secrets_out.as_deref()]
        .into_iter()
        .flatten()
    {
        is_free(path)?;
    }
    let mut sources = SourceMap::new();
    let read = read(options, &mut sources);
    ui.sources = Arc::new(sources);
    let (found, warnings, org, env) = read?;
    ui.diagnostics(&warnings);
    let written = convert(&found, &org, &env);
    deliver(&written, options.out.as_deref(), options.secrets_out.as_deref())?;
    if options.out.is_none() {
        ui.print(&written.text);
    }
    let how = kept(options.secrets_out.as_deref());
    let told = secrets(ui, &written.secrets, &how);
    if !told.is_empty() {
        ui.note(told.trim());
    }
    Ok(0)
}

type Read = (definition::Definition, Diagnostics, String, String);

fn read(options: &Convert, sources: &mut SourceMap) -> Result<Read, Diagnostics> {
    let (id, text) = file(&options.file, sources)?;
    let beside = Path::new(VARIABLES).is_file() && options.vars.as_deref() != Some(Path::new(VARIABLES));
    let mut all = Vec::new();
    for path in beside
        .then(|| Path::new(VARIABLES))
        .into_iter()
        .chain(options.vars.as_deref())
    {
        let (id, text) = file(path, sources)?;
        let read = definition::parse_variable_file(&text).map_err(|faults| place(id, faults))?;
        all.push(read);
    }
    let (org, env) = environment(options, &all)?;
    let mut variables = Variables::built_in(&org, &env, None);
    for file in &all {
        for (name, value) in file.get(&format!("{org}/{env}")).into_iter().flatten() {
            variables.set(name, value);
        }
    }
    for given in &options.var {
        let Some((name, value)) = given.split_once('=') else {
            let detail =
                format!("-var takes a name and a value, as in -var 'name=value'; {given:?} has no \"=\".");
            return Err(Diagnostic::error(&codes::USAGE, detail).into());
        };
        variables.set(name.trim(), value);
    }
    match definition::load(&text, &variables) {
        Ok((found, warnings)) => Ok((found, place(id, warnings), org, env)),
        Err(faults) => Err(place(id, faults)),
    }
}

fn file(path: &Path, sources: &mut SourceMap) -> Result<(FileId, Arc<str>), Diagnostic> {
    let name = path.display().to_string();
    let text: Arc<str> = files::text(path)
        .map_err(|reason| {
            Diagnostic::error(
                &codes::FILE,
                format!("The file \"{name}\" cannot be read: {reason}."),
            )
        })?
        .into();
    Ok((sources.add(&name, Arc::clone(&text)), text))
}

/// The organization and environment that the app is for.
fn environment(options: &Convert, files: &[VariableFile]) -> Result<(String, String), Diagnostic> {
    let known: Vec<(&str, &str)> = files
        .iter()
        .flat_map(|file| file.keys())
        .filter_map(|key| key.split_once('/'))
        .filter(|(org, env)| {
            options.org.as_deref().is_none_or(|wanted| wanted == *org)
                && options.env.as_deref().is_none_or(|wanted| wanted == *env)
        })
        .collect();
    let only = match known.as_slice() {
        [first, rest @ ..] if rest.iter().all(|other| other == first) => Some(*first),
        _ => None,
    };
    let org = options.org.clone().or(only.map(|(org, _)| org.to_owned()));
    let env = options.env.clone().or(only.map(|(_, env)| env.to_owned()));
    org.zip(env).ok_or_else(|| {
        let detail = "An app is in an organization and an environment, and neither the options nor the variables say in \
                      which. Give -org and -env.";
        Diagnostic::error(&codes::USAGE, detail)
    })
}

fn place(file: FileId, faults: Vec<Fault>) -> Diagnostics {
    let one = |fault: Fault| {
        let make = if fault.is_error() {
            Diagnostic::error
        } else {
            Diagnostic::warning
        };
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let span = Span {
            file,
            start: offset(fault.span.start),
            end: offset(fault.span.end),
        };
        let stop = if fault.message.ends_with('?') { "" } else { "." };
        make(&codes::DEFINITION, format!("{}{stop}", capital(&fault.message)))
            .summary(summary(fault.kind))
            .at(span)
    };
    Diagnostics(faults.into_iter().map(one).collect())
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}
