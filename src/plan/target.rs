//! `-target` and `-exclude`: which part of the configuration and state a plan is about.
//!
//! A target is in, with all that it depends on; when destroying, with all that depends on it. Everything else
//! is left as it is. What `-exclude` means is in `exclude`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceAddr, InstanceKey, ModuleAddr, ModuleInstance, Target};
use crate::config::Config;
use crate::diag::Diagnostic;
use crate::graph::{ConfigGraph, ConfigNode};
use crate::state::State;

use super::change::PlanMode;
use super::codes;
use super::exclude::{Excluded, excluded};
use super::planner::PlanOptions;

/// What is in.
#[derive(Debug)]
pub struct Targeted {
    part: Part,
    /// Sentences about addresses that name nothing.
    unknown: Vec<String>,
}

#[derive(Debug)]
enum Part {
    /// What targets need.
    Only(Only),
    /// All but what is excluded.
    But(Excluded),
}

#[derive(Debug)]
struct Only {
    targets: Vec<Target>,
    /// Resources in as a whole, because a target depends on them (or they on it, when destroying).
    whole: BTreeSet<ConfigResource>,
    /// Resources of which a target names some instances.
    some: BTreeSet<ConfigResource>,
    nodes: BTreeSet<ConfigNode>,
    /// Instances in because they depend on a target, when destroying.
    users: BTreeSet<InstanceAddr>,
}

impl Targeted {
    /// The warning that only a part is planned; an error where an exclusion names nothing, for what was meant would be
    /// touched.
    pub fn warning(&self) -> Diagnostic {
        let (option, leaves) = match self.part {
            Part::Only(_) => (
                "-target",
                "-target leaves out whatever the addresses given do not need",
            ),
            Part::But(_) => (
                "-exclude",
                "-exclude leaves out the addresses given and whatever depends on them",
            ),
        };
        let detail = format!(
            "{leaves}, so the platform may not be as the configuration says after this plan. Plan again without \
             {option} once the trouble is over.{}",
            self.unknown.concat()
        );
        match self.part {
            Part::But(_) if !self.unknown.is_empty() => {
                let detail = self.unknown.concat();
                Diagnostic::error(&codes::TARGETED, detail.trim_start())
                    .summary("Nothing of this address to exclude")
            }
            _ => Diagnostic::warning(&codes::TARGETED, detail),
        }
    }

    /// Whether an instance is in.
    pub fn has_instance(&self, addr: &InstanceAddr) -> bool {
        match &self.part {
            Part::Only(only) => only.has_instance(addr),
            Part::But(excluded) => excluded.has_instance(addr),
        }
    }

    /// Whether a node is in.
    pub fn has_node(&self, node: &ConfigNode) -> bool {
        match &self.part {
            Part::Only(only) => only.has_node(node),
            Part::But(excluded) => excluded.has_node(node),
        }
    }
}

impl Only {
    fn has_instance(&self, addr: &InstanceAddr) -> bool {
        self.whole.contains(&addr.config())
            || self.users.contains(addr)
            || self.targets.iter().any(|target| matches(target, addr))
    }

    fn has_node(&self, node: &ConfigNode) -> bool {
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

/// Whether a target names a resource or instances of it.
pub(super) fn names_resource(target: &Target, resource: &ConfigResource) -> bool {
    match target {
        Target::Module(module) => resource.module.0.starts_with(&module.config().0),
        Target::Resource(wanted) => wanted.config() == *resource,
    }
}

/// What the options' targets and exclusions mean; none without any.
pub fn targeted(
    config: &Config,
    graph: &ConfigGraph,
    state: &State,
    options: &PlanOptions,
) -> Option<Targeted> {
    if options.targets.is_empty() && options.excludes.is_empty() {
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
    let given = options.targets.iter().chain(&options.excludes);
    let unknown = given.filter_map(|target| names_nothing(target, &known)).collect();
    let part = if options.targets.is_empty() {
        Part::But(excluded(config, graph, state, options, &known))
    } else {
        Part::Only(only(config, graph, state, options, &known))
    };
    Some(Targeted { part, unknown })
}

/// The sentence about an address that names nothing.
fn names_nothing(target: &Target, known: &BTreeSet<ConfigResource>) -> Option<String> {
    if known.iter().any(|resource| names_resource(target, resource)) {
        return None;
    }
    let text = target.to_string();
    let names: Vec<String> = known.iter().map(ToString::to_string).collect();
    let hint = crate::diag::did_you_mean(&text, names.iter().map(String::as_str));
    Some(format!(
        "\n\n{text} is neither in the configuration nor in the state.{hint}"
    ))
}

fn only(
    config: &Config,
    graph: &ConfigGraph,
    state: &State,
    options: &PlanOptions,
    known: &BTreeSet<ConfigResource>,
) -> Only {
    let is_named = |resource: &&ConfigResource| {
        let mut targets = options.targets.iter();
        targets.any(|target| names_resource(target, resource))
    };
    let mut some: BTreeSet<ConfigResource> = known.iter().filter(is_named).cloned().collect();
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
    Only {
        targets: options.targets.clone(),
        whole,
        some,
        nodes,
        users,
    }
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
