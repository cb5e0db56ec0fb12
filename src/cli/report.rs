//! Telling what a run does while it does it: lines as steps start and end, a live line on a terminal, or events.
//!
//! The engine calls it from its one task; it never waits and never fails.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::apply::settle::Settled;
use crate::engine::{Outcome, Progress as Told, Provision};
use crate::host::SystemClock;
use crate::plan::change::Action;
use crate::plan::steps::StepKind;
use crate::ports::Clock;
use crate::render::live::Live;
use crate::render::progress::{Event, Progress};
use crate::render::stream::{Stream, timestamp};
use crate::render::{Ink, Style, escape};
use crate::state::State as Applied;

use super::ui::Ui;

/// The teller of one run.
pub struct Teller {
    state: Mutex<State>,
}

struct State {
    began: Instant,
    live: Live,
    style: Style,
    stream: bool,
    progress: Progress,
    reads: (usize, usize),
    steps: (usize, usize),
}

impl Teller {
    /// A teller for this user.
    pub fn new(ui: &Ui) -> Arc<Teller> {
        let state = State {
            began: Instant::now(),
            live: Live::new(ui.terminal),
            style: ui.style(),
            stream: ui.stream().is_some(),
            progress: Progress::new(ui.style()),
            reads: (0, 0),
            steps: (0, 0),
        };
        Arc::new(Teller {
            state: Mutex::new(state),
        })
    }

    /// As the engine wants it.
    pub fn listener(self: &Arc<Teller>) -> Arc<dyn Fn(&Told) + Send + Sync> {
        let teller = Arc::clone(self);
        Arc::new(move |told| {
            teller
                .state
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .tell(told)
        })
    }

    /// Takes the live line away, so that other text can follow.
    pub fn rest(&self) {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .live
            .clear();
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
        let now = self.began.elapsed();
        match told {
            Told::RefreshStart { addr, id } => {
                self.reads.1 += 1;
                self.event(Event::RefreshStart(addr, id.as_deref()), now);
                self.reading();
            }
            Told::RefreshDone { addr, id } => {
                self.reads.0 += 1;
                self.event(Event::RefreshDone(addr, id.as_deref()), now);
                self.reading();
            }
            Told::ReadStart(addr) => {
                self.reads.1 += 1;
                self.event(Event::Start(addr, Action::Read, None), now);
                self.reading();
            }
            Told::ReadDone(addr, took) => {
                self.reads.0 += 1;
                self.event(Event::Done(addr, Action::Read, None), *took);
                self.reading();
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
                    self.status();
                }
            }
            Told::StepStill { .. } => self.lasting(),
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
                    self.status();
                }
            }
            Told::Steps { done, total, .. } => {
                self.steps = (*done, *total);
                self.status();
            }
            Told::Settled(settled) => self.settled(settled),
            Told::Stopping => self.stopping(),
        }
    }

    /// `took` is how long the step of the event took; meaningless for its start.
    fn event(&mut self, event: Event<'_>, took: std::time::Duration) {
        let line = self.progress.event(self.began.elapsed(), event);
        if self.stream {
            self.live.print(&self.events().event(event, took));
            return;
        }
        // On a terminal the live line says what is read again; only what changes something stays.
        let passing = matches!(event, Event::RefreshStart(..));
        if let Some(line) = line.filter(|_| !(passing && self.live.is_live())) {
            self.live.print(&line);
        }
    }

    fn events(&self) -> Stream {
        Stream {
            time: timestamp(SystemClock.now_unix_nanos()),
        }
    }

    fn lasting(&mut self) {
        let now = self.began.elapsed();
        if self.stream {
            for (addr, action, ran) in self.progress.lasting(now) {
                self.live.print(&self.events().lasting(&addr, action, ran));
            }
        } else {
            for line in self.progress.still(now) {
                self.live.print(&line);
            }
        }
    }

    fn reading(&mut self) {
        if self.live.is_live() {
            let (done, begun) = self.reads;
            self.live.status(format!(
                "reading: {done} done, {} running",
                begun.saturating_sub(done)
            ));
        }
    }

    fn status(&mut self) {
        if self.live.is_live() {
            let (done, total) = self.steps;
            // The sign that turns stands before the text.
            let width = self.style.width.saturating_sub(2);
            self.live.status(self.progress.status(done, total, width));
        }
    }

    fn settled(&self, settled: &Settled) {
        let text = format!("Settled: {settled}.");
        if self.stream {
            self.live.print(&self.events().log(&text));
        } else {
            self.live.print(&format!("{}\n", escape::line(&text)));
        }
    }

    fn stopping(&self) {
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
