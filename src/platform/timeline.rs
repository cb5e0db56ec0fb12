//! What an instance is doing at a moment, as a pure function of its stored timestamps. No timers: a platform that
//! was shut down and opened again sees the same as one that never was.

use crate::platform::clock::Millis;
use crate::platform::model::{Component, Instance, Run};

/// What an instance is doing. The order is that of "worst wins": a group shows the least of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Its last start did not succeed.
    Failed,
    /// It does not run.
    Down,
    /// It is coming up.
    Starting,
    /// It is going down.
    Stopping,
    /// It runs.
    Up,
    /// Its time has not come; nobody sees it.
    Pending,
    /// It has left; nobody sees it.
    Gone,
}

impl Phase {
    /// The word of the API. Pending and gone instances are never shown; their word is that of nothing running.
    pub fn word(self) -> &'static str {
        match self {
            Phase::Failed => "failed",
            Phase::Down | Phase::Pending | Phase::Gone => "down",
            Phase::Starting => "starting",
            Phase::Stopping => "stopping",
            Phase::Up => "up",
        }
    }

    /// Whether clients see an instance in this phase.
    pub fn visible(self) -> bool {
        !matches!(self, Phase::Pending | Phase::Gone)
    }

    /// Whether there is a process.
    pub fn live(self) -> bool {
        matches!(self, Phase::Starting | Phase::Stopping | Phase::Up)
    }
}

/// What `instance` is doing at `now`.
pub fn phase(instance: &Instance, now: Millis) -> Phase {
    if instance.leaves.is_some_and(|leaves| leaves <= now) {
        return Phase::Gone;
    }
    if now < instance.created {
        return Phase::Pending;
    }
    match run_at(instance, now) {
        None => Phase::Down,
        Some(run) => match run.halt {
            Some(halt) if halt.down <= now => Phase::Down,
            Some(halt) if halt.from <= now => Phase::Stopping,
            _ if now < run.up => Phase::Starting,
            _ if run.failed => Phase::Failed,
            _ => Phase::Up,
        },
    }
}

/// The last run that has begun by `now`.
pub fn run_at(instance: &Instance, now: Millis) -> Option<&Run> {
    instance.runs.iter().rev().find(|run| run.start <= now)
}

/// The worst of the phases that are seen, or [`Phase::Down`] if none is.
pub fn worst(phases: impl IntoIterator<Item = Phase>) -> Phase {
    phases
        .into_iter()
        .filter(|phase| phase.visible())
        .min()
        .unwrap_or(Phase::Down)
}

/// The state of a component: the worst of its instances.
pub fn of_component(component: &Component, now: Millis) -> Phase {
    worst(component.instances.iter().map(|instance| phase(instance, now)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::model::Halt;

    #[test]
    fn an_instance_goes_through_its_phases_by_the_clock_alone() {
        let instance = Instance {
            id: "i".into(),
            image: "redis".into(),
            created: 10,
            runs: vec![
                Run {
                    start: 20,
                    up: 30,
                    failed: false,
                    halt: Some(Halt { from: 40, down: 50 }),
                },
                Run {
                    start: 50,
                    up: 60,
                    failed: true,
                    halt: None,
                },
            ],
            leaves: Some(90),
            replaces: None,
            volumes: Vec::new(),
        };
        let seen: Vec<Phase> = [0, 10, 20, 30, 40, 50, 60, 90]
            .iter()
            .map(|now| phase(&instance, *now))
            .collect();
        use Phase::*;
        assert_eq!(
            seen,
            [Pending, Down, Starting, Up, Stopping, Starting, Failed, Gone]
        );
    }

    #[test]
    fn the_worst_wins() {
        use Phase::*;
        assert_eq!(worst([Up, Stopping, Starting]), Starting);
        assert_eq!(worst([Up, Stopping]), Stopping);
        assert_eq!(worst([Starting, Down, Up]), Down);
        assert_eq!(worst([Down, Failed]), Failed);
        assert_eq!(worst([Up, Pending, Gone]), Up);
        assert_eq!(worst([]), Down);
    }
}
