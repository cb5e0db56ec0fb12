//! Looking: the values of a configuration over a state as it is, without a plan and without a provider.
//!
//! Variables, locals, outputs and module calls are evaluated in order; the objects of resources are those of the
//! state. What the state does not have, and what could not be evaluated, is unknown. It reads nothing again and
//! decides nothing: that is the `planner`'s.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceAddr, InstanceKey, ModuleInstance, ResourceAddr};
use crate::config::reference::{Subject, references};
use crate::config::{Repetition, check};
use crate::diag::Diagnostics;
use crate::graph::{ConfigGraph, ConfigNode};
use crate::lang::{decode_body, evaluate, follow};
use crate::state::{Instance, State};
use crate::syntax::Step;
use crate::syntax::ast::Expr;
use crate::value::Value;

use super::evaluate::Evaluator;
use super::planner::no_type;
use super::providers::Semantic;
use super::refresh::Prior;
use super::world::{Expansion, ResourceWorld, World};

/// Everything that expressions of the root module can name, with its value.
pub struct Look {
    /// The configuration and the run.
    pub evaluator: Evaluator,
    /// The values.
    pub world: World,
    /// What resource types there are.
    pub semantics: Semantic,
}

impl Look {
    /// The values of a configuration over a state. Faults hinder nothing: what they concern is unknown.
    pub fn at(
        evaluator: Evaluator,
        graph: &ConfigGraph,
        state: &State,
        semantics: Semantic,
    ) -> (Look, Diagnostics) {
        let (world, faults) = state_world(&evaluator, graph.order.iter(), state, &semantics);
        let look = Look {
            evaluator,
            world,
            semantics,
        };
        (look, faults)
    }

    /// What a provider block of the root module says; none where an alias names no block. Without an alias no block is as
    /// good as an empty one.
    ///
    /// # Errors
    /// It cannot be evaluated.
    pub fn provider(&self, name: &str, alias: Option<&str>) -> Result<Option<Value>, Diagnostics> {
        let root = ModuleInstance::root();
        let module = self.evaluator.config.modules.get(&root.config());
        let mut blocks = module.into_iter().flat_map(|module| &module.providers);
        let block = blocks.find(|(of, _)| &*of.name == name && of.alias.as_deref() == alias);
        let Some(semantics) = self.semantics.get(name) else {
            return Ok(None);
        };
        let schema = &semantics.schema().config;
        let Some((_, block)) = block else {
            return Ok(alias.is_none().then(|| schema.empty_value()));
        };
        let scope = self.evaluator.scope(&self.world, &root)?;
        let (decoded, faults) = decode_body(&block.body, schema, &scope);
        if faults.has_errors() {
            return Err(faults);
        }
        Ok(Some(decoded.value.unmark_deep().0))
    }

    /// The value of an expression in the root module.
    ///
    /// # Errors
    /// It names something that is not declared, or has no value.
    pub fn value(&self, expr: &Expr) -> Result<Value, Diagnostics> {
        let mut faults = check::expression(&self.evaluator.config, expr);
        if !faults.has_errors() {
            faults = self.attributes(expr);
        }
        if faults.has_errors() {
            return Err(faults);
        }
        let root = ModuleInstance::root();
        let mut scope = self.evaluator.scope(&self.world, &root)?;
        scope.console = true;
        evaluate(expr, &scope)
    }

    /// Holds attributes of resources against their schemas, for an object that is not there yet has none to tell.
    fn attributes(&self, expr: &Expr) -> Diagnostics {
        let mut faults = Diagnostics::new();
        for reference in references(expr, &mut Diagnostics::new()) {
            let Subject::Resource(resource) = &reference.subject else {
                continue;
            };
            let Some(info) = self.semantics.type_info(resource) else {
                continue;
            };
            let steps = match reference.steps.as_slice() {
                [Step::Key(..) | Step::Index(..), rest @ ..] => rest,
                all => all,
            };
            if let Err(fault) = follow(&Value::unknown(info.ty.clone()), steps) {
                faults.extend(fault);
            }
        }
        faults
    }
}

