//! Where things are and which moves speak of them, found without asking every move about every instance.
//!
//! [`There`] keeps the addresses that hold objects while the moves are carried out. [`Spoken`] finds the moves that
//! may speak of an address. Both only narrow down: whether a move really takes an instance along is said by the
//! move itself (`moves`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceAddr, InstanceKey, ModuleAddr, ModuleInstance, Target};

use super::moves::{Move, Place};

/// The addresses that hold objects.
#[derive(Debug, Default)]
pub(super) struct There {
    instances: BTreeSet<InstanceAddr>,
    /// The module instances that these are in, and the ones around them, by their config address.
    modules: BTreeMap<ModuleAddr, BTreeSet<ModuleInstance>>,
}

impl There {
    pub(super) fn new<'a>(instances: impl IntoIterator<Item = &'a InstanceAddr>) -> There {
        let mut there = There::default();
        for addr in instances {
            there.add(addr.clone());
        }
        there
    }

    pub(super) fn has(&self, addr: &InstanceAddr) -> bool {
        self.instances.contains(addr)
    }

    pub(super) fn remove(&mut self, addr: &InstanceAddr) {
        self.instances.remove(addr);
    }

    pub(super) fn add(&mut self, addr: InstanceAddr) {
        for depth in 0..=addr.module.0.len() {
            let around = ModuleInstance(addr.module.0.iter().take(depth).cloned().collect());
            let known = self.modules.entry(around.config()).or_default();
            known.insert(around);
        }
        self.instances.insert(addr);
    }

    /// The instances that a move takes along, with where to, in order.
    pub(super) fn led_by(&self, one: &Move) -> Vec<(InstanceAddr, InstanceAddr)> {
        let outer = self.modules.get(&one.module).into_iter().flatten();
        outer
            .flat_map(|outer| self.below(outer, one))
            .filter_map(|addr| Some((addr.clone(), one.destination(addr)?)))
            .collect()
    }

    /// The instances below what a move's `from` means in one instance of its module; some more may be among them.
    fn below(&self, outer: &ModuleInstance, one: &Move) -> Vec<&InstanceAddr> {
        let inside = |module: &ModuleInstance| {
            let steps = outer.0.iter().chain(&module.0);
            ModuleInstance(steps.cloned().collect())
        };
        match &one.from {
            Target::Resource(from) => {
                let module = inside(&from.module);
                self.of_resource(&InstanceAddr {
                    module,
                    ..from.clone()
                })
                .collect()
            }
            Target::Module(from) => {
                let module = inside(from);
                let Some((around, name, key)) = module.parent() else {
                    return Vec::new();
                };
                let key = (!one.is_whole()).then_some(key);
                self.of_call(&around, name, key).collect()
            }
        }
    }

    /// The instances of the resource of an address, whatever their keys.
    fn of_resource(&self, like: &InstanceAddr) -> impl Iterator<Item = &InstanceAddr> {
        let first = like.with_key(InstanceKey::None);
        self.instances
            .range(first.clone()..)
            .take_while(move |addr| addr.module == first.module && addr.resource == first.resource)
    }

    /// The instances within a module call, or within one instance of it.
    fn of_call(
        &self,
        around: &ModuleInstance,
        name: &Arc<str>,
        key: Option<&InstanceKey>,
    ) -> impl Iterator<Item = &InstanceAddr> {
        let first = around.child(Arc::clone(name), key.cloned().unwrap_or_default());
        let depth = around.0.len();
        let any = key.is_none();
        self.starting_at(&first).take_while(move |addr| {
            let steps = addr.module.0.iter().zip(&first.0).enumerate();
            addr.module.0.len() > depth
                && steps
                    .into_iter()
                    .all(|(at, (step, wanted))| step == wanted || (any && at == depth && step.0 == wanted.0))
        })
    }

    /// The instances from the first of a module on.
    fn starting_at<'a>(
        &'a self,
        module: &ModuleInstance,
    ) -> impl Iterator<Item = &'a InstanceAddr> + use<'a> {
        let first = InstanceAddr {
            module: module.clone(),
            resource: crate::addr::ResourceAddr::managed("", ""),
            key: InstanceKey::None,
        };
        self.instances.range(first..)
    }

    /// Whether anything is at a place.
    pub(super) fn is_taken(&self, place: &Place) -> bool {
        match &place.resource {
            None => self
                .starting_at(&place.module)
                .next()
                .is_some_and(|addr| addr.module == place.module),
            Some((resource, key)) => {
                let addr = InstanceAddr {
                    module: place.module.clone(),
                    resource: resource.clone(),
                    key: key.clone().unwrap_or_default(),
                };
                match key {
                    Some(_) => self.has(&addr),
                    None => self.of_resource(&addr).next().is_some(),
                }
            }
        }
    }
}

/// Moves by what they speak of, whatever the keys. They are known by their places in a list.
#[derive(Debug, Default)]
pub(super) struct Spoken {
    resources: BTreeMap<ConfigResource, Vec<usize>>,
    modules: BTreeMap<ModuleAddr, Vec<usize>>,
}

impl Spoken {
    /// The moves at some of their sides.
    pub(super) fn of<'a>(sides: impl IntoIterator<Item = (usize, &'a Move, &'a Target)>) -> Spoken {
        let mut spoken = Spoken::default();
        for (at, one, side) in sides {
            let inside = |module: &ModuleInstance| {
                let steps = one.module.0.iter().chain(module.0.iter().map(|(name, _)| name));
                ModuleAddr(steps.cloned().collect())
            };
            match side {
                Target::Module(module) => spoken.modules.entry(inside(module)).or_default().push(at),
                Target::Resource(addr) => {
                    let resource = ConfigResource {
                        module: inside(&addr.module),
                        resource: addr.resource.clone(),
                    };
                    spoken.resources.entry(resource).or_default().push(at);
                }
            }
        }
        spoken
    }

    /// The places of the moves that may speak of an address, ascending, from a place on.
    pub(super) fn about(&self, addr: &InstanceAddr, from: usize) -> BTreeSet<usize> {
        let config = addr.config();
        let mut found = BTreeSet::new();
        let mut take = |places: &[usize]| {
            let later = places.partition_point(|place| *place < from);
            found.extend(places.iter().skip(later));
        };
        if let Some(places) = self.resources.get(&config) {
            take(places);
        }
        for depth in 1..=config.module.0.len() {
            let around = ModuleAddr(config.module.0.iter().take(depth).cloned().collect());
            if let Some(places) = self.modules.get(&around) {
                take(places);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests;
