//! Planning and applying, as `plan`, `apply` and `destroy` share it.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use crate::addr::{InstanceAddr, Target};
use crate::config::Config;
use crate::diag::{self, Diagnostic, Diagnostics};
use crate::engine::codes::STALE_PLAN;
use crate::engine::saved::{RecordedFiles, RecordedReader};
use crate::engine::{Engine, Session, stale};
use crate::host::{ConfigFiles, HostFiles};
use crate::plan::change::{Action, Plan, PlanMode, ResourceChange};
use crate::plan::codes::{APPLIED_PART, MISSING_VARIABLE};
use crate::plan::digest;
use crate::plan::planner::PlanOptions;
use crate::ports::{Lock, StateStore};
use crate::render::closing::Effort;
use crate::render::html::Times;
use crate::render::stream::Operation;
use crate::render::{Ink, Schemas, escape, plan as plan_text};
use crate::source::SourceMap;

use super::args::Assignment;
use super::conclude::{self, End, Told};
use super::generate::{self, Generated};
use super::groups::Planning;
use super::plan_options::options;
use super::report::Teller;
use super::session::{self, Place};
use super::ui::{Ui, has_person};
use super::variables::Given;
use super::{Stop, again, codes, page, plan_file, variables};

/// A plan that was made and shown, ready to be saved or applied.
pub struct Prepared {
    /// Who applies it.
    pub engine: Engine,
    /// The plan and its providers.
    pub session: Session,
    digest: OnceCell<String>,
    /// The configuration that was written for it.
    pub generated: Option<Generated>,
    times: Times,
    sources: Arc<SourceMap>,
    place: Place,
    reader: RecordedReader,
    files: Arc<RecordedFiles>,
    teller: Arc<Teller>,
    told_as: Told,
    /// The options and the variables of the saved plan that it was.
    saved: Option<(PlanOptions, Vec<Arc<str>>)>,
    // Held until everything is done.
    lock: Option<Box<dyn Lock>>,
}

/// The error of a plan that nobody can approve.
pub fn no_approval() -> Diagnostic {
    let detail = "The plan needs an approval, and nobody can give it here. Run the command with -auto-approve, or save \
                  the plan with -out and apply the saved plan.";
    Diagnostic::error(&codes::NO_APPROVAL, detail)
}

/// Whether questions may be asked.
pub fn may_ask(planning: &Planning) -> bool {
    let refused = || std::env::var("TF_INPUT").is_ok_and(|value| matches!(&*value, "0" | "false"));
    planning.input.unwrap_or_else(|| !refused())
}

/// Plans, and shows the plan.
pub async fn plan(
    ui: &mut Ui,
    planning: &Planning,
    assignments: &[Assignment],
    operation: &str,
    generate: Option<&Path>,
) -> Result<Prepared, Stop> {
    let options = options(planning)?;
    let generated = match generate {
        Some(path) => generate::write(ui, planning, assignments, path).await?,
        None => None,
    };
    let more = generated.iter().flat_map(Generated::assignments);
    let assignments: Vec<Assignment> = assignments.iter().cloned().chain(more).collect();
    let (mut prepared, schemas) =
        prepare(ui, planning, &assignments, operation, options, generated.as_ref()).await?;
    if let Some(generated) = &generated {
        for change in &mut prepared.session.planned.plan.changes {
            change.generated = generated.block(&change.addr);
        }
    }
    prepared.generated = generated;
    let plan = &prepared.session.planned.plan;
    // Apply judges checks again and tells then.
    let checks = operation == "plan" || plan.is_empty();
    if prepared.told_as != Told::Refresh {
        let digest = ui.stream().is_some().then(|| prepared.digest());
        emit(ui, plan, digest);
    }
    show(ui, plan, &schemas, planning, checks);
    prepared.limited(planning.max_destroy).await
}

