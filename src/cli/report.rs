//! Telling what a run does while it does it: lines as steps start and end, a live view on a terminal, or events.
//!
//! The engine calls it from its one task; it never waits and never fails. The live view is drawn anew from a task of its
//! own, for times pass while nothing happens.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crate::apply::settle::Settled;
use crate::engine::{Outcome, Progress as Told, Provision};
use crate::host::SystemClock;
use crate::plan::change::{Action, Plan};
use crate::plan::steps::StepKind;
use crate::ports::{Clock, Providers};
use crate::render::board::Board;
use crate::render::live::{FRAME, Live};
use crate::render::progress::Event;
use crate::render::stream::{Stream, timestamp};
use crate::render::{Ink, Style, escape, view};
use crate::state::State as Applied;

use super::ui::Ui;

/// How often calls are counted.
const SAMPLE: Duration = Duration::from_millis(500);

/// The teller of one run.
pub struct Teller {
    state: Mutex<State>,
}

struct State {
    clock: Arc<dyn Clock>,
    live: Live,
    style: Style,
    stream: bool,
    concise: bool,
    /// Whether no event has a line.
    silent: bool,
    board: Board,
    providers: Option<Arc<dyn Providers>>,
    /// When calls were counted last.
    sampled: Duration,
}

impl Teller {
    /// A teller for this user.
    pub fn new(ui: &Ui) -> Arc<Teller> {
        let state = State {
            clock: Arc::new(SystemClock),
            live: Live::new(ui.terminal),
            style: ui.style(),
            stream: ui.stream().is_some(),
            concise: ui.concise,
            silent: false,
            board: Board::new(ui.style()),
            providers: None,
            sampled: Duration::ZERO,
        };
        let teller = Arc::new(Teller {
            state: Mutex::new(state),
        });
        if ui.terminal {
            tokio::spawn(frames(Arc::downgrade(&teller)));
        }
        teller
    }

    /// A teller of a command that only reads: on a terminal it shows how far that is, and nothing is left of it.
    pub fn of_reading(ui: &Ui) -> Arc<Teller> {
        let teller = Teller::new(ui);
        teller.state().silent = true;
        teller
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As the engine wants it.
    pub fn listener(self: &Arc<Teller>) -> Arc<dyn Fn(&Told) + Send + Sync> {
        let teller = Arc::clone(self);
        Arc::new(move |told| teller.state().tell(told))
    }

    /// Counts the calls of these providers from now on.
    pub fn count(&self, providers: &Arc<dyn Providers>) {
        self.state().providers = Some(Arc::clone(providers));
    }

    /// The steps of a plan are about to be carried out.
    pub fn applying(&self, plan: &Plan) {
        let steps = plan.steps.steps.iter();
        let kinds = steps.filter_map(|step| match &step.kind {
            // Its commands end a creation that was counted, and what was found is there at once.
            StepKind::Provision(_) | StepKind::Import(_) => None,
            kind if kind.is_effect() => {
                let change = plan.changes.get(kind.change()?)?;
                Some((action(kind)?, Arc::clone(&change.addr.resource.type_name)))
            }
            _ => None,
        });
        let mut state = self.state();
        let now = state.clock.uptime();
        state.board.applying(now, kinds.collect());
    }

    /// Takes the live view away, so that other text can follow.
    pub fn rest(&self) {
        let mut state = self.state();
        state.board.rest();
        state.live.clear();
    }
}

/// Draws, for as long as there is a teller.
async fn frames(teller: Weak<Teller>) {
    loop {
        tokio::time::sleep(FRAME).await;
        match teller.upgrade() {
            Some(teller) => teller.state().draw(),
            None => return,
        }
    }
}

/// The action that a step is told as; none for steps that are done without a call.
fn action(kind: &StepKind) -> Option<Action> {
    match kind {
        StepKind::Create(_) | StepKind::Provision(_) => Some(Action::Create),
        StepKind::Update(_) => Some(Action::Update),
        StepKind::Delete(..) => Some(Action::Delete),
        StepKind::Read(_) => Some(Action::Read),
        StepKind::Forget(_) => Some(Action::Forget),
        StepKind::Evaluate(_)
        | StepKind::Ready(_)
        | StepKind::Released(_)
        | StepKind::Unused(_)
        | StepKind::Keep(_)
        | StepKind::Import(_)
        | StepKind::Depose(..) => None,
    }
}

/// Tells of operations that have no outcome, for commands that only look. `in_use` says that a run is at work,
/// whose operations they are then.
pub fn pending(ui: &Ui, state: &Applied, in_use: bool) {
    for (subject, pending) in &state.pending {
        let deed = pending.deed.as_str();
        let subject = escape::line(&subject.to_string()).into_owned();
        ui.note(&if in_use {
            format!("Note: another run is at work, and its {deed} of {subject} has no outcome yet.")
        } else {
            format!(
                "Note: the last run ended before it knew how its {deed} of {subject} came out. The next plan, apply or \
                 destroy asks the platform and records it."
            )
        });
    }
}

impl State {
    fn tell(&mut self, told: &Told) {
        let now = self.clock.uptime();
        match told {
            Told::RefreshStart { addr, id } => self.event(Event::RefreshStart(addr, id.as_deref()), now),
            Told::RefreshDone { addr, id } => self.event(Event::RefreshDone(addr, id.as_deref()), now),
            Told::Reads { done, total } => self.board.reading(now, *done, *total),
            Told::ReadStart(addr) => self.event(Event::Start(addr, Action::Read, None), now),
            Told::ReadDone(addr, took) => {
                let read = Event::Done(addr, Action::Read, None);
                // That a plan reads is no result.
                if self.concise && !self.stream {
                    self.board.event(now, read);
                } else {
                    self.event(read, *took);
                }
            }
            Told::Provision { addr, told } => {
                let event = match told {
                    Provision::Start => Event::ProvisionStart(addr),
                    Provision::Line(line) => Event::ProvisionLine(addr, line),
                    Provision::Complete => Event::ProvisionEnd(addr, false),
                    Provision::Errored => Event::ProvisionEnd(addr, true),
                };
                self.event(event, now);
            }
            Told::StepStart {
                kind: StepKind::Import(_),
                addr,
                id,
            } => self.event(Event::Importing(addr, id.as_deref().unwrap_or_default()), now),
            Told::StepDone {
                kind: StepKind::Import(_),
                addr,
                id,
                ..
            } => self.event(Event::Imported(addr, id.as_deref().unwrap_or_default()), now),
            Told::StepStart { kind, addr, id } => {
                if let Some(action) = action(kind) {
                    let event = match kind {
                        StepKind::Delete(_, Some(key)) => Event::StartDeposed(addr, key, id.as_deref()),
                        _ => Event::Start(addr, action, id.as_deref()),
                    };
                    self.event(event, now);
                }
            }
            Told::StepStill { .. } => self.lasting(now),
            Told::StepDone {
                kind,
                addr,
                id,
                elapsed,
                outcome,
            } => {
                if let Some(action) = action(kind) {
                    let event = match outcome {
                        Outcome::Done => Event::Done(addr, action, id.as_deref()),
                        Outcome::Failed => Event::Failed(addr, action),
                    };
                    self.event(event, *elapsed);
                }
            }
            Told::Steps { done, total, .. } => self.board.steps(*done, *total),
            Told::Settled(settled) => self.settled(settled),
            Told::Stopping => self.stopping(),
        }
        self.draw();
    }

