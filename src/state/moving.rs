//! Moving instances to other addresses, as `state mv` asks for: what moves where, why it may not, and the events of it.
//!
//! A module moves with all modules in it, a resource with all its instances. What depends on something that moves
//! goes on depending on it under its new name. Nothing is written here.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::addr::{InstanceAddr, InstanceKey, ModuleInstance, Target, parse_target};

use super::{Event, Instance, State};

/// What moves: from where, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// A module instance with all modules in it.
    Module(ModuleInstance, ModuleInstance),
    /// A resource with all its instances. Both addresses are without key.
    Resource(InstanceAddr, InstanceAddr),
    /// One instance.
    Instance(InstanceAddr, InstanceAddr),
}

impl Move {
    /// The objects that move, as people count them, with their new addresses: each module that holds something, or
    /// the resource, or the instance.
    pub fn pairs(&self, state: &State) -> Vec<(String, String)> {
        match self {
            Move::Module(from, to) => modules_in(state, from)
                .into_iter()
                .map(|module| (module.to_string(), rebased(module, from, to).to_string()))
                .collect(),
            Move::Resource(from, to) | Move::Instance(from, to) => vec![(from.to_string(), to.to_string())],
        }
    }

    /// The new address of an instance, if it moves. A config address is read as one without keys.
    fn destination(&self, addr: &InstanceAddr) -> Option<InstanceAddr> {
        match self {
            Move::Module(from, to) => addr.module.0.starts_with(&from.0).then(|| InstanceAddr {
                module: rebased(&addr.module, from, to),
                ..addr.clone()
            }),
            Move::Resource(from, to) => is_of(addr, from).then(|| to.with_key(addr.key.clone())),
            Move::Instance(from, to) => (addr == from).then(|| to.clone()),
        }
    }
}

/// Whether an instance is of a resource, which is given without key.
fn is_of(addr: &InstanceAddr, resource: &InstanceAddr) -> bool {
    addr.module == resource.module && addr.resource == resource.resource
}

/// The module instances that hold something and are the given one or in it.
fn modules_in<'a>(state: &'a State, within: &ModuleInstance) -> BTreeSet<&'a ModuleInstance> {
    let modules = state.instances.keys().map(|addr| &addr.module);
    modules.filter(|module| module.0.starts_with(&within.0)).collect()
}

/// A module in `from` as one in `to`.
fn rebased(module: &ModuleInstance, from: &ModuleInstance, to: &ModuleInstance) -> ModuleInstance {
    let inner = module.0.iter().skip(from.0.len());
    ModuleInstance(to.0.iter().chain(inner).cloned().collect())
}

/// Why something cannot be moved, as a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing is at the source.
    NoSource,
    /// The source is a module, the destination is none.
    NotModule,
    /// The source is a resource or an instance, the destination is a module.
    NotResource,
    /// The source is a whole resource, the destination one instance.
    NotWhole,
    /// The types differ.
    OtherType,
    /// One is managed, the other a data source.
    OtherMode,
    /// Something is at the destination.
    Taken,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::NoSource => "the state holds nothing at the source address",
            Refusal::NotModule => "a module can only become a module, and the destination is not the address of one",
            Refusal::NotResource => {
                "a resource or an instance of one cannot become a module; name the resource in the module"
            }
            Refusal::NotWhole => {
                "the source is a resource with all its instances, so the destination must not have an instance key"
            }
            Refusal::OtherType => "an object keeps its resource type, and the two addresses are of different types",
            Refusal::OtherMode => "a managed resource cannot become a data source, nor the other way round",
            Refusal::Taken => "the state already holds something at the destination",
        })
    }
}

/// What moves when something is moved from one address of a state to another address of the state `into`, which may
/// be the same.
///
/// # Errors
/// It cannot be moved.
pub fn plan(state: &State, into: &State, from: &Target, to: &Target) -> Result<Move, Refusal> {
    match (from, to) {
        (Target::Module(from), Target::Module(to)) => module(state, into, from, to),
        (Target::Module(_), Target::Resource(_)) => Err(Refusal::NotModule),
        (Target::Resource(_), Target::Module(_)) => Err(Refusal::NotResource),
        (Target::Resource(from), Target::Resource(to)) => resource(state, into, from, to),
    }
}

fn module(state: &State, into: &State, from: &ModuleInstance, to: &ModuleInstance) -> Result<Move, Refusal> {
    let sources = modules_in(state, from);
    if sources.is_empty() {
        return Err(Refusal::NoSource);
    }
    let taken = modules_in(into, to);
    if sources
        .into_iter()
        .any(|source| taken.contains(&rebased(source, from, to)))
    {
        return Err(Refusal::Taken);
    }
    Ok(Move::Module(from.clone(), to.clone()))
}

