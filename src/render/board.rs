//! What a run is at: how much is read, how many steps are done, what runs and for how long. The live view shows it.
//!
//! It is told what happens, with the time, and keeps count; an event costs the same however long the run is. How it
//! looks is for `view`.

use std::collections::VecDeque;
use std::time::Duration;

use crate::plan::change::Action;

use super::estimate::{Estimate, Kind, Left};
use super::progress::{Event, Progress, Run};
use super::style::Style;

/// Over how long calls per second are counted.
const WINDOW: Duration = Duration::from_secs(5);

/// What a run does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing that is shown.
    Rest,
    /// Objects are read.
    Reading {
        /// How many were read.
        done: usize,
        /// How many are to be read, as far as it is known.
        total: usize,
    },
    /// Steps are carried out.
    Steps {
        /// How many have ended.
        done: usize,
        /// How many there are.
        total: usize,
        /// How many of those that have ended failed.
        failed: usize,
    },
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Board {
    phase: Phase,
    began: Duration,
    progress: Progress,
    estimate: Estimate,
    calls: VecDeque<(Duration, u64)>,
    stopping: bool,
}

impl Board {
    /// The board before anything happens.
    pub fn new(style: Style) -> Board {
        Board {
            phase: Phase::Rest,
            began: Duration::ZERO,
            progress: Progress::new(style),
            estimate: Estimate::default(),
            calls: VecDeque::new(),
            stopping: false,
        }
    }

    /// So many objects were read, of so many that are to be.
    pub fn reading(&mut self, now: Duration, done: usize, total: usize) {
        if !matches!(self.phase, Phase::Reading { .. }) {
            self.began = now;
        }
        self.phase = Phase::Reading { done, total };
    }

    /// Steps of these kinds begin.
    pub fn applying(&mut self, now: Duration, steps: Vec<Kind>) {
        self.began = now;
        self.phase = Phase::Steps {
            done: 0,
            total: steps.len(),
            failed: 0,
        };
        self.estimate = Estimate::new(now, steps);
    }

    /// So many steps have ended, of so many.
    pub fn steps(&mut self, ended: usize, of: usize) {
        if let Phase::Steps { done, total, .. } = &mut self.phase {
            (*done, *total) = (ended, of);
        }
    }

    /// The run is asked to stop.
    pub fn stopping(&mut self) {
        self.stopping = true;
    }

    /// The run has ended, or waits for an answer.
    pub fn rest(&mut self) {
        self.phase = Phase::Rest;
        self.calls.clear();
    }

    /// So many calls were made until now.
    pub fn calls(&mut self, now: Duration, made: u64) {
        self.calls.push_back((now, made));
        while let Some((at, _)) = self.calls.get(1)
            && now.saturating_sub(*at) >= WINDOW
        {
            self.calls.pop_front();
        }
    }

    /// Takes note of an event and says what to print of it, without a line break.
    pub fn event(&mut self, now: Duration, event: Event<'_>) -> Option<String> {
        if matches!(self.phase, Phase::Steps { .. }) {
            match event {
                Event::Start(addr, ..) | Event::StartDeposed(addr, ..) => {
                    let action = match event {
                        Event::Start(_, action, _) => action,
                        _ => Action::Delete,
                    };
                    self.estimate
                        .started(now, &(action, addr.resource.type_name.clone()));
                }
                Event::Done(addr, action, _) | Event::Failed(addr, action) => {
                    let kind = (action, addr.resource.type_name.clone());
                    let took = self.progress.ran(now, addr, action);
                    let well = matches!(event, Event::Done(..));
                    self.estimate.ended(now, &kind, took, well);
                }
                _ => {}
            }
        }
        if let (Event::Failed(..), Phase::Steps { failed, .. }) = (event, &mut self.phase) {
            *failed += 1;
        }
        self.progress.event(now, event)
    }

    /// What runs and when it is told that it lasts.
    pub fn progress(&mut self) -> &mut Progress {
        &mut self.progress
    }

    /// What the run does.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// How long it has done so.
    pub fn passed(&self, now: Duration) -> Duration {
        now.saturating_sub(self.began)
    }

    /// Whether it is asked to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping
    }

    /// What runs now, the longest first.
    pub fn running(&self, now: Duration) -> Vec<Run<'_>> {
        self.progress.running(now)
    }

    /// How many calls are made in a second; none until a second has passed, and where none was made.
    pub fn rate(&self) -> Option<f64> {
        let ((first, before), (last, after)) = (self.calls.front()?, self.calls.back()?);
        let passed = last.saturating_sub(*first);
        let made = u32::try_from(after.saturating_sub(*before)).unwrap_or(u32::MAX);
        (passed >= Duration::from_secs(1) && *after > 0).then(|| f64::from(made) / passed.as_secs_f64())
    }

    /// How long it may still take. It changes once a second at most, so that it can be read.
    pub fn left(&self, now: Duration) -> Option<Left> {
        if self.stopping || !matches!(self.phase, Phase::Steps { .. }) {
            return None;
        }
        let now = Duration::from_secs(now.as_secs()).max(self.began);
        let running = self.progress.running(now);
        let kinds: Vec<(Kind, Duration)> = running
            .iter()
            .map(|run| ((run.action, run.addr.resource.type_name.clone()), run.ran))
            .collect();
        self.estimate
            .left(now, kinds.iter().map(|(kind, ran)| (kind, *ran)))
    }
}