/// Makes ready to import one object, and nothing else.
pub async fn import(
    ui: &mut Ui,
    planning: &Planning,
    assignments: &[Assignment],
    (addr, id): (InstanceAddr, Arc<str>),
) -> Result<Prepared, Stop> {
    let mut options = options(planning)?;
    options.targets = vec![Target::Resource(addr.clone())];
    options.excludes.clear();
    options.imports = vec![(addr.clone(), id)];
    let (mut prepared, _) = prepare(ui, planning, assignments, "import", options, None).await?;
    let plan = &mut prepared.session.planned.plan;
    plan.only_imports();
    plan.partial = false;
    if plan.steps.steps.is_empty() {
        prepared.close().await;
        let detail = format!(
            "The state has an object for {addr} already. Take it out of the state before another is imported to this \
             address."
        );
        return Err(Diagnostic::error(&codes::ALREADY_MANAGED, detail).into());
    }
    Ok(prepared)
}

async fn prepare(
    ui: &mut Ui,
    planning: &Planning,
    assignments: &[Assignment],
    operation: &str,
    options: PlanOptions,
    generated: Option<&Generated>,
) -> Result<(Prepared, Schemas), Stop> {
    ui.emit(|stream| stream.version());
    let importing = !options.imports.is_empty();
    let place = Place::new(planning.state.as_deref())?;
    let reader = RecordedReader::of(match generated {
        Some(generated) => Box::new(generated.reader()),
        None => Box::new(ConfigFiles),
    });
    let begun = place.uptime();
    let mut sources = SourceMap::new();
    let needed = options.mode != PlanMode::Destroy;
    let read = place.read_config(&reader, &mut sources, needed);
    let (config, warnings) = match read {
        Ok(read) => read,
        Err(faults) => {
            ui.sources = Arc::new(sources);
            return Err(faults.into());
        }
    };
    let values = values(ui, planning, &config, assignments, &mut sources).await;
    ui.sources = Arc::new(sources);
    let (given, more) = values?;
    ui.diagnostics(&Diagnostics(warnings.into_iter().chain(more).collect()));
    let files = session::shared(RecordedFiles::of(Arc::new(HostFiles)));
    let (teller, store) = (Teller::new(ui), place.store());
    let engine = place.engine(&store, teller.listener(), planning.parallelism);
    teller.count(&engine.providers);
    let timestamp = place.timestamp();
    // What is wrong with the configuration comes first, but the state is read while that is found out.
    let reading = session::lock_and_read(&store, operation, planning.locking);
    let valid = match place.validate(Arc::clone(&config), &ui.sources) {
        Ok(valid) => valid,
        Err(faults) => {
            reading.give_up();
            return Err(faults.into());
        }
    };
    let checked = place.uptime();
    let read = (config, Arc::clone(&ui.sources));
    let mut inputs = place.inputs(
        read,
        given,
        Arc::clone(&files) as Arc<dyn crate::lang::Files>,
        (&place.workspace.name, &timestamp),
    );
    inputs.graph = Some(valid.graph);
    let (lock, state) = reading.done().await?;
    notices(ui, &store);
    let planned = engine.plan_read(&inputs, options, state).await;
    teller.rest();
    let session = match planned {
        Ok(session) => session,
        Err(refused) => {
            // Without a value for each variable nothing that was decided means anything.
            let lacks = refused
                .faults
                .iter()
                .any(|fault| fault.code.id == MISSING_VARIABLE.id);
            if let Some(plan) = refused.partial.filter(|_| !importing && !lacks) {
                emit(ui, &plan, None);
                show(ui, &plan, &place.schemas(), planning, false);
            }
            return Err(refused.faults.into());
        }
    };
    let times = Times {
        configuration: checked.saturating_sub(begun),
        planning: place.uptime().saturating_sub(checked),
    };
    let prepared = Prepared {
        digest: OnceCell::new(),
        generated: None,
        times,
        sources: Arc::clone(&inputs.sources),
        engine,
        session,
        place,
        reader,
        files,
        teller,
        told_as: match operation {
            "destroy" => Told::Destroy,
            "refresh" => Told::Refresh,
            _ => Told::Apply,
        },
        saved: None,
        lock,
    };
    let schemas = prepared.place.schemas();
    Ok((prepared, schemas))
}

