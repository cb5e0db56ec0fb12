//! `-exclude`: which part of the configuration and state a plan leaves as it is.
//!
//! What is named is out, with all that depends on it, by the configuration and by what the records of the state say.
//! So is what an object that stays out needs and what would otherwise go: an object is not taken away from under
//! another one that nobody may touch.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{ConfigResource, InstanceAddr, Target};
use crate::config::Config;
use crate::graph::{ConfigGraph, ConfigNode};
use crate::state::State;

use super::change::PlanMode;
use super::planner::PlanOptions;
use super::target::{matches, names_resource};

/// What is out.
#[derive(Debug)]
pub(super) struct Excluded {
    named: Vec<Target>,
    /// Nodes that depend on what is named.
    nodes: BTreeSet<ConfigNode>,
    /// Instances of the state that are out beside those of these nodes.
    instances: BTreeSet<InstanceAddr>,
}

impl Excluded {
    /// Whether an instance is in.
    pub fn has_instance(&self, addr: &InstanceAddr) -> bool {
        !self.is_out(addr) && !self.instances.contains(addr)
    }

    /// Whether a node is in. A resource of which only some instances are named is, for the others.
    pub fn has_node(&self, node: &ConfigNode) -> bool {
        !self.nodes.contains(node)
    }

    fn is_out(&self, addr: &InstanceAddr) -> bool {
        self.named.iter().any(|target| matches(target, addr))
            || self.nodes.contains(&ConfigNode::Resource(addr.config()))
    }
}

/// What the options leave out, of these resources of configuration and state.
pub(super) fn excluded(
    config: &Config,
    graph: &ConfigGraph,
    state: &State,
    options: &PlanOptions,
    known: &BTreeSet<ConfigResource>,
) -> Excluded {
    let named = &options.excludes;
    let is_named = |resource: &&ConfigResource| named.iter().any(|target| names_resource(target, resource));
    let start: Vec<ConfigNode> = known
        .iter()
        .filter(is_named)
        .cloned()
        .map(ConfigNode::Resource)
        .collect();
    let mut excluded = Excluded {
        named: named.clone(),
        nodes: graph.closure_of_dependents(start.iter()),
        instances: BTreeSet::new(),
    };
    // Those that are named by instance alone are walked for their other instances.
    for node in &start {
        if let ConfigNode::Resource(resource) = node
            && !named.iter().any(|target| is_whole(target, resource))
        {
            excluded.nodes.remove(node);
        }
    }
    let records = Records::of(state);
    // What depends by the state on what depends by the configuration, and the other way round.
    let mut instances = loop {
        let out = state.instances.keys().filter(|addr| excluded.is_out(addr));
        let users = records.reach(out, |addr| records.users.get(addr));
        let fresh: BTreeSet<ConfigNode> = users
            .iter()
            .filter(|addr| !excluded.is_out(addr))
            .map(|addr| ConfigNode::Resource(addr.config()))
            .collect();
        if fresh.is_empty() {
            break users;
        }
        excluded.nodes.extend(graph.closure_of_dependents(&fresh));
        // What only the state has is no node of the graph.
        excluded.nodes.extend(fresh);
    };
    // What would go although something that stays needs it.
    let goes = |addr: &InstanceAddr| {
        let module = config.modules.get(&addr.module.config());
        options.mode == PlanMode::Destroy
            || !module.is_some_and(|module| module.resources.contains_key(&addr.resource))
    };
    let all = state.instances.keys().filter(|addr| excluded.is_out(addr));
    let staying: Vec<&InstanceAddr> = all.chain(&instances).collect();
    let needed = records.reach(staying.into_iter(), |addr| records.needs.get(addr));
    instances.extend(needed.into_iter().filter(goes));
    excluded.instances = instances;
    excluded
}

/// Whether a target names all instances of a resource, in all instances of its module.
fn is_whole(target: &Target, resource: &ConfigResource) -> bool {
    let keyless = |module: &crate::addr::ModuleInstance| {
        module
            .0
            .iter()
            .all(|(_, key)| *key == crate::addr::InstanceKey::None)
    };
    names_resource(target, resource)
        && match target {
            Target::Module(module) => keyless(module),
            Target::Resource(addr) => keyless(&addr.module) && addr.key == crate::addr::InstanceKey::None,
        }
}

/// Who depends on whom, by what the state's records say. An address without key means all instances.
struct Records<'a> {
    users: BTreeMap<&'a InstanceAddr, Vec<&'a InstanceAddr>>,
    needs: BTreeMap<&'a InstanceAddr, Vec<&'a InstanceAddr>>,
}

impl<'a> Records<'a> {
    fn of(state: &'a State) -> Records<'a> {
        let mut by_resource: BTreeMap<ConfigResource, Vec<&InstanceAddr>> = BTreeMap::new();
        for addr in state.instances.keys() {
            by_resource.entry(addr.config()).or_default().push(addr);
        }
        let mut records = Records {
            users: BTreeMap::new(),
            needs: BTreeMap::new(),
        };
        for (user, instance) in &state.instances {
            let objects = instance.current.iter().chain(instance.deposed.values());
            for name in objects.flat_map(|object| &object.dependencies) {
                let Ok(need) = crate::addr::parse_instance(name) else {
                    continue;
                };
                let meant: Vec<&InstanceAddr> = match state.instances.get_key_value(&need) {
                    Some((one, _)) => vec![one],
                    None => by_resource.get(&need.config()).cloned().unwrap_or_default(),
                };
                for one in meant.into_iter().filter(|one| *one != user) {
                    records.users.entry(one).or_default().push(user);
                    records.needs.entry(user).or_default().push(one);
                }
            }
        }
        records
    }

    /// All that is reached, without what it begins with unless that is reached too.
    fn reach<'b>(
        &self,
        from: impl Iterator<Item = &'b InstanceAddr>,
        next: impl Fn(&InstanceAddr) -> Option<&'b Vec<&'a InstanceAddr>>,
    ) -> BTreeSet<InstanceAddr>
    where
        'a: 'b,
    {
        let mut open: Vec<&InstanceAddr> = from.collect();
        let mut found = BTreeSet::new();
        while let Some(addr) = open.pop() {
            for reached in next(addr).into_iter().flatten() {
                if found.insert((*reached).clone()) {
                    open.push(reached);
                }
            }
        }
        found
    }
}
