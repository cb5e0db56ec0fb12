//! The world of values: what every declared thing is, as far as it is known.
//!
//! One [`World`] holds the values of all module instances: variables, locals, outputs, resource objects. The
//! planner fills it in dependency order, with unknowns where only apply can tell; the applier replaces these
//! as objects come into being. It decides nothing and evaluates nothing by itself.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::{InstanceAddr, InstanceKey, ModuleAddr, ModuleInstance, ResourceAddr};
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::value::{Members, SmallMap, Type, Value};

use super::checks::{Checkable, Checked, Checks, Status};
use super::judge::Judged;

/// How a block was expanded.
#[derive(Clone, Debug)]
pub enum Expansion {
    /// Exactly one instance, without key.
    One,
    /// `count`, this many.
    Count(u64),
    /// `for_each`: each key with its value.
    ForEach(BTreeMap<Arc<str>, Value>),
    /// Not known, where that is allowed: in validation.
    Unknown,
}

impl Expansion {
    /// The keys, in order.
    pub fn keys(&self) -> Vec<InstanceKey> {
        match self {
            Expansion::One => vec![InstanceKey::None],
            Expansion::Count(count) => (0..*count).map(InstanceKey::Int).collect(),
            Expansion::ForEach(each) => each.keys().map(|key| InstanceKey::Str(Arc::clone(key))).collect(),
            Expansion::Unknown => Vec::new(),
        }
    }

    /// Whether the key is one of its instances.
    pub fn has(&self, key: &InstanceKey) -> bool {
        match (self, key) {
            (Expansion::One, InstanceKey::None) => true,
            (Expansion::Count(count), InstanceKey::Int(index)) => index < count,
            (Expansion::ForEach(each), InstanceKey::Str(key)) => each.contains_key(key),
            _ => false,
        }
    }
}

/// One resource of one module instance.
#[derive(Debug)]
pub struct ResourceWorld {
    /// How it was expanded.
    pub expansion: Expansion,
    /// The schema's implied type, for instances that are not there.
    pub ty: Type,
    objects: SmallMap<InstanceKey, Value>,
    whole: RefCell<Option<Value>>,
}

impl ResourceWorld {
    /// A resource without objects yet.
    pub fn new(expansion: Expansion, ty: Type) -> ResourceWorld {
        ResourceWorld {
            expansion,
            ty,
            objects: SmallMap::new(),
            whole: RefCell::new(None),
        }
    }

    /// The object of one instance.
    pub fn object(&self, key: &InstanceKey) -> Option<&Value> {
        self.objects.get(key)
    }

    /// Sets the object of one instance.
    pub fn set(&mut self, key: InstanceKey, object: Value) {
        self.objects.insert(key, object);
        self.whole.get_mut().take();
    }

    /// What a reference to the resource as a whole yields: the object, a tuple by `count`, an object by
    /// `for_each`. Built once and kept until an instance changes.
    pub fn whole(&self) -> Value {
        let mut whole = self.whole.borrow_mut();
        whole.get_or_insert_with(|| self.build()).clone()
    }

    fn build(&self) -> Value {
        let of = |key: &InstanceKey| {
            self.objects
                .get(key)
                .cloned()
                .unwrap_or_else(|| Value::unknown(self.ty.clone()))
        };
        match &self.expansion {
            Expansion::One => of(&InstanceKey::None),
            Expansion::Count(count) => {
                Value::tuple((0..*count).map(|at| of(&InstanceKey::Int(at))).collect())
            }
            Expansion::ForEach(each) => {
                let members: Members = each
                    .keys()
                    .map(|key| (Arc::clone(key), of(&InstanceKey::Str(Arc::clone(key)))))
                    .collect();
                Value::object_members(members)
            }
            Expansion::Unknown => Value::dynamic_unknown(),
        }
    }
}

/// Everything of one module instance.
#[derive(Debug, Default)]
pub struct ModuleWorld {
    /// Input variables, converted and marked.
    pub variables: BTreeMap<Arc<str>, Value>,
    /// Locals.
    pub locals: BTreeMap<Arc<str>, Value>,
    /// Outputs.
    pub outputs: Members,
    /// Resources and data sources.
    pub resources: BTreeMap<ResourceAddr, ResourceWorld>,
    /// How each module call was expanded.
    pub calls: BTreeMap<Arc<str>, Expansion>,
}

/// Everything.
#[derive(Debug, Default)]
pub struct World {
    /// How conditions turned out so far.
    pub checks: Checks,
    /// Where conditions of resources and outputs that do not hold hinder nothing, as when the state is only read
    /// anew: what there is to say of them. None where they are errors.
    pub remarks: Option<Diagnostics>,
    modules: BTreeMap<ModuleInstance, ModuleWorld>,
    instances: BTreeMap<ModuleAddr, Vec<ModuleInstance>>,
}

impl World {
    /// A world of the root module alone.
    pub fn new() -> World {
        let mut world = World::default();
        world.add_module(ModuleInstance::root());
        world
    }

    /// Notes how the conditions of an instance turned out, and gives what is wrong with them.
    pub fn note(&mut self, of: &Checkable, instance: &Checked, judged: Vec<Judged>) -> Diagnostics {
        let mut faults = Diagnostics::new();
        for judged in judged {
            self.checks
                .note(of, instance.clone(), judged.status, judged.problem);
            let of_objects = matches!(of, Checkable::Resource(_) | Checkable::Output(..));
            match &mut self.remarks {
                Some(remarks) if of_objects && judged.status == Status::Fail => {
                    remarks.extend(judged.faults.into_iter().map(|fault| Diagnostic {
                        severity: Severity::Warning,
                        ..fault
                    }));
                }
                _ => faults.extend(judged.faults),
            }
        }
        faults
    }

    /// Adds a module instance.
    pub fn add_module(&mut self, instance: ModuleInstance) {
        self.instances
            .entry(instance.config())
            .or_default()
            .push(instance.clone());
        self.modules.insert(instance, ModuleWorld::default());
    }

    /// All instances of a module, in order of expansion.
    pub fn instances(&self, module: &ModuleAddr) -> Vec<ModuleInstance> {
        self.instances.get(module).cloned().unwrap_or_default()
    }

    /// Whether there is such a module instance.
    pub fn has_module(&self, instance: &ModuleInstance) -> bool {
        self.modules.contains_key(instance)
    }

    /// One module instance.
    pub fn module(&self, instance: &ModuleInstance) -> Option<&ModuleWorld> {
        self.modules.get(instance)
    }

    /// One module instance, to fill.
    pub fn module_mut(&mut self, instance: &ModuleInstance) -> Option<&mut ModuleWorld> {
        self.modules.get_mut(instance)
    }

    /// One resource of one module instance.
    pub fn resource(&self, module: &ModuleInstance, resource: &ResourceAddr) -> Option<&ResourceWorld> {
        self.modules.get(module)?.resources.get(resource)
    }

    /// The object of an instance.
    pub fn object(&self, addr: &InstanceAddr) -> Option<&Value> {
        self.resource(&addr.module, &addr.resource)?.object(&addr.key)
    }

    /// Sets the object of an instance whose resource was expanded before.
    pub fn set_object(&mut self, addr: &InstanceAddr, object: Value) {
        let module = self.modules.get_mut(&addr.module);
        if let Some(resource) = module.and_then(|module| module.resources.get_mut(&addr.resource)) {
            resource.set(addr.key.clone(), object);
        }
    }
}
