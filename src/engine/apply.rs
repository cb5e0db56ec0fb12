//! Driving a walker: running steps as they become ready, and making intents durable before their first call and
//! outcomes before what waits for them starts.
//!
//! All outcomes that came in together and the intents of what is ready next are committed together: one batch,
//! one sync. When a commit fails, no further step starts.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use tracing::Instrument;

use crate::addr::InstanceAddr;
use crate::apply::{Outcome, Report, Walker, Work};
use crate::diag::Diagnostic;
use crate::plan::codes;
use crate::plan::semantics::{Applied, Fault};
use crate::plan::steps::{StepId, StepKind};
use crate::state::{Event, State};
use crate::value::{Path, Value};

use super::late::{Late, Served};
use super::plan::object_id;
use super::queue::Queue;
use super::{Configured, Engine, Progress, Session};
use super::{progress, provision};

/// How often a long step is told to be still at work.
const STILL: Duration = Duration::from_secs(10);

/// How many steps more than can run are made ready at most: enough to hide the disk, and few to settle after a
/// crash.
const AHEAD: usize = 16;

type Running = FuturesUnordered<BoxFuture<'static, (StepId, Outcome)>>;

type Saving = BoxFuture<'static, Result<(), Diagnostic>>;

/// The writing half of a run: which serial it writes.
struct Writer<'a> {
    engine: &'a Engine,
    lineage: String,
    serial: u64,
    written: bool,
}

impl Writer<'_> {
    /// Begins to commit some events.
    fn commit(&self, events: Vec<Event>) -> Saving {
        let (store, lineage, serial) = (Arc::clone(&self.engine.store), self.lineage.clone(), self.serial);
        let saving = async move {
            let saved = store.commit(&lineage, serial, &events).await;
            saved.map_err(|error| {
                Diagnostic::error(
                    &codes::STATE_NOT_SAVED,
                    format!(
                        "The state could not be written: {error}. No further step was started. Mend the cause and plan \
                         again: what was made and not written is not in the state, and may have to be imported."
                    ),
                )
            })
        };
        saving.boxed()
    }
}

impl Engine {
    /// Carries out a plan. The caller holds the lock.
    #[tracing::instrument(name = "apply", skip_all)]
    pub async fn apply(&self, session: Session) -> (Report, State) {
        let Session {
            planned, providers, ..
        } = session;
        let prior = &planned.plan.prior;
        let lineage = if prior.lineage.is_empty() {
            self.ids.uuid()
        } else {
            prior.lineage.clone()
        };
        let mut writer = Writer {
            engine: self,
            lineage,
            serial: prior.serial + 1,
            written: false,
        };
        let mut walker = Walker::new(planned);
        let mut late = Late::default();
        let mut fatal = self
            .walk(&mut walker, (&providers, &mut late), &mut writer)
            .await
            .err();
        walker.settle_outputs();
        walker.judge_checks();
        let events = walker.take_events();
        if fatal.is_none() && !events.is_empty() {
            fatal = writer.commit(events).await.err();
            writer.written |= fatal.is_none();
        }
        if writer.written
            && let Err(error) = self.store.finish().await
        {
            let fault = format!("The export beside the state could not be written: {error}.");
            fatal.get_or_insert(Diagnostic::warning(&codes::STATE_NOT_SAVED, fault));
        }
        super::close(&providers).await;
        super::close(&late.configured()).await;
        let interrupted = self.cancel.is_stopping();
        let (mut report, mut state) = walker.finish(interrupted);
        report.diagnostics.extend(fatal);
        state.lineage = writer.lineage;
        state.serial = if writer.written {
            writer.serial
        } else {
            state.serial
        };
        (report, state)
    }

