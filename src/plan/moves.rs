//! `moved` blocks: which objects of the state have another address now.
//!
//! Moves are carried out on the state before anything else is planned, each after those that it builds on. They
//! are checked at the end, when it is known which instances the configuration declares (`moves_check`). A
//! resource that gains or loses `count` moves between no key and 0 by itself. In which order they go is said by
//! `moves_order`; `moves_index` finds what a move is about, so that ten times the moves cost ten times the time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::{
    InstanceAddr, InstanceKey, ModuleAddr, ModuleInstance, ResourceAddr, Target, parse_instance,
};
use crate::config::{Config, Repetition, target};
use crate::diag::Diagnostic;
use crate::source::Span;
use crate::state::{Event, State};

use super::codes;
use super::moves_index::{Spoken, There};
use super::moves_order::order;

/// One `moved` block: addresses within every instance of its module.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Move {
    /// The module in which it is written.
    pub module: ModuleAddr,
    /// From where, relative to the module.
    pub from: Target,
    /// To where, relative to the module.
    pub to: Target,
    /// The header.
    pub span: Span,
}

/// What moving came to.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// The old address of everything that has a new one, by the new one.
    pub previous: BTreeMap<InstanceAddr, InstanceAddr>,
    /// Moves that led to where something is already: from, to.
    pub blocked: BTreeSet<(String, String)>,
    /// The changes of the state.
    pub events: Vec<Event>,
}

/// The moves that are written, in order.
pub(super) fn written(config: &Config) -> Vec<Move> {
    let blocks = config
        .modules
        .iter()
        .flat_map(|(addr, module)| module.moved.iter().map(move |moved| (addr, moved)));
    blocks
        .filter_map(|(module, moved)| {
            Some(Move {
                module: module.clone(),
                from: target::target(&moved.from).ok()?,
                to: target::target(&moved.to).ok()?,
                span: moved.span,
            })
        })
        .collect()
}

/// Carries the moves out on a state. Moves in a circle lead nowhere and are left alone; the check reports them.
pub(super) fn carry_out(config: &Config, moves: &[Move], state: &mut State) -> Moved {
    let mut moved = Moved::default();
    let implied = implied(config, moves, state);
    let Ok(order) = order(moves) else {
        return moved;
    };
    let mut now: BTreeMap<InstanceAddr, InstanceAddr> = BTreeMap::new();
    let mut there = There::new(state.instances.keys());
    for (from, to) in implied {
        shift(from, to, &mut there, &mut now, &mut moved);
    }
    for one in &order {
        let steps = there.led_by(one);
        // Whether something is in the way is asked of the whole that moves, before any of it moves.
        let taken: Vec<bool> = steps
            .iter()
            .map(|(_, to)| there.is_taken(&one.place(to)))
            .collect();
        for ((from, to), is_taken) in steps.into_iter().zip(taken) {
            if is_taken {
                moved
                    .blocked
                    .insert((one.place(&from).name(), one.place(&to).name()));
            } else {
                shift(from, to, &mut there, &mut now, &mut moved);
            }
        }
    }
    if !now.is_empty() {
        settle(&order, &now, state, &mut moved);
    }
    moved.previous = now;
    moved
}

/// One instance moves, unless something is there.
fn shift(
    from: InstanceAddr,
    to: InstanceAddr,
    there: &mut There,
    now: &mut BTreeMap<InstanceAddr, InstanceAddr>,
    moved: &mut Moved,
) {
    if there.has(&to) {
        moved.blocked.insert((from.to_string(), to.to_string()));
        return;
    }
    there.remove(&from);
    there.add(to.clone());
    let origin = now.remove(&from).unwrap_or(from);
    now.insert(to, origin);
}

