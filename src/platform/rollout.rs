//! Decides what becomes of a component's instances: start, stop, scale and the three update strategies, each
//! written as timestamps into the model. Pure but for the runtime's answers; it checks no access and stores nothing.

use serde::Deserialize;

use crate::platform::clock::Millis;
use crate::platform::ids::Ids;
use crate::platform::model::{Component, Halt, Instance, Run, Volume};
use crate::platform::runtime::Runtime;
use crate::platform::timeline::{Phase, phase};

/// How many past runs of an instance are remembered (for its log).
const RUNS: usize = 8;

/// How an update goes on: the section "Update an Existing Component".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// One instance after the other.
    #[default]
    OneByOne,
    /// All instances at once.
    AllAtOnce,
    /// New instances come up before the old ones go; volumes are made anew.
    HotSwap,
}

/// Why a scale is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutOfBounds(pub String);

/// What the decisions need to know.
pub struct Rollout<'a> {
    /// What runs the instances.
    pub runtime: &'a dyn Runtime,
    /// The present moment.
    pub now: Millis,
    /// Identifiers for new instances and volumes.
    pub fresh: &'a mut dyn FnMut() -> String,
}

/// A source of instance identifiers that asks `taken` about each.
pub fn fresh_ids<'a>(ids: &'a dyn Ids, taken: impl Fn(&str) -> bool + 'a) -> impl FnMut() -> String + 'a {
    let mut given: Vec<String> = Vec::new();
    move || loop {
        let id = ids.instance();
        if !taken(&id) && !given.contains(&id) {
            given.push(id.clone());
            return id;
        }
    }
}

fn staying(instance: &Instance) -> bool {
    instance.leaves.is_none()
}

/// The number of instances the component has, those that are leaving not counted.
pub fn count(component: &Component) -> u32 {
    u32::try_from(component.instances.iter().filter(|i| staying(i)).count()).unwrap_or(u32::MAX)
}

