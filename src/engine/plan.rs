//! Driving a planner: configuring providers, reading objects, many at a time.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tracing::{Instrument, debug_span};

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::codes;
use crate::plan::evaluate::Evaluator;
use crate::plan::planner::{Answer, PlanOptions, Planner, Refused, Request, RequestId, Unwritten};
use crate::plan::providers::Semantic;
use crate::plan::scope::Environment;
use crate::plan::semantics::Fault;
use crate::ports::{Providers, StoreError};
use crate::state::State;
use crate::value::{Path, Value};

use super::{Configured, Engine, Inputs, Notes, Progress, Recording, Session, close};

/// The pure halves of all providers.
pub fn semantics(providers: &dyn Providers) -> Semantic {
    let all = providers
        .names()
        .into_iter()
        .filter_map(|name| Some((Arc::from(name), providers.semantics(name)?)));
    Semantic::new(all)
}

/// A store's error as a diagnostic.
pub fn store_fault(error: &StoreError) -> Diagnostic {
    let code = match error {
        StoreError::Locked(_) => &super::codes::STATE_LOCKED,
        StoreError::Damaged { .. } => &super::codes::STATE_DAMAGED,
        StoreError::TooNew { .. } => &super::codes::STATE_TOO_NEW,
        StoreError::Io(_) => &super::codes::STATE_IO,
    };
    let help = match error {
        StoreError::Locked(info) => format!(
            "Nothing was done. Wait until that run has ended (process {}, lock {}), or wait for it with \
             -lock-timeout=5m.",
            info.pid, info.id
        ),
        StoreError::Damaged { .. } => {
            "Nothing was changed. \"swarmform state recover\" restores it from the export, the journal and the history \
             beside it; \"swarmform state pull\" still exports all other records.".to_owned()
        }
        StoreError::TooNew { .. } => {
            "Nothing was changed. Use the swarmform that wrote it, or a newer one.".to_owned()
        }
        StoreError::Io(_) => "Nothing was changed.".to_owned(),
    };
    let mut text = error.to_string();
    if let Some(first) = text.get(..1) {
        text = first.to_uppercase() + text.get(1..).unwrap_or_default();
    }
    Diagnostic::error(code, format!("{text}. {help}"))
}

impl Engine {
    /// Plans: reads the state, settles what an earlier run left open, refreshes, and decides.
    pub async fn plan(&self, inputs: &Inputs, options: PlanOptions) -> Result<Session, Refused> {
        let fault = |error| Diagnostics::from(store_fault(&error));
        let state = self.store.read().await.map_err(fault)?;
        self.plan_read(inputs, options, state).await
    }

    /// The same, with the state as it was just read.
    pub async fn plan_read(
        &self,
        inputs: &Inputs,
        options: PlanOptions,
        state: State,
    ) -> Result<Session, Refused> {
        let state = self.settle(inputs, state).await?;
        self.plan_from(inputs, options, state, None).await
    }

    /// Plans from a given state. With a recording, reads are answered from it and not asked again.
    #[tracing::instrument(name = "plan", skip_all)]
    pub async fn plan_from(
        &self,
        inputs: &Inputs,
        options: PlanOptions,
        state: State,
        replay: Option<&Recording>,
    ) -> Result<Session, Refused> {
        let semantics = semantics(&*self.providers);
        let mut notes = Notes::new(&state, &options, inputs, &semantics);
        let mut planner = self.planner(inputs, options, state, semantics)?;
        let mut providers = Configured::new();
        let result = self.drive(&mut planner, &mut providers, &mut notes, replay).await;
        let planned = match result {
            Ok(()) => planner.finish(),
            Err(fault) => Err(Diagnostics::from(fault).into()),
        };
        match planned {
            Ok(mut planned) => {
                planned.evaluator.environment.effects = Some(Arc::clone(&inputs.effects));
                Ok(Session {
                    planned,
                    providers,
                    notes,
                })
            }
            Err(refused) => {
                close(&providers).await;
                Err(refused)
            }
        }
    }

    /// Reads the objects to import whose configuration is yet to be written, and what their ids need. Decides nothing.
    ///
    /// # Errors
    /// An import is wrong, or an object cannot be read.
    pub async fn unwritten(
        &self,
        inputs: &Inputs,
        options: PlanOptions,
    ) -> Result<Vec<Unwritten>, Diagnostics> {
        let state = self.settled(inputs).await?;
        let semantics = semantics(&*self.providers);
        let mut notes = Notes::new(&state, &options, inputs, &semantics);
        let mut planner = self.planner(inputs, options, state, semantics)?;
        let mut providers = Configured::new();
        let result = self.drive(&mut planner, &mut providers, &mut notes, None).await;
        close(&providers).await;
        result?;
        planner.unwritten()
    }

    /// A planner at its start.
    pub(super) fn planner(
        &self,
        inputs: &Inputs,
        options: PlanOptions,
        state: State,
        semantics: Semantic,
    ) -> Result<Planner, Diagnostics> {
        let graph = inputs.graph()?;
        let environment = Environment {
            files: Arc::clone(&inputs.files),
            effects: None,
            plan_timestamp: inputs.timestamp.clone(),
            workspace: inputs.workspace.clone(),
            root_dir: ".".to_owned(),
        };
        let evaluator = Evaluator {
            config: Arc::clone(&inputs.config),
            environment,
            variables: inputs.variables.clone(),
            places: inputs.places.clone(),
            validating: false,
        };
        Ok(Planner::new(evaluator, graph, state, options, semantics))
    }

