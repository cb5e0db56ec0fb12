//! What can be renamed as one: module calls, their instances, resources and theirs; and what lies within.
//!
//! Whether anything is renamed is not asked here.

use std::sync::Arc;

use crate::addr::{InstanceAddr, InstanceKey, ModuleInstance, ResourceAddr, Target};
use crate::config::ProviderRef;
use crate::plan::change::ResourceChange;

/// What a `moved` block can speak of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    /// All instances of a module call.
    Call(ModuleInstance, Arc<str>),
    /// A module instance.
    Module(ModuleInstance),
    /// All instances of a resource.
    Resource(ModuleInstance, ResourceAddr),
    /// A resource instance.
    Instance(InstanceAddr),
}

impl Unit {
    /// Its address.
    pub fn target(&self) -> Target {
        let resource = |module: &ModuleInstance, resource: &ResourceAddr| InstanceAddr {
            module: module.clone(),
            resource: resource.clone(),
            key: InstanceKey::None,
        };
        match self {
            Unit::Call(parent, name) => Target::Module(parent.child(Arc::clone(name), InstanceKey::None)),
            Unit::Module(module) => Target::Module(module.clone()),
            Unit::Resource(module, addr) => Target::Resource(resource(module, addr)),
            Unit::Instance(addr) => Target::Resource(addr.clone()),
        }
    }

    /// How deep it lies, a call before its instances.
    pub fn depth(&self) -> (usize, bool) {
        match self {
            Unit::Call(parent, _) => (parent.0.len() + 1, false),
            Unit::Module(module) => (module.0.len(), true),
            Unit::Resource(module, _) => (module.0.len(), false),
            Unit::Instance(addr) => (addr.module.0.len(), true),
        }
    }

    /// The last key of its address.
    pub fn key(&self) -> Option<&InstanceKey> {
        match self {
            Unit::Module(module) => module.0.last().map(|(_, key)| key),
            Unit::Instance(addr) => Some(&addr.key),
            Unit::Call(..) | Unit::Resource(..) => None,
        }
    }

    /// What it is an instance of.
    pub fn whole(&self) -> Option<Unit> {
        match self {
            Unit::Module(module) => {
                let (parent, name, _) = module.parent()?;
                Some(Unit::Call(parent, Arc::clone(name)))
            }
            Unit::Instance(addr) => Some(Unit::Resource(addr.module.clone(), addr.resource.clone())),
            Unit::Call(..) | Unit::Resource(..) => None,
        }
    }
}

/// The module instances that an address lies in, outermost first, as calls and as instances.
pub(super) fn modules(addr: &InstanceAddr) -> impl Iterator<Item = (Unit, Unit)> {
    let steps = &addr.module.0;
    steps.iter().enumerate().map(move |(at, (name, key))| {
        let parent = ModuleInstance(steps.iter().take(at).cloned().collect());
        let module = parent.child(Arc::clone(name), key.clone());
        (Unit::Call(parent, Arc::clone(name)), Unit::Module(module))
    })
}

/// A member of a unit, as it is called within it. Those of the same rename are equal.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Inner {
    modules: Vec<(Option<Arc<str>>, InstanceKey)>,
    resource: Option<Arc<str>>,
    key: Option<InstanceKey>,
    type_name: Arc<str>,
    provider: ProviderRef,
}

/// What a change is called within a unit.
pub(super) fn inner(unit: &Unit, change: &ResourceChange) -> Inner {
    let addr = &change.addr;
    let below = |outer: usize| {
        let steps = addr.module.0.iter().skip(outer);
        steps
            .map(|(name, key)| (Some(Arc::clone(name)), key.clone()))
            .collect::<Vec<_>>()
    };
    let mut modules = match unit {
        Unit::Call(parent, _) => below(parent.0.len()),
        Unit::Module(module) => below(module.0.len()),
        Unit::Resource(..) | Unit::Instance(_) => Vec::new(),
    };
    if let (Unit::Call(..), Some((name, _))) = (unit, modules.first_mut()) {
        *name = None;
    }
    let named = matches!(unit, Unit::Call(..) | Unit::Module(_));
    Inner {
        modules,
        resource: named.then(|| Arc::clone(&addr.resource.name)),
        key: (!matches!(unit, Unit::Instance(_))).then(|| addr.key.clone()),
        type_name: Arc::clone(&addr.resource.type_name),
        provider: change.provider.clone(),
    }
}
