//! A scenario: what is configured, what goes wrong, who meddles. All of it from a seed, all of it plain data that can
//! be made smaller.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::chance::Chance;
use crate::world::{Fault, Object, Script};

/// One resource block.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    pub size: i64,
    pub hard: u64,
    /// Which earlier resources it uses.
    pub uses: Vec<usize>,
    pub count: i64,
    /// `create_before_destroy`
    pub first: bool,
}

/// What somebody does to the platform by hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hand {
    Delete(u64),
    Resize(u64),
    Recount(u64),
}

/// One run that may go wrong, and what is done by hand before it.
#[derive(Clone, Debug, Default)]
pub struct Run {
    pub hands: Vec<Hand>,
    pub script: Script,
}

/// A configuration, and the runs of it before the one without faults.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    pub resources: BTreeMap<usize, Resource>,
    pub runs: Vec<Run>,
}

#[derive(Clone, Debug, Default)]
pub struct Scenario {
    pub stages: Vec<Stage>,
    pub parallelism: usize,
}

impl Scenario {
    /// The scenario of a seed, with at most so many resources.
    pub fn of(seed: u64, most: u64) -> Scenario {
        let mut chance = Chance(seed);
        let many = 1 + chance.below(most);
        let mut resources = BTreeMap::new();
        let mut stages = Vec::new();
        for stage in 0..2 + chance.below(3) {
            for at in 0..many as usize {
                evolve(&mut chance, &mut resources, at, stage);
            }
            if stage > 0 && chance.one_in(6) {
                resources.clear();
            }
            // What uses something that is gone uses it no more.
            let there: Vec<usize> = resources.keys().copied().collect();
            for resource in resources.values_mut() {
                resource.uses.retain(|used| there.contains(used));
            }
            let effects = 12 + resources.len() as u64 * 8;
            let runs = (0..chance.below(4)).map(|_| run(&mut chance, effects)).collect();
            stages.push(Stage {
                resources: resources.clone(),
                runs,
            });
        }
        Scenario {
            stages,
            parallelism: [1, 2, 10][chance.below(3) as usize],
        }
    }

    /// Smaller scenarios: one thing less in each.
    pub fn smaller(&self) -> Vec<Scenario> {
        let mut all = Vec::new();
        let mut less = |change: &dyn Fn(&mut Scenario)| {
            let mut scenario = self.clone();
            change(&mut scenario);
            all.push(scenario);
        };
        for (at, stage) in self.stages.iter().enumerate() {
            less(&|scenario| drop(scenario.stages.remove(at)));
            for (number, run) in stage.runs.iter().enumerate() {
                less(&|scenario| drop(scenario.stages[at].runs.remove(number)));
                for effect in run.script.faults.keys() {
                    less(&|scenario| {
                        scenario.stages[at].runs[number].script.faults.remove(effect);
                    });
                }
                for hand in 0..run.hands.len() {
                    less(&|scenario| {
                        scenario.stages[at].runs[number].hands.remove(hand);
                    });
                }
            }
            for index in stage.resources.keys() {
                less(&|scenario| {
                    for stage in &mut scenario.stages {
                        stage.resources.remove(index);
                        for resource in stage.resources.values_mut() {
                            resource.uses.retain(|used| used != index);
                        }
                    }
                });
            }
        }
        all
    }
}

/// What becomes of a resource from one stage to the next. `hard` only ever grows, so that it and the name tell one
/// object from all others.
fn evolve(chance: &mut Chance, resources: &mut BTreeMap<usize, Resource>, at: usize, stage: u64) {
    let uses = |chance: &mut Chance| (0..at).filter(|_| chance.one_in(3)).take(3).collect();
    let Some(resource) = resources.get_mut(&at) else {
        if stage == 0 || chance.one_in(3) {
            let fresh = Resource {
                size: chance.below(5) as i64,
                hard: stage,
                uses: uses(chance),
                count: 1 + chance.below(4) as i64,
                first: chance.one_in(3),
            };
            resources.insert(at, fresh);
        }
        return;
    };
    match chance.below(8) {
        0 => drop(resources.remove(&at)),
        1 => resource.size = chance.below(5) as i64,
        2 => resource.hard = stage,
        3 => resource.count = 1 + chance.below(4) as i64,
        4 => resource.uses = uses(chance),
        5 => resource.first = !resource.first,
        _ => {}
    }
}

fn run(chance: &mut Chance, effects: u64) -> Run {
    let hands = (0..chance.below(3)).map(|_| match chance.below(3) {
        0 => Hand::Delete(chance.next()),
        1 => Hand::Resize(chance.next()),
        _ => Hand::Recount(chance.next()),
    });
    let hands = hands.collect();
    let faults = (0..chance.below(5)).map(|_| {
        let fault = Fault::ALL[chance.below(Fault::ALL.len() as u64) as usize];
        (chance.below(effects), fault)
    });
    let faults = faults.collect();
    let crash = (!chance.one_in(3)).then(|| chance.below(effects));
    let interrupt = chance
        .one_in(4)
        .then(|| (chance.below(effects), 1 + chance.below(2) as u32));
    let order = chance.next();
    Run {
        hands,
        script: Script {
            crash,
            interrupt,
            faults,
            order,
        },
    }
}

impl Hand {
    pub fn touch(self, objects: &mut BTreeMap<u64, Object>) {
        let (Hand::Delete(which) | Hand::Resize(which) | Hand::Recount(which)) = self;
        let Some(id) = objects.keys().nth(which as usize % objects.len().max(1)).copied() else {
            return;
        };
        match (self, objects.get_mut(&id)) {
            (Hand::Resize(_), Some(object)) => object.size += 100,
            (Hand::Recount(_), Some(object)) => object.count += 3,
            _ => drop(objects.remove(&id)),
        }
    }
}

impl Stage {
    /// The configuration as text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (at, resource) in &self.resources {
            let uses: Vec<String> = resource
                .uses
                .iter()
                .map(|used| format!("thing_one.r{used}.id"))
                .collect();
            let _ = write!(
                text,
                "resource \"thing_one\" \"r{at}\" {{\n  name = \"n{at}\"\n  hard = \"h{}\"\n  size = {}\n  count_of = \
                 {}\n  uses = join(\" \", [{}])\n  lifecycle {{ create_before_destroy = {} }}\n}}\n",
                resource.hard,
                resource.size,
                resource.count,
                uses.join(", "),
                resource.first
            );
        }
        text
    }

    /// What the platform should hold in the end. It is told from the scenario alone: the state is not looked at.
    pub fn check(&self, objects: &BTreeMap<u64, Object>) -> Result<(), String> {
        let name = |id: &str| {
            let object = id.parse().ok().and_then(|id: u64| objects.get(&id));
            object.map_or(format!("?{id}"), |object| object.name.clone())
        };
        let mut found: Vec<Object> = objects.values().cloned().collect();
        for object in &mut found {
            let uses: Vec<String> = object.uses.split_whitespace().map(name).collect();
            object.uses = uses.join(" ");
        }
        found.sort();
        let mut wanted: Vec<Object> = self
            .resources
            .iter()
            .map(|(at, resource)| Object {
                name: format!("n{at}"),
                hard: format!("h{}", resource.hard),
                size: resource.size,
                uses: resource
                    .uses
                    .iter()
                    .map(|used| format!("n{used}"))
                    .collect::<Vec<_>>()
                    .join(" "),
                count: resource.count,
            })
            .collect();
        wanted.sort();
        if found == wanted {
            Ok(())
        } else {
            Err(format!(
                "the platform holds {found:#?}\nand should hold {wanted:#?}"
            ))
        }
    }
}