/// What the store has to tell, such as that it mended itself.
pub(super) fn notices(ui: &mut Ui, store: &session::Store) {
    for notice in store.notices() {
        let text = ui.style().wrap(&format!("Note: {}", escape::line(&notice)));
        ui.say(&format!("{text}\n"));
        ui.emit(|stream| stream.log(&notice));
    }
}

async fn values(
    ui: &Ui,
    planning: &Planning,
    config: &Config,
    assignments: &[Assignment],
    sources: &mut SourceMap,
) -> Result<(Given, Diagnostics), Diagnostics> {
    let declared = variables::of_root(config);
    let (mut given, mut faults) = variables::given(config, assignments, sources)?;
    if may_ask(planning) {
        faults.extend(ask(ui, declared, &mut given, sources).await);
    }
    if faults.has_errors() {
        Err(faults)
    } else {
        Ok((given, faults))
    }
}

/// Asks a person for the values of variables that need one and have none.
pub async fn ask(
    ui: &Ui,
    declared: &variables::Declared,
    given: &mut Given,
    sources: &mut SourceMap,
) -> Diagnostics {
    let mut faults = Diagnostics::new();
    if !has_person() || ui.stream().is_some() {
        return faults;
    }
    for variable in variables::missing(declared, &given.values) {
        let mut question = ui.style().paint(Ink::Bold, &format!("var.{}", variable.name));
        for line in variable.description.as_deref().unwrap_or_default().lines() {
            question.push_str(&format!("\n  {}", escape::line(line)));
        }
        question.push_str("\n\n  Enter a value: ");
        let Some(answer) = ui.ask(&question, variable.sensitive).await else {
            break;
        };
        if let Some(value) = faults.take_all(variables::answered(variable, &answer, sources)) {
            given.values.insert(Arc::clone(&variable.name), value);
        }
    }
    faults
}

/// Tells a plan as events, with its digest.
fn emit(ui: &mut Ui, plan: &Plan, digest: Option<&str>) {
    emit_changes(ui, plan);
    let line = plan_text::summary_line(plan);
    ui.emit(|stream| stream.summary(Operation::Plan, plan.counts(), &line, digest, &plan.renames));
    if !plan.outputs.is_empty() {
        ui.emit(|stream| stream.output_changes(&plan.outputs));
    }
}

fn emit_changes(ui: &mut Ui, plan: &Plan) {
    for drift in plan_text::relevant_drift(plan) {
        ui.emit(|stream| stream.drift(drift));
    }
    let shown = |action| action != Action::NoOp;
    for change in &plan.changes {
        if shown(change.action) || change.previous.is_some() || change.importing.is_some() {
            ui.emit(|stream| stream.planned(change));
        }
    }
}

/// Shows a plan and its warnings, with those of checks if they are wanted.
pub fn show(ui: &mut Ui, plan: &Plan, schemas: &Schemas, planning: &Planning, checks: bool) {
    let view = plan_text::View {
        style: ui.style(),
        schemas,
        calls: planning.calls,
        brief: planning.summary,
    };
    ui.say(&plan_text::text(plan, view));
    ui.diagnostics(&plan.warnings);
    if checks {
        ui.diagnostics(&plan.check_warnings);
    }
}

impl Prepared {
    /// The digest of what would be done. It reads the whole plan, so it is made when somebody wants it.
    pub fn digest(&self) -> &str {
        self.digest
            .get_or_init(|| digest::of(&self.session.planned, &self.sources))
    }

    /// Saves the plan in a file that `apply` takes.
    pub fn save(&self, path: &Path) -> Result<(), Diagnostic> {
        let notes = &self.session.notes;
        let recording = notes.recording(&self.session.planned.plan, &self.reader, &self.files);
        plan_file::write(&self.place, path, &recording, self.digest())
    }

