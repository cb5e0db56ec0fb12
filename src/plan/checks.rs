//! How the conditions of a configuration turned out: by what has them, and instance by instance.
//!
//! It keeps what evaluation found, for whoever shows it. It judges no condition.

use std::collections::BTreeMap;

use crate::addr::{ConfigResource, InstanceAddr, ModuleAddr, ModuleInstance};
use crate::config::{Config, Module};

/// How one condition, or several together, stand. The gravest comes last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// All hold.
    Pass,
    /// Not evaluated, or only apply can tell.
    #[default]
    Unknown,
    /// One does not hold.
    Fail,
    /// One could not be evaluated.
    Error,
}

/// What has conditions, in the configuration. In the order in which it is listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Checkable {
    /// A `check` block.
    Check(ModuleAddr, std::sync::Arc<str>),
    /// An output with preconditions.
    Output(ModuleAddr, std::sync::Arc<str>),
    /// A resource or data source with pre- or postconditions.
    Resource(ConfigResource),
    /// A variable with validations.
    Variable(ModuleAddr, std::sync::Arc<str>),
}

/// One instance of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Checked {
    /// Of a module instance: the check, output or variable itself.
    Module(ModuleInstance),
    /// Of a resource.
    Resource(InstanceAddr),
}

/// What came of the conditions of one instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// All of them together; none if none was evaluated.
    pub status: Option<Status>,
    /// The messages of those that do not hold.
    pub problems: Vec<String>,
}

/// What came of everything that has conditions; of what was not evaluated there is no instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    found: BTreeMap<Checkable, Option<BTreeMap<Checked, Outcome>>>,
}

impl Checks {
    /// Everything that has conditions, nothing evaluated.
    pub fn declared(config: &Config) -> Checks {
        let mut found = BTreeMap::new();
        for (addr, module) in &config.modules {
            found.extend(checkables(addr, module).map(|checkable| (checkable, None)));
        }
        Checks { found }
    }

    /// Notes that the instances of something are known; with those of no condition it passes.
    pub fn expanded(&mut self, of: &Checkable) {
        if let Some(instances) = self.found.get_mut(of) {
            instances.get_or_insert_default();
        }
    }

    /// Notes what came of one condition of an instance; the problem is the message of one that does not hold.
    pub fn note(&mut self, of: &Checkable, instance: Checked, status: Status, problem: Option<String>) {
        let Some(instances) = self.found.get_mut(of) else {
            return;
        };
        let outcome = instances.get_or_insert_default().entry(instance).or_default();
        outcome.status = Some(outcome.status.map_or(status, |before| before.max(status)));
        outcome.problems.extend(problem);
    }

    /// All of it, with the status of all instances together.
    pub fn all(
        &self,
    ) -> impl Iterator<Item = (&Checkable, Status, impl Iterator<Item = (&Checked, &Outcome)>)> {
        self.found.iter().map(|(of, instances)| {
            let all = || instances.iter().flatten();
            let status = match instances {
                None => Status::Unknown,
                Some(_) => all()
                    .map(|(_, outcome)| outcome.status.unwrap_or_default())
                    .max()
                    .unwrap_or(Status::Pass),
            };
            (of, status, all())
        })
    }

    /// Whether nothing has conditions.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

fn checkables(addr: &ModuleAddr, module: &Module) -> impl Iterator<Item = Checkable> {
    let checks = module
        .checks
        .keys()
        .map(|name| Checkable::Check(addr.clone(), name.clone()));
    let outputs = module
        .outputs
        .values()
        .filter(|output| !output.preconditions.is_empty());
    let outputs = outputs.map(|output| Checkable::Output(addr.clone(), output.name.clone()));
    let resources = module.resources.values().filter(|resource| {
        let lifecycle = &resource.lifecycle;
        !lifecycle.preconditions.is_empty() || !lifecycle.postconditions.is_empty()
    });
    let resources = resources.map(|resource| {
        Checkable::Resource(ConfigResource {
            module: addr.clone(),
            resource: resource.addr.clone(),
        })
    });
    let variables = module
        .variables
        .values()
        .filter(|variable| !variable.validations.is_empty());
    let variables = variables.map(|variable| Checkable::Variable(addr.clone(), variable.name.clone()));
    checks.chain(outputs).chain(resources).chain(variables)
}