/// Gives the state its new addresses, also where objects name what they depend on.
fn settle(order: &[&Move], now: &BTreeMap<InstanceAddr, InstanceAddr>, state: &mut State, moved: &mut Moved) {
    let forward: BTreeMap<&InstanceAddr, &InstanceAddr> = now.iter().map(|(to, from)| (from, to)).collect();
    let sides = order.iter().enumerate().map(|(at, one)| (at, *one, &one.from));
    let leaving = Spoken::of(sides);
    let mut known: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
    let mut renamed = |name: &Arc<str>| -> Arc<str> {
        let make = || {
            let Ok(addr) = parse_instance(name) else {
                return Arc::clone(name);
            };
            let to = match forward.get(&addr) {
                Some(to) => InstanceAddr::clone(to),
                None => led(order, &leaving, addr),
            };
            Arc::from(to.to_string())
        };
        Arc::clone(known.entry(Arc::clone(name)).or_insert_with(make))
    };
    let before = state.instances.clone();
    for (addr, instance) in before {
        let mut changed = instance.clone();
        for object in changed.current.iter_mut().chain(changed.deposed.values_mut()) {
            for name in &mut object.dependencies {
                *name = renamed(name);
            }
        }
        let to = forward.get(&addr).copied().unwrap_or(&addr);
        if *to != addr && !now.contains_key(&addr) {
            moved.events.push(Event::Remove(addr.clone()));
        }
        if *to != addr || changed != instance {
            moved.events.push(Event::Put(to.clone(), changed));
        }
    }
    // What is taken away goes first, so that nothing put is taken away again.
    moved.events.sort_by_key(|event| matches!(event, Event::Put(..)));
    for event in &moved.events {
        state.apply(event.clone());
    }
}

/// Where all moves, one after another, take an address at which nothing is.
fn led(order: &[&Move], leaving: &Spoken, mut addr: InstanceAddr) -> InstanceAddr {
    let mut next = 0;
    loop {
        let taken = leaving
            .about(&addr, next)
            .into_iter()
            .find_map(|at| Some((at, order.get(at)?.destination(&addr)?)));
        match taken {
            Some((at, to)) => (next, addr) = (at + 1, to),
            None => return addr,
        }
    }
}

/// Moves that nobody has to write: between no key and 0, where `count` came or went.
fn implied(config: &Config, moves: &[Move], state: &State) -> Vec<(InstanceAddr, InstanceAddr)> {
    let sides = moves.iter().enumerate();
    let spoken = Spoken::of(sides.flat_map(|(at, one)| [(at, one, &one.from), (at, one, &one.to)]));
    let mut found = Vec::new();
    for addr in state.instances.keys() {
        let declared = config
            .modules
            .get(&addr.module.config())
            .and_then(|module| module.resources.get(&addr.resource));
        let to = match (declared.map(|resource| &resource.repetition), &addr.key) {
            (Some(Repetition::Count(_)), InstanceKey::None) => InstanceKey::Int(0),
            (Some(Repetition::One), InstanceKey::Int(0)) => InstanceKey::None,
            _ => continue,
        };
        let spoken_of = |one: &Move| one.selects(&one.from, addr) || one.selects(&one.to, addr);
        let mut near = spoken.about(addr, 0).into_iter().filter_map(|at| moves.get(at));
        if !near.any(spoken_of) {
            found.push((addr.clone(), addr.with_key(to)));
        }
    }
    found
}

/// The name of a call and the key of one instance of it.
type ModuleStep = (Arc<str>, InstanceKey);

/// What a move takes along as one: a module instance, a resource of it, or one instance of that.
#[derive(PartialEq)]
pub(super) struct Place {
    /// The module instance.
    pub module: ModuleInstance,
    /// The resource in it, and the key where one instance goes by itself.
    pub resource: Option<(ResourceAddr, Option<InstanceKey>)>,
}

impl Place {
    fn name(&self) -> String {
        match &self.resource {
            None => self.module.to_string(),
            Some((resource, key)) => InstanceAddr {
                module: self.module.clone(),
                resource: resource.clone(),
                key: key.clone().unwrap_or_default(),
            }
            .to_string(),
        }
    }
}