    /// Writes the plan as a page for a browser. The words are those of the command line.
    pub fn page(&self, path: &Path, words: &[String]) -> Result<(), Diagnostic> {
        let schemas = self.place.schemas();
        let hidden = again::hidden(&self.session.planned.evaluator.config);
        let approve = again::approving(words, &hidden, self.digest());
        let times = Some(self.times);
        page::write(
            path,
            &self.session.planned,
            &schemas,
            &self.sources,
            (self.digest(), &approve),
            times,
        )
    }

    /// The same, if it is the plan of this digest.
    pub async fn expected(self, wanted: Option<&str>) -> Result<Prepared, Diagnostic> {
        let Some(wanted) = wanted.filter(|wanted| *wanted != self.digest()) else {
            return Ok(self);
        };
        let detail = format!(
            "Nothing was done, for this is not the plan that was looked at.\n\n  expected: {wanted}\n  this one: \
             {}\n\n{}",
            self.digest(),
            plan_text::summary_line(&self.session.planned.plan)
        );
        self.close().await;
        Err(Diagnostic::error(&codes::OTHER_DIGEST, detail))
    }

    /// The same, if it takes down no more objects than it may.
    async fn limited(self, most: Option<usize>) -> Result<Prepared, Stop> {
        let plan = &self.session.planned.plan;
        let goes = |change: &&ResourceChange| change.action == Action::Delete || change.action.is_replace();
        let going: Vec<&ResourceChange> = plan.changes.iter().filter(goes).collect();
        let Some(most) = most.filter(|most| going.len() > *most) else {
            return Ok(self);
        };
        let named = going.iter().map(|change| {
            let what = match change.action.is_replace() {
                true => "replaced",
                false => "deleted",
            };
            let deposed = change.deposed.as_ref();
            let deposed = deposed.map(|key| format!(" (deposed object {key})"));
            format!("{}{} is {what}", change.addr, deposed.unwrap_or_default())
        });
        let detail = format!(
            "This plan would destroy {}, and -max-destroy allows {most}. Nothing was done.\n{}",
            objects(going.len()),
            diag::list(named, diag::NAMED)
        );
        self.close().await;
        Err(Diagnostic::error(&codes::MAX_DESTROY, detail).into())
    }

    /// Lets go of everything without applying.
    pub async fn close(self) {
        self.session.close().await;
        drop(self.lock);
        // The process ends soon. To free a large plan piece by piece would take as long as a tenth of planning.
        std::mem::forget(self.session.planned);
    }

    /// Asks for approval; only `yes` gives it. A plan that changes nothing needs none.
    pub async fn approve(&self, ui: &mut Ui, planning: &Planning) -> Result<bool, Diagnostic> {
        let plan = &self.session.planned.plan;
        if plan.is_empty() {
            return Ok(true);
        }
        if !may_ask(planning) || ui.stream().is_some() {
            return Err(no_approval());
        }
        let (title, what) = match plan.mode {
            PlanMode::Destroy => (
                "Do you really want to destroy all resources?",
                "swarmform will destroy everything shown above. There is no undo.",
            ),
            PlanMode::RefreshOnly => (
                "Do you want to take the changes found above over into the state?",
                "swarmform will write them to the state and change nothing on the platform.",
            ),
            PlanMode::Normal => (
                "Do you want to perform these actions?",
                "swarmform will perform the actions described above.",
            ),
        };
        ui.diagnostics(&plan.check_warnings);
        let title = ui.style().paint(Ink::Bold, title);
        let question =
            format!("\n{title}\n  {what}\n  Only 'yes' will be accepted to approve.\n\n  Enter a value: ");
        let answer = tokio::select! {
            answer = ui.ask(&question, false) => answer.ok_or_else(no_approval)?,
            () = self.engine.cancel.stopping() => {
                ui.print("\n");
                return Ok(false);
            }
        };
        Ok(answer.trim() == "yes")
    }