    /// What has ended is told to the walker; its outcomes and the intents of what is ready now are committed
    /// together; then that may start. Some steps more than can run are made ready this way, so that a step that
    /// ends is followed by the next one at once, while the disk is written to. Steps that touch nothing but the
    /// state do not wait for the disk: were they lost, there would be nothing anywhere that the state does not know.
    async fn walk(
        &self,
        walker: &mut Walker,
        (providers, late): (&Configured, &mut Late),
        writer: &mut Writer<'_>,
    ) -> Result<(), Diagnostic> {
        let most = self.parallelism.max(1);
        let mut running = Running::new();
        let mut queue = Queue::default();
        let mut saving: Option<Saving> = None;
        let mut told = false;
        loop {
            if !self.cancel.is_stopping() {
                let room = (most + most.min(AHEAD)).saturating_sub(running.len() + queue.len());
                for (id, work) in walker.next(room) {
                    queue.add(walker, id, work);
                }
            }
            if saving.is_none() {
                let events = walker.take_events();
                queue.begin();
                if events.is_empty() {
                    queue.saved();
                } else {
                    saving = Some(writer.commit(events));
                }
            }
            while running.len() < most
                && !self.cancel.is_stopping()
                && let Some((id, work)) = queue.pop(most - running.len())
            {
                running.push(self.work(walker, id, work, (providers, &mut *late)).boxed());
            }
            let (done, total) = walker.progress();
            (self.progress)(&Progress::Steps {
                done,
                total,
                running: running.len(),
            });
            if running.is_empty() && saving.is_none() {
                break;
            }
            let mut ended = Vec::new();
            tokio::select! {
                biased;
                saved = until(&mut saving) => {
                    saving = None;
                    if let Err(fault) = saved {
                        // Nothing new may start; what runs is waited for, so that the report tells how it ended.
                        let rest: Vec<_> = running.collect().await;
                        for (id, outcome) in rest {
                            walker.done(id, outcome);
                        }
                        return Err(fault);
                    }
                    writer.written = true;
                    queue.saved();
                }
                first = running.next(), if !running.is_empty() => ended.extend(first),
                () = self.cancel.stopping(), if !told => {
                    told = true;
                    (self.progress)(&Progress::Stopping);
                }
                () = self.cancel.stopped() => {
                    if let Some(saving) = saving.take() {
                        saving.await?;
                        writer.written = true;
                    }
                    break;
                }
            }
            while let Some(Some(more)) = running.next().now_or_never() {
                ended.push(more);
            }
            for (id, outcome) in ended {
                walker.done(id, outcome);
            }
        }
        for id in queue.rest() {
            walker.withdraw(id);
        }
        Ok(())
    }