impl Move {
    /// Whether it speaks of a resource or call as a whole: neither side ends in a key.
    pub fn is_whole(&self) -> bool {
        [&self.from, &self.to].iter().all(|side| match side {
            Target::Module(module) => module.0.last().is_some_and(|(_, key)| *key == InstanceKey::None),
            Target::Resource(addr) => addr.key == InstanceKey::None,
        })
    }

    /// Whether it gives instances of one module call other keys, and nothing else.
    pub fn is_rekeyed(&self) -> bool {
        match (&self.from, &self.to) {
            (Target::Module(from), Target::Module(to)) => from.config() == to.config(),
            _ => false,
        }
    }

    /// Whether a side of it means this instance's resource, or a module around it.
    fn selects(&self, side: &Target, addr: &InstanceAddr) -> bool {
        let Some((_, module)) = self.relative(&addr.module) else {
            return false;
        };
        match side {
            Target::Module(wanted) => {
                let names = wanted.0.iter().zip(module);
                wanted.0.len() <= module.len() && names.clone().all(|((name, _), (other, _))| name == other)
            }
            Target::Resource(wanted) => wanted.module.0 == module && wanted.resource == addr.resource,
        }
    }

    /// An instance of the move's module, and what of an address is within it.
    fn relative<'a>(&self, module: &'a ModuleInstance) -> Option<(ModuleInstance, &'a [ModuleStep])> {
        let (outer, inner) = module.0.split_at_checked(self.module.0.len())?;
        let named = outer.iter().map(|(name, _)| name).eq(&self.module.0);
        named.then(|| (ModuleInstance(outer.to_vec()), inner))
    }

    /// Where the move takes an instance, if it speaks of it.
    pub fn destination(&self, addr: &InstanceAddr) -> Option<InstanceAddr> {
        let (mut module, inner) = self.relative(&addr.module)?;
        let whole = self.is_whole();
        match (&self.from, &self.to) {
            (Target::Module(from), Target::Module(to)) => {
                let (head, rest) = inner.split_at_checked(from.0.len())?;
                let ((name, key), before) = head.split_last()?;
                let ((wanted, wanted_key), wanted_before) = from.0.split_last()?;
                if before != wanted_before || name != wanted || !(whole || key == wanted_key) {
                    return None;
                }
                let ((new, new_key), new_before) = to.0.split_last()?;
                module.0.extend(new_before.iter().cloned());
                module
                    .0
                    .push((Arc::clone(new), if whole { key } else { new_key }.clone()));
                module.0.extend(rest.iter().cloned());
                Some(InstanceAddr {
                    module,
                    ..addr.clone()
                })
            }
            (Target::Resource(from), Target::Resource(to)) => {
                let meant = inner == from.module.0
                    && addr.resource == from.resource
                    && (whole || addr.key == from.key);
                module.0.extend(to.module.0.iter().cloned());
                meant.then(|| InstanceAddr {
                    module,
                    resource: to.resource.clone(),
                    key: if whole { addr.key.clone() } else { to.key.clone() },
                })
            }
            _ => None,
        }
    }

    pub fn place(&self, addr: &InstanceAddr) -> Place {
        let key = (!self.is_whole()).then(|| addr.key.clone());
        Place {
            module: addr.module.clone(),
            resource: matches!(self.to, Target::Resource(_)).then(|| (addr.resource.clone(), key)),
        }
    }
}

/// The warning of moves that something is in the way of.
pub(super) fn blocked(moved: &Moved) -> Option<Diagnostic> {
    let lines: Vec<String> = moved
        .blocked
        .iter()
        .map(|(from, to)| format!("\n  - {from} could not move to {to}"))
        .collect();
    (!lines.is_empty()).then(|| {
        Diagnostic::warning(
            &codes::MOVE_BLOCKED,
            format!(
                "There is an object already at the new address, so these stay where they are and are planned under \
                 their old address:{}",
                lines.concat()
            ),
        )
    })
}

#[cfg(test)]
pub(super) mod tests;