    /// Carries the plan out and tells what came of it. The answer is the exit code.
    pub async fn apply(self, ui: &mut Ui) -> u8 {
        let plan = &self.session.planned.plan;
        let partial = plan.partial;
        let config = Arc::clone(&self.session.planned.evaluator.config);
        let (clock, providers) = (Arc::clone(&self.engine.clock), Arc::clone(&self.engine.providers));
        self.teller.applying(plan);
        let (began, calls) = (clock.uptime(), providers.calls_made());
        let (mut report, state) = self.engine.apply(self.session).await;
        let effort = Effort {
            took: clock.uptime().saturating_sub(began),
            calls: providers.calls_made().saturating_sub(calls),
        };
        self.teller.rest();
        drop(self.lock);
        if partial {
            let detail = "The plan was limited by -target or -exclude, so there may be more to do, and outputs may not be up \
                          to date. Run \"swarmform plan\" to see.";
            report
                .diagnostics
                .push(Diagnostic::warning(&APPLIED_PART, detail));
        }
        let end = End {
            told_as: self.told_as,
            report: &report,
            state: &state,
            effort,
            config: &config,
            saved: self.saved.as_ref(),
        };
        conclude::conclude(ui, &end)
    }
}

fn objects(many: usize) -> String {
    if many == 1 {
        "one object".to_owned()
    } else {
        format!("{many} objects")
    }
}

/// Makes a saved plan ready to be applied: on the same state, with providers configured anew.
pub async fn reopen(ui: &mut Ui, planning: &Planning, path: &Path) -> Result<Prepared, Stop> {
    ui.emit(|stream| stream.version());
    let place = Place::new(planning.state.as_deref())?;
    let recording = plan_file::open(&place, path)?;
    let options = recording.options()?;
    let (planned_in, _) = recording.moment();
    if planned_in != place.workspace.name {
        let detail = format!(
            "The plan was made in the workspace \"{planned_in}\", and \"{}\" is selected. Select the other one with \
             `swarmform workspace select {planned_in}`, or plan again.",
            place.workspace.name
        );
        return Err(Diagnostic::error(&STALE_PLAN, detail).into());
    }
    let reader = recording.reader();
    let files = session::shared(recording.files());
    let mut sources = SourceMap::new();
    let read = place.read_config(&reader, &mut sources, false);
    ui.sources = Arc::new(sources);
    let (config, _) = read?;
    let (teller, store) = (Teller::new(ui), place.store());
    let engine = place.engine(&store, teller.listener(), planning.parallelism);
    teller.count(&engine.providers);
    let read = (config, Arc::clone(&ui.sources));
    let told_files = Arc::clone(&files) as Arc<dyn crate::lang::Files>;
    let given = Given {
        values: recording.variables(),
        ..Given::default()
    };
    let inputs = place.inputs(read, given, told_files, recording.moment());
    let lock = planning.locking.take(&store, "apply").await?;
    let now = engine.settled(&inputs).await;
    teller.rest();
    notices(ui, &store);
    let mut stale = Diagnostics::new();
    stale.extend(stale::check_state(&recording, &now?).err());
    stale.extend(stale::check_files(&recording, &ConfigFiles, Arc::new(HostFiles)).err());
    if stale.has_errors() {
        return Err(stale.into());
    }
    let saved = (options.clone(), inputs.variables.keys().cloned().collect());
    let planned = engine
        .plan_from(&inputs, options, recording.state()?, Some(&recording))
        .await;
    teller.rest();
    let session = planned.map_err(|refused| refused.faults)?;
    if let Err(fault) = recording.check_steps(&session.planned.plan) {
        session.close().await;
        return Err(fault.into());
    }
    emit_changes(ui, &session.planned.plan);
    let prepared = Prepared {
        digest: OnceCell::new(),
        generated: None,
        times: Times::default(),
        sources: Arc::clone(&inputs.sources),
        engine,
        session,
        place,
        reader,
        files,
        teller,
        told_as: Told::Apply,
        saved: Some(saved),
        lock,
    };
    prepared.limited(planning.max_destroy).await
}
