//! `-target`: which part of the configuration and state a plan is about.
//!
//! A target is in, with all that it depends on; when destroying, with all that depends on it. Everything else
//! is left as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceAddr, InstanceKey, ModuleAddr, ModuleInstance, Target};
use crate::config::Config;
use crate::diag::Diagnostic;
use crate::graph::{ConfigGraph, ConfigNode};
use crate::state::State;

use super::change::PlanMode;
use super::codes;
use super::planner::PlanOptions;

/// What is in.
#[derive(Debug)]
pub struct Targeted {
    targets: Vec<Target>,
    /// Resources in as a whole, because a target depends on them (or they on it, when destroying).
    whole: BTreeSet<ConfigResource>,
    /// Resources of which a target names some instances.
    some: BTreeSet<ConfigResource>,
    nodes: BTreeSet<ConfigNode>,
    /// Instances in because they depend on a target, when destroying.
    users: BTreeSet<InstanceAddr>,
    /// Sentences about targets that name nothing.
    unknown: Vec<String>,
}

impl Targeted {
    /// The warning that only a part is planned.
    pub fn warning(&self) -> Diagnostic {
        let detail = format!(
            "-target leaves out whatever the addresses given do not need, so the platform may not be as the \
             configuration says after this plan. Plan again without -target once the trouble is over.{}",
            self.unknown.concat()
        );
        Diagnostic::warning(&codes::TARGETED, detail)
    }

    /// Whether an instance is in.
    pub fn has_instance(&self, addr: &InstanceAddr) -> bool {
        self.whole.contains(&addr.config())
            || self.users.contains(addr)
            || self.targets.iter().any(|target| matches(target, addr))
    }

    /// Whether a node is in.
    pub fn has_node(&self, node: &ConfigNode) -> bool {
        match node {
            ConfigNode::Resource(resource) => self.whole.contains(resource) || self.some.contains(resource),
            other => self.nodes.contains(other),
        }
    }
}

/// Whether a target names an instance: a key that is left out means all keys.
pub fn matches(target: &Target, addr: &InstanceAddr) -> bool {
    let module_matches = |wanted: &ModuleInstance, whole: bool| {
        let enough = if whole {
            wanted.0.len() == addr.module.0.len()
        } else {
            wanted.0.len() <= addr.module.0.len()
        };
        enough
            && wanted
                .0
                .iter()
                .zip(&addr.module.0)
                .all(|((name, key), (other, actual))| {
                    name == other && (*key == InstanceKey::None || key == actual)
                })
    };
    match target {
        Target::Module(module) => module_matches(module, false),
        Target::Resource(wanted) => {
            module_matches(&wanted.module, true)
                && wanted.resource == addr.resource
                && (wanted.key == InstanceKey::None || wanted.key == addr.key)
        }
    }
}

fn names_resource(target: &Target, resource: &ConfigResource) -> bool {
    match target {
        Target::Module(module) => resource.module.0.starts_with(&module.config().0),
        Target::Resource(wanted) => wanted.config() == *resource,
    }
}

/// What the options' targets mean; none without targets.
pub fn targeted(
    config: &Config,
    graph: &ConfigGraph,
    state: &State,
    options: &PlanOptions,
) -> Option<Targeted> {
    if options.targets.is_empty() {
        return None;
    }
    let declared = config.modules.iter().flat_map(|(module, declared)| {
        declared.resources.keys().map(|resource| ConfigResource {
            module: module.clone(),
            resource: resource.clone(),
        })
    });
    let stored = state.instances.keys().map(InstanceAddr::config);
    let known: BTreeSet<ConfigResource> = declared.chain(stored).collect();
    let mut some = BTreeSet::new();
    let mut unknown = Vec::new();
    for target in &options.targets {
        let named: Vec<&ConfigResource> = known
            .iter()
            .filter(|resource| names_resource(target, resource))
            .collect();
        if named.is_empty() {
            let text = match target {
                Target::Module(module) => module.to_string(),
                Target::Resource(addr) => addr.to_string(),
            };
            let names: Vec<String> = known.iter().map(ToString::to_string).collect();
            let hint = crate::diag::did_you_mean(&text, names.iter().map(String::as_str));
            unknown.push(format!(
                "\n\n{text} is neither in the configuration nor in the state.{hint}"
            ));
        }
        some.extend(named.into_iter().cloned());
    }
    let start: Vec<ConfigNode> = some.iter().cloned().map(ConfigNode::Resource).collect();
    let destroying = options.mode == PlanMode::Destroy;
    let mut nodes = if destroying {
        BTreeSet::new()
    } else {
        graph.closure(start.iter())
    };
    let needed = nodes.iter().filter_map(|node| match node {
        ConfigNode::Resource(resource) if !some.contains(resource) => Some(resource.clone()),
        _ => None,
    });
    let whole: BTreeSet<ConfigResource> = needed.collect();
    let users = if destroying {
        users(state, &options.targets)
    } else {
        BTreeSet::new()
    };
    some.extend(users.iter().map(InstanceAddr::config));
    if !destroying {
        let outputs: Vec<ConfigNode> = outputs(config, graph, |resource| {
            whole.contains(resource) || some.contains(resource)
        });
        nodes.extend(graph.closure(outputs.iter()));
    }
    Some(Targeted {
        targets: options.targets.clone(),
        whole,
        some,
        nodes,
        users,
        unknown,
    })
}

/// Outputs of the root module whose values come from resources that are in, all of them.
fn outputs(config: &Config, graph: &ConfigGraph, is_in: impl Fn(&ConfigResource) -> bool) -> Vec<ConfigNode> {
    let root = ModuleAddr::root();
    let names = config
        .modules
        .get(&root)
        .into_iter()
        .flat_map(|module| module.outputs.keys());
    let of = |name: &Arc<str>| ConfigNode::Output(root.clone(), Arc::clone(name));
    names
        .map(of)
        .filter(|output| {
            let closure = graph.closure([output]);
            let mut resources = closure.iter().filter_map(|node| match node {
                ConfigNode::Resource(resource) => Some(resource),
                _ => None,
            });
            resources.next().is_some_and(&is_in) && resources.all(&is_in)
        })
        .collect()
}

/// Instances of the state that depend on a target, however indirectly, by what their records say.
fn users(state: &State, targets: &[Target]) -> BTreeSet<InstanceAddr> {
    let mut by_need: BTreeMap<ConfigResource, Vec<(&InstanceAddr, InstanceAddr)>> = BTreeMap::new();
    for (addr, instance) in &state.instances {
        let objects = instance.current.iter().chain(instance.deposed.values());
        for name in objects.flat_map(|object| &object.dependencies) {
            if let Ok(need) = crate::addr::parse_instance(name) {
                by_need.entry(need.config()).or_default().push((addr, need));
            }
        }
    }
    let named = |addr: &&InstanceAddr| targets.iter().any(|target| matches(target, addr));
    let mut work: Vec<&InstanceAddr> = state.instances.keys().filter(named).collect();
    let mut found = BTreeSet::new();
    while let Some(used) = work.pop() {
        for (user, need) in by_need.get(&used.config()).into_iter().flatten() {
            let another = state.instances.contains_key(need) && need != used;
            // Instances of a module have nothing to do with each other.
            let apart = user.module.config() == used.module.config() && user.module != used.module;
            if !another && !apart && found.insert((*user).clone()) {
                work.push(user);
            }
        }
    }
    found
}
