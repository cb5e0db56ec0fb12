//! Moves and addresses by chance, of few names, so that they often have to do with each other.

use proptest::prelude::*;

use super::Move;
use crate::addr::{InstanceAddr, InstanceKey, ModuleAddr, ModuleInstance, ResourceAddr, Target};
use crate::source::{FileId, Span};

fn any_key() -> impl Strategy<Value = InstanceKey> {
    prop_oneof![
        2 => Just(InstanceKey::None),
        1 => (0..2u64).prop_map(InstanceKey::Int),
        1 => Just(InstanceKey::Str("k".into())),
    ]
}

fn any_module(calls: std::ops::Range<usize>) -> impl Strategy<Value = ModuleInstance> {
    let step = (prop_oneof!["a", "b"], any_key());
    prop::collection::vec(step, calls)
        .prop_map(|steps| ModuleInstance(steps.into_iter().map(|(name, key)| (name.into(), key)).collect()))
}

pub fn any_instance() -> impl Strategy<Value = InstanceAddr> {
    (any_module(0..4), prop_oneof!["r", "s"], any_key()).prop_map(|(module, name, key)| InstanceAddr {
        module,
        resource: ResourceAddr::managed("t", name),
        key,
    })
}

fn any_sides() -> impl Strategy<Value = (Target, Target)> {
    let module = || any_module(1..3).prop_map(Target::Module);
    let resource = || any_instance().prop_map(Target::Resource);
    prop_oneof![(module(), module()), (resource(), resource())]
}

fn any_move() -> impl Strategy<Value = Move> {
    (prop::collection::vec(prop_oneof!["a", "b"], 0..2), any_sides()).prop_map(|(module, (from, to))| Move {
        module: ModuleAddr(module.into_iter().map(Into::into).collect()),
        from,
        to,
        span: Span::new(FileId(0), 0, 0),
    })
}

pub fn any_moves() -> impl Strategy<Value = Vec<Move>> {
    prop::collection::vec(any_move(), 0..6)
}
