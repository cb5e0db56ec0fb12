//! `explain`: why the plan does what it does to one instance, what follows from that, and what its steps wait for.
//!
//! It plans as `plan` does, with providers that can only read, or it opens a saved plan. It takes no lock and writes no
//! state.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use crate::diag::Diagnostic;
use crate::engine::plan::store_fault;
use crate::host::HostFiles;
use crate::lang::Files;
use crate::plan::explain::{Lost, explain, question};
use crate::plan::planner::Planned;
use crate::ports::StateStore;
use crate::render::explain::{Seen, document, text};
use crate::source::{FileId, SourceMap};
use crate::syntax::{parse_expression, traversal};

use super::args::Assignment;
use super::groups::{Choice, Variables};
use super::report::Teller;
use super::session::Place;
use super::ui::Ui;
use super::{Answer, Stop, codes, plan_file, plan_options, reading, report};

/// Options of `explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// Explain this saved plan, and ask no platform
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["destroy", "refresh", "target", "exclude", "replace", "var", "var_file"]
    )]
    pub plan: Option<PathBuf>,
    /// Print for programs
    #[arg(long)]
    pub json: bool,
    /// What the plan is about
    #[command(flatten)]
    pub choice: Choice,
    /// The values of variables
    #[command(flatten)]
    pub variables: Variables,
    /// How many objects are read at the same time
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
    pub parallelism: u16,
    /// The directory of the state
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Print no colour
    #[arg(long)]
    pub no_color: bool,
    /// The instance, or an attribute of it
    #[arg(value_name = "ADDRESS[.ATTRIBUTE]")]
    pub address: String,
}

/// Runs it.
pub async fn run(ui: &mut Ui, options: &Explain, assignments: &[Assignment]) -> Answer {
    let place = Place::new(options.state.as_deref())?;
    if let Some(path) = &options.plan {
        let recording = plan_file::open(&place, path)?;
        let (planned, sources) = place.replay(&recording).map_err(|stopped| {
            ui.sources = stopped.sources;
            Stop::from(stopped.diagnostics)
        })?;
        ui.sources = sources;
        return tell(ui, options, &planned);
    }
    let wanted = plan_options::read(options.choice.mode(), &options.choice)?;
    let mut sources = SourceMap::new();
    let read = reading::configuration(&place, assignments, &mut sources);
    ui.sources = Arc::new(sources);
    let (config, given, warnings) = read?;
    // A program reads the document alone.
    if !options.json {
        ui.diagnostics(&warnings);
    }
    let valid = place.validate(Arc::clone(&config), &ui.sources)?;
    let store = place.store();
    let state = store.peek().await.map_err(|error| store_fault(&error))?;
    report::pending(ui, &state, store.is_in_use().await);
    let teller = Teller::of_reading(ui);
    let engine = reading::engine(&place, options.parallelism, (&store, &state), &teller);
    let files: Arc<dyn Files> = Arc::new(HostFiles);
    let read = (config, Arc::clone(&ui.sources));
    let mut inputs = place.inputs(read, given, files, (&place.workspace.name, &place.timestamp()));
    inputs.graph = Some(valid.graph);
    let session = engine.plan_from(&inputs, wanted, state, None).await;
    teller.rest();
    let session = session?;
    session.close().await;
    tell(ui, options, &session.planned)
}

fn tell(ui: &Ui, options: &Explain, planned: &Planned) -> Answer {
    let given = &options.address;
    let expression = parse_expression(given, FileId(0), 0).ok();
    let named = expression.as_ref().and_then(traversal);
    let asked = named.map_or(Err(Lost::Unreadable), |named| {
        question(planned, &named.root.name, &named.steps)
    });
    let asked = asked.map_err(|lost| fault(given, lost))?;
    let explanation = explain(planned, asked);
    let seen = Seen {
        explanation: &explanation,
        plan: &planned.plan,
        sources: &ui.sources,
    };
    ui.print(&match options.json {
        true => document(seen).compact() + "\n",
        false => text(seen, ui.style()),
    });
    Ok(0)
}

fn fault(given: &str, lost: Lost) -> Diagnostic {
    let meant =
        |meant: Option<String>| meant.map_or_else(String::new, |name| format!(" Did you mean \"{name}\"?"));
    match lost {
        Lost::Unreadable => {
            let detail = format!(
                "\"{given}\" is not the address of a resource instance, with or without an attribute behind it. Write it \
                 as giantswarm_app.web, giantswarm_member.team[\"ada\"] or module.shop.giantswarm_app.api[0].name."
            );
            Diagnostic::error(&codes::BAD_ADDRESS, detail)
        }
        Lost::Unknown(addr, name) => {
            let detail = format!(
                "Neither the configuration nor the state has {addr}.{}",
                meant(name)
            );
            Diagnostic::error(&codes::NO_INSTANCE, detail)
        }
        Lost::Ambiguous(addr, all) => {
            // A long list helps nobody.
            let some: Vec<String> = all.iter().take(10).map(|one| format!("\n  {one}")).collect();
            let more = all.len().saturating_sub(some.len());
            let more = if more > 0 {
                format!("\n  and {more} more")
            } else {
                String::new()
            };
            let detail = format!(
                "{addr} has several instances. Name one of them:{}{more}",
                some.concat()
            );
            Diagnostic::error(&codes::NO_INSTANCE, detail)
        }
        Lost::NoAttribute(addr, attribute, name) => {
            let detail = format!("{addr} has no attribute \"{attribute}\".{}", meant(name));
            Diagnostic::error(&codes::BAD_ADDRESS, detail)
        }
    }
}