fn resource(state: &State, into: &State, from: &InstanceAddr, to: &InstanceAddr) -> Result<Move, Refusal> {
    let is_instance = state.instances.contains_key(from);
    let is_resource = from.key == InstanceKey::None && state.instances.keys().any(|addr| is_of(addr, from));
    if !is_instance && !is_resource {
        return Err(Refusal::NoSource);
    }
    if from.resource.mode != to.resource.mode {
        return Err(Refusal::OtherMode);
    }
    if from.resource.type_name != to.resource.type_name {
        return Err(Refusal::OtherType);
    }
    // An instance without key stands for itself, even beside others with keys.
    if is_instance {
        return if into.instances.contains_key(to) {
            Err(Refusal::Taken)
        } else {
            Ok(Move::Instance(from.clone(), to.clone()))
        };
    }
    if to.key != InstanceKey::None {
        return Err(Refusal::NotWhole);
    }
    if into.instances.keys().any(|addr| is_of(addr, to)) {
        return Err(Refusal::Taken);
    }
    Ok(Move::Resource(from.clone(), to.clone()))
}

/// The events of a move within a state: removals first. Dependencies on what moves are renamed.
pub fn events(state: &State, moving: &Move) -> Vec<Event> {
    let mut gone = Vec::new();
    let mut put = Vec::new();
    for (addr, instance) in &state.instances {
        let renamed = renamed(moving, instance);
        if let Some(destination) = moving.destination(addr) {
            gone.push(Event::Remove(addr.clone()));
            put.push(Event::Put(
                destination,
                renamed.unwrap_or_else(|| instance.clone()),
            ));
        } else if let Some(renamed) = renamed {
            put.push(Event::Put(addr.clone(), renamed));
        }
    }
    gone.extend(put);
    gone
}

/// The events of a move into another state: those of this state, and those of the other. Nothing is renamed, for
/// dependencies do not reach into another state.
pub fn events_into(state: &State, moving: &Move) -> (Vec<Event>, Vec<Event>) {
    let moved = state
        .instances
        .iter()
        .filter_map(|(addr, instance)| Some((addr, moving.destination(addr)?, instance)));
    moved
        .map(|(addr, to, instance)| (Event::Remove(addr.clone()), Event::Put(to, instance.clone())))
        .unzip()
}