    fn draw(&mut self) {
        let now = self.clock.uptime();
        if let Some(providers) = self
            .providers
            .as_ref()
            .filter(|_| now.saturating_sub(self.sampled) >= SAMPLE)
        {
            self.board.calls(now, providers.calls_made());
            self.sampled = now;
        }
        let (board, style) = (&self.board, self.style);
        self.live.draw(now, |size| view::lines(board, now, size, style));
    }

    /// `took` is how long the step of the event took; meaningless for its start.
    fn event(&mut self, event: Event<'_>, took: Duration) {
        let line = self.board.event(self.clock.uptime(), event);
        if self.silent {
            return;
        }
        if self.stream {
            self.live.print(&self.events().event(event, took));
        } else if let Some(line) = line.filter(|_| !self.is_quiet_about(event)) {
            self.live.print(&line);
        }
    }

    /// Whether an event has no line: what only begins is in the live view, and left out where it shall be concise.
    fn is_quiet_about(&self, event: Event<'_>) -> bool {
        match event {
            Event::RefreshStart(..) | Event::Start(..) | Event::StartDeposed(..) | Event::Importing(..) => {
                self.concise || self.live.is_live()
            }
            Event::ProvisionStart(..) => self.concise,
            _ => false,
        }
    }

    fn events(&self) -> Stream {
        Stream {
            time: timestamp(self.clock.now_unix_nanos()),
        }
    }

    fn lasting(&mut self, now: Duration) {
        if self.stream {
            for (addr, action, ran) in self.board.progress().lasting(now) {
                self.live.print(&self.events().lasting(&addr, action, ran));
            }
        } else if !self.concise && !self.live.is_live() {
            for line in self.board.progress().still(now) {
                self.live.print(&line);
            }
        }
    }

    fn settled(&mut self, settled: &Settled) {
        let text = format!("Settled: {settled}.");
        if self.stream {
            self.live.print(&self.events().log(&text));
        } else {
            self.live.print(&format!("{}\n", escape::line(&text)));
        }
    }

    fn stopping(&mut self) {
        self.board.stopping();
        let text = "Interrupt received. swarmform starts nothing new and waits for the steps that run; what they \
                    do is saved. Interrupt again to stop at once, without knowing how they end.";
        if self.stream {
            self.live.print(&self.events().log(text));
        } else {
            let text = self.style.paint(Ink::Yellow, &self.style.wrap(text));
            self.live.print(&format!("\n{text}\n"));
        }
    }
}
