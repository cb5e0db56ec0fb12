//! `drift`: tell what is not as it should be, and change nothing.
//!
//! It has providers that can only read and a copy of the state, takes no lock, and writes nothing but reports. What an
//! earlier run left without an outcome is told and left for the next apply.

mod ignore;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use crate::addr::{InstanceAddr, Mode};
use crate::diag::{Diagnostic, Diagnostics};
use crate::engine::plan::store_fault;
use crate::engine::{Inputs, Session};
use crate::host::{HostFiles, files};
use crate::lang::Files;
use crate::plan::change::PlanMode;
use crate::ports::StateStore;
use crate::render::Style;
use crate::render::report::{Format, Report, Seen, Since, annotations, findings};
use crate::source::SourceMap;
use crate::state::State;
use crate::store::Kept;

use super::args::Assignment;
use super::groups::{Choice, Variables};
use super::report::Teller;
use super::session::Place;
use super::ui::Ui;
use super::{Answer, Stop, codes, plan_options, reading};

/// Options of `drift`.
#[derive(Args, Debug)]
#[command(
    after_help = "Ends with 0 if nothing is found, 1 on an error, 2 for drift, 3 for changes of the configuration that \
                        are not applied, 4 for both."
)]
pub struct Drift {
    /// Write a report to this file, - for standard output; may be repeated. Formats: text, json, sarif, junit, markdown,
    /// github (annotations on standard output, a step summary in the file), gitlab
    #[arg(long, value_name = "FORMAT=FILE", value_parser = wanted)]
    pub report: Vec<(Format, String)>,
    /// The ignore file, in place of .swarmform-drift.hcl
    #[arg(long, value_name = "FILE")]
    pub ignore: Option<PathBuf>,
    /// List what is on the platform and no configuration here names
    #[arg(long)]
    pub unmanaged: bool,
    /// Look only at this module, resource or instance and what it needs; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    pub target: Vec<String>,
    /// The values of variables
    #[command(flatten)]
    pub variables: Variables,
    /// How many objects are read at the same time
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
    pub parallelism: u16,
    /// The directory of the state
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Show warnings on one line each
    #[arg(long)]
    pub compact_warnings: bool,
    /// Print no colour
    #[arg(long)]
    pub no_color: bool,
}

/// A report as it is asked for on the command line.
fn wanted(text: &str) -> Result<(Format, String), String> {
    let names = || {
        let names: Vec<&str> = Format::ALL.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    };
    match text.split_once('=') {
        Some((_, "")) | None => Err(format!(
            "a report is asked for as FORMAT=FILE, with one of the formats {}",
            names()
        )),
        Some((format, file)) => match Format::ALL.iter().find(|(name, _)| *name == format) {
            Some((_, format)) => Ok((*format, file.to_owned())),
            None => Err(format!(
                "there is no format \"{format}\"; the formats are {}",
                names()
            )),
        },
    }
}

/// Runs it.
pub async fn run(ui: &mut Ui, options: &Drift, assignments: &[Assignment]) -> Answer {
    let place = Place::new(options.state.as_deref())?;
    let mut sources = SourceMap::new();
    let asked = ask(ui, options, assignments, &place, &mut sources).await;
    ui.sources = Arc::new(sources);
    let report = asked?;
    deliver(ui, options, &report)?;
    Ok(report.code())
}

async fn ask(
    ui: &mut Ui,
    options: &Drift,
    assignments: &[Assignment],
    place: &Place,
    sources: &mut SourceMap,
) -> Result<Report, Stop> {
    let plan_options = plan_options::read(PlanMode::Normal, &Choice::of(&options.target))?;
    let (config, given, told) = reading::configuration(place, assignments, sources)?;
    let mut ignores = ignores(options.ignore.as_deref(), sources)?;
    let text = Arc::new(sources.clone());
    ui.sources = Arc::clone(&text);
    ui.diagnostics(&told);
    let valid = place.validate(Arc::clone(&config), &text)?;
    let store = place.store();
    let state = store.peek().await.map_err(|error| store_fault(&error))?;
    let mut notes = pending_notes(&state, store.is_in_use().await);
    // What is kept of earlier runs may be gone without harm.
    let kept = store.history().await.unwrap_or_default();
    let teller = Teller::of_reading(ui);
    let engine = reading::engine(place, options.parallelism, (&store, &state), &teller);
    let moment = place.timestamp();
    let files: Arc<dyn Files> = Arc::new(HostFiles);
    let mut inputs: Inputs = place.inputs(
        (config, Arc::clone(&text)),
        given,
        files,
        (&place.workspace.name, &moment),
    );
    inputs.graph = Some(valid.graph);
    let planned = engine.plan_from(&inputs, plan_options, state, None).await;
    teller.rest();
    let session = planned?;
    let told = tell(options, &session, place, &text, &kept).await;
    session.close().await;
    ui.diagnostics(&session.planned.plan.warnings);
    ui.diagnostics(&session.planned.plan.check_warnings);
    let (mut report, found) = told?;
    let today = moment.get(..10).unwrap_or_default();
    let (counted, ignored, more) = ignore::sort(found, &mut ignores, today);
    notes.extend(more);
    report.findings = counted;
    report.ignored = ignored;
    report.notes = notes;
    report.time = moment;
    Ok(report)
}

