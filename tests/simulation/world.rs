//! The world of a simulation: a platform and what can go wrong with it, all from one seed.
//!
//! Every place where a process could die, or a call fail, is an *effect* with a number. A [`Script`] says what
//! happens at which. The platform would make two objects of one name if it were asked to, so that nothing but the
//! engine's care prevents it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use swarmform::engine::Cancel;
use tokio::sync::Notify;

use crate::chance::Chance;

/// An object of the platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    pub name: String,
    /// Cannot be changed.
    pub hard: String,
    pub size: i64,
    /// Ids of other objects.
    pub uses: String,
    /// Changed by relative calls alone.
    pub count: i64,
}

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 429, or 500 before anything was done.
    Refused,
    /// 500, no answer in time, or a cut connection, when it was done.
    AnswerLost,
    /// A cut connection before it was done; who called cannot tell this from the one above.
    CallLost,
    /// A read that shows what was before the last change.
    Stale,
    /// It takes its time.
    Slow,
}

impl Fault {
    pub const ALL: [Fault; 5] = [
        Fault::Refused,
        Fault::AnswerLost,
        Fault::CallLost,
        Fault::Stale,
        Fault::Slow,
    ];
}

/// What happens in one run.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// The effect at which the process dies.
    pub crash: Option<u64>,
    /// The effect at which the user interrupts the run, and how often.
    pub interrupt: Option<(u64, u32)>,
    /// Calls that fail, by effect.
    pub faults: BTreeMap<u64, Fault>,
    /// For the order in which things happen.
    pub order: u64,
}

#[derive(Default)]
struct Inside {
    objects: BTreeMap<u64, Object>,
    before: BTreeMap<u64, Object>,
    made: u64,
    effects: u64,
    crashed: bool,
    script: Script,
    order: Option<Chance>,
    cancel: Cancel,
}

/// See the module's documentation. Clones share it; it outlives the runs.
#[derive(Clone, Default)]
pub struct World {
    inside: Arc<Mutex<Inside>>,
    crash: Arc<Notify>,
}

impl World {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }

    /// Begins a run.
    pub fn begin(&self, script: Script) {
        let mut inside = self.inside();
        inside.order = Some(Chance(script.order));
        inside.script = script;
        inside.cancel = Cancel::new();
        inside.effects = 0;
        inside.crashed = false;
    }

    /// The way to interrupt the run.
    pub fn cancel(&self) -> Cancel {
        self.inside().cancel.clone()
    }

    /// How many effects the run had.
    pub fn effects(&self) -> u64 {
        self.inside().effects
    }

    /// Returns when the process is dead.
    pub async fn crashed(&self) {
        // What a run left behind that died and was interrupted at the same effect says nothing of this one.
        while !self.inside().crashed {
            self.crash.notified().await;
        }
    }

    /// A place where the process may die; then this never returns, and neither does any other.
    pub async fn effect(&self) -> Option<Fault> {
        let (dies, fault, pauses) = {
            let mut inside = self.inside();
            let at = inside.effects;
            inside.effects += 1;
            if inside.script.crash == Some(at) {
                inside.crashed = true;
                self.crash.notify_one();
            }
            if let Some((_, times)) = inside.script.interrupt.filter(|(effect, _)| *effect == at) {
                for _ in 0..times {
                    inside.cancel.interrupt();
                }
            }
            let fault = inside.script.faults.get(&at).copied();
            let more = if fault == Some(Fault::Slow) { 40 } else { 0 };
            let pauses = inside.order.as_mut().map_or(0, |chance| chance.below(4)) + more;
            (inside.crashed, fault, pauses)
        };
        if dies {
            std::future::pending::<()>().await;
        }
        for _ in 0..pauses {
            tokio::task::yield_now().await;
        }
        fault
    }

    /// Changes the platform.
    pub fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<u64, Object>, &mut u64) -> T) -> T {
        let mut inside = self.inside();
        let inside = &mut *inside;
        inside.before = inside.objects.clone();
        change(&mut inside.objects, &mut inside.made)
    }

    /// The objects; stale ones as they were before the last change. None that is there is ever hidden: a platform that
    /// did that could not be kept from making objects twice.
    pub fn objects(&self, stale: bool) -> BTreeMap<u64, Object> {
        let inside = self.inside();
        let mut objects = inside.objects.clone();
        if stale {
            objects.extend(inside.before.clone());
        }
        objects
    }
}