    fn work(
        &self,
        walker: &mut Walker,
        id: StepId,
        work: Work,
        (providers, late): (&Configured, &mut Late),
    ) -> impl Future<Output = (StepId, Outcome)> + use<> {
        let about = walker.step(id).map(|(kind, addr)| (kind.clone(), addr.clone()));
        let progress = Arc::clone(&self.progress);
        let provider = match &work {
            Work::Apply { provider, .. } | Work::ReadData { provider, .. } => {
                let ready = providers.get(provider).cloned().map(Served::Now);
                // What goes was made with the values of before.
                let goes = matches!(&work, Work::Apply { order, .. } if order.planned.is_null());
                let ready_first = ready.clone().filter(|_| goes);
                ready_first
                    .or_else(|| late.provider(&*self.providers, walker, provider))
                    .or(ready)
            }
            Work::Run(_) | Work::Adopt(_) => None,
        };
        let tells_id = walker.tells_id(id);
        let object_id = move |object: &Value| object_id(object).filter(|_| tells_id);
        let (runner, goes_on) = (Arc::clone(&self.runner), walker.goes_on(id));
        let clock = Arc::clone(&self.clock);
        async move {
            let provider = match provider {
                Some(served) => match served.ready().await {
                    Ok(provider) => Some(provider),
                    Err(fault) => return (id, failed(work, fault)),
                },
                None => None,
            };
            if provider.is_none() && matches!(work, Work::Apply { .. } | Work::ReadData { .. }) {
                return (id, unconfigured(work));
            }
            let Some((kind, addr)) = about else {
                return (id, unconfigured(work));
            };
            let before = match &work {
                Work::Apply { order, .. } => object_id(&order.prior),
                Work::Adopt(id) => Some(Arc::clone(id)),
                Work::ReadData { .. } | Work::Run(_) => None,
            };
            if !matches!(work, Work::Run(_)) {
                progress(&Progress::StepStart {
                    kind: kind.clone(),
                    addr: addr.clone(),
                    id: before.clone(),
                });
            }
            let span = tracing::info_span!(
                "step",
                otel.name = format!("{} {}", kind.word(), addr.resource.type_name),
                otel.status_code = tracing::field::Empty,
                %addr,
            );
            let started = clock.uptime();
            let effect = async {
                match (work, provider) {
                    (Work::Run(execs), _) => {
                        Outcome::Ran(provision::run(&*runner, &addr, &execs, &*progress).await)
                    }
                    (Work::Apply { order, before, .. }, Some(provider)) => {
                        match provision::run(&*runner, &addr, &before, &*progress).await {
                            Ok(()) => Outcome::Applied(Box::new(provider.apply(*order).await)),
                            failed => Outcome::Ran(failed),
                        }
                    }
                    (
                        Work::ReadData {
                            type_name, config, ..
                        },
                        Some(provider),
                    ) => Outcome::Data(provider.read_data(&type_name, &config).await),
                    (Work::Adopt(_), _) => Outcome::Adopted,
                    (work, None) => unconfigured(work),
                }
            };
            let elapsed = || clock.uptime().saturating_sub(started);
            let effect = with_patience(effect, &elapsed, &kind, &addr, &*progress);
            let outcome = effect.instrument(span.clone()).await;
            let (object, failed) = match &outcome {
                Outcome::Applied(applied) => (object_id(&applied.state), applied.error.is_some()),
                Outcome::Data(result) => (result.as_ref().ok().and_then(&object_id), result.is_err()),
                Outcome::Ran(result) => (None, result.is_err()),
                Outcome::Adopted => (None, false),
            };
            if failed {
                span.record("otel.status_code", "ERROR");
            }
            if goes_on && !failed {
                return (id, outcome);
            }
            let ended = if failed {
                progress::Outcome::Failed
            } else {
                progress::Outcome::Done
            };
            progress(&Progress::StepDone {
                kind,
                addr,
                id: object.or(before),
                elapsed: elapsed(),
                outcome: ended,
            });
            (id, outcome)
        }
    }
}

/// Waits for a commit, for ever if there is none.
async fn until(saving: &mut Option<Saving>) -> Result<(), Diagnostic> {
    match saving {
        Some(saving) => saving.await,
        None => std::future::pending().await,
    }
}

/// Waits for an effect, telling every ten seconds that it still works.
async fn with_patience(
    effect: impl Future<Output = Outcome>,
    elapsed: &(dyn Fn() -> Duration + Send + Sync),
    kind: &StepKind,
    addr: &InstanceAddr,
    progress: &(dyn Fn(&Progress) + Send + Sync),
) -> Outcome {
    let mut effect = std::pin::pin!(effect);
    loop {
        tokio::select! {
            outcome = &mut effect => return outcome,
            () = tokio::time::sleep(STILL) => {
                let elapsed = elapsed();
                progress(&Progress::StepStill { kind: kind.clone(), addr: addr.clone(), elapsed });
            }
        }
    }
}

fn unconfigured(work: Work) -> Outcome {
    let fault = Fault::error(
        Path::root(),
        "No such provider",
        "The provider of this step is not configured.",
    );
    failed(work, fault)
}

/// The outcome of work that was not begun.
fn failed(work: Work, fault: Fault) -> Outcome {
    match work {
        Work::Apply { order, .. } => Outcome::Applied(Box::new(Applied {
            state: if order.prior.is_null() {
                Value::null(order.prior.ty())
            } else {
                order.prior
            },
            private: order.private,
            error: Some(fault),
            in_doubt: false,
            notes: Vec::new(),
        })),
        Work::ReadData { .. } => Outcome::Data(Err(fault)),
        Work::Run(_) => Outcome::Ran(Ok(())),
        Work::Adopt(_) => Outcome::Adopted,
    }
}