impl Rollout<'_> {
    fn instance(&mut self, component: &Component, at: Millis) -> Instance {
        let volumes = component
            .volumes
            .iter()
            .map(|(path, size)| Volume {
                id: (self.fresh)(),
                path: path.clone(),
                size: size.clone(),
            })
            .collect();
        Instance {
            id: (self.fresh)(),
            image: component.image.clone(),
            created: at,
            runs: Vec::new(),
            leaves: None,
            replaces: None,
            volumes,
        }
    }

    fn launch(&self, component: &Component, instance: &mut Instance, at: Millis) -> Millis {
        let launch = self.runtime.launch(component, instance, at);
        let up = launch.up.max(at);
        instance.runs.push(Run {
            start: at,
            up,
            failed: launch.failed,
            halt: None,
        });
        up
    }

    /// Ends the last run from `at` on, and answers when the instance is down.
    fn halt(&self, component: &Component, instance: &mut Instance, at: Millis) -> Millis {
        let state = phase(instance, self.now);
        // A queued start is forgotten; the run that is ending ends as it was told to.
        instance.runs.retain(|run| run.start <= self.now);
        let down = match state {
            Phase::Starting | Phase::Up => self.runtime.halt(component, instance, at).max(at),
            _ => at,
        };
        match instance.runs.last_mut() {
            Some(Run { halt: Some(halt), .. }) if halt.from <= self.now => halt.down.max(at),
            Some(run) => {
                run.halt = Some(Halt { from: at, down });
                down
            }
            None => at,
        }
    }

    /// Forgets instances that have left and runs too old to matter.
    pub fn prune(&self, component: &mut Component) {
        component
            .instances
            .retain(|instance| phase(instance, self.now) != Phase::Gone);
        for instance in &mut component.instances {
            let surplus = instance.runs.len().saturating_sub(RUNS);
            instance.runs.drain(..surplus);
        }
    }

    /// Gives a new component its first instances, down.
    pub fn create(&mut self, component: &mut Component) {
        for _ in 0..component.min {
            let instance = self.instance(component, self.now);
            component.instances.push(instance);
        }
    }

    /// Starts every instance that does not run.
    pub fn start(&mut self, component: &mut Component) {
        self.prune(component);
        component.running = true;
        let frame = component.clone();
        for instance in component.instances.iter_mut().filter(|i| staying(i)) {
            let queued = instance.runs.last().is_some_and(|run| run.start > self.now);
            match phase(instance, self.now) {
                Phase::Down | Phase::Failed => {
                    self.launch(&frame, instance, self.now);
                }
                Phase::Stopping if !queued => {
                    let free = instance
                        .runs
                        .last()
                        .and_then(|run| run.halt)
                        .map_or(self.now, |halt| halt.down);
                    self.launch(&frame, instance, free);
                }
                _ => {}
            }
        }
    }

    /// Stops every instance. An update that was under way ends: what had not begun to change place changes it at
    /// once, and stays down.
    pub fn stop(&mut self, component: &mut Component) {
        self.prune(component);
        component.running = false;
        let frame = component.clone();
        for instance in &mut component.instances {
            if phase(instance, self.now) == Phase::Pending {
                instance.created = self.now;
                instance.runs.clear();
                continue;
            }
            let down = self.halt(&frame, instance, self.now);
            if !staying(instance) {
                instance.leaves = Some(down);
            }
        }
    }

    /// Adds instances; they run if the component does.
    ///
    /// # Errors
    /// When there would be more than the component's greatest number.
    pub fn scale_up(&mut self, component: &mut Component, by: u32) -> Result<(), OutOfBounds> {
        self.prune(component);
        let now = count(component);
        if now.saturating_add(by) > component.max {
            let Component { name, max, .. } = component;
            let text = format!("component {name} has {now} instances and may have at most {max}");
            return Err(OutOfBounds(text));
        }
        for _ in 0..by {
            let mut instance = self.instance(component, self.now);
            if component.running {
                self.launch(component, &mut instance, self.now);
            }
            component.instances.push(instance);
        }
        Ok(())
    }

    /// Removes the newest instances. At one instance it has no effect.
    ///
    /// # Errors
    /// When there would be fewer than the component's least number.
    pub fn scale_down(&mut self, component: &mut Component, by: u32) -> Result<(), OutOfBounds> {
        self.prune(component);
        let now = count(component);
        if now <= 1 {
            return Ok(());
        }
        if now.saturating_sub(by) < component.min.max(1) || by > now {
            let Component { name, min, .. } = component;
            let text = format!("component {name} has {now} instances and must keep at least {min}");
            return Err(OutOfBounds(text));
        }
        let frame = component.clone();
        let mut left = by;
        for instance in component.instances.iter_mut().rev().filter(|i| staying(i)) {
            if left == 0 {
                break;
            }
            left -= 1;
            instance.leaves = Some(match phase(instance, self.now) {
                Phase::Pending => self.now,
                _ => self.halt(&frame, instance, self.now),
            });
        }
        self.prune(component);
        Ok(())
    }

    /// Puts new instances of another image version in the place of all instances. A component that does not run is
    /// started by it, all instances at once, for there is nothing to keep up.
    pub fn update(&mut self, component: &mut Component, image: String, strategy: Strategy) {
        self.prune(component);
        self.call_off(component);
        component.image = image;
        component.running = true;
        let frame = component.clone();
        let old = std::mem::take(&mut component.instances);
        let idle = !old
            .iter()
            .filter(|i| staying(i))
            .any(|i| phase(i, self.now).live());
        let mut successors: Vec<(usize, Instance)> = Vec::new();
        let mut line: Vec<Instance> = Vec::new();
        let mut turn = self.now;
        for mut instance in old {
            if !staying(&instance) {
                line.push(instance);
                continue;
            }
            if phase(&instance, self.now) == Phase::Pending {
                // Its predecessor is stopping already: it comes as planned, with the newer image.
                instance.image = frame.image.clone();
                turn = turn.max(instance.runs.last().map_or(instance.created, |run| run.up));
                line.push(instance);
                continue;
            }
            let mut next = self.instance(&frame, self.now);
            next.replaces = Some(instance.id.clone());
            if strategy != Strategy::HotSwap {
                next.volumes = instance.volumes.clone();
                let from = if strategy == Strategy::OneByOne && !idle {
                    turn
                } else {
                    self.now
                };
                let free = self.halt(&frame, &mut instance, from);
                instance.leaves = Some(free);
                next.created = free;
                turn = turn.max(self.launch(&frame, &mut next, free));
            } else {
                turn = turn.max(self.launch(&frame, &mut next, self.now));
            }
            line.push(instance);
            successors.push((line.len(), next));
        }
        if strategy == Strategy::HotSwap {
            for (place, _) in &successors {
                if let Some(instance) = place.checked_sub(1).and_then(|index| line.get_mut(index)) {
                    let free = if idle {
                        self.now
                    } else {
                        self.halt(&frame, instance, turn)
                    };
                    instance.leaves = Some(free);
                }
            }
        }
        for (place, next) in successors.into_iter().rev() {
            line.insert(place, next);
        }
        component.instances = line;
        self.prune(component);
    }

    /// Takes back what a former update had planned and not begun: the old instance stays, its successor never comes.
    fn call_off(&self, component: &mut Component) {
        let unbegun: Vec<String> = component
            .instances
            .iter()
            .filter(|i| i.leaves.is_some_and(|leaves| leaves > self.now))
            .filter(|i| {
                i.runs
                    .last()
                    .and_then(|run| run.halt)
                    .is_some_and(|halt| halt.from > self.now)
            })
            .map(|i| i.id.clone())
            .collect();
        let called_off: Vec<String> = component
            .instances
            .iter()
            .filter(|i| phase(i, self.now) == Phase::Pending && staying(i))
            .filter_map(|i| i.replaces.clone())
            .filter(|id| unbegun.contains(id))
            .collect();
        component.instances.retain(|i| {
            let coming = phase(i, self.now) == Phase::Pending;
            !(coming && i.replaces.as_ref().is_some_and(|id| called_off.contains(id)))
        });
        for instance in component
            .instances
            .iter_mut()
            .filter(|i| called_off.contains(&i.id))
        {
            instance.leaves = None;
            if let Some(run) = instance.runs.last_mut() {
                run.halt = None;
            }
        }
    }
}

#[cfg(test)]
#[path = "rollout_tests.rs"]
mod tests;