/// The values of some declarations, which stand in order, over a state.
pub(super) fn state_world<'a>(
    evaluator: &Evaluator,
    nodes: impl Iterator<Item = &'a ConfigNode>,
    state: &State,
    semantics: &Semantic,
) -> (World, Diagnostics) {
    let (mut world, mut faults) = (World::new(), Diagnostics::new());
    let objects = Objects::of(state);
    for node in nodes {
        let told = match node {
            ConfigNode::Variable(module, name) => evaluator.variable(&mut world, module, name),
            ConfigNode::Local(module, name) => evaluator.local(&mut world, module, name),
            ConfigNode::Output(module, name) => evaluator.output(&mut world, module, name),
            ConfigNode::Call(module, name) => evaluator.call(&mut world, module, name),
            ConfigNode::Resource(resource) => {
                faults.extend(object_world(evaluator, &mut world, semantics, resource, &objects));
                continue;
            }
            ConfigNode::Whole(..) | ConfigNode::Provider(..) | ConfigNode::Check(..) => continue,
        };
        faults.extend(told.err().into_iter().flatten());
    }
    (world, faults)
}

/// Gives a world the objects of a resource as the state has them. The answer is what is wrong with them.
pub(super) fn object_world(
    evaluator: &Evaluator,
    world: &mut World,
    semantics: &Semantic,
    resource: &ConfigResource,
    objects: &Objects<'_>,
) -> Diagnostics {
    let mut faults = Diagnostics::new();
    let modules = &evaluator.config.modules;
    let declared = modules
        .get(&resource.module)
        .and_then(|module| module.resources.get(&resource.resource));
    let Some(declared) = declared else { return faults };
    let Some(info) = semantics.type_info(&resource.resource) else {
        faults.push(no_type(semantics, &resource.resource).at(declared.span));
        return faults;
    };
    for module in world.instances(&resource.module) {
        let found = objects.resource(&module, resource);
        let expansion = expansion(&declared.repetition, &found);
        let mut values = ResourceWorld::new(expansion, info.ty.clone());
        for (key, addr, instance) in found {
            let Some(object) = &instance.current else { continue };
            if let Some(prior) = faults.take(Prior::decode(addr, &instance.provider, object, info)) {
                values.set(key.clone(), prior.last);
            }
        }
        if let Some(world) = world.module_mut(&module) {
            world.resources.insert(resource.resource.clone(), values);
        }
    }
    faults
}

/// The instances of the state by resource.
pub(super) struct Objects<'a>(BTreeMap<(&'a ModuleInstance, &'a ResourceAddr), Vec<Found<'a>>>);

type Found<'a> = (&'a InstanceKey, &'a InstanceAddr, &'a Instance);

impl<'a> Objects<'a> {
    pub(super) fn of(state: &'a State) -> Objects<'a> {
        let mut all = BTreeMap::<_, Vec<Found<'a>>>::new();
        for (addr, instance) in &state.instances {
            if instance.current.is_some() {
                let found = (&addr.key, addr, instance);
                all.entry((&addr.module, &addr.resource)).or_default().push(found);
            }
        }
        Objects(all)
    }

    fn resource(&self, module: &ModuleInstance, resource: &ConfigResource) -> Vec<Found<'a>> {
        self.0
            .get(&(module, &resource.resource))
            .cloned()
            .unwrap_or_default()
    }
}

/// How the state has a resource expanded: as the configuration says, with the instances that are there.
fn expansion(repetition: &Repetition, found: &[Found<'_>]) -> Expansion {
    let keys = || found.iter().map(|(key, ..)| *key);
    match repetition {
        Repetition::One if keys().any(|key| *key == InstanceKey::None) => Expansion::One,
        Repetition::One => Expansion::Unknown,
        Repetition::Count(_) => {
            let last = keys().filter_map(|key| match key {
                InstanceKey::Int(index) => Some(*index),
                _ => None,
            });
            last.max().map_or(Expansion::Unknown, |last| {
                Expansion::Count(last.saturating_add(1))
            })
        }
        Repetition::ForEach(_) => {
            let each: BTreeMap<Arc<str>, Value> = keys()
                .filter_map(|key| match key {
                    InstanceKey::Str(key) => Some((Arc::clone(key), Value::dynamic_null())),
                    _ => None,
                })
                .collect();
            if each.is_empty() {
                Expansion::Unknown
            } else {
                Expansion::ForEach(each)
            }
        }
    }
}