fn ignores(named: Option<&Path>, sources: &mut SourceMap) -> Result<Vec<ignore::Ignore>, Diagnostics> {
    let path = named.unwrap_or(Path::new(ignore::FILE));
    if named.is_none() && !path.exists() {
        return Ok(Vec::new());
    }
    let text = files::text(path).map_err(|reason| {
        let detail = format!("The ignore file \"{}\" cannot be read: {reason}.", path.display());
        Diagnostic::error(&codes::FILE, detail)
    })?;
    ignore::read(&path.display().to_string(), &text, sources)
}

/// What runs have begun and not ended.
fn pending_notes(state: &State, in_use: bool) -> Vec<String> {
    let open = state.pending.iter();
    let told = open.map(|(subject, pending)| {
        let deed = pending.deed.as_str();
        if in_use {
            format!("Another run is at work, and its {deed} of {subject} has no outcome yet.")
        } else {
            format!(
                "The last run ended before it knew how its {deed} of {subject} came out. The next plan or apply asks the \
                 platform and records it; until then what is said of it here may be wrong."
            )
        }
    });
    told.collect()
}

/// The report without what the ignore file says, and the findings.
async fn tell(
    options: &Drift,
    session: &Session,
    place: &Place,
    sources: &SourceMap,
    kept: &[Kept],
) -> Result<(Report, Vec<crate::render::report::Finding>), Stop> {
    let planned = &session.planned;
    let since = |addr: &InstanceAddr| {
        // Each run leaves the objects as it saw them last, so the newest state that has this one saw it in order.
        let seen = kept.iter().rev().filter_map(|kept| kept.content.as_ref().ok());
        let mut seen = seen.filter(|(_, state)| state.lineage == planned.plan.prior.lineage);
        let (run, state) = seen.find(|(_, state)| state.instances.contains_key(addr))?;
        Some(Since {
            serial: state.serial,
            ended: run.ended.clone(),
        })
    };
    let schemas = place.schemas();
    let seen = Seen {
        schemas: &schemas,
        sources,
        since: &since,
    };
    let managed = planned
        .plan
        .changes
        .iter()
        .filter(|change| change.addr.resource.mode == Mode::Managed && change.deposed.is_none());
    let unmanaged = if options.unmanaged {
        Some(session.unmanaged().await?)
    } else {
        None
    };
    let report = Report {
        checked: managed.map(|change| change.addr.to_string()).collect(),
        unmanaged,
        root: sources
            .files()
            .next()
            .map_or_else(|| "main.tf".to_owned(), |(_, file)| file.name().to_owned()),
        ..Report::default()
    };
    Ok((report, findings(planned, &seen)))
}

/// Writes all that was asked for. People get their text unless standard output belongs to a program.
fn deliver(ui: &Ui, options: &Drift, report: &Report) -> Result<(), Diagnostic> {
    let taken = options.report.iter().any(|(_, file)| file == "-");
    if !taken {
        ui.print(&Format::Text.render(report, ui.style()));
    }
    for (format, file) in &options.report {
        if *format == Format::Github {
            ui.print(&annotations(report));
        }
        let text = format.render(report, if file == "-" { ui.style() } else { Style::PLAIN });
        match (format, file.as_str()) {
            (Format::Github, "-") => {}
            (_, "-") => ui.print(&text),
            (Format::Github, file) => write(file, &text, files::append)?,
            (_, file) => write(file, &text, files::rewrite)?,
        }
    }
    Ok(())
}

fn write(file: &str, text: &str, how: impl Fn(&Path, &str) -> Result<(), String>) -> Result<(), Diagnostic> {
    how(Path::new(file), text).map_err(|reason| {
        Diagnostic::error(
            &codes::FILE,
            format!("The report \"{file}\" cannot be written: {reason}."),
        )
    })
}