    async fn drive(
        &self,
        planner: &mut Planner,
        providers: &mut Configured,
        notes: &mut Notes,
        replay: Option<&Recording>,
    ) -> Result<(), Diagnostic> {
        let mut queue = std::collections::VecDeque::new();
        let mut running = FuturesUnordered::new();
        let (mut done, mut total) = (0, 0);
        let tell = |done, total| (self.progress)(&Progress::Reads { done, total });
        loop {
            let asked = planner.advance();
            total += asked.iter().filter(|(_, request)| request.reads()).count();
            queue.extend(asked);
            while running.len() < self.parallelism.max(1) {
                let Some((id, request)) = queue.pop_front() else {
                    break;
                };
                if self.cancel.is_stopping() {
                    return Err(interrupted());
                }
                if let Some(answer) = replay.and_then(|replay| replay.answer(&request, notes.semantics())) {
                    notes.note(&request, &answer);
                    done += usize::from(request.reads());
                    planner.answer(id, answer);
                    continue;
                }
                running.push(self.run(id, request, providers));
            }
            if running.is_empty() {
                if queue.is_empty() {
                    let asked = planner.advance();
                    if asked.is_empty() {
                        return Ok(());
                    }
                    total += asked.iter().filter(|(_, request)| request.reads()).count();
                    queue.extend(asked);
                }
                continue;
            }
            tell(done, total);
            let next = tokio::select! {
                next = running.next() => next,
                () = self.cancel.stopped() => return Err(interrupted()),
            };
            if let Some((id, request, answer, made)) = next {
                if let (Request::Configure { provider, .. }, Some(made)) = (&request, made) {
                    providers.insert(provider.clone(), made);
                }
                notes.note(&request, &answer);
                done += usize::from(request.reads());
                planner.answer(id, answer);
            }
        }
    }

    /// Runs one request. The future owns all it needs, so that `providers` may grow meanwhile.
    pub(super) fn run(
        &self,
        id: RequestId,
        request: Request,
        providers: &Configured,
    ) -> impl Future<
        Output = (
            RequestId,
            Request,
            Answer,
            Option<Arc<dyn crate::ports::Provider>>,
        ),
    > + use<> {
        let made = match &request {
            Request::Configure { name, .. } => self.providers.create(name),
            Request::Read { provider, .. }
            | Request::Import { provider, .. }
            | Request::ReadData { provider, .. } => providers.get(provider).cloned(),
        };
        let (progress, clock) = (Arc::clone(&self.progress), Arc::clone(&self.clock));
        async move {
            let Some(provider) = made else {
                let answer = missing(&request);
                return (id, request, answer, None);
            };
            let answer = match &request {
                Request::Configure { config, .. } => Answer::Configured(provider.configure(config).await),
                Request::Read {
                    addr, prior, shown, ..
                } => {
                    progress(&Progress::RefreshStart {
                        addr: addr.clone(),
                        id: shown.clone(),
                    });
                    let reading = provider.read(&addr.resource.type_name, prior);
                    let answer = reading.instrument(debug_span!("refresh", %addr)).await;
                    progress(&Progress::RefreshDone {
                        addr: addr.clone(),
                        id: shown.clone(),
                    });
                    Answer::Read(answer)
                }
                Request::Import { addr, id, .. } => {
                    let told = |done: bool| match done {
                        false => Progress::RefreshStart {
                            addr: addr.clone(),
                            id: Some(Arc::clone(id)),
                        },
                        true => Progress::RefreshDone {
                            addr: addr.clone(),
                            id: Some(Arc::clone(id)),
                        },
                    };
                    progress(&told(false));
                    let reading = provider.import(&addr.resource.type_name, id);
                    let answer = reading.instrument(debug_span!("import", %addr)).await;
                    progress(&told(true));
                    Answer::Imported(answer)
                }
                Request::ReadData { addr, config, .. } => {
                    progress(&Progress::ReadStart(addr.clone()));
                    let started = clock.uptime();
                    let reading = provider.read_data(&addr.resource.type_name, config);
                    let answer = reading.instrument(debug_span!("read", %addr)).await;
                    progress(&Progress::ReadDone(
                        addr.clone(),
                        clock.uptime().saturating_sub(started),
                    ));
                    Answer::Data(answer)
                }
            };
            (id, request, answer, Some(provider))
        }
    }
}

fn missing(request: &Request) -> Answer {
    let fault = |provider: &dyn std::fmt::Display| {
        Fault::error(
            Path::root(),
            "No such provider",
            format!("The provider {provider} is not configured, so nothing can be read with it."),
        )
    };
    match request {
        Request::Configure { name, .. } => Answer::Configured(Err(fault(name))),
        Request::Read { provider, .. } => Answer::Read(Err(fault(provider))),
        Request::Import { provider, .. } => Answer::Imported(Err(fault(provider))),
        Request::ReadData { provider, .. } => Answer::Data(Err(fault(provider))),
    }
}

pub(super) fn interrupted() -> Diagnostic {
    Diagnostic::error(
        &codes::INTERRUPTED,
        "The run was interrupted while planning. Nothing was changed.",
    )
}

/// The `id` attribute of an object, for progress lines.
pub(super) fn object_id(object: &Value) -> Option<Arc<str>> {
    object.members()?.get("id").and_then(Value::as_arc_str).cloned()
}
