//! Settling what an earlier run left without an outcome, before anything else is read or decided.
//!
//! The providers are configured as for a plan, each pending operation is asked about, and what was found is durable
//! before this returns. So the planner never sees a pending operation of a run that is dead. What a finding
//! means is decided in `apply::settle`.

use futures::StreamExt;

use crate::apply::settle::{Question, Settled, questions};
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::planner::{PlanOptions, Request};
use crate::plan::semantics::{Fault, Found};
use crate::state::{Event, State};
use crate::value::Path;

use super::plan::{interrupted, semantics, store_fault};
use super::{Configured, Engine, Inputs, Progress, close, codes};

impl Engine {
    /// Reads the state, with every operation settled that a dead run has left. Operations of a run that lives
    /// are left alone.
    pub async fn settled(&self, inputs: &Inputs) -> Result<State, Diagnostics> {
        let fault = |error| Diagnostics::from(store_fault(&error));
        let state = self.store.read().await.map_err(fault)?;
        self.settle(inputs, state).await
    }

    /// A state as it was read, with these settled.
    pub(super) async fn settle(&self, inputs: &Inputs, state: State) -> Result<State, Diagnostics> {
        if state.pending.is_empty() || self.store.is_in_use().await {
            return Ok(state);
        }
        let mut providers = Configured::new();
        let asked = self.ask_all(inputs, &state, &mut providers).await;
        close(&providers).await;
        self.take_over(state, asked?).await
    }

    async fn ask_all(
        &self,
        inputs: &Inputs,
        state: &State,
        providers: &mut Configured,
    ) -> Result<Vec<(Question, Result<Found, Fault>)>, Diagnostics> {
        let questions = questions(state, &semantics(&*self.providers))?;
        self.configure(inputs, state, providers).await?;
        let asking = questions.into_iter().map(|question| {
            let provider = providers.get(&question.provider).cloned();
            async move {
                let found = match provider {
                    Some(provider) => provider.settle(&question.order).await,
                    None => Err(Fault::error(
                        Path::root(),
                        "No such provider",
                        format!("The provider {} is not configured any more.", question.provider),
                    )),
                };
                (question, found)
            }
        });
        let answers = futures::stream::iter(asking)
            .buffered(self.parallelism.max(1))
            .collect();
        tokio::select! {
            answers = answers => Ok(answers),
            () = self.cancel.stopping() => Err(interrupted().into()),
        }
    }

    /// Configures the providers and goes no further.
    async fn configure(
        &self,
        inputs: &Inputs,
        state: &State,
        providers: &mut Configured,
    ) -> Result<(), Diagnostics> {
        let options = PlanOptions {
            settling: true,
            ..PlanOptions::default()
        };
        let semantics = semantics(&*self.providers);
        let mut planner = self.planner(inputs, options, state.clone(), semantics)?;
        loop {
            let requests = planner.advance();
            let configures = |request: &Request| matches!(request, Request::Configure { .. });
            if !requests.iter().any(|(_, request)| configures(request)) {
                // Whatever else is wrong with the configuration is told by the plan that follows.
                return if requests.is_empty() && providers.is_empty() {
                    planner.finish().map(|_| ()).map_err(|refused| refused.faults)
                } else {
                    Ok(())
                };
            }
            for (id, request) in requests {
                let (id, request, answer, made) = self.run(id, request, providers).await;
                if let (Request::Configure { provider, .. }, Some(made)) = (request, made) {
                    providers.insert(provider, made);
                }
                planner.answer(id, answer);
            }
        }
    }

    /// Records what was found, and tells it. What could not be asked stays pending, and is an error.
    async fn take_over(
        &self,
        mut state: State,
        answers: Vec<(Question, Result<Found, Fault>)>,
    ) -> Result<State, Diagnostics> {
        let semantics = semantics(&*self.providers);
        let mut faults = Diagnostics::new();
        let mut events = Vec::new();
        let mut told: Vec<Settled> = Vec::new();
        for (question, found) in answers {
            let answered = match found {
                Ok(found) => question.answer(&state, &semantics, found),
                Err(fault) => Err(unsettled(&question, &question.hidden(fault))),
            };
            if let Some((more, settled)) = faults.take(answered) {
                for event in &more {
                    state.apply(event.clone());
                }
                events.extend(more);
                told.push(settled);
            }
        }
        if events.iter().any(|event| !matches!(event, Event::End(_))) {
            state.serial += 1;
        }
        let commit = self.store.commit(&state.lineage, state.serial, &events).await;
        faults.take(commit.map_err(|error| store_fault(&error)));
        if faults.has_errors() {
            return Err(faults);
        }
        for settled in told {
            (self.progress)(&Progress::Settled(settled));
        }
        Ok(state)
    }
}

fn unsettled(question: &Question, fault: &Fault) -> Diagnostic {
    let (deed, subject) = (question.pending.deed.as_str(), &question.subject);
    Diagnostic::error(
        &codes::UNSETTLED,
        format!(
            "The last run ended before it knew how its {deed} of {subject} came out, and asking for it failed: {} \
             Nothing else was done; run the command again when the platform answers.",
            fault.detail
        ),
    )
    .about(&subject.addr)
}
