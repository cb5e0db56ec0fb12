//! Driving a walker: running steps as they become ready, and making intents durable before their first call and
//! outcomes before what waits for them starts.
//!
//! All outcomes that came in together and the intents of what is ready next are committed together: one batch,
//! one sync. When a commit fails, no further step starts.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};

use crate::addr::InstanceAddr;
use crate::apply::{Outcome, Report, Walker, Work};
use crate::diag::Diagnostic;
use crate::plan::codes;
use crate::plan::semantics::{Applied, Fault};
use crate::plan::steps::{StepId, StepKind};
use crate::state::{Event, State};
use crate::value::{Path, Value};

use super::plan::object_id;
use super::{Configured, Engine, Progress, Session};
use super::{progress, provision};

/// How often a long step is told to be still at work.
const STILL: Duration = Duration::from_secs(10);

/// How many steps more than can run are made ready at most: enough to hide the disk, and few to settle after a
/// crash.
const AHEAD: usize = 16;

type Running = FuturesUnordered<BoxFuture<'static, (StepId, Outcome)>>;

/// The writing half of a run: which serial it writes.
struct Writer<'a> {
    engine: &'a Engine,
    lineage: String,
    serial: u64,
    written: bool,
}

impl Writer<'_> {
    async fn commit(&mut self, events: &[Event]) -> Result<(), Diagnostic> {
        if events.is_empty() {
            return Ok(());
        }
        self.engine
            .store
            .commit(&self.lineage, self.serial, events)
            .await
            .map_err(|error| {
                Diagnostic::error(
                    &codes::STATE_NOT_SAVED,
                    format!(
                        "The state could not be written: {error}. No further step was started. Mend the cause and plan \
                         again: what was made and not written is not in the state, and may have to be imported."
                    ),
                )
            })?;
        self.written = true;
        Ok(())
    }
}

impl Engine {
    /// Carries out a plan. The caller holds the lock.
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
        let mut fatal = self.walk(&mut walker, &providers, &mut writer).await.err();
        walker.settle_outputs();
        walker.judge_checks();
        let events = walker.take_events();
        if fatal.is_none() {
            fatal = writer.commit(&events).await.err();
        }
        if writer.written
            && let Err(error) = self.store.finish().await
        {
            let fault = format!("The export beside the state could not be written: {error}.");
            fatal.get_or_insert(Diagnostic::warning(&codes::STATE_NOT_SAVED, fault));
        }
        super::close(&providers).await;
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
    /// ends is followed by the next one at once, while the disk is written to.
    async fn walk(
        &self,
        walker: &mut Walker,
        providers: &Configured,
        writer: &mut Writer<'_>,
    ) -> Result<(), Diagnostic> {
        let most = self.parallelism.max(1);
        let mut running = Running::new();
        let mut ready: VecDeque<(StepId, Work)> = VecDeque::new();
        let mut ended: Vec<(StepId, Outcome)> = Vec::new();
        let mut told = false;
        loop {
            for (id, outcome) in ended.drain(..) {
                walker.done(id, outcome);
            }
            let fresh = if self.cancel.is_stopping() {
                Vec::new()
            } else {
                walker.next((most + most.min(AHEAD)).saturating_sub(running.len() + ready.len()))
            };
            let events = walker.take_events();
            let mut saving = std::pin::pin!(writer.commit(&events));
            let follow = fresh.iter().filter(|(id, _)| walker.follows(*id)).count();
            let saved = loop {
                let held = follow + begun(walker, &ended);
                self.start(&mut ready, &mut running, walker, providers, held);
                tokio::select! {
                    biased;
                    saved = &mut saving => break saved,
                    Some(more) = running.next(), if !running.is_empty() => ended.push(more),
                }
            };
            if saved.is_err() {
                // Nothing new may start; what runs is waited for, so that the report tells how it ended.
                let rest: Vec<_> = running.collect().await;
                for (id, outcome) in ended.into_iter().chain(rest) {
                    walker.done(id, outcome);
                }
                return saved;
            }
            for (id, work) in fresh {
                // What belongs to an object that is begun comes before what is not.
                if walker.follows(id) {
                    ready.push_front((id, work));
                } else {
                    ready.push_back((id, work));
                }
            }
            self.start(&mut ready, &mut running, walker, providers, begun(walker, &ended));
            let (done, total) = walker.progress();
            (self.progress)(&Progress::Steps {
                done,
                total,
                running: running.len(),
            });
            if !ended.is_empty() {
                continue;
            }
            if running.is_empty() {
                break;
            }
            tokio::select! {
                first = running.next() => ended.extend(first),
                () = self.cancel.stopping(), if !told => {
                    told = true;
                    (self.progress)(&Progress::Stopping);
                }
                () = self.cancel.stopped() => break,
            }
            while let Some(Some(more)) = running.next().now_or_never() {
                ended.push(more);
            }
        }
        for (id, _) in ready {
            walker.withdraw(id);
        }
        Ok(())
    }

    /// Starts as much as there is room for, beside what is held for steps that go on with a begun object.
    fn start(
        &self,
        ready: &mut VecDeque<(StepId, Work)>,
        running: &mut Running,
        walker: &Walker,
        providers: &Configured,
        held: usize,
    ) {
        while running.len() + held < self.parallelism.max(1)
            && !self.cancel.is_stopping()
            && let Some((id, work)) = ready.pop_front()
        {
            running.push(self.work(walker, id, work, providers).boxed());
        }
    }

    fn work(
        &self,
        walker: &Walker,
        id: StepId,
        work: Work,
        providers: &Configured,
    ) -> impl Future<Output = (StepId, Outcome)> + use<> {
        let about = walker.step(id).map(|(kind, addr)| (kind.clone(), addr.clone()));
        let progress = Arc::clone(&self.progress);
        let provider = match &work {
            Work::Apply { provider, .. } | Work::ReadData { provider, .. } => {
                providers.get(provider).cloned()
            }
            Work::Run(_) | Work::Adopt(_) => None,
        };
        let (runner, goes_on) = (Arc::clone(&self.runner), walker.goes_on(id));
        let clock = Arc::clone(&self.clock);
        async move {
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
            let outcome = with_patience(effect, &elapsed, &kind, &addr, &*progress).await;
            let (object, failed) = match &outcome {
                Outcome::Applied(applied) => (object_id(&applied.state), applied.error.is_some()),
                Outcome::Data(result) => (result.as_ref().ok().and_then(object_id), result.is_err()),
                Outcome::Ran(result) => (None, result.is_err()),
                Outcome::Adopted => (None, false),
            };
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

/// How many of these steps are gone on with by others.
fn begun(walker: &Walker, ended: &[(StepId, Outcome)]) -> usize {
    ended.iter().filter(|(id, _)| walker.leads_on(*id)).count()
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
