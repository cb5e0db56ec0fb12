//! What a run tells about itself while it goes on.

use std::sync::Arc;
use std::time::Duration;

use crate::addr::InstanceAddr;
use crate::apply::settle::Settled;
use crate::plan::steps::StepKind;

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As planned.
    Done,
    /// Not; the reason follows in the report.
    Failed,
}

/// What a command of an object tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provision {
    /// It starts.
    Start,
    /// A line of its output.
    Line(String),
    /// It ended well.
    Complete,
    /// It ended badly.
    Errored,
}

/// One event.
#[derive(Clone, Debug)]
pub enum Progress {
    /// An object is being read again.
    RefreshStart {
        /// Whose.
        addr: InstanceAddr,
        /// Its `id` attribute.
        id: Option<Arc<str>>,
    },
    /// An object was read again.
    RefreshDone {
        /// Whose.
        addr: InstanceAddr,
        /// Its `id` attribute.
        id: Option<Arc<str>>,
    },
    /// How far the reading is.
    Reads {
        /// Objects and data sources that were read.
        done: usize,
        /// Those to read, as far as it is known.
        total: usize,
    },
    /// A data source is being read.
    ReadStart(InstanceAddr),
    /// A data source was read.
    ReadDone(InstanceAddr, Duration),
    /// A step begins its work.
    StepStart {
        /// What it does.
        kind: StepKind,
        /// To which instance.
        addr: InstanceAddr,
        /// The `id` of the object, if there is one.
        id: Option<Arc<str>>,
    },
    /// A step still works; told every ten seconds.
    StepStill {
        /// What it does.
        kind: StepKind,
        /// To which instance.
        addr: InstanceAddr,
        /// For how long.
        elapsed: Duration,
    },
    /// A step ended its work.
    StepDone {
        /// What it did.
        kind: StepKind,
        /// To which instance.
        addr: InstanceAddr,
        /// The `id` of the object now.
        id: Option<Arc<str>>,
        /// How long it took.
        elapsed: Duration,
        /// How it ended.
        outcome: Outcome,
    },
    /// A command of an object.
    Provision {
        /// Whose.
        addr: InstanceAddr,
        /// What it tells.
        told: Provision,
    },
    /// How far the run is.
    Steps {
        /// Steps ended.
        done: usize,
        /// Steps in all.
        total: usize,
        /// Steps that run now.
        running: usize,
    },
    /// An operation that an earlier run had left without an outcome was settled.
    Settled(Settled),
    /// The run was asked to stop.
    Stopping,
}
