//! `console`: what expressions of the root module come to, over the state or over a plan.
//!
//! From a pipe it takes one expression a line, prints the result of the last one, and stops at the first error. On a
//! terminal `prompt` reads the lines. It changes nothing, takes no lock, and asks a platform only with `-plan`.

mod prompt;

use std::io::BufRead;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::host::{ConfigFiles, HostFiles, files};
use crate::plan::look::Look;
use crate::plan::planner::PlanOptions;
use crate::render::value;
use crate::source::SourceMap;
use crate::state::{State, v4};
use crate::syntax::parse_expression;
use crate::value::Marks;

use super::args::Assignment;
use super::options::Console as Options;
use super::session::Place;
use super::ui::{Ui, has_person};
use super::{Answer, codes, variables};

/// Most reads of a plan at the same time.
const PARALLELISM: u16 = 10;

/// What the console says of itself.
const HELP: &str = "\
Type an expression to see its value. It may name whatever the root module can: var.NAME, local.NAME, module.NAME,
resources of the state such as terraform_data.one.id, path.module, terraform.workspace, and every function.
type(EXPRESSION) shows the type of a value.

On a terminal an open bracket or heredoc goes on in the next line, the tab key completes names, and a line that
begins with a space is not kept in the history. Type \"exit\" or Control-D to leave.";

/// Runs it.
pub async fn run(ui: &mut Ui, options: &Options, assignments: &[Assignment]) -> Answer {
    let place = Place::new(options.state.as_deref().filter(|path| !path.is_file()))?;
    let mut sources = SourceMap::new();
    let loaded = load(&place, assignments, &mut sources);
    ui.sources = Arc::new(sources);
    let (config, values, warnings) = loaded?;
    ui.diagnostics(&warnings);
    let read = (config, Arc::clone(&ui.sources));
    let timestamp = place.timestamp();
    let inputs = place.inputs(
        read,
        values,
        Arc::new(HostFiles),
        (&place.workspace.name, &timestamp),
    );
    let look = if options.plan {
        let store = place.store();
        let engine = place.engine(&store, Arc::new(|_| {}), PARALLELISM);
        let state = state(ui, &place, options).await?;
        let session = engine
            .plan_from(&inputs, PlanOptions::default(), state, None)
            .await
            .map_err(|refused| refused.faults)?;
        session.close().await;
        ui.diagnostics(&session.planned.plan.warnings);
        let mut planned = session.planned;
        planned.evaluator.environment.effects = None;
        Look {
            evaluator: planned.evaluator,
            world: planned.world,
            semantics: planned.semantics,
        }
    } else {
        let (look, faults) = place.look(&inputs, &state(ui, &place, options).await?)?;
        if faults.has_errors() {
            ui.diagnostics(&faults);
            let detail = "What could not be evaluated is unknown here, so that expressions which name it show \
                          (known after apply).";
            ui.diagnostics(&Diagnostic::warning(&codes::CONSOLE, detail).into());
        }
        look
    };
    drop(inputs);
    let mut console = Console { look, ui };
    if has_person() && console.ui.terminal {
        prompt::run(&mut console, &place.history())
    } else {
        console.pipe()
    }
}

type Loaded = (Arc<crate::config::Config>, variables::Given, Diagnostics);

/// The configuration and the values given for its variables; those without a value are unknown.
fn load(place: &Place, assignments: &[Assignment], sources: &mut SourceMap) -> Result<Loaded, Diagnostics> {
    let (config, mut warnings) = place.read_config(&ConfigFiles, sources, false)?;
    let declared = variables::of_root(&config);
    let (values, more) = variables::collect(declared, assignments, &variables::Here, sources);
    warnings.extend(more);
    if warnings.has_errors() {
        return Err(warnings);
    }
    Ok((config, values, warnings))
}

/// The state: that of the directory, or of a file in Terraform's format.
async fn state(ui: &Ui, place: &Place, options: &Options) -> Result<State, Diagnostic> {
    let Some(path) = options.state.as_deref().filter(|path| path.is_file()) else {
        return place.state(ui).await;
    };
    let fault = |why: String| {
        let detail = format!("The state \"{}\" cannot be read: {why}", path.display());
        Diagnostic::error(&codes::FILE, detail)
    };
    let text = files::text(path).map_err(|reason| fault(format!("{reason}.")))?;
    if text.is_empty() {
        return Ok(State::default());
    }
    v4::from_v4(&text).map_err(|error| fault(error.to_string()))
}

/// A session: what there is to look at, and whom to tell.
struct Console<'a> {
    look: Look,
    ui: &'a mut Ui,
}

/// What a line comes to.
enum Reply {
    /// A text, and whether the line may be written down.
    Text(String, bool),
    /// The end.
    Exit,
}

impl Console<'_> {
    fn answer(&mut self, line: &str) -> Result<Reply, Diagnostics> {
        match line.trim() {
            "" => Ok(Reply::Text(String::new(), true)),
            "exit" => Ok(Reply::Exit),
            "help" => Ok(Reply::Text(HELP.to_owned(), true)),
            line => {
                // The mark that ends a heredoc needs the end of its line.
                let text = format!("{line}\n");
                let file = Arc::make_mut(&mut self.ui.sources).add("<console>", text.as_str());
                let value = self.look.value(&parse_expression(&text, file, 0)?)?;
                let open = !value.has_mark_deep(Marks::SENSITIVE);
                Ok(Reply::Text(value::format(&value, 0), open))
            }
        }
    }

    /// One expression a line from standard input.
    fn pipe(&mut self) -> Answer {
        let mut last = String::new();
        for line in std::io::stdin().lock().lines() {
            let line = line.map_err(|error| {
                let detail = format!("Standard input cannot be read: {}.", files::reason(&error));
                Diagnostic::error(&codes::FILE, detail)
            })?;
            match self.answer(&line)? {
                Reply::Text(text, _) => last = text,
                Reply::Exit => return Ok(0),
            }
        }
        self.ui.print(&format!("{last}\n"));
        Ok(0)
    }
}