/// The instance with its dependencies under their new names; none if nothing that it depends on moves.
fn renamed(moving: &Move, instance: &Instance) -> Option<Instance> {
    let mut renamed = instance.clone();
    let mut changed = false;
    let objects = renamed.current.iter_mut().chain(renamed.deposed.values_mut());
    for dependency in objects.flat_map(|object| &mut object.dependencies) {
        let destination = match parse_target(dependency) {
            Ok(Target::Resource(addr)) => moving.destination(&addr),
            _ => None,
        };
        if let Some(destination) = destination {
            *dependency = Arc::from(destination.to_string());
            changed = true;
        }
    }
    changed.then_some(renamed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addr::parse_instance;
    use crate::state::Object;

    fn state(instances: &[(&str, &[&str])]) -> State {
        let one = |text: &str, dependencies: &[&str]| {
            let attributes = Arc::from(format!("{{\"id\":{text:?}}}"));
            let object = Object {
                dependencies: dependencies.iter().map(|text| Arc::from(*text)).collect(),
                ..Object::ready(0, attributes, Vec::new())
            };
            let instance = Instance {
                provider: "terraform".into(),
                current: Some(object),
                deposed: Default::default(),
            };
            (parse_instance(text).unwrap(), instance)
        };
        State {
            instances: instances.iter().map(|(addr, on)| one(addr, on)).collect(),
            ..State::default()
        }
    }

    fn base() -> State {
        state(&[
            ("t.a", &[]),
            ("t.b", &["t.a", "t.m", "module.p.t.own"]),
            ("t.m[0]", &[]),
            ("t.m[1]", &["t.m[0]"]),
            ("t.f[\"x\"]", &[]),
            ("data.t.d", &[]),
            ("module.p.t.own", &[]),
            ("module.p.module.c.t.deep", &["module.p.t.own"]),
            ("module.q[0].t.own", &[]),
        ])
    }

    /// What is told, and then all addresses with what they depend on.
    fn check(from: &str, to: &str, told: &[&str], expected: &[&str]) {
        let mut state = base();
        let (from, to) = (parse_target(from).unwrap(), parse_target(to).unwrap());
        let moving = plan(&state, &state, &from, &to).unwrap();
        let said: Vec<String> = moving
            .pairs(&state)
            .into_iter()
            .map(|(from, to)| format!("{from} -> {to}"))
            .collect();
        assert_eq!(said, told);
        for event in events(&state, &moving) {
            state.apply(event);
        }
        let base = base();
        let changed: Vec<String> = state
            .instances
            .iter()
            .filter(|(addr, instance)| base.instances.get(addr) != Some(instance))
            .map(|(addr, instance)| {
                let on = &instance.current.as_ref().unwrap().dependencies;
                format!("{addr} {}", on.join(" ")).trim_end().to_owned()
            })
            .collect();
        assert_eq!(changed, expected);
        assert_eq!(state.instances.len(), base.instances.len());
    }

    fn refused(from: &str, to: &str, why: Refusal) {
        let state = base();
        let (from, to) = (parse_target(from).unwrap(), parse_target(to).unwrap());
        assert_eq!(plan(&state, &state, &from, &to), Err(why));
    }

    #[test]
    fn an_instance_moves_and_what_depends_on_it_follows() {
        check(
            "t.a",
            "t.z",
            &["t.a -> t.z"],
            &["t.b t.z t.m module.p.t.own", "t.z"],
        );
        check(
            "t.m[0]",
            "t.m[7]",
            &["t.m[0] -> t.m[7]"],
            &["t.m[1] t.m[7]", "t.m[7]"],
        );
        check(
            "t.a",
            "t.m",
            &["t.a -> t.m"],
            &["t.b t.m t.m module.p.t.own", "t.m"],
        );
        check(
            "t.f[\"x\"]",
            "module.n.t.one",
            &["t.f[\"x\"] -> module.n.t.one"],
            &["module.n.t.one"],
        );
        check("data.t.d", "data.t.e", &["data.t.d -> data.t.e"], &["data.t.e"]);
    }

    #[test]
    fn a_resource_moves_with_all_its_instances() {
        check(
            "t.m",
            "module.n.t.n",
            &["t.m -> module.n.t.n"],
            &[
                "t.b t.a module.n.t.n module.p.t.own",
                "module.n.t.n[0]",
                "module.n.t.n[1] module.n.t.n[0]",
            ],
        );
    }

    #[test]
    fn a_module_moves_with_the_modules_in_it() {
        check(
            "module.p",
            "module.k[\"a\"]",
            &[
                "module.p -> module.k[\"a\"]",
                "module.p.module.c -> module.k[\"a\"].module.c",
            ],
            &[
                "t.b t.a t.m module.k[\"a\"].t.own",
                "module.k[\"a\"].t.own",
                "module.k[\"a\"].module.c.t.deep module.k[\"a\"].t.own",
            ],
        );
        check(
            "module.p.module.c",
            "module.c",
            &["module.p.module.c -> module.c"],
            &["module.c.t.deep module.p.t.own"],
        );
    }

    #[test]
    fn what_cannot_move_is_refused() {
        refused("t.nope", "t.z", Refusal::NoSource);
        refused("t.m[7]", "t.z", Refusal::NoSource);
        refused("module.q", "module.z", Refusal::NoSource);
        refused("module.p", "t.z", Refusal::NotModule);
        refused("t.a", "module.p", Refusal::NotResource);
        refused("t.m", "t.k[0]", Refusal::NotWhole);
        refused("t.a", "u.a", Refusal::OtherType);
        refused("t.a", "data.t.a", Refusal::OtherMode);
        refused("t.a", "t.b", Refusal::Taken);
        refused("t.m", "t.f", Refusal::Taken);
        refused("t.m", "t.m", Refusal::Taken);
        refused("module.p", "module.q[0]", Refusal::Taken);
        refused("module.p", "module.p", Refusal::Taken);
    }

    #[test]
    fn into_another_state_only_what_moves_is_touched() {
        let state = base();
        let (from, to) = (parse_target("t.a").unwrap(), parse_target("t.b").unwrap());
        let moving = plan(&state, &State::default(), &from, &to).unwrap();
        let (here, there) = events_into(&state, &moving);
        assert!(matches!(&here[..], [Event::Remove(addr)] if addr.to_string() == "t.a"));
        assert!(matches!(&there[..], [Event::Put(addr, _)] if addr.to_string() == "t.b"));
    }
}
